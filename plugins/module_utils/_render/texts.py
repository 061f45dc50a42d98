# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Rendering from texts and mappings alone, for templates and tools."""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config.bundles import load_bundles
from ansible_collections.eks.anywhere.plugins.module_utils._config.model import ClusterConfig
from ansible_collections.eks.anywhere.plugins.module_utils._config.release import EksdRelease, load_release
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._render.cluster import (
    RenderedCluster,
    TemplateFacts,
    cluster_objects,
)
from ansible_collections.eks.anywhere.plugins.module_utils._render.credentials import Credentials

_VARIABLES: t.Mapping[str, str] = {
    "username": "EKSA_VSPHERE_USERNAME",
    "password": "EKSA_VSPHERE_PASSWORD",
    "cpi_username": "EKSA_VSPHERE_CP_USERNAME",
    "cpi_password": "EKSA_VSPHERE_CP_PASSWORD",
    "registry_username": "REGISTRY_USERNAME",
    "registry_password": "REGISTRY_PASSWORD",
}


def render(
    config: ClusterConfig,
    *,
    bundles: str,
    releases: t.Sequence[str],
    environ: t.Mapping[str, str],
    template_facts: t.Mapping[str, t.Mapping[str, t.Any]],
) -> RenderedCluster:
    """Objects of a config, with bundle and releases picked by Kubernetes version."""
    manifest = load_bundles(bundles)
    by_channel = {release.channel: release for release in map(load_release, releases)}

    def release(kubernetes_version: str) -> EksdRelease:
        bundle = manifest.for_version(kubernetes_version)
        found = by_channel.get(bundle.eksd_channel or kubernetes_version.replace(".", "-"))
        if found is None:
            raise EksaError(
                f"No EKS Distro release is given for Kubernetes {kubernetes_version}.",
                code="render.release_missing",
                hint=f"Give the manifest {bundle.eksd_manifest_uri}.",
            )
        return found

    own_versions = {group.kubernetes_version for group in config.workers}
    return cluster_objects(
        config,
        manifest.for_version(config.kubernetes_version),
        release(config.kubernetes_version),
        Credentials(**{field: environ.get(variable, "") for field, variable in _VARIABLES.items()}),
        templates={
            name: TemplateFacts(
                path=str(facts.get("path") or ""),
                disk_gib=int(facts.get("disk_gib") or 0),
                has_snapshot=bool(facts.get("has_snapshot")),
            )
            for name, facts in template_facts.items()
        },
        group_releases={version: release(version) for version in own_versions},
        group_bundles={version: manifest.for_version(version) for version in own_versions},
    )


__all__ = ("render",)
