# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every check, each with what breaks it and the words users know from upstream."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._config.cluster import findings

from . import samples

CP = "controlPlaneConfiguration"
WORKER = "workerNodeGroupConfigurations.0"
MACHINE = "VSphereMachineConfig/w01"
ETCD = {"count": 3, "machineGroupRef": {"kind": "VSphereMachineConfig", "name": "w01"}}
NO_SCHEDULE = [{"key": "a", "effect": "NoSchedule"}]

BROKEN: tuple[tuple[str, t.Any, str, str], ...] = (
    # topology
    (f"{CP}.endpoint", ..., "spec.controlPlaneConfiguration.endpoint.host", "Endpoint.Host is not set or is empty"),
    (f"{CP}.count", 0, "spec.controlPlaneConfiguration.count", "control plane node count must be positive"),
    (f"{CP}.count", 2, "count", "control plane node count cannot be an even number when using stacked etcd topology"),
    (
        "externalEtcdConfiguration",
        {**ETCD, "count": 0},
        "spec.externalEtcdConfiguration.count",
        "no value set for etcd replicas",
    ),
    ("externalEtcdConfiguration", {**ETCD, "count": -1}, "count", "etcd replicas cannot be a negative number"),
    ("externalEtcdConfiguration", {**ETCD, "count": 4}, "count", "external etcd count cannot be an even number"),
    ("externalEtcdConfiguration", {"count": 3}, "machineGroupRef", "must specify machineGroupRef for etcd machines"),
    (f"{CP}.labels", {"-x": "y"}, "labels", "labels for control plane not valid"),
    (f"{CP}.labels", {"x": "a b"}, "labels", "a valid label must be an empty string or consist of"),
    (f"{CP}.labels", {"UPPER/x": "a"}, "labels", "prefix part must be"),
    (f"{CP}.upgradeRolloutStrategy", {}, "type", "only 'RollingUpdate' and 'InPlace' are supported"),
    (
        f"{CP}.upgradeRolloutStrategy",
        {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 2}},
        "maxSurge",
        "must be 0 or 1",
    ),
    (
        f"{CP}.upgradeRolloutStrategy",
        {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": -1}},
        "maxSurge",
        "negative value",
    ),
    (f"{CP}.upgradeRolloutStrategy", {"type": "InPlace"}, "type", "in place upgrades are not supported on vSphere"),
    (
        f"{CP}.upgradeRolloutStrategy",
        {"type": "InPlace", "rollingUpdate": {}},
        "rollingUpdate",
        "RollingUpdate field must be empty",
    ),
    (f"{CP}.certSans", ["10.0.0.1", "nodots"], "certSans", "must be an IP or domain name: [nodots]"),
    (
        f"{CP}.apiServerExtraArgs",
        {"a": "b"},
        "apiServerExtraArgs",
        "Set env var API_SERVER_EXTRA_ARGS_ENABLED to enable",
    ),
    (
        f"{CP}.kubeletConfiguration",
        {"kind": "KubeletConfiguration", "providerID": "x"},
        "providerID",
        "can not override providerID",
    ),
    (f"{CP}.auditPolicyContent", "a: [", "auditPolicyContent", "invalid YAML in auditPolicyContent"),
    ("eksaVersion", "latest", "spec.eksaVersion", "eksaVersion is not a valid semver"),
    # references
    ("datacenterRef.kind", "SomeConfig", "spec.datacenterRef.kind", "provider kind SomeConfig is not supported"),
    ("datacenterRef.name", "gone", "spec.datacenterRef.name", "VSphereDatacenterConfig gone not found"),
    (f"{CP}.machineGroupRef", ..., "machineGroupRef", "must specify machineGroupRef control plane machines"),
    (f"{CP}.machineGroupRef.name", "gone", "name", "cannot find VSphereMachineConfig gone for control plane"),
    (f"{WORKER}.machineGroupRef", ..., "machineGroupRef", "must specify machineGroupRef for worker nodes"),
    (f"{WORKER}.machineGroupRef.name", "gone", "name", "VSphereMachineConfig gone not found"),
    # workers
    (
        "workerNodeGroupConfigurations",
        [],
        "spec.workerNodeGroupConfigurations",
        "WorkerNodeGroupConfigs cannot be empty",
    ),
    (
        "workerNodeGroupConfigurations.1",
        {"machineGroupRef": ETCD["machineGroupRef"]},
        "[1].name",
        "must specify name for worker nodes",
    ),
    (
        "workerNodeGroupConfigurations.1",
        {"name": "md-0", "machineGroupRef": ETCD["machineGroupRef"]},
        "[1].name",
        "worker node group names must be unique",
    ),
    (f"{WORKER}.count", -1, "count", "worker node count must be zero or greater if autoscaling is not enabled"),
    (
        f"{WORKER}.autoscalingConfiguration",
        {"minCount": -1, "maxCount": 3},
        "minCount",
        "min count must be non negative",
    ),
    (f"{WORKER}.autoscalingConfiguration", {"minCount": 3, "maxCount": 2}, "minCount", "no greater than max count"),
    (f"{WORKER}.autoscalingConfiguration", {"minCount": 3, "maxCount": 5}, "minCount", "less than or equal to count"),
    (
        f"{WORKER}.autoscalingConfiguration",
        {"minCount": 1, "maxCount": 1},
        "maxCount",
        "greater than or equal to count",
    ),
    (
        f"{WORKER}.taints",
        NO_SCHEDULE,
        "spec.workerNodeGroupConfigurations",
        "must not have NoExecute and/or NoSchedule taints",
    ),
    (f"{WORKER}.labels", {"a/b/c": "x"}, "labels", "labels for worker node group md-0 not valid"),
    (f"{WORKER}.upgradeRolloutStrategy", {"type": "RollingUpdate"}, "rollingUpdate", "rollingUpdate field is required"),
    (
        f"{WORKER}.upgradeRolloutStrategy",
        {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 0, "maxUnavailable": 0}},
        "rollingUpdate",
        "maxSurge and maxUnavailable cannot both be 0",
    ),
    (
        f"{WORKER}.upgradeRolloutStrategy",
        {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": -1, "maxUnavailable": 0}},
        "rollingUpdate",
        "values cannot be negative",
    ),
    (f"{WORKER}.upgradeRolloutStrategy", {"type": "InPlace"}, "type", "in place upgrades are not supported on vSphere"),
    (f"{WORKER}.upgradeRolloutStrategy", {"type": "Other"}, "type", "WorkerNodeGroupConfiguration: only"),
    # network
    ("clusterNetwork.pods.cidrBlocks", [], "pods.cidrBlocks", "pods CIDR block not specified or empty"),
    ("clusterNetwork.services", {}, "services.cidrBlocks", "services CIDR block not specified or empty"),
    (
        "clusterNetwork.pods.cidrBlocks",
        ["10.0.0.0/16", "10.1.0.0/16"],
        "pods.cidrBlocks",
        "multiple CIDR blocks for Pods",
    ),
    ("clusterNetwork.services.cidrBlocks", ["10.0.0.0/16"] * 2, "cidrBlocks", "multiple CIDR blocks for Services"),
    ("clusterNetwork.pods.cidrBlocks", ["10.0.0.0"], "pods", "invalid CIDR block format for Pods: 10.0.0.0"),
    ("clusterNetwork.services.cidrBlocks", ["x/y"], "services", "invalid CIDR block for Services: x/y"),
    (
        "clusterNetwork.pods.cidrBlocks",
        ["10.0.0.0/24"],
        "pods",
        "the size of pod subnet with mask 24 is smaller than or equal",
    ),
    ("clusterNetwork.nodes", {"cidrMaskSize": 28}, "", ""),
    ("clusterNetwork.nodes", {"cidrMaskSize": 33}, "nodes.cidrMaskSize", "difference is greater than 16"),
    ("clusterNetwork.cniConfig", {}, "cniConfig", "no cni plugin specified"),
    ("clusterNetwork.cniConfig", {"kindnetd": {}}, "cniConfig", "kindnetd is only supported on Docker provider"),
    (
        "clusterNetwork.cniConfig",
        {"kindnetd": {}, "cilium": {}},
        "cniConfig",
        "cannot specify more than one cni plugins",
    ),
    ("clusterNetwork.cni", "cilium", "cni", "both old and new formats used, use only the CNIConfig field"),
    ("clusterNetwork.cniConfig.cilium", {"policyEnforcementMode": "x"}, "policyEnforcementMode", '"x" not supported'),
    (
        "clusterNetwork.cniConfig.cilium",
        {"skipUpgrade": True, "policyEnforcementMode": "always"},
        "policyEnforcementMode",
        "all other fields must be empty",
    ),
    (
        "clusterNetwork.cniConfig.cilium",
        {"routingMode": "direct"},
        "ipv4NativeRoutingCIDR",
        "direct routing mode requires",
    ),
    # access
    ("proxyConfiguration", {"httpsProxy": "a:1"}, "httpProxy", "no value set for httpProxy"),
    ("proxyConfiguration", {"httpProxy": "a:1"}, "httpsProxy", "no value set for httpsProxy"),
    (
        "proxyConfiguration",
        {"httpProxy": "a:1", "httpsProxy": "a"},
        "httpsProxy",
        "please provide a valid proxy address",
    ),
    ("proxyConfiguration", {"httpProxy": "a:1", "httpsProxy": "a:70000"}, "httpsProxy", "proxy port 70000 is invalid"),
    (
        "proxyConfiguration",
        {"httpProxy": "a:1", "httpsProxy": "1.2.3.4.5:80"},
        "httpsProxy",
        "valid proxy domain name or ip",
    ),
    (
        "proxyConfiguration",
        {"httpProxy": "a:1", "httpsProxy": "http://a b"},
        "httpsProxy",
        "please provide a valid URI",
    ),
    ("registryMirrorConfiguration", {}, "endpoint", "no value set for RegistryMirrorConfiguration.Endpoint"),
    ("registryMirrorConfiguration", {"endpoint": "a", "port": "x"}, "port", "registry mirror port x is invalid"),
    (
        "registryMirrorConfiguration",
        {"endpoint": "a", "ociNamespaces": [{"namespace": "x"}]},
        "registry",
        "can't be set to empty",
    ),
    (
        "registryMirrorConfiguration",
        {"endpoint": "a", "ociNamespaces": [{"registry": f"783794618700.dkr.ecr.{i}.amazonaws.com"} for i in "ab"]},
        "ociNamespaces",
        "only one registry mirror for curated packages",
    ),
    (
        "identityProviderRefs",
        [{"kind": "X", "name": "x"}],
        "[0].kind",
        "kind: X for identityProviderRef is not supported",
    ),
    ("identityProviderRefs", [{"kind": "OIDCConfig"}], "[0].name", "specify a valid name for identityProviderRef"),
    ("gitOpsRef", {"kind": "X", "name": "x"}, "gitOpsRef.kind", "only GitOpsConfig or FluxConfig Kind are supported"),
    ("gitOpsRef", {"kind": "FluxConfig"}, "gitOpsRef.name", "GitOpsRef name can't be empty"),
    ("podIamConfig", {}, "serviceAccountIssuer", "ServiceAccount Issuer can't be empty"),
    ("etcdEncryption", [], "etcdEncryption", "etcdEncryption cannot be empty"),
    ("etcdEncryption", [{}, {}], "etcdEncryption", "only 1 encryption config is supported currently"),
    ("etcdEncryption", [{"resources": ["x"]}], "providers", "etcdEncryption[0].providers cannot be empty"),
    ("etcdEncryption", [{"resources": ["x"], "providers": [{}]}], "kms", "kms cannot be nil"),
    ("etcdEncryption", [{"providers": [{"kms": {"name": "n"}}]}], "kms", "kms.socketListenAddress cannot be empty"),
    (
        "etcdEncryption",
        [{"providers": [{"kms": {"socketListenAddress": "tcp://x"}}]}],
        "kms",
        "unsupported scheme: tcp",
    ),
    ("etcdEncryption", [{"providers": [{"kms": {}}, {"kms": {}}]}], "providers", "only 1 encryption provider"),
    # vSphere
    (
        "VSphereDatacenterConfig:server",
        ...,
        "VSphereDatacenterConfig[w01].spec.server",
        "server is not set or is empty",
    ),
    ("VSphereDatacenterConfig:datacenter", "", "spec.datacenter", "datacenter is not set or is empty"),
    ("VSphereDatacenterConfig:network", "", "spec.network", "VM network is not set or is empty"),
    (
        "VSphereDatacenterConfig:network",
        "/DC0/other/x",
        "spec.network",
        "expected path [/DC0/other/x] to be under [/DC0/network]",
    ),
    (
        "VSphereDatacenterConfig:failureDomains",
        [{"name": "a"}],
        "computeCluster",
        "is not set or is empty in the FailureDomain a",
    ),
    (f"{MACHINE}:datastore", ..., "VSphereMachineConfig[w01].spec.datastore", "w01 datastore is not set or is empty"),
    (f"{MACHINE}:resourcePool", "", "spec.resourcePool", "w01 VM resourcePool is not set or is empty"),
    (
        f"{MACHINE}:osFamily",
        "gentoo",
        "spec.osFamily",
        "osFamily: gentoo is not supported, please use one of the following",
    ),
    (f"{MACHINE}:cloneMode", "half", "spec.cloneMode", "cloneMode half is not supported"),
    (f"{MACHINE}:networks", ["a", "b", "c"], "spec.networks", "must have at most 2 items"),
    (
        "VSphereMachineConfig/w01-cp:networks",
        ["a"],
        "spec.networks",
        "networks field is not supported for control plane",
    ),
    (
        f"{MACHINE}:hostOSConfiguration",
        {"ntpConfiguration": {}},
        "ntpConfiguration.servers",
        "Servers can not be empty",
    ),
    (
        f"{MACHINE}:hostOSConfiguration",
        {"ntpConfiguration": {"servers": ["a b"]}},
        "servers",
        "ntp servers [a b] is not valid",
    ),
    (
        f"{MACHINE}:hostOSConfiguration",
        {"certBundles": [{"name": "x"}]},
        "certBundles[0]",
        "CertBundles can only be used with",
    ),
    (
        f"{MACHINE}:hostOSConfiguration",
        {"bottlerocketConfiguration": {}},
        "bottlerocketConfiguration",
        "can only be used with",
    ),
    (f"{MACHINE}:osFamily", "bottlerocket", "", ""),
)


