# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""The cluster whose creation is looked at, and the ports of the look."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config.bundles import Bundles
from ansible_collections.eks.anywhere.plugins.module_utils._ops.located import Located
from ansible_collections.eks.anywhere.plugins.module_utils._ops.wait import Connect
from ansible_collections.eks.anywhere.plugins.module_utils._ports import (
    Artifacts,
    ContainerHost,
    Files,
    Kube,
    Reporter,
)
from ansible_collections.eks.anywhere.plugins.module_utils._render.eksa_objects import release_version


@dataclasses.dataclass(frozen=True)
class Ports:
    """``open_file`` makes a client out of a kubeconfig file, ``connect`` out of its text; ``node_kubeconfig`` is the
    text that a bootstrap cluster of this name keeps in its node, empty when it has none.
    """

    files: Files
    containers: ContainerHost
    artifacts: Artifacts
    open_file: t.Callable[[str], Kube]
    connect: Connect
    node_kubeconfig: t.Callable[[str], str]
    report: Reporter


@dataclasses.dataclass(frozen=True)
class Subject(Located):
    """The cluster that is looked at, and the release that it is to run, where that is known."""

    bundles: Bundles | None = None

    @property
    def builder_path(self) -> str:
        """Kubeconfig of the cluster that builds it: the bootstrap cluster, or its management cluster."""
        return self.folder.bootstrap_kubeconfig if self.config.self_managed else self.manager_path

    @property
    def release(self) -> str:
        """The release of EKS Anywhere that it is to run; empty when that is not known."""
        return release_version(self.config, self.bundles) if self.bundles else self.config.eksa_version


__all__ = ("Ports", "Subject")
