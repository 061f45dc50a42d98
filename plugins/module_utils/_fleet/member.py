# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""A cluster as a member of a fleet: the few facts of its config by which a fleet is sorted and counted."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config import building, cluster
from ansible_collections.eks.anywhere.plugins.module_utils._config.finding import obstacles
from ansible_collections.eks.anywhere.plugins.module_utils._config.model import ClusterConfig

SCHEMA = 1
"""Version of ``Member``; what was cached in another shape is read anew."""
MARK = "anywhere.eks.amazonaws.com/"
"""In every cluster config, and hardly in any other file."""


@dataclasses.dataclass(frozen=True)
class Member:
    """``manager`` is its own name when it manages itself; ``vcenter`` and its datacenter are empty elsewhere."""

    name: str
    provider: str
    kubernetes_version: str
    manager: str
    endpoint: str
    control_plane: int
    etcd: int
    workers: int
    vcenter: str = ""
    vcenter_datacenter: str = ""

    @property
    def self_managed(self) -> bool:
        """Whether it manages itself."""
        return self.manager == self.name

    @property
    def machines(self) -> int:
        """How many it is to have."""
        return self.control_plane + self.etcd + self.workers


def is_config(text: str) -> bool:
    """Whether a file is meant to be a cluster config: beside them lie other files, as those of GitOps."""
    return MARK in text


def read(text: str, environ: t.Mapping[str, str]) -> tuple[Member | None, list[str]]:
    """The member that a cluster config describes, or all that is wrong with it."""
    sources, found = cluster.examine(text, environ)
    wrong = [str(finding) for finding in obstacles(found)]
    return (None, wrong) if wrong else (_member(building.build(sources)), [])


def _member(config: ClusterConfig) -> Member:
    vsphere = config.datacenter
    return Member(
        name=config.name,
        provider=config.provider,
        kubernetes_version=config.kubernetes_version,
        manager=config.management_name,
        endpoint=config.endpoint,
        control_plane=config.control_plane.count,
        etcd=config.external_etcd.count if config.external_etcd else 0,
        workers=sum(group.count for group in config.workers),
        vcenter=vsphere.server if vsphere else "",
        vcenter_datacenter=vsphere.datacenter if vsphere else "",
    )


__all__ = ("SCHEMA", "Member", "is_config", "read")
