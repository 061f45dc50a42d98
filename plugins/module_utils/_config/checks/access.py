# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Ways in and out: proxy, registry mirror, identity providers, GitOps, packages."""

from __future__ import annotations

import ipaddress
import re
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config import urls
from ansible_collections.eks.anywhere.plugins.module_utils._config.checks.scope import Findings, Scope
from ansible_collections.eks.anywhere.plugins.module_utils._config.reading import Source

_PROXY = "spec.proxyConfiguration"
_MIRROR = "spec.registryMirrorConfiguration"
_PACKAGES_REGISTRY = re.compile(r"783794618700\.dkr\.ecr\..*\.amazonaws\.com")
_HOST = re.compile(
    r"(?=.{1,253}\Z)[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?)*\.?"
)
_BRANCH = re.compile(r"([0-9A-Za-z_+,]+)\.?/?([0-9A-Za-z\-_+,]+)")
_REPOSITORY = re.compile(r"[0-9A-Za-z\-_.]+")
_KEY_ALGORITHMS = ("rsa", "ecdsa", "ed25519")
_IDENTITY_KINDS = ("OIDCConfig", "AWSIamConfig")


def proxy(scope: Scope) -> Findings:
    """Both addresses, each with host and port."""
    config = scope.spec.get("proxyConfiguration")
    if config is None:
        return
    for field in ("httpProxy", "httpsProxy"):
        address, path = config.get(field, ""), f"{_PROXY}.{field}"
        problem = _proxy_problem(address) if address else f"no value set for {field}"
        if problem:
            yield scope.error(path, problem)


def _proxy_problem(address: str) -> str:
    host_and_port = address
    if address.startswith("http"):
        host_and_port = urls.split(address).netloc.rpartition("@")[2]
        if not host_and_port:
            return f"proxy {address} is invalid, please provide a valid URI"
    host, colon, port = host_and_port.rpartition(":")
    if not colon:
        return f"proxy endpoint {address} is invalid (missing port in address), please provide a valid proxy address"
    if not _is_host(host.strip("[]")):
        return f"proxy endpoint {host} is invalid, please provide a valid proxy domain name or ip"
    if urls.port(port) is None:
        return f"proxy port {port} is invalid, please provide a valid proxy port"
    return ""


