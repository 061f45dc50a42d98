# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Licenses for Kubernetes versions past their standard support: signed JSON (JWT) whose claims say until when.

The signature stays unverified: the vendor's public key is in its own binaries alone.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
import typing as t

_ALGORITHMS = ("ES256", "ES384", "ES512")
REQUIRED = "licenseToken is required for extended kubernetes support"
EXPIRED = "license is expired, please renew the license"


def extended(end_of_standard_support: str, now: dt.datetime) -> bool:
    """Whether the last day of standard support (``2026-12-02``) is over; without such a day it never is."""
    try:
        last = dt.date.fromisoformat(end_of_standard_support)
    except ValueError:
        return False
    return last < now.astimezone(dt.UTC).date()


def problem(token: str, now: dt.datetime) -> str:
    """What keeps a token from being a license today, or an empty text."""
    if not token:
        return REQUIRED
    parts = token.split(".")
    header, claims = (_json(part) for part in parts[:2]) if len(parts) == 3 else (None, None)
    if header is None or claims is None:
        return "parsing licenseToken: token is malformed"
    if header.get("alg") not in _ALGORITHMS:
        return f"parsing licenseToken: signing method not supported: {header.get('alg')}"
    return _validity(claims.get("endValidity"), now)


def _validity(end: t.Any, now: dt.datetime) -> str:
    if not isinstance(end, str):
        return "license validity field missing from the licenseToken, not a valid license"
    try:
        until = dt.datetime.fromisoformat(end)
    except ValueError:
        return f"parsing endValidity field from licenseToken: {end}"
    if until.tzinfo is None:
        return f"parsing endValidity field from licenseToken: {end}"
    midnight = now.astimezone(dt.UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return EXPIRED if until < midnight else ""


def _json(part: str) -> dict[str, t.Any] | None:
    """An object of the token: base64 for URLs, without padding."""
    try:
        found = json.loads(base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True))
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


__all__ = ("EXPIRED", "REQUIRED", "extended", "problem")