@pytest.mark.parametrize(("path", "value", "where", "words"), BROKEN)
def test_what_is_wrong_is_said_where_it_is(path: str, value: t.Any, where: str, words: str) -> None:
    found = samples.errors(samples.edited(samples.assign(path, value)))
    if not words:
        assert found == []
    else:
        assert any(where in line.split(": ")[0] and words in line for line in found), found


@pytest.mark.parametrize("name", ["1abc", "a", "with.dot", "x" * 36])
def test_names_of_clusters(name: str) -> None:
    assert any(
        line.startswith("metadata.name: ")
        for line in samples.errors(samples.STACKED.replace("name: w01\nspec:\n  kube", f"name: {name}\nspec:\n  kube"))
    )


@pytest.mark.parametrize("text", [samples.STACKED, samples.FULL])
def test_good_configs_have_no_errors(text: str) -> None:
    assert samples.errors(text, environ=samples.SWITCHES) == []


OBJECTS: tuple[tuple[str, t.Any, str], ...] = (
    ("OIDCConfig:clientId", "", "OIDCConfig clientId is required"),
    ("OIDCConfig:issuerUrl", "", "OIDCConfig issuerUrl is required"),
    ("OIDCConfig:issuerUrl", "http://x", "OIDCConfig issuerUrl should have HTTPS scheme"),
    ("OIDCConfig:issuerUrl", "x", "OIDCConfig issuerUrl is invalid"),
    ("OIDCConfig:requiredClaims", [{"claim": "a"}, {"claim": "b"}], "only one OIDConfig requiredClaim is supported"),
    ("AWSIamConfig:awsRegion", "", "AWSIamConfig AWSRegion is a required field"),
    ("AWSIamConfig:backendMode", [], "AWSIamConfig BackendMode is a required field"),
    ("AWSIamConfig:backendMode", ["MountedFile"], "does not support MountedFile backend"),
    ("AWSIamConfig:mapRoles", [{"username": "x"}], "AWSIamConfig MapRoles RoleARN is required"),
    ("AWSIamConfig:mapUsers", [{"userARN": "x"}], "AWSIamConfig MapUsers Username is required"),
    ("VSphereDatacenterConfig:failureDomains.0.network", "east", "expected path [east] to be under [/DC0/network]"),
    ("workerNodeGroupConfigurations.0.failureDomains", ["east", "west"], "multiple failure domains provided"),
    ("workerNodeGroupConfigurations.0.failureDomains", ["west"], "provided invalid failure domain west"),
    ("VSphereMachineConfig/w02-etcd:osFamily", "redhat", "must have the same osFamily specified"),
    ("VSphereMachineConfig/w02-etcd:networks", ["a"], "networks field is not supported for etcd"),
    ("controlPlaneConfiguration.apiServerExtraArgs", {"oidc-client-id": "x"}, "cannot be configured if OIDCConfig"),
    ("bundlesRef", {"name": "x"}, "cannot pass both bundlesRef and eksaVersion"),
)


