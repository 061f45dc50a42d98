# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Nothing is lost, doubled or different: the backup, the inventory, the machines, and what a move waits for in the end."""

from __future__ import annotations

import json
import typing as t

import pytest
import yaml

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError, WaitTimeout
from ansible_collections.eks.anywhere.plugins.module_utils._plan import move_ready as ready
from ansible_collections.eks.anywhere.plugins.module_utils._plan.move_graph import Key
from ansible_collections.eks.anywhere.plugins.module_utils._plan.move_inventory import machine_faults
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.tests.unit.fakes import FakeFiles, Killed
from ansible_collections.eks.anywhere.tests.unit.move.test_graph import graph_of, put
from ansible_collections.eks.anywhere.tests.unit.move.test_move import (
    CLUSTER,
    assert_moved,
    cluster_id,
    clusterctl,
    cut,
    refused,
    watch,
    without_bystanders,
)
from ansible_collections.eks.anywhere.tests.unit.move.worlds import (
    NAMESPACE,
    PROVISIONED,
    World,
    inventory,
    thing,
    world,
)

PASSWORD = "correct horse"
MACHINE = (CLUSTER, "Machine", NAMESPACE, "wl-cp-1")


# --- backup ---------------------------------------------------------------------------------------------------------


def kept(files: FakeFiles) -> dict[str, list[Obj]]:
    """Objects of the backup by file name."""
    found = {}
    for path, text in files.files.items():
        if path.endswith(".yaml"):
            seal, _newline, body = text.partition("\n")
            assert seal == f"sealed with {PASSWORD}"
            found[path.rpartition("/")[2]] = list(yaml.safe_load_all(body))
    return found


def test_backup_holds_all_that_moves_encrypted_as_the_source_had_it() -> None:
    scene = world("wl", identity=True)
    before = without_bystanders(inventory(scene.source))
    result = scene.move(backup_dir="/safe", password=PASSWORD)
    (path,) = result.data["backup"]
    assert path.startswith("/safe/eksa-system-wl-")
    objects = [obj for objs in kept(scene.files).values() for obj in objs]
    assert {(obj["kind"], obj["metadata"]["name"]) for obj in objects} == {(key[1], key[3]) for key in before}
    assert all(obj["metadata"]["uid"].startswith("source-") for obj in objects)
    assert "Machine.cluster.x-k8s.io.yaml" in kept(scene.files)
    assert "Secret.core.yaml" in kept(scene.files)
    assert set(scene.files.modes.values()) == {0o600}
    index = json.loads(scene.files.files[f"{path}.json"])
    assert len(index["objects"]) == len(objects)
    assert "c2VjcmV0" not in scene.files.files[f"{path}.json"]


def test_backup_without_a_password_is_refused_before_anything_happens() -> None:
    scene = world("wl")
    assert refused(scene, backup_dir="/safe") == "move.backup_without_password"
    assert not scene.files.files


def test_no_backup_unless_asked_and_none_in_check_mode() -> None:
    scene = world("wl")
    planned = scene.move(check_mode=True, backup_dir="/safe", password=PASSWORD)
    assert len(planned.data["backup"]) == 1
    assert scene.move().data["backup"] == []
    assert not scene.files.files


def test_the_backup_comes_before_the_first_copy() -> None:
    scene = world("wl")
    create = scene.target.create

    def creating(obj: Obj) -> Obj:
        assert obj["kind"] == "Namespace" or any(path.endswith(".json") for path in scene.files.files)
        return create(obj)

    scene.target.create = creating  # type: ignore[method-assign]
    scene.move(backup_dir="/safe", password=PASSWORD)


def test_a_run_that_takes_over_keeps_the_backup_of_the_first() -> None:
    scene = world("wl")
    options = {"backup_dir": "/safe", "password": PASSWORD}
    while not any(key[1] == "VSphereVM" for key in scene.target.objects):
        scene.fuse.kill_at = scene.fuse.writes + 5
        with pytest.raises(Killed):
            scene.move(**options)
    scene.fuse.kill_at = None
    first = dict(scene.files.files)
    result = scene.move(**options)
    assert scene.files.files == first
    assert f"{result.data['backup'][0]}.json" in first
    assert scene.move(**options).data["backup"] == []


