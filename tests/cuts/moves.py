# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Moves that are cut, and the moves after them."""

from __future__ import annotations

import time
import typing as t

from ansible_collections.eks.anywhere.tests.cuts.ground import Ground
from ansible_collections.eks.anywhere.tests.cuts.trials import Trial, verdict
from ansible_collections.eks.anywhere.tests.simulation.cutter import WRITES, Counter, Harm
from ansible_collections.eks.anywhere.tests.simulation.runner import Outcome


def undisturbed(ground: Ground, **params: t.Any) -> list[str]:
    """The requests of a move that nothing happens to."""
    counter = Counter()
    outcome = ground.move(counter, **params)
    assert outcome.result is not None, str(outcome)
    assert finish(ground) == []
    return counter.requests


def finish(ground: Ground) -> list[str]:
    """What does not hold after a move that was finished; the next one goes back."""
    faults = ground.broken()
    ground.turn()
    return faults


def cut(ground: Ground, counter: Counter, **params: t.Any) -> list[Trial]:
    """One move that is cut, another run when it did not get to its end, and a look. A trial for each harmed request."""
    began = time.monotonic()
    first = ground.move(counter, **params)
    return judged(ground, counter, first=first, began=began, **params)


def judged(ground: Ground, counter: Counter, *, first: Outcome, began: float, **params: t.Any) -> list[Trial]:
    """Finish what a run left and look."""
    runs = [first] if first.result is not None else [first, ground.move(**params)]
    wrong = verdict(runs, finish(ground))
    assert counter.harmed or not wrong, wrong
    seconds = (time.monotonic() - began) / max(1, len(counter.harmed))
    return [
        Trial(harm=counter.harm.value, at=number, request=request.partition("?")[0], wrong=wrong, seconds=seconds)
        for number, request in zip(counter.numbers, counter.harmed, strict=True)
    ]


def killed_after_writes(ground: Ground, *, each: int, most: int, **params: t.Any) -> list[str]:
    """One move by many runs, each killed after so many writes; the writes after which they were killed.

    A run writes again what its predecessor's death left open, and sees by empty changes, in any order, whether webhooks
    answer. So one that dies at a request at which another has died shows no progress: the next is let through to one
    write more, until one dies at a request that is new.
    """
    fatal: list[str] = []
    allowed = each
    while len(fatal) < most:
        counter = Counter(at=allowed, harm=Harm.KILL_AFTER, only=WRITES)
        outcome = ground.move(counter, **params)
        if not outcome.killed:
            assert outcome.result is not None, str(outcome)
            return fatal
        allowed = allowed + 1 if set(counter.harmed) <= set(fatal) else each
        fatal += counter.harmed
    raise AssertionError(f"no end after {most} runs; the last were killed after {fatal[-5:]}")


__all__ = ("cut", "finish", "judged", "killed_after_writes", "undisturbed")
