# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""The move of one namespace, stage by stage. After each the sides that may have changed are looked at again.

Before each group of objects both journals say what comes.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._ops import move_sick as sick
from ansible_collections.eks.anywhere.plugins.module_utils._ops import move_write as write
from ansible_collections.eks.anywhere.plugins.module_utils._ops.move_observe import (
    Observer,
    Server,
    check_prepared,
    kinds_of_both,
)
from ansible_collections.eks.anywhere.plugins.module_utils._ops.move_settings import Ports, Settings
from ansible_collections.eks.anywhere.plugins.module_utils._ops.move_wait import reasons_of, wait_out
from ansible_collections.eks.anywhere.plugins.module_utils._plan import move as planning
from ansible_collections.eks.anywhere.plugins.module_utils._plan import move_content as content
from ansible_collections.eks.anywhere.plugins.module_utils._plan import move_delete as deletions
from ansible_collections.eks.anywhere.plugins.module_utils._plan import move_journal as journals
from ansible_collections.eks.anywhere.plugins.module_utils._plan import move_ready as ready
from ansible_collections.eks.anywhere.plugins.module_utils._plan import move_refusals as refuse
from ansible_collections.eks.anywhere.plugins.module_utils._plan.move import MovePlan, Side, Stage, State
from ansible_collections.eks.anywhere.plugins.module_utils._plan.move_graph import (
    Key,
    MoveKind,
    Node,
    Scope,
    asks_to_wait,
    is_cluster,
)
from ansible_collections.eks.anywhere.plugins.module_utils._plan.move_inventory import inventory, machines_of
from ansible_collections.eks.anywhere.plugins.module_utils._wait import Reason

COPIES = 3
"""A copy that is not equal after so many attempts will not become so."""

BOTH = (True, True)
SOURCE = (True, False)
TARGET = (False, True)
NEITHER = (False, False)

RESUMED = frozenset({"Cluster", "ClusterClass", "ConfigMap"})
"""Kinds that a resume writes: what is resumed, and the journal."""


