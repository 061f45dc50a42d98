# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects of Docker clusters against a golden, and the rules behind them.

The golden, and each case of this file that upstream can render, was compared object by object with what the vendor's
controller (v0.26) applies for the same config.
Run with ``EKSA_UPDATE_GOLDENS=1`` to write the golden anew, and read the difference.
"""

from __future__ import annotations

import os
import pathlib
import typing as t

import pytest
import yaml

from ansible_collections.eks.anywhere.plugins.module_utils._config.cluster import load, read
from ansible_collections.eks.anywhere.plugins.module_utils._config.generate import generate_config
from ansible_collections.eks.anywhere.plugins.module_utils._config.text import dumped
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._render.texts import render

GOLDEN = pathlib.Path(__file__).resolve().parents[1] / "golden"
TEXTS = {path.name: path.read_text(encoding="utf-8") for path in GOLDEN.iterdir()}
ENVIRON = {
    "API_SERVER_EXTRA_ARGS_ENABLED": "true",
    "REGISTRY_USERNAME": "puller",
    "REGISTRY_PASSWORD": "not-a-secret",
}
CIPHERS = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"
Obj = dict[str, t.Any]
Change = t.Callable[[Obj], object]


def least(change: Change = lambda spec: None) -> str:
    """The smallest config, changed."""
    spec: Obj = {
        "kubernetesVersion": "1.34",
        "managementCluster": {"name": "d02"},
        "controlPlaneConfiguration": {"count": 1},
        "workerNodeGroupConfigurations": [{"name": "md-0", "count": 1}],
        "datacenterRef": {"kind": "DockerDatacenterConfig", "name": "d02"},
        "clusterNetwork": {
            "cniConfig": {"cilium": {}},
            "pods": {"cidrBlocks": ["192.168.0.0/16"]},
            "services": {"cidrBlocks": ["10.96.0.0/12"]},
        },
    }
    change(spec)
    documents = [("Cluster", spec), ("DockerDatacenterConfig", {})]
    return yaml.safe_dump_all(
        {"apiVersion": "anywhere.eks.amazonaws.com/v1alpha1", "kind": kind, "metadata": {"name": "d02"}, "spec": body}
        for kind, body in documents
    )


def objects(text: str, *, bundles: str = TEXTS["bundles.yaml"]) -> list[Obj]:
    """All objects of a config."""
    releases = [TEXTS["kubernetes-1-34-eks-9.yaml"], TEXTS["kubernetes-1-30-eks-4.yaml"]]
    config = read(text, environ=ENVIRON)
    return list(render(config, bundles=bundles, releases=releases, environ=ENVIRON, template_facts={}).objects)


def one(text: str, kind: str, **options: t.Any) -> Obj:
    """The spec of the first object of a kind."""
    spec: Obj = next(obj["spec"] for obj in objects(text, **options) if obj["kind"] == kind)
    return spec


def kubeadm(change: Change = lambda spec: None) -> Obj:
    """What kubeadm is told on control plane nodes."""
    found: Obj = one(least(change), "KubeadmControlPlane")["kubeadmConfigSpec"]
    return found


def worker(change: Change = lambda spec: None) -> Obj:
    """What kubeadm is told on the nodes of the first worker group."""
    found: Obj = one(least(change), "KubeadmConfigTemplate")["template"]["spec"]
    return found


def arguments(items: t.Sequence[t.Mapping[str, str]]) -> dict[str, str]:
    """kubeadm's list of arguments as a mapping."""
    return {item["name"]: item["value"] for item in items}


def test_golden() -> None:
    made = objects(TEXTS["docker.config.txt"])
    path = GOLDEN / "docker.objects.txt"
    if os.environ.get("EKSA_UPDATE_GOLDENS"):
        path.write_text("---\n".join(dumped(obj, sort=True) for obj in made), encoding="utf-8")
    assert list(yaml.safe_load_all(path.read_text(encoding="utf-8"))) == made


def test_a_generated_config_is_valid_and_can_be_rendered() -> None:
    text = generate_config("d03", "docker").replace('kubernetesVersion: "1.36"', 'kubernetesVersion: "1.34"')
    assert load(text).provider == "docker"
    kinds = [obj["kind"] for obj in objects(text)]
    assert kinds == [
        "Cluster",
        "DockerCluster",
        "DockerMachineTemplate",
        "KubeadmControlPlane",
        "EtcdadmCluster",
        "DockerMachineTemplate",
        "MachineHealthCheck",
        "KubeadmConfigTemplate",
        "MachineDeployment",
        "DockerMachineTemplate",
        "MachineHealthCheck",
    ]


