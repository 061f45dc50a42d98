# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""States of the world from which a creation would do harm: what is where, and what a person can do about it."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config.model import ClusterConfig
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._plan.create import Observed, Presence
from ansible_collections.eks.anywhere.plugins.module_utils._plan.folder import Folder


@dataclasses.dataclass(frozen=True)
class Case:
    """What is judged, and the names of things for the words."""

    config: ClusterConfig
    observed: Observed
    folder: Folder
    kubeconfig: str

    @property
    def alone(self) -> bool:
        """Whether there is no bootstrap cluster, not even a stopped one."""
        return not self.observed.bootstrap.containers


def conflict(case: Case) -> EksaError | None:
    """The first thing that stands against going on; None when going on is safe."""
    return next((found for check in _CHECKS if (found := check(case))), None)


def _engine_silent(case: Case) -> EksaError | None:
    """A bootstrap cluster that cannot be seen may be the only one that knows the machines."""
    unasked = case.observed.bootstrap.unasked
    if unasked is None or case.observed.finished:
        return None
    return EksaError(
        f"Whether there is a bootstrap cluster of {case.config.name} cannot be told. {unasked.message}",
        code=unasked.code,
        hint=unasked.hint,
        details=unasked.details,
    )


def _unreachable(case: Case) -> EksaError | None:
    workload = case.observed.workload
    if not workload.kubeconfig_file or workload.answers or not case.alone:
        return None
    return EksaError(
        f"{case.kubeconfig} belongs to a cluster {case.config.name} that does not answer ({workload.silence}), "
        "and there is no bootstrap cluster that could be building it.",
        code="cluster.unreachable",
        hint=f"Restore access to it. If that cluster is gone, remove {case.folder.path} or choose another name.",
    )


def _kubeconfig_lost(case: Case) -> EksaError | None:
    if not case.observed.config_file or case.observed.workload.kubeconfig_file or not case.alone:
        return None
    return EksaError(
        f"{case.folder.config_file} says that cluster {case.config.name} was created, "
        f"but {case.kubeconfig} is missing.",
        code="cluster.kubeconfig_lost",
        hint=f"Put the kubeconfig back. If that cluster is gone, remove {case.folder.path} or choose another name.",
    )


def _cut_move(case: Case) -> EksaError | None:
    """The bootstrap cluster was lost while it handed over, before the cluster held everything."""
    workload = case.observed.workload
    if not case.alone or not workload.journal or workload.cluster is Presence.ACTIVE or case.observed.source_lost:
        return None
    return EksaError(
        f"The bootstrap cluster was lost while the management of {case.config.name} moved. Cluster {case.config.name} "
        f"holds only a part of its Cluster API objects (phase {workload.journal} of the move); the whole was in the "
        "bootstrap cluster alone.",
        code="cluster.move_lost",
        hint="Bring the bootstrap cluster's container back. If it is gone, restore the objects from the backup of the "
        "move (eksa_pivot_backup_dir) and run again; without one delete the VMs and the folder "
        f"{case.folder.path}, then create again.",
    )


def _paused(case: Case) -> EksaError | None:
    workload = case.observed.workload
    if not case.alone or workload.cluster is not Presence.PAUSED or workload.journal:
        return None
    return EksaError(
        f"Cluster {case.config.name} manages itself, and somebody paused it (spec.paused of its Cluster).",
        code="cluster.paused",
        hint=f"Find out why, then: kubectl --kubeconfig {case.kubeconfig} -n eksa-system patch "
        f'clusters.cluster.x-k8s.io {case.config.name} --type=merge -p \'{{"spec":{{"paused":null}}}}\'.',
    )


def _orphaned(case: Case) -> EksaError | None:
    bootstrap, workload = case.observed.bootstrap, case.observed.workload
    lost = (case.alone or bootstrap.answers) and not bootstrap.journal
    if not (workload.answers and lost and Presence.ABSENT is workload.cluster is bootstrap.cluster):
        return None
    return EksaError(
        f"Cluster {case.config.name} answers, but its Cluster API objects are gone: nothing manages its VMs.",
        code="cluster.orphaned",
        hint=f"Its bootstrap cluster was lost before the move. Delete VMs and {case.folder.path}, then create again.",
    )


_CHECKS: tuple[t.Callable[[Case], EksaError | None], ...] = (
    _engine_silent,
    _unreachable,
    _kubeconfig_lost,
    _cut_move,
    _paused,
    _orphaned,
)

__all__ = ("Case", "conflict")
