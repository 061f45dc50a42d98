# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Valid vSphere and Docker configs with random features, as documents: Cluster first, then all that it references."""

from __future__ import annotations

import base64
import pathlib
import typing as t

from hypothesis import strategies as st

Data = dict[str, t.Any]
Documents = list[Data]

API_VERSION = "anywhere.eks.amazonaws.com/v1alpha1"
KEY = "ssh-ed25519 " + base64.b64encode(bytes(range(51))).decode()
CERTIFICATE = (pathlib.Path(__file__).resolve().parents[1] / "unit" / "golden" / "ca.pem.txt").read_text(
    encoding="utf-8"
)
MACHINE = "VSphereMachineConfig"
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
KINDS = (
    "VSphereDatacenterConfig",
    MACHINE,
    "DockerDatacenterConfig",
    "FluxConfig",
    "GitOpsConfig",
    "OIDCConfig",
    "AWSIamConfig",
)
"""What a Cluster of the two providers may reference."""

NAMES = st.from_regex(r"[a-z][a-z0-9-]{1,12}[a-z0-9]", fullmatch=True)
WORDS = st.from_regex(r"[A-Za-z][A-Za-z0-9_.-]{0,10}[A-Za-z0-9]", fullmatch=True)
NUMBERS = st.from_regex(r"[1-9][0-9]{0,4}", fullmatch=True)
HOSTS = st.builds("{}.example.org".format, NAMES)
VERSIONS = st.sampled_from(["1.30", "1.34"])
DURATIONS = st.sampled_from(["30s", "5m", "10m0s", "1h30m"])
LABELS = st.dictionaries(WORDS | st.builds("{}/{}".format, HOSTS, WORDS), WORDS | NUMBERS, max_size=4)
HEALTH = st.fixed_dictionaries(
    {},
    optional={
        "nodeStartupTimeout": DURATIONS,
        "unhealthyMachineTimeout": DURATIONS,
        "maxUnhealthy": st.integers(0, 9) | st.sampled_from(["40%", "100%"]),
    },
)
KUBELET = st.fixed_dictionaries(
    {"kind": st.just("KubeletConfiguration"), "apiVersion": st.just("kubelet.config.k8s.io/v1beta1")},
    optional={
        "maxPods": st.integers(10, 250),
        "kubeReserved": st.fixed_dictionaries({"cpu": st.just("100m"), "memory": st.just("1Gi")}),
        "evictionHard": st.fixed_dictionaries(
            {"memory.available": st.just("200Mi"), "nodefs.available": st.just("5%")}
        ),
        "allowedUnsafeSysctls": st.lists(st.sampled_from(["net.core.somaxconn", "kernel.msg*"]), max_size=2),
    },
)


def taints(*effects: str) -> st.SearchStrategy[list[Data]]:
    """Taints with one of some effects."""
    one = st.fixed_dictionaries({"key": WORDS, "effect": st.sampled_from(effects)}, optional={"value": WORDS | NUMBERS})
    return st.lists(one, max_size=2)


def _document(kind: str, name: str, spec: Data) -> Data:
    return {"apiVersion": API_VERSION, "kind": kind, "metadata": {"name": name}, "spec": spec}


def _ref(kind: str, name: str) -> Data:
    return {"kind": kind, "name": name}


