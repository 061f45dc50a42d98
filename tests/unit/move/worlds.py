# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Worlds to move: CRDs and clusters on a fake source, and the facts that must hold whatever happens."""

from __future__ import annotations

import dataclasses
import threading
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._ops.move import Ports, Settings, move
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.tests.unit.fakes import FakeClock, FakeFiles, FakeKube, FakeReporter, ObjectId
from ansible_collections.eks.anywhere.tests.unit.move.management import READY, Management, Mortal

NAMESPACE = "eksa-system"
CORE = "cluster.x-k8s.io/v1beta2"
ADDONS = "addons.cluster.x-k8s.io/v1beta2"
BOOTSTRAP = "bootstrap.cluster.x-k8s.io/v1beta2"
CONTROL_PLANE = "controlplane.cluster.x-k8s.io/v1beta2"
INFRA = "infrastructure.cluster.x-k8s.io/v1beta1"
CLUSTERCTL = "clusterctl.cluster.x-k8s.io/v1alpha3"

KINDS: dict[str, str] = {
    "Cluster": CORE,
    "ClusterClass": CORE,
    "Machine": CORE,
    "MachineSet": CORE,
    "MachineDeployment": CORE,
    "MachineHealthCheck": CORE,
    "ClusterResourceSet": ADDONS,
    "ClusterResourceSetBinding": ADDONS,
    "KubeadmConfig": BOOTSTRAP,
    "KubeadmConfigTemplate": BOOTSTRAP,
    "KubeadmControlPlane": CONTROL_PLANE,
    "VSphereCluster": INFRA,
    "VSphereMachine": INFRA,
    "VSphereMachineTemplate": INFRA,
    "VSphereVM": INFRA,
    "VSphereClusterIdentity": INFRA,
    "Provider": CLUSTERCTL,
}
PROVISIONED = {"type": "VMProvisioned", "status": "True", "reason": "Provisioned", "message": ""}
LABELS = {"VSphereClusterIdentity": {"clusterctl.cluster.x-k8s.io/move-hierarchy": ""}}
GLOBAL = {"VSphereClusterIdentity"}


def definition(kind: str, *, labels: t.Mapping[str, str] | None = None) -> Obj:
    """A custom resource definition as ``clusterctl init`` leaves it."""
    group, version = KINDS[kind].split("/")
    found = {"clusterctl.cluster.x-k8s.io": "", **LABELS.get(kind, {}), **(labels or {})}
    version_spec = {"name": version, "storage": True, "served": True, "subresources": {"status": {}}}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{kind.lower()}s.{group}", "labels": found},
        "spec": {
            "group": group,
            "names": {"kind": kind},
            "scope": "Cluster" if kind in GLOBAL else "Namespaced",
            "versions": [{"name": "v1alpha0", "storage": False, "served": False}, version_spec],
        },
    }


def thing(kind: str, name: str, *owners: Obj, namespace: str = NAMESPACE, **fields: t.Any) -> Obj:
    """An object, owned by others, with finalizers and a record of managers as controllers leave them."""
    metadata: Obj = {"name": name, "labels": {"of": name}}
    if kind not in GLOBAL:
        metadata["namespace"] = namespace
    if owners:
        metadata["ownerReferences"] = [
            {
                "apiVersion": owner["apiVersion"],
                "kind": owner["kind"],
                "name": owner["metadata"]["name"],
                "uid": owner["metadata"]["uid"],
                **({"controller": True, "blockOwnerDeletion": True} if index == 0 else {}),
            }
            for index, owner in enumerate(owners)
        ]
    if kind in KINDS and not kind.endswith("Template"):
        metadata["finalizers"] = [f"{kind.lower()}.{KINDS[kind].split('/')[0]}"]
    metadata["managedFields"] = [{"manager": "manager", "operation": "Update"}]
    body: Obj = {"spec": {}} if kind in KINDS else {}
    return {"apiVersion": KINDS.get(kind, "v1"), "kind": kind, "metadata": metadata, **body, **fields}


