# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Limits of the kernel that many nodes on one machine run into: raised with the lab, put back with it."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

# Each node has an init system, a kubelet and a containerd, all of one user: a node beyond the limit dies as it boots.
# https://kind.sigs.k8s.io/docs/user/known-issues/#pod-errors-due-to-too-many-open-files
WANTED: t.Mapping[str, int] = {"fs/inotify/max_user_instances": 1024, "fs/inotify/max_user_watches": 524288}
_SETTINGS = Path("/proc/sys")


def lift(run: Path, *, settings: Path = _SETTINGS) -> tuple[str, ...]:
    """Raise what is too low; what was there before is noted in ``run``. The settings that were raised."""
    low = {name: found for name, wanted in WANTED.items() if (found := _value(settings / name)) < wanted}
    if not low:
        return ()
    note = _note(run)
    note.write_text(json.dumps({**low, **_noted(note)}), encoding="utf-8")
    raised = [name for name in low if _set(settings / name, WANTED[name])]
    return tuple(f"raised {name.replace('/', '.')} to {WANTED[name]}" for name in raised)


def put_back(run: Path, *, settings: Path = _SETTINGS) -> tuple[str, ...]:
    """Give the kernel back what it had; the settings that were changed."""
    note = _note(run)
    before = _noted(note)
    for name, value in before.items():
        _set(settings / name, value)
    note.unlink(missing_ok=True)
    return tuple(f"set {name.replace('/', '.')} back to {value}" for name, value in before.items())


def _set(path: Path, value: int) -> bool:
    """Not where settings are read-only, as in some containers: a lab with one cluster does without."""
    try:
        path.write_text(str(value), encoding="utf-8")
    except OSError:
        return False
    return True


def _value(path: Path) -> int:
    return int(path.read_text(encoding="utf-8"))


def _note(run: Path) -> Path:
    return run / "limits.json"


def _noted(note: Path) -> dict[str, int]:
    if not note.exists():
        return {}
    noted: dict[str, int] = json.loads(note.read_text(encoding="utf-8"))
    return noted


__all__ = ("lift", "put_back")
