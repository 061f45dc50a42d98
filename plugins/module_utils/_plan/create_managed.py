# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""The creation of a workload cluster by its management cluster, as ordered phases.

There is no bootstrap cluster and nothing moves: what builds the cluster is what manages it for good.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._plan.create import (
    NO_EKSA_OBJECTS,
    Builder,
    Presence,
    Workload,
)
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj

PHASES = (
    "cluster_objects",
    "machines",
    "kubeconfig",
    "networking",
    "storage_class",
    "ready",
    "eksa_objects",
    "config_file",
)
"""Of a cluster that another one manages."""


@dataclasses.dataclass(frozen=True)
class Management(Builder):
    """The management cluster. ``described`` is what it says of the cluster in the vendor's terms.

    ``clusters`` are all Clusters of Cluster API that it holds, ``descriptions`` all of EKS Anywhere, its own included.
    """

    silence: str = "it was not asked"
    described: Presence = Presence.ABSENT
    missing_ready: str = "machines are missing"
    clusters: tuple[Obj, ...] = ()
    descriptions: tuple[Obj, ...] = ()


@dataclasses.dataclass(frozen=True)
class Observed:
    """One look at the machine, the management cluster and the cluster."""

    names: t.ClassVar[tuple[str, ...]] = PHASES
    source_lost: t.ClassVar[bool] = False

    management: Management = Management()
    workload: Workload = dataclasses.field(default_factory=Workload)
    config_file: bool = False

    @property
    def endpoint_ours(self) -> bool:
        """Whether an answering control plane endpoint is to be expected: an earlier run came far enough for it."""
        return self.workload.kubeconfig_file or self.management.cluster is not Presence.ABSENT

    @property
    def finished(self) -> bool:
        """Whether nothing is left to do. The last steps alone decide it, so that a finished cluster is cheap to see."""
        return (
            self.workload.kubeconfig_file
            and self.workload.answers
            and self.management.cluster is Presence.ACTIVE
            and self.management.described is Presence.ACTIVE
            and self.config_file
        )

    def missing(self) -> dict[str, str]:
        """What is missing in each phase, in a few words; empty where nothing is."""
        management, workload = self.management, self.workload
        unknown = management.silence and f"management cluster: {management.silence}"
        return {
            "cluster_objects": unknown or ", ".join(management.missing_objects),
            "machines": unknown or management.missing_machines,
            "kubeconfig": workload.silence or ("" if workload.kubeconfig_file else "its file is missing"),
            "networking": workload.silence or workload.missing_network,
            "storage_class": workload.silence or workload.missing_storage_class,
            "ready": unknown or management.missing_ready,
            "eksa_objects": unknown or NO_EKSA_OBJECTS[management.described],
            "config_file": "" if self.config_file else "not written",
        }


__all__ = ("PHASES", "Management", "Observed")
