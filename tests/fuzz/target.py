# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds for any text that is handed in as a cluster config: fuzzer, property tests and regressions ask this."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import pathlib

from ansible_collections.eks.anywhere.plugins.module_utils._config import cluster, comparing
from ansible_collections.eks.anywhere.plugins.module_utils._config.bundles import VersionsBundle, load_bundles
from ansible_collections.eks.anywhere.plugins.module_utils._config.finding import obstacles
from ansible_collections.eks.anywhere.plugins.module_utils._config.model import ClusterConfig
from ansible_collections.eks.anywhere.plugins.module_utils._config.release import EksdRelease, load_release
from ansible_collections.eks.anywhere.plugins.module_utils._config.support import RENDER, gaps
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.plugins.module_utils._render.cluster import cluster_objects
from ansible_collections.eks.anywhere.plugins.module_utils._render.credentials import Credentials

GOLDEN = pathlib.Path(__file__).resolve().parents[1] / "unit" / "golden"
SWITCHES = {"API_SERVER_EXTRA_ARGS_ENABLED": "true", "VSPHERE_IN_PLACE_UPGRADE": "true"}
CREDENTIALS = Credentials(username="operator", password="not-a-secret", ssh_authorized_key="ssh-ed25519 AAAA")

BUNDLE = load_bundles((GOLDEN / "bundles.yaml").read_text(encoding="utf-8")).for_version("1.34")
RELEASE = load_release((GOLDEN / "kubernetes-1-34-eks-9.yaml").read_text(encoding="utf-8"))


def objects(config: ClusterConfig) -> tuple[Obj, ...]:
    """Rendered with stand-ins for whatever versions are asked for; what cannot be rendered raises ``EksaError``."""
    asked = {group.kubernetes_version for group in config.workers}
    return cluster_objects(
        config,
        _bundle(config.kubernetes_version),
        _release(config.kubernetes_version),
        CREDENTIALS,
        group_releases={version: _release(version) for version in asked},
        group_bundles={version: _bundle(version) for version in asked},
    ).objects


def _bundle(version: str) -> VersionsBundle:
    return dataclasses.replace(BUNDLE, kubernetes_version=version, eksd_version=f"v{version}.3")


def _release(version: str) -> EksdRelease:
    kubernetes = dataclasses.replace(RELEASE.kubernetes, tag=f"v{version}.3-eks-9")
    return dataclasses.replace(RELEASE, kubernetes=kubernetes)


def examine(text: str) -> None:
    """Read, check, build and render; whatever is raised from here is a mistake of ours."""
    found = cluster.findings(text, environ=SWITCHES)
    # PyYAML counts more characters as line ends than editors do.
    last_line = len(text.splitlines()) + 1
    for finding in found:
        assert 0 <= finding.line <= last_line, finding
        assert str(finding)
        json.dumps(finding.as_dict())
    if obstacles(found):
        with contextlib.suppress(EksaError):
            cluster.read(text, environ=SWITCHES)
        return
    config = cluster.load(text, environ=SWITCHES)
    assert cluster.read(text, environ=SWITCHES) == config
    assert comparing.findings(text, previous=text, environ=SWITCHES) == found, "compared with itself it changed"
    if not gaps(config, RENDER):
        json.dumps([dict(obj) for obj in objects(config)])
