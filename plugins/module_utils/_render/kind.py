# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""The bootstrap cluster's kind configuration and the registry files its node mounts."""

from __future__ import annotations

import base64
import json
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config.bundles import VersionsBundle
from ansible_collections.eks.anywhere.plugins.module_utils._config.model import ClusterConfig, RegistryMirror
from ansible_collections.eks.anywhere.plugins.module_utils._config.release import EksdRelease, Repository
from ansible_collections.eks.anywhere.plugins.module_utils._render.mirror import (
    DEFAULT_NAMESPACES,
    address,
    mirrored,
)

AUDIT_POLICY_IN_NODE = "/etc/kubernetes/policies/audit-policy.yaml"
AUDIT_LOG_FOLDER = "/var/log/kubernetes"
CERTS_FOLDER = "/etc/containerd/certs.d"
DOCKER_SOCKET = "/var/run/docker.sock"
CGROUP_V1_SWITCH_SINCE = (1, 31)
ARGUMENT_LISTS_SINCE = (1, 36)
"""From here on kind writes kubeadm v1beta4, where extra arguments are lists."""

_AUDIT_ARGUMENTS = {
    "audit-log-maxage": "30",
    "audit-log-maxbackup": "10",
    "audit-log-maxsize": "512",
    "audit-log-path": f"{AUDIT_LOG_FOLDER}/api-audit.log",
    "audit-policy-file": AUDIT_POLICY_IN_NODE,
}


def kind_config(
    config: ClusterConfig, release: EksdRelease, *, audit_policy_path: str, certs_path: str = ""
) -> dict[str, t.Any]:
    """``kind.x-k8s.io/v1alpha4`` Cluster: one node with the cluster's subnets and the vendor's Kubernetes images."""
    version = _minor(config.kubernetes_version)
    patches = [_cluster_patch(config, release, version), *_cgroup_patches(version)]
    rendered: dict[str, t.Any] = {
        "kind": "Cluster",
        "apiVersion": "kind.x-k8s.io/v1alpha4",
        "networking": {"podSubnet": config.pods_cidr, "serviceSubnet": config.services_cidr},
        # JSON is YAML, and keeps what a patch holds apart from the YAML around it.
        "kubeadmConfigPatches": [json.dumps(patch, indent=1) for patch in patches],
        "nodes": [{"role": "control-plane", "extraMounts": _mounts(config, audit_policy_path, certs_path)}],
    }
    if certs_path:
        rendered["containerdConfigPatches"] = [
            f'[plugins."io.containerd.grpc.v1.cri".registry]\n  config_path = "{CERTS_FOLDER}"\n'
        ]
    return rendered


def mirror_files(mirror: RegistryMirror, *, username: str = "", password: str = "") -> dict[str, str]:
    """Files under ``certs.d`` by relative path: how the node's containerd finds the registry mirror."""
    base = address(mirror)
    authority = f"{CERTS_FOLDER}/{base}/ca.crt" if mirror.ca_cert else ""
    header = _basic(username, password) if mirror.authenticate and username else ""
    files = {f"{base}/hosts.toml": _hosts(base, f"{base}/v2", authority, header)}
    if mirror.ca_cert:
        files[f"{base}/ca.crt"] = mirror.ca_cert
    for registry, namespace in mirror.namespaces or DEFAULT_NAMESPACES:
        host = f"{base}/v2/{namespace}" if namespace else f"{base}/v2"
        files[f"{registry}/hosts.toml"] = _hosts(registry, host, authority, header)
    return files


def proxy_environment(config: ClusterConfig) -> dict[str, str]:
    """Variables for the kind command: the node and what runs in it reach the world through the proxy."""
    if config.proxy is None:
        return {}
    server = config.datacenter.server if config.datacenter else ""
    direct = [*config.proxy.no_proxy, server, config.endpoint]
    return {
        "HTTP_PROXY": config.proxy.http,
        "HTTPS_PROXY": config.proxy.https,
        "NO_PROXY": ",".join(name for name in direct if name),
    }


