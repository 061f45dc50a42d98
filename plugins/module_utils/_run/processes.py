# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Processes of this machine: told apart beyond their numbers, and ended when what started them is gone."""

from __future__ import annotations

import contextlib
import ctypes
import getpass
import os
import pathlib
import signal
import socket
import sys
import typing as t

RUN_VARIABLE = "EKSA_RUN"
"""Environment variable in which the controller says which run a task belongs to, also where modules are shipped to."""

_PR_SET_PDEATHSIG = 1
_PROC = pathlib.Path("/proc")


def realm() -> str:
    """Where process ids of ours count: this boot of this machine, this space of process ids."""
    boot = _read(_PROC / "sys/kernel/random/boot_id").strip()
    with contextlib.suppress(OSError):
        return f"{boot}/{(_PROC / 'self/ns/pid').readlink()}"
    return boot or socket.gethostname()


def started(pid: int) -> str:
    """When a process was started, in the machine's own ticks; empty when there is none, or only its remains."""
    fields = _read(_PROC / str(pid) / "stat").rpartition(")")[2].split()
    if fields:
        return "" if fields[0] in ("Z", "X") else fields[19]
    # Without /proc its existence has to do.
    return "running" if not (_PROC / "self").exists() and _exists(pid) else ""


def myself() -> str:
    """This process as ``pid:started:realm``."""
    return described(os.getpid())


def described(pid: int) -> str:
    """A process as ``pid:started:realm``."""
    return f"{pid}:{started(pid)}:{realm()}"


def run_of(parent: int) -> str:
    """The run whose process is ``parent``, as ``user@host pid:started:realm``."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = str(os.getuid())
    return f"{user}@{socket.gethostname()} {described(parent)}"


def run_here(environ: t.Mapping[str, str]) -> str:
    """The run that this process belongs to: as its controller said, else whatever started it."""
    return environ.get(RUN_VARIABLE) or run_of(os.getppid())


def end_with_parent(parent: int) -> None:
    """Have SIGTERM sent to this process when ``parent`` dies, even by SIGKILL; on Linux only."""
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:
        # It died before it could be watched.
        os.kill(os.getpid(), signal.SIGTERM)


def _read(path: pathlib.Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


__all__ = ("RUN_VARIABLE", "described", "end_with_parent", "myself", "realm", "run_here", "run_of", "started")
