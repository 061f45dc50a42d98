# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Values that the user may leave out, filled in the order and with the rules of the vendor's CLI."""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config import defaults_providers
from ansible_collections.eks.anywhere.plugins.module_utils._config.reading import Source

NAMESPACE = "default"
OS_FAMILY = "bottlerocket"
NODE_STARTUP_TIMEOUT = "10m0s"
UNHEALTHY_MACHINE_TIMEOUT = "5m0s"
MAX_UNHEALTHY = "100%"
WORKER_MAX_UNHEALTHY = "40%"
MIN_MEMORY_MIB = 2048
MEMORY_MIB = 8192
CPUS = 2
MIRROR_CA = "EKSA_REGISTRY_MIRROR_CA_CONTENT"
"""Key of ``environ`` for the content of the file that the variable ``EKSA_REGISTRY_MIRROR_CA`` names."""

Data = dict[str, t.Any]


def apply(sources: t.Sequence[Source], environ: t.Mapping[str, str]) -> None:
    """Fill the documents in place. A second application changes nothing."""
    cluster = next((source for source in sources if source.kind == "Cluster"), None)
    if cluster is None:
        return
    spec = cluster.data.setdefault("spec", {})
    for default in (_management_cluster, _mirror, _workers, _cni, _encryption, _health_checks):
        default(cluster, spec, environ)
    for source in sources:
        by_kind = _BY_KIND.get(source.kind)
        if by_kind is not None:
            by_kind(source.data.setdefault("spec", {}), cluster)


def _management_cluster(cluster: Source, spec: Data, environ: t.Mapping[str, str]) -> None:
    managed_by = spec.setdefault("managementCluster", {})
    managed_by["name"] = managed_by.get("name") or cluster.name


def _mirror(cluster: Source, spec: Data, environ: t.Mapping[str, str]) -> None:
    """The CA may come from a file, which is for the caller to read: its content stands in ``environ`` then."""
    mirror = spec.get("registryMirrorConfiguration")
    if mirror is None:
        return
    mirror["port"] = mirror.get("port") or "443"
    if not mirror.get("caCertContent") and environ.get(MIRROR_CA):
        mirror["caCertContent"] = environ[MIRROR_CA]


def _workers(cluster: Source, spec: Data, environ: t.Mapping[str, str]) -> None:
    groups = spec.get("workerNodeGroupConfigurations", [])
    if groups and not groups[0].get("name"):
        groups[0]["name"] = "md-0"
    for group in groups:
        if "count" not in group:
            scaling = group.get("autoscalingConfiguration")
            group["count"] = 1 if scaling is None else scaling.get("minCount", 0)


def _cni(cluster: Source, spec: Data, environ: t.Mapping[str, str]) -> None:
    """The deprecated ``cni`` becomes ``cniConfig``; both together are left for the checks to refuse."""
    network = spec.setdefault("clusterNetwork", {})
    plugin = {"cilium": "cilium", "cilium-enterprise": "cilium", "kindnetd": "kindnetd"}.get(network.get("cni", ""))
    if plugin and "cniConfig" not in network:
        del network["cni"]
        network["cniConfig"] = {plugin: {}}


def _encryption(cluster: Source, spec: Data, environ: t.Mapping[str, str]) -> None:
    for encryption in spec.get("etcdEncryption", []):
        for provider in encryption.get("providers", []):
            if "kms" in provider:
                provider["kms"].setdefault("cachesize", 1000)
                provider["kms"].setdefault("timeout", "3s")


def _health_checks(cluster: Source, spec: Data, environ: t.Mapping[str, str]) -> None:
    """Timeouts are cluster-wide; maxUnhealthy goes to each kind of machine unless the cluster sets its own."""
    wide = spec.setdefault("machineHealthCheck", {})
    startup = (
        "20m0s" if spec.get("datacenterRef", {}).get("kind") == "TinkerbellDatacenterConfig" else NODE_STARTUP_TIMEOUT
    )
    wide.setdefault("nodeStartupTimeout", startup)
    wide.setdefault("unhealthyMachineTimeout", UNHEALTHY_MACHINE_TIMEOUT)
    if "maxUnhealthy" in wide:
        return
    wide["maxUnhealthy"] = MAX_UNHEALTHY
    control_plane = spec.setdefault("controlPlaneConfiguration", {})
    control_plane.setdefault("machineHealthCheck", {}).setdefault("maxUnhealthy", MAX_UNHEALTHY)
    for group in spec.get("workerNodeGroupConfigurations", []):
        group.setdefault("machineHealthCheck", {}).setdefault("maxUnhealthy", WORKER_MAX_UNHEALTHY)


def _vsphere_datacenter(spec: Data, cluster: Source) -> None:
    network, datacenter = spec.get("network", ""), spec.get("datacenter", "")
    if network and not network.startswith(f"/{datacenter}"):
        spec["network"] = f"/{datacenter}/network/{network}"
    if spec.get("insecure"):
        spec["thumbprint"] = ""
    spec.setdefault("insecure", False)
    spec.setdefault("thumbprint", "")


def _vsphere_machine(spec: Data, cluster: Source) -> None:
    memory = spec.get("memoryMiB", 0)
    spec["memoryMiB"] = MEMORY_MIB if memory <= 0 else max(memory, MIN_MEMORY_MIB)
    if spec.get("numCPUs", 0) <= 0:
        spec["numCPUs"] = CPUS
    spec["osFamily"] = spec.get("osFamily") or OS_FAMILY
    spec.setdefault("folder", "")
    users = spec.get("users") or [{}]
    spec["users"] = users
    users[0]["name"] = users[0].get("name") or ("ec2-user" if spec["osFamily"] == OS_FAMILY else "capv")
    users[0]["sshAuthorizedKeys"] = users[0].get("sshAuthorizedKeys") or [""]


def _flux(spec: Data, cluster: Source) -> None:
    spec["systemNamespace"] = spec.get("systemNamespace") or "flux-system"
    spec["branch"] = spec.get("branch") or "main"
    spec["clusterConfigPath"] = spec.get("clusterConfigPath") or _flux_path(cluster)


def _gitops(spec: Data, cluster: Source) -> None:
    github = spec.setdefault("flux", {}).setdefault("github", {})
    github["fluxSystemNamespace"] = github.get("fluxSystemNamespace") or "flux-system"
    github["branch"] = github.get("branch") or "main"
    github["clusterConfigPath"] = github.get("clusterConfigPath") or _flux_path(cluster)


def _flux_path(cluster: Source) -> str:
    return f"clusters/{cluster.spec['managementCluster']['name']}"


def _aws_iam(spec: Data, cluster: Source) -> None:
    spec["partition"] = spec.get("partition") or "aws"


_BY_KIND: t.Mapping[str, t.Callable[[Data, Source], None]] = {
    "VSphereDatacenterConfig": _vsphere_datacenter,
    "VSphereMachineConfig": _vsphere_machine,
    "FluxConfig": _flux,
    "GitOpsConfig": _gitops,
    "AWSIamConfig": _aws_iam,
    **defaults_providers.BY_KIND,
}

__all__ = ("MIRROR_CA", "NAMESPACE", "apply")
