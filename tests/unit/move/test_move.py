# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""The whole operation on two servers in memory: moving, taking over from every cut, refusing what is not ours."""

from __future__ import annotations

import contextlib
import copy
import dataclasses
import functools
import typing as t

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError, WaitTimeout
from ansible_collections.eks.anywhere.plugins.module_utils._plan.move_journal import NAME as JOURNAL
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.tests.unit.fakes import FakeKube, Killed, ObjectId, object_id
from ansible_collections.eks.anywhere.tests.unit.move import worlds
from ansible_collections.eks.anywhere.tests.unit.move.worlds import NAMESPACE, World, inventory, thing, world

CLUSTER = "cluster.x-k8s.io"
BYSTANDERS = {"unrelated", "nobody-kubeconfig", "kube-root-ca.crt", "orphan"}


def without_bystanders(found: t.Mapping[ObjectId, Obj]) -> dict[ObjectId, Obj]:
    return {key: value for key, value in found.items() if key[3] not in BYSTANDERS}


def cluster_id(name: str) -> ObjectId:
    return (CLUSTER, "Cluster", NAMESPACE, name)


def patch_cluster(kube: FakeKube, name: str, **spec: t.Any) -> Obj:
    """Change a Cluster behind everybody's back."""
    stored = kube.objects[cluster_id(name)]
    stored["spec"].update(spec)
    return stored


def watch(scene: World, whole: t.Mapping[ObjectId, Obj]) -> None:
    """Check after each write what must hold at every moment of every run."""

    def check() -> None:
        source, target = scene.source.objects, scene.target.objects
        missing = [key for key in whole if key not in source and key not in target]
        assert not missing, f"lost: {missing}"
        for key in (key for key in whole if key[1] == "Cluster"):
            gone = [other for other in whole if other not in source]
            source_runs = key in source and not source[key]["spec"].get("paused")
            target_runs = key in target and not target[key]["spec"].get("paused")
            assert not (source_runs and key in target), f"{key}: copied while the source runs"
            assert not (source_runs and gone), f"{key}: the source runs without {gone}"
            assert not (target_runs and key in source), f"{key}: both sides have it and the target runs"

    scene.source.after = scene.target.after = check


def assert_moved(scene: World, before: t.Mapping[ObjectId, Obj]) -> None:
    """All is in the target as it was in the source, active; the source keeps what did not have to move."""
    assert without_bystanders(inventory(scene.target)) == without_bystanders(before)
    kept = inventory(scene.source)
    assert {key[3] for key in kept} >= BYSTANDERS
    shared = {key for key in before if key[1] == "VSphereClusterIdentity" or key[2] == "capv-system"}
    assert set(without_bystanders(kept)) == shared
    assert not [key for key in (*scene.source.objects, *scene.target.objects) if key[3] == JOURNAL]


def living(scene: World, name: str) -> bool:
    """Whether the controllers of the target have looked at the cluster."""
    return bool(scene.target.objects[cluster_id(name)].get("status"))


def test_moves_everything_and_nothing_else() -> None:
    scene = world("wl", identity=True)
    before = inventory(scene.source)
    watch(scene, without_bystanders(before))
    result = scene.move()
    assert_moved(scene, before)
    assert result.data["found_state"] == "S0"
    assert result.data["state"] == "S5"
    assert result.data["clusters"] == [f"{NAMESPACE}/wl"]
    assert set(result.data["kept"]) == {"VSphereClusterIdentity shared", "Secret capv-system/shared-credentials"}
    assert result.actions[0] == "pause 1 object in the source"
    assert "target: Cluster eksa-system/wl: active" in result.after
    assert "source: Machine eksa-system/wl-cp-1" in result.before
    assert "secret" not in result.before.replace("Secret", "")


def test_second_run_changes_nothing() -> None:
    scene = world("wl")
    scene.move()
    writes = scene.fuse.writes
    again = scene.move()
    assert not again.changed
    assert again.data["found_state"] == "S5"
    assert scene.fuse.writes == writes


