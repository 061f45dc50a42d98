# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""The lab's programs, as data. Each resolves through the Go module proxy at the versions of its ``go.mod``."""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._lab.parts import Program
from ansible_collections.eks.anywhere.plugins.module_utils._lab.releases import FIRST, LATER, Release

_COMPONENT = "k8s.io/component-base/version"
_CAPI_VERSION = "sigs.k8s.io/cluster-api/version"
_CHART = "helm.sh/helm/v3/pkg/chartutil"

# The server is of that version, the module with its version number is a later one that something else asks for.
_ETCD_FLAGS = f"-X go.etcd.io/etcd/api/v3/version.Version={FIRST.etcd.removeprefix('v')}"

_CILIUM_TAGS = "kubernetes_protomessage_one_more_release"
"""Cilium is made for the next Kubernetes, whose protobuf needs fewer methods; the tag compiles those ours asks for."""

KUBERNETES = (
    "kube-apiserver", "kubeadm", "kubelet", "kube-controller-manager", "kube-scheduler", "kube-proxy", "kubectl",
)  # fmt: skip
_MANAGERS: t.Mapping[str, str] = {
    "capi-controller": "sigs.k8s.io/cluster-api",
    "cabpk": "sigs.k8s.io/cluster-api/bootstrap/kubeadm",
    "kcp": "sigs.k8s.io/cluster-api/controlplane/kubeadm",
    "capv": "sigs.k8s.io/cluster-api-provider-vsphere",
}
"""Cluster API and its vSphere provider, by package."""

_COREDNS = "github.com/coredns/coredns"
PACKAGES_CONTROLLER = "eks-anywhere-packages"
"""The controller of the curated packages. It says that it is of version ``development``, which every bundle admits."""


def _numbers(release: Release) -> tuple[str, str]:
    major, minor = release.minor.split(".")
    return major, minor


def _flags(release: Release) -> str:
    major, minor = _numbers(release)
    return (
        f"-X {_COMPONENT}.gitVersion={release.tag} -X {_COMPONENT}.gitMajor={major} -X {_COMPONENT}.gitMinor={minor} "
        f"-X {_CAPI_VERSION}.gitVersion={release.capi}"
    )


def _helm_flags(release: Release) -> str:
    major, minor = _numbers(release)
    return f"-X {_CHART}.k8sVersionMajor={major} -X {_CHART}.k8sVersionMinor={minor}"


def coredns(release: Release) -> str:
    """Name of the program that is a release's CoreDNS, which comes from the sources of its Kubernetes."""
    return release.own("coredns") if release.has_own_sources else "coredns"


def programs_of(release: Release) -> tuple[Program, ...]:
    """The programs that a release has its own of."""
    flags, module = _flags(release), release.module
    kubernetes = [Program(release.own(name), f"k8s.io/kubernetes/cmd/{name}", module, flags) for name in KUBERNETES]
    managers = [Program(release.own(name), package, ldflags=flags) for name, package in _MANAGERS.items()]
    return (
        *kubernetes,
        *(managers if release.has_own_managers else ()),
        *([Program(coredns(release), _COREDNS, module)] if release.has_own_sources else ()),
    )


PROGRAMS: tuple[Program, ...] = (
    Program("runtime_shim", ".", "runtime_shim"),
    Program("pause", ".", "pause"),
    Program("vcsim", ".", "vcsim"),
    Program("kind", "sigs.k8s.io/kind"),
    Program("etcd", "go.etcd.io/etcd/server/v3", ldflags=_ETCD_FLAGS),
    Program("etcdctl", "go.etcd.io/etcd/etcdctl/v3", "etcdctl"),
    Program("etcdadm", "sigs.k8s.io/etcdadm", "etcdadm"),
    *programs_of(FIRST),
    Program("clusterctl", "sigs.k8s.io/cluster-api/cmd/clusterctl", ldflags=_flags(FIRST)),
    Program("etcdadm-bootstrap", "github.com/aws/etcdadm-bootstrap-provider"),
    Program("etcdadm-controller", "github.com/aws/etcdadm-controller", "etcdadm_controller"),
    Program(
        "vsphere-cloud-controller-manager",
        "k8s.io/cloud-provider-vsphere/cmd/vsphere-cloud-controller-manager",
    ),
    Program("kube-vip", "github.com/kube-vip/kube-vip"),
    Program("helm", "helm.sh/helm/v3/cmd/helm", ldflags=_helm_flags(FIRST)),
    Program(coredns(FIRST), _COREDNS),
    Program("cilium-cni", "github.com/cilium/cilium/plugins/cilium-cni", tags=_CILIUM_TAGS),
    Program("cilium-mount", "github.com/cilium/cilium/tools/mount"),
    Program("cilium-sysctlfix", "github.com/cilium/cilium/tools/sysctlfix"),
    Program("cilium-dbg", "github.com/cilium/cilium/cilium-dbg", tags=_CILIUM_TAGS),
    Program("cilium-operator-generic", "github.com/cilium/cilium/operator", tags=_CILIUM_TAGS),
    Program("cilium-agent", "github.com/cilium/cilium/daemon", tags=_CILIUM_TAGS),
    *(
        Program(f"cert-manager-{name}", f"github.com/cert-manager/cert-manager/cmd/{name}", "cert_manager")
        for name in ("controller", "webhook", "cainjector")
    ),
    Program(PACKAGES_CONTROLLER, "github.com/aws/eks-anywhere-packages", "packages_controller"),
    *(program for release in LATER for program in programs_of(release)),
)


__all__ = ("KUBERNETES", "PACKAGES_CONTROLLER", "PROGRAMS", "coredns", "programs_of")
