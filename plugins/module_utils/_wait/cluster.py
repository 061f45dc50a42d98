# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Where a cluster under construction stands: goals as pure judgements over its objects."""

from __future__ import annotations

import dataclasses
import enum
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.plugins.module_utils._wait.conditions import is_observed, is_true
from ansible_collections.eks.anywhere.plugins.module_utils._wait.driver import Tick
from ansible_collections.eks.anywhere.plugins.module_utils._wait.explain import explain
from ansible_collections.eks.anywhere.plugins.module_utils._wait.machines import CONTROL_PLANE_LABEL
from ansible_collections.eks.anywhere.plugins.module_utils._wait.reason import Reason, Weight

ETCD_LABEL = "cluster.x-k8s.io/etcd-cluster"


class Goal(enum.Enum):
    """What is waited for: the control plane up, a node for each machine, all nodes ready, all of it at rest."""

    CONTROL_PLANE = "control_plane"
    MACHINES = "machines"
    NODES = "nodes"
    READY = "ready"


TITLES = {
    Goal.CONTROL_PLANE: "control plane",
    Goal.MACHINES: "machines",
    Goal.NODES: "nodes",
    Goal.READY: "cluster",
}


@dataclasses.dataclass(frozen=True)
class Scene:
    """One look at everything about a cluster. ``nodes`` None: its API does not answer (yet)."""

    name: str
    cluster: Obj | None
    control_plane: Obj | None
    deployments: tuple[Obj, ...] = ()
    machines: tuple[Obj, ...] = ()
    others: tuple[Obj, ...] = ()
    nodes: tuple[Obj, ...] | None = None
    pods: tuple[Obj, ...] = ()

    @property
    def objects(self) -> tuple[Obj, ...]:
        """All of it, for the explainer."""
        parents = tuple(obj for obj in (self.cluster, self.control_plane) if obj)
        return (*parents, *self.deployments, *self.machines, *self.others, *(self.nodes or ()), *self.pods)

    @property
    def wanted(self) -> int:
        """How many machines the specifications ask for."""
        owners = (*((self.control_plane,) if self.control_plane else ()), *self.deployments)
        return sum(int((owner.get("spec") or {}).get("replicas") or 0) for owner in owners) + self._etcd_members

    @property
    def _etcd_members(self) -> int:
        clusters = [obj for obj in self.others if obj["kind"] == "EtcdadmCluster"]
        return sum(int((obj.get("spec") or {}).get("replicas") or 0) for obj in clusters)


def judge(scene: Scene, goal: Goal) -> Tick:
    """Whether the goal is reached, and if not, why."""
    if scene.cluster is None or scene.control_plane is None:
        missing = Reason("Cluster", scene.name, "its objects are not in the cluster that was asked", Weight.CAUSE)
        return Tick(done=False, state="not there", reasons=(missing,))
    done, state = _GOALS[goal](scene)
    return Tick(done=True, state=state) if done else Tick(done=False, state=state, reasons=_reasons(scene, goal))


def _reasons(scene: Scene, goal: Goal) -> tuple[Reason, ...]:
    found = explain(scene.objects)
    if goal is not Goal.CONTROL_PLANE:
        return tuple(found)
    # Workers wait for the control plane by design; they are no reason for it.
    own = {obj["metadata"]["name"] for obj in scene.machines if _is_control_plane(obj) or _is_etcd(obj)}
    groups = {"MachineDeployment"}
    kept = (
        reason for reason in found if reason.kind not in groups and (reason.kind != "Machine" or reason.name in own)
    )
    return tuple(kept)


def _control_plane(scene: Scene) -> tuple[bool, str]:
    obj = t.cast(Obj, scene.control_plane)
    spec, status = obj.get("spec") or {}, obj.get("status") or {}
    wanted = int(spec.get("replicas") or 0)
    # Nodes are not ready before the network is there, so it is machines with a healthy control plane that count.
    up = sum(1 for machine in scene.machines if _is_control_plane(machine) and is_true(machine, "APIServerPodHealthy"))
    settled = is_observed(obj) and is_true(obj, "Available") and status.get("version") == spec.get("version")
    return settled and up >= wanted, f"{min(up, wanted)}/{wanted} up"


def _machines(scene: Scene) -> tuple[bool, str]:
    joined = sum(1 for machine in scene.machines if _has_node(machine))
    made = len(scene.machines) == scene.wanted
    return made and joined == scene.wanted, f"{joined}/{scene.wanted} joined"


def _nodes(scene: Scene) -> tuple[bool, str]:
    wanted = scene.wanted - sum(1 for machine in scene.machines if _is_etcd(machine))
    ready = sum(1 for node in scene.nodes or () if is_true(node, "Ready"))
    return ready >= wanted > 0, f"{ready}/{wanted} ready"


def _ready(scene: Scene) -> tuple[bool, str]:
    owners = (t.cast(Obj, scene.control_plane), *scene.deployments)
    ready = sum(int((owner.get("status") or {}).get("readyReplicas") or 0) for owner in owners)
    wanted = sum(int((owner.get("spec") or {}).get("replicas") or 0) for owner in owners)
    running = all((machine.get("status") or {}).get("phase") == "Running" for machine in scene.machines)
    settled = all(is_observed(owner) for owner in owners) and is_true(t.cast(Obj, scene.cluster), "Available")
    return settled and running and ready == wanted, f"{ready}/{wanted} machines ready"


def _is_control_plane(machine: Obj) -> bool:
    return CONTROL_PLANE_LABEL in (machine["metadata"].get("labels") or {})


def _is_etcd(machine: Obj) -> bool:
    return ETCD_LABEL in (machine["metadata"].get("labels") or {})


def _has_node(machine: Obj) -> bool:
    """An etcd machine never gets a node; its being up is what counts."""
    status = machine.get("status") or {}
    if _is_etcd(machine):
        return bool((status.get("initialization") or {}).get("infrastructureProvisioned"))
    return bool((status.get("nodeRef") or {}).get("name"))


_GOALS: t.Mapping[Goal, t.Callable[[Scene], tuple[bool, str]]] = {
    Goal.CONTROL_PLANE: _control_plane,
    Goal.MACHINES: _machines,
    Goal.NODES: _nodes,
    Goal.READY: _ready,
}

__all__ = ("TITLES", "Goal", "Scene", "judge")
