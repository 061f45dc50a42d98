# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The kubeconfig of a cluster, its files, and the wait over its objects."""

from __future__ import annotations

import base64
import typing as t

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError, WaitTimeout
from ansible_collections.eks.anywhere.plugins.module_utils._ops import files as files_op
from ansible_collections.eks.anywhere.plugins.module_utils._ops import kubeconfig
from ansible_collections.eks.anywhere.plugins.module_utils._ops.wait import Target
from ansible_collections.eks.anywhere.plugins.module_utils._ops.wait_for import wait_for
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Kube, Obj
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.plugins.module_utils._wait.cluster import Goal
from ansible_collections.eks.anywhere.tests.unit.fakes import FakeClock, FakeFiles, FakeKube, FakeReporter
from ansible_collections.eks.anywhere.tests.unit.vsphere.samples import config
from ansible_collections.eks.anywhere.tests.unit.wait import samples as s

TARGET = Target(name="w01", namespace=s.NAMESPACE)
DEST = "state/w01/w01-eks-a-cluster.kubeconfig"
TEXT = "apiVersion: v1\nkind: Config\n"


def seed_secret(kube: FakeKube, text: str = TEXT) -> None:
    """The Secret that Cluster API keeps."""
    value = base64.b64encode(text.encode()).decode()
    kube.seed(
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": "w01-kubeconfig", "namespace": s.NAMESPACE},
            "data": {"value": value},
        }
    )


def test_kubeconfig_is_private_and_written_once() -> None:
    kube, files = FakeKube("b"), FakeFiles()
    seed_secret(kube)
    result = kubeconfig.write(TARGET, DEST, kube=kube, files=files, check_mode=False)
    assert result.actions == (f"Write {DEST}",)
    assert (files.files[DEST], files.modes[DEST]) == (TEXT, 0o600)
    assert TEXT not in result.before + result.after
    assert not kubeconfig.write(TARGET, DEST, kube=kube, files=files, check_mode=False).changed


def test_kubeconfig_is_replaced_and_check_mode_writes_nothing() -> None:
    kube, files = FakeKube("b"), FakeFiles({DEST: "older"})
    seed_secret(kube)
    assert kubeconfig.write(TARGET, DEST, kube=kube, files=files, check_mode=True).actions == (f"Replace {DEST}",)
    assert files.files == {DEST: "older"}


def test_kubeconfig_that_is_not_there_yet() -> None:
    with pytest.raises(EksaError) as caught:
        kubeconfig.write(TARGET, DEST, kube=FakeKube("b"), files=FakeFiles(), check_mode=False)
    assert caught.value.code == "cluster.kubeconfig_missing"


def converge(files: FakeFiles, state: str, *, check_mode: bool = False) -> Result:
    """Run the operation on the sample cluster."""
    return files_op.converge(config(), state_dir="state", state=state, files=files, check_mode=check_mode)


def test_config_is_written_with_defaults_once() -> None:
    files = FakeFiles()
    assert converge(files, "present", check_mode=True).changed
    assert files.files == {}
    result = converge(files, "present")
    text = files.files["state/prod/prod-eks-a-cluster.yaml"]
    assert result.after == text
    assert text.count("\n---\n") == 3
    assert "kind: Cluster" in text
    assert not converge(files, "present").changed


def test_generated_files_go_and_the_rest_stays() -> None:
    files = FakeFiles({"state/prod/generated/x": "1", "state/prod/prod-eks-a-cluster.kubeconfig": "2"})
    assert converge(files, "absent", check_mode=True).changed
    assert len(files.files) == 2
    assert converge(files, "absent").actions == ("Remove state/prod/generated",)
    assert list(files.files) == ["state/prod/prod-eks-a-cluster.kubeconfig"]
    assert not converge(files, "absent").changed


def building(kube: FakeKube, *, step: str, ready: bool) -> None:
    """A one-machine cluster at a step."""
    vm = s.vsphere_vm(
        "w01-abc12", s.condition("VirtualMachineProvisioned", "False", "WaitingForIPAllocation", since=s.JUST_NOW)
    )
    for obj in (
        s.cluster(initialized=ready, available=ready),
        s.control_plane(ready=int(ready), available=ready),
        s.machine(step=step),
        s.vsphere_machine(),
        vm,
    ):
        kube.seed(obj)


