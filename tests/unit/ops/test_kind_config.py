# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The bootstrap cluster's configuration, against what the vendor's template gives."""

from __future__ import annotations

import dataclasses
import json
import typing as t

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._config.model import ClusterConfig, Proxy, RegistryMirror
from ansible_collections.eks.anywhere.plugins.module_utils._render.kind import (
    first_images,
    kind_config,
    mirror_files,
    proxy_environment,
)
from ansible_collections.eks.anywhere.plugins.module_utils._render.mirror import mirrored
from ansible_collections.eks.anywhere.tests.unit.ops import samples

MIRROR = RegistryMirror(endpoint="10.1.1.1", port="443")
NAMESPACED = dataclasses.replace(MIRROR, namespaces=(("public.ecr.aws", "eks-mirror"), ("ghcr.io", "other")))


def rendered(config: ClusterConfig | None = None, **options: t.Any) -> dict[str, t.Any]:
    """A configuration and its patches by kind."""
    document = kind_config(
        config or samples.config(), samples.eksd_release(), audit_policy_path="/w/audit.yaml", **options
    )
    return {**document, "patches": {p["kind"]: p for p in map(json.loads, document["kubeadmConfigPatches"])}}


def test_subnets_and_images_are_the_clusters() -> None:
    document = rendered()
    assert document["networking"] == {"podSubnet": "192.168.0.0/16", "serviceSubnet": "10.96.0.0/12"}
    patch = document["patches"]["ClusterConfiguration"]
    assert patch["imageRepository"] == "public.ecr.aws/eks-distro/kubernetes"
    assert patch["kubernetesVersion"] == "v1.34.2-eks-1-34-9"
    assert patch["etcd"]["local"] == {"imageRepository": "public.ecr.aws/eks-distro/etcd-io", "imageTag": "v3.5.24-eks"}
    assert patch["dns"] == {"imageRepository": "public.ecr.aws/eks-distro/coredns", "imageTag": "v1.12.4-eks"}


def test_audit_policy_is_mounted_and_named() -> None:
    document = rendered()
    server = document["patches"]["ClusterConfiguration"]["apiServer"]
    assert server["extraArgs"]["audit-policy-file"] == "/etc/kubernetes/policies/audit-policy.yaml"
    assert [volume["readOnly"] for volume in server["extraVolumes"]] == [True, False]
    assert document["nodes"][0]["extraMounts"] == [
        {"hostPath": "/w/audit.yaml", "containerPath": "/etc/kubernetes/policies/audit-policy.yaml", "readOnly": True}
    ]
    assert "containerdConfigPatches" not in document


@pytest.mark.parametrize(
    ("version", "kinds", "arguments"),
    [
        ("1.30", {"ClusterConfiguration"}, dict),
        ("1.31", {"ClusterConfiguration", "InitConfiguration", "JoinConfiguration"}, dict),
        ("1.35", {"ClusterConfiguration", "InitConfiguration", "JoinConfiguration"}, dict),
        ("1.36", {"ClusterConfiguration", "KubeletConfiguration"}, list),
    ],
)
def test_cgroup_switch_and_argument_form_follow_the_version(version: str, kinds: set[str], arguments: type) -> None:
    document = rendered(dataclasses.replace(samples.config(), kubernetes_version=version))
    assert set(document["patches"]) == kinds
    assert isinstance(document["patches"]["ClusterConfiguration"]["apiServer"]["extraArgs"], arguments)
    for kind in kinds & {"InitConfiguration", "JoinConfiguration"}:
        extra = document["patches"][kind]["nodeRegistration"]["kubeletExtraArgs"]
        assert extra == {"fail-cgroupv1": "false"}
    if "KubeletConfiguration" in kinds:
        assert document["patches"]["KubeletConfiguration"]["failCgroupV1"] is False


@pytest.mark.parametrize(("provider", "mounted"), [("vsphere", False), ("docker", True)])
def test_only_the_docker_provider_gets_the_socket(provider: str, *, mounted: bool) -> None:
    mounts = rendered(samples.config(provider=provider))["nodes"][0]["extraMounts"]
    assert ("/var/run/docker.sock" in {mount["hostPath"] for mount in mounts}) is mounted


