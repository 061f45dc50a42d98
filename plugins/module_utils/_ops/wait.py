# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Look at a cluster that Cluster API builds; each look takes in everything its state depends on."""

from __future__ import annotations

import base64
import binascii
import dataclasses
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config import machinery
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Kube, Obj
from ansible_collections.eks.anywhere.plugins.module_utils._wait.cluster import judge
from ansible_collections.eks.anywhere.plugins.module_utils._wait.drains import blocked
from ansible_collections.eks.anywhere.plugins.module_utils._wait.rolled import DEPLOYMENT_LABEL
from ansible_collections.eks.anywhere.plugins.module_utils._wait.scene import ROLLED, Goal, Scene, has_external_etcd

CAPI = "cluster.x-k8s.io/v1beta2"
_CONTROL_PLANE = "controlplane.cluster.x-k8s.io/v1beta2"
CLUSTER_LABEL = "cluster.x-k8s.io/cluster-name"

_RELATED = (
    ("infrastructure.cluster.x-k8s.io/v1beta1", "VSphereCluster"),
    ("infrastructure.cluster.x-k8s.io/v1beta1", "VSphereMachine"),
    ("infrastructure.cluster.x-k8s.io/v1beta1", "VSphereVM"),
    ("bootstrap.cluster.x-k8s.io/v1beta2", "KubeadmConfig"),
)
_WITH_NODES = frozenset({Goal.NODES, Goal.CONTROL_PLANE_ROLLED, Goal.WORKERS_ROLLED})
_ETCD = "etcdcluster.cluster.x-k8s.io/v1beta1"
_ETCD_BOOTSTRAP = ("bootstrap.cluster.x-k8s.io/v1beta1", "EtcdadmConfig")
_PROVIDERS = (*machinery.CAPI, machinery.INFRASTRUCTURE["vsphere"])
_NOT_YET = frozenset({"kube.unreachable", "kube.tls", "kube.busy", "kube.server_error", "kube.unauthorized"})

Connect = t.Callable[[str], Kube]
"""A client out of the text of a kubeconfig."""


@dataclasses.dataclass(frozen=True)
class Target:
    """The Cluster API objects of one cluster on the cluster that manages it; with ``group`` of one group of workers."""

    name: str
    namespace: str
    group: str = ""


