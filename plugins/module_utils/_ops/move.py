# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Moving the management of clusters from one Cluster API management cluster to another, from wherever a move stands.

One loop: look at both sides, let the plan name the state and what is left, do the next stage, look again. A run that
takes over from a dead one is therefore no special case. Before each group of objects both journals say what comes.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ops.move_observe import Observer, kinds_of_both
from ansible_collections.eks.anywhere.plugins.module_utils._plan import move as planning
from ansible_collections.eks.anywhere.plugins.module_utils._plan import move_content as content
from ansible_collections.eks.anywhere.plugins.module_utils._plan import move_journal as journals
from ansible_collections.eks.anywhere.plugins.module_utils._plan.move import MovePlan, Side, State
from ansible_collections.eks.anywhere.plugins.module_utils._plan.move_graph import (
    Graph,
    Key,
    MoveKind,
    Node,
    Scope,
    asks_to_wait,
)
from ansible_collections.eks.anywhere.plugins.module_utils._plan.move_providers import provider_gaps
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Clock, Kube, Obj, Reporter
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.plugins.module_utils._wait import Reason, Tick, until

ROUNDS = 12
"""Stages of a move are four; more rounds come from taking over, or from somebody who works against the move."""


@dataclasses.dataclass(frozen=True)
class Ports:
    """What the operation works with."""

    source: Kube
    target: Kube
    clock: Clock
    report: Reporter


def move(ports: Ports, *, scope: Scope, timeout_seconds: float, check_mode: bool) -> Result:
    """Bring the clusters of the scope to the target, whatever an earlier run left."""
    mover = _Mover(ports, scope=scope, timeout_seconds=timeout_seconds)
    first = mover.plan()
    last = first if check_mode else mover.run(first)
    return Result(
        actions=first.actions,
        before="".join(f"{line}\n" for line in _places(first, done=False)),
        after="".join(f"{line}\n" for line in _places(first, done=True)),
        data={
            "found_state": first.state.value,
            "state": last.state.value,
            "clusters": [f"{key.namespace}/{key.name}" for key in first.clusters],
            "moved": list(first.moving),
            "kept": list(first.kept),
        },
    )


def _places(plan: MovePlan, *, done: bool) -> list[str]:
    """Where each object of the plan is, for the diff."""
    created = [node.key for group in plan.create for node in group]
    deleted = [node.key for group in plan.delete for node in group]
    lines = [f"source: {key.label}" for key in deleted if not done]
    lines += [f"target: {key.label}" for key in created if done]
    words = "active" if done else "paused"
    lines += [f"target: {key.label}: {words}" for key in plan.resume if done or key not in created]
    return sorted(lines)


