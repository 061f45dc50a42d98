# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""The way to a server: directly, or through the proxy that the environment names for it."""

from __future__ import annotations

import http.client
import os
import socket
import ssl

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._vsphere.proxies import Proxy, proxy_for


def connect(host: str, port: int, *, timeout_seconds: float | None) -> socket.socket:
    """A line to the server on which nothing was said yet. The name is resolved by whoever connects to it."""
    proxy = proxy_for(host, port, os.environ)
    if proxy is None:
        return _dial(host, port, timeout_seconds)
    name = host.encode("idna").decode()
    try:
        line = _dial(proxy.host, proxy.port, timeout_seconds)
    except (OSError, UnicodeError) as exc:
        raise _unreachable(proxy, exc) from exc
    try:
        _tunnel(line, proxy, f"[{name}]:{port}" if ":" in name else f"{name}:{port}")
    except BaseException:
        line.close()
        raise
    return line


class Connection(http.client.HTTPSConnection):
    """HTTPS over such a line. It takes what pyVmomi gives to the connections that it makes."""

    def __init__(self, host: str, port: int, *, context: ssl.SSLContext, timeout: float | None = None) -> None:
        super().__init__(host, port, context=context, timeout=timeout)
        self._tls = context

    def connect(self) -> None:
        """Reach the server and shake hands."""
        line = connect(self.host, self.port, timeout_seconds=self.timeout)
        self.sock = self._tls.wrap_socket(line, server_hostname=self.host)


def _dial(host: str, port: int, timeout_seconds: float | None) -> socket.socket:
    line = socket.create_connection((host, port), timeout=timeout_seconds)
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # a request is two small writes: do not wait in between
    return line


def _tunnel(line: socket.socket, proxy: Proxy, target: str) -> None:
    """Ask the proxy for the server. What it says about itself is of no interest."""
    authorization = f"Proxy-Authorization: {proxy.authorization}\r\n" if proxy.authorization else ""
    try:
        line.sendall(f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n{authorization}\r\n".encode("ascii"))
        answer = http.client.HTTPResponse(line, method="CONNECT")
        answer.begin()
    except (OSError, UnicodeError, http.client.HTTPException) as exc:
        raise _unreachable(proxy, exc) from exc
    if answer.status != http.HTTPStatus.OK:
        raise EksaError(
            f"The proxy {proxy.name} (HTTPS_PROXY) does not connect to vCenter {target}: "
            f"it answers {answer.status} {answer.reason}.",
            code="vsphere.proxy_refused",
            hint="Name the vCenter in NO_PROXY if this machine reaches it directly, else let the proxy CONNECT to it.",
            details={"proxy": proxy.name, "status": answer.status},
        )


def _unreachable(proxy: Proxy, exc: BaseException) -> EksaError:
    seen = "no answer in time" if isinstance(exc, TimeoutError) else str(getattr(exc, "strerror", None) or exc)
    return EksaError(
        f"The proxy {proxy.name} (HTTPS_PROXY) cannot be reached: {seen}.",
        code="vsphere.proxy_unreachable",
        hint="Correct HTTPS_PROXY, or name the vCenter in NO_PROXY if this machine reaches it without the proxy.",
        details={"proxy": proxy.name},
    )


__all__ = ("Connection", "connect")
