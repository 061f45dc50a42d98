# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Why a machine of Cluster API has no ready node: the first step of its way that is not done yet."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.plugins.module_utils._wait.conditions import (
    Condition,
    conditions,
    flat,
    is_true,
    not_true,
    said,
)
from ansible_collections.eks.anywhere.plugins.module_utils._wait.reason import Reason, Weight
from ansible_collections.eks.anywhere.plugins.module_utils._wait.workloads import node_text

CONTROL_PLANE_LABEL = "cluster.x-k8s.io/control-plane"
ETCD_LABEL = "cluster.x-k8s.io/etcd-cluster"
ETCD_READY_LABEL = "cluster.x-k8s.io/etcd-ready"

_VM_STEPS = {
    "Cloning": "to be cloned from its template",
    "WaitingForClone": "to be cloned from its template",
    "PoweringOn": "to be powered on",
    "WaitingForBootstrapData": "to get its bootstrap data",
    "WaitingForIPAddress": "to get an IP address",
    "WaitingForIPAllocation": "to get an IP address",
    "WaitingForNetworkAddress": "to get an IP address",
    "WaitingForNetworkAddresses": "to get an IP address",
    "WaitingForStaticIPAllocation": "to get its static IP address",
}
_VM_CONDITIONS = ("VCenterAvailable", "VirtualMachineProvisioned", "VMProvisioned", "IPAddressClaimsFulfilled", "Ready")
_CONTROL_PLANE_PARTS = {
    "APIServerPodHealthy": "kube-apiserver",
    "ControllerManagerPodHealthy": "kube-controller-manager",
    "SchedulerPodHealthy": "kube-scheduler",
    "EtcdPodHealthy": "etcd",
    "EtcdMemberHealthy": "its etcd member",
}


@dataclasses.dataclass(frozen=True)
class Surroundings:
    """The other objects that a machine's state depends on."""

    infrastructure: t.Mapping[tuple[str, str], Obj] = dataclasses.field(default_factory=dict)
    vms: t.Mapping[str, Obj] = dataclasses.field(default_factory=dict)
    bootstraps: t.Mapping[str, Obj] = dataclasses.field(default_factory=dict)
    nodes: t.Mapping[str, Obj] = dataclasses.field(default_factory=dict)

    @classmethod
    def of(cls, objects: t.Iterable[Obj]) -> Surroundings:
        """Sort objects by what a machine refers to them with."""
        infrastructure: dict[tuple[str, str], Obj] = {}
        vms: dict[str, Obj] = {}
        bootstraps: dict[str, Obj] = {}
        nodes: dict[str, Obj] = {}
        for obj in objects:
            kind, name = obj["kind"], obj["metadata"]["name"]
            if kind == "VSphereVM":
                vms[_owner(obj, "VSphereMachine") or name] = obj
            elif kind in {"KubeadmConfig", "EtcdadmConfig"}:
                bootstraps[name] = obj
            elif kind == "Node":
                nodes[name] = obj
            elif kind in {"VSphereMachine", "DockerMachine"}:
                infrastructure[(kind, name)] = obj
        return cls(infrastructure=infrastructure, vms=vms, bootstraps=bootstraps, nodes=nodes)


def machine(obj: Obj, around: Surroundings) -> Reason | None:
    """Why a Machine is not ready; None when it is."""
    ending = _ending(obj)
    if ending:
        return ending
    status, name = obj.get("status") or {}, obj["metadata"]["name"]
    done = status.get("initialization") or {}
    if not done.get("bootstrapDataSecretCreated"):
        return _bootstrap(obj, around)
    if not done.get("infrastructureProvisioned"):
        return _infrastructure(obj, around)
    if not (obj.get("spec") or {}).get("providerID"):
        return Reason("Machine", name, "its VM runs, but the provider has not reported a providerID yet")
    if is_etcd(obj):
        return None if is_etcd_ready(obj) else Reason("Machine", name, _no_member(obj))
    joined = (status.get("nodeRef") or {}).get("name")
    return _unready(obj, around) if joined else Reason("Machine", name, _no_node(obj, around))


