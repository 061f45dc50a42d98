# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pure part of the progress callback: timeline, durations, the block of a problem."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.eks.anywhere.plugins.plugin_utils._progress import Timeline, duration, phase_of, problem


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.04, "0.0 s"), (9.94, "9.9 s"), (42.4, "42 s"), (60, "1 min 00 s"), (185.2, "3 min 05 s")],
)
def test_duration(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("role", "phase"),
    [("eks.anywhere.eksa_network", "network"), ("eksa_pivot", "pivot"), ("own.stuff.harden", "harden"), ("", "")],
)
def test_phase_of(role: str, phase: str) -> None:
    assert phase_of(role) == phase


PROBLEMS: list[tuple[str, dict[str, t.Any], list[str]]] = [
    (
        "our own error: the hint moves out of the message into its own line",
        {"msg": "Template 'a' is not there. Use 'b'.", "error_code": "vsphere.no_template", "hint": "Use 'b'."},
        ["❌ w01: Template 'a' is not there.", "   code: vsphere.no_template", "   next: Use 'b'.", "   task: T"],
    ),
    (
        "findings over several lines keep their lines",
        {"msg": "Two findings:\n- one\n- two", "error_code": "config.invalid"},
        ["❌ w01: Two findings:", "   - one", "   - two", "   code: config.invalid", "   task: T"],
    ),
    (
        "a command: the end of what it said",
        {"msg": "non-zero return code", "stderr": "oops\n", "stdout": "ignored"},
        ["❌ w01: non-zero return code", "   task: T", "   | oops"],
    ),
    (
        "our own error never shows raw output",
        {"msg": "No.", "error_code": "a.b", "stderr": "raw"},
        ["❌ w01: No.", "   code: a.b", "   task: T"],
    ),
    (
        "variables that do not fit a role",
        {"msg": "Validation of arguments failed:\nno", "argument_errors": ["no"]},
        ["❌ w01: Validation of arguments failed:", "   no", "   code: input.invalid", "   task: T"],
    ),
    ("nothing said", {}, ["❌ w01: The task failed without a message.", "   task: T"]),
]


@pytest.mark.parametrize(("result", "block"), [case[1:] for case in PROBLEMS], ids=[case[0] for case in PROBLEMS])
def test_problem(result: dict[str, t.Any], block: list[str]) -> None:
    assert problem(result, where="w01", task="T") == block


def _timeline() -> Timeline:
    timeline = Timeline()
    steps = [("a", "network", 1.0, 3.0, True), ("b", "network", 3.0, 3.5, False), ("c", "", 4.0, 5.0, False)]
    for uuid, phase, started, ended, changed in steps:
        timeline.start(host="w01", uuid=uuid, phase=phase, task=uuid.upper(), action="x", now=started)
        timeline.finish(host="w01", uuid=uuid, status="ok", result={"changed": changed, "lines": ["L"]}, now=ended)
    return timeline


def test_phases_sum_the_tasks_of_a_role() -> None:
    (phase,) = _timeline().phases()
    assert (phase.host, phase.phase, phase.seconds, phase.changed) == ("w01", "network", 2.5, True)


def test_skipped_tasks_make_no_phase() -> None:
    timeline = Timeline()
    timeline.start(host="w01", uuid="a", phase="network", task="A", action="x", now=0.0)
    timeline.finish(host="w01", uuid="a", status="skipped", result={}, now=0.1)
    assert timeline.phases() == []


def test_what_is_under_way_stays_visible() -> None:
    timeline = _timeline()
    timeline.start(host="w01", uuid="d", phase="pivot", task="D", action="x", now=6.0)
    assert [run.task for run in timeline.running()] == ["D"]
    shape = timeline.as_dict(playbook="p.yml", began="then", seconds=7.0, outcome="interrupted")
    assert (shape["schema"], shape["outcome"], shape["tasks"][-1]["status"]) == (1, "interrupted", "running")
    assert shape["tasks"][-1]["seconds"] is None


def test_the_end_of_an_unannounced_task_is_no_error() -> None:
    assert Timeline().finish(host="w01", uuid="x", status="ok", result={}, now=1.0) is None


def test_only_failures_carry_a_code() -> None:
    timeline = Timeline()
    timeline.start(host="w01", uuid="a", phase="", task="A", action="x", now=0.0)
    run = timeline.finish(host="w01", uuid="a", status="failed", result={"error_code": "x.y"}, now=0.1)
    assert run is not None
    assert run.error_code == "x.y"
