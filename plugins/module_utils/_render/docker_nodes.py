# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""What kubeadm and etcdadm are told on the nodes of a Docker cluster."""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config import versions
from ansible_collections.eks.anywhere.plugins.module_utils._config.model import ClusterConfig, WorkerGroup
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.plugins.module_utils._render import (
    admission,
    args,
    audit,
    containerd,
    etcdadm,
    iam_authenticator,
    kubeadm,
    machine,
)
from ansible_collections.eks.anywhere.plugins.module_utils._render.files import File
from ansible_collections.eks.anywhere.plugins.module_utils._render.inputs import Inputs

Kubelet = t.Mapping[str, t.Any]

_LOCAL = ("localhost", "127.0.0.1")
"""The load balancer's port is published on this machine, so users reach the API server under these names."""

_KUBELET: t.Mapping[str, str] = {
    # All nodes share the disk of one machine, which may be as full as it likes.
    "eviction-hard": "nodefs.available<0%,nodefs.inodesFree<0%,imagefs.available<0%",
    "tls-cipher-suites": args.CIPHER_SUITES,
}
_SYSTEMD = (1, 24)
"""Kubernetes from which on kubelet leaves cgroups to systemd."""
_REFUSES_CGROUP_V1 = (1, 31)
"""The first Kubernetes whose kubelet does, unless told not to."""


def control_plane(inputs: Inputs) -> Obj:
    """``kubeadmConfigSpec`` of the control plane."""
    config = inputs.config
    kubelet = _kubelet(config.control_plane.kubelet, config.kubernetes_version)
    registration = _registration(
        config, kubelet=kubelet, labels=config.control_plane.labels, kubernetes_version=config.kubernetes_version
    )
    if not config.workers:
        registration["taints"] = []
    elif config.control_plane.taints:
        registration["taints"] = machine.taints(config.control_plane.taints)
    node = {**machine.patches(kubelet), "nodeRegistration": registration}
    return {
        "clusterConfiguration": _cluster_configuration(inputs),
        "files": _control_plane_files(inputs, kubelet),
        "initConfiguration": node,
        "joinConfiguration": node,
        **_commands(config),
    }


def worker(inputs: Inputs, group: WorkerGroup) -> Obj:
    """KubeadmConfigTemplate's spec of a worker group."""
    config = inputs.config
    kubelet = _kubelet(group.kubelet, group.kubernetes_version)
    registration = _registration(
        config, kubelet=kubelet, labels=group.labels, kubernetes_version=group.kubernetes_version
    )
    registration["taints"] = machine.taints(group.taints)
    files = [
        *machine.kubelet_files(config, kubelet),
        *containerd.mirror_files(config.registry_mirror, inputs.credentials),
    ]
    return {
        "joinConfiguration": {**machine.patches(kubelet), "nodeRegistration": registration},
        **({"files": files} if files else {}),
        **_commands(config),
    }


def external_etcd(inputs: Inputs) -> Obj:
    """``etcdadmConfigSpec`` of the external etcd."""
    return {
        "etcdadmBuiltin": True,
        "cloudInitConfig": etcdadm.cloud_init(inputs),
        "cipherSuites": args.CIPHER_SUITES,
        **etcdadm.registry_mirror(inputs.config.registry_mirror),
    }


def _kubelet(own: Kubelet | None, kubernetes_version: str) -> Kubelet | None:
    """The user's KubeletConfiguration, which accepts cgroup v1 unless it says otherwise."""
    if own is None or not _may_refuse_cgroup_v1(kubernetes_version):
        return own
    return {"failCgroupV1": False, **own}


def _may_refuse_cgroup_v1(kubernetes_version: str) -> bool:
    return (versions.kubernetes(kubernetes_version) or _REFUSES_CGROUP_V1) >= _REFUSES_CGROUP_V1


def _registration(
    config: ClusterConfig, *, kubelet: Kubelet | None, labels: t.Mapping[str, str], kubernetes_version: str
) -> Obj:
    """How kubelet starts and registers; arguments but for labels give way to a KubeletConfiguration.

    Upstream writes broken YAML for labels beside a KubeletConfiguration, so there is no such cluster to be like.
    """
    fixed: dict[str, str] = {}
    if kubelet is None:
        systemd = (versions.kubernetes(kubernetes_version) or _SYSTEMD) >= _SYSTEMD
        driver = {"cgroup-driver": "systemd" if systemd else "cgroupfs"}
        fixed = {**_KUBELET, **driver, "resolv-conf": config.resolv_conf}
        fixed |= {"fail-cgroupv1": "false"} if _may_refuse_cgroup_v1(kubernetes_version) else {}
    arguments = args.arguments(fixed={}, extra={**fixed, **args.node_labels(labels)})
    return {
        "criSocket": "/var/run/containerd/containerd.sock",
        **({"kubeletExtraArgs": arguments} if arguments else {}),
    }


def _cluster_configuration(inputs: Inputs) -> Obj:
    config = inputs.config
    server = kubeadm.api_server(
        config, fixed=kubeadm.API_SERVER_ARGUMENTS, cert_sans=(*_LOCAL, *config.control_plane.cert_sans)
    )
    return kubeadm.cluster_configuration(
        inputs, api_server=server, controller_manager={"enable-hostpath-provisioner": "true"}
    )


def _control_plane_files(inputs: Inputs, kubelet: Kubelet | None) -> list[File]:
    config = inputs.config
    wanted: t.Iterable[t.Iterable[File]] = (
        machine.kubelet_files(config, kubelet),
        admission.files() if config.control_plane.skip_admission_for_system_resources else (),
        [audit.policy_file(config.control_plane.audit_policy, kubernetes_version=config.kubernetes_version)],
        containerd.mirror_files(config.registry_mirror, inputs.credentials),
        iam_authenticator.files(config.name) if config.aws_iam is not None else (),
    )
    return [written for files in wanted for written in files]


def _commands(config: ClusterConfig) -> Obj:
    """What makes containerd take the mirror up; a node of kind has no sudo."""
    commands = [command.removeprefix("sudo ") for command in containerd.commands(config)]
    return {"preKubeadmCommands": commands} if commands else {}


__all__ = ("control_plane", "external_etcd", "worker")
