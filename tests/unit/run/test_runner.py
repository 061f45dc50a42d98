# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command runner, with real processes."""

from __future__ import annotations

import os
import pathlib
import signal
import subprocess
import sys
import time

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._run import runner as runner_room
from ansible_collections.eks.anywhere.plugins.module_utils._run.runner import LocalRunner


def alive(pid: int) -> bool:
    """Whether a process runs (a zombie does not)."""
    try:
        state = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def gone(pid: int) -> bool:
    """Whether a process ends within five seconds."""
    end = time.monotonic() + 5
    while alive(pid) and time.monotonic() < end:
        time.sleep(0.02)
    return not alive(pid)


def pid_in(path: pathlib.Path) -> int:
    """A pid that some process writes into a file."""
    end = time.monotonic() + 10
    while time.monotonic() < end:
        if path.exists() and path.read_text(encoding="utf-8").strip():
            return int(path.read_text(encoding="utf-8"))
        time.sleep(0.02)
    raise AssertionError(f"{path} was never written")


def test_output_and_return_code_come_back_separately() -> None:
    done = LocalRunner().run(["sh", "-c", "cat; echo bad >&2; exit 3"], stdin="grüße")
    assert (done.rc, done.stdout, done.stderr) == (3, "grüße", "bad\n")


def test_large_output_and_input_do_not_block() -> None:
    text = "x" * 5_000_000
    assert LocalRunner().run(["cat"], stdin=text).stdout == text


def test_without_input_a_command_sees_its_end_at_once() -> None:
    assert LocalRunner().run(["cat"], timeout_seconds=5).stdout == ""


def test_words_are_never_a_shells() -> None:
    assert LocalRunner().run(["echo", "$(id); *"]).stdout == "$(id); *\n"


def test_environment_is_an_allow_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    monkeypatch.setenv("KUBECONFIG", "/elsewhere")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy:3128")
    seen = dict(line.split("=", 1) for line in LocalRunner().run(["env"], env={"MINE": "1"}).stdout.splitlines())
    assert seen["MINE"] == "1"
    assert seen["HTTPS_PROXY"] == "http://proxy:3128"
    assert not {"AWS_SECRET_ACCESS_KEY", "KUBECONFIG"} & set(seen)
    assert set(seen) <= runner_room.PASSED_ON | {"MINE", "PWD", "SHLVL", "_"}


def test_tools_dir_comes_first_for_us_and_for_what_we_start(tmp_path: pathlib.Path) -> None:
    tool = tmp_path / "kind"
    tool.write_text("#!/bin/sh\necho ours\n", encoding="utf-8")
    tool.chmod(0o755)
    runner = LocalRunner(tools_dir=str(tmp_path))
    assert runner.run(["kind"]).stdout == "ours\n"
    assert runner.run(["sh", "-c", "kind"]).stdout == "ours\n"


def test_missing_program_is_named_with_where_it_was_looked_for(tmp_path: pathlib.Path) -> None:
    with pytest.raises(EksaError) as caught:
        LocalRunner(tools_dir=str(tmp_path)).run(["no-such-program"])
    assert caught.value.code == "run.program_not_found"
    assert str(tmp_path) in caught.value.message


def test_program_for_another_machine_is_told_apart(tmp_path: pathlib.Path) -> None:
    broken = tmp_path / "helm"
    broken.write_bytes(b"\x7fELF nonsense")
    broken.chmod(0o755)
    with pytest.raises(EksaError) as caught:
        LocalRunner(tools_dir=str(tmp_path)).run(["helm"])
    assert caught.value.code == "run.not_started"


def test_secrets_appear_nowhere() -> None:
    runner = LocalRunner(secrets={"hunter2"})
    script = "echo hunter2 $VSPHERE_PASSWORD $PLAIN; echo $VSPHERE_PASSWORD >&2"
    done = runner.run(["sh", "-c", script], env={"VSPHERE_PASSWORD": "s3cret", "PLAIN": "shown"})
    assert done.stdout == "******** ******** shown\n"
    assert done.stderr == "********\n"
    assert "hunter2" not in repr(done)


def test_timeout_ends_the_whole_family_and_says_the_last_words(tmp_path: pathlib.Path) -> None:
    child = tmp_path / "child"
    script = f"sleep 60 & echo $! > {child}; echo pulling image hunter2; wait"
    began = time.monotonic()
    with pytest.raises(EksaError) as caught:
        LocalRunner(secrets={"hunter2"}).run(["sh", "-c", script], timeout_seconds=0.5)
    assert time.monotonic() - began < 5
    assert caught.value.code == "run.timeout"
    assert "pulling image ********" in caught.value.message
    assert gone(pid_in(child))


def test_one_that_ignores_the_polite_signal_is_killed(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner_room, "GRACE_SECONDS", 0.3)
    child = tmp_path / "child"
    script = f"trap '' TERM; sleep 60 & echo $! > {child}; while :; do sleep 0.1; done"
    with pytest.raises(EksaError):
        LocalRunner().run(["sh", "-c", script], timeout_seconds=0.5)
    assert gone(pid_in(child))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_our_own_end_ends_the_command(number: signal.Signals, tmp_path: pathlib.Path) -> None:
    child = tmp_path / "child"
    code = (
        "from ansible_collections.eks.anywhere.plugins.module_utils._run.runner import LocalRunner\n"
        f"LocalRunner().run(['sh', '-c', 'echo $$ > {child}; sleep 60'])\n"
    )
    ours = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.DEVNULL, env=dict(os.environ))
    pid = pid_in(child)
    ours.send_signal(number)
    assert ours.wait(timeout=10) != 0
    assert gone(pid)


def test_signal_handling_is_as_before_afterwards() -> None:
    before = signal.getsignal(signal.SIGTERM)
    LocalRunner().run(["true"])
    assert signal.getsignal(signal.SIGTERM) is before