@pytest.mark.parametrize(("path", "value", "words"), OBJECTS)
def test_referenced_objects_are_checked(path: str, value: t.Any, words: str) -> None:
    text = samples.edited(samples.assign(path, value), samples.FULL)
    assert any(words in line for line in samples.errors(text, environ=samples.SWITCHES))


GITOPS: tuple[tuple[str, dict[str, t.Any], str], ...] = (
    ("FluxConfig", {}, "Valid options are git and github"),
    (
        "FluxConfig",
        {"git": {"repositoryUrl": "ssh://x"}, "github": {"owner": "o", "repository": "r"}},
        "only one provider",
    ),
    ("FluxConfig", {"git": {}}, "'repositoryUrl' is not set or empty"),
    ("FluxConfig", {"git": {"repositoryUrl": "https://x"}}, "invalid repository url scheme: https"),
    (
        "FluxConfig",
        {"git": {"repositoryUrl": "ssh://x", "sshKeyAlgorithm": "dsa"}},
        "must be amongst rsa, ecdsa, ed25519",
    ),
    ("FluxConfig", {"github": {"repository": "r"}}, "'owner' is not set or empty in githubProviderConfig"),
    ("FluxConfig", {"github": {"owner": "o", "repository": "a b"}}, "is not a valid git repository name"),
    ("FluxConfig", {"branch": "a b", "github": {"owner": "o", "repository": "r"}}, "is not a valid git branch name"),
    ("GitOpsConfig", {"flux": {"github": {"owner": "o"}}}, "'repository' is not set or empty in gitOps.flux"),
)


