# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A manager with the objects of clusters, its controllers, and the vCenter below; what must hold at every moment."""

from __future__ import annotations

import dataclasses
import functools
import types
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config import cluster
from ansible_collections.eks.anywhere.plugins.module_utils._config.model import ClusterConfig
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ops import delete
from ansible_collections.eks.anywhere.plugins.module_utils._ops.delete_vcenter import Datacenter
from ansible_collections.eks.anywhere.plugins.module_utils._ports import (
    Certificate,
    FoundMachines,
    Inventory,
    InventoryQuery,
    Lookup,
    MachineFacts,
    MachineItem,
    MachineQuery,
    MachineSearch,
    Obj,
)
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.tests.unit.fakes import FakeClock, FakeKube, FakeReporter, Fuse
from ansible_collections.eks.anywhere.tests.unit.vsphere.samples import CONFIG

NAMESPACE = "eksa-system"
CORE = "cluster.x-k8s.io/v1beta2"
INFRASTRUCTURE = "infrastructure.cluster.x-k8s.io/v1beta1"
EKSA = "anywhere.eks.amazonaws.com/v1alpha1"
LABEL = "cluster.x-k8s.io/cluster-name"
ENDPOINT = "192.0.2.10"
FOLDER = "/DC0/vm/eksa"

CONTROL_PLANE = "controlplane.cluster.x-k8s.io/v1beta2"
API = {
    "Cluster": CORE,
    "Machine": CORE,
    "MachineSet": CORE,
    "MachineDeployment": CORE,
    "MachineHealthCheck": CORE,
    "KubeadmControlPlane": CONTROL_PLANE,
    "KubeadmConfigTemplate": "bootstrap.cluster.x-k8s.io/v1beta2",
    "ClusterResourceSet": "addons.cluster.x-k8s.io/v1beta2",
    "ClusterResourceSetBinding": "addons.cluster.x-k8s.io/v1beta2",
    "VSphereCluster": INFRASTRUCTURE,
    "VSphereMachine": INFRASTRUCTURE,
    "VSphereVM": INFRASTRUCTURE,
    "VSphereMachineTemplate": INFRASTRUCTURE,
    "VSphereDeploymentZone": INFRASTRUCTURE,
    "VSphereFailureDomain": INFRASTRUCTURE,
}
HELD = frozenset(
    {"Cluster", "Machine", "MachineSet", "MachineDeployment", "KubeadmControlPlane"}
    | {"VSphereCluster", "VSphereMachine", "VSphereVM"}
)
"""Kinds that controllers put a finalizer on."""


@functools.cache
def config(*, managed: bool = False) -> ClusterConfig:
    """One control plane node and two workers; of ``mgmt``, or its own manager."""
    text = CONFIG.replace("managementCluster:\n    name: prod", "managementCluster:\n    name: mgmt")
    return cluster.read(text if managed else CONFIG)


def thing(kind: str, name: str, *, of: str = "", **fields: t.Any) -> Obj:
    """An object; ``of`` labels it as a cluster's."""
    metadata: Obj = {"name": name, "namespace": NAMESPACE, **({"labels": {LABEL: of}} if of else {})}
    if kind in HELD:
        metadata["finalizers"] = [f"{kind.lower()}.example"]
    return {"apiVersion": API.get(kind, "v1"), "kind": kind, "metadata": metadata, **fields}


def machine_item(name: str, *marks: str) -> MachineItem:
    """A virtual machine as the vSphere provider makes it."""
    return MachineItem(
        path=f"{FOLDER}/{name}",
        kind="VirtualMachine",
        ref=f"vm-{name}",
        name=name,
        uuid=f"bios-{name}",
        instance_uuid=f"instance-{name}",
        power="poweredOn",
        hostname=name,
        marks=marks,
    )


