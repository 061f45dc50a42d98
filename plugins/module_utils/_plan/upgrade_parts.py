# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""The parts of a cluster before and after: what rolls, what is under way, which machines go, how wide it gets."""

from __future__ import annotations

import dataclasses
import datetime as dt
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._plan import upgrade_machines as machines_room
from ansible_collections.eks.anywhere.plugins.module_utils._plan.machines import Name, dig, key, references
from ansible_collections.eks.anywhere.plugins.module_utils._plan.parts import (
    CONTROL_PLANE,
    ETCD,
    REST,
    group_of,
    group_part,
    parts_of,
)
from ansible_collections.eks.anywhere.plugins.module_utils._plan.rolling import Part, Rolls
from ansible_collections.eks.anywhere.plugins.module_utils._plan.upgrade import PartState
from ansible_collections.eks.anywhere.plugins.module_utils._plan.upgrade_machines import Affected
from ansible_collections.eks.anywhere.plugins.module_utils._plan.upgrade_peak import Room, Step, machine_room, surge
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj

_HOLDERS = {"EtcdadmCluster": ETCD, "KubeadmControlPlane": CONTROL_PLANE}
_TEMPLATE_FIELDS = (
    ("version",),
    ("failureDomain",),
    ("bootstrap", "configRef", "name"),
    ("infrastructureRef", "name"),
)


@dataclasses.dataclass(frozen=True)
class Sides:
    """Both states of one cluster, ``wanted`` settled, and what its controllers have made of the live one."""

    name: str
    live: t.Mapping[Name, Obj]
    wanted: t.Sequence[Obj]
    machines: t.Mapping[str, t.Sequence[Obj]]
    rolls: Rolls

    @property
    def holders(self) -> dict[str, Obj]:
        """The wanted holder of each part, in the order in which parts are upgraded."""
        found = {_part_name(obj): obj for obj in self.wanted if _part_name(obj)}
        first = [part for part in (ETCD, CONTROL_PLANE) if part in found]
        return {part: found[part] for part in (*first, *(part for part in found if part not in first))}

    def part(self, name: str) -> Part:
        """What the change does to a part; nothing to one that is new."""
        return {**{group_part(group): part for group, part in self.rolls.workers.items()}, **_few(self.rolls)}.get(
            name, Part()
        )


def _few(rolls: Rolls) -> dict[str, Part]:
    return {name: part for name, part in ((ETCD, rolls.etcd), (CONTROL_PLANE, rolls.control_plane)) if part}


def states(sides: Sides, changing: t.Collection[Name], *, today: dt.datetime) -> dict[str, PartState]:
    """How each part stands; ``changing`` are the objects that are to be written."""
    placed = list(zip(sides.wanted, parts_of(sides.wanted), strict=True))
    return {
        part: PartState(
            part=sides.part(part),
            objects=tuple(
                f"{obj['kind']} {obj['metadata']['name']}"
                for obj, place in placed
                if place == part and key(obj) in changing
            ),
            missing=_missing(sides, part, holder, today=today),
            created=key(holder) not in sides.live,
        )
        for part, holder in sides.holders.items()
    }


def rest(sides: Sides, changing: t.Collection[Name]) -> tuple[str, ...]:
    """Objects to be written that belong to no part."""
    placed = zip(sides.wanted, parts_of(sides.wanted), strict=True)
    return tuple(
        f"{obj['kind']} {obj['metadata']['name']}" for obj, part in placed if part == REST and key(obj) in changing
    )


def unready(sides: Sides, *, today: dt.datetime) -> dict[str, str]:
    """Parts at rest whose machines are not ready: nothing of an earlier run explains it."""
    return {
        part: machines_room.unready(sides.live[key(holder)], found)
        for part, holder in sides.holders.items()
        if key(holder) in sides.live
        for found in [sides.machines.get(part, ())]
        if not machines_room.under_way(sides.live[key(holder)], found, today=today)
    }


def _missing(sides: Sides, part: str, holder: Obj, *, today: dt.datetime) -> str:
    there = sides.live.get(key(holder))
    return machines_room.missing(there, sides.machines.get(part, ()), today=today) if there else ""


