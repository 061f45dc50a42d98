# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an update may not change."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._config.comparing import findings

from . import samples

PAUSED = {"anywhere.eks.amazonaws.com/paused": "true"}
WORKER = "workerNodeGroupConfigurations.0"
MOVED: tuple[tuple[str, t.Any, str], ...] = (
    ("managementCluster", {"name": "other"}, "spec.managementCluster: field is immutable"),
    ("datacenterRef.name", "other", "spec.datacenterRef: field is immutable"),
    (
        "controlPlaneConfiguration.endpoint.host",
        "198.18.0.99",
        "spec.controlPlaneConfiguration.endpoint: field is immutable",
    ),
    ("clusterNetwork.pods.cidrBlocks", ["10.1.0.0/16"], "spec.clusterNetwork.pods: field is immutable"),
    ("clusterNetwork.services.cidrBlocks", ["10.1.0.0/16"], "spec.clusterNetwork.services: field is immutable"),
    ("clusterNetwork.dns", ..., "spec.clusterNetwork.dns: field is immutable"),
    ("clusterNetwork.nodes", {"cidrMaskSize": 25}, "spec.clusterNetwork.nodes: field is immutable"),
    ("proxyConfiguration.noProxy", [], "spec.proxyConfiguration: field is immutable"),
    ("externalEtcdConfiguration", ..., "cannot switch from external to stacked etcd topology"),
    ("identityProviderRefs", [{"kind": "AWSIamConfig", "name": "x"}], "AWSIamConfig: field is immutable"),
    ("kubernetesVersion", "1.32", "only +1 minor version skew is supported, minor version skew detected 2"),
    ("kubernetesVersion", "1.29", "kubernetes version downgrade is not supported (1.30) -> (1.29)"),
    (f"{WORKER}.kubernetesVersion", "1.28", "kubernetes version downgrade is not supported (1.30) -> (1.28)"),
    ("eksaVersion", ..., "field cannot be removed after setting. Previous value v0.26.0"),
    ("eksaVersion", "v0.28.0", "EksaVersion upgrades must have a skew of 1 minor version"),
    ("eksaVersion", "v0.25.0", "cannot downgrade from v0.26.0 to v0.25.0"),
    ("VSphereDatacenterConfig:server", "x", "VSphereDatacenterConfig[w02].spec.server: field is immutable"),
    ("VSphereDatacenterConfig:network", "/DC0/network/x", "spec.network: field is immutable"),
    ("VSphereMachineConfig/w02-cp:storagePolicyName", ..., "VSphereMachineConfig[w02-cp].spec.storagePolicyName"),
    ("VSphereMachineConfig/w02-cp:osFamily", "redhat", "spec.osFamily: field is immutable"),
    ("OIDCConfig:clientId", "x", "OIDCConfig[w02].spec.clientId: field is immutable"),
    ("AWSIamConfig:awsRegion", "x", "AWSIamConfig[w02].spec.awsRegion: field is immutable"),
)


def changes(edit: samples.Edit, before: str = samples.FULL) -> list[str]:
    """Errors that only the comparison finds."""
    after = samples.edited(edit, before)
    alone = samples.errors(after, environ=samples.SWITCHES)
    compared = samples.errors(after, environ=samples.SWITCHES, previous=before)
    return compared[len(alone) :]


@pytest.mark.parametrize(("path", "value", "words"), MOVED)
def test_refused_changes(path: str, value: t.Any, words: str) -> None:
    assert any(words in line for line in changes(samples.assign(path, value)))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("kubernetesVersion", "1.31"),
        ("eksaVersion", "v0.27.1"),
        ("controlPlaneConfiguration.count", 3),
        ("proxyConfiguration.noProxy", ["198.18.0.0/15", ".example.org"]),
        (f"{WORKER}.count", 7),
        ("VSphereMachineConfig/w02-cp:memoryMiB", 16384),
        ("VSphereDatacenterConfig:insecure", False),
        ("AWSIamConfig:mapRoles", []),
        ("identityProviderRefs", []),
    ],
)
def test_allowed_changes(path: str, value: t.Any) -> None:
    assert changes(samples.assign(path, value)) == []


@pytest.mark.parametrize("text", [samples.STACKED, samples.FULL])
def test_a_config_compared_with_itself_changes_nothing(text: str) -> None:
    alone = findings(text, previous=None, environ=samples.SWITCHES)
    assert findings(text, previous=text, environ=samples.SWITCHES) == alone


def test_paused_objects_may_change_what_is_immutable() -> None:
    def pause(found: samples.Documents) -> None:
        for document in found.values():
            document["metadata"]["annotations"] = dict(PAUSED)

    paused = samples.edited(pause, samples.FULL)
    assert changes(samples.assign("clusterNetwork.dns", ...), paused) == []
    assert changes(samples.assign("VSphereDatacenterConfig:server", "x"), paused) == []


def test_adding_external_etcd_is_refused() -> None:
    etcd = {"count": 3, "machineGroupRef": {"kind": "VSphereMachineConfig", "name": "w01"}}
    found = changes(samples.assign("externalEtcdConfiguration", etcd), samples.STACKED)
    assert found == ["spec.externalEtcdConfiguration: cannot switch from stacked to external etcd topology"]


def test_a_group_keeps_its_version_while_the_cluster_rises() -> None:
    before = samples.edited(samples.assign(f"{WORKER}.kubernetesVersion", "1.34"), samples.STACKED)

    def rise(found: samples.Documents) -> None:
        found["Cluster"]["spec"]["kubernetesVersion"] = "1.35"
        del found["Cluster"]["spec"]["workerNodeGroupConfigurations"][0]["kubernetesVersion"]

    assert any("can't simultaneously remove worker kubernetesVersion" in line for line in changes(rise, before))
