# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Cluster and KubeadmControlPlane."""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config.model import MachineConfig, Taint
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.plugins.module_utils._render import (
    admission,
    args,
    audit,
    containerd,
    encryption,
    iam_authenticator,
    kube_vip,
    machine,
    names,
)
from ansible_collections.eks.anywhere.plugins.module_utils._render.files import File
from ansible_collections.eks.anywhere.plugins.module_utils._render.inputs import Inputs

DEFAULT_TAINT = Taint(key="node-role.kubernetes.io/control-plane", effect="NoSchedule")

_ETCD_PLACEHOLDER = "https://placeholder:2379"
"""Replaced by the etcd controller as soon as its members are known."""


def machine_config(inputs: Inputs) -> MachineConfig:
    """The machines of the control plane."""
    found = inputs.config.control_plane.machine
    if found is None:
        raise EksaError("The control plane has no machine config.", code="render.machine_missing")
    return found


def cluster(inputs: Inputs) -> Obj:
    """Cluster."""
    config = inputs.config
    spec: Obj = {
        "clusterNetwork": {
            "pods": {"cidrBlocks": [config.pods_cidr]},
            "services": {"cidrBlocks": [config.services_cidr]},
        },
        "controlPlaneRef": _ref("controlplane.cluster.x-k8s.io", "KubeadmControlPlane", config.name),
        "infrastructureRef": _ref("infrastructure.cluster.x-k8s.io", "VSphereCluster", config.name),
    }
    if config.external_etcd:
        spec["managedExternalEtcdRef"] = _ref("etcdcluster.cluster.x-k8s.io", "EtcdadmCluster", names.etcd(config.name))
    return {
        "apiVersion": "cluster.x-k8s.io/v1beta2",
        "kind": "Cluster",
        "metadata": {
            "labels": {names.CLUSTER_LABEL: config.name},
            "name": config.name,
            "namespace": names.NAMESPACE,
        },
        "spec": spec,
    }


def kubeadm_control_plane(inputs: Inputs) -> Obj:
    """KubeadmControlPlane."""
    config = inputs.config
    template = _ref(
        "infrastructure.cluster.x-k8s.io", "VSphereMachineTemplate", names.control_plane_template(config.name)
    )
    return {
        "apiVersion": "controlplane.cluster.x-k8s.io/v1beta2",
        "kind": "KubeadmControlPlane",
        "metadata": {"name": config.name, "namespace": names.NAMESPACE},
        "spec": {
            "machineTemplate": {
                "metadata": {"labels": {DEFAULT_TAINT.key: ""}},
                "spec": {"infrastructureRef": template},
            },
            "kubeadmConfigSpec": _kubeadm(inputs),
            "replicas": config.control_plane.count,
            "rollout": {"strategy": _rollout(inputs)},
            "version": inputs.release.kubernetes.tag,
        },
    }


def taints(inputs: Inputs) -> list[Obj]:
    """Taints of control plane nodes; one by default."""
    chosen = inputs.config.control_plane.taints
    return machine.taints((DEFAULT_TAINT,) if chosen is None else chosen)


def _ref(group: str, kind: str, name: str) -> Obj:
    return {"apiGroup": group, "kind": kind, "name": name}


def _rollout(inputs: Inputs) -> Obj:
    chosen = inputs.config.control_plane.rollout
    if chosen is None:
        return {"rollingUpdate": {"maxSurge": 1}, "type": "RollingUpdate"}
    if chosen.type == "InPlace":
        return {"type": chosen.type}
    return {"rollingUpdate": {"maxSurge": chosen.max_surge}}


def _kubeadm(inputs: Inputs) -> Obj:
    config, here = inputs.config, machine_config(inputs)
    kubelet = config.control_plane.kubelet
    registration = machine.node_registration(config, kubelet=kubelet, labels=config.control_plane.labels)
    if taints(inputs):
        registration["taints"] = taints(inputs)
    node = {**machine.patches(kubelet), "nodeRegistration": registration}
    return {
        "clusterConfiguration": _cluster_configuration(inputs),
        "files": _files(inputs),
        "initConfiguration": node,
        "joinConfiguration": node,
        **machine.clock(here),
        "preKubeadmCommands": _commands(inputs),
        "users": machine.users(here, generated_key=inputs.credentials.ssh_authorized_key),
        "format": machine.FORMAT,
    }


