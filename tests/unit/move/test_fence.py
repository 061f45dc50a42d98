# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""The fence: controllers of the source that stop while objects are copied, and always run again in the end."""

from __future__ import annotations

import contextlib
import copy
import functools
import typing as t

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError, WaitTimeout
from ansible_collections.eks.anywhere.plugins.module_utils._plan import move_fence as fencing
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.tests.unit.fakes import Killed, ObjectId
from ansible_collections.eks.anywhere.tests.unit.move.management import PROVIDERS, Management
from ansible_collections.eks.anywhere.tests.unit.move.test_move import (
    assert_moved,
    cluster_id,
    patch_cluster,
    watch,
    without_bystanders,
)
from ansible_collections.eks.anywhere.tests.unit.move.worlds import NAMESPACE, World, inventory, world

CAPI, CAPV = (("apps", "Deployment", namespace, name) for namespace, name in PROVIDERS.items())
CERTIFICATES = ("apps", "Deployment", "cert-manager", "cert-manager")
ANNOTATION = "eks-anywhere-capi-move/replicas"
CLUSTER = "cluster.x-k8s.io"


def fenced(*clusters: str, concurrency: int = 1) -> World:
    """A world whose providers have pods."""
    return world(*clusters, identity=True, deployments=True, concurrency=concurrency)


def written(kube: Management, key: ObjectId) -> tuple[int, str | None]:
    """(replicas, what the annotation says)."""
    deployment = kube.objects[key]
    return deployment["spec"]["replicas"], (deployment["metadata"].get("annotations") or {}).get(ANNOTATION)


def pods(kube: Management) -> list[str]:
    """Pods of providers."""
    return [key[3] for key in kube.objects if key[1] == "Pod" and key[2] in PROVIDERS]


def assert_no_fence(scene: World) -> None:
    """All controllers run as before."""
    for kube in (scene.source, scene.target):
        assert [written(kube, key) for key in (CAPI, CAPV, CERTIFICATES)] == [(1, None)] * 3
    assert len(pods(scene.source)) == len(PROVIDERS)


def guard(scene: World) -> None:
    """No copy is made while a pod of the source could still work."""
    create = scene.target.create

    def creating(obj: Obj) -> Obj:
        assert obj["kind"] == "Namespace" or not pods(scene.source), f"{obj['kind']} copied beside running controllers"
        return create(obj)

    scene.target.create = creating  # type: ignore[method-assign]


def test_controllers_are_away_while_objects_are_copied_and_back_before_any_is_deleted() -> None:
    scene = fenced("wl")
    before = inventory(scene.source)
    guard(scene)
    planned = scene.move(check_mode=True)
    result = scene.move()
    assert_moved(scene, before)
    assert_no_fence(scene)
    assert planned.actions == result.actions
    assert result.actions[-1] == "stop 2 controllers of the source while objects are copied"
    labels = [f"{namespace}/{name}" for namespace, name in PROVIDERS.items()]
    assert result.data["fence"]["stopped"] == labels
    assert 5 < result.data["fence"]["seconds"] < 30
    assert not scene.target.refusals
    log = scene.source.log
    stopped = log.index("merge Deployment capi-controller-manager")
    assert "merge Cluster wl" in log[:stopped]
    assert not [line for line in log if "cert-manager" in line]
    assert not [line for line in scene.target.log if line.startswith("merge Deployment")]


def test_without_the_option_no_controller_is_touched() -> None:
    scene = fenced("wl")
    before = inventory(scene.source)
    result = scene.move(fence=False)
    assert_moved(scene, before)
    assert result.data["fence"] == {"stopped": [], "seconds": 0.0}
    assert not [line for line in scene.source.log if line.startswith("merge Deployment")]


@functools.cache
def writes(concurrency: int) -> int:
    scene = fenced("wl", concurrency=concurrency)
    scene.move()
    return scene.fuse.writes


@pytest.mark.parametrize("concurrency", [1, 4])
@pytest.mark.parametrize("kill_at", range(1, writes(1) + 1))
def test_killed_before_any_write_the_next_run_finishes_and_lowers_the_fence(kill_at: int, concurrency: int) -> None:
    scene = fenced("wl", concurrency=concurrency)
    before = inventory(scene.source)
    watch(scene, without_bystanders(before))
    guard(scene)
    scene.fuse.kill_at = kill_at
    # Threads part the waiting for webhooks in more or fewer requests, so the last numbers may not be reached.
    with contextlib.suppress(Killed):
        scene.move()
    assert scene.fuse.dead or kill_at > writes(1) - 5
    assert scene.move().data["state"] == "S5"
    assert_moved(scene, before)
    assert_no_fence(scene)
    assert not scene.move().changed


def test_killed_again_and_again_with_threads_still_finishes() -> None:
    scene = fenced("a", "b", concurrency=4)
    before = inventory(scene.source)
    watch(scene, without_bystanders(before))
    guard(scene)
    # More than it takes to stop and start the controllers: a run that dies sooner gets nowhere, and harms nothing.
    for _attempt in range(100):
        scene.fuse.kill_at = scene.fuse.writes + 41
        try:
            scene.move()
            break
        except Killed:
            continue
    else:
        pytest.fail("no run came to its end")
    assert_moved(scene, before)
    assert_no_fence(scene)


