# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Check everything a vSphere cluster needs before it is made; all failures are raised together.

Only reads, unless places are to be tried.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._checks import (
    endpoints,
    machines,
    placing,
    privileges,
    site,
    survey,
    vsphere,
)
from ansible_collections.eks.anywhere.plugins.module_utils._checks.finding import ERROR, WARNING, Finding, errors, found
from ansible_collections.eks.anywhere.plugins.module_utils._checks.privileges import Users
from ansible_collections.eks.anywhere.plugins.module_utils._checks.rules_connection import CONNECTION
from ansible_collections.eks.anywhere.plugins.module_utils._config.bundles import Bundles
from ansible_collections.eks.anywhere.plugins.module_utils._config.model import ClusterConfig
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Inventory, Probe, Reporter, VSphere
from ansible_collections.eks.anywhere.plugins.module_utils._ports_survey import (
    Survey,
    SurveyedVSphere,
    TrialPlace,
    TriedVSphere,
)
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result

TICK = "✅"
TRIED = "Virtual machine made and destroyed in each folder, resource pool and datastore"


@dataclasses.dataclass(frozen=True)
class Wishes:
    """What is to be checked beside the config: whose privileges, which addresses DHCP gives away, places by trying."""

    users: Users = dataclasses.field(default_factory=lambda: Users(""))
    dhcp: tuple[site.Range, ...] = ()
    skip_ip_check: bool = False
    try_places: bool = False

    def of(self, username: str) -> Wishes:
        """With the privileges of another user."""
        return dataclasses.replace(self, users=dataclasses.replace(self.users, user=username))


def server(config: ClusterConfig) -> str:
    """The vCenter of a config."""
    if config.datacenter is None:
        raise EksaError(
            f"Cluster {config.name} has the provider {config.provider}, which has no vCenter to check.",
            code="vsphere.wrong_provider",
            hint="Use this on clusters whose datacenterRef is a VSphereDatacenterConfig.",
        )
    return config.datacenter.server


def validate(
    *,
    config: ClusterConfig,
    bundles: Bundles | None,
    vcenter: TriedVSphere,
    probe: Probe,
    report: Reporter,
    wishes: Wishes = Wishes(),
    surroundings: t.Sequence[Finding] = (),
) -> Result:
    """Report each documented line as its fact is established; data: ``findings``, ``template_facts``, ``requests``.

    ``surroundings`` are findings that were made without a vCenter.
    """
    seen, inventory = _look(config, vcenter, report)
    findings = [*surroundings, *seen]
    _warn(findings, report)
    surveyed = Survey()
    if inventory is not None:
        for step in vsphere.inventory_steps(config, bundles, inventory):
            findings += _tell(step.line, step.findings, report)
        behind, surveyed = _look_behind(config, inventory, vcenter, wishes.users)
        _warn(behind, report)
        findings += behind
        if wishes.try_places:
            findings += _tell(TRIED, _try(config, inventory, vcenter), report)
    findings += _endpoint(config, probe, report, wishes)
    raise_errors(config, findings)
    report.line(f"{TICK} Vsphere Provider setup is valid")
    return Result(
        data={
            "findings": [finding.as_dict() for finding in findings],
            "template_facts": machines.facts(config, inventory) if inventory else {},
            "requests": surveyed.requests,
        }
    )


def _look(config: ClusterConfig, vcenter: VSphere, report: Reporter) -> tuple[list[Finding], Inventory | None]:
    """Go as far as the server lets us; why it went no further is a finding, so that the other checks still run."""
    try:
        certificate = vcenter.certificate()
        report.line(f"{TICK} Connected to server")
        wrong = endpoints.thumbprint(config, certificate)
        if wrong:
            return list(wrong), None  # no password for a server that may be another
        vcenter.login(certificate)
        report.line(f"{TICK} Authenticated to vSphere")
        return [], vcenter.observe(vsphere.query(config))
    except EksaError as exc:
        if not exc.code.startswith("vsphere."):
            raise
        return [as_finding(server(config), exc)], None


def _look_behind(
    config: ClusterConfig, inventory: Inventory, vcenter: SurveyedVSphere, users: Users
) -> tuple[tuple[Finding, ...], Survey]:
    """Hosts, privileges and room, for what of the config was found."""
    groups = placing.placed(config, inventory)
    wanted = privileges.grants(users, groups)
    try:
        surveyed = vcenter.survey(survey.query((config,), groups, wanted))
    except EksaError as exc:
        if not exc.code.startswith("vsphere."):
            raise
        return (as_finding(server(config), exc),), Survey()
    everywhere = site.server_findings(server(config), users.user, surveyed)
    return (*everywhere, *survey.findings(config, groups, wanted, surveyed)), surveyed


def _try(config: ClusterConfig, inventory: Inventory, vcenter: TriedVSphere) -> tuple[Finding, ...]:
    """Make a machine in each place where some are to be, as far as it was found."""
    places = dict.fromkeys(
        TrialPlace(one.folder, one.pool, one.datastore)
        for one in placing.placed(config, inventory)
        if one.folder and one.pool and one.datastore
    )
    findings = []
    for place in places:
        try:
            vcenter.try_place(place)
        except EksaError as exc:
            findings.append(found("vsphere.probe_failed", object=place.folder.path, problem=exc.message.rstrip(".")))
    return tuple(findings)


def _endpoint(config: ClusterConfig, probe: Probe, report: Reporter, wishes: Wishes) -> tuple[Finding, ...]:
    if not endpoints.is_address(config.endpoint):
        return endpoints.endpoint(config, None)
    given = (*site.endpoint_findings(config, wishes.dhcp), *site.address_findings((config,), wishes.dhcp))
    if wishes.skip_ip_check:
        report.line("Skipping check for whether control plane ip is in use")
        return given
    taken = endpoints.endpoint(config, probe.answering_port(host=config.endpoint, ports=endpoints.ENDPOINT_PORTS))
    return (*taken, *given)


def _warn(findings: t.Sequence[Finding], report: Reporter) -> None:
    for finding in findings:
        if finding.severity == WARNING:
            report.line(f"Warning: {finding}")


def _tell(line: str, findings: t.Sequence[Finding], report: Reporter) -> t.Sequence[Finding]:
    _warn(findings, report)
    if not errors(findings):
        report.line(f"{TICK} {line}")
    return findings


def as_finding(address: str, exc: EksaError) -> Finding:
    """What kept us from a vCenter, as one finding among others."""
    name = f"vCenter {address}"
    if exc.code in CONNECTION:
        return found(exc.code, object=name, problem=exc.message.rstrip("."))
    return Finding(
        check="server",
        object=name,
        severity=ERROR,
        seen=exc.message.rstrip("."),
        expected="",
        fix=exc.hint,
        code=exc.code,
    )


def raise_errors(config: ClusterConfig, findings: t.Sequence[Finding]) -> None:
    """All errors among the findings as one; warnings are let pass."""
    wrong = errors(findings)
    if not wrong:
        return
    details = {"findings": [finding.as_dict() for finding in findings]}
    if len(wrong) == 1:
        raise EksaError(str(wrong[0]), code=wrong[0].code, hint=wrong[0].fix, details=details)
    listed = "\n".join(f"  {number}. {finding} {finding.fix}" for number, finding in enumerate(wrong, 1))
    raise EksaError(
        f"{len(wrong)} things keep cluster {config.name} from being created in vSphere:\n{listed}",
        code="vsphere.validation_failed",
        details=details,
    )


__all__ = ("Wishes", "as_finding", "raise_errors", "server", "validate")
