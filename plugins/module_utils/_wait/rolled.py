# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""How far the machines of a part are replaced: which are up to date and well, and which have yet to go.

Statuses may be older than the change that is waited for, so a machine also has to come from what its holder asks for
now: the template its infrastructure was cloned from, and for workers the MachineSet that it belongs to.
"""

from __future__ import annotations

import dataclasses
import re
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.plugins.module_utils._wait.conditions import conditions, is_observed, is_true
from ansible_collections.eks.anywhere.plugins.module_utils._wait.machines import (
    is_control_plane,
    is_etcd,
    is_etcd_ready,
)
from ansible_collections.eks.anywhere.plugins.module_utils._wait.reason import Reason, Weight
from ansible_collections.eks.anywhere.plugins.module_utils._wait.scene import Goal, Scene, replicas

CLONED_FROM = "cluster.x-k8s.io/cloned-from-name"
DEPLOYMENT_LABEL = "cluster.x-k8s.io/deployment-name"
_ETCD_UPGRADING = "etcdcluster.cluster.x-k8s.io/upgrading"
_PLANE_PARTS = ("APIServerPodHealthy", "ControllerManagerPodHealthy", "SchedulerPodHealthy")
_ETCD_PARTS = ("EtcdPodHealthy", "EtcdMemberHealthy")
_NUMBERS = re.compile(r"v?(\d+\.\d+\.\d+)")


@dataclasses.dataclass(frozen=True)
class Progress:
    """``fresh`` machines are up to date, ``well`` those of them that serve; ``old`` have to go.

    ``settled``: the controllers have seen what is asked for, and say that the part as a whole is well.
    """

    wanted: int
    settled: bool
    fresh: tuple[Obj, ...] = ()
    well: tuple[Obj, ...] = ()
    old: tuple[Obj, ...] = ()
    surplus: int = 0

    @property
    def done(self) -> bool:
        """Whether nothing is left to be replaced, or to come up."""
        exact = self.wanted == len(self.fresh) == len(self.well)
        return self.settled and exact and not self.old and not self.surplus

    @property
    def state(self) -> str:
        """``1/3 up to date, 2 old``."""
        left = len(self.old) + self.surplus
        return f"{len(self.well)}/{self.wanted} up to date{f', {left} old' if left else ''}"

    def __add__(self, other: Progress) -> Progress:
        """Both parts together."""
        return Progress(
            wanted=self.wanted + other.wanted,
            settled=self.settled and other.settled,
            fresh=self.fresh + other.fresh,
            well=self.well + other.well,
            old=self.old + other.old,
            surplus=self.surplus + other.surplus,
        )


def progress(scene: Scene, goal: Goal) -> Progress:
    """How far the part that a goal speaks of is."""
    return _PARTS[goal](scene)


def waiting(scene: Scene, goal: Goal) -> tuple[Reason, ...]:
    """What is said of machines that are well, but not what is asked for; and of an API that does not answer."""
    found = progress(scene, goal)
    silent = goal is not Goal.ETCD_ROLLED and scene.nodes is None
    access = Reason("Cluster", scene.name, "its API server does not answer on its endpoint", Weight.CAUSE)
    turns = (
        Reason("Machine", machine["metadata"]["name"], f"waits for its turn to be replaced{_running(machine)}")
        for machine in found.old
        if not machine["metadata"].get("deletionTimestamp")
    )
    late = (
        Reason("Machine", machine["metadata"]["name"], f"is new, and not ready{_running(machine)} yet")
        for machine in found.fresh
        if machine not in found.well
    )
    reasons = (*([access] if silent else []), *late, *turns)
    return reasons or (Reason("Cluster", scene.name, "its controllers have not settled yet", Weight.SUMMARY),)


def _running(machine: Obj) -> str:
    version = (machine.get("spec") or {}).get("version")
    return f" (Kubernetes {version})" if version else ""


def _etcd(scene: Scene) -> Progress:
    """Old members are no owned ones any more; they stay until the control plane is rolled."""
    etcd = scene.etcd
    if etcd is None:
        return Progress(wanted=0, settled=True)
    status, annotations = etcd.get("status") or {}, etcd["metadata"].get("annotations") or {}
    # Its condition Ready comes only when the old members are gone; the field comes when the new ones are well.
    settled = is_observed(etcd) and bool(status.get("ready")) and _ETCD_UPGRADING not in annotations
    template = ((etcd.get("spec") or {}).get("infrastructureTemplate") or {}).get("name")
    clones = _clones(scene)
    members = [machine for machine in scene.machines if is_etcd(machine) and _is_owned(machine, "EtcdadmCluster")]
    old = tuple(machine for machine in members if _is_leaving(machine) or not _is_from(machine, template, clones))
    fresh = tuple(machine for machine in members if machine not in old)
    well = tuple(machine for machine in fresh if is_etcd_ready(machine))
    return Progress(wanted=replicas(etcd), settled=settled, fresh=fresh, well=well, old=old)


def _control_plane(scene: Scene) -> Progress:
    owner = t.cast(Obj, scene.control_plane)
    spec, status = owner.get("spec") or {}, owner.get("status") or {}
    reference = ((spec.get("machineTemplate") or {}).get("spec") or {}).get("infrastructureRef") or {}
    clones = _clones(scene)
    machines = [machine for machine in scene.machines if is_control_plane(machine)]
    old = tuple(
        machine
        for machine in machines
        if _is_leaving(machine)
        or not _is_told_fresh(machine)
        or not _is_version(machine, spec.get("version"))
        or not _is_from(machine, reference.get("name"), clones)
    )
    fresh = tuple(machine for machine in machines if machine not in old)
    nodes = _nodes(scene)
    parts = (*_PLANE_PARTS, *_ETCD_PARTS)
    well = tuple(machine for machine in fresh if _serves(machine, nodes) and _all_healthy(machine, parts))
    members = conditions(owner).get("EtcdClusterHealthy")
    settled = is_observed(owner) and is_true(owner, "Available") and status.get("version") == spec.get("version")
    # Of an etcd on other machines nobody corrects what was said there before the first one was up.
    settled = settled and (_has_other_etcd(spec) or members is None or members.status == "True")
    surplus = sum(1 for machine in scene.machines if is_etcd(machine)) - scene.etcd_members
    return Progress(wanted=replicas(owner), settled=settled, fresh=fresh, well=well, old=old, surplus=max(surplus, 0))


def _has_other_etcd(spec: Obj) -> bool:
    kubeadm = (spec.get("kubeadmConfigSpec") or {}).get("clusterConfiguration") or {}
    return bool((kubeadm.get("etcd") or {}).get("external"))


def _workers(scene: Scene) -> Progress:
    return sum((_group(scene, owner) for owner in scene.deployments), Progress(wanted=0, settled=True))


def _group(scene: Scene, owner: Obj) -> Progress:
    name = owner["metadata"]["name"]
    current = {made["metadata"]["name"] for made in scene.machine_sets if _asks_alike(made, owner)}
    machines = [one for one in scene.machines if (one["metadata"].get("labels") or {}).get(DEPLOYMENT_LABEL) == name]
    old = tuple(
        machine
        for machine in machines
        if _is_leaving(machine) or not _is_told_fresh(machine) or _owner(machine, "MachineSet") not in current
    )
    fresh = tuple(machine for machine in machines if machine not in old)
    nodes = _nodes(scene)
    well = tuple(machine for machine in fresh if _serves(machine, nodes))
    return Progress(wanted=replicas(owner), settled=is_observed(owner), fresh=fresh, well=well, old=old)


def _asks_alike(machine_set: Obj, deployment: Obj) -> bool:
    """Whether a MachineSet makes the machines that its MachineDeployment asks for now."""
    return _asked(machine_set) == _asked(deployment)


def _asked(holder: Obj) -> tuple[t.Any, ...]:
    spec = ((holder.get("spec") or {}).get("template") or {}).get("spec") or {}
    bootstrap = (spec.get("bootstrap") or {}).get("configRef") or {}
    names = (bootstrap.get("name"), (spec.get("infrastructureRef") or {}).get("name"))
    return (*names, spec.get("version"), spec.get("failureDomain"))


def _is_leaving(machine: Obj) -> bool:
    return bool(machine["metadata"].get("deletionTimestamp"))


def _is_told_fresh(machine: Obj) -> bool:
    """What its owner says of it; owners of older contracts say nothing."""
    found = conditions(machine).get("UpToDate")
    return found is None or found.status == "True"


def _is_version(machine: Obj, version: str | None) -> bool:
    return version is None or (machine.get("spec") or {}).get("version") in (None, version)


def _is_from(machine: Obj, template: str | None, clones: t.Mapping[str, str]) -> bool:
    reference = ((machine.get("spec") or {}).get("infrastructureRef") or {}).get("name", "")
    return template is None or clones.get(reference, template) == template


def _clones(scene: Scene) -> dict[str, str]:
    """Name of an infrastructure machine -> name of the template it was made from, as far as that is noted."""
    noted = ((obj["metadata"]["name"], obj["metadata"].get("annotations") or {}) for obj in scene.clones)
    return {name: annotations[CLONED_FROM] for name, annotations in noted if CLONED_FROM in annotations}


def _is_owned(machine: Obj, kind: str) -> bool:
    return bool(_owner(machine, kind))


def _owner(machine: Obj, kind: str) -> str:
    owners = machine["metadata"].get("ownerReferences") or ()
    return next((str(owner["name"]) for owner in owners if owner.get("kind") == kind), "")


def _nodes(scene: Scene) -> dict[str, Obj]:
    return {node["metadata"]["name"]: node for node in scene.nodes or ()}


def _serves(machine: Obj, nodes: t.Mapping[str, Obj]) -> bool:
    """Whether its node is ready, at the version that is asked for."""
    node = nodes.get(((machine.get("status") or {}).get("nodeRef") or {}).get("name", ""))
    return node is not None and is_true(node, "Ready") and _runs_version(node, machine)


def _runs_version(node: Obj, machine: Obj) -> bool:
    """EKS Distro adds its own suffix to what the kubelet says, so only the numbers tell."""
    seen = _NUMBERS.match(str(((node.get("status") or {}).get("nodeInfo") or {}).get("kubeletVersion") or ""))
    asked = _NUMBERS.match(str((machine.get("spec") or {}).get("version") or ""))
    return seen is None or asked is None or seen.group(1) == asked.group(1)


def _all_healthy(machine: Obj, parts: t.Iterable[str]) -> bool:
    """Of the parts that are told of at all: with an external etcd nothing is told of etcd."""
    found = conditions(machine)
    return all(found[part].status == "True" for part in parts if part in found)


_PARTS: t.Mapping[Goal, t.Callable[[Scene], Progress]] = {
    Goal.ETCD_ROLLED: _etcd,
    Goal.CONTROL_PLANE_ROLLED: _control_plane,
    Goal.WORKERS_ROLLED: _workers,
}

__all__ = ("CLONED_FROM", "DEPLOYMENT_LABEL", "Progress", "progress", "waiting")
