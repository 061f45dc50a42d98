# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Fields of the kinds of AWS Snow."""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config.shapes import (
    BOOL,
    HOST_OS,
    INT,
    REF,
    STR,
    STRINGS,
    ListOf,
    Schema,
    fields,
)

VOLUME = fields(deviceName=STR, size=INT, type=STR)
INTERFACE = fields(index=INT, vlanID=INT, dhcp=BOOL, ipPoolRef=REF, primary=BOOL)
MACHINE = fields(
    amiID=STR,
    instanceType=STR,
    physicalNetworkConnector=STR,
    sshKeyName=STR,
    devices=STRINGS,
    containersVolume=VOLUME,
    nonRootVolumes=ListOf(VOLUME),
    osFamily=STR,
    network=fields(directNetworkInterfaces=ListOf(INTERFACE)),
    hostOSConfiguration=HOST_OS,
)

SPECS: t.Mapping[str, Schema] = {
    "SnowDatacenterConfig": fields(identityRef=REF),
    "SnowMachineConfig": MACHINE,
    "SnowIPPool": fields(pools=ListOf(fields(ipStart=STR, ipEnd=STR, subnet=STR, gateway=STR))),
}

__all__ = ("SPECS",)
