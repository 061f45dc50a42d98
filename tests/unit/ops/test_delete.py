# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Deleting from a manager: what goes and what stays, taking over from every cut, and letting go of what is stuck."""

from __future__ import annotations

import contextlib
import functools
import typing as t

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._config import cluster
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError, WaitTimeout
from ansible_collections.eks.anywhere.plugins.module_utils._ops.delete_stuck import AFTER_RELEASE_SECONDS
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.tests.unit.fakes import FakeKube, Killed
from ansible_collections.eks.anywhere.tests.unit.ops import delete_worlds as w
from ansible_collections.eks.anywhere.tests.unit.ops.delete_worlds import NAMESPACE, World, world
from ansible_collections.eks.anywhere.tests.unit.vsphere.samples import CONFIG

PATIENCE = 300.0


def assert_gone(scene: World) -> None:
    """Nothing of the cluster is left, here or in vCenter, and no session."""
    assert scene.left_of("prod") == []
    assert [name for name in scene.vcenter.items if name.startswith("prod-")] == []
    assert scene.vcenter.sessions == 0


def test_deletes_all_of_the_cluster_and_nothing_else() -> None:
    scene = world("prod", "other")
    scene.kube.seed(w.thing("Secret", "registry-credentials"))
    others = set(scene.left_of("other"))
    result = scene.delete()
    assert_gone(scene)
    assert set(scene.left_of("other")) == others
    assert ("", "Secret", NAMESPACE, "registry-credentials") in scene.kube.objects
    assert sorted(scene.vcenter.items) == ["other-md-0-4bcdf-bbbbb", "other-x2x9l"]
    assert "Delete Cluster eksa-system/prod" in result.actions
    assert result.data["released"] == []
    assert result.data["destroyed"] == []
    assert "Machine eksa-system/prod-x2x9l\n" in result.before
    assert result.after == ""
    assert scene.report.lines[0] == "Deleting workload cluster"


def test_what_curated_packages_have_on_the_manager_goes_too() -> None:
    scene = world("prod", "other")
    packages = "packages.eks.amazonaws.com/v1alpha1"

    def seed(api_version: str, kind: str, name: str, namespace: str | None) -> None:
        place = {"namespace": namespace} if namespace else {}
        scene.kube.seed({"apiVersion": api_version, "kind": kind, "metadata": {"name": name, **place}})

    for name in ("prod", "other"):
        seed(packages, "PackageBundleController", name, "eksa-packages")
        seed(packages, "Package", f"eks-anywhere-packages-{name}", "eksa-packages-mgmt")
        seed("v1", "Namespace", f"eksa-packages-{name}", None)
    scene.delete()
    left = sorted(
        name for group, kind, _namespace, name in scene.kube.objects if group == packages or kind == "Namespace"
    )
    assert [name for name in left if "prod" in name] == []
    assert [name for name in left if "other" in name] != []


def test_a_healthy_deletion_asks_vcenter_nothing() -> None:
    scene = world("prod")
    scene.delete()
    assert scene.vcenter.logins == 0


def test_the_second_time_there_is_nothing_to_do() -> None:
    scene = world("prod")
    scene.delete()
    writes, calls = scene.fuse.writes, scene.kube.calls
    again = scene.delete()
    assert not again.changed
    assert scene.fuse.writes == writes
    assert scene.kube.calls - calls <= 30


def test_check_mode_says_what_would_go_and_writes_nothing() -> None:
    scene = world("prod")
    planned = scene.delete(check_mode=True)
    assert scene.fuse.writes == 0
    done = scene.delete()
    assert (planned.actions, planned.before, planned.after) == (done.actions, done.before, done.after)


def test_the_order_is_cluster_first_description_last() -> None:
    scene = world("prod")
    scene.delete()
    log = scene.kube.log
    first = log.index("delete Cluster prod")
    assert log[:first] == ["merge Cluster prod"], "the description is paused, so that nobody makes the cluster again"
    assert first < log.index("delete Secret prod-ca") < log.index("delete VSphereDatacenterConfig prod")
    assert not [line for line in log if line.startswith("delete Machine ")], "Cluster API deletes machines"


def test_objects_that_another_cluster_uses_as_well_stay() -> None:
    scene = world("prod")
    w.add_description(scene, "other", datacenter="prod")
    scene.delete()
    assert scene.left_of("prod") == ["VSphereDatacenterConfig prod"]


@functools.cache
def writes_of(kind: str) -> int:
    scene = SCENES[kind]()
    OPTIONS[kind](scene)
    return scene.fuse.writes


def _orphaned() -> World:
    """Somebody stripped the Cluster: its machines are left with nobody to delete them."""
    scene = world("prod")
    for key in [key for key in scene.kube.objects if key[1] in ("Cluster", "VSphereCluster") and key[2] == NAMESPACE]:
        del scene.kube.objects[key]
    return scene


def _dead() -> World:
    scene = world("prod")
    scene.kube.alive = False
    return scene


