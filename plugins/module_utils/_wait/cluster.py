# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Where a cluster under construction stands: goals as pure judgements over its objects."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.plugins.module_utils._wait.conditions import is_observed, is_true
from ansible_collections.eks.anywhere.plugins.module_utils._wait.driver import Tick
from ansible_collections.eks.anywhere.plugins.module_utils._wait.explain import explain
from ansible_collections.eks.anywhere.plugins.module_utils._wait.machines import (
    is_control_plane,
    is_etcd,
    is_etcd_ready,
)
from ansible_collections.eks.anywhere.plugins.module_utils._wait.reason import Reason, Weight
from ansible_collections.eks.anywhere.plugins.module_utils._wait.rolled import progress, waiting
from ansible_collections.eks.anywhere.plugins.module_utils._wait.scene import (
    ROLLED,
    TITLES,
    Goal,
    Scene,
    has_external_etcd,
    replicas,
)


def judge(scene: Scene, goal: Goal) -> Tick:
    """Whether the goal is reached, and if not, why."""
    etcd_missing = scene.cluster and has_external_etcd(scene.cluster) and scene.etcd is None
    if scene.cluster is None or scene.control_plane is None or etcd_missing:
        missing = Reason("Cluster", scene.name, "its objects are not in the cluster that was asked", Weight.CAUSE)
        return Tick(done=False, state="not there", reasons=(missing,))
    done, state = _rolled(scene, goal) if goal in ROLLED else _GOALS[goal](scene)
    return Tick(done=True, state=state) if done else Tick(done=False, state=state, reasons=_reasons(scene, goal))


def _reasons(scene: Scene, goal: Goal) -> tuple[Reason, ...]:
    found = explain(scene.objects)
    if goal in ROLLED:
        found = sorted([*found, *waiting(scene, goal)], key=lambda reason: (not reason.hopeless, reason.weight))
    aside = ASIDE.get(goal)
    if goal is Goal.MACHINES:
        # What still goes on at machines that have joined is no reason why another has not.
        joined = {obj["metadata"]["name"] for obj in scene.machines if _has_joined(obj)}
        return tuple(sorted(found, key=lambda reason: reason.kind == "Machine" and reason.name in joined))
    if aside is None:
        return tuple(found)
    # What is not spoken of by this goal, or waits for it by design, is no reason for it.
    strangers = {obj["metadata"]["name"] for obj in scene.machines if aside.machine(obj)}
    kept = (
        reason
        for reason in found
        if reason.kind not in aside.kinds and not (reason.kind == "Machine" and reason.name in strangers)
    )
    return tuple(dict.fromkeys(kept))


@dataclasses.dataclass(frozen=True)
class Aside:
    """What a goal does not speak of: it comes up later, or is another part."""

    kinds: frozenset[str]
    machine: t.Callable[[Obj], bool]


def _is_worker(machine: Obj) -> bool:
    return not is_control_plane(machine) and not is_etcd(machine)


def _rolled(scene: Scene, goal: Goal) -> tuple[bool, str]:
    found = progress(scene, goal)
    return found.done, found.state


def _etcd(scene: Scene) -> tuple[bool, str]:
    if scene.etcd is None:
        return True, "stacked"
    status = scene.etcd.get("status") or {}
    # The controller calls the number of healthy members "replicas", and leaves it out when it is zero.
    healthy = int(status.get("replicas") or 0)
    settled = is_observed(scene.etcd) and bool(status.get("ready"))
    return settled and healthy >= scene.etcd_members, f"{healthy}/{scene.etcd_members} members healthy"


def _control_plane(scene: Scene) -> tuple[bool, str]:
    obj = t.cast(Obj, scene.control_plane)
    spec, status = obj.get("spec") or {}, obj.get("status") or {}
    wanted = int(spec.get("replicas") or 0)
    # Nodes are not ready before the network is there, so it is machines with a healthy control plane that count.
    up = sum(1 for machine in scene.machines if is_control_plane(machine) and is_true(machine, "APIServerPodHealthy"))
    settled = is_observed(obj) and is_true(obj, "Available") and status.get("version") == spec.get("version")
    return settled and up >= wanted, f"{min(up, wanted)}/{wanted} up"


def _machines(scene: Scene) -> tuple[bool, str]:
    joined = sum(1 for machine in scene.machines if _has_joined(machine))
    made = len(scene.machines) == scene.wanted
    return made and joined == scene.wanted, f"{joined}/{scene.wanted} joined"


def _nodes(scene: Scene) -> tuple[bool, str]:
    wanted = scene.wanted - sum(1 for machine in scene.machines if is_etcd(machine))
    ready = sum(1 for node in scene.nodes or () if is_true(node, "Ready"))
    return ready >= wanted > 0, f"{ready}/{wanted} ready"


def _ready(scene: Scene) -> tuple[bool, str]:
    owners = (t.cast(Obj, scene.control_plane), *scene.deployments)
    ready = sum(int((owner.get("status") or {}).get("readyReplicas") or 0) for owner in owners)
    wanted = sum(replicas(owner) for owner in owners)
    running = all((machine.get("status") or {}).get("phase") == "Running" for machine in scene.machines)
    settled = all(is_observed(owner) for owner in owners) and is_true(t.cast(Obj, scene.cluster), "Available")
    settled = settled and _etcd(scene)[0]
    return settled and running and ready == wanted, f"{ready}/{wanted} machines ready"


def _has_joined(machine: Obj) -> bool:
    """An etcd machine never gets a node; it joins its etcd."""
    if is_etcd(machine):
        return is_etcd_ready(machine)
    return bool(((machine.get("status") or {}).get("nodeRef") or {}).get("name"))


_WITHOUT_ETCD = Aside(frozenset({"MachineDeployment", "KubeadmControlPlane"}), lambda machine: not is_etcd(machine))
_WITHOUT_WORKERS = Aside(frozenset({"MachineDeployment"}), _is_worker)

ASIDE: t.Mapping[Goal, Aside] = {
    Goal.ETCD: _WITHOUT_ETCD,
    Goal.CONTROL_PLANE: _WITHOUT_WORKERS,
    Goal.ETCD_ROLLED: _WITHOUT_ETCD,
    Goal.CONTROL_PLANE_ROLLED: _WITHOUT_WORKERS,
    Goal.WORKERS_ROLLED: Aside(
        frozenset({"EtcdadmCluster", "KubeadmControlPlane"}), lambda machine: not _is_worker(machine)
    ),
}

_GOALS: t.Mapping[Goal, t.Callable[[Scene], tuple[bool, str]]] = {
    Goal.ETCD: _etcd,
    Goal.CONTROL_PLANE: _control_plane,
    Goal.MACHINES: _machines,
    Goal.NODES: _nodes,
    Goal.READY: _ready,
}

__all__ = ("ASIDE", "TITLES", "Aside", "Goal", "Scene", "has_external_etcd", "judge")
