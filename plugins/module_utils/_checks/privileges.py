# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Which privileges each documented user lacks, on which object, and which role would grant them."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._checks import roles
from ansible_collections.eks.anywhere.plugins.module_utils._checks.finding import Finding, found
from ansible_collections.eks.anywhere.plugins.module_utils._checks.placing import Placed
from ansible_collections.eks.anywhere.plugins.module_utils._checks.roles import Role
from ansible_collections.eks.anywhere.plugins.module_utils._ports import InventoryItem
from ansible_collections.eks.anywhere.plugins.module_utils._ports_survey import ROOT, Survey

SHOWN = 12


@dataclasses.dataclass(frozen=True)
class Users:
    """Names of the documented users; an empty name is not asked about. ``cpi`` serves the cloud provider and CSI."""

    user: str
    cpi: str = ""
    admin: str = ""


@dataclasses.dataclass(frozen=True)
class Grant:
    """A role that a user needs on an object."""

    user: str
    item: InventoryItem
    role: Role


def grants(users: Users, groups: t.Iterable[Placed]) -> tuple[Grant, ...]:
    """All roles that have to be granted, each once: the root, then the objects of every group."""
    wanted = [Grant(users.user, ROOT, roles.ROOT)] if users.user else []
    for group in groups if users.user else ():
        places = (
            *((item, roles.NETWORK) for item in group.networks),
            (group.datastore, roles.DATASTORE),
            (group.pool, roles.POOL),
            (group.folder, roles.FOLDER),
            (group.template, roles.TEMPLATE),
        )
        wanted += [Grant(users.user, item, role) for item, role in places if item is not None]
    if users.cpi and users.cpi != users.user:
        wanted.append(Grant(users.cpi, ROOT, roles.READ_ONLY))
    if users.admin and users.admin != users.user:
        wanted.append(Grant(users.admin, ROOT, roles.SETUP))
    return tuple({(grant.user, grant.item.path): grant for grant in wanted}.values())


def asked(wanted: t.Iterable[Grant]) -> dict[str, tuple[InventoryItem, ...]]:
    """The objects by user, as a survey asks for them."""
    by_user: dict[str, tuple[InventoryItem, ...]] = {}
    for grant in wanted:
        by_user[grant.user] = (*by_user.get(grant.user, ()), grant.item)
    return by_user


def findings(wanted: t.Iterable[Grant], survey: Survey) -> tuple[Finding, ...]:
    """All that is missing, in one pass."""
    told = (finding for grant in wanted for finding in _judge(grant, survey))
    return tuple(dict.fromkeys(told))


def _judge(grant: Grant, survey: Survey) -> t.Iterator[Finding]:
    has = survey.privileges.get(grant.user)
    if has is None:
        yield found("vsphere.privileges_unchecked", object=f"user {grant.user}")
        return
    held = has.get(grant.item.path, frozenset())
    missing, fewer = grant.role.needed - held, grant.role.holds - held
    if not missing and not fewer:
        return
    yield found(
        "vsphere.privileges_missing" if missing else "vsphere.privileges_fewer",
        object=f"{_sort(grant.item)} {grant.item.path}",
        user=grant.user,
        role=grant.role.name,
        privileges=", ".join(sorted(missing)) if missing else _some(sorted(fewer)),
    )


def _some(names: t.Sequence[str]) -> str:
    more = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {more} more" if more > 0 else "")


def _sort(item: InventoryItem) -> str:
    return {"VirtualMachine": "template", "ResourcePool": "resource pool", "Folder": "folder"}.get(
        item.kind, "network" if "etwork" in item.kind or "ortgroup" in item.kind else item.kind.lower()
    )


__all__ = ("Grant", "Users", "asked", "findings", "grants")
