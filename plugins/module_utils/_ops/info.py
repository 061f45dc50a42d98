# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Look at the machine, the bootstrap cluster and the cluster, and say where the creation stands."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config.bundles import Bundles
from ansible_collections.eks.anywhere.plugins.module_utils._config.model import ClusterConfig
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError, MissingLibrary
from ansible_collections.eks.anywhere.plugins.module_utils._ops import sources
from ansible_collections.eks.anywhere.plugins.module_utils._ops.wait import CAPI, Connect, Observer, Target
from ansible_collections.eks.anywhere.plugins.module_utils._plan import create
from ansible_collections.eks.anywhere.plugins.module_utils._plan.create import Bootstrap, Observed, Presence, Workload
from ansible_collections.eks.anywhere.plugins.module_utils._plan.folder import Folder, node_label
from ansible_collections.eks.anywhere.plugins.module_utils._ports import (
    Artifacts,
    ContainerHost,
    Files,
    Kube,
    Obj,
    Reporter,
)
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.plugins.module_utils._wait import explain
from ansible_collections.eks.anywhere.plugins.module_utils._wait.cluster import Goal, judge

CAPI_NAMESPACE = "eksa-system"
EKSA = "anywhere.eks.amazonaws.com/v1alpha1"
PAUSED = "anywhere.eks.amazonaws.com/paused"
DEFAULT_CLASS = "storageclass.kubernetes.io/is-default-class"

_COMMON = (
    ("capi-system", "capi-controller-manager"),
    ("capi-kubeadm-bootstrap-system", "capi-kubeadm-bootstrap-controller-manager"),
    ("capi-kubeadm-control-plane-system", "capi-kubeadm-control-plane-controller-manager"),
    ("cert-manager", "cert-manager"),
    ("cert-manager", "cert-manager-cainjector"),
    ("cert-manager", "cert-manager-webhook"),
)
_INFRASTRUCTURE = {
    "vsphere": ("capv-system", "capv-controller-manager"),
    "docker": ("capd-system", "capd-controller-manager"),
}
_ETCD = (
    ("etcdadm-controller-system", "etcdadm-controller-controller-manager"),
    ("etcdadm-bootstrap-provider-system", "etcdadm-bootstrap-provider-controller-manager"),
)


@dataclasses.dataclass(frozen=True)
class Ports:
    """``open_file`` makes a client out of a kubeconfig file, ``connect`` out of its text."""

    files: Files
    containers: ContainerHost
    artifacts: Artifacts
    open_file: t.Callable[[str], Kube]
    connect: Connect
    report: Reporter


@dataclasses.dataclass(frozen=True)
class Subject:
    """The cluster that is looked at; ``kubeconfig`` None: in the documented place."""

    config: ClusterConfig
    bundles: Bundles | None
    state_dir: str
    kubeconfig: str | None = None

    @property
    def folder(self) -> Folder:
        """Where its files are."""
        return Folder(state_dir=self.state_dir, name=self.config.name)

    @property
    def kubeconfig_path(self) -> str:
        """Its kubeconfig, there or not."""
        return self.kubeconfig or self.folder.kubeconfig


def info(subject: Subject, *, ports: Ports, check_mode: bool) -> Result:
    """Observe and plan; in check mode the plan is shown."""
    observer = _Observer(subject, ports=ports)
    observed = observer.observe()
    found = create.conflict(subject.config, observed, folder=subject.folder, kubeconfig=subject.kubeconfig_path)
    if found:
        raise found
    phases = create.phases(observed)
    remaining = [phase.name for phase in phases if not phase.done]
    planned = create.machines(subject.config)
    objects: list[str] = []
    if "cluster_objects" in remaining:
        objects = sources.planned(subject.config, subject.bundles, artifacts=ports.artifacts)
    if check_mode:
        for line in create.lines(subject.config, remaining, planned, objects):
            ports.report.line(line)
    return Result(
        data={
            **_facts(subject),
            "phases": [dataclasses.asdict(phase) for phase in phases],
            "remaining": remaining,
            "finished": observed.finished,
            "objects_plan": objects,
            "machines": [dataclasses.asdict(machine) for machine in planned],
            "endpoint_ours": observed.endpoint_ours,
            "api_calls": observer.calls,
        }
    )


def _facts(subject: Subject) -> dict[str, t.Any]:
    config, folder = subject.config, subject.folder
    return {
        "name": config.name,
        "provider": config.provider,
        "namespace": config.namespace,
        "kubernetes_version": config.kubernetes_version,
        "management_cluster": config.management_name,
        "self_managed": config.self_managed,
        "endpoint": config.endpoint,
        "gitops": config.gitops,
        "folder": folder.path,
        "kubeconfig": subject.kubeconfig_path,
        "bootstrap_kubeconfig": folder.bootstrap_kubeconfig,
        "bootstrap_name": folder.bootstrap_name,
    }


