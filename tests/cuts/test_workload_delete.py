# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cluster that is deleted from its management cluster by runs that are killed: nothing of it stays, all else does."""

from __future__ import annotations

import dataclasses
import pathlib
import time
import typing as t

import pytest

from ansible_collections.eks.anywhere.tests.cuts.deletion import Victim
from ansible_collections.eks.anywhere.tests.cuts.ground import Ground
from ansible_collections.eks.anywhere.tests.cuts.trials import Account, Trial, spread, verdict
from ansible_collections.eks.anywhere.tests.simulation.cutter import WRITES, Counter, Harm
from ansible_collections.eks.anywhere.tests.simulation.runner import Outcome
from ansible_collections.eks.anywhere.tests.tools import figures

IN_SAMPLE = 12


@pytest.fixture
def victim(ground: Ground, tmp_path: pathlib.Path) -> t.Iterator[Victim]:
    """The last cluster of the world; it is there again in the end."""
    found = Victim(ground, ground.world.clusters[-1], home=tmp_path)
    yield found
    if not found.exists():
        found.make()
    ground.learn()


def test_killed_at_request_after_request(victim: Victim) -> None:
    """Run after run is killed, each at a later request than the one before, until the cluster is gone.

    Then it is made again, for the requests that no run has reached.
    """
    account = Account("delete.sample")
    left = 0
    total = victim.count_requests()
    waiting = spread(total, count=IN_SAMPLE)
    while waiting:
        victim.make()
        waiting, trials = deletion(victim, waiting)
        # The run that finishes the deletion is the run after each of those that were cut.
        last = victim.delete()
        faults = victim.left()
        left += len(faults)
        wrong = verdict([last], faults)
        account.add(*(dataclasses.replace(trial, wrong=(*trial.wrong, *wrong)) for trial in trials))
        assert not faults, faults
        if not trials:
            break
    account.record()
    figures.record("delete.leftovers", left, unit="objects", most=0)
    print(f"an undisturbed deletion sent {total} requests; never reached by one that was cut: {waiting or 'none'}")
    assert not account.failed


def deletion(victim: Victim, numbers: t.Sequence[int]) -> tuple[list[int], list[Trial]]:
    """Kill run after run at these requests until one gets to its end. The requests that are left, and the trials."""
    trials: list[Trial] = []
    for position, number in enumerate(numbers):
        began = time.monotonic()
        counter = Counter(at=number, harm=Harm.KILL_AFTER)
        first = victim.delete(counter)
        if not counter.harmed:
            assert first.result is not None, str(first)
            return list(numbers[position:]), trials
        request = counter.harmed[0].partition("?")[0]
        seconds = time.monotonic() - began
        crashed = () if first.killed else verdict([first], ())
        trials.append(Trial(counter.harm.value, number, request, crashed, seconds))
    return [], trials


def test_killed_after_each_write(victim: Victim) -> None:
    fatal: list[str] = []
    allowed = 1
    outcome = Outcome()
    while outcome.result is None:
        counter = Counter(at=allowed, harm=Harm.KILL_AFTER, only=WRITES)
        outcome = victim.delete(counter)
        assert outcome.error is None, str(outcome)
        allowed = allowed + 1 if fatal and counter.harmed == fatal[-1:] else 1
        fatal += counter.harmed
    assert victim.left() == []
    assert fatal
    figures.record("delete.kills_in_one_deletion", len(fatal), unit="kills")
    print(f"killed after {len(fatal)} writes of one deletion")