@pytest.mark.parametrize(("kind", "spec", "words"), GITOPS)
def test_gitops_configs_are_checked(kind: str, spec: dict[str, t.Any], words: str) -> None:
    def edit(found: samples.Documents) -> None:
        found["Cluster"]["spec"]["gitOpsRef"] = {"kind": kind, "name": "g"}
        found[kind] = {
            "apiVersion": "anywhere.eks.amazonaws.com/v1alpha1",
            "kind": kind,
            "metadata": {"name": "g"},
            "spec": spec,
        }

    assert any(words in line for line in samples.errors(samples.edited(edit)))


LATER: tuple[tuple[str, t.Any, str], ...] = (
    ("controlPlaneConfiguration.endpoint.host", "a-name", "Endpoint.Host is invalid: a-name"),
    ("kubernetesVersion", "2", "must be of the form 1.NN"),
    ("workerNodeGroupConfigurations.0.kubernetesVersion", "1.31", "within 2 versions greater than worker"),
    ("workerNodeGroupConfigurations.0.kubernetesVersion", "1.35", "within 2 versions greater than worker"),
    ("VSphereMachineConfig/w01:template", ..., "can not import ova for osFamily: ubuntu"),
    ("VSphereMachineConfig/w01:users", [{"sshAuthorizedKeys": ["ssh-rsa AAAA..."]}], "no key found"),
)


