# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What validation costs on large simulated vCenters, and that it leaves no session behind: ``make perf-validate``.

The simulator needs minutes to make ten thousand machines, so all tests share one.
"""

from __future__ import annotations

import contextlib
import json
import pathlib
import random
import signal
import statistics
import subprocess
import sys
import time
import typing as t

import pytest
from pyVmomi import vim

from ansible_collections.eks.anywhere.plugins.module_utils._shell import Context, Lines
from ansible_collections.eks.anywhere.plugins.module_utils._vsphere.paced import PacedAdapter
from ansible_collections.eks.anywhere.plugins.modules import vsphere_validate, vsphere_validate_fleet
from ansible_collections.eks.anywhere.tests.integration_real.vsphere.conftest import (
    TEMPLATES,
    Cluster,
    bundles_file,
    cluster_on,
)
from ansible_collections.eks.anywhere.tests.integration_real.vsphere.test_fleet import entry, named
from ansible_collections.eks.anywhere.tests.perf import rivals
from ansible_collections.eks.anywhere.tests.simulation.servers import lab_program
from ansible_collections.eks.anywhere.tests.simulation.vcenter import ADMIN, PASSWORDS, Simulator, simulator
from ansible_collections.eks.anywhere.tests.tools import figures

__all__ = ("bundles_file",)

HOSTS, NETWORKS = 500, 100
PATIENCE_SECONDS = 1500.0
ROUNDS = 5
LARGE_SECONDS, GROWTH, FLEET_SECONDS, REQUESTS = 10, 1.5, 15, 30
RUNS, KILLED = 200, 50
PROGRAM = """
import json, sys
from ansible_collections.eks.anywhere.plugins.modules import vsphere_validate
from ansible_collections.eks.anywhere.plugins.module_utils._shell import Context, Lines
params = json.load(sys.stdin)
print("go", flush=True)
vsphere_validate.operate(params, Context(check_mode=False, report=Lines()))
"""


@contextlib.contextmanager
def crowded(machines: int) -> t.Iterator[Simulator]:
    """A vCenter with so many machines in two resource pools, many hosts and many networks."""
    arguments = ("-vms", str(machines // 2))
    with simulator(lab_program("vcsim"), *arguments, templates=TEMPLATES, patience_seconds=PATIENCE_SECONDS) as running:
        with running.connect() as content:
            find = content.searchIndex.FindByInventoryPath
            there = sum(len(one.host) for one in find("DC0/host").childEntity)
            for number in range(HOSTS - there):
                host = vim.host.ConnectSpec(hostName=f"esx-{number}", userName="root", password="x")
                find("DC0/host").AddStandaloneHost_Task(spec=host, addConnected=True)
            port_group = vim.dvs.DistributedVirtualPortgroup.ConfigSpec
            missing = NETWORKS - len(find("DC0").network)
            specs = [port_group(name=f"pg-{number}", type="earlyBinding", numPorts=8) for number in range(missing)]
            find("DC0/network/DVS0").AddDVPortgroup_Task(specs)
        yield running


@pytest.fixture(scope="module")
def large() -> t.Iterator[Simulator]:
    """Ten thousand machines."""
    with crowded(10_000) as running:
        yield running


def roomy(vcsim: Simulator) -> Cluster:
    """A config on the datastore that the simulator's own machines do not fill."""
    cluster = cluster_on(vcsim)
    for name in ("prod-cp", "prod-md"):
        cluster.documents[name]["spec"]["datastore"] = "/DC0/datastore/LocalDS_1"
    return cluster


def params(vcsim: Simulator, bundles: str) -> dict[str, t.Any]:
    """Options of one validation."""
    return {
        "config": roomy(vcsim).text(),
        "config_file": None,
        "bundles_file": bundles,
        "vsphere_username": ADMIN,
        "vsphere_password": PASSWORDS[ADMIN],
        "skip_ip_check": True,
        "try_places": False,
    }


def validated(options: t.Mapping[str, t.Any]) -> tuple[float, int]:
    """Seconds and requests of one validation."""
    began = time.monotonic()
    result = vsphere_validate.operate(options, Context(check_mode=False, report=Lines()))
    return time.monotonic() - began, int(result.data["requests"])


def median(options: t.Mapping[str, t.Any]) -> float:
    """Seconds of one validation, in the middle of several."""
    return statistics.median(validated(options)[0] for _round in range(ROUNDS))


