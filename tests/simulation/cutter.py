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
    REVOKED = "sent with credentials that are no longer valid"


_STATUS = {
    Harm.TOO_MANY: (429, "TooManyRequests"),
    Harm.CONFLICT: (409, "Conflict"),
    Harm.BROKEN: (500, "InternalError"),
}
WRITES = frozenset(("DELETE", "PATCH", "POST", "PUT"))
_KILLS = frozenset((Harm.KILL_BEFORE, Harm.KILL_AFTER))
_AFTER = frozenset((Harm.DROP_AFTER, Harm.KILL_AFTER))


@dataclasses.dataclass
class Counter:
    """Requests seen by all proxies of one client; number ``at`` (from 1) is harmed, by ``repeat`` also those after.

    With ``apart`` the same happens again so many requests later, and so on to the end. With ``only`` just requests of
    these methods are numbered. ``harmed`` and their ``numbers`` go together.
    """

    at: int = 0
    harm: Harm = Harm.DROP_BEFORE
    repeat: int = 1
    apart: int = 0
    delay_seconds: float = 0.0
    pid: int = 0
    only: frozenset[str] = frozenset()
    harmed: list[str] = dataclasses.field(default_factory=list)
    numbers: list[int] = dataclasses.field(default_factory=list)
    requests: list[str] = dataclasses.field(default_factory=list)
    _number: int = 0
    _lock: threading.Lock = dataclasses.field(default_factory=threading.Lock)

    def next(self, request: str) -> Harm | None:
        """Count one request, ``SERVER METHOD PATH``; what is to happen to it."""
        with self._lock:
            self.requests.append(request)
            if self.only and request.split(" ")[1] not in self.only:
                return None
            self._number += 1
            since = self._number - self.at
            if since < 0 or (since % self.apart if self.apart else since) >= self.repeat:
                return None
            self.harmed.append(request)
            self.numbers.append(self._number)
            return self.harm

    def kill(self) -> None:
        """End the client at once."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)


class Cutter:
    """One listening proxy. ``certificate`` and ``key`` are those of the server behind it, ``name`` is in the requests.

    Connections that are made from then on count by the ``counter`` that is set.
    """

    def __init__(self, *, name: str, url: str, certificate: str, key: str) -> None:
        self.counter = Counter()
        cutter = self

        class Handler(_Handler):
            """Requests of this proxy."""

            server_name = name
            backend = url.removeprefix("https://").rstrip("/")
            trust = ssl.create_default_context(cafile=certificate)

            def setup(self) -> None:
                """What a killed client still has under way must not count for the next one."""
                self.count = cutter.counter
                super().setup()

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
    # An answer is two packets; without this the second waits for the client's delayed acknowledgement.
    disable_nagle_algorithm = True
    server_name: t.ClassVar[str]
    backend: t.ClassVar[str]
    trust: t.ClassVar[ssl.SSLContext]
    count: Counter
    _connection: http.client.HTTPSConnection | None = None

    def log_message(self, format: str, *args: t.Any) -> None:  # noqa: A002 - the name in the base class
        """Nothing is printed."""

    def _pass(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        harm = self.count.next(f"{self.server_name} {self.command} {self.path}")
        if harm is None:
            return self._answer(*self._forward(body))
        if harm in _STATUS:
            return self._refuse(*_STATUS[harm])
        if harm is Harm.SLOW:
            time.sleep(self.count.delay_seconds)
            return self._answer(*self._forward(body))
        if harm is Harm.REVOKED:
            self.headers.replace_header("Authorization", "Bearer revoked")
            return self._answer(*self._forward(body))
        if harm in _AFTER:
            self._forward(body)
        if harm in _KILLS:
            self.count.kill()
        return self._hang_up()

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _pass  # noqa: N815 - names of the base class

    def _forward(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        """The server's answer; a server that is gone ends the client's connection as well."""
        if self._connection is None:
            self._connection = http.client.HTTPSConnection(self.backend, context=self.trust, timeout=SECONDS)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in _HOP_BY_HOP}
        self._connection.request(self.command, self.path, body=body or None, headers=headers)
        answer = self._connection.getresponse()
        return answer.status, answer.getheaders(), answer.read()

    def finish(self) -> None:
        """The connection behind lives as long as the one before."""
        if self._connection is not None:
            self._connection.close()
        super().finish()

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


__all__ = ("WRITES", "Counter", "Cutter", "Harm")
