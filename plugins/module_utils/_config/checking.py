# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Runs every check over the defaulted documents and collects all they find."""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config.checks import (
    cloudstack,
    gitops,
    identity,
    kubelet,
    mirror,
    network,
    nutanix,
    proxy,
    references,
    snow,
    tinkerbell,
    tinkerbell_images,
    topology,
    vsphere,
    workers,
)
from ansible_collections.eks.anywhere.plugins.module_utils._config.checks.scope import Check, Scope
from ansible_collections.eks.anywhere.plugins.module_utils._config.finding import Finding
from ansible_collections.eks.anywhere.plugins.module_utils._config.reading import Source

CHECKS: tuple[Check, ...] = (
    *topology.CHECKS,
    *references.CHECKS,
    *workers.CHECKS,
    *network.CHECKS,
    *proxy.CHECKS,
    *mirror.CHECKS,
    *identity.CHECKS,
    *gitops.CHECKS,
    *vsphere.CHECKS,
    *kubelet.CHECKS,
    *nutanix.CHECKS,
    *tinkerbell.CHECKS,
    *tinkerbell_images.CHECKS,
    *snow.CHECKS,
    *cloudstack.CHECKS,
)


def check(sources: t.Sequence[Source], environ: t.Mapping[str, str]) -> list[Finding]:
    """All findings about meaning."""
    cluster = next((source for source in sources if source.kind == "Cluster"), None)
    if cluster is None:
        return [Finding("", "no Cluster found in manifest")]
    scope = Scope(cluster=cluster, sources=sources, environ=environ)
    return [finding for one in CHECKS for finding in one(scope)]


__all__ = ("CHECKS", "check")
