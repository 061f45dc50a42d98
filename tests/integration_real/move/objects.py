# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""A management cluster as data: the providers' definitions, and clusters' objects as the controllers leave them."""

from __future__ import annotations

import functools
import json
import subprocess
import typing as t

import yaml

from ansible_collections.eks.anywhere.plugins.module_utils._kube.client import KubeClient
from ansible_collections.eks.anywhere.plugins.module_utils._ops.apply import apply_objects
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.plugins.module_utils._run.clock import SystemClock
from ansible_collections.eks.anywhere.tests.integration_real.machinery.upstream import upstream
from ansible_collections.eks.anywhere.tests.unit.fakes import FakeReporter

FORK = "github.com/snarkychef/cluster-api@*"
DEFINITIONS = (
    f"{FORK}/config/crd/bases",
    f"{FORK}/controlplane/kubeadm/config/crd/bases",
    f"{FORK}/bootstrap/kubeadm/config/crd/bases",
    f"{FORK}/cmd/clusterctl/config/crd/bases",
    "sigs.k8s.io/cluster-api-provider-vsphere@*/config/default/crd/bases",
    "github.com/aws/etcdadm-controller@*/config/crd/bases",
    "github.com/aws/etcdadm-bootstrap-provider@*/config/crd/bases",
)
IDENTITY = "VSphereClusterIdentity"
CORE = "cluster.x-k8s.io/v1beta2"
ADDONS = "addons.cluster.x-k8s.io/v1beta2"
BOOTSTRAP = "bootstrap.cluster.x-k8s.io/v1beta2"
CONTROL_PLANE = "controlplane.cluster.x-k8s.io/v1beta2"
INFRA = "infrastructure.cluster.x-k8s.io/v1beta1"
IPAM = "ipam.cluster.x-k8s.io/v1beta2"
ETCD = "etcdcluster.cluster.x-k8s.io/v1beta1"
CLUSTERCTL = "clusterctl.cluster.x-k8s.io/v1alpha3"
PROVIDERS = (
    ("cluster-api", "CoreProvider", "capi-system"),
    ("kubeadm", "BootstrapProvider", "capi-kubeadm-bootstrap-system"),
    ("vsphere", "InfrastructureProvider", "capv-system"),
)
READY = {
    "initialization": {"infrastructureProvisioned": True, "controlPlaneInitialized": True},
    "conditions": [
        {
            "type": "ControlPlaneInitialized",
            "status": "True",
            "reason": "Initialized",
            "message": "",
            "lastTransitionTime": "2026-01-01T00:00:00Z",
        }
    ],
}


@functools.cache
def definitions() -> list[Obj]:
    """The providers' definitions, labelled as ``clusterctl init`` does; other versions would need a webhook."""
    files = [file for folder in DEFINITIONS for file in sorted(upstream(folder).glob("*.yaml"))]
    found: list[Obj] = [yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader) for file in files]
    for definition in found:
        spec = definition["spec"]
        spec["versions"] = [version for version in spec["versions"] if version["storage"]]
        spec.pop("conversion", None)
        labels = {"clusterctl.cluster.x-k8s.io": "", "cluster.x-k8s.io/v1beta2": "v1beta2"}
        if spec["names"]["kind"] == IDENTITY:
            labels["clusterctl.cluster.x-k8s.io/move-hierarchy"] = ""
        definition["metadata"]["labels"] = labels
        definition.pop("status", None)
    return [definition for definition in found if definition["spec"]["names"]["kind"] != "Metadata"]


def prepare(kube: KubeClient) -> None:
    """What ``clusterctl init`` leaves, without controllers."""
    objects = [*definitions()]
    for name, kind, namespace in PROVIDERS:
        objects.append({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}})
        provider = {"providerName": name, "type": kind, "version": "v1.12.1"}
        objects.append({**thing(CLUSTERCTL, "Provider", name, namespace=namespace), **provider})
    apply_objects(objects, kube=kube, clock=SystemClock(), report=FakeReporter(), check_mode=False)


