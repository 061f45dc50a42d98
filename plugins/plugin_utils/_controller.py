# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""In-process twins of our modules: on a local connection the operation runs in the controller's worker.

A module that imports ``kubernetes`` costs some 350-550 ms and 40 MiB per host and task; the same work here costs a
tenth, because Ansible imports the action once, in the parent, before it forks. On any other connection the module
of the same name is shipped.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import typing as t

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ansible_collections.eks.anywhere.plugins.module_utils._argspec import Spec, with_environment
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._result import scrub
from ansible_collections.eks.anywhere.plugins.module_utils._run import processes
from ansible_collections.eks.anywhere.plugins.module_utils._shell import Context, Operate
from ansible_collections.eks.anywhere.plugins.plugin_utils import _lease


class ModuleFile(t.Protocol):
    """The two names a module file shares with its action."""

    SPEC: Spec
    operate: Operate


class Live:
    """Reporter that shows each line at once and keeps it for the result."""

    def __init__(self, *, prefix: str, secrets: t.Collection[str]) -> None:
        self.lines: list[str] = []
        self._prefix = prefix
        self._secrets = secrets
        self._display = Display()

    def line(self, text: str) -> None:
        """Show one line, scrubbed, with the host's name before it when several hosts run."""
        clean = str(scrub(text, self._secrets))
        self.lines.append(clean)
        self._display.display(f"{self._prefix}{clean}")


class Interrupted(BaseException):
    """Raised inside an operation by a signal, so that its ``finally`` and ``with`` blocks still run."""


@contextlib.contextmanager
def unwinding() -> t.Iterator[None]:
    """Let an interrupted operation give back what it borrowed (sessions, processes, files) before the worker dies.

    Ansible's own handler kills the worker on the spot, which would leave a vCenter session open on each Ctrl-C.
    A worker is a session of its own and outlives a killed ``ansible-playbook``; it must not go on working then.
    The first signal unwinds the operation; later ones are ignored meanwhile; then the worker ends the usual way.
    """
    received: list[int] = []

    def unwind(signum: int, frame: object) -> None:
        received.append(signum)
        for number in previous:
            signal.signal(number, signal.SIG_IGN)
        raise Interrupted

    previous = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    for number in previous:
        signal.signal(number, unwind)
    try:
        processes.end_with_parent(os.getppid())
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
        if received:
            os.kill(os.getpid(), received[0])


class ControllerAction(ActionBase):
    """Base class: a subclass names its module file in ``MODULE``."""

    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_check_mode = True
    _supports_async = False
    MODULE: ModuleFile

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Run in process on a local connection, else ship the module."""
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        # What is done once for all hosts is told in nobody's name.
        prefix = "" if self._task.run_once else _prefix(task_vars or {})
        run = processes.run_of(os.getppid())
        if self._connection.transport != "local":
            self._task.environment = [*(self._task.environment or ()), {processes.RUN_VARIABLE: run}]
            result.update(self._execute_module(task_vars=task_vars))
            shown = Live(prefix=prefix, secrets=())
            for line in result.get("lines", ()):
                shown.line(line)
            return result
        try:
            params = self._parameters()
        except EksaError as exc:
            return {**result, "failed": True, **exc.as_fail()}
        secrets = self.MODULE.SPEC.secrets(params)
        report = Live(prefix=prefix, secrets=secrets)
        context = Context(check_mode=bool(self._task.check_mode), report=report)
        # The worker is this task's alone.
        os.environ[processes.RUN_VARIABLE] = run
        try:
            with unwinding(), self._kept(task_vars or {}):
                outcome = self.MODULE.operate(params, context).as_dict(diff=bool(self._task.diff))
        except EksaError as exc:
            outcome = {"failed": True, **exc.as_fail()}
        result.update(scrub({**outcome, "lines": report.lines}, secrets))
        return result

    @contextlib.contextmanager
    def _kept(self, task_vars: t.Mapping[str, t.Any]) -> t.Iterator[None]:
        """The leases that the run holds, renewed while the operation lasts; what renews them itself needs no help."""
        with contextlib.ExitStack() as kept:
            for variable, action in _lease.KEEPERS.items():
                held = (task_vars.get(variable) or {}).get("lease")
                keeper = self._shared_loader_obj.action_loader.get(action, class_only=True) if held else None
                if keeper is not None and not isinstance(self, keeper):
                    kept.enter_context(_lease.kept(json.loads(json.dumps(held)), keeper.MODULE.operate))
            yield

    def _parameters(self) -> dict[str, t.Any]:
        """Validated options as plain data: one JSON round trip takes the tags off Ansible's strings."""
        spec = self.MODULE.SPEC
        checked = ArgumentSpecValidator(spec.options, **spec.constraints()).validate(dict(self._task.args))
        if checked.error_messages:
            raise EksaError(
                "; ".join(checked.error_messages).rstrip(".") + ".",
                code="input.invalid",
                hint=f"Its options: ansible-doc {self._task.action}.",
            )
        return with_environment(json.loads(json.dumps(checked.validated_parameters)))


def _prefix(task_vars: t.Mapping[str, t.Any]) -> str:
    hosts = task_vars.get("ansible_play_hosts_all") or ()
    return f"[{task_vars.get('inventory_hostname')}] " if len(hosts) > 1 else ""


__all__ = ("ControllerAction", "Interrupted", "Live", "ModuleFile", "unwinding")
