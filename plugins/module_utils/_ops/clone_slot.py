# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""One of a few slots for clusters that make machines on a vCenter, shared by all runs that ask the same API server.

A slot is a Lease object. Its holder is a run together with a cluster, as one run works on several.
"""

from __future__ import annotations

import contextlib
import dataclasses
import re
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._plan import lease as leases
from ansible_collections.eks.anywhere.plugins.module_utils._plan.lease import Here, Holder, Lease, Verdict
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Clock, Kube, Reporter
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result

LEASE = {"api_version": "coordination.k8s.io/v1", "kind": "Lease", "namespace": leases.NAMESPACE}
PAUSE_SECONDS = 5.0
LABELS = {"app.kubernetes.io/managed-by": "eks-anywhere", "app.kubernetes.io/component": "clone-slot"}
_UNSAFE = re.compile(r"[^a-z0-9]+")
_LOST_RACES = ("kube.already_exists", "kube.conflict", "kube.not_found")


@dataclasses.dataclass(frozen=True)
class Ports:
    """``kube`` is the API server that all runs share."""

    kube: Kube
    clock: Clock
    report: Reporter
    here: Here


@dataclasses.dataclass(frozen=True)
class Wanted:
    """A slot of ``pool``, which has so many, for a cluster."""

    cluster: str
    pool: str
    slots: int
    seconds: int
    wait_seconds: int
    kubeconfig: str
    run: Holder

    @property
    def me(self) -> Holder:
        """The holder."""
        return Holder(who=f"{self.run.who}/{self.cluster}", run=self.run.run)

    def name(self, number: int) -> str:
        """Name of the Lease object of a slot."""
        return leases.object_name(f"slot-{_UNSAFE.sub('-', self.pool.lower()).strip('-')}-{number}")


def take(wanted: Wanted, *, ports: Ports, check_mode: bool) -> Result:
    """Hold a slot; wait for one as long as is allowed. A plan holds nothing."""
    if check_mode:
        return _result(wanted, 0)
    end = ports.clock.now() + wanted.wait_seconds
    said = False
    while True:
        number, holders = _try_all(wanted, ports)
        if number:
            return _result(wanted, number)
        told = f"all {wanted.slots} clone slots of {wanted.pool} are held, by {', '.join(sorted(holders))}"
        if ports.clock.now() >= end:
            raise EksaError(
                f"No clone slot for cluster {wanted.cluster} in {wanted.wait_seconds} s: {told}.",
                code="fleet.no_slot",
                hint="Run again later, or raise clone_slots of the vCenter if it can bear more.",
                details={"pool": wanted.pool, "holders": sorted(holders)},
            )
        if not said:
            ports.report.line(f"Waiting: {told}")
            said = True
        ports.clock.sleep(min(PAUSE_SECONDS, max(0.0, end - ports.clock.now())))


def renew(wanted: Wanted, *, ports: Ports, check_mode: bool) -> Result:
    """Go on holding it, or another one if somebody took it meanwhile. Work that has begun is not stopped for a slot."""
    number = 0
    with contextlib.suppress(EksaError):
        number = 0 if check_mode else _try_all(wanted, ports)[0]
    return _result(wanted, number)


def release(wanted: Wanted, *, ports: Ports, check_mode: bool) -> Result:
    """Hold it no more."""
    for number in range(1, wanted.slots + 1) if not check_mode else ():
        obj = ports.kube.get(**LEASE, name=wanted.name(number))
        there = leases.from_object(obj)
        if obj and there and there.holder == wanted.me:
            ports.kube.delete(**LEASE, name=wanted.name(number), uid=obj["metadata"]["uid"])
    return Result(data={"held": False, "slot": 0})


def _try_all(wanted: Wanted, ports: Ports) -> tuple[int, set[str]]:
    """Number of the slot that is held now, 0 when all are others'; those who hold them. One's own comes first."""
    seen = {number: ports.kube.get(**LEASE, name=wanted.name(number)) for number in range(1, wanted.slots + 1)}
    free: list[int] = []
    holders: set[str] = set()
    for number, obj in seen.items():
        there = leases.from_object(obj)
        if there is not None and there.holder == wanted.me:
            free.insert(0, number)
        elif there is None or _is_over(there, wanted, ports):
            free.append(number)
        else:
            holders.add(there.holder.who)
    for number in free:
        if _write(wanted, number, seen[number], ports):
            return number, holders
    return 0, holders or {"runs that came first"}


def _is_over(there: Lease, wanted: Wanted, ports: Ports) -> bool:
    """What another cluster of this run holds is held as long as the run lasts."""
    if there.holder.run == wanted.run.run:
        return False
    verdict = leases.judge(there, wanted.me, now=ports.clock.today(), here=ports.here)
    return verdict in (Verdict.DEAD, Verdict.EXPIRED)


def _write(wanted: Wanted, number: int, obj: t.Mapping[str, t.Any] | None, ports: Ports) -> bool:
    """Whether nobody else was faster."""
    now = ports.clock.today()
    before = leases.from_object(dict(obj)) if obj else None
    acquired = before.acquired if before and before.holder == wanted.me else now
    mine = leases.rendered("", Lease(holder=wanted.me, acquired=acquired, renewed=now, seconds=wanted.seconds))
    mine["metadata"] = {"name": wanted.name(number), "namespace": leases.NAMESPACE, "labels": dict(LABELS)}
    try:
        if obj is None:
            ports.kube.create(mine)
        else:
            patch = {"metadata": {"resourceVersion": obj["metadata"]["resourceVersion"]}, "spec": mine["spec"]}
            ports.kube.merge(**LEASE, name=wanted.name(number), patch=patch)
    except EksaError as exc:
        if exc.code not in _LOST_RACES:
            raise
        return False
    return True


def _result(wanted: Wanted, number: int) -> Result:
    """``lease`` is what a later task needs to renew it: options of the module."""
    lease = {
        "cluster": wanted.cluster,
        "pool": wanted.pool,
        "slots": wanted.slots,
        "seconds": wanted.seconds,
        "wait_seconds": wanted.wait_seconds,
        "kubeconfig": wanted.kubeconfig,
    }
    return Result(data={"held": bool(number), "slot": number, "lease": lease if number else {}})


__all__ = ("LEASE", "Ports", "Wanted", "release", "renew", "take")
