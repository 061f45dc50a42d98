# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""What a config needs around it: variables and files of the environment, and a license where support has ended."""

from __future__ import annotations

import datetime as dt
import re
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._checks.finding import Finding, found
from ansible_collections.eks.anywhere.plugins.module_utils._config import license as licenses
from ansible_collections.eks.anywhere.plugins.module_utils._config.bundles import Bundles
from ansible_collections.eks.anywhere.plugins.module_utils._config.model import ClusterConfig

REGISTRY_VARIABLES = ("REGISTRY_USERNAME", "REGISTRY_PASSWORD")
GIT_FILES = ("EKSA_GIT_PRIVATE_KEY", "EKSA_GIT_KNOWN_HOSTS")
GITHUB_VARIABLE = "EKSA_GITHUB_TOKEN"
_TOKEN = re.compile(r"^ghp_[a-zA-Z0-9]{36}|github_pat_[a-zA-Z0-9]{22}_[a-zA-Z0-9]{59}$")
"""The vendor's own expression, which anchors each alternative at one end only."""

Data = t.Mapping[str, t.Any]


def findings(
    config: ClusterConfig,
    bundles: Bundles | None,
    *,
    environ: t.Mapping[str, str],
    has_content: t.Callable[[str], bool],
    now: dt.datetime,
) -> tuple[Finding, ...]:
    """Everything that is missing. ``has_content`` says whether a path is that of a file with something in it."""
    return (*_environment(config, environ, has_content), *_license(config, bundles, now))


def _environment(
    config: ClusterConfig, environ: t.Mapping[str, str], has_content: t.Callable[[str], bool]
) -> t.Iterator[Finding]:
    mirror = config.registry_mirror
    if mirror is not None and mirror.authenticate:
        for name in REGISTRY_VARIABLES:
            if name not in environ:
                yield _variable(name, "is not set", "the registry mirror asks for a login")
    flux = _flux(config)
    if "git" in flux:
        for name in GIT_FILES:
            if not environ.get(name):
                yield _variable(name, "is not set", "the path of a file, to reach the Git repository")
            elif not has_content(environ[name]):
                yield _variable(name, f"names {environ[name]}, which does not exist or is empty", "the path of a file")
    if "github" in flux and not _TOKEN.search(environ.get(GITHUB_VARIABLE, "")):
        yield _variable(GITHUB_VARIABLE, "is not set or holds no token", "a personal access token of GitHub")


def _variable(name: str, problem: str, expected: str) -> Finding:
    return found("input.environment", object=name, problem=problem, expected=expected)


def _flux(config: ClusterConfig) -> Data:
    """Spec of the FluxConfig, or of the GitOpsConfig, which has GitHub alone, as one."""
    ref = config.documents[0]["spec"].get("gitOpsRef", {})
    for document in config.documents:
        if (document["kind"], document["metadata"]["name"]) == (ref.get("kind"), ref.get("name")):
            spec: Data = document["spec"]
            flux: Data = spec.get("flux", spec)
            return flux
    return {}


def _license(config: ClusterConfig, bundles: Bundles | None, now: dt.datetime) -> t.Iterator[Finding]:
    bundle = bundles.versions.get(config.kubernetes_version) if bundles else None
    end = str(bundle.raw.get("endOfStandardSupport", "")) if bundle else ""
    if not licenses.extended(end, now):
        return
    problem = licenses.problem(config.documents[0]["spec"].get("licenseToken", ""), now)
    if problem:
        yield found("config.license", object=f"Kubernetes {config.kubernetes_version}", end=end, problem=problem)


__all__ = ("GITHUB_VARIABLE", "GIT_FILES", "REGISTRY_VARIABLES", "findings")
