# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""The plan of an upgrade as people read it: what changes, which machine goes and why, what it takes, what stops it."""

from __future__ import annotations

import dataclasses
import itertools
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._plan import upgrade_times
from ansible_collections.eks.anywhere.plugins.module_utils._plan.create import Phase
from ansible_collections.eks.anywhere.plugins.module_utils._plan.parts import CONTROL_PLANE, ETCD
from ansible_collections.eks.anywhere.plugins.module_utils._plan.upgrade import Component, PartState
from ansible_collections.eks.anywhere.plugins.module_utils._plan.upgrade_drains import Blocker
from ansible_collections.eks.anywhere.plugins.module_utils._plan.upgrade_machines import Affected
from ansible_collections.eks.anywhere.plugins.module_utils._plan.upgrade_peak import Peak, Room

_TITLES = {ETCD: "etcd", CONTROL_PLANE: "control plane"}
_GIB = 1024
_WHY_NO_RETURN = {
    "providers": "Cluster API converts the objects that it stores",
    ETCD: "etcd does not give its data back to an older version",
    CONTROL_PLANE: "Kubernetes cannot be downgraded",
}


@dataclasses.dataclass(frozen=True)
class Plan:
    """Everything that is shown."""

    name: str
    left: tuple[Phase, ...]
    versions: tuple[Component, ...]
    components: tuple[Component, ...]
    parts: t.Mapping[str, PartState]
    replaced: tuple[Affected, ...]
    removed: tuple[Affected, ...]
    kept: int
    peak: Peak
    blockers: tuple[Blocker, ...]
    leftovers: tuple[str, ...]
    no_return: str
    notes: tuple[str, ...] = ()
    expected_seconds: int | None = None


def lines(plan: Plan) -> list[str]:
    """The plan for people."""
    if not plan.left:
        return [f"Cluster {plan.name} is as its config says: nothing to do"]
    blocks = (
        ("phases", [f"{number}. {phase.name}: {phase.detail}" for number, phase in enumerate(plan.left, start=1)]),
        ("components", [f"{one.name}  {one.before or 'not installed'} -> {one.after}" for one in plan.components]),
        ("machines, in this order", _machines(plan)),
        ("at the widest moment", _peak(plan.peak) if plan.replaced or plan.peak.extra != Room() else []),
        ("drains that will be blocked", [_blocker(one) for one in plan.blockers if one.blocks]),
        ("drains that will be felt", [_blocker(one) for one in plan.blockers if not one.blocks]),
        ("removed when nothing needs it any more", list(plan.leftovers)),
        ("notes", [*plan.notes, _way_back(plan), f"duration: {upgrade_times.shown(plan.expected_seconds)}"]),
    )
    shown = [f"Plan for the upgrade of cluster {plan.name}{_versions(plan.versions)}"]
    for title, block in blocks:
        shown += [f"  {title}:", *(f"    {line}" for line in block)] if block else []
    return shown


def _versions(versions: t.Sequence[Component]) -> str:
    said = ", ".join(map(str, versions))
    return f" ({said})" if said else ""


def _machines(plan: Plan) -> list[str]:
    by_part = {
        part: list(found)
        for part, found in itertools.groupby([*plan.replaced, *plan.removed], key=lambda one: one.part)
    }
    shown: list[str] = []
    for part, state in plan.parts.items():
        shown += _part(part, state, by_part.pop(part, []))
    for part, machines in by_part.items():
        shown += [f"{title(part)} is removed:", *(f"  {_machine(one)}" for one in machines)]
    kept = "1 machine stays as it is" if plan.kept == 1 else f"{plan.kept} machines stay as they are"
    return [*shown, kept] if plan.kept else shown


def _part(part: str, state: PartState, machines: t.Sequence[Affected]) -> list[str]:
    if state.done:
        return []
    if not machines:
        return [f"{title(part)}: {state.detail}", *(f"  {change}" for change in state.part.in_place)]
    # Machines of one part go for the same reasons, unless an earlier roll was cut.
    reasons = list(dict.fromkeys(reason for one in machines for reason in one.reasons))
    return [
        f"{title(part)}: {state.detail}",
        *(f"  because {reason}" for reason in reasons),
        *(f"  {_machine(one)}" for one in machines),
    ]


def title(part: str) -> str:
    """What people call a part."""
    return _TITLES.get(part) or f"worker group {part.partition('/')[2]}"


def _machine(one: Affected) -> str:
    vm = f"VM {one.vm} ({one.uuid})" if one.vm else "no VM yet"
    node = "" if one.node in ("", one.machine) else f"  node {one.node}"
    return f"{one.machine}  {vm}{node}"


def _peak(peak: Peak) -> list[str]:
    total, extra = peak.total, peak.extra
    memory = f"{_gib(total.memory_mib)} GiB memory (+{_gib(extra.memory_mib)})"
    return [
        f"{total.vms} virtual machines (now {total.vms - extra.vms}), {total.addresses} addresses (+{extra.addresses})",
        f"{total.cpus} CPUs (+{extra.cpus}), {memory}, {total.disk_gib} GiB disk (+{extra.disk_gib})",
    ]


def _gib(mib: int) -> str:
    return f"{mib / _GIB:g}"


def _blocker(one: Blocker) -> str:
    pod = "" if one.kind == "Pod" else f" (pod {one.pod} on {one.node})"
    where = f" on {one.node}" if one.kind == "Pod" else ""
    return f"{one.kind} {one.namespace}/{one.name}{where}: {one.reason}{pod}"


def _way_back(plan: Plan) -> str:
    if not plan.no_return:
        return "there is a way back at any time: run again with the config as it was"
    return f"no way back once {plan.no_return} has begun: {_WHY_NO_RETURN[plan.no_return]}"


__all__ = ("Plan", "lines", "title")
