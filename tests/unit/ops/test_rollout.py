# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a workload counts as rolled out, and what a wait says while it does not."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError, WaitTimeout
from ansible_collections.eks.anywhere.plugins.module_utils._ops.rollout import (
    Waiting,
    Workload,
    is_rolled_out,
    wait_established,
    wait_rolled_out,
    workloads_in,
)
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.tests.unit.fakes import FakeClock, FakeKube, FakeReporter

AVAILABLE: dict[str, t.Any] = {"conditions": [{"type": "Available", "status": "True"}]}


def workload(kind: str, *, replicas: int = 2, **status: object) -> Obj:
    """A Deployment or DaemonSet of generation 3."""
    spec: Obj = {"selector": {"matchLabels": {"app": "x"}}, "template": {"spec": {"containers": [{"image": "i"}]}}}
    if kind == "Deployment":
        spec["replicas"] = replicas
    return {
        "apiVersion": "apps/v1",
        "kind": kind,
        "metadata": {"name": "x", "namespace": "kube-system", "generation": 3},
        "spec": spec,
        "status": {"observedGeneration": 3, **status},
    }


@pytest.mark.parametrize(
    ("obj", "expected"),
    [
        (workload("Deployment", updatedReplicas=2, **AVAILABLE), True),
        (workload("Deployment", updatedReplicas=1, **AVAILABLE), False),
        (workload("Deployment", updatedReplicas=2), False),
        (workload("Deployment", replicas=0, **AVAILABLE), True),
        ({**workload("Deployment", updatedReplicas=2, **AVAILABLE), "status": {"observedGeneration": 2}}, False),
        (workload("DaemonSet", desiredNumberScheduled=2, updatedNumberScheduled=2, numberReady=2), True),
        (workload("DaemonSet", desiredNumberScheduled=2, updatedNumberScheduled=2, numberReady=1), False),
        (workload("DaemonSet", desiredNumberScheduled=2, updatedNumberScheduled=1, numberReady=2), False),
        (workload("DaemonSet", desiredNumberScheduled=0), False),
        (workload("DaemonSet"), False),
    ],
)
def test_is_rolled_out(obj: Obj, *, expected: bool) -> None:
    assert is_rolled_out(obj) is expected


def node(name: str, *, ready: bool) -> Obj:
    """A Node."""
    message = "" if ready else "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady"
    condition = {"type": "Ready", "status": str(ready), "reason": "KubeletNotReady", "message": message}
    return {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name}, "status": {"conditions": [condition]}}


def pod(name: str, message: str, *, app: str = "x") -> Obj:
    """A Pod whose image cannot be pulled."""
    waiting = {"waiting": {"reason": "ImagePullBackOff", "message": message}}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": "kube-system", "labels": {"app": app}},
        "status": {"phase": "Pending", "containerStatuses": [{"name": "c", "image": "r/i:1", "state": waiting}]},
    }


def waiting(clock: FakeClock, report: FakeReporter, *, seconds: float = 300) -> Waiting:
    """Patience."""
    return Waiting(clock=clock, report=report, timeout_seconds=seconds)


def wait(kube: FakeKube, *, nodes: bool = False, seconds: float = 300) -> tuple[float, FakeReporter]:
    """Wait for the one workload."""
    report = FakeReporter()
    wanted = [Workload("DaemonSet", "kube-system", "x")]
    patience = waiting(FakeClock(), report, seconds=seconds)
    return wait_rolled_out(kube, wanted, waiting=patience, what="network", nodes=nodes), report


def test_what_is_there_is_not_waited_for() -> None:
    kube = FakeKube("k")
    kube.seed(workload("DaemonSet", desiredNumberScheduled=1, updatedNumberScheduled=1, numberReady=1))
    kube.seed(node("n1", ready=True))
    seconds, report = wait(kube, nodes=True)
    assert (seconds, report.lines) == (0, [])
    assert kube.calls == 2


def test_a_missing_workload_is_named() -> None:
    with pytest.raises(WaitTimeout, match="DaemonSet kube-system/x: does not exist"):
        wait(FakeKube("k"), seconds=10)


def test_nodes_count_too() -> None:
    kube = FakeKube("k")
    kube.seed(workload("DaemonSet", desiredNumberScheduled=1, updatedNumberScheduled=1, numberReady=1))
    kube.seed(node("n1", ready=False))
    with pytest.raises(WaitTimeout, match=r"1 nodes not ready.*Node n1: its network is not up yet"):
        wait(kube, nodes=True, seconds=10)


def test_an_image_that_is_nowhere_ends_the_wait_long_before_its_time() -> None:
    kube = FakeKube("k")
    kube.seed(workload("DaemonSet", desiredNumberScheduled=1, updatedNumberScheduled=1, numberReady=0))
    kube.seed(pod("x-abcde", "rpc error: code = NotFound desc = r/i:1: not found"))
    kube.seed(pod("other", "manifest unknown", app="other"))
    with pytest.raises(EksaError) as caught:
        wait(kube, seconds=1800)
    assert caught.value.code == "image.pull_failed"
    assert "Pod kube-system/x-abcde" in caught.value.message
    assert caught.value.details["seconds"] < 120


def test_definitions_are_waited_for_one_by_one() -> None:
    kube = FakeKube("k")
    crd = {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition"}
    kube.seed(
        {**crd, "metadata": {"name": "as.x.io"}, "status": {"conditions": [{"type": "Established", "status": "True"}]}}
    )
    later = {
        **crd,
        "metadata": {"name": "bs.x.io"},
        "status": {"conditions": [{"type": "Established", "status": "True"}]},
    }
    clock, report = FakeClock(), FakeReporter()

    def come_up() -> None:
        if clock.time >= 3:
            kube.seed(later)

    clock.on_sleep = come_up
    assert wait_established(kube, ["as.x.io", "bs.x.io"], waiting=waiting(clock, report)) >= 3
    assert "bs.x.io: not established yet" in report.lines[0]


def test_only_workloads_are_waited_for() -> None:
    objects = [workload("Deployment"), workload("DaemonSet"), node("n", ready=True)]
    assert workloads_in(objects) == (
        Workload("Deployment", "kube-system", "x"),
        Workload("DaemonSet", "kube-system", "x"),
    )
