# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bottlerocket machines: where they differ from those with cloud-init, and what each setting becomes.

The golden and the features of this file were compared, object by object, with what the vendor's controller (v0.26)
applies for the same configs. Run with ``EKSA_UPDATE_GOLDENS=1`` to write the golden anew, and read the difference.
"""

from __future__ import annotations

import os
import typing as t

import pytest
import yaml

from ansible_collections.eks.anywhere.plugins.module_utils._config.bundles import load_bundles
from ansible_collections.eks.anywhere.plugins.module_utils._config.cluster import read
from ansible_collections.eks.anywhere.plugins.module_utils._config.release import load_release
from ansible_collections.eks.anywhere.plugins.module_utils._config.text import dumped
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._render.cluster import cluster_objects
from ansible_collections.eks.anywhere.plugins.module_utils._render.credentials import Credentials

from .clusters import GOLDEN, KEY, RELEASES, TEXTS, Change, all_of, at, config, look, objects

KUBEADM = "KubeadmControlPlane:kubeadmConfigSpec"
CLUSTER = f"{KUBEADM}.clusterConfiguration"
JOIN = f"{KUBEADM}.joinConfiguration"
WORKER = "KubeadmConfigTemplate:template.spec"
WORKER_JOIN = f"{WORKER}.joinConfiguration"
ETCD = "EtcdadmCluster:etcdadmConfigSpec"
BLOCKS = (CLUSTER, JOIN, WORKER_JOIN)
"""Where the settings of control plane and worker machines stand."""
OWN = "machines.hostOSConfiguration.bottlerocketConfiguration"
PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
PAUSE = {"imageRepository": "public.ecr.aws/eks-distro/kubernetes/pause", "imageTag": "v1.34.3-eks-1-34-9"}
BOOTSTRAP = {"imageRepository": "registry.example.org/bottlerocket-bootstrap", "imageTag": "v1-34-9-eks-a-7"}


def kubelet(**settings: t.Any) -> Change:
    """A change that gives control plane and workers a KubeletConfiguration."""
    value = {"kind": "KubeletConfiguration", "apiVersion": "kubelet.config.k8s.io/v1beta1", **settings}
    places = ("controlPlaneConfiguration", "workerNodeGroupConfigurations.0")
    return all_of(*(at(f"cluster.{place}.kubeletConfiguration", value) for place in places))


def mirror(**fields: t.Any) -> Change:
    """A change that gives the cluster a registry mirror."""
    return at("cluster.registryMirrorConfiguration", {"endpoint": "mirror.example.org", "port": "5000", **fields})


PROXY = at(
    "cluster.proxyConfiguration",
    {"httpProxy": "http://proxy.example.org:3128", "httpsProxy": "https://proxy.example.org:3129", "noProxy": ["a.b"]},
)
CORE = {"registry": "public.ecr.aws", "namespace": "core"}
HUB = {"registry": "docker.io", "namespace": "hub"}
EVERYTHING = all_of(
    PROXY,
    mirror(ociNamespaces=[CORE, HUB], caCertContent=PEM, authenticate=True),
    at("machines.hostOSConfiguration.ntpConfiguration", {"servers": ["time.example.org"]}),
    at("machines.hostOSConfiguration.certBundles", [{"name": "own", "data": PEM}]),
    at(f"{OWN}.kubernetes", {"maxPods": 64, "clusterDNSIPs": ["10.96.0.10"]}),
    at(f"{OWN}.kernel.sysctlSettings", {"vm.max_map_count": "262144"}),
    at(f"{OWN}.boot.bootKernelParameters", {"console": ["tty0", "ttyS0,115200n8"]}),
    at("workers.networks", ["/DC0/network/one", "/DC0/network/two"]),
    at("cluster.controlPlaneConfiguration.auditPolicyContent", "kind: Policy\n"),
)


def test_golden() -> None:
    """What says most of the system: the objects that hold bootstrap data."""
    kinds = ("KubeadmControlPlane", "KubeadmConfigTemplate", "EtcdadmCluster")
    made = [obj for obj in objects(config("bottlerocket", EVERYTHING, external_etcd=True)) if obj["kind"] in kinds]
    path = GOLDEN / "bottlerocket.objects.txt"
    if os.environ.get("EKSA_UPDATE_GOLDENS"):
        path.write_text("---\n".join(dumped(obj, sort=True) for obj in made), encoding="utf-8")
    assert list(yaml.safe_load_all(path.read_text(encoding="utf-8"))) == made


def _component(name: str) -> list[dict[str, t.Any]]:
    mount = {"hostPath": f"/var/lib/kubeadm/{name}", "mountPath": f"/etc/kubernetes/{name}"}
    return [{**mount, "name": "kubeconfig", "pathType": "File", "readOnly": True}]


@pytest.mark.parametrize(
    ("path", "cloud_init", "bottlerocket"),
    [
        (f"{KUBEADM}.format", "cloud-config", "bottlerocket"),
        (f"{WORKER}.format", "cloud-config", "bottlerocket"),
        (f"{ETCD}.format", "cloud-config", "bottlerocket"),
        (f"{KUBEADM}.users.0.name", "capv", "ec2-user"),
        (f"{CLUSTER}.certificatesDir", None, "/var/lib/kubeadm/pki"),
        (f"{CLUSTER}.controllerManager.extraVolumes", None, _component("controller-manager.conf")),
        (f"{CLUSTER}.scheduler.extraVolumes", None, _component("scheduler.conf")),
        (
            f"{CLUSTER}.apiServer.extraVolumes.0.hostPath",
            "/etc/kubernetes/audit-policy.yaml",
            "/var/lib/kubeadm/audit-policy.yaml",
        ),
        (f"{CLUSTER}.etcd.external.caFile", "/etc/kubernetes/pki/etcd/ca.crt", "/var/lib/kubeadm/pki/etcd/ca.crt"),
        (
            f"{CLUSTER}.etcd.external.certFile",
            "/etc/kubernetes/pki/apiserver-etcd-client.crt",
            "/var/lib/kubeadm/pki/server-etcd-client.crt",
        ),
        (
            f"{CLUSTER}.etcd.external.keyFile",
            "/etc/kubernetes/pki/apiserver-etcd-client.key",
            "/var/lib/kubeadm/pki/apiserver-etcd-client.key",
        ),
        (f"{CLUSTER}.pause", None, PAUSE),
        (f"{CLUSTER}.bottlerocketBootstrap", None, BOOTSTRAP),
        (f"{KUBEADM}.initConfiguration.pause", None, None),
        (f"{JOIN}.pause", None, PAUSE),
        (f"{JOIN}.bottlerocketBootstrap", None, BOOTSTRAP),
        (f"{WORKER_JOIN}.pause", None, PAUSE),
        (f"{WORKER_JOIN}.bottlerocketBootstrap", None, BOOTSTRAP),
        (f"{CLUSTER}.bottlerocket", None, None),
        (f"{ETCD}.cloudInitConfig.installDir", "/usr/bin", None),
        (f"{ETCD}.preEtcdadmCommands.0", 'hostname "{{ ds.meta_data.hostname }}"', None),
        (
            f"{ETCD}.bottlerocketConfig",
            None,
            {
                "etcdImage": "public.ecr.aws/eks-distro/etcd-io/etcd:v3.6.7-eks-1-34-9",
                "bootstrapImage": "registry.example.org/bottlerocket-bootstrap:v1-34-9-eks-a-7",
                "pauseImage": "public.ecr.aws/eks-distro/kubernetes/pause:v1.34.3-eks-1-34-9",
            },
        ),
    ],
)
def test_differences_from_cloud_init(path: str, cloud_init: t.Any, bottlerocket: t.Any) -> None:
    for system, expected in (("ubuntu", cloud_init), ("redhat", cloud_init), ("bottlerocket", bottlerocket)):
        assert look(config(system, external_etcd=True), path) == expected, system


@pytest.mark.parametrize(
    ("change", "setting", "expected"),
    [
        (mirror(), "registryMirror", {"endpoint": "mirror.example.org:5000/v2"}),
        (
            mirror(caCertContent=PEM.rstrip()),
            "registryMirror",
            {"endpoint": "mirror.example.org:5000/v2", "caCert": PEM},
        ),
        (mirror(ociNamespaces=[CORE]), "registryMirror", {"endpoint": "mirror.example.org:5000/v2/core"}),
        (
            mirror(ociNamespaces=[HUB]),
            "registryMirror",
            {"mirrors": [{"registry": "docker.io", "endpoints": ["mirror.example.org:5000/v2/hub"]}]},
        ),
        (
            mirror(ociNamespaces=[CORE, HUB]),
            "registryMirror",
            {
                "mirrors": [
                    {"registry": "docker.io", "endpoints": ["mirror.example.org:5000/v2/hub"]},
                    {"registry": "public.ecr.aws", "endpoints": ["mirror.example.org:5000/v2/core"]},
                ]
            },
        ),
        (
            PROXY,
            "proxy",
            {
                "httpsProxy": "https://proxy.example.org:3129",
                "noProxy": [
                    "192.168.0.0/16",
                    "10.96.0.0/12",
                    "a.b",
                    "localhost",
                    "127.0.0.1",
                    ".svc",
                    "vcenter.example.org",
                    "198.18.0.10",
                ],
            },
        ),
        (
            at("machines.hostOSConfiguration.certBundles", [{"name": "own", "data": PEM.rstrip()}]),
            "certBundles",
            [{"name": "own", "data": PEM}],
        ),
        (at(OWN, {}), "bottlerocket", {}),
        (at(OWN, {"kernel": {}, "boot": {}, "kubernetes": {}}), "bottlerocket", {"kubernetes": {}}),
        (
            at(f"{OWN}.kernel.sysctlSettings", {"vm.swappiness": "1"}),
            "bottlerocket",
            {"kernel": {"sysctlSettings": {"vm.swappiness": "1"}}},
        ),
        (
            at(f"{OWN}.boot.bootKernelParameters", {"quiet": []}),
            "bottlerocket",
            {"boot": {"bootKernelParameters": {"quiet": []}}},
        ),
        (at("machines.hostOSConfiguration.ntpConfiguration", {"servers": ["a"]}), "bottlerocket", None),
    ],
)
def test_settings(change: Change, setting: str, expected: t.Any) -> None:
    text = config("bottlerocket", change)
    for block in BLOCKS:
        assert look(text, f"{block}.{setting}") == expected, block
    assert look(text, f"{KUBEADM}.initConfiguration.{setting}") is None


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (kubelet(maxPods=20), {"maxPods": 20}),
        (kubelet(), {}),
        (kubelet(MaxPods=20), {"maxPods": 20}),
        (at(f"{OWN}.kubernetes", {"maxPods": 9, "providerID": "x"}), {"maxPods": 9}),
        (all_of(at(f"{OWN}.kubernetes", {"maxPods": 9, "eventBurst": 5}), kubelet(maxPods=20)), {"maxPods": 20}),
        (kubelet(registryPullQPS=0, evictionHard={}, clusterDomain=""), {}),
        (kubelet(cpuCFSQuota=False, shutdownGracePeriod="90s"), {"cpuCFSQuota": False, "shutdownGracePeriod": "1m30s"}),
        (kubelet(cpuManagerReconcilePeriod="0s"), {"cpuManagerReconcilePeriod": "0s"}),
    ],
)
def test_kubelet(change: Change, expected: t.Any) -> None:
    """A KubeletConfiguration takes the place of the machine's own settings; what is zero is left out."""
    text = config("bottlerocket", change)
    for block in BLOCKS:
        assert look(text, f"{block}.bottlerocket") == {"kubernetes": expected}, block
    # It is no patch, so kubelet keeps its arguments.
    assert look(text, f"{WORKER}.files") is None
    assert look(text, f"{WORKER_JOIN}.patches") is None
    arguments = look(text, f"{WORKER_JOIN}.nodeRegistration.kubeletExtraArgs")
    assert {"name": "anonymous-auth", "value": "false"} in arguments


