# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""How long an upgrade will take, told from the runs before it. Nothing is decided by it.

A run is known by its marks: when it began, and when each phase or part of it ended. Machines count by their role, which
is ``etcd``, ``control_plane`` or ``workers``; what else is done counts by its phase.
"""

from __future__ import annotations

import collections
import dataclasses
import itertools
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config.text import dumped
from ansible_collections.eks.anywhere.plugins.module_utils._plan.parts import CONTROL_PLANE, ETCD, WORKERS
from ansible_collections.eks.anywhere.plugins.module_utils._yaml import yaml

KIND = "eks.anywhere durations of upgrades"
KEPT = 5
"""So many runs are kept; the median of what they took is expected."""
ROLES = (ETCD, CONTROL_PLANE, WORKERS)
TIMED = ("backup", "providers", "networking", *ROLES, "pruned")
"""Phases that take long enough to be expected; writing objects and files does not."""


@dataclasses.dataclass(frozen=True)
class Mark:
    """The end of a phase or part of a run, in seconds since any moment; the first is the beginning of the run."""

    name: str
    at: float


@dataclasses.dataclass(frozen=True)
class Run:
    """One run: seconds of each role and phase, and how many machines each role had replaced."""

    seconds: t.Mapping[str, float]
    machines: t.Mapping[str, int]

    def each(self, name: str) -> float | None:
        """Seconds of a phase, for a role those of one machine; None where the run had none of it."""
        if name not in self.seconds or (name in ROLES and not self.machines.get(name)):
            return None
        return self.seconds[name] / (self.machines[name] if name in ROLES else 1)


def role(part: str) -> str:
    """``workers`` of ``workers/md-0``."""
    return part.partition("/")[0]


def run(marks: t.Sequence[Mark], parts: t.Iterable[str]) -> Run:
    """What the marks say; ``parts`` names the part of each machine that was replaced."""
    seconds: dict[str, float] = collections.defaultdict(float)
    for before, after in itertools.pairwise(marks):
        seconds[role(after.name)] += max(0.0, after.at - before.at)
    return Run(seconds=dict(seconds), machines=dict(collections.Counter(map(role, parts))))


def expected(runs: t.Sequence[Run], *, remaining: t.Iterable[str], parts: t.Iterable[str]) -> int | None:
    """Seconds that a plan will take; None where no run before had all that it has.

    ``remaining`` are the phases that are left, ``parts`` the part of each machine that will be replaced.
    """
    machines = collections.Counter(map(role, parts))
    counts = {name: machines[name] if name in ROLES else 1 for name in remaining if name in TIMED}
    known = {name: _median(runs, name) for name, count in counts.items() if count}
    if not runs or any(seconds is None for seconds in known.values()):
        return None
    return round(sum(counts[name] * (seconds or 0.0) for name, seconds in known.items()))


def _median(runs: t.Sequence[Run], name: str) -> float | None:
    took = [seconds for one in runs for seconds in [one.each(name)] if seconds is not None]
    latest = sorted(took[-KEPT:])
    # Of an even number the smaller one of the middle: the module statistics takes long to import.
    return latest[(len(latest) - 1) // 2] if latest else None


def added(text: str | None, latest: Run) -> str:
    """The text of the record with one more run, the oldest ones left out."""
    runs = [*recorded(text), latest][-KEPT:]
    return dumped({"kind": KIND, "runs": [_written(one) for one in runs]})


def recorded(text: str | None) -> tuple[Run, ...]:
    """The runs of a record, oldest first; none where it is missing or no record."""
    try:
        found = yaml.load(text or "", Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError:
        return ()
    if not isinstance(found, dict) or found.get("kind") != KIND:
        return ()
    return tuple(Run(seconds=one["seconds"], machines=one["machines"]) for one in found["runs"])


def shown(seconds: int | None) -> str:
    """For people: ``about 12 minutes``."""
    if seconds is None:
        return "unknown (no past run)"
    return f"about {seconds} seconds" if seconds < 120 else f"about {round(seconds / 60)} minutes"


def _written(one: Run) -> dict[str, t.Any]:
    return {"seconds": {name: round(value, 1) for name, value in one.seconds.items()}, "machines": dict(one.machines)}


__all__ = ("KEPT", "Mark", "Run", "added", "expected", "recorded", "run", "shown")
