# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Fields of the kinds of Tinkerbell, the provider for bare metal."""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config.shapes import (
    BOOL,
    HOST_OS,
    INT,
    REF,
    STR,
    STRING_MAP,
    STRINGS,
    USERS,
    Fields,
    ListOf,
    Schema,
    fields,
)

DATACENTER = fields(
    tinkerbellIP=STR,
    osImageURL=STR,
    hookImagesURLPath=STR,
    skipLoadBalancerDeployment=BOOL,
    loadBalancerInterface=STR,
    isoBoot=BOOL,
    hookIsoURL=STR,
)
AFFINITY_TERM = fields(
    labelSelector=fields(
        matchLabels=STRING_MAP,
        matchExpressions=ListOf(fields(key=STR, operator=STR, values=STRINGS)),
    )
)
MACHINE = fields(
    hardwareSelector=STRING_MAP,
    hardwareAffinity=fields(
        required=ListOf(AFFINITY_TERM),
        preferred=ListOf(fields(weight=INT, hardwareAffinityTerm=AFFINITY_TERM)),
    ),
    templateRef=REF,
    osFamily=STR,
    osImageURL=STR,
    users=USERS,
    hostOSConfiguration=HOST_OS,
)
ACTION = Fields(
    {
        "name": STR,
        "image": STR,
        "timeout": INT,
        "command": STRINGS,
        "on-timeout": STRINGS,
        "on-failure": STRINGS,
        "volumes": STRINGS,
        "environment": STRING_MAP,
        "pid": STR,
    }
)
TEMPLATE = fields(
    template=fields(
        version=STR,
        name=STR,
        id=STR,
        global_timeout=INT,
        tasks=ListOf(
            fields(name=STR, worker=STR, actions=ListOf(ACTION), volumes=STRINGS, environment=STRING_MAP),
        ),
    )
)

SPECS: t.Mapping[str, Schema] = {
    "TinkerbellDatacenterConfig": DATACENTER,
    "TinkerbellMachineConfig": MACHINE,
    "TinkerbellTemplateConfig": TEMPLATE,
}

__all__ = ("SPECS",)
