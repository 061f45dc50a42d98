# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""One look at the machine, the bootstrap cluster and the cluster."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config.bundles import Bundles
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError, MissingLibrary
from ansible_collections.eks.anywhere.plugins.module_utils._ops.info_pieces import Pieces
from ansible_collections.eks.anywhere.plugins.module_utils._ops.located import Located
from ansible_collections.eks.anywhere.plugins.module_utils._ops.wait import (
    CAPI,
    Connect,
    Observer,
    Target,
    kubeconfig_of,
)
from ansible_collections.eks.anywhere.plugins.module_utils._plan.create import Bootstrap, Observed, Presence, Workload
from ansible_collections.eks.anywhere.plugins.module_utils._plan.folder import node_label
from ansible_collections.eks.anywhere.plugins.module_utils._ports import (
    Artifacts,
    ContainerHost,
    Files,
    Kube,
    Obj,
    Reporter,
)
from ansible_collections.eks.anywhere.plugins.module_utils._wait.cluster import Goal, judge

Seen = t.TypeVar("Seen", Bootstrap, Workload)

CAPI_NAMESPACE = "eksa-system"
MOVE_JOURNAL = "eks-anywhere-capi-move"
"""As ``_plan.move_journal`` names it, without all that a move needs."""
EKSA = "anywhere.eks.amazonaws.com/v1alpha1"
PAUSED = "anywhere.eks.amazonaws.com/paused"


@dataclasses.dataclass(frozen=True)
class Ports:
    """``open_file`` makes a client out of a kubeconfig file, ``connect`` out of its text; ``node_kubeconfig`` is the
    text that a bootstrap cluster of this name keeps in its node, empty when it has none.
    """

    files: Files
    containers: ContainerHost
    artifacts: Artifacts
    open_file: t.Callable[[str], Kube]
    connect: Connect
    node_kubeconfig: t.Callable[[str], str]
    report: Reporter


@dataclasses.dataclass(frozen=True)
class Subject(Located):
    """The cluster that is looked at, and the release that it is to run, where that is known."""

    bundles: Bundles | None = None


