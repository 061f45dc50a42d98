# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Bringing the objects of a backup back to a management cluster, and letting clusters go only when the machines fit.

One loop: look at what is there, let the plan name what is left, write it with everything paused, look again. The
machines are compared before the first write, so that a refusal changes nothing, and once more before anything goes on.
"""

from __future__ import annotations

import dataclasses
import posixpath
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError, WaitTimeout
from ansible_collections.eks.anywhere.plugins.module_utils._ops import move_write as write
from ansible_collections.eks.anywhere.plugins.module_utils._ops import restore_read as reading
from ansible_collections.eks.anywhere.plugins.module_utils._ops.move_observe import Observer, Server
from ansible_collections.eks.anywhere.plugins.module_utils._ops.move_wait import reasons_of, wait_out
from ansible_collections.eks.anywhere.plugins.module_utils._ops.restore_compare import (
    Comparison,
    Connect,
    Open,
    Witnesses,
    compare,
)
from ansible_collections.eks.anywhere.plugins.module_utils._ops.restore_told import told
from ansible_collections.eks.anywhere.plugins.module_utils._plan import move_ready as ready
from ansible_collections.eks.anywhere.plugins.module_utils._plan import restore as planning
from ansible_collections.eks.anywhere.plugins.module_utils._plan import restore_machines as machines
from ansible_collections.eks.anywhere.plugins.module_utils._plan.move_facts import Side
from ansible_collections.eks.anywhere.plugins.module_utils._plan.move_graph import Key, Scope, is_cluster
from ansible_collections.eks.anywhere.plugins.module_utils._plan.move_refusals import names
from ansible_collections.eks.anywhere.plugins.module_utils._plan.restore import RestorePlan, Step, Task
from ansible_collections.eks.anywhere.plugins.module_utils._plan.restore_machines import Accepted
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Clock, Files, Kube, Obj, Reporter, Vault
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.plugins.module_utils._wait.driver import PASSING

ROUNDS = 6
"""Looks and writes; one is enough, unless something deletes or changes objects meanwhile."""
RETRY_SECONDS = 5.0
QUIET_SECONDS = 30.0
"""Controllers have so long to say that they saw the pause; what they do later is seen by the last comparison."""


@dataclasses.dataclass(frozen=True)
class Ports:
    """The outside world; ``vault`` is None without a password."""

    kube: Kube
    files: Files
    vault: Vault | None
    vcenter: Open
    connect: Connect
    clock: Clock
    report: Reporter


@dataclasses.dataclass(frozen=True)
class Asked:
    """What the user wants: ``path`` is the folder of the backup, ``wait`` until the clusters are managed again."""

    path: str
    scope: Scope
    timeout_seconds: float
    overwrite: bool = False
    accepted: Accepted = dataclasses.field(default_factory=Accepted)
    wait: bool = True
    check_mode: bool = False


def restore(asked: Asked, *, ports: Ports) -> Result:
    """Restore what is missing, from wherever an earlier run was cut; nothing is asked of vCenter when nothing is."""
    kept = reading.read(posixpath.normpath(asked.path), files=ports.files, vault=ports.vault)
    work = _Restoration(kept, asked, ports)
    first = work.look()
    work.say_different(first)
    if first.finished:
        return told(first, kept=kept, comparison=Comparison(), found=work.there)
    work.refuse(first)
    before = work.there
    comparison = work.compare()
    if not asked.check_mode:
        work.carry_out(first)
    return told(first, kept=kept, comparison=comparison, found=before)


class _Restoration:
    """One backup on its way back."""

    def __init__(self, kept: reading.Kept, asked: Asked, ports: Ports) -> None:
        self._kept = kept
        self._asked = asked
        self._ports = ports
        self._server = Server(ports.kube)
        self._kinds = reading.kinds_for(kept, self._server)
        self._graph = reading.graph_of(kept, kinds=self._kinds, scope=asked.scope)
        self._observer = Observer(self._server, scope=asked.scope)
        self._expected = machines.expected_machines(self._graph)
        self._wish = planning.Wish(
            mark=kept.name,
            overwrite=asked.overwrite,
            left_out=machines.left_out(self._expected, asked.accepted),
            paused=kept.paused,
        )
        self._side: Side | None = None
        self.there: t.Mapping[Key, Obj] = {}
        _check_names(asked.accepted, {one.name for one in self._expected})

    def look(self) -> RestorePlan:
        """What is there, and what is left to do."""
        self._side = self._observer.look(self._kinds)
        if self._side.journal is not None:
            raise EksaError(
                f"A move of namespace {self._asked.scope.namespace} is not finished.",
                code="restore.move_unfinished",
                hint="Finish the move first; what a backup brings in between would be moved, too.",
            )
        self.there = {**self._side.graph.seen, **self._elsewhere(self._side.graph.seen)}
        reading.check_owners(self._graph, self.there)
        return planning.plan(self._graph, self.there, wish=self._wish)

    def refuse(self, plan: RestorePlan) -> None:
        """What is being deleted can only be made anew, which takes the finalizers from what is there."""
        deleting = [step.node.key for step in plan.of(Task.RENEW)]
        if deleting and not self._asked.overwrite:
            raise EksaError(
                f"{names(deleting)}: being deleted in the management cluster, which cannot be taken back.",
                code="restore.object_deleting",
                hint="Pause the Cluster (spec.paused: true) at once, or its machines go. With overwrite: true these are"
                " released from their finalizers while all is paused, and made anew from the backup.",
                details={"objects": [key.label for key in deleting]},
            )

    def compare(self) -> Comparison:
        """The machines of the backup against those that run; raises when they do not fit."""
        found = compare(
            self._kept,
            self._graph,
            self._expected,
            there=self.there,
            accepted=self._asked.accepted,
            witnesses=Witnesses(self._ports.vcenter, self._ports.connect, self._server.identity),
        )
        found.check()
        for note in found.notes:
            self._ports.report.line(f"  {note}")
        return found

    def say_different(self, plan: RestorePlan) -> None:
        """Objects that are there and not as in the backup, by the names of their fields: values may be secret."""
        for key, fields in sorted(plan.different.items()):
            self._ports.report.line(f"  {key.label} differs from the backup and is left alone: {', '.join(fields)}")

    def carry_out(self, plan: RestorePlan) -> None:
        """Write until nothing is missing, compare, then let go."""
        passing: EksaError | None = None
        for _round in range(ROUNDS):
            if not plan.groups:
                break
            try:
                self._hold(plan)
                self._write(plan)
                passing = None
            except EksaError as exc:
                if exc.code not in PASSING:
                    raise
                passing = exc
                self._ports.report.line(f"  {exc.message} The restore looks again and goes on.")
                self._ports.clock.sleep(RETRY_SECONDS)
            plan = self.look()
        if plan.groups:
            raise passing or _no_progress(plan)
        self.compare()
        self._resume(plan)
        if self._asked.wait:
            self._settle(plan)

    def _hold(self, plan: RestorePlan) -> None:
        """Stop the clusters that run, and wait until their controllers have seen it."""
        for key in plan.pause:
            patch = planning.pause_patch(key, self.there[key], mark=self._wish.mark)
            write.merge(self._ports.kube, key, self._graph.nodes[key].kind, patch)
        if not plan.pause:
            return

        def look() -> list[t.Any]:
            self._side = self._observer.look(self._kinds)
            return reasons_of(ready.not_quiet(self._side.graph))

        seconds = min(QUIET_SECONDS, self._asked.timeout_seconds)
        try:
            wait_out(look, ports=self._ports, timeout_seconds=seconds, what="pause seen by all controllers")
        except WaitTimeout as exc:
            self._ports.report.line(f"  {exc.message} The machines are compared once more before anything goes on.")

    def _write(self, plan: RestorePlan) -> None:
        """Owners first. What is paused by nobody but this restore carries its mark from the beginning."""
        kube, uids = self._ports.kube, dict(plan.uids)
        spaces = {step.node.key.namespace for step in plan.of(Task.CREATE)}
        write.ensure_namespaces({space for space in spaces if space}, kube=kube)
        for step in plan.steps:
            uids[step.node.uid] = self._one(step, uids=uids, ours=step.node.key in plan.resume)

    def _one(self, step: Step, *, uids: t.Mapping[str, str], ours: bool) -> str:
        """One object as it is to be; its uid then."""
        kube, node, there = self._ports.kube, step.node, step.there
        if step.task is Task.RELINK and there is not None:
            references = planning.relinked(node, there, uids=uids)
            patch = {"metadata": {"ownerReferences": references}}
            write.merge(kube, node.key, node.kind, patch, uid=there["metadata"]["uid"])
            return str(there["metadata"]["uid"])
        if step.task is Task.OVERWRITE:
            return write.put(node, target=kube, there=there, uids=uids)
        if there is not None:
            write.remove(node.holding(there), source=kube)
        wanted = planning.marked(node, mark=self._wish.mark) if ours else node
        return write.put(wanted, target=kube, there=None, uids=uids)

    def _resume(self, plan: RestorePlan) -> None:
        """Let go what the restore has paused, classes before Clusters."""
        for key in plan.resume:
            write.merge(self._ports.kube, key, self._graph.nodes[key].kind, planning.resume_patch(key))
        for key in plan.stopped:
            self._ports.report.line(f"  {key.label} was paused by somebody, and so it stays")

    def _settle(self, plan: RestorePlan) -> None:
        """Wait until the controllers have looked at the clusters and found them well."""
        clusters = [key for key in plan.resume if is_cluster(key)]
        if not clusters:
            return
        kinds = [kind for kind in self._kinds if kind.kind in ready.LIVING_KINDS]

        def look() -> list[t.Any]:
            return reasons_of(ready.not_living(self._observer.look(kinds).graph, clusters=clusters))

        seconds = self._asked.timeout_seconds
        wait_out(look, ports=self._ports, timeout_seconds=seconds, what="clusters managed again")

    def _elsewhere(self, seen: t.Container[Key]) -> dict[Key, Obj]:
        """What the backup holds of other namespaces, such as a class that several use."""
        away = (
            node
            for key, node in self._graph.nodes.items()
            if key not in seen and key.namespace != self._asked.scope.namespace
        )
        found = {
            node.key: self._ports.kube.get(
                api_version=node.kind.api_version, kind=node.kind.kind, **write.place(node.key)
            )
            for node in away
        }
        return {key: obj for key, obj in found.items() if obj is not None}


def _check_names(accepted: Accepted, known: t.Collection[str]) -> None:
    strange = sorted(accepted.missing - set(known))
    if strange:
        raise EksaError(
            f"accept_missing names what is no Machine of the backup: {', '.join(strange)}.",
            code="restore.machine_unknown",
            hint=f"It has {', '.join(sorted(known)) or 'none'}.",
        )


def _no_progress(plan: RestorePlan) -> EksaError:
    left = "; ".join(
        f"{step.task} {step.node.key.label} {', '.join(step.fields[:3])}".strip() for step in plan.steps[:5]
    )
    return EksaError(
        f"After {ROUNDS} rounds there is still to do: {left}.",
        code="restore.no_progress",
        hint="Something works against the restore. All stays paused; stop it, or run again without overwrite.",
    )


__all__ = ("Asked", "Ports", "restore")
