# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A sample of the kinds of changes; ``make kinds`` takes them all.

The plan's list of machines is what the real controllers then replace, compared by UUIDs of virtual machines.
"""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.eks.anywhere.tests.upgrade_kinds.course import Course, course
from ansible_collections.eks.anywhere.tests.upgrade_kinds.kind import Kind
from ansible_collections.eks.anywhere.tests.upgrade_kinds.table import KINDS


@pytest.fixture(scope="module")
def running_course() -> t.Iterator[Course]:
    """One cluster for all rows."""
    with course() as found:
        yield found


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.sample], ids=lambda kind: kind.title)
def test_the_plan_comes_true(running_course: Course, kind: Kind) -> None:
    assert running_course.take(kind).mismatches(kind) == []