CILIUM = st.one_of(
    st.fixed_dictionaries(
        {},
        optional={
            "policyEnforcementMode": st.sampled_from(["default", "always", "never"]),
            "egressMasqueradeInterfaces": st.just("eth0"),
            "cniExclusive": st.booleans(),
        },
    ),
    st.just({"routingMode": "direct", "ipv4NativeRoutingCIDR": "10.0.0.0/8"}),
    st.just({"skipUpgrade": True}),
    st.just({"helmValues": {"zeta": 1, "alpha": {"y": True, "x": [1, "2"]}}}),
)
NETWORK = st.fixed_dictionaries(
    {
        "pods": st.just({"cidrBlocks": ["192.168.0.0/16"]}),
        "services": st.just({"cidrBlocks": ["10.96.0.0/12"]}),
        "cniConfig": st.fixed_dictionaries({"cilium": CILIUM}),
    },
    optional={
        "nodes": st.fixed_dictionaries({"cidrMaskSize": st.integers(17, 32)}),
        "dns": st.just({"resolvConf": {"path": "/run/systemd/resolve/resolv.conf"}}),
    },
)
PROXY = st.fixed_dictionaries(
    {
        "httpProxy": st.builds("{}:{}".format, HOSTS, NUMBERS.filter(lambda port: int(port) < 65536)),
        "httpsProxy": st.builds("http://{}:3128".format, HOSTS),
    },
    optional={"noProxy": st.lists(HOSTS, max_size=3)},
)
MIRROR = st.fixed_dictionaries(
    {"endpoint": HOSTS},
    optional={
        "port": st.sampled_from(["443", "5000", "30003"]),
        "ociNamespaces": st.just([{"registry": "public.ecr.aws", "namespace": "eks-anywhere"}]),
        "caCertContent": st.just(CERTIFICATE),
        "authenticate": st.booleans(),
    },
)
CONTROL_PLANE = st.fixed_dictionaries(
    {"count": st.sampled_from([1, 3, 5])},
    optional={
        "taints": taints("NoSchedule", "PreferNoSchedule", "NoExecute"),
        "labels": LABELS,
        "certSans": st.lists(HOSTS | st.just("10.1.2.3"), max_size=2),
        "upgradeRolloutStrategy": st.builds(
            lambda surge: {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": surge}}, st.integers(0, 1)
        ),
        "machineHealthCheck": HEALTH,
        "skipLoadBalancerDeployment": st.booleans(),
        "skipAdmissionForSystemResources": st.booleans(),
        "apiServerExtraArgs": st.just(
            {"service-account-jwks-uri": "https://x.example.org", "disable-admission-plugins": "A,B"}
        ),
        "auditPolicyContent": st.just("apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n  - level: Metadata\n"),
        "kubeletConfiguration": KUBELET,
    },
)
GROUP = st.fixed_dictionaries(
    {"count": st.integers(0, 4)},
    optional={
        "labels": LABELS,
        "kubeletConfiguration": KUBELET,
        "machineHealthCheck": HEALTH,
        "upgradeRolloutStrategy": st.builds(
            lambda surge, gone: {
                "type": "RollingUpdate",
                "rollingUpdate": {"maxSurge": surge, "maxUnavailable": gone},
            },
            st.integers(1, 2),
            st.integers(0, 1),
        ),
    },
)
VSPHERE_MACHINE = st.fixed_dictionaries(
    {
        "datastore": st.just("/DC0/datastore/ds0"),
        "resourcePool": st.just("/DC0/host/c0/Resources"),
        "osFamily": st.sampled_from(["ubuntu", "redhat"]),
        "template": st.just("/DC0/vm/Templates/node-1-34"),
        "users": st.builds(lambda name: [{"name": name, "sshAuthorizedKeys": [KEY]}], st.just("capv")),
    },
    optional={
        "folder": st.just("/DC0/vm/w"),
        "numCPUs": st.integers(-1, 16),
        "memoryMiB": st.sampled_from([0, 1024, 4096, 16384]),
        "diskGiB": st.integers(20, 80),
        "cloneMode": st.sampled_from(["linkedClone", "fullClone"]),
        "storagePolicyName": WORDS,
        "tags": st.just(["urn:vmomi:InventoryServiceTag:1:GLOBAL"]),
        "hostOSConfiguration": st.builds(lambda host: {"ntpConfiguration": {"servers": [host]}}, HOSTS),
    },
)
OIDC = st.fixed_dictionaries(
    {"clientId": WORDS, "issuerUrl": st.builds("https://{}".format, HOSTS)},
    optional={
        "usernameClaim": WORDS,
        "usernamePrefix": WORDS,
        "groupsClaim": WORDS,
        "groupsPrefix": WORDS,
        "requiredClaims": st.lists(st.fixed_dictionaries({"claim": WORDS, "value": WORDS}), max_size=1),
    },
)
AWS_IAM = st.fixed_dictionaries(
    {"awsRegion": st.just("eu-west-1"), "backendMode": st.just(["EKSConfigMap"])},
    optional={
        "partition": st.sampled_from(["aws", "aws-cn"]),
        "mapRoles": st.just([{"roleARN": "arn:aws:iam::1:role/a", "username": "a", "groups": ["system:masters"]}]),
    },
)
FLUX = st.fixed_dictionaries(
    {"github": st.just({"owner": "me", "repository": "fleet"})}, optional={"branch": WORDS, "systemNamespace": NAMES}
)
ENCRYPTION = [
    {"resources": ["secrets"], "providers": [{"kms": {"name": "k", "socketListenAddress": "unix:///x.sock"}}]}
]


@st.composite
def _shared(draw: st.DrawFn, kind: str) -> tuple[Data, Documents]:
    """A Cluster as both providers take it, and the objects of its identity providers and GitOps."""
    name = draw(NAMES)
    groups = [
        {"name": f"md-{index}", **group} for index, group in enumerate(draw(st.lists(GROUP, min_size=1, max_size=3)))
    ]
    for group in groups[1:]:
        group["taints"] = draw(taints("NoSchedule", "PreferNoSchedule"))
    if draw(st.booleans()):
        groups[-1]["autoscalingConfiguration"] = {"minCount": groups[-1]["count"], "maxCount": groups[-1]["count"] + 2}
    spec: Data = {
        "kubernetesVersion": draw(VERSIONS),
        "managementCluster": {"name": name},
        "datacenterRef": _ref(kind, name),
        "controlPlaneConfiguration": draw(CONTROL_PLANE),
        "workerNodeGroupConfigurations": groups,
        "clusterNetwork": draw(NETWORK),
    }
    optional = {
        "machineHealthCheck": HEALTH,
        "proxyConfiguration": PROXY,
        "registryMirrorConfiguration": MIRROR,
        "podIamConfig": st.builds(lambda host: {"serviceAccountIssuer": f"https://{host}"}, HOSTS),
        "packages": st.just({"disable": True}),
        "eksaVersion": st.just("v0.26.0"),
    }
    spec |= draw(st.fixed_dictionaries({}, optional=optional))
    others = [
        _document(other, name, draw(found))
        for other, found in (("OIDCConfig", OIDC), ("AWSIamConfig", AWS_IAM))
        if draw(st.booleans())
    ]
    if others:
        spec["identityProviderRefs"] = [_ref(other["kind"], name) for other in others]
    if draw(st.booleans()):
        spec["gitOpsRef"] = _ref("FluxConfig", name)
        others.append(_document("FluxConfig", name, draw(FLUX)))
    return _document("Cluster", name, spec), others


@st.composite
def vsphere(draw: st.DrawFn) -> Documents:
    """A vSphere cluster: one machine config for each role, stacked or external etcd."""
    cluster, others = draw(_shared("VSphereDatacenterConfig"))
    name, spec = cluster["metadata"]["name"], cluster["spec"]
    control_plane, groups = spec["controlPlaneConfiguration"], spec["workerNodeGroupConfigurations"]
    control_plane["endpoint"] = {"host": "10.20.30.40"}
    roles: list[tuple[Data, str]] = [(control_plane, f"{name}-cp")]
    roles += [(group, f"{name}-{group['name']}") for group in groups]
    if draw(st.booleans()):
        spec["externalEtcdConfiguration"] = {"count": draw(st.sampled_from([1, 3, 5]))}
        roles.append((spec["externalEtcdConfiguration"], f"{name}-etcd"))
    if draw(st.booleans()):
        spec["etcdEncryption"] = ENCRYPTION
    family = draw(st.sampled_from(["ubuntu", "redhat"]))
    machines = []
    for section, owner in roles:
        section["machineGroupRef"] = _ref(MACHINE, owner)
        machines.append(_document(MACHINE, owner, {**draw(VSPHERE_MACHINE), "osFamily": family}))
    datacenter: Data = {
        "server": "vcenter.example.org",
        "datacenter": "DC0",
        "network": draw(st.sampled_from(["VM Network", "/DC0/network/VM Network"])),
        **draw(st.sampled_from([{}, {"insecure": True}, {"insecure": False, "thumbprint": "AA:BB"}])),
    }
    if draw(st.booleans()):
        place = {"name": "east", "computeCluster": "c0", "resourcePool": "p", "datastore": "d", "folder": "f"}
        datacenter["failureDomains"] = [{**place, "network": "/DC0/network/n"}]
        groups[0]["failureDomains"] = ["east"]
    return [cluster, _document("VSphereDatacenterConfig", name, datacenter), *machines, *others]


@st.composite
def docker(draw: st.DrawFn) -> Documents:
    """A Docker cluster: no machines, no endpoint; another CNI is possible."""
    cluster, others = draw(_shared("DockerDatacenterConfig"))
    if draw(st.booleans()):
        cluster["spec"]["externalEtcdConfiguration"] = {"count": draw(st.sampled_from([1, 3]))}
    if draw(st.booleans()):
        cluster["spec"]["clusterNetwork"]["cniConfig"] = {"kindnetd": {}}
    return [cluster, _document("DockerDatacenterConfig", cluster["metadata"]["name"], {}), *others]


CONFIGS: st.SearchStrategy[Documents] = st.one_of(vsphere(), docker())

__all__ = ("API_VERSION", "CONFIGS", "KINDS", "Data", "Documents", "docker", "vsphere")
