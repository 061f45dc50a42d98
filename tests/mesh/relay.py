# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carry connections from one address to another: ``relay.py tcp:PORT unix:PATH`` or ``relay.py unix:PATH tcp:PORT``.

A socket in a folder is reached from every network namespace, a port of the loopback only from its own. So a pair of
these is a link between two namespaces that share no network.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import sys
import typing as t

LOOPBACK = "127.0.0.1"
CHUNK = 1 << 16
Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def connect(address: str) -> Ends:
    """Both ends of a new connection to the address."""
    kind, _colon, where = address.partition(":")
    if kind == "unix":
        return await asyncio.open_unix_connection(where)
    return await asyncio.open_connection(LOOPBACK, int(where))


async def listen(address: str, carry: t.Callable[..., t.Awaitable[None]]) -> asyncio.AbstractServer:
    """A server on the address."""
    kind, _colon, where = address.partition(":")
    if kind == "unix":
        return await asyncio.start_unix_server(carry, where)
    return await asyncio.start_server(carry, LOOPBACK, int(where))


async def pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One direction, until its source ends."""
    with contextlib.suppress(OSError):
        while data := await reader.read(CHUNK):
            writer.write(data)
            await writer.drain()
    writer.close()


async def carry(target: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One connection; who asks while nobody listens on the other side is hung up on, and asks again."""
    try:
        far_reader, far_writer = await connect(target)
    except OSError:
        writer.close()
        return
    await asyncio.gather(pour(reader, far_writer), pour(far_reader, writer))


async def main(source: str, target: str) -> None:
    """Listen for ever."""
    server = await listen(source, functools.partial(carry, target))
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
