# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""What is missing of each part of a cluster, as one look at its API server tells; empty when nothing is.

A run may have been cut between any two writes, so a part counts as there when what is written last of it is there.
"""

from __future__ import annotations

import dataclasses

from ansible_collections.eks.anywhere.plugins.module_utils._config.bundles import Bundles
from ansible_collections.eks.anywhere.plugins.module_utils._config.model import ClusterConfig
from ansible_collections.eks.anywhere.plugins.module_utils._ops import sources
from ansible_collections.eks.anywhere.plugins.module_utils._plan.objects import in_groups, in_namespace, where
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Artifacts, Kube, Obj
from ansible_collections.eks.anywhere.plugins.module_utils._wait import explain

DEFAULT_CLASS = "storageclass.kubernetes.io/is-default-class"
DEFINITION = "clusters.anywhere.eks.amazonaws.com"
INVENTORY = {"api_version": "clusterctl.cluster.x-k8s.io/v1alpha3", "kind": "Provider"}

_CERT_MANAGER = (
    ("cert-manager", "cert-manager"),
    ("cert-manager", "cert-manager-cainjector"),
    ("cert-manager", "cert-manager-webhook"),
)
_COMMON = (
    ("capi-system", "capi-controller-manager"),
    ("capi-kubeadm-bootstrap-system", "capi-kubeadm-bootstrap-controller-manager"),
    ("capi-kubeadm-control-plane-system", "capi-kubeadm-control-plane-controller-manager"),
)
_INFRASTRUCTURE = {
    "vsphere": ("capv-system", "capv-controller-manager"),
    "docker": ("capd-system", "capd-controller-manager"),
}
_ETCD = (
    ("etcdadm-controller-system", "etcdadm-controller-controller-manager"),
    ("etcdadm-bootstrap-provider-system", "etcdadm-bootstrap-provider-controller-manager"),
)
_CREDENTIALS = {"vsphere": ("vsphere-credentials", "eksa-license")}
"""Secrets that follow the providers."""


@dataclasses.dataclass(frozen=True)
class Pieces:
    """The parts of one cluster. Without ``bundles`` only the objects that every cluster has can be named."""

    config: ClusterConfig
    bundles: Bundles | None
    artifacts: Artifacts

    def missing_network(self, kube: Kube) -> str:
        """Cilium and what keeps nodes from being ready."""
        if self.config.cilium is None:
            return ""
        agent = kube.get(api_version="apps/v1", kind="DaemonSet", name="cilium", namespace="kube-system")
        nodes = kube.list(api_version="v1", kind="Node")
        reasons = explain([*([agent] if agent else []), *nodes])
        return "Cilium is not installed" if agent is None else "; ".join(reason.sentence for reason in reasons)

    def missing_storage_class(self, kube: Kube) -> str:
        """The default class, where the provider has one."""
        if self.config.provider != "vsphere":
            return ""
        classes = kube.list(api_version="storage.k8s.io/v1", kind="StorageClass")
        marks = [(item["metadata"].get("annotations") or {}).get(DEFAULT_CLASS) for item in classes]
        return "" if "true" in marks else "no default class"

    def missing_providers(self, kube: Kube) -> tuple[str, ...]:
        """Deployments, then the inventory that clusterctl writes after them, then the credentials."""
        missing = self.missing_controllers(kube)
        if missing:
            return missing
        listed = {item["metadata"]["namespace"] for item in kube.list(**INVENTORY)}
        unlisted = [f"inventory of {namespace}" for namespace, _name in self._providers if namespace not in listed]
        return (*unlisted, *self._missing_credentials(kube))

    def missing_controllers(self, kube: Kube) -> tuple[str, ...]:
        """Deployments that build machines, not there or not available."""
        wanted = (*_CERT_MANAGER, *self._providers)
        found = {
            (item["metadata"]["namespace"], item["metadata"]["name"]): item
            for item in kube.list(api_version="apps/v1", kind="Deployment")
        }
        missing = [f"{namespace}/{name}" for namespace, name in wanted if (namespace, name) not in found]
        missing += [reason.sentence for reason in explain([found[key] for key in wanted if key in found])]
        return tuple(missing)

    @property
    def _providers(self) -> tuple[tuple[str, str], ...]:
        return (*_COMMON, _INFRASTRUCTURE[self.config.provider], *(_ETCD if self.config.external_etcd else ()))

    def _missing_credentials(self, kube: Kube) -> tuple[str, ...]:
        wanted = _CREDENTIALS.get(self.config.provider, ())
        return tuple(
            f"Secret {name}"
            for name in wanted
            if kube.get(api_version="v1", kind="Secret", name=name, namespace="eksa-system") is None
        )

    def missing_definitions(self, kube: Kube) -> str:
        """The definitions of the vendor's layer."""
        api = "apiextensions.k8s.io/v1"
        found = kube.get(api_version=api, kind="CustomResourceDefinition", name=DEFINITION)
        return "" if found else "definitions not installed"

    def missing_objects(self, kube: Kube, *, namespace: str) -> tuple[str, ...]:
        """Objects of the group that is applied last; what it refers to was there before."""
        rendered = sources.unapplied(self.config, self.bundles, artifacts=self.artifacts)
        last = in_groups(in_namespace(rendered, namespace))[-1] if rendered else self._always(namespace)
        return tuple(f"{obj['kind']} {obj['metadata']['name']}" for obj in last if not _there(obj, kube))

    def _always(self, namespace: str) -> list[Obj]:
        name = self.config.name
        wanted = [("controlplane.cluster.x-k8s.io/v1beta2", "KubeadmControlPlane", name)]
        wanted += [
            ("cluster.x-k8s.io/v1beta2", "MachineDeployment", f"{name}-{one.name}") for one in self.config.workers
        ]
        if self.config.external_etcd:
            wanted.append(("etcdcluster.cluster.x-k8s.io/v1beta1", "EtcdadmCluster", f"{name}-etcd"))
        return [
            {"apiVersion": api, "kind": kind, "metadata": {"name": name, "namespace": namespace}}
            for api, kind, name in wanted
        ]


def _there(obj: Obj, kube: Kube) -> bool:
    found = kube.get(**where(obj))
    return found is not None


__all__ = ("Pieces",)
