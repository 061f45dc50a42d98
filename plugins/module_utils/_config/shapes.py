# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""What shapes a value may have: the words in which the schemas are written, and the parts that kinds share."""

from __future__ import annotations

import dataclasses
import typing as t


@dataclasses.dataclass(frozen=True)
class Leaf:
    """A scalar, named as Go names its type in messages."""

    type: str


@dataclasses.dataclass(frozen=True)
class ListOf:
    """A sequence."""

    item: Schema


@dataclasses.dataclass(frozen=True)
class MapOf:
    """An object with names of the user's choice."""

    item: Schema


@dataclasses.dataclass(frozen=True)
class Fields:
    """An object with a closed set of names."""

    names: t.Mapping[str, Schema]


@dataclasses.dataclass(frozen=True)
class Kept:
    """An object that is kept as it was written, while its content has to fit ``shape``; it must say its kind."""

    shape: Fields


Schema = t.Union[Leaf, ListOf, MapOf, Fields, Kept]

STR = Leaf("string")
INT = Leaf("int")
INT32 = Leaf("int32")
UINT32 = Leaf("uint32")
FLOAT = Leaf("float64")
BOOL = Leaf("bool")
DURATION = Leaf("duration")
TIME = Leaf("time")
VERSION = Leaf("version")
"""A string that keeps its zeros when it looks like a number: ``1.30``."""
INT_OR_STR = Leaf("int or string")
QUANTITY = Leaf("quantity")
"""An amount of Kubernetes: ``4Gi``, ``500m``."""
FREE = Leaf("anything")
"""Taken as it is, with YAML's own types."""

STRINGS = ListOf(STR)
STRING_MAP = MapOf(STR)


def fields(**names: Schema) -> Fields:
    """An object with these names."""
    return Fields(names)


REF = fields(kind=STR, name=STR)
USERS = ListOf(fields(name=STR, sshAuthorizedKeys=STRINGS))

BOTTLEROCKET_KUBERNETES = fields(
    allowedUnsafeSysctls=STRINGS,
    clusterDNSIPs=STRINGS,
    clusterDomain=STR,
    containerLogMaxFiles=INT,
    containerLogMaxSize=STR,
    cpuCFSQuota=BOOL,
    cpuManagerPolicy=STR,
    cpuManagerPolicyOptions=STRING_MAP,
    cpuManagerReconcilePeriod=DURATION,
    eventBurst=INT,
    eventRecordQPS=INT,
    evictionHard=STRING_MAP,
    evictionMaxPodGracePeriod=INT,
    evictionSoft=STRING_MAP,
    evictionSoftGracePeriod=STRING_MAP,
    imageGCHighThresholdPercent=INT,
    imageGCLowThresholdPercent=INT,
    kubeAPIBurst=INT,
    kubeAPIQPS=INT,
    kubeReserved=STRING_MAP,
    maxPods=INT,
    memoryManagerPolicy=STR,
    podPidsLimit=INT,
    providerID=STR,
    registryBurst=INT,
    registryPullQPS=INT,
    shutdownGracePeriod=DURATION,
    shutdownGracePeriodCriticalPods=DURATION,
    systemReserved=STRING_MAP,
    topologyManagerPolicy=STR,
    topologyManagerScope=STR,
)
HOST_OS = fields(
    ntpConfiguration=fields(servers=STRINGS),
    certBundles=ListOf(fields(name=STR, data=STR)),
    bottlerocketConfiguration=fields(
        kubernetes=BOTTLEROCKET_KUBERNETES,
        kernel=fields(sysctlSettings=STRING_MAP),
        boot=fields(bootKernelParameters=MapOf(STRINGS)),
    ),
)

__all__ = (
    "BOOL",
    "DURATION",
    "FLOAT",
    "FREE",
    "HOST_OS",
    "INT",
    "INT32",
    "INT_OR_STR",
    "QUANTITY",
    "REF",
    "STR",
    "STRINGS",
    "STRING_MAP",
    "TIME",
    "UINT32",
    "USERS",
    "VERSION",
    "Fields",
    "Kept",
    "Leaf",
    "ListOf",
    "MapOf",
    "Schema",
    "fields",
)
