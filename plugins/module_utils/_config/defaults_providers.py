# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Values that may be left out of the objects of Nutanix, Snow and CloudStack.

Tinkerbell has none: the vendor's webhook would choose an ``osFamily``, but its CLI refuses to create a cluster before.
"""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config.reading import Source

_OLD_CLOUDSTACK_FIELDS = ("zones", "account", "domain", "managementApiEndpoint")

Data = dict[str, t.Any]


def _users(spec: Data, name: str) -> None:
    users = spec.get("users") or [{}]
    spec["users"] = users
    users[0]["name"] = users[0].get("name") or name
    users[0]["sshAuthorizedKeys"] = users[0].get("sshAuthorizedKeys") or [""]


def _nutanix_datacenter(spec: Data, cluster: Source) -> None:
    spec.setdefault("credentialRef", {"kind": "Secret", "name": "nutanix-credentials"})


def _nutanix_machine(spec: Data, cluster: Source) -> None:
    _users(spec, "eksa")
    spec["osFamily"] = spec.get("osFamily") or "ubuntu"


def _snow_datacenter(spec: Data, cluster: Source) -> None:
    ref = spec.setdefault("identityRef", {})
    if not ref.get("kind") and not ref.get("name"):
        name = cluster.spec.get("datacenterRef", {}).get("name", "")
        ref.update(kind="Secret", name=f"{name}-snow-credentials")


def _snow_machine(spec: Data, cluster: Source) -> None:
    spec["instanceType"] = spec.get("instanceType") or "sbe-c.large"
    spec["physicalNetworkConnector"] = spec.get("physicalNetworkConnector") or "SFP_PLUS"


def _cloudstack_datacenter(spec: Data, cluster: Source) -> None:
    """Zones of one account, as old configs have them, become availability zones."""
    common = {field: spec[field] for field in _OLD_CLOUDSTACK_FIELDS[1:] if field in spec}
    spec["availabilityZones"] = spec.get("availabilityZones") or [
        {"name": f"default-az-{index}", "zone": zone, "credentialsRef": "global", **common}
        for index, zone in enumerate(spec.get("zones", ()))
    ]
    for field in _OLD_CLOUDSTACK_FIELDS:
        spec.pop(field, None)


def _cloudstack_machine(spec: Data, cluster: Source) -> None:
    _users(spec, "capc")


BY_KIND: t.Mapping[str, t.Callable[[Data, Source], None]] = {
    "NutanixDatacenterConfig": _nutanix_datacenter,
    "NutanixMachineConfig": _nutanix_machine,
    "SnowDatacenterConfig": _snow_datacenter,
    "SnowMachineConfig": _snow_machine,
    "CloudStackDatacenterConfig": _cloudstack_datacenter,
    "CloudStackMachineConfig": _cloudstack_machine,
}

__all__ = ("BY_KIND",)
