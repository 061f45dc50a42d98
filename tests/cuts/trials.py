# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One cut and the run after it, and the account of many."""

from __future__ import annotations

import collections
import dataclasses
import pathlib
import typing as t

from ansible_collections.eks.anywhere.tests.cuts.ledger import Ledger
from ansible_collections.eks.anywhere.tests.simulation.cutter import Harm
from ansible_collections.eks.anywhere.tests.simulation.runner import CRASH, Outcome
from ansible_collections.eks.anywhere.tests.tools import figures

REPORTS = pathlib.Path(__file__).resolve().parents[2] / "build" / "cuts"
SHOWN = 5


@dataclasses.dataclass(frozen=True)
class Trial:
    """What was cut, and why it has not converged; ``wrong`` is empty when it has. ``seconds`` of all runs and looks."""

    harm: str
    at: int
    request: str
    wrong: tuple[str, ...]
    seconds: float

    def __str__(self) -> str:
        return f"{self.harm}, request {self.at} ({self.request}): {'; '.join(self.wrong[:SHOWN]) or 'converged'}"


def verdict(runs: t.Sequence[Outcome], faults: t.Iterable[str]) -> tuple[str, ...]:
    """What is wrong after these runs, of which the last had to get to its end."""
    crashed = [str(run) for run in runs if run.error is not None and run.error.get("error_code") == CRASH]
    unfinished = [] if runs[-1].result is not None else [f"the run after it: {runs[-1]}"]
    return (*crashed, *unfinished, *faults)


class Account:
    """Trials of one kind of operation, counted by harm; each new one is in the report at once.

    With a ledger it begins with the trials that are in there, and keeps each new one.
    """

    def __init__(self, name: str, ledger: Ledger | None = None) -> None:
        self._name = name
        self._ledger = ledger
        self.trials: list[Trial] = []
        self._look()

    def add(self, *trials: Trial) -> None:
        """Count them."""
        self.trials += trials
        for trial in trials:
            if trial.wrong:
                print(f"NOT CONVERGED: {trial}", flush=True)
        if self._ledger:
            self._ledger.add([dataclasses.asdict(trial) for trial in trials])
        self._write()

    def has(self, harm: Harm, at: int) -> bool:
        """Whether this request was cut already."""
        return any((trial.harm, trial.at) == (harm.value, at) for trial in self.trials)

    @property
    def failed(self) -> list[str]:
        """The trials that have not converged."""
        return [str(trial) for trial in self.trials if trial.wrong]

    @property
    def table(self) -> str:
        """Tried and converged by harm, as a table of reStructuredText."""
        tried = collections.Counter(trial.harm for trial in self.trials)
        converged = collections.Counter(trial.harm for trial in self.trials if not trial.wrong)
        rows = [("Request", "Cut points tried", "Converged")]
        rows += [(harm, str(count), str(converged[harm])) for harm, count in tried.items()]
        rows.append(("all", str(tried.total()), str(converged.total())))
        widths = [max(len(row[column]) for row in rows) for column in range(3)]
        rule = "  ".join("=" * width for width in widths)
        lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
        return "\n".join([rule, lines[0], rule, *lines[1:], rule])

    def record(self) -> None:
        """Print the table and keep the figures, of what other processes did as well."""
        self._look()
        assert self.trials, "nothing was cut"
        good = sum(not trial.wrong for trial in self.trials)
        figures.record(f"{self._name}.cut_points", len(self.trials), unit="points")
        figures.record(f"{self._name}.converged_share", good / len(self.trials), unit="of 1")
        print(f"\n{self.table}", flush=True)

    def _look(self) -> None:
        if self._ledger:
            self.trials = [_trial(entry) for entry in self._ledger.read()]

    def _write(self) -> None:
        REPORTS.mkdir(parents=True, exist_ok=True)
        (REPORTS / f"{self._name}.rst").write_text(f"{self.table}\n", encoding="utf-8")


def _trial(entry: t.Mapping[str, t.Any]) -> Trial:
    return Trial(**{**entry, "wrong": tuple(entry["wrong"])})


def spread(total: int, *, count: int) -> list[int]:
    """So many numbers from 1 to total, evenly, with both ends."""
    if count >= total:
        return list(range(1, total + 1))
    step = (total - 1) / max(1, count - 1)
    return sorted({1 + round(number * step) for number in range(count)})


__all__ = ("Account", "Trial", "spread", "verdict")
