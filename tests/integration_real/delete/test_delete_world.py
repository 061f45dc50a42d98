# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Workload clusters deleted for real: real API servers, the real providers, machines in a simulated vCenter."""

from __future__ import annotations

import pathlib
import shutil
import tempfile
import typing as t

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.plugins.module_utils._shell import Context, Lines
from ansible_collections.eks.anywhere.plugins.modules import cluster_delete, cluster_leftovers
from ansible_collections.eks.anywhere.tests.simulation.vcenter import ADMIN, PASSWORDS
from ansible_collections.eks.anywhere.tests.simulation.world import World, world

INFRASTRUCTURE = "infrastructure.cluster.x-k8s.io/v1beta1"
HELD_BY = "example.com/held"
ACCOUNT = {"vsphere_username": ADMIN, "vsphere_password": PASSWORDS[ADMIN]}


@pytest.fixture(scope="module")
def scene() -> t.Iterator[World]:
    """Two clusters that one management cluster holds."""
    home = pathlib.Path(tempfile.mkdtemp(prefix="eksa-delete-"))
    try:
        with world(home, clusters=("c1", "c2")) as found:
            yield found
    finally:
        shutil.rmtree(home, ignore_errors=True)


def config(scene: World, name: str) -> str:
    """The config of a cluster."""
    found = next(cluster for cluster in scene.clusters if cluster.name == name)
    return found.config(scene.vcenter)


def delete(scene: World, name: str, *, check_mode: bool = False, lines: Lines | None = None) -> Result:
    """The module's own operation."""
    params = {
        "config": config(scene, name),
        "config_file": None,
        "kubeconfig": scene.source.api.kubeconfig,
        "former_kubeconfig": None,
        "namespace": "eksa-system",
        "resume": False,
        "purge": False,
        "timeout_seconds": 240,
        "stuck_after_seconds": 5,
        **ACCOUNT,
    }
    return cluster_delete.operate(params, Context(check_mode=check_mode, report=lines or Lines()))


def leftovers(scene: World, name: str) -> list[dict[str, str]]:
    """What is left of a cluster in vCenter."""
    params = {
        "config": config(scene, name),
        "config_file": None,
        "state_dir": "/nowhere",
        "purge": False,
        "remove_files": False,
        "fail": False,
        **ACCOUNT,
    }
    found: list[dict[str, str]] = cluster_leftovers.operate(params, Context(check_mode=False, report=Lines())).data[
        "leftovers"
    ]
    return found


def machines(scene: World, name: str) -> dict[str, str]:
    """UUID of each machine of a cluster by its name."""
    return {machine: uuid for machine, uuid in scene.machine_uuids().items() if machine.startswith(f"{name}-")}


def test_one_cluster_goes_and_the_other_does_not_notice(scene: World) -> None:
    before = machines(scene, "c2")
    seen = leftovers(scene, "c1")
    assert sorted(one["name"].rpartition("/")[2] for one in seen) == sorted(machines(scene, "c1"))
    assert all("boot data for the endpoint" in one["why"] for one in seen)
    planned = delete(scene, "c1", check_mode=True)
    assert len(machines(scene, "c1")) == 2
    done = delete(scene, "c1")
    assert set(done.actions) == set(planned.actions)
    assert done.data["released"] == []
    assert machines(scene, "c1") == {}
    assert leftovers(scene, "c1") == []
    assert machines(scene, "c2") == before
    assert not delete(scene, "c1").changed


def test_an_object_that_is_held_is_released_when_its_machine_is_gone(scene: World) -> None:
    kube = scene.source.kube
    vms = kube.list(api_version=INFRASTRUCTURE, kind="VSphereVM", namespace="eksa-system")
    held = next(vm for vm in vms if "-md-" in vm["metadata"]["name"])["metadata"]
    patch = {"metadata": {"finalizers": [*held["finalizers"], HELD_BY]}}
    where = {"api_version": INFRASTRUCTURE, "kind": "VSphereVM", "name": held["name"], "namespace": "eksa-system"}
    kube.merge(**where, patch=patch)
    lines = Lines()
    result = delete(scene, "c2", lines=lines)
    assert [one["object"] for one in result.data["released"]] == [f"VSphereVM eksa-system/{held['name']}"]
    assert HELD_BY in result.data["released"][0]["finalizers"]
    assert [line for line in lines.lines if line.startswith(f"Releasing VSphereVM eksa-system/{held['name']}: vCenter")]
    assert machines(scene, "c2") == {}
    left = kube.list(api_version="v1", kind="Secret", namespace="eksa-system")
    assert [one["metadata"]["name"] for one in left if one["metadata"]["name"].startswith(("c1-", "c2-"))] == []
