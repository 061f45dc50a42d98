# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""What is judged before a workload cluster is created, and how to read the Clusters of two kinds that are about it."""

from __future__ import annotations

import dataclasses
import functools
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config.model import ClusterConfig
from ansible_collections.eks.anywhere.plugins.module_utils._plan.create_managed import Management, Observed
from ansible_collections.eks.anywhere.plugins.module_utils._plan.delete_objects import EKSA
from ansible_collections.eks.anywhere.plugins.module_utils._plan.folder import Folder
from ansible_collections.eks.anywhere.plugins.module_utils._plan.machines import dig
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj


@dataclasses.dataclass(frozen=True)
class Case:
    """What is judged, and the names of things for the words. ``release`` is what the cluster is to run, where known."""

    config: ClusterConfig
    observed: Observed
    folder: Folder
    kubeconfig: str
    management_kubeconfig: str
    release: str = ""

    @property
    def management(self) -> Management:
        """What was seen of it."""
        return self.observed.management

    @functools.cached_property
    def manager(self) -> tuple[Obj, ...]:
        """What the management cluster holds of itself: as it is described, then the Cluster of Cluster API."""
        return self._named(self.config.management_name)

    @functools.cached_property
    def own(self) -> tuple[Obj, ...]:
        """What it holds of the cluster, in the same order; descriptions of other namespaces included."""
        return self._named(self.config.name)

    def others(self) -> t.Iterator[Obj]:
        """All that it holds of other clusters, itself included."""
        held = (*self.management.descriptions, *self.management.clusters)
        return (obj for obj in held if obj["metadata"]["name"] != self.config.name)

    def _named(self, name: str) -> tuple[Obj, ...]:
        held = (*self.management.descriptions, *self.management.clusters)
        return tuple(obj for obj in held if obj["metadata"]["name"] == name)


def is_description(obj: Obj) -> bool:
    """Whether it is a Cluster of EKS Anywhere, not of Cluster API."""
    return bool(obj["apiVersion"] == EKSA)


def manager_of(description: Obj) -> str:
    """Who manages it, as it is described."""
    return str(dig(description, ("spec", "managementCluster", "name")) or description["metadata"]["name"])


def endpoint_of(obj: Obj) -> str:
    """The address of a control plane: a Cluster of Cluster API gets it with time, a description has it."""
    described = ("spec", "controlPlaneConfiguration", "endpoint", "host")
    return str(dig(obj, described if is_description(obj) else ("spec", "controlPlaneEndpoint", "host")) or "")


__all__ = ("Case", "endpoint_of", "is_description", "manager_of")