class FakeVCenter:
    """The MachineVSphere port with machines that can be destroyed; ``sessions`` counts those that are open."""

    def __init__(self, *, fuse: Fuse | None = None) -> None:
        self.fuse = fuse or Fuse()
        self.items: dict[str, MachineItem] = {}
        self.running_tasks: dict[str, str] = {}
        self.unseen: tuple[str, ...] = ()
        self.refused: list[EksaError] = []
        self.sessions = 0
        self.logins = 0

    def __enter__(self) -> FakeVCenter:
        self.sessions += 1
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: types.TracebackType | None
    ) -> None:
        self.sessions -= 1

    def add(self, name: str, *marks: str) -> None:
        """Have a machine."""
        self.items[name] = machine_item(name, *(marks or (ENDPOINT, "kubeadm")))

    def certificate(self) -> Certificate:
        """One that is trusted."""
        return Certificate(sha1="AB", sha256="CD")

    def login(self, certificate: Certificate) -> None:
        """Count a login."""
        for refusal in self.refused:
            raise refusal
        self.logins += 1

    def search(self, query: MachineSearch) -> FoundMachines:
        """Those in the folders by prefix, and those by UUID wherever they are."""
        found = [
            dataclasses.replace(item, marks=tuple(mark for mark in item.marks if mark in query.marks))
            for item in self.items.values()
            if (item.path.rpartition("/")[0] in query.folders and item.name.startswith(query.prefix))
            or item.uuid in query.uuids
            or item.instance_uuid in query.instance_uuids
        ]
        return FoundMachines(tuple(found), self.unseen)

    def destroy(self, machine: MachineItem) -> None:
        """A write."""
        self.fuse.write()
        self.items.pop(machine.name, None)

    def machines(self, queries: t.Sequence[MachineQuery]) -> t.Mapping[str, MachineFacts]:
        """Tasks under way."""
        return {one.name: MachineFacts(running_task=self.running_tasks.get(one.name, "")) for one in queries}

    def observe(self, query: InventoryQuery) -> Inventory:
        """Not asked here."""
        return Inventory(datacenter=Lookup())

    def close(self) -> None:
        """Leaving does it."""


class Manager(FakeKube):
    """An API server that lets no machine be forgotten, with controllers that work when time passes."""

    def __init__(self, name: str, vcenter: FakeVCenter) -> None:
        super().__init__(name, fuse=vcenter.fuse)
        self.vcenter = vcenter
        self.alive = True
        self.deaf: set[str] = set()
        """Kinds whose controllers do nothing."""

    def merge(self, *, api_version: str, kind: str, name: str, namespace: str | None = None, patch: Obj) -> Obj:
        """No finalizer goes while the machine is there."""
        if "finalizers" in (patch.get("metadata") or {}):
            assert name not in self.vcenter.items, f"{kind} {name} released while its machine exists"
        return super().merge(api_version=api_version, kind=kind, name=name, namespace=namespace, patch=patch)

    def work(self) -> None:
        """One round of Cluster API and the vSphere provider."""
        if not self.alive:
            return
        for kind in ("VSphereVM", "VSphereMachine", "Machine", "MachineSet", "MachineDeployment"):
            for obj in self._of(kind, deleting=True):
                getattr(self, f"_{kind.lower()}")(obj)
        for obj in self._of("Cluster", deleting=True):
            self._cluster(obj)

    def _vspherevm(self, obj: Obj) -> None:
        if self.vcenter.items.pop(obj["metadata"]["name"], None) is None:
            self._drop(obj)

    def _vspheremachine(self, obj: Obj) -> None:
        self._after("VSphereVM", obj)

    def _machine(self, obj: Obj) -> None:
        self._after("VSphereMachine", obj)

    def _machineset(self, obj: Obj) -> None:
        if not self._mine("Machine", obj):
            self._drop(obj)

    _machinedeployment = _machineset

    def _after(self, kind: str, obj: Obj) -> None:
        below = [one for one in self._mine(kind, obj) if one["metadata"]["name"] == obj["metadata"]["name"]]
        for one in below:
            self._mark(one)
        if not below:
            self._drop(obj)

    def _cluster(self, obj: Obj) -> None:
        if obj["spec"].get("paused"):
            return
        for kind in ("MachineDeployment", "MachineSet", "Machine"):
            for one in self._mine(kind, obj):
                self._mark(one)
        if any(self._mine(kind, obj) for kind in ("MachineDeployment", "MachineSet", "Machine")):
            return
        left = [*self._mine("KubeadmControlPlane", obj), *self._mine("VSphereCluster", obj)]
        for one in left[:1]:
            self._drop(one)
        if not left:
            self._drop(obj)

    def _mark(self, obj: Obj) -> None:
        obj["metadata"].setdefault("deletionTimestamp", "2026-01-01T00:00:00Z")

    def _drop(self, obj: Obj) -> None:
        if obj["kind"] not in self.deaf:
            self.objects = {key: one for key, one in self.objects.items() if one is not obj}

    def _mine(self, kind: str, obj: Obj) -> list[Obj]:
        return [one for one in self._of(kind) if one["metadata"]["labels"] == obj["metadata"]["labels"]]

    def _of(self, kind: str, *, deleting: bool = False) -> list[Obj]:
        return [
            obj
            for key, obj in self.objects.items()
            if key[:2] == (API[kind].rpartition("/")[0], kind)
            and (not deleting or "deletionTimestamp" in obj["metadata"])
        ]


