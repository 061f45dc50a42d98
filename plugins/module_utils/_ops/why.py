# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Why is a cluster not ready: read what its state depends on, side by side and no deeper than needed, and diagnose."""

from __future__ import annotations

import concurrent.futures
import contextlib
import dataclasses
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config import machinery
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError, MissingLibrary
from ansible_collections.eks.anywhere.plugins.module_utils._ops import why_vcenter
from ansible_collections.eks.anywhere.plugins.module_utils._ops.wait import (
    CAPI,
    CLUSTER_LABEL,
    Connect,
    Target,
    kubeconfig_of,
)
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Clock, Kube, Obj, Probe, Reporter, VSphere
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.plugins.module_utils._wait.cause import told
from ansible_collections.eks.anywhere.plugins.module_utils._wait.conditions import conditions
from ansible_collections.eks.anywhere.plugins.module_utils._wait.drains import held_namespaces
from ansible_collections.eks.anywhere.plugins.module_utils._wait.observation import (
    Endpoint,
    Observation,
    Refusal,
    name,
    namespace,
    spec,
    status,
)
from ansible_collections.eks.anywhere.plugins.module_utils._wait.why import diagnose

LANES = 6
ENDPOINT_PORTS = (6443, 80)
_EKSA = "anywhere.eks.amazonaws.com/v1alpha1"
_INFRASTRUCTURE = "infrastructure.cluster.x-k8s.io/v1beta1"
_OF_CLUSTER = (
    (CAPI, "MachineDeployment"),
    (CAPI, "Machine"),
    (CAPI, "MachineHealthCheck"),
    ("bootstrap.cluster.x-k8s.io/v1beta2", "KubeadmConfig"),
    (_INFRASTRUCTURE, "VSphereCluster"),
    (_INFRASTRUCTURE, "VSphereMachine"),
    (_INFRASTRUCTURE, "VSphereVM"),
)
"""What carries the label of its cluster."""
_OF_ETCD = (
    ("etcdcluster.cluster.x-k8s.io/v1beta1", "EtcdadmCluster"),
    ("bootstrap.cluster.x-k8s.io/v1beta1", "EtcdadmConfig"),
)
_PLATFORM = (
    ("apps/v1", "Deployment"),
    ("discovery.k8s.io/v1", "EndpointSlice"),
    ("admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration"),
    ("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration"),
)


@dataclasses.dataclass(frozen=True)
class Ports:
    """``connect`` makes a client out of a kubeconfig document; ``vcenter`` opens a vCenter, if it may."""

    kube: Kube
    connect: Connect
    probe: Probe
    clock: Clock
    report: Reporter
    vcenter: t.Callable[[str], contextlib.AbstractContextManager[VSphere]] | None = None


def explain(target: Target, *, ports: Ports) -> Result:
    """Read, diagnose, tell. Reads only, so check mode is the same."""
    diagnosis = diagnose(observe(target, ports=ports))
    found = diagnosis.cause
    text = told(target.name, found, diagnosis.others)
    for line in text.splitlines():
        ports.report.line(line)
    return Result(
        data={
            **found.as_dict(),
            "ready": found.ready,
            "also": [{"code": other.code, "cause": f"{other.sentence}."} for other in diagnosis.others],
            "msg": text,
        }
    )


def observe(target: Target, *, ports: Ports) -> Observation:
    """One observation. A server that does not answer is part of it."""
    try:
        with concurrent.futures.ThreadPoolExecutor(max_workers=LANES) as lanes:
            return _observe(target, ports=ports, lanes=lanes)
    except MissingLibrary:
        raise
    except EksaError as exc:
        if not exc.code.startswith("kube."):
            raise
        return Observation(target.name, target.namespace, refusal=Refusal.of(exc), at=ports.clock.today())


def _observe(target: Target, *, ports: Ports, lanes: concurrent.futures.Executor) -> Observation:
    kube = ports.kube
    cluster = kube.get(api_version=CAPI, kind="Cluster", name=target.name, namespace=target.namespace)
    seen = Observation(target.name, target.namespace, at=ports.clock.today())
    if cluster is None:
        others = [*kube.list(api_version=CAPI, kind="Cluster"), *kube.list(api_version=_EKSA, kind="Cluster")]
        return dataclasses.replace(seen, management=tuple(others))
    inside = lanes.submit(_workload, target, cluster, ports=ports)
    managed = _managed(target, cluster, kube=kube, lanes=lanes)
    workload, refusal = inside.result()
    seen = dataclasses.replace(seen, management=managed, workload=workload, workload_refusal=refusal)
    seen = _with_drains(seen, ports=ports)
    seen = dataclasses.replace(seen, endpoint=_endpoint(seen, ports.probe))
    if ports.vcenter is None:
        return seen
    return dataclasses.replace(seen, datacenter=why_vcenter.ask(seen, vcenter=ports.vcenter))


