# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Change by change: what upstream's admission webhooks refuse, and what they let pass.

A row is (base, what the config has before, what changes, words of the refusal; none where it is allowed). Every row was
put to upstream's own webhooks with the oracle (``tests/oracle``); the only other verdict was that of a FluxConfig that
comes to name a default, which the upgrade command fills in before any webhook looks.
"""

from __future__ import annotations

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._config import comparing
from ansible_collections.eks.anywhere.plugins.module_utils._config.reading import read

from .changing import KEY, OTHER_KEY, Edits, compared, refusals, texts

FIXED = "field is immutable"
ETCD = "externalEtcdConfiguration"
GROUPS = "workerNodeGroupConfigurations"
WORKER = f"{GROUPS}.0"
IAM = {"kind": "AWSIamConfig", "name": "c1"}
OIDC = {"kind": "OIDCConfig", "name": "c1"}
FLUX = {"kind": "FluxConfig", "name": "c1"}
STACKED_ETCD = {"count": 3, "machineGroupRef": {"kind": "VSphereMachineConfig", "name": "c1"}}
PROXY = {"httpProxy": "198.18.0.1:3128", "httpsProxy": "198.18.0.1:3128", "noProxy": ["a.test", "b.test"]}
WORKLOAD = {"managementCluster.name": "boss"}
PAUSED = {"Cluster@paused": "true"}
TAINT = {"key": "k", "value": "v", "effect": "PreferNoSchedule"}
GROUP = {"name": "md-1", "count": 1}
ZONE = "CloudStackDatacenterConfig:availabilityZones.0"
UUIDS = ("11111111-1111-4111-8111-111111111111", "22222222-2222-4222-9222-222222222222")
Row = tuple[str, Edits, Edits, str]

CLUSTER: tuple[Row, ...] = (
    ("vsphere", {}, {"managementCluster.name": "boss"}, FIXED),
    ("vsphere", WORKLOAD, {"managementCluster.name": "c1"}, FIXED),
    ("vsphere", WORKLOAD, {"managementCluster.name": "other"}, FIXED),
    ("vsphere", {"managementCluster": {}}, {"managementCluster": {"name": "c1"}}, ""),
    ("vsphere", {}, {"datacenterRef.name": "other"}, "spec.datacenterRef: field is immutable"),
    ("vsphere", {}, {"controlPlaneConfiguration.endpoint.host": "198.18.0.6"}, FIXED),
    ("docker", {}, {"controlPlaneConfiguration.endpoint": ...}, FIXED),
    (
        "docker",
        {"controlPlaneConfiguration.endpoint": ...},
        {"controlPlaneConfiguration.endpoint": {"host": "1"}},
        FIXED,
    ),
    ("vsphere", {}, {"controlPlaneConfiguration.count": 3}, ""),
    ("vsphere", {}, {"controlPlaneConfiguration.taints": [TAINT]}, ""),
    ("vsphere", {}, {"controlPlaneConfiguration.labels": {"a": "b"}}, ""),
    ("vsphere", {}, {"clusterNetwork.pods.cidrBlocks": ["10.0.0.0/16"]}, "spec.clusterNetwork.pods"),
    ("vsphere", {}, {"clusterNetwork.services.cidrBlocks": ["10.0.0.0/16"]}, "spec.clusterNetwork.services"),
    ("vsphere", {}, {"clusterNetwork.dns": {"resolvConf": {"path": "/x"}}}, "spec.clusterNetwork.dns"),
    ("vsphere", {}, {"clusterNetwork.dns": {}}, ""),
    ("vsphere", {}, {"clusterNetwork.dns": {"resolvConf": {}}}, "spec.clusterNetwork.dns"),
    ("vsphere", {}, {"clusterNetwork.nodes": {"cidrMaskSize": 25}}, "spec.clusterNetwork.nodes"),
    ("vsphere", {"clusterNetwork.nodes": {"cidrMaskSize": 25}}, {"clusterNetwork.nodes.cidrMaskSize": 26}, FIXED),
    ("vsphere", {"clusterNetwork.nodes": {"cidrMaskSize": 25}}, {"clusterNetwork.nodes": ...}, FIXED),
    ("vsphere", {}, {"clusterNetwork.cniConfig.cilium": {"policyEnforcementMode": "always"}}, ""),
    ("vsphere", {}, {"clusterNetwork.cniConfig.cilium": {"skipUpgrade": True}}, ""),
    (
        "vsphere",
        {"clusterNetwork.cniConfig.cilium": {"skipUpgrade": True}},
        {"clusterNetwork.cniConfig.cilium": {}},
        "",
    ),
    ("vsphere", {"proxyConfiguration": PROXY}, {"proxyConfiguration.noProxy": ["b.test", "a.test"]}, ""),
    ("vsphere", {"proxyConfiguration": PROXY}, {"proxyConfiguration.noProxy": ["a.test"]}, FIXED),
    ("vsphere", {"proxyConfiguration": PROXY}, {"proxyConfiguration.httpProxy": "198.18.0.2:3128"}, FIXED),
    ("vsphere", {"proxyConfiguration": PROXY}, {"proxyConfiguration": ...}, FIXED),
    ("vsphere", {}, {"proxyConfiguration": PROXY}, FIXED),
    ("vsphere", {}, {ETCD: STACKED_ETCD}, "cannot switch from stacked to external etcd topology"),
    ("vsphere", {ETCD: STACKED_ETCD}, {ETCD: ...}, "cannot switch from external to stacked etcd topology"),
    ("vsphere", {ETCD: STACKED_ETCD}, {f"{ETCD}.count": 5}, ""),
    ("FluxConfig", {}, {"gitOpsRef": ...}, ""),
    ("FluxConfig", {"gitOpsRef": ...}, {"gitOpsRef": FLUX}, ""),
    ("FluxConfig", WORKLOAD, {"gitOpsRef": ...}, "spec.gitOpsRef: field is immutable"),
    ("FluxConfig", {**WORKLOAD, "gitOpsRef": ...}, {"gitOpsRef": FLUX}, "spec.gitOpsRef: field is immutable"),
    ("AWSIamConfig", {}, {"identityProviderRefs.0.name": "x", "AWSIamConfig#metadata.name": "x"}, FIXED),
    ("AWSIamConfig", {}, {"identityProviderRefs": []}, ""),
    ("AWSIamConfig", {"identityProviderRefs": []}, {"identityProviderRefs": [IAM]}, ""),
    ("OIDCConfig", {}, {"identityProviderRefs.0.name": "x", "OIDCConfig#metadata.name": "x"}, ""),
    ("OIDCConfig", WORKLOAD, {"identityProviderRefs": []}, ""),
    ("OIDCConfig", {"identityProviderRefs": []}, {"identityProviderRefs": [OIDC]}, ""),
    ("vsphere", PAUSED, {"clusterNetwork.pods.cidrBlocks": ["10.0.0.0/16"]}, ""),
    ("vsphere", PAUSED, {"managementCluster.name": "boss"}, ""),
    ("vsphere", PAUSED, {"controlPlaneConfiguration.endpoint.host": "198.18.0.6"}, ""),
    ("vsphere", PAUSED, {ETCD: STACKED_ETCD}, ""),
    ("vsphere", {"Cluster@paused": "yes"}, {"clusterNetwork.pods.cidrBlocks": ["10.0.0.0/16"]}, FIXED),
    ("vsphere", {}, {"Cluster@paused": "true", "clusterNetwork.pods.cidrBlocks": ["10.0.0.0/16"]}, FIXED),
    ("vsphere", {}, {f"{WORKER}.labels": {"a": "b"}, f"{WORKER}.taints": [TAINT]}, ""),
    ("vsphere", {}, {f"{WORKER}.count": 7}, ""),
    ("docker", {}, {f"{GROUPS}.1": GROUP}, ""),
)
VERSIONS: tuple[Row, ...] = (
    ("docker", {}, {"kubernetesVersion": "1.31"}, ""),
    ("docker", WORKLOAD, {"kubernetesVersion": "1.31"}, ""),
    ("docker", {}, {"kubernetesVersion": "1.32"}, "only +1 minor version skew is supported"),
    ("docker", {}, {"kubernetesVersion": "1.29"}, "kubernetes version downgrade is not supported (1.30) -> (1.29)"),
    ("docker", {}, {"kubernetesVersion": "x"}, 'could not parse "x" as version'),
    ("docker", {"kubernetesVersion": "x"}, {"kubernetesVersion": "1.30"}, 'could not parse "x" as version'),
    ("docker", PAUSED, {"kubernetesVersion": "1.32"}, "only +1 minor version skew is supported"),
    ("docker", {f"{WORKER}.kubernetesVersion": "1.28"}, {f"{WORKER}.kubernetesVersion": "1.29"}, ""),
    ("docker", {f"{WORKER}.kubernetesVersion": "1.28"}, {f"{WORKER}.kubernetesVersion": "1.30"}, "only +1 minor"),
    ("docker", {f"{WORKER}.kubernetesVersion": "1.29"}, {f"{WORKER}.kubernetesVersion": "1.28"}, "downgrade"),
    ("docker", {f"{WORKER}.kubernetesVersion": "1.29"}, {"kubernetesVersion": "1.31"}, ""),
    ("docker", {f"{WORKER}.kubernetesVersion": "1.29"}, {f"{WORKER}.kubernetesVersion": ...}, ""),
    ("docker", {f"{WORKER}.kubernetesVersion": "1.28"}, {f"{WORKER}.kubernetesVersion": ...}, "only +1 minor"),
    (
        "docker",
        {f"{WORKER}.kubernetesVersion": "1.30"},
        {f"{WORKER}.kubernetesVersion": ..., "kubernetesVersion": "1.31"},
        "can't simultaneously remove worker kubernetesVersion",
    ),
    ("docker", {}, {f"{WORKER}.kubernetesVersion": "1.30"}, ""),
    ("docker", {}, {f"{WORKER}.kubernetesVersion": "1.29"}, "downgrade"),
    ("docker", {}, {f"{WORKER}.kubernetesVersion": "1.30", "kubernetesVersion": "1.31"}, ""),
    ("docker", {}, {f"{GROUPS}.1": {**GROUP, "kubernetesVersion": "1.29"}}, ""),
    ("docker", {"eksaVersion": "v0.25.1"}, {"eksaVersion": "v0.26.0"}, ""),
    ("docker", {"eksaVersion": "v0.24.0"}, {"eksaVersion": "v0.26.0"}, "must have a skew of 1 minor version"),
    ("docker", {"eksaVersion": "v0.26.0"}, {"eksaVersion": "v1.0.0"}, "must have a skew of 1 minor version"),
    ("docker", {"eksaVersion": "v0.26.0"}, {"eksaVersion": "v0.25.0"}, "cannot downgrade from v0.26.0 to v0.25.0"),
    (
        "docker",
        {"eksaVersion": "v0.26.0", "Cluster#status.failureReason": "EksaVersionInvalid"},
        {"eksaVersion": "v0.25.0"},
        "",
    ),
    ("docker", {"eksaVersion": "v0.26.1"}, {"eksaVersion": "v0.26.0"}, ""),
    ("docker", {"eksaVersion": "nonsense"}, {"eksaVersion": "v0.25.0"}, ""),
    ("docker", {"eksaVersion": "v0.26.0"}, {"eksaVersion": "nonsense"}, "EksaVersion is not a valid semver"),
    ("docker", {"eksaVersion": "v0.26.0"}, {"eksaVersion": "v0.19.0-dev+build.7"}, ""),
    (
        "docker",
        {"eksaVersion": "v0.24.0"},
        {"eksaVersion": "v0.26.0", "Cluster@skip-eksa-version-skew-check": "true"},
        "",
    ),
    ("docker", {"eksaVersion": "v0.26.0"}, {"eksaVersion": ...}, "field cannot be removed after setting"),
    ("docker", {}, {"eksaVersion": "v0.26.0"}, ""),
    ("docker", {"bundlesRef": {"name": "b"}}, {"bundlesRef": ...}, "spec.bundlesRef: field cannot be removed"),
    ("docker", {"bundlesRef": {"name": "b"}}, {"bundlesRef": ..., "eksaVersion": "v0.26.0"}, ""),
)
IDENTITY: tuple[Row, ...] = (
    *(
        ("OIDCConfig", {}, {f"OIDCConfig:{field}": "x"}, f"spec.{field}: field is immutable")
        for field in (
            "clientId",
            "groupsClaim",
            "groupsPrefix",
            "usernameClaim",
            "usernamePrefix",
        )
    ),
    ("OIDCConfig", {}, {"OIDCConfig:issuerUrl": "https://other.test"}, FIXED),
    ("OIDCConfig", {}, {"OIDCConfig:requiredClaims": [{"claim": "sub", "value": "you"}]}, FIXED),
    ("OIDCConfig", {}, {"OIDCConfig:requiredClaims": []}, FIXED),
    ("OIDCConfig", {"OIDCConfig@managed-by": "boss"}, {"OIDCConfig:clientId": "x"}, ""),
    ("OIDCConfig", {"OIDCConfig@managed-by": ""}, {"OIDCConfig:clientId": "x"}, FIXED),
    ("OIDCConfig", {"OIDCConfig@paused": "true"}, {"OIDCConfig:clientId": "x"}, FIXED),
    ("AWSIamConfig", {}, {"AWSIamConfig:awsRegion": "eu-west-2"}, FIXED),
    ("AWSIamConfig", {}, {"AWSIamConfig:partition": "aws-cn"}, FIXED),
    ("AWSIamConfig", {}, {"AWSIamConfig:partition": "aws"}, ""),
    ("AWSIamConfig", {}, {"AWSIamConfig:backendMode": ["EKSConfigMap", "CRD"]}, FIXED),
    ("AWSIamConfig", {}, {"AWSIamConfig:mapRoles": []}, ""),
    ("AWSIamConfig", {}, {"AWSIamConfig:mapUsers": [{"userARN": "arn:aws:iam::1:user/u", "username": "u"}]}, ""),
    ("FluxConfig", {}, {"FluxConfig:branch": "other"}, "FluxConfig[c1].spec.branch: field is immutable"),
    ("FluxConfig", {}, {"FluxConfig:systemNamespace": "other"}, FIXED),
    ("FluxConfig", {}, {"FluxConfig:systemNamespace": "flux-system"}, ""),
    ("FluxConfig", {}, {"FluxConfig:clusterConfigPath": "other"}, FIXED),
    ("FluxConfig", {}, {"FluxConfig:github.repository": "other"}, FIXED),
    ("FluxConfig", {}, {"FluxConfig:github.personal": False}, FIXED),
    (
        "FluxConfig",
        {},
        {"FluxConfig:github": ..., "FluxConfig:git": {"repositoryUrl": "ssh://git@a.test/r.git"}},
        FIXED,
    ),
    ("GitOpsConfig", {}, {"GitOpsConfig:flux.github.repository": "other"}, FIXED),
    ("GitOpsConfig", {}, {"GitOpsConfig:flux.github.branch": "other"}, FIXED),
    ("GitOpsConfig", {}, {"GitOpsConfig:flux.github.personal": True}, FIXED),
)
VSPHERE: tuple[Row, ...] = (
    ("vsphere", {}, {"VSphereDatacenterConfig:server": "other.test"}, "spec.server: field is immutable"),
    ("vsphere", {}, {"VSphereDatacenterConfig:network": "/DC0/network/x"}, "spec.network: field is immutable"),
    (
        "vsphere",
        {},
        {"VSphereDatacenterConfig:datacenter": "DC1", "VSphereDatacenterConfig:network": "/DC1/network/net"},
        "spec.datacenter: field is immutable",
    ),
    ("vsphere", {}, {"VSphereDatacenterConfig:network": "net"}, ""),
    ("vsphere", {}, {"VSphereDatacenterConfig:insecure": False}, ""),
    ("vsphere", {"VSphereDatacenterConfig:insecure": False}, {"VSphereDatacenterConfig:thumbprint": "AA:BB"}, ""),
    ("vsphere", {"VSphereDatacenterConfig@paused": "true"}, {"VSphereDatacenterConfig:server": "other.test"}, ""),
    ("vsphere", {}, {"VSphereMachineConfig:osFamily": "redhat"}, "spec.osFamily: field is immutable"),
    ("vsphere", {}, {"VSphereMachineConfig:storagePolicyName": ...}, "spec.storagePolicyName: field is immutable"),
    ("vsphere", {"VSphereMachineConfig@paused": "true"}, {"VSphereMachineConfig:osFamily": "redhat"}, ""),
    *(
        ("vsphere", {f"VSphereMachineConfig@{role}": "true"}, {f"VSphereMachineConfig:{field}": value}, "")
        for role in ("control-plane", "etcd", "managed-by")
        for field, value in (
            ("template", "/DC0/vm/other-1-30"),
            ("memoryMiB", 4096),
            ("numCPUs", 4),
            ("diskGiB", 40),
            ("datastore", "/DC0/datastore/x"),
            ("folder", "/DC0/vm/x"),
            ("resourcePool", "/DC0/host/x/Resources"),
            ("users.0.name", "other"),
            ("users.0.sshAuthorizedKeys", [OTHER_KEY]),
            ("cloneMode", "fullClone"),
        )
    ),
)
NUTANIX: tuple[Row, ...] = (
    ("nutanix", {}, {"NutanixDatacenterConfig:endpoint": "other.test"}, "spec.endpoint: field is immutable"),
    ("nutanix", {}, {"NutanixDatacenterConfig:port": 9441}, ""),
    ("nutanix", {}, {"NutanixDatacenterConfig:insecure": True}, ""),
    ("nutanix", {"NutanixDatacenterConfig@paused": "true"}, {"NutanixDatacenterConfig:endpoint": "other.test"}, ""),
    ("nutanix", {}, {"NutanixMachineConfig:bootType": "uefi"}, "spec.bootType: field is immutable"),
    ("nutanix", {}, {"NutanixMachineConfig:osFamily": "redhat"}, FIXED),
    ("nutanix", {}, {"NutanixMachineConfig:cluster.name": "x"}, "spec.cluster: field is immutable"),
    ("nutanix", {}, {"NutanixMachineConfig:subnet.name": "x"}, "spec.subnet: field is immutable"),
    ("nutanix", {}, {"NutanixMachineConfig:image.name": "other-1-30"}, ""),
    ("nutanix", {"NutanixMachineConfig@paused": "true"}, {"NutanixMachineConfig:subnet.name": "x"}, ""),
    *(
        ("nutanix", {f"NutanixMachineConfig@{role}": "true"}, {f"NutanixMachineConfig:{field}": value}, FIXED)
        for role in ("control-plane", "etcd")
        for field, value in (
            ("vcpuSockets", 8),
            ("vcpusPerSocket", 2),
            ("memorySize", "16Gi"),
            ("systemDiskSize", "80Gi"),
            ("users.0.name", "other"),
            ("users.0.sshAuthorizedKeys", [OTHER_KEY]),
        )
    ),
    ("nutanix", {"NutanixMachineConfig@control-plane": "true"}, {"NutanixMachineConfig:memorySize": "8192Mi"}, ""),
    (
        "nutanix",
        {"NutanixMachineConfig@control-plane": "true"},
        {"NutanixMachineConfig:memorySize": "8589934592"},
        FIXED,
    ),
    ("nutanix", {}, {"NutanixMachineConfig:vcpuSockets": 8, "NutanixMachineConfig:memorySize": "16Gi"}, ""),
    (
        "nutanix",
        {"NutanixMachineConfig@control-plane": "true", "NutanixMachineConfig@managed-by": "boss"},
        {"NutanixMachineConfig:vcpuSockets": 8},
        "",
    ),
)
_KEYS = "TinkerbellMachineConfig:users.0.sshAuthorizedKeys"
_IP = "TinkerbellDatacenterConfig:tinkerbellIP"
_HOOK = {"TinkerbellDatacenterConfig:hookImagesURLPath": "https://hook.test"}
_NO_LB = {"TinkerbellDatacenterConfig:skipLoadBalancerDeployment": True}
TINKERBELL: tuple[Row, ...] = (
    ("tinkerbell", {}, {_IP: "198.18.0.10"}, "spec.tinkerbellIP: field is immutable"),
    ("tinkerbell", {"TinkerbellDatacenterConfig@paused": "true"}, {_IP: "198.18.0.10"}, FIXED),
    ("tinkerbell", {}, _HOOK, "spec.hookImagesURLPath: field is immutable"),
    ("tinkerbell", {}, {**_HOOK, "TinkerbellDatacenterConfig@managed-by-cli": "true"}, ""),
    ("tinkerbell", {"TinkerbellDatacenterConfig@managed-by-cli": "false"}, _HOOK, ""),
    ("tinkerbell", {}, _NO_LB, "spec.skipLoadBalancerDeployment: field is immutable"),
    ("tinkerbell", {}, {**_NO_LB, "TinkerbellDatacenterConfig@managed-by-cli": "true"}, ""),
    ("tinkerbell", {}, {"TinkerbellDatacenterConfig:osImageURL": "https://files.test/other-1-30.gz"}, ""),
    ("tinkerbell", {}, {"TinkerbellMachineConfig:osFamily": "redhat"}, "spec.osFamily: field is immutable"),
    ("tinkerbell", {}, {"TinkerbellMachineConfig:hardwareSelector": {"type": "other"}}, ""),
    ("tinkerbell", {}, {"TinkerbellMachineConfig:users.1": {"name": "x"}}, "spec.users: field is immutable"),
    ("tinkerbell", {}, {"TinkerbellMachineConfig:users.0.name": "x"}, "spec.users[0].name: field is immutable"),
    ("tinkerbell", {}, {_KEYS: [KEY, OTHER_KEY]}, "spec.users[0].sshAuthorizedKeys: field is immutable"),
    ("tinkerbell", {}, {_KEYS: [OTHER_KEY]}, "spec.users[0].sshAuthorizedKeys[0]: field is immutable"),
    ("tinkerbell", {}, {_KEYS: [f"{KEY} me@here"]}, ""),
    ("tinkerbell", {}, {"kubernetesVersion": "1.31"}, ""),
    ("tinkerbell", {}, {"controlPlaneConfiguration.count": 3}, ""),
    (
        "tinkerbell",
        {},
        {"kubernetesVersion": "1.31", "controlPlaneConfiguration.count": 3},
        "cannot perform scale up or down during rolling upgrades. Previous control plane node count 1",
    ),
    ("tinkerbell", {}, {"kubernetesVersion": "1.31", f"{WORKER}.count": 2}, "Previous worker node count 1"),
    ("tinkerbell", PAUSED, {"kubernetesVersion": "1.31", f"{WORKER}.count": 2}, "Previous worker node count 1"),
    ("tinkerbell", {}, {"kubernetesVersion": "1.31", f"{WORKER}.name": "x"}, "remove the new worker node group x"),
    ("tinkerbell", {}, {"controlPlaneConfiguration.labels": {"a": "b"}}, "controlPlaneConfiguration.labels"),
    ("tinkerbell", {}, {"controlPlaneConfiguration.taints": [TAINT]}, "controlPlaneConfiguration.taints"),
    ("tinkerbell", {}, {f"{WORKER}.labels": {"a": "b"}}, "Configurations[0].labels: field is immutable"),
    ("tinkerbell", {}, {f"{WORKER}.taints": [TAINT]}, "Configurations[0].taints: field is immutable"),
    ("tinkerbell", PAUSED, {f"{WORKER}.labels": {"a": "b"}}, ""),
)
SNOW: tuple[Row, ...] = (
    ("snow", {}, {"SnowMachineConfig:instanceType": "sbe-c.xlarge"}, ""),
    ("snow", {}, {"SnowMachineConfig:devices": ["198.18.0.7"]}, ""),
    ("snow", {}, {"SnowDatacenterConfig:identityRef.name": "other"}, ""),
    ("SnowIPPool", {}, {"SnowIPPool:pools.1": ...}, "SnowIPPool[c1].spec.pools: field is immutable"),
    ("SnowIPPool", {}, {"SnowIPPool:pools.0.ipEnd": "198.18.1.10"}, FIXED),
)
CLOUDSTACK: tuple[Row, ...] = (
    ("cloudstack", {}, {f"{ZONE}.account": "x"}, "availabilityZone az-1 is immutable"),
    ("cloudstack", {}, {f"{ZONE}.domain": "x"}, "availabilityZone az-1 is immutable"),
    ("cloudstack", {}, {f"{ZONE}.zone.name": "x"}, "availabilityZone az-1 is immutable"),
    ("cloudstack", {}, {f"{ZONE}.zone.network.name": "x"}, "availabilityZone az-1 is immutable"),
    ("cloudstack", {}, {f"{ZONE}.managementApiEndpoint": "https://x.test"}, "availabilityZone az-1 is immutable"),
    ("cloudstack", {}, {f"{ZONE}.name": "az-2"}, "at least one AvailabilityZone must be shared"),
    ("cloudstack", {"CloudStackDatacenterConfig@paused": "true"}, {f"{ZONE}.name": "az-2"}, ""),
    ("cloudstack", {f"{ZONE}.name": "default-az-0"}, {f"{ZONE}.name": UUIDS[0]}, ""),
    ("cloudstack", {}, {f"{ZONE}.name": UUIDS[0]}, "at least one AvailabilityZone must be shared"),
    ("cloudstack", {}, {"CloudStackMachineConfig:affinity": "anti"}, "spec.affinity: field is immutable"),
    (
        "cloudstack",
        {},
        {"CloudStackMachineConfig:affinity": "", "CloudStackMachineConfig:affinityGroupIds": ["a"]},
        FIXED,
    ),
    ("cloudstack", {"CloudStackMachineConfig@paused": "true"}, {"CloudStackMachineConfig:affinity": "anti"}, ""),
    ("cloudstack", {}, {"CloudStackMachineConfig:computeOffering.name": "x"}, ""),
    ("cloudstack", {}, {"CloudStackMachineConfig:template.name": "other-1-30"}, ""),
    ("cloudstack", {}, {"CloudStackMachineConfig:users.0.sshAuthorizedKeys": [OTHER_KEY]}, ""),
    ("cloudstack", {}, {"controlPlaneConfiguration.endpoint.host": "198.18.0.5:6443"}, ""),
    ("cloudstack", {}, {"controlPlaneConfiguration.endpoint.host": "198.18.0.5:6444"}, FIXED),
    (
        "cloudstack",
        {"controlPlaneConfiguration.endpoint.host": "198.18.0.5:6443"},
        {"controlPlaneConfiguration.endpoint.host": "198.18.0.5"},
        "",
    ),
)
ROWS = (*CLUSTER, *VERSIONS, *IDENTITY, *VSPHERE, *NUTANIX, *TINKERBELL, *SNOW, *CLOUDSTACK)


@pytest.mark.parametrize(("base", "before", "after", "words"), ROWS)
def test_verdict(base: str, before: Edits, after: Edits, words: str) -> None:
    found = refusals(base, before, after)
    assert any(words in line for line in found) if words else found == []


@pytest.mark.parametrize(("base", "before", "after", "words"), ROWS)
def test_no_change_is_never_refused(base: str, before: Edits, after: Edits, words: str) -> None:
    old, new = texts(base, before, after)
    assert [finding for text in (old, new) for finding in compared(text, text) if "parse" not in finding.message] == []


def test_zones_written_in_the_old_way_are_the_same_zones() -> None:
    zone = {"name": "zone", "network": {"name": "net"}}
    where = {"account": "a", "domain": "d", "managementApiEndpoint": "https://cloud.test"}
    old = {f"CloudStackDatacenterConfig:{name}": value for name, value in {"zones": [zone], **where}.items()}
    old["CloudStackDatacenterConfig:availabilityZones"] = []
    new = {
        **{f"CloudStackDatacenterConfig:{name}": ... for name in ("zones", *where)},
        "CloudStackDatacenterConfig:availabilityZones": [
            {"name": "default-az-0", "zone": zone, "credentialsRef": "global", **where}
        ],
    }
    assert refusals("cloudstack", old, new) == []


@pytest.mark.parametrize("paused", [False, True])
def test_credentials_of_nutanix_stay(paused: bool) -> None:
    """Configs get a default; objects as they are stored may lack it."""
    before: Edits = {"NutanixDatacenterConfig@paused": "true"} if paused else {}
    old, new = (read(text)[0] for text in texts("nutanix", before, {"NutanixDatacenterConfig:credentialRef": ...}))
    words = "credentialRef cannot be removed from an existing NutanixDatacenterConfig"
    assert [found.message for found in comparing.changes(old, new)] == ([] if paused else [words])


@pytest.mark.parametrize("value", [7, "text", ["a", 7], {"a": 7}, None])
@pytest.mark.parametrize(
    ("base", "field"),
    [
        ("tinkerbell", "TinkerbellMachineConfig:users"),
        ("SnowIPPool", "SnowIPPool:pools"),
        ("cloudstack", "CloudStackDatacenterConfig:availabilityZones"),
        ("nutanix", "NutanixMachineConfig:cluster"),
        ("nutanix", "NutanixMachineConfig:memorySize"),
        ("cloudstack", "CloudStackMachineConfig:affinityGroupIds"),
        ("tinkerbell", "TinkerbellMachineConfig#spec"),
        ("nutanix", "NutanixMachineConfig#spec"),
    ],
)
def test_nonsense_is_compared_without_falling_over(base: str, field: str, value: object) -> None:
    assert isinstance(refusals(base, {}, {field: value}), list)
    assert isinstance(refusals(base, {field: value}, {}), list)
