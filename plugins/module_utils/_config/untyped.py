# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Fields of documents that others wrote: what is absent, or of another type than it should be, is empty."""

from __future__ import annotations

import typing as t

Data = t.Mapping[str, t.Any]


def section(data: Data, key: str) -> Data:
    """An object."""
    found = data.get(key)
    return found if isinstance(found, dict) else {}


def sections(data: Data, key: str) -> list[Data]:
    """The objects of a list."""
    found = data.get(key)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def text(data: Data, key: str) -> str:
    """A scalar, as Go reads it into a string."""
    return _text(data.get(key))


def texts(data: Data, key: str) -> list[str]:
    """The scalars of a list."""
    found = data.get(key)
    return [_text(item) for item in found] if isinstance(found, list) else []


def number(data: Data, key: str) -> int:
    """A whole number."""
    found = data.get(key)
    return found if isinstance(found, int) and not isinstance(found, bool) else 0


def _text(value: t.Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None or isinstance(value, (dict, list)) else str(value)


__all__ = ("Data", "number", "section", "sections", "text", "texts")
