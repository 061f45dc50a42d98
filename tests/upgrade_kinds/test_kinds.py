# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every kind of change in turn between real controllers: the machines that go are those that the plan names."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.eks.anywhere.tests.tools import figures
from ansible_collections.eks.anywhere.tests.upgrade_kinds.course import Course, course
from ansible_collections.eks.anywhere.tests.upgrade_kinds.kind import Kind
from ansible_collections.eks.anywhere.tests.upgrade_kinds.table import KINDS


@pytest.fixture(scope="module")
def running_course() -> t.Iterator[Course]:
    """One cluster for all rows."""
    with course() as found:
        yield found


@pytest.fixture(scope="module")
def verdicts() -> t.Iterator[dict[str, bool]]:
    """Whether each row came as planned; figures are kept of a run that tried them all."""
    found: dict[str, bool] = {}
    yield found
    if len(found) == len(KINDS):
        figures.record("upgrade.kinds", len(found), unit="kinds")
        figures.record("upgrade.plan_mismatches", list(found.values()).count(False), unit="kinds", most=0)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.title)
def test_the_plan_comes_true(running_course: Course, verdicts: dict[str, bool], kind: Kind) -> None:
    verdicts[kind.title] = False
    assert running_course.take(kind).mismatches(kind) == []
    verdicts[kind.title] = True