def _ending(obj: Obj) -> Reason | None:
    status, name = obj.get("status") or {}, obj["metadata"]["name"]
    if obj["metadata"].get("deletionTimestamp"):
        leaving = conditions(obj).get("Deleting")
        # Right after the deletion the condition still says that there is none.
        known = leaving is not None and leaving.status == "True"
        return Reason("Machine", name, f"being deleted{f': {said(leaving)}' if leaving and known else ''}")
    failure = _failure(status)
    return Reason("Machine", name, f"failed: {failure}", Weight.CAUSE) if failure else None


def infrastructure_machine(obj: Obj, around: Surroundings) -> Reason | None:
    """Why a VSphereMachine or DockerMachine is not ready, told through its VM where it has one."""
    kind, name = obj["kind"], obj["metadata"]["name"]
    vm = around.vms.get(name)
    if vm and not (vm.get("status") or {}).get("ready"):
        found = virtual_machine(vm)
        return dataclasses.replace(found, kind=kind, name=name) if found else None
    failure = _failure(obj.get("status") or {})
    if failure:
        return Reason(kind, name, f"failed: {failure}", Weight.CAUSE)
    blocking = not_true(obj, *_VM_CONDITIONS)
    return _vm_reason(kind, name, blocking, subject=kind) if blocking else None


def virtual_machine(obj: Obj) -> Reason | None:
    """Why a VSphereVM is not ready."""
    status, name = obj.get("status") or {}, obj["metadata"]["name"]
    if status.get("ready"):
        return None
    failure = _failure(status)
    if failure:
        return Reason("VSphereVM", name, f"failed: {failure}", Weight.CAUSE)
    blocking = not_true(obj, *_VM_CONDITIONS)
    if blocking:
        return _vm_reason("VSphereVM", name, blocking, subject="VSphereVM")
    if is_true(obj, "VirtualMachineProvisioned") or status.get("vmRef"):
        return Reason("VSphereVM", name, "waiting for VSphereVM to get an IP address")
    return Reason("VSphereVM", name, "waiting for the vSphere provider to take up VSphereVM")


def _vm_reason(kind: str, name: str, blocking: Condition, *, subject: str) -> Reason:
    if blocking.type == "VCenterAvailable" or blocking.reason == "VCenterUnreachable":
        return Reason(kind, name, f"the vSphere provider cannot reach vCenter: {said(blocking)}", Weight.CAUSE)
    step = _VM_STEPS.get(blocking.reason)
    if step:
        return Reason(kind, name, f"waiting for {subject} {step}")
    if blocking.reason in {"NotReady", "NotProvisioned", "WaitingForClusterInfrastructure"} and not blocking.message:
        return Reason(kind, name, f"waiting for {subject} to be provisioned")
    if "Failed" in blocking.reason or "Failure" in blocking.reason or blocking.reason == "NotFoundByBIOSUUID":
        return Reason(kind, name, f"{subject} has a problem in vCenter: {said(blocking)}", Weight.CAUSE)
    return Reason(kind, name, f"waiting for {subject}: {said(blocking)}")


def _bootstrap(obj: Obj, around: Surroundings) -> Reason:
    name = obj["metadata"]["name"]
    reference = ((obj.get("spec") or {}).get("bootstrap") or {}).get("configRef") or {}
    config = around.bootstraps.get(reference.get("name", ""))
    blocking = not_true(config or {}, "DataSecretAvailable", "CertificatesAvailable", "Ready")
    if blocking and "ControlPlane" in blocking.reason:
        return Reason("Machine", name, "waiting for the control plane to be initialized")
    if blocking and blocking.reason not in {"WaitingForClusterInfrastructure", "ClusterInfrastructureNotReady"}:
        return Reason("Machine", name, f"waiting for its bootstrap data: {said(blocking)}")
    if blocking:
        return Reason("Machine", name, "waiting for the infrastructure of the cluster")
    if is_etcd(obj):
        return Reason("Machine", name, "waiting for its bootstrap data (members join etcd once its first one is up)")
    if not is_control_plane(obj):
        return Reason("Machine", name, "waiting for the control plane to be initialized")
    return Reason("Machine", name, "waiting for its bootstrap data")


