# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cluster that lost its objects and gets them back: real API servers, the real providers, a simulated vCenter."""

from __future__ import annotations

import pathlib
import shutil
import tempfile
import time
import typing as t

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ops.move_observe import Server
from ansible_collections.eks.anywhere.plugins.module_utils._plan.move_graph import kinds_of
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.plugins.module_utils._shell import Context, Lines
from ansible_collections.eks.anywhere.plugins.modules import capi_backup, capi_restore
from ansible_collections.eks.anywhere.tests.simulation.clusters import NAMESPACE, machines
from ansible_collections.eks.anywhere.tests.simulation.vcenter import ADMIN, PASSWORDS
from ansible_collections.eks.anywhere.tests.simulation.world import CORE, Management, World, world

CLUSTER = {"api_version": CORE, "kind": "Cluster", "name": "c1", "namespace": NAMESPACE}
PASSWORD = "correct horse"
CALM_SECONDS = 15.0
"""What controllers would do about machines that they miss they begin within this time."""


@pytest.fixture(scope="module")
def scene() -> t.Iterator[World]:
    """One cluster of two machines."""
    home = pathlib.Path(tempfile.mkdtemp(prefix="eksa-restore-"))
    try:
        with world(home, clusters=("c1",)) as found:
            yield found
    finally:
        shutil.rmtree(home, ignore_errors=True)


def keep(scene: World, dest: pathlib.Path) -> list[str]:
    """Back up; the labels of all objects."""
    params = {
        "kubeconfig": scene.source.api.kubeconfig,
        "namespace": NAMESPACE,
        "name": "c1",
        "dest": str(dest),
        "password": PASSWORD,
    }
    result = capi_backup.operate(params, Context(check_mode=False, report=Lines()))
    return list(result.data["inventory"])


def restore(
    management: Management, src: pathlib.Path, *, check_mode: bool = False, missing: t.Sequence[str] = ()
) -> Result:
    """The module's own operation."""
    params = {
        "kubeconfig": management.api.kubeconfig,
        "src": str(src),
        "password": PASSWORD,
        "namespace": NAMESPACE,
        "name": None,
        "overwrite": False,
        "accept_missing": list(missing),
        "accept_unknown": [],
        "wait": True,
        "timeout_seconds": 240,
        "vsphere_username": ADMIN,
        "vsphere_password": PASSWORDS[ADMIN],
    }
    return capi_restore.operate(params, Context(check_mode=check_mode, report=Lines()))


def lose(management: Management, labels: t.Collection[str]) -> None:
    """Somebody deletes the objects without their machines: paused, released from their finalizers, Clusters last."""
    kube = management.kube
    kube.merge(**CLUSTER, patch={"spec": {"paused": True}})
    kinds = sorted(kinds_of(Server(kube).definitions), key=lambda kind: kind.kind == "Cluster")
    for _round in range(10):
        left = 0
        for kind in kinds:
            for obj in kube.list(api_version=kind.api_version, kind=kind.kind, namespace=NAMESPACE):
                name = obj["metadata"]["name"]
                if f"{kind.kind} {NAMESPACE}/{name}" not in labels:
                    continue
                left += 1
                where = {"api_version": kind.api_version, "kind": kind.kind, "name": name, "namespace": NAMESPACE}
                kube.merge(**where, patch={"metadata": {"finalizers": None}})
                kube.delete(**where)
        if not left:
            return
    raise AssertionError(f"{left} objects do not go")


def destroy(scene: World, name: str) -> None:
    """A machine is destroyed in vCenter."""
    with scene.vcenter.connect() as content:
        machine = next(one for one in machines(content) if one.name == name)
        for task in (machine.ref.PowerOffVM_Task, machine.ref.Destroy_Task):
            task()
            time.sleep(1.0)
    assert name not in scene.machine_uuids()


def test_all_objects_come_back_and_no_machine_changes(scene: World, tmp_path: pathlib.Path) -> None:
    before = scene.machine_uuids()
    labels = keep(scene, tmp_path / "kept")
    lose(scene.source, labels)
    planned = restore(scene.source, tmp_path / "kept", check_mode=True)
    assert scene.source.kube.get(**CLUSTER) is None
    done = restore(scene.source, tmp_path / "kept")
    assert done.actions == planned.actions
    assert {one["name"]: one["uuid"] for one in done.data["machines"]} == before
    assert done.data["resumed"] == [f"Cluster {NAMESPACE}/c1"]
    scene.wait_provisioned(scene.source, count=2)
    time.sleep(CALM_SECONDS)
    assert scene.machine_uuids() == before
    assert not restore(scene.source, tmp_path / "kept").changed
    assert "paused" not in (scene.source.kube.get(**CLUSTER) or {})["spec"]


def test_another_management_cluster_takes_over_all_but_a_machine_that_is_gone(
    scene: World, tmp_path: pathlib.Path
) -> None:
    scene.wait_provisioned(scene.source, count=2)
    before = scene.machine_uuids()
    lose(scene.source, keep(scene, tmp_path / "kept"))
    worker = next(name for name in before if "-md-" in name)
    destroy(scene, worker)
    with pytest.raises(EksaError) as caught:
        restore(scene.target, tmp_path / "kept")
    assert caught.value.code == "restore.machines_differ"
    (fault,) = caught.value.details["machines"]
    assert (fault["machine"], fault["seen"]) == (worker, "no such virtual machine")
    assert before[worker] in fault["expected"]
    assert scene.target.kube.get(**CLUSTER) is None
    done = restore(scene.target, tmp_path / "kept", missing=[worker])
    assert f"Machine {NAMESPACE}/{worker}" not in done.data["created"]
    scene.wait_provisioned(scene.target, count=2)
    after = scene.machine_uuids()
    assert len(after) == len(before)
    assert {name: uuid for name, uuid in before.items() if name != worker}.items() < after.items()
    assert not restore(scene.target, tmp_path / "kept", missing=[worker]).changed
