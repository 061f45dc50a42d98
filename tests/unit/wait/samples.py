# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects as Cluster API v1.12, its vSphere provider v1.15 and a kubelet v1.34 show them."""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj

NAMESPACE = "eksa-system"
CAPI = "cluster.x-k8s.io/v1beta2"
INFRA = "infrastructure.cluster.x-k8s.io/v1beta1"
CLUSTER_LABEL = "cluster.x-k8s.io/cluster-name"
LONG_AGO = "2026-09-01T11:00:00Z"
"""An hour before the time that fakes live in."""
JUST_NOW = "2026-09-01T11:59:50Z"
UUID = "vsphere://42305f0b-dad7-1d3d-5727-0eafffffbbbb"


def condition(kind: str, status: str = "True", reason: str = "", message: str = "", since: str = LONG_AGO) -> Obj:
    """One entry of ``status.conditions``."""
    return {
        "type": kind,
        "status": status,
        "reason": reason or kind,
        "message": message,
        "lastTransitionTime": since,
    }


def meta(name: str, *, cluster: str = "w01", control_plane: bool = False, **more: t.Any) -> Obj:
    """Metadata with the labels that Cluster API sets."""
    labels = {CLUSTER_LABEL: cluster}
    if control_plane:
        labels["cluster.x-k8s.io/control-plane"] = ""
    return {"name": name, "namespace": NAMESPACE, "generation": 1, "labels": labels, **more}


def cluster(
    *,
    infrastructure: bool = True,
    initialized: bool = True,
    available: bool = True,
    paused: bool = False,
    etcd: bool = False,
) -> Obj:
    """The Cluster of Cluster API."""
    return {
        "apiVersion": CAPI,
        "kind": "Cluster",
        "metadata": meta("w01"),
        "spec": {
            **({"paused": True} if paused else {}),
            **({"managedExternalEtcdRef": {"kind": "EtcdadmCluster", "name": "w01-etcd"}} if etcd else {}),
            "controlPlaneRef": {
                "apiGroup": "controlplane.cluster.x-k8s.io",
                "kind": "KubeadmControlPlane",
                "name": "w01",
            },
        },
        "status": {
            "observedGeneration": 1,
            "initialization": {
                "infrastructureProvisioned": infrastructure,
                "controlPlaneInitialized": initialized,
            },
            "conditions": [condition("Available", str(available))],
        },
    }


def control_plane(*, replicas: int = 1, ready: int = 1, made: int | None = None, available: bool = True) -> Obj:
    """A KubeadmControlPlane."""
    return {
        "apiVersion": "controlplane.cluster.x-k8s.io/v1beta2",
        "kind": "KubeadmControlPlane",
        "metadata": meta("w01"),
        "spec": {"replicas": replicas, "version": "v1.34.2-eks-1-34-9"},
        "status": {
            "observedGeneration": 1,
            "version": "v1.34.2-eks-1-34-9",
            "replicas": replicas if made is None else made,
            "readyReplicas": ready,
            "conditions": [condition("Available", str(available)), condition("CertificatesAvailable")],
        },
    }


def deployment(*, replicas: int = 1, ready: int = 1) -> Obj:
    """A MachineDeployment of one worker group."""
    return {
        "apiVersion": CAPI,
        "kind": "MachineDeployment",
        "metadata": meta("w01-md-0"),
        "spec": {"replicas": replicas},
        "status": {"observedGeneration": 1, "replicas": replicas, "readyReplicas": ready, "conditions": []},
    }


def machine(name: str = "w01-abc12", *, control_plane: bool = True, step: str = "ready", **status: t.Any) -> Obj:
    """A Machine at a step: ``new``, ``bootstrapped``, ``provisioned``, ``identified``, ``joined``, ``ready``."""
    steps = ("new", "bootstrapped", "provisioned", "identified", "joined", "ready")
    reached = steps.index(step)
    conditions = [
        condition("BootstrapConfigReady", str(reached >= 1)),
        condition("InfrastructureReady", str(reached >= 2)),
    ]
    if reached >= 4:
        conditions += [condition("APIServerPodHealthy"), condition("EtcdPodHealthy")] if control_plane else []
        conditions.append(condition("NodeHealthy", "True" if reached == 5 else "False"))
    return {
        "apiVersion": CAPI,
        "kind": "Machine",
        "metadata": meta(name, control_plane=control_plane),
        "spec": {
            "bootstrap": {"configRef": {"kind": "KubeadmConfig", "name": name}},
            "infrastructureRef": {"kind": "VSphereMachine", "name": name},
            **({"providerID": UUID} if reached >= 3 else {}),
        },
        "status": {
            "phase": "Running" if reached >= 4 else "Provisioning",
            "initialization": {"bootstrapDataSecretCreated": reached >= 1, "infrastructureProvisioned": reached >= 2},
            "conditions": conditions,
            **({"addresses": [{"type": "ExternalIP", "address": "10.1.0.7"}]} if reached >= 2 else {}),
            **({"nodeRef": {"name": name}} if reached >= 4 else {}),
            **status,
        },
    }


