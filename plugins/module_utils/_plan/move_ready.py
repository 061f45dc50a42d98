# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Whether clusters may be paused, are paused indeed, and live again after the move; if not, why not."""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._plan.move_graph import (
    CLUSTER_GROUP,
    Graph,
    Key,
    Node,
)
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj

LIVING_KINDS = frozenset({"Cluster", "Machine", "MachineSet", "MachineDeployment", "KubeadmControlPlane"})
"""Kinds whose controllers write down which generation of the object they have looked at."""


def unready(graph: Graph) -> tuple[str, ...]:
    """Why the source cannot be paused yet: things under way that a pause would cut, or that a copy would lose."""
    reasons = [f"{node.key.label} is being deleted" for node in graph.nodes.values() if node.deleting]
    for key, node in graph.clusters.items():
        reasons.extend(f"{key.label}: {reason}" for reason in _cluster_unready(node.obj))
    for key, node in graph.nodes.items():
        if _is_machine(node) and _machine_unready(node.obj):
            reasons.append(f"{key.label} has no node yet")
    return tuple(sorted(reasons))


def _cluster_unready(cluster: Obj) -> t.Iterator[str]:
    status = cluster.get("status") or {}
    done = status.get("initialization") or {}
    conditions = {item.get("type"): item.get("status") for item in status.get("conditions") or ()}
    managed = (cluster.get("spec") or {}).get("controlPlaneRef")
    initialized = conditions.get("ControlPlaneInitialized") == "True"
    if not done.get("infrastructureProvisioned"):
        yield "its infrastructure is not provisioned"
    elif not initialized or (managed and not done.get("controlPlaneInitialized")):
        yield "its control plane is not initialized"


def _machine_unready(machine: Obj) -> bool:
    etcd = "cluster.x-k8s.io/etcd-cluster" in (machine["metadata"].get("labels") or {})
    return not etcd and not ((machine.get("status") or {}).get("nodeRef") or {}).get("name")


def not_quiet(graph: Graph) -> tuple[str, ...]:
    """Objects whose controller has not said yet that it sees the pause. Those that never say it tell nothing."""
    ours = (node for node in graph.nodes.values() if node.clusters and not node.keep)
    return tuple(sorted(f"{node.key.label} is not yet reported as paused" for node in ours if _unseen_pause(node)))


def _unseen_pause(node: Node) -> bool:
    condition = _paused_condition(node.obj)
    if condition is None:
        return False
    seen = condition.get("observedGeneration", node.obj["metadata"].get("generation", 0))
    return condition.get("status") != "True" or seen < node.obj["metadata"].get("generation", 0)


def not_living(graph: Graph, *, clusters: t.Collection[Key]) -> tuple[str, ...]:
    """Why the moved clusters are not known to work in the target: status is not moved, controllers find it anew.

    A Cluster that somebody paused since is not waited for.
    """
    running = {key for key in clusters if key in graph.nodes and not _is_stopped(graph.nodes[key])}
    gone = [f"{key.label} is not there" for key in clusters if key not in graph.nodes]
    ours = [node for node in graph.nodes.values() if node.clusters & running]
    reasons = [f"{node.key.label} {why}" for node in ours if (why := _not_looked_at(node))]
    for key in running:
        reasons.extend(f"{key.label}: {reason}" for reason in _cluster_unready(graph.nodes[key].obj))
    reasons += [
        f"{node.key.label} has no node yet" for node in ours if _is_machine(node) and _machine_unready(node.obj)
    ]
    return tuple(sorted((*gone, *reasons)))


def _not_looked_at(node: Node) -> str:
    if (_paused_condition(node.obj) or {}).get("status") == "True":
        return "is still reported as paused"
    generation = node.obj["metadata"].get("generation", 0)
    seen = (node.obj.get("status") or {}).get("observedGeneration", 0)
    if node.key.kind in LIVING_KINDS and seen < generation:
        return "was not looked at by its controller yet"
    return ""


def _is_stopped(node: Node) -> bool:
    return bool((node.obj.get("spec") or {}).get("paused"))


def _is_machine(node: Node) -> bool:
    return (node.key.group, node.key.kind) == (CLUSTER_GROUP, "Machine")


def _paused_condition(obj: Obj) -> Obj | None:
    """The condition ``Paused`` of either contract: the older keeps it under ``status.v1beta2``."""
    status = obj.get("status") or {}
    entries = (*(status.get("conditions") or ()), *((status.get("v1beta2") or {}).get("conditions") or ()))
    return next((entry for entry in entries if entry.get("type") == "Paused"), None)


__all__ = ("LIVING_KINDS", "not_living", "not_quiet", "unready")
