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

import dataclasses
import enum
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._plan import move_content as content
from ansible_collections.eks.anywhere.plugins.module_utils._plan.move_graph import (
    CLUSTER_GROUP,
    Graph,
    Key,
    Node,
    Scope,
    is_class,
    is_cluster,
)
from ansible_collections.eks.anywhere.plugins.module_utils._plan.move_journal import PHASES, Journal
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj

Groups = tuple[tuple[Node, ...], ...]


class State(enum.StrEnum):
    """How far a move has come."""

    ACTIVE = "S0"
    PAUSED = "S1"
    COPYING = "S2"
    DELETING = "S3"
    RESUMING = "S4"
    DONE = "S5"


@dataclasses.dataclass(frozen=True)
class Side:
    """One cluster as observed. ``identity`` is the uid of its kube-system namespace."""

    identity: str
    graph: Graph
    journal: Journal | None = None


@dataclasses.dataclass(frozen=True)
class MovePlan:
    """What is left, in the order of the fields. ``restamp``: copies without the original's record of field managers."""

    state: State
    clusters: tuple[Key, ...]
    journal: Journal | None
    pause: tuple[Node, ...] = ()
    create: Groups = ()
    restamp: tuple[Node, ...] = ()
    delete: Groups = ()
    resume: tuple[Key, ...] = ()
    uids: t.Mapping[str, str] = dataclasses.field(default_factory=dict)

    @property
    def actions(self) -> tuple[str, ...]:
        """The steps in plain words."""
        counted = (
            ("pause", len(self.pause), "object in the source"),
            ("create", sum(map(len, self.create)), "object in the target"),
            ("delete", sum(map(len, self.delete)), "object from the source"),
            ("resume", len(self.resume), "object in the target"),
        )
        words = [f"{verb} {_count(count, what)}" for verb, count, what in counted if count]
        return (*words, *(("remove the journal",) if self.journal and not words else ()))

    @property
    def moving(self) -> tuple[str, ...]:
        """Labels of what still goes to the target, and of what is resumed there."""
        labels = [node.key.label for group in (*self.create, *self.delete) for node in group]
        return tuple(dict.fromkeys((*labels, *(key.label for key in self.resume))))

    @property
    def kept(self) -> tuple[str, ...]:
        """Labels of what is copied but stays in the source as well."""
        going = {node.key for group in self.delete for node in group}
        return tuple(node.key.label for group in self.create for node in group if node.key not in going)

    @property
    def blocked(self) -> tuple[Node, ...]:
        """Objects whose provider asks to wait before they are copied."""
        return tuple(node for group in self.create for node in group if node.blocking)


@dataclasses.dataclass(frozen=True)
class _Facts:
    """What the decision is made from."""

    source: Side
    target: Side
    scope: Scope
    journal: Journal | None
    clusters: frozenset[Key]

    @property
    def copies(self) -> dict[Key, Node]:
        """Objects in the target that belong to the moving Clusters."""
        return {key: node for key, node in self.target.graph.nodes.items() if node.clusters & self.clusters}

    @property
    def source_clusters(self) -> dict[Key, Node]:
        return self.source.graph.clusters

    @property
    def source_active(self) -> list[Key]:
        return [key for key, node in self.source_clusters.items() if not content.is_paused(key, node.obj)]

    @property
    def target_active(self) -> list[Key]:
        graph = self.target.graph
        return [key for key in self.clusters if key in graph.nodes and not content.is_paused(key, graph.nodes[key].obj)]

    @property
    def ours(self) -> bool:
        """Whether a move is under way: ours by its journal, clusterctl's by its mark on a pause."""
        marked = (
            content.paused_by_mover(key, node.obj)
            for graph in (self.source.graph, self.target.graph)
            for key, node in graph.clusters.items()
        )
        return self.journal is not None or any(marked)


def plan(*, source: Side, target: Side, scope: Scope) -> MovePlan:
    """Recognise the state and name the steps that are left; a state that only a person can settle raises."""
    if source.identity == target.identity:
        raise EksaError(
            "Source and target of the move are the same cluster.",
            code="move.same_cluster",
            hint="Give the kubeconfig of the other cluster in to_kubeconfig.",
        )
    journal = _journal(source=source, target=target, scope=scope)
    facts = _Facts(
        source=source, target=target, scope=scope, journal=journal, clusters=_moving(source, target, journal)
    )
    if not facts.source_clusters:
        return _without_source(facts)
    if facts.copies:
        return _half_done(facts)
    return _untouched(facts)


def _journal(*, source: Side, target: Side, scope: Scope) -> Journal | None:
    """The journal of this very move, the further one of two; one of another move that is under way stops us."""
    found: list[Journal] = []
    for side in (source, target):
        journal = side.journal
        if journal is None:
            continue
        other = (journal.source, journal.target) != (source.identity, target.identity)
        if other and journal.phase == "pause":
            continue
        if other:
            raise EksaError(
                f"A move of {journal.name or 'all clusters'} in {scope.namespace} between two other clusters (from"
                f" {journal.source} to {journal.target}) is not finished (phase {journal.phase}).",
                code="move.other_move",
                hint="Finish that move first, with the same two kubeconfigs in the same order.",
            )
        if journal.name != scope.name:
            raise EksaError(
                f"The unfinished move in {scope.namespace} is of {journal.name or 'all clusters'}, not of"
                f" {scope.name or 'all clusters'}.",
                code="move.other_scope",
                hint=f"Finish it first: run with name={journal.name or '(unset)'}.",
            )
        found.append(journal)
    return max(found, key=lambda journal: PHASES.index(journal.phase), default=None)