def add_cluster(kube: FakeKube, name: str, *, namespace: str = NAMESPACE, spec: Obj | None = None) -> Obj:
    """A cluster with one control plane machine and one worker, as Cluster API and CAPV leave it."""

    def put(kind: str, its_name: str, *owners: Obj, **fields: t.Any) -> Obj:
        return kube.seed(thing(kind, its_name, *owners, namespace=namespace, **fields))

    base = {"controlPlaneRef": {"kind": "KubeadmControlPlane", "name": name}, **(spec or {})}
    cluster = put("Cluster", name, spec=base, status=READY)
    put("VSphereCluster", name, cluster, spec={"server": "vcenter"})
    control_plane = put("KubeadmControlPlane", name, cluster, spec={"replicas": 1})
    put("Secret", f"{name}-vsphere-credentials", cluster, data={"password": "c2VjcmV0"})
    for purpose in ("ca", "etcd", "sa", "proxy", "kubeconfig"):
        put("Secret", f"{name}-{purpose}", *([control_plane] if purpose != "ca" else []), data={"value": purpose})
    put("VSphereMachineTemplate", f"{name}-cp", cluster)
    deployment = put("MachineDeployment", f"{name}-md", cluster, spec={"replicas": 1})
    put("MachineHealthCheck", f"{name}-md", cluster)
    put("KubeadmConfigTemplate", f"{name}-md", cluster)
    machine_set = put("MachineSet", f"{name}-md-1", deployment, spec={"replicas": 1})
    for owner, suffix in ((control_plane, "cp-1"), (machine_set, "md-1-1")):
        add_machine(put, f"{name}-{suffix}", owner)
    crs = put("ClusterResourceSet", f"{name}-crs")
    put("ConfigMap", f"{name}-crs-cpi", crs, data={"cpi": "manifest"})
    put("ClusterResourceSetBinding", name, cluster, crs, spec={"clusterName": name})
    return cluster


def add_machine(put: t.Callable[..., Obj], name: str, owner: Obj) -> None:
    """A machine with all that belongs to it."""
    spec = {"providerID": f"vsphere://{name}"}
    machine = put("Machine", name, owner, spec=spec, status={"nodeRef": {"name": name}})
    config = put("KubeadmConfig", name, machine)
    put("Secret", name, config, data={"value": "bootstrap"})
    infra = put("VSphereMachine", name, machine, spec={"providerID": f"vsphere://{name}"})
    put("VSphereVM", name, infra, spec={"biosUUID": name}, status={"conditions": [PROVISIONED]})


def add_bystanders(kube: FakeKube, *, namespace: str = NAMESPACE) -> None:
    """Objects that must not move."""
    kube.seed(thing("Secret", "unrelated", namespace=namespace, data={"a": "b"}))
    kube.seed(thing("Secret", "nobody-kubeconfig", namespace=namespace))
    kube.seed(thing("ConfigMap", "kube-root-ca.crt", namespace=namespace))
    kube.seed(thing("VSphereMachineTemplate", "orphan", namespace=namespace))


def add_providers(kube: FakeKube, version: str = "v1.13.2") -> None:
    """What ``clusterctl init`` leaves."""
    for name, kind, namespace in (
        ("cluster-api", "CoreProvider", "capi-system"),
        ("vsphere", "InfrastructureProvider", "capv-system"),
    ):
        kube.seed(thing("Provider", name, namespace=namespace, providerName=name, type=kind, version=version))


def add_identity(kube: FakeKube) -> None:
    """A cluster-wide identity with its secret in the provider's namespace."""
    identity = kube.seed(thing("VSphereClusterIdentity", "shared"))
    kube.seed(thing("Secret", "shared-credentials", identity, namespace="capv-system", data={"password": "x"}))