class Observer:
    """Looks at a cluster again and again; the client of the cluster itself is kept once it could be made."""

    def __init__(self, target: Target, *, kube: Kube, connect: Connect) -> None:
        self._target = target
        self._kube = kube
        self._connect = connect
        self._workload: Kube | None = None

    def look(self, goal: Goal) -> Scene:
        """One scene. First what decides the goal; the rest only while there is something to explain."""
        scene = self._decisive(goal)
        if judge(scene, goal).done:
            return scene
        return self._explaining(scene)

    def _decisive(self, goal: Goal) -> Scene:
        cluster = self._cluster()
        scene = Scene(
            name=self._target.name,
            cluster=cluster,
            control_plane=self._referenced(cluster, "controlPlaneRef", _CONTROL_PLANE),
            etcd=self._referenced(cluster, "managedExternalEtcdRef", _ETCD),
            deployments=self._deployments(),
            machines=tuple(self._list(CAPI, "Machine")),
        )
        if goal in ROLLED:
            scene = self._rolling(scene, goal)
        return dataclasses.replace(scene, nodes=self._nodes(cluster)) if goal in _WITH_NODES else scene

    def _deployments(self) -> tuple[Obj, ...]:
        """Those of all groups of workers, or the one of the group that is looked at."""
        found = self._list(CAPI, "MachineDeployment")
        wanted = f"{self._target.name}-{self._target.group}"
        chosen = tuple(obj for obj in found if not self._target.group or obj["metadata"]["name"] == wanted)
        if self._target.group and not chosen:
            raise EksaError(
                f"Cluster {self._target.namespace}/{self._target.name} has no group of workers {self._target.group}.",
                code="capi.group_not_found",
                hint="Apply its objects first, or correct the option group.",
            )
        return chosen

    def _rolling(self, scene: Scene, goal: Goal) -> Scene:
        """What tells which machines are up to date. Of workers only those that are looked at stay in the scene."""
        names = {obj["metadata"]["name"] for obj in scene.deployments}
        labels = ((machine, machine["metadata"].get("labels") or {}) for machine in scene.machines)
        machines = tuple(one for one, found in labels if found.get(DEPLOYMENT_LABEL, "") in {"", *names})
        if goal is Goal.WORKERS_ROLLED:
            return dataclasses.replace(scene, machines=machines, machine_sets=tuple(self._list(CAPI, "MachineSet")))
        return dataclasses.replace(scene, machines=machines, clones=tuple(self._list(*_RELATED[1])))

    def _cluster(self) -> Obj:
        name, namespace = self._target.name, self._target.namespace
        found = self._kube.get(api_version=CAPI, kind="Cluster", name=name, namespace=namespace)
        if found is None:
            raise EksaError(
                f"There is no Cluster {namespace}/{name} to wait for.",
                code="capi.cluster_not_found",
                hint="Apply its objects first, or give the kubeconfig of the cluster that manages it.",
            )
        return found

    def _referenced(self, cluster: Obj, field: str, api_version: str) -> Obj | None:
        """By reference: the label that lists go by is set later, by the controller."""
        reference = (cluster.get("spec") or {}).get(field) or {}
        if not reference.get("name"):
            return None
        return self._kube.get(
            api_version=api_version,
            kind=reference["kind"],
            name=reference["name"],
            namespace=self._target.namespace,
        )

    def _explaining(self, scene: Scene) -> Scene:
        external = has_external_etcd(t.cast(Obj, scene.cluster))
        kinds = (*_RELATED, *((_ETCD_BOOTSTRAP,) if external else ()))
        related = [obj for api, kind in kinds for obj in self._list(api, kind)]
        nodes = scene.nodes if scene.nodes is not None else self._nodes(t.cast(Obj, scene.cluster))
        pods = [
            pod
            for namespace in (*_PROVIDERS, *(machinery.ETCD if external else ()))
            for pod in self._kube.list(api_version="v1", kind="Pod", namespace=namespace)
        ]
        if nodes is not None:
            pods += self._inside(scene)
        return dataclasses.replace(scene, others=tuple(related), nodes=nodes, pods=tuple(pods))

    def _list(self, api_version: str, kind: str) -> list[Obj]:
        return self._kube.list(
            api_version=api_version,
            kind=kind,
            namespace=self._target.namespace,
            labels=f"{CLUSTER_LABEL}={self._target.name}",
        )

    def _nodes(self, cluster: Obj) -> tuple[Obj, ...] | None:
        """Nodes of the cluster itself, or None while its API does not answer."""
        done = (cluster.get("status") or {}).get("initialization") or {}
        if not done.get("controlPlaneInitialized"):
            return None
        try:
            workload = self._client()
            return tuple(workload.list(api_version="v1", kind="Node")) if workload else None
        except EksaError as exc:
            if exc.code not in _NOT_YET:
                raise
            return None

    def _inside(self, scene: Scene) -> list[Obj]:
        """Pods that the nodes depend on, and where a drain is blocked those around it and what blocks it."""
        spaces = {space for machine in scene.machines if (drain := blocked(machine)) for space in drain.namespaces}
        asked = [("v1", "Pod", "kube-system"), *(("v1", "Pod", space) for space in sorted(spaces - {"kube-system"}))]
        asked += [("policy/v1", "PodDisruptionBudget", space) for space in sorted(spaces)]
        try:
            workload = self._client()
            return [
                obj
                for api_version, kind, space in (asked if workload else ())
                for obj in t.cast(Kube, workload).list(api_version=api_version, kind=kind, namespace=space)
            ]
        except EksaError as exc:
            if exc.code not in _NOT_YET:
                raise
            return []

    def _client(self) -> Kube | None:
        if self._workload is None:
            text = kubeconfig_of(self._target, kube=self._kube)
            self._workload = self._connect(text) if text else None
        return self._workload


def kubeconfig_of(target: Target, *, kube: Kube) -> str:
    """The kubeconfig that Cluster API keeps in a Secret; empty while it is not there."""
    secret = kube.get(api_version="v1", kind="Secret", name=f"{target.name}-kubeconfig", namespace=target.namespace)
    encoded = ((secret or {}).get("data") or {}).get("value", "")
    try:
        return base64.b64decode(encoded, validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError) as exc:
        raise EksaError(
            f"Secret {target.namespace}/{target.name}-kubeconfig does not hold a kubeconfig.",
            code="cluster.kubeconfig_invalid",
            hint="Delete the Secret; Cluster API makes it again.",
        ) from exc


__all__ = ("CAPI", "CLUSTER_LABEL", "Connect", "Observer", "Target", "kubeconfig_of")
