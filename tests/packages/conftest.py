# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One world for all cases, and the count of cases that goes into the figures."""

from __future__ import annotations

import pathlib
import tempfile
import typing as t

import pytest

from ansible_collections.eks.anywhere.tests.packages.world import World
from ansible_collections.eks.anywhere.tests.tools import figures

_OUTCOMES: dict[str, bool] = {}


@pytest.fixture(scope="session")
def world() -> t.Iterator[World]:
    """The world, with the first bundle active for both clusters."""
    raised = World(pathlib.Path(tempfile.mkdtemp(prefix="eksa-packages-")))
    try:
        raised.start()
        yield raised
    finally:
        raised.stop()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> t.Generator[None, t.Any, None]:
    """A case failed when any part of it did; what the controller said comes with a failure."""
    outcome = yield
    report = outcome.get_result()
    _OUTCOMES[item.nodeid] = _OUTCOMES.get(item.nodeid, True) and not report.failed
    world = getattr(item, "funcargs", {}).get("world")
    if report.failed and isinstance(world, World):
        report.sections.append(("package controller", world.controller.log()))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Keep the count."""
    if _OUTCOMES:
        failed = sum(1 for passed in _OUTCOMES.values() if not passed)
        figures.record("packages.e2e_cases", len(_OUTCOMES), unit="cases")
        figures.record("packages.e2e_cases_failed", failed, unit="cases", most=0)