class Look:
    """One observation; ``calls`` counts the requests to API servers that it took."""

    def __init__(self, subject: Subject, *, ports: Ports) -> None:
        self._config = subject.config
        self._folder = subject.folder
        self._kubeconfig = subject.kubeconfig_path
        self._ports = ports
        self._pieces = Pieces(subject.config, subject.bundles, artifacts=ports.artifacts)
        self._target = Target(name=subject.config.name, namespace=CAPI_NAMESPACE)
        self._clients: list[Kube] = []

    @property
    def calls(self) -> int:
        """Requests sent."""
        return sum(client.calls for client in self._clients)

    def observe(self) -> Observed:
        """The cheap facts first; details only when they do not show a finished cluster."""
        bootstrap = self._containers()
        workload_kube = self._opened(self._kubeconfig)
        workload = self._workload(workload_kube, Workload(kubeconfig_file=workload_kube is not None))
        config_file = self._ports.files.exists(self._folder.config_file)
        observed = Observed(bootstrap=bootstrap, workload=workload, config_file=config_file)
        if observed.finished:
            return observed
        kube, bootstrap = self._bootstrap_client(bootstrap)
        if kube and workload_kube is None:
            workload_kube = self._kept_by(kube)
            workload = self._workload(workload_kube, workload)
        if workload_kube and workload.answers:
            workload = self._guarded(workload, lambda: self._detailed(workload, workload_kube))
        if kube:
            moving = workload.cluster is not Presence.ABSENT
            bootstrap = self._guarded(bootstrap, lambda: self._asked(bootstrap, kube, moving=moving))
        return dataclasses.replace(observed, bootstrap=bootstrap, workload=workload)

    def _containers(self) -> Bootstrap:
        """The containers of the bootstrap cluster, as far as the engine says."""
        label = node_label(self._folder.bootstrap_name)
        there = bool(self._ports.files.read(self._folder.bootstrap_kubeconfig))
        try:
            names = tuple(container.name for container in self._ports.containers.containers(label=label))
        except EksaError as exc:
            return Bootstrap(unasked=exc, kubeconfig_file=there)
        return Bootstrap(containers=names, kubeconfig_file=there)

    def _workload(self, kube: Kube | None, seen: Workload) -> Workload:
        if kube is None:
            return seen
        return self._guarded(seen, lambda: self._managed(seen, kube))

    def _managed(self, seen: Workload, kube: Kube) -> Workload:
        """What decides whether it manages itself."""
        cluster = kube.get(api_version=CAPI, kind="Cluster", name=self._config.name, namespace=CAPI_NAMESPACE)
        eksa = kube.get(api_version=EKSA, kind="Cluster", name=self._config.name, namespace=self._config.namespace)
        return dataclasses.replace(seen, silence="", cluster=_capi(cluster), eksa_cluster=_eksa(eksa))

    def _detailed(self, seen: Workload, kube: Kube) -> Workload:
        return dataclasses.replace(
            seen,
            journal=_journal(kube),
            missing_network=self._pieces.missing_network(kube),
            missing_storage_class=self._pieces.missing_storage_class(kube),
            missing_providers=self._pieces.missing_providers(kube),
            missing_definitions=self._pieces.missing_definitions(kube),
        )

    def _bootstrap_client(self, seen: Bootstrap) -> tuple[Kube | None, Bootstrap]:
        """A client that was answered; a server that stays silent is asked once, since each silence takes seconds."""
        try:
            kube = self._bootstrap_kube() if seen.containers else None
            return kube, dataclasses.replace(seen, journal=_journal(kube), silence="") if kube else seen
        except MissingLibrary:
            raise
        except EksaError as exc:
            return None, dataclasses.replace(seen, silence=exc.message.rstrip("."))

    def _bootstrap_kube(self) -> Kube:
        """By its file, or by what its node keeps when the file is lost."""
        path = self._folder.bootstrap_kubeconfig
        kube = self._opened(path)
        text = "" if kube else self._ports.node_kubeconfig(self._folder.bootstrap_name)
        if text:
            kube = self._counted(self._ports.connect(text))
        if kube is None:
            raise EksaError(f"{path} is missing, and its node has none.", code="cluster.kubeconfig_missing")
        return kube

    def _kept_by(self, kube: Kube) -> Kube | None:
        """The cluster by the Secret that Cluster API keeps on the bootstrap cluster."""
        try:
            text = kubeconfig_of(self._target, kube=kube)
        except MissingLibrary:
            raise
        except EksaError:
            return None
        return self._counted(self._ports.connect(text)) if text else None

    def _asked(self, seen: Bootstrap, kube: Kube, *, moving: bool) -> Bootstrap:
        """While a move is under way its controllers may be stopped, and nothing is to be built there any more."""
        if seen.journal or moving:
            cluster = kube.get(api_version=CAPI, kind="Cluster", name=self._config.name, namespace=CAPI_NAMESPACE)
            return dataclasses.replace(seen, cluster=_capi(cluster))
        providers = self._pieces.missing_providers(kube)
        cluster = kube.get(api_version=CAPI, kind="Cluster", name=self._config.name, namespace=CAPI_NAMESPACE)
        if cluster is None:
            return dataclasses.replace(seen, missing_providers=providers, missing_objects=("Cluster",))
        tick = judge(Observer(self._target, kube=kube, connect=self._ports.connect).look(Goal.MACHINES), Goal.MACHINES)
        return dataclasses.replace(
            seen,
            cluster=_capi(cluster),
            missing_providers=providers,
            missing_objects=self._pieces.missing_objects(kube, namespace=CAPI_NAMESPACE),
            missing_machines="" if tick.done else f"machines: {tick.state}{' - ' + tick.why if tick.why else ''}",
        )

    def _guarded(self, seen: Seen, look: t.Callable[[], Seen]) -> Seen:
        """A server that stops answering in between is a silent one, whatever was seen before."""
        try:
            return look()
        except MissingLibrary:
            raise
        except EksaError as exc:
            return dataclasses.replace(seen, silence=exc.message.rstrip("."))

    def _opened(self, path: str) -> Kube | None:
        return self._counted(self._ports.open_file(path)) if self._ports.files.read(path) else None

    def _counted(self, client: Kube) -> Kube:
        self._clients.append(client)
        return client


def _journal(kube: Kube) -> str:
    """The phase of a move under way. A ConfigMap can be read while the controllers of the source are stopped."""
    found = kube.get(api_version="v1", kind="ConfigMap", name=MOVE_JOURNAL, namespace=CAPI_NAMESPACE)
    return str((found.get("data") or {}).get("phase") or "under way") if found else ""


def _capi(cluster: Obj | None) -> Presence:
    if cluster is None:
        return Presence.ABSENT
    return Presence.PAUSED if (cluster.get("spec") or {}).get("paused") else Presence.ACTIVE


def _eksa(cluster: Obj | None) -> Presence:
    if cluster is None:
        return Presence.ABSENT
    annotations = cluster["metadata"].get("annotations") or {}
    return Presence.PAUSED if annotations.get(PAUSED) == "true" else Presence.ACTIVE


__all__ = ("CAPI_NAMESPACE", "MOVE_JOURNAL", "Look", "Ports", "Subject")
