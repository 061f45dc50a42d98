# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""What one check can find."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class Rule:
    """``cause`` is for the documentation alone; the other sentences have ``{placeholders}`` that a finding fills.

    ``severity`` is ``error`` or ``warning``.
    """

    cause: str
    check: str
    seen: str
    expected: str
    fix: str
    severity: str = "error"


__all__ = ("Rule",)