def test_objects_refer_to_each_other() -> None:
    text = least(lambda spec: spec.update(externalEtcdConfiguration={"count": 1}))
    names = {(obj["kind"], obj["metadata"]["name"]) for obj in objects(text)}
    cluster, deployment = one(text, "Cluster"), one(text, "MachineDeployment")["template"]["spec"]
    references = [
        cluster["controlPlaneRef"],
        cluster["infrastructureRef"],
        cluster["managedExternalEtcdRef"],
        deployment["infrastructureRef"],
        deployment["bootstrap"]["configRef"],
        one(text, "KubeadmControlPlane")["machineTemplate"]["spec"]["infrastructureRef"],
        one(text, "EtcdadmCluster")["infrastructureTemplate"],
    ]
    assert {(ref["kind"], ref["name"]) for ref in references} <= names


@pytest.mark.parametrize(
    ("image", "balancer"),
    [
        (
            "public.ecr.aws/a1b2/kubernetes-sigs/kind/haproxy:v0.20.0",
            {"imageRepository": "public.ecr.aws/a1b2/kubernetes-sigs/kind", "imageTag": "v0.20.0"},
        ),
        ("registry.example.org/kind/haproxy:v0.20.0", {"imageTag": "v0.20.0"}),
        ("registry.example.org/haproxy", {}),
    ],
)
def test_the_load_balancer_is_that_of_the_bundle(image: str, balancer: Obj) -> None:
    bundles = TEXTS["bundles.yaml"].replace("public.ecr.aws/test/kubernetes-sigs/kind/haproxy:v0.20.0-eks-a-7", image)
    assert one(least(), "DockerCluster", bundles=bundles) == {"loadBalancer": balancer}


def test_machines_are_kind_nodes_of_their_own_version() -> None:
    def change(spec: Obj) -> None:
        spec["workerNodeGroupConfigurations"][0]["kubernetesVersion"] = "1.30"

    templates = [obj["spec"]["template"]["spec"] for obj in objects(least(change)) if "Template" in obj["kind"]]
    images = [spec["customImage"] for spec in templates if "customImage" in spec]
    assert images == [
        "registry.example.org/kind-node:v1.34.3-eks-a-7",
        "registry.example.org/kind-node:v1.30.9-eks-a-7",
    ]
    assert one(least(change), "MachineDeployment")["template"]["spec"]["version"] == "v1.30.9-eks-1-30-4"


@pytest.mark.parametrize(("version", "accepts"), [("1.34", {"fail-cgroupv1": "false"}), ("1.30", {})])
def test_kubelet_accepts_the_cgroups_of_this_machine(version: str, accepts: dict[str, str]) -> None:
    expected = {
        "cgroup-driver": "systemd",
        "eviction-hard": "nodefs.available<0%,nodefs.inodesFree<0%,imagefs.available<0%",
        **accepts,
        "tls-cipher-suites": CIPHERS,
    }

    def change(spec: Obj) -> None:
        spec["kubernetesVersion"] = version

    for node in (kubeadm(change)["initConfiguration"], worker(change)["joinConfiguration"]):
        given = node["nodeRegistration"]["kubeletExtraArgs"]
        assert arguments(given) == expected
        assert [item["name"] for item in given] == sorted(expected)


@pytest.mark.parametrize(
    ("own", "patch"),
    [
        ({}, {"failCgroupV1": False, "tlsCipherSuites": [CIPHERS]}),
        ({"failCgroupV1": True, "tlsCipherSuites": ["OWN"]}, {"failCgroupV1": True, "tlsCipherSuites": ["OWN"]}),
        ({"maxPods": 7}, {"failCgroupV1": False, "maxPods": 7, "tlsCipherSuites": [CIPHERS]}),
    ],
)
def test_arguments_give_way_to_a_kubelet_configuration(own: Obj, patch: Obj) -> None:
    def change(spec: Obj) -> None:
        configuration = {"kind": "KubeletConfiguration", **own}
        spec["controlPlaneConfiguration"].update(kubeletConfiguration=configuration)
        spec["workerNodeGroupConfigurations"][0].update(kubeletConfiguration=configuration)

    for spec, node in ((kubeadm(change), "initConfiguration"), (worker(change), "joinConfiguration")):
        assert spec[node]["patches"] == {"directory": "/etc/kubernetes/patches"}
        assert "kubeletExtraArgs" not in spec[node]["nodeRegistration"]
        written = yaml.safe_load(spec["files"][0]["content"])
        assert written == {"kind": "KubeletConfiguration", **patch}


def test_an_older_group_is_not_told_of_cgroups() -> None:
    def change(spec: Obj) -> None:
        configuration = {"kind": "KubeletConfiguration"}
        spec["workerNodeGroupConfigurations"][0].update(kubernetesVersion="1.30", kubeletConfiguration=configuration)

    assert "failCgroupV1" not in worker(change)["files"][0]["content"]


