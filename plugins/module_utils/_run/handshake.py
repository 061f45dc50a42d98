# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""What a server shows in a TLS handshake, believed or not: a certificate that has expired is what one looks for."""

from __future__ import annotations

import socket
import ssl

SECONDS = 3.0


class TlsHandshake:
    """The Handshake port over TCP."""

    def certificate(self, *, host: str, port: int) -> str:
        """The certificate in PEM; empty when nothing answers there, or not in TLS."""
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        try:
            with (
                socket.create_connection((host, port), timeout=SECONDS) as plain,
                context.wrap_socket(plain) as secure,
            ):
                return ssl.DER_cert_to_PEM_cert(secure.getpeercert(binary_form=True) or b"")
        except OSError:
            return ""


__all__ = ("TlsHandshake",)
