# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A proxy between a client and an HTTPS server that does something bad at request number N, and only there."""

from __future__ import annotations

import contextlib
import dataclasses
import enum
import http.client
import http.server
import json
import os
import signal
import socket
import ssl
import threading
import time
import typing as t

SECONDS = 30.0
_HOP_BY_HOP = frozenset(("connection", "keep-alive", "transfer-encoding", "content-length"))


class Harm(enum.Enum):
    """What happens to the chosen request."""

    DROP_BEFORE = "dropped before the server saw it"
    DROP_AFTER = "dropped after the server did it"
    KILL_BEFORE = "client killed before the server saw it"
    KILL_AFTER = "client killed after the server did it"
    TOO_MANY = "answered 429"
    CONFLICT = "answered 409"
    BROKEN = "answered 500"
    SLOW = "answered late"


_STATUS = {
    Harm.TOO_MANY: (429, "TooManyRequests"),
    Harm.CONFLICT: (409, "Conflict"),
    Harm.BROKEN: (500, "InternalError"),
}
_KILLS = frozenset((Harm.KILL_BEFORE, Harm.KILL_AFTER))
_AFTER = frozenset((Harm.DROP_AFTER, Harm.KILL_AFTER))


@dataclasses.dataclass
class Counter:
    """Requests seen by all proxies of one client; number ``at`` (from 1) is harmed, by ``repeat`` also those after."""

    at: int = 0
    harm: Harm = Harm.DROP_BEFORE
    repeat: int = 1
    delay_seconds: float = 0.0
    pid: int = 0
    seen: int = 0
    requests: list[str] = dataclasses.field(default_factory=list)
    _lock: threading.Lock = dataclasses.field(default_factory=threading.Lock)

    def next(self, request: str) -> Harm | None:
        """Count one request; what is to happen to it."""
        with self._lock:
            self.seen += 1
            self.requests.append(request)
            return self.harm if self.at <= self.seen < self.at + self.repeat else None

    def kill(self) -> None:
        """End the client at once."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)


class Cutter:
    """One listening proxy. ``certificate`` and ``key`` are those of the server behind it."""

    def __init__(self, *, url: str, certificate: str, key: str, counter: Counter) -> None:
        host = url.removeprefix("https://").rstrip("/")
        context = ssl.create_default_context(cafile=certificate)

        class Handler(_Handler):
            """Requests of this proxy."""

            backend = host
            trust = context
            count = counter

        self._server = _Server(("127.0.0.1", 0), Handler)
        shown = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        shown.load_cert_chain(certificate, key)
        self._server.socket = shown.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        """Where the proxy listens."""
        return f"https://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Cutter:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: t.Any, client_address: t.Any) -> None:
        """Clients that are killed leave broken connections; that is what this is for."""


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = SECONDS
    backend: t.ClassVar[str]
    trust: t.ClassVar[ssl.SSLContext]
    count: t.ClassVar[Counter]

    def log_message(self, format: str, *args: t.Any) -> None:  # noqa: A002 - the name in the base class
        """Nothing is printed."""

    def _pass(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        harm = self.count.next(f"{self.command} {self.path}")
        if harm is None:
            return self._answer(*self._forward(body))
        if harm in _STATUS:
            return self._refuse(*_STATUS[harm])
        if harm is Harm.SLOW:
            time.sleep(self.count.delay_seconds)
            return self._answer(*self._forward(body))
        if harm in _AFTER:
            self._forward(body)
        if harm in _KILLS:
            self.count.kill()
        return self._hang_up()

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _pass  # noqa: N815 - names of the base class

    def _forward(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        connection = http.client.HTTPSConnection(self.backend, context=self.trust, timeout=SECONDS)
        try:
            headers = {name: value for name, value in self.headers.items() if name.lower() not in _HOP_BY_HOP}
            connection.request(self.command, self.path, body=body or None, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        finally:
            connection.close()

    def _answer(self, status: int, headers: t.Sequence[tuple[str, str]], body: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in _HOP_BY_HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _refuse(self, status: int, reason: str) -> None:
        told = {
            "kind": "Status",
            "apiVersion": "v1",
            "status": "Failure",
            "message": "injected",
            "reason": reason,
            "code": status,
        }
        self._answer(status, [("Content-Type", "application/json")], json.dumps(told).encode())

    def _hang_up(self) -> None:
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)


__all__ = ("Counter", "Cutter", "Harm")
