# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""One look at the management cluster, and at the cluster that it manages or is to make."""

from __future__ import annotations

import dataclasses

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError, MissingLibrary
from ansible_collections.eks.anywhere.plugins.module_utils._ops.info_servers import CAPI_NAMESPACE, Servers
from ansible_collections.eks.anywhere.plugins.module_utils._ops.info_subject import Ports, Subject
from ansible_collections.eks.anywhere.plugins.module_utils._ops.wait import CAPI
from ansible_collections.eks.anywhere.plugins.module_utils._plan.create import Presence, Workload
from ansible_collections.eks.anywhere.plugins.module_utils._plan.create_managed import Management, Observed
from ansible_collections.eks.anywhere.plugins.module_utils._plan.create_managed_conflict import Case, conflict
from ansible_collections.eks.anywhere.plugins.module_utils._plan.delete_objects import EKSA
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Kube
from ansible_collections.eks.anywhere.plugins.module_utils._wait.cluster import Goal


class ManagedLook:
    """One observation of a cluster that another one manages."""

    def __init__(self, subject: Subject, *, servers: Servers, ports: Ports) -> None:
        self._subject = subject
        self._servers = servers
        self._ports = ports

    def standing(self) -> Observed:
        """Where its creation stands; raises what stands against going on."""
        observed = self.observe()
        subject = self._subject
        found = conflict(
            Case(
                subject.config,
                observed,
                folder=subject.folder,
                kubeconfig=subject.kubeconfig_path,
                management_kubeconfig=subject.manager_path,
                release=subject.release,
            )
        )
        if found:
            raise found
        return observed

    def observe(self) -> Observed:
        """The cheap facts first; details only when they do not show a finished cluster."""
        kube, management = self._management()
        own = self._servers.opened(self._subject.kubeconfig_path)
        workload = self._workload(own, Workload(kubeconfig_file=own is not None))
        config_file = self._ports.files.exists(self._subject.folder.config_file)
        observed = Observed(management=management, workload=workload, config_file=config_file)
        if observed.finished or kube is None or not management.answers:
            return observed
        if own is None and management.cluster is not Presence.ABSENT:
            own = self._servers.kept_by(kube)
            workload = self._workload(own, workload)
        if own and workload.answers:
            workload = self._servers.guarded(workload, lambda: self._detailed(workload, own))
        management = self._servers.guarded(management, lambda: self._asked(management, kube))
        return dataclasses.replace(observed, management=management, workload=workload)

    def _management(self) -> tuple[Kube | None, Management]:
        """What it holds of the cluster; a server that stays silent is asked once, since each silence takes seconds."""
        seen = Management(kubeconfig_file=bool(self._ports.files.read(self._subject.manager_path)))
        try:
            kube = self._servers.opened(self._subject.manager_path)
        except MissingLibrary:
            raise
        except EksaError as exc:
            return None, dataclasses.replace(seen, silence=exc.message.rstrip("."))
        return kube, self._servers.guarded(seen, lambda: self._held(seen, kube)) if kube else seen

    def _held(self, seen: Management, kube: Kube) -> Management:
        return dataclasses.replace(
            seen, silence="", cluster=self._servers.capi(kube), described=self._servers.eksa(kube)
        )

    def _workload(self, kube: Kube | None, seen: Workload) -> Workload:
        """Whether it answers: a namespace that every cluster has."""
        if kube is None:
            return seen
        kube_system = {"api_version": "v1", "kind": "Namespace", "name": "kube-system"}
        return self._servers.guarded(
            seen, lambda: dataclasses.replace(seen, silence="" if kube.get(**kube_system) else "it has no kube-system")
        )

    def _detailed(self, seen: Workload, kube: Kube) -> Workload:
        return dataclasses.replace(
            seen,
            cluster=self._servers.capi(kube),
            missing_network=self._servers.pieces.missing_network(kube),
            missing_storage_class=self._servers.pieces.missing_storage_class(kube),
        )

    def _asked(self, seen: Management, kube: Kube) -> Management:
        """All Clusters, for what they say of each other; then how far this one is built."""
        seen = dataclasses.replace(
            seen,
            clusters=tuple(kube.list(api_version=CAPI, kind="Cluster", namespace=CAPI_NAMESPACE)),
            descriptions=tuple(kube.list(api_version=EKSA, kind="Cluster")),
            missing_providers=self._servers.pieces.missing_controllers(kube),
            missing_objects=("Cluster",),
        )
        if seen.cluster is Presence.ABSENT:
            return seen
        seen = self._servers.built(seen, kube)
        if seen.missing_machines:
            return seen
        return dataclasses.replace(seen, missing_ready=self._servers.lacks(Goal.READY, kube))


__all__ = ("ManagedLook",)
