# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tally: a promise counts as kept only when its report says so."""

from __future__ import annotations

import pathlib
import signal
import subprocess
import sys
import time

import pytest

from ansible_collections.eks.anywhere.tests.tools import gates

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests" / "tools"))
import suites  # noqa: E402  (a script: it imports its siblings by their bare names)

CASE = '<testcase classname="a" name="b"/>'
FAILED = '<testcase classname="a" name="c"><failure message="no"/></testcase>'
BROKEN = '<testcase classname="a" name="d"><error message="no"/></testcase>'
SKIPPED = '<testcase classname="a" name="e"><skipped message="why"/></testcase>'


@pytest.mark.parametrize(
    ("cases", "status", "closing"),
    [
        pytest.param(CASE * 3, 0, "3 passed, 0 failed", id="kept"),
        pytest.param(CASE + FAILED + BROKEN, 1, "1 passed, 2 failed", id="failed"),
        pytest.param(CASE + SKIPPED, 1, "1 passed, 1 failed", id="skipped-something"),
        pytest.param("", 1, "0 passed, 1 failed", id="ran-nothing"),
        pytest.param(None, 1, "0 passed, 1 failed", id="did-not-run"),
    ],
)
def test_tally(
    tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str], cases: str | None, status: int, closing: str
) -> None:
    if cases is not None:
        text = f"<testsuites><testsuite>{cases}</testsuite></testsuites>"
        (tmp_path / "unit.xml").write_text(text, encoding="utf-8")
    assert suites.tally(["unit"], tmp_path) == status
    assert capsys.readouterr().out.splitlines()[-1] == closing


def test_gates_report_what_the_tally_reads(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gates, "BUILD", tmp_path)
    good = gates.Outcome(name="style", seconds=0.5, status=0, output="")
    bad = gates.Outcome(name="types", seconds=2, status=1, output="\x1b[31mwrong & <odd>\x00")
    gates.junit("check", [good, bad])
    counted = suites.count("check", tmp_path / "junit" / "check.xml")
    assert (counted.tests, counted.passed, counted.failed, counted.trouble) == (2, 1, 1, "")


def test_an_unknown_suite_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert suites.main(["run", "everything"]) == 2
    assert "usage" in capsys.readouterr().out


def test_a_suite_that_hangs_is_ended_with_its_children() -> None:
    script = f"{sys.executable} -c 'import time; time.sleep(600)' & echo $!; wait"
    started = time.monotonic()
    process = subprocess.Popen(["bash", "-c", script], stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert process.stdout is not None
    child = int(process.stdout.readline())
    suites._end(process, grace_seconds=0.5)
    assert process.returncode in (-signal.SIGINT, -signal.SIGKILL, 130)
    assert time.monotonic() - started < 10
    with pytest.raises(ProcessLookupError):
        _wait_gone(child)


def _wait_gone(pid: int) -> None:
    """Raise ``ProcessLookupError`` as soon as the process is gone or only waits to be reaped; else give up after 5 s."""
    for _attempt in range(50):
        state = pathlib.Path(f"/proc/{pid}/stat")
        if not state.exists() or state.read_text(encoding="utf-8").rpartition(")")[2].split()[0] == "Z":
            raise ProcessLookupError
        time.sleep(0.1)