class _Observer:
    """One observation; ``calls`` counts the requests to API servers that it took."""

    def __init__(self, subject: Subject, *, ports: Ports) -> None:
        self._config = subject.config
        self._folder = subject.folder
        self._kubeconfig = subject.kubeconfig_path
        self._ports = ports
        self._clients: list[Kube] = []

    @property
    def calls(self) -> int:
        """Requests sent."""
        return sum(client.calls for client in self._clients)

    def observe(self) -> Observed:
        """The cheap facts first; details only when they do not show a finished cluster."""
        containers = self._containers()
        kube, workload = self._workload()
        config_file = self._ports.files.exists(self._folder.config_file)
        observed = Observed(bootstrap=Bootstrap(containers=containers), workload=workload, config_file=config_file)
        if observed.finished:
            return observed
        if kube and workload.answers:
            workload = self._detailed(workload, kube)
        return dataclasses.replace(observed, bootstrap=self._bootstrap(containers), workload=workload)

    def _containers(self) -> tuple[str, ...]:
        """Containers of the bootstrap cluster. Where there is no engine there is no bootstrap cluster either."""
        label = node_label(self._folder.bootstrap_name)
        try:
            return tuple(container.name for container in self._ports.containers.containers(label=label))
        except EksaError:
            return ()

    def _workload(self) -> tuple[Kube | None, Workload]:
        if not self._ports.files.read(self._kubeconfig):
            return None, Workload()
        kube = self._open(self._kubeconfig)
        try:
            cluster = kube.get(api_version=CAPI, kind="Cluster", name=self._config.name, namespace=CAPI_NAMESPACE)
            eksa = kube.get(api_version=EKSA, kind="Cluster", name=self._config.name, namespace=self._config.namespace)
        except MissingLibrary:
            raise
        except EksaError as exc:
            return kube, Workload(kubeconfig_file=True, silence=exc.message.rstrip("."))
        seen = Workload(kubeconfig_file=True, silence="", cluster=_capi(cluster), eksa_cluster=_eksa(eksa))
        return kube, seen

    def _detailed(self, seen: Workload, kube: Kube) -> Workload:
        classes = kube.list(api_version="storage.k8s.io/v1", kind="StorageClass")
        name = f"clusters.{EKSA.partition('/')[0]}"
        definition = kube.get(api_version="apiextensions.k8s.io/v1", kind="CustomResourceDefinition", name=name)
        return dataclasses.replace(
            seen,
            missing_network=self._missing_network(kube),
            missing_storage_class="" if self._config.provider != "vsphere" or _default(classes) else "no default class",
            missing_providers=self._missing_providers(kube),
            missing_definitions="" if definition else "definitions not installed",
        )

    def _missing_network(self, kube: Kube) -> str:
        if self._config.cilium is None:
            return ""
        agent = kube.get(api_version="apps/v1", kind="DaemonSet", name="cilium", namespace="kube-system")
        nodes = kube.list(api_version="v1", kind="Node")
        reasons = explain([*([agent] if agent else []), *nodes])
        return "Cilium is not installed" if agent is None else "; ".join(reason.sentence for reason in reasons)

    def _missing_providers(self, kube: Kube) -> tuple[str, ...]:
        wanted = [*_COMMON, _INFRASTRUCTURE[self._config.provider], *(_ETCD if self._config.external_etcd else ())]
        found = {
            (item["metadata"]["namespace"], item["metadata"]["name"]): item
            for item in kube.list(api_version="apps/v1", kind="Deployment")
        }
        missing = tuple(f"{namespace}/{name}" for namespace, name in wanted if (namespace, name) not in found)
        present = [found[key] for key in wanted if key in found]
        return (*missing, *(reason.sentence for reason in explain(present)))

    def _bootstrap(self, containers: tuple[str, ...]) -> Bootstrap:
        if not containers:
            return Bootstrap()
        path = self._folder.bootstrap_kubeconfig
        if not self._ports.files.read(path):
            return Bootstrap(containers=containers, silence=f"{path} is missing")
        kube = self._open(path)
        try:
            return self._asked(Bootstrap(containers=containers, silence=""), kube)
        except MissingLibrary:
            raise
        except EksaError as exc:
            return Bootstrap(containers=containers, silence=exc.message.rstrip("."))

    def _asked(self, seen: Bootstrap, kube: Kube) -> Bootstrap:
        providers = self._missing_providers(kube)
        cluster = kube.get(api_version=CAPI, kind="Cluster", name=self._config.name, namespace=CAPI_NAMESPACE)
        if cluster is None:
            return dataclasses.replace(seen, missing_providers=providers, missing_objects=("Cluster",))
        target = Target(name=self._config.name, namespace=CAPI_NAMESPACE)
        scene = Observer(target, kube=kube, connect=self._ports.connect).look(Goal.MACHINES)
        tick = judge(scene, Goal.MACHINES)
        planes = [obj for obj in (scene.control_plane, scene.etcd) if obj]
        present = {obj["metadata"]["name"] for obj in (*planes, *scene.deployments)}
        wanted = {self._config.name: "KubeadmControlPlane"} | {
            f"{self._config.name}-{group.name}": "MachineDeployment" for group in self._config.workers
        }
        if self._config.external_etcd:
            wanted[f"{self._config.name}-etcd"] = "EtcdadmCluster"
        return dataclasses.replace(
            seen,
            cluster=_capi(cluster),
            missing_providers=providers,
            missing_objects=tuple(f"{kind} {name}" for name, kind in wanted.items() if name not in present),
            missing_machines="" if tick.done else f"machines: {tick.state}{' - ' + tick.why if tick.why else ''}",
        )

    def _open(self, path: str) -> Kube:
        client = self._ports.open_file(path)
        self._clients.append(client)
        return client


def _capi(cluster: Obj | None) -> Presence:
    if cluster is None:
        return Presence.ABSENT
    return Presence.PAUSED if (cluster.get("spec") or {}).get("paused") else Presence.ACTIVE


def _eksa(cluster: Obj | None) -> Presence:
    if cluster is None:
        return Presence.ABSENT
    annotations = cluster["metadata"].get("annotations") or {}
    return Presence.PAUSED if annotations.get(PAUSED) == "true" else Presence.ACTIVE


def _default(classes: t.Iterable[Obj]) -> bool:
    return any((item["metadata"].get("annotations") or {}).get(DEFAULT_CLASS) == "true" for item in classes)


__all__ = ("CAPI_NAMESPACE", "Ports", "Subject", "info")
