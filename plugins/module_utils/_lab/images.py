# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""The lab's images, as data: under which public name, and of what. A file that is not ours comes from a module."""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._lab.parts import EngineImage, ScratchImage
from ansible_collections.eks.anywhere.plugins.module_utils._lab.programs import coredns
from ansible_collections.eks.anywhere.plugins.module_utils._lab.releases import (
    CERT_MANAGER,
    CILIUM,
    CILIUM_MODULE,
    CLOUD_PROVIDER,
    ETCDADM_BOOTSTRAP,
    ETCDADM_CONTROLLER,
    FIRST,
    KIND_MODULE,
    KUBE_VIP,
    LATER,
    Release,
)

_DISTRO = "public.ecr.aws/eks-distro"
_ANYWHERE = "public.ecr.aws/eks-anywhere"
_STATIC_PODS = ("kube-apiserver", "kube-controller-manager", "kube-scheduler")
_CERT_MANAGERS = ("controller", "webhook", "cainjector")
_MANAGERS: t.Mapping[str, str] = {"capi": "capi-controller", "cabpk": "cabpk", "kcp": "kcp", "capv": "capv"}
"""Images of Cluster API and its vSphere provider, with the program in each."""

_SHARED: t.Mapping[str, str] = {
    "etcdadm-bootstrap": f"{_ANYWHERE}/aws/etcdadm-bootstrap-provider:{ETCDADM_BOOTSTRAP}",
    "etcdadm-controller": f"{_ANYWHERE}/aws/etcdadm-controller:{ETCDADM_CONTROLLER}",
    "cloud-provider": f"{_ANYWHERE}/kubernetes/cloud-provider-vsphere/cpi/manager:{CLOUD_PROVIDER}",
    "kube-vip": f"{_ANYWHERE}/kube-vip/kube-vip:{KUBE_VIP}",
    "cilium": f"{_ANYWHERE}/cilium/cilium:{CILIUM}",
    "cilium-operator": f"{_ANYWHERE}/cilium/operator-generic:{CILIUM}",
    **{
        f"cert-manager-{name}": f"{_ANYWHERE}/cert-manager/cert-manager-{name}:{CERT_MANAGER}"
        for name in _CERT_MANAGERS
    },
    "sandbox": "registry.k8s.io/pause:3.10",
}


def references(release: Release) -> t.Mapping[str, str]:
    """Names of all images that a release names, as the public knows them; machines find them in the lab's registry."""
    capi = f"{_ANYWHERE}/kubernetes-sigs/cluster-api"
    return {
        **_SHARED,
        **{name: f"{_DISTRO}/kubernetes/{name}:{release.tag}" for name in (*_STATIC_PODS, "kube-proxy", "pause")},
        "coredns": f"{_DISTRO}/coredns/coredns:{release.of_distro(release.coredns)}",
        "etcd": f"{_DISTRO}/etcd-io/etcd:{release.of_distro(release.etcd)}",
        "capi": f"{capi}/cluster-api-controller:{release.capi}",
        "cabpk": f"{capi}/kubeadm-bootstrap-controller:{release.capi}",
        "kcp": f"{capi}/kubeadm-control-plane-controller:{release.capi}",
        "capv": f"{_ANYWHERE}/kubernetes-sigs/cluster-api-provider-vsphere/release/manager:{release.capv}",
        "kind-node": f"{_ANYWHERE}/kubernetes-sigs/kind/node:{release.tag}",
    }


def _manager(name: str, program: str, reference: str) -> ScratchImage:
    return ScratchImage(name, reference, {"/manager": program}, ("/manager",), "65532:65532")


def _scratch_of(release: Release) -> tuple[ScratchImage, ...]:
    names, own = references(release), release.own
    static_pods = (
        ScratchImage(own(f"{name}-image"), names[name], {path: own(name)}, (path,))
        for name, path in ((name, f"/usr/local/bin/{name}") for name in _STATIC_PODS)
    )
    return (
        *static_pods,
        ScratchImage(own("pause-image"), names["pause"], {"/pause": "pause"}, ("/pause",), "65535:65535"),
        ScratchImage(own("coredns-image"), names["coredns"], {"/coredns": coredns(release)}, ("/coredns",)),
        ScratchImage(own("etcd-image"), names["etcd"], {"/usr/local/bin/etcd": "etcd"}),
    )


