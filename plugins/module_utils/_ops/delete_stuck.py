# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Objects that stay although they were deleted: released one by one, each only when vCenter proves its machine gone.

A finalizer is there to keep a machine from being forgotten. So before one is taken off, vCenter is asked for the
machine by every identity that is known of it, and a line tells what the proof rests on.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ops.delete_vcenter import Datacenter
from ansible_collections.eks.anywhere.plugins.module_utils._plan.delete_machines import (
    Known,
    Verdict,
    evidence,
    presence,
    task_queries,
    verdicts,
)
from ansible_collections.eks.anywhere.plugins.module_utils._plan.delete_objects import MACHINE_LEVELS, is_deleting
from ansible_collections.eks.anywhere.plugins.module_utils._plan.objects import label, where
from ansible_collections.eks.anywhere.plugins.module_utils._ports import (
    Clock,
    FoundMachines,
    Kube,
    MachineFacts,
    MachineVSphere,
    Obj,
    Reporter,
)
from ansible_collections.eks.anywhere.plugins.module_utils._wait import Reason, Weight

AFTER_RELEASE_SECONDS = 30.0
"""Once one object had to be released, nobody is expected to come for the next."""


@dataclasses.dataclass(frozen=True)
class Release:
    """One object that was let go, and what proves that nothing is lost with it."""

    object: str
    finalizers: tuple[str, ...]
    evidence: str

    def as_dict(self) -> dict[str, t.Any]:
        """The documented public shape."""
        return {"object": self.object, "finalizers": list(self.finalizers), "evidence": self.evidence}


@dataclasses.dataclass(frozen=True)
class _Sight:
    """What vCenter showed in one session."""

    known: t.Mapping[str, Known]
    found: FoundMachines
    facts: t.Mapping[str, MachineFacts]
    verdicts: tuple[Verdict, ...]


class Stuck:
    """Watches what is left of a deletion, and helps when it has not become less for so long."""

    def __init__(
        self,
        kube: Kube,
        *,
        datacenter: Datacenter,
        clock: Clock,
        report: Reporter,
        patience_seconds: float,
        purge: bool,
    ) -> None:
        self._kube = kube
        self._datacenter = datacenter
        self._clock = clock
        self._report = report
        self._patience = patience_seconds
        self._purge = purge
        self._left: frozenset[str] = frozenset()
        self._since = clock.now()
        self._reasons: tuple[Reason, ...] = ()
        self.released: list[Release] = []
        self.destroyed: list[str] = []

    def help(self, levels: t.Sequence[t.Sequence[Obj]]) -> tuple[Reason, ...]:
        """Reasons why nothing goes on, once patience is over; what can be released by then is."""
        left = frozenset(str(obj["metadata"]["uid"]) for level in levels for obj in level)
        if left != self._left:
            self._left, self._since, self._reasons = left, self._clock.now(), ()
        if left and self._clock.now() - self._since >= self._patience:
            self._since = self._clock.now()
            self._reasons = tuple(self._unstick(levels))
        return self._reasons

    def _unstick(self, levels: t.Sequence[t.Sequence[Obj]]) -> list[Reason]:
        if not self._datacenter.server:
            return []
        try:
            with self._datacenter.session() as session:
                return self._with(session, levels)
        except EksaError as exc:
            if not exc.code.startswith("vsphere."):
                raise
            text = f"nothing is released, as nobody can tell whether machines are gone: {exc.message.rstrip('.')}"
            return [_reason("vCenter", self._datacenter.server, text, exc.hint)]

    def _with(self, session: MachineVSphere, levels: t.Sequence[t.Sequence[Obj]]) -> list[Reason]:
        machines = [obj for level in levels[:MACHINE_LEVELS] for obj in level]
        sight = self._look(session, machines)
        if self._purge and self._destroy(session, sight):
            sight = self._look(session, machines)
        for number, level in enumerate(levels):
            if level:
                return self._release_level(level, sight, of_machines=number < MACHINE_LEVELS)
        return []

    def _look(self, session: MachineVSphere, machines: t.Sequence[Obj]) -> _Sight:
        owner = self._datacenter.owner(machines)
        found = session.search(owner.search)
        return _Sight(
            known={one.name: one for one in owner.known},
            found=found,
            facts=session.machines(task_queries(owner.known)),
            verdicts=verdicts(found, owner),
        )

    def _destroy(self, session: MachineVSphere, sight: _Sight) -> bool:
        """Destroy what is proven to be the cluster's, when its controllers have not."""
        mine = [one for one in sight.verdicts if one.proven]
        for one in mine:
            self._report.line(f"Destroying {one.machine.path}: {one.proof}")
            session.destroy(one.machine)
            self.destroyed.append(one.machine.path)
        return bool(mine)

    def _release_level(self, level: t.Sequence[Obj], sight: _Sight, *, of_machines: bool) -> list[Reason]:
        """Of the lowest level that is left; what is above it follows in its turn."""
        reasons = []
        for obj in level:
            kept, proof = self._machine(obj, sight) if of_machines else self._whole(sight)
            if kept:
                hint = "Remove that machine, or let this do it: eksa_teardown_purge: true."
                reasons.append(_reason(obj["kind"], obj["metadata"]["name"], f"not released: {kept}", hint))
            else:
                self._release(obj, proof)
        return reasons

    def _machine(self, obj: Obj, sight: _Sight) -> tuple[str, str]:
        """Why an object that stands for a machine is kept, and else the proof that its machine is gone."""
        known = sight.known[obj["metadata"]["name"]]
        return presence(known, sight.found, sight.facts), evidence(known, self._datacenter.server)

    def _whole(self, sight: _Sight) -> tuple[str, str]:
        """The same for an object that stands for the cluster: it goes when not one machine is left."""
        kept = [f"virtual machine {one.machine.path} exists" for one in sight.verdicts]
        kept += [f"folder {folder} cannot be looked into" for folder in sight.found.unseen]
        return ", ".join(kept), f"vCenter {self._datacenter.server} has no virtual machine of the cluster"

    def _release(self, obj: Obj, proof: str) -> None:
        place = where(obj)
        uid = obj["metadata"]["uid"]
        finalizers = tuple(obj["metadata"].get("finalizers") or ())
        # The line comes before the write: no release without one, whatever happens in between.
        self._report.line(f"Releasing {label(obj)}: {proof}")
        if not is_deleting(obj) and not self._kube.delete(**place, uid=uid):
            return
        try:
            self._kube.merge(**place, patch={"metadata": {"uid": uid, "finalizers": None}})
        except EksaError as exc:
            if exc.code != "kube.not_found":
                raise
        self.released.append(Release(label(obj), finalizers, proof))
        self._patience = min(self._patience, AFTER_RELEASE_SECONDS)


def _reason(kind: str, name: str, text: str, hint: str) -> Reason:
    return Reason(kind, name, text, weight=Weight.CAUSE, hint=hint)


__all__ = ("Release", "Stuck")