@dataclasses.dataclass
class World:
    """All of it."""

    vcenter: FakeVCenter
    kube: Manager
    clock: FakeClock
    report: FakeReporter
    former: FakeKube | None = None

    @property
    def fuse(self) -> Fuse:
        """Counts the writes of all."""
        return self.vcenter.fuse

    def delete(self, *, wanted: ClusterConfig | None = None, check_mode: bool = False, **options: t.Any) -> Result:
        """Run the operation."""
        subject = wanted or config(managed=True)
        ports = delete.Ports(
            kube=self.kube,
            clock=self.clock,
            report=self.report,
            datacenter=Datacenter(subject, vcenter=lambda _server: self.vcenter),
            former=self.former,
        )
        options = {"timeout_seconds": 3600.0, **options}
        return delete.delete(delete.Wanted(config=subject, **options), ports=ports, check_mode=check_mode)

    def left_of(self, name: str) -> list[str]:
        """Objects that carry the name of a cluster."""
        return sorted(
            f"{key[1]} {key[3]}" for key in self.kube.objects if key[3] == name or key[3].startswith(f"{name}-")
        )


def add_cluster(world: World, name: str, *, paused: bool = False, namespace: str = "default") -> None:
    """A cluster with a control plane machine and a worker, their virtual machines, and what describes it."""
    kube = world.kube
    owner = kube.seed(thing("Cluster", name, of=name, spec={"paused": True} if paused else {}))
    for kind in ("VSphereCluster", "KubeadmControlPlane"):
        kube.seed(thing(kind, name, of=name, spec={}))
    for kind, ending in (("MachineDeployment", "md-0"), ("MachineSet", "md-0-4bcdf")):
        kube.seed(thing(kind, f"{name}-{ending}", of=name, spec={}))
    for ending in ("x2x9l", "md-0-4bcdf-bbbbb"):
        add_machine(world, f"{name}-{ending}", of=name)
    kube.seed(thing("MachineHealthCheck", f"{name}-kcp-unhealthy", spec={"clusterName": name}))
    for template in ("VSphereMachineTemplate", "KubeadmConfigTemplate"):
        kube.seed(thing(template, f"{name}-md-0-2", spec={}))
    kube.seed(thing("VSphereMachineTemplate", f"{name}-control-plane-1", spec={}))
    kube.seed(thing("ClusterResourceSet", f"{name}-cpi", of=name, spec={}))
    kube.seed(thing("ClusterResourceSetBinding", name, spec={"clusterName": name}))
    kube.seed(thing("ConfigMap", f"{name}-cpi-manifests"))
    for secret in ("vsphere-credentials", "cloud-controller-manager", "cloud-provider-vsphere-credentials"):
        kube.seed(thing("Secret", f"{name}-{secret}"))
    kube.seed(thing("Secret", f"{name}-ca", of=name))
    owned = thing("Secret", f"{name}-anything")
    reference = {"apiVersion": CORE, "kind": "Cluster", "name": name, "uid": owner["metadata"]["uid"]}
    owned["metadata"]["ownerReferences"] = [reference]
    kube.seed(owned)
    add_description(world, name, namespace=namespace)


def add_machine(world: World, name: str, *, of: str) -> None:
    """A Machine down to its virtual machine."""
    world.kube.seed(thing("Machine", name, of=of, status={"nodeRef": {"name": name}}))
    world.kube.seed(thing("VSphereMachine", name, of=of, spec={"providerID": f"vsphere://bios-{name}"}))
    vm = thing("VSphereVM", name, of=of, spec={"biosUUID": f"bios-{name}", "folder": "eksa"}, status={"taskRef": "t"})
    vm["metadata"]["uid"] = f"instance-{name}"
    world.kube.seed(vm)
    world.vcenter.add(name)


def add_description(world: World, name: str, *, namespace: str = "default", datacenter: str = "") -> None:
    """The EKS Anywhere objects of the sample config."""
    place = datacenter or name
    reference = {"datacenterRef": {"kind": "VSphereDatacenterConfig", "name": place}}
    found: list[tuple[str, str, Obj]] = [("Cluster", name, reference), ("VSphereDatacenterConfig", place, {})]
    found += [("VSphereMachineConfig", f"{name}-{ending}", {}) for ending in ("cp", "md")]
    for kind, its_name, spec in found:
        metadata = {"name": its_name, "namespace": namespace}
        world.kube.seed({"apiVersion": EKSA, "kind": kind, "metadata": metadata, "spec": spec})


def world(*clusters: str, paused: bool = False) -> World:
    """A management cluster with these clusters."""
    vcenter = FakeVCenter()
    kube = Manager("mgmt", vcenter)
    made = World(vcenter=vcenter, kube=kube, clock=FakeClock(kube.work), report=FakeReporter())
    for name in clusters:
        add_cluster(made, name, paused=paused)
    return made
