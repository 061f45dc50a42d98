# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""A cluster, and where its files are on the administrative machine."""

from __future__ import annotations

import dataclasses

from ansible_collections.eks.anywhere.plugins.module_utils._config.model import ClusterConfig
from ansible_collections.eks.anywhere.plugins.module_utils._plan.folder import Folder


@dataclasses.dataclass(frozen=True)
class Located:
    """Kubeconfigs None: in the documented places."""

    config: ClusterConfig
    state_dir: str
    kubeconfig: str | None = None
    management_kubeconfig: str | None = None

    @property
    def folder(self) -> Folder:
        """Where its files are."""
        return Folder(state_dir=self.state_dir, name=self.config.name)

    @property
    def kubeconfig_path(self) -> str:
        """Its kubeconfig, there or not."""
        return self.kubeconfig or self.folder.kubeconfig

    @property
    def manager_path(self) -> str:
        """Kubeconfig of the cluster that manages it for good, which may be itself."""
        if self.config.self_managed:
            return self.kubeconfig_path
        return self.management_kubeconfig or Folder(self.state_dir, self.config.management_name).kubeconfig


__all__ = ("Located",)
