# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Where a move stands, and what is left of it: (observed source, observed target) -> state and ordered steps.

=====  =============================================  ===========================================
State  Seen                                           Left to do
=====  =============================================  ===========================================
S0     source active, nothing in the target           pause, copy, delete, resume
S1     source paused, nothing in the target           copy, delete, resume
S2     source paused, target partial                  copy the rest, delete, resume
S3     target whole, source still has some            delete the rest (the source stays paused), resume
S4     nothing in the source, target paused           resume
S5     nothing in the source, target active           nothing
=====  =============================================  ===========================================

The source is never resumed: once it may have lost objects, its controllers would build the "missing" machines anew.
"""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._plan import move_content as content
from ansible_collections.eks.anywhere.plugins.module_utils._plan import move_refusals as refuse
from ansible_collections.eks.anywhere.plugins.module_utils._plan.move_delete import owned_first, to_delete
from ansible_collections.eks.anywhere.plugins.module_utils._plan.move_facts import Facts, Side, facts_of
from ansible_collections.eks.anywhere.plugins.module_utils._plan.move_graph import (
    Key,
    Node,
    Scope,
    is_class,
    is_cluster,
)
from ansible_collections.eks.anywhere.plugins.module_utils._plan.move_plan import MovePlan, Stage, State


def plan(*, source: Side, target: Side, scope: Scope) -> MovePlan:
    """Recognise the state and name the steps that are left; a state that only a person can settle raises."""
    facts = facts_of(source=source, target=target, scope=scope)
    if not facts.source_clusters:
        return _without_source(facts)
    if facts.copies:
        return _half_done(facts)
    return _untouched(facts)


def _untouched(facts: Facts) -> MovePlan:
    """S0 and S1: the target has nothing of these clusters."""
    if facts.deleting:
        refuse.strangers([facts.source.graph.nodes[key] for key in facts.source_clusters])
    refuse.foreign_pause(facts)
    state = State.ACTIVE if facts.source_active else State.PAUSED
    if state is State.PAUSED:
        refuse.deletions(facts.source.graph.nodes.values())
    return _copying(facts, state=state)


def _half_done(facts: Facts) -> MovePlan:
    """S2 and S3: both sides have objects of these clusters."""
    if facts.source_active and (facts.target_active or not facts.ours):
        raise EksaError(
            f"{refuse.names(facts.source_active)}: active in the source while the target has objects of the same name.",
            code="move.target_occupied",
            hint="These are different clusters of one name, or both sides manage one: settle by hand which is right.",
        )
    if facts.deleting:
        return _deleting(facts)
    missing = [key for key in facts.source.graph.nodes if key not in facts.target.graph.seen]
    lost = [key for key in facts.copies if key not in facts.source.graph.seen]
    if facts.target_active:
        if missing:
            raise EksaError(
                f"{refuse.names(facts.target_active)}: active in the target, which lacks {refuse.names(missing)} of the"
                " source.",
                code="move.target_active",
                hint="Pause the Cluster in the target (spec.paused: true), then run again.",
            )
        return _deleting(facts)
    copying = facts.journal is not None and facts.journal.phase == "create"
    if lost and (missing or copying):
        raise EksaError(
            f"Neither side has all objects: the source lacks {refuse.names(lost)}, the target lacks"
            f" {refuse.names(missing)}.",
            code="move.ambiguous",
            hint="Compare both sides; delete by hand what is there by mistake, then run again.",
        )
    if lost:
        refuse.different(differing(source=facts.source, target=facts.target))
        return _deleting(facts)
    following = _copying(facts, state=State.COPYING)
    return following if following.create else _deleting(facts)


def _without_source(facts: Facts) -> MovePlan:
    """S3 (only objects besides the Clusters are left), S4 and S5: the source has no Cluster any more."""
    refuse.lost(facts)
    resume = _to_resume(facts)
    leftovers = to_delete(facts) if facts.journal or resume else ()
    if leftovers:
        return _deleting(facts)
    clusters = [key for key in facts.target.graph.clusters if facts.scope.name in (None, key.name)]
    if not clusters:
        raise EksaError(
            f"There is no Cluster {facts.scope.name or ''} to move in namespace {facts.scope.namespace}: neither the"
            " source nor the target has one.".replace("Cluster  to", "Cluster to"),
            code="move.nothing_to_move",
            hint="Check the options namespace, name and the two kubeconfigs.",
        )
    return MovePlan(
        state=State.RESUMING if resume else State.DONE,
        clusters=tuple(sorted(facts.clusters or clusters)),
        journal=facts.journal,
        resume=resume,
    )


def _copying(facts: Facts, *, state: State) -> MovePlan:
    """The whole rest of the move, beginning with copies that are missing or not equal."""
    graph = facts.source.graph
    refuse.stuck(graph)
    uids = _uids(facts.source, facts.target)
    create = tuple(
        group
        for group in (tuple(node for node in each if _to_copy(node, facts, uids)) for each in graph.groups)
        if group
    )
    if state is State.COPYING:
        refuse.deletions(node for group in create for node in group)
    return MovePlan(
        state=state,
        clusters=tuple(sorted(facts.clusters)),
        journal=facts.journal,
        pause=_to_pause(facts),
        create=create,
        delete=owned_first(tuple(tuple(node for node in group if not node.keep) for group in graph.groups)),
        resume=_pausable(graph.nodes),
        uids=uids,
    )


def _deleting(facts: Facts) -> MovePlan:
    """The rest of the move from the point on where the target is whole."""
    refuse.lost(facts)
    begun = facts.deleting
    seen = facts.target.graph.seen
    ours = facts.journal.objects if facts.journal else {}
    stale = [
        node
        for node in facts.source.graph.nodes.values()
        if (not node.shared or node.key in ours)
        and node.key in seen
        and content.managers(node.obj) - content.managers(seen[node.key])
    ]
    return MovePlan(
        state=State.DELETING,
        clusters=tuple(sorted(facts.clusters)),
        journal=facts.journal,
        pause=_to_pause(facts),
        restamp=() if begun or facts.target_active else tuple(stale),
        delete=to_delete(facts),
        resume=_to_resume(facts),
    )


def _to_copy(node: Node, facts: Facts, uids: t.Mapping[str, str]) -> bool:
    there = facts.target.graph.seen.get(node.key)
    if there is None:
        return True
    # A class that runs in the target already serves clusters there; a pause would stop them.
    if node.shared or (is_class(node.key) and not content.is_paused(node.key, there)):
        return False
    owners = {reference["uid"] for reference in node.obj["metadata"].get("ownerReferences") or ()}
    return not owners <= set(uids) or bool(content.difference(content.copy_of(node, uids=uids), there))


def differing(*, source: Side, target: Side) -> dict[Key, list[str]]:
    """Copies that are there and not equal to what the source has, each with the fields.

    What a deletion leaves on an original does not count: the mark of the move, and finalizers that are gone.
    """
    seen = target.graph.seen
    uids = _uids(source, target)
    found: dict[Key, list[str]] = {}
    for key, node in source.graph.nodes.items():
        owners = {reference["uid"] for reference in node.obj["metadata"].get("ownerReferences") or ()}
        if node.shared or key not in seen or not owners <= set(uids):
            continue
        wanted = content.copy_of(node, uids=uids)
        wanted["metadata"].get("annotations", {}).pop(content.DELETE_ANNOTATION, None)
        paths = sorted(content.paths(content.difference(wanted, seen[key])))
        found.update({key: paths} if paths else {})
    return found


def _to_pause(facts: Facts) -> tuple[Node, ...]:
    """Clusters and their classes in the source that still run; classes that others use there stay as they are."""
    nodes = facts.source.graph.nodes
    return tuple(
        nodes[key]
        for key in _pausable(nodes, classes_first=False)
        if not nodes[key].keep and not content.is_paused(key, nodes[key].obj)
    )


def _to_resume(facts: Facts) -> tuple[Key, ...]:
    """Paused Clusters and classes in the target whose pause is the move's."""
    nodes = facts.target.graph.nodes
    known = set(facts.journal.objects) if facts.journal else set()
    return tuple(
        key
        for key in _pausable(nodes)
        if content.is_paused(key, nodes[key].obj)
        and (key in known or key in facts.clusters or content.paused_by_mover(key, nodes[key].obj))
    )


def _pausable(nodes: t.Mapping[Key, Node], *, classes_first: bool = True) -> tuple[Key, ...]:
    """Keys of Clusters and ClusterClasses; a Cluster runs again after its class, and stops before it."""
    wanted = [key for key in nodes if is_cluster(key) or is_class(key)]
    return tuple(sorted(wanted, key=lambda key: (is_cluster(key) is classes_first, key)))


def _uids(source: Side, target: Side) -> dict[str, str]:
    """Uid in the source -> uid in the target, of what both sides have."""
    seen = target.graph.seen
    return {node.uid: str(seen[key]["metadata"]["uid"]) for key, node in source.graph.nodes.items() if key in seen}


__all__ = ("MovePlan", "Side", "Stage", "State", "differing", "plan")
