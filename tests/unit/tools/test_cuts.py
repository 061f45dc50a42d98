# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The account of cut requests: what counts as a cut, and what as converged."""

from __future__ import annotations

import pathlib

import pytest

from ansible_collections.eks.anywhere.tests.cuts import ledger, trials
from ansible_collections.eks.anywhere.tests.cuts.ledger import Ledger
from ansible_collections.eks.anywhere.tests.cuts.trials import Account, Trial, spread, verdict
from ansible_collections.eks.anywhere.tests.simulation.cutter import WRITES, Counter, Harm
from ansible_collections.eks.anywhere.tests.simulation.inventory import differences
from ansible_collections.eks.anywhere.tests.simulation.runner import CRASH, Outcome

DONE = Outcome(result={"changed": True})
KILLED = Outcome()
REFUSED = Outcome(error={"error_code": "kube.conflict", "msg": "no"})
CRASHED = Outcome(error={"error_code": CRASH, "msg": "KeyError"})
SIX = ("source GET /a", "source POST /a", "target PATCH /a/1", "source GET /a", "target DELETE /a/1", "source PUT /b")


@pytest.mark.parametrize(
    ("total", "count", "numbers"),
    [(10, 4, [1, 4, 7, 10]), (3, 3, [1, 2, 3]), (3, 9, [1, 2, 3]), (5, 1, [1]), (678, 2, [1, 678])],
)
def test_sample_is_spread_over_all_requests(total: int, count: int, numbers: list[int]) -> None:
    assert spread(total, count=count) == numbers


@pytest.mark.parametrize(
    ("counter", "harmed"),
    [
        (Counter(), []),
        (Counter(at=2), [SIX[1]]),
        (Counter(at=2, repeat=2), [SIX[1], SIX[2]]),
        (Counter(at=3, only=WRITES), [SIX[4]]),
        (Counter(at=7), []),
        (Counter(at=2, apart=3), [SIX[1], SIX[4]]),
        (Counter(at=1, apart=4, repeat=2), [SIX[0], SIX[1], SIX[4], SIX[5]]),
    ],
)
def test_only_the_chosen_requests_are_harmed(counter: Counter, harmed: list[str]) -> None:
    harms = [counter.next(request) for request in SIX]
    assert counter.harmed == harmed
    assert counter.only or [SIX[number - 1] for number in counter.numbers] == harmed
    assert [harm for harm in harms if harm] == [Harm.DROP_BEFORE] * len(harmed)
    assert counter.requests == list(SIX)


@pytest.mark.parametrize(
    ("runs", "faults", "converged"),
    [
        ([KILLED, DONE], (), True),
        ([REFUSED, DONE], (), True),
        ([DONE], (), True),
        ([KILLED, REFUSED], (), False),
        ([KILLED, DONE], ("Machine m is lost",), False),
        ([CRASHED, DONE], (), False),
    ],
)
def test_converged_means_finished_whole_and_with_clear_words(
    runs: list[Outcome], faults: tuple[str, ...], converged: bool
) -> None:
    assert (not verdict(runs, faults)) is converged


def test_trials_outlive_the_run_that_made_them(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> None:
    monkeypatch.setattr(ledger, "FOLDER", tmp_path)
    monkeypatch.setattr(trials, "REPORTS", tmp_path)
    good = Trial(Harm.KILL_AFTER.value, 7, "source GET /", (), 1.0)
    bad = Trial(Harm.BROKEN.value, 8, "source GET /", ("Machine m is lost",), 1.0)
    Account("move", Ledger("move", module="capi_move")).add(good, bad)
    found = Account("move", Ledger("move", module="capi_move"))
    assert found.trials == [good, bad]
    assert [found.has(harm, 7) for harm in (Harm.KILL_AFTER, Harm.BROKEN)] == [True, False]
    assert found.failed == [str(bad)]
    assert not Account("move", Ledger("move", module="cluster_delete")).trials, "another operation's code"
    assert (tmp_path / "move.rst").read_text(encoding="utf-8").splitlines()[-2].split() == ["all", "2", "1"]


def test_inventories_differ_by_name_and_by_field() -> None:
    before = {("Machine", "ns", "a"): {"spec": {"x": 1, "y": 2}}, ("Machine", "ns", "b"): {}}
    after = {("Machine", "ns", "a"): {"spec": {"x": 1, "y": 3}}, ("Secret", "ns", "c"): {}}
    assert differences(before, before) == []
    assert differences(before, after) == [
        "Machine b is lost",
        "Secret c is one too many",
        "Machine a: spec.y changed",
    ]