def test_kubelet_settings_that_bottlerocket_lacks() -> None:
    with pytest.raises(
        EksaError, match=r"no such setting of kubeletConfiguration: clusterDNS, readOnlyPort\."
    ) as caught:
        objects(config("bottlerocket", kubelet(readOnlyPort=1, clusterDNS=["10.96.0.10"], maxPods=3)))
    assert caught.value.code == "render.kubelet_setting_unknown"


def test_settings_of_etcd_machines() -> None:
    text = config("bottlerocket", EVERYTHING, external_etcd=True)
    found = look(text, f"{ETCD}.bottlerocketConfig")
    assert found["kernel"] == {"sysctlSettings": {"vm.max_map_count": "262144"}}
    assert found["boot"] == {"bootKernelParameters": {"console": ["tty0", "ttyS0,115200n8"]}}
    assert "kubernetes" not in found
    assert look(text, f"{ETCD}.certBundles") == [{"name": "own", "data": PEM}]
    assert look(text, f"{ETCD}.ntp") == {"enabled": True, "servers": ["time.example.org"]}
    assert look(text, f"{ETCD}.registryMirror") == {"endpoint": "mirror.example.org:5000/v2/core", "caCert": PEM}
    assert look(text, f"{ETCD}.proxy.httpProxy") == "http://proxy.example.org:3128"