def test_check_mode_plans_and_writes_nothing() -> None:
    scene = world("wl")
    planned = scene.move(check_mode=True)
    assert scene.fuse.writes == 0
    assert planned.data["state"] == "S0"
    done = scene.move()
    assert (planned.actions, planned.before, planned.after) == (done.actions, done.before, done.after)


def test_owners_are_created_before_and_deleted_after() -> None:
    scene = world("wl")
    scene.move()
    created = [line for line in scene.target.log if line.startswith("create") and "Namespace" not in line]
    deleted = [line for line in scene.source.log if line.startswith("delete") and JOURNAL not in line]
    assert created[0] == "create Cluster wl"
    assert "Cluster wl" in " ".join(deleted[-2:])
    assert created.index("create Machine wl-cp-1") < created.index("create VSphereVM wl-cp-1")
    assert deleted.index("delete VSphereVM wl-cp-1") < deleted.index("delete Machine wl-cp-1")


@functools.cache
def writes_of(*clusters: str) -> int:
    scene = world(*clusters, identity=True)
    scene.move()
    return scene.fuse.writes


@pytest.mark.parametrize("kill_at", range(1, writes_of("wl") + 1))
def test_killed_before_any_write_the_next_run_finishes(kill_at: int) -> None:
    scene = world("wl", identity=True)
    before = inventory(scene.source)
    watch(scene, without_bystanders(before))
    scene.fuse.kill_at = kill_at
    with pytest.raises(Killed):
        scene.move()
    result = scene.move()
    assert result.data["state"] == "S5"
    assert_moved(scene, before)
    assert living(scene, "wl")
    assert not scene.move().changed


def test_killed_again_and_again_still_finishes() -> None:
    """Three clusters; every seventh write is the last of its process."""
    scene = world("a", "b", "c", identity=True)
    before = inventory(scene.source)
    watch(scene, without_bystanders(before))
    states: list[str] = []
    for _attempt in range(1000):
        scene.fuse.kill_at = scene.fuse.writes + 7
        try:
            states.append(scene.move().data["found_state"])
            break
        except Killed:
            states.append(scene.move(check_mode=True).data["found_state"])
    scene.fuse.kill_at = None
    scene.move()
    assert_moved(scene, before)
    assert set(states) >= {"S1", "S2", "S3", "S4"}
    assert states == sorted(states), "a later run never finds less done"


@pytest.mark.parametrize("kill_at", range(1, writes_of("wl") + 1, 5))
def test_a_stubborn_controller_that_puts_finalizers_back_does_not_stop_us(kill_at: int) -> None:
    scene = world("wl")
    before = inventory(scene.source)
    merge = scene.source.merge

    def merging(**where: t.Any) -> Obj:
        merged = merge(**where)
        stored = scene.source.objects.get(object_id(merged))
        if stored is not None and merged["kind"] == "Machine" and not stored["metadata"].get("deletionTimestamp"):
            stored["metadata"]["finalizers"] = ["machine.cluster.x-k8s.io"]
        return merged

    scene.source.merge = merging  # type: ignore[method-assign]
    scene.fuse.kill_at = kill_at
    with contextlib.suppress(Killed):
        scene.move()
    scene.move()
    assert_moved(scene, before)


def binding_controller(kube: FakeKube) -> None:
    """After each write: a binding is made again as long as its ClusterResourceSet and Cluster are there."""
    at = ("addons.cluster.x-k8s.io", "ClusterResourceSetBinding", NAMESPACE, "wl")
    after = kube.after

    def reconcile() -> None:
        crs = next((obj for key, obj in kube.objects.items() if key[1] == "ClusterResourceSet"), None)
        if at not in kube.objects and crs is not None and cluster_id("wl") in kube.objects:
            kube.seed(thing("ClusterResourceSetBinding", "wl", kube.objects[cluster_id("wl")], crs))
        after()

    kube.after = reconcile


@pytest.mark.parametrize("kill_at", [None, *range(90, 131, 2)])
def test_a_binding_that_the_source_makes_again_goes_as_the_first_one_did(kill_at: int | None) -> None:
    scene = world("wl")
    before = inventory(scene.source)
    binding_controller(scene.source)
    scene.fuse.kill_at = kill_at
    with contextlib.suppress(Killed):
        scene.move()
    scene.move()
    assert_moved(scene, before)