def test_time_does_not_follow_the_number_of_machines(large: Simulator, bundles_file: str) -> None:
    _seconds, requests = validated(params(large, bundles_file))
    many = median(params(large, bundles_file))
    with crowded(1_000) as small:
        few = median(params(small, bundles_file))
        assert validated(params(small, bundles_file))[1] == requests
    figures.record("validate.vms_10000_seconds", many, most=LARGE_SECONDS)
    figures.record("validate.vms_1000_seconds", few)
    figures.record("validate.growth_10x", many / few, unit="x", most=GROWTH)
    figures.record("validate.requests", requests, unit="requests", most=REQUESTS)
    print(f"\n10,000 machines: {many:.3f} s, 1,000: {few:.3f} s (medians of {ROUNDS}), {requests} requests")
    assert many < LARGE_SECONDS
    assert requests <= REQUESTS


def test_bytes_of_a_validation(large: Simulator, bundles_file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    ask = PacedAdapter.InvokeMethod

    def weighed(self: PacedAdapter, mo: t.Any, info: t.Any, args: t.Any, outer: t.Any = None) -> t.Any:
        answer = ask(self, mo, info, args, outer)
        sizes.append(len(str(answer)))
        return answer

    monkeypatch.setattr(PacedAdapter, "InvokeMethod", weighed)
    validated(params(large, bundles_file))
    figures.record("validate.answers_kib", sum(sizes) / 1024, unit="KiB")
    print(f"\n{len(sizes)} answers of {sum(sizes) / 1024:.0f} KiB together, written out")


def test_twenty_clusters_in_one_run(large: Simulator, bundles_file: str) -> None:
    cluster = roomy(large)
    clusters = [
        entry(named(cluster, f"w{number:02}", number), bundles_file, skip_ip_check=False) for number in range(20)
    ]
    options = {"clusters": clusters, "vsphere_username": ADMIN, "vsphere_password": PASSWORDS[ADMIN]}
    before = large.sessions()["logins"]
    began = time.monotonic()
    result = vsphere_validate_fleet.operate(options, Context(check_mode=False, report=Lines()))
    seconds = time.monotonic() - began
    figures.record("validate.clusters_20_seconds", seconds, most=FLEET_SECONDS)
    print(f"\n20 clusters: {seconds:.2f} s, {result.data['requests']} requests")
    assert large.sessions()["logins"] - before == 2
    assert seconds < FLEET_SECONDS


def test_beside_what_others_do(large: Simulator, bundles_file: str, tmp_path: pathlib.Path) -> None:
    options = {**params(large, bundles_file), "vsphere_password": "{{ lookup('env', 'PASSWORD') }}"}
    options = {name: value for name, value in options.items() if value is not None}
    ours, failed = rivals.timed_play([{"name": "ours", "eks.anywhere.vsphere_validate": options}], tmp_path, {})
    assert not failed
    theirs, failed = rivals.info_modules(large, tmp_path)
    walk, requests = rivals.one_tool_per_check(large)
    alone = median(params(large, bundles_file))
    figures.record("validate.ratio_to_info_modules", ours / theirs, unit="x", most=1)
    figures.record("validate.ratio_to_walk", alone / walk, unit="x")
    print(f"\nplay with ours {ours:.1f} s, with {len(rivals.GATHERING)} info modules {theirs:.1f} s (failed: {failed})")
    print(f"in one process {alone:.2f} s, a walk with a login per check {walk:.2f} s and {requests} requests")
    assert ours < theirs
    assert large.sessions()["open"] == 0


def test_no_session_is_left(large: Simulator, bundles_file: str) -> None:
    """Killed by the signals that a shell, a service manager and AWX send; nothing can be done after SIGKILL."""
    options = params(large, bundles_file)
    for _run in range(RUNS - KILLED):
        validated(options)
    dice = random.Random(8)
    longest = 2 * validated(options)[0]
    for number in range(KILLED):
        killed_after(dice.uniform(0, longest), options, (signal.SIGTERM, signal.SIGINT)[number % 2])
    left = large.sessions()["open"]
    figures.record("validate.sessions_left", left, unit="sessions", most=0)
    print(f"\n{RUNS} runs, {KILLED} of them killed: {left} sessions left")
    assert left == 0


def killed_after(seconds: float, options: t.Mapping[str, t.Any], number: signal.Signals) -> None:
    """One run in a process of its own."""
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    json.dump(dict(options), process.stdin)
    process.stdin.close()
    assert process.stdout.readline() == "go\n"
    time.sleep(seconds)
    process.send_signal(number)
    process.wait(timeout=60)
    process.stdout.close()
