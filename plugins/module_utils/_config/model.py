# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""The cluster config as values, built from defaulted documents that passed every check.

``None`` always means "the user did not say".
"""

from __future__ import annotations

import dataclasses
import typing as t

Document = dict[str, t.Any]
Strings = t.Mapping[str, str]

ETCD_PLACEHOLDER = "https://placeholder:2379"
"""Endpoint of an external etcd as it is rendered; a controller writes the real ones when its members are known."""


@dataclasses.dataclass(frozen=True)
class Taint:
    """A node taint; empty strings are left out when rendered."""

    key: str
    value: str = ""
    effect: str = ""
    time_added: str = ""


@dataclasses.dataclass(frozen=True)
class HealthCheck:
    """Durations in Go notation (``10m0s``); ``max_unhealthy`` is a count or a percentage."""

    node_startup_timeout: str | None = None
    unhealthy_machine_timeout: str | None = None
    max_unhealthy: int | str | None = None


@dataclasses.dataclass(frozen=True)
class Rollout:
    """How machines are replaced: ``RollingUpdate`` or ``InPlace``."""

    type: str
    max_surge: int = 0
    max_unavailable: int = 0


@dataclasses.dataclass(frozen=True)
class User:
    """A login on the machines; upstream renders the first user and its first key."""

    name: str
    ssh_authorized_keys: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class MachineConfig:
    """A VSphereMachineConfig. ``disk_gib`` 0: as large as the template; ``clone_mode`` "": chosen from the template.

    ``bottlerocket`` is the section as written: an empty one is told from none, as upstream does.
    """

    name: str
    datastore: str
    resource_pool: str
    folder: str
    num_cpus: int
    memory_mib: int
    disk_gib: int
    os_family: str
    template: str
    clone_mode: str = ""
    storage_policy_name: str = ""
    networks: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    users: tuple[User, ...] = ()
    ntp_servers: tuple[str, ...] = ()
    cert_bundles: tuple[tuple[str, str], ...] = ()
    bottlerocket: t.Mapping[str, t.Any] | None = None


@dataclasses.dataclass(frozen=True)
class ControlPlane:
    """``taints`` None: the default taint; an empty tuple: none."""

    count: int
    machine: MachineConfig | None = None
    taints: tuple[Taint, ...] | None = None
    labels: Strings = dataclasses.field(default_factory=dict)
    cert_sans: tuple[str, ...] = ()
    rollout: Rollout | None = None
    health_check: HealthCheck = HealthCheck()
    kubelet: t.Mapping[str, t.Any] | None = None
    api_server_extra_args: Strings = dataclasses.field(default_factory=dict)
    audit_policy: str = ""
    skip_admission_for_system_resources: bool = False


@dataclasses.dataclass(frozen=True)
class Autoscaling:
    """Bounds for the cluster autoscaler."""

    min_count: int
    max_count: int


@dataclasses.dataclass(frozen=True)
class WorkerGroup:
    """``kubernetes_version`` is the group's own or, when it has none, the cluster's."""

    name: str
    count: int
    kubernetes_version: str
    machine: MachineConfig | None = None
    taints: tuple[Taint, ...] = ()
    labels: Strings = dataclasses.field(default_factory=dict)
    autoscaling: Autoscaling | None = None
    rollout: Rollout | None = None
    health_check: HealthCheck = HealthCheck()
    kubelet: t.Mapping[str, t.Any] | None = None
    failure_domains: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class ExternalEtcd:
    """etcd on machines of its own."""

    count: int
    machine: MachineConfig | None = None


@dataclasses.dataclass(frozen=True)
class FailureDomain:
    """A named place in the datacenter that worker groups can be pinned to."""

    name: str
    compute_cluster: str
    resource_pool: str
    datastore: str
    folder: str
    network: str


@dataclasses.dataclass(frozen=True)
class VSphereDatacenter:
    """The vCenter datacenter of the cluster; ``network`` is a full inventory path."""

    name: str
    server: str
    datacenter: str
    network: str
    insecure: bool
    thumbprint: str
    failure_domains: tuple[FailureDomain, ...] = ()


@dataclasses.dataclass(frozen=True)
class Cilium:
    """Options of the CNI; ``helm_values`` replace all that would be generated."""

    policy_mode: str = ""
    routing_mode: str = ""
    skip_upgrade: bool = False
    egress_masquerade_interfaces: str = ""
    ipv4_native_routing_cidr: str = ""
    ipv6_native_routing_cidr: str = ""
    cni_exclusive: bool | None = None
    helm_values: t.Mapping[str, t.Any] | None = None


@dataclasses.dataclass(frozen=True)
class Proxy:
    """The HTTP proxy that machines use."""

    http: str
    https: str
    no_proxy: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class RegistryMirror:
    """A registry that stands in for the public ones; ``namespaces`` maps registry to namespace."""

    endpoint: str
    port: str
    namespaces: tuple[tuple[str, str], ...] = ()
    ca_cert: str = ""
    authenticate: bool = False
    insecure_skip_verify: bool = False


@dataclasses.dataclass(frozen=True)
class ClusterConfig:
    """One cluster. ``cilium`` is None with another CNI; ``documents`` are the defaulted documents, Cluster first."""

    name: str
    namespace: str
    provider: str
    kubernetes_version: str
    eksa_version: str
    management_name: str
    endpoint: str
    pods_cidr: str
    services_cidr: str
    control_plane: ControlPlane
    workers: tuple[WorkerGroup, ...]
    documents: tuple[Document, ...]
    health_check: HealthCheck = HealthCheck()
    external_etcd: ExternalEtcd | None = None
    datacenter: VSphereDatacenter | None = None
    cilium: Cilium | None = None
    proxy: Proxy | None = None
    registry_mirror: RegistryMirror | None = None
    node_cidr_mask_size: int | None = None
    resolv_conf: str = ""
    pod_iam_issuer: str = ""
    oidc: t.Mapping[str, t.Any] | None = None
    aws_iam: t.Mapping[str, t.Any] | None = None
    etcd_encryption: tuple[t.Mapping[str, t.Any], ...] = ()
    gitops: bool = False

    @property
    def self_managed(self) -> bool:
        """Whether the cluster manages itself (else it is a workload cluster of ``management_name``)."""
        return self.management_name == self.name

    @property
    def machines(self) -> tuple[MachineConfig, ...]:
        """Every machine config in use, once each: control plane, etcd, workers."""
        etcd = self.external_etcd.machine if self.external_etcd else None
        used = (self.control_plane.machine, etcd, *(group.machine for group in self.workers))
        return tuple({machine.name: machine for machine in used if machine is not None}.values())


__all__ = (
    "ETCD_PLACEHOLDER",
    "Autoscaling",
    "Cilium",
    "ClusterConfig",
    "ControlPlane",
    "Document",
    "ExternalEtcd",
    "FailureDomain",
    "HealthCheck",
    "MachineConfig",
    "Proxy",
    "RegistryMirror",
    "Rollout",
    "Taint",
    "User",
    "VSphereDatacenter",
    "WorkerGroup",
)
