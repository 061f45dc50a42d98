# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Maintenance windows and ring budgets, as tables."""

from __future__ import annotations

import datetime as dt
import zoneinfo

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._fleet import policy, windows
from ansible_collections.eks.anywhere.plugins.module_utils._fleet.windows import Window

WEEKEND = Window(days=("sat", "sun"), start=22 * 60, end=6 * 60, timezone="Europe/Berlin")
SPRING = Window(days=("sun",), start=60, end=240, timezone="Europe/Berlin")
MARGIN = dt.timedelta(minutes=15)


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("window", "now", "begins", "other"),
    [
        # Berlin is two hours ahead in summer: 22:00 is 20:00 UTC. 2026-08-22 is a Saturday.
        (WEEKEND, "2026-08-22T19:59:00+00:00", False, "2026-08-22T20:00:00+00:00"),
        (WEEKEND, "2026-08-22T20:00:00+00:00", True, "2026-08-23T04:00:00+00:00"),
        (WEEKEND, "2026-08-23T03:44:00+00:00", True, "2026-08-23T04:00:00+00:00"),
        # Nothing begins in the last quarter of an hour.
        (WEEKEND, "2026-08-23T03:45:00+00:00", False, "2026-08-23T20:00:00+00:00"),
        # It opened on Sunday and lasts into Monday.
        (WEEKEND, "2026-08-24T01:00:00+00:00", True, "2026-08-24T04:00:00+00:00"),
        (WEEKEND, "2026-08-24T05:00:00+00:00", False, "2026-08-29T20:00:00+00:00"),
        # The night in which 02:00 becomes 03:00: 01:00 to 04:00 lasts two hours.
        (SPRING, "2026-03-29T00:30:00+00:00", True, "2026-03-29T02:00:00+00:00"),
        (SPRING, "2026-03-29T02:00:00+00:00", False, "2026-04-04T23:00:00+00:00"),
    ],
)
def test_windows(window: Window, now: str, begins: bool, other: str) -> None:
    found = windows.opening([window], now=at(now), margin=MARGIN, zones=zoneinfo.ZoneInfo)
    assert found.is_open is begins
    assert (found.closes if begins else found.opens) == at(other)


def test_without_windows_work_may_begin_at_any_time() -> None:
    found = windows.opening([], now=at("2026-08-22T19:59:00+00:00"), margin=MARGIN, zones=zoneinfo.ZoneInfo)
    assert found == windows.Opening(is_open=True)


@pytest.mark.parametrize(
    ("budget", "clusters", "allowed"), [("0", 100, 0), ("3", 100, 3), ("5%", 100, 5), ("5%", 19, 0), ("100%", 7, 7)]
)
def test_budgets(budget: str, clusters: int, allowed: int) -> None:
    assert policy.Ring("main", error_budget=budget).allowed(clusters) == allowed


def test_a_policy_reads_what_it_writes() -> None:
    wrong: list[str] = []
    written = {
        "rings": [{"name": "canary", "error_budget": 0, "soak_minutes": 60}, "main"],
        "datacenters": {"berlin": {"at_once": 2, "windows": [{"days": ["Saturday"], "from": "22:00", "to": "24:00"}]}},
        "vcenters": {"vc": {"clone_slots": 8}},
    }
    read = policy.read(written, zones=zoneinfo.ZoneInfo, wrong=wrong)
    assert not wrong
    assert policy.read(read.as_dict(), zones=zoneinfo.ZoneInfo, wrong=wrong) == read
    assert read.rank("canary") < read.rank("main") < read.rank("unknown")
    assert read.vcenters["vc"].at_once == 0
    assert read.datacenter("elsewhere").at_once == policy.AT_ONCE


def test_windows_with_mistakes() -> None:
    wrong: list[str] = []
    values = {"days": ["someday"], "from": "25:00", "to": True, "timezone": "Mars/Olympus"}
    windows.window(values, where="windows[0]", zones=zoneinfo.ZoneInfo, wrong=wrong)
    assert [words.split(":")[0] for words in wrong] == [
        "windows[0].days", "windows[0].timezone", "windows[0].from", "windows[0].to",
    ]  # fmt: skip
