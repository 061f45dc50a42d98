# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guide says of each kind of change what the table says that is carried out; EKSA_UPDATE_GOLDENS=1 writes it."""

from __future__ import annotations

import os
import pathlib

from ansible_collections.eks.anywhere.tests.upgrade_kinds.documented import BEGIN, END, documented
from ansible_collections.eks.anywhere.tests.upgrade_kinds.table import KINDS

GUIDE = pathlib.Path(__file__).resolve().parents[2] / "docs" / "docsite" / "rst" / "guide_upgrade.rst"


def test_the_guide_has_the_table() -> None:
    text = GUIDE.read_text(encoding="utf-8")
    before, after = text.partition(BEGIN)[0], text.partition(END)[2]
    wanted = f"{before}{documented(KINDS)}{after}"
    if os.environ.get("EKSA_UPDATE_GOLDENS"):
        GUIDE.write_text(wanted, encoding="utf-8")
    assert text == wanted or os.environ.get("EKSA_UPDATE_GOLDENS")


def test_every_kind_has_a_name_of_its_own() -> None:
    titles = [kind.title for kind in KINDS]
    assert len(set(titles)) == len(titles)
