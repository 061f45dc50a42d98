# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Encryption as Ansible Vault does it (format 1.1), so that ``ansible-vault`` reads what we write.

Keys come from the password by PBKDF2 with a salt of the text's own; AES-256 in counter mode hides, HMAC-SHA256 seals.
"""

from __future__ import annotations

import binascii
import os
import sys

from ansible_collections.eks.anywhere.plugins.module_utils._errors import MissingLibrary

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes, hmac, padding
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
    from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

    HAS_CRYPTOGRAPHY = True
except ImportError:
    HAS_CRYPTOGRAPHY = False

HEADER = "$ANSIBLE_VAULT;1.1;AES256"
ITERATIONS = 10_000
"""The format's own number: another one could not be read back."""

_SALT_BYTES = 32
_KEY_BYTES = 32
_BLOCK_BITS = 128
_WIDTH = 80


class AnsibleVault:
    """The Vault port."""

    def __init__(self, password: str) -> None:
        self._password = password.encode()

    @classmethod
    def if_given(cls, password: str | None) -> AnsibleVault | None:
        """A vault when there is a password for it."""
        return cls(password) if password else None

    def encrypt(self, text: str) -> str:
        """The text as Ansible Vault keeps it, another one each time."""
        _check_library()
        salt = os.urandom(_SALT_BYTES)
        hiding, sealing, counter = self._keys(salt)
        padder = padding.PKCS7(_BLOCK_BITS).padder()
        encryptor = Cipher(algorithms.AES(hiding), modes.CTR(counter)).encryptor()
        hidden = encryptor.update(padder.update(text.encode()) + padder.finalize()) + encryptor.finalize()
        seal = hmac.HMAC(sealing, hashes.SHA256())
        seal.update(hidden)
        parts = b"\n".join(binascii.hexlify(part) for part in (salt, seal.finalize(), hidden))
        body = binascii.hexlify(parts).decode("ascii")
        lines = (body[start : start + _WIDTH] for start in range(0, len(body), _WIDTH))
        return "\n".join((HEADER, *lines, ""))

    def decrypt(self, text: str) -> str | None:
        """What was encrypted; None when the text is damaged, or was encrypted with another password."""
        _check_library()
        header, _newline, body = text.partition("\n")
        if header != HEADER:
            return None
        try:
            salt, sealed, hidden = map(binascii.unhexlify, binascii.unhexlify("".join(body.split())).split(b"\n"))
        except ValueError:
            return None
        hiding, sealing, counter = self._keys(salt)
        seal = hmac.HMAC(sealing, hashes.SHA256())
        seal.update(hidden)
        try:
            seal.verify(sealed)
        except InvalidSignature:
            return None
        decryptor = Cipher(algorithms.AES(hiding), modes.CTR(counter)).decryptor()
        unpadder = padding.PKCS7(_BLOCK_BITS).unpadder()
        clear = unpadder.update(decryptor.update(hidden) + decryptor.finalize()) + unpadder.finalize()
        return clear.decode()

    def _keys(self, salt: bytes) -> tuple[bytes, bytes, bytes]:
        """Key that hides, key that seals, first value of the counter."""
        length = 2 * _KEY_BYTES + _BLOCK_BITS // 8
        derivation = PBKDF2HMAC(algorithm=hashes.SHA256(), length=length, salt=salt, iterations=ITERATIONS)
        derived = derivation.derive(self._password)
        return derived[:_KEY_BYTES], derived[_KEY_BYTES : 2 * _KEY_BYTES], derived[2 * _KEY_BYTES :]


def _check_library() -> None:
    if not HAS_CRYPTOGRAPHY:
        raise MissingLibrary(
            f"The Python package cryptography is not importable by {sys.executable}.",
            code="library.cryptography_missing",
            hint=f"Install it there: {sys.executable} -m pip install cryptography.",
        )


__all__ = ("AnsibleVault",)
