# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Members and datacenters -> hosts, groups and variables, or all that keeps them from being a fleet."""

from __future__ import annotations

import collections
import dataclasses
import re
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._fleet.datacenter import Datacenter
from ansible_collections.eks.anywhere.plugins.module_utils._fleet.member import Member
from ansible_collections.eks.anywhere.plugins.module_utils._fleet.policy import Policy

ALL = "eksa_clusters"
"""The group that all playbooks work on."""
_UNSAFE = re.compile(r"[^A-Za-z0-9_]+")
Problems = dict[str, list[str]]
"""What is wrong, by the path of the file."""


@dataclasses.dataclass(frozen=True)
class Found:
    """A cluster config that can be used: where it lies, and the datacenter of its folder."""

    path: str
    member: Member
    datacenter: Datacenter | None = None

    @property
    def place(self) -> str:
        """Name of its datacenter: of the file beside it, else as vCenter calls it, else its provider's."""
        if self.datacenter is not None:
            return self.datacenter.name
        if self.member.vcenter:
            return f"{self.member.vcenter}-{self.member.vcenter_datacenter.strip('/')}"
        return self.member.provider


@dataclasses.dataclass(frozen=True)
class Host:
    """A host of the inventory. ``facts`` become its variable ``eksa_fleet``."""

    name: str
    path: str
    groups: tuple[str, ...]
    facts: t.Mapping[str, t.Any]
    variables: t.Mapping[str, t.Any]


def hosts(found: t.Sequence[Found], *, policy: Policy, by_place: bool) -> tuple[list[Host], Problems]:
    """A host for each cluster. ``by_place`` puts the datacenter before their names, where names are not unique."""
    named = [(_name(one, by_place=by_place), one) for one in found]
    managers = _Managers(named)
    made = [_host(name, one, policy=policy, manager=managers.of(one)) for name, one in named]
    problems: Problems = collections.defaultdict(list)
    for told in (_twice(named), _rings(made, policy), _datacenters(found), _unknown_clusters(found)):
        for path, words in told:
            problems[path].append(words)
    return made, dict(problems)


_Named = t.Sequence[tuple[str, Found]]
_Told = t.Iterator[tuple[str, str]]
"""Path of a file, and what is wrong with it."""


class _Managers:
    """Finds the host of the cluster that manages another one: in the same datacenter, or the only one of its name."""

    def __init__(self, named: _Named) -> None:
        self._by_place = {(one.place, one.member.name): name for name, one in named}
        self._by_name: dict[str, list[str]] = collections.defaultdict(list)
        for name, one in named:
            self._by_name[one.member.name].append(name)

    def of(self, one: Found) -> str:
        """Name of the host, empty when it is not in the fleet."""
        same_name = self._by_name.get(one.member.manager, [])
        alone = same_name[0] if len(same_name) == 1 else ""
        return self._by_place.get((one.place, one.member.manager), alone)


def _twice(named: _Named) -> _Told:
    """Names are those of hosts, so they are unique."""
    by_name: dict[str, list[str]] = collections.defaultdict(list)
    for name, one in named:
        by_name[name].append(one.path)
    for name, paths in by_name.items():
        for path in paths if len(paths) > 1 else ():
            others = ", ".join(other for other in paths if other != path)
            yield path, f"metadata.name: another cluster is called {name}, too: {others}"


def _rings(made: t.Sequence[Host], policy: Policy) -> _Told:
    known = ", ".join(ring.name for ring in policy.rings)
    for host in made:
        if policy.rank(host.facts["ring"]) == len(policy.rings):
            yield host.path, f"its ring {host.facts['ring']} is not one of {known}"


def _datacenters(found: t.Sequence[Found]) -> _Told:
    """One name stands for one datacenter, which has one file."""
    files: dict[str, set[str]] = collections.defaultdict(set)
    for one in found:
        if one.datacenter:
            files[one.datacenter.name].add(one.datacenter.path)
    for name, paths in files.items():
        for path in sorted(paths) if len(paths) > 1 else ():
            yield path, f"name: the datacenter {name} has another file, too: {', '.join(sorted(paths - {path}))}"


def _unknown_clusters(found: t.Sequence[Found]) -> _Told:
    """Settings for clusters that are not there are those of a cluster whose name is misspelt."""
    there: dict[str, set[str]] = collections.defaultdict(set)
    files = {one.datacenter.path: one.datacenter for one in found if one.datacenter}
    for one in found:
        if one.datacenter:
            there[one.datacenter.path].add(one.member.name)
    for path, datacenter in files.items():
        yield from (
            (path, f"clusters.{name}: no such cluster") for name in datacenter.clusters if name not in there[path]
        )


def _name(one: Found, *, by_place: bool) -> str:
    return f"{one.place}-{one.member.name}" if by_place else one.member.name


def _host(name: str, one: Found, *, policy: Policy, manager: str) -> Host:
    member, datacenter = one.member, one.datacenter
    own = datacenter.of_cluster(member.name) if datacenter else None
    shared = datacenter.ring if datacenter else ""
    ring = (own.ring if own else "") or shared or policy.rings[-1].name
    facts = {
        **dataclasses.asdict(member),
        "self_managed": member.self_managed,
        "machines": member.machines,
        "manager_host": manager,
        "datacenter": one.place,
        "ring": ring,
    }
    return Host(
        name=name,
        path=one.path,
        groups=_groups(facts),
        facts=facts,
        variables=dict(own.variables) if own else {},
    )


def _groups(facts: t.Mapping[str, t.Any]) -> tuple[str, ...]:
    by_value = {
        "datacenter": facts["datacenter"],
        "provider": facts["provider"],
        "manager": facts["manager"],
        "kubernetes": facts["kubernetes_version"],
        "ring": facts["ring"],
        "vcenter": facts["vcenter"],
    }
    role = "eksa_management_clusters" if facts["self_managed"] else "eksa_workload_clusters"
    return (role, *(group(kind, value) for kind, value in by_value.items() if value))


def group(kind: str, value: str) -> str:
    """Name of the group of all that share a value, in letters that Ansible allows."""
    return f"eksa_{kind}_{_UNSAFE.sub('_', value).strip('_')}"


__all__ = ("ALL", "Found", "Host", "Problems", "group", "hosts")
