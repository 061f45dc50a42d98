# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that the lab's Go module cache holds: charts, manifests and definitions of the real components."""

from __future__ import annotations

import os
import pathlib

import pytest


def upstream(pattern: str) -> pathlib.Path:
    """The newest match in the module cache; none fails the test and says what to do."""
    cache = os.environ.get("XDG_CACHE_HOME") or str(pathlib.Path.home() / ".cache")
    modules = pathlib.Path(cache) / "eks.anywhere" / "go" / "mod"
    found = sorted(modules.glob(pattern))
    if not found:
        pytest.fail(f"{pattern} is not in {modules}: build the lab first (make lab-up)", pytrace=False)
    return found[-1]
