# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""The machines behind an upgrade: which are replaced, with which VM, for what reason; which are still on their way."""

from __future__ import annotations

import dataclasses
import datetime as dt
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._plan.etcd_roll import is_held, is_upgrading
from ansible_collections.eks.anywhere.plugins.module_utils._plan.machines import dig
from ansible_collections.eks.anywhere.plugins.module_utils._plan.parts import CONTROL_PLANE, ETCD, group_part
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj

CONTROL_PLANE_LABEL = "cluster.x-k8s.io/control-plane"
ETCD_LABEL = "cluster.x-k8s.io/etcd-cluster"
DEPLOYMENT_LABEL = "cluster.x-k8s.io/deployment-name"
DELETE_FIRST = "cluster.x-k8s.io/delete-machine"
YOUNG = dt.timedelta(minutes=15)
"""How long a machine may take to come up before it counts as one that is not ready."""

_PROVIDER_ID = "vsphere://"


@dataclasses.dataclass(frozen=True)
class Affected:
    """One machine that goes away. ``vm`` and ``uuid`` are empty before it has a virtual machine."""

    part: str
    machine: str
    node: str
    vm: str
    uuid: str
    reasons: tuple[str, ...]

    def as_dict(self) -> dict[str, t.Any]:
        """The documented public shape."""
        return {**dataclasses.asdict(self), "reasons": list(self.reasons)}


def part_of(machine: Obj, *, cluster: str) -> str:
    """The part that a Machine belongs to; empty for one that nobody here holds."""
    labels = machine["metadata"].get("labels") or {}
    if ETCD_LABEL in labels:
        return ETCD
    if CONTROL_PLANE_LABEL in labels:
        return CONTROL_PLANE
    deployment = labels.get(DEPLOYMENT_LABEL, "")
    return group_part(deployment.removeprefix(f"{cluster}-")) if deployment else ""


def by_part(machines: t.Iterable[Obj], *, cluster: str) -> dict[str, list[Obj]]:
    """Machines by part, oldest first."""
    found: dict[str, list[Obj]] = {}
    for machine in sorted(machines, key=lambda one: (_born(one), _name(one))):
        found.setdefault(part_of(machine, cluster=cluster), []).append(machine)
    return found


def outdated(machine: Obj) -> str:
    """Why the controller that holds a machine calls it out of date, in its words; empty when it does not."""
    found = next((one for one in _conditions(machine) if one.get("type") == "UpToDate"), {})
    if found.get("status") != "False":
        return ""
    lines = (line.strip("* ") for line in str(found.get("message") or "").splitlines())
    return "; ".join(line for line in lines if line) or str(found.get("reason") or "not up to date")


def is_leaving(machine: Obj) -> bool:
    """Whether it is being deleted."""
    return bool(machine["metadata"].get("deletionTimestamp"))


def is_coming(machine: Obj, *, today: dt.datetime) -> bool:
    """Whether it is young and not ready, so that time alone may make it so."""
    since = machine["metadata"].get("creationTimestamp")
    return bool(since) and not _is_ready(machine) and today - dt.datetime.fromisoformat(since) < YOUNG


def missing(holder: Obj, machines: t.Sequence[Obj], *, today: dt.datetime) -> str:
    """Why a part is not at rest: what an earlier run applied is under way, or its machines are not ready."""
    return under_way(holder, machines, today=today) or unready(holder, machines)


def under_way(holder: Obj, machines: t.Sequence[Obj], *, today: dt.datetime) -> str:
    """What of a change that was applied is not finished; empty when nothing is."""
    if is_upgrading(holder):
        return "its members are being replaced"
    if is_held(holder):
        return "it is paused while etcd changes"
    generation = holder["metadata"].get("generation")
    if generation is not None and (holder.get("status") or {}).get("observedGeneration") != generation:
        return "its controller has not seen the latest change"
    wanted = dig(holder, ("spec", "replicas"))
    counts = {
        "out of date": sum(1 for machine in machines if outdated(machine) and not is_leaving(machine)),
        "being deleted": sum(1 for machine in machines if is_leaving(machine)),
        "coming up": sum(1 for machine in machines if is_coming(machine, today=today) and not is_leaving(machine)),
    }
    said = [f"{count} of {len(machines)} machines {word}" for word, count in counts.items() if count]
    if not said and wanted is not None and len(machines) != int(wanted):
        said = [f"{len(machines)} of {wanted} machines made"]
    return ", ".join(said)


