# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab after a crash: lowered twice and raised again, whatever of it had died."""

from __future__ import annotations

import json
import os
import pathlib
import signal
import subprocess

import pytest

from ansible_collections.eks.anywhere.tests.labkit import CACHE, ROOT, Lab

RUN = CACHE / "lab" / "run"


def _tool(verb: str) -> str:
    command = [str(ROOT / "tests" / "tools" / "lab"), verb]
    done = subprocess.run(command, check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _recap(said: str) -> str:
    return next(line for line in said.splitlines() if line.startswith("localhost ") and " : ok=" in line)


def _kill(record: pathlib.Path) -> None:
    os.kill(json.loads(record.read_text())["pid"], signal.SIGKILL)


@pytest.mark.parametrize("dead", [("vcsim",), ("mirror", "registry", "vcsim", "dockerd")], ids=["vcenter", "all"])
def test_is_lowered_and_raised_after_a_crash(dead: tuple[str, ...]) -> None:
    for name in dead:
        record = RUN / f"{name}.json"
        # A machine with a docker engine of its own keeps it: only what the lab started can crash here.
        if record.exists():
            _kill(record)
    assert "changed=1" in _recap(_tool("down"))
    assert not RUN.exists()
    assert "changed=0" in _recap(_tool("down"))
    assert "changed=1" in _recap(_tool("up"))
    assert "changed=0" in _recap(_tool("up"))
    assert Lab().sessions()["open"] == 0
