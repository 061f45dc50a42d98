# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long upgrades took, and how long the next one is expected to take."""

from __future__ import annotations

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._plan.upgrade_times import (
    KEPT,
    Mark,
    Run,
    added,
    expected,
    recorded,
    run,
    shown,
)

MARKS = [
    Mark("start", 1000.0),
    Mark("providers", 1060.0),
    Mark("control_plane", 1360.0),
    Mark("workers/md-0", 1480.0),
    Mark("workers/md-1", 1500.0),
]
PARTS = ["control_plane"] * 3 + ["workers/md-0", "workers/md-1"]
RUN = run(MARKS, PARTS)


def test_a_run_is_known_by_its_marks() -> None:
    assert (
        Run(
            seconds={"providers": 60.0, "control_plane": 300.0, "workers": 140.0},
            machines={"control_plane": 3, "workers": 2},
        )
        == RUN
    )


@pytest.mark.parametrize(
    ("remaining", "parts", "seconds"),
    [
        (["control_plane"], ["control_plane"], 100),
        (["providers", "workers", "eksa_objects"], ["workers/other"] * 3, 60 + 3 * 70),
        (["control_plane", "config_file"], [], 0),
        (["networking"], [], None),
        (["etcd"], ["etcd"], None),
    ],
)
def test_what_is_expected(remaining: list[str], parts: list[str], seconds: int | None) -> None:
    assert expected([RUN], remaining=remaining, parts=parts) == seconds


def test_without_a_run_nothing_is_expected() -> None:
    assert expected([], remaining=["config_file"], parts=[]) is None


def test_the_median_of_the_last_runs_counts() -> None:
    text = None
    for seconds in (9000.0, 10.0, 20.0, 30.0, 40.0, 5000.0):
        text = added(text, Run(seconds={"workers": seconds}, machines={"workers": 1}))
    runs = recorded(text)
    assert len(runs) == KEPT
    assert expected(runs, remaining=["workers"], parts=["workers/md-0"] * 2) == 60


@pytest.mark.parametrize("text", [None, "", "a: [", "kind: other\n"])
def test_what_is_no_record_has_no_runs(text: str | None) -> None:
    assert recorded(text) == ()


@pytest.mark.parametrize(
    ("seconds", "words"), [(None, "unknown (no past run)"), (90, "about 90 seconds"), (725, "about 12 minutes")]
)
def test_what_people_read(seconds: int | None, words: str) -> None:
    assert shown(seconds) == words
