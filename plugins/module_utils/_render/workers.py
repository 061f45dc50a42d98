# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""A worker group: KubeadmConfigTemplate, MachineDeployment, VSphereMachineTemplate."""

from __future__ import annotations

from ansible_collections.eks.anywhere.plugins.module_utils._config.model import MachineConfig, WorkerGroup
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.plugins.module_utils._render import containerd, machine, names, vsphere
from ansible_collections.eks.anywhere.plugins.module_utils._render.inputs import Inputs

_AUTOSCALER = "cluster.x-k8s.io/cluster-api-autoscaler-node-group"


def objects(inputs: Inputs, group: WorkerGroup) -> list[Obj]:
    """The three objects of a group."""
    here = group.machine
    if here is None:
        raise EksaError(f"Worker group {group.name} has no machine config.", code="render.machine_missing")
    name = names.worker_template(inputs.config.name, group.name)
    return [
        _bootstrap(inputs, group, here),
        _deployment(inputs, group),
        vsphere.machine_template(inputs, name=name, machine=here, networks=here.networks),
    ]


def _bootstrap(inputs: Inputs, group: WorkerGroup, here: MachineConfig) -> Obj:
    config = inputs.config
    registration = machine.node_registration(config, kubelet=group.kubelet, labels=group.labels)
    registration["taints"] = machine.taints(group.taints)
    files = [
        *machine.kubelet_files(config, group.kubelet),
        *containerd.proxy_files(config),
        *containerd.mirror_files(config.registry_mirror, inputs.credentials),
    ]
    spec: Obj = {
        "joinConfiguration": {**machine.patches(group.kubelet), "nodeRegistration": registration},
        **({"files": files} if files else {}),
        **machine.clock(here),
        "preKubeadmCommands": [*containerd.commands(config), *machine.hostname_commands()],
        "users": machine.users(here, generated_key=inputs.credentials.ssh_authorized_key),
        "format": machine.FORMAT,
    }
    return {
        "apiVersion": "bootstrap.cluster.x-k8s.io/v1beta2",
        "kind": "KubeadmConfigTemplate",
        "metadata": {"name": names.worker_template(config.name, group.name), "namespace": names.NAMESPACE},
        "spec": {"template": {"spec": spec}},
    }


def _deployment(inputs: Inputs, group: WorkerGroup) -> Obj:
    cluster = inputs.config.name
    labels = {names.CLUSTER_LABEL: cluster}
    metadata: Obj = {
        "labels": labels,
        "name": names.machine_deployment(cluster, group.name),
        "namespace": names.NAMESPACE,
    }
    spec: Obj = {
        "clusterName": cluster,
        "selector": {"matchLabels": {}},
        "template": {"metadata": {"labels": dict(labels)}, "spec": _machine_spec(inputs, group)},
    }
    if group.autoscaling:
        # The autoscaler owns the number of replicas, so none is written.
        metadata["annotations"] = {
            f"{_AUTOSCALER}-min-size": str(group.autoscaling.min_count),
            f"{_AUTOSCALER}-max-size": str(group.autoscaling.max_count),
        }
    else:
        spec["replicas"] = group.count
    if group.rollout:
        spec["rollout"] = {"strategy": _strategy(group)}
    return {"apiVersion": "cluster.x-k8s.io/v1beta2", "kind": "MachineDeployment", "metadata": metadata, "spec": spec}


def _machine_spec(inputs: Inputs, group: WorkerGroup) -> Obj:
    cluster = inputs.config.name
    template = names.worker_template(cluster, group.name)
    spec: Obj = {
        "bootstrap": {
            "configRef": {
                "apiGroup": "bootstrap.cluster.x-k8s.io",
                "kind": "KubeadmConfigTemplate",
                "name": template,
            }
        },
        "clusterName": cluster,
        "infrastructureRef": {
            "apiGroup": "infrastructure.cluster.x-k8s.io",
            "kind": "VSphereMachineTemplate",
            "name": template,
        },
        "version": inputs.release_of(group.kubernetes_version).kubernetes.tag,
    }
    if group.failure_domains:
        place = vsphere.datacenter(inputs)
        spec["failureDomain"] = names.failure_domain(cluster, place.name, group.failure_domains[0])
    return spec


def _strategy(group: WorkerGroup) -> Obj:
    rollout = group.rollout
    if rollout is None or rollout.type == "InPlace":
        return {"type": "InPlace"}
    numbers = {"maxSurge": rollout.max_surge, "maxUnavailable": rollout.max_unavailable}
    return {"type": "RollingUpdate", "rollingUpdate": numbers}


__all__ = ("objects",)
