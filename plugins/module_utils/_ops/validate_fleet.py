# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Check many clusters in one go: one session per vCenter, room for all of them together, one table at the end."""

from __future__ import annotations

import collections
import concurrent.futures
import contextlib
import dataclasses
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._checks import (
    capacity,
    endpoints,
    placing,
    privileges,
    site,
    survey,
    vsphere,
)
from ansible_collections.eks.anywhere.plugins.module_utils._checks.finding import ERROR, Finding, errors, found
from ansible_collections.eks.anywhere.plugins.module_utils._checks.placing import Placed
from ansible_collections.eks.anywhere.plugins.module_utils._config.model import ClusterConfig
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ops import validate_logins as logins
from ansible_collections.eks.anywhere.plugins.module_utils._ops import validate_overview as overview
from ansible_collections.eks.anywhere.plugins.module_utils._ops.validate import Wishes, as_finding
from ansible_collections.eks.anywhere.plugins.module_utils._ops.validate_logins import Login, Member
from ansible_collections.eks.anywhere.plugins.module_utils._ports import (
    Certificate,
    DatastoreItem,
    Inventory,
    InventoryQuery,
    Probe,
    Reporter,
)
from ansible_collections.eks.anywhere.plugins.module_utils._ports_survey import Survey, SurveyedVSphere
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result

PROBES = 32

Open = t.Callable[[str, Login], contextlib.AbstractContextManager[SurveyedVSphere]]
"""A vCenter out of its address and an account; leaving it logs out."""


@dataclasses.dataclass(frozen=True)
class Seen:
    """A member whose datacenter was looked at, and where its machines would live."""

    member: Member
    config: ClusterConfig
    inventory: Inventory
    groups: tuple[Placed, ...]


@dataclasses.dataclass(frozen=True)
class Look:
    """What one session saw of the clusters that were looked at with it."""

    server: str
    seen: tuple[Seen, ...] = ()
    surveyed: Survey = dataclasses.field(default_factory=Survey)


def validate_fleet(
    members: t.Sequence[Member], *, vcenter: Open, probe: Probe, report: Reporter, wishes: Wishes
) -> Result:
    """All findings of all members; data: ``clusters``, ``ready`` and ``requests``. Findings do not raise."""
    looks: list[Look] = []
    refused: dict[Login, str] = {}
    for (server, login), there in logins.sessions(members).items():
        if login in refused:
            not_tried = found("vsphere.login_not_tried", object=f"vCenter {server}", other=refused[login])
            logins.tell_all(there, (not_tried,))
            continue
        with vcenter(server, login) as session:
            looks.append(_on_server(server, there, session, wishes.of(login.username)))
        if any(finding.code == "vsphere.login_refused" for member in there for finding in member.findings):
            refused[login] = server
    _tell_shared(looks)
    _endpoints(members, probe, wishes)
    overview.show(members, report)
    return Result(
        data={
            "clusters": [member.as_dict() for member in members],
            "ready": not any(errors(member.findings) for member in members),
            "requests": sum(look.surveyed.requests for look in looks),
        }
    )


def _on_server(server: str, members: t.Sequence[Member], session: SurveyedVSphere, wishes: Wishes) -> Look:
    """All that one vCenter tells an account about its members."""
    try:
        certificate = session.certificate()
        trusting = _trusting(members, certificate)
        if not trusting:
            return Look(server)
        session.login(certificate)
        seen = [one for place in _by_datacenter(trusting) for one in _observed(place, session)]
        return _behind(server, seen, session, wishes)
    except EksaError as exc:
        if not exc.code.startswith("vsphere."):
            raise
        logins.tell_all(members, (as_finding(server, exc),))
        return Look(server)


def _trusting(members: t.Sequence[Member], certificate: Certificate) -> list[Member]:
    """Those whose config means this very server."""
    for member in members:
        if member.config is not None:
            member.tell(endpoints.thumbprint(member.config, certificate))
    return [member for member in members if not any("thumbprint" in finding.code for finding in member.findings)]


def _by_datacenter(members: t.Sequence[Member]) -> list[list[Member]]:
    places: dict[str, list[Member]] = collections.defaultdict(list)
    for member in members:
        if member.config is not None and member.config.datacenter is not None:
            places[member.config.datacenter.datacenter].append(member)
    return list(places.values())


def _observed(members: t.Sequence[Member], session: SurveyedVSphere) -> list[Seen]:
    """What every member of one datacenter names, looked up once."""
    configs = [member.config for member in members if member.config is not None]
    inventory = session.observe(_union([vsphere.query(config) for config in configs]))
    seen: list[Seen] = []
    for member, config in zip(members, configs, strict=True):
        for step in vsphere.inventory_steps(config, member.bundles, inventory):
            member.tell(step.findings)
        seen.append(Seen(member, config, inventory, _named(member, placing.placed(config, inventory))))
    return seen


