# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""What a cluster's manager holds of it: kinds, which objects of them are its own, and the order in which they go."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config.model import ClusterConfig
from ansible_collections.eks.anywhere.plugins.module_utils._config.packages.bundle import API as PACKAGES
from ansible_collections.eks.anywhere.plugins.module_utils._config.packages.bundle import (
    NAMESPACE,
    keeper_of,
    namespace_of,
)
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj

CORE = "cluster.x-k8s.io/v1beta2"
INFRASTRUCTURE = "infrastructure.cluster.x-k8s.io/v1beta1"
EKSA = "anywhere.eks.amazonaws.com/v1alpha1"
LABEL = "cluster.x-k8s.io/cluster-name"
ZONE_LABEL = "infrastructure.cluster.x-k8s.io/cluster-name"
PAUSED = "anywhere.eks.amazonaws.com/paused"
DELETE_WHEN_PAUSED = "anywhere.eks.amazonaws.com/allow-delete-when-paused"

Kind = tuple[str, str]
"""API version and kind."""

LEVELS: tuple[tuple[Kind, ...], ...] = (
    ((INFRASTRUCTURE, "VSphereVM"),),
    ((INFRASTRUCTURE, "VSphereMachine"),),
    ((CORE, "Machine"),),
    (
        (CORE, "MachineSet"),
        (CORE, "MachineDeployment"),
        ("controlplane.cluster.x-k8s.io/v1beta2", "KubeadmControlPlane"),
        ("etcdcluster.cluster.x-k8s.io/v1beta1", "EtcdadmCluster"),
    ),
    ((INFRASTRUCTURE, "VSphereCluster"),),
    ((CORE, "Cluster"),),
)
"""What Cluster API takes down, from the virtual machines up: each level holds back the next."""
MACHINE_LEVELS = 3
NAMED = {"KubeadmControlPlane": "{}", "EtcdadmCluster": "{}-etcd", "VSphereCluster": "{}", "Cluster": "{}"}
"""Kinds of which a cluster has one, by its name: their labels are set later, by a controller."""

REST: tuple[Kind, ...] = (
    (CORE, "MachineHealthCheck"),
    ("addons.cluster.x-k8s.io/v1beta2", "ClusterResourceSetBinding"),
    ("addons.cluster.x-k8s.io/v1beta2", "ClusterResourceSet"),
    ("bootstrap.cluster.x-k8s.io/v1beta2", "KubeadmConfig"),
    ("bootstrap.cluster.x-k8s.io/v1beta2", "KubeadmConfigTemplate"),
    ("bootstrap.cluster.x-k8s.io/v1beta1", "EtcdadmConfig"),
    ("ipam.cluster.x-k8s.io/v1beta2", "IPAddressClaim"),
    (INFRASTRUCTURE, "VSphereMachineTemplate"),
    ("v1", "ConfigMap"),
    ("v1", "Secret"),
)
"""What is left in the namespace when the Cluster is gone; some of it the garbage collector takes first."""
ZONES: tuple[Kind, ...] = ((INFRASTRUCTURE, "VSphereDeploymentZone"), (INFRASTRUCTURE, "VSphereFailureDomain"))
"""Failure domains have no namespace, and do not move with a cluster."""

_NUMBERED = re.compile(r"-\d+$")


