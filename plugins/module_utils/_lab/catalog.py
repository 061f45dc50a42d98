# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""What the lab is made of, as data: programs, images and manifests, each with what it is made from.

Every program resolves through the Go module proxy at the versions of ``roles/eksa_lab/files/go/*/go.mod``; every file
of an image that is not ours comes from a module at build time. Nothing here does anything.
"""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._lab.parts import (
    Chart,
    Component,
    EngineImage,
    Kit,
    Manifest,
    Program,
    Rootfs,
    ScratchImage,
)

KUBERNETES = "v1.34.3"
RELEASE = "kubernetes-1-34-eks-1"
CHANNEL = "1-34"
DISTRO = f"{KUBERNETES}-eks-1-34-1"
COREDNS = "v1.12.4-eks-1-34-1"
ETCD_VERSION = "v3.6.6"
ETCD = f"{ETCD_VERSION}-eks-1-34-1"
CAPI = "v1.12.1"
CAPV = "v1.15.2"
ETCDADM_BOOTSTRAP = "v1.0.17"
ETCDADM_CONTROLLER = "v1.0.25"
CERT_MANAGER = "v1.11.5"
CILIUM = "v1.19.1"
KUBE_VIP = "v0.9.1"
CLOUD_PROVIDER = "v1.32.2"
EKSA = "v0.26.0"
KIND = "v0.31.0"

_COMPONENT = "k8s.io/component-base/version"
_CAPI_VERSION = "sigs.k8s.io/cluster-api/version"
_MAJOR, _MINOR = KUBERNETES.lstrip("v").split(".")[:2]
KUBERNETES_FLAGS = (
    f"-X {_COMPONENT}.gitVersion={DISTRO} -X {_COMPONENT}.gitMajor={_MAJOR} -X {_COMPONENT}.gitMinor={_MINOR} "
    f"-X {_CAPI_VERSION}.gitVersion={CAPI}"
)

_CHART = "helm.sh/helm/v3/pkg/chartutil"
HELM_FLAGS = f"-X {_CHART}.k8sVersionMajor={_MAJOR} -X {_CHART}.k8sVersionMinor={_MINOR}"

# The server is of that version, the module with its version number is a later one that something else asks for.
ETCD_FLAGS = f"-X go.etcd.io/etcd/api/v3/version.Version={ETCD_VERSION.lstrip('v')}"

CILIUM_TAGS = "kubernetes_protomessage_one_more_release"
"""Cilium is made for the next Kubernetes, whose protobuf needs fewer methods; the tag compiles those ours asks for."""

FORK = "github.com/snarkychef/cluster-api"
MODULE_VERSIONS: t.Mapping[str, str] = {
    FORK: "v0.1.0",
    "sigs.k8s.io/cluster-api-provider-vsphere": CAPV,
    "github.com/aws/etcdadm-bootstrap-provider": ETCDADM_BOOTSTRAP,
    "github.com/aws/etcdadm-controller": ETCDADM_CONTROLLER,
    "github.com/aws/eks-anywhere": EKSA,
    "github.com/cert-manager/cert-manager": CERT_MANAGER,
    "github.com/cilium/cilium": CILIUM,
    "sigs.k8s.io/kind": KIND,
}


_KUBE_PROGRAMS = (
    "kube-apiserver", "kubeadm", "kubelet", "kube-controller-manager", "kube-scheduler", "kube-proxy", "kubectl",
)  # fmt: skip

PROGRAMS: tuple[Program, ...] = (
    Program("runtime_shim", ".", "runtime_shim"),
    Program("pause", ".", "pause"),
    Program("vcsim", ".", "vcsim"),
    Program("kind", "sigs.k8s.io/kind"),
    Program("etcd", "go.etcd.io/etcd/server/v3", ldflags=ETCD_FLAGS),
    Program("etcdctl", "go.etcd.io/etcd/etcdctl/v3", "etcdctl"),
    Program("etcdadm", "sigs.k8s.io/etcdadm", "etcdadm"),
    *(Program(name, f"k8s.io/kubernetes/cmd/{name}", ldflags=KUBERNETES_FLAGS) for name in _KUBE_PROGRAMS),
    Program("capi-controller", "sigs.k8s.io/cluster-api", ldflags=KUBERNETES_FLAGS),
    Program("cabpk", "sigs.k8s.io/cluster-api/bootstrap/kubeadm", ldflags=KUBERNETES_FLAGS),
    Program("kcp", "sigs.k8s.io/cluster-api/controlplane/kubeadm", ldflags=KUBERNETES_FLAGS),
    Program("capv", "sigs.k8s.io/cluster-api-provider-vsphere", ldflags=KUBERNETES_FLAGS),
    Program("clusterctl", "sigs.k8s.io/cluster-api/cmd/clusterctl", ldflags=KUBERNETES_FLAGS),
    Program("etcdadm-bootstrap", "github.com/aws/etcdadm-bootstrap-provider"),
    Program("etcdadm-controller", "github.com/aws/etcdadm-controller", "etcdadm_controller"),
    Program(
        "vsphere-cloud-controller-manager",
        "k8s.io/cloud-provider-vsphere/cmd/vsphere-cloud-controller-manager",
    ),
    Program("kube-vip", "github.com/kube-vip/kube-vip"),
    Program("helm", "helm.sh/helm/v3/cmd/helm", ldflags=HELM_FLAGS),
    Program("coredns", "github.com/coredns/coredns"),
    Program("cilium-cni", "github.com/cilium/cilium/plugins/cilium-cni", tags=CILIUM_TAGS),
    Program("cilium-mount", "github.com/cilium/cilium/tools/mount"),
    Program("cilium-sysctlfix", "github.com/cilium/cilium/tools/sysctlfix"),
    Program("cilium-dbg", "github.com/cilium/cilium/cilium-dbg", tags=CILIUM_TAGS),
    Program("cilium-operator-generic", "github.com/cilium/cilium/operator", tags=CILIUM_TAGS),
    Program("cilium-agent", "github.com/cilium/cilium/daemon", tags=CILIUM_TAGS),
    *(
        Program(f"cert-manager-{name}", f"github.com/cert-manager/cert-manager/cmd/{name}", "cert_manager")
        for name in ("controller", "webhook", "cainjector")
    ),
)

_EKS_DISTRO = "public.ecr.aws/eks-distro"
_EKS_ANYWHERE = "public.ecr.aws/eks-anywhere"


def _manager(name: str, program: str, reference: str) -> ScratchImage:
    return ScratchImage(name, reference, {"/manager": program}, ("/manager",), "65532:65532")


def _distro(name: str) -> ScratchImage:
    path = f"/usr/local/bin/{name}"
    return ScratchImage(f"{name}-image", f"{_EKS_DISTRO}/kubernetes/{name}:{DISTRO}", {path: name}, (path,))


IMAGES: t.Mapping[str, str] = {
    "kube-proxy": f"{_EKS_DISTRO}/kubernetes/kube-proxy:{DISTRO}",
    "pause": f"{_EKS_DISTRO}/kubernetes/pause:{DISTRO}",
    "coredns": f"{_EKS_DISTRO}/coredns/coredns:{COREDNS}",
    "etcd": f"{_EKS_DISTRO}/etcd-io/etcd:{ETCD}",
    "capi": f"{_EKS_ANYWHERE}/kubernetes-sigs/cluster-api/cluster-api-controller:{CAPI}",
    "cabpk": f"{_EKS_ANYWHERE}/kubernetes-sigs/cluster-api/kubeadm-bootstrap-controller:{CAPI}",
    "kcp": f"{_EKS_ANYWHERE}/kubernetes-sigs/cluster-api/kubeadm-control-plane-controller:{CAPI}",
    "capv": f"{_EKS_ANYWHERE}/kubernetes-sigs/cluster-api-provider-vsphere/release/manager:{CAPV}",
    "etcdadm-bootstrap": f"{_EKS_ANYWHERE}/aws/etcdadm-bootstrap-provider:{ETCDADM_BOOTSTRAP}",
    "etcdadm-controller": f"{_EKS_ANYWHERE}/aws/etcdadm-controller:{ETCDADM_CONTROLLER}",
    "cloud-provider": f"{_EKS_ANYWHERE}/kubernetes/cloud-provider-vsphere/cpi/manager:{CLOUD_PROVIDER}",
    "kube-vip": f"{_EKS_ANYWHERE}/kube-vip/kube-vip:{KUBE_VIP}",
    "cilium": f"{_EKS_ANYWHERE}/cilium/cilium:{CILIUM}",
    "cilium-operator": f"{_EKS_ANYWHERE}/cilium/operator-generic:{CILIUM}",
    "cert-manager-controller": f"{_EKS_ANYWHERE}/cert-manager/cert-manager-controller:{CERT_MANAGER}",
    "cert-manager-webhook": f"{_EKS_ANYWHERE}/cert-manager/cert-manager-webhook:{CERT_MANAGER}",
    "cert-manager-cainjector": f"{_EKS_ANYWHERE}/cert-manager/cert-manager-cainjector:{CERT_MANAGER}",
    "kind-node": f"{_EKS_ANYWHERE}/kubernetes-sigs/kind/node:{DISTRO}",
    "sandbox": "registry.k8s.io/pause:3.10",
}

SCRATCH_IMAGES: tuple[ScratchImage, ...] = (
    *(_distro(name) for name in ("kube-apiserver", "kube-controller-manager", "kube-scheduler")),
    ScratchImage("pause-image", IMAGES["pause"], {"/pause": "pause"}, ("/pause",), "65535:65535"),
    ScratchImage("sandbox-image", IMAGES["sandbox"], {"/pause": "pause"}, ("/pause",), "65535:65535"),
    ScratchImage("coredns-image", IMAGES["coredns"], {"/coredns": "coredns"}, ("/coredns",)),
    ScratchImage("etcd-image", IMAGES["etcd"], {"/usr/local/bin/etcd": "etcd"}),
    _manager("capi-image", "capi-controller", IMAGES["capi"]),
    _manager("cabpk-image", "cabpk", IMAGES["cabpk"]),
    _manager("kcp-image", "kcp", IMAGES["kcp"]),
    _manager("capv-image", "capv", IMAGES["capv"]),
    _manager("etcdadm-bootstrap-image", "etcdadm-bootstrap", IMAGES["etcdadm-bootstrap"]),
    _manager("etcdadm-controller-image", "etcdadm-controller", IMAGES["etcdadm-controller"]),
    ScratchImage(
        "cloud-provider-image",
        IMAGES["cloud-provider"],
        {"/bin/vsphere-cloud-controller-manager": "vsphere-cloud-controller-manager"},
        ("/bin/vsphere-cloud-controller-manager",),
    ),
    ScratchImage("kube-vip-image", IMAGES["kube-vip"], {"/kube-vip": "kube-vip"}, ("/kube-vip",)),
    ScratchImage(
        "cilium-operator-image",
        IMAGES["cilium-operator"],
        {"/usr/bin/cilium-operator-generic": "cilium-operator-generic"},
        ("/usr/bin/cilium-operator-generic",),
    ),
    *(
        ScratchImage(
            f"cert-manager-{name}-image",
            IMAGES[f"cert-manager-{name}"],
            {f"/app/cmd/{name}/{name}": f"cert-manager-{name}"},
            (f"/app/cmd/{name}/{name}",),
            "1000:1000",
        )
        for name in ("controller", "webhook", "cainjector")
    ),
)

_CILIUM_MODULE = "github.com/cilium/cilium"

ENGINE_IMAGES: tuple[EngineImage, ...] = (
    EngineImage("network", "rootfs"),
    EngineImage("compiler", "network"),
    EngineImage("node_base", "network"),
    EngineImage("kube_proxy", "network", {"kube-proxy": "kube-proxy"}, reference=IMAGES["kube-proxy"]),
    EngineImage(
        "cilium",
        "compiler",
        {name: name for name in ("cilium-agent", "cilium-cni", "cilium-dbg", "cilium-mount", "cilium-sysctlfix")},
        (
            (_CILIUM_MODULE, "bpf", "root/var/lib/cilium/bpf"),
            (_CILIUM_MODULE, "images/cilium/init-container.sh", "root/init-container.sh"),
            (_CILIUM_MODULE, "plugins/cilium-cni/install-plugin.sh", "root/install-plugin.sh"),
            (_CILIUM_MODULE, "plugins/cilium-cni/cni-uninstall.sh", "root/cni-uninstall.sh"),
        ),
        reference=IMAGES["cilium"],
    ),
    EngineImage(
        "node",
        "node_base",
        {name: name for name in ("kubeadm", "kubelet", "kubectl", "runtime_shim")},
        (
            ("sigs.k8s.io/kind", "images/base/files/usr", "kind/usr"),
            ("sigs.k8s.io/kind", "images/base/files/kind", "kind/kind"),
            ("sigs.k8s.io/kind", "images/base/files/etc/sysctl.d", "kind/etc/sysctl.d"),
            ("sigs.k8s.io/kind", "images/base/files/etc/systemd", "kind/etc/systemd"),
        ),
        {"KUBERNETES_VERSION": DISTRO},
    ),
)

_STAGING = "gcr.io/k8s-staging-cluster-api"

MANIFESTS: tuple[Manifest, ...] = (
    Manifest("cluster-api", FORK, "config/default", {f"{_STAGING}/cluster-api-controller:main": IMAGES["capi"]}),
    Manifest(
        "bootstrap-kubeadm",
        FORK,
        "bootstrap/kubeadm/config/default",
        {f"{_STAGING}/kubeadm-bootstrap-controller:main": IMAGES["cabpk"]},
    ),
    Manifest(
        "control-plane-kubeadm",
        FORK,
        "controlplane/kubeadm/config/default",
        {f"{_STAGING}/kubeadm-control-plane-controller:main": IMAGES["kcp"]},
    ),
    Manifest(
        "infrastructure-vsphere",
        "sigs.k8s.io/cluster-api-provider-vsphere",
        "config/default",
        {"gcr.io/k8s-staging-capi-vsphere/cluster-api-vsphere-controller:main": IMAGES["capv"]},
    ),
    Manifest(
        "bootstrap-etcdadm-bootstrap",
        "github.com/aws/etcdadm-bootstrap-provider",
        "config/default",
        {"${ETCDADM_BOOTSTRAP_IMAGE}": IMAGES["etcdadm-bootstrap"]},
    ),
    Manifest(
        "bootstrap-etcdadm-controller",
        "github.com/aws/etcdadm-controller",
        "config/default",
        {"${ETCDADM_CONTROLLER_IMAGE}": IMAGES["etcdadm-controller"]},
    ),
)


def _repository(image: str) -> dict[str, str]:
    repository, tag = image.rsplit(":", 1)
    return {"repository": repository, "tag": tag}


CHARTS: tuple[Chart, ...] = (
    Chart("cilium-chart", _CILIUM_MODULE, "install/kubernetes/cilium", CILIUM.lstrip("v")),
    Chart(
        "cert-manager-chart",
        "github.com/cert-manager/cert-manager",
        "deploy/charts/cert-manager",
        CERT_MANAGER,
        {
            "installCRDs": True,
            "startupapicheck": {"enabled": False},
            "image": _repository(IMAGES["cert-manager-controller"]),
            "webhook": {"image": _repository(IMAGES["cert-manager-webhook"])},
            "cainjector": {"image": _repository(IMAGES["cert-manager-cainjector"])},
        },
        templates="deploy/crds/crd-*.yaml",
    ),
)

EXTERNAL_ETCD = "external-etcd"
KITS: tuple[Kit, ...] = (
    # etcdadm installs etcd from its cache; without the archive there it would download one from GitHub.
    Kit(
        "external-etcd",
        {"usr/libexec/etcdadm": "etcdadm"},
        f"var/cache/etcdadm/etcd/{ETCD_VERSION}/etcd-{ETCD_VERSION}-linux-amd64.tar.gz",
        ("etcd", "etcdctl"),
    ),
)

COMPONENTS: tuple[Component, ...] = (
    *PROGRAMS,
    Rootfs("rootfs", "bookworm"),
    *ENGINE_IMAGES,
    *SCRATCH_IMAGES,
    *MANIFESTS,
    *CHARTS,
    *KITS,
)

ON_DEMAND = frozenset({"etcdctl", "etcdadm", *(kit.name for kit in KITS)})
"""What a lab does without until it is asked for one of the kits."""


def closure(names: t.Collection[str]) -> tuple[Component, ...]:
    """The named components with all they need, dependencies first; without a name all but those on demand."""
    by_name = {component.name: component for component in COMPONENTS}
    unknown = sorted(set(names) - set(by_name))
    if unknown:
        raise KeyError(f"the lab has no component {', '.join(unknown)}; it has {', '.join(sorted(by_name))}")
    ordered: dict[str, Component] = {}

    def visit(name: str) -> None:
        if name in ordered:
            return
        for need in by_name[name].needs:
            visit(need)
        ordered[name] = by_name[name]

    for name in names or (name for name in by_name if name not in ON_DEMAND):
        visit(name)
    return tuple(ordered.values())


__all__ = (
    "CHARTS",
    "COMPONENTS",
    "ENGINE_IMAGES",
    "IMAGES",
    "KITS",
    "MANIFESTS",
    "MODULE_VERSIONS",
    "ON_DEMAND",
    "PROGRAMS",
    "closure",
)