def _union(queries: t.Sequence[InventoryQuery]) -> InventoryQuery:
    """Each path once, however many clusters name it."""
    fields = [field.name for field in dataclasses.fields(InventoryQuery) if field.name != "datacenter"]
    paths = {name: tuple(dict.fromkeys(path for one in queries for path in getattr(one, name))) for name in fields}
    return InventoryQuery(datacenter=queries[0].datacenter, **paths)


def _named(member: Member, groups: tuple[Placed, ...]) -> tuple[Placed, ...]:
    """By the name of the member; of one that exists only what comes on top is still to be found room for."""
    return tuple(
        dataclasses.replace(
            one,
            cluster=member.name,
            group=dataclasses.replace(one.group, count=0, peak=one.group.peak - one.group.count)
            if member.exists
            else one.group,
        )
        for one in groups
    )


def _behind(server: str, seen: t.Sequence[Seen], session: SurveyedVSphere, wishes: Wishes) -> Look:
    wanted = {one.member.name: privileges.grants(wishes.users, one.groups) for one in seen}
    union = tuple({grant: None for grants in wanted.values() for grant in grants})
    together = tuple(group for one in seen for group in one.groups)
    surveyed = session.survey(survey.query([one.config for one in seen], together, union))
    everywhere = site.server_findings(server, wishes.users.user, surveyed)
    for one in seen:
        one.member.tell(everywhere)
        one.member.tell(survey.findings(one.config, one.groups, wanted[one.member.name], surveyed))
    return Look(server, tuple(seen), surveyed)


def _tell_shared(looks: t.Sequence[Look]) -> None:
    """What is too little on a vCenter for all clusters there, whoever looked: to each that uses it."""
    for server in dict.fromkeys(look.server for look in looks):
        there = [look for look in looks if look.server == server]
        seen = [one for look in there for one in look.seen]
        pools = {path: facts for look in there for path, facts in look.surveyed.pools.items()}
        together = _as_first_seen(group for one in seen for group in one.groups)
        for finding in (*capacity.space_findings(together), *capacity.memory_findings(together, Survey(pools=pools))):
            for one in seen:
                _tell_user(one, finding)


def _as_first_seen(groups: t.Iterable[Placed]) -> tuple[Placed, ...]:
    """With each datastore as it was seen first: between two looks somebody may have written to it."""
    first: dict[str, DatastoreItem] = {}
    return tuple(
        dataclasses.replace(group, datastore=first.setdefault(group.datastore.ref, group.datastore))
        if group.datastore
        else group
        for group in groups
    )


def _tell_user(one: Seen, finding: Finding) -> None:
    """A cluster that uses what the finding is about, and is not told already for itself alone."""
    told = {known.object for known in one.member.findings if _covers(known, finding)}
    places = {f"datastore {group.datastore.path}" for group in one.groups if group.datastore}
    for pool in (group.pool.path for group in one.groups if group.pool):
        places |= {f"resource pool {pool}", capacity.hosts_of(pool)}
    if finding.object in places - told:
        one.member.tell((finding,))


def _covers(known: Finding, finding: Finding) -> bool:
    """Whether a finding says as much as another of the same check, or worse."""
    return known.check == finding.check and (known.code == finding.code or known.severity == ERROR)


def _endpoints(members: t.Sequence[Member], probe: Probe, wishes: Wishes) -> None:
    """Addresses of the control planes; those of many clusters are tried at the same time."""
    by_address: dict[str, list[str]] = collections.defaultdict(list)
    for member in members:
        if member.config is not None:
            by_address[member.config.endpoint].append(member.name)
    few = site.address_findings([member.config for member in members if member.config], wishes.dhcp)

    def look(member: Member) -> tuple[Finding, ...]:
        config = member.config
        if config is None:
            return ()
        given = (*site.endpoint_findings(config, wishes.dhcp), *few, *_shared(config, by_address))
        if member.skip_ip_check or not endpoints.is_address(config.endpoint):
            return (*endpoints.endpoint(config, None), *given)
        port = probe.answering_port(host=config.endpoint, ports=endpoints.ENDPOINT_PORTS)
        return (*endpoints.endpoint(config, port), *given)

    with concurrent.futures.ThreadPoolExecutor(max_workers=PROBES) as pool:
        for member, findings in zip(members, pool.map(look, members), strict=True):
            member.tell(findings)


def _shared(config: ClusterConfig, by_address: t.Mapping[str, t.Sequence[str]]) -> tuple[Finding, ...]:
    names = by_address[config.endpoint]
    if len(names) == 1:
        return ()
    name = f"control plane endpoint {config.endpoint}"
    return (found("vsphere.endpoint_shared", object=name, clusters=", ".join(names)),)


__all__ = ("validate_fleet",)