def _is_host(host: str) -> bool:
    """An address, or a name that could resolve; one made of numbers alone cannot."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return bool(_HOST.fullmatch(host)) and not re.fullmatch(r"[\d.]+", host)
    return True


def mirror(scope: Scope) -> Findings:
    """A reachable address, and at most one namespace for curated packages."""
    config = scope.spec.get("registryMirrorConfiguration")
    if config is None:
        return
    if not config.get("endpoint"):
        yield scope.error(f"{_MIRROR}.endpoint", "no value set for RegistryMirrorConfiguration.Endpoint")
    if urls.port(config["port"]) is None:
        message = f"registry mirror port {config['port']} is invalid, please provide a valid port"
        yield scope.error(f"{_MIRROR}.port", message)
    registries = [item.get("registry", "") for item in config.get("ociNamespaces", ())]
    for index, registry in enumerate(registries):
        if not registry:
            path = f"{_MIRROR}.ociNamespaces[{index}].registry"
            yield scope.error(path, "registry can't be set to empty in OCINamespaces")
    if sum(bool(_PACKAGES_REGISTRY.search(registry)) for registry in registries) > 1:
        message = "only one registry mirror for curated packages is suppported"
        yield scope.error(f"{_MIRROR}.ociNamespaces", message)


def identity_refs(scope: Scope) -> Findings:
    """References to known kinds, by name."""
    for index, ref in enumerate(scope.spec.get("identityProviderRefs", ())):
        path, kind, name = f"spec.identityProviderRefs[{index}]", ref.get("kind", ""), ref.get("name", "")
        if kind not in _IDENTITY_KINDS:
            yield scope.error(f"{path}.kind", f"kind: {kind} for identityProviderRef is not supported")
        elif not name:
            yield scope.error(f"{path}.name", "specify a valid name for identityProviderRef")
        elif scope.find(kind, name) is None:
            yield scope.warning(f"{path}.name", f"{kind} {name} not found in the config, so it is ignored")


def oidc(scope: Scope) -> Findings:
    """OpenID Connect providers."""
    for source in _referenced(scope, "OIDCConfig"):
        spec = source.spec
        if not spec.get("clientId"):
            yield scope.error("spec.clientId", "OIDCConfig clientId is required", source=source)
        if len(spec.get("requiredClaims", ())) > 1:
            message = "only one OIDConfig requiredClaim is supported at this time"
            yield scope.error("spec.requiredClaims", message, source=source)
        issuer = spec.get("issuerUrl", "")
        parts = urls.split(issuer)
        if not issuer:
            yield scope.error("spec.issuerUrl", "OIDCConfig issuerUrl is required", source=source)
        elif not parts.scheme and not issuer.startswith("/"):
            message = "OIDCConfig issuerUrl is invalid: invalid URI for request"
            yield scope.error("spec.issuerUrl", message, source=source)
        elif parts.scheme != "https":
            yield scope.error("spec.issuerUrl", "OIDCConfig issuerUrl should have HTTPS scheme", source=source)


def aws_iam(scope: Scope) -> Findings:
    """AWS IAM authentication."""
    for source in _referenced(scope, "AWSIamConfig"):
        spec = source.spec
        modes = spec.get("backendMode", ())
        if not spec.get("awsRegion"):
            yield scope.error("spec.awsRegion", "AWSIamConfig AWSRegion is a required field", source=source)
        if not modes:
            yield scope.error("spec.backendMode", "AWSIamConfig BackendMode is a required field", source=source)
        if "MountedFile" in modes:
            message = "AWSIamConfig BackendMode does not support MountedFile backend"
            yield scope.error("spec.backendMode", message, source=source)
        if "EKSConfigMap" in modes and not spec.get("mapRoles") and not spec.get("mapUsers"):
            message = "AWS IAM Authenticator mapRoles and mapUsers specification is empty"
            yield scope.warning("spec.mapRoles", message, source=source)
        for section, arn, word in (("mapRoles", "roleARN", "RoleARN"), ("mapUsers", "userARN", "UserARN")):
            title = f"AWSIamConfig {section[0].upper()}{section[1:]}"
            for index, item in enumerate(spec.get(section, ())):
                for field, shown in ((arn, word), ("username", "Username")):
                    if not item.get(field):
                        path = f"spec.{section}[{index}].{field}"
                        yield scope.error(path, f"{title} {shown} is required", source=source)


def pod_iam(scope: Scope) -> Findings:
    """IAM roles for pods need an issuer."""
    config = scope.spec.get("podIamConfig")
    if config is not None and not config.get("serviceAccountIssuer"):
        message = "ServiceAccount Issuer can't be empty while configuring IAM roles for pods"
        yield scope.error("spec.podIamConfig.serviceAccountIssuer", message)


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
    source = _gitops_source(scope, "GitOpsConfig")
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
    source = _gitops_source(scope, "FluxConfig")
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
    scheme = urls.split(url).scheme
    if not url:
        message = "'repositoryUrl' is not set or empty in gitProviderConfig; repositoryUrl is a required field"
        yield scope.error("spec.git.repositoryUrl", message, source=source)
    elif scheme != "ssh":
        yield scope.error("spec.git.repositoryUrl", f"invalid repository url scheme: {scheme}", source=source)
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


def packages(scope: Scope) -> Findings:
    """Curated packages are set up by the management cluster."""
    if scope.self_managed:
        return
    for section in ("controller", "cronjob"):
        if section in scope.spec.get("packages", {}):
            message = f"packages: {section} should not be specified for a workload cluster"
            yield scope.error(f"spec.packages.{section}", message)


def _referenced(scope: Scope, kind: str) -> t.Iterator[Source]:
    for ref in scope.spec.get("identityProviderRefs", ()):
        source = scope.find(kind, ref.get("name", "")) if ref.get("kind") == kind else None
        if source is not None:
            yield source


def _gitops_source(scope: Scope, kind: str) -> Source | None:
    ref = scope.spec.get("gitOpsRef", {})
    return scope.find(kind, ref.get("name", "")) if ref.get("kind") == kind else None


CHECKS = (proxy, mirror, identity_refs, oidc, aws_iam, pod_iam, gitops_ref, gitops, flux, packages)

__all__ = ("CHECKS",)
