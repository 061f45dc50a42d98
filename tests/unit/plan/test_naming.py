# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names that templates get beside the live ones. The table was compared with what upstream's controller names them."""

from __future__ import annotations

import copy
import random
import typing as t

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._plan.machines import references
from ansible_collections.eks.anywhere.plugins.module_utils._plan.naming import ENDPOINTS as PLACE
from ansible_collections.eks.anywhere.plugins.module_utils._plan.naming import settled
from ansible_collections.eks.anywhere.tests.unit.config import samples

from .worlds import ENDPOINTS, Edits, Obj, living, names, objects, pick

CP = ("VSphereMachineTemplate", "w02-control-plane-2")
ETCD = ("VSphereMachineTemplate", "w02-etcd-2")
GENERAL = ("VSphereMachineTemplate", "w02-general-2")
BATCH = ("VSphereMachineTemplate", "w02-batch-2")
GENERAL_KUBEADM = ("KubeadmConfigTemplate", "w02-general-2")
BATCH_KUBEADM = ("KubeadmConfigTemplate", "w02-batch-2")
TAINT = {"key": "k", "value": "v", "effect": "PreferNoSchedule"}
NTP = {"ntpConfiguration": {"servers": ["time.test"]}}
MACHINES = ("numCPUs", 16), ("memoryMiB", 32768), ("diskGiB", 99), ("folder", "/DC0/vm/x"), ("tags", ["urn:x"])
ROWS: tuple[tuple[Edits, set[tuple[str, str]]], ...] = (
    ({}, set()),
    *(({f"VSphereMachineConfig/w02-cp:{field}": value}, {CP}) for field, value in MACHINES),
    *(({f"VSphereMachineConfig/w02-etcd:{field}": value}, {ETCD}) for field, value in MACHINES),
    *(({f"VSphereMachineConfig/w02-general:{field}": value}, {GENERAL}) for field, value in MACHINES),
    *(({f"VSphereMachineConfig/w02-batch:{field}": value}, {BATCH}) for field, value in MACHINES),
    ({"VSphereMachineConfig/w02-cp:tags": ...}, {CP}),
    ({"VSphereMachineConfig/w02-cp:hostOSConfiguration": NTP}, set()),
    ({"VSphereMachineConfig/w02-general:hostOSConfiguration": NTP}, {GENERAL_KUBEADM}),
    (
        {"VSphereDatacenterConfig:insecure": False, "VSphereDatacenterConfig:thumbprint": "AA"},
        {CP, ETCD, GENERAL, BATCH},
    ),
    ({"controlPlaneConfiguration.count": 5}, set()),
    ({"controlPlaneConfiguration.labels": {"x": "y"}}, set()),
    ({"workerNodeGroupConfigurations.0.count": 9}, set()),
    ({"workerNodeGroupConfigurations.0.labels": {"x": "y"}}, {GENERAL_KUBEADM}),
    ({"workerNodeGroupConfigurations.0.taints": [TAINT]}, {GENERAL_KUBEADM}),
    ({"workerNodeGroupConfigurations.1.taints": []}, {BATCH_KUBEADM}),
    ({"registryMirrorConfiguration.endpoint": "198.18.9.9"}, {GENERAL_KUBEADM, BATCH_KUBEADM}),
)


@pytest.mark.parametrize(("edits", "fresh"), ROWS)
def test_templates_that_change_get_the_next_number(edits: Edits, fresh: set[tuple[str, str]]) -> None:
    before = living(objects())
    after = settled(objects(edits), before)
    assert names(after) - names(before) == fresh
    assert _dangling(after) == []
    assert settled(after, before) == after


def _dangling(found: t.Sequence[Obj]) -> list[object]:
    """References to templates that are not there."""
    there = {(obj["kind"], obj["metadata"]["name"]) for obj in found}
    named = [reference.template for obj in found for reference in references(obj)]
    return [name for name in named if (name[0], name[2]) not in there]


