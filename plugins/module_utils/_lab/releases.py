# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""The lab's releases, one row each: what a Bundles manifest names together, and which sources it is compiled from.

The first is what the lab always has. A later one is built when it is asked for, to upgrade to. Its programs may be the
same sources with the next patch version stamped into them, which costs a link each; a row of another minor version
names a Go module of its own, which pins other sources, and may keep the Cluster API of an earlier row.
"""

from __future__ import annotations

import dataclasses
import typing as t

CERT_MANAGER = "v1.11.5"
CILIUM = "v1.19.1"
CLOUD_PROVIDER = "v1.32.2"
ETCDADM_BOOTSTRAP = "v1.0.17"
ETCDADM_CONTROLLER = "v1.0.25"
KIND = "v0.31.0"
KUBE_VIP = "v0.9.1"


@dataclasses.dataclass(frozen=True)
class Release:
    """One version of everything. ``number`` is that of its Bundles, ``distro`` counts EKS Distro's of one minor.

    ``managers`` is the number of the release that its Cluster API and vSphere provider came with, ``module`` the Go
    module of its Kubernetes.
    """

    number: int
    eksa: str
    kubernetes: str
    distro: int
    coredns: str
    etcd: str
    capi: str
    capv: str
    managers: int
    module: str = "kubernetes"

    @property
    def suffix(self) -> str:
        """Tells its own components and files from those of the first."""
        return _suffix(self.number)

    @property
    def has_own_managers(self) -> bool:
        """Whether its Cluster API and vSphere provider are not those of an earlier release."""
        return self.managers == self.number

    @property
    def has_own_sources(self) -> bool:
        """Whether it is compiled from other sources than the first."""
        return self.module != FIRST.module

    @property
    def minor(self) -> str:
        """The Kubernetes version as a cluster config names it."""
        return ".".join(self.kubernetes.removeprefix("v").split(".")[:2])

    @property
    def channel(self) -> str:
        """EKS Distro's name of the minor version."""
        return self.minor.replace(".", "-")

    @property
    def name(self) -> str:
        """Name of the EKS Distro release, which templates are tagged with."""
        return f"kubernetes-{self.channel}-eks-{self.distro}"

    @property
    def tag(self) -> str:
        """Version of its machines and tag of its Kubernetes images."""
        return self.of_distro(self.kubernetes)

    @property
    def template(self) -> str:
        """Name of the machine template of this release."""
        return f"ubuntu-2204-kube-{self.channel}" + (f"-eks-{self.distro}" if self.distro > 1 else "")

    @property
    def folder(self) -> str:
        """Where its manifests are, below the lab's run folder."""
        return f"release{self.suffix}"

    def of_distro(self, version: str) -> str:
        """Tag of an image that EKS Distro builds of some version."""
        return f"{version}-eks-{self.channel}-{self.distro}"

    def own(self, name: str) -> str:
        """Name of the component that is this release's instance of something that each release has its own of."""
        return f"{name}{self.suffix}"

    def manager(self, name: str) -> str:
        """The same of something that came with its Cluster API and vSphere provider."""
        return f"{name}{_suffix(self.managers)}"


def _suffix(number: int) -> str:
    return f"-{number}" if number > 1 else ""


FIRST = Release(
    number=1,
    eksa="v0.26.0",
    kubernetes="v1.34.3",
    distro=1,
    coredns="v1.12.4",
    etcd="v3.6.6",
    capi="v1.12.1",
    capv="v1.15.2",
    managers=1,
)

LATER: tuple[Release, ...] = (
    # The sources of the first one, all of it a patch version up: Kubernetes, Cluster API, its vSphere provider, EKS-A.
    dataclasses.replace(
        FIRST, number=2, eksa="v0.26.1", kubernetes="v1.34.4", distro=2, capi="v1.12.2", capv="v1.15.3", managers=2
    ),
    # The next minor version of Kubernetes, with the CoreDNS that its kubeadm wants; the rest is that of the one before.
    Release(
        number=3,
        eksa="v0.26.2",
        kubernetes="v1.35.4",
        distro=1,
        coredns="v1.13.1",
        etcd=FIRST.etcd,
        capi="v1.12.2",
        capv="v1.15.3",
        managers=2,
        module="kubernetes_1_35",
    ),
)

RELEASES = (FIRST, *LATER)

FORK = "github.com/snarkychef/cluster-api"
CAPV_MODULE = "sigs.k8s.io/cluster-api-provider-vsphere"
CILIUM_MODULE = "github.com/cilium/cilium"
CERT_MANAGER_MODULE = "github.com/cert-manager/cert-manager"
EKSA_MODULE = "github.com/aws/eks-anywhere"
ETCDADM_BOOTSTRAP_MODULE = "github.com/aws/etcdadm-bootstrap-provider"
ETCDADM_CONTROLLER_MODULE = "github.com/aws/etcdadm-controller"
KIND_MODULE = "sigs.k8s.io/kind"

MODULE_VERSIONS: t.Mapping[str, str] = {
    FORK: "v0.1.0",
    CAPV_MODULE: FIRST.capv,
    ETCDADM_BOOTSTRAP_MODULE: ETCDADM_BOOTSTRAP,
    ETCDADM_CONTROLLER_MODULE: ETCDADM_CONTROLLER,
    EKSA_MODULE: FIRST.eksa,
    CERT_MANAGER_MODULE: CERT_MANAGER,
    CILIUM_MODULE: CILIUM,
    KIND_MODULE: KIND,
}
"""Where files come from that are not compiled: manifests, charts, definitions, scripts."""


__all__ = ("FIRST", "LATER", "MODULE_VERSIONS", "RELEASES", "Release")
