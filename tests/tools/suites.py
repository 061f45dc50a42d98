# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Suites: the promised test runs. Each writes ``build/junit/NAME.xml`` and a figure; the tally reads those files again.

``suites.py run NAME...`` runs all named ones, a failing one does not stop the next; then it tallies them.
``suites.py tally NAME...`` fails when a promised suite is missing, ran no test, skipped one or failed one.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import pathlib
import signal
import subprocess
import sys
import time
import typing as t
from xml.etree import ElementTree

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "tools"))
import figures  # noqa: E402  (a sibling of this script, found by the line above)

JUNIT = ROOT / "build" / "junit"
TOOLS = ROOT / "tests" / "tools"
PYTEST = (str(TOOLS / "in"), "dev", "python", "-m", "pytest", "--color=no")


def _pytest(*arguments: str) -> tuple[str, ...]:
    return (*PYTEST, *arguments)


@dataclasses.dataclass(frozen=True)
class Suite:
    """One promised run; a plain pytest command gets its JUnit option here, the others write the file themselves."""

    command: tuple[str, ...]
    seconds_at_most: float


FLEET = ("inventory", "rehearsal", "noop", "tasks")
SUITES: dict[str, Suite] = {
    "check": Suite((sys.executable, str(TOOLS / "gates.py")), seconds_at_most=300),
    "unit": Suite(_pytest("-n", "auto", "tests/unit"), seconds_at_most=120),
    "property": Suite(_pytest("-n", "auto", "tests/property"), seconds_at_most=40),
    "integration": Suite(_pytest("-n", "2", "--dist", "loadfile", "tests/integration_real"), seconds_at_most=900),
    "molecule": Suite((sys.executable, str(TOOLS / "molecule_suite.py")), seconds_at_most=120),
    "e2e": Suite(
        _pytest("-v", "-s", "tests/e2e", "-m", "not (ha or packages or upgrade or workload)"), seconds_at_most=1500
    ),
    "e2e-etcd": Suite(_pytest("-v", "-s", "tests/e2e", "-m", "etcd"), seconds_at_most=900),
    "e2e-ha": Suite(_pytest("-v", "-s", "tests/e2e", "-m", "ha and not upgrade"), seconds_at_most=2400),
    "e2e-packages": Suite(_pytest("-v", "-s", "tests/e2e", "-m", "packages"), seconds_at_most=1500),
    "e2e-upgrade": Suite(
        _pytest("-v", "-s", "tests/e2e", "-m", "upgrade and not (ha or minor or killed)"), seconds_at_most=2400
    ),
    "e2e-upgrade-killed": Suite(
        _pytest("-v", "-s", "tests/e2e", "-m", "upgrade and killed and not drains"), seconds_at_most=3600
    ),
    "e2e-upgrade-ha": Suite(_pytest("-v", "-s", "tests/e2e", "-m", "upgrade and ha"), seconds_at_most=4800),
    "e2e-upgrade-minor": Suite(
        _pytest("-v", "-s", "tests/e2e", "-m", "upgrade and minor and not drains"), seconds_at_most=2400
    ),
    "e2e-workload": Suite(_pytest("-v", "-s", "tests/e2e", "-m", "workload"), seconds_at_most=1800),
    "faults": Suite(_pytest("-v", "tests/faults", "-m", "not half_built"), seconds_at_most=2400),
    "faults-delete": Suite(
        _pytest("-v", "-n", "2", "--dist", "worksteal", "tests/faults", "-m", "half_built"), seconds_at_most=3600
    ),
    "cuts": Suite(_pytest("-v", "-s", "tests/cuts", "-m", "not every"), seconds_at_most=1200),
    "cuts-all": Suite(_pytest("-v", "-n", "2", "tests/cuts", "-m", "every"), seconds_at_most=6 * 3600),
    "why": Suite(_pytest("-v", "-s", "tests/faults_why"), seconds_at_most=900),
    "kinds": Suite(_pytest("-v", "tests/upgrade_kinds"), seconds_at_most=1800),
    "packages": Suite(_pytest("-v", "tests/packages"), seconds_at_most=600),
    "perf": Suite(
        _pytest("-v", "-s", "tests/perf", "--ignore=tests/perf/test_validate.py", "--ignore-glob=*/test_fleet_*"),
        seconds_at_most=900,
    ),
    "perf-validate": Suite(_pytest("-v", "-s", "tests/perf/test_validate.py"), seconds_at_most=1800),
    "perf-fleet": Suite(
        _pytest("-v", "-s", *(f"tests/perf/test_fleet_{name}.py" for name in FLEET)), seconds_at_most=1200
    ),
    "awx": Suite(_pytest("-v", "tests/awx"), seconds_at_most=120),
    "browser": Suite(_pytest("-v", "tests/browser"), seconds_at_most=120),
    "perf-config": Suite(_pytest("-v", "-s", "tests/perf/test_config.py"), seconds_at_most=60),
}


