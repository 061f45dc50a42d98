# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Machines that are not as in the backup: each is named with what was seen, and nothing is changed until it is settled."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.tests.unit.move.worlds import NAMESPACE, add_machine, thing
from ansible_collections.eks.anywhere.tests.unit.restore.scenes import Scene, add_node, scene

WORKER = "wl-md-1-1"
STRANGER = "wl-x2x9l"


@pytest.fixture
def lost() -> Scene:
    """All objects of one cluster were lost."""
    found = scene("wl")
    found.lose()
    return found


def mismatch(found: Scene, **options: t.Any) -> dict[str, str]:
    """The only machine that does not fit."""
    error = found.refused(**options)
    assert error.code == "restore.machines_differ"
    (fault,) = error.details["machines"]
    assert all(text in error.message for text in fault.values())
    return t.cast(dict[str, str], fault)


def change(found: Scene, machine: str, /, **facts: t.Any) -> None:
    """Something happens to a machine in vCenter."""
    found.vcenter.items[machine] = dataclasses.replace(found.vcenter.items[machine], **facts)


def test_one_that_is_gone_is_named_and_can_be_left_out(lost: Scene) -> None:
    del lost.vcenter.items[WORKER]
    fault = mismatch(lost)
    assert (fault["machine"], fault["seen"]) == (WORKER, "no such virtual machine")
    assert fault["expected"] == f"/DC0/vm/eksa/{WORKER} with BIOS UUID bios-{WORKER}"
    assert "accept_missing" in fault["next_step"]
    result = lost.restore(missing=[WORKER])
    left = {key[1] for key in lost.kube.objects if key[3] == WORKER}
    assert not left & {"Machine", "VSphereMachine", "VSphereVM", "KubeadmConfig", "Secret"}
    assert f"MachineSet {NAMESPACE}/wl-md-1" in result.data["created"]
    assert not lost.restore(missing=[WORKER]).changed


def test_one_that_is_there_cannot_be_left_out(lost: Scene) -> None:
    fault = mismatch(lost, missing=[WORKER])
    assert "take it out of accept_missing" in fault["next_step"]


def test_only_machines_of_the_backup_can_be_left_out(lost: Scene) -> None:
    assert lost.refused(missing=["wl"]).code == "restore.machine_unknown"


def test_one_that_was_made_since_is_named(lost: Scene) -> None:
    lost.vcenter.add(STRANGER)
    fault = mismatch(lost)
    assert fault["machine"] == STRANGER
    assert "boot data for the endpoint" in fault["seen"]
    assert fault["next_step"].startswith("remove it")
    assert lost.restore(unknown=[STRANGER]).changed
    assert STRANGER in lost.vcenter.items


def test_one_that_the_management_cluster_has_a_machine_for_is_told_so() -> None:
    found = scene("wl")
    found.lose("VSphereMachineTemplate")

    def put(kind: str, name: str, *owners: Obj, **fields: t.Any) -> Obj:
        return found.kube.seed(thing(kind, name, *owners, **fields))

    add_machine(put, STRANGER, found.find("KubeadmControlPlane", "wl"))
    found.vcenter.add(STRANGER)
    assert "has a Machine for it" in mismatch(found)["next_step"]


def test_machines_of_others_are_no_strangers(lost: Scene) -> None:
    lost.vcenter.add("wl2-x2x9l")
    lost.vcenter.add("wl-db", "192.0.2.99")
    assert lost.restore().changed


def test_the_machines_of_another_cluster_of_the_backup_are_no_strangers() -> None:
    found = scene("wl", "wl-2")
    found.lose()
    assert found.restore().changed


@pytest.mark.parametrize(
    ("facts", "step"),
    [
        ({"name": "renamed", "path": "/DC0/vm/eksa/renamed"}, "rename it back"),
        ({"path": f"/DC0/vm/attic/{WORKER}"}, "move it back to that folder"),
    ],
)
def test_one_with_another_name_or_folder_is_named(lost: Scene, facts: dict[str, str], step: str) -> None:
    change(lost, WORKER, **facts)
    fault = mismatch(lost)
    assert (fault["machine"], fault["seen"], fault["next_step"]) == (WORKER, facts["path"], step)


