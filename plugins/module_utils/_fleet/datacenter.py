# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""The file beside the cluster configs of a datacenter: what all of them share, and what one of them has of its own."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._fleet import policy
from ansible_collections.eks.anywhere.plugins.module_utils._fleet.policy import Place
from ansible_collections.eks.anywhere.plugins.module_utils._fleet.settings import Settings, Wrong
from ansible_collections.eks.anywhere.plugins.module_utils._fleet.windows import Zones

Variables = dict[str, t.Any]


@dataclasses.dataclass(frozen=True)
class OfCluster:
    """What one cluster has of its own; an empty ring means that of the datacenter."""

    ring: str = ""
    variables: Variables = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Datacenter:
    """A datacenter by the file ``path`` beside its cluster configs."""

    path: str
    name: str
    place: Place
    ring: str = ""
    variables: Variables = dataclasses.field(default_factory=dict)
    clusters: t.Mapping[str, OfCluster] = dataclasses.field(default_factory=dict)

    def of_cluster(self, name: str) -> OfCluster:
        """What a cluster has of its own."""
        return self.clusters.get(name, OfCluster())


def read(values: t.Any, *, path: str, folder: str, zones: Zones, wrong: Wrong) -> Datacenter:
    """The datacenter in the content of a file; it is named after its folder unless it says otherwise."""
    names = ("name", "at_once", "windows", "ring", "vars", "clusters")
    given = Settings(values, names=names, where="", wrong=wrong)
    return Datacenter(
        path=path,
        name=given.text("name", folder),
        place=Place(
            at_once=given.whole("at_once", least=1, default=policy.AT_ONCE),
            windows=policy.windows(given, zones=zones, wrong=wrong),
        ),
        ring=given.text("ring"),
        variables=given.mapping("vars"),
        clusters={
            name: _of_cluster(item, where=f"clusters.{name}", wrong=wrong)
            for name, item in given.mapping("clusters").items()
        },
    )


def _of_cluster(values: t.Any, *, where: str, wrong: Wrong) -> OfCluster:
    given = Settings(values, names=("ring", "vars"), where=where, wrong=wrong)
    return OfCluster(ring=given.text("ring"), variables=given.mapping("vars"))


__all__ = ("Datacenter", "OfCluster", "read")
