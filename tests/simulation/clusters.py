# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clusters whose machines are records in the simulated vCenter and whose APIs are real API servers.

A thread does for the machines what their operating system would do: it gives them an address, and registers a node of
the cluster that they belong to.
"""

from __future__ import annotations

import base64
import contextlib
import dataclasses
import itertools
import pathlib
import threading
import typing as t

import yaml
from pyVmomi import vim, vmodl

from ansible_collections.eks.anywhere.plugins.filter.cluster_objects import cluster_objects
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._kube.client import KubeClient
from ansible_collections.eks.anywhere.plugins.module_utils._vsphere.collector import Collector, Row
from ansible_collections.eks.anywhere.tests.simulation.configs import (
    RELEASE,
    Obj,
    cluster_spec,
    datacenter_spec,
    document,
    machine_spec,
)
from ansible_collections.eks.anywhere.tests.simulation.servers import ApiServer
from ansible_collections.eks.anywhere.tests.simulation.vcenter import ADMIN, PASSWORDS, Simulator

NAMESPACE = "eksa-system"
PAUSE_SECONDS = 0.2
HEALTHY: tuple[Obj, ...] = (
    {"type": "Ready", "status": "True", "reason": "KubeletReady", "message": "kubelet is posting ready status"},
    {"type": "MemoryPressure", "status": "False", "reason": "KubeletHasSufficientMemory", "message": ""},
    {"type": "DiskPressure", "status": "False", "reason": "KubeletHasNoDiskPressure", "message": ""},
    {"type": "PIDPressure", "status": "False", "reason": "KubeletHasSufficientPID", "message": ""},
)
"""What a kubelet reports of a node that is well."""
PATHS = ("name", "config.template", "config.uuid", "runtime.powerState", "guest.ipAddress")
GOLDEN = pathlib.Path(__file__).resolve().parents[1] / "unit" / "golden"


@dataclasses.dataclass(frozen=True)
class Cluster:
    """A cluster and the API server that stands for its control plane."""

    name: str
    api: ApiServer

    @property
    def port(self) -> int:
        """Where the API server listens."""
        return int(self.api.url.rpartition(":")[2])

    def prepare(self) -> None:
        """What kubeadm leaves in a cluster that is initialised."""
        kube = KubeClient.from_kubeconfig(self.api.kubeconfig)
        metadata = {"name": "kubeadm-config", "namespace": "kube-system"}
        data = {"ClusterConfiguration": "apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\n"}
        kube.apply({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data})

    def objects(self, vcenter: Simulator, *, workers: int = 1) -> list[Obj]:
        """What a management cluster holds of the cluster, and the authority that the API server goes by."""
        rendered = cluster_objects(
            self.config(vcenter, workers=workers),
            bundles=(GOLDEN / "bundles.yaml").read_text(encoding="utf-8"),
            releases=[(GOLDEN / f"{RELEASE}.yaml").read_text(encoding="utf-8")],
            environ={"EKSA_VSPHERE_USERNAME": ADMIN, "EKSA_VSPHERE_PASSWORD": PASSWORDS[ADMIN]},
        )
        objects = [*rendered["control_plane"], *rendered["workers"]]
        for obj in objects:
            if obj["kind"] == "VSphereCluster":
                obj["spec"]["controlPlaneEndpoint"]["port"] = self.port
        return [self._authority(), *objects]

    def config(self, vcenter: Simulator, *, workers: int = 1) -> str:
        """The cluster config."""
        control_plane = f"{self.name}-cp"
        spec = cluster_spec(self.name, host="127.0.0.1", control_plane=control_plane, worker=self.name, workers=workers)
        documents = [
            document("Cluster", self.name, spec),
            document("VSphereDatacenterConfig", self.name, datacenter_spec(vcenter)),
            document("VSphereMachineConfig", control_plane, machine_spec("eksa-control-plane")),
            document("VSphereMachineConfig", self.name, machine_spec("eksa-workers")),
        ]
        return yaml.safe_dump_all(documents)

    def _authority(self) -> Obj:
        files = {"tls.crt": self.api.certificate, "tls.key": self.api.key}
        return {
            "apiVersion": "v1",
            "kind": "Secret",
            "type": "cluster.x-k8s.io/secret",
            "metadata": {
                "name": f"{self.name}-ca",
                "namespace": NAMESPACE,
                "labels": {"cluster.x-k8s.io/cluster-name": self.name},
            },
            "data": {key: base64.b64encode(pathlib.Path(path).read_bytes()).decode() for key, path in files.items()},
        }


@dataclasses.dataclass(frozen=True)
class Machine:
    """A virtual machine of the simulated vCenter."""

    ref: t.Any
    name: str
    uuid: str
    running: bool
    address: str


class Guests:
    """The operating systems of all machines in a vCenter; those with a word of ``dead`` in their name never come up."""

    def __init__(self, vcenter: Simulator, clusters: t.Sequence[Cluster]) -> None:
        self._vcenter = vcenter
        self._clients = {
            cluster.name: (cluster, KubeClient.from_kubeconfig(cluster.api.kubeconfig)) for cluster in clusters
        }
        self._addresses = (f"10.5.{number // 250}.{number % 250 + 1}" for number in itertools.count())
        self._known: set[str] = set()
        self.dead: set[str] = set()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._tend, daemon=True)

    def start(self) -> None:
        """Tend the machines from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Leave them alone."""
        self._stop.set()
        self._thread.join()

    def _tend(self) -> None:
        with self._vcenter.connect() as content:
            while not self._stop.wait(PAUSE_SECONDS):
                for machine in machines(content):
                    # A machine may vanish while it is looked at, an API server may be down for a test's reasons.
                    with contextlib.suppress(vmodl.fault.ManagedObjectNotFound, EksaError, OSError):
                        self._boot(machine)

    def _boot(self, machine: Machine) -> None:
        if not machine.running or any(word in machine.name for word in tuple(self.dead)):
            return
        if not machine.address:
            address = vim.option.OptionValue(key="SET.guest.ipAddress", value=next(self._addresses))
            machine.ref.ReconfigVM_Task(vim.vm.ConfigSpec(extraConfig=[address]))
        if machine.uuid in self._known:
            return
        for name, (cluster, kube) in self._clients.items():
            if machine.name.startswith(f"{name}-"):
                self._register(cluster, kube, machine)
                self._known.add(machine.uuid)

    def _register(self, cluster: Cluster, kube: KubeClient, machine: Machine) -> None:
        role = {} if "-md-" in machine.name else {"node-role.kubernetes.io/control-plane": ""}
        node = {
            "apiVersion": "v1",
            "kind": "Node",
            "metadata": {"name": machine.name, "labels": role},
            "spec": {"providerID": f"vsphere://{machine.uuid}"},
        }
        kube.apply(node)
        info = dict.fromkeys(
            (
                "machineID",
                "systemUUID",
                "bootID",
                "kernelVersion",
                "osImage",
                "kubeProxyVersion",
                "operatingSystem",
                "architecture",
                "containerRuntimeVersion",
            ),
            "test",
        )
        status = {"conditions": HEALTHY, "nodeInfo": {**info, "kubeletVersion": "v1.34.3"}}
        cluster.api.patch_status(node, "api/v1:nodes", status)


def machines(content: t.Any) -> list[Machine]:
    """All virtual machines of a vCenter that are no templates; looked for again when one vanishes meanwhile."""
    while True:
        view = content.viewManager.CreateContainerView(content.rootFolder, [vim.VirtualMachine], recursive=True)
        try:
            rows = Collector(content.propertyCollector).read(list(view.view), {"VirtualMachine": PATHS})
            return [_machine(row) for row in rows if not row.values.get("config.template", True)]
        except vmodl.fault.ManagedObjectNotFound:
            continue
        finally:
            view.Destroy()


def _machine(row: Row) -> Machine:
    return Machine(
        ref=row.ref,
        name=row.values["name"],
        uuid=row.values["config.uuid"],
        running=row.values.get("runtime.powerState") == "poweredOn",
        address=row.values.get("guest.ipAddress") or "",
    )


__all__ = ("HEALTHY", "NAMESPACE", "Cluster", "Guests", "Machine", "machines")
