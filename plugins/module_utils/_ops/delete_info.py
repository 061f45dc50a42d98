# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Look at the machine, the clusters that may hold the objects, and vCenter; say where the deletion stands."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config import machinery
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError, MissingLibrary
from ansible_collections.eks.anywhere.plugins.module_utils._ops import delete_files
from ansible_collections.eks.anywhere.plugins.module_utils._ops.delete_objects import Held
from ansible_collections.eks.anywhere.plugins.module_utils._ops.delete_vcenter import Datacenter
from ansible_collections.eks.anywhere.plugins.module_utils._ops.located import Located
from ansible_collections.eks.anywhere.plugins.module_utils._plan import delete
from ansible_collections.eks.anywhere.plugins.module_utils._plan.create import Presence
from ansible_collections.eks.anywhere.plugins.module_utils._plan.delete import Move, Observed, Side
from ansible_collections.eks.anywhere.plugins.module_utils._plan.delete_objects import (
    CORE,
    EKSA,
    foreign_clusters,
    is_paused,
)
from ansible_collections.eks.anywhere.plugins.module_utils._plan.folder import node_label
from ansible_collections.eks.anywhere.plugins.module_utils._plan.move_journal import NAME as JOURNAL
from ansible_collections.eks.anywhere.plugins.module_utils._plan.objects import label
from ansible_collections.eks.anywhere.plugins.module_utils._ports import ContainerHost, Files, Kube, Obj, Reporter
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.plugins.module_utils._wait import explain

CAPI_NAMESPACE = "eksa-system"
SOURCE_WHOLE = ("pause", "create")
"""Phases of a move in which its source has lost nothing yet."""


@dataclasses.dataclass(frozen=True)
class Ports:
    """``open_file`` makes a client out of a kubeconfig file, ``connect`` out of its text; ``node_kubeconfig`` is the
    text that a bootstrap cluster of this name keeps in its node, empty when it has none.
    """

    files: Files
    containers: ContainerHost
    open_file: t.Callable[[str], Kube]
    connect: t.Callable[[str], Kube]
    node_kubeconfig: t.Callable[[str], str]
    datacenter: Datacenter
    report: Reporter


@dataclasses.dataclass(frozen=True)
class Subject(Located):
    """The cluster that is looked at. ``config_file`` stays, it is input."""

    config_file: str = ""
    purge: bool = False


def info(subject: Subject, *, ports: Ports, check_mode: bool) -> Result:
    """Observe and plan; in check mode the plan is shown."""
    observed = _Observer(subject, ports).observe()
    name = subject.config.name
    phases = delete.phases(observed)
    left = [phase for phase in phases if not phase.done]
    if check_mode:
        for line in delete.lines(name, observed, left, purge=subject.purge):
            ports.report.line(line)
    found = delete.conflict(
        name, observed, folder=subject.folder, kubeconfig=subject.kubeconfig_path, purge=subject.purge
    )
    if found:
        raise found
    config, folder = subject.config, subject.folder
    return Result(
        data={
            "name": name,
            "self_managed": config.self_managed,
            "gitops": config.gitops,
            "folder": folder.path,
            "kubeconfig": subject.kubeconfig_path,
            "bootstrap_kubeconfig": folder.bootstrap_kubeconfig,
            "bootstrap_name": folder.bootstrap_name,
            "manager": observed.manager,
            "manager_kubeconfig": folder.bootstrap_kubeconfig if config.self_managed else subject.manager_path,
            "phases": [dataclasses.asdict(phase) for phase in phases],
            "remaining": [phase.name for phase in left],
            "finished": not left,
            "machines": [one.as_dict() for one in observed.machines.verdicts],
        }
    )