@dataclasses.dataclass
class World:
    """A source full of clusters and a target with the same providers."""

    source: Management
    target: Management
    fuse: Mortal
    clock: FakeClock
    report: FakeReporter
    files: FakeFiles
    concurrency: int = 1

    def move(
        self,
        *,
        name: str | None = None,
        namespaces: t.Sequence[str] = (NAMESPACE,),
        password: str = "",
        **settings: t.Any,
    ) -> Result:
        """Run the operation in a new process."""
        ports = Ports(
            source=self.source,
            target=self.target,
            clock=self.clock,
            report=self.report,
            files=self.files,
            vault=Paper(password) if password else None,
        )
        asked = Settings(**{"timeout_seconds": 600.0, "concurrency": self.concurrency, **settings})
        self.fuse.dead = False
        self.source.diligent, self.target.diligent = False, True
        return move(ports, namespaces=namespaces, name=name, settings=asked)

    def swapped(self) -> World:
        """The way back."""
        return dataclasses.replace(self, source=self.target, target=self.source)


@dataclasses.dataclass(frozen=True)
class Paper:
    """The Vault port: says that it would have encrypted."""

    password: str

    def encrypt(self, text: str) -> str:
        """Readable for tests."""
        return f"sealed with {self.password}\n{text}"

    def decrypt(self, text: str) -> str | None:
        """Only with the same password."""
        seal, _newline, body = text.partition("\n")
        return body if seal == f"sealed with {self.password}" else None


class Days(FakeClock):
    """Time passes for both sides."""

    def __init__(self, *sides: Management) -> None:
        super().__init__()
        self.sides = sides

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        for side in self.sides:
            side.pass_time(seconds)
        super().sleep(seconds)


def world(*clusters: str, identity: bool = False, deployments: bool = False, concurrency: int = 1) -> World:
    """Both sides, ready to move."""
    fuse, lock = Mortal(), threading.RLock()
    source, target = (Management(name, fuse=fuse, lock=lock) for name in ("source", "target"))
    for kube in (source, target):
        for kind in KINDS:
            kube.seed(definition(kind))
        add_providers(kube)
        if deployments:
            kube.add_deployments()
    source.seed({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})
    for name in clusters:
        add_cluster(source, name)
    add_bystanders(source)
    if identity:
        add_identity(source)
    return World(
        source=source,
        target=target,
        fuse=fuse,
        clock=Days(source, target),
        report=FakeReporter(),
        files=FakeFiles(),
        concurrency=concurrency,
    )


IGNORED = {"Namespace", "CustomResourceDefinition", "Provider", "Deployment", "Pod"}


def inventory(kube: FakeKube) -> dict[ObjectId, Obj]:
    """All that matters of all objects: content, and owners by name instead of by uid."""
    names = {obj["metadata"]["uid"]: key for key, obj in kube.objects.items()}
    found = {}
    for key, obj in kube.objects.items():
        if key[1] in IGNORED:
            continue
        metadata = obj["metadata"]
        found[key] = {
            "labels": metadata.get("labels"),
            "annotations": metadata.get("annotations") or {},
            "finalizers": metadata.get("finalizers"),
            "deleting": "deletionTimestamp" in metadata,
            "managers": _managers(obj),
            "owners": sorted(
                (names.get(item["uid"]), item.get("controller")) for item in metadata.get("ownerReferences") or ()
            ),
            **{part: obj.get(part) for part in ("spec", "data", "type")},
        }
    return found


def _managers(obj: Obj) -> list[tuple[str, str]]:
    """Who owns fields. The fake keeps no fields, so who paused and resumed stays; a real server forgets them."""
    found = [(entry["manager"], entry["operation"]) for entry in obj["metadata"].get("managedFields") or ()]
    pausable = obj["kind"] in ("Cluster", "ClusterClass")
    return [entry for entry in found if not (pausable and entry == ("eks-a-cli", "Update"))]
