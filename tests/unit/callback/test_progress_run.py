# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The progress callback and the in-process shells under a real ``ansible-playbook``."""

from __future__ import annotations

import json
import os
import pathlib
import signal
import subprocess
import sys
import textwrap
import time
import typing as t

import pytest

PLAYBOOK = pathlib.Path(sys.executable).with_name("ansible-playbook")
INVENTORY = "w01 ansible_connection=local ansible_python_interpreter={{ansible_playbook_python}}\n"
PLAY = "- name: Play\n  hosts: all\n  gather_facts: false\n  tasks:\n"
RECAP = "w01                        : ok={ok:<4} changed={changed:<4} unreachable=0    failed={failed:<4}"

BORROW = """
from __future__ import annotations
import pathlib, time
from ansible_collections.eks.anywhere.plugins.module_utils._argspec import Spec
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.plugins.plugin_utils._controller import ControllerAction

class Operation:
    SPEC = Spec(options={"file": {"type": "path"}, "password": {"type": "str", "no_log": True}})

    @staticmethod
    def operate(params, context):
        context.report.line("Borrowing with " + params["password"])
        if not params["file"]:
            raise EksaError("Nobody lends to " + params["password"] + ".", code="borrow.refused", hint="Ask elsewhere.")
        borrowed = pathlib.Path(params["file"])
        borrowed.write_text("mine", encoding="utf-8")
        try:
            time.sleep(60)
        finally:
            time.sleep(1)
            borrowed.unlink()
        return Result()

class ActionModule(ControllerAction):
    MODULE = Operation
"""


class Ansible(t.NamedTuple):
    """A folder with a playbook, and the environment to run it in."""

    folder: pathlib.Path
    env: dict[str, str]

    def start(self, tasks: str, *args: str, callback: str = "eks.anywhere.progress") -> subprocess.Popen[str]:
        """Start a play of these tasks on host w01."""
        play = PLAY + textwrap.indent(textwrap.dedent(tasks), "    ")
        (self.folder / "play.yml").write_text(play, encoding="utf-8")
        (self.folder / "hosts").write_text(INVENTORY, encoding="utf-8")
        return subprocess.Popen(
            [PLAYBOOK, "-i", "hosts", "play.yml", *args],
            cwd=self.folder,
            env={**self.env, "ANSIBLE_STDOUT_CALLBACK": callback},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, tasks: str, *args: str, callback: str = "eks.anywhere.progress") -> tuple[int, list[str]]:
        """Exit code and lines of a whole run."""
        process = self.start(tasks, *args, callback=callback)
        output = process.communicate(timeout=60)[0]
        return process.returncode, output.splitlines()

    def timeline(self) -> dict[str, t.Any]:
        """What the callback wrote."""
        shape: dict[str, t.Any] = json.loads((self.folder / "timeline.json").read_text(encoding="utf-8"))
        return shape


@pytest.fixture
def ansible(tmp_path: pathlib.Path) -> Ansible:
    """Ansible with this collection and one test-only operation next to the playbook."""
    for folder in ("action_plugins", "library"):
        (tmp_path / folder).mkdir()
    (tmp_path / "action_plugins" / "borrow.py").write_text(BORROW, encoding="utf-8")
    (tmp_path / "library" / "borrow.py").write_text("", encoding="utf-8")
    env = {key: value for key, value in os.environ.items() if not key.startswith(("ANSIBLE_", "EKSA_"))}
    env["ANSIBLE_COLLECTIONS_PATH"] = os.environ["ANSIBLE_COLLECTIONS_PATH"]
    env["ANSIBLE_HOME"] = str(tmp_path / "home")
    env["ANSIBLE_NOCOLOR"] = "1"
    env["EKSA_TIMELINE"] = str(tmp_path / "timeline.json")
    return Ansible(tmp_path, env)


LINES = """
    - name: Quiet
      ansible.builtin.command: "true"
      changed_when: false
    - name: Skipped
      eks.anywhere.progress_line: {line: never}
      when: false
    - name: Line
      eks.anywhere.progress_line: {line: "🎉 Cluster created!"}
"""


@pytest.mark.parametrize("callback", ["eks.anywhere.progress", "default"])
def test_a_line_stands_alone_under_any_callback(ansible: Ansible, callback: str) -> None:
    code, lines = ansible.run(LINES, callback=callback)
    assert code == 0
    assert lines.count("🎉 Cluster created!") == 1


def test_only_lines_and_the_recap_are_shown(ansible: Ansible) -> None:
    lines = ansible.run(LINES)[1]
    assert lines[0] == "🎉 Cluster created!"
    assert lines[2].startswith("PLAY RECAP")
    assert lines[3].startswith(RECAP.format(ok=2, changed=0, failed=0))
    assert [line for line in lines[4:] if line.strip()] == []


def test_the_timeline_tells_every_task(ansible: Ansible) -> None:
    ansible.run(LINES)
    shape = ansible.timeline()
    assert (shape["outcome"], shape["playbook"]) == ("ok", "play.yml")
    assert [task["task"] for task in shape["tasks"]] == ["Quiet", "Skipped", "Line"]
    assert [task["status"] for task in shape["tasks"]] == ["ok", "skipped", "ok"]
    assert shape["tasks"][2]["action"] == "eks.anywhere.progress_line"
    assert shape["tasks"][2]["lines"] == ["🎉 Cluster created!"]


@pytest.mark.parametrize("verbosity", ["-v", "-vvv"])
def test_an_error_is_one_block_without_the_secret(ansible: Ansible, verbosity: str) -> None:
    code, lines = ansible.run("- name: Borrow\n  borrow: {password: s3cr3t}\n", verbosity)
    assert code == 2
    start = lines.index("❌ w01: Nobody lends to ********.")
    assert lines[start + 1 : start + 4] == ["   code: borrow.refused", "   next: Ask elsewhere.", "   task: Borrow"]
    assert "Borrowing with ********" in lines
    assert "s3cr3t" not in "\n".join(lines) + json.dumps(ansible.timeline())
    assert (ansible.timeline()["outcome"], ansible.timeline()["tasks"][0]["error_code"]) == ("failed", "borrow.refused")


def test_wrong_options_are_an_error_of_the_same_shape(ansible: Ansible) -> None:
    code, lines = ansible.run("- name: Line\n  eks.anywhere.progress_line: {text: x}\n")
    assert code == 2
    assert lines[0].startswith("❌ w01: ")
    assert "line" in lines[0]
    assert lines[1:3] == ["   code: input.invalid", "   next: Its options: ansible-doc eks.anywhere.progress_line."]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 99), (signal.SIGTERM, -15)], ids=["SIGINT", "SIGTERM"])
def test_a_cut_operation_gives_back_what_it_borrowed(ansible: Ansible, number: signal.Signals, code: int) -> None:
    borrowed = ansible.folder / "borrowed"
    process = ansible.start(f"- name: Borrow\n  borrow: {{password: s3cr3t, file: {borrowed}}}\n")
    _until(borrowed.exists)
    process.send_signal(number)
    output = process.communicate(timeout=30)[0]
    assert process.returncode == code
    _until(lambda: not borrowed.exists())
    if number is signal.SIGINT:
        assert "❌ w01: The run was interrupted.\n   code: run.interrupted\n   next: Run the same" in output
        assert ansible.timeline()["outcome"] == "interrupted"


def _until(true: t.Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)