def _cluster_configuration(inputs: Inputs) -> Obj:
    config, release = inputs.config, inputs.release
    # Learner mode made joins fail in the versions where it was new.
    gates: Obj = {"featureGates": {"EtcdLearnerMode": False}} if 29 <= inputs.minor < 33 else {}
    manager = args.arguments(
        fixed={"cloud-provider": "external", "profiling": "false"}, extra=args.controller_manager(config)
    )
    scheduler = args.arguments(fixed={"profiling": "false"}, extra={"tls-cipher-suites": args.CIPHER_SUITES})
    return {
        **gates,
        "imageRepository": release.kubernetes.repository,
        "etcd": _etcd(inputs),
        "dns": {"imageRepository": release.coredns.repository, "imageTag": release.coredns.tag},
        "apiServer": _api_server(inputs),
        "controllerManager": {"extraArgs": manager},
        "scheduler": {"extraArgs": scheduler},
    }


def _etcd(inputs: Inputs) -> Obj:
    if inputs.config.external_etcd:
        return {
            "external": {
                "endpoints": [_ETCD_PLACEHOLDER],
                "caFile": "/etc/kubernetes/pki/etcd/ca.crt",
                "certFile": "/etc/kubernetes/pki/apiserver-etcd-client.crt",
                "keyFile": "/etc/kubernetes/pki/apiserver-etcd-client.key",
            }
        }
    return {
        "local": {
            "imageRepository": inputs.release.etcd.repository,
            "imageTag": inputs.release.etcd.tag,
            "extraArgs": args.arguments(fixed={"cipher-suites": args.CIPHER_SUITES}, extra={}),
        }
    }


def _api_server(inputs: Inputs) -> Obj:
    config = inputs.config
    fixed = {"cloud-provider": "external"} if inputs.minor < 33 else {}
    fixed |= {
        "audit-policy-file": audit.PATH,
        "audit-log-path": "/var/log/kubernetes/api-audit.log",
        "audit-log-maxage": "30",
        "audit-log-maxbackup": "10",
        "audit-log-maxsize": "512",
        "profiling": "false",
    }
    if config.etcd_encryption and inputs.minor >= 29:
        fixed["feature-gates"] = "KMSv1=true"
    volumes = [
        _volume("audit-policy", audit.PATH, audit.PATH, "File", read_only=True),
        _volume("audit-log-dir", "/var/log/kubernetes", "/var/log/kubernetes", "DirectoryOrCreate", read_only=False),
        *(admission.volumes() if config.control_plane.skip_admission_for_system_resources else ()),
        *(iam_authenticator.volumes() if config.aws_iam is not None else ()),
        *(encryption.volumes() if config.etcd_encryption else ()),
    ]
    server: Obj = {
        "extraArgs": args.arguments(fixed=fixed, extra=args.api_server(config)),
        "extraVolumes": volumes,
    }
    if config.control_plane.cert_sans:
        server["certSANs"] = list(config.control_plane.cert_sans)
    if config.control_plane.skip_admission_for_system_resources:
        server["extraEnvs"] = [admission.ENVIRONMENT]
    return server


def _volume(name: str, host_path: str, mount_path: str, path_type: str, *, read_only: bool) -> Obj:
    return {
        "hostPath": host_path,
        "mountPath": mount_path,
        "name": name,
        "pathType": path_type,
        "readOnly": read_only,
    }


def _files(inputs: Inputs) -> list[File]:
    config = inputs.config
    wanted: t.Iterable[t.Iterable[File]] = (
        machine.kubelet_files(config, config.control_plane.kubelet),
        encryption.files(config.etcd_encryption),
        [kube_vip.manifest(address=config.endpoint, image=inputs.bundle.kube_vip_image)],
        admission.files() if config.control_plane.skip_admission_for_system_resources else (),
        [audit.policy_file(config.control_plane.audit_policy)],
        containerd.proxy_files(config),
        containerd.mirror_files(config.registry_mirror, inputs.credentials),
        iam_authenticator.files(config.name) if config.aws_iam is not None else (),
    )
    return [written for files in wanted for written in files]


def _commands(inputs: Inputs) -> list[str]:
    super_admin = [kube_vip.USE_SUPER_ADMIN] if inputs.minor >= 29 else []
    return [*containerd.commands(inputs.config), *machine.hostname_commands(), *super_admin]


__all__ = ("DEFAULT_TAINT", "cluster", "kubeadm_control_plane", "machine_config", "taints")
