# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The docs' pages of error codes are as the table of the checks says."""

from __future__ import annotations

import re

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._checks.rules import RULES
from ansible_collections.eks.anywhere.tests.docs import error_pages

AGAIN = "run: tests/tools/in dev python tests/docs/error_pages.py"


def test_there_is_a_page_for_every_code_and_no_other() -> None:
    there = {path: path.read_text(encoding="utf-8") for path in error_pages.FOLDER.glob("*.rst")}
    assert there == error_pages.pages(), AGAIN


def test_the_overview_has_the_causes_of_the_table() -> None:
    text = error_pages.OVERVIEW.read_text(encoding="utf-8")
    assert error_pages.overview(text) == text, AGAIN


@pytest.mark.parametrize("code", sorted(RULES))
def test_every_cause_is_a_sentence_without_placeholders(code: str) -> None:
    cause = RULES[code].cause
    assert re.fullmatch(r"[A-Z`v].*\.", cause)
    assert "{" not in cause
