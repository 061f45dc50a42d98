# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An upgrade of 100 clusters in 5 datacenters with 3 failures, by the real playbook; the clusters are files.

Proves the engine: halts, order, limits, that nobody is worked on twice, the report, and what a run prints per cluster.
And the same as ``rehearse`` plays it.
"""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import time
import typing as t

from ansible_collections.eks.anywhere.tests.simulation import fleet
from ansible_collections.eks.anywhere.tests.simulation.fleet_run import PLAYBOOK, ROOT, Fleet
from ansible_collections.eks.anywhere.tests.tools import figures

PLACES = fleet.sites(100, datacenters=5)
NAMES = [name for site in PLACES for name in site.clusters]
AT_ONCE = 5
BROKEN = ("dc1-c003", "dc3-c000", "dc4-c015")
"""Of ring main, of ring canary, and of ring main."""
STDOUT_BYTES = 50_000
WORK_SECONDS = 2.0
REHEARSE_SECONDS = 15.0


def test_a_hundred_clusters_with_three_failures(tmp_path: pathlib.Path) -> None:
    rings = ["canary", {"name": "main", "error_budget": "1%"}]
    made = Fleet(tmp_path, fleet.write(tmp_path / "inventory", PLACES, rings=rings))
    for name in NAMES:
        made.cluster(name, seconds=WORK_SECONDS, fails=name in BROKEN)
    halted = made.play("upgrade_fleet")
    assert halted.code == 2
    assert outcomes(made) == {"done": 4, "failed": 1, "halted": 95}
    assert "ring canary is halted" in halted.text

    made.cluster("dc3-c000", seconds=WORK_SECONDS)
    again = made.play("upgrade_fleet")
    assert again.code == 2
    told = report(made)
    assert told["outcomes"]["failed"] == 1
    halted_by = next(ring["halted"] for ring in told["rings"] if ring["name"] == "main")
    # One of 95 is more than 1%.
    assert "its error budget is 0 (dc1-c003: Template is missing.)" in halted_by
    first = made.state("dc4-c015")

    for name in BROKEN:
        made.cluster(name, **{**made.state(name), "fails": False})
    last = made.play("upgrade_fleet")
    assert last.code == 0, last.text
    assert {made.state(name)["version"] for name in NAMES} == {"new"}
    assert first["version"] == "old"

    spans = made.worked_on()
    assert {name: len(spans[name]) for name in NAMES if len(spans[name]) != 1} == {"dc1-c003": 2, "dc3-c000": 2}
    for site in PLACES:
        assert together(spans[name][-1] for name in site.clusters) <= AT_ONCE
        for index, name in enumerate(site.clusters):
            manager = fleet.manager(site, index)
            assert manager == name or spans[manager][-1][1] <= spans[name][-1][0]
    played = (halted, again, last)
    largest = max(len(run.text.encode()) for run in played) / len(NAMES)
    figures.record("fleet.stdout_bytes_per_cluster", largest, unit="bytes", most=STDOUT_BYTES)
    figures.record("fleet.rehearsal_100_seconds", sum(run.seconds for run in played))
    print(f"\n{', '.join(f'{run.seconds:.0f} s' for run in played)}; {largest:.0f} bytes per cluster at most")
    assert largest < STDOUT_BYTES


def test_a_hundred_clusters_rehearsed(tmp_path: pathlib.Path) -> None:
    rings = ["canary", {"name": "main", "error_budget": "1%"}]
    source = fleet.write(tmp_path / "inventory", PLACES, rings=rings)
    given = {"eksa_rehearse_dir": str(tmp_path / "run"), "eksa_rehearse_failures": BROKEN}
    argv = [str(PLAYBOOK), "-i", str(source), "-e", json.dumps(given), str(ROOT / "playbooks" / "rehearse.yml")]
    environ = {**os.environ, "ANSIBLE_STDOUT_CALLBACK": "eks.anywhere.progress"}
    began = time.monotonic()
    done = subprocess.run(argv, env=environ, capture_output=True, text=True, check=False)
    seconds = time.monotonic() - began
    assert done.returncode == 0, done.stdout + done.stderr
    assert "All 100 clusters upgraded by" in done.stdout
    print(f"\n{done.stdout}{seconds:.1f} s")
    figures.record("fleet.rehearse_100_seconds", seconds, most=REHEARSE_SECONDS)
    assert seconds < REHEARSE_SECONDS


def report(made: Fleet) -> dict[str, t.Any]:
    """The JSON report of the last run."""
    return t.cast(dict[str, t.Any], json.loads((made.folder / "run" / "report.json").read_text("utf-8")))


def outcomes(made: Fleet) -> dict[str, int]:
    """Its outcomes that any cluster has."""
    return {outcome: count for outcome, count in report(made)["outcomes"].items() if count}


def together(spans: t.Iterable[tuple[float, float]]) -> int:
    """How many of these were under way at the same time."""
    events = sorted(event for began, ended in spans for event in ((began, 1), (ended, -1)))
    now = most = 0
    for _at, step in events:
        now += step
        most = max(most, now)
    return most
