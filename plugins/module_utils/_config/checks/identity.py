# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Who may use the cluster: OpenID Connect, AWS IAM, and IAM roles of pods."""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config import urls
from ansible_collections.eks.anywhere.plugins.module_utils._config.checks.scope import Findings, Scope
from ansible_collections.eks.anywhere.plugins.module_utils._config.reading import Source

_KINDS = ("OIDCConfig", "AWSIamConfig")


def identity_refs(scope: Scope) -> Findings:
    """References to known kinds, by name."""
    for index, ref in enumerate(scope.spec.get("identityProviderRefs", ())):
        path, kind, name = f"spec.identityProviderRefs[{index}]", ref.get("kind", ""), ref.get("name", "")
        if kind not in _KINDS:
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
        url = urls.parse_request(issuer)
        if not issuer:
            yield scope.error("spec.issuerUrl", "OIDCConfig issuerUrl is required", source=source)
        elif url is None:
            message = "OIDCConfig issuerUrl is invalid: invalid URI for request"
            yield scope.error("spec.issuerUrl", message, source=source)
        elif url.scheme != "https":
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


def _referenced(scope: Scope, kind: str) -> t.Iterator[Source]:
    for ref in scope.spec.get("identityProviderRefs", ()):
        source = scope.find(kind, ref.get("name", "")) if ref.get("kind") == kind else None
        if source is not None:
            yield source


CHECKS = (identity_refs, oidc, aws_iam, pod_iam)

__all__ = ("CHECKS",)