@pytest.mark.parametrize(("path", "value", "words"), LATER)
def test_what_only_creation_refuses_is_a_warning(path: str, value: t.Any, words: str) -> None:
    found = findings(samples.edited(samples.assign(path, value)))
    later = [finding for finding in found if finding.on_create]
    assert [finding.severity for finding in later] == ["warning"]
    assert words in later[0].message


def test_warnings_do_not_stop_anybody() -> None:
    text = samples.edited(samples.assign("controlPlaneConfiguration.count", 1))
    assert [finding.message for finding in findings(text)] == [
        "The recommended number of control plane nodes is 3 or 5"
    ]


def test_namespaces_must_agree() -> None:
    text = samples.STACKED.replace(
        "kind: VSphereDatacenterConfig\nmetadata:\n", "kind: VSphereDatacenterConfig\nmetadata:\n  namespace: x\n"
    )
    (line,) = samples.errors(text)
    assert line.startswith("VSphereDatacenterConfig[w01].metadata.namespace: ")
    assert line.endswith("VSphereDatacenterConfig and Cluster objects must have the same namespace specified")


def test_one_cluster_per_file() -> None:
    first = samples.STACKED.split("---")[0]
    assert "only one Cluster per yaml manifest is allowed" in " ".join(samples.errors(f"{samples.STACKED}---\n{first}"))


def test_workload_clusters_leave_packages_to_their_manager() -> None:
    def edit(found: samples.Documents) -> None:
        found["Cluster"]["spec"].update(managementCluster={"name": "mgmt"}, packages={"controller": {}, "cronjob": {}})

    assert len([line for line in samples.errors(samples.edited(edit)) if "for a workload cluster" in line]) == 2
