# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Commands of the lab: long ones write to a log file, and a failure shows the end of it."""

from __future__ import annotations

import os
import subprocess
import typing as t
from pathlib import Path

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError

_SHOWN_LINES = 12


def run_logged(
    argv: t.Sequence[str],
    *,
    log: Path,
    what: str,
    cwd: Path | None = None,
    environ: t.Mapping[str, str] | None = None,
) -> None:
    """Run to the end with all output in ``log``; a bad exit raises ``lab.command_failed`` with the last lines."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        try:
            done = subprocess.run(
                argv,
                cwd=cwd,
                env={**os.environ, **(environ or {})},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                check=False,
            )
        except FileNotFoundError as exc:
            raise EksaError(
                f"{what}: the program {argv[0]} is not installed.",
                code="lab.program_missing",
                hint=f"Install {argv[0]} and run again.",
            ) from exc
    if done.returncode != 0:
        raise EksaError(
            f"{what} failed with exit code {done.returncode}; its last lines:\n{tail(log)}",
            code="lab.command_failed",
            hint=f"The whole output is in {log}.",
        )


def output_of(argv: t.Sequence[str], *, stdin: bytes = b"", cwd: Path | None = None) -> str:
    """Standard output of a short command; a bad exit raises ``lab.command_failed`` with what it said."""
    done = subprocess.run(argv, input=stdin, capture_output=True, check=False, cwd=cwd)
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip()
        raise EksaError(f"{' '.join(argv[:3])} failed: {said[-800:]}", code="lab.command_failed")
    return done.stdout.decode()


def tail(log: Path) -> str:
    """The last lines of a log."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-_SHOWN_LINES:])


__all__ = ("output_of", "run_logged", "tail")