def test_mirror_is_mounted_and_used_for_images() -> None:
    document = rendered(dataclasses.replace(samples.config(), registry_mirror=NAMESPACED), certs_path="/w/certs.d")
    assert document["patches"]["ClusterConfiguration"]["imageRepository"] == (
        "10.1.1.1:443/eks-mirror/eks-distro/kubernetes"
    )
    assert {"containerPath": "/etc/containerd/certs.d", "hostPath": "/w/certs.d", "readOnly": True} in (
        document["nodes"][0]["extraMounts"]
    )
    assert 'config_path = "/etc/containerd/certs.d"' in document["containerdConfigPatches"][0]


@pytest.mark.parametrize(
    ("mirror", "reference", "expected"),
    [
        (None, "public.ecr.aws/a:1", "public.ecr.aws/a:1"),
        (MIRROR, "public.ecr.aws/a:1", "10.1.1.1:443/a:1"),
        (MIRROR, "ghcr.io/a:1", "ghcr.io/a:1"),
        (NAMESPACED, "public.ecr.aws/a:1", "10.1.1.1:443/eks-mirror/a:1"),
        (NAMESPACED, "oci://ghcr.io/a:1", "oci://10.1.1.1:443/other/a:1"),
        (dataclasses.replace(MIRROR, endpoint="fd00::1"), "public.ecr.aws/a:1", "[fd00::1]:443/a:1"),
    ],
)
def test_mirrored(mirror: RegistryMirror | None, reference: str, expected: str) -> None:
    assert mirrored(mirror, reference) == expected


def test_mirror_files_name_hosts_authority_and_credentials() -> None:
    mirror = dataclasses.replace(NAMESPACED, ca_cert="-----BEGIN CERTIFICATE-----", authenticate=True)
    files = mirror_files(mirror, username="me", password="secret")
    assert set(files) == {
        "10.1.1.1:443/ca.crt",
        "10.1.1.1:443/hosts.toml",
        "ghcr.io/hosts.toml",
        "public.ecr.aws/hosts.toml",
    }
    assert files["public.ecr.aws/hosts.toml"].splitlines() == [
        'server = "https://public.ecr.aws"',
        "",
        '[host."https://10.1.1.1:443/v2/eks-mirror"]',
        '  capabilities = ["pull", "resolve"]',
        "  override_path = true",
        '  ca = "/etc/containerd/certs.d/10.1.1.1:443/ca.crt"',
        '  [host."https://10.1.1.1:443/v2/eks-mirror".header]',
        '    authorization = "Basic bWU6c2VjcmV0"',
    ]


def test_mirror_without_authority_is_not_verified_as_the_vendor_does() -> None:
    files = mirror_files(MIRROR)
    assert set(files) == {"10.1.1.1:443/hosts.toml", "public.ecr.aws/hosts.toml"}
    assert "skip_verify = true" in files["public.ecr.aws/hosts.toml"]
    assert "authorization" not in files["public.ecr.aws/hosts.toml"]


def test_proxy_leaves_vcenter_and_endpoint_out() -> None:
    proxied = dataclasses.replace(samples.config(), proxy=Proxy(http="h:1", https="s:1", no_proxy=("10.0.0.0/8",)))
    assert proxy_environment(proxied)["NO_PROXY"] == "10.0.0.0/8,vcenter.example.com,192.0.2.10"
    assert proxy_environment(samples.config()) == {}


def test_first_images_are_those_of_the_machinery_once_each() -> None:
    images = first_images(samples.bundle(), "vsphere")
    assert len(images) == len(set(images))
    names = {image.rpartition("/")[2].partition(":")[0] for image in images}
    assert names == {
        "cert-manager-controller",
        "cluster-api-controller",
        "etcdadm-bootstrap-provider",
        "etcdadm-controller",
        "kube-rbac-proxy",
        "kubeadm-bootstrap-controller",
        "kubeadm-control-plane-controller",
        "manager",
    }
