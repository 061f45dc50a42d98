# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""What Cluster API gave a virtual machine to boot with. It holds keys, so only yes or no ever leaves this file."""

from __future__ import annotations

import base64
import binascii
import re
import typing as t

USER_DATA = ("guestinfo.userdata", "guestinfo.ignition.config.data")
METADATA = "guestinfo.metadata"
_HOSTNAME = re.compile(r'^local-hostname: *"?([^"\s]+)"?', re.MULTILINE)
_NESTED = re.compile(r"[A-Za-z0-9+/]{40,}={0,2}")
"""Bottlerocket's settings carry the user data of its bootstrap container in base64."""


def hostname(options: t.Mapping[str, str]) -> str:
    """The name that the vSphere provider gave it; empty when it gave none yet."""
    found = _HOSTNAME.search(_decoded(options.get(METADATA, "")))
    return found.group(1) if found else ""


def marks(options: t.Mapping[str, str], words: t.Iterable[str]) -> tuple[str, ...]:
    """Those of the words that stand by themselves in the user data."""
    data = [_decoded(options[key]) for key in USER_DATA if options.get(key)]
    texts = [*data, *(_decoded(inner) for text in data for inner in _NESTED.findall(text))]
    return tuple(word for word in words if any(_whole(word).search(text) for text in texts))


def _whole(word: str) -> re.Pattern[str]:
    """``192.0.2.1`` is neither in ``192.0.2.10`` nor in ``1.192.0.2.1``."""
    return re.compile(rf"(?<![\w.-]){re.escape(word)}(?![\w-]|\.\w)")


def _decoded(text: str) -> str:
    """What base64 hides; a text that is none is itself."""
    try:
        return base64.b64decode(text, validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return text


__all__ = ("hostname", "marks")
