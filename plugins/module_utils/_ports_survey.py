# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""What a survey of a vCenter asks and answers, beyond the objects that a config names."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._ports import InventoryItem, VSphere

ROOT = InventoryItem(path="/", kind="Folder", ref="")
"""The root of the inventory, which every vCenter has and no config names."""


@dataclasses.dataclass(frozen=True)
class EsxHost:
    """One host of a resource pool; ``away`` says why it takes no machines now. Networks are references."""

    name: str
    ref: str
    away: str = ""
    cpus: int = 0
    memory_mib: int = 0
    networks: frozenset[str] = frozenset()


@dataclasses.dataclass(frozen=True)
class PoolFacts:
    """A resource pool: its hosts, and the memory left under its limit and those above; None without a limit."""

    hosts: tuple[EsxHost, ...] = ()
    memory_free_mib: int | None = None


@dataclasses.dataclass(frozen=True)
class SurveyQuery:
    """Found objects to look behind. ``users`` maps user names to objects on which their privileges are asked."""

    pools: tuple[InventoryItem, ...] = ()
    datastores: tuple[InventoryItem, ...] = ()
    users: t.Mapping[str, tuple[InventoryItem, ...]] = dataclasses.field(default_factory=dict)
    tags: tuple[str, ...] = ()
    policies: bool = False


@dataclasses.dataclass(frozen=True)
class Survey:
    """Answer to a query. What the user may not read is None.

    ``pools`` and ``privileges`` are keyed by path, ``mounts`` (host references) by the reference of a datastore.
    ``tags`` are those of the identifiers asked for that exist. ``requests`` counts all of the session so far.
    """

    pools: t.Mapping[str, PoolFacts] = dataclasses.field(default_factory=dict)
    mounts: t.Mapping[str, frozenset[str]] = dataclasses.field(default_factory=dict)
    privileges: t.Mapping[str, t.Mapping[str, frozenset[str]] | None] = dataclasses.field(default_factory=dict)
    tags: frozenset[str] | None = frozenset()
    policies: frozenset[str] | None = frozenset()
    clock_skew_seconds: float = 0.0
    own_sessions: int | None = None
    requests: int = 0


class SurveyedVSphere(VSphere, t.Protocol):
    """A vCenter that is looked at more closely than a config's paths ask."""

    def survey(self, query: SurveyQuery) -> Survey:
        """Look behind found objects with few requests, whatever the size of the inventory."""


@dataclasses.dataclass(frozen=True)
class TrialPlace:
    """Where machines of a cluster are to be."""

    folder: InventoryItem
    pool: InventoryItem
    datastore: InventoryItem


class TriedVSphere(SurveyedVSphere, t.Protocol):
    """A vCenter where a place is tried."""

    def try_place(self, place: TrialPlace) -> None:
        """Make the smallest virtual machine there, and destroy it."""


__all__ = (
    "ROOT",
    "EsxHost",
    "PoolFacts",
    "Survey",
    "SurveyQuery",
    "SurveyedVSphere",
    "TrialPlace",
    "TriedVSphere",
)