def test_files_and_commands_are_those_without_containerd() -> None:
    skips_admission = at("cluster.controlPlaneConfiguration.skipAdmissionForSystemResources", True)
    text = config("bottlerocket", all_of(EVERYTHING, skips_admission))
    assert [file["path"] for file in look(text, f"{KUBEADM}.files")] == [
        "/etc/kubernetes/manifests/kube-vip.yaml",
        "/etc/kubernetes/admission-plugin-exclusion-rules.json",
        "/etc/kubernetes/audit-policy.yaml",
    ]
    assert "path: /var/lib/kubeadm/admin.conf" in look(text, f"{KUBEADM}.files.0.content")
    volumes = {item["name"]: item["hostPath"] for item in look(text, f"{CLUSTER}.apiServer.extraVolumes")}
    assert volumes["admission-exclusion-rules"] == "/var/lib/kubeadm/admission-plugin-exclusion-rules.json"
    for path in (KUBEADM, WORKER):
        commands = look(text, f"{path}.preKubeadmCommands")
        assert len(commands) == 5
        assert not any("containerd" in command or "super-admin" in command for command in commands)


def test_the_second_network_has_its_container() -> None:
    one = at("workers.networks", ["/DC0/network/one"])
    two = at("workers.networks", ["/DC0/network/one", "/DC0/network/two"])
    path = f"{WORKER_JOIN}.bottlerocketCustomBootstrapContainers"
    container = {
        "name": "second-network-interface-bootstrap-container",
        "mode": "once",
        "essential": False,
        "imageRepository": "registry.example.org/multi-network",
        "imageTag": "v1-34-9-eks-a-7",
    }
    assert look(config("bottlerocket", two), path) == [container]
    assert look(config("bottlerocket", one), path) is None
    assert look(config("ubuntu", two), path) is None


