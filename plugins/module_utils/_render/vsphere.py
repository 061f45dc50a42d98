# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Objects of the vSphere infrastructure provider: the cluster, machine templates, failure domains."""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config.model import (
    FailureDomain,
    MachineConfig,
    VSphereDatacenter,
)
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.plugins.module_utils._render import names
from ansible_collections.eks.anywhere.plugins.module_utils._render.capi import Infrastructure
from ansible_collections.eks.anywhere.plugins.module_utils._render.inputs import Inputs, TemplateFacts

INFRASTRUCTURE = Infrastructure(
    group="infrastructure.cluster.x-k8s.io",
    version="v1beta1",
    cluster="VSphereCluster",
    machine_template="VSphereMachineTemplate",
    labelled=True,
)
MIN_DISK_GIB = 20


def datacenter(inputs: Inputs) -> VSphereDatacenter:
    """The datacenter of a vSphere config."""
    found = inputs.config.datacenter
    if found is None:
        raise EksaError("The config has no VSphereDatacenterConfig.", code="render.provider")
    return found


def cluster(inputs: Inputs) -> Obj:
    """VSphereCluster."""
    place, name = datacenter(inputs), inputs.config.name
    return {
        "apiVersion": INFRASTRUCTURE.api_version,
        "kind": INFRASTRUCTURE.cluster,
        "metadata": {"name": name, "namespace": names.NAMESPACE},
        "spec": {
            "controlPlaneEndpoint": {"host": inputs.config.endpoint, "port": 6443},
            "identityRef": {"kind": "Secret", "name": names.vsphere_credentials(name)},
            "server": place.server,
            "thumbprint": place.thumbprint,
        },
    }


def machine_template(
    inputs: Inputs,
    *,
    name: str,
    machine: MachineConfig,
    networks: t.Sequence[str] = (),
    min_memory_mib: int = 0,
) -> Obj:
    """VSphereMachineTemplate; ``networks`` replace the one of the datacenter."""
    place = datacenter(inputs)
    spec: Obj = {
        "datacenter": place.datacenter,
        "datastore": machine.datastore,
        "folder": machine.folder,
        "network": {"devices": [{"dhcp4": True, "networkName": network} for network in networks or [place.network]]},
        "numCPUs": machine.num_cpus,
        "resourcePool": machine.resource_pool,
        "server": place.server,
        "thumbprint": place.thumbprint,
        **_observed(machine, inputs.templates.get(machine.template), min_memory_mib),
    }
    if machine.storage_policy_name:
        spec["storagePolicyName"] = machine.storage_policy_name
    if machine.tags:
        spec["tagIDs"] = list(machine.tags)
    return {
        "apiVersion": INFRASTRUCTURE.api_version,
        "kind": INFRASTRUCTURE.machine_template,
        "metadata": {"name": name, "namespace": names.NAMESPACE},
        "spec": {"template": {"spec": spec}},
    }


def _observed(machine: MachineConfig, facts: TemplateFacts | None, min_memory_mib: int) -> Obj:
    """Fields that are settled when the template is looked at; without facts they are as the config has them."""
    if facts is None:
        asked: Obj = {"cloneMode": machine.clone_mode, "diskGiB": machine.disk_gib}
        given = {field: value for field, value in asked.items() if value}
        return {**given, "memoryMiB": machine.memory_mib, "template": machine.template}
    disk_gib = max(machine.disk_gib, MIN_DISK_GIB, facts.disk_gib)
    # A linked clone shares the template's disk, so it needs a snapshot and the very same size.
    linked = facts.has_snapshot and facts.disk_gib == disk_gib
    return {
        "cloneMode": machine.clone_mode or ("linkedClone" if linked else "fullClone"),
        "diskGiB": disk_gib,
        "memoryMiB": max(machine.memory_mib, min_memory_mib),
        "template": facts.path or machine.template,
    }


def failure_domains(inputs: Inputs) -> list[Obj]:
    """A VSphereFailureDomain and a VSphereDeploymentZone for each declared domain; these have no namespace."""
    return [obj for domain in datacenter(inputs).failure_domains for obj in _failure_domain(inputs, domain)]


def _failure_domain(inputs: Inputs, domain: FailureDomain) -> tuple[Obj, Obj]:
    place = datacenter(inputs)
    name = names.failure_domain(inputs.config.name, place.name, domain.name)
    where: Obj = {
        "apiVersion": INFRASTRUCTURE.api_version,
        "kind": "VSphereFailureDomain",
        "metadata": {"name": name},
        "spec": {
            "region": _tagged(place.datacenter, "Datacenter", "k8s-region"),
            "zone": _tagged(domain.compute_cluster, "ComputeCluster", "k8s-zone"),
            "topology": {
                "datacenter": place.datacenter,
                "computeCluster": domain.compute_cluster,
                "datastore": domain.datastore,
                "networks": [domain.network],
            },
        },
    }
    labels = {
        "infrastructure.cluster.x-k8s.io/cluster-name": inputs.config.name,
        "infrastructure.cluster.x-k8s.io/vsphere-datacenter-config-name": place.name,
    }
    zone: Obj = {
        "apiVersion": INFRASTRUCTURE.api_version,
        "kind": "VSphereDeploymentZone",
        "metadata": {"name": name, "labels": labels},
        "spec": {
            "server": place.server,
            "failureDomain": name,
            "placementConstraint": {"resourcePool": domain.resource_pool, "folder": domain.folder},
        },
    }
    return where, zone


def _tagged(name: str, kind: str, category: str) -> Obj:
    return {"name": name, "type": kind, "tagCategory": category, "autoConfigure": True}


__all__ = ("INFRASTRUCTURE", "cluster", "datacenter", "failure_domains", "machine_template")
