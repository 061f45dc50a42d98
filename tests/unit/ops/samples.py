# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cluster config with the Bundles manifest and the EKS Distro release it is built from."""

from __future__ import annotations

import functools
import json
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config import bundles as bundles_room
from ansible_collections.eks.anywhere.plugins.module_utils._config import cluster, release
from ansible_collections.eks.anywhere.plugins.module_utils._config.bundles import Bundles, VersionsBundle
from ansible_collections.eks.anywhere.plugins.module_utils._config.model import ClusterConfig
from ansible_collections.eks.anywhere.plugins.module_utils._config.release import EksdRelease
from ansible_collections.eks.anywhere.tests.unit.vsphere.samples import CONFIG

REGISTRY = "public.ecr.aws/eks"
EKSA_VERSION = "v0.26.1+build.3"


@functools.cache
def config(*, provider: str = "vsphere") -> ClusterConfig:
    """One control plane node and two workers."""
    return cluster.load(CONFIG if provider == "vsphere" else DOCKER_CONFIG)


@functools.cache
def bundles() -> Bundles:
    """One Kubernetes version, with everything."""
    return bundles_room.load_bundles(json.dumps(_bundles()))


def bundle() -> VersionsBundle:
    """The versions bundle of Kubernetes 1.34."""
    return bundles().for_version("1.34")


@functools.cache
def eksd_release() -> EksdRelease:
    """The release that the bundle names."""
    return release.load_release(RELEASE)


def image(name: str, tag: str) -> dict[str, t.Any]:
    """An image entry of a Bundles manifest."""
    return {"name": name.rsplit("/", 1)[-1], "uri": f"{REGISTRY}/{name}:{tag}", "imageDigest": "sha256:0"}


def empty(*parts: str) -> dict[str, t.Any]:
    """Parts that the definition of Bundles insists on and no test looks at."""
    return {part: {} for part in parts}


def _provider(folder: str, controller: str, version: str, kind: str) -> dict[str, t.Any]:
    return {
        "version": version,
        "controller": image(f"{folder}/{controller}", version.partition("+")[0]),
        "kubeProxy": image("brancz/kube-rbac-proxy", "v0.19.1"),
        "components": {"uri": f"{folder}/{version}/{kind}-components.yaml"},
        "metadata": {"uri": f"{folder}/{version}/metadata.yaml"},
    }


def _bundles() -> dict[str, t.Any]:
    vsphere = _provider("capv", "manager", "v1.16.1+e9cf66a", "infrastructure")
    vsphere["clusterAPIController"] = vsphere.pop("controller")
    docker = _provider("capd", "manager", "v1.13.2+abcdef1", "infrastructure")
    docker["manager"] = docker.pop("controller")
    versions = {
        "kubeVersion": "1.34",
        "eksD": {
            "name": "kubernetes-1-34-eks-9",
            "channel": "1-34",
            "kubeVersion": "v1.34.2",
            "manifestUrl": "eksd/release.yaml",
            "components": "eksd/crds.yaml",
            "kindNode": image("kind/node", "v1.34.2-eks-d-1-34-9"),
        },
        "certManager": {
            "version": "v1.20.2+d1",
            "manifest": {"uri": "cert-manager.yaml"},
            **empty("acmesolver", "cainjector", "startupapicheck", "webhook"),
            "controller": image("jetstack/cert-manager-controller", "v1.20.2-eks"),
        },
        "clusterAPI": _provider("capi", "cluster-api-controller", "v1.13.2+abcdef1", "core"),
        "bootstrap": _provider("cabpk", "kubeadm-bootstrap-controller", "v1.13.2+abcdef2", "bootstrap"),
        "controlPlane": _provider("kcp", "kubeadm-control-plane-controller", "v1.13.2+abcdef3", "control-plane"),
        "etcdadmBootstrap": _provider("ebp", "etcdadm-bootstrap-provider", "v1.0.22+1", "bootstrap"),
        "etcdadmController": _provider("ec", "etcdadm-controller", "v1.0.28+1", "bootstrap"),
        "vSphere": {
            **vsphere,
            "clusterTemplate": {},
            "kubeVip": image("kube-vip", "v1.2.0"),
            "manager": image("cpi", "v1.34.0"),
        },
        "docker": {**docker, "clusterTemplate": {}},
        "eksa": {
            "version": "v0.26.1",
            "components": {"uri": "eksa-components.yaml"},
            **empty("cliTools", "clusterController", "diagnosticCollector"),
        },
        "bottlerocketHostContainers": empty("admin", "control", "kubeadmBootstrap"),
        "flux": empty("helmController", "kustomizeController", "notificationController", "sourceController"),
        "kindnetd": {"manifest": {}},
        "packageController": {"packageController": {}, "tokenRefresher": {}},
        "cilium": {
            "version": "v1.19.4-1",
            "cilium": image("cilium/cilium", "v1.19.4-1"),
            "operator": image("cilium/operator-generic", "v1.19.4-1"),
            "helmChart": {"uri": "public.ecr.aws/eks/cilium/cilium:1.19.4-1"},
        },
    }
    return {
        "apiVersion": "anywhere.eks.amazonaws.com/v1alpha1",
        "kind": "Bundles",
        "metadata": {"name": "bundles-91", "creationTimestamp": None},
        "spec": {
            "number": 91,
            "cliMinVersion": "v0.26.0",
            "cliMaxVersion": EKSA_VERSION,
            "versionsBundles": [versions],
        },
        "status": {},
    }


RELEASE = json.dumps(
    {
        "apiVersion": "distro.eks.amazonaws.com/v1alpha1",
        "kind": "Release",
        "metadata": {"name": "kubernetes-1-34-eks-9", "creationTimestamp": None},
        "spec": {"channel": "1-34", "number": 9},
        "status": {
            "components": [
                {
                    "name": "kubernetes",
                    "gitTag": "v1.34.2",
                    "assets": [
                        {
                            "name": f"{name}-image",
                            "type": "Image",
                            "image": {"uri": f"public.ecr.aws/eks-distro/kubernetes/{name}:v1.34.2-eks-1-34-9"},
                        }
                        for name in ("kube-apiserver", "pause", "kube-proxy")
                    ],
                },
                {
                    "name": "etcd",
                    "gitTag": "v3.5.24",
                    "assets": [
                        {"name": "etcd-image", "image": {"uri": "public.ecr.aws/eks-distro/etcd-io/etcd:v3.5.24-eks"}}
                    ],
                },
                {
                    "name": "coredns",
                    "gitTag": "v1.12.4",
                    "assets": [
                        {
                            "name": "coredns-image",
                            "image": {"uri": "public.ecr.aws/eks-distro/coredns/coredns:v1.12.4-eks"},
                        }
                    ],
                },
            ]
        },
    }
)

DOCKER_CONFIG = """
apiVersion: anywhere.eks.amazonaws.com/v1alpha1
kind: Cluster
metadata:
  name: dev
spec:
  kubernetesVersion: "1.34"
  clusterNetwork:
    cniConfig:
      cilium: {}
    pods:
      cidrBlocks: [192.168.0.0/16]
    services:
      cidrBlocks: [10.96.0.0/12]
  controlPlaneConfiguration:
    count: 1
  datacenterRef:
    kind: DockerDatacenterConfig
    name: dev
  managementCluster:
    name: dev
  workerNodeGroupConfigurations:
  - name: md-0
    count: 1
---
apiVersion: anywhere.eks.amazonaws.com/v1alpha1
kind: DockerDatacenterConfig
metadata:
  name: dev
spec: {}
"""
