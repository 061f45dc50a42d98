# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One fault at a time: break something, ask why again and again, mend it, ask again."""

from __future__ import annotations

import dataclasses
import pathlib
import time
import typing as t

from ansible_collections.eks.anywhere.tests.faults_why.site import PAUSE_SECONDS, Site
from ansible_collections.eks.anywhere.tests.tools import figures

AT_MOST_SECONDS = 120.0
PATIENCE_SECONDS = 2 * AT_MOST_SECONDS
WELL = "why.ready"
QUIET = frozenset({WELL, "why.in_progress"})
REPORT = pathlib.Path(__file__).resolve().parents[2] / "build" / "why.rst"

Act = t.Callable[[Site], object]


@dataclasses.dataclass(frozen=True)
class Fault:
    """What is broken and mended, and the code and words of the sentence that must come.

    Until it does, only a cause of ``before`` may be named: one that is true as well.
    """

    name: str
    inject: Act
    heal: Act
    code: str
    words: tuple[str, ...] = ()
    before: frozenset[str] = frozenset()


@dataclasses.dataclass(frozen=True)
class Found:
    """How long it took until the cause was named; ``misled`` are wrong causes that were named before."""

    fault: str
    seconds: float
    code: str
    sentence: str
    misled: tuple[str, ...] = ()


def find(site: Site, fault: Fault) -> Found:
    """Break it; ask until the cause is named."""
    began = time.monotonic()
    fault.inject(site)
    misled: list[str] = []
    while True:
        answer = ask(site)
        seconds = time.monotonic() - began
        if answer["code"] == fault.code and all(word in answer["cause"] for word in fault.words):
            return Found(fault.name, seconds, answer["code"], answer["cause"], tuple(misled))
        if answer["code"] not in QUIET | fault.before:
            misled.append(f"{answer['code']}: {answer['cause']}")
        assert seconds < PATIENCE_SECONDS, f"not named after {seconds:.0f} s: {answer['msg']}"
        time.sleep(PAUSE_SECONDS)


def settle(site: Site) -> None:
    """Ask until all is well again."""
    until = time.monotonic() + PATIENCE_SECONDS
    while (answer := ask(site))["code"] != WELL:
        assert time.monotonic() < until, f"mended, but: {answer['msg']}"
        time.sleep(PAUSE_SECONDS)


def ask(site: Site) -> t.Mapping[str, t.Any]:
    """One call, which leaves no session in vCenter."""
    answer = site.why()
    assert site.sessions() == 0
    return answer


class Account:
    """What was found so far."""

    def __init__(self) -> None:
        self._found: list[Found] = []

    def add(self, found: Found) -> None:
        """Keep one; the table is written anew each time."""
        self._found.append(found)
        REPORT.parent.mkdir(parents=True, exist_ok=True)
        REPORT.write_text(f"{self.table}\n", encoding="utf-8")

    @property
    def table(self) -> str:
        """Fault, seconds to the cause, sentence: as a table of reStructuredText."""
        rows = [("Fault", "Seconds", "Sentence")]
        rows += [(found.fault, f"{found.seconds:.1f}", found.sentence) for found in self._found]
        widths = [max(len(row[column]) for row in rows) for column in range(3)]
        rule = "  ".join("=" * width for width in widths)
        lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
        return "\n".join([rule, lines[0], rule, *lines[1:], rule])

    def record(self, *, whole: int) -> None:
        """Print the table; keep the slowest, but only of a run that found the whole number."""
        if self._found:
            print(f"\n{self.table}", flush=True)
        if len(self._found) == whole:
            slowest = max(found.seconds for found in self._found)
            figures.record("why.slowest_cause_seconds", slowest, most=AT_MOST_SECONDS)
            figures.record("why.faults", whole, unit="faults")


__all__ = ("AT_MOST_SECONDS", "Account", "Fault", "Found", "ask", "find", "settle")