def thing(api_version: str, kind: str, name: str, *owners: Obj, namespace: str | None, **fields: t.Any) -> Obj:
    """An object that others own."""
    metadata: Obj = {"name": name, "labels": {"example.com/of": name}}
    if namespace:
        metadata["namespace"] = namespace
    references = [
        {
            "apiVersion": owner["apiVersion"],
            "kind": owner["kind"],
            "name": owner["metadata"]["name"],
            "uid": owner["metadata"]["uid"],
            **({"controller": True, "blockOwnerDeletion": True} if index == 0 else {}),
        }
        for index, owner in enumerate(owners)
    ]
    if references:
        metadata["ownerReferences"] = references
    if "/" in api_version and not kind.endswith(("Template", "Provider")):
        metadata["finalizers"] = [f"{kind.lower()}.{api_version.split('/', maxsplit=1)[0]}"]
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **fields}


class Builder:
    """Puts the objects of one cluster onto a server."""

    def __init__(self, kube: KubeClient, *, kubeconfig: str, kubectl: str, namespace: str, name: str) -> None:
        self._kube = kube
        self._kubectl = (kubectl, "--kubeconfig", kubeconfig, "--namespace", namespace)
        self._namespace = namespace
        self._name = name

    def put(self, api_version: str, kind: str, name: str, *owners: Obj, **fields: t.Any) -> Obj:
        """Create by server-side apply, as our own ``capi_apply`` does; the status by a request of its own."""
        status = fields.pop("status", None)
        obj = thing(api_version, kind, name, *owners, namespace=self._namespace, **fields)
        stored = self._kube.apply(obj)
        if status is not None:
            patch = json.dumps({"status": status})
            where = (f"{kind.lower()}s.{api_version.split('/', maxsplit=1)[0]}", name)
            command = (*self._kubectl, "patch", *where, "--subresource=status", "--type=merge", "-p", patch)
            subprocess.run(command, check=True, capture_output=True)
        return stored

    def build(self) -> None:
        """Control plane, external etcd, one worker group, addons, secrets; one machine each."""
        name = self._name
        self._kube.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": self._namespace}})
        cluster = self.put(CORE, "Cluster", name, spec=self._cluster_spec(), status=READY)
        self.put(INFRA, "VSphereCluster", name, cluster, spec={"server": "vcenter.example", "thumbprint": "AA"})
        self._secret(f"{name}-vsphere-credentials", cluster)
        control_plane = self.put(
            CONTROL_PLANE, "KubeadmControlPlane", name, cluster, spec=_control_plane_spec(f"{name}-control-plane-1")
        )
        for suffix in ("sa", "proxy", "kubeconfig"):
            self._secret(f"{name}-{suffix}", control_plane)
        for suffix in ("ca", "etcd"):
            self._secret(f"{name}-{suffix}")
        for template in (f"{name}-control-plane-1", f"{name}-md-0-1"):
            self.put(INFRA, "VSphereMachineTemplate", template, cluster, spec={"template": {"spec": _vm_spec()}})
        self._etcd(cluster)
        self._machine(f"{name}-cp-1", control_plane)
        self._workers(cluster)
        self._addons(cluster)

    def _etcd(self, cluster: Obj) -> None:
        name = self._name
        spec = {"replicas": 1, "etcdadmConfigSpec": {}, "infrastructureTemplate": {}}
        etcd = self.put(ETCD, "EtcdadmCluster", f"{name}-etcd", cluster, spec=spec)
        for suffix in ("managed-etcd", "apiserver-etcd-client"):
            self._secret(f"{name}-{suffix}", etcd)

    def _workers(self, cluster: Obj) -> None:
        name = f"{self._name}-md-0"
        self.put(
            BOOTSTRAP,
            "KubeadmConfigTemplate",
            f"{name}-1",
            cluster,
            spec={"template": {"spec": {"format": "cloud-config"}}},
        )
        spec = {
            "clusterName": self._name,
            "replicas": 1,
            "selector": {"matchLabels": {"pool": name}},
            "template": {"metadata": {"labels": {"pool": name}}, "spec": self._machine_spec(name, provided=False)},
        }
        deployment = self.put(CORE, "MachineDeployment", name, cluster, spec=spec)
        machine_set = self.put(CORE, "MachineSet", f"{name}-x1", deployment, spec=spec)
        self._machine(f"{name}-x1-1", machine_set)
        check = {"clusterName": self._name, "selector": {"matchLabels": {"pool": name}}}
        checks = {"checks": {"nodeStartupTimeoutSeconds": 600}}
        self.put(CORE, "MachineHealthCheck", name, cluster, spec={**check, **checks})

    def _machine(self, name: str, owner: Obj) -> None:
        spec = self._machine_spec(name, provided=True)
        machine = self.put(CORE, "Machine", name, owner, spec=spec, status={"nodeRef": {"name": name}})
        config = self.put(BOOTSTRAP, "KubeadmConfig", name, machine, spec={"format": "cloud-config"})
        self._secret(name, config)
        vm = {**_vm_spec(), "providerID": f"vsphere://{name}"}
        infra = self.put(INFRA, "VSphereMachine", name, machine, spec=vm)
        its_vm = self.put(INFRA, "VSphereVM", name, infra, spec={**_vm_spec(), "biosUUID": name})
        pool = {"poolRef": {"apiGroup": "ipam.cluster.x-k8s.io", "kind": "InClusterIPPool", "name": "pool"}}
        self.put(IPAM, "IPAddressClaim", name, its_vm, spec=pool)

    def _addons(self, cluster: Obj) -> None:
        name = self._name
        spec = {
            "strategy": "ApplyOnce",
            "clusterSelector": {"matchLabels": {"cluster.x-k8s.io/cluster-name": name}},
            "resources": [{"kind": "ConfigMap", "name": f"{name}-cpi"}],
        }
        crs = self.put(ADDONS, "ClusterResourceSet", f"{name}-crs-0", spec=spec)
        self.put("v1", "ConfigMap", f"{name}-cpi", crs, data={"data": "kind: DaemonSet"})
        self.put(ADDONS, "ClusterResourceSetBinding", name, cluster, crs, spec={"clusterName": name})

    def _secret(self, name: str, *owners: Obj) -> None:
        self.put("v1", "Secret", name, *owners, type="cluster.x-k8s.io/secret", data={"value": "c2VjcmV0"})

    def _cluster_spec(self) -> Obj:
        return {
            "clusterNetwork": {
                "pods": {"cidrBlocks": ["192.168.0.0/16"]},
                "services": {"cidrBlocks": ["10.96.0.0/12"]},
            },
            "controlPlaneRef": _reference("controlplane", "KubeadmControlPlane", self._name),
            "infrastructureRef": _reference("infrastructure", "VSphereCluster", self._name),
        }

    def _machine_spec(self, name: str, *, provided: bool) -> Obj:
        spec: Obj = {
            "clusterName": self._name,
            "version": "v1.34.3",
            "bootstrap": {"dataSecretName": name},
            "infrastructureRef": _reference("infrastructure", "VSphereMachine", name),
        }
        return {**spec, "providerID": f"vsphere://{name}"} if provided else spec


def _reference(group: str, kind: str, name: str) -> Obj:
    return {"apiGroup": f"{group}.cluster.x-k8s.io", "kind": kind, "name": name}


def _control_plane_spec(template: str) -> Obj:
    return {
        "replicas": 1,
        "version": "v1.34.3",
        "machineTemplate": {
            "spec": {"infrastructureRef": _reference("infrastructure", "VSphereMachineTemplate", template)}
        },
        "kubeadmConfigSpec": {"clusterConfiguration": {"imageRepository": "registry.example/kubernetes"}},
    }


def _vm_spec() -> Obj:
    return {
        "template": "/DC0/vm/ubuntu",
        "server": "vcenter.example",
        "numCPUs": 2,
        "memoryMiB": 8192,
        "network": {"devices": [{"networkName": "/DC0/network/vms", "dhcp4": True}]},
    }
