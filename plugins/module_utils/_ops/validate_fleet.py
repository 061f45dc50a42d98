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
from ansible_collections.eks.anywhere.plugins.module_utils._config.bundles import Bundles
from ansible_collections.eks.anywhere.plugins.module_utils._config.model import ClusterConfig
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ops.validate import Wishes, as_finding
from ansible_collections.eks.anywhere.plugins.module_utils._ports import (
    Certificate,
    Inventory,
    InventoryQuery,
    Probe,
    Reporter,
)
from ansible_collections.eks.anywhere.plugins.module_utils._ports_survey import Survey, SurveyedVSphere
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result

PROBES = 32

Open = t.Callable[[str], contextlib.AbstractContextManager[SurveyedVSphere]]
"""A vCenter out of its address; leaving it logs out."""


@dataclasses.dataclass
class Member:
    """One cluster of the run, and what was found about it so far. One that ``exists`` has taken its place already."""

    name: str
    config: ClusterConfig | None
    bundles: Bundles | None = None
    skip_ip_check: bool = False
    exists: bool = False
    findings: list[Finding] = dataclasses.field(default_factory=list)

    @property
    def server(self) -> str:
        """Address of its vCenter; empty when the config says none."""
        return self.config.datacenter.server if self.config and self.config.datacenter else ""

    def tell(self, findings: t.Iterable[Finding]) -> None:
        """Keep findings, each once."""
        self.findings += [finding for finding in dict.fromkeys(findings) if finding not in self.findings]

    def as_dict(self) -> dict[str, t.Any]:
        """The documented public shape."""
        wrong = len(errors(self.findings))
        return {
            "name": self.name,
            "server": self.server,
            "ready": not wrong,
            "errors": wrong,
            "warnings": len(self.findings) - wrong,
            "findings": [finding.as_dict() for finding in self.findings],
        }


@dataclasses.dataclass(frozen=True)
class Seen:
    """A member whose datacenter was looked at, and where its machines would live."""

    member: Member
    config: ClusterConfig
    inventory: Inventory
    groups: tuple[Placed, ...]


def validate_fleet(
    members: t.Sequence[Member], *, vcenter: Open, probe: Probe, report: Reporter, wishes: Wishes
) -> Result:
    """All findings of all members; data: ``clusters``, ``ready`` and ``requests``. Findings do not raise."""
    by_server: dict[str, list[Member]] = collections.defaultdict(list)
    for member in members:
        if member.server:
            by_server[member.server].append(member)
    requests, refused = 0, ""
    for server, there in by_server.items():
        if refused:
            not_tried = found("vsphere.login_not_tried", object=f"vCenter {server}", other=refused)
            _tell_all(there, (not_tried,))
            continue
        with vcenter(server) as session:
            requests += _on_server(server, there, session, wishes)
        if any(finding.code == "vsphere.login_refused" for member in there for finding in member.findings):
            refused = server
    _endpoints(members, probe, wishes)
    _report(members, report)
    return Result(
        data={
            "clusters": [member.as_dict() for member in members],
            "ready": not any(errors(member.findings) for member in members),
            "requests": requests,
        }
    )


def _on_server(server: str, members: t.Sequence[Member], session: SurveyedVSphere, wishes: Wishes) -> int:
    """All that one vCenter tells about its members; how many requests that took."""
    try:
        certificate = session.certificate()
        trusting = _trusting(members, certificate)
        if not trusting:
            return 0
        session.login(certificate)
        seen = [one for place in _by_datacenter(trusting) for one in _observed(place, session)]
        return _behind(server, seen, session, wishes)
    except EksaError as exc:
        if not exc.code.startswith("vsphere."):
            raise
        _tell_all(members, (as_finding(server, exc),))
        return 0


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


def _behind(server: str, seen: t.Sequence[Seen], session: SurveyedVSphere, wishes: Wishes) -> int:
    together = tuple(group for one in seen for group in one.groups)
    wanted = {one.member.name: privileges.grants(wishes.users, one.groups) for one in seen}
    union = tuple({grant: None for grants in wanted.values() for grant in grants})
    surveyed = session.survey(survey.query([one.config for one in seen], together, union))
    everywhere = site.server_findings(server, wishes.users.user, surveyed)
    for one in seen:
        one.member.tell(everywhere)
        one.member.tell(survey.findings(one.config, one.groups, wanted[one.member.name], surveyed))
    _tell_shared(seen, together, surveyed)
    return surveyed.requests


def _tell_shared(seen: t.Sequence[Seen], together: tuple[Placed, ...], surveyed: Survey) -> None:
    """What is too little for all of them, to each that uses it and is not told already for itself alone."""
    for finding in (*capacity.space_findings(together), *capacity.memory_findings(together, surveyed)):
        for one in seen:
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


def _tell_all(members: t.Iterable[Member], findings: t.Sequence[Finding]) -> None:
    for member in members:
        member.tell(findings)


def _report(members: t.Sequence[Member], report: Reporter) -> None:
    """What is wrong by cluster, errors first, then one table of all."""
    for member in members:
        for finding in sorted(member.findings, key=lambda one: one.severity):
            report.line(f"{member.name}: {finding.severity}: {finding} {finding.fix}")
    for line in table(members):
        report.line(line)


def table(members: t.Sequence[Member]) -> list[str]:
    """One row per cluster."""
    rows = [("CLUSTER", "VCENTER", "ERRORS", "WARNINGS", "VERDICT")]
    for member in members:
        shown = member.as_dict()
        verdict = "ready" if shown["ready"] else "not ready"
        rows.append((member.name, member.server, str(shown["errors"]), str(shown["warnings"]), verdict))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


__all__ = ("Member", "table", "validate_fleet")
