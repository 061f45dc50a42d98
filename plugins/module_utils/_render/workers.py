# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""A worker group: KubeadmConfigTemplate, MachineDeployment, VSphereMachineTemplate."""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config.model import MachineConfig, WorkerGroup
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.plugins.module_utils._render import (
    bottlerocket,
    capi,
    containerd,
    host,
    machine,
    names,
    vsphere,
)
from ansible_collections.eks.anywhere.plugins.module_utils._render.files import File
from ansible_collections.eks.anywhere.plugins.module_utils._render.inputs import Inputs

_PINNED: t.Mapping[str, t.Mapping[str, str]] = {"1.21": {"cgroup-driver": "systemd"}}
"""By Kubernetes version: arguments of kubelet in the one version whose images and kubeadm disagreed on them."""


def objects(inputs: Inputs, group: WorkerGroup) -> list[Obj]:
    """The three objects of a group."""
    if group.machine is None:
        raise EksaError(f"Worker group {group.name} has no machine config.", code="render.machine_missing")
    here = bottlerocket.with_template(inputs, group.machine, kubernetes_version=group.kubernetes_version)
    name = names.worker_template(inputs.config.name, group.name)
    return [
        _bootstrap(inputs, group, here),
        capi.machine_deployment(inputs, group, vsphere.INFRASTRUCTURE, failure_domain=_failure_domain(inputs, group)),
        vsphere.machine_template(inputs, name=name, machine=here, networks=here.networks),
    ]


def _bootstrap(inputs: Inputs, group: WorkerGroup, here: MachineConfig) -> Obj:
    config, kind = inputs.config, host.of(here)
    commands = machine.hostname_commands()
    files: list[File] = []
    if not kind.is_bottlerocket:
        files = [*machine.kubelet_files(config, group.kubelet), *containerd.files(config, inputs.credentials)]
        commands = [*containerd.commands(config), *commands]
    spec: Obj = {
        "joinConfiguration": _join(inputs, group, here),
        **({"files": files} if files else {}),
        **machine.clock(here),
        "preKubeadmCommands": commands,
        "users": machine.users(here, generated_key=inputs.credentials.ssh_authorized_key),
        "format": kind.format,
    }
    return capi.kubeadm_config_template(inputs, group, kubeadm=spec)


def _join(inputs: Inputs, group: WorkerGroup, here: MachineConfig) -> Obj:
    is_bottlerocket = host.of(here).is_bottlerocket
    # Bottlerocket takes settings instead of a patch.
    patch = None if is_bottlerocket else group.kubelet
    pinned = _PINNED.get(group.kubernetes_version, {})
    registration = machine.node_registration(inputs.config, kubelet=patch, labels=group.labels, pinned=pinned)
    registration["taints"] = machine.taints(group.taints)
    join = {**machine.patches(patch), "nodeRegistration": registration}
    if not is_bottlerocket:
        return join
    version = group.kubernetes_version
    return {
        **join,
        **bottlerocket.node(inputs, here, kubernetes_version=version, kubelet=group.kubelet),
        **bottlerocket.second_network(inputs, here, kubernetes_version=version),
    }


def _failure_domain(inputs: Inputs, group: WorkerGroup) -> str:
    """Name of the one place the group is pinned to, empty for none."""
    if not group.failure_domains:
        return ""
    return names.failure_domain(inputs.config.name, vsphere.datacenter(inputs).name, group.failure_domains[0])


__all__ = ("objects",)
