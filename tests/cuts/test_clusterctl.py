# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Beside the real ``clusterctl move``: the same result, not slower, and what it left half done is finished."""

from __future__ import annotations

import re
import time
import typing as t

from ansible_collections.eks.anywhere.tests.cuts.ground import Ground
from ansible_collections.eks.anywhere.tests.cuts.moves import finish, judged
from ansible_collections.eks.anywhere.tests.cuts.trials import Account, spread
from ansible_collections.eks.anywhere.tests.simulation.cutter import Counter, Harm
from ansible_collections.eks.anywhere.tests.simulation.runner import Outcome
from ansible_collections.eks.anywhere.tests.tools import figures

ROUNDS = 2


class Mover(t.Protocol):
    """Moves from here to there; returns how many seconds of that it waited for controllers to see the pause."""

    __name__: str

    def __call__(self, ground: Ground) -> int: ...


def theirs(ground: Ground) -> int:
    """A move by clusterctl, to its end. It does not wait for controllers."""
    done = ground.clusterctl()
    assert done.returncode == 0, done.stderr
    return 0


def ours(ground: Ground) -> int:
    """The same by our module."""
    outcome = ground.move()
    assert outcome.result is not None, str(outcome)
    waits = (re.fullmatch(r"\s*pause seen by all controllers: ready \((\d+) s\)", line) for line in outcome.lines)
    return sum(int(wait[1]) for wait in waits if wait)


def test_same_result_and_not_slower(ground: Ground) -> None:
    """Either mover goes first in turn, and each goes in both directions."""
    seconds: dict[Mover, list[float]] = {theirs: [], ours: []}
    waited = 0
    for number in range(ROUNDS):
        order: tuple[Mover, ...] = (theirs, ours, ours, theirs) if number % 2 else (ours, theirs, theirs, ours)
        for mover in order:
            began = time.monotonic()
            waited += mover(ground)
            seconds[mover].append(time.monotonic() - began)
            # Both are held against the same objects, field by field: what they leave is equal.
            assert finish(ground) == [], mover.__name__
    ratio = sum(seconds[ours]) / sum(seconds[theirs])
    figures.record("move.ratio_to_clusterctl", ratio, unit="times")
    figures.record("move.waited_share", waited / sum(seconds[ours]), unit="of 1")
    for mover, spent in seconds.items():
        print(f"\n{mover.__name__}: {' '.join(f'{one:.1f}' for one in spent)} s", end="")
    print(f"\nours / theirs: {ratio:.2f}; we waited {waited} s of ours for controllers to see the pause")


def test_finishes_what_a_killed_clusterctl_left(ground: Ground) -> None:
    account = Account("clusterctl")
    counter = Counter()
    assert ground.clusterctl(counter).returncode == 0
    assert finish(ground) == []
    for number in spread(len(counter.requests), count=10):
        began = time.monotonic()
        counter = Counter(at=number, harm=Harm.KILL_AFTER)
        ground.clusterctl(counter)
        account.add(*judged(ground, counter, first=Outcome(), began=began))
        assert not account.failed
    print(f"\n{account.table}")
    assert len(account.trials) >= 10
