# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""The clusters of a fleet, and the accounts with which their vCenters are looked at: one session for each."""

from __future__ import annotations

import collections
import dataclasses
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._checks.finding import Finding, errors, found
from ansible_collections.eks.anywhere.plugins.module_utils._config.bundles import Bundles
from ansible_collections.eks.anywhere.plugins.module_utils._config.model import ClusterConfig


@dataclasses.dataclass(frozen=True)
class Login:
    """An account of a vCenter."""

    username: str = ""
    password: str = dataclasses.field(default="", repr=False)


@dataclasses.dataclass
class Member:
    """One cluster of the run, and what was found about it so far. One that ``exists`` has taken its place already."""

    name: str
    config: ClusterConfig | None
    bundles: Bundles | None = None
    skip_ip_check: bool = False
    exists: bool = False
    login: Login = Login()
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


def sessions(members: t.Sequence[Member]) -> dict[tuple[str, Login], list[Member]]:
    """Clusters by vCenter and account. Those whose passwords contradict each other are told so and left out."""
    by_session: dict[tuple[str, Login], list[Member]] = collections.defaultdict(list)
    for (server, _user), there in _by_user(members).items():
        if len({member.login.password for member in there}) > 1:
            tell_all(there, (_contradiction(server, there),))
            continue
        for member in there:
            by_session[server, there[0].login].append(member)
    return by_session


def _by_user(members: t.Sequence[Member]) -> dict[tuple[str, str], list[Member]]:
    """vCenter tells no upper from lower case in the name of a user."""
    found_ones: dict[tuple[str, str], list[Member]] = collections.defaultdict(list)
    for member in members:
        if member.server:
            found_ones[member.server, member.login.username.casefold()].append(member)
    return found_ones


def _contradiction(server: str, members: t.Sequence[Member]) -> Finding:
    by_password: dict[str, list[str]] = collections.defaultdict(list)
    for member in members:
        by_password[member.login.password].append(member.name)
    return found(
        "vsphere.credentials_differ",
        object=f"vCenter {server}",
        user=members[0].login.username,
        clusters="; ".join(", ".join(names) for names in by_password.values()),
    )


def tell_all(members: t.Iterable[Member], findings: t.Sequence[Finding]) -> None:
    """The same to each."""
    for member in members:
        member.tell(findings)


__all__ = ("Login", "Member", "sessions", "tell_all")