def _managed(target: Target, cluster: Obj, *, kube: Kube, lanes: concurrent.futures.Executor) -> tuple[Obj, ...]:
    label = f"{CLUSTER_LABEL}={target.name}"
    kinds = [*_OF_CLUSTER, *(_OF_ETCD if spec(cluster).get("managedExternalEtcdRef") else ())]
    lists = [
        lanes.submit(kube.list, api_version=api, kind=kind, namespace=target.namespace, labels=label)
        for api, kind in kinds
    ]
    platform = [lanes.submit(kube.list, api_version=api, kind=kind) for api, kind in _PLATFORM]
    eksa = lanes.submit(kube.list, api_version=_EKSA, kind="Cluster")
    reference = spec(cluster).get("controlPlaneRef") or {}
    planes = _by_reference(target, reference, kube=kube)
    around = [obj for found in platform for obj in found.result() if namespace(obj) in {"", *machinery.ALL}]
    pods = [
        pod
        for space in sorted({namespace(obj) for obj in around if obj["kind"] == "Deployment" and _is_short(obj)})
        for pod in kube.list(api_version="v1", kind="Pod", namespace=space)
    ]
    mine = [obj for obj in eksa.result() if name(obj) == target.name]
    return (cluster, *planes, *(obj for found in lists for obj in found.result()), *mine, *around, *pods)


def _by_reference(target: Target, reference: Obj, *, kube: Kube) -> list[Obj]:
    """The control plane: the label that lists go by is set later, by the controller."""
    if not reference.get("name"):
        return []
    api = f"{reference.get('apiGroup', 'controlplane.cluster.x-k8s.io')}/v1beta2"
    found = kube.get(api_version=api, kind=reference["kind"], name=reference["name"], namespace=target.namespace)
    return [found] if found else []


def _is_short(deployment: Obj) -> bool:
    return int(status(deployment).get("availableReplicas") or 0) < int(spec(deployment).get("replicas", 1))


def _workload(target: Target, cluster: Obj, *, ports: Ports) -> tuple[tuple[Obj, ...] | None, Refusal | None]:
    """Nodes and the system's pods of the cluster itself; not asked before its control plane has come up once."""
    if not (status(cluster).get("initialization") or {}).get("controlPlaneInitialized"):
        return None, None
    try:
        text = kubeconfig_of(target, kube=ports.kube)
        if not text:
            return None, None
        kube = ports.connect(text)
        nodes = kube.list(api_version="v1", kind="Node")
        pods = kube.list(api_version="v1", kind="Pod", namespace="kube-system")
        sets = kube.list(api_version="apps/v1", kind="DaemonSet", namespace="kube-system")
    except MissingLibrary:
        raise
    except EksaError as exc:
        return None, Refusal.of(exc)
    return (*nodes, *pods, *sets), None


def _with_drains(seen: Observation, *, ports: Ports) -> Observation:
    """While a machine is being emptied: the budgets, and the pods of the namespaces that hold it up."""
    spaces: set[str] = set()
    for machine in seen.of("Machine"):
        found = conditions(machine).get("Deleting")
        spaces.update(held_namespaces(found.message if found else ""))
    if not spaces or seen.workload is None:
        return seen
    try:
        kube = ports.connect(kubeconfig_of(Target(seen.name, seen.namespace), kube=ports.kube))
        budgets = [
            obj
            for space in sorted(spaces)
            for obj in kube.list(api_version="policy/v1", kind="PodDisruptionBudget", namespace=space)
        ]
        pods_there = [
            obj for space in sorted(spaces) for obj in kube.list(api_version="v1", kind="Pod", namespace=space)
        ]
    except EksaError:
        return seen  # the drain's own words do without
    return dataclasses.replace(seen, workload=(*seen.workload, *budgets, *pods_there))


def _endpoint(seen: Observation, probe: Probe) -> Endpoint | None:
    """Tried only while the cluster's API has not answered."""
    host = str(((spec(seen.cluster) if seen.cluster else {}).get("controlPlaneEndpoint") or {}).get("host") or "")
    if not host or seen.workload is not None:
        return None
    return Endpoint(host, probe.answering_port(host=host, ports=ENDPOINT_PORTS))


__all__ = ("Ports", "explain", "observe")
