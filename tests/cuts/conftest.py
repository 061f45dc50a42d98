# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One world for all tests of the sample: each move that is finished leaves it as it was, with the sides swapped."""

from __future__ import annotations

import pathlib
import shutil
import tempfile
import typing as t

import pytest

from ansible_collections.eks.anywhere.tests.cuts.ground import Ground
from ansible_collections.eks.anywhere.tests.cuts.ground import ground as proxied
from ansible_collections.eks.anywhere.tests.cuts.trials import Account
from ansible_collections.eks.anywhere.tests.simulation.runner import prepare
from ansible_collections.eks.anywhere.tests.simulation.world import World, world

CLUSTERS = ("c1", "c2", "c3")


def pytest_configure(config: pytest.Config) -> None:
    """Name our markers."""
    config.addinivalue_line("markers", "every: cuts at every request, which takes hours; opt-in")


@pytest.fixture(scope="session")
def datacenter() -> t.Iterator[World]:
    """A vCenter, two management clusters, three clusters."""
    home = pathlib.Path(tempfile.mkdtemp(prefix="eksa-cuts-"))
    prepare("capi_move", "cluster_delete")
    try:
        with world(home, clusters=CLUSTERS) as found:
            yield found
    finally:
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def kept_ground(datacenter: World) -> t.Iterator[Ground]:
    """Proxies before both management clusters."""
    with (
        tempfile.TemporaryDirectory(prefix="eksa-cuts-") as home,
        proxied(datacenter, home=pathlib.Path(home)) as found,
    ):
        yield found


@pytest.fixture
def ground(kept_ground: Ground) -> Ground:
    """The same, whole."""
    assert kept_ground.is_whole(), "an earlier test left objects in both management clusters, or changed some"
    return kept_ground


@pytest.fixture(scope="session")
def moves() -> t.Iterator[Account]:
    """The account of all moves that were cut."""
    account = Account("move.sample")
    yield account
    account.record()
