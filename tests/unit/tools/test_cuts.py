# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The account of cut requests: what counts as a cut, and what as converged."""

from __future__ import annotations

import pytest

from ansible_collections.eks.anywhere.tests.cuts.trials import Trial, spread
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
    ],
)
def test_only_the_chosen_requests_are_harmed(counter: Counter, harmed: list[str]) -> None:
    harms = [counter.next(request) for request in SIX]
    assert counter.harmed == harmed
    assert [harm for harm in harms if harm] == [Harm.DROP_BEFORE] * len(harmed)
    assert counter.requests == list(SIX)


@pytest.mark.parametrize(
    ("first", "again", "faults", "converged"),
    [
        (KILLED, DONE, (), True),
        (REFUSED, DONE, (), True),
        (DONE, None, (), True),
        (KILLED, REFUSED, (), False),
        (KILLED, DONE, ("Machine m is lost",), False),
        (CRASHED, DONE, (), False),
    ],
)
def test_converged_means_finished_whole_and_with_clear_words(
    first: Outcome, again: Outcome | None, faults: tuple[str, ...], converged: bool
) -> None:
    trial = Trial("killed", 7, "source GET /", first, again, faults, 1.0)
    assert (not trial.wrong) is converged


def test_inventories_differ_by_name_and_by_field() -> None:
    before = {("Machine", "ns", "a"): {"spec": {"x": 1, "y": 2}}, ("Machine", "ns", "b"): {}}
    after = {("Machine", "ns", "a"): {"spec": {"x": 1, "y": 3}}, ("Secret", "ns", "c"): {}}
    assert differences(before, before) == []
    assert differences(before, after) == [
        "Machine b is lost",
        "Secret c is one too many",
        "Machine a: spec.y changed",
    ]