class Walk:
    """One namespace's move. ``plan`` is what was left at the last look."""

    def __init__(self, ports: Ports, *, source: Server, target: Server, scope: Scope, settings: Settings) -> None:
        self._ports = ports
        self._servers = (source, target)
        self._scope = scope
        self._settings = settings
        self._source = Observer(source, scope=scope)
        self._target = Observer(target, scope=scope)
        self._seen: tuple[Side, Side] | None = None
        self._plan: MovePlan | None = None
        self._stale = BOTH
        self._resumed = False
        self._copies = 0
        self._settling = False

    @property
    def namespace(self) -> str:
        """The namespace that moves."""
        return self._scope.namespace

    @property
    def plan(self) -> MovePlan:
        """What was left at the last look."""
        if self._plan is None:
            raise AssertionError("a plan comes after a look")
        return self._plan

    @property
    def sides(self) -> tuple[Side, Side]:
        """Source and target as they were at the last look."""
        if self._seen is None:
            raise AssertionError("a stage comes after a look")
        return self._seen

    @property
    def stage(self) -> Stage:
        """What has to be done next. Clusters resumed by this run are waited for, journal or not."""
        return Stage.SETTLE if self._settling and self.plan.stage is Stage.NONE else self.plan.stage

    @property
    def clusters(self) -> dict[Key, str]:
        """Clusters of the move with their uids in the source, as far as these are known."""
        known = dict(self.plan.journal.objects) if self.plan.journal else {}
        known |= {key: node.uid for key, node in self.sides[0].graph.clusters.items()}
        return {key: uid for key, uid in known.items() if is_cluster(key)}

    @property
    def machines(self) -> dict[Key, str]:
        """What stands for a virtual machine, in this move, and the identity of that."""
        source, target = (machines_of(self._moving(side)) for side in self.sides)
        return {**target, **source, **(self.plan.journal.machines if self.plan.journal else {})}

    @property
    def inventory(self) -> dict[str, str]:
        """What moves, with digests of its content. Once all is copied, the copies are what counts."""
        source, target = (inventory(side.graph) for side in self.sides)
        return {**target, **source} if self.plan.stage <= Stage.COPY else {**source, **target}

    def outdate(self, stale: tuple[bool, bool] = BOTH) -> None:
        """Have these sides (source, target) looked at again."""
        self._stale = (self._stale[0] or stale[0], self._stale[1] or stale[1])
        self._resumed = False

    def refresh(self) -> MovePlan:
        """Look where something may have changed; what is left to do."""
        if self._plan is not None and self._stale == NEITHER:
            return self._plan
        kinds = self._kinds
        source = self._source.look(kinds) if self._stale[0] else self.sides[0]
        # While all controllers of the target wake up a look at everything takes longer than the move.
        again = RESUMED if self._resumed else None
        target = self._target.look(kinds, again=again) if self._stale[1] else self.sides[1]
        self._seen = (source, target)
        self._plan = planning.plan(source=source, target=target, scope=self._scope)
        self._stale, self._resumed = NEITHER, False
        return self._plan

    def hold(self) -> None:
        """Stop the clusters in the source, when nothing is under way that a stop would cut."""
        plan = self.plan
        self.outdate(SOURCE)
        if plan.state is State.ACTIVE:
            check_prepared(plan.create, source=self._servers[0], target=self._servers[1])
            self._wait_settled()
            write.ensure_namespaces({self.namespace}, kube=self._ports.target)
        if plan.journal is None:
            self._write(self._entry("pause", plan))
        for node in plan.pause:
            write.merge(self._ports.source, node.key, node.kind, content.pause_patch(node.key))
        if not plan.pause:
            self._wait_unblocked(plan.blocked)

    def wait_quiet(self, *, timeout_seconds: float) -> None:
        """Wait until the controllers that report on it have seen the pause."""

        def look() -> t.Sequence[str]:
            reasons = ready.not_quiet(self.sides[0].graph)
            if reasons:
                self._seen = (self._source.look(self._kinds), self.sides[1])
                self.outdate(SOURCE)
                reasons = ready.not_quiet(self.sides[0].graph)
            return reasons

        self._until(look, what="pause seen by all controllers", timeout_seconds=timeout_seconds)

    def copy(self) -> None:
        """Create what the target lacks, owners first; what is there and differs is made equal."""
        plan, target = self.plan, self._ports.target
        self._count_copies()
        check_prepared(plan.create, source=self._servers[0], target=self._servers[1])
        self.outdate()
        keys = self.sides[0].graph.nodes
        write.ensure_namespaces({self.namespace, *(key.namespace for key in keys if key.namespace)}, kube=target)
        self._write(self._entry("create", plan, [node for group in plan.create for node in group]))
        seen = self.sides[1].graph.seen
        uids = dict(plan.uids)
        for number, group in enumerate(plan.create):
            self._note("create", group=number)
            stored = write.each(
                group,
                lambda node: (node.uid, write.put(node, target=target, there=seen.get(node.key), uids=uids)),
                lanes=self._settings.concurrency,
            )
            uids.update(stored)

    def delete(self) -> None:
        """Take the rest from the source, owned before owners, each by its uid; of a group its Clusters last."""
        plan, seen, lanes = self.plan, self.sides[1].graph.seen, self._settings.concurrency
        self.outdate(BOTH if plan.restamp else SOURCE)
        for node in plan.restamp:
            write.restamp(node, target=self._ports.target, uid=seen[node.key]["metadata"]["uid"])
        if plan.journal is None or not plan.journal.deleting:
            self._write(self._entry("delete", plan))
        for number, group in enumerate(plan.delete):
            self._note("delete", group=number)
            for part in deletions.parts(group):
                write.each(part, lambda node: write.remove(node, source=self._ports.source), lanes=lanes)

    def resume(self) -> None:
        """Let the target's controllers work, classes before Clusters."""
        self.outdate(TARGET)
        self._resumed = True
        self._settling = True
        self._note("resume")
        nodes = self.sides[1].graph.nodes
        for key in self.plan.resume:
            write.merge(self._ports.target, key, nodes[key].kind, content.resume_patch(key))

    def settle(self) -> None:
        """Wait until the clusters live in the target, then remove the journals: the target's last, for it alone
        matters when the source is gone.
        """
        if self._settings.wait:
            self._wait_living()
        for kube in (self._ports.source, self._ports.target):
            kube.delete(api_version="v1", kind="ConfigMap", name=journals.NAME, namespace=self.namespace)
        self._settling = False
        self._know(None)

    @property
    def _kinds(self) -> tuple[MoveKind, ...]:
        return kinds_of_both(*self._servers)

    def _moving(self, side: Side) -> list[Node]:
        wanted = set(self.plan.clusters)
        return [node for node in side.graph.nodes.values() if node.clusters & wanted]

    def _count_copies(self) -> None:
        """Give up with the names when copies do not become equal to their originals."""
        self._copies += 1
        if self._copies > COPIES:
            refuse.different(planning.differing(source=self.sides[0], target=self.sides[1]))

    def _wait_settled(self) -> None:
        """Wait until nothing is being provisioned or deleted: a pause in the middle of that leaves orphans."""

        def look() -> t.Sequence[Reason]:
            reasons = ready.unready(self.sides[0].graph)
            if reasons:
                self._seen = (self._source.look(self._kinds), self.sides[1])
                reasons = ready.unready(self.sides[0].graph)
            return reasons_of(reasons, hint=sick.UNKNOWN)

        wait_out(
            look,
            ports=self._ports,
            timeout_seconds=self._settings.timeout_seconds,
            what="clusters ready to move",
            cause=lambda: sick.sickness(self.sides[0].graph, at=self._ports.clock.today()),
        )

    def _wait_unblocked(self, waiting: t.Sequence[Node]) -> None:
        """Wait for providers that hold a move back until they saved what only they know."""

        def look() -> t.Sequence[str]:
            return [f"{node.key.label} has the annotation block-move" for node in waiting if self._blocks(node)]

        self._until(look, what="providers ready to move")

    def _wait_living(self) -> None:
        """Wait until the target's controllers have looked at the clusters and found them well."""
        kinds = [kind for kind in self._kinds if kind.kind in ready.LIVING_KINDS]
        clusters = self.plan.clusters

        def look() -> t.Sequence[str]:
            graph = self._target.look(kinds).graph
            return ready.not_living(graph, clusters=clusters)

        self._until(look, what="clusters managed by the target")

    def _blocks(self, node: Node) -> bool:
        where = {"api_version": node.kind.api_version, "kind": node.kind.kind, **write.place(node.key)}
        obj = self._ports.source.get(**where)
        return obj is not None and asks_to_wait(obj)

    def _until(self, look: t.Callable[[], t.Sequence[str]], *, what: str, timeout_seconds: float | None = None) -> None:
        seconds = self._settings.timeout_seconds if timeout_seconds is None else timeout_seconds
        wait_out(lambda: reasons_of(look()), ports=self._ports, timeout_seconds=seconds, what=what)

    def _write(self, journal: journals.Journal) -> None:
        """The journal in both clusters, where it does not say so already; the target's first."""
        for side, kube in ((1, self._ports.target), (0, self._ports.source)):
            if self.sides[side].journal != journal:
                kube.apply(journals.rendered(journal, namespace=self.namespace))
        self._know(journal)

    def _know(self, journal: journals.Journal | None) -> None:
        """Remember what both journals say now."""
        source, target = self.sides
        self._seen = (dataclasses.replace(source, journal=journal), dataclasses.replace(target, journal=journal))
        self._plan = dataclasses.replace(self.plan, journal=journal)

    def _note(self, phase: journals.Phase, *, group: int = 0) -> None:
        """The journal's progress."""
        if self.plan.journal is not None:
            self._write(self.plan.journal.at(phase, group=group))

    def _entry(self, phase: journals.Phase, plan: MovePlan, created: t.Iterable[Node] = ()) -> journals.Journal:
        """The journal at the beginning of a phase: all that goes from the source, and what is created besides.

        Taking over in the midst of somebody else's deletions, the machines are those that the target has.
        """
        going = (node for group in plan.delete for node in group)
        known, machines = (plan.journal.objects, plan.journal.machines) if plan.journal else ({}, {})
        if phase == "delete" and not machines:
            machines = machines_of(self._moving(self.sides[1]))
        source, target = self._servers
        return journals.Journal(
            source=source.identity,
            target=target.identity,
            name=self._scope.name,
            phase=phase,
            clusters=plan.clusters,
            objects={**known, **{node.key: node.uid for node in (*created, *going)}},
            machines={**machines, **machines_of(self._moving(self.sides[0]))},
        )


__all__ = ("Walk",)
