# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""What a management cluster has to be, and to have, before it is given another cluster to build."""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config import versions
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._plan.create_managed_case import (
    Case,
    is_description,
    manager_of,
)
from ansible_collections.eks.anywhere.plugins.module_utils._plan.delete_objects import PAUSED, is_deleting, is_paused
from ansible_collections.eks.anywhere.plugins.module_utils._plan.machines import dig
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj


def _no_kubeconfig(case: Case) -> EksaError | None:
    if case.management.kubeconfig_file:
        return None
    return EksaError(
        f"Cluster {case.config.name} is created by {case.config.management_name}, whose kubeconfig "
        f"{case.management_kubeconfig} is missing.",
        code="management.kubeconfig_missing",
        hint="Put it there, or name it: management_kubeconfig, in the playbooks eksa_management_kubeconfig.",
    )


def _silent(case: Case) -> EksaError | None:
    if case.management.answers:
        return None
    return EksaError(
        f"The management cluster {case.config.management_name} of {case.config.name} cannot be asked: "
        f"{case.management.silence}.",
        code="management.unreachable",
        hint=f"Restore access to it, or correct {case.management_kubeconfig}.",
    )


def _unknown(case: Case) -> EksaError | None:
    if any(is_description(obj) for obj in case.manager):
        return None
    names = ", ".join(sorted({obj["metadata"]["name"] for obj in case.management.descriptions}))
    return EksaError(
        f"{case.management_kubeconfig} leads to a cluster that is not {case.config.management_name}: "
        + (f"it knows of {names}." if names else "it describes no EKS Anywhere cluster."),
        code="management.unknown",
        hint="Correct spec.managementCluster.name, or give the kubeconfig of that cluster.",
    )


def _managed_itself(case: Case) -> EksaError | None:
    name = case.config.management_name
    other = manager_of(case.manager[0])
    if other == name:
        return None
    return EksaError(
        f"Cluster {name} cannot manage {case.config.name}: {other} manages it.",
        code="management.managed",
        hint=f"Name a management cluster in spec.managementCluster.name, such as {other}.",
    )


def _deleting(case: Case) -> EksaError | None:
    if not any(is_deleting(obj) for obj in case.manager):
        return None
    return EksaError(
        f"The management cluster {case.config.management_name} is being deleted.",
        code="management.deleting",
        hint="Name another management cluster.",
    )


def _paused(case: Case) -> EksaError | None:
    if not any(_is_held(obj) for obj in case.manager):
        return None
    return EksaError(
        f"The management cluster {case.config.management_name} is paused: it may be in the middle of an upgrade.",
        code="management.paused",
        hint="Let its upgrade end, or find out who paused it and why, then run again.",
    )


def _older(case: Case) -> EksaError | None:
    has = str(dig(case.manager[0], ("spec", "eksaVersion")) or "")
    if not versions.beyond(case.release, has):
        return None
    return EksaError(
        f"Cluster {case.config.name} is to run EKS Anywhere {case.release}; its management cluster "
        f"{case.config.management_name} has {has}.",
        code="management.older",
        hint="Upgrade the management cluster first, or use the Bundles manifest of its release.",
    )


def _unready(case: Case) -> EksaError | None:
    missing = list(case.management.missing_providers)
    if all(is_description(obj) for obj in case.manager):
        missing.insert(0, "its own Cluster API objects are not in it")
    if not missing:
        return None
    return EksaError(
        f"The management cluster {case.config.management_name} cannot build clusters: {', '.join(missing)}.",
        code="management.not_ready",
        hint="See why with the playbook eks.anywhere.why, mend it, and run again. An upgrade installs what it lacks.",
    )


def _is_held(obj: Obj) -> bool:
    return is_paused(obj) or (obj["metadata"].get("annotations") or {}).get(PAUSED) == "true"


CHECKS: tuple[t.Callable[[Case], EksaError | None], ...] = (
    _no_kubeconfig,
    _silent,
    _unknown,
    _managed_itself,
    _deleting,
    _paused,
    _older,
    _unready,
)

__all__ = ("CHECKS",)