SCENES: dict[str, t.Callable[[], World]] = {
    "healthy": lambda: world("prod"),
    "on a bootstrap cluster": lambda: world("prod", paused=True),
    "orphaned": _orphaned,
    "dead controllers, purge": _dead,
}
OPTIONS: dict[str, t.Callable[[World], t.Any]] = {
    "healthy": lambda scene: scene.delete(),
    "on a bootstrap cluster": lambda scene: scene.delete(resume=True),
    "orphaned": lambda scene: scene.delete(),
    "dead controllers, purge": lambda scene: scene.delete(purge=True),
}
CUTS = [(kind, number) for kind in SCENES for number in range(1, writes_of(kind) + 1)]


@pytest.mark.parametrize(("kind", "kill_at"), CUTS)
def test_killed_before_any_write_the_next_run_finishes(kind: str, kill_at: int) -> None:
    scene = SCENES[kind]()
    scene.fuse.kill_at = kill_at
    with pytest.raises(Killed):
        OPTIONS[kind](scene)
    assert scene.vcenter.sessions == 0
    OPTIONS[kind](scene)
    assert_gone(scene)
    assert not OPTIONS[kind](scene).changed


def test_killed_again_and_again_still_finishes() -> None:
    scene = _dead()
    for _attempt in range(200):
        scene.fuse.kill_at = scene.fuse.writes + 3
        with contextlib.suppress(Killed):
            scene.delete(purge=True)
            break
    assert_gone(scene)


def test_a_pause_on_a_management_cluster_is_somebodys_will() -> None:
    scene = world("prod", paused=True)
    with pytest.raises(EksaError) as caught:
        scene.delete()
    assert caught.value.code == "delete.paused"
    assert scene.fuse.writes == 0


def test_a_bootstrap_cluster_resumes_only_what_is_already_deleted() -> None:
    scene = world("prod", paused=True)
    scene.delete(resume=True)
    assert_gone(scene)
    cluster_writes = [line for line in scene.kube.log if line.endswith("Cluster prod")]
    # Its description is paused first, then the Cluster itself is deleted and resumed.
    assert cluster_writes[:3] == ["merge Cluster prod", "delete Cluster prod", "merge Cluster prod"]
    assert scene.report.lines[0] == "Deleting management cluster"


