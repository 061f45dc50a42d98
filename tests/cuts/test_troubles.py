# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A move in bad weather: many refusals in a row, slow and vanishing servers, lost credentials, a busy stranger."""

from __future__ import annotations

import contextlib
import itertools
import threading
import time
import typing as t

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.tests.cuts.ground import Ground
from ansible_collections.eks.anywhere.tests.cuts.moves import finish
from ansible_collections.eks.anywhere.tests.simulation.clusters import NAMESPACE
from ansible_collections.eks.anywhere.tests.simulation.cutter import WRITES, Counter, Harm
from ansible_collections.eks.anywhere.tests.simulation.runner import CRASH, Outcome
from ansible_collections.eks.anywhere.tests.simulation.world import CORE, Management

WAIT_SECONDS = 120.0
FIGHT_SECONDS = 0.05
FIELD = "example.com/touched"
YEAR_SECONDS = 365 * 86400.0


def ended_clearly(outcome: Outcome) -> bool:
    """With a result, or with an error that has a code."""
    return outcome.result is not None or (outcome.error is not None and outcome.error["error_code"] != CRASH)


def converge(ground: Ground, *, runs: int = 1) -> None:
    """So many runs at most are enough to get to the end, and all is as it was."""
    outcome = Outcome()
    for _run in range(runs):
        outcome = ground.move()
        if outcome.result is not None:
            break
    assert outcome.result is not None, str(outcome)
    assert finish(ground) == []


@pytest.mark.parametrize("harm", [Harm.CONFLICT, Harm.TOO_MANY, Harm.BROKEN])
@pytest.mark.parametrize("at", [3, 200])
def test_a_storm_of_refused_writes(ground: Ground, harm: Harm, at: int) -> None:
    first = ground.move(Counter(at=at, harm=harm, repeat=25, only=WRITES))
    assert ended_clearly(first), str(first)
    converge(ground)


def test_a_slow_server_is_waited_for(ground: Ground) -> None:
    counter = Counter(at=100, harm=Harm.SLOW, repeat=10, delay_seconds=2.0)
    outcome = ground.move(counter)
    assert outcome.result is not None, str(outcome)
    assert len(counter.harmed) == 10
    assert finish(ground) == []


@pytest.mark.parametrize("side", ["here", "there"])
def test_a_server_that_is_killed_and_comes_back(ground: Ground, side: str) -> None:
    victim: Management = getattr(ground, side)
    counter = Counter()
    outcome: list[Outcome] = []
    mover = threading.Thread(target=lambda: outcome.append(ground.move(counter)))
    mover.start()
    wait_for(lambda: len(counter.requests) > 250 or not mover.is_alive())
    victim.api.stop_api(kill=True)
    # From this thread: the server ends with the one that starts it.
    victim.api.start()
    mover.join()
    assert ended_clearly(outcome[0]), str(outcome[0])
    converge(ground)


@pytest.mark.parametrize("ahead_seconds", [YEAR_SECONDS, -YEAR_SECONDS], ids=["ahead", "back"])
def test_a_clock_that_is_set_in_the_middle(ground: Ground, ahead_seconds: float) -> None:
    # Certificates would end with such a jump; what is said then is tried with the adapter.
    counter = Counter()
    run = ground.mover(counter, wait=True)
    outcome: list[Outcome] = []
    mover = threading.Thread(target=lambda: outcome.append(run.go()))
    mover.start()
    wait_for(lambda: len(counter.requests) > 250 or not mover.is_alive())
    assert mover.is_alive()
    run.set_clock(ahead_seconds=ahead_seconds)
    mover.join()
    assert outcome[0].result is not None, str(outcome[0])
    assert finish(ground) == []


@pytest.mark.parametrize("at", [2, 300])
def test_credentials_that_end_in_the_middle(ground: Ground, at: int) -> None:
    first = ground.move(Counter(at=at, harm=Harm.REVOKED, repeat=10**6))
    assert first.error is not None
    assert first.error["error_code"] == "kube.unauthorized", str(first)
    converge(ground)


def test_a_stranger_that_writes_to_the_objects_all_the_time(ground: Ground) -> None:
    with stranger(ground):
        first = ground.move()
        assert ended_clearly(first), str(first)
    if first.result is not None:
        ground.turn()
        calm(ground, ground.here)
        ground.turn()
        assert finish(ground) == []
        return
    for side in (ground.here, ground.there):
        calm(ground, side)
    converge(ground)


@contextlib.contextmanager
def stranger(ground: Ground) -> t.Iterator[None]:
    """Somebody who changes an annotation of the Clusters and their infrastructure on both sides, again and again."""
    stop = threading.Event()

    def write() -> None:
        for number in itertools.count():
            if stop.wait(FIGHT_SECONDS):
                return
            for side in (ground.here, ground.there):
                touch(ground, side, str(number))

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def calm(ground: Ground, side: Management) -> None:
    """Take the stranger's annotation away."""
    touch(ground, side, None)


def touch(ground: Ground, side: Management, value: str | None) -> None:
    """Write the stranger's annotation where its objects are."""
    for cluster in ground.world.clusters:
        with contextlib.suppress(EksaError):
            ground.kube(side).merge(
                api_version=CORE,
                kind="Cluster",
                name=cluster.name,
                namespace=NAMESPACE,
                patch={"metadata": {"annotations": {FIELD: value}}},
            )


def wait_for(condition: t.Callable[[], bool]) -> None:
    """Until it holds."""
    until = time.monotonic() + WAIT_SECONDS
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.01)
