# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Signatures, with the library ``cryptography`` where this Python has it."""

from __future__ import annotations

import base64

try:
    from cryptography import exceptions
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
except ImportError:
    HAS_LIBRARY = False
else:
    HAS_LIBRARY = True


def ecdsa_holds(public_key: str, signature: str, content: bytes) -> bool | None:
    """Whether an ECDSA signature (SHA-256, ASN.1) of ``content`` is that of a key (PKIX); key and signature in base64.

    None when the library is not installed, so that nobody takes silence for consent.
    """
    if not HAS_LIBRARY:
        return None
    key = serialization.load_der_public_key(base64.b64decode(public_key))
    if not isinstance(key, ec.EllipticCurvePublicKey):
        return False
    try:
        key.verify(base64.b64decode(signature, validate=True), content, ec.ECDSA(hashes.SHA256()))
    except (exceptions.InvalidSignature, ValueError):  # ValueError: what is no base64
        return False
    return True


__all__ = ("ecdsa_holds",)