def test_a_backup_that_was_cut_is_written_anew() -> None:
    scene = world("wl")
    write = scene.files.write

    def dying(path: str, text: str, *, mode: int = 0o600) -> None:
        write(path, text, mode=mode)
        if path.endswith("Secret.core.yaml"):
            raise Killed

    scene.files.write = dying  # type: ignore[method-assign]
    options = {"backup_dir": "/safe", "password": PASSWORD}
    with pytest.raises(Killed):
        scene.move(**options)
    (torn,) = {path.rpartition("/")[0] for path in scene.files.files}
    scene.files.files[f"{torn}/Stale.yaml"] = "of the torn one"
    scene.files.write = write  # type: ignore[method-assign]
    scene.move(**options)
    assert "Stale.yaml" not in kept(scene.files)
    assert f"{torn}.json" in scene.files.files


@pytest.mark.parametrize("damage", ["cut short", "gone", "other password", "index"])
def test_a_backup_that_cannot_be_read_any_more_is_written_anew(damage: str) -> None:
    scene = world("wl")
    options = {"backup_dir": "/safe", "password": PASSWORD}
    scene.fuse.kill_at = 12
    with pytest.raises(Killed):
        scene.move(**options)
    scene.fuse.kill_at = None
    (index,) = (path for path in scene.files.files if path.endswith(".json"))
    secrets = f"{index.removesuffix('.json')}/Secret.core.yaml"
    whole = scene.files.files[secrets]
    if damage == "gone":
        del scene.files.files[secrets]
    elif damage == "index":
        scene.files.files[index] = "{"
    else:
        scene.files.files[secrets] = whole[:-20] if damage == "cut short" else whole.replace(PASSWORD, "another")
    scene.move(**options)
    assert scene.files.files[secrets] == whole


def test_a_disk_that_keeps_something_else_stops_the_move_before_the_first_copy() -> None:
    scene = world("wl")
    write = scene.files.write
    scene.files.write = lambda path, text, **how: write(path, text[:200], **how)  # type: ignore[method-assign]
    with pytest.raises(EksaError) as caught:
        scene.move(backup_dir="/safe", password=PASSWORD)
    assert caught.value.code == "move.backup_unreadable"
    assert caught.value.hint
    assert not [key for key in scene.target.objects if key[1] == "Cluster"]


def test_a_late_run_with_another_password_says_that_it_cannot_read_the_backup() -> None:
    scene = world("wl")
    cut(scene, until="S3", backup_dir="/safe", password=PASSWORD)
    scene.move(backup_dir="/safe", password="another")
    assert any("cannot be read with this password" in line for line in scene.report.lines)


def test_a_move_there_back_and_there_again_keeps_three_backups() -> None:
    scene = world("wl")
    options = {"backup_dir": "/safe", "password": PASSWORD}
    scene.move(**options)
    scene.swapped().move(**options)
    scene.move(**options)
    assert len([path for path in scene.files.files if path.endswith(".json")]) == 3


def test_a_run_that_is_too_late_for_a_backup_says_so() -> None:
    scene = world("wl")
    cut(scene, until="S3")
    result = scene.move(backup_dir="/safe", password=PASSWORD)
    assert result.data["backup"] == []
    assert "no backup" in scene.report.lines[0]


# --- inventory and machines -----------------------------------------------------------------------------------------


def test_inventory_is_the_same_before_and_after() -> None:
    scene = world("wl")
    planned = scene.move(check_mode=True).data["inventory"]
    done = scene.move().data["inventory"]
    assert planned == done == scene.move().data["inventory"]
    assert "Machine eksa-system/wl-cp-1" in planned
    assert len(planned) == len(without_bystanders(inventory(scene.target)))


@pytest.mark.parametrize("part", ["spec", "labels", "owners"])
def test_inventory_sees_what_changes(part: str) -> None:
    scene = world("wl")
    before = scene.move(check_mode=True).data["inventory"]
    machine = scene.source.objects[MACHINE]
    if part == "spec":
        machine["spec"]["version"] = "v1.35.0"
    elif part == "labels":
        machine["metadata"]["labels"]["new"] = ""
    else:
        machine["metadata"]["ownerReferences"][0].pop("controller")
    after = scene.move(check_mode=True).data["inventory"]
    assert {label for label in before if before[label] != after[label]} == {"Machine eksa-system/wl-cp-1"}


def test_machines_are_told_and_are_the_same_afterwards() -> None:
    scene = world("wl")
    machines = [
        {"name": f"{NAMESPACE}/{name}", "provider_id": f"vsphere://{name}"} for name in ("wl-cp-1", "wl-md-1-1")
    ]
    assert scene.move(check_mode=True).data["machines"] == machines
    assert scene.move().data["machines"] == machines
    assert scene.move().data["machines"] == machines


