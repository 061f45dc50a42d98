# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""What the webhooks of the other datacenters refuse: CloudStack, Nutanix, Snow, Tinkerbell."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config import ssh
from ansible_collections.eks.anywhere.plugins.module_utils._config.checks.scope import Data, dig
from ansible_collections.eks.anywhere.plugins.module_utils._config.comparing.change import (
    Change,
    Condition,
    Key,
    Rule,
    annotation,
    exact,
    flag,
    immutable,
    immutables,
    managed,
    paused,
    records,
    struct,
    text,
)
from ansible_collections.eks.anywhere.plugins.module_utils._config.finding import Finding
from ansible_collections.eks.anywhere.plugins.module_utils._config.reading import Source

_BY_CLI = "anywhere.eks.amazonaws.com/managed-by-cli"
_ROLES = ("anywhere.eks.amazonaws.com/control-plane", "anywhere.eks.amazonaws.com/etcd")
_DEFAULT_ZONE = "default-az"
_CONVERTED_ZONE = re.compile(r"[a-fA-F0-9]{8}-[a-fA-F0-9]{4}-4[a-fA-F0-9]{3}-[89aAbB|][a-fA-F0-9]{3}-[a-fA-F0-9]{12}")
_QUANTITY = re.compile(r"([+-]?\d+(?:\.\d*)?)(.*)")
_BINARY, _DECIMAL = "KiMiGiTiPiEi", "kMGTPE"

_ZONE = struct(id=text, name=text, network=struct(id=text, name=text))
_AVAILABILITY_ZONE = struct(
    zone=_ZONE, credentialsRef=text, account=text, domain=text, managementApiEndpoint=text, name=text
)


def _quantity(value: t.Any) -> object:
    """An amount: ``4Gi`` is ``4096Mi``, but not ``4294967296``, which is written in another family of units."""
    found = _QUANTITY.fullmatch(str(value or "0"))
    if found is None:
        return value
    amount, unit = found.groups()
    if unit and unit in _BINARY:
        return (float(amount) * 1024 ** (_BINARY.index(unit) // 2 + 1), "binary")
    return (float(amount) * 1000 ** (_DECIMAL.index(unit) + 1 if unit and unit in _DECIMAL else 0), "decimal")


def _nutanix_worker(change: Change) -> bool:
    """Machines whose size may change: those of workload clusters, and workers everywhere."""
    roles = any(annotation(change.old, role) == "true" for role in _ROLES)
    return paused(change) or managed(change) or not roles


def _nutanix_credentials(change: Change) -> t.Iterator[Finding]:
    field = "spec.credentialRef"
    if not paused(change) and dig(change.old.data, field) is not None and dig(change.new.data, field) is None:
        message = "credentialRef cannot be removed from an existing NutanixDatacenterConfig"
        yield change.refused(field, message)


def _by_cli(change: Change) -> bool:
    """Whether the update comes from the vendor's CLI; the mark alone counts."""
    return annotation(change.new, _BY_CLI) is not None


def _tinkerbell_users(change: Change) -> t.Iterator[Finding]:
    """The first user and its first key stay, and so do their numbers."""
    old, new = (records(dig(source.data, "spec.users")) or [{}] for source in (change.old, change.new))
    had, has = (users[0].get("sshAuthorizedKeys") or [] for users in (old, new))
    if len(old) != len(new):
        yield change.refused("spec.users")
    if old[0].get("name", "") != new[0].get("name", ""):
        yield change.refused("spec.users[0].name")
    if len(had) != len(has):
        yield change.refused("spec.users[0].sshAuthorizedKeys")
    elif has and _key(had[0]) != _key(has[0]):
        yield change.refused("spec.users[0].sshAuthorizedKeys[0]")


def _key(line: str) -> str:
    """A key without the comment that the webhook takes off before it compares."""
    return ssh.public_key(line) or line


def _pools(value: t.Any) -> object:
    fields = ("ipStart", "ipEnd", "subnet", "gateway")
    return sorted("".join(str(pool.get(field, "")) for field in fields) for pool in records(value))


def _cloudstack_zones(change: Change) -> t.Iterator[Finding]:
    """Zones may come and go as long as one stays, and each that stays stays as it is."""
    old, new = (_availability_zones(source) for source in (change.old, change.new))
    if paused(change) or _converted(old, new):
        return
    wanted = {zone.get("name", ""): zone for zone in new}
    kept = [zone for zone in old if zone.get("name", "") in wanted]
    for zone in kept:
        if _AVAILABILITY_ZONE(zone) != _AVAILABILITY_ZONE(wanted[zone.get("name", "")]):
            yield change.refused("spec.availabilityZones", f"availabilityZone {zone.get('name', '')} is immutable")
    if not kept:
        message = "at least one AvailabilityZone must be shared between new and old CloudStackDatacenterConfig specs"
        yield change.refused("spec.availabilityZones", message)


def _availability_zones(source: Source) -> list[Data]:
    """The zones; the deprecated way to write them becomes the present one, as the vendor's defaults do."""
    shared = {name: dig(source.data, f"spec.{name}") for name in ("account", "domain", "managementApiEndpoint")}
    return records(dig(source.data, "spec.availabilityZones")) or [
        {"name": f"{_DEFAULT_ZONE}-{index}", "zone": zone, "credentialsRef": "global", **shared}
        for index, zone in enumerate(records(dig(source.data, "spec.zones")))
    ]


def _converted(old: t.Sequence[Data], new: t.Sequence[Data]) -> bool:
    """Whether the controller of CloudStack has just renamed the zones to identifiers, as its next API version wants."""
    renamed = all(_CONVERTED_ZONE.match(str(zone.get("name", ""))) for zone in new)
    return len(old) == len(new) and renamed and all(str(zone.get("name", "")).startswith(_DEFAULT_ZONE) for zone in old)


def _all(fields: t.Sequence[str], key: Key, unless: Condition) -> tuple[Rule, ...]:
    return immutables(dict.fromkeys(fields, key), unless=unless)


RULES: t.Mapping[str, tuple[Rule, ...]] = {
    "NutanixDatacenterConfig": (*_all(["endpoint"], text, paused), _nutanix_credentials),
    "NutanixMachineConfig": (
        *_all(["bootType", "osFamily"], text, paused),
        *_all(["cluster", "subnet"], exact, paused),
        *_all(["vcpuSockets", "vcpusPerSocket", "users"], exact, _nutanix_worker),
        *_all(["memorySize", "systemDiskSize"], _quantity, _nutanix_worker),
    ),
    "TinkerbellDatacenterConfig": (
        immutable("spec.tinkerbellIP"),
        immutable("spec.hookImagesURLPath", unless=_by_cli),
        immutable("spec.skipLoadBalancerDeployment", flag, unless=_by_cli),
    ),
    "TinkerbellMachineConfig": (immutable("spec.osFamily"), _tinkerbell_users),
    "SnowIPPool": (immutable("spec.pools", _pools),),
    "CloudStackDatacenterConfig": (_cloudstack_zones,),
    "CloudStackMachineConfig": (
        immutable("spec.affinity", unless=paused),
        immutable("spec.affinityGroupIds", lambda ids: ids or [], unless=paused),
    ),
}

__all__ = ("RULES",)
