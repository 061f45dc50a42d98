# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""What an upgrade takes at its widest moment: new machines come before old ones go."""

from __future__ import annotations

import dataclasses
import math
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._plan.machines import dig
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj


@dataclasses.dataclass(frozen=True)
class Room:
    """What machines take. ``addresses`` is one for each network of a machine; a disk of unknown size counts zero."""

    vms: int = 0
    cpus: int = 0
    memory_mib: int = 0
    disk_gib: int = 0
    addresses: int = 0

    def __add__(self, other: Room) -> Room:
        return _each(lambda one, another: one + another, self, other)

    def __sub__(self, other: Room) -> Room:
        return _each(lambda one, another: one - another, self, other)

    def __mul__(self, count: int) -> Room:
        return _each(lambda one, _same: one * count, self, self)

    def widest(self, other: Room) -> Room:
        """The larger of each."""
        return _each(max, self, other)

    def as_dict(self) -> dict[str, int]:
        """The documented public shape."""
        return dataclasses.asdict(self)


def _each(join: t.Callable[[int, int], int], one: Room, other: Room) -> Room:
    values = {
        field.name: join(getattr(one, field.name), getattr(other, field.name)) for field in dataclasses.fields(one)
    }
    return Room(**values)


@dataclasses.dataclass(frozen=True)
class Step:
    """One part in its turn: from so many machines of one size to so many of another.

    ``surge`` is how many there are beyond that meanwhile. ``lingers``: the old ones stay until the next step is over.
    """

    before: int
    after: int
    old: Room
    new: Room
    surge: int = 0
    lingers: bool = False


@dataclasses.dataclass(frozen=True)
class Peak:
    """The widest moment, and what it is more than now."""

    total: Room
    extra: Room


def machine_room(template: Obj | None) -> Room:
    """What one machine of a VSphereMachineTemplate takes."""
    spec = dig(template, ("spec", "template", "spec")) or {}
    networks = dig(spec, ("network", "devices")) or ()
    return Room(
        vms=1,
        cpus=int(spec.get("numCPUs") or 0),
        memory_mib=int(spec.get("memoryMiB") or 0),
        disk_gib=int(spec.get("diskGiB") or 0),
        addresses=max(1, len(networks)),
    )


def surge(holder: Obj, count: int) -> int:
    """How many machines a roll of ``count`` may make beyond them: a number or a share, one when nothing is said."""
    said = dig(holder, ("spec", "rollout", "strategy", "rollingUpdate", "maxSurge"))
    if isinstance(said, str) and said.endswith("%"):
        return math.ceil(count * int(said[:-1]) / 100)
    return 1 if said is None else int(said)


def peak(steps: t.Sequence[Step]) -> Peak:
    """Over the steps in their order; parts that have had their turn are as they will be, the others as they were."""
    now = _sum(step.old * step.before for step in steps)
    widest = now
    standing = now
    lingering = Room()
    for step in steps:
        standing = standing - step.old * step.before
        widest = widest.widest(standing + lingering + _within(step))
        lingering = step.old * step.before if step.lingers else Room()
        standing = standing + step.new * step.after
    return Peak(total=widest, extra=widest - now)


def _within(step: Step) -> Room:
    """The widest moment of one step: all old ones and the first new, or all new ones and the last old."""
    if step.lingers:
        return step.old * step.before + step.new * step.after
    if not step.surge and step.old == step.new:
        return step.new * max(step.before, step.after)
    first = step.old * step.before + step.new * step.surge
    last = step.new * step.after + step.old * step.surge
    return first.widest(last)


def _sum(rooms: t.Iterable[Room]) -> Room:
    total = Room()
    for room in rooms:
        total = total + room
    return total


__all__ = ("Peak", "Room", "Step", "machine_room", "peak", "surge")
