# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Whether somebody answers at an address."""

from __future__ import annotations

import socket
import typing as t


class TcpProbe:
    """The Probe port over TCP. A refusal or a reset is an answer too: the address is taken."""

    def answering_port(self, *, host: str, ports: t.Sequence[int], timeout_seconds: float = 0.5) -> int | None:
        """The first of these ports at which the host accepts, refuses or resets; None when nothing answers."""
        return next((port for port in ports if _answers(host, port, timeout_seconds)), None)


def _answers(host: str, port: int, timeout_seconds: float) -> bool:
    try:
        with socket.create_connection((host, port), timeout=timeout_seconds):
            return True
    except (ConnectionRefusedError, ConnectionResetError):
        return True
    except OSError:
        return False


__all__ = ("TcpProbe",)
