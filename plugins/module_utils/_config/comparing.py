# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""What a change of a config may not do."""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config.finding import Finding
from ansible_collections.eks.anywhere.plugins.module_utils._config.reading import Source


def changes(before: t.Sequence[Source], after: t.Sequence[Source]) -> list[Finding]:
    """Findings about fields that may not change."""
    return []


__all__ = ("changes",)
