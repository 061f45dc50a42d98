# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two runs over fleets on one vCenter at the same time: their clone slots are Lease objects on a real API server."""

from __future__ import annotations

import json
import pathlib
import subprocess
import typing as t

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._kube.client import KubeClient
from ansible_collections.eks.anywhere.plugins.module_utils._ops.clone_slot import LEASE
from ansible_collections.eks.anywhere.tests.simulation import fleet
from ansible_collections.eks.anywhere.tests.simulation.fleet_run import Fleet
from ansible_collections.eks.anywhere.tests.simulation.servers import ApiServer

SLOTS = 2
PLACE = "dc1"
NAMES = {"first": [f"a{number}" for number in range(3)], "second": [f"b{number}" for number in range(3)]}


@pytest.fixture
def api(tmp_path: pathlib.Path) -> t.Iterator[ApiServer]:
    home = tmp_path / "api"
    home.mkdir(mode=0o700)
    server = ApiServer(name="shared", home=home)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def made(folder: pathlib.Path, names: list[str]) -> Fleet:
    """A fleet of its own in the shared datacenter; each cluster manages itself."""
    folder.mkdir()
    site = fleet.Site(PLACE, tuple(names))
    source = fleet.write(
        folder / "inventory", [site], rings=["main", "canary"], vcenters={site.server: {"clone_slots": SLOTS}}
    )
    for path in (folder / "inventory" / PLACE).glob("*.yaml"):
        text = path.read_text("utf-8")
        path.write_text(text.replace(f"name: {names[0]}\n  workerNode", f"name: {path.stem}\n  workerNode"), "utf-8")
    (folder / "inventory" / PLACE / "datacenter.yml").write_text("ring: main\n", encoding="utf-8")
    built = Fleet(folder, source)
    for name in names:
        built.cluster(name, seconds=1.5)
    return built


def test_two_runs_share_the_slots_of_a_vcenter(api: ApiServer, tmp_path: pathlib.Path) -> None:
    shared = json.dumps({"eksa_fleet_kubeconfig": api.kubeconfig})
    fleets = [made(tmp_path / name, names) for name, names in NAMES.items()]
    running = [
        subprocess.Popen(
            one.argv("upgrade_fleet", "-e", shared),
            env=one.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for one in fleets
    ]
    said = [process.communicate(timeout=180)[0] for process in running]
    assert [process.returncode for process in running] == [0, 0], said
    spans = [span for one in fleets for found in one.worked_on().values() for span in found]
    assert len(spans) == 6
    events = sorted(event for began, ended in spans for event in ((began, 1), (ended, -1)))
    levels = [sum(step for _at, step in events[: index + 1]) for index in range(len(events))]
    assert max(levels) == SLOTS
    assert any(f"all {SLOTS} clone slots of vcenter.{PLACE}.example.org are held" in words for words in said)
    where = {"api_version": LEASE["api_version"], "kind": LEASE["kind"]}
    left = KubeClient.from_kubeconfig(api.kubeconfig).list(**where, namespace=LEASE["namespace"])
    assert not [obj["metadata"]["name"] for obj in left if "slot" in obj["metadata"]["name"]]
