# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Is there room for machines in vCenter, and what else went wrong with its tasks."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.plugins.module_utils._wait.cause import Cause, Seen, cause
from ansible_collections.eks.anywhere.plugins.module_utils._wait.conditions import conditions
from ansible_collections.eks.anywhere.plugins.module_utils._wait.observation import (
    Observation,
    called,
    complaints,
    spec,
)
from ansible_collections.eks.anywhere.plugins.module_utils._wait.vcenter import facts, is_ready, server

_SPACE = re.compile(
    r"insufficient disk space|no space left|not enough (free )?space|datastore .* (is )?full|FileTooLarge",
    re.IGNORECASE,
)
_CAPACITY = re.compile(
    r"insufficient (capacity|resources|memory|cpu)|resources?\b.*\b(insufficient|not sufficient)|InsufficientResources"
    r"|no host is compatible|no compatible host|InsufficientFailoverResources|failover level|resource in use quota",
    re.IGNORECASE,
)
_FAILED = frozenset(
    {"CloningFailed", "NotProvisioned", "PoweringOnFailed", "TagsAttachmentFailed", "TaskFailed", "TaskFailure"}
)
_RETRYING = re.compile(r"last task failed retry after")


def no_space(seen: Observation) -> Cause | None:
    """The datastore is full."""
    found = next(((vm, words) for vm, words in _troubles(seen) if _SPACE.search(words)), None)
    if found is None:
        return None
    datastore = spec(found[0]).get("datastore") or "that vCenter chose"
    return cause(
        "why.datastore_full",
        f"Datastore {datastore} has no room for {called(found[0])}",
        fix="Free space on the datastore, or name another one in the machine config.",
        evidence=[Seen.of(called(found[0]), found[1])],
    )


def no_capacity(seen: Observation) -> Cause | None:
    """The hosts have no CPU or memory left, or no host may run the machine."""
    found = next(((vm, words) for vm, words in _troubles(seen) if _CAPACITY.search(words)), None)
    if found is None:
        return None
    pool = spec(found[0]).get("resourcePool")
    return cause(
        "why.vcenter_no_capacity",
        f"vCenter{server(seen)} has no host with room for {called(found[0])}",
        fix="Free CPU or memory in the resource pool, raise its limit, or make the machines smaller or fewer.",
        evidence=[Seen.of(called(found[0]), found[1]), *([Seen.of("ResourcePool", str(pool))] if pool else [])],
    )


def task_failed(seen: Observation) -> Cause | None:
    """A clone or power-on went wrong for another reason."""
    found = next(iter(_troubles(seen)), None)
    if found is None:
        return None
    vm, words = found
    return cause(
        "why.vcenter_task_failed",
        f"vCenter{server(seen)} could not make {called(vm)}: {words}",
        fix="Mend what vCenter names; its task list at that time tells more. The provider tries again every minute.",
        evidence=[Seen.of(called(vm), words), *(Seen.of("vCenter event", text) for text in facts(seen, vm).events)],
        since=_since(vm),
    )


def _troubles(seen: Observation) -> t.Iterator[tuple[Obj, str]]:
    """What went wrong with machines that are not up: the provider's words, then vCenter's task."""
    for vm, _machine in seen.vms:
        if is_ready(vm):
            continue
        for found, words in complaints(vm):
            if (found is None or found.reason in _FAILED) and not _RETRYING.search(words):
                yield vm, words
        failed = facts(seen, vm).failed_task
        if failed:
            yield vm, failed


def _since(vm: Obj) -> str:
    found = conditions(vm).get("VirtualMachineProvisioned") or conditions(vm).get("VMProvisioned")
    return found.since if found else ""


__all__ = ("no_capacity", "no_space", "task_failed")