def late_binding_controller(kube: FakeKube) -> None:
    """It makes a binding once its ClusterResourceSet and Cluster, which it has read before, are gone."""
    at = ("addons.cluster.x-k8s.io", "ClusterResourceSetBinding", NAMESPACE, "wl")
    read = dict(kube.objects)
    made: list[Obj] = []
    after = kube.after

    def reconcile() -> None:
        sets = [key for key in kube.objects if key[1] == "ClusterResourceSet"]
        if not made and not sets and cluster_id("wl") not in kube.objects and at not in kube.objects:
            crs = next(obj for key, obj in read.items() if key[1] == "ClusterResourceSet")
            made.append(kube.seed(thing("ClusterResourceSetBinding", "wl", crs, spec={"clusterName": "wl"})))
        after()

    kube.after = reconcile


@pytest.mark.parametrize("kill_at", [None, *range(90, 131, 2)])
def test_a_binding_that_the_source_makes_too_late_goes_for_the_journals_sake(kill_at: int | None) -> None:
    scene = world("wl")
    before = inventory(scene.source)
    late_binding_controller(scene.source)
    scene.fuse.kill_at = kill_at
    with contextlib.suppress(Killed):
        scene.move()
    scene.move()
    assert_moved(scene, before)


@pytest.mark.parametrize("made_by", ["ClusterResourceSet", "Cluster"])
def test_a_controller_of_the_target_that_makes_an_object_first_does_not_stop_us(made_by: str) -> None:
    scene = world("wl")
    before = inventory(scene.source)
    create = scene.target.create

    def creating(obj: Obj) -> Obj:
        stored = create(obj)
        if obj["kind"] == made_by:
            binding = {"apiVersion": "addons.cluster.x-k8s.io/v1beta2", "kind": "ClusterResourceSetBinding"}
            scene.target.seed({**binding, "metadata": {"name": "wl", "namespace": NAMESPACE}, "spec": {}})
        return stored

    scene.target.create = creating  # type: ignore[method-assign]
    scene.move()
    assert_moved(scene, before)


# --- what clusterctl left -------------------------------------------------------------------------------------------


def clusterctl(scene: World, *, writes: int) -> bool:
    """Do as clusterctl does, without a journal, and die after so many writes. True when it came to its end."""
    mark = [{"manager": "clusterctl", "operation": "Update", "fieldsV1": {"f:spec": {"f:paused": {}}}}]
    moved = _order(scene)
    names = [key for key in moved if key[1] == "Cluster"]
    steps: list[t.Callable[[], None]] = [
        *(functools.partial(_pause, scene.source, key, mark) for key in names),
        *(functools.partial(_copy, scene, key) for key in moved),
        *(functools.partial(_drop, scene.source, key) for key in reversed(moved)),
        *(functools.partial(_unpause, scene.target, key) for key in names),
    ]
    for step in steps[:writes]:
        step()
    return writes >= len(steps)


def _order(scene: World) -> list[ObjectId]:
    """Keys of what moves, owners first."""
    movable = list(without_bystanders(inventory(scene.source)))
    uids = {key: scene.source.objects[key]["metadata"]["uid"] for key in movable}
    placed: list[ObjectId] = []
    while len(placed) < len(movable):
        for key in movable:
            owners = scene.source.objects[key]["metadata"].get("ownerReferences") or ()
            if key not in placed and {item["uid"] for item in owners} <= {uids[done] for done in placed}:
                placed.append(key)
    return sorted(placed, key=lambda key: (key[1] != "Cluster", placed.index(key)))


def _pause(kube: FakeKube, key: ObjectId, mark: list[Obj]) -> None:
    kube.objects[key]["spec"]["paused"] = True
    kube.objects[key]["metadata"]["managedFields"] += copy.deepcopy(mark)