def first_images(bundle: VersionsBundle, provider: str) -> tuple[str, ...]:
    """Images that the bootstrap cluster needs first: cert-manager and the Cluster API providers."""
    sections = ("certManager", "clusterAPI", "bootstrap", "controlPlane", "etcdadmBootstrap", "etcdadmController")
    found = [item for section in sections for item in _images(bundle.raw.get(section))]
    infrastructure = bundle.raw.get("vSphere" if provider == "vsphere" else "docker") or {}
    controller = "clusterAPIController" if provider == "vsphere" else "manager"
    found += _images({controller: infrastructure.get(controller)})
    return tuple(dict.fromkeys(found))


def _images(section: t.Mapping[str, t.Any] | None) -> list[str]:
    manifests = ("components", "metadata", "manifest", "clusterTemplate")
    entries = ((key, value) for key, value in (section or {}).items() if key not in manifests)
    return [str(value["uri"]) for _key, value in entries if isinstance(value, dict) and value.get("uri")]


def _cluster_patch(config: ClusterConfig, release: EksdRelease, version: tuple[int, int]) -> dict[str, t.Any]:
    mirror = config.registry_mirror
    policies = AUDIT_POLICY_IN_NODE.rsplit("/", 1)[0]
    return {
        "kind": "ClusterConfiguration",
        "dns": _image(mirror, release.coredns),
        "etcd": {"local": _image(mirror, release.etcd)},
        "imageRepository": mirrored(mirror, release.kubernetes.repository),
        "kubernetesVersion": release.kubernetes.tag,
        "apiServer": {
            "extraArgs": _arguments(_AUDIT_ARGUMENTS, version),
            "extraVolumes": [
                _volume("audit-policies", policies, read_only=True),
                _volume("audit-logs", AUDIT_LOG_FOLDER, read_only=False),
            ],
        },
    }


def _image(mirror: RegistryMirror | None, image: Repository) -> dict[str, str]:
    return {"imageRepository": mirrored(mirror, image.repository), "imageTag": image.tag}


def _arguments(arguments: t.Mapping[str, str], version: tuple[int, int]) -> t.Any:
    if version < ARGUMENT_LISTS_SINCE:
        return dict(arguments)
    # A merge patch replaces lists, so kind's own (empty) argument is repeated here.
    return [{"name": name, "value": value} for name, value in {"runtime-config": "", **arguments}.items()]


def _cgroup_patches(version: tuple[int, int]) -> list[dict[str, t.Any]]:
    """Kubelet refuses cgroup v1 hosts by default from some version on; the bootstrap node need not."""
    if version < CGROUP_V1_SWITCH_SINCE:
        return []
    if version >= ARGUMENT_LISTS_SINCE:
        return [{"kind": "KubeletConfiguration", "failCgroupV1": False}]
    registration = {"kubeletExtraArgs": {"fail-cgroupv1": "false"}}
    return [{"kind": kind, "nodeRegistration": registration} for kind in ("InitConfiguration", "JoinConfiguration")]


def _volume(name: str, path: str, *, read_only: bool) -> dict[str, t.Any]:
    return {
        "name": name,
        "hostPath": path,
        "mountPath": path,
        "readOnly": read_only,
        "pathType": "DirectoryOrCreate",
    }


def _mounts(config: ClusterConfig, audit_policy_path: str, certs_path: str) -> list[dict[str, t.Any]]:
    mounts: list[dict[str, t.Any]] = [
        {"hostPath": audit_policy_path, "containerPath": AUDIT_POLICY_IN_NODE, "readOnly": True}
    ]
    if certs_path:
        mounts.append({"hostPath": certs_path, "containerPath": CERTS_FOLDER, "readOnly": True})
    if config.provider == "docker":
        # The docker provider makes the machines as siblings of this node.
        mounts.append({"hostPath": DOCKER_SOCKET, "containerPath": DOCKER_SOCKET})
    return mounts


def _hosts(registry: str, host: str, authority: str, header: str) -> str:
    lines = [
        f'server = "https://{registry}"',
        "",
        f'[host."https://{host}"]',
        '  capabilities = ["pull", "resolve"]',
        "  override_path = true",
        f'  ca = "{authority}"' if authority else "  skip_verify = true",
    ]
    if header:
        lines += [f'  [host."https://{host}".header]', f'    authorization = "{header}"']
    return "\n".join(lines) + "\n"


def _basic(username: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()


def _minor(version: str) -> tuple[int, int]:
    major, minor = version.split(".")[:2]
    return int(major), int(minor)


__all__ = ("first_images", "kind_config", "mirror_files", "proxy_environment")
