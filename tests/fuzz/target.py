# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds for any text that is handed in as a cluster config: fuzzer, property tests and regressions ask this."""

from __future__ import annotations

import contextlib
import json
import pathlib

from ansible_collections.eks.anywhere.plugins.module_utils._config import cluster
from ansible_collections.eks.anywhere.plugins.module_utils._config.bundles import load_bundles
from ansible_collections.eks.anywhere.plugins.module_utils._config.finding import obstacles
from ansible_collections.eks.anywhere.plugins.module_utils._config.model import ClusterConfig
from ansible_collections.eks.anywhere.plugins.module_utils._config.release import load_release
from ansible_collections.eks.anywhere.plugins.module_utils._config.support import RENDER, gaps
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.plugins.module_utils._render.cluster import cluster_objects
from ansible_collections.eks.anywhere.plugins.module_utils._render.credentials import Credentials

GOLDEN = pathlib.Path(__file__).resolve().parents[1] / "unit" / "golden"
SWITCHES = {"API_SERVER_EXTRA_ARGS_ENABLED": "true", "VSPHERE_IN_PLACE_UPGRADE": "true"}
CREDENTIALS = Credentials(username="operator", password="not-a-secret", ssh_authorized_key="ssh-ed25519 AAAA")

_BUNDLE = load_bundles((GOLDEN / "bundles.yaml").read_text(encoding="utf-8")).for_version("1.34")
_RELEASE = load_release((GOLDEN / "kubernetes-1-34-eks-9.yaml").read_text(encoding="utf-8"))


def objects(config: ClusterConfig) -> tuple[Obj, ...]:
    """Rendered with one bundle whatever the versions are; what cannot be rendered raises ``EksaError``."""
    releases = {group.kubernetes_version: _RELEASE for group in config.workers}
    return cluster_objects(config, _BUNDLE, _RELEASE, CREDENTIALS, group_releases=releases).objects


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
    assert cluster.findings(text, previous=text, environ=SWITCHES) == found, "compared with itself it changed"
    if not gaps(config, RENDER):
        json.dumps([dict(obj) for obj in objects(config)])
