# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: progress
type: stdout
short_description: A run as the documented lines of the workflow
version_added: 0.1.0
author:
  - eks.anywhere contributors (@eks-anywhere)
description:
  - Shows the lines that operations report, each when its fact is established, and nothing of tasks that say nothing.
  - On a terminal each line that took a while is followed by its time. In a log there are only the lines.
  - A failure is one block with the message, its code, the next step and the task.
  - The recap is Ansible's own, a line per host.
  - Optionally writes a machine-readable timeline of the run.
options:
  timeline_path:
    description:
      - Write a JSON timeline to this file when the run ends, also when it fails or is interrupted.
      - It holds C(schema), C(playbook), C(began), C(seconds), C(outcome), C(phases) and C(tasks).
      - A phase is all tasks of one role on one host, summed.
    type: path
    env:
      - name: EKSA_TIMELINE
    ini:
      - section: callback_progress
        key: timeline_path
requirements:
  - set as stdout in configuration
"""

import atexit
import datetime
import json
import os
import pathlib
import sys
import time
import typing as t

from ansible import constants as C
from ansible.plugins.callback import CallbackBase
from ansible.utils.color import colorize, hostcolor

from ansible_collections.eks.anywhere.plugins.plugin_utils._progress import (
    TaskRun,
    Timeline,
    duration,
    phase_of,
    problem,
)

if t.TYPE_CHECKING:
    from ansible.executor.stats import AggregateStats
    from ansible.executor.task_result import CallbackTaskResult
    from ansible.inventory.host import Host
    from ansible.playbook import Playbook
    from ansible.playbook.task import Task

SLOW_SECONDS = 1.0
INTERRUPTED = {
    "msg": "The run was interrupted.",
    "error_code": "run.interrupted",
    "hint": "Run the same command again: it looks at what is there and continues.",
}
NO_HOSTS = "No host matches: is there a host in the group eksa_clusters, and does --limit name it?"
COUNTS = (
    ("ok", "ok", "OK"),
    ("changed", "changed", "CHANGED"),
    ("unreachable", "unreachable", "UNREACHABLE"),
    ("failed", "failures", "ERROR"),
    ("skipped", "skipped", "SKIP"),
    ("rescued", "rescued", "OK"),
    ("ignored", "ignored", "WARN"),
)


class CallbackModule(CallbackBase):
    """The lines of the workflow are shown by the operations themselves; this adds what surrounds them."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = "eks.anywhere.progress"

    def __init__(self) -> None:
        super().__init__()
        self._timeline = Timeline()
        self._playbook = ""
        self._pid = os.getpid()
        self._zero = time.monotonic()
        self._began = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
        self._ended = False
        self._hosts: set[str] = set()

    def v2_playbook_on_start(self, playbook: Playbook) -> None:
        """The run begins; from here on it also has an end, however it comes."""
        self._playbook = pathlib.Path(str(playbook._file_name)).name
        atexit.register(self._leave)

    def v2_runner_on_start(self, host: Host, task: Task) -> None:
        """A task begins on a host."""
        role = task._role.get_name() if task._role else ""
        self._hosts.add(host.get_name())
        self._timeline.start(
            host=host.get_name(),
            uuid=str(task._uuid),
            phase=phase_of(role),
            task=task.get_name().strip(),
            action=str(task.resolved_action or task.action),
            now=self._now(),
        )
        if self._display.verbosity >= 1:
            self._say(f"[{host.get_name()}] {task.get_name().strip()}", color="VERBOSE")

    def v2_runner_on_ok(self, result: CallbackTaskResult) -> None:
        """Done. The lines are out already; a debug task has its message here."""
        run = self._finish(result, "ok")
        self._handle_warnings(result.result)
        if run is not None and run.lines and (run.seconds or 0.0) >= SLOW_SECONDS and sys.stdout.isatty():
            label = f"[{run.host}] " if len(self._hosts) > 1 else ""
            took = f"   {label}{duration(run.seconds or 0.0)}, {duration(self._now())} in all"
            self._say(took, color="VERBOSE")
        if result.task.action in C._ACTION_DEBUG and "msg" in result.result:
            self._say(str(result.result["msg"]))
        elif self._display.verbosity >= 2:
            self._say(self._dump_results(result.result, indent=4))

    def v2_runner_on_skipped(self, result: CallbackTaskResult) -> None:
        """Not needed; not worth a line."""
        self._finish(result, "skipped")

    def v2_runner_on_failed(self, result: CallbackTaskResult, ignore_errors: bool = False) -> None:
        """One block per failure. With C(-vvv) Ansible's own view of the exception follows."""
        self._finish(result, "failed")
        self._handle_warnings(result.result)
        self._problem(result.result, where=self.host_label(result), task=result.task.get_name().strip())
        if self._display.verbosity >= 3:
            self._handle_exception(result.result)
        if ignore_errors:
            self._say("   ignored: the playbook asks to go on", color="WARN")

    def v2_runner_item_on_failed(self, result: CallbackTaskResult) -> None:
        """One item of a loop failed."""
        item = self._get_item_label(result.result)
        self._problem(result.result, where=f"{self.host_label(result)} ({item})", task=result.task.get_name().strip())

    def v2_runner_on_unreachable(self, result: CallbackTaskResult) -> None:
        """The host of a remote connection did not answer."""
        self._finish(result, "unreachable")
        shown = {"error_code": "host.unreachable", **result.result}
        self._problem(shown, where=self.host_label(result), task=result.task.get_name().strip())

    def v2_on_file_diff(self, result: CallbackTaskResult) -> None:
        """With C(--diff): what changed, or in check mode would change."""
        if result.result.get("diff") and result.result.get("changed"):
            shown = super()._get_diff(result.result["diff"])
            if shown:
                self._say(shown.rstrip("\n"))

    def v2_playbook_on_no_hosts_matched(self) -> None:
        """An empty play is a mistake in the inventory or the limit more often than not."""
        self._say(NO_HOSTS, color="WARN")

    def v2_playbook_on_stats(self, stats: AggregateStats) -> None:
        """The end: seconds per phase when something happened, then the recap."""
        self._ended = True
        phases = [phase for phase in self._timeline.phases() if phase.seconds >= SLOW_SECONDS]
        if any(phase.changed for phase in phases):
            width = max(len(f"{phase.host} {phase.phase}") for phase in phases)
            rows = [(f"{phase.host} {phase.phase}", phase.seconds) for phase in phases]
            self._say("")
            for name, seconds in rows:
                self._say(f"{name:<{width}}  {duration(seconds):>12}")
            self._say(f"{'in all':<{width}}  {duration(self._now()):>12}")
        self._display.banner("PLAY RECAP")
        for host in sorted(stats.processed):
            self._recap(host, stats.summarize(host))
        failed = any(stats.failures.values()) or any(stats.dark.values())
        self._write_timeline("failed" if failed else "ok")

    def _recap(self, host: str, counts: dict[str, int]) -> None:
        for use_color in (True, False):
            cells = " ".join(
                colorize(label, counts[key], _color(color) if use_color else None) for label, key, color in COUNTS
            )
            line = f"{hostcolor(host, counts, use_color)} : {cells}"
            self._display.display(line, screen_only=use_color, log_only=not use_color)

    def _finish(self, result: CallbackTaskResult, status: str) -> TaskRun | None:
        return self._timeline.finish(
            host=result.host.get_name(),
            uuid=str(result.task._uuid),
            status=status,
            result=result.result,
            now=self._now(),
        )

    def _problem(self, result: t.Mapping[str, t.Any], *, where: str, task: str) -> None:
        self._say("\n".join(problem(result, where=where, task=task)), color="ERROR")

    def _leave(self) -> None:
        """At exit of the parent. Without a recap the run was cut; say so when a task was under way."""
        if self._ended or os.getpid() != self._pid:
            return
        for run in self._timeline.running():
            self._problem(INTERRUPTED, where=run.host, task=run.task)
        self._write_timeline("interrupted")
        sys.stdout.flush()

    def _write_timeline(self, outcome: str) -> None:
        path = super().get_option("timeline_path")
        if not path:
            return
        shape = self._timeline.as_dict(playbook=self._playbook, began=self._began, seconds=self._now(), outcome=outcome)
        try:
            target = pathlib.Path(path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(json.dumps(shape, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        except OSError as exc:
            self._display.warning(f"The timeline could not be written to {path}: {exc.strerror}.")

    def _now(self) -> float:
        return time.monotonic() - self._zero

    def _say(self, text: str, *, color: str | None = None) -> None:
        self._display.display(text, color=_color(color) if color else None)


def _color(name: str) -> str:
    """The colour that the user's configuration gives to a kind of message."""
    return str(getattr(C, f"COLOR_{name}"))
