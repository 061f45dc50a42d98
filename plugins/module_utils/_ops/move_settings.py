# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""What a move works with, and how it is asked to go about it."""

from __future__ import annotations

import dataclasses

from ansible_collections.eks.anywhere.plugins.module_utils._ports import Clock, Files, Kube, Reporter, Vault


@dataclasses.dataclass(frozen=True)
class Ports:
    """The outside world; ``vault`` is None without a password."""

    source: Kube
    target: Kube
    clock: Clock
    report: Reporter
    files: Files
    vault: Vault | None = None


@dataclasses.dataclass(frozen=True)
class Settings:
    """How to move. ``fence``: stop the source's controllers while objects are copied; ``wait``: until the clusters live
    in the target; ``concurrency``: requests at a time within a group; ``backup_dir``: none when empty.
    """

    timeout_seconds: float
    check_mode: bool = False
    fence: bool = True
    wait: bool = True
    concurrency: int = 4
    backup_dir: str = ""


__all__ = ("Ports", "Settings")