def test_controllers_that_a_cut_move_has_stopped_are_started() -> None:
    scene = world("prod", paused=True)
    annotations = {"eks-anywhere-capi-move/replicas": "2/2"}
    labels = {"cluster.x-k8s.io/provider": "cluster-api"}
    metadata = {"name": "capi", "namespace": "capi-system", "labels": labels, "annotations": annotations}
    scene.kube.seed({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": {"replicas": 0}})
    scene.delete(resume=True)
    stored = scene.kube.objects["apps", "Deployment", "capi-system", "capi"]
    assert stored["spec"]["replicas"] == 2
    assert stored["metadata"]["annotations"] == {}


def test_a_cluster_does_not_delete_itself() -> None:
    scene = world("prod")
    scene.kube.seed({"apiVersion": "v1", "kind": "Node", "metadata": {"name": "prod-x2x9l"}})
    with pytest.raises(EksaError) as caught:
        scene.delete()
    assert caught.value.code == "delete.inside_itself"
    assert scene.fuse.writes == 0


def test_failure_domains_are_brought_from_where_the_cluster_was() -> None:
    domains = "  failureDomains:\n  - name: east\n    computeCluster: C\n    resourcePool: R\n    datastore: D\n    folder: /DC0/vm/east\n    network: N\n"
    wanted = cluster.read(
        CONFIG.replace("  server: vcenter.example.com\n", "  server: vcenter.example.com\n" + domains)
    )
    scene = world("prod", paused=True)
    scene.former = FakeKube("prod")
    for kind in ("VSphereFailureDomain", "VSphereDeploymentZone"):
        for name in ("prod-prod-east", "other-other-east"):
            metadata: Obj = {"name": name}
            scene.former.seed({"apiVersion": w.INFRASTRUCTURE, "kind": kind, "metadata": metadata, "spec": {"a": kind}})
    scene.delete(wanted=wanted, resume=True)
    brought = [line for line in scene.kube.log if line.startswith("apply")]
    assert brought == ["apply VSphereFailureDomain prod-prod-east", "apply VSphereDeploymentZone prod-prod-east"]
    assert_gone(scene)


# --- what does not go by itself -------------------------------------------------------------------------------------


def held_up(*, machine_there: bool) -> World:
    """The vSphere provider does not let go of one object."""
    scene = world("prod")
    scene.kube.deaf = {"VSphereVM"}
    if machine_there:
        scene.vcenter.items.clear()
        keep = w.machine_item("prod-x2x9l", w.ENDPOINT)
        scene.vcenter.items["prod-x2x9l"] = keep
        scene.kube._vspherevm = lambda obj: None  # type: ignore[method-assign]
    return scene


def test_an_object_whose_machine_is_gone_is_released_with_an_audit_line() -> None:
    scene = held_up(machine_there=False)
    result = scene.delete()
    assert_gone(scene)
    names = [one["object"] for one in result.data["released"]]
    assert names == ["VSphereVM eksa-system/prod-md-0-4bcdf-bbbbb", "VSphereVM eksa-system/prod-x2x9l"]
    evidence = (
        "vCenter vcenter.example.com has no virtual machine with BIOS UUID bios-prod-x2x9l or instance UUID"
        " instance-prod-x2x9l or name prod-x2x9l in /DC0/vm/eksa"
    )
    assert result.data["released"][1]["evidence"] == evidence
    assert result.data["released"][1]["finalizers"] == ["vspherevm.example"]
    assert f"Releasing VSphereVM eksa-system/prod-x2x9l: {evidence}" in scene.report.lines


def test_nothing_is_released_before_patience_is_over() -> None:
    scene = held_up(machine_there=False)
    with pytest.raises(WaitTimeout):
        scene.delete(timeout_seconds=PATIENCE - 10)
    assert scene.vcenter.logins == 0
    assert [line for line in scene.report.lines if line.startswith("Releasing")] == []


def test_after_the_first_release_nobody_waits_as_long_for_the_next() -> None:
    scene = world("prod")
    scene.kube.deaf = {"VSphereVM", "VSphereMachine", "Machine", "MachineSet", "MachineDeployment"}
    result = scene.delete()
    assert_gone(scene)
    upper = ["MachineSet", "MachineDeployment", "KubeadmControlPlane"]
    released = [one["object"].split()[0] for one in result.data["released"]]
    assert released == [*["VSphereVM"] * 2, *["VSphereMachine"] * 2, *["Machine"] * 2, *upper]
    assert scene.clock.time < PATIENCE + 10 * AFTER_RELEASE_SECONDS


def test_an_object_whose_machine_exists_is_never_released() -> None:
    scene = held_up(machine_there=True)
    with pytest.raises(WaitTimeout) as caught:
        scene.delete(timeout_seconds=1800)
    assert "prod-x2x9l exists (poweredOn)" in caught.value.message
    assert "eksa_teardown_purge" in caught.value.hint
    assert "VSphereVM prod-x2x9l" in scene.left_of("prod")
    assert list(scene.vcenter.items) == ["prod-x2x9l"]


def test_with_purge_such_a_machine_is_destroyed_first() -> None:
    scene = held_up(machine_there=True)
    result = scene.delete(purge=True)
    assert_gone(scene)
    assert result.data["destroyed"] == ["/DC0/vm/eksa/prod-x2x9l"]
    assert "Destroy /DC0/vm/eksa/prod-x2x9l" in result.actions
    assert [line for line in scene.report.lines if line.startswith("Destroying /DC0/vm/eksa/prod-x2x9l: its UUID")]


def test_purge_leaves_a_machine_alone_that_is_not_proven() -> None:
    scene = held_up(machine_there=False)
    scene.vcenter.items = {"prod-ccccc": w.machine_item("prod-ccccc", "kubeadm")}
    with contextlib.suppress(WaitTimeout):
        scene.delete(purge=True, timeout_seconds=1800)
    assert list(scene.vcenter.items) == ["prod-ccccc"]


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (lambda vcenter: vcenter.running_tasks.update({"prod-x2x9l": "CloneVM_Task: running"}), "still works on it"),
        (lambda vcenter: setattr(vcenter, "unseen", ("/DC0/vm/eksa",)), "cannot be looked into"),
        (
            lambda vcenter: setattr(
                vcenter, "refused", [EksaError("EKSA_VSPHERE_USERNAME is not set.", code="vsphere.credentials_missing")]
            ),
            "EKSA_VSPHERE_USERNAME is not set",
        ),
    ],
)
def test_without_proof_nothing_is_released(harm: t.Callable[[w.FakeVCenter], None], words: str) -> None:
    scene = held_up(machine_there=False)
    harm(scene.vcenter)
    with pytest.raises(WaitTimeout) as caught:
        scene.delete(timeout_seconds=1800)
    assert words in caught.value.message
    assert "VSphereVM prod-x2x9l" in scene.left_of("prod")


def test_what_stands_for_the_cluster_is_kept_while_any_machine_is_left() -> None:
    scene = world("prod")
    scene.kube.deaf = {"Cluster"}
    scene.vcenter.add("prod-zzzzz", "kubeadm")
    with pytest.raises(WaitTimeout) as caught:
        scene.delete(timeout_seconds=1800)
    assert "/DC0/vm/eksa/prod-zzzzz exists" in caught.value.message
    assert "Cluster prod" in scene.left_of("prod")
    del scene.vcenter.items["prod-zzzzz"]
    assert [one["object"] for one in scene.delete().data["released"]] == ["Cluster eksa-system/prod"]


def test_the_wait_says_what_objects_say_of_their_deletion() -> None:
    scene = held_up(machine_there=False)
    stored = scene.kube.objects["cluster.x-k8s.io", "Machine", NAMESPACE, "prod-x2x9l"]
    message = "Machine deletion in progress, stage: WaitingForInfrastructureDeletion"
    stored["status"]["conditions"] = [{"type": "Deleting", "status": "True", "message": message}]
    scene.delete()
    assert [line for line in scene.report.lines if message in line]
