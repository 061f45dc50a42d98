# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Whether hosts of a pool take machines and reach, together, all that the machines of a group need."""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._checks.finding import Finding, found
from ansible_collections.eks.anywhere.plugins.module_utils._checks.machines import LINKED_CLONE
from ansible_collections.eks.anywhere.plugins.module_utils._checks.placing import Placed
from ansible_collections.eks.anywhere.plugins.module_utils._ports_survey import EsxHost, PoolFacts, Survey

EXAMPLES = 3


def findings(groups: t.Iterable[Placed], survey: Survey) -> tuple[Finding, ...]:
    """Each combination of pool, datastore and networks once."""
    found_ones = (finding for group in groups for finding in (*_reach(group, survey), *_linked(group)))
    return tuple(dict.fromkeys(found_ones))


def _reach(group: Placed, survey: Survey) -> t.Iterator[Finding]:
    pool = survey.pools.get(group.pool.path) if group.pool else None
    if group.pool is None or pool is None:
        return
    name = f"resource pool {group.pool.path}"
    usable = [host for host in pool.hosts if not host.away]
    if not usable:
        yield found("vsphere.no_host", object=name, away=_away(pool), config=group.owner)
        return
    lacking = {host.name: lacks for host in usable if (lacks := _lacking(host, group, survey))}
    if not lacking:
        return
    words = {
        "hosts": len(usable),
        "places": _places(group),
        "examples": _examples([f"{name} lacks {' and '.join(lacks)}" for name, lacks in lacking.items()]),
    }
    if len(lacking) == len(usable):
        yield found("vsphere.unreachable_together", object=name, config=group.owner, **words)
    else:
        yield found("vsphere.reached_by_some", object=name, able=len(usable) - len(lacking), **words)


def _lacking(host: EsxHost, group: Placed, survey: Survey) -> list[str]:
    datastore = group.datastore
    lacks = [f"network {item.path}" for item in group.networks if item.ref not in host.networks]
    if datastore is not None and host.ref not in survey.mounts.get(datastore.ref, frozenset({host.ref})):
        lacks.insert(0, f"datastore {datastore.path}")
    return lacks


def _places(group: Placed) -> str:
    named = [f"datastore {group.datastore.path}"] if group.datastore else []
    return " and ".join([*named, *(f"network {item.path}" for item in group.networks)])


def _away(pool: PoolFacts) -> str:
    return _examples([f"{host.name} {host.away}" for host in pool.hosts]) or "it has none at all"


def _examples(words: t.Sequence[str]) -> str:
    more = len(words) - EXAMPLES
    return ", ".join([*words[:EXAMPLES], *([f"and {more} more"] if more > 0 else [])])


def _linked(group: Placed) -> t.Iterator[Finding]:
    template, datastore = group.template, group.datastore
    if group.machine.clone_mode != LINKED_CLONE or template is None or datastore is None or not template.datastores:
        return
    if datastore.ref not in template.datastores:
        yield found(
            "vsphere.linked_clone_datastore",
            object=f"VSphereMachineConfig {group.machine.name}",
            template=template.path,
            datastore=datastore.path,
        )


__all__ = ("findings",)
