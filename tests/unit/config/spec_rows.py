# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every field of a config for vSphere and Docker: a value, another one to change it to, a wrong one, and the rule.

What a field defaults to, whether it may change, which machines a change replaces and how far the collection supports it
is measured from these values by ``test_spec_rows.py``, which writes the table of the docs from it.
"""

from __future__ import annotations

import dataclasses
import typing as t

WRONG_TYPE = object()
"""In place of a wrong value: any of another type, for fields that are not looked at beyond their type."""
NOTHING = object()
"""There is no wrong value."""
TYPE = "cannot unmarshal"

Edits = t.Mapping[str, t.Any]
"""Path -> value; ``...`` removes a field, ``+Kind`` adds a document of that spec."""


@dataclasses.dataclass(frozen=True)
class Row:
    """A field of a kind. ``[]`` in a path is the first item, ``{}`` a key of the user; ``needs`` names ``PARTS``."""

    path: str
    good: t.Any
    other: t.Any
    bad: t.Any = WRONG_TYPE
    words: str = TYPE
    rule: str = ""
    needs: str = ""
    kind: str = "Cluster"
    only: str = ""
    """Name of the one object of the kind that is edited; all of them when empty."""


CP = "spec.controlPlaneConfiguration"
WORKER = "spec.workerNodeGroupConfigurations[]"
ETCD = "spec.externalEtcdConfiguration"
NET = "spec.clusterNetwork"
CILIUM = f"{NET}.cniConfig.cilium"
MIRROR = "spec.registryMirrorConfiguration"
KMS = "spec.etcdEncryption[].providers[].kms"
OS = "spec.hostOSConfiguration"
BR = f"{OS}.bottlerocketConfiguration"
MACHINE = "VSphereMachineConfig"
FLUX_REF = {"kind": "FluxConfig", "name": "w01"}
ROLLING = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1}}
WORKER_ROLLING = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGm8cbxRMrfMJFxkJ0rqLcqwgGUxvhpsgBg1bwn3NWxb"
OTHER_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f"
DOMAIN = {
    "name": "east",
    "computeCluster": "C0",
    "resourcePool": "/DC0/host/C0/Resources",
    "datastore": "ds0",
    "folder": "/DC0/vm",
    "network": "/DC0/network/east",
}
POLICY = "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n  - level: {}\n"
CERTIFICATE = """
-----BEGIN CERTIFICATE-----
MIIBlTCCATugAwIBAgIUDixJ7dQVkqGWAFUWTP4qPtwINZgwCgYIKoZIzj0EAwIw
HzEdMBsGA1UEAwwUcmVnaXN0cnkuZXhhbXBsZS5vcmcwIBcNMjYxMTIzMDk1MTM0
WhgPMjEyNjEwMzAwOTUxMzRaMB8xHTAbBgNVBAMMFHJlZ2lzdHJ5LmV4YW1wbGUu
b3JnMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEw8bZWyHGoBGjlJ1YbyfTGLhZ
B2JWs3UUvF8c6Dd/PNcINzlWrm7KC6sYJyrYXCTyLR7d+GVLd4mkE8zM0jQmR6NT
MFEwHQYDVR0OBBYEFE/klhdQ8fBi+wQkCr9/2s5lWz51MB8GA1UdIwQYMBaAFE/k
lhdQ8fBi+wQkCr9/2s5lWz51MA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwID
SAAwRQIhAMKsnU0z8BJywDkP1poarYhnZToSMobe8on39HmDxyqnAiAt8bNVGJx+
Tx//e5hWsve6Qu7dN55y4N9xysLDxURazg==
-----END CERTIFICATE-----
""".lstrip()

PARTS: t.Mapping[str, Edits] = {
    "etcd": {ETCD: {"count": 3, "machineGroupRef": {"kind": MACHINE, "name": "w01"}}},
    "mirror": {MIRROR: {"endpoint": "mirror.example.org"}},
    "packages mirror": {MIRROR: {"endpoint": "m.example.org", "ociNamespaces": [{"registry": "r", "namespace": "n"}]}},
    "proxy": {"spec.proxyConfiguration": {"httpProxy": "p.example.org:1", "httpsProxy": "p.example.org:1"}},
    "taint": {f"{CP}.taints": [{"key": "a", "effect": "NoSchedule"}]},
    "worker taint": {f"{WORKER}.taints": [{"key": "a", "effect": "PreferNoSchedule"}]},
    "rolling": {f"{CP}.upgradeRolloutStrategy": ROLLING},
    "worker rolling": {f"{WORKER}.upgradeRolloutStrategy": WORKER_ROLLING},
    "autoscaling": {f"{WORKER}.autoscalingConfiguration": {"minCount": 1, "maxCount": 5}},
    "bundles": {
        "spec.bundlesRef": {"apiVersion": "anywhere.eks.amazonaws.com/v1alpha1", "name": "b", "namespace": "n"}
    },
    "oidc": {
        "+OIDCConfig": {"clientId": "k", "issuerUrl": "https://x.example.org"},
        "spec.identityProviderRefs": [{"kind": "OIDCConfig", "name": "w01"}],
    },
    "claim": {
        "+OIDCConfig": {
            "clientId": "k",
            "issuerUrl": "https://x.example.org",
            "requiredClaims": [{"claim": "c", "value": "v"}],
        },
        "spec.identityProviderRefs": [{"kind": "OIDCConfig", "name": "w01"}],
    },
    "iam": {
        "+AWSIamConfig": {
            "awsRegion": "eu-west-1",
            "backendMode": ["EKSConfigMap"],
            "mapRoles": [{"roleARN": "arn:r", "username": "r", "groups": ["g"]}],
            "mapUsers": [{"userARN": "arn:u", "username": "u", "groups": ["g"]}],
        },
        "spec.identityProviderRefs": [{"kind": "AWSIamConfig", "name": "w01"}],
    },
    "flux": {"+FluxConfig": {"github": {"owner": "o", "repository": "r"}}, "spec.gitOpsRef": FLUX_REF},
    "flux git": {
        "+FluxConfig": {"git": {"repositoryUrl": "ssh://git@x.example.org/r", "sshKeyAlgorithm": "rsa"}},
        "spec.gitOpsRef": FLUX_REF,
    },
    "gitops": {
        "+GitOpsConfig": {"flux": {"github": {"owner": "o", "repository": "r"}}},
        "spec.gitOpsRef": {"kind": "GitOpsConfig", "name": "w01"},
    },
    "encryption": {
        "spec.etcdEncryption": [
            {"resources": ["secrets"], "providers": [{"kms": {"name": "k", "socketListenAddress": "unix:///k.sock"}}]}
        ]
    },
    "domains": {"VSphereDatacenterConfig:spec.failureDomains": [DOMAIN, {**DOMAIN, "name": "west"}]},
    "one domain": {"VSphereDatacenterConfig:spec.failureDomains": [DOMAIN], f"{WORKER}.failureDomains": ["east"]},
    "no thumbprint": {"VSphereDatacenterConfig:spec.thumbprint": ""},
    "direct": {CILIUM: {"routingMode": "direct", "ipv4NativeRoutingCIDR": "10.0.0.0/7"}},
    "old cni": {f"{NET}.cniConfig": ...},
    "bottlerocket": {
        f"{MACHINE}:spec.osFamily": "bottlerocket",
        f"{MACHINE}:spec.users": [{"name": "ec2-user", "sshAuthorizedKeys": [KEY]}],
    },
    "certificate": {
        f"{MACHINE}:spec.osFamily": "bottlerocket",
        f"{MACHINE}:spec.users": [{"name": "ec2-user", "sshAuthorizedKeys": [KEY]}],
        f"{MACHINE}:{OS}.certBundles": [{"name": "one", "data": CERTIFICATE}],
    },
    "docker": {f"{NET}.cniConfig": {"kindnetd": {}}},
}
"""What a row needs around its field. ``docker`` starts from another config."""

REQUIRED_REF = "an object in the file, of that kind and name"


def _taint(path: str, needs: str, effect: str) -> tuple[Row, ...]:
    return (
        Row(f"{path}.taints[].key", "a", "b", rule="a key of Kubernetes", needs=needs),
        Row(f"{path}.taints[].value", "a", "b", needs=needs),
        Row(f"{path}.taints[].effect", effect, "", rule="an effect of Kubernetes", needs=needs),
        Row(f"{path}.taints[].timeAdded", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", "soon", "", "a time", needs),
    )


def _health(path: str, wrong: str = "") -> tuple[Row, ...]:
    path = f"{path}.machineHealthCheck"
    return (
        Row(f"{path}.nodeStartupTimeout", "10m", "20m", "soon", "", "a duration of Go"),
        Row(f"{path}.unhealthyMachineTimeout", "5m", "7m", "soon", "", "a duration of Go"),
        Row(f"{path}.maxUnhealthy", "40%", 2, rule="a number or a percentage"),
    )


def _ref(path: str, good: str, other: str, needs: str = "") -> tuple[Row, ...]:
    path = f"{path}.machineGroupRef"
    return (
        Row(f"{path}.kind", MACHINE, MACHINE, "Other", "not found", "the machine config kind of the provider", needs),
        Row(f"{path}.name", good, other, "gone", "not found", REQUIRED_REF, needs),
    )


IDENTITY: tuple[Row, ...] = (
    Row("spec.kubernetesVersion", "1.34", "1.35", "x", "must be of the form 1.NN", "of the Bundles manifest; +1 minor"),
    Row("spec.eksaVersion", "v0.26.0", "v0.26.1", "latest", "not a valid semver", "not with bundlesRef; +1 minor"),
    Row("spec.bundlesRef.apiVersion", "a/v1", "a/v2", rule="deprecated", needs="bundles"),
    Row("spec.bundlesRef.name", "b", "c", rule="deprecated", needs="bundles"),
    Row("spec.bundlesRef.namespace", "n", "o", rule="deprecated", needs="bundles"),
    Row("spec.managementCluster.name", "w01", "mgmt", rule="another name makes a workload cluster"),
    Row(
        "spec.datacenterRef.kind",
        "VSphereDatacenterConfig",
        "DockerDatacenterConfig",
        "SomeConfig",
        "not supported",
        "the provider",
    ),
    Row("spec.datacenterRef.name", "w01", "w02", "gone", "not found", REQUIRED_REF),
    Row("spec.licenseToken", "a.b.c", "d.e.f", rule="needed past the standard support of the version"),
)
CONTROL_PLANE: tuple[Row, ...] = (
    Row(f"{CP}.count", 3, 5, 2, "even number", "odd, or any number with external etcd"),
    Row(f"{CP}.endpoint.host", "198.18.0.10", "198.18.0.11", "name.example.org", "IP address", "an address nobody has"),
    *_ref(CP, "w01-cp", "w01"),
    *_taint(CP, "taint", "NoSchedule"),
    Row(f"{CP}.labels{{}}", "a", "b", "a b", "labels for control plane not valid", "labels of Kubernetes"),
    Row(f"{CP}.certSans[]", "10.0.0.1", "a.example.org", "nodots", "IP or domain name", "an address or a domain"),
    Row(
        f"{CP}.upgradeRolloutStrategy.type",
        "RollingUpdate",
        "InPlace",
        "Other",
        "only 'RollingUpdate' and 'InPlace'",
        "InPlace needs VSPHERE_IN_PLACE_UPGRADE=true",
    ),
    Row(f"{CP}.upgradeRolloutStrategy.rollingUpdate.maxSurge", 1, 0, 2, "must be 0 or 1", "0 or 1", "rolling"),
    *_health(CP),
    Row(f"{CP}.skipLoadBalancerDeployment", True, False, rule="of bare metal alone"),
    Row(f"{CP}.skipAdmissionForSystemResources", True, False),
    Row(
        f"{CP}.apiServerExtraArgs{{}}",
        "1",
        "2",
        rule="needs API_SERVER_EXTRA_ARGS_ENABLED=true; no oidc-* beside an OIDCConfig",
    ),
    Row(
        f"{CP}.auditPolicyContent",
        POLICY.format("None"),
        POLICY.format("Metadata"),
        "a: [",
        "invalid YAML",
        "a policy as text",
    ),
    Row(
        f"{CP}.kubeletConfiguration",
        {"kind": "KubeletConfiguration", "maxPods": 50},
        {"kind": "KubeletConfiguration", "maxPods": 60},
        {"kind": "KubeletConfiguration", "providerID": "x"},
        "can not override providerID",
        "kubelet's own fields, without providerID",
    ),
)
WORKERS: tuple[Row, ...] = (
    Row(f"{WORKER}.name", "md-0", "md-1", rule="unique"),
    Row(f"{WORKER}.count", 2, 3, -1, "zero or greater", "0 or more"),
    *_ref(WORKER, "w01", "w01-cp"),
    Row(
        f"{WORKER}.autoscalingConfiguration.minCount", 1, 2, 3, "less than or equal to count", "<= count", "autoscaling"
    ),
    Row(
        f"{WORKER}.autoscalingConfiguration.maxCount",
        4,
        5,
        1,
        "greater than or equal to count",
        ">= count",
        "autoscaling",
    ),
    *_taint(WORKER, "worker taint", "PreferNoSchedule"),
    Row(f"{WORKER}.labels{{}}", "a", "b", "a b", "not valid", "labels of Kubernetes"),
    Row(f"{WORKER}.kubernetesVersion", "1.33", "1.34", "1.31", "within 2 versions", "0 to 2 minors behind the cluster"),
    Row(
        f"{WORKER}.kubeletConfiguration",
        {"kind": "KubeletConfiguration", "maxPods": 50},
        {"kind": "KubeletConfiguration", "maxPods": 60},
        {"kind": "KubeletConfiguration", "providerID": "x"},
        "can not override providerID",
        "kubelet's own fields, without providerID",
    ),
    Row(
        f"{WORKER}.upgradeRolloutStrategy.type",
        "RollingUpdate",
        "RollingUpdate",
        "Other",
        "only 'RollingUpdate' and 'InPlace'",
        "InPlace needs VSPHERE_IN_PLACE_UPGRADE=true",
        "worker rolling",
    ),
    Row(f"{WORKER}.upgradeRolloutStrategy.rollingUpdate.maxSurge", 1, 2, -1, "negative", "0 or more", "worker rolling"),
    Row(
        f"{WORKER}.upgradeRolloutStrategy.rollingUpdate.maxUnavailable",
        0,
        1,
        -1,
        "negative",
        "0 or more, not both 0",
        "worker rolling",
    ),
    *_health(WORKER),
    Row(f"{WORKER}.failureDomains[]", "east", "west", "north", "invalid failure domain", "one that exists", "domains"),
)
ETCD_ROWS: tuple[Row, ...] = (
    Row(f"{ETCD}.count", 3, 5, 2, "even number", "odd; the section can neither be added nor removed", "etcd"),
    *_ref(ETCD, "w01", "w01-cp", "etcd"),
)
NETWORK: tuple[Row, ...] = (
    Row(f"{NET}.pods.cidrBlocks[]", "192.168.0.0/16", "10.0.0.0/16", "10.0.0.0", "invalid CIDR", "exactly one"),
    Row(f"{NET}.services.cidrBlocks[]", "10.96.0.0/12", "10.80.0.0/12", "x/y", "invalid CIDR", "exactly one"),
    Row(f"{NET}.nodes.cidrMaskSize", 26, 25, 33, "greater than 16", "1 to 16 longer than the mask of the pods"),
    Row(f"{NET}.dns.resolvConf.path", "/etc/a.conf", "/etc/b.conf"),
    Row(f"{NET}.cni", "cilium", "cilium", "calico", "not supported", "deprecated: cniConfig", "old cni"),
    Row(f"{CILIUM}.policyEnforcementMode", "default", "always", "x", "not supported", "default, always or never"),
    Row(f"{CILIUM}.egressMasqueradeInterfaces", "eth0", "eth1"),
    Row(f"{CILIUM}.skipUpgrade", True, False, rule="excludes policyEnforcementMode"),
    Row(f"{CILIUM}.routingMode", "overlay", "default", "direct", "ipv4NativeRoutingCIDR", "direct needs the CIDR"),
    Row(f"{CILIUM}.ipv4NativeRoutingCIDR", "10.0.0.0/8", "10.0.0.0/9", rule="with direct", needs="direct"),
    Row(f"{CILIUM}.ipv6NativeRoutingCIDR", "fd00::/8", "fd00::/9", rule="with direct", needs="direct"),
    Row(f"{CILIUM}.cniExclusive", True, False),
    Row(f"{CILIUM}.helmValues", {"a": 1}, {"a": 2}, NOTHING, rule="replaces all generated values"),
    Row(f"{NET}.cniConfig.kindnetd", {}, {}, needs="docker", rule="of Docker alone; instead of cilium"),
)
ACCESS: tuple[Row, ...] = (
    Row("spec.proxyConfiguration.httpProxy", "a.example.org:1", "b.example.org:1", "a", "valid proxy", needs="proxy"),
    Row("spec.proxyConfiguration.httpsProxy", "a.example.org:1", "b.example.org:1", "a", "valid proxy", needs="proxy"),
    Row("spec.proxyConfiguration.noProxy[]", "a", "b", needs="proxy"),
    Row(f"{MIRROR}.endpoint", "a.example.org", "b.example.org", "", "no value set", "a host", "mirror"),
    Row(f"{MIRROR}.port", "443", "5000", "x", "port x is invalid", "1 to 65535", "mirror"),
    Row(f"{MIRROR}.ociNamespaces[].registry", "r", "s", "", "empty", "one for curated packages", "packages mirror"),
    Row(f"{MIRROR}.ociNamespaces[].namespace", "n", "o", needs="packages mirror"),
    Row(f"{MIRROR}.caCertContent", CERTIFICATE, "", "x", "certificate", "PEM; or EKSA_REGISTRY_MIRROR_CA", "mirror"),
    Row(f"{MIRROR}.authenticate", True, False, rule="needs REGISTRY_USERNAME and REGISTRY_PASSWORD", needs="mirror"),
    Row(f"{MIRROR}.insecureSkipVerify", True, False, rule="not with Bottlerocket", needs="mirror"),
    Row(
        "spec.identityProviderRefs[].kind", "OIDCConfig", "OIDCConfig", "X", "not supported", "or AWSIamConfig", "oidc"
    ),
    Row("spec.identityProviderRefs[].name", "w01", "w01", "", "valid name", REQUIRED_REF, "oidc"),
    Row("spec.gitOpsRef.kind", "FluxConfig", "FluxConfig", "X", "only GitOpsConfig or FluxConfig", "", "flux"),
    Row("spec.gitOpsRef.name", "w01", "w01", "", "can't be empty", REQUIRED_REF, "flux"),
    Row("spec.podIamConfig.serviceAccountIssuer", "https://a", "https://b", "", "can't be empty", "not empty"),
    Row("spec.packages.disable", True, False),
    *(
        Row(f"spec.packages.controller.{field}", good, other, rule="not of a workload cluster")
        for field, good, other in (
            ("repository", "a", "b"),
            ("tag", "a", "b"),
            ("digest", "a", "b"),
            ("disableWebhooks", True, False),
            ("env[]", "A=1", "A=2"),
            ("resources.limits.cpu", "1", "2"),
            ("resources.limits.memory", "1Gi", "2Gi"),
            ("resources.requests.cpu", "1", "2"),
            ("resources.requests.memory", "1Gi", "2Gi"),
        )
    ),
    *(
        Row(f"spec.packages.cronjob.{field}", good, other, rule="not of a workload cluster")
        for field, good, other in (
            ("repository", "a", "b"),
            ("tag", "a", "b"),
            ("digest", "a", "b"),
            ("disable", True, False),
        )
    ),
    *_health("spec"),
    Row("spec.etcdEncryption[].resources[]", "secrets", "configmaps", rule="not empty", needs="encryption"),
    Row(f"{KMS}.name", "k", "l", "", "name cannot be empty", "exactly one provider", "encryption"),
    Row(
        f"{KMS}.socketListenAddress",
        "unix:///a.sock",
        "unix:///b.sock",
        "tcp://a",
        "unsupported scheme",
        "unix://",
        "encryption",
    ),
    Row(f"{KMS}.cachesize", 1000, 2000, needs="encryption"),
    Row(f"{KMS}.timeout", "3s", "4s", "soon", "", "a duration of Go", "encryption"),
)


def _machine(path: str, good: t.Any, other: t.Any, *rest: t.Any, **more: t.Any) -> Row:
    return Row(path, good, other, *rest, kind=MACHINE, **more)


def _datacenter(path: str, good: t.Any, other: t.Any, *rest: t.Any, **more: t.Any) -> Row:
    return Row(path, good, other, *rest, kind="VSphereDatacenterConfig", **more)


VSPHERE_DATACENTER: tuple[Row, ...] = (
    _datacenter("spec.server", "a.example.org", "b.example.org", "", "not set or is empty", "a host"),
    _datacenter("spec.datacenter", "DC0", "DC1", "", "not set or is empty", "exists in the vCenter"),
    _datacenter("spec.network", "a", "b", "/DC0/other/x", "to be under", "below /DATACENTER/network; may be relative"),
    _datacenter("spec.insecure", False, True, rule="true clears thumbprint"),
    _datacenter("spec.thumbprint", "AA:BB", "CC:DD", rule="needed where the certificate is not trusted"),
    *(
        _datacenter(f"spec.failureDomains[].{field}", DOMAIN[field], other, "", "empty", "not empty", "one domain")
        for field, other in (
            ("computeCluster", "C1"),
            ("resourcePool", "p"),
            ("datastore", "d"),
            ("folder", "f"),
            ("network", "/DC0/network/other"),
        )
    ),
    _datacenter("spec.failureDomains[].name", "east", "south", "", "empty", "not empty", "domains"),
)
BOTTLEROCKET: tuple[tuple[str, t.Any, t.Any], ...] = (
    ("allowedUnsafeSysctls[]", "a", "b"),
    ("clusterDNSIPs[]", "10.0.0.1", "10.0.0.2"),
    ("clusterDomain", "a", "b"),
    ("containerLogMaxFiles", 1, 2),
    ("containerLogMaxSize", "1Mi", "2Mi"),
    ("cpuCFSQuota", True, False),
    ("cpuManagerPolicy", "none", "static"),
    ("cpuManagerPolicyOptions{}", "a", "b"),
    ("cpuManagerReconcilePeriod", "1s", "2s"),
    ("eventBurst", 1, 2),
    ("eventRecordQPS", 1, 2),
    ("evictionHard{}", "1", "2"),
    ("evictionMaxPodGracePeriod", 1, 2),
    ("evictionSoft{}", "1", "2"),
    ("evictionSoftGracePeriod{}", "1s", "2s"),
    ("imageGCHighThresholdPercent", 80, 90),
    ("imageGCLowThresholdPercent", 50, 60),
    ("kubeAPIBurst", 1, 2),
    ("kubeAPIQPS", 1, 2),
    ("kubeReserved{}", "1", "2"),
    ("maxPods", 10, 20),
    ("memoryManagerPolicy", "None", "Static"),
    ("podPidsLimit", 1, 2),
    ("providerID", "a", "b"),
    ("registryBurst", 1, 2),
    ("registryPullQPS", 1, 2),
    ("shutdownGracePeriod", "1s", "2s"),
    ("shutdownGracePeriodCriticalPods", "1s", "2s"),
    ("systemReserved{}", "1", "2"),
    ("topologyManagerPolicy", "none", "restricted"),
    ("topologyManagerScope", "container", "pod"),
)
VSPHERE_MACHINE: tuple[Row, ...] = (
    _machine("spec.datastore", "a", "b", "", "not set or is empty", "exists and has the space"),
    _machine("spec.resourcePool", "a", "b", "", "not set or is empty", "exists and has the memory"),
    _machine("spec.folder", "a", "b", rule="made when it is missing"),
    _machine("spec.numCPUs", 2, 4),
    _machine("spec.memoryMiB", 8192, 16384, rule="less than 2048 is raised to it"),
    _machine("spec.diskGiB", 25, 40, rule="raised to that of the template"),
    _machine("spec.cloneMode", "fullClone", "linkedClone", "half", "not supported", "linkedClone needs a snapshot"),
    _machine("spec.osFamily", "ubuntu", "redhat", "gentoo", "not supported", "bottlerocket, ubuntu or redhat"),
    _machine("spec.template", "a", "b", "", "provide a valid template", "needed but with Bottlerocket; tagged"),
    _machine("spec.storagePolicyName", "a", "b"),
    _machine("spec.networks[]", "a", "b", rule="two at most, of workers alone", only="w01"),
    _machine("spec.tags[]", "urn:a", "urn:b", rule="exist in the vCenter"),
    _machine("spec.users[].name", "capv", "me", rule="the first alone counts; ec2-user with Bottlerocket"),
    _machine("spec.users[].sshAuthorizedKeys[]", KEY, OTHER_KEY, "x", "no key found", "the first alone counts"),
    _machine(f"{OS}.ntpConfiguration.servers[]", "a.example.org", "b.example.org", "a b", "is not valid", "hosts"),
    _machine(f"{OS}.certBundles[].name", "a", "b", "", "cannot be empty", "with Bottlerocket", needs="certificate"),
    _machine(f"{OS}.certBundles[].data", CERTIFICATE, CERTIFICATE * 2, "x", "PEM", "with Bottlerocket", "certificate"),
    *(
        _machine(f"{BR}.kubernetes.{field}", good, other, rule="with Bottlerocket", needs="bottlerocket")
        for field, good, other in BOTTLEROCKET
    ),
    _machine(f"{BR}.kernel.sysctlSettings{{}}", "a", "b", rule="with Bottlerocket", needs="bottlerocket"),
    _machine(f"{BR}.boot.bootKernelParameters{{}}[]", "a", "b", rule="with Bottlerocket", needs="bottlerocket"),
)
DOCKER: tuple[Row, ...] = (Row("spec", {}, {}, rule="has no field", needs="docker", kind="DockerDatacenterConfig"),)
OIDC: tuple[Row, ...] = tuple(
    Row(f"spec.{field}", good, other, bad, words, rule, needs, "OIDCConfig")
    for field, good, other, bad, words, rule, needs in (
        ("clientId", "a", "b", "", "clientId is required", "not empty", "oidc"),
        ("issuerUrl", "https://a", "https://b", "http://a", "HTTPS scheme", "https://", "oidc"),
        ("usernameClaim", "a", "b", WRONG_TYPE, TYPE, "", "oidc"),
        ("usernamePrefix", "a", "b", WRONG_TYPE, TYPE, "", "oidc"),
        ("groupsClaim", "a", "b", WRONG_TYPE, TYPE, "", "oidc"),
        ("groupsPrefix", "a", "b", WRONG_TYPE, TYPE, "", "oidc"),
        ("requiredClaims[].claim", "a", "b", WRONG_TYPE, TYPE, "one claim at most", "claim"),
        ("requiredClaims[].value", "a", "b", WRONG_TYPE, TYPE, "one claim at most", "claim"),
    )
)
AWS_IAM: tuple[Row, ...] = tuple(
    Row(f"spec.{field}", good, other, bad, words, rule, "iam", "AWSIamConfig")
    for field, good, other, bad, words, rule in (
        ("awsRegion", "a", "b", "", "required field", "not empty"),
        ("backendMode[]", "EKSConfigMap", "CRD", "MountedFile", "does not support MountedFile", "EKSConfigMap or CRD"),
        ("partition", "aws", "aws-cn", WRONG_TYPE, TYPE, ""),
        ("mapRoles[].roleARN", "a", "b", "", "RoleARN is required", "not empty"),
        ("mapRoles[].username", "a", "b", "", "Username is required", "not empty"),
        ("mapRoles[].groups[]", "a", "b", WRONG_TYPE, TYPE, ""),
        ("mapUsers[].userARN", "a", "b", "", "UserARN is required", "not empty"),
        ("mapUsers[].username", "a", "b", "", "Username is required", "not empty"),
        ("mapUsers[].groups[]", "a", "b", WRONG_TYPE, TYPE, ""),
    )
)
FLUX: tuple[Row, ...] = tuple(
    Row(f"spec.{field}", good, other, bad, words, rule, needs, "FluxConfig")
    for field, good, other, bad, words, rule, needs in (
        ("systemNamespace", "a", "b", WRONG_TYPE, TYPE, "", "flux"),
        ("branch", "aa", "bb", "a..b", "not a valid git branch", "a name of Git", "flux"),
        ("clusterConfigPath", "a", "b", WRONG_TYPE, TYPE, "", "flux"),
        ("github.owner", "a", "b", "", "not set or empty", "github or git, not both", "flux"),
        ("github.repository", "a", "b", "a b", "not a valid git repository", "letters, digits, -_.", "flux"),
        ("github.personal", True, False, WRONG_TYPE, TYPE, "", "flux"),
        ("git.repositoryUrl", "ssh://a/b", "ssh://a/c", "https://a", "invalid repository url", "ssh://", "flux git"),
        ("git.sshKeyAlgorithm", "rsa", "ecdsa", "dsa", "valid value", "rsa, ecdsa or ed25519", "flux git"),
    )
)
GITOPS: tuple[Row, ...] = tuple(
    Row(f"spec.flux.github.{field}", good, other, bad, words, "deprecated: FluxConfig", "gitops", "GitOpsConfig")
    for field, good, other, bad, words in (
        ("owner", "a", "b", "", "not set or empty"),
        ("repository", "a", "b", "a b", "not a valid git repository"),
        ("branch", "aa", "bb", "a..b", "not a valid git branch"),
        ("clusterConfigPath", "a", "b", WRONG_TYPE, TYPE),
        ("fluxSystemNamespace", "a", "b", WRONG_TYPE, TYPE),
        ("personal", True, False, WRONG_TYPE, TYPE),
    )
)

SECTIONS: t.Mapping[str, tuple[Row, ...]] = {
    "Cluster: versions and identity": IDENTITY,
    "Cluster: control plane": CONTROL_PLANE,
    "Cluster: worker groups": WORKERS,
    "Cluster: external etcd": ETCD_ROWS,
    "Cluster: network": NETWORK,
    "Cluster: access, packages, health, encryption": ACCESS,
    "VSphereDatacenterConfig": VSPHERE_DATACENTER,
    "VSphereMachineConfig": VSPHERE_MACHINE,
    "DockerDatacenterConfig": DOCKER,
    "OIDCConfig": OIDC,
    "AWSIamConfig": AWS_IAM,
    "FluxConfig": FLUX,
    "GitOpsConfig": GITOPS,
}
ROWS: tuple[Row, ...] = tuple(row for rows in SECTIONS.values() for row in rows)

__all__ = ("NOTHING", "PARTS", "ROWS", "SECTIONS", "WRONG_TYPE", "Edits", "Row")
