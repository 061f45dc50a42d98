# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""What the ``progress`` callback knows, without Ansible: the timeline of a run and the text of a problem."""

from __future__ import annotations

import dataclasses
import typing as t

SCHEMA = 1
"""Version of the timeline file; grows when a reader of the old shape would stumble."""

ROLE_PREFIX = "eksa_"
TAIL_LINES = 12


@dataclasses.dataclass
class TaskRun:
    """One task on one host. ``seconds`` is None while it runs."""

    host: str
    phase: str
    task: str
    action: str
    started: float
    seconds: float | None = None
    status: str = "running"
    changed: bool = False
    lines: tuple[str, ...] = ()
    error_code: str = ""
    api_calls: int = 0


@dataclasses.dataclass(frozen=True)
class Phase:
    """All tasks of one role on one host, summed."""

    host: str
    phase: str
    seconds: float
    changed: bool


class Timeline:
    """Every task of a run in the order of its start. Times are seconds since the run began."""

    def __init__(self) -> None:
        self.runs: list[TaskRun] = []
        self._open: dict[tuple[str, str], TaskRun] = {}

    def start(self, *, host: str, uuid: str, phase: str, task: str, action: str, now: float) -> None:
        """A task begins on a host."""
        run = TaskRun(host=host, phase=phase, task=task, action=action, started=now)
        self.runs.append(run)
        self._open[host, uuid] = run

    def finish(self, *, host: str, uuid: str, status: str, result: t.Mapping[str, t.Any], now: float) -> TaskRun | None:
        """A task ends on a host; None for one that was never announced (implicit tasks)."""
        run = self._open.pop((host, uuid), None)
        if run is None:
            return None
        run.seconds = now - run.started
        run.status = status
        run.changed = bool(result.get("changed"))
        run.lines = tuple(str(line) for line in result.get("lines") or ())
        run.api_calls = int(result.get("api_calls") or 0)
        run.error_code = str(result.get("error_code") or "") if status == "failed" else ""
        return run

    def running(self) -> list[TaskRun]:
        """Tasks that began and did not end."""
        return list(self._open.values())

    def phases(self) -> list[Phase]:
        """Seconds per host and role, in the order of their start; tasks outside of roles are not counted."""
        totals: dict[tuple[str, str], tuple[float, bool]] = {}
        for run in self.runs:
            if run.phase and run.seconds is not None and run.status != "skipped":
                seconds, changed = totals.get((run.host, run.phase), (0.0, False))
                totals[run.host, run.phase] = (seconds + run.seconds, changed or run.changed)
        return [Phase(host, phase, *total) for (host, phase), total in totals.items()]

    def as_dict(self, *, playbook: str, began: str, seconds: float, outcome: str) -> dict[str, t.Any]:
        """The timeline file. ``outcome`` is ``ok``, ``failed`` or ``interrupted``."""
        return {
            "schema": SCHEMA,
            "playbook": playbook,
            "began": began,
            "seconds": round(seconds, 3),
            "outcome": outcome,
            "phases": [_rounded(dataclasses.asdict(phase)) for phase in self.phases()],
            "tasks": [_rounded(dataclasses.asdict(run)) for run in self.runs],
        }


def _rounded(record: dict[str, t.Any]) -> dict[str, t.Any]:
    return {key: round(value, 3) if isinstance(value, float) else value for key, value in record.items()}


def phase_of(role: str) -> str:
    """Name of the phase that a role is: ``eks.anywhere.eksa_network`` is ``network``; empty outside of roles."""
    return role.rpartition(".")[2].removeprefix(ROLE_PREFIX)


def duration(seconds: float) -> str:
    """Seconds for people: ``0.4 s``, ``42 s``, ``3 min 05 s``."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s"


def problem(result: t.Mapping[str, t.Any], *, where: str, task: str) -> list[str]:
    """One block that says what failed, its code, what to do next, and in which task."""
    hint = str(result.get("hint") or "").strip()
    message = str(result.get("msg") or "The task failed without a message.").strip()
    if hint:
        message = message.removesuffix(hint).strip()
    head, *rest = message.splitlines() or [""]
    block = [f"❌ {where}: {head}", *(f"   {line}" for line in rest)]
    code = str(result.get("error_code") or ("input.invalid" if result.get("argument_errors") else ""))
    labelled = (("code", code), ("next", hint), ("task", task))
    block += [f"   {label}: {text}" for label, text in labelled if text]
    return block + [f"   | {line}" for line in _output_tail(result)]


def _output_tail(result: t.Mapping[str, t.Any]) -> list[str]:
    """End of what a command or a crashed module said; our own operations put all they know into the message."""
    if result.get("error_code"):
        return []
    texts = (str(result.get(key) or "") for key in ("stderr", "module_stderr", "module_stdout", "stdout"))
    said = next((text for text in texts if text.strip()), "")
    return said.strip().splitlines()[-TAIL_LINES:]


__all__ = ("Phase", "TaskRun", "Timeline", "duration", "phase_of", "problem")
