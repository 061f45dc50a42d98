# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What webhooks let pass and the upgrade command refuses."""

from __future__ import annotations

import pytest

from .changing import OTHERS, Edits, base, edit, obstacles, refusals

FLUX = {"kind": "FluxConfig", "name": "c1"}
ETCD = "externalEtcdConfiguration"
PARTS = ("controlPlaneConfiguration", ETCD)
ETCD_ON_C1 = {ETCD: {"count": 3, "machineGroupRef": {"kind": "VSphereMachineConfig", "name": "c1"}}}
ROWS: tuple[tuple[str, Edits, Edits, str], ...] = (
    ("vsphere", {}, {"Cluster#metadata.name": "c2"}, "cluster name is immutable. previous name c1, new name c2"),
    ("vsphere", {}, {"Cluster#metadata.namespace": "other"}, "metadata.namespace: cluster namespace is immutable"),
    ("vsphere", {}, {"Cluster#metadata.namespace": "default"}, ""),
    ("vsphere", {"Cluster#metadata.namespace": "default"}, {"Cluster#metadata.namespace": ...}, ""),
    ("vsphere", {"Cluster@paused": "true"}, {"kubernetesVersion": "1.31"}, "with paused cluster controller reconciler"),
    ("vsphere", {}, {"Cluster@paused": "true", "kubernetesVersion": "1.31"}, ""),
    ("docker", {}, {"clusterNetwork.cniConfig": {"kindnetd": {}}}, "spec.clusterNetwork.CNI/CNIConfig is immutable"),
    ("docker", {}, {"clusterNetwork.cniConfig": ..., "clusterNetwork.cni": "cilium"}, ""),
    ("docker", {}, {"clusterNetwork.cniConfig.cilium": {"skipUpgrade": True}}, ""),
    ("FluxConfig", {}, {"gitOpsRef": ...}, "spec.gitOpsRef: once cluster.spec.gitOpsRef is set, it is immutable"),
    ("FluxConfig", {}, {"gitOpsRef.name": "other"}, "once cluster.spec.gitOpsRef is set, it is immutable"),
    ("FluxConfig", {"gitOpsRef": ...}, {"gitOpsRef": FLUX}, ""),
    ("vsphere", {}, {"VSphereMachineConfig:users.0.sshAuthorizedKeys": [""]}, "it should contain at least one SSH key"),
    ("nutanix", {}, {"NutanixMachineConfig:users": []}, "it should contain at least one SSH key"),
    ("snow", {}, {"SnowMachineConfig:instanceType": "sbe-c.xlarge"}, ""),
    (
        "tinkerbell",
        {},
        {"controlPlaneConfiguration.machineGroupRef.name": "c2"},
        "control plane machine config reference is immutable",
    ),
    (
        "tinkerbell",
        {},
        {"workerNodeGroupConfigurations.0.machineGroupRef.name": "c2"},
        "md-0: worker node group machine config reference is immutable",
    ),
    ("vsphere", {}, {"workerNodeGroupConfigurations.0.machineGroupRef.name": "c2"}, ""),
    *(("vsphere", ETCD_ON_C1, {f"{part}.machineGroupRef.name": "c2"}, "") for part in PARTS),
    *(
        (
            "vsphere",
            {**ETCD_ON_C1, f"{part}.machineGroupRef.name": "c2"},
            {f"{part}.machineGroupRef.name": "c1"},
            "VSphereMachineConfig c1 already exists (refused when a cluster is upgraded)",
        )
        for part in PARTS
    ),
)


@pytest.mark.parametrize(("name", "before", "after", "words"), ROWS)
def test_verdict(name: str, before: Edits, after: Edits, words: str) -> None:
    found = obstacles(name, before, after)
    assert [line for line in found if words in line] == found
    assert len(found) == bool(words)


@pytest.mark.parametrize("name", [*OTHERS, "vsphere", "docker", "nutanix", "tinkerbell", "snow", "cloudstack"])
def test_configs_that_say_the_same_raise_nothing(name: str) -> None:
    stopped: Edits = {"Cluster@paused": "true", "Cluster#metadata.labels": {"a": "b"}}
    assert obstacles(name, stopped, {}) == refusals(name, stopped, {}) == []


def test_edits_leave_the_bases_alone() -> None:
    edit(base("vsphere"), {"VSphereMachineConfig:users.0.name": "x", "managementCluster.name": "x"})
    assert base("vsphere") == base("vsphere")
    assert base("vsphere")[2]["spec"]["users"][0]["name"] == "capv"