def test_two_with_one_uuid_are_named(lost: Scene) -> None:
    lost.vcenter.add(STRANGER)
    change(lost, STRANGER, uuid=f"bios-{WORKER}")
    assert mismatch(lost)["seen"].startswith("2 virtual machines: ")


def test_one_that_was_being_made_is_named() -> None:
    found = scene("wl")
    vm = found.find("VSphereVM", WORKER)
    del vm["spec"]["biosUUID"]
    for kind in ("Machine", "VSphereMachine"):
        del found.find(kind, WORKER)["spec"]["providerID"]
    change(found, WORKER, instance_uuid=vm["metadata"]["uid"])
    del found.inside["wl"].objects["", "Node", "", WORKER]
    found.keep()
    found.lose()
    assert "instance UUID alone" in mismatch(found)["seen"]


def test_a_folder_that_cannot_be_looked_into_is_named(lost: Scene) -> None:
    lost.vcenter.unseen = ("/DC0/vm/eksa",)
    assert mismatch(lost)["machine"] == "/DC0/vm/eksa"


def test_a_node_on_another_machine_is_named(lost: Scene) -> None:
    add_node(lost.inside["wl"], WORKER, identity="vsphere://another")
    fault = mismatch(lost)
    assert (fault["seen"], fault["expected"]) == (f"node {WORKER} on vsphere://another", f"vsphere://bios-{WORKER}")


def test_a_node_that_the_backup_does_not_know_is_named(lost: Scene) -> None:
    add_node(lost.inside["wl"], "elsewhere")
    assert mismatch(lost)["machine"] == "elsewhere"
    assert lost.restore(unknown=["elsewhere"]).changed


def test_a_node_that_is_gone_is_noted(lost: Scene) -> None:
    del lost.inside["wl"].objects["", "Node", "", WORKER]
    assert lost.restore().data["notes"] == [f"Machine {WORKER} of wl had a node that is gone"]


def test_a_cluster_that_does_not_answer_is_noted(lost: Scene) -> None:
    lost.unreachable = True
    (note,) = lost.restore().data["notes"]
    assert note == f"Cluster {NAMESPACE}/wl: its API server could not be asked (kube.unreachable)"
    assert f"  {note}" in lost.world.report.lines


def test_the_management_cluster_of_the_backup_that_still_works_is_left_its_machines() -> None:
    found = scene("wl")
    found.inside["wl"] = found.kube
    for machine in ("wl-cp-1", WORKER):
        add_node(found.kube, machine)
    target = found.world.target
    assert found.refused(to=target).code == "restore.source_active"
    found.find("Cluster", "wl")["spec"]["paused"] = True
    assert found.restore(to=target).changed


def test_a_vcenter_with_another_certificate_gets_no_password() -> None:
    found = scene("wl")
    found.find("VSphereCluster", "wl")["spec"]["thumbprint"] = "AA:BB"
    found.keep()
    found.lose()
    shown = found.vcenter.certificate()
    found.vcenter.certificate = lambda: dataclasses.replace(shown, problem="self-signed")  # type: ignore[method-assign]
    assert found.refused().code == "vsphere.thumbprint_mismatch"
    assert found.vcenter.logins == 0


def test_one_that_goes_meanwhile_keeps_all_paused(lost: Scene) -> None:
    def destroy() -> None:
        lost.vcenter.items.pop(WORKER, None)

    lost.kube.after = destroy
    with pytest.raises(EksaError) as caught:
        lost.restore()
    assert caught.value.code == "restore.machines_differ"
    assert lost.find("Cluster", "wl")["spec"]["paused"]
    assert lost.restore(missing=[WORKER]).data["resumed"] == [f"Cluster {NAMESPACE}/wl"]
