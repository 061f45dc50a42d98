# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""GitOps: FluxConfig, and GitOpsConfig that came before it."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config import urls
from ansible_collections.eks.anywhere.plugins.module_utils._config.checks.scope import Findings, Scope
from ansible_collections.eks.anywhere.plugins.module_utils._config.reading import Source

_BRANCH = re.compile(r"([0-9A-Za-z_+,]+)\.?/?([0-9A-Za-z\-_+,]+)")
_REPOSITORY = re.compile(r"[0-9A-Za-z\-_.]+")
_KEY_ALGORITHMS = ("rsa", "ecdsa", "ed25519")


def gitops_ref(scope: Scope) -> Findings:
    """A reference to a known kind, by name."""
    ref = scope.spec.get("gitOpsRef")
    if ref is None:
        return
    kind, name = ref.get("kind", ""), ref.get("name", "")
    if kind not in ("GitOpsConfig", "FluxConfig"):
        yield scope.error("spec.gitOpsRef.kind", "only GitOpsConfig or FluxConfig Kind are supported at this time")
    elif not name:
        message = "GitOpsRef name can't be empty; specify a valid GitOpsConfig name"
        yield scope.error("spec.gitOpsRef.name", message)
    elif scope.find(kind, name) is None:
        yield scope.warning("spec.gitOpsRef.name", f"{kind} {name} not found in the config, so it is ignored")


def gitops(scope: Scope) -> Findings:
    """The deprecated GitOpsConfig."""
    source = _source(scope, "GitOpsConfig")
    if source is None:
        return
    github = source.spec["flux"]["github"]
    for field in ("owner", "repository"):
        if not github.get(field):
            message = f"'{field}' is not set or empty in gitOps.flux; {field} is a required field"
            yield scope.error(f"spec.flux.github.{field}", message, source=source)
    yield from _git_names(scope, source, "spec.flux.github.repository", github.get("repository", ""), "")
    yield from _git_names(scope, source, "spec.flux.github.branch", "", github["branch"])


def flux(scope: Scope) -> Findings:
    """Flux with exactly one kind of repository."""
    source = _source(scope, "FluxConfig")
    if source is None:
        return
    github, git = source.spec.get("github"), source.spec.get("git")
    if github is not None and git is not None:
        yield scope.error("spec", "must specify only one provider", source=source)
    if github is None and git is None:
        yield scope.error("spec", "must specify a provider. Valid options are git and github", source=source)
    for field in ("owner", "repository"):
        if github is not None and not github.get(field):
            message = f"'{field}' is not set or empty in githubProviderConfig; {field} is a required field"
            yield scope.error(f"spec.github.{field}", message, source=source)
    if git is not None:
        yield from _git(scope, source, git)
    yield from _git_names(scope, source, "spec.github.repository", (github or {}).get("repository", ""), "")
    yield from _git_names(scope, source, "spec.branch", "", source.spec["branch"])


def _git(scope: Scope, source: Source, git: t.Mapping[str, str]) -> Findings:
    url, algorithm = git.get("repositoryUrl", ""), git.get("sshKeyAlgorithm", "")
    parsed = urls.parse(url)
    if not url:
        message = "'repositoryUrl' is not set or empty in gitProviderConfig; repositoryUrl is a required field"
        yield scope.error("spec.git.repositoryUrl", message, source=source)
    elif parsed is None:
        yield scope.error("spec.git.repositoryUrl", f"unable to parse repository url: {url}", source=source)
    elif parsed.scheme != "ssh":
        message = f"invalid repository url scheme: {parsed.scheme}"
        yield scope.error("spec.git.repositoryUrl", message, source=source)
    if algorithm and algorithm not in _KEY_ALGORITHMS:
        message = "'sshKeyAlgorithm' does not have a valid value in gitProviderConfig; sshKeyAlgorithm must be amongst"
        yield scope.error("spec.git.sshKeyAlgorithm", f"{message} {', '.join(_KEY_ALGORITHMS)}", source=source)
    elif not algorithm:
        message = "'sshKeyAlgorithm' is not set, defaulting to 'ecdsa'"
        yield scope.warning("spec.git.sshKeyAlgorithm", message, source=source)


def _git_names(scope: Scope, source: Source, path: str, repository: str, branch: str) -> Findings:
    if repository and not _REPOSITORY.fullmatch(repository):
        message = "is not a valid git repository name, name can contain only letters, digits, '_', '-' and '.'"
        yield scope.error(path, f"{repository} {message}", source=source)
    if branch and not _BRANCH.fullmatch(branch):
        yield scope.error(path, f"{branch} is not a valid git branch name", source=source)


def _source(scope: Scope, kind: str) -> Source | None:
    ref = scope.spec.get("gitOpsRef", {})
    return scope.find(kind, ref.get("name", "")) if ref.get("kind") == kind else None


CHECKS = (gitops_ref, gitops, flux)

__all__ = ("CHECKS",)
