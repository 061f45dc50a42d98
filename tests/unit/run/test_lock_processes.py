# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lock file among real processes, and what is known of processes."""

from __future__ import annotations

import concurrent.futures
import os
import pathlib
import signal
import stat
import subprocess
import sys
import time

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._run import lock, processes

PREFIX = "ansible_collections.eks.anywhere.plugins.module_utils."
ORPHAN = f"""
import os, signal, sys, time
from {PREFIX}_run import processes
parent = os.getpid()
if os.fork():
    time.sleep(60)
os.setsid()
signal.signal(signal.SIGTERM, lambda *_: (open(sys.argv[1], "w").write("unwound"), sys.exit()))
processes.end_with_parent(parent)
open(sys.argv[1], "w").write("waits")
time.sleep(60)
"""


def test_the_file_and_its_folder_come_and_go(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "state" / "w01" / "run.lock"
    lock.change(str(path), lambda text: text + "one")
    assert path.read_text(encoding="utf-8") == "one"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    lock.change(str(path), lambda text: "")
    assert not path.parent.exists()


def test_a_folder_with_other_files_stays(tmp_path: pathlib.Path) -> None:
    (tmp_path / "kubeconfig").write_text("", encoding="utf-8")
    lock.change(str(tmp_path / "run.lock"), lambda text: "")
    assert [path.name for path in tmp_path.iterdir()] == ["kubeconfig"]


def test_a_refusal_changes_nothing(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "w01" / "run.lock"

    def refuse(text: str) -> str:
        raise EksaError(f"held: {text}", code="run.locked")

    with pytest.raises(EksaError):
        lock.change(str(path), refuse)
    assert not path.parent.exists()
    lock.change(str(path), lambda text: "mine")
    with pytest.raises(EksaError, match="held: mine"):
        lock.change(str(path), refuse)
    assert path.read_text(encoding="utf-8") == "mine"


def test_changes_come_one_after_the_other(tmp_path: pathlib.Path) -> None:
    """Each takes a step, and every tenth removes the file under the feet of those who wait for it."""
    path = tmp_path / "w01" / "run.lock"

    def count(text: str) -> str:
        number = int(text or 0)
        time.sleep(0.001)
        return str(number + 1) if number < 9 else ""

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _each: lock.change(str(path), count), range(205)))
    assert path.read_text(encoding="utf-8") == "5"


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path: pathlib.Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(EksaError) as caught:
        lock.change(str(tmp_path / "file" / "run.lock"), lambda text: "x")
    assert caught.value.code == "host.file"


def test_a_process_is_told_from_what_comes_after_it() -> None:
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    began = processes.started(child.pid)
    assert began
    assert began == processes.started(child.pid)
    child.kill()
    # Its remains, not yet collected, are no process any more.
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert processes.started(child.pid) == ""
    child.wait()
    assert processes.started(child.pid) == ""


def test_a_run_is_its_controller_wherever_it_was_sent() -> None:
    assert processes.run_here({processes.RUN_VARIABLE: "root@far 1:2:3"}) == "root@far 1:2:3"
    who, _space, run = processes.run_here({}).rpartition(" ")
    assert "@" in who
    assert run == processes.described(os.getppid())


def test_a_worker_unwinds_when_its_parent_is_killed(tmp_path: pathlib.Path) -> None:
    said = tmp_path / "said"
    parent = subprocess.Popen([sys.executable, "-c", ORPHAN, str(said)])
    assert _comes(said, "waits")
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    assert _comes(said, "unwound")


def _comes(path: pathlib.Path, text: str) -> bool:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        if path.exists() and path.read_text(encoding="utf-8") == text:
            return True
        time.sleep(0.05)
    return False
