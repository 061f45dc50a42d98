# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A module's operation in a process of its own, which can be killed at any moment.

The process is forked from one that has everything imported already, so it begins to work within milliseconds.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import importlib
import multiprocessing
import multiprocessing.connection
import traceback
import typing as t

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.eks.anywhere.plugins.module_utils._argspec import with_environment
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._run.clock import SystemClock
from ansible_collections.eks.anywhere.plugins.module_utils._shell import Context, Lines
from ansible_collections.eks.anywhere.tests.simulation.servers import die_with_parent

MODULES = "ansible_collections.eks.anywhere.plugins.modules"
RUN_SECONDS = 300.0
CRASH = "an exception that is no error message"

_CONTEXT = multiprocessing.get_context("forkserver")


@dataclasses.dataclass(frozen=True)
class Outcome:
    """How a run ended: with a ``result``, with an ``error``, or with neither because it was killed."""

    result: t.Mapping[str, t.Any] | None = None
    error: t.Mapping[str, t.Any] | None = None
    lines: tuple[str, ...] = ()

    @property
    def killed(self) -> bool:
        """Whether the process ended without a word."""
        return self.result is None and self.error is None

    def __str__(self) -> str:
        if self.error is not None:
            return f"{self.error.get('error_code')}: {self.error.get('msg')}"
        return "killed" if self.result is None else f"done, changed: {self.result['changed']}"


class Run:
    """One run that waits for ``go``."""

    def __init__(self, module: str, params: t.Mapping[str, t.Any]) -> None:
        self._ours, theirs = _CONTEXT.Pipe()
        self._ahead = _CONTEXT.Value("d", 0.0)
        args = (theirs, self._ahead, module, dict(params))
        self._process = _CONTEXT.Process(target=_work, args=args, daemon=True)
        self._process.start()
        theirs.close()

    @property
    def pid(self) -> int:
        """Id of the process."""
        assert self._process.pid is not None
        return self._process.pid

    def set_clock(self, *, ahead_seconds: float) -> None:
        """Set the time of day that the run sees, which no monotonic clock follows."""
        self._ahead.value = ahead_seconds

    def go(self) -> Outcome:
        """Let it work; how it ended."""
        self._ours.send("go")
        try:
            if not self._ours.poll(RUN_SECONDS):
                raise AssertionError(f"the run has not ended after {RUN_SECONDS:.0f} s")
            return t.cast(Outcome, self._ours.recv())
        except (EOFError, ConnectionResetError):
            return Outcome()
        finally:
            self._process.kill()
            self._process.join()
            self._ours.close()


def prepare(*modules: str) -> None:
    """Have these modules imported before the first run."""
    _CONTEXT.set_forkserver_preload([__name__, *(f"{MODULES}.{module}" for module in modules)])


def _work(
    pipe: multiprocessing.connection.Connection, ahead: t.Any, module: str, params: t.Mapping[str, t.Any]
) -> None:
    die_with_parent()
    today = SystemClock.today
    SystemClock.today = lambda self: today(self) + dt.timedelta(seconds=ahead.value)  # type: ignore[method-assign]
    found = importlib.import_module(f"{MODULES}.{module}")
    checked = ArgumentSpecValidator(found.SPEC.options).validate(params)
    lines = Lines()
    pipe.recv()
    if checked.error_messages:
        pipe.send(Outcome(error={"msg": "; ".join(checked.error_messages), "error_code": "options"}))
        return
    try:
        params = with_environment(checked.validated_parameters)
        outcome = Outcome(result=found.operate(params, Context(check_mode=False, report=lines)).as_dict(diff=False))
    except EksaError as exc:
        outcome = Outcome(error=exc.as_fail())
    except Exception:  # noqa: BLE001 - whatever it is, it is what the test is about
        outcome = Outcome(error={"msg": traceback.format_exc(), "error_code": CRASH})
    pipe.send(dataclasses.replace(outcome, lines=tuple(lines.lines)))


__all__ = ("CRASH", "RUN_SECONDS", "Outcome", "Run", "prepare")