def unready(holder: Obj, machines: t.Sequence[Obj]) -> str:
    """Which machines are there, up to date, and not ready. An external etcd has no nodes; its status says it."""
    if holder["kind"] == "EtcdadmCluster":
        return "" if (holder.get("status") or {}).get("ready") else "etcd is not ready"
    wrong = [_name(machine) for machine in machines if not _is_ready(machine)]
    return f"{len(machines) - len(wrong)} of {len(machines)} machines ready (not {', '.join(wrong)})" if wrong else ""


def scaled_away(holder: Obj, machines: t.Sequence[Obj], *, count: int) -> list[Obj]:
    """Which ``count`` machines of a part go when fewer are wanted, by the rules of the controller that holds them.

    Those that somebody marked go first. A control plane goes on with the oldest; a group of workers with those that are
    not healthy, then by name, unless somebody gave it another order.
    """
    workers = holder["kind"] == "MachineDeployment"
    order = dig(holder, ("spec", "deletion", "order"))
    by_age = not workers or order in ("Newest", "Oldest")
    found = sorted(machines, key=lambda one: (_born(one) if by_age else "", _name(one)), reverse=order == "Newest")
    return sorted(found, key=lambda one: _urgency(one, workers=workers))[:count]


def _urgency(machine: Obj, *, workers: bool) -> int:
    annotations = machine["metadata"].get("annotations") or {}
    if is_leaving(machine):
        return 0
    if DELETE_FIRST in annotations:
        return 1
    return 2 if workers and _is_unhealthy(machine) else 3


def _is_unhealthy(machine: Obj) -> bool:
    """What a check of its health, or its node, says; unknown is not unhealthy."""
    failed = {one.get("type") for one in _conditions(machine) if one.get("status") == "False"}
    return bool(failed & {"NodeHealthy", "HealthCheckSucceeded"}) or not dig(machine, ("status", "nodeRef"))


def _born(machine: Obj) -> str:
    return str(machine["metadata"].get("creationTimestamp") or "")


def affected(machine: Obj, vms: t.Mapping[str, Obj], *, part: str, reasons: t.Sequence[str]) -> Affected:
    """A machine that goes away; ``vms`` by name of the infrastructure machine that owns them."""
    infrastructure = str(dig(machine, ("spec", "infrastructureRef", "name")) or "")
    vm = vms.get(infrastructure)
    provider_id = str(dig(machine, ("spec", "providerID")) or "")
    known = str(dig(vm, ("spec", "biosUUID")) or "") or provider_id.removeprefix(_PROVIDER_ID)
    return Affected(
        part=part,
        machine=_name(machine),
        node=str(dig(machine, ("status", "nodeRef", "name")) or ""),
        vm=_name(vm) if vm else infrastructure if provider_id else "",
        uuid=known.lower(),
        reasons=tuple(reasons),
    )


def owned_vms(vms: t.Iterable[Obj]) -> dict[str, Obj]:
    """VSphereVMs by name of the VSphereMachine they are made for."""
    return {_owner(vm): vm for vm in vms}


def _owner(vm: Obj) -> str:
    owners = vm["metadata"].get("ownerReferences") or ()
    return next((str(owner["name"]) for owner in owners if owner.get("kind") == "VSphereMachine"), _name(vm))


def _is_ready(machine: Obj) -> bool:
    found = {one.get("type"): one.get("status") for one in _conditions(machine)}
    running = (machine.get("status") or {}).get("phase", "Running") == "Running"
    return found.get("Ready", found.get("NodeHealthy", "True")) == "True" and running


def _conditions(machine: Obj) -> t.Sequence[Obj]:
    return (machine.get("status") or {}).get("conditions") or ()


def _name(obj: Obj) -> str:
    return str(obj["metadata"]["name"])


__all__ = (
    "Affected",
    "affected",
    "by_part",
    "is_coming",
    "is_leaving",
    "missing",
    "outdated",
    "owned_vms",
    "part_of",
    "scaled_away",
    "under_way",
    "unready",
)
