# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one entrance: every promised target is there, listed with a line, and sets itself up."""

from __future__ import annotations

import pathlib
import re
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[3]
PROMISED = (
    "create test check e2e e2e-etcd e2e-ha e2e-upgrade e2e-upgrade-ha e2e-upgrade-killed e2e-upgrade-minor e2e-workload faults cuts cuts-all perf docs lab-up lab-down clean".split()  # noqa: SIM905  (as people read it)
)


def make(*arguments: str) -> str:
    """What make prints."""
    done = subprocess.run(["make", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_make_alone_lists_every_target_with_a_line() -> None:
    listed = dict(re.findall(r"^  make (\S+) +(\S.*)$", make(), flags=re.MULTILINE))
    assert set(PROMISED) <= set(listed)
    assert all(len(line) > 10 for line in listed.values())


@pytest.mark.parametrize("target", [target for target in PROMISED if target != "clean"])
def test_each_target_sets_up_its_environment_first(target: str) -> None:
    planned = make("--dry-run", target).splitlines()
    assert planned[0] == "tests/tools/env dev"


def test_ci_keeps_what_it_promises() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    promised = re.search(r"^promised=\((.*)\)$", script, flags=re.MULTILINE)
    assert promised is not None
    for suite in promised[1].split():
        ran = re.search(rf"make {suite}\b|SUITES=\"[^\"]*\b{suite}\b", script)
        assert ran, suite
