# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""What to look up behind the objects of clusters, and all that is found there."""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._checks import capacity, privileges, reach, site
from ansible_collections.eks.anywhere.plugins.module_utils._checks.finding import Finding
from ansible_collections.eks.anywhere.plugins.module_utils._checks.placing import Placed
from ansible_collections.eks.anywhere.plugins.module_utils._checks.privileges import Grant
from ansible_collections.eks.anywhere.plugins.module_utils._config.model import ClusterConfig
from ansible_collections.eks.anywhere.plugins.module_utils._ports_survey import Survey, SurveyQuery


def query(configs: t.Iterable[ClusterConfig], groups: t.Sequence[Placed], wanted: t.Sequence[Grant]) -> SurveyQuery:
    """Each object once, however many clusters use it."""
    machines = [machine for config in configs for machine in config.machines]
    return SurveyQuery(
        pools=tuple({group.pool.ref: group.pool for group in groups if group.pool}.values()),
        datastores=tuple({group.datastore.ref: group.datastore for group in groups if group.datastore}.values()),
        users=privileges.asked(wanted),
        tags=tuple(dict.fromkeys(tag for machine in machines for tag in machine.tags)),
        policies=any(machine.storage_policy_name for machine in machines),
    )


def findings(
    config: ClusterConfig, groups: t.Sequence[Placed], wanted: t.Sequence[Grant], survey: Survey
) -> tuple[Finding, ...]:
    """All that concerns one cluster."""
    return (
        *privileges.findings(wanted, survey),
        *site.machine_findings(config, survey),
        *reach.findings(groups, survey),
        *room(groups, survey),
    )


def room(groups: t.Sequence[Placed], survey: Survey) -> tuple[Finding, ...]:
    """Whether all these groups together have room."""
    return (
        *capacity.space_findings(groups),
        *capacity.memory_findings(groups, survey),
        *capacity.host_findings(groups, survey),
    )


__all__ = ("findings", "query", "room")
