# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""The one loop that waits. It says why, once per change, and gives up when waiting cannot help."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError, WaitTimeout
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Clock, Reporter
from ansible_collections.eks.anywhere.plugins.module_utils._wait.cause import HOPELESS, Cause
from ansible_collections.eks.anywhere.plugins.module_utils._wait.reason import Reason

POLL_SECONDS = 2.0
LINE_SECONDS = 30.0
HOPELESS_SECONDS = 60.0
"""A reason that waiting will not mend has to stay this long, so that a flicker does not end a run."""

NOBODY_SAYS_WHY = "none of the objects says why"
PASSING = frozenset(
    {"kube.busy", "kube.conflict", "kube.server_error", "kube.tls", "kube.unreachable", "kube.webhook_unavailable"}
)
"""Errors of a probe that a server on its way up gives and then stops giving."""

_CLOCKWORK = re.compile(r"\d+(\.\d+)?(ms|m?s|m|h)\b|\b[0-9a-f]{8,}\b")


@dataclasses.dataclass(frozen=True)
class Tick:
    """What one look showed: ``state`` such as ``1/3 ready``, and why it is not more: the cause, if it is known, and
    each object's own reason, causes first.
    """

    done: bool
    state: str
    reasons: tuple[Reason, ...] = ()
    cause: Cause | None = None

    @property
    def why(self) -> str:
        """The sentence that tells most."""
        if self.cause:
            return self.cause.sentence
        return self.reasons[0].sentence if self.reasons else ""

    @property
    def hint(self) -> str:
        """What to do about it; empty when nobody knows."""
        if self.cause:
            return self.cause.fix
        return self.reasons[0].hint if self.reasons else ""

    @property
    def details(self) -> dict[str, t.Any]:
        """Shape for an error: ``reasons``, and with a cause its ``why`` (a code) and ``evidence``."""
        told: dict[str, t.Any] = {"reasons": [reason.sentence for reason in self.reasons[:5]]}
        if self.cause:
            told |= {"why": self.cause.code, "evidence": self.cause.as_dict()["evidence"]}
        return told


Probe = t.Callable[[], Tick]


def until(
    probe: Probe,
    *,
    clock: Clock,
    report: Reporter,
    timeout_seconds: float,
    what: str,
    poll_seconds: float = POLL_SECONDS,
) -> float:
    """Look until done; returns the seconds it took. Raises ``WaitTimeout`` with the last reason when time is up."""
    began = clock.now()
    lines = _Lines(report=report, what=what)
    hopeless = _Hopeless()
    while True:
        tick = _look(probe)
        waited = clock.now() - began
        if tick.done:
            lines.end(tick, waited)
            return waited
        lines.say(tick, waited)
        hopeless.check(tick, waited, what=what)
        if waited >= timeout_seconds:
            raise _timed_out(tick, waited, what=what)
        clock.sleep(min(poll_seconds, timeout_seconds - waited))


def _look(probe: Probe) -> Tick:
    try:
        return probe()
    except EksaError as exc:
        if exc.code not in PASSING:
            raise
        return Tick(done=False, state="unknown", reasons=(Reason("API", "server", exc.message),))


def _timed_out(tick: Tick, waited: float, *, what: str) -> WaitTimeout:
    return WaitTimeout(
        f"{what}: {tick.state} after {waited:.0f} s: {tick.why or NOBODY_SAYS_WHY}.",
        code="wait.timeout",
        hint=tick.hint or "Mend what is named, or raise timeout_seconds, and run again.",
        details={"what": what, "seconds": round(waited), **tick.details},
    )


class _Lines:
    """A line for each change and every 30 s; what flips back and forth is said once in that time."""

    def __init__(self, *, report: Reporter, what: str) -> None:
        self._report = report
        self._what = what
        self._said: dict[str, float] = {}
        self._last = 0.0

    def say(self, tick: Tick, waited: float) -> None:
        """Say where it stands, if that is new."""
        key = _CLOCKWORK.sub("", f"{tick.state} {tick.why}")
        recent = waited - self._said.get(key, -LINE_SECONDS) < LINE_SECONDS
        if recent or (key in self._said and waited - self._last < LINE_SECONDS):
            return
        self._said[key] = self._last = waited
        self._report.line(f"{self._head(tick, waited)}{' - ' + tick.why if tick.why else ''}")

    def end(self, tick: Tick, waited: float) -> None:
        """Say that it is done, unless it was from the start."""
        if self._said:
            self._report.line(self._head(tick, waited))

    def _head(self, tick: Tick, waited: float) -> str:
        return f"  {self._what}: {tick.state} ({waited:.0f} s)"


class _Hopeless:
    """Watches for a reason that stays although nobody can wait it away."""

    def __init__(self) -> None:
        self._since: dict[tuple[str, str, str], float] = {}

    def check(self, tick: Tick, waited: float, *, what: str) -> None:
        """Raise the reason as an error once it stayed long enough."""
        present = {
            (reason.code, reason.kind, reason.name): (reason.sentence, reason.hint)
            for reason in tick.reasons
            if reason.hopeless
        }
        if tick.cause and tick.cause.code in HOPELESS:
            present[(tick.cause.code, "", "")] = (tick.cause.sentence, tick.cause.fix)
        self._since = {key: self._since.get(key, waited) for key in present}
        for key, since in self._since.items():
            if waited - since < HOPELESS_SECONDS:
                continue
            sentence, hint = present[key]
            raise EksaError(
                f"{what}: {tick.state} after {waited:.0f} s: {sentence}.",
                code=key[0],
                hint=hint,
                details={"what": what, "seconds": round(waited), **tick.details},
            )


__all__ = ("HOPELESS_SECONDS", "LINE_SECONDS", "PASSING", "POLL_SECONDS", "Probe", "Tick", "until")