def wait(
    kube: FakeKube, clock: FakeClock, goal: Goal, workload: Kube, *, timeout: float = 120
) -> tuple[Result, list[str]]:
    """Run the operation."""
    report = FakeReporter()
    result = wait_for(
        TARGET,
        goal,
        kube=kube,
        connect=lambda text: workload,
        clock=clock,
        report=report,
        timeout_seconds=timeout,
        check_mode=False,
    )
    return result, report.lines


def test_wait_tells_the_way_and_ends() -> None:
    kube, workload = FakeKube("b"), FakeKube("w")
    building(kube, step="bootstrapped", ready=False)
    clock = FakeClock()

    def world() -> None:
        if clock.time == 10:
            building(kube, step="ready", ready=True)

    clock.on_sleep = world
    result, lines = wait(kube, clock, Goal.CONTROL_PLANE, workload)
    assert result.data == {"seconds": 10.0, "reason": ""}
    assert lines == [
        "  control plane: 0/1 up (0 s) - Machine w01-abc12: waiting for VSphereVM to get an IP address",
        "  control plane: 1/1 up (10 s)",
    ]


def test_wait_for_what_was_never_applied_fails_at_once() -> None:
    with pytest.raises(EksaError) as caught:
        wait(FakeKube("b"), FakeClock(), Goal.READY, FakeKube("w"))
    assert caught.value.code == "capi.cluster_not_found"


def test_wait_finds_the_image_that_a_provider_lacks() -> None:
    kube = FakeKube("b")
    building(kube, step="bootstrapped", ready=False)
    kube.seed(s.pod(waiting={"reason": "ErrImagePull", "message": "registry.local/capv:v1.15.2: not found"}))
    with pytest.raises(EksaError) as caught:
        wait(kube, FakeClock(), Goal.CONTROL_PLANE, FakeKube("w"), timeout=3600)
    assert caught.value.code == "image.pull_failed"
    assert caught.value.details["seconds"] <= 120


def test_wait_finds_the_image_that_the_cluster_itself_lacks() -> None:
    kube, workload = FakeKube("b"), FakeKube("w")
    building(kube, step="identified", ready=True)
    seed_secret(kube)
    workload.seed(
        s.pod("cpi", namespace="kube-system", waiting={"reason": "ImagePullBackOff", "message": "cpi:v1: not found"})
    )
    with pytest.raises(EksaError, match="Pod kube-system/cpi: cannot pull image"):
        wait(kube, FakeClock(), Goal.MACHINES, workload, timeout=3600)


def test_wait_survives_a_cluster_whose_api_does_not_answer_yet() -> None:
    class Silent(FakeKube):
        def list(self, **_query: t.Any) -> list[Obj]:
            raise EksaError("did not answer", code="kube.unreachable")

    kube = FakeKube("b")
    building(kube, step="identified", ready=True)
    seed_secret(kube)
    with pytest.raises(WaitTimeout, match="has not joined the cluster"):
        wait(kube, FakeClock(), Goal.NODES, Silent("w"), timeout=10)


def test_check_mode_looks_once() -> None:
    kube = FakeKube("b")
    building(kube, step="bootstrapped", ready=False)
    result = wait_for(
        TARGET,
        Goal.READY,
        kube=kube,
        connect=lambda text: FakeKube("w"),
        clock=FakeClock(),
        report=FakeReporter(),
        timeout_seconds=10,
        check_mode=True,
    )
    assert result.data["reason"] == "Machine w01-abc12: waiting for VSphereVM to get an IP address"


def test_wait_for_etcd_asks_by_reference_and_for_its_own_objects() -> None:
    kube, workload = FakeKube("b"), FakeKube("w")
    building(kube, step="new", ready=False)
    kube.seed(s.cluster(etcd=True, initialized=False))
    unlabelled = s.etcd(healthy=0)
    unlabelled["metadata"]["labels"] = {}
    kube.seed(unlabelled)
    kube.seed(s.etcd_machine("w01-etcd-a", healthy=False, step="new"))
    no_key = {**s.kubeadm_config("w01-etcd-a"), "apiVersion": "bootstrap.cluster.x-k8s.io/v1beta1"}
    no_key |= {"kind": "EtcdadmConfig", "status": {"conditions": [s.condition("Ready", "False", "", "no key")]}}
    kube.seed(no_key)
    clock = FakeClock()
    clock.on_sleep = lambda: kube.seed(s.etcd()) if clock.time == 4 else None
    _result, lines = wait(kube, clock, Goal.ETCD, workload)
    assert lines == [
        "  etcd: 0/3 members healthy (0 s) - Machine w01-etcd-a: waiting for its bootstrap data: no key",
        "  etcd: 3/3 members healthy (4 s)",
    ]
