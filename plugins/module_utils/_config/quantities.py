# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Amounts in Kubernetes' notation: ``4Gi``, ``500m``, ``1e3``, ``12``."""

from __future__ import annotations

import decimal
import re

_UNITS = dict(zip(("n", "u", "m", "", "k", "M", "G", "T", "P", "E"), range(-9, 21, 3), strict=True))
"""Powers of ten."""
_BINARY_UNITS = {f"{letter}i": 10 * power for power, letter in enumerate("KMGTPE", start=1)}
"""Powers of two."""
_QUANTITY = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+))([KMGTPE]i|[numkMGTPE]?|[eE][+-]?\d{1,2})")


def amount(text: str) -> decimal.Decimal | None:
    """The number that the text stands for, or None."""
    found = _QUANTITY.fullmatch(text)
    if found is None:
        return None
    number, unit = decimal.Decimal(found[1]), found[2]
    if unit in _BINARY_UNITS:
        return number * (1 << _BINARY_UNITS[unit])
    return number.scaleb(_UNITS[unit] if unit in _UNITS else int(unit[1:]))


__all__ = ("amount",)
