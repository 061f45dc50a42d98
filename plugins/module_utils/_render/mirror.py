# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Where an image or chart is when a registry mirror stands in for the public registries."""

from __future__ import annotations

from ansible_collections.eks.anywhere.plugins.module_utils._config.model import RegistryMirror

DEFAULT_NAMESPACES = (("public.ecr.aws", ""),)
"""What a mirror without namespaces stands in for."""


def address(mirror: RegistryMirror) -> str:
    """``host:port`` of the mirror."""
    host = f"[{mirror.endpoint}]" if ":" in mirror.endpoint else mirror.endpoint
    return f"{host}:{mirror.port}"


def mirrored(mirror: RegistryMirror | None, reference: str) -> str:
    """The reference (with or without ``oci://``) as the mirror serves it; unchanged when it does not."""
    if mirror is None:
        return reference
    scheme, separator, rest = reference.rpartition("://")
    registry, slash, path = rest.partition("/")
    for known, namespace in mirror.namespaces or DEFAULT_NAMESPACES:
        if registry == known:
            base = f"{address(mirror)}/{namespace}" if namespace else address(mirror)
            return f"{scheme}{separator}{base}{slash}{path}"
    return reference


__all__ = ("DEFAULT_NAMESPACES", "address", "mirrored")
