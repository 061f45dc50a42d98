# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""A borrowed session is given back even when a signal ends the program."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import typing as t

NUMBERS = (signal.SIGINT, signal.SIGTERM)


def _main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()


@contextlib.contextmanager
def unwinding() -> t.Iterator[None]:
    """Where SIGTERM would kill at once, let it unwind the stack instead, so that ``finally`` blocks run."""
    if not _main_thread() or signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        yield
        return

    def unwind(signum: int, frame: object) -> t.NoReturn:
        raise SystemExit(128 + signum)

    signal.signal(signal.SIGTERM, unwind)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


@contextlib.contextmanager
def deferred() -> t.Iterator[None]:
    """Hold signals back: between a login request and its answer the server may own a session we cannot name yet."""
    if not _main_thread():
        yield
        return
    received: list[int] = []
    # A handler that was not installed from Python reads as None and cannot be put back: leave such a signal alone.
    previous = {number: handler for number in NUMBERS if (handler := signal.getsignal(number)) is not None}
    for number in previous:
        signal.signal(number, lambda signum, frame: received.append(signum))
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
        if received:
            os.kill(os.getpid(), received[0])


__all__ = ("deferred", "unwinding")
