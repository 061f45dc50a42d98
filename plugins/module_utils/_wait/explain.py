# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""From a heap of objects to sentences: why each is not ready, causes first."""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.plugins.module_utils._wait import workloads
from ansible_collections.eks.anywhere.plugins.module_utils._wait.conditions import (
    conditions,
    is_observed,
    is_true,
    not_true,
    said,
)
from ansible_collections.eks.anywhere.plugins.module_utils._wait.machines import (
    Surroundings,
    infrastructure_machine,
    machine,
    virtual_machine,
)
from ansible_collections.eks.anywhere.plugins.module_utils._wait.reason import Reason, Weight

_CORE = "cluster.x-k8s.io"
_PAUSED = "cluster.x-k8s.io/paused"


def explain(objects: t.Iterable[Obj]) -> list[Reason]:
    """One reason per object that is not ready and whose state another object does not explain better."""
    everything = list(objects)
    around = Surroundings.of(everything)
    told = _told_by_machines(everything)
    reasons: list[Reason] = []
    for obj in everything:
        if (obj["kind"], obj["metadata"]["name"]) in told:
            continue
        reason = _one(obj, around)
        if reason:
            reasons.append(reason)
    return sorted(reasons, key=lambda reason: (not reason.hopeless, reason.weight))


def _one(obj: Obj, around: Surroundings) -> Reason | None:
    kind = obj["kind"]
    if kind == "Cluster" and _group(obj) != _CORE:
        return _eksa_cluster(obj)
    if kind in {"VSphereMachine", "DockerMachine"}:
        return infrastructure_machine(obj, around)
    if kind == "Machine":
        return machine(obj, around)
    simple = _SIMPLE.get(kind)
    return simple(obj) if simple else None


def _told_by_machines(objects: t.Sequence[Obj]) -> set[tuple[str, str]]:
    """Objects whose state is part of a Machine's sentence already."""
    told: set[tuple[str, str]] = set()
    machines = [obj for obj in objects if obj["kind"] == "Machine"]
    for obj in machines:
        spec, status = obj.get("spec") or {}, obj.get("status") or {}
        reference = spec.get("infrastructureRef") or {}
        told.add((reference.get("kind", ""), reference.get("name", "")))
        told.add(("Node", (status.get("nodeRef") or {}).get("name", "")))
    for obj in objects:
        owners = obj["metadata"].get("ownerReferences") or ()
        if obj["kind"] == "VSphereVM" and any((owner.get("kind"), owner.get("name")) in told for owner in owners):
            told.add(("VSphereVM", obj["metadata"]["name"]))
    return told


def _cluster(obj: Obj) -> Reason | None:
    name = obj["metadata"]["name"]
    if (obj.get("spec") or {}).get("paused"):
        return Reason("Cluster", name, "is paused", Weight.SUMMARY)
    done = (obj.get("status") or {}).get("initialization") or {}
    if not done.get("infrastructureProvisioned"):
        blocking = not_true(obj, "InfrastructureReady")
        words = f": {said(blocking)}" if blocking and blocking.message else ""
        return Reason("Cluster", name, f"its infrastructure is not provisioned yet{words}", Weight.SUMMARY)
    if not done.get("controlPlaneInitialized"):
        return Reason("Cluster", name, "its control plane is not initialized yet", Weight.SUMMARY)
    probe = not_true(obj, "RemoteConnectionProbe")
    if probe and probe.status == "False":
        return Reason("Cluster", name, f"its API server cannot be reached: {said(probe)}", Weight.STEP)
    return None


def _vsphere_cluster(obj: Obj) -> Reason | None:
    if (obj.get("status") or {}).get("ready"):
        return None
    name, blocking = obj["metadata"]["name"], not_true(obj, "VCenterAvailable", "ClusterModulesAvailable", "Ready")
    if blocking and blocking.type == "VCenterAvailable" and blocking.message:
        return Reason("VSphereCluster", name, f"cannot reach vCenter: {said(blocking)}", Weight.CAUSE)
    if blocking and blocking.message:
        return Reason("VSphereCluster", name, f"not ready: {said(blocking)}")
    return Reason("VSphereCluster", name, "waiting for the vSphere provider to take it up")


