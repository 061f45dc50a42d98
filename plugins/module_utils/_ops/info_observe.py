# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""One look at the machine, the bootstrap cluster and the cluster."""

from __future__ import annotations

import dataclasses

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError, MissingLibrary
from ansible_collections.eks.anywhere.plugins.module_utils._ops.info_servers import CAPI_NAMESPACE, Servers
from ansible_collections.eks.anywhere.plugins.module_utils._ops.info_subject import Ports, Subject
from ansible_collections.eks.anywhere.plugins.module_utils._plan.create import Bootstrap, Observed, Presence, Workload
from ansible_collections.eks.anywhere.plugins.module_utils._plan.create_conflict import Case, conflict
from ansible_collections.eks.anywhere.plugins.module_utils._plan.folder import node_label
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Kube

MOVE_JOURNAL = "eks-anywhere-capi-move"
"""As ``_plan.move_journal`` names it, without all that a move needs."""


class Look:
    """One observation of a cluster that is to manage itself."""

    def __init__(self, subject: Subject, *, servers: Servers, ports: Ports) -> None:
        self._subject = subject
        self._folder = subject.folder
        self._servers = servers
        self._ports = ports

    def standing(self) -> Observed:
        """Where its creation stands; raises what stands against going on."""
        observed = self.observe()
        subject = self._subject
        found = conflict(Case(subject.config, observed, folder=subject.folder, kubeconfig=subject.kubeconfig_path))
        if found:
            raise found
        return observed

    def observe(self) -> Observed:
        """The cheap facts first; details only when they do not show a finished cluster."""
        bootstrap = self._containers()
        workload_kube = self._servers.opened(self._subject.kubeconfig_path)
        workload = self._workload(workload_kube, Workload(kubeconfig_file=workload_kube is not None))
        config_file = self._ports.files.exists(self._folder.config_file)
        observed = Observed(bootstrap=bootstrap, workload=workload, config_file=config_file)
        if observed.finished:
            return observed
        kube, bootstrap = self._bootstrap_client(bootstrap)
        if kube and workload_kube is None:
            workload_kube = self._servers.kept_by(kube)
            workload = self._workload(workload_kube, workload)
        if workload_kube and workload.answers:
            workload = self._servers.guarded(workload, lambda: self._detailed(workload, workload_kube))
        if kube:
            moving = workload.cluster is not Presence.ABSENT
            bootstrap = self._servers.guarded(bootstrap, lambda: self._asked(bootstrap, kube, moving=moving))
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
        return self._servers.guarded(seen, lambda: self._managed(seen, kube))

    def _managed(self, seen: Workload, kube: Kube) -> Workload:
        """What decides whether it manages itself."""
        return dataclasses.replace(
            seen, silence="", cluster=self._servers.capi(kube), eksa_cluster=self._servers.eksa(kube)
        )

    def _detailed(self, seen: Workload, kube: Kube) -> Workload:
        return dataclasses.replace(
            seen,
            journal=_journal(kube),
            missing_network=self._servers.pieces.missing_network(kube),
            missing_storage_class=self._servers.pieces.missing_storage_class(kube),
            missing_providers=self._servers.pieces.missing_providers(kube),
            missing_definitions=self._servers.pieces.missing_definitions(kube),
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
        kube = self._servers.opened(path)
        text = "" if kube else self._ports.node_kubeconfig(self._folder.bootstrap_name)
        if text:
            kube = self._servers.connected(text)
        if kube is None:
            raise EksaError(f"{path} is missing, and its node has none.", code="cluster.kubeconfig_missing")
        return kube

    def _asked(self, seen: Bootstrap, kube: Kube, *, moving: bool) -> Bootstrap:
        """While a move is under way its controllers may be stopped, and nothing is to be built there any more."""
        if seen.journal or moving:
            return dataclasses.replace(seen, cluster=self._servers.capi(kube))
        providers = self._servers.pieces.missing_providers(kube)
        cluster = self._servers.capi(kube)
        seen = dataclasses.replace(seen, cluster=cluster, missing_providers=providers, missing_objects=("Cluster",))
        return seen if cluster is Presence.ABSENT else self._servers.built(seen, kube)


def _journal(kube: Kube) -> str:
    """The phase of a move under way. A ConfigMap can be read while the controllers of the source are stopped."""
    found = kube.get(api_version="v1", kind="ConfigMap", name=MOVE_JOURNAL, namespace=CAPI_NAMESPACE)
    return str((found.get("data") or {}).get("phase") or "under way") if found else ""


__all__ = ("MOVE_JOURNAL", "Look")
