# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Does vCenter let the vSphere provider in, and let it do its work."""

from __future__ import annotations

import re

from ansible_collections.eks.anywhere.plugins.module_utils._wait.cause import Cause, Seen, cause
from ansible_collections.eks.anywhere.plugins.module_utils._wait.conditions import conditions, is_true
from ansible_collections.eks.anywhere.plugins.module_utils._wait.observation import (
    Observation,
    called,
    complaint,
    created,
    name,
    role,
    spec,
)
from ansible_collections.eks.anywhere.plugins.module_utils._wait.rules.vcenter_parts import datacenter_missing
from ansible_collections.eks.anywhere.plugins.module_utils._wait.vcenter import is_ready, server, speakers

_LOGIN = re.compile(
    r"incorrect user name or password|InvalidLogin|cannot complete login|failed to login", re.IGNORECASE
)
_DENIED = re.compile(r"NoPermission|permission to perform this operation was denied", re.IGNORECASE)
SESSION_SECONDS = 45.0
"""A provider that is not overrun looks at a new machine within seconds."""
_WITHOUT_SESSION = frozenset({"Paused"})
"""What the provider writes before it logs in."""


def credentials_refused(seen: Observation) -> Cause | None:
    """vCenter does not know the provider's user or password."""
    found = complaint(speakers(seen), _LOGIN)
    if found is None:
        return None
    obj, words = found
    secret = _credentials(seen)
    return cause(
        "why.vcenter_credentials_refused",
        f"vCenter{server(seen)} refuses the user name or password of the vSphere provider",
        fix=f"Correct username and password in {secret} and in the other copies of them (cloud provider, CSI driver); "
        "see that the account is not locked.",
        evidence=[Seen.of(called(obj), words), Seen.of(secret, "is what the provider logs in with")],
    )


def unreachable(seen: Observation) -> Cause | None:
    """The provider gets no session on vCenter."""
    for obj in (*seen.of("VSphereCluster"), *(vm for vm, _machine in seen.vms)):
        found = conditions(obj).get("VCenterAvailable")
        if found and found.status == "False" and found.message:
            return datacenter_missing(seen, obj, found.message) or cause(
                "why.vcenter_unreachable",
                f"The vSphere provider cannot reach vCenter{server(seen)}: {found.message}",
                fix="Check that vCenter runs, its address and thumbprint in the cluster config, and firewall and proxy "
                "between the managing cluster and vCenter.",
                evidence=[Seen.of(called(obj), found.message)],
                since=found.since,
            )
    return None


def no_session(seen: Observation) -> Cause | None:
    """The provider has not written a word to a machine: without a session on vCenter it drops even that error."""
    for vm, machine in seen.vms:
        if is_ready(vm) or vm["metadata"].get("deletionTimestamp") or is_true(vm, "Paused"):
            continue
        if set(conditions(vm)) - _WITHOUT_SESSION or not seen.longer_than(SESSION_SECONDS, created(vm)):
            continue
        whose = role(machine) if machine else f"machine {name(vm)}"
        secret = _credentials(seen)
        return cause(
            "why.vcenter_no_session",
            f"The vSphere provider does not begin with {whose}: it gets no session on vCenter{server(seen)}",
            fix=f"See that user and password in {secret} are right, the account is not locked, and that the managing "
            "cluster reaches vCenter; the reason is in the provider's log: kubectl -n capv-system logs deployment/"
            "capv-controller-manager.",
            evidence=[
                Seen.of(called(vm), "nothing is said of it yet"),
                Seen.of(secret, "is what the provider logs in with"),
            ],
            since=created(vm),
        )
    return None


def no_permission(seen: Observation) -> Cause | None:
    """vCenter knows the provider's user and does not let it do this."""
    found = complaint(speakers(seen), _DENIED)
    if found is None:
        return None
    return cause(
        "why.vcenter_permission_denied",
        f"vCenter{server(seen)} does not let the provider's user do what {called(found[0])} needs",
        fix="Grant the user the documented EKS Anywhere roles on the folder, resource pool, datastore, network "
        "and template.",
        evidence=[Seen.of(called(found[0]), found[1])],
    )


def _credentials(seen: Observation) -> str:
    for obj in seen.of("VSphereCluster"):
        reference = spec(obj).get("identityRef") or {}
        if reference.get("name"):
            return f"{reference.get('kind', 'Secret')} {reference['name']}"
    return "Secret capv-system/capv-manager-bootstrap-credentials"


__all__ = ("credentials_refused", "no_permission", "no_session", "unreachable")