def etcd(*, replicas: int = 3, healthy: int = 3, observed: int = 1) -> Obj:
    """An EtcdadmCluster, which counts its healthy members as ``replicas``, and not at all when there are none."""
    ready = healthy >= replicas
    scaling = f"Scaling up etcd cluster to {replicas} replicas (actual {healthy})"
    return {
        "apiVersion": "etcdcluster.cluster.x-k8s.io/v1beta1",
        "kind": "EtcdadmCluster",
        "metadata": meta("w01-etcd"),
        "spec": {"replicas": replicas},
        "status": {
            "observedGeneration": observed,
            **({"replicas": healthy} if healthy else {}),
            **({"ready": True} if ready else {}),
            "conditions": [condition("Ready", str(ready), "ScalingUp", "" if ready else scaling)],
        },
    }


def etcd_machine(name: str, *, healthy: bool = True, step: str = "identified") -> Obj:
    """A Machine of an external etcd: it never has a node, a label tells when etcd on it is healthy."""
    obj = machine(name, control_plane=False, step=step, **({"phase": "Running"} if healthy else {}))
    obj["metadata"]["labels"] |= {
        "cluster.x-k8s.io/etcd-cluster": "w01-etcd",
        **({"cluster.x-k8s.io/etcd-ready": "true"} if healthy else {}),
    }
    obj["spec"]["bootstrap"]["configRef"]["kind"] = "EtcdadmConfig"
    return obj


def kubeadm_config(name: str = "w01-abc12", *conditions: Obj) -> Obj:
    """A KubeadmConfig."""
    return {
        "apiVersion": "bootstrap.cluster.x-k8s.io/v1beta2",
        "kind": "KubeadmConfig",
        "metadata": meta(name),
        "status": {"conditions": list(conditions)},
    }


def vsphere_machine(name: str = "w01-abc12", *conditions: Obj) -> Obj:
    """A VSphereMachine."""
    return {
        "apiVersion": INFRA,
        "kind": "VSphereMachine",
        "metadata": meta(name),
        "status": {"ready": False, "v1beta2": {"conditions": list(conditions)}},
    }


def vsphere_vm(name: str = "w01-abc12", *conditions: Obj, ready: bool = False, older: t.Sequence[Obj] = ()) -> Obj:
    """A VSphereVM; ``older`` are its conditions of the v1beta1 contract."""
    owner = {"apiVersion": INFRA, "kind": "VSphereMachine", "name": name}
    return {
        "apiVersion": INFRA,
        "kind": "VSphereVM",
        "metadata": meta(name, ownerReferences=[owner]),
        "status": {"ready": ready, "conditions": list(older), "v1beta2": {"conditions": list(conditions)}},
    }


def node(name: str = "w01-abc12", *, ready: str = "True", message: str = "", provider_id: str | None = UUID) -> Obj:
    """A Node."""
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name},
        "spec": {"providerID": provider_id} if provider_id else {},
        "status": {"conditions": [condition("Ready", ready, "KubeletNotReady", message)]},
    }


def pod(
    name: str = "capv-controller-manager-7d9",
    *,
    namespace: str = "capv-system",
    waiting: Obj | None = None,
    last: Obj | None = None,
    conditions: t.Sequence[Obj] = (),
    started: bool = True,
    ready: bool = False,
    phase: str = "Pending",
    ended: Obj | None = None,
) -> Obj:
    """A pod with one container; ``ended``: reason and message with which the kubelet ended the pod as a whole."""
    status = {
        "name": "manager",
        "image": "registry.local/capv:v1.15.2",
        "ready": ready,
        "state": {"waiting": waiting} if waiting else {"running": {}},
        "lastState": {"terminated": last} if last else {},
    }
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"nodeName": "w01-md-0-abc"},
        "status": {
            "phase": phase,
            "conditions": list(conditions),
            **({"containerStatuses": [status]} if started else {}),
            **(ended or {}),
        },
    }
