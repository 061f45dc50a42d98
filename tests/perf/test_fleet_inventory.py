# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What it costs to make an inventory of a thousand cluster configs. No lab: ``make perf-fleet``."""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys
import time

from ansible_collections.eks.anywhere.tests.simulation import fleet
from ansible_collections.eks.anywhere.tests.tools import figures

PROGRAM = pathlib.Path(sys.executable).with_name("ansible-inventory")
CLUSTERS = 1000
BAR_SECONDS = 5


def listed(source: pathlib.Path) -> float:
    """Seconds on the clock of the whole program, its start included."""
    cache = {"ANSIBLE_INVENTORY_CACHE_CONNECTION": str(source.parent / "cache")}
    out = source.parent / "listed.json"
    began = time.monotonic()
    argv = [str(PROGRAM), "-i", str(source), "--list", "--output", str(out)]
    subprocess.run(argv, env={**os.environ, **cache}, check=True, capture_output=True)
    seconds = time.monotonic() - began
    assert out.read_text(encoding="utf-8").count('"eksa_config_file"') == CLUSTERS
    return seconds


def test_a_thousand_configs(tmp_path: pathlib.Path) -> None:
    places = fleet.sites(CLUSTERS, datacenters=5)
    plain = listed(fleet.write(tmp_path / "plain", places))
    source = fleet.write(tmp_path / "cached", places, cache=True, cache_plugin="ansible.builtin.jsonfile")
    listed(source)
    cached = listed(source)
    figures.record("fleet.inventory_1000_seconds", plain, most=BAR_SECONDS)
    figures.record("fleet.inventory_1000_cached_seconds", cached)
    print(f"\n{CLUSTERS} configs: {plain:.2f} s, {cached:.2f} s with what was read before")
    assert plain < BAR_SECONDS
