# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Durations in Go's notation: ``10m0s``, ``1h30m``, ``300ms``."""

from __future__ import annotations

import decimal
import re

_UNITS = {"ns": 1, "us": 10**3, "µs": 10**3, "ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9}
"""In nanoseconds, as Go counts."""
_PART = re.compile(r"(\d+\.?\d*|\.\d+)(ns|us|µs|ms|s|m|h)")
_WHOLE = re.compile(rf"[+-]?(0|({_PART.pattern})+)")


def seconds(text: str) -> float | None:
    """Length in seconds, or None when the text is no duration."""
    found = _nanoseconds(text)
    return None if found is None else found / _UNITS["s"]


def canonical(text: str) -> str:
    """The duration as Go prints it: ``10m`` is ``10m0s``, ``0.5s`` is ``500ms``; other text stays as it is."""
    found = _nanoseconds(text)
    if found is None:
        return text
    sign, length = ("-", -found) if found < 0 else ("", found)
    if 0 < length < _UNITS["s"]:
        unit = next(unit for unit in ("ms", "µs", "ns") if length >= _UNITS[unit])
        return f"{sign}{_decimal(length, _UNITS[unit])}{unit}"
    minutes, rest = divmod(length, _UNITS["m"])
    hours, minutes = divmod(minutes, 60)
    whole = f"{hours}h{minutes}m" if hours else f"{minutes}m" if minutes else ""
    return f"{sign}{whole}{_decimal(rest, _UNITS['s'])}s"


def _nanoseconds(text: str) -> int | None:
    if not _WHOLE.fullmatch(text):
        return None
    total = sum(int(decimal.Decimal(number) * _UNITS[unit]) for number, unit in _PART.findall(text))
    return -total if text.startswith("-") else total


def _decimal(length: int, unit: int) -> str:
    """``length / unit`` with no zeros at the end."""
    whole, rest = divmod(length, unit)
    digits = str(rest).zfill(len(str(unit)) - 1).rstrip("0")
    return f"{whole}.{digits}" if digits else str(whole)


__all__ = ("canonical", "seconds")
