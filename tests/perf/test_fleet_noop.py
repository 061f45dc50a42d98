# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What looking at a whole fleet costs, against a real kube-apiserver and etcd. No lab: ``make perf-fleet``.

All hosts look at one finished cluster, and a stand-in of helm prints its chart, see ``tests/simulation/finished.py``.
The servers run on the same machine, so the time on the clock is that of both sides.
"""

from __future__ import annotations

import dataclasses
import json
import os
import pathlib
import subprocess
import sys
import threading
import time
import typing as t

import pytest

from ansible_collections.eks.anywhere.tests.simulation.finished import FinishedCluster
from ansible_collections.eks.anywhere.tests.simulation.servers import ApiServer
from ansible_collections.eks.anywhere.tests.tools import figures

ROOT = pathlib.Path(__file__).resolve().parents[2]
PLAYBOOK = pathlib.Path(sys.executable).with_name("ansible-playbook")
FORKS = 20
NOOP_SECONDS, PLAN_SECONDS, RSS_MB, GROWTH = 60, 90, 1000, 1.2
SAMPLE_SECONDS = 0.2


@dataclasses.dataclass(frozen=True)
class Cost:
    """Of one run: time on the clock, processor time of Ansible alone, and the most that its processes held together."""

    seconds: float
    cpu_seconds: float
    peak_mb: float
    text: str


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[FinishedCluster]:
    folder = tmp_path_factory.mktemp("fleet")
    (folder / "api").mkdir(mode=0o700)
    api = ApiServer(name="one", home=folder / "api")
    api.start()
    try:
        yield FinishedCluster(folder, api)
    finally:
        api.stop()


def run(playbook: str, inventory: pathlib.Path, folder: pathlib.Path) -> Cost:
    """A run to its end, watched."""
    extra = json.dumps({"eksa_fleet_dir": str(folder / "run")})
    argv = [
        str(PLAYBOOK),
        "-i",
        str(inventory),
        "-f",
        str(FORKS),
        "-e",
        extra,
        str(ROOT / "playbooks" / f"{playbook}.yml"),
    ]
    before = os.times()
    began = time.monotonic()
    environ = {**os.environ, "ANSIBLE_STDOUT_CALLBACK": "eks.anywhere.progress"}
    process = subprocess.Popen(argv, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    peak = [0.0]
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(SAMPLE_SECONDS):
            peak[0] = max(peak[0], proportional(process.pid))

    watcher = threading.Thread(target=watch)
    watcher.start()
    text, _none = process.communicate()
    ended.set()
    watcher.join()
    after = os.times()
    assert process.returncode == 0, text
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return Cost(time.monotonic() - began, cpu, peak[0], text)


def proportional(pid: int) -> float:
    """MB that a process and all its children hold; what they share is counted once."""
    total, todo = 0, [pid]
    while todo:
        one = todo.pop()
        try:
            lines = pathlib.Path(f"/proc/{one}/smaps_rollup").read_text("utf-8").splitlines()
            todo += [int(word) for word in pathlib.Path(f"/proc/{one}/task/{one}/children").read_text("utf-8").split()]
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
        total += next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
    return total * 1024 / 1e6


def test_nothing_to_do_over_two_hundred_clusters(finished: FinishedCluster) -> None:
    cost = run("upgrade_fleet", finished.inventory(200), finished.folder)
    assert "200 with nothing to do" in cost.text
    figures.record("fleet.noop_200_seconds", cost.seconds, most=NOOP_SECONDS)
    figures.record("fleet.noop_200_cpu_seconds", cost.cpu_seconds)
    figures.record("fleet.noop_200_rss_mb", cost.peak_mb, unit="MB", most=RSS_MB)
    print(f"\n200 clusters: {cost.seconds:.1f} s, {cost.cpu_seconds:.1f} s of processors, {cost.peak_mb:.0f} MB")
    assert cost.seconds < NOOP_SECONDS
    assert cost.peak_mb < RSS_MB


def test_a_plan_for_two_hundred_clusters(finished: FinishedCluster) -> None:
    path = finished.inventory(200, eksa_config=finished.changed)
    cost = run("plan_fleet", path, finished.folder)
    assert "200 to upgrade" in cost.text, cost.text[:2000]
    figures.record("fleet.plan_200_seconds", cost.seconds, most=PLAN_SECONDS)
    print(f"\nplan for 200 clusters: {cost.seconds:.1f} s, {cost.cpu_seconds:.1f} s of processors")
    assert cost.seconds < PLAN_SECONDS


def test_a_cluster_costs_the_same_in_a_large_fleet(finished: FinishedCluster) -> None:
    """Slopes: what starts once is left out."""
    costs = {count: run("plan_fleet", finished.inventory(count), finished.folder).cpu_seconds for count in (1, 10, 500)}
    small = (costs[10] - costs[1]) / 9
    large = (costs[500] - costs[1]) / 499
    figures.record("fleet.growth_10_to_500", large / small, unit="", most=GROWTH)
    print(f"\nper cluster: {1000 * small:.0f} ms of processors among 10, {1000 * large:.0f} ms among 500")
    assert large / small < GROWTH
