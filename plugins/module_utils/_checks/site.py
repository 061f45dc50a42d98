# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""What else a survey tells: tags, storage policies, clocks, sessions, and addresses that DHCP gives away."""

from __future__ import annotations

import ipaddress
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._checks.finding import Finding, found
from ansible_collections.eks.anywhere.plugins.module_utils._checks.naming import near_words
from ansible_collections.eks.anywhere.plugins.module_utils._checks.placing import groups
from ansible_collections.eks.anywhere.plugins.module_utils._config.model import ClusterConfig
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ports_survey import Survey

CLOCK_SECONDS = 60
SESSIONS = 400

Address = t.Union[ipaddress.IPv4Address, ipaddress.IPv6Address]


class Range(t.NamedTuple):
    """First and last address, and how people wrote it."""

    first: Address
    last: Address
    text: str


def ranges(texts: t.Iterable[str]) -> tuple[Range, ...]:
    """``192.0.2.100-192.0.2.200`` or ``192.0.2.128/25``; anything else raises ``EksaError``."""
    return tuple(_range(text) for text in texts)


def _range(text: str) -> Range:
    first, dash, last = (part.strip() for part in text.partition("-"))
    try:
        if not dash:
            network = ipaddress.ip_network(first, strict=False)
            return Range(network[0], network[-1], text)
        one, other = ipaddress.ip_address(first), ipaddress.ip_address(last)
        if one.version == other.version and int(one) <= int(other):
            return Range(one, other, text)
    except ValueError:
        pass
    raise EksaError(
        f"{text} is no range of addresses.",
        code="input.invalid",
        hint="Write dhcp_ranges like 192.0.2.100-192.0.2.200 or 192.0.2.128/25.",
    )


def machine_findings(config: ClusterConfig, survey: Survey) -> tuple[Finding, ...]:
    """Tags and storage policies that machine configs name and that do not exist."""
    told: list[Finding] = []
    for machine in config.machines:
        owner = f"VSphereMachineConfig {machine.name}"
        policy = machine.storage_policy_name
        if survey.tags is not None:
            told += [
                found("vsphere.tag_unknown", object=owner, tag=tag) for tag in machine.tags if tag not in survey.tags
            ]
        if policy and survey.policies is not None and policy not in survey.policies:
            near = near_words(policy, survey.policies)
            told.append(found("vsphere.policy_not_found", object=f"storage policy {policy}", near=near, config=owner))
    return tuple(told)


def server_findings(server: str, user: str, survey: Survey) -> tuple[Finding, ...]:
    """What may trouble every cluster on a vCenter."""
    told: list[Finding] = []
    name, skew = f"vCenter {server}", survey.clock_skew_seconds
    if abs(skew) >= CLOCK_SECONDS:
        direction = "ahead of" if skew > 0 else "behind"
        told.append(
            found("vsphere.clock_skew", object=name, seconds=round(abs(skew)), direction=direction, most=CLOCK_SECONDS)
        )
    if survey.own_sessions is not None and survey.own_sessions >= SESSIONS:
        told.append(found("vsphere.sessions_many", object=name, user=user, sessions=survey.own_sessions, most=SESSIONS))
    return tuple(told)


def endpoint_findings(config: ClusterConfig, dhcp: t.Sequence[Range]) -> tuple[Finding, ...]:
    """Whether DHCP may give the control plane's address to somebody else."""
    try:
        address = ipaddress.ip_address(config.endpoint)
    except ValueError:
        return ()
    name = f"control plane endpoint {config.endpoint}"
    return tuple(
        found("vsphere.endpoint_in_dhcp", object=name, range=one.text)
        for one in dhcp
        if one.first.version == address.version and int(one.first) <= int(address) <= int(one.last)
    )


def address_findings(configs: t.Iterable[ClusterConfig], dhcp: t.Sequence[Range]) -> tuple[Finding, ...]:
    """Whether the ranges have an address for every machine, also while an upgrade replaces them."""
    if not dhcp:
        return ()
    needed = sum(group.peak * max(1, len(group.machine.networks)) for config in configs for group in groups(config))
    there = sum(int(one.last) - int(one.first) + 1 for one in dhcp)
    name = f"DHCP ranges {', '.join(one.text for one in dhcp)}"
    return (found("vsphere.addresses_few", object=name, addresses=there, needed=needed),) if needed > there else ()


__all__ = ("Range", "address_findings", "endpoint_findings", "machine_findings", "ranges", "server_findings")
