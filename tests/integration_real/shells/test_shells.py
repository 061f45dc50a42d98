# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The two shells of an operation, run by Ansible itself: in process on a local connection, shipped on any other."""

from __future__ import annotations

import json
import os
import pathlib
import re
import subprocess
import typing as t

import pytest
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[3]
HERE = pathlib.Path(__file__).resolve().parent
MODULES = sorted(path.stem for path in (ROOT / "plugins" / "modules").glob("[a-z]*.py"))
PASSWORD = "never-shown-7f3a"
BAD_CONFIG = f"""
apiVersion: anywhere.eks.amazonaws.com/v1alpha1
kind: Cluster
metadata:
  name: w01
spec:
  {PASSWORD}: a secret in the wrong place
"""

Tasks = t.Sequence[dict[str, t.Any]]
Answers = dict[str, dict[str, t.Any]]


def play(tasks: Tasks, *, connection: str, folder: pathlib.Path, check: bool = False) -> tuple[Answers, str]:
    """Results by task name (no failure ends the play), and all that was printed at the highest verbosity."""
    file, kept = folder / "play.yml", folder / "results.jsonl"
    head = {"hosts": "all", "gather_facts": False, "ignore_errors": True, "tasks": list(tasks)}
    file.write_text(yaml.safe_dump([head]), encoding="utf-8")
    settings = {
        "ANSIBLE_CONNECTION_PLUGINS": str(HERE / "plugins"),
        "ANSIBLE_CALLBACK_PLUGINS": str(HERE / "plugins"),
        "ANSIBLE_CALLBACKS_ENABLED": "keep",
        "ANSIBLE_STDOUT_CALLBACK": "ansible.builtin.default",
        "KEEP_RESULTS": str(kept),
        "ANSIBLE_LOCAL_TEMP": str(folder / "tmp"),
        "ANSIBLE_REMOTE_TEMP": str(folder / "remote"),
        "ANSIBLE_NOCOLOR": "1",
    }
    interpreter = "ansible_python_interpreter={{ ansible_playbook_python }}"
    argv = ["ansible-playbook", "-i", "w01,", "-c", connection, "-e", interpreter, "-vvv", str(file)]
    done = subprocess.run(
        [*argv, "--check", "--diff"] if check else argv,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        check=False,
    )
    return _answers(kept), done.stdout + done.stderr


def _answers(kept: pathlib.Path) -> Answers:
    """Results by task name."""
    lines = kept.read_text(encoding="utf-8").splitlines() if kept.exists() else []
    return {one["task"]: one["result"] for one in map(json.loads, lines)}


def said(answer: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """What of an answer is ours, not of the way it came."""
    return {
        key: value
        for key, value in answer.items()
        if key in ("changed", "msg", "error_code", "hint", "details", "config")
    }


@pytest.fixture(scope="module", params=["local", "elsewhere"])
def connection(request: pytest.FixtureRequest) -> str:
    """In process, and shipped."""
    return str(request.param)


def task(module: str, **options: t.Any) -> dict[str, t.Any]:
    """One task, named after its module."""
    return {"name": module, f"eks.anywhere.{module}": options}


def test_every_module_answers_to_wrong_options(connection: str, tmp_path: pathlib.Path) -> None:
    answers, printed = play([task(name, no_such_option=1) for name in MODULES], connection=connection, folder=tmp_path)
    assert set(answers) == set(MODULES)
    for name, answer in answers.items():
        assert re.search("required|Unsupported parameters", answer["msg"]), (name, answer["msg"])
    assert "Traceback" not in printed


def test_both_shells_say_the_same(tmp_path: pathlib.Path) -> None:
    tasks = [
        task("generate_config", name="w01", provider="vsphere"),
        task("vsphere_validate", config=BAD_CONFIG, vsphere_username="u", vsphere_password=PASSWORD),
    ]
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    here, _printed = play(tasks, connection="local", folder=tmp_path / "a")
    there, _printed = play(tasks, connection="elsewhere", folder=tmp_path / "b")
    assert {name: said(answer) for name, answer in here.items()} == {
        name: said(answer) for name, answer in there.items()
    }
    assert "kind: VSphereDatacenterConfig" in here["generate_config"]["config"]
    assert here["vsphere_validate"]["error_code"] == "config.invalid"


def test_a_secret_is_nowhere_in_the_output(connection: str, tmp_path: pathlib.Path) -> None:
    secret = {"config": BAD_CONFIG, "vsphere_password": PASSWORD}
    tasks = [
        task("vsphere_validate", vsphere_username=PASSWORD, **secret),
        task("capi_providers", kubeconfig=f"/nowhere/{PASSWORD}", generated_dir=str(tmp_path), **secret),
    ]
    answers, _printed = play(tasks, connection=connection, folder=tmp_path)
    assert len(answers) == 2
    for answer in answers.values():
        assert answer.get("error_code"), answer
        assert PASSWORD not in json.dumps(said(answer))


def test_check_mode_plans_and_shows_the_difference(connection: str, tmp_path: pathlib.Path) -> None:
    dest = tmp_path / "w01.yaml"
    tasks = [task("generate_config", name="w01", provider="docker", dest=str(dest))]
    answers, _printed = play(tasks, connection=connection, folder=tmp_path, check=True)
    assert answers["generate_config"]["changed"]
    assert "kind: DockerDatacenterConfig" in json.dumps(answers["generate_config"]["diff"])
    assert not dest.exists()


def test_async_is_refused_with_a_reason(tmp_path: pathlib.Path) -> None:
    slow = {**task("generate_config", name="w01", provider="docker"), "async": 10, "poll": 1}
    answers, _printed = play([slow], connection="local", folder=tmp_path)
    assert "async" in answers["generate_config"]["msg"]
