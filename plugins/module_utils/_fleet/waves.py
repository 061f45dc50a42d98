# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Who is worked on together: rings in their order, cut into waves that datacenters and vCenters can bear."""

from __future__ import annotations

import collections
import dataclasses
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._fleet.journal import WAITING, Cluster, Run
from ansible_collections.eks.anywhere.plugins.module_utils._fleet.policy import Policy


@dataclasses.dataclass(frozen=True)
class Wave:
    """Clusters that are worked on at the same time; all of one ring."""

    ring: str
    hosts: tuple[str, ...]


def waves(run: Run, policy: Policy) -> tuple[Wave, ...]:
    """All clusters with something to do. A cluster comes in a later wave than the one that manages it."""
    todo = sorted((one for one in run.clusters.values() if one.outcome == WAITING), key=lambda one: one.host)
    _require(todo, run, policy)
    placed: set[str] = set()
    found: list[Wave] = []
    for ring in sorted({one.ring for one in todo}, key=policy.rank):
        left = [one for one in todo if one.ring == ring]
        while left:
            wave = _wave(left, waiting={one.host for one in todo} - placed, policy=policy)
            placed.update(wave)
            left = [one for one in left if one.host not in placed]
            found.append(Wave(ring, tuple(wave)))
    return tuple(found)


def _wave(left: t.Sequence[Cluster], *, waiting: t.Collection[str], policy: Policy) -> list[str]:
    """As many as there is room for, by their names; those with a manager that waits itself come later."""
    at_once = policy.ring(left[0].ring).at_once
    used: collections.Counter[tuple[str, str]] = collections.Counter()
    wave: list[str] = []
    for one in left:
        if at_once and len(wave) == at_once:
            break
        if one.manager in waiting or _is_full(one, used, policy):
            continue
        used.update(_places(one))
        wave.append(one.host)
    return wave


def _places(one: Cluster) -> list[tuple[str, str]]:
    return [("datacenter", one.datacenter), *([("vcenter", one.vcenter)] if one.vcenter else [])]


def _is_full(one: Cluster, used: t.Mapping[tuple[str, str], int], policy: Policy) -> bool:
    limits = {"datacenter": policy.datacenter(one.datacenter).at_once}
    if one.vcenter in policy.vcenters:
        limits["vcenter"] = policy.vcenters[one.vcenter].at_once
    return any(limits.get(kind) and used[kind, name] >= limits[kind] for kind, name in _places(one))


def _require(todo: t.Sequence[Cluster], run: Run, policy: Policy) -> None:
    """A cluster cannot be newer than what manages it, so its manager is of no later ring, nor managed in a circle."""
    by_host = {one.host: one for one in todo}
    wrong = [
        f"{one.host} is in ring {one.ring}, but {one.manager}, which manages it, in ring {by_host[one.manager].ring}"
        for one in todo
        if one.manager in by_host and policy.rank(by_host[one.manager].ring) > policy.rank(one.ring)
    ]
    wrong += [f"{one.host} is managed in a circle" for one in todo if _circles(one, by_host)]
    if wrong:
        raise EksaError(
            "The rings cannot be worked through in their order:\n" + "\n".join(f"  {words}" for words in wrong) + "\n",
            code="fleet.order",
            hint="Put a management cluster into the ring of the first cluster that it manages, or an earlier one.",
            details={"wrong": wrong},
        )


def _circles(one: Cluster, by_host: t.Mapping[str, Cluster]) -> bool:
    seen: set[str] = set()
    current: Cluster | None = one
    while current is not None and current.host not in seen:
        seen.add(current.host)
        current = by_host.get(current.manager)
    return current is not None


def peaks(run: Run, found: t.Sequence[Wave]) -> dict[str, dict[str, int]]:
    """What each vCenter has to bear beyond now, in the wave that takes the most of it."""
    highest: dict[str, dict[str, int]] = {}
    for wave in found:
        together: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
        for host in wave.hosts:
            one = run.clusters[host]
            together[one.vcenter or one.datacenter].update(dict(one.look.surge))
        for place, room in together.items():
            before = highest.setdefault(place, {})
            for kind, value in room.items():
                before[kind] = max(value, before.get(kind, 0))
    return highest


def expected_seconds(run: Run, found: t.Sequence[Wave]) -> int | None:
    """How long all waves take, each as long as its slowest cluster. None where one of them has never been upgraded."""
    total = 0
    for wave in found:
        times = [run.clusters[host].look.expected_seconds for host in wave.hosts]
        if not all(times):
            return None
        total += max(times)
    return total


__all__ = ("Wave", "expected_seconds", "peaks", "waves")
