# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""The control plane of a vSphere cluster: KubeadmControlPlane."""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config.model import MachineConfig, Taint
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.plugins.module_utils._render import (
    admission,
    audit,
    bottlerocket,
    capi,
    cluster_configuration,
    containerd,
    encryption,
    host,
    iam_authenticator,
    kube_vip,
    machine,
    vsphere,
)
from ansible_collections.eks.anywhere.plugins.module_utils._render.files import File
from ansible_collections.eks.anywhere.plugins.module_utils._render.inputs import Inputs

DEFAULT_TAINT = Taint(key=capi.CONTROL_PLANE_ROLE, effect="NoSchedule")


def machine_config(inputs: Inputs) -> MachineConfig:
    """The machines of the control plane."""
    found = inputs.config.control_plane.machine
    if found is None:
        raise EksaError("The control plane has no machine config.", code="render.machine_missing")
    return bottlerocket.with_template(inputs, found, kubernetes_version=inputs.config.kubernetes_version)


def kubeadm_control_plane(inputs: Inputs) -> Obj:
    """KubeadmControlPlane."""
    return capi.kubeadm_control_plane(inputs, vsphere.INFRASTRUCTURE, kubeadm=_kubeadm(inputs))


def taints(inputs: Inputs) -> list[Obj]:
    """Taints of control plane nodes; one by default."""
    chosen = inputs.config.control_plane.taints
    return machine.taints((DEFAULT_TAINT,) if chosen is None else chosen)


def _kubeadm(inputs: Inputs) -> Obj:
    config, here = inputs.config, machine_config(inputs)
    kind = host.of(here)
    kubelet = config.control_plane.kubelet
    # Bottlerocket takes settings instead of a patch.
    patch = None if kind.is_bottlerocket else kubelet
    registration = machine.node_registration(config, kubelet=patch, labels=config.control_plane.labels)
    if taints(inputs):
        registration["taints"] = taints(inputs)
    node = {**machine.patches(patch), "nodeRegistration": registration}
    settings = (
        bottlerocket.node(inputs, here, kubernetes_version=config.kubernetes_version, kubelet=kubelet)
        if kind.is_bottlerocket
        else {}
    )
    return {
        "clusterConfiguration": {**cluster_configuration.fields(inputs, kind), **settings},
        "files": _files(inputs, kind, patch),
        "initConfiguration": node,
        "joinConfiguration": {**node, **settings},
        **machine.clock(here),
        "preKubeadmCommands": _commands(inputs, kind),
        "users": machine.users(here, generated_key=inputs.credentials.ssh_authorized_key),
        "format": kind.format,
    }


def _files(inputs: Inputs, kind: host.Host, patch: t.Mapping[str, t.Any] | None) -> list[File]:
    config = inputs.config
    wanted: t.Iterable[t.Iterable[File]] = (
        machine.kubelet_files(config, patch),
        encryption.files(config.etcd_encryption),
        [kube_vip.manifest(address=config.endpoint, image=inputs.bundle.kube_vip_image, host=kind)],
        admission.files() if config.control_plane.skip_admission_for_system_resources else (),
        [audit.policy_file(config.control_plane.audit_policy, kubernetes_version=config.kubernetes_version)],
        () if kind.is_bottlerocket else containerd.files(config, inputs.credentials),
        iam_authenticator.files(config.name) if config.aws_iam is not None else (),
    )
    return [written for files in wanted for written in files]


def _commands(inputs: Inputs, kind: host.Host) -> list[str]:
    if kind.is_bottlerocket:
        return machine.hostname_commands()
    super_admin = [kube_vip.USE_SUPER_ADMIN] if inputs.minor >= 29 else []
    return [*containerd.commands(inputs.config), *machine.hostname_commands(), *super_admin]


__all__ = ("DEFAULT_TAINT", "kubeadm_control_plane", "machine_config", "taints")
