# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Where the objects of a kind live on an API server. Known kinds cost no discovery request."""

from __future__ import annotations

import dataclasses
import typing as t
from urllib.parse import quote

_CLUSTER_SCOPED: dict[str, dict[str, str]] = {
    "": {"Namespace": "namespaces", "Node": "nodes", "PersistentVolume": "persistentvolumes"},
    "admissionregistration.k8s.io": {
        "MutatingWebhookConfiguration": "mutatingwebhookconfigurations",
        "ValidatingWebhookConfiguration": "validatingwebhookconfigurations",
    },
    "apiextensions.k8s.io": {"CustomResourceDefinition": "customresourcedefinitions"},
    "rbac.authorization.k8s.io": {"ClusterRole": "clusterroles", "ClusterRoleBinding": "clusterrolebindings"},
    "scheduling.k8s.io": {"PriorityClass": "priorityclasses"},
    "storage.k8s.io": {"StorageClass": "storageclasses", "CSIDriver": "csidrivers"},
    "infrastructure.cluster.x-k8s.io": {
        "VSphereClusterIdentity": "vsphereclusteridentities",
        "VSphereDeploymentZone": "vspheredeploymentzones",
        "VSphereFailureDomain": "vspherefailuredomains",
    },
}

_NAMESPACED: dict[str, dict[str, str]] = {
    "": {
        "ConfigMap": "configmaps",
        "Endpoints": "endpoints",
        "Event": "events",
        "PersistentVolumeClaim": "persistentvolumeclaims",
        "Pod": "pods",
        "Secret": "secrets",
        "Service": "services",
        "ServiceAccount": "serviceaccounts",
    },
    "apps": {
        "DaemonSet": "daemonsets",
        "Deployment": "deployments",
        "ReplicaSet": "replicasets",
        "StatefulSet": "statefulsets",
    },
    "batch": {"CronJob": "cronjobs", "Job": "jobs"},
    "coordination.k8s.io": {"Lease": "leases"},
    "policy": {"PodDisruptionBudget": "poddisruptionbudgets"},
    "rbac.authorization.k8s.io": {"Role": "roles", "RoleBinding": "rolebindings"},
    "cert-manager.io": {"Certificate": "certificates", "Issuer": "issuers"},
    "clusterctl.cluster.x-k8s.io": {"Provider": "providers"},
    "cluster.x-k8s.io": {
        "Cluster": "clusters",
        "Machine": "machines",
        "MachineDeployment": "machinedeployments",
        "MachineHealthCheck": "machinehealthchecks",
        "MachineSet": "machinesets",
    },
    "controlplane.cluster.x-k8s.io": {
        "KubeadmControlPlane": "kubeadmcontrolplanes",
        "KubeadmControlPlaneTemplate": "kubeadmcontrolplanetemplates",
    },
    "bootstrap.cluster.x-k8s.io": {
        "EtcdadmConfig": "etcdadmconfigs",
        "KubeadmConfig": "kubeadmconfigs",
        "KubeadmConfigTemplate": "kubeadmconfigtemplates",
    },
    "addons.cluster.x-k8s.io": {
        "ClusterResourceSet": "clusterresourcesets",
        "ClusterResourceSetBinding": "clusterresourcesetbindings",
    },
    "etcdcluster.cluster.x-k8s.io": {"EtcdadmCluster": "etcdadmclusters"},
    "infrastructure.cluster.x-k8s.io": {
        "DockerCluster": "dockerclusters",
        "DockerMachine": "dockermachines",
        "DockerMachineTemplate": "dockermachinetemplates",
        "VSphereCluster": "vsphereclusters",
        "VSphereMachine": "vspheremachines",
        "VSphereMachineTemplate": "vspheremachinetemplates",
        "VSphereVM": "vspherevms",
    },
    "anywhere.eks.amazonaws.com": {
        "Bundles": "bundles",
        "Cluster": "clusters",
        "DockerDatacenterConfig": "dockerdatacenterconfigs",
        "EKSARelease": "eksareleases",
        "VSphereDatacenterConfig": "vspheredatacenterconfigs",
        "VSphereMachineConfig": "vspheremachineconfigs",
    },
    "distro.eks.amazonaws.com": {"Release": "releases"},
    "packages.eks.amazonaws.com": {
        "Package": "packages",
        "PackageBundle": "packagebundles",
        "PackageBundleController": "packagebundlecontrollers",
    },
}


@dataclasses.dataclass(frozen=True)
class Resource:
    """One kind as the API server knows it."""

    group: str
    version: str
    plural: str
    namespaced: bool

    def path(self, *, name: str = "", namespace: str | None = None) -> str:
        """Path of one object, or of the collection when there is no name."""
        parts = [root(group=self.group, version=self.version)]
        if self.namespaced and namespace:
            parts.append(f"namespaces/{quote(namespace, safe='')}")
        parts.append(self.plural)
        if name:
            parts.append(quote(name, safe=""))
        return "/".join(parts)


def root(*, group: str, version: str) -> str:
    """Path of one API group version."""
    return f"/apis/{group}/{version}" if group else f"/api/{version}"


def split(api_version: str) -> tuple[str, str]:
    """Group and version: ``apps/v1`` -> ``("apps", "v1")``, ``v1`` -> ``("", "v1")``."""
    group, _slash, version = api_version.rpartition("/")
    return group, version


def known(*, api_version: str, kind: str) -> Resource | None:
    """The resource of a kind in the table, or None: then the server has to be asked."""
    group, version = split(api_version)
    for table, namespaced in ((_NAMESPACED, True), (_CLUSTER_SCOPED, False)):
        plural = table.get(group, {}).get(kind)
        if plural:
            return Resource(group=group, version=version, plural=plural, namespaced=namespaced)
    return None


def discovered(*, api_version: str, kind: str, listing: t.Mapping[str, t.Any]) -> Resource | None:
    """The resource of a kind in an ``APIResourceList``."""
    group, version = split(api_version)
    for entry in listing.get("resources") or ():
        if entry.get("kind") == kind and "/" not in entry.get("name", "/"):
            return Resource(group=group, version=version, plural=entry["name"], namespaced=bool(entry["namespaced"]))
    return None


__all__ = ("Resource", "discovered", "known", "root", "split")
