# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Whether a Bundles manifest is the vendor's own."""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._checks.finding import Finding, found
from ansible_collections.eks.anywhere.plugins.module_utils._config import signature
from ansible_collections.eks.anywhere.plugins.module_utils._config.bundles import Bundles

Holds = t.Callable[[str, str, bytes], "bool | None"]
"""Public key, signature and content -> whether the signature holds; None when it cannot be told here."""


def findings(bundles: Bundles | None, *, holds: Holds, public_key: str = signature.PUBLIC_KEY) -> tuple[Finding, ...]:
    """A wrong signature is an error; one that is missing, as in a manifest of one's own, or not verified, a warning."""
    if bundles is None:
        return ()
    name = bundles.name or f"bundles manifest {bundles.number}"
    given = signature.signature(bundles.raw)
    if not given:
        return (found("bundles.signature_missing", object=name),)
    verdict = holds(public_key, given, signature.signed_bytes(bundles.raw))
    if verdict is None:
        return (found("bundles.signature_unverified", object=name),)
    return () if verdict else (found("bundles.signature_invalid", object=name),)


__all__ = ("findings",)
