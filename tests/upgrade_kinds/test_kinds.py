# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every kind of change in turn between real controllers: the machines that go are those that the plan names."""

from __future__ import annotations

import pathlib
import shutil
import tempfile
import typing as t

import pytest

from ansible_collections.eks.anywhere.tests.upgrade_kinds.course import Course, course
from ansible_collections.eks.anywhere.tests.upgrade_kinds.kind import Kind
from ansible_collections.eks.anywhere.tests.upgrade_kinds.table import KINDS


@pytest.fixture(scope="session")
def running_course() -> t.Iterator[Course]:
    """One cluster for all rows."""
    home = pathlib.Path(tempfile.mkdtemp(prefix="eksa-kinds-"))
    try:
        with course(home) as found:
            yield found
    finally:
        shutil.rmtree(home, ignore_errors=True)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.title)
def test_the_plan_comes_true(running_course: Course, kind: Kind) -> None:
    assert running_course.take(kind).mismatches(kind) == []