def _infrastructure(obj: Obj, around: Surroundings) -> Reason:
    name = obj["metadata"]["name"]
    reference = (obj.get("spec") or {}).get("infrastructureRef") or {}
    found = around.infrastructure.get((reference.get("kind", ""), reference.get("name", "")))
    reason = infrastructure_machine(found, around) if found else None
    if reason:
        return dataclasses.replace(reason, kind="Machine", name=name)
    blocking = not_true(obj, "InfrastructureReady")
    words = f": {said(blocking)}" if blocking and blocking.message else ""
    return Reason("Machine", name, f"waiting for {reference.get('kind', 'its infrastructure')}{words}")


def _no_node(obj: Obj, around: Surroundings) -> str:
    """The VM runs and nothing inside it can be asked; say what is known from the outside."""
    provider_id = (obj.get("spec") or {}).get("providerID")
    for name, node in around.nodes.items():
        identity = (node.get("spec") or {}).get("providerID")
        if name in {obj["metadata"]["name"], _infrastructure_name(obj)} and identity != provider_id:
            seen = f"providerID {identity}" if identity else "no providerID"
            return f"its node {name} has joined with {seen} instead of {provider_id}; look at the cloud provider's pod"
    if is_control_plane(obj):
        return f"its VM runs{_where(obj)}, waiting for kubeadm to bring up the control plane on it"
    return f"its VM runs{_where(obj)}, waiting for it to join the cluster"


def _where(obj: Obj) -> str:
    known = (obj.get("status") or {}).get("addresses") or ()
    addresses = [entry.get("address") for entry in known if "IP" in str(entry.get("type"))]
    return f" ({addresses[0]})" if addresses else ""


def _no_member(obj: Obj) -> str:
    """An etcd machine has no node; its controller asks etcd on it how it is, and marks the Machine when it is well."""
    return f"its VM runs{_where(obj)}, waiting for etcd on it to answer as healthy"


def is_control_plane(machine: Obj) -> bool:
    """Whether a Machine is one of the control plane."""
    return CONTROL_PLANE_LABEL in (machine["metadata"].get("labels") or {})


def is_etcd(machine: Obj) -> bool:
    """Whether a Machine is a member of an external etcd."""
    return ETCD_LABEL in (machine["metadata"].get("labels") or {})


def is_etcd_ready(machine: Obj) -> bool:
    """Whether etcd on a Machine has answered as healthy."""
    return ETCD_READY_LABEL in (machine["metadata"].get("labels") or {})


def _infrastructure_name(obj: Obj) -> str:
    return str(((obj.get("spec") or {}).get("infrastructureRef") or {}).get("name", ""))


def _unready(obj: Obj, around: Surroundings) -> Reason | None:
    """There is a node; what is wrong with it, or with a control plane part on it."""
    name, node_name = obj["metadata"]["name"], obj["status"]["nodeRef"]["name"]
    node = around.nodes.get(node_name)
    if node and not is_true(node, "Ready"):
        return Reason("Machine", name, f"node {node_name}: {node_text(node)}")
    present = conditions(obj)
    for kind, part in _CONTROL_PLANE_PARTS.items():
        if kind in present and present[kind].status == "False":
            return Reason("Machine", name, f"{part} is not healthy: {said(present[kind])}")
    blocking = not_true(obj, "NodeHealthy", "NodeReady", "Ready")
    return Reason("Machine", name, f"not ready: {said(blocking)}") if blocking else None


def _failure(status: t.Mapping[str, t.Any]) -> str:
    """``failureMessage`` of the v1beta1 contract, or where newer objects keep it."""
    older = ((status.get("deprecated") or {}).get("v1beta1") or {}).get("failureMessage")
    return flat(str(status.get("failureMessage") or older or ""))


def _owner(obj: Obj, kind: str) -> str:
    owners = obj["metadata"].get("ownerReferences") or ()
    return next((str(owner["name"]) for owner in owners if owner.get("kind") == kind), "")


__all__ = (
    "CONTROL_PLANE_LABEL",
    "ETCD_LABEL",
    "Surroundings",
    "infrastructure_machine",
    "is_control_plane",
    "is_etcd",
    "is_etcd_ready",
    "machine",
    "virtual_machine",
)
