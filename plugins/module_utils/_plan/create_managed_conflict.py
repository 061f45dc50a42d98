# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""States of the world from which the creation of a workload cluster would do harm, or nothing.

First what its management cluster is and can do, then what that holds of the cluster already.
"""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._plan import create_managed_manager
from ansible_collections.eks.anywhere.plugins.module_utils._plan.create import Presence
from ansible_collections.eks.anywhere.plugins.module_utils._plan.create_managed_case import (
    Case,
    endpoint_of,
    is_description,
    manager_of,
)
from ansible_collections.eks.anywhere.plugins.module_utils._plan.delete_objects import is_deleting, own_documents


def conflict(case: Case) -> EksaError | None:
    """The first thing that stands against going on; None when going on is safe."""
    if case.observed.finished:
        return None
    return next((found for check in _CHECKS if (found := check(case))), None)


def _deleting(case: Case) -> EksaError | None:
    if not any(is_deleting(obj) for obj in case.own):
        return None
    return EksaError(
        f"Cluster {case.config.name} is being deleted.",
        code="cluster.deleting",
        hint="Run eks.anywhere.delete_cluster to its end, then create the cluster again.",
    )


def _managed_elsewhere(case: Case) -> EksaError | None:
    told = {manager_of(obj) for obj in case.own if is_description(obj)} - {case.config.management_name}
    manager = case.config.name if case.observed.workload.cluster is not Presence.ABSENT else next(iter(told), "")
    if not manager:
        return None
    return EksaError(
        f"Cluster {case.config.name} exists, and {'it' if manager == case.config.name else manager} manages it, "
        f"not {case.config.management_name}.",
        code="cluster.managed_elsewhere",
        hint="A cluster keeps its management cluster. Correct spec.managementCluster.name, or choose another name.",
    )


def _name_taken(case: Case) -> EksaError | None:
    """Names of Cluster API objects have no namespace of their own, so one name is one cluster."""
    config = case.config
    spaces = {obj["metadata"].get("namespace") for obj in case.own if is_description(obj)} - {config.namespace}
    ends = {endpoint_of(obj) for obj in case.own} - {"", config.endpoint}
    if not spaces and not ends:
        return None
    where = f"in the namespace {spaces.pop()}" if spaces else f"with the control plane endpoint {ends.pop()}"
    return EksaError(
        f"{config.management_name} manages a cluster {config.name} already, {where}.",
        code="cluster.name_taken",
        hint="Choose another name, or correct the config if that cluster is meant.",
    )


def _endpoint_taken(case: Case) -> EksaError | None:
    """An address that is not in use yet may be another cluster's all the same, which is being built as well."""
    found = next((obj for obj in case.others() if endpoint_of(obj) == case.config.endpoint), None)
    if found is None:
        return None
    return EksaError(
        f"The control plane endpoint {case.config.endpoint} of {case.config.name} is that of cluster "
        f"{found['metadata']['name']}.",
        code="cluster.endpoint_taken",
        hint="Set spec.controlPlaneConfiguration.endpoint.host to an address of its own.",
    )


def _documents_taken(case: Case) -> EksaError | None:
    """As upstream has it: a cluster brings its own datacenter and machine configs."""
    if case.management.described is not Presence.ABSENT:
        return None
    beside = [obj for obj in case.others() if obj["metadata"].get("namespace") == case.config.namespace]
    kept = set(own_documents(case.config, beside))
    taken = [f"{kind} {name}" for api, kind, name in own_documents(case.config, ()) if (api, kind, name) not in kept]
    if not taken:
        return None
    return EksaError(
        f"{', '.join(taken)} of {case.config.name} belong to another cluster of {case.config.management_name}.",
        code="cluster.documents_taken",
        hint="Give the datacenter and machine configs of this cluster names of their own.",
    )


def _paused(case: Case) -> EksaError | None:
    if case.management.cluster is not Presence.PAUSED:
        return None
    return EksaError(
        f"Somebody paused cluster {case.config.name} (spec.paused of its Cluster in {case.config.management_name}).",
        code="cluster.paused",
        hint="An upgrade of the management cluster pauses what it manages: let it end. Else find out why, then: "
        f"kubectl --kubeconfig {case.management_kubeconfig} -n eksa-system patch clusters.cluster.x-k8s.io "
        f'{case.config.name} --type=merge -p \'{{"spec":{{"paused":null}}}}\'.',
    )


def _unreachable(case: Case) -> EksaError | None:
    workload = case.observed.workload
    if not workload.kubeconfig_file or workload.answers or case.management.cluster is not Presence.ABSENT:
        return None
    return EksaError(
        f"{case.kubeconfig} belongs to a cluster {case.config.name} that does not answer ({workload.silence}), "
        f"and {case.config.management_name} does not manage it.",
        code="cluster.unreachable",
        hint=f"Restore access to it. If that cluster is gone, remove {case.folder.path} or choose another name.",
    )


def _orphaned(case: Case) -> EksaError | None:
    if not case.observed.workload.answers or case.management.cluster is not Presence.ABSENT:
        return None
    return EksaError(
        f"Cluster {case.config.name} answers, but {case.config.management_name} holds no Cluster API objects of it: "
        "nothing manages its VMs.",
        code="cluster.orphaned",
        hint=f"Correct spec.managementCluster.name, or delete VMs and {case.folder.path}, then create again.",
    )


_CHECKS: tuple[t.Callable[[Case], EksaError | None], ...] = (
    *create_managed_manager.CHECKS,
    _deleting,
    _managed_elsewhere,
    _name_taken,
    _endpoint_taken,
    _documents_taken,
    _paused,
    _unreachable,
    _orphaned,
)

__all__ = ("Case", "conflict")
