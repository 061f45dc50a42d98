# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Inventory paths as a config may write them, and the nearest ones to a path that does not exist."""

from __future__ import annotations

import difflib
import heapq
import typing as t

SHOWN = 3


def full_path(path: str, *, datacenter: str, folder: str) -> str:
    """``name`` -> ``/datacenter/folder/name``; an absolute path is left as it is."""
    return path if path.startswith("/") or not path else f"/{datacenter.strip('/')}/{folder}/{path}"


def lies_in(path: str, *, datacenter: str, folder: str) -> bool:
    """Whether an absolute path is that folder of the datacenter or something in it."""
    place = f"/{datacenter.strip('/')}/{folder}"
    return path == place or path.startswith(place + "/")


def nearest(path: str, existing: t.Iterable[str]) -> list[str]:
    """Up to three existing paths most like a missing one: by the last part first, then as a whole."""
    name = _last(path).lower()
    whole = path.lower()

    def likeness(other: str) -> tuple[float, float]:
        return _ratio(name, _last(other).lower()), _ratio(whole, other.lower())

    return heapq.nlargest(SHOWN, existing, key=likeness)


def near_words(path: str, existing: t.Iterable[str]) -> str:
    """The end of a "not found" sentence: which paths come nearest, if there are any."""
    best = nearest(path, existing)
    return f"; nearest: {', '.join(best)}" if best else ""


def _last(path: str) -> str:
    return path.rstrip("/").rpartition("/")[2]


def _ratio(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, one, other, autojunk=False).ratio()


__all__ = ("full_path", "lies_in", "near_words", "nearest")
