# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Goals of a wait, and one look at everything about a cluster that they are judged by."""

from __future__ import annotations

import dataclasses
import enum

from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj


class Goal(enum.Enum):
    """What is waited for: external etcd healthy, the control plane up, a node per machine, nodes ready, all at rest.

    The others are of an upgrade: every machine of a part up to date and well, and no other one left.
    """

    ETCD = "etcd"
    CONTROL_PLANE = "control_plane"
    MACHINES = "machines"
    NODES = "nodes"
    READY = "ready"
    ETCD_ROLLED = "etcd_rolled"
    CONTROL_PLANE_ROLLED = "control_plane_rolled"
    WORKERS_ROLLED = "workers_rolled"


TITLES = {
    Goal.ETCD: "etcd",
    Goal.CONTROL_PLANE: "control plane",
    Goal.MACHINES: "machines",
    Goal.NODES: "nodes",
    Goal.READY: "cluster",
    Goal.ETCD_ROLLED: "etcd",
    Goal.CONTROL_PLANE_ROLLED: "control plane",
    Goal.WORKERS_ROLLED: "workers",
}
ROLLED = frozenset({Goal.ETCD_ROLLED, Goal.CONTROL_PLANE_ROLLED, Goal.WORKERS_ROLLED})


@dataclasses.dataclass(frozen=True)
class Scene:
    """One look at everything about a cluster. ``nodes`` None: its API does not answer (yet).

    ``clones`` are the infrastructure's objects of machines, which name the template each was made from.
    """

    name: str
    cluster: Obj | None
    control_plane: Obj | None
    etcd: Obj | None = None
    deployments: tuple[Obj, ...] = ()
    machine_sets: tuple[Obj, ...] = ()
    machines: tuple[Obj, ...] = ()
    clones: tuple[Obj, ...] = ()
    others: tuple[Obj, ...] = ()
    nodes: tuple[Obj, ...] | None = None
    pods: tuple[Obj, ...] = ()

    @property
    def objects(self) -> tuple[Obj, ...]:
        """All of it, for the explainer."""
        parents = tuple(obj for obj in (self.cluster, self.etcd, self.control_plane) if obj)
        return (*parents, *self.deployments, *self.machines, *self.others, *(self.nodes or ()), *self.pods)

    @property
    def wanted(self) -> int:
        """How many machines the specifications ask for."""
        owners = (*((self.control_plane,) if self.control_plane else ()), *self.deployments)
        return sum(replicas(owner) for owner in owners) + self.etcd_members

    @property
    def etcd_members(self) -> int:
        """How many machines of an external etcd the specification asks for."""
        return replicas(self.etcd) if self.etcd else 0


def has_external_etcd(cluster: Obj) -> bool:
    """Whether Cluster API manages an etcd on machines of its own for the cluster."""
    return bool((cluster.get("spec") or {}).get("managedExternalEtcdRef"))


def replicas(owner: Obj) -> int:
    """How many machines a holder is asked for."""
    return int((owner.get("spec") or {}).get("replicas") or 0)


__all__ = ("ROLLED", "TITLES", "Goal", "Scene", "has_external_etcd", "replicas")
