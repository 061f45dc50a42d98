# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""The registry that stands in for the public ones."""

from __future__ import annotations

import re

from ansible_collections.eks.anywhere.plugins.module_utils._config import certificates, urls
from ansible_collections.eks.anywhere.plugins.module_utils._config.checks.scope import Findings, Scope

_MIRROR = "spec.registryMirrorConfiguration"
_PACKAGES = re.compile(r"783794618700\.dkr\.ecr\..*\.amazonaws\.com")


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
    if sum(bool(_PACKAGES.search(registry)) for registry in registries) > 1:
        message = "only one registry mirror for curated packages is suppported"
        yield scope.error(f"{_MIRROR}.ociNamespaces", message)


def certificate(scope: Scope) -> Findings:
    """The CA, where it is used at all, can be read; upstream looks at the first certificate alone."""
    config = scope.spec.get("registryMirrorConfiguration", {})
    content = config.get("caCertContent", "")
    problem = certificates.problem(content, first_only=True) if content else ""
    if problem and not config.get("insecureSkipVerify"):
        yield scope.obstacle(f"{_MIRROR}.caCertContent", f"invalid registry certificate: {problem}")


CHECKS = (mirror, certificate)

__all__ = ("CHECKS",)
