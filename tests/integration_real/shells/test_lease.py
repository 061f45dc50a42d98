# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lease of a run, by Ansible itself: in process and shipped it belongs to the same ``ansible-playbook``."""

from __future__ import annotations

import json
import os
import pathlib
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._run import processes
from ansible_collections.eks.anywhere.tests.integration_real.shells.test_shells import connection, play

assert connection, "a fixture"


def lease(name: str, folder: pathlib.Path, *, state: str = "present") -> dict[str, t.Any]:
    """One task, its result registered as later tasks expect it."""
    options = {"name": "w01", "folder": str(folder), "state": state}
    return {
        "name": name,
        "eks.anywhere.cluster_lease": options,
        **({"register": "eksa_lease"} if name == "take" else {}),
    }


def test_the_run_holds_it_and_the_next_one_takes_over(connection: str, tmp_path: pathlib.Path) -> None:
    state = tmp_path / "w01"
    line = {"name": "between", "eks.anywhere.progress_line": {"line": "at work"}}
    for _run in ("is killed before it gives it back", "takes over"):
        answers, _printed = play(
            [lease("take", state), line, lease("again", state)], connection=connection, folder=tmp_path
        )
        assert [name for name, answer in answers.items() if answer.get("failed")] == []
        assert (state / "run.lock").exists()
    answers, _printed = play(
        [lease("take", state), lease("release", state, state="absent"), line], connection=connection, folder=tmp_path
    )
    assert [name for name, answer in answers.items() if answer.get("failed")] == []
    assert not state.exists()


def test_a_run_beside_another_is_refused(connection: str, tmp_path: pathlib.Path) -> None:
    """The other run is this test."""
    state = tmp_path / "w01"
    play([lease("take", state)], connection=connection, folder=tmp_path)
    lock = state / "run.lock"
    held = {**json.loads(lock.read_text(encoding="utf-8")), "holder": processes.run_of(os.getpid())}
    lock.write_text(json.dumps(held), encoding="utf-8")
    line = {"name": "between", "eks.anywhere.progress_line": {"line": "at work"}}
    answers, _printed = play([lease("take", state), line], connection=connection, folder=tmp_path)
    assert answers["take"]["error_code"] == "run.locked"
    assert answers["take"]["details"]["pid"] == os.getpid()
    assert json.loads(lock.read_text(encoding="utf-8")) == held
