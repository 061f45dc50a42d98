# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Waits for a task of vCenter."""

from __future__ import annotations

import time
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._vsphere.collector import Collector

TASK_SECONDS = 300.0
PAUSE_SECONDS = 0.5


def finish(collector: Collector, task: t.Any, *, doing: str, code: str) -> None:
    """Until it has succeeded; its own fault is raised, and the code when it takes too long."""
    end = time.monotonic() + TASK_SECONDS
    while time.monotonic() < end:
        row = collector.read_one(task, ("info",))
        info = row.values.get("info") if row else None
        if info is None or info.state == "success":
            return
        if info.state == "error":
            raise info.error
        time.sleep(PAUSE_SECONDS)
    raise EksaError(
        f"vCenter did not finish {doing} within {TASK_SECONDS:.0f} s.",
        code=code,
        hint="See the task list of vCenter for what it waits for, and run again.",
    )


__all__ = ("PAUSE_SECONDS", "TASK_SECONDS", "finish")