def test_workers_may_run_another_system_than_the_control_plane() -> None:
    text = config("ubuntu", all_of(at("workers.osFamily", "bottlerocket"), at("workers.users.0.name", "ec2-user")))
    assert look(text, f"{KUBEADM}.format") == "cloud-config"
    assert look(text, f"{CLUSTER}.pause") is None
    assert look(text, f"{WORKER_JOIN}.pause") == PAUSE


def test_a_group_with_its_own_version_has_the_images_of_that() -> None:
    text = config("bottlerocket", at("cluster.workerNodeGroupConfigurations.0.kubernetesVersion", "1.30"))
    assert look(text, f"{WORKER_JOIN}.pause.imageTag") == "v1.30.9-eks-1-30-4"
    assert look(text, f"{CLUSTER}.pause.imageTag") == "v1.34.3-eks-1-34-9"
    releases = {release.channel.replace("-", "."): release for release in map(load_release, RELEASES)}
    bundle = load_bundles(TEXTS["bundles.yaml"]).for_version("1.34")
    credentials = Credentials("u", "p", ssh_authorized_key=KEY)
    with pytest.raises(EksaError, match=r"No bundle is given for Kubernetes 1\.30") as caught:
        cluster_objects(read(text), bundle, releases["1.34"], credentials, group_releases=releases)
    assert caught.value.code == "render.bundle_missing"


def test_the_template_of_the_bundle_is_used_where_none_is_named() -> None:
    text = config("bottlerocket", at("machines.template", ""), external_etcd=True)
    imported = "/DC0/vm/Templates/bottlerocket-v1.34.3-kubernetes-1-34-eks-9-amd64-0123456"
    for name in ("w01-control-plane-1", "w01-md-0-1", "w01-etcd-1"):
        assert look(text, f"VSphereMachineTemplate/{name}:template.spec.template") == imported
