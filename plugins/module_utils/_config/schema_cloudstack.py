# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Fields of the kinds of CloudStack, which the vendor still parses."""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config.shapes import (
    INT,
    STR,
    STRING_MAP,
    STRINGS,
    USERS,
    ListOf,
    Schema,
    fields,
)

IDENTIFIER = fields(id=STR, name=STR)
ZONE = fields(id=STR, name=STR, network=IDENTIFIER)
DATACENTER = fields(
    domain=STR,
    zones=ListOf(ZONE),
    account=STR,
    managementApiEndpoint=STR,
    availabilityZones=ListOf(
        fields(name=STR, credentialsRef=STR, zone=ZONE, domain=STR, account=STR, managementApiEndpoint=STR)
    ),
)
MACHINE = fields(
    template=IDENTIFIER,
    computeOffering=IDENTIFIER,
    diskOffering=fields(id=STR, name=STR, customSizeInGB=INT, mountPath=STR, device=STR, filesystem=STR, label=STR),
    users=USERS,
    affinity=STR,
    affinityGroupIds=STRINGS,
    userCustomDetails=STRING_MAP,
    symlinks=STRING_MAP,
)

SPECS: t.Mapping[str, Schema] = {"CloudStackDatacenterConfig": DATACENTER, "CloudStackMachineConfig": MACHINE}

__all__ = ("SPECS",)