def test_labels_stay_beside_a_kubelet_configuration() -> None:
    def change(spec: Obj) -> None:
        spec["workerNodeGroupConfigurations"][0].update(
            kubeletConfiguration={"kind": "KubeletConfiguration"}, labels={"b": "2", "a": "1"}
        )

    given = worker(change)["joinConfiguration"]["nodeRegistration"]["kubeletExtraArgs"]
    assert given == [{"name": "node-labels", "value": "a=1,b=2"}]


@pytest.mark.parametrize(
    ("taints", "expected"),
    [
        (None, None),
        ([], None),
        ([{"key": "a", "effect": "NoExecute"}], [{"key": "a", "effect": "NoExecute"}]),
    ],
)
def test_taints_of_the_control_plane_are_left_to_kubeadm(taints: list[Obj] | None, expected: list[Obj] | None) -> None:
    def change(spec: Obj) -> None:
        if taints is not None:
            spec["controlPlaneConfiguration"]["taints"] = taints

    spec = kubeadm(change)
    assert spec["initConfiguration"]["nodeRegistration"].get("taints") == expected
    assert spec["joinConfiguration"] == spec["initConfiguration"]


def test_without_workers_the_control_plane_has_no_taints() -> None:
    def change(spec: Obj) -> None:
        spec["workerNodeGroupConfigurations"] = []

    assert kubeadm(change)["initConfiguration"]["nodeRegistration"]["taints"] == []


def test_the_api_server_is_reached_on_this_machine() -> None:
    def change(spec: Obj) -> None:
        spec["controlPlaneConfiguration"]["certSans"] = ["api.example.org"]

    assert kubeadm()["clusterConfiguration"]["apiServer"]["certSANs"] == ["localhost", "127.0.0.1"]
    assert kubeadm(change)["clusterConfiguration"]["apiServer"]["certSANs"][2:] == ["api.example.org"]


def test_a_node_without_files_gets_none() -> None:
    assert set(worker()) == {"joinConfiguration"}


def test_containerd_takes_a_mirror_up_without_sudo() -> None:
    def change(spec: Obj) -> None:
        spec["registryMirrorConfiguration"] = {"endpoint": "198.18.0.1"}

    assert worker(change)["preKubeadmCommands"] == [
        "cat /etc/containerd/config_append.toml >> /etc/containerd/config.toml",
        "systemctl daemon-reload",
        "systemctl restart containerd",
    ]


def test_etcd_of_a_mirror_that_lacks_its_registry() -> None:
    def change(spec: Obj) -> None:
        spec["externalEtcdConfiguration"] = {"count": 1}
        namespaces = [{"registry": "registry.example.org", "namespace": "packages"}]
        spec["registryMirrorConfiguration"] = {"endpoint": "198.18.0.1", "ociNamespaces": namespaces}

    assert one(least(change), "EtcdadmCluster")["etcdadmConfigSpec"]["registryMirror"] == {"endpoint": "v2"}


@pytest.mark.parametrize(
    "ignored",
    [
        {"proxyConfiguration": {"httpProxy": "http://198.18.0.1:3128", "httpsProxy": "http://198.18.0.1:3128"}},
        {
            "etcdEncryption": [
                {
                    "resources": ["secrets"],
                    "providers": [{"kms": {"name": "plugin", "socketListenAddress": "unix:///plugin.sock"}}],
                }
            ]
        },
    ],
)
def test_what_upstream_takes_no_notice_of_changes_nothing(ignored: Obj) -> None:
    assert objects(least(lambda spec: spec.update(ignored))) == objects(least())


def test_the_audit_policy_is_always_the_built_in_one() -> None:
    def change(spec: Obj) -> None:
        spec["controlPlaneConfiguration"]["auditPolicyContent"] = "kind: Policy\nrules: []\n"

    assert kubeadm(change) == kubeadm()


@pytest.mark.parametrize(
    ("group", "replicas", "annotated"),
    [
        ({"count": 0}, 0, False),
        ({"count": 3}, 3, False),
        ({"autoscalingConfiguration": {"minCount": 2, "maxCount": 5}}, None, True),
    ],
)
def test_number_of_workers(group: Obj, replicas: int | None, annotated: bool) -> None:
    text = least(lambda spec: spec.update(workerNodeGroupConfigurations=[{"name": "md-0", **group}]))
    found = next(obj for obj in objects(text) if obj["kind"] == "MachineDeployment")
    assert found["spec"].get("replicas") == replicas
    assert ("annotations" in found["metadata"]) == annotated


def test_a_version_that_the_bundle_lacks_is_named() -> None:
    def change(spec: Obj) -> None:
        spec["workerNodeGroupConfigurations"][0]["kubernetesVersion"] = "1.29"

    with pytest.raises(EksaError, match=r"1\.29"):
        objects(least(change))