class _Observer:
    """One observation. What does not answer is part of it."""

    def __init__(self, subject: Subject, ports: Ports) -> None:
        self._subject = subject
        self._config = subject.config
        self._folder = subject.folder
        self._ports = ports
        self._machines: list[Obj] = []

    def observe(self) -> Observed:
        """Everything; vCenter last, as the objects tell what to look for."""
        containers = self._containers()
        bootstrap_file = bool(self._ports.files.read(self._folder.bootstrap_kubeconfig))
        bootstrap = self._bootstrap() if containers else Side()
        managed = not self._config.self_managed
        return Observed(
            bootstrap=bootstrap,
            containers=containers,
            bootstrap_file=bootstrap_file,
            folder_lost=not (bootstrap_file or self._ports.files.exists(self._folder.kind_config)),
            workload=Side() if managed else self._side(self._subject.kubeconfig_path),
            kubeconfig_file=self._ports.files.exists(self._subject.kubeconfig_path),
            management=self._side(self._subject.manager_path) if managed else None,
            machines=self._ports.datacenter.machines(self._machines),
            files=delete_files.ours(self._folder, files=self._ports.files, keep=self._subject.config_file),
        )

    def _containers(self) -> tuple[str, ...]:
        """Containers of the bootstrap cluster. Where there is no engine there is no bootstrap cluster either."""
        label_ = node_label(self._folder.bootstrap_name)
        try:
            return tuple(container.name for container in self._ports.containers.containers(label=label_))
        except EksaError:
            return ()

    def _bootstrap(self) -> Side:
        """By its file, or by what its node keeps when the file is lost."""
        path = self._folder.bootstrap_kubeconfig
        return self._side(path) if self._ports.files.read(path) else self._answered(self._by_node)

    def _by_node(self) -> Kube:
        text = self._ports.node_kubeconfig(self._folder.bootstrap_name)
        if not text:
            path = self._folder.bootstrap_kubeconfig
            raise EksaError(f"{path} is missing, and its node has none.", code="cluster.kubeconfig_missing")
        return self._ports.connect(text)

    def _side(self, path: str) -> Side:
        if not self._ports.files.read(path):
            return Side(silence=f"{path} is missing")
        return self._answered(lambda: self._ports.open_file(path))

    def _answered(self, connect: t.Callable[[], Kube]) -> Side:
        try:
            return self._asked(connect())
        except MissingLibrary:
            raise
        except EksaError as exc:
            return Side(silence=exc.message.rstrip("."))

    def _asked(self, kube: Kube) -> Side:
        system = kube.get(api_version="v1", kind="Namespace", name="kube-system")
        clusters = kube.list(api_version=CORE, kind="Cluster")
        described = kube.list(api_version=EKSA, kind="Cluster")
        mine = next((obj for obj in clusters if _place(obj) == (CAPI_NAMESPACE, self._config.name)), None)
        held = Held(kube, config=self._config, namespace=CAPI_NAMESPACE)
        if mine is not None:
            self._machines += [obj for level in held.levels() for obj in level]
        return Side(
            silence="",
            identity=str(system["metadata"]["uid"]) if system else "",
            cluster=_presence(mine),
            leftovers=() if mine or self._config.self_managed else tuple(label(obj) for obj in held.all()),
            others=foreign_clusters(self._config.name, [*clusters, *described]),
            missing_providers=self._missing_providers(kube),
            move=self._move(kube),
        )

    def _missing_providers(self, kube: Kube) -> tuple[str, ...]:
        """What the deletion needs and is not up."""
        infrastructure = machinery.INFRASTRUCTURE.get(self._config.provider)
        etcd = machinery.ETCD if self._config.external_etcd else ()
        needed = (*machinery.CAPI, machinery.CERT_MANAGER, *([infrastructure] if infrastructure else []), *etcd)
        found = [
            obj
            for obj in kube.list(api_version="apps/v1", kind="Deployment")
            if obj["metadata"].get("namespace") in needed
        ]
        there = {obj["metadata"]["namespace"] for obj in found}
        return (*(name for name in needed if name not in there), *(reason.sentence for reason in explain(found)))

    def _move(self, kube: Kube) -> Move | None:
        journal = kube.get(api_version="v1", kind="ConfigMap", name=JOURNAL, namespace=CAPI_NAMESPACE)
        data = (journal or {}).get("data") or {}
        if not data.get("source"):
            return None
        return Move(source=str(data["source"]), source_whole=data.get("phase") in SOURCE_WHOLE)


def _place(obj: Obj) -> tuple[str, str]:
    return (str(obj["metadata"].get("namespace") or ""), str(obj["metadata"]["name"]))


def _presence(cluster: Obj | None) -> Presence:
    if cluster is None:
        return Presence.ABSENT
    return Presence.PAUSED if is_paused(cluster) else Presence.ACTIVE


__all__ = ("CAPI_NAMESPACE", "Ports", "Subject", "info")
