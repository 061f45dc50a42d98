# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Waits for tasks of vCenter."""

from __future__ import annotations

import time
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._vsphere.collector import Collector

PAUSE_SECONDS = 0.5
SOON_SECONDS = 0.05
"""The first looks: most tasks are done at once."""


def ended(collector: Collector, task: t.Any, *, seconds: float) -> bool:
    """Whether the task succeeded in time, or is so old that vCenter forgot it; its fault is raised."""
    end = time.monotonic() + seconds
    pause = SOON_SECONDS
    while time.monotonic() < end:
        row = collector.read_one(task, ("info",))
        info = row.values.get("info") if row else None
        if info is None or info.state == "success":
            return True
        if info.state == "error":
            raise info.error
        time.sleep(pause)
        pause = min(2 * pause, PAUSE_SECONDS)
    return False


__all__ = ("ended",)
