# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""What to do about a drain that a PodDisruptionBudget blocks: wait, give up, or let the machine go undrained."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Clock, Kube, Obj, Reporter
from ansible_collections.eks.anywhere.plugins.module_utils._wait.drains import (
    EXCLUDED,
    BlockedDrain,
    blocked,
    is_excluded,
)


@dataclasses.dataclass(frozen=True)
class DrainPolicy:
    """``action`` is ``wait``, ``fail`` or ``force``; the last two only when a drain has lasted so long."""

    action: str = "wait"
    after_seconds: float = 0.0


WAIT = DrainPolicy()


class Drains:
    """Looks after the drains of a wait. ``actions`` says which machines were let go without one."""

    def __init__(self, policy: DrainPolicy, *, kube: Kube, clock: Clock, report: Reporter) -> None:
        self._policy = policy
        self._kube = kube
        self._clock = clock
        self._report = report
        self.actions: list[str] = []

    def tend(self, machines: t.Iterable[Obj]) -> None:
        """Do to blocked drains what the policy says; called at each look."""
        if self._policy.action == WAIT.action:
            return
        for machine in machines:
            drain = blocked(machine)
            if drain is None or is_excluded(machine):
                continue
            if not drain.lasts(self._policy.after_seconds, at=self._clock.today()):
                continue
            if self._policy.action == "fail":
                raise self._given_up(drain)
            self._force(drain)

    def _force(self, drain: BlockedDrain) -> None:
        """Cluster API's own means for one Machine. The rest of the deletion stays as it is."""
        metadata = drain.machine["metadata"]
        try:
            self._kube.merge(
                api_version=drain.machine["apiVersion"],
                kind=drain.machine["kind"],
                name=drain.name,
                namespace=metadata.get("namespace"),
                patch={"metadata": {"uid": metadata["uid"], "annotations": {EXCLUDED: "true"}}},
            )
        except EksaError as exc:
            if exc.code != "kube.not_found":
                raise
            # It was emptied after all.
            return
        self._report.line(f"  {drain.sentence}; after {self._patience} it goes without being drained")
        self.actions.append(f"Skip the drain of Machine {drain.name}")

    def _given_up(self, drain: BlockedDrain) -> EksaError:
        return EksaError(
            f"Since {drain.since} {drain.sentence}: {drain.words}.",
            code="wait.drain_blocked",
            hint="Run more replicas of the application or let its budget allow one disruption, and run again; or let "
            "the machine go undrained with blocked_drain: force.",
            details={"machine": drain.name, "node": drain.node, "pods": drain.pods, "budget": drain.budget},
        )

    @property
    def _patience(self) -> str:
        return f"{self._policy.after_seconds:.0f} s"


__all__ = ("WAIT", "DrainPolicy", "Drains")
