# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fleet's playbooks under a real ``ansible-playbook``, with clusters that are files."""

from __future__ import annotations

import pathlib

import pytest

from ansible_collections.eks.anywhere.tests.simulation import fleet
from ansible_collections.eks.anywhere.tests.simulation.fleet_run import Fleet

PLACES = fleet.sites(8, datacenters=2)
NAMES = [name for site in PLACES for name in site.clusters]


@pytest.fixture
def small(tmp_path: pathlib.Path) -> Fleet:
    made = Fleet(tmp_path, fleet.write(tmp_path / "inventory", PLACES))
    for name in NAMES:
        made.cluster(name)
    return made


def test_a_halted_run_goes_on_and_nobody_is_upgraded_twice(small: Fleet) -> None:
    small.cluster("dc1-c000", fails=True)
    halted = small.play("upgrade_fleet")
    assert halted.code == 2, halted.text
    assert "ring canary is halted: 1 of its 2 clusters failed, its error budget is 0" in halted.text
    assert set(small.worked_on()) == {"dc1-c000", "dc2-c000"}
    small.cluster("dc1-c000")
    done = small.play("upgrade_fleet")
    assert done.code == 0, done.text
    assert {name: len(spans) for name, spans in small.worked_on().items() if len(spans) > 1} == {"dc1-c000": 2}
    assert {small.state(name)["version"] for name in NAMES} == {"new"}
    spans = small.worked_on()
    canaries_end = max(spans[name][-1][1] for name in ("dc1-c000", "dc2-c000"))
    assert all(spans[name][0][0] >= canaries_end for name in NAMES if not name.endswith("c000"))


def test_a_relaunch_on_failed_hosts(small: Fleet) -> None:
    for name in NAMES:
        small.cluster(name, version="new")
    small.cluster("dc2-c002", unreachable=True)
    seen = small.play("upgrade_fleet")
    assert seen.code == 2, seen.text
    assert "1 that could not be looked at" in seen.text
    small.cluster("dc2-c002")
    again = small.play("upgrade_fleet", "--limit", "dc2-c002")
    assert again.code == 0, again.text
    assert set(small.worked_on()) == {"dc2-c002"}


@pytest.mark.parametrize(("playbook", "arguments"), [("plan_fleet", []), ("upgrade_fleet", ["--check"])])
def test_a_plan_changes_nothing(small: Fleet, playbook: str, arguments: list[str]) -> None:
    planned = small.play(playbook, *arguments)
    assert planned.code == 0, planned.text
    assert "ring canary: 2 clusters in 1 wave, 4 machines replaced" in planned.text
    assert not small.worked_on()
