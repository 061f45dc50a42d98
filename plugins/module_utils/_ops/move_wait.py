# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""The waits of a move: each goes on for as long as there are reasons to wait."""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._ports import Clock, Reporter
from ansible_collections.eks.anywhere.plugins.module_utils._wait import Reason, Tick, until
from ansible_collections.eks.anywhere.plugins.module_utils._wait.cause import Cause


class Ports(t.Protocol):
    """What a wait needs of the outside world."""

    @property
    def clock(self) -> Clock:
        """Time."""

    @property
    def report(self) -> Reporter:
        """Where it says what it waits for."""


def wait_out(
    look: t.Callable[[], t.Sequence[Reason]],
    *,
    ports: Ports,
    timeout_seconds: float,
    what: str,
    cause: t.Callable[[], Cause | None] = lambda: None,
) -> float:
    """Wait until a look finds no reason any more; the seconds that it took. ``cause`` is asked what is behind them."""

    def tick() -> Tick:
        reasons = look()
        state = f"{len(reasons)} to wait for" if reasons else "ready"
        return Tick(done=not reasons, state=state, reasons=tuple(reasons), cause=cause() if reasons else None)

    return until(tick, clock=ports.clock, report=ports.report, timeout_seconds=timeout_seconds, what=what)


def reasons_of(texts: t.Iterable[str], *, hint: str = "") -> list[Reason]:
    """``Machine ns/name has no node yet``, and so on, as reasons."""
    split = (text.split(" ", 2) for text in texts)
    return [Reason(kind=kind, name=name.rstrip(":"), text=rest, hint=hint) for kind, name, rest in split]


__all__ = ("reasons_of", "wait_out")
