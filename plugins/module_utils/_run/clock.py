# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""The real time."""

from __future__ import annotations

import datetime as dt
import time


class SystemClock:
    """The Clock port: the machine's clocks."""

    def now(self) -> float:
        """Seconds on a monotonic scale."""
        return time.monotonic()

    def today(self) -> dt.datetime:
        """Date and time of day."""
        return dt.datetime.now(dt.UTC)

    def sleep(self, seconds: float) -> None:
        """Let that many seconds pass."""
        time.sleep(max(0.0, seconds))


__all__ = ("SystemClock",)
