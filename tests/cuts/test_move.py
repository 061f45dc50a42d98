# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A move of three clusters, cut at its requests: run again, it ends as if nothing had happened."""

from __future__ import annotations

import pytest

from ansible_collections.eks.anywhere.tests.cuts.ground import Ground
from ansible_collections.eks.anywhere.tests.cuts.moves import cut, finish, killed_after_writes, undisturbed
from ansible_collections.eks.anywhere.tests.cuts.trials import Account, spread
from ansible_collections.eks.anywhere.tests.simulation.cutter import Counter, Harm
from ansible_collections.eks.anywhere.tests.tools import figures

SPARED = 5
"""Writes between two kills of one move."""
CAREFUL = {"fence": True, "wait": True}
COUNTS = {
    Harm.KILL_AFTER: 14,
    Harm.KILL_BEFORE: 3,
    Harm.DROP_BEFORE: 2,
    Harm.DROP_AFTER: 2,
    Harm.CONFLICT: 3,
    Harm.TOO_MANY: 2,
    Harm.BROKEN: 3,
}
"""How many requests are cut in the sample. A kill after a request is one before the next: it covers all states."""


@pytest.fixture(scope="session")
def requests(kept_ground: Ground) -> list[str]:
    """Those of a move that nothing happens to."""
    found = undisturbed(kept_ground)
    figures.record("move.requests", len(found), unit="requests")
    return found


@pytest.mark.parametrize("harm", COUNTS, ids=lambda harm: harm.name.lower())
def test_cut_at_a_request(ground: Ground, requests: list[str], moves: Account, harm: Harm) -> None:
    for number in spread(len(requests), count=COUNTS[harm]):
        moves.add(*cut(ground, Counter(at=number, harm=harm)))
        assert not moves.failed


def test_killed_many_times_in_one_move(ground: Ground, requests: list[str]) -> None:
    fatal = killed_after_writes(ground, each=SPARED + 1, most=3 * len(requests))
    assert finish(ground) == []
    figures.record("move.kills_in_one_move", len(fatal), unit="kills")
    print(f"killed {len(fatal)} times in one move")


@pytest.mark.parametrize("harm", [Harm.KILL_AFTER, Harm.BROKEN])
def test_cut_behind_the_fence(ground: Ground, moves: Account, harm: Harm) -> None:
    """With the source's controllers stopped and started again, which takes its time."""
    total = len(undisturbed(ground, **CAREFUL))
    for number in spread(total, count=2):
        moves.add(*cut(ground, Counter(at=number, harm=harm), **CAREFUL))
        assert not moves.failed
