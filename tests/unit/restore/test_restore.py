# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A restore brings back what is missing and nothing else, whenever it is cut, and lets go only what it has paused."""

from __future__ import annotations

import copy
import json

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ops.pausing import PAUSED_FOR
from ansible_collections.eks.anywhere.plugins.module_utils._plan.restore import MARK
from ansible_collections.eks.anywhere.tests.unit.fakes import Killed
from ansible_collections.eks.anywhere.tests.unit.move.worlds import CORE, NAMESPACE
from ansible_collections.eks.anywhere.tests.unit.restore.scenes import PASSWORD, PATH, scene

MACHINE = ("Machine", "KubeadmConfig", "VSphereMachine", "VSphereVM")


def test_everything_that_was_lost_comes_back_and_goes_on() -> None:
    found = scene("wl")
    before = found.content()
    found.lose()
    result = found.restore()
    assert found.content() == before
    assert result.data["resumed"] == [f"Cluster {NAMESPACE}/wl"]
    assert sorted(one["name"] for one in result.data["machines"]) == ["wl-cp-1", "wl-md-1-1"]
    assert found.vcenter.sessions == 0


def test_a_second_run_changes_nothing_and_asks_nobody() -> None:
    found = scene("wl")
    found.lose()
    found.restore()
    writes, logins = found.world.fuse.writes, found.vcenter.logins
    again = found.restore()
    assert (again.changed, again.before, again.after) == (False, "", "")
    assert again.data["different"] == []
    assert (found.world.fuse.writes, found.vcenter.logins) == (writes, logins)
    assert not found.restore(overwrite=True).changed


def test_another_management_cluster_takes_over() -> None:
    found = scene("wl", "other")
    before = found.content()
    target = found.world.target
    found.restore(to=target)
    assert found.content(target) == before
    owners = {item["uid"] for obj in target.objects.values() for item in obj["metadata"].get("ownerReferences") or ()}
    assert all(uid.startswith("target-") for uid in owners)


def test_nothing_runs_before_all_is_there() -> None:
    found = scene("wl")
    whole = set(found.content())
    found.lose()

    def check() -> None:
        clusters = [obj for key, obj in found.kube.objects.items() if key[1] == "Cluster"]
        if not all(obj["spec"].get("paused") for obj in clusters):
            assert set(found.content()) == whole

    found.kube.after = check
    found.restore()


@pytest.mark.parametrize("kinds", [(), MACHINE, ("MachineSet",), ("Cluster", "Secret")], ids=str)
def test_killed_at_each_write_it_ends_the_same(kinds: tuple[str, ...]) -> None:
    undisturbed = scene("wl")
    whole = undisturbed.content()
    undisturbed.lose(*kinds)
    begun = undisturbed.world.fuse.writes
    undisturbed.restore()
    for number in range(1, undisturbed.world.fuse.writes - begun + 1):
        found = scene("wl")
        found.lose(*kinds)
        with pytest.raises(Killed):
            found.restore(kill_at=number)
        found.restore()
        assert found.content() == whole, number
        assert not found.restore().changed


def test_a_cluster_that_runs_is_paused_while_its_objects_come_back() -> None:
    found = scene("wl")
    before = found.content()
    found.lose(*MACHINE)
    seen: list[bool] = []
    found.kube.after = lambda: seen.append(bool(found.find("Cluster", "wl")["spec"].get("paused")))
    result = found.restore()
    assert result.actions[0] == f"pause Cluster {NAMESPACE}/wl"
    assert seen[:-1] == [True] * (len(seen) - 1)
    assert found.content() == before


def test_what_is_there_is_linked_to_an_owner_that_was_created_anew() -> None:
    found = scene("wl")
    before = found.content()
    found.lose("MachineSet")
    result = found.restore()
    assert result.data["relinked"] == [f"Machine {NAMESPACE}/wl-md-1-1"]
    assert found.content() == before


def test_what_differs_is_shown_and_left_alone_unless_asked() -> None:
    found = scene("wl")
    before = found.content()
    found.find("MachineDeployment", "wl-md")["spec"]["replicas"] = 3
    found.find("Secret", "wl-ca")["data"]["value"] = "aW52ZW50ZWQ="
    left = found.restore()
    assert not left.changed
    different = {one["object"]: one["fields"] for one in left.data["different"]}
    assert different == {
        f"MachineDeployment {NAMESPACE}/wl-md": ["spec.replicas"],
        f"Secret {NAMESPACE}/wl-ca": ["data.value"],
    }
    assert found.find("MachineDeployment", "wl-md")["spec"]["replicas"] == 3
    done = found.restore(overwrite=True)
    assert found.content() == before
    assert f"Secret {NAMESPACE}/wl-ca: data.value: as in the backup\n" in done.after
    shown = json.dumps([left.as_dict(diff=True), done.as_dict(diff=True), found.world.report.lines])
    assert "aW52ZW50ZWQ" not in shown
    assert "c2VjcmV0" not in shown


def test_what_only_the_management_cluster_has_stays() -> None:
    found = scene("wl")
    found.find("Machine", "wl-cp-1")["metadata"]["labels"]["more"] = "x"
    assert not found.restore(overwrite=True).changed
    assert found.find("Machine", "wl-cp-1")["metadata"]["labels"]["more"] == "x"