@dataclasses.dataclass(frozen=True)
class Subject:
    """The cluster whose objects are meant. ``groups`` are its worker groups."""

    name: str
    groups: tuple[str, ...]
    domains: tuple[str, ...]

    @classmethod
    def of(cls, config: ClusterConfig) -> Subject:
        """From its config."""
        place = config.datacenter
        domains = tuple(f"{config.name}-{place.name}-{one.name}" for one in place.failure_domains) if place else ()
        return cls(name=config.name, groups=tuple(group.name for group in config.workers), domains=domains)

    def owns(self, obj: Obj, *, uids: t.Collection[str] = ()) -> bool:
        """Whether an object is the cluster's: by label, by what it names, by an owner, or by a name made for it."""
        metadata = obj["metadata"]
        labels = metadata.get("labels") or {}
        told = labels.get(LABEL) or labels.get(ZONE_LABEL) or (obj.get("spec") or {}).get("clusterName")
        if told:
            return bool(told == self.name)
        if any(owner["uid"] in uids or self._is(owner) for owner in metadata.get("ownerReferences") or ()):
            return True
        if obj["kind"] == "ClusterResourceSetBinding":
            return bool(metadata["name"] == self.name)
        return metadata["name"] in self._names or self._is_template(obj)

    def _is(self, owner: Obj) -> bool:
        """Whether an owner reference names the Cluster, which may be gone already."""
        is_cluster = owner["kind"] == "Cluster" and str(owner.get("apiVersion", "")).startswith("cluster.x-k8s.io/")
        return bool(is_cluster and owner["name"] == self.name)

    def _is_template(self, obj: Obj) -> bool:
        if not obj["kind"].endswith("Template"):
            return False
        bases = {f"{self.name}-{part}" for part in ("control-plane", "etcd", *self.groups)}
        return _NUMBERED.sub("", obj["metadata"]["name"]) in bases

    @property
    def _names(self) -> frozenset[str]:
        endings = (
            "vsphere-credentials",
            "cloud-controller-manager",
            "cloud-provider-vsphere-credentials",
            "cpi-manifests",
            "cpi",
            "aws-iam-authenticator-ca",
        )
        return frozenset((*(f"{self.name}-{ending}" for ending in endings), *self.domains))


def packages_of(config: ClusterConfig) -> tuple[tuple[str, str, str, str | None], ...]:
    """API version, kind, name and namespace of what a cluster's curated packages have on the cluster that manages it.

    The object by which the package controller looks after the cluster goes first: it would make the namespace again.
    """
    if config.self_managed:
        return ()
    return (
        (PACKAGES, "PackageBundleController", config.name, NAMESPACE),
        (PACKAGES, "Package", keeper_of(config.name), namespace_of(config.management_name)),
        ("v1", "Namespace", namespace_of(config.name), None),
    )


def is_paused(cluster: Obj) -> bool:
    """Whether controllers leave a Cluster API Cluster alone."""
    annotations = cluster["metadata"].get("annotations") or {}
    return bool((cluster.get("spec") or {}).get("paused")) or "cluster.x-k8s.io/paused" in annotations


def is_deleting(obj: Obj) -> bool:
    """Whether somebody deleted it and its finalizers still hold it."""
    return bool(obj["metadata"].get("deletionTimestamp"))


def foreign_clusters(name: str, clusters: t.Iterable[Obj]) -> tuple[str, ...]:
    """Other clusters that a management cluster holds, Cluster API's and EKS Anywhere's, by name."""
    return tuple(sorted({obj["metadata"]["name"] for obj in clusters} - {name}))


def own_documents(config: ClusterConfig, others: t.Iterable[Obj]) -> tuple[tuple[str, str, str], ...]:
    """(API version, kind, name) of the EKS Anywhere objects of the config, the Cluster first.

    What the Cluster of another cluster refers to as well, such as a shared datacenter, is not among them.
    """
    shared = {reference for other in others for reference in _references(other.get("spec") or {})}
    own = [
        (str(document["apiVersion"]), str(document["kind"]), str(document["metadata"]["name"]))
        for document in config.documents
        if str(document.get("apiVersion", "")).startswith("anywhere.eks.amazonaws.com/")
    ]
    kept = [entry for entry in own if entry[1:] not in shared]
    return tuple(sorted(kept, key=lambda entry: entry[1] != "Cluster"))


def _references(value: t.Any) -> t.Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        if isinstance(value.get("kind"), str) and isinstance(value.get("name"), str):
            yield (value["kind"], value["name"])
        for item in value.values():
            yield from _references(item)
    if isinstance(value, list):
        for item in value:
            yield from _references(item)


__all__ = (
    "CORE",
    "DELETE_WHEN_PAUSED",
    "EKSA",
    "INFRASTRUCTURE",
    "LABEL",
    "LEVELS",
    "MACHINE_LEVELS",
    "NAMED",
    "PAUSED",
    "REST",
    "ZONES",
    "Kind",
    "Subject",
    "foreign_clusters",
    "is_deleting",
    "is_paused",
    "own_documents",
)
