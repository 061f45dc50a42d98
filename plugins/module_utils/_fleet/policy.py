# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""How a fleet is worked through: rings in order, budgets, and what datacenters and vCenters can bear."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._fleet.settings import Settings, Wrong
from ansible_collections.eks.anywhere.plugins.module_utils._fleet.windows import Window, Zones, window

DEFAULT_RING = "main"
AT_ONCE = 5
_PERCENT = re.compile(r"(\d{1,3})%")
Values = dict[str, t.Any]


@dataclasses.dataclass(frozen=True)
class Ring:
    """Clusters that are worked through before the next ring begins.

    ``error_budget`` is how many may fail, a count or a percentage such as ``5%``; one more halts the fleet.
    ``soak_minutes`` have to pass after its last cluster before the next ring begins. ``at_once`` 0: no limit of its
    own.
    """

    name: str
    error_budget: str = "0"
    soak_minutes: int = 0
    at_once: int = 0

    def allowed(self, clusters: int) -> int:
        """How many of so many may fail."""
        matched = _PERCENT.fullmatch(self.error_budget)
        return clusters * int(matched[1]) // 100 if matched else int(self.error_budget)


@dataclasses.dataclass(frozen=True)
class Place:
    """A datacenter or a vCenter. ``clone_slots`` 0: no limit beside ``at_once``."""

    at_once: int = AT_ONCE
    clone_slots: int = 0
    windows: tuple[Window, ...] = ()


@dataclasses.dataclass(frozen=True)
class Policy:
    """All of it. A place that is not named is one with the defaults; a vCenter then has no limit of its own."""

    rings: tuple[Ring, ...] = (Ring(DEFAULT_RING),)
    datacenters: t.Mapping[str, Place] = dataclasses.field(default_factory=dict)
    vcenters: t.Mapping[str, Place] = dataclasses.field(default_factory=dict)

    def rank(self, ring: str) -> int:
        """Place of a ring in their order; a ring that is not named comes last."""
        names = [one.name for one in self.rings]
        return names.index(ring) if ring in names else len(names)

    def ring(self, name: str) -> Ring:
        """A ring by its name."""
        return next((one for one in self.rings if one.name == name), Ring(name))

    def datacenter(self, name: str) -> Place:
        """A datacenter by its name."""
        return self.datacenters.get(name, Place())

    def as_dict(self) -> Values:
        """The shape that ``read`` takes."""
        return {
            "rings": [dataclasses.asdict(ring) for ring in self.rings],
            "datacenters": {name: _shown(place) for name, place in self.datacenters.items()},
            "vcenters": {name: _shown(place) for name, place in self.vcenters.items()},
        }


def _shown(place: Place) -> Values:
    return {
        "at_once": place.at_once,
        "clone_slots": place.clone_slots,
        "windows": [one.as_dict() for one in place.windows],
    }


def read(values: t.Any, *, zones: Zones, wrong: Wrong) -> Policy:
    """A policy as ``as_dict`` writes it, or people do."""
    given = Settings(values, names=("rings", "datacenters", "vcenters"), where="", wrong=wrong)
    return Policy(
        rings=rings(given.items("rings"), wrong=wrong),
        datacenters={
            name: place(item, where=f"datacenters.{name}", zones=zones, wrong=wrong)
            for name, item in given.mapping("datacenters").items()
        },
        vcenters=vcenters(given.mapping("vcenters"), zones=zones, wrong=wrong),
    )


def rings(values: t.Sequence[t.Any], *, wrong: Wrong) -> tuple[Ring, ...]:
    """Rings in their order: names, or mappings with more to say. Without any there is one."""
    found = tuple(_ring(item, where=f"rings[{index}]", wrong=wrong) for index, item in enumerate(values))
    twice = {ring.name for ring in found if [one.name for one in found].count(ring.name) > 1}
    wrong.extend(f"rings: {name} stands there twice" for name in sorted(twice))
    return found or Policy.rings


def _ring(values: t.Any, *, where: str, wrong: Wrong) -> Ring:
    if isinstance(values, str):
        values = {"name": values}
    given = Settings(values, names=("name", "error_budget", "soak_minutes", "at_once"), where=where, wrong=wrong)
    if not given.text("name"):
        given.refuse("name", "is needed")
    budget = given.given("error_budget")
    text = "0" if budget is None else str(budget)
    matched = _PERCENT.fullmatch(text)
    if not text.isdigit() and (matched is None or int(matched[1]) > 100):
        given.refuse("error_budget", "must be a count of clusters or a percentage, like 5%")
        text = "0"
    return Ring(
        name=given.text("name"),
        error_budget=text,
        soak_minutes=given.whole("soak_minutes", least=0, default=0),
        at_once=given.whole("at_once", least=0, default=0),
    )


def vcenters(values: t.Mapping[str, t.Any], *, zones: Zones, wrong: Wrong) -> dict[str, Place]:
    """vCenters by their server."""
    return {
        name: place(item, where=f"vcenters.{name}", zones=zones, wrong=wrong, at_once=0)
        for name, item in values.items()
    }


def place(values: t.Any, *, where: str, zones: Zones, wrong: Wrong, at_once: int = AT_ONCE) -> Place:
    """A datacenter or a vCenter."""
    given = Settings(values, names=("at_once", "clone_slots", "windows"), where=where, wrong=wrong)
    return Place(
        at_once=given.whole("at_once", least=0, default=at_once),
        clone_slots=given.whole("clone_slots", least=0, default=0),
        windows=windows(given, zones=zones, wrong=wrong),
    )


def windows(given: Settings, *, zones: Zones, wrong: Wrong) -> tuple[Window, ...]:
    """The list ``windows`` of a mapping."""
    return tuple(
        window(item, where=f"{given.path('windows')}[{index}]", zones=zones, wrong=wrong)
        for index, item in enumerate(given.items("windows"))
    )


__all__ = ("AT_ONCE", "DEFAULT_RING", "Place", "Policy", "Ring", "place", "read", "rings", "vcenters", "windows")