class _Mover:
    """The walk through the stages."""

    def __init__(self, ports: Ports, *, scope: Scope, timeout_seconds: float) -> None:
        self._ports = ports
        self._scope = scope
        self._timeout_seconds = timeout_seconds
        self._source = Observer(ports.source, scope=scope)
        self._target = Observer(ports.target, scope=scope)
        self._kinds: tuple[MoveKind, ...] = ()
        self._seen: tuple[Side, Side] | None = None
        self._journal: journals.Journal | None = None
        self._stored: tuple[journals.Journal | None, journals.Journal | None] = (None, None)

    def plan(self, *, changed: tuple[bool, bool] = (True, True)) -> MovePlan:
        """Look at the sides (source, target) that may have changed; what is left to do."""
        if not self._kinds:
            self._kinds = kinds_of_both(self._source, self._target)
        source = self._source.look(self._kinds) if changed[0] else self._sides[0]
        target = self._target.look(self._kinds) if changed[1] else self._sides[1]
        self._seen = (source, target)
        plan = planning.plan(source=source, target=target, scope=self._scope)
        self._journal = plan.journal
        self._stored = (source.journal, target.journal)
        return plan

    def run(self, plan: MovePlan) -> MovePlan:
        """Stage after stage, until nothing is left."""
        for _round in range(ROUNDS):
            if not plan.actions:
                return plan
            plan = self.plan(changed=self._stage(plan))
        raise EksaError(
            f"After {ROUNDS} rounds the move still has to {', '.join(plan.actions)} (state {plan.state.value}).",
            code="move.no_progress",
            hint="Something changes the objects while they move, in the source or the target; stop it and run again.",
        )

    def _stage(self, plan: MovePlan) -> tuple[bool, bool]:
        """The next stage of the plan; returns which side (source, target) has to be looked at again.

        Fencing the source's controllers belongs between the pause and the copies.
        """
        if plan.pause or plan.state is State.ACTIVE:
            self._pause(plan)
            return True, False
        if plan.state in (State.PAUSED, State.COPYING):
            self._copy(plan)
            return True, True
        if plan.state is State.DELETING:
            self._delete(plan)
            return True, False
        if plan.state is State.RESUMING:
            self._resume(plan)
            return False, True
        self._forget()
        return False, False

    def _pause(self, plan: MovePlan) -> None:
        """Stop the controllers of the source, when nothing is under way that a stop would cut."""
        if plan.state is State.ACTIVE:
            self._check_target(plan)
            self._wait_settled()
            self._ensure_namespaces({self._scope.namespace})
        if self._journal is None:
            self._write(self._entry("pause", plan))
        for node in plan.pause:
            self._merge(self._ports.source, node.key, node.kind, content.pause_patch(node.key))

    def _copy(self, plan: MovePlan) -> None:
        """Create what the target lacks, owners first."""
        if plan.blocked:
            self._wait_unblocked(plan.blocked)
            return
        self._check_target(plan)
        self._ensure_namespaces({self._scope.namespace, *(key.namespace for key in self._graph.nodes if key.namespace)})
        self._write(self._entry("create", plan, [node for group in plan.create for node in group]))
        uids = dict(plan.uids)
        for number, group in enumerate(plan.create):
            self._note("create", group=number)
            for node in group:
                uids[node.uid] = self._put(node, uids=uids)

    def _put(self, node: Node, *, uids: t.Mapping[str, str]) -> str:
        """One copy, with its record of field managers; returns its uid."""
        wanted = content.copy_of(node, uids=uids)
        there = self._target_graph.seen.get(node.key)
        stored = self._create(wanted) if there is None else None
        if stored is None:
            there = there or self._found(node)
            patch = content.difference(wanted, there)
            stored = self._merge(self._ports.target, node.key, node.kind, patch, uid=there["metadata"]["uid"])
        uid = str(stored["metadata"]["uid"])
        if not node.shared or there is None:
            self._restamp(node, uid=uid)
        return uid

    def _create(self, wanted: Obj) -> Obj | None:
        """The new copy, or None when a controller of the target was faster: it makes a ClusterResourceSetBinding
        as soon as it sees the cluster, paused or not.
        """
        try:
            return self._ports.target.create(wanted)
        except EksaError as exc:
            if exc.code != "kube.already_exists":
                raise
            return None

    def _found(self, node: Node) -> Obj:
        """What is in the target by the name of a copy that could not be created."""
        where = {"api_version": node.kind.api_version, "kind": node.kind.kind, **_place(node.key)}
        found = self._ports.target.get(**where)
        if found is None:
            raise EksaError(
                f"{node.key.label} vanished from the target while it was being moved.",
                code="move.target_changed",
                hint="Run again: the move goes on from what is there.",
            )
        return found

    def _restamp(self, node: Node, *, uid: str) -> None:
        """Give the copy the original's field managers: else ours would own each field besides them, for ever."""
        managers = node.obj["metadata"].get("managedFields")
        if managers:
            patch = {"metadata": {"managedFields": managers}}
            self._merge(self._ports.target, node.key, node.kind, patch, uid=uid)

    def _delete(self, plan: MovePlan) -> None:
        """Take the rest from the source, owned before owners, each by its uid."""
        for node in plan.restamp:
            self._restamp(node, uid=self._target_graph.seen[node.key]["metadata"]["uid"])
        if self._journal is None or not self._journal.deleting:
            self._write(self._entry("delete", plan))
        for number, group in enumerate(plan.delete):
            self._note("delete", group=number)
            for node in group:
                self._remove(node)

    def _remove(self, node: Node) -> None:
        """Release and delete one object of the source; a controller may have put its finalizer back in between."""
        source = self._ports.source
        where = {"api_version": node.kind.api_version, "kind": node.kind.kind, **_place(node.key)}
        try:
            if not content.is_released(node.obj):
                source.merge(**where, patch=content.release_patch(node))
            if source.delete(**where, uid=node.uid) and node.obj["metadata"].get("finalizers"):
                source.merge(**where, patch=content.release_patch(node))
        except EksaError as exc:
            if exc.code != "kube.not_found":
                raise

    def _resume(self, plan: MovePlan) -> None:
        """Let the target's controllers work, classes before Clusters."""
        self._note("resume")
        for key in plan.resume:
            node = self._target_graph.nodes[key]
            self._merge(self._ports.target, key, node.kind, content.resume_patch(key))

    def _forget(self) -> None:
        """Remove the journals, the target's last: it alone matters when the source is gone."""
        for kube in (self._ports.source, self._ports.target):
            kube.delete(api_version="v1", kind="ConfigMap", name=journals.NAME, namespace=self._scope.namespace)
        self._know(None)

    def _check_target(self, plan: MovePlan) -> None:
        """The target must know every kind that comes, by providers that are not older."""
        lacking = sorted(
            {
                f"{node.kind.kind} ({node.kind.api_version})"
                for group in plan.create
                for node in group
                if not self._target.serves(node.kind)
            }
        )
        gaps = [f"kind {kind}" for kind in lacking]
        gaps += provider_gaps(source=self._source.providers, target=self._target.providers)
        if gaps:
            raise EksaError(
                f"The target is not prepared for the move; it lacks: {', '.join(gaps)}.",
                code="move.target_unprepared",
                hint="Install the same Cluster API providers there, in the same or a newer version, and run again.",
            )

    def _wait_settled(self) -> None:
        """Wait until nothing is being provisioned or deleted: a pause in the middle of that leaves orphans."""

        def look() -> Tick:
            reasons = planning.unready(self._graph)
            if reasons:
                self._seen = (self._source.look(self._kinds), self._sides[1])
                reasons = planning.unready(self._graph)
            return Tick(done=not reasons, state=_state(reasons), reasons=_reasons(reasons))

        self._until(look, what="clusters ready to move")

    def _wait_unblocked(self, waiting: t.Sequence[Node]) -> None:
        """Wait for providers that hold a move back until they saved what only they know."""

        def look() -> Tick:
            left = [node for node in waiting if self._blocks(node)]
            reasons = [f"{node.key.label} has the annotation block-move" for node in left]
            return Tick(done=not left, state=_state(reasons), reasons=_reasons(reasons))

        self._until(look, what="providers ready to move")

    def _blocks(self, node: Node) -> bool:
        where = {"api_version": node.kind.api_version, "kind": node.kind.kind, **_place(node.key)}
        obj = self._ports.source.get(**where)
        return obj is not None and asks_to_wait(obj)

    def _until(self, look: t.Callable[[], Tick], *, what: str) -> None:
        ports = self._ports
        until(look, clock=ports.clock, report=ports.report, timeout_seconds=self._timeout_seconds, what=what)

    def _ensure_namespaces(self, names: t.Iterable[str]) -> None:
        kube = self._ports.target
        for name in sorted(names):
            if kube.get(api_version="v1", kind="Namespace", name=name) is None:
                kube.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})

    def _write(self, journal: journals.Journal) -> None:
        """The journal in both clusters, where it does not say so already."""
        for kube, stored in ((self._ports.target, self._stored[1]), (self._ports.source, self._stored[0])):
            if stored != journal:
                kube.apply(journals.rendered(journal, namespace=self._scope.namespace))
        self._know(journal)

    def _know(self, journal: journals.Journal | None) -> None:
        """Remember what both journals say now."""
        self._journal = journal
        self._stored = (journal, journal)
        source, target = self._sides
        self._seen = (dataclasses.replace(source, journal=journal), dataclasses.replace(target, journal=journal))

    def _note(self, phase: journals.Phase, *, group: int = 0) -> None:
        """The journal's progress."""
        if self._journal is not None:
            self._write(self._journal.at(phase, group=group))

    def _entry(self, phase: journals.Phase, plan: MovePlan, created: t.Iterable[Node] = ()) -> journals.Journal:
        """The journal at the beginning of a phase: all that goes from the source, and what is created besides."""
        going = (node for group in plan.delete for node in group)
        known = dict(self._journal.objects) if self._journal else {}
        return journals.Journal(
            source=self._source.identity,
            target=self._target.identity,
            name=self._scope.name,
            phase=phase,
            clusters=plan.clusters,
            objects={**known, **{node.key: node.uid for node in (*created, *going)}},
        )

    def _merge(self, kube: Kube, key: Key, kind: MoveKind, patch: Obj, *, uid: str = "") -> Obj:
        """A merge patch, with ``uid`` valid for that very object only."""
        if uid:
            patch = {**patch, "metadata": {**patch.get("metadata", {}), "uid": uid}}
        return kube.merge(api_version=kind.api_version, kind=kind.kind, **_place(key), patch=patch)

    @property
    def _sides(self) -> tuple[Side, Side]:
        if self._seen is None:
            raise AssertionError("a stage comes after a look")
        return self._seen

    @property
    def _graph(self) -> Graph:
        return self._sides[0].graph

    @property
    def _target_graph(self) -> Graph:
        return self._sides[1].graph


def _place(key: Key) -> dict[str, t.Any]:
    return {"name": key.name, "namespace": key.namespace or None}


def _state(reasons: t.Sequence[str]) -> str:
    return f"{len(reasons)} to wait for" if reasons else "ready"


def _reasons(texts: t.Sequence[str]) -> tuple[Reason, ...]:
    """``Machine ns/name has no node yet`` as the wait room's reasons."""
    split = [text.split(" ", 2) for text in texts]
    return tuple(Reason(kind=kind, name=name.rstrip(":"), text=rest) for kind, name, rest in split)


__all__ = ("Ports", "move")