@dataclasses.dataclass(frozen=True)
class Count:
    """What one suite did."""

    name: str
    tests: int = 0
    failed: int = 0
    skipped: int = 0
    trouble: str = ""

    @property
    def passed(self) -> int:
        """Tests that ran and held."""
        return self.tests - self.failed - self.skipped


def count(name: str, path: pathlib.Path) -> Count:
    """Read a suite's JUnit file; whatever breaks the promise becomes ``trouble``."""
    if not path.exists():
        return Count(name, trouble="did not run")
    cases = list(ElementTree.parse(path).getroot().iter("testcase"))
    failed = sum(1 for case in cases if case.find("failure") is not None or case.find("error") is not None)
    skipped = sum(1 for case in cases if case.find("skipped") is not None)
    trouble = "ran no test" if not cases else "skipped tests" if skipped else ""
    return Count(name, tests=len(cases), failed=failed, skipped=skipped, trouble=trouble)


def tally(names: t.Sequence[str], folder: pathlib.Path = JUNIT) -> int:
    """Print what each promised suite did and the closing line; non-zero when a promise broke."""
    counts = [count(name, folder / f"{name}.xml") for name in names]
    print()
    for one in counts:
        print(f"{one.name:<12} {one.passed:5d} passed {one.failed:4d} failed  {one.trouble}".rstrip())
    broken = sum(1 for one in counts if one.trouble)
    passed, failed = sum(one.passed for one in counts), sum(one.failed for one in counts) + broken
    print(f"{passed} passed, {failed} failed", flush=True)
    return 1 if failed else 0


def run(name: str) -> int:
    """Run one suite; its time becomes a figure."""
    suite = SUITES[name]
    report = JUNIT / f"{name}.xml"
    report.parent.mkdir(parents=True, exist_ok=True)
    report.unlink(missing_ok=True)
    command = (*suite.command, f"--junitxml={report}") if suite.command[: len(PYTEST)] == PYTEST else suite.command
    print(f"\n=== {name}", flush=True)
    started = time.monotonic()
    status = _run_in_time(command, seconds=3 * suite.seconds_at_most)
    seconds = time.monotonic() - started
    figures.record(f"tests.{name}_seconds", seconds, most=suite.seconds_at_most)
    print(f"=== {name}: {'passed' if status == 0 else f'FAILED (exit {status})'} after {seconds:.0f} s", flush=True)
    return status


def _run_in_time(command: t.Sequence[str], *, seconds: float) -> int:
    """A suite that hangs, or that the user interrupts, ends with all that it started."""
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, start_new_session=True)
    try:
        return process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        print(f"=== no end after {seconds:.0f} s", flush=True)
        _end(process)
        return 1
    except KeyboardInterrupt:
        _end(process)
        raise


def _end(process: subprocess.Popen[bytes], grace_seconds: float = 30) -> None:
    """Ctrl-C for the whole session, so that it cleans up; the hard way only for what is left then."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=grace_seconds)
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def main(argv: list[str]) -> int:
    """Command line."""
    known = len(argv) > 1 and argv[0] in ("run", "tally") and all(name in SUITES for name in argv[1:])
    if not known:
        print(f"usage: suites.py run|tally NAME...   with NAME in: {', '.join(SUITES)}")
        return 2
    statuses = [run(name) for name in argv[1:]] if argv[0] == "run" else []
    prefixes = tuple(f"tests.{name}_" for name in argv[1:])
    shown = {name: it for name, it in figures.load().items() if name.startswith(prefixes)}
    if shown:
        print(f"\n{figures.table(shown)}")
    return max(tally(argv[1:]), int(any(statuses)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
