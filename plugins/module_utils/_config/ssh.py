# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""SSH public keys as a line of an ``authorized_keys`` file."""

from __future__ import annotations

import base64
import itertools

_TYPES = ("ssh-", "ecdsa-", "sk-")


def public_key(line: str) -> str:
    """Type and body of the key; options before and the comment after it are dropped. Empty when there is no key."""
    for word, body in itertools.pairwise(line.split()):
        if word.startswith(_TYPES) and _is_base64(body):
            return f"{word} {body}"
    return ""


def _is_base64(text: str) -> bool:
    try:
        base64.b64decode(text, validate=True)
    except ValueError:  # of base64, and of text that is not ASCII
        return False
    return True


__all__ = ("public_key",)
