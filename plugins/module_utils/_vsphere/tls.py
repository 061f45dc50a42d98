# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Who is at the other end: the certificate a server shows, and TLS contexts that accept exactly that server."""

from __future__ import annotations

import hashlib
import socket
import ssl

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Certificate
from ansible_collections.eks.anywhere.plugins.module_utils._vsphere import route

DEFAULT_PORT = 443
SHA1_LETTERS = 59
"""Twenty pairs of digits and the colons between them."""


def address(server: str) -> tuple[str, int]:
    """Host and port of ``host``, ``host:port``, ``[v6]:port`` or a bare IPv6 address."""
    if server.startswith("["):
        host, _bracket, rest = server[1:].partition("]")
        return host, int(rest[1:]) if rest[1:].isdigit() else DEFAULT_PORT
    host, colon, port = server.rpartition(":")
    if colon and port.isdigit() and ":" not in host:
        return host, int(port)
    return server, DEFAULT_PORT


def look(server: str, *, timeout_seconds: float) -> Certificate:
    """The certificate that the server shows, and why this machine does not trust it if it does not."""
    try:
        _handshake(server, verified_context(), timeout_seconds)
        problem = ""
    except ssl.SSLCertVerificationError as exc:
        problem = exc.verify_message or str(exc.reason)
    raw = _handshake(server, unverified_context(), timeout_seconds)
    return Certificate(sha1=_digest("sha1", raw), sha256=_digest("sha256", raw), problem=problem)


def verified_context() -> ssl.SSLContext:
    """Believes the certificate authorities of this machine (``SSL_CERT_FILE`` adds others)."""
    return ssl.create_default_context()


def unverified_context() -> ssl.SSLContext:
    """Encrypts, but believes any server."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def pinned_context(thumbprint: str) -> ssl.SSLContext:
    """Accepts the server with that very certificate, checked in each handshake, before a byte of ours is sent.

    ``thumbprint`` is ``AB:CD:...``: SHA-256, or SHA-1 as vCenter tells it of its hosts.
    """
    algorithm = "sha1" if len(thumbprint) == SHA1_LETTERS else "sha256"

    class PinnedSocket(ssl.SSLSocket):
        def do_handshake(self, block: bool = False) -> None:
            super().do_handshake(block)
            if _digest(algorithm, self.getpeercert(True) or b"") != thumbprint:
                raise ssl.SSLCertVerificationError("the server's certificate changed during the run")

    context = unverified_context()
    context.sslsocket_class = PinnedSocket
    return context


def _handshake(server: str, context: ssl.SSLContext, timeout_seconds: float) -> bytes:
    host, port = address(server)
    try:
        with (
            route.connect(host, port, timeout_seconds=timeout_seconds) as plain,
            context.wrap_socket(plain, server_hostname=host) as secure,
        ):
            return secure.getpeercert(True) or b""
    except ssl.SSLCertVerificationError:
        raise
    except (OSError, UnicodeError) as exc:
        raise unreachable(server, exc) from exc


def unreachable(server: str, exc: BaseException) -> EksaError:
    """What kept us from the server, told apart by cause."""
    message, code, hint = _cause(server, exc)
    return EksaError(message, code=code, hint=hint, details={"server": server})


def _cause(server: str, exc: BaseException) -> tuple[str, str, str]:
    host, port = address(server)
    if isinstance(exc, (socket.gaierror, UnicodeError)):
        return (
            f"vCenter {server}: the name {host} does not resolve on this machine.",
            "vsphere.unknown_host",
            "Check spec.server of the VSphereDatacenterConfig and the DNS settings of this machine.",
        )
    if isinstance(exc, ConnectionRefusedError):
        return (
            f"vCenter {server} refuses connections on port {port}.",
            "vsphere.connection_refused",
            "Check spec.server of the VSphereDatacenterConfig (host and port) and that vCenter is running.",
        )
    if isinstance(exc, ssl.SSLCertVerificationError):
        return (
            f"vCenter {server} showed a certificate other than the one just checked: {exc}.",
            "vsphere.certificate_changed",
            "Find out what answers at that address (several vCenters behind one name, a proxy), then run again.",
        )
    if isinstance(exc, ssl.SSLError):
        return (
            f"vCenter {server} does not speak TLS as a vCenter does: {getattr(exc, 'reason', None) or exc}.",
            "vsphere.not_tls",
            "Check that spec.server of the VSphereDatacenterConfig names the HTTPS port of vCenter.",
        )
    seen = "no answer in time" if isinstance(exc, TimeoutError) else str(getattr(exc, "strerror", None) or exc)
    return (
        f"vCenter {server} cannot be reached: {seen}.",
        "vsphere.unreachable",
        "Check spec.server of the VSphereDatacenterConfig and that a route and the firewall allow HTTPS to it.",
    )


def _digest(algorithm: str, raw: bytes) -> str:
    plain = hashlib.new(algorithm, raw, usedforsecurity=False).hexdigest().upper()
    return ":".join(plain[index : index + 2] for index in range(0, len(plain), 2))


__all__ = (
    "address",
    "look",
    "pinned_context",
    "unreachable",
    "unverified_context",
    "verified_context",
)
