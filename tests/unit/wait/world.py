# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cluster at rest as an observation, and what to put into it to break it."""

from __future__ import annotations

import copy
import dataclasses
import datetime as dt
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.plugins.module_utils._wait.observation import Observation
from ansible_collections.eks.anywhere.tests.unit.wait import samples as s

NOON = dt.datetime(2026, 9, 1, 12, tzinfo=dt.UTC)
CONTROL_PLANE, WORKER = "w01-abc12", "w01-md-0-x"
TEMPLATE = "/DC0/vm/Templates/ubuntu-2204-kube-v1-34"
DATASTORE, FOLDER, POOL = "/DC0/datastore/LocalDS_0", "/DC0/vm/w01", "/DC0/host/C0/Resources"
ENDPOINT = "10.1.0.5"


def made(obj: Obj, **changes: t.Any) -> Obj:
    """A deep copy with changes, each merged into what is there; ``conditions`` are added, newest first."""
    copied = _merged(copy.deepcopy(obj), {key: value for key, value in changes.items() if key != "conditions"})
    added = list(changes.get("conditions") or ())
    if added:
        status = copied.setdefault("status", {})
        kinds = {entry["type"] for entry in added}
        status["conditions"] = [
            *added,
            *(entry for entry in status.get("conditions") or () if entry["type"] not in kinds),
        ]
    return copied


def _merged(there: Obj, changes: t.Mapping[str, t.Any]) -> Obj:
    for key, value in changes.items():
        if isinstance(value, t.Mapping) and isinstance(there.get(key), dict):
            _merged(there[key], value)
        else:
            there[key] = value
    return there


def vm(name: str, *conditions: Obj, ready: bool = False, older: t.Sequence[Obj] = (), **status: t.Any) -> Obj:
    """A VSphereVM with the specification that EKS Anywhere writes."""
    return made(
        s.vsphere_vm(name, *conditions, ready=ready, older=older),
        spec={
            "server": "vcenter.local",
            "datacenter": "DC0",
            "template": TEMPLATE,
            "datastore": DATASTORE,
            "folder": FOLDER,
            "resourcePool": POOL,
            "network": {"devices": [{"networkName": "/DC0/network/VM Network", "dhcp4": True}]},
        },
        status=status,
    )


def provisioned(status: str, reason: str, message: str = "", *, since: str = s.LONG_AGO) -> Obj:
    """The condition of a VSphereVM that tells how far it is."""
    return s.condition("VirtualMachineProvisioned", status, reason, message, since)


def vsphere_cluster(*conditions: Obj, ready: bool = True) -> Obj:
    """A VSphereCluster."""
    return {
        "apiVersion": s.INFRA,
        "kind": "VSphereCluster",
        "metadata": s.meta("w01"),
        "spec": {"server": "vcenter.local", "identityRef": {"kind": "Secret", "name": "w01-vsphere-credentials"}},
        "status": {"ready": ready, "conditions": list(conditions)},
    }


def deployment(name: str, namespace: str, *, available: int = 1, wanted: int = 1, since: str = s.LONG_AGO) -> Obj:
    """A Deployment of a provider."""
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"replicas": wanted},
        "status": {
            "availableReplicas": available,
            "conditions": [s.condition("Available", str(available >= wanted), since=since)],
        },
    }


def daemon_set(name: str = "cilium", *, ready: int = 2) -> Obj:
    """The network plugin."""
    return {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": {"name": name, "namespace": "kube-system"},
        "status": {"desiredNumberScheduled": 2, "numberReady": ready},
    }


def webhook(service: str = "capi-webhook-service", namespace: str = "capi-system") -> Obj:
    """What makes the API server call a service."""
    return {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingWebhookConfiguration",
        "metadata": {"name": f"{namespace}-validating"},
        "webhooks": [{"clientConfig": {"service": {"name": service, "namespace": namespace}}}],
    }


def slice_of(
    service: str = "capi-webhook-service", namespace: str = "capi-system", *, ready: bool | None = True
) -> Obj:
    """Who stands behind a service; ``ready`` None: nobody."""
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {"name": f"{service}-x", "namespace": namespace, "labels": {"kubernetes.io/service-name": service}},
        "endpoints": [] if ready is None else [{"addresses": ["10.2.0.9"], "conditions": {"ready": ready}}],
    }


def etcdadm(*conditions: Obj, ready: bool = False) -> Obj:
    """An external etcd."""
    return {
        "apiVersion": "etcdcluster.cluster.x-k8s.io/v1beta1",
        "kind": "EtcdadmCluster",
        "metadata": s.meta("w01-etcd"),
        "spec": {"replicas": 1},
        "status": {"ready": ready, "conditions": list(conditions)},
    }


def etcd_machine(name: str = "w01-etcd-a") -> Obj:
    """A machine of it that runs."""
    machine = s.machine(name, control_plane=False, step="identified")
    return made(machine, metadata={"labels": {"cluster.x-k8s.io/etcd-cluster": "w01-etcd"}})


def budget(name: str = "web", *, allowed: int = 0) -> Obj:
    """A PodDisruptionBudget."""
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": {"name": name, "namespace": "shop"},
        "status": {"disruptionsAllowed": allowed, "currentHealthy": 1, "desiredHealthy": 1},
    }


def at_rest() -> Observation:
    """One control plane machine, one worker, everything there and well."""
    cluster = made(s.cluster(), spec={"controlPlaneEndpoint": {"host": ENDPOINT, "port": 6443}})
    names = (CONTROL_PLANE, WORKER)
    return Observation(
        name="w01",
        management=(
            cluster,
            s.control_plane(),
            s.deployment(),
            vsphere_cluster(s.condition("VCenterAvailable")),
            *(s.machine(name, control_plane=name == CONTROL_PLANE) for name in names),
            *(s.vsphere_machine(name) for name in names),
            *(
                vm(name, provisioned("True", "Provisioned"), ready=True, vmRef=f"VirtualMachine:vm-{name}")
                for name in names
            ),
            *(s.kubeadm_config(name, s.condition("DataSecretAvailable")) for name in names),
            deployment("capv-controller-manager", "capv-system"),
            webhook(),
            slice_of(),
        ),
        workload=(s.node(CONTROL_PLANE), s.node(WORKER), daemon_set()),
        at=NOON,
    )


def broken(
    *objects: Obj, inside: t.Sequence[Obj] | None = (), without: t.Collection[str] = (), **more: t.Any
) -> Observation:
    """The cluster at rest with objects put in the place of those of their name (``inside``: of the cluster itself).

    It is not available any more. ``without``: names or kinds that are taken away. ``inside`` None: its API is silent.
    """
    rest = at_rest()
    unwell = made(
        t.cast(Obj, rest.cluster),
        conditions=[s.condition("Available", "False", "NotAvailable", "* ControlPlane: unwell")],
    )
    there = _put(rest.management, (unwell, *objects), without)
    within = None if inside is None else _put(rest.workload or (), inside, without)
    return dataclasses.replace(rest, management=there, workload=within, **more)


def _put(there: t.Sequence[Obj], objects: t.Sequence[Obj], without: t.Collection[str]) -> tuple[Obj, ...]:
    found = {
        _key(obj): obj
        for obj in there
        if not ({obj["kind"], f"{obj['kind']} {obj['metadata']['name']}"} & set(without))
    }
    return tuple({**found, **{_key(obj): obj for obj in objects}}.values())


def _key(obj: Obj) -> tuple[str, str, str, str]:
    metadata = obj["metadata"]
    return obj["apiVersion"], obj["kind"], str(metadata.get("namespace", "")), metadata["name"]
