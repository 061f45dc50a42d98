# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Objects of Cluster API itself, whose shape is the same with every infrastructure provider."""

from __future__ import annotations

import dataclasses

from ansible_collections.eks.anywhere.plugins.module_utils._config.model import Rollout, WorkerGroup
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.plugins.module_utils._render import names
from ansible_collections.eks.anywhere.plugins.module_utils._render.inputs import Inputs

CONTROL_PLANE_ROLE = "node-role.kubernetes.io/control-plane"

_AUTOSCALER = "cluster.x-k8s.io/cluster-api-autoscaler-node-group"
_KUBEADM_CONTROL_PLANE = ("controlplane.cluster.x-k8s.io", "KubeadmControlPlane")
_KUBEADM_CONFIG_TEMPLATE = ("bootstrap.cluster.x-k8s.io", "KubeadmConfigTemplate")
_ETCDADM_CLUSTER = ("etcdcluster.cluster.x-k8s.io", "EtcdadmCluster")


@dataclasses.dataclass(frozen=True)
class Infrastructure:
    """How a provider's objects are called, and where its clusters differ: ``labelled`` with their name or not."""

    group: str
    version: str
    cluster: str
    machine_template: str
    labelled: bool = False
    service_domain: str = ""

    @property
    def api_version(self) -> str:
        """``group/version``."""
        return f"{self.group}/{self.version}"

    def machine_template_ref(self, name: str) -> Obj:
        """A machine template, as Cluster API's own objects refer to it."""
        return _ref(self.group, self.machine_template, name)


def cluster(inputs: Inputs, infrastructure: Infrastructure) -> Obj:
    """Cluster."""
    config = inputs.config
    network: Obj = {
        "pods": {"cidrBlocks": [config.pods_cidr]},
        "services": {"cidrBlocks": [config.services_cidr]},
    }
    if infrastructure.service_domain:
        network["serviceDomain"] = infrastructure.service_domain
    spec: Obj = {
        "clusterNetwork": network,
        "controlPlaneRef": _ref(*_KUBEADM_CONTROL_PLANE, config.name),
        "infrastructureRef": _ref(infrastructure.group, infrastructure.cluster, config.name),
    }
    if config.external_etcd:
        spec["managedExternalEtcdRef"] = _ref(*_ETCDADM_CLUSTER, names.etcd(config.name))
    return {
        "apiVersion": "cluster.x-k8s.io/v1beta2",
        "kind": "Cluster",
        "metadata": {**_labels(config.name, infrastructure), "name": config.name, "namespace": names.NAMESPACE},
        "spec": spec,
    }


def kubeadm_control_plane(inputs: Inputs, infrastructure: Infrastructure, *, kubeadm: Obj) -> Obj:
    """KubeadmControlPlane around what kubeadm is told."""
    config = inputs.config
    template = infrastructure.machine_template_ref(names.control_plane_template(config.name))
    return {
        "apiVersion": "controlplane.cluster.x-k8s.io/v1beta2",
        "kind": "KubeadmControlPlane",
        "metadata": {"name": config.name, "namespace": names.NAMESPACE},
        "spec": {
            "machineTemplate": {
                "metadata": {"labels": {CONTROL_PLANE_ROLE: ""}},
                "spec": {"infrastructureRef": template},
            },
            "kubeadmConfigSpec": kubeadm,
            "replicas": config.control_plane.count,
            "rollout": {"strategy": _control_plane_strategy(config.control_plane.rollout)},
            "version": inputs.release.kubernetes.tag,
        },
    }


def _control_plane_strategy(chosen: Rollout | None) -> Obj:
    if chosen is None:
        return {"rollingUpdate": {"maxSurge": 1}, "type": "RollingUpdate"}
    if chosen.type == "InPlace":
        return {"type": chosen.type}
    return {"rollingUpdate": {"maxSurge": chosen.max_surge}}


def etcdadm_cluster(inputs: Inputs, *, count: int, template: Obj, bootstrap: Obj) -> Obj:
    """EtcdadmCluster; ``template`` is an object reference of the old kind, with a version."""
    return {
        "apiVersion": "etcdcluster.cluster.x-k8s.io/v1beta1",
        "kind": "EtcdadmCluster",
        "metadata": {"name": names.etcd(inputs.config.name), "namespace": names.NAMESPACE},
        "spec": {"replicas": count, "etcdadmConfigSpec": bootstrap, "infrastructureTemplate": template},
    }


def kubeadm_config_template(inputs: Inputs, group: WorkerGroup, *, kubeadm: Obj) -> Obj:
    """KubeadmConfigTemplate of a worker group around what kubeadm is told."""
    return {
        "apiVersion": "bootstrap.cluster.x-k8s.io/v1beta2",
        "kind": "KubeadmConfigTemplate",
        "metadata": {"name": names.worker_template(inputs.config.name, group.name), "namespace": names.NAMESPACE},
        "spec": {"template": {"spec": kubeadm}},
    }


def machine_deployment(
    inputs: Inputs, group: WorkerGroup, infrastructure: Infrastructure, *, failure_domain: str = ""
) -> Obj:
    """MachineDeployment of a worker group."""
    name = inputs.config.name
    labels = _labels(name, infrastructure)
    metadata: Obj = {**labels, "name": names.machine_deployment(name, group.name), "namespace": names.NAMESPACE}
    machine = _machine(inputs, group, infrastructure, failure_domain)
    template = {"metadata": labels, "spec": machine} if labels else {"spec": machine}
    spec: Obj = {"clusterName": name, "selector": {"matchLabels": {}}, "template": template}
    if group.autoscaling:
        # The autoscaler owns the number of replicas, so none is written.
        metadata["annotations"] = {
            f"{_AUTOSCALER}-min-size": str(group.autoscaling.min_count),
            f"{_AUTOSCALER}-max-size": str(group.autoscaling.max_count),
        }
    else:
        spec["replicas"] = group.count
    if group.rollout:
        spec["rollout"] = {"strategy": _worker_strategy(group.rollout)}
    return {"apiVersion": "cluster.x-k8s.io/v1beta2", "kind": "MachineDeployment", "metadata": metadata, "spec": spec}


def _machine(inputs: Inputs, group: WorkerGroup, infrastructure: Infrastructure, failure_domain: str) -> Obj:
    template = names.worker_template(inputs.config.name, group.name)
    spec: Obj = {
        "bootstrap": {"configRef": _ref(*_KUBEADM_CONFIG_TEMPLATE, template)},
        "clusterName": inputs.config.name,
        "infrastructureRef": infrastructure.machine_template_ref(template),
        "version": inputs.release_of(group.kubernetes_version).kubernetes.tag,
    }
    return {**spec, "failureDomain": failure_domain} if failure_domain else spec


def _worker_strategy(rollout: Rollout) -> Obj:
    if rollout.type == "InPlace":
        return {"type": "InPlace"}
    numbers = {"maxSurge": rollout.max_surge, "maxUnavailable": rollout.max_unavailable}
    return {"type": "RollingUpdate", "rollingUpdate": numbers}


def _ref(group: str, kind: str, name: str) -> Obj:
    return {"apiGroup": group, "kind": kind, "name": name}


def _labels(name: str, infrastructure: Infrastructure) -> Obj:
    return {"labels": {names.CLUSTER_LABEL: name}} if infrastructure.labelled else {}


__all__ = (
    "CONTROL_PLANE_ROLE",
    "Infrastructure",
    "cluster",
    "etcdadm_cluster",
    "kubeadm_config_template",
    "kubeadm_control_plane",
    "machine_deployment",
)