def _copy(scene: World, key: ObjectId) -> None:
    obj = copy.deepcopy(scene.source.objects[key])
    names = {item["metadata"]["uid"]: its_key for its_key, item in scene.source.objects.items()}
    for reference in obj["metadata"].get("ownerReferences") or ():
        reference["uid"] = scene.target.objects[names[reference["uid"]]]["metadata"]["uid"]
    for field in ("uid", "resourceVersion"):
        del obj["metadata"][field]
    obj.pop("status", None)
    scene.target.seed(obj)


def _drop(kube: FakeKube, key: ObjectId) -> None:
    del kube.objects[key]


def _unpause(kube: FakeKube, key: ObjectId) -> None:
    del kube.objects[key]["spec"]["paused"]


CLUSTERCTL_WRITES = 1 + 2 * len(_order(world("wl"))) + 1


@pytest.mark.parametrize("writes", range(CLUSTERCTL_WRITES + 1))
def test_takes_over_from_clusterctl_wherever_it_was_cut(writes: int) -> None:
    scene = world("wl")
    before = without_bystanders(inventory(scene.source))
    ended = clusterctl(scene, writes=writes)
    result = scene.move()
    assert result.data["state"] == "S5"
    assert result.changed is not ended
    after = without_bystanders(inventory(scene.target))
    assert set(after) == set(before)
    assert not without_bystanders(inventory(scene.source))
    assert all(after[key]["owners"] == before[key]["owners"] for key in before)
    assert not after[cluster_id("wl")]["spec"].get("paused")
    assert ended is (writes == CLUSTERCTL_WRITES)


# --- waiting --------------------------------------------------------------------------------------------------------


def test_waits_until_provisioned_and_says_why() -> None:
    scene = world("wl")
    stored = scene.source.objects[cluster_id("wl")]
    ready = stored["status"]
    stored["status"] = {"initialization": {"infrastructureProvisioned": True}}

    def settle() -> None:
        if scene.clock.time > 20:
            stored["status"] = ready

    scene.clock.on_sleep = settle
    scene.move()
    assert "Cluster eksa-system/wl: its control plane is not initialized" in scene.report.lines[0]
    assert 20 < scene.clock.time < 30


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"status": {}}, "Cluster eksa-system/wl: its infrastructure is not provisioned"),
        (
            {"status": {**worlds.READY, "conditions": []}},
            "Cluster eksa-system/wl: its control plane is not initialized",
        ),
    ],
)
def test_gives_up_with_the_reason_and_without_a_write(change: Obj, reason: str) -> None:
    scene = world("wl")
    scene.source.objects[cluster_id("wl")].update(change)
    with pytest.raises(WaitTimeout) as caught:
        scene.move(timeout_seconds=60)
    assert reason in caught.value.message
    assert scene.fuse.writes == 0


def test_waits_for_a_machine_without_node_but_not_for_an_etcd_machine() -> None:
    scene = world("wl")
    machine = scene.source.objects[(CLUSTER, "Machine", NAMESPACE, "wl-cp-1")]
    machine["status"] = {}
    with pytest.raises(WaitTimeout, match=r"Machine eksa-system/wl-cp-1: has no node yet"):
        scene.move(timeout_seconds=10)
    machine["metadata"]["labels"]["cluster.x-k8s.io/etcd-cluster"] = "wl-etcd"
    assert scene.move(timeout_seconds=10).data["state"] == "S5"