def _managers_of(release: Release) -> tuple[ScratchImage, ...]:
    names, own = references(release), release.manager
    return tuple(_manager(own(f"{image}-image"), own(program), names[image]) for image, program in _MANAGERS.items())


def _engine_of(release: Release) -> tuple[EngineImage, ...]:
    own = release.own
    return (
        EngineImage(
            own("kube_proxy"),
            "network",
            {"kube-proxy": own("kube-proxy")},
            reference=references(release)["kube-proxy"],
            sources="kube_proxy",
        ),
        EngineImage(
            own("node"),
            "node_base",
            {
                **{name: own(name) for name in ("kubeadm", "kubelet", "kubectl")},
                "runtime_shim": "runtime_shim",
            },
            (
                (KIND_MODULE, "images/base/files/usr", "kind/usr"),
                (KIND_MODULE, "images/base/files/kind", "kind/kind"),
                (KIND_MODULE, "images/base/files/etc/sysctl.d", "kind/etc/sysctl.d"),
                (KIND_MODULE, "images/base/files/etc/systemd", "kind/etc/systemd"),
            ),
            {"KUBERNETES_VERSION": release.tag},
            sources="node",
        ),
    )


def of_release(release: Release) -> tuple[ScratchImage | EngineImage, ...]:
    """The images that are not the same in each release; its managers' may be those of an earlier one."""
    return (*_engine_of(release), *_scratch_of(release), *_managers_of(release))


SCRATCH_IMAGES: tuple[ScratchImage, ...] = (
    *_scratch_of(FIRST),
    *_managers_of(FIRST),
    ScratchImage("sandbox-image", _SHARED["sandbox"], {"/pause": "pause"}, ("/pause",), "65535:65535"),
    _manager("etcdadm-bootstrap-image", "etcdadm-bootstrap", _SHARED["etcdadm-bootstrap"]),
    _manager("etcdadm-controller-image", "etcdadm-controller", _SHARED["etcdadm-controller"]),
    ScratchImage(
        "cloud-provider-image",
        _SHARED["cloud-provider"],
        {"/bin/vsphere-cloud-controller-manager": "vsphere-cloud-controller-manager"},
        ("/bin/vsphere-cloud-controller-manager",),
    ),
    ScratchImage("kube-vip-image", _SHARED["kube-vip"], {"/kube-vip": "kube-vip"}, ("/kube-vip",)),
    ScratchImage(
        "cilium-operator-image",
        _SHARED["cilium-operator"],
        {"/usr/bin/cilium-operator-generic": "cilium-operator-generic"},
        ("/usr/bin/cilium-operator-generic",),
    ),
    *(
        ScratchImage(
            f"cert-manager-{name}-image",
            _SHARED[f"cert-manager-{name}"],
            {f"/app/cmd/{name}/{name}": f"cert-manager-{name}"},
            (f"/app/cmd/{name}/{name}",),
            "1000:1000",
        )
        for name in _CERT_MANAGERS
    ),
    *(image for release in LATER for image in _scratch_of(release)),
    *(image for release in LATER if release.has_own_managers for image in _managers_of(release)),
)

ENGINE_IMAGES: tuple[EngineImage, ...] = (
    EngineImage("network", "rootfs"),
    EngineImage("compiler", "network"),
    EngineImage("node_base", "network"),
    EngineImage(
        "cilium",
        "compiler",
        {name: name for name in ("cilium-agent", "cilium-cni", "cilium-dbg", "cilium-mount", "cilium-sysctlfix")},
        (
            (CILIUM_MODULE, "bpf", "root/var/lib/cilium/bpf"),
            (CILIUM_MODULE, "images/cilium/init-container.sh", "root/init-container.sh"),
            (CILIUM_MODULE, "plugins/cilium-cni/install-plugin.sh", "root/install-plugin.sh"),
            (CILIUM_MODULE, "plugins/cilium-cni/cni-uninstall.sh", "root/cni-uninstall.sh"),
        ),
        reference=_SHARED["cilium"],
    ),
    *_engine_of(FIRST),
    *(image for release in LATER for image in _engine_of(release)),
)


__all__ = ("ENGINE_IMAGES", "SCRATCH_IMAGES", "of_release", "references")
