# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Check everything a vSphere cluster needs before it is made. Reads only; all failures are raised together."""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._checks import machines, vsphere
from ansible_collections.eks.anywhere.plugins.module_utils._checks.finding import ERROR, WARNING, Finding, errors, found
from ansible_collections.eks.anywhere.plugins.module_utils._checks.rules_connection import CONNECTION
from ansible_collections.eks.anywhere.plugins.module_utils._config.bundles import Bundles
from ansible_collections.eks.anywhere.plugins.module_utils._config.model import ClusterConfig
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Inventory, Probe, Reporter, VSphere
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result

TICK = "✅"


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
    vcenter: VSphere,
    probe: Probe,
    report: Reporter,
    skip_ip_check: bool = False,
    surroundings: t.Sequence[Finding] = (),
) -> Result:
    """Report each documented line as its fact is established; data: ``findings`` and ``template_facts``.

    ``surroundings`` are findings that were made without a vCenter.
    """
    seen, inventory = _look(config, vcenter, report)
    findings = [*surroundings, *seen]
    _warn(findings, report)
    if inventory is not None:
        for step in vsphere.inventory_steps(config, bundles, inventory):
            findings += _tell(step.line, step.findings, report)
        findings += machines.space_findings(config, inventory)
    findings += _endpoint(config, probe, report, skip=skip_ip_check)
    _raise_errors(config, findings)
    report.line(f"{TICK} Vsphere Provider setup is valid")
    return Result(
        data={
            "findings": [finding.as_dict() for finding in findings],
            "template_facts": machines.facts(config, inventory) if inventory else {},
        }
    )


def _look(config: ClusterConfig, vcenter: VSphere, report: Reporter) -> tuple[list[Finding], Inventory | None]:
    """Go as far as the server lets us; why it went no further is a finding, so that the other checks still run."""
    try:
        certificate = vcenter.certificate()
        report.line(f"{TICK} Connected to server")
        wrong = vsphere.thumbprint(config, certificate)
        if wrong:
            return list(wrong), None  # no password for a server that may be another
        vcenter.login(certificate)
        report.line(f"{TICK} Authenticated to vSphere")
        return [], vcenter.observe(vsphere.query(config))
    except EksaError as exc:
        if not exc.code.startswith("vsphere."):
            raise
        return [_as_finding(config, exc)], None


def _endpoint(config: ClusterConfig, probe: Probe, report: Reporter, *, skip: bool) -> tuple[Finding, ...]:
    if not vsphere.is_address(config.endpoint):
        return vsphere.endpoint(config, None)
    if skip:
        report.line("Skipping check for whether control plane ip is in use")
        return ()
    return vsphere.endpoint(config, probe.answering_port(host=config.endpoint, ports=vsphere.ENDPOINT_PORTS))


def _warn(findings: t.Sequence[Finding], report: Reporter) -> None:
    for finding in findings:
        if finding.severity == WARNING:
            report.line(f"Warning: {finding}")


def _tell(line: str, findings: t.Sequence[Finding], report: Reporter) -> t.Sequence[Finding]:
    _warn(findings, report)
    if not errors(findings):
        report.line(f"{TICK} {line}")
    return findings


def _as_finding(config: ClusterConfig, exc: EksaError) -> Finding:
    server = config.datacenter.server if config.datacenter else ""
    name = f"vCenter {server}"
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


def _raise_errors(config: ClusterConfig, findings: t.Sequence[Finding]) -> None:
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


__all__ = ("server", "validate")