def _moving(source: Side, target: Side, journal: Journal | None) -> frozenset[Key]:
    """Clusters of the move: in the source, in the journal, or left paused in the target by clusterctl."""
    left = (key for key, node in target.graph.clusters.items() if content.paused_by_mover(key, node.obj))
    return frozenset((*source.graph.clusters, *(journal.clusters if journal else ()), *left))


def _untouched(facts: _Facts) -> MovePlan:
    """S0 and S1: the target has nothing of these clusters."""
    if facts.journal and facts.journal.deleting:
        _refuse_unaccounted([facts.source.graph.nodes[key] for key in facts.source_clusters])
    _refuse_foreign_pause(facts)
    state = State.ACTIVE if facts.source_active else State.PAUSED
    if state is State.PAUSED:
        _refuse_deletions(facts.source.graph.nodes.values())
    return _copying(facts, state=state)


def _half_done(facts: _Facts) -> MovePlan:
    """S2 and S3: both sides have objects of these clusters."""
    if facts.source_active and (facts.target_active or not facts.ours):
        raise EksaError(
            f"{_names(facts.source_active)}: active in the source while the target has objects of the same name.",
            code="move.target_occupied",
            hint="These are different clusters of one name, or both sides manage one: settle by hand which is right.",
        )
    if facts.journal and facts.journal.deleting:
        return _deleting(facts)
    missing = [key for key in facts.source.graph.nodes if key not in facts.target.graph.seen]
    lost = [key for key in facts.copies if key not in facts.source.graph.seen]
    if facts.target_active:
        if missing:
            raise EksaError(
                f"{_names(facts.target_active)}: active in the target, which lacks {_names(missing)} of the source.",
                code="move.target_active",
                hint="Pause the Cluster in the target (spec.paused: true), then run again.",
            )
        return _deleting(facts)
    copying = facts.journal is not None and facts.journal.phase == "create"
    if lost and (missing or copying):
        raise EksaError(
            f"Neither side has all objects: the source lacks {_names(lost)}, the target lacks {_names(missing)}.",
            code="move.ambiguous",
            hint="Compare both sides; delete by hand what is there by mistake, then run again.",
        )
    if lost:
        return _deleting(facts)
    following = _copying(facts, state=State.COPYING)
    return following if following.create else _deleting(facts)


def _without_source(facts: _Facts) -> MovePlan:
    """S3 (only objects besides the Clusters are left), S4 and S5: the source has no Cluster any more."""
    resume = _to_resume(facts)
    leftovers = _to_delete(facts) if facts.journal or resume else ()
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


def _copying(facts: _Facts, *, state: State) -> MovePlan:
    """The whole rest of the move, beginning with copies that are missing or not equal."""
    graph = facts.source.graph
    if graph.stuck:
        raise EksaError(
            "These objects belong to the move but cannot go along: "
            + "; ".join(f"{key.label} ({why})" for key, why in graph.stuck)
            + ".",
            code="move.owner_left_behind",
            hint="Label the owner's kind or object with clusterctl.cluster.x-k8s.io/move, or remove the reference.",
        )
    uids = _uids(facts)
    create = tuple(
        group
        for group in (tuple(node for node in each if _to_copy(node, facts, uids)) for each in graph.groups)
        if group
    )
    if state is State.COPYING:
        _refuse_deletions(node for group in create for node in group)
    return MovePlan(
        state=state,
        clusters=tuple(sorted(facts.clusters)),
        journal=facts.journal,
        pause=_to_pause(facts),
        create=create,
        delete=_reversed(tuple(tuple(node for node in group if not node.keep) for group in graph.groups)),
        resume=_pausable(graph.nodes),
        uids=uids,
    )


def _deleting(facts: _Facts) -> MovePlan:
    """The rest of the move from the point on where the target is whole."""
    begun = bool(facts.journal and facts.journal.deleting)
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
        delete=_to_delete(facts),
        resume=_to_resume(facts),
    )


def _to_delete(facts: _Facts) -> Groups:
    """What goes from the source: only what has a copy and, by the journal, is the very object that was copied."""
    graph = facts.source.graph
    nodes = [node for node in graph.nodes.values() if not node.keep]
    known = facts.journal.objects if facts.journal and facts.journal.deleting else None
    uncopied = {node.key for node in nodes if node.key not in facts.target.graph.seen}
    strangers = {node.key for node in nodes if known is not None and known.get(node.key) != node.uid}
    # What belongs to no Cluster of the move may have come since, and stays; what does belong must be explained.
    _refuse_unaccounted([node for node in nodes if node.key in uncopied | strangers and node.clusters])
    left = {node.key for node in nodes} - uncopied - strangers
    order = (*graph.groups, tuple(graph.nodes[key] for key, _why in graph.stuck))
    return _reversed(tuple(tuple(node for node in group if node.key in left) for group in order))


