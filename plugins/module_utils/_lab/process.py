# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Background processes of the lab: started detached, known by a pid file, ended by pid only when it is still them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import typing as t
from pathlib import Path

from ansible_collections.eks.anywhere.plugins.module_utils._ports import Clock


class Processes:
    """Processes whose pid files and logs are below one folder."""

    def __init__(self, run: Path, *, clock: Clock) -> None:
        self._run = run
        self._clock = clock

    def log(self, name: str) -> Path:
        """Where a process writes."""
        return self._run / "logs" / f"{name}.log"

    def start(self, name: str, argv: t.Sequence[str], *, environ: t.Mapping[str, str] | None = None) -> None:
        """Start it in a session of its own, so that it outlives this run."""
        self.log(name).parent.mkdir(parents=True, exist_ok=True)
        with self.log(name).open("wb") as output:
            process = subprocess.Popen(
                argv,
                env={**os.environ, **(environ or {})},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                cwd="/",
            )
        record = {"pid": process.pid, "started": _started(process.pid)}
        self._file(name).write_text(json.dumps(record))

    def known(self, name: str) -> bool:
        """Whether it was started and not stopped since, dead or alive."""
        return self._file(name).is_file()

    def alive(self, name: str) -> bool:
        """Whether the process that was started is still running (a reused pid is not it)."""
        return self._pid(name) is not None

    def stop(self, name: str, *, grace_seconds: float = 10.0) -> bool:
        """End it, gently first; True when there was something to end."""
        pid = self._pid(name)
        if pid is not None:
            self._end(name, pid, grace_seconds)
        self._file(name).unlink(missing_ok=True)
        return pid is not None

    def _end(self, name: str, pid: int, grace_seconds: float) -> None:
        os.kill(pid, signal.SIGTERM)
        deadline = self._clock.now() + grace_seconds
        while self.alive(name):
            if self._clock.now() > deadline:
                os.kill(pid, signal.SIGKILL)
                return
            self._clock.sleep(0.1)

    def _file(self, name: str) -> Path:
        return self._run / f"{name}.json"

    def _pid(self, name: str) -> int | None:
        try:
            record = json.loads(self._file(name).read_text())
        except (FileNotFoundError, ValueError):
            return None
        pid = int(record["pid"])
        started = _started(pid)
        return pid if started and started == record["started"] else None


def _started(pid: int) -> str:
    """Start time of a process in clock ticks since boot; empty when it is gone or a zombie."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError):
        return ""
    return "" if fields[0] in "ZX" else fields[19]


__all__ = ("Processes",)
