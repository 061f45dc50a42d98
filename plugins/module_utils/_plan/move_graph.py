# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""What a move is made of: kinds, objects by identity, and the graph of what was observed on one side.

Vocabulary as in Cluster API: the *tenants* of an object are the roots (Cluster, ClusterClass, ClusterResourceSet, and
kinds or objects with the move-hierarchy label) from which it can be reached by ownership. An object moves when it has a
tenant or carries the move label itself or through its kind.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj

MOVABLE_LABEL = "clusterctl.cluster.x-k8s.io"
MOVE_LABEL = "clusterctl.cluster.x-k8s.io/move"
HIERARCHY_LABEL = "clusterctl.cluster.x-k8s.io/move-hierarchy"
BLOCK_ANNOTATION = "clusterctl.cluster.x-k8s.io/block-move"

CLUSTER_GROUP = "cluster.x-k8s.io"
ADDONS_GROUP = "addons.cluster.x-k8s.io"
ROOTS = {(CLUSTER_GROUP, "Cluster"), (CLUSTER_GROUP, "ClusterClass"), (ADDONS_GROUP, "ClusterResourceSet")}
"""Kinds whose whole hierarchy moves without any label."""


class Key(t.NamedTuple):
    """What identifies an object on both sides: everything but its uid and the version of its kind."""

    group: str
    kind: str
    namespace: str
    name: str

    @property
    def label(self) -> str:
        """For people: ``Machine eksa-system/wl-1``."""
        return f"{self.kind} {self.namespace}/{self.name}" if self.namespace else f"{self.kind} {self.name}"


@dataclasses.dataclass(frozen=True)
class MoveKind:
    """A kind of object that takes part in a move. ``status_apart``: its status is written by a request of its own."""

    api_version: str
    kind: str
    namespaced: bool = True
    move: bool = False
    hierarchy: bool = False
    status_apart: bool = False

    @property
    def group(self) -> str:
        """API group; empty for the core one."""
        return self.api_version.rpartition("/")[0]


CORE_KINDS = (MoveKind(api_version="v1", kind="Secret"), MoveKind(api_version="v1", kind="ConfigMap"))


@dataclasses.dataclass(frozen=True)
class Scope:
    """What a move is asked to move: a namespace, or one cluster of it."""

    namespace: str
    name: str | None = None


@dataclasses.dataclass(frozen=True)
class Node:
    """An object that moves. ``keep``: it is copied but stays in the source, because others there need it."""

    key: Key
    kind: MoveKind
    obj: Obj
    tenants: frozenset[Key]
    shared: bool
    keep: bool

    @property
    def uid(self) -> str:
        """Identity of this very object on its own side."""
        return str(self.obj["metadata"]["uid"])

    @property
    def clusters(self) -> frozenset[Key]:
        """The Clusters it belongs to."""
        return frozenset(tenant for tenant in self.tenants if is_cluster(tenant))

    @property
    def deleting(self) -> bool:
        """Whether somebody deleted it and its finalizers still hold it."""
        return bool(self.obj["metadata"].get("deletionTimestamp"))

    @property
    def blocking(self) -> bool:
        """Whether a provider asks the move to wait for it."""
        return asks_to_wait(self.obj)

    def holding(self, obj: Obj) -> Node:
        """The same node with another content."""
        return Node(self.key, self.kind, obj, self.tenants, self.shared, self.keep)


def asks_to_wait(obj: Obj) -> bool:
    """Whether a provider put the annotation on an object that holds a move back."""
    return BLOCK_ANNOTATION in (obj["metadata"].get("annotations") or {})


@dataclasses.dataclass(frozen=True)
class Graph:
    """All that was observed on one side. ``groups`` is the order of creation, owners first.

    ``orphans`` are ClusterResourceSetBindings that outlived their set and their Cluster, which belong to nothing.
    """

    nodes: t.Mapping[Key, Node]
    groups: tuple[tuple[Node, ...], ...]
    stuck: tuple[tuple[Key, str], ...]
    seen: t.Mapping[Key, Obj]
    orphans: tuple[Node, ...] = ()

    @property
    def clusters(self) -> dict[Key, Node]:
        """The Clusters that move."""
        return {key: node for key, node in self.nodes.items() if is_cluster(key)}


def is_cluster(key: Key) -> bool:
    """Whether it names a Cluster API Cluster."""
    return (key.group, key.kind) == (CLUSTER_GROUP, "Cluster")


def is_class(key: Key) -> bool:
    """Whether it names a ClusterClass."""
    return (key.group, key.kind) == (CLUSTER_GROUP, "ClusterClass")


def is_binding(key: Key) -> bool:
    """Whether it names a ClusterResourceSetBinding, which is made by a controller alone."""
    return (key.group, key.kind) == (ADDONS_GROUP, "ClusterResourceSetBinding")


def key_of(obj: Obj) -> Key:
    """Identity of an object across clusters."""
    metadata = obj["metadata"]
    group = str(obj["apiVersion"]).rpartition("/")[0]
    return Key(group=group, kind=obj["kind"], namespace=metadata.get("namespace") or "", name=metadata["name"])


def kinds_of(definitions: t.Iterable[Obj]) -> tuple[MoveKind, ...]:
    """Kinds that custom resource definitions (those with the movable label) bring, plus Secret and ConfigMap."""
    found = [_kind_of(definition, version) for definition in definitions for version in definition["spec"]["versions"]]
    return (*(kind for kind in found if kind is not None), *CORE_KINDS)


def _kind_of(definition: Obj, version: Obj) -> MoveKind | None:
    if not version.get("storage"):
        return None
    spec = definition["spec"]
    labels = definition["metadata"].get("labels") or {}
    hierarchy = (spec["group"], spec["names"]["kind"]) in ROOTS or HIERARCHY_LABEL in labels
    return MoveKind(
        api_version=f"{spec['group']}/{version['name']}",
        kind=spec["names"]["kind"],
        namespaced=spec.get("scope") != "Cluster",
        move=hierarchy or MOVE_LABEL in labels,
        hierarchy=hierarchy,
        status_apart="status" in (version.get("subresources") or {}),
    )


def class_of(cluster: Obj) -> tuple[str, str] | None:
    """(namespace, name) of the ClusterClass that a Cluster is built from."""
    topology = (cluster.get("spec") or {}).get("topology") or {}
    reference = topology.get("classRef") or {"name": topology.get("class"), "namespace": topology.get("classNamespace")}
    if not reference.get("name"):
        return None
    return (reference.get("namespace") or cluster["metadata"]["namespace"], reference["name"])


def template_references(value: t.Any) -> list[dict[str, str]]:
    """Every ``templateRef`` (or v1beta1 ``ref``) below a ClusterClass."""
    if isinstance(value, list):
        return [found for item in value for found in template_references(item)]
    if not isinstance(value, dict):
        return []
    own = [item for name, item in value.items() if name in ("templateRef", "ref") and {"kind", "name"} <= set(item)]
    return own + [found for item in value.values() for found in template_references(item)]


__all__ = (
    "ADDONS_GROUP",
    "CLUSTER_GROUP",
    "CORE_KINDS",
    "HIERARCHY_LABEL",
    "MOVABLE_LABEL",
    "MOVE_LABEL",
    "Graph",
    "Key",
    "MoveKind",
    "Node",
    "Scope",
    "asks_to_wait",
    "class_of",
    "is_binding",
    "is_class",
    "is_cluster",
    "key_of",
    "kinds_of",
    "template_references",
)
