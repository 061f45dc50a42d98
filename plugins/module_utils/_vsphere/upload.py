# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Sends the disks of an OVA to where a lease says, piece by piece, and keeps the lease alive meanwhile."""

from __future__ import annotations

import contextlib
import dataclasses
import http.client
import ssl
import time
import typing as t
import urllib.parse

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Reporter
from ansible_collections.eks.anywhere.plugins.module_utils._ports_template import Ova
from ansible_collections.eks.anywhere.plugins.module_utils._vsphere import route, tls

STALL_SECONDS = 120.0
"""A host that takes nothing for so long, or does not answer after the last byte, is given up."""
ALIVE_SECONDS = 5.0
"""A lease ends when it hears nothing for five minutes."""
MIB = 1 << 20
TENTHS = 10
STREAM = "application/x-vnd.vmware-streamVmdk"


@dataclasses.dataclass
class _Progress:
    """How much of all files is sent, told to vCenter and to people."""

    total: int
    tell_server: t.Callable[[int], None]
    report: Reporter
    done: int = 0
    tenth: int = 0
    told_at: float = 0.0

    def sent(self, count: int) -> None:
        self.done += count
        if self.done * TENTHS // self.total > self.tenth:
            self.tenth = self.done * TENTHS // self.total
            self.report.line(f"Uploading: {self.tenth * TENTHS} % of {-(-self.total // MIB)} MiB")
        if time.monotonic() - self.told_at >= ALIVE_SECONDS:
            self.told_at = time.monotonic()
            self.tell_server(min(99, 100 * self.done // self.total))


def send(
    ova: Ova,
    files: t.Sequence[t.Any],
    urls: t.Sequence[t.Any],
    *,
    server: str,
    trusted: ssl.SSLContext,
    tell_server: t.Callable[[int], None],
    report: Reporter,
) -> None:
    """Every file that the descriptor names, to the URL of its device.

    A host shows a certificate of its own, whose thumbprint vCenter tells with the URL; ``trusted`` is for the server.
    """
    by_device = {url.importKey: url for url in urls}
    sizes = {one.path: ova.size(one.path) for one in files}
    lacking = [name for name, size in sizes.items() if size is None]
    lacking += [one.path for one in files if one.deviceId not in by_device]
    if lacking:
        raise EksaError(
            f"The descriptor names {', '.join(sorted(set(lacking)))}, which the OVA does not hold or no disk takes.",
            code="template.not_an_ova",
        )
    total = sum(size for size in sizes.values() if size)
    progress = _Progress(max(total, 1), tell_server, report, told_at=time.monotonic())
    for one in files:
        _send(ova, one, by_device[one.deviceId], server=server, trusted=trusted, progress=progress)


def _send(ova: Ova, one: t.Any, url: t.Any, *, server: str, trusted: ssl.SSLContext, progress: _Progress) -> None:
    split = urllib.parse.urlsplit(url.url)
    own_host, own_port = tls.address(server)
    # "*" stands for the server that was asked.
    host, port = (own_host, own_port) if split.netloc.startswith("*") else (split.hostname or "", split.port or 443)
    context = trusted if (host, port) == (own_host, own_port) else _context(url.sslThumbprint)

    def body() -> t.Iterator[bytes]:
        for piece in ova.chunks(one.path):
            yield piece
            progress.sent(len(piece))

    headers = {"Content-Type": STREAM, "Content-Length": str(ova.size(one.path))}
    path = split.path + (f"?{split.query}" if split.query else "")
    connection = route.Connection(host, port, timeout=STALL_SECONDS, context=context)
    try:
        with contextlib.closing(connection):
            connection.request("PUT" if one.create else "POST", path, body(), headers)
            answer = connection.getresponse()
            answer.read()
    except (OSError, http.client.HTTPException) as exc:
        raise _failed(one.path, host, str(exc) or type(exc).__name__) from exc
    if answer.status >= http.HTTPStatus.MULTIPLE_CHOICES:
        raise _failed(one.path, host, f"it answered {answer.status} {answer.reason}")


def _context(thumbprint: str | None) -> ssl.SSLContext:
    return tls.pinned_context(thumbprint.upper()) if thumbprint else tls.verified_context()


def _failed(name: str, host: str, seen: str) -> EksaError:
    return EksaError(f"{name} could not be uploaded to {host}: {seen}.", code="template.upload_failed")


__all__ = ("send",)
