# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A tiny HTTP proxy that knows CONNECT alone and leads every name to one server."""

from __future__ import annotations

import base64
import contextlib
import dataclasses
import http.client
import socket
import threading
import typing as t


@dataclasses.dataclass
class ConnectProxy:
    """``status`` other than 200 refuses; with ``login`` (``user:password``) others than that user are refused, too.

    ``asked`` are the targets in order. What goes through a tunnel it cannot read.
    """

    listener: socket.socket
    leads_to: tuple[str, int]
    status: int = 200
    login: str = ""
    asked: list[str] = dataclasses.field(default_factory=list)

    @property
    def address(self) -> str:
        """Host and port."""
        return "{}:{}".format(*self.listener.getsockname())

    def serve(self) -> None:
        """Until the listener is closed."""
        while True:
            try:
                client, _peer = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._tunnel, args=(client,), daemon=True).start()

    def _tunnel(self, client: socket.socket) -> None:
        with client, contextlib.suppress(OSError):
            with client.makefile("rb", buffering=0) as request:
                method, target, _version = request.readline().decode().split()
                headers = http.client.parse_headers(request)
            self.asked.append(target)
            status = self._judge(method, headers.get("Proxy-Authorization", ""))
            reason = http.client.responses[status]
            client.sendall(f"HTTP/1.1 {status} {reason}\r\nContent-Length: 0\r\n\r\n".encode())
            if status == http.HTTPStatus.OK:
                with socket.create_connection(self.leads_to, timeout=30) as server:
                    back = threading.Thread(target=_pump, args=(server, client), daemon=True)
                    back.start()
                    _pump(client, server)
                    back.join()

    def _judge(self, method: str, authorization: str) -> int:
        if method != "CONNECT":
            return http.HTTPStatus.METHOD_NOT_ALLOWED
        if self.login and authorization != "Basic " + base64.b64encode(self.login.encode()).decode():
            return http.HTTPStatus.PROXY_AUTHENTICATION_REQUIRED
        return self.status


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while chunk := source.recv(65536):
            sink.sendall(chunk)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


@contextlib.contextmanager
def connect_proxy(leads_to: str, *, status: int = 200, login: str = "") -> t.Iterator[ConnectProxy]:
    """One on a free port of the loopback; ``leads_to`` is like ``127.0.0.1:8989``."""
    host, _colon, port = leads_to.partition(":")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        made = ConnectProxy(listener, (host, int(port or 443)), status, login)
        thread = threading.Thread(target=made.serve, daemon=True)
        thread.start()
        try:
            yield made
        finally:
            listener.shutdown(socket.SHUT_RDWR)  # closing alone wakes no thread that waits for a client
            thread.join(timeout=5)


__all__ = ("ConnectProxy", "connect_proxy")