def test_waits_for_what_is_being_deleted() -> None:
    scene = world("wl")
    key = (CLUSTER, "Machine", NAMESPACE, "wl-md-1-1")
    scene.source.objects[key]["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    with pytest.raises(WaitTimeout, match="being deleted"):
        scene.move(timeout_seconds=10)
    assert scene.fuse.writes == 0


def test_honours_block_move() -> None:
    scene = world("wl")
    annotations = {"clusterctl.cluster.x-k8s.io/block-move": "true"}
    infra = scene.source.objects[("infrastructure.cluster.x-k8s.io", "VSphereCluster", NAMESPACE, "wl")]
    infra["metadata"]["annotations"] = annotations

    def save_state() -> None:
        if cluster_id("wl") not in scene.source.objects:
            return
        assert not [line for line in scene.target.log if line.startswith("create VSphere")]
        assert scene.source.objects[cluster_id("wl")]["spec"]["paused"]
        if scene.clock.time > 5:
            infra["metadata"]["annotations"] = {}
            infra["spec"]["saved"] = "late"

    scene.clock.on_sleep = save_state
    scene.move()
    copied = scene.target.objects[("infrastructure.cluster.x-k8s.io", "VSphereCluster", NAMESPACE, "wl")]
    assert copied["spec"]["saved"] == "late"
    assert "block-move" in scene.report.lines[0]


# --- refusing -------------------------------------------------------------------------------------------------------


def cut(scene: World, *, until: str, **options: t.Any) -> None:
    """Let a run die as soon as it would find this state."""
    for _write in range(10_000):
        if scene.move(check_mode=True).data["found_state"] == until:
            return
        scene.fuse.kill_at = scene.fuse.writes + 2
        with pytest.raises(Killed):
            scene.move(**options)
        scene.fuse.kill_at = None


def refused(scene: World, **options: t.Any) -> str:
    """The error's code; nothing may be written."""
    writes = scene.fuse.writes
    with pytest.raises(EksaError) as caught:
        scene.move(**options)
    assert scene.fuse.writes == writes
    assert caught.value.hint
    return caught.value.code


def test_refuses_an_empty_move() -> None:
    assert refused(world()) == "move.nothing_to_move"
    assert refused(world("wl"), name="other") == "move.nothing_to_move"


def test_refuses_the_same_cluster_twice() -> None:
    scene = world("wl")
    scene.target = scene.source
    assert refused(scene) == "move.same_cluster"


@pytest.mark.parametrize("how", ["spec", "annotation"])
def test_refuses_a_cluster_that_somebody_paused(how: str) -> None:
    scene = world("wl")
    if how == "spec":
        patch_cluster(scene.source, "wl", paused=True)
    else:
        scene.source.objects[cluster_id("wl")]["metadata"]["annotations"] = {"cluster.x-k8s.io/paused": ""}
    assert refused(scene) == "move.paused_by_other"


def test_leaves_a_cluster_alone_that_somebody_paused_after_the_move() -> None:
    scene = world("wl")
    scene.move()
    patch_cluster(scene.target, "wl", paused=True)
    assert not scene.move().changed
    assert scene.target.objects[cluster_id("wl")]["spec"]["paused"] is True


@pytest.mark.parametrize("paused", [True, False])
def test_refuses_a_cluster_of_the_same_name_in_the_target(paused: bool) -> None:
    scene = world("wl")
    worlds.add_cluster(scene.target, "wl", spec={"paused": paused})
    assert refused(scene) == "move.target_occupied"


def test_refuses_a_source_resumed_after_it_lost_objects_and_grew_new_ones() -> None:
    scene = world("wl")
    cut(scene, until="S3")
    scene.fuse.kill_at = scene.fuse.writes + 60
    with pytest.raises(Killed):
        scene.move()
    scene.fuse.kill_at = None
    patch_cluster(scene.source, "wl", paused=False)
    owner = scene.source.objects[cluster_id("wl")]
    scene.source.seed(thing("Machine", "wl-cp-new", owner))
    assert refused(scene) == "move.unaccounted"


def test_pauses_a_source_again_that_somebody_resumed_too_early() -> None:
    scene = world("wl")
    before = inventory(scene.source)
    cut(scene, until="S2")
    patch_cluster(scene.source, "wl", paused=False)
    scene.move()
    assert_moved(scene, before)


def test_refuses_when_the_target_was_resumed_half_copied() -> None:
    scene = world("wl")
    cut(scene, until="S2")
    patch_cluster(scene.target, "wl", paused=False)
    assert refused(scene) == "move.target_active"


def test_deletes_the_rest_when_the_target_was_resumed_whole() -> None:
    scene = world("wl")
    cut(scene, until="S3")
    patch_cluster(scene.target, "wl", paused=False)
    scene.target.objects[(CLUSTER, "MachineDeployment", NAMESPACE, "wl-md")]["spec"]["replicas"] = 5
    scene.move()
    assert scene.target.objects[(CLUSTER, "MachineDeployment", NAMESPACE, "wl-md")]["spec"]["replicas"] == 5
    assert not without_bystanders(inventory(scene.source))


def test_refuses_another_target_or_scope_while_a_move_is_unfinished() -> None:
    scene = world("wl")
    cut(scene, until="S2")
    assert refused(scene, name="wl") == "move.other_scope"
    elsewhere = world()
    elsewhere.target.objects[("", "Namespace", "", "kube-system")]["metadata"]["uid"] = "third"
    other = dataclasses.replace(scene, target=elsewhere.target)
    assert refused(other) == "move.other_move"
    assert refused(scene.swapped()) == "move.other_move"


def test_refuses_when_both_sides_lack_objects_and_no_journal_tells() -> None:
    scene = world("wl")
    clusterctl(scene, writes=20)
    lost = next(key for key in scene.target.objects if key[1] == "KubeadmControlPlane")
    victims = [key for key in scene.source.objects if key in scene.target.objects and key[1] == "Secret"]
    assert lost
    del scene.source.objects[victims[0]]
    assert refused(scene) == "move.ambiguous"


def test_refuses_an_object_deleted_behind_the_pause() -> None:
    scene = world("wl")
    cut(scene, until="S1")
    key = (CLUSTER, "Machine", NAMESPACE, "wl-md-1-1")
    scene.source.objects[key]["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    assert refused(scene) == "move.object_deleting"


def test_refuses_what_would_be_left_behind() -> None:
    scene = world("wl")
    cluster = scene.source.objects[cluster_id("wl")]
    foreign = {"apiVersion": "example.com/v1", "kind": "Pool", "metadata": {"name": "pool", "uid": "pool-uid"}}
    scene.source.seed(thing("Secret", "claimed", cluster, foreign))
    with pytest.raises(EksaError, match=r"Secret eksa-system/claimed \(its owner Pool pool does not move\)") as caught:
        scene.move()
    assert caught.value.code == "move.owner_left_behind"
    assert scene.fuse.writes == 0


def test_refuses_an_unprepared_target() -> None:
    scene = world("wl")
    scene.target.objects = {key: obj for key, obj in scene.target.objects.items() if key[1] != "Provider"}
    worlds.add_providers(scene.target, version="v1.13.1")
    crd = ("apiextensions.k8s.io", "CustomResourceDefinition", "", "vspherevms.infrastructure.cluster.x-k8s.io")
    del scene.target.objects[crd]
    with pytest.raises(EksaError) as caught:
        scene.move()
    assert caught.value.code == "move.target_unprepared"
    assert "kind VSphereVM (infrastructure.cluster.x-k8s.io/v1beta1)" in caught.value.message
    assert "provider vsphere v1.13.2 (it has v1.13.1)" in caught.value.message
    assert scene.fuse.writes == 0


def test_ends_with_an_error_when_somebody_works_against_it() -> None:
    scene = world("wl")

    def resurrect() -> None:
        key = cluster_id("wl")
        if key in scene.target.objects:
            scene.target.objects[key]["spec"]["paused"] = True

    scene.target.after = resurrect
    with pytest.raises(EksaError) as caught:
        scene.move()
    assert caught.value.code == "move.no_progress"
    assert "resume 1 object in the target" in caught.value.message


# --- one cluster of several, classes, copies that differ ------------------------------------------------------------


def test_moves_one_cluster_and_keeps_what_the_others_share() -> None:
    scene = world("a", "b")
    before = inventory(scene.source)
    result = scene.move(name="a")
    assert result.data["clusters"] == [f"{NAMESPACE}/a"]
    left = inventory(scene.source)
    assert {key for key in left if key[3] == "b" or key[3].startswith("b-")} == {
        key for key in before if key[3] == "b" or key[3].startswith("b-")
    }
    assert cluster_id("a") not in left
    assert ("addons.cluster.x-k8s.io", "ClusterResourceSet", NAMESPACE, "a-crs") in left
    assert not scene.source.objects[cluster_id("b")]["spec"].get("paused")
    assert not scene.move(name="a").changed
    scene.move(name="b")
    assert {key for key in inventory(scene.target) if key[1] == "Cluster"} == {cluster_id("a"), cluster_id("b")}


def test_refuses_one_cluster_that_shares_an_owned_object() -> None:
    scene = world("a", "b")
    owners = [scene.source.objects[cluster_id(name)] for name in ("a", "b")]
    scene.source.seed(thing("Secret", "both", *owners))
    assert refused(scene, name="a") == "move.shared_object"


def with_class(namespace: str) -> World:
    """A cluster of a ClusterClass in a namespace, with a template that the class owns."""
    scene = world()
    spec = {"infrastructure": {"templateRef": {"kind": "VSphereMachineTemplate", "name": "tmpl"}}}
    its_class = scene.source.seed(thing("ClusterClass", "quick", namespace=namespace, spec=spec))
    scene.source.seed(thing("VSphereMachineTemplate", "tmpl", its_class, namespace=namespace))
    reference = {"classRef": {"name": "quick", "namespace": namespace}}
    worlds.add_cluster(scene.source, "wl", spec={"topology": reference})
    return scene


def test_moves_the_class_of_a_cluster_before_it() -> None:
    scene = with_class(NAMESPACE)
    before = inventory(scene.source)
    scene.move()
    assert_moved(scene, before)
    log = scene.target.log
    assert log.index("create ClusterClass quick") < log.index("create Cluster wl")


def test_copies_a_class_of_another_namespace_and_leaves_it_there_active() -> None:
    scene = with_class("shared")
    result = scene.move()
    key = (CLUSTER, "ClusterClass", "shared", "quick")
    for kube in (scene.source, scene.target):
        assert not kube.objects[key]["metadata"].get("annotations")
    assert "ClusterClass shared/quick" in result.data["kept"]
    assert ("infrastructure.cluster.x-k8s.io", "VSphereMachineTemplate", "shared", "tmpl") in scene.target.objects
    assert not scene.move().changed


def test_keeps_a_class_that_a_cluster_elsewhere_uses() -> None:
    scene = with_class(NAMESPACE)
    reference = {"classRef": {"name": "quick", "namespace": NAMESPACE}}
    scene.source.seed(thing("Cluster", "other", namespace="elsewhere", spec={"topology": reference}))
    scene.move()
    assert (CLUSTER, "ClusterClass", NAMESPACE, "quick") in scene.source.objects
    assert cluster_id("wl") not in scene.source.objects


def test_brings_an_outdated_copy_up_to_date() -> None:
    scene = world("wl")
    clusterctl(scene, writes=25)
    copied = next(key for key in scene.target.objects if key[1] == "KubeadmControlPlane")
    scene.source.objects[copied]["spec"]["replicas"] = 3
    scene.target.objects[copied]["metadata"]["labels"]["of-target"] = "stays"
    scene.move()
    assert scene.target.objects[copied]["spec"]["replicas"] == 3
    assert scene.target.objects[copied]["metadata"]["labels"]["of-target"] == "stays"


def test_moves_there_and_back() -> None:
    scene = world("wl", identity=True)
    before = without_bystanders(inventory(scene.source))
    scene.move()
    back = scene.swapped()
    for key, obj in scene.target.objects.items():
        if key[1] == "Cluster":
            obj["status"] = copy.deepcopy(worlds.READY)
        if key[1] == "Machine":
            obj["status"] = {"nodeRef": {"name": key[3]}}
    back.move()
    assert without_bystanders(inventory(scene.source)) == before


def test_journal_holds_names_and_uids_alone() -> None:
    scene = world("wl")
    cut(scene, until="S3")
    stored = scene.source.objects[("", "ConfigMap", NAMESPACE, JOURNAL)]
    assert scene.target.objects[("", "ConfigMap", NAMESPACE, JOURNAL)]["data"] == stored["data"]
    assert "c2VjcmV0" not in str(stored)
    assert stored["data"]["clusters"] == f"{CLUSTER}/Cluster/{NAMESPACE}/wl"


def test_a_journal_of_a_newer_release_stops_us() -> None:
    scene = world("wl")
    cut(scene, until="S2")
    scene.source.objects[("", "ConfigMap", NAMESPACE, JOURNAL)]["data"]["format"] = "3"
    assert refused(scene) == "move.journal_unknown"
