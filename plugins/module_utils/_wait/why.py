# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Why is this cluster not ready: rules from the deepest layer up; the first that knows a cause has the word."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._wait.cause import Cause, Seen
from ansible_collections.eks.anywhere.plugins.module_utils._wait.observation import Observation
from ansible_collections.eks.anywhere.plugins.module_utils._wait.rules import (
    access,
    changes,
    machines,
    nodes,
    platform,
    vcenter_access,
    vcenter_parts,
    vcenter_room,
)


class Rule(t.Protocol):
    """One fault that can be recognised."""

    def __call__(self, seen: Observation, /) -> Cause | None:
        """The cause, if this fault is there."""


DECISIVE: tuple[Rule, ...] = (
    access.management_silent,
    access.certificate_expired,
    access.config_refused,
    access.cluster_missing,
)
"""What makes all else unknown or stale: nothing is looked for behind these."""

LAYERS: tuple[Rule, ...] = (
    access.cluster_paused,
    # Controllers that do not run leave every other status as old as their last look.
    platform.image_pull,
    platform.crash_loop,
    platform.no_room,
    platform.scaled_down,
    platform.webhook,
    platform.provider_down,
    # vCenter, from the door inwards.
    vcenter_access.credentials_refused,
    vcenter_access.unreachable,
    vcenter_access.no_session,
    vcenter_access.no_permission,
    vcenter_parts.part_missing,
    vcenter_parts.part_ambiguous,
    vcenter_room.no_space,
    vcenter_room.no_capacity,
    machines.template_object_missing,
    # A machine, from its VM to its node.
    machines.vm_inaccessible,
    machines.vm_gone,
    machines.vm_off,
    vcenter_room.task_failed,
    machines.failed,
    machines.bootstrap_failed,
    machines.no_address,
    nodes.endpoint_in_use,
    nodes.kubelet_down,
    # The cluster that the nodes make up. While it refuses its managers, what they say of its inside is old.
    access.workload_refused,
    nodes.etcd_learner,
    nodes.etcd_unhealthy,
    nodes.endpoint_silent,
    nodes.no_cni,
    machines.not_joined,
    # What somebody changes.
    changes.drain_needs_room,
    changes.drain_blocked,
    changes.remediation,
    changes.part_paused,
)
"""In this order the deeper of two faults is named: each layer stands on those above it in the table."""

SHOWN = 4


@dataclasses.dataclass(frozen=True)
class Diagnosis:
    """The cause, and what else is not well; the others may be consequences of it."""

    cause: Cause
    others: tuple[Cause, ...] = ()


def diagnose(seen: Observation) -> Diagnosis:
    """The deepest cause first. A cluster that is ready is called so, whatever else is not well beside it."""
    for rule in DECISIVE:
        found = rule(seen)
        if found:
            return Diagnosis(found)
    causes = _distinct(found for rule in LAYERS if (found := rule(seen)))
    well = changes.ready(seen)
    first = well or (causes.pop(0) if causes else changes.in_progress(seen))
    return Diagnosis(_with_silence(seen, first), tuple(causes[:SHOWN]))


def why(seen: Observation, *, by_design: t.Container[str] = ()) -> Cause:
    """The cause alone. Codes ``by_design`` are states that whoever waits expects."""
    diagnosis = diagnose(seen)
    found = (found for found in (diagnosis.cause, *diagnosis.others) if found.code not in by_design)
    return next(found, None) or changes.in_progress(seen)


def _distinct(causes: t.Iterable[Cause]) -> list[Cause]:
    return list({found.code: found for found in reversed(list(causes))}.values())[::-1]


def _with_silence(seen: Observation, found: Cause) -> Cause:
    """A vCenter that we could not ask is no cause, but explains what the evidence lacks."""
    place = seen.datacenter
    if place is None or place.refusal is None:
        return found
    silence = Seen.of(f"vCenter {place.server}", f"could not be asked: {place.refusal.message}")
    return dataclasses.replace(found, evidence=(*found.evidence, silence))


__all__ = ("DECISIVE", "LAYERS", "Diagnosis", "diagnose", "why")
