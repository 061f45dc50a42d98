# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Names of Cluster API objects. Those of templates end in a number that counts up when the content changes."""

from __future__ import annotations

NAMESPACE = "eksa-system"
CLUSTER_LABEL = "cluster.x-k8s.io/cluster-name"


def numbered(base: str, number: int = 1) -> str:
    """``base-1``."""
    return f"{base}-{number}"


def control_plane_template(cluster: str) -> str:
    """Machine template of the control plane."""
    return numbered(f"{cluster}-control-plane")


def etcd(cluster: str) -> str:
    """EtcdadmCluster."""
    return f"{cluster}-etcd"


def etcd_template(cluster: str) -> str:
    """Machine template of the external etcd."""
    return numbered(etcd(cluster))


def machine_deployment(cluster: str, group: str) -> str:
    """MachineDeployment of a worker group."""
    return f"{cluster}-{group}"


def worker_template(cluster: str, group: str) -> str:
    """Machine template and KubeadmConfigTemplate of a worker group."""
    return numbered(machine_deployment(cluster, group))


def failure_domain(cluster: str, datacenter: str, domain: str) -> str:
    """VSphereFailureDomain and VSphereDeploymentZone."""
    return f"{cluster}-{datacenter}-{domain}"


def vsphere_credentials(cluster: str) -> str:
    """Secret that VSphereCluster names as its identity."""
    return f"{cluster}-vsphere-credentials"


def cloud_provider_account(cluster: str) -> str:
    """Secret with the service account of the cloud provider."""
    return f"{cluster}-cloud-controller-manager"


def cloud_provider_credentials(cluster: str) -> str:
    """Secret with the credentials of the cloud provider."""
    return f"{cluster}-cloud-provider-vsphere-credentials"


def cloud_provider_manifests(cluster: str) -> str:
    """ConfigMap with the cloud provider itself."""
    return f"{cluster}-cpi-manifests"


def cloud_provider_set(cluster: str) -> str:
    """ClusterResourceSet that brings the cloud provider into the cluster."""
    return f"{cluster}-cpi"


def iam_authenticator_ca(cluster: str) -> str:
    """Secret with the certificate of aws-iam-authenticator."""
    return f"{cluster}-aws-iam-authenticator-ca"


def control_plane_health_check(cluster: str) -> str:
    """MachineHealthCheck of the control plane."""
    return f"{cluster}-kcp-unhealthy"


def worker_health_check(cluster: str, group: str) -> str:
    """MachineHealthCheck of a worker group."""
    return f"{machine_deployment(cluster, group)}-worker-unhealthy"
