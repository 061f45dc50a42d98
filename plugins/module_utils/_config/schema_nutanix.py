# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Fields of the kinds of Nutanix."""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config.shapes import (
    BOOL,
    INT,
    QUANTITY,
    REF,
    STR,
    STRINGS,
    USERS,
    ListOf,
    Schema,
    fields,
)

IDENTIFIER = fields(type=STR, uuid=STR, name=STR)
DATACENTER = fields(
    endpoint=STR,
    port=INT,
    additionalTrustBundle=STR,
    insecure=BOOL,
    credentialRef=REF,
    failureDomains=ListOf(
        fields(name=STR, cluster=IDENTIFIER, subnets=ListOf(IDENTIFIER), workerMachineGroups=STRINGS)
    ),
    ccmExcludeNodeIPs=STRINGS,
)
MACHINE = fields(
    osFamily=STR,
    users=USERS,
    vcpusPerSocket=INT,
    vcpuSockets=INT,
    memorySize=QUANTITY,
    image=IDENTIFIER,
    cluster=IDENTIFIER,
    subnet=IDENTIFIER,
    project=IDENTIFIER,
    systemDiskSize=QUANTITY,
    additionalCategories=ListOf(fields(key=STR, value=STR)),
    gpus=ListOf(fields(deviceID=INT, name=STR, type=STR)),
    bootType=STR,
)

SPECS: t.Mapping[str, Schema] = {"NutanixDatacenterConfig": DATACENTER, "NutanixMachineConfig": MACHINE}

__all__ = ("SPECS",)
