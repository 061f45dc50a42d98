# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One feature at a time, on every operating system: what it becomes in the objects of a vSphere cluster.

Each feature was compared, alone, with what the vendor's controller (v0.26) applies: stacked and external etcd,
Kubernetes 1.28 to 1.35.
"""

from __future__ import annotations

import typing as t

import pytest

from .clusters import SYSTEMS, Change, all_of, at, config, look, objects

CONTROL_PLANE = "cluster.controlPlaneConfiguration"
GROUP = "cluster.workerNodeGroupConfigurations.0"
SERVER = "KubeadmControlPlane:kubeadmConfigSpec.clusterConfiguration.apiServer"
TEMPLATE = "template.spec"
TAGS = ["urn:vmomi:InventoryServiceTag:1:GLOBAL", "urn:vmomi:InventoryServiceTag:2:GLOBAL"]
DOMAIN = {
    "name": "east",
    "computeCluster": "/DC0/host/C1",
    "resourcePool": "/DC0/host/C1/Resources",
    "datastore": "/DC0/datastore/east",
    "folder": "/DC0/vm/east",
    "network": "/DC0/network/east",
}
DOMAINS = all_of(at("datacenter.failureDomains", [DOMAIN]), at(f"{GROUP}.failureDomains", ["east"]))
ROLLING = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 0, "maxUnavailable": 1}}


def devices(*networks: str) -> list[dict[str, t.Any]]:
    """Network devices of a machine template."""
    return [{"dhcp4": True, "networkName": network} for network in networks]


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize(
    ("change", "path", "expected"),
    [
        (at("machines.tags", TAGS), f"VSphereMachineTemplate/w01-control-plane-1:{TEMPLATE}.tagIDs", TAGS),
        (at("machines.tags", TAGS), f"VSphereMachineTemplate/w01-md-0-1:{TEMPLATE}.tagIDs", TAGS),
        (at("machines.tags", TAGS), f"VSphereMachineTemplate/w01-etcd-1:{TEMPLATE}.tagIDs", TAGS),
        (at("cp.storagePolicyName", "gold"), f"VSphereMachineTemplate:{TEMPLATE}.storagePolicyName", "gold"),
        (at("cp.cloneMode", "fullClone"), f"VSphereMachineTemplate:{TEMPLATE}.cloneMode", "fullClone"),
        (at("datacenter.insecure", True), "VSphereCluster:thumbprint", ""),
        (
            at("workers.networks", ["/DC0/network/one", "/DC0/network/two"]),
            f"VSphereMachineTemplate/w01-md-0-1:{TEMPLATE}.network.devices",
            devices("/DC0/network/one", "/DC0/network/two"),
        ),
        (
            at("workers.networks", []),
            f"VSphereMachineTemplate/w01-md-0-1:{TEMPLATE}.network.devices",
            devices("/DC0/network/VM Network"),
        ),
        (at(f"{CONTROL_PLANE}.certSans", ["api.example.org", "198.18.0.9"]), f"{SERVER}.certSANs.1", "198.18.0.9"),
        (
            at(f"{CONTROL_PLANE}.upgradeRolloutStrategy", {"type": "InPlace"}),
            "KubeadmControlPlane:rollout.strategy",
            {"type": "InPlace"},
        ),
        (
            at(f"{GROUP}.upgradeRolloutStrategy", {"type": "InPlace"}),
            "MachineDeployment:rollout.strategy",
            {"type": "InPlace"},
        ),
        (
            at(f"{CONTROL_PLANE}.upgradeRolloutStrategy", {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 0}}),
            "KubeadmControlPlane:rollout.strategy",
            {"rollingUpdate": {"maxSurge": 0}},
        ),
        (at(f"{GROUP}.upgradeRolloutStrategy", ROLLING), "MachineDeployment:rollout.strategy", ROLLING),
        (DOMAINS, "MachineDeployment:template.spec.failureDomain", "w01-dc-east"),
        (DOMAINS, "VSphereDeploymentZone:server", "vcenter.example.org"),
        (DOMAINS, "VSphereDeploymentZone:failureDomain", "w01-dc-east"),
        (
            DOMAINS,
            "VSphereDeploymentZone:placementConstraint",
            {"resourcePool": "/DC0/host/C1/Resources", "folder": "/DC0/vm/east"},
        ),
        (
            DOMAINS,
            "VSphereFailureDomain:region",
            {"name": "DC0", "type": "Datacenter", "tagCategory": "k8s-region", "autoConfigure": True},
        ),
        (
            DOMAINS,
            "VSphereFailureDomain:zone",
            {"name": "/DC0/host/C1", "type": "ComputeCluster", "tagCategory": "k8s-zone", "autoConfigure": True},
        ),
        (DOMAINS, "VSphereFailureDomain:topology.networks", ["/DC0/network/east"]),
        (at("cluster.eksaVersion", "v0.18.7"), "EtcdadmCluster:etcdadmConfigSpec.cloudInitConfig.etcdReleaseURL", None),
    ],
)
def test_features(system: str, change: Change, path: str, expected: t.Any) -> None:
    assert look(config(system, change, external_etcd=True), path) == expected


@pytest.mark.parametrize("system", SYSTEMS)
def test_kinds(system: str) -> None:
    """Every system has the same objects; failure domains and external etcd add theirs."""
    least = [obj["kind"] for obj in objects(config(system))]
    most = [obj["kind"] for obj in objects(config(system, DOMAINS, external_etcd=True))]
    assert least == [obj["kind"] for obj in objects(config("ubuntu"))]
    for kind in least:
        most.remove(kind)
    assert sorted(most) == ["EtcdadmCluster", "VSphereDeploymentZone", "VSphereFailureDomain", "VSphereMachineTemplate"]


@pytest.mark.parametrize("system", ["ubuntu", "redhat"])
def test_systems_with_cloud_init_differ_in_the_template_alone(system: str) -> None:
    same = at("machines.template", "/DC0/vm/Templates/any")
    assert objects(config(system, same, external_etcd=True)) == objects(config("ubuntu", same, external_etcd=True))


@pytest.mark.parametrize(
    ("written", "read_again"),
    [
        ("yes", "true"),
        ("n", "false"),
        ("007", "7"),
        ("1.10", "1.1"),
        ("1e3", "1000"),
        ("0x1F", "31"),
        ("gpu", "gpu"),
        ("a:b", "a:b"),
        ("null", None),
        ("", None),
    ],
)
def test_values_of_taints(written: str, read_again: str | None) -> None:
    """Upstream's templates have them without quotes, so that is what nodes of existing clusters have."""
    taints = [{"key": "dedicated", "value": written, "effect": "NoSchedule"}]
    text = config("ubuntu", all_of(at(f"{CONTROL_PLANE}.taints", taints), at(f"{GROUP}.taints", taints)))
    for path in (
        "KubeadmControlPlane:kubeadmConfigSpec.initConfiguration",
        "KubeadmConfigTemplate:template.spec.joinConfiguration",
    ):
        found = look(text, f"{path}.nodeRegistration.taints.0")
        assert found == {
            "key": "dedicated",
            "effect": "NoSchedule",
            **({"value": read_again} if read_again is not None else {}),
        }


def test_fractions_of_a_second_in_encryption() -> None:
    kms = {"name": "plugin", "socketListenAddress": "unix:///var/run/kmsplugin/socket.sock", "timeout": "1500ms"}
    change = at("cluster.etcdEncryption", [{"resources": ["secrets"], "providers": [{"kms": kms}]}])
    assert "timeout: 1.5s\n" in look(config("ubuntu", change), "KubeadmControlPlane:kubeadmConfigSpec.files.0.content")