def test_a_pause_of_a_person_stays() -> None:
    found = scene("wl")
    found.find("Cluster", "wl")["spec"]["paused"] = True
    found.lose(*MACHINE)
    result = found.restore()
    assert (result.data["resumed"], result.data["left_paused"]) == ([], [f"Cluster {NAMESPACE}/wl"])
    assert found.find("Cluster", "wl")["spec"]["paused"]
    assert MARK not in (found.find("Cluster", "wl")["metadata"].get("annotations") or {})


def test_a_pause_from_before_the_backup_comes_back() -> None:
    found = scene("wl", "other")
    found.find("Cluster", "wl")["spec"]["paused"] = True
    found.keep()
    found.lose()
    result = found.restore()
    assert result.data["resumed"] == [f"Cluster {NAMESPACE}/other"]
    assert found.find("Cluster", "wl")["spec"]["paused"]


def test_a_pause_of_the_upgrade_that_the_backup_was_made_for_does_not() -> None:
    found = scene("wl")
    cluster = found.find("Cluster", "wl")
    cluster["spec"]["paused"] = True
    cluster["metadata"]["annotations"] = {PAUSED_FOR: "mgmt"}
    found.keep()
    found.lose()
    assert found.restore().data["resumed"] == [f"Cluster {NAMESPACE}/wl"]
    restored = found.find("Cluster", "wl")
    assert not restored["spec"].get("paused")
    assert not restored["metadata"].get("annotations")


def test_what_is_being_deleted_is_made_anew_only_when_asked() -> None:
    found = scene("wl")
    before = found.content()
    for kind in ("Cluster", "Machine", "VSphereVM"):
        for key, obj in found.kube.objects.items():
            if key[1] == kind:
                obj["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    old = found.find("Machine", "wl-cp-1")["metadata"]["uid"]
    error = found.refused()
    assert error.code == "restore.object_deleting"
    assert f"VSphereVM {NAMESPACE}/wl-cp-1" in error.details["objects"]
    found.restore(overwrite=True)
    assert found.content() == before
    assert found.find("Machine", "wl-cp-1")["metadata"]["uid"] != old
    assert "deletionTimestamp" not in found.find("Cluster", "wl")["metadata"]


def test_one_cluster_of_several() -> None:
    found = scene("wl", "other")
    found.lose()
    result = found.restore(name="wl")
    assert f"Machine {NAMESPACE}/wl-cp-1" in result.data["created"]
    assert not [label for label in result.data["created"] if f"{NAMESPACE}/other-cp" in label]
    assert found.refused(name="nobody").code == "restore.cluster_unknown"


def test_check_mode_is_the_plan() -> None:
    found = scene("wl")
    found.lose()
    before, writes = copy.deepcopy(found.kube.objects), found.world.fuse.writes
    planned = found.restore(check_mode=True)
    assert (found.kube.objects, found.world.fuse.writes) == (before, writes)
    assert f"Machine {NAMESPACE}/wl-cp-1: missing\n" in planned.before
    assert f"Machine {NAMESPACE}/wl-cp-1: as in the backup\n" in planned.after
    done = found.restore()
    assert (done.actions, done.before, done.after) == (planned.actions, planned.before, planned.after)


def test_only_the_right_password_opens_it() -> None:
    found = scene("wl")
    found.lose()
    for password in ("wrong", ""):
        error = found.refused(password=password)
        assert error.code == "restore.wrong_password"
        assert PASSWORD not in error.message


@pytest.mark.parametrize("damage", ["cut short", "gone", "index", "swapped"])
def test_a_backup_that_is_not_as_written_is_refused(damage: str) -> None:
    found = scene("wl")
    files, secrets = found.world.files.files, f"{PATH}/Secret.core.yaml"
    if damage == "gone":
        del files[secrets]
    elif damage == "index":
        files[f"{PATH}.json"] = "[]"
    else:
        files[secrets] = files[secrets][:-20] if damage == "cut short" else files[f"{PATH}/ConfigMap.core.yaml"]
    error = found.refused()
    assert error.code == "restore.backup_damaged"
    assert ("the index" if damage == "index" else "Secret.core.yaml") in error.message


def test_a_folder_without_an_index_is_no_backup() -> None:
    found = scene("wl")
    del found.world.files.files[f"{PATH}.json"]
    assert found.refused().code == "restore.backup_missing"


def test_older_objects_go_where_they_are_served_still() -> None:
    found = scene("wl")
    target = found.world.target
    machine = next(obj for key, obj in target.objects.items() if key[3] == "machines.cluster.x-k8s.io")
    version = machine["spec"]["versions"][1]
    newer = {**version, "name": "v1beta3"}
    version["storage"] = False
    machine["spec"]["versions"].append(newer)
    found.restore(to=target)
    assert any(key[1] == "Machine" for key in target.objects)
    fresh = scene("wl")
    gone = next(obj for key, obj in fresh.world.target.objects.items() if key[3] == "machines.cluster.x-k8s.io")
    gone["spec"]["versions"] = [newer]
    error = fresh.refused(to=fresh.world.target)
    assert error.code == "restore.version_not_served"
    assert f"Machine ({CORE})" in error.message


def test_something_that_works_against_it_is_told_and_all_stays_paused() -> None:
    found = scene("wl")
    found.lose("MachineSet")
    create = found.kube.create

    def forgetful(obj: dict[str, object]) -> dict[str, object]:
        stored = create(obj)
        found.lose("MachineSet")
        return stored

    found.kube.create = forgetful  # type: ignore[method-assign]
    with pytest.raises(EksaError) as caught:
        found.restore()
    assert caught.value.code in ("restore.no_progress", "kube.not_found")
    assert found.find("Cluster", "wl")["spec"]["paused"]
