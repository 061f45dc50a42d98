# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Whether it is the turn of a cluster: budgets, managers, earlier rings, soak times and maintenance windows."""

from __future__ import annotations

import dataclasses
import datetime as dt
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._fleet import windows
from ansible_collections.eks.anywhere.plugins.module_utils._fleet.journal import (
    DEFERRED,
    FAILED,
    HALTED,
    RUNNING,
    SKIPPED,
    UNCHANGED,
    WAITING,
    Cluster,
    Run,
)
from ansible_collections.eks.anywhere.plugins.module_utils._fleet.policy import Place, Policy, Ring
from ansible_collections.eks.anywhere.plugins.module_utils._fleet.windows import Zones

_SHOWN_FAILURES = 3


@dataclasses.dataclass(frozen=True)
class Turn:
    """``outcome``: RUNNING means that work may begin. ``until``: when a cluster that is deferred may ask again."""

    outcome: str
    reason: str = ""
    until: dt.datetime | None = None


@dataclasses.dataclass(frozen=True)
class Moment:
    """``margin``: nothing begins so short before the end of a window."""

    at: dt.datetime
    margin: dt.timedelta
    zones: Zones


def decide(host: str, run: Run, policy: Policy, moment: Moment) -> Turn:
    """The first of the rules that has something against it decides."""
    one = run.clusters[host]
    rules: tuple[t.Callable[[], Turn | None], ...] = (
        lambda: _budget(one, run, policy),
        lambda: _manager(one, run),
        lambda: _earlier(one, run, policy),
        lambda: _soak(one, run, policy, moment),
        lambda: _windows(one, policy, moment),
    )
    return next((against for rule in rules if (against := rule())), Turn(RUNNING))


def exhausted(ring: Ring, run: Run) -> str:
    """Why a ring has used up its error budget; empty as long as it has not."""
    members = run.of_ring(ring.name)
    failed = [one for one in members if one.outcome == FAILED]
    if len(failed) <= ring.allowed(len(members)):
        return ""
    told = "; ".join(f"{one.host}: {_first_line(one)}" for one in failed[:_SHOWN_FAILURES])
    more = f"; and {len(failed) - _SHOWN_FAILURES} more" if len(failed) > _SHOWN_FAILURES else ""
    return (
        f"ring {ring.name} is halted: {len(failed)} of its {len(members)} clusters failed, "
        f"its error budget is {ring.allowed(len(members))} ({told}{more})"
    )


def _first_line(one: Cluster) -> str:
    return one.problem.message.splitlines()[0] if one.problem and one.problem.message else "no reason known"


def _until_mine(one: Cluster, run: Run, policy: Policy) -> list[Ring]:
    """The rings up to that of a cluster, as far as the run has any of them."""
    there = {other.ring for other in run.clusters.values()}
    return [policy.ring(name) for name in sorted(there, key=policy.rank) if policy.rank(name) <= policy.rank(one.ring)]


def _budget(one: Cluster, run: Run, policy: Policy) -> Turn | None:
    spent = next((words for ring in _until_mine(one, run, policy) if (words := exhausted(ring, run))), "")
    return Turn(HALTED, spent) if spent else None


def _manager(one: Cluster, run: Run) -> Turn | None:
    manager = run.clusters.get(one.manager)
    if manager is None or manager.outcome in (FAILED, SKIPPED):
        return Turn(SKIPPED, f"its management cluster {manager.host} failed") if manager else None
    if manager.outcome in (WAITING, RUNNING, DEFERRED, HALTED):
        return Turn(DEFERRED, f"its management cluster {manager.host} comes first")
    return None


def _earlier(one: Cluster, run: Run, policy: Policy) -> Turn | None:
    for ring in _before_mine(one, run, policy):
        left = [other for other in run.of_ring(ring.name) if other.outcome in (WAITING, RUNNING, DEFERRED)]
        if left:
            return Turn(DEFERRED, f"ring {ring.name} comes first: {len(left)} clusters of it are left")
    return None


def _before_mine(one: Cluster, run: Run, policy: Policy) -> list[Ring]:
    return [ring for ring in _until_mine(one, run, policy) if ring.name != one.ring]


def _soak(one: Cluster, run: Run, policy: Policy, moment: Moment) -> Turn | None:
    """Counted from the last machine of the earlier ring that was made, by this run or another one."""
    for ring in _before_mine(one, run, policy):
        ends = [end for other in run.of_ring(ring.name) if (end := _last_changed(other))]
        if not ends or not ring.soak_minutes:
            continue
        until = max(ends) + dt.timedelta(minutes=ring.soak_minutes)
        if moment.at < until:
            return Turn(DEFERRED, f"ring {ring.name} soaks until {_shown(until)}", until)
    return None


def _last_changed(one: Cluster) -> dt.datetime | None:
    return one.look.newest if one.outcome == UNCHANGED else one.ended


def _windows(one: Cluster, policy: Policy, moment: Moment) -> Turn | None:
    """Those of the datacenter and those of the vCenter, both."""
    places = {
        f"datacenter {one.datacenter}": policy.datacenter(one.datacenter),
        f"vCenter {one.vcenter}": policy.vcenters.get(one.vcenter, Place()),
    }
    for name, place in places.items():
        found = windows.opening(place.windows, now=moment.at, margin=moment.margin, zones=moment.zones)
        if not found.is_open:
            when = f"opens {_shown(found.opens)}" if found.opens else "never opens for long enough"
            return Turn(DEFERRED, f"the maintenance window of {name} {when}", found.opens)
    return None


def _shown(moment: dt.datetime) -> str:
    return f"{moment.astimezone(dt.UTC):%Y-%m-%d %H:%M} UTC"


__all__ = ("Moment", "Turn", "decide", "exhausted")
