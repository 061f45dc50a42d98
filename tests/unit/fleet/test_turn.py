# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose turn it is: a table of what may be against it, and the lines of rings."""

from __future__ import annotations

import dataclasses
import datetime as dt
import zoneinfo

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._fleet import journal, shown, turn
from ansible_collections.eks.anywhere.plugins.module_utils._fleet.journal import Cluster
from ansible_collections.eks.anywhere.plugins.module_utils._fleet.policy import Place, Policy, Ring
from ansible_collections.eks.anywhere.plugins.module_utils._fleet.turn import Moment
from ansible_collections.eks.anywhere.plugins.module_utils._fleet.windows import Window
from ansible_collections.eks.anywhere.tests.unit.fleet.runs import DONE, FAILED, NOW, UNCHANGED, cluster, run

MOMENT = Moment(at=NOW, margin=dt.timedelta(minutes=15), zones=zoneinfo.ZoneInfo)
RINGS = (Ring("canary", soak_minutes=30), Ring("main", error_budget="50%"))
NIGHT = Window(days=("sun",), start=0, end=6 * 60, timezone="UTC")
CANARY = cluster("c", ring="canary", outcome=DONE)
ME = cluster("me")


@pytest.mark.parametrize(
    ("others", "outcome", "reason"),
    [
        ([CANARY], journal.RUNNING, ""),
        ([dataclasses.replace(CANARY, outcome=UNCHANGED)], journal.RUNNING, ""),
        ([dataclasses.replace(CANARY, outcome=FAILED)], journal.HALTED, "ring canary is halted: 1 of its 1 clusters failed, its error budget is 0 (c: no reason known)"),
        ([cluster("a", outcome=FAILED)], journal.RUNNING, ""),
        ([cluster("a", outcome=FAILED), cluster("b", outcome=FAILED)], journal.HALTED, "ring main is halted: 2 of its 3 clusters failed, its error budget is 1 (a: a is broken.; b: b is broken.)"),
        ([cluster("m", outcome=FAILED)], journal.SKIPPED, "its management cluster m failed"),
        ([cluster("m", outcome=journal.SKIPPED)], journal.SKIPPED, "its management cluster m failed"),
        ([cluster("m", outcome=journal.DEFERRED)], journal.DEFERRED, "its management cluster m comes first"),
        ([cluster("m", outcome=DONE)], journal.RUNNING, ""),
        ([dataclasses.replace(CANARY, outcome=journal.DEFERRED)], journal.DEFERRED, "ring canary comes first: 1 clusters of it are left"),
        # A later ring is nothing to wait for.
        ([cluster("z", ring="unknown", outcome=FAILED)], journal.RUNNING, ""),
    ],
)  # fmt: skip
def test_turns(others: list[Cluster], outcome: str, reason: str) -> None:
    me = dataclasses.replace(ME, facts={**ME.facts, "manager_host": "m"})
    found = turn.decide("me", run(me, *others), Policy(rings=RINGS), MOMENT)
    assert (found.outcome, found.reason) == (outcome, reason)


@pytest.mark.parametrize("outcome", [DONE, UNCHANGED])
def test_soaking_counts_from_the_youngest_machine(outcome: str) -> None:
    """Whether this run made it or an earlier one."""
    policy = Policy(rings=(Ring("canary", soak_minutes=90), Ring("main")))
    found = turn.decide("me", run(ME, dataclasses.replace(CANARY, outcome=outcome)), policy, MOMENT)
    assert found == turn.Turn(
        journal.DEFERRED, "ring canary soaks until 2026-08-22 20:30 UTC", NOW + dt.timedelta(minutes=30)
    )


def test_windows_of_both_places_count() -> None:
    for policy in (
        Policy(datacenters={"berlin": Place(windows=(NIGHT,))}),
        Policy(vcenters={"vc": Place(windows=(NIGHT,))}),
    ):
        found = turn.decide("me", run(ME), policy, MOMENT)
        assert found.outcome == journal.DEFERRED
        assert found.until == dt.datetime(2026, 8, 23, tzinfo=dt.UTC)
        assert found.reason.endswith("opens 2026-08-23 00:00 UTC")
        later = dataclasses.replace(MOMENT, at=NOW + dt.timedelta(hours=5))
        assert turn.decide("me", run(ME), policy, later).outcome == journal.RUNNING


def test_a_window_shorter_than_its_margin_never_opens() -> None:
    short = dataclasses.replace(NIGHT, end=10)
    found = turn.decide("me", run(ME), Policy(datacenters={"berlin": Place(windows=(short,))}), MOMENT)
    assert (found.until, found.reason) == (
        None,
        "the maintenance window of datacenter berlin never opens for long enough",
    )


def test_a_ring_in_a_line() -> None:
    working = dataclasses.replace(ME, outcome=journal.RUNNING, began=NOW - dt.timedelta(minutes=12))
    done = dataclasses.replace(cluster("a", outcome=DONE), began=NOW - dt.timedelta(minutes=80))
    everything = run(done, working, cluster("b"), cluster("f", outcome=FAILED), cluster("u", outcome=UNCHANGED))
    everything = dataclasses.replace(everything, waves=(("a", "f"), ("me",), ("b",)))
    assert shown.ring(everything, "main") == (
        "Ring main: 2 of 5 done, 1 running, 1 waiting, 1 failed; longest at work: me, 12 min; "
        "failed: f (f is broken.); about 40 min left"
    )
