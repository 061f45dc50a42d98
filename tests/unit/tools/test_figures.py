# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Figures: merged, shown with their bar, read out of a timeline."""

from __future__ import annotations

import concurrent.futures
import json
import pathlib
import typing as t

import pytest

from ansible_collections.eks.anywhere.tests.tools import figures


def test_figures_of_several_processes_are_merged(tmp_path: pathlib.Path) -> None:
    store = tmp_path / "build" / "figures.json"
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        for number in range(40):
            pool.submit(figures.record, f"a.{number}", number / 3, unit="s", most=5, store=store)
    stored = json.loads(store.read_text(encoding="utf-8"))
    assert len(stored) == 40
    assert stored["a.1"] == {"value": 0.333, "unit": "s", "bar": 5}


def test_table_says_what_is_over_its_bar() -> None:
    shown = figures.table(
        {
            "a.fast": figures.Figure(value=1.5, unit="s", bar=2),
            "a.slow": figures.Figure(value=3, unit="s", bar=2),
            "b": figures.Figure(value=7, unit="calls", bar=None),
        }
    )
    assert [line.split() for line in shown.splitlines()] == [
        ["figure", "value", "at", "most"],
        ["a.fast", "1.5", "s", "2", "s", "ok"],
        ["a.slow", "3", "s", "2", "s", "over"],
        ["b", "7", "calls"],
    ]


@pytest.mark.parametrize(("strict", "status"), [(False, 0), (True, 1)])
def test_strict_table_fails_over_the_bar(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, strict: bool, status: int
) -> None:
    monkeypatch.setattr(figures, "STORE", tmp_path / "figures.json")
    figures.main(["record", "a.slow", "3", "s", "--bar", "2"])
    assert figures.main(["show", "a."] + (["--strict"] if strict else [])) == status
    assert figures.misses(figures.load()) == ["a.slow"]


def test_a_command_that_fails_leaves_no_figure(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "STORE", tmp_path / "figures.json")
    assert figures.main(["measure", "a.true", "--bar", "5", "true"]) == 0
    assert figures.main(["measure", "a.false", "false"]) == 1
    assert set(figures.load()) == {"a.true"}


def timeline(*, outcome: str = "ok", changed: bool, first: str = "bootstrap") -> dict[str, t.Any]:
    """What the progress callback writes, as far as it matters here."""
    return {
        "outcome": outcome,
        "seconds": 200.5,
        "phases": [{"host": "w01", "phase": first, "seconds": 70.25, "changed": changed}],
        "tasks": [{"changed": False}, {"changed": changed}],
    }


@pytest.mark.parametrize(
    ("given", "names"),
    [
        pytest.param(timeline(changed=True), {"create.seconds", "create.bootstrap_seconds"}, id="created"),
        pytest.param(timeline(changed=True, first="pivot"), set(), id="went-on"),
        pytest.param(timeline(changed=False), {"create.rerun_seconds"}, id="nothing-to-do"),
        pytest.param(timeline(outcome="failed", changed=True), set(), id="failed"),
    ],
)
def test_a_timeline_becomes_figures(given: dict[str, t.Any], names: set[str]) -> None:
    assert set(figures.of_timeline(given)) == names