def _to_copy(node: Node, facts: _Facts, uids: t.Mapping[str, str]) -> bool:
    there = facts.target.graph.seen.get(node.key)
    if there is None:
        return True
    # A class that runs in the target already serves clusters there; a pause would stop them.
    if node.shared or (is_class(node.key) and not content.is_paused(node.key, there)):
        return False
    owners = {reference["uid"] for reference in node.obj["metadata"].get("ownerReferences") or ()}
    return not owners <= set(uids) or bool(content.difference(content.copy_of(node, uids=uids), there))


def _to_pause(facts: _Facts) -> tuple[Node, ...]:
    """Clusters and their classes in the source that still run; classes that others use there stay as they are."""
    nodes = facts.source.graph.nodes
    return tuple(
        nodes[key]
        for key in _pausable(nodes, classes_first=False)
        if not nodes[key].keep and not content.is_paused(key, nodes[key].obj)
    )


def _to_resume(facts: _Facts) -> tuple[Key, ...]:
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


def _uids(facts: _Facts) -> dict[str, str]:
    """Uid in the source -> uid in the target, of what both sides have."""
    seen = facts.target.graph.seen
    return {
        node.uid: str(seen[key]["metadata"]["uid"]) for key, node in facts.source.graph.nodes.items() if key in seen
    }


def _reversed(groups: Groups) -> Groups:
    """Owned before owners."""
    return tuple(tuple(reversed(group)) for group in reversed(groups) if group)


def _refuse_foreign_pause(facts: _Facts) -> None:
    """A Cluster that somebody paused on purpose must not be resumed by us in the end."""
    foreign = [
        key
        for key, node in facts.source_clusters.items()
        if content.has_pause_annotation(node.obj)
        or (not facts.journal and content.is_paused(key, node.obj) and not content.paused_by_mover(key, node.obj))
    ]
    if foreign:
        raise EksaError(
            f"{_names(foreign)}: paused in the source, and not by a move.",
            code="move.paused_by_other",
            hint="Find out why, resume it (spec.paused and the annotation cluster.x-k8s.io/paused), then run again.",
        )


def _refuse_deletions(nodes: t.Iterable[Node]) -> None:
    """A copy of an object that is being deleted would live on."""
    deleting = [node.key for node in nodes if node.deleting]
    if deleting:
        raise EksaError(
            f"{_names(deleting)}: being deleted in the source, whose clusters are paused, so this cannot end.",
            code="move.object_deleting",
            hint="Nothing is deleted by the move yet: resume the source's Clusters, wait for the deletion, run again.",
        )


def _refuse_unaccounted(nodes: t.Sequence[Node]) -> None:
    if nodes:
        raise EksaError(
            f"{_names(sorted({node.key for node in nodes}))}: in the source, but not what was copied to the target.",
            code="move.unaccounted",
            hint="Something changed the source during the move; keep it paused and compare both sides before deleting.",
        )


def unready(graph: Graph) -> tuple[str, ...]:
    """Why the source cannot be paused yet: things under way that a pause would cut, or that a copy would lose."""
    reasons = [f"{node.key.label} is being deleted" for node in graph.nodes.values() if node.deleting]
    for key, node in graph.clusters.items():
        reasons.extend(f"{key.label}: {reason}" for reason in _cluster_unready(node.obj))
    for key, node in graph.nodes.items():
        if (key.group, key.kind) == (CLUSTER_GROUP, "Machine") and _machine_unready(node.obj):
            reasons.append(f"{key.label} has no node yet")
    return tuple(sorted(reasons))


def _cluster_unready(cluster: Obj) -> t.Iterator[str]:
    status = cluster.get("status") or {}
    done = status.get("initialization") or {}
    conditions = {item.get("type"): item.get("status") for item in status.get("conditions") or ()}
    managed = (cluster.get("spec") or {}).get("controlPlaneRef")
    initialized = conditions.get("ControlPlaneInitialized") == "True"
    if not done.get("infrastructureProvisioned"):
        yield "its infrastructure is not provisioned"
    elif not initialized or (managed and not done.get("controlPlaneInitialized")):
        yield "its control plane is not initialized"


def _machine_unready(machine: Obj) -> bool:
    etcd = "cluster.x-k8s.io/etcd-cluster" in (machine["metadata"].get("labels") or {})
    return not etcd and not ((machine.get("status") or {}).get("nodeRef") or {}).get("name")


def _names(keys: t.Iterable[Key], *, most: int = 5) -> str:
    labels = [key.label for key in keys]
    more = f" and {len(labels) - most} more" if len(labels) > most else ""
    return ", ".join(labels[:most]) + more if labels else "nothing"


def _count(count: int, what: str) -> str:
    noun, place = what.split(" ", 1)
    return f"{count} {noun}{'' if count == 1 else 's'} {place}"


__all__ = ("MovePlan", "Side", "State", "plan", "unready")
