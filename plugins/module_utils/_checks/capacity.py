# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Whether there is room for the machines, at first and at the widest moment, of all clusters that share a place."""

from __future__ import annotations

import collections
import dataclasses
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._checks.finding import Finding, found
from ansible_collections.eks.anywhere.plugins.module_utils._checks.machines import all_disks_gib, is_linked
from ansible_collections.eks.anywhere.plugins.module_utils._checks.placing import Placed
from ansible_collections.eks.anywhere.plugins.module_utils._ports import DatastoreItem
from ansible_collections.eks.anywhere.plugins.module_utils._ports_survey import EsxHost, PoolFacts, Survey

GIB = 1 << 30
CLONES_PER_HOST = 8
"""What vCenter lets a host do at a time by default."""

Place = t.TypeVar("Place", bound=t.Hashable)


@dataclasses.dataclass(frozen=True)
class Need:
    """What groups take of one thing: at first, at the widest moment, and for people."""

    first: int = 0
    peak: int = 0
    uses: tuple[str, ...] = ()

    def more(self, placed: Placed, each: int, *, named: str) -> Need:
        """With the machines of one more group."""
        group = placed.group
        return Need(
            self.first + each * group.count,
            self.peak + each * group.peak,
            (*self.uses, f"{named} {group.count} x {each}"),
        )

    @property
    def words(self) -> str:
        """The groups one after the other."""
        return ", ".join(self.uses)


def space_findings(groups: t.Iterable[Placed]) -> tuple[Finding, ...]:
    """Datastores that cannot hold the disks of all machines that are to live on them.

    A full clone takes its disks at once. A linked one takes next to nothing at first, and up to as much in the end.
    """
    taken = tuple(groups)
    copied = _needed(taken, _datastore, lambda group: 0 if _is_linked(group) else _disks(group))
    grown = _needed(taken, _datastore, _disks)
    return tuple(
        finding
        for datastore, need in grown.items()
        for finding in _space(datastore, copied.get(datastore, Need()), need)
    )


def memory_findings(groups: t.Iterable[Placed], survey: Survey) -> tuple[Finding, ...]:
    """Pools whose limits leave too little memory, and hosts that have too little for all pools on them."""
    taken = tuple(group for group in groups if group.pool and group.pool.path in survey.pools)
    by_pool = _needed(taken, _pool, _memory)
    by_hosts = _needed(taken, lambda group: hosts_of(_pool(group)), _memory)
    facts = {hosts_of(path): survey.pools[path] for path in by_pool}
    return (
        *(finding for path, need in by_pool.items() for finding in _limited(path, survey.pools[path], need)),
        *(finding for hosts, need in by_hosts.items() for finding in _carried(hosts, facts[hosts], need)),
    )


def hosts_of(pool: str) -> str:
    """``/DC0/host/C0/Resources/web`` -> ``hosts of /DC0/host/C0``, which all pools below share."""
    return f"hosts of {pool.partition('/Resources')[0]}"


def host_findings(groups: t.Iterable[Placed], survey: Survey) -> tuple[Finding, ...]:
    """Machines that no host can run, and more copies than the hosts make at a time."""
    taken = tuple(groups)
    return tuple(dict.fromkeys((*_cpus(taken, survey), *_clones(taken, survey))))


def _needed(
    groups: t.Iterable[Placed],
    place: t.Callable[[Placed], Place | None],
    each: t.Callable[[Placed], int],
) -> dict[Place, Need]:
    taken = tuple(groups)
    several = len({group.cluster for group in taken}) > 1
    needed: dict[Place, Need] = collections.defaultdict(Need)
    for group in taken:
        where, size = place(group), each(group)
        if where is not None and size:
            name = group.machine.name
            needed[where] = needed[where].more(group, size, named=f"{group.cluster}/{name}" if several else name)
    return needed


def _datastore(group: Placed) -> DatastoreItem | None:
    return group.datastore


def _disks(group: Placed) -> int:
    return all_disks_gib(group.machine, group.template) if group.template else 0


def _space(datastore: DatastoreItem, copied: Need, grown: Need) -> t.Iterator[Finding]:
    """The worst that is to be said of it, once."""
    free = datastore.free_bytes
    cases = (
        ("vsphere.datastore_space", copied.first, copied),
        ("vsphere.datastore_space_upgrade", copied.peak, copied),
        ("vsphere.datastore_space_linked", grown.peak, grown),
    )
    for code, gib, need in cases:
        if gib * GIB > free:
            name = f"datastore {datastore.path}"
            yield found(code, object=name, free_gib=free // GIB, needed_gib=gib, uses=need.words)
            return


def _pool(group: Placed) -> str:
    return group.pool.path if group.pool else ""


def _memory(group: Placed) -> int:
    return group.machine.memory_mib


def _limited(path: str, pool: PoolFacts, need: Need) -> t.Iterator[Finding]:
    name, free = f"resource pool {path}", pool.memory_free_mib
    if free is not None and need.peak > free:
        short = need.first > free
        yield found(
            "vsphere.pool_memory" if short else "vsphere.pool_memory_upgrade",
            object=name,
            free_mib=free,
            needed_mib=need.first if short else need.peak,
            uses=need.words,
        )


def _carried(hosts: str, pool: PoolFacts, need: Need) -> t.Iterator[Finding]:
    total = sum(host.memory_mib for host in _usable(pool))
    if total and need.peak > total:
        yield found("vsphere.hosts_memory", object=hosts, total_mib=total, needed_mib=need.peak, uses=need.words)


def _cpus(groups: t.Sequence[Placed], survey: Survey) -> t.Iterator[Finding]:
    for group in groups:
        pool = survey.pools.get(group.pool.path) if group.pool else None
        largest = max((host.cpus for host in _usable(pool)), default=0) if pool else 0
        if group.pool and largest and group.machine.num_cpus > largest:
            yield found(
                "vsphere.host_cpus",
                object=f"VSphereMachineConfig {group.machine.name}",
                cpus=group.machine.num_cpus,
                largest=largest,
                pool=group.pool.path,
            )


def _clones(groups: t.Sequence[Placed], survey: Survey) -> t.Iterator[Finding]:
    copied: dict[str, int] = collections.defaultdict(int)
    for group in groups:
        if group.pool and group.template and not _is_linked(group):
            copied[group.pool.path] += group.group.count
    for path, machines in copied.items():
        hosts = len(_usable(survey.pools[path])) if path in survey.pools else 0
        slots = hosts * CLONES_PER_HOST
        if hosts and machines > slots:
            yield found(
                "vsphere.clone_slots", object=f"resource pool {path}", machines=machines, hosts=hosts, slots=slots
            )


def _is_linked(group: Placed) -> bool:
    return group.template is not None and is_linked(group.machine, group.template)


def _usable(pool: PoolFacts) -> list[EsxHost]:
    return [host for host in pool.hosts if not host.away]


__all__ = ("host_findings", "hosts_of", "memory_findings", "space_findings")
