# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Molecule scenarios, one after the other; each is a test case of ``build/junit/molecule.xml``."""

from __future__ import annotations

import pathlib
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "tools"))
import gates  # noqa: E402  (a sibling of this script, found by the line above)

SCENARIOS = sorted(path.parent.name for path in (ROOT / "extensions" / "molecule").glob("*/molecule.yml"))


def main(names: list[str]) -> int:
    """Run the scenarios and say how each went."""
    outcomes = []
    for name in names or SCENARIOS:
        started = time.monotonic()
        status, output = gates.run(*gates.inside("dev", "molecule", "test", "--scenario-name", name))
        outcomes.append(gates.Outcome(name=name, seconds=time.monotonic() - started, status=status, output=output))
        gates.tell(outcomes[-1])
    gates.junit("molecule", outcomes)
    return 1 if any(outcome.status for outcome in outcomes) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
