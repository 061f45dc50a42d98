# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is kept of a run on the lab names no path of the machine that it ran on."""

from __future__ import annotations

import pathlib

from ansible_collections.eks.anywhere.tests.e2e import transcript
from ansible_collections.eks.anywhere.tests.labkit import Run

PLACES = {pathlib.Path("/tmp/some/run"): "lab", pathlib.Path("/tmp/some/run/folder"): ""}


def _run(*lines: str) -> Run:
    return Run(0, lines, (0.0,) * len(lines), 1.0, 1.0, {}, 1.0)


def test_each_run_comes_with_its_command_and_without_paths_of_the_machine(tmp_path: pathlib.Path) -> None:
    runs = {
        "plan_cluster": _run("Wrote /tmp/some/run/folder/plan.yaml", "ok"),
        "upgrade_cluster": _run("Replace /tmp/some/run/state/w01.yaml", "in /tmp/some/run/folder"),
    }
    transcript.write(tmp_path / "build" / "upgrade.txt", runs, places=PLACES)
    assert (tmp_path / "build" / "upgrade.txt").read_text(encoding="utf-8").splitlines() == [
        "$ ansible-playbook eks.anywhere.plan_cluster",
        "Wrote plan.yaml",
        "ok",
        "",
        "$ ansible-playbook eks.anywhere.upgrade_cluster",
        "Replace lab/state/w01.yaml",
        "in .",
    ]
