# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""All that rendering one cluster looks at."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config import versions
from ansible_collections.eks.anywhere.plugins.module_utils._config.bundles import VersionsBundle
from ansible_collections.eks.anywhere.plugins.module_utils._config.model import ClusterConfig
from ansible_collections.eks.anywhere.plugins.module_utils._config.release import EksdRelease
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._render.credentials import Credentials


@dataclasses.dataclass(frozen=True)
class TemplateFacts:
    """What the datacenter says about a template: its full inventory path, its disk, whether it has a snapshot."""

    path: str = ""
    disk_gib: int = 0
    has_snapshot: bool = False


@dataclasses.dataclass(frozen=True)
class Inputs:
    """``templates`` by template name as the config writes it; ``group_*`` by Kubernetes version."""

    config: ClusterConfig
    bundle: VersionsBundle
    release: EksdRelease
    credentials: Credentials
    templates: t.Mapping[str, TemplateFacts] = dataclasses.field(default_factory=dict)
    group_releases: t.Mapping[str, EksdRelease] = dataclasses.field(default_factory=dict)
    group_bundles: t.Mapping[str, VersionsBundle] = dataclasses.field(default_factory=dict)

    def release_of(self, kubernetes_version: str) -> EksdRelease:
        """The release of a worker group's own Kubernetes version."""
        if kubernetes_version == self.config.kubernetes_version:
            return self.release
        found = self.group_releases.get(kubernetes_version)
        if found is None:
            raise EksaError(
                f"No EKS Distro release is given for Kubernetes {kubernetes_version}, which a worker group asks for.",
                code="render.release_missing",
                hint="Give the release manifest that the Bundles manifest names for that version.",
            )
        return found

    def bundle_of(self, kubernetes_version: str) -> VersionsBundle:
        """The bundle of a worker group's own Kubernetes version."""
        if kubernetes_version == self.config.kubernetes_version:
            return self.bundle
        found = self.group_bundles.get(kubernetes_version)
        if found is None:
            raise EksaError(
                f"No bundle is given for Kubernetes {kubernetes_version}, which a worker group asks for.",
                code="render.bundle_missing",
                hint="Give a Bundles manifest that holds that version.",
            )
        return found

    @property
    def minor(self) -> int:
        """Minor version of the release: 34 of ``v1.34.2-eks-1-34-9``."""
        found = versions.kubernetes(self.release.kubernetes.tag)
        if found is None:
            message = f"The release's Kubernetes tag {self.release.kubernetes.tag} is no version."
            raise EksaError(message, code="release.invalid")
        return found[1]


__all__ = ("Inputs", "TemplateFacts")