def half_deleted() -> World:
    """A move that died while it deleted from the source."""
    scene = world("wl")
    cut(scene, until="S3")
    scene.fuse.kill_at = scene.fuse.writes + 40
    with pytest.raises(Killed):
        scene.move()
    scene.fuse.kill_at = None
    return scene


def source_is_empty() -> World:
    """A move that died before it resumed the target."""
    scene = world("wl")
    cut(scene, until="S4")
    return scene


@pytest.mark.parametrize("begin", [half_deleted, source_is_empty])
@pytest.mark.parametrize("fault", ["lost", "doubled", "another"])
def test_what_is_lost_doubled_or_another_machine_stops_the_move_and_is_named(
    fault: str, begin: t.Callable[[], World]
) -> None:
    scene = begin()
    name = {"lost": "wl-cp-1", "doubled": "wl-cp-new", "another": "wl-cp-1"}[fault]
    if fault == "lost":
        del scene.target.objects[MACHINE]
    elif fault == "doubled":
        owner = scene.target.objects[cluster_id("wl")]
        scene.target.seed(thing("Machine", name, owner, spec={"providerID": "vsphere://new"}))
    else:
        scene.target.objects[MACHINE]["spec"]["providerID"] = "vsphere://other"
    with pytest.raises(EksaError, match=f"Machine {NAMESPACE}/{name}") as caught:
        scene.move()
    assert caught.value.code == "move.unaccounted"
    assert scene.target.objects[cluster_id("wl")]["spec"]["paused"] is True


def test_a_copy_that_somebody_keeps_changing_is_named_and_nothing_is_deleted() -> None:
    scene = world("wl")

    def meddle() -> None:
        if MACHINE in scene.target.objects:
            scene.target.objects[MACHINE]["spec"]["version"] = "v0"

    scene.source.objects[MACHINE]["spec"]["version"] = "v1"
    scene.target.after = meddle
    with pytest.raises(EksaError, match=r"Machine eksa-system/wl-cp-1 \(spec.version\)") as caught:
        scene.move()
    assert caught.value.code == "move.unaccounted"
    assert not [line for line in scene.source.log if line.startswith("delete")]


def test_a_copy_that_differs_after_a_dead_clusterctl_is_not_trusted() -> None:
    scene = world("wl")
    clusterctl(scene, writes=1 + len(without_bystanders(inventory(scene.source))) + 4)
    scene.target.objects[(CLUSTER, "MachineDeployment", NAMESPACE, "wl-md")]["spec"]["replicas"] = 7
    with pytest.raises(EksaError, match=r"MachineDeployment eksa-system/wl-md \(spec.replicas\)") as caught:
        scene.move()
    assert caught.value.code == "move.unaccounted"


def test_faults_of_machines() -> None:
    one, two = (Key(CLUSTER, "Machine", NAMESPACE, name) for name in "ab")
    assert machine_faults(wanted={one: "x"}, found={one: "x"}) == []
    assert machine_faults(wanted={one: "x", two: "y"}, found={one: "y"}) == [
        "Machine eksa-system/a was x and is y",
        "Machine eksa-system/b is not there",
    ]
    assert machine_faults(wanted={}, found={one: "x"}) == ["Machine eksa-system/a is new"]


# --- living ---------------------------------------------------------------------------------------------------------


def test_waits_until_the_target_manages_the_cluster_and_says_why_not() -> None:
    scene = world("wl")
    before = inventory(scene.source)
    look = scene.target.pass_time
    scene.target.pass_time = lambda seconds: look(seconds) if scene.clock.time > 20 else None  # type: ignore[method-assign]
    assert scene.move().data["state"] == "S5"
    assert_moved(scene, before)
    assert 20 < scene.clock.time < 30
    assert "Cluster eksa-system/wl" in scene.report.lines[0]


def test_a_target_that_does_not_look_is_an_error_and_the_next_run_waits_again() -> None:
    scene = world("wl")
    before = inventory(scene.source)
    lazy = scene.target.pass_time
    scene.target.pass_time = lambda seconds: None  # type: ignore[method-assign]
    with pytest.raises(WaitTimeout, match="clusters managed by the target") as caught:
        scene.move(timeout_seconds=30)
    assert "Cluster eksa-system/wl" in caught.value.message
    assert "was not looked at by its controller yet" in caught.value.message
    again = scene.move(check_mode=True)
    assert again.actions == ("remove the journal",)
    with pytest.raises(WaitTimeout):
        scene.move(timeout_seconds=30)
    scene.target.pass_time = lazy  # type: ignore[method-assign]
    scene.move()
    assert_moved(scene, before)