@pytest.mark.parametrize("text", [samples.STACKED, samples.FULL])
def test_beside_nothing_and_beside_itself_objects_stay_as_they_are(text: str) -> None:
    fresh = objects(text=text)
    assert list(settled(fresh, [])) == fresh
    again = settled(fresh, living(fresh))
    assert [obj for obj in again if obj["kind"] != "KubeadmControlPlane"] == [
        obj for obj in fresh if obj["kind"] != "KubeadmControlPlane"
    ]


def test_real_endpoints_of_an_external_etcd_are_kept() -> None:
    place: t.Any = pick(settled(objects(), living(objects())), "KubeadmControlPlane", "w02")
    for name in PLACE:
        place = place[name]
    assert place == ENDPOINTS


def test_the_order_of_live_objects_does_not_matter() -> None:
    wanted, live = objects({"VSphereMachineConfig/w02-cp:numCPUs": 16}), living(objects())
    first = settled(wanted, live)
    for seed in range(5):
        mixed = list(live)
        random.Random(seed).shuffle(mixed)
        assert settled(wanted, mixed) == first


def _numbered(live: list[Obj], number: int) -> list[Obj]:
    """A world in which the control plane's template has got as far as a number."""
    pick(live, "VSphereMachineTemplate", "w02-control-plane-1")["metadata"]["name"] = f"w02-control-plane-{number}"
    plane = pick(live, "KubeadmControlPlane", "w02")
    plane["spec"]["machineTemplate"]["spec"]["infrastructureRef"]["name"] = f"w02-control-plane-{number}"
    return live


@pytest.mark.parametrize(("edits", "name"), [({}, "-9"), ({"VSphereMachineConfig/w02-cp:numCPUs": 16}, "-10")])
def test_counting_goes_on_from_the_live_name(edits: Edits, name: str) -> None:
    found = settled(objects(edits), _numbered(living(objects()), 9))
    assert ("VSphereMachineTemplate", f"w02-control-plane{name}") in names(found)


def _beside(live: list[Obj], edits: Edits) -> list[Obj]:
    """A world in which number 2 of the control plane's template was written, too, but never put to use."""
    other = copy.deepcopy(pick(living(objects(edits)), "VSphereMachineTemplate", "w02-control-plane-1"))
    other["metadata"]["name"] = "w02-control-plane-2"
    return [*live, other]


@pytest.mark.parametrize(("there", "name"), [(16, "-2"), (32, "-3")])
def test_a_number_is_taken_over_when_it_says_the_same_and_passed_when_it_does_not(there: int, name: str) -> None:
    live = _beside(living(objects()), {"VSphereMachineConfig/w02-cp:numCPUs": there})
    found = settled(objects({"VSphereMachineConfig/w02-cp:numCPUs": 16}), live)
    assert ("VSphereMachineTemplate", f"w02-control-plane{name}") in names(found)


def test_a_template_that_was_left_behind_is_not_written_over() -> None:
    left = [obj for obj in living(objects()) if obj["kind"] != "MachineDeployment"]
    found = settled(objects({"VSphereMachineConfig/w02-general:numCPUs": 16}), left)
    assert GENERAL in names(found)
    deployment = pick(found, "MachineDeployment", "w02-general")
    assert deployment["spec"]["template"]["spec"]["infrastructureRef"]["name"] == "w02-general-2"


def test_a_live_name_without_number_gets_one() -> None:
    live = living(objects())
    pick(live, "VSphereMachineTemplate", "w02-etcd-1")["metadata"]["name"] = "adopted"
    pick(live, "EtcdadmCluster", "w02-etcd")["spec"]["infrastructureTemplate"]["name"] = "adopted"
    assert ("VSphereMachineTemplate", "adopted") in names(settled(objects(), live))
    changed = settled(objects({"VSphereMachineConfig/w02-etcd:numCPUs": 16}), live)
    assert ("VSphereMachineTemplate", "adopted-1") in names(changed)


def test_objects_that_are_given_are_left_alone() -> None:
    wanted, live = objects({"VSphereMachineConfig/w02-cp:numCPUs": 16}), living(objects())
    copies = copy.deepcopy((wanted, live))
    settled(wanted, live)
    assert (wanted, live) == copies
