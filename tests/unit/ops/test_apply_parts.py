# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts of a cluster applied by themselves, and the roll of an external etcd that may be cut anywhere."""

from __future__ import annotations

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._ops.apply_parts import apply_parts
from ansible_collections.eks.anywhere.plugins.module_utils._ops.settling import Server
from ansible_collections.eks.anywhere.plugins.module_utils._plan.etcd_roll import (
    NOT_UNPAUSED_BY_OTHERS,
    PAUSED,
    UPGRADING,
)
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.tests.unit.config import samples
from ansible_collections.eks.anywhere.tests.unit.fakes import FakeClock, FakeKube, FakeReporter, Fuse, Killed
from ansible_collections.eks.anywhere.tests.unit.plan.worlds import ENDPOINTS, living, objects

BIGGER_ETCD = {"VSphereMachineConfig/w02-etcd:numCPUs": 16}
CONTROL_PLANE = ("controlplane.cluster.x-k8s.io", "KubeadmControlPlane", "eksa-system", "w02")
ETCD = ("etcdcluster.cluster.x-k8s.io", "EtcdadmCluster", "eksa-system", "w02-etcd")
HELD = {PAUSED: "true", NOT_UNPAUSED_BY_OTHERS: "true"}


def apply(kube: FakeKube | None, wanted: list[Obj], *parts: str, check_mode: bool = False) -> Result:
    """Run the operation."""
    server = Server(kube=kube, clock=FakeClock(), report=FakeReporter(), check_mode=check_mode)
    return apply_parts(wanted, parts, server=server)


def world(*, text: str = samples.FULL, fuse: Fuse | None = None) -> FakeKube:
    """A cluster as it lives, with the real endpoints of its etcd."""
    kube = FakeKube("manager", fuse=fuse)
    for obj in living(objects(text=text)):
        kube.seed(obj)
    return kube


def annotations(kube: FakeKube, which: tuple[str, str, str, str]) -> dict[str, str]:
    """Annotations of an object."""
    return dict(kube.objects[which]["metadata"].get("annotations") or {})


def test_a_part_leaves_the_others_alone() -> None:
    kube = world()
    edits = {**BIGGER_ETCD, "VSphereMachineConfig/w02-cp:numCPUs": 16}
    result = apply(kube, objects(edits), "control_plane")
    assert "Create VSphereMachineTemplate eksa-system/w02-control-plane-2" in result.actions
    assert not any("etcd" in action for action in result.actions)
    assert ETCD not in {key for key in kube.objects if "w02-etcd-2" in key}


def test_etcd_rolls_behind_a_paused_control_plane() -> None:
    kube = world()
    result = apply(kube, objects(BIGGER_ETCD), "etcd")
    assert result.actions == (
        "Pause KubeadmControlPlane eksa-system/w02",
        "Announce the roll of EtcdadmCluster eksa-system/w02-etcd",
        "Configure EtcdadmCluster eksa-system/w02-etcd",
        "Create VSphereMachineTemplate eksa-system/w02-etcd-2",
    )
    assert HELD.items() <= annotations(kube, CONTROL_PLANE).items()
    assert annotations(kube, ETCD) == {UPGRADING: "true"}


def test_the_control_plane_keeps_its_endpoints_and_goes_on() -> None:
    kube = world()
    apply(kube, objects(BIGGER_ETCD), "etcd")
    result = apply(kube, objects(BIGGER_ETCD), "control_plane")
    assert result.actions[-1] == "Unpause KubeadmControlPlane eksa-system/w02"
    plane = kube.objects[CONTROL_PLANE]
    assert plane["spec"]["kubeadmConfigSpec"]["clusterConfiguration"]["etcd"]["external"]["endpoints"] == ENDPOINTS
    assert PAUSED not in annotations(kube, CONTROL_PLANE)
    assert NOT_UNPAUSED_BY_OTHERS in annotations(kube, CONTROL_PLANE)


def test_an_etcd_that_needs_no_change_is_not_touched() -> None:
    kube = world()
    result = apply(kube, objects(), "etcd")
    assert "EtcdadmCluster" not in "".join(result.actions)
    assert not any("EtcdadmCluster" in entry for entry in kube.log)
    assert PAUSED not in annotations(kube, CONTROL_PLANE)


def test_etcd_under_way_is_not_announced_again() -> None:
    """A second run must not write over what the controller keeps on it."""
    kube = world()
    apply(kube, objects(BIGGER_ETCD), "etcd")
    kube.objects[ETCD]["metadata"]["annotations"].pop(UPGRADING)
    apply(kube, objects(BIGGER_ETCD), "etcd")
    assert annotations(kube, ETCD) == {}


@pytest.mark.parametrize("kill_at", range(1, 9))
def test_cut_anywhere_and_run_again(kill_at: int) -> None:
    """At no moment are etcd's new members asked for while the control plane may roll on its own."""
    fuse = Fuse(kill_at=kill_at)
    kube = world(fuse=fuse)

    def held() -> None:
        etcd = kube.objects[ETCD]["spec"]["infrastructureTemplate"]["name"]
        rolled = kube.objects[CONTROL_PLANE]["spec"]["machineTemplate"]["spec"]["infrastructureRef"]["name"]
        assert etcd.endswith("-1") or rolled.endswith("-2") or PAUSED in annotations(kube, CONTROL_PLANE)

    kube.after = held
    edits = {**BIGGER_ETCD, "VSphereMachineConfig/w02-cp:numCPUs": 16}
    parts = ("etcd", "control_plane")
    try:
        for part in parts:
            apply(kube, objects(edits), part)
    except Killed:
        for part in parts:
            apply(kube, objects(edits), part)
    assert PAUSED not in annotations(kube, CONTROL_PLANE)
    for part in parts:
        assert not [action for action in apply(kube, objects(edits), part).actions if "Unpause" in action]


def test_check_mode_says_all_of_it_and_does_nothing() -> None:
    kube = world()
    result = apply(kube, objects(BIGGER_ETCD), "etcd", check_mode=True)
    assert result.actions[0] == "Pause KubeadmControlPlane eksa-system/w02"
    assert kube.log == []
    assert apply(None, objects(), "etcd", check_mode=True).changed


def test_stacked_etcd_needs_none_of_this() -> None:
    kube = world(text=samples.STACKED)
    assert not apply(kube, objects(text=samples.STACKED), "etcd").changed
    assert not any(
        "Unpause" in action for action in apply(kube, objects(text=samples.STACKED), "control_plane").actions
    )
