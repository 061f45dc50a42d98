# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Texts that the fuzzer, or a property test, once broke the config rooms with."""

from __future__ import annotations

import pytest

from ansible_collections.eks.anywhere.tests.fuzz import target

from . import samples

KEY = "AAAAC3NzaC1lZDI1NTE5AAAAIGm8cbxRMrfMJFxkJ0rqLcqwgGUxvhpsgBg1bwn3NWxb somebody"
CRASHERS = {
    "a key with a character outside ASCII": samples.STACKED.replace(KEY, f"\x85{KEY}é"),
    "a key that is no base64 but for a character outside ASCII": samples.STACKED.replace(KEY, "AAAAé"),
    "encryption without resources": samples.FULL.replace("resources: [secrets]", "resources: []"),
    "encryption without a name": samples.FULL.replace("name: plugin, ", ""),
}


@pytest.mark.parametrize("text", CRASHERS.values(), ids=CRASHERS.keys())
def test_what_broke_once(text: str) -> None:
    assert text not in (samples.STACKED, samples.FULL)
    target.examine(text)
