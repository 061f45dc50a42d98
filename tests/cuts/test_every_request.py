# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A move and a deletion, cut at every request. What was tried stays known: a run of this suite goes on where one ended.

The controllers of the moves answer webhooks and reconcile nothing, so that there is time for all; what they do about a
move that is cut is tried in ``test_move.py``.
"""

from __future__ import annotations

import contextlib
import pathlib
import shutil
import tempfile
import typing as t

import pytest

from ansible_collections.eks.anywhere.tests.cuts.deletion import Victim, ends_of_deletion
from ansible_collections.eks.anywhere.tests.cuts.ground import Ground
from ansible_collections.eks.anywhere.tests.cuts.ground import ground as proxied
from ansible_collections.eks.anywhere.tests.cuts.ledger import Ledger
from ansible_collections.eks.anywhere.tests.cuts.moves import cut, finish, killed_after_writes, undisturbed
from ansible_collections.eks.anywhere.tests.cuts.trials import Account
from ansible_collections.eks.anywhere.tests.simulation.clusters import Cluster
from ansible_collections.eks.anywhere.tests.simulation.cutter import Counter, Harm
from ansible_collections.eks.anywhere.tests.simulation.runner import prepare
from ansible_collections.eks.anywhere.tests.simulation.world import world
from ansible_collections.eks.anywhere.tests.tools import figures

pytestmark = pytest.mark.every
CLUSTERS = ("c1", "c2", "c3")
VICTIMS = ("v1", "v2", "v3", "v4", "v5", "v6")
APART = 100
"""A run lives through an error: those so many requests apart are answered in one run, each a cut point of its own."""
ERRORS = (Harm.DROP_BEFORE, Harm.BROKEN, Harm.CONFLICT, Harm.TOO_MANY, Harm.DROP_AFTER)
KILL = Harm.KILL_AFTER
"""A kill before a request is one after the request before it."""


@pytest.fixture(scope="module")
def still_ground() -> t.Iterator[Ground]:
    """Three clusters to move, and controllers that leave them alone."""
    prepare("capi_move")
    with contextlib.ExitStack() as stack:
        home = pathlib.Path(stack.enter_context(_scratch()))
        found = stack.enter_context(proxied(stack.enter_context(world(home, clusters=CLUSTERS)), home=home))
        found.still()
        yield found


@pytest.fixture(scope="module")
def total(still_ground: Ground) -> int:
    """Requests of a move that nothing happens to."""
    return len(undisturbed(still_ground))


def test_killed_after_each_write_of_one_move(still_ground: Ground, total: int) -> None:
    fatal = killed_after_writes(still_ground, each=1, most=6 * total)
    assert finish(still_ground) == []
    figures.record("move.kills_in_one_move", len(fatal), unit="kills")


@pytest.mark.parametrize("harm", ERRORS, ids=lambda harm: harm.name.lower())
def test_an_error_at_every_request_of_a_move(still_ground: Ground, total: int, harm: Harm) -> None:
    account = Account("move", Ledger("move", module="capi_move"))
    for number in range(1, total + 1):
        # A run that ends with an error leaves its later numbers; each of these gets a run of its own.
        if not account.has(harm, number):
            assert still_ground.is_whole()
            apart = APART if number <= APART else 0
            account.add(*cut(still_ground, Counter(at=number, harm=harm, apart=apart)))
    account.record()
    assert not account.failed


def test_killed_at_every_request_of_a_move(still_ground: Ground, total: int) -> None:
    account = Account("move", Ledger("move", module="capi_move"))
    for number in range(1, total + 1):
        if not account.has(KILL, number):
            assert still_ground.is_whole()
            account.add(*cut(still_ground, Counter(at=number, harm=KILL)))
    account.record()
    assert not account.failed


def test_killed_at_every_request_of_a_deletion() -> None:
    """Clusters of real controllers, several side by side; each is taken down by runs that are killed in a row."""
    account = Account("delete", Ledger("delete", module="cluster_delete"))
    prepare("cluster_delete")
    with contextlib.ExitStack() as stack:
        home = pathlib.Path(stack.enter_context(_scratch()))
        made = stack.enter_context(world(home, clusters=CLUSTERS[:1], together=VICTIMS))
        victims = [
            Victim(stack.enter_context(proxied(made, home=_folder(home, cluster))), cluster, home=home, beside=VICTIMS)
            for cluster in made.clusters
            if cluster.name in VICTIMS
        ]
        count = victims[0].count_requests()
        left = [number for number in range(1, count + 1) if not account.has(KILL, number)]
        ends_of_deletion(victims, left, account)
    account.record()
    figures.record("delete.leftovers", sum(len(trial.wrong) for trial in account.trials), unit="objects", most=0)
    assert not account.failed


def _folder(home: pathlib.Path, cluster: Cluster) -> pathlib.Path:
    """For the kubeconfigs that lead through a victim's own proxies."""
    folder = home / f"{cluster.name}-victim"
    folder.mkdir()
    return folder


@contextlib.contextmanager
def _scratch() -> t.Iterator[str]:
    home = tempfile.mkdtemp(prefix="eksa-cuts-")
    try:
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)