def test_without_waiting_the_move_ends_when_all_is_resumed() -> None:
    scene = world("wl")
    before = inventory(scene.source)
    scene.target.pass_time = lambda seconds: None  # type: ignore[method-assign]
    assert scene.move(wait=False).data["state"] == "S5"
    assert scene.clock.time == 0
    assert_moved(scene, before)


PAUSED = {"type": "Paused", "status": "True"}


@pytest.mark.parametrize(
    ("status", "why"),
    [
        ({"observedGeneration": 2}, ""),
        ({"observedGeneration": 1}, "was not looked at by its controller yet"),
        ({}, "was not looked at by its controller yet"),
        ({"observedGeneration": 2, "conditions": [PAUSED]}, "is still reported as paused"),
        ({"observedGeneration": 2, "v1beta2": {"conditions": [PAUSED]}}, "is still reported as paused"),
        ({"observedGeneration": 2, "conditions": [{**PAUSED, "status": "False"}]}, ""),
    ],
)
def test_whether_an_object_lives(status: Obj, why: str) -> None:
    settled = {
        "observedGeneration": 2,
        "initialization": {"infrastructureProvisioned": True},
        "conditions": [{"type": "ControlPlaneInitialized", "status": "True"}],
    }
    cluster = put("Cluster", "wl", status=settled, spec={})
    deployment = put("MachineDeployment", "md", cluster, status=status)
    for obj in (cluster, deployment):
        obj["metadata"]["generation"] = 2
    told = ready.not_living(graph_of(cluster, deployment), clusters=[Key(CLUSTER, "Cluster", NAMESPACE, "wl")])
    assert told == ((f"MachineDeployment eksa-system/md {why}",) if why else ())


def test_a_cluster_that_somebody_paused_after_the_move_is_not_waited_for() -> None:
    cluster = put("Cluster", "wl", spec={"paused": True})
    assert ready.not_living(graph_of(cluster), clusters=[Key(CLUSTER, "Cluster", NAMESPACE, "wl")]) == ()
    gone = Key(CLUSTER, "Cluster", NAMESPACE, "gone")
    assert ready.not_living(graph_of(cluster), clusters=[gone]) == ("Cluster eksa-system/gone is not there",)


def test_every_cut_with_a_backup_ends_with_one_good_backup() -> None:
    """Every fifth write, with all that a move can do at once."""
    whole: set[str] = set()
    for kill_at in range(1, 400, 5):
        scene = world("wl", identity=True, deployments=True, concurrency=4)
        before = inventory(scene.source)
        watch(scene, without_bystanders(before))
        options = {"backup_dir": "/safe", "password": PASSWORD}
        scene.fuse.kill_at = kill_at
        try:
            scene.move(**options)
            break
        except Killed:
            scene.fuse.kill_at = None
        scene.move(**options)
        assert_moved(scene, before)
        names = {(obj["kind"], obj["metadata"]["name"]) for objs in kept(scene.files).values() for obj in objs}
        assert names == {(key[1], key[3]) for key in without_bystanders(before)}
        whole.add(scene.move().data["state"])
    assert whole == {"S5"}


@pytest.mark.parametrize("told", [True, False])
def test_a_cluster_that_is_sick_is_left_running_and_it_is_said_what_to_do(told: bool) -> None:
    scene = world("wl")
    del scene.source.objects[MACHINE]["status"]["nodeRef"]
    if told:
        vm = scene.source.objects["infrastructure.cluster.x-k8s.io", "VSphereVM", NAMESPACE, MACHINE[3]]
        vm["status"]["conditions"] = [{**PROVISIONED, "status": "False", "reason": "WaitingForIPAllocation"}]
    before = inventory(scene.source)
    with pytest.raises(WaitTimeout) as caught:
        scene.move(timeout_seconds=20)
    assert ("runs but has no IP address" in caught.value.message) is told
    assert caught.value.hint.endswith("Nothing has been paused yet: run the move again then.")
    assert told or caught.value.hint.startswith("The playbook why says more of that cluster")
    assert inventory(scene.source) == before