def test_a_run_without_the_option_respects_and_lowers_the_fence_of_a_dead_one() -> None:
    scene = fenced("wl")
    before = inventory(scene.source)
    while written(scene.source, CAPV)[0]:
        scene.fuse.kill_at = scene.fuse.writes + 2
        with pytest.raises(Killed):
            scene.move()
    scene.fuse.kill_at = None
    assert written(scene.source, CAPV) == (0, "1/1")
    guard(scene)
    scene.move(fence=False)
    assert_moved(scene, before)
    assert_no_fence(scene)


def behind_a_fence(scene: World) -> None:
    """A run that died behind its fence, with some copies made."""
    while not any(key[1] == "KubeadmControlPlane" for key in scene.target.objects):
        scene.fuse.kill_at = scene.fuse.writes + 2
        with pytest.raises(Killed):
            scene.move()
    scene.fuse.kill_at = None


def test_pauses_again_behind_the_fence_of_a_dead_run() -> None:
    scene = fenced("wl")
    before = inventory(scene.source)
    behind_a_fence(scene)
    patch_cluster(scene.source, "wl", paused=False)
    scene.move()
    assert_moved(scene, before)
    assert_no_fence(scene)


def test_an_error_behind_the_fence_starts_the_controllers_for_whoever_mends_it() -> None:
    scene = fenced("wl")
    behind_a_fence(scene)
    key = (CLUSTER, "Machine", NAMESPACE, "wl-md-1-1")
    scene.source.objects[key]["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    with pytest.raises(EksaError) as caught:
        scene.move()
    assert caught.value.code == "move.object_deleting"
    assert written(scene.source, CAPI) == written(scene.source, CAPV) == (1, None)


def test_check_mode_leaves_the_fence_of_a_dead_run() -> None:
    scene = fenced("wl")
    behind_a_fence(scene)
    count = scene.fuse.writes
    assert scene.move(check_mode=True).actions[-1] == "start 2 controllers of the source"
    assert scene.fuse.writes == count


def test_waits_for_pods_that_do_not_go_and_says_so() -> None:
    scene = fenced("wl")
    labels = {"control-plane": PROVIDERS["capv-system"]}
    metadata = {"name": "stuck", "namespace": "capv-system", "labels": labels}
    scene.source.seed({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "status": {"phase": "Running"}})
    with pytest.raises(WaitTimeout, match="capv-system/capv-controller-manager: pod stuck still runs") as caught:
        scene.move(timeout_seconds=60)
    assert "controllers of the source stopped" in caught.value.message
    assert not [key for key in scene.target.objects if key[1] == "Cluster"]
    assert written(scene.source, CAPV) == (1, None)


def test_a_controller_that_somebody_stopped_before_stays_stopped() -> None:
    scene = fenced("wl")
    stopped = scene.source.objects[CAPV]
    stopped["spec"]["replicas"] = 0
    scene.clock.sleep(10)
    with pytest.raises(WaitTimeout, match="webhook"):
        scene.move(timeout_seconds=60)
    assert written(scene.source, CAPV) == (0, None)
    assert written(scene.source, CAPI) == (1, None)


def test_objects_stored_in_an_older_version_are_read_with_the_webhooks_up() -> None:
    scene = fenced("wl")
    before = inventory(scene.source)
    definition = next(obj for key, obj in scene.source.objects.items() if key[3].startswith("machines.cluster"))
    definition["spec"]["conversion"] = {"strategy": "Webhook"}
    definition["status"] = {"storedVersions": ["v1beta1", "v1beta2"]}
    result = scene.move()
    assert result.data["fence"]["stopped"] == []
    assert "no fence: the source may hold Machine in an older version" in scene.report.lines[0]
    assert_moved(scene, before)


# --- the pause as the controllers report it -------------------------------------------------------------------------


def report_pause(scene: World, status: str, *, generation: int = 1) -> Obj:
    """A Machine that says how its controller sees the pause; returns the condition."""
    machine = scene.source.objects[(CLUSTER, "Machine", NAMESPACE, "wl-cp-1")]
    condition = {"type": "Paused", "status": status, "observedGeneration": generation}
    machine["metadata"]["generation"] = 1
    machine["status"] = {**copy.deepcopy(machine["status"]), "conditions": [condition]}
    return condition


@pytest.mark.parametrize(("status", "generation"), [("False", 1), ("True", 0)])
def test_without_a_fence_waits_until_controllers_report_the_pause(status: str, generation: int) -> None:
    scene = world("wl")
    condition = report_pause(scene, status, generation=generation)

    def notice() -> None:
        assert not [line for line in scene.target.log if line.startswith("create Cluster ")] or condition["seen"]
        if scene.clock.time > 10:
            condition.update(status="True", observedGeneration=1, seen=True)

    scene.clock.on_sleep = notice
    scene.move(fence=False)
    assert "Machine eksa-system/wl-cp-1: is not yet reported as paused" in scene.report.lines[0]


def test_without_a_fence_a_pause_that_nobody_reports_is_an_error() -> None:
    scene = world("wl")
    report_pause(scene, "False")
    with pytest.raises(WaitTimeout, match="pause seen by all controllers"):
        scene.move(fence=False, timeout_seconds=60)
    assert cluster_id("wl") not in scene.target.objects


def test_with_a_fence_a_pause_that_nobody_reports_costs_half_a_minute() -> None:
    scene = fenced("wl")
    report_pause(scene, "False")
    assert scene.move().data["state"] == "S5"
    assert any("The controllers are stopped all the same" in line for line in scene.report.lines)


# --- the pure parts -------------------------------------------------------------------------------------------------


def deployment(**fields: t.Any) -> Obj:
    """A provider's Deployment."""
    labels = {"cluster.x-k8s.io/provider": "x"}
    spec = {"replicas": 2, "selector": {"matchLabels": {"app": "x"}}}
    metadata = {"name": "x", "namespace": "capv-system", "uid": "u", "labels": labels, "generation": 2}
    return {"metadata": metadata, "spec": spec, "status": {"observedGeneration": 2, "availableReplicas": 1}, **fields}


PROVIDER = [{"metadata": {"namespace": "capv-system"}}]


def test_only_deployments_of_providers_in_the_inventory_count() -> None:
    elsewhere = deployment(metadata={**deployment()["metadata"], "namespace": "elsewhere"})
    unlabelled = deployment(metadata={**deployment()["metadata"], "labels": {}})
    found = fencing.controllers([deployment(), elsewhere, unlabelled], providers=PROVIDER)
    assert [controller.label for controller in found] == ["capv-system/x"]


def test_numbers_of_an_earlier_fence_survive_a_second_one() -> None:
    annotated = deployment(metadata={**deployment()["metadata"], "annotations": {ANNOTATION: "3/2"}})
    (controller,) = fencing.controllers([annotated], providers=PROVIDER)
    assert fencing.stop_patch(controller)["metadata"]["annotations"] == {ANNOTATION: "3/2"}
    assert fencing.start_patch(controller)["spec"] == {"replicas": 3}


@pytest.mark.parametrize(
    ("labels", "phase", "left"),
    [
        ({"app": "x"}, "Running", "pod p still runs"),
        ({"app": "x", "hash": "1"}, "Pending", "pod p still runs"),
        ({"app": "x"}, "Failed", ""),
        ({"app": "y"}, "Running", ""),
    ],
)
def test_which_pods_count(labels: Obj, phase: str, left: str) -> None:
    pod = {"metadata": {"name": "p", "labels": labels}, "status": {"phase": phase}}
    (controller,) = fencing.controllers([deployment()], providers=PROVIDER)
    assert fencing.still_running(controller, [pod]) == left


@pytest.mark.parametrize("status", [{"observedGeneration": 1}, {"observedGeneration": 2, "replicas": 1}])
def test_the_deployment_has_to_agree(status: Obj) -> None:
    (controller,) = fencing.controllers([deployment(status=status)], providers=PROVIDER)
    assert fencing.still_running(controller, []) == "it still counts pods"


@pytest.mark.parametrize(
    ("before", "why"),
    [((2, 2), "1 of 2 pods are available"), ((2, 1), ""), ((1, 0), "")],
)
def test_a_controller_is_back_when_it_serves_as_before(before: tuple[int, int], why: str) -> None:
    (controller,) = fencing.controllers([deployment()], providers=PROVIDER)
    assert fencing.not_back(controller, before=before) == why


@pytest.mark.parametrize(
    ("strategy", "stored", "kinds"),
    [
        ("Webhook", ["v1beta2"], ()),
        ("Webhook", ["v1beta1", "v1beta2"], ("Machine",)),
        ("None", ["v1beta1", "v1beta2"], ()),
    ],
)
def test_kinds_that_take_a_webhook_to_be_read(strategy: str, stored: list[str], kinds: tuple[str, ...]) -> None:
    versions = [{"name": "v1beta1"}, {"name": "v1beta2", "storage": True}]
    spec = {"names": {"kind": "Machine"}, "versions": versions, "conversion": {"strategy": strategy}}
    assert fencing.needing_webhooks([{"spec": spec, "status": {"storedVersions": stored}}]) == kinds


def test_the_fence_is_not_for_a_finished_move_but_a_forgotten_one_is_lowered() -> None:
    scene = fenced("wl")
    scene.move()
    scene.source.merge(
        api_version="apps/v1",
        kind="Deployment",
        name=CAPV[3],
        namespace=CAPV[2],
        patch={"metadata": {"annotations": {ANNOTATION: "1/1"}}, "spec": {"replicas": 0}},
    )
    scene.clock.sleep(10)
    assert scene.move().actions == ("start 1 controller of the source",)
    assert_no_fence(scene)
    assert not scene.move().changed