def _control_plane(obj: Obj) -> Reason | None:
    name, spec, status = obj["metadata"]["name"], obj.get("spec") or {}, obj.get("status") or {}
    wanted, ready = spec.get("replicas", 1), status.get("readyReplicas", 0)
    certificates = not_true(obj, "CertificatesAvailable")
    if certificates and certificates.status == "False" and certificates.message:
        return Reason("KubeadmControlPlane", name, f"certificates: {said(certificates)}", Weight.CAUSE)
    blocked = _blocked(obj)
    if blocked:
        return Reason("KubeadmControlPlane", name, blocked, Weight.CAUSE)
    if _PAUSED in (obj["metadata"].get("annotations") or {}):
        # Cluster API itself sets it until an external etcd is ready.
        return Reason("KubeadmControlPlane", name, "is paused", Weight.SUMMARY)
    if not is_observed(obj) or not status.get("replicas"):
        return Reason("KubeadmControlPlane", name, "its first machine has not been made yet", Weight.SUMMARY)
    if ready >= wanted and is_true(obj, "Available"):
        return None
    blocking = not_true(obj, "EtcdClusterHealthy", "ControlPlaneComponentsHealthy", "Available")
    words = f": {said(blocking)}" if blocking and status.get("readyReplicas") else ""
    return Reason("KubeadmControlPlane", name, f"{ready}/{wanted} machines ready{words}", Weight.SUMMARY)


def _machine_deployment(obj: Obj) -> Reason | None:
    name, spec, status = obj["metadata"]["name"], obj.get("spec") or {}, obj.get("status") or {}
    wanted, ready = spec.get("replicas", 1), status.get("readyReplicas", 0)
    blocked = _blocked(obj)
    if blocked:
        return Reason("MachineDeployment", name, blocked, Weight.CAUSE)
    if ready >= wanted and is_observed(obj):
        return None
    return Reason("MachineDeployment", name, f"{ready}/{wanted} machines ready", Weight.SUMMARY)


def _blocked(obj: Obj) -> str:
    """What keeps the controller from making machines, such as a template that does not exist."""
    scaling = conditions(obj).get("ScalingUp")
    return said(scaling) if scaling and "blocked" in scaling.message else ""


def _etcd_cluster(obj: Obj) -> Reason | None:
    status = obj.get("status") or {}
    if status.get("ready"):
        return None
    # The controller calls the number of healthy members "replicas", and nothing when it is zero.
    wanted, healthy = (obj.get("spec") or {}).get("replicas", 1), status.get("replicas", 0)
    blocking = not_true(obj, "EtcdCertificatesAvailable", "EtcdMachinesReady", "EtcdEndpointsAvailable", "Ready")
    words = f": {said(blocking)}" if blocking and blocking.message else ""
    name = obj["metadata"]["name"]
    return Reason("EtcdadmCluster", name, f"{healthy}/{wanted} members healthy{words}", Weight.SUMMARY)


def _eksa_cluster(obj: Obj) -> Reason | None:
    name, failure = obj["metadata"]["name"], (obj.get("status") or {}).get("failureMessage")
    if failure:
        return Reason("Cluster", name, f"refused by its controller: {failure}", Weight.CAUSE)
    blocking = not_true(obj, "ControlPlaneReady", "DefaultCNIConfigured", "WorkersReady", "Ready")
    return Reason("Cluster", name, f"{blocking.type} is not true: {said(blocking)}") if blocking else None


def _group(obj: Obj) -> str:
    return str(obj.get("apiVersion", "")).partition("/")[0]


_SIMPLE: t.Mapping[str, t.Callable[[Obj], Reason | None]] = {
    "Cluster": _cluster,
    "DaemonSet": workloads.daemon_set,
    "Deployment": workloads.deployment,
    "EtcdadmCluster": _etcd_cluster,
    "KubeadmControlPlane": _control_plane,
    "MachineDeployment": _machine_deployment,
    "Node": workloads.node,
    "Pod": workloads.pod,
    "VSphereCluster": _vsphere_cluster,
    "VSphereVM": virtual_machine,
}

__all__ = ("explain",)