def replaced(sides: Sides, *, vms: t.Mapping[str, Obj], sets: t.Sequence[Obj]) -> tuple[Affected, ...]:
    """Machines that are replaced, in the order of their parts: by the change, or by one that was applied before."""
    inhabited = {one["metadata"]["name"]: one for one in sets}
    found = []
    for part, holder in sides.holders.items():
        change = sides.part(part)
        for machine in sides.machines.get(part, ()):
            before = machines_room.outdated(machine)
            reasons = change.reasons if change.rolls else (before,) if before else ()
            stays = machines_room.is_leaving(machine) or _fits(machine, inhabited, holder)
            if reasons and not stays and (change.replaces or not change.rolls):
                found.append(machines_room.affected(machine, vms, part=part, reasons=reasons))
    return tuple(found)


def _fits(machine: Obj, sets: t.Mapping[str, Obj], holder: Obj) -> bool:
    """Whether a worker is already of the set that the wanted group goes on with; a roll that is taken back has some."""
    owners = machine["metadata"].get("ownerReferences") or ()
    owner = next((sets.get(one["name"]) for one in owners if one.get("kind") == "MachineSet"), None)
    if owner is None or holder["kind"] != "MachineDeployment":
        return False
    place = ("spec", "template", "spec")
    return all(dig(owner, (*place, *field)) == dig(holder, (*place, *field)) for field in _TEMPLATE_FIELDS)


def removed(sides: Sides, *, vms: t.Mapping[str, Obj]) -> tuple[Affected, ...]:
    """Machines that nothing replaces: the surplus of parts that are scaled down, and groups that are gone."""
    gone = [
        machines_room.affected(machine, vms, part=group_part(group), reasons=("the group is removed",))
        for group in sides.rolls.removed
        for machine in sides.machines.get(group_part(group), ())
        if not machines_room.is_leaving(machine)
    ]
    return (*_surplus(sides, vms), *gone)


def _surplus(sides: Sides, vms: t.Mapping[str, Obj]) -> t.Iterator[Affected]:
    for part, holder in sides.holders.items():
        change, machines = sides.part(part), sides.machines.get(part, ())
        if change.replaces or not change.scaled or part == ETCD:
            continue
        was, will = change.scaled
        for machine in machines_room.scaled_away(sides.live[key(holder)], machines, count=max(0, len(machines) - will)):
            if not machines_room.is_leaving(machine):
                yield machines_room.affected(machine, vms, part=part, reasons=(f"machines {was} -> {will}",))


def steps(sides: Sides, going: t.Collection[str]) -> list[Step]:
    """Each part in its turn, groups that are removed last; ``going`` are the parts with machines to be replaced."""
    wanted = {key(obj): obj for obj in sides.wanted}
    found = []
    for part, holder in sides.holders.items():
        there = sides.live.get(key(holder))
        before = len(sides.machines.get(part, ()))
        scaled = sides.part(part).scaled
        after = scaled[1] if scaled else dig(holder, ("spec", "replicas"))
        new = _room(holder, wanted, sides.live)
        found.append(
            Step(
                before=before,
                after=before if after is None else int(after),
                old=_room(there, sides.live) if there else new,
                new=new,
                surge=surge(holder, before) if part in going and part != ETCD else 0,
                lingers=part in going and part == ETCD,
            )
        )
    return [*found, *_removed_steps(sides)]


def _removed_steps(sides: Sides) -> t.Iterator[Step]:
    for obj in sides.live.values():
        if obj["kind"] == "MachineDeployment" and group_of(obj) in sides.rolls.removed:
            room = _room(obj, sides.live)
            yield Step(before=len(sides.machines.get(group_part(group_of(obj)), ())), after=0, old=room, new=room)


def _room(holder: Obj, *known: t.Mapping[Name, Obj]) -> Room:
    """What one machine of a holder takes."""
    for reference in references(holder):
        for objects in known:
            if "MachineTemplate" in reference.template[0] and reference.template in objects:
                return machine_room(objects[reference.template])
    return machine_room(None)


def _part_name(obj: Obj) -> str:
    return group_part(group_of(obj)) if obj["kind"] == "MachineDeployment" else _HOLDERS.get(obj["kind"], "")


__all__ = ("Sides", "removed", "replaced", "rest", "states", "steps", "unready")
