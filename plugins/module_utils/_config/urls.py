# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Addresses, split without ever raising."""

from __future__ import annotations

import urllib.parse

_NOTHING = urllib.parse.SplitResult("", "", "", "", "")


def split(text: str) -> urllib.parse.SplitResult:
    """The parts of a URL; all empty when it is none."""
    try:
        return urllib.parse.urlsplit(text)
    except ValueError:
        return _NOTHING


def port(text: str) -> int | None:
    """A TCP port, or None."""
    valid = text.isascii() and text.isdigit() and len(text) <= 5 and 1 <= int(text) <= 65535
    return int(text) if valid else None


__all__ = ("port", "split")
