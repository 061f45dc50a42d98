# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""A fleet in lines: the plan before a run, and a line per ring while it goes on."""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._fleet import waves as waves_room
from ansible_collections.eks.anywhere.plugins.module_utils._fleet.journal import (
    DEFERRED,
    DONE,
    FAILED,
    HALTED,
    RUNNING,
    SKIPPED,
    UNCHANGED,
    WAITING,
    Cluster,
    Run,
)
from ansible_collections.eks.anywhere.plugins.module_utils._fleet.waves import Wave

NAMES_IN_A_LINE = 12
_ROOM = {"vms": "virtual machines", "cpus": "CPUs", "memory_mib": "MiB memory", "disk_gib": "GiB disk"}


def plan(run: Run, found: t.Sequence[Wave]) -> list[str]:
    """The plan."""
    clusters = list(run.clusters.values())
    places = {one.datacenter for one in clusters}
    head = f"Fleet of {_counted(len(clusters), 'cluster')} in {_counted(len(places), 'datacenter')}"
    counts = {
        "to upgrade": sum(len(wave.hosts) for wave in found),
        "with nothing to do": len(run.with_outcome(UNCHANGED)),
        "that could not be looked at": len(run.with_outcome(FAILED)),
    }
    lines = [f"{head}: {', '.join(f'{count} {words}' for words, count in counts.items())}"]
    for ring in dict.fromkeys(wave.ring for wave in found):
        mine = [wave for wave in found if wave.ring == ring]
        vms = sum(len(run.clusters[host].look.vms) for wave in mine for host in wave.hosts)
        count = _counted(sum(len(wave.hosts) for wave in mine), "cluster")
        lines.append(f"  ring {ring}: {count} in {_counted(len(mine), 'wave')}, {_counted(vms, 'machine')} replaced")
        lines += [f"    wave {number}: {_names(wave.hosts)}" for number, wave in enumerate(mine, start=1)]
    for place, room in sorted(waves_room.peaks(run, found).items()):
        told = ", ".join(f"{room[kind]} {words}" for kind, words in _ROOM.items() if room.get(kind))
        lines += [f"  at the widest moment on {place}: {told} more than now"] if told else []
    seconds = waves_room.expected_seconds(run, found)
    if found:
        duration = f"about {round(seconds / 60)} minutes" if seconds else "unknown"
        lines.append(f"  duration: {duration}, without the time to soak")
    lines += [f"  failed: {one.host}: {_why(one)}" for one in run.with_outcome(FAILED)]
    return lines


def ring(run: Run, name: str) -> str:
    """A ring as it stands: counts, the slowest that is being worked on, the failed with their reasons."""
    members = run.of_ring(name)
    parts = [f"{_count(members, DONE, UNCHANGED)} of {len(members)} done"]
    for outcome in (RUNNING, WAITING, FAILED, SKIPPED, DEFERRED, HALTED):
        count = _count(members, outcome)
        parts += [f"{count} {outcome}"] if count else []
    line = f"Ring {name}: {', '.join(parts)}"
    slowest = min((one for one in members if one.outcome == RUNNING and one.began), key=_began, default=None)
    if slowest is not None and run.last is not None:
        minutes = (run.last.timestamp() - _began(slowest)) / 60
        line += f"; longest at work: {slowest.host}, {minutes:.0f} min"
    failed = [one for one in members if one.outcome == FAILED]
    if failed:
        line += f"; failed: {'; '.join(f'{one.host} ({_why(one)})' for one in failed[:3])}"
    left = _left(members, run)
    return f"{line}; about {left} min left" if left else line


def _left(members: t.Sequence[Cluster], run: Run) -> int:
    """Minutes until the ring is done, told from those that are; 0 where nobody can say."""
    times = [one.seconds for one in members if one.outcome == DONE]
    open_hosts = {one.host for one in members if one.outcome in (WAITING, RUNNING)}
    rounds = sum(1 for wave in run.waves if open_hosts.intersection(wave))
    return round(rounds * max(times) / 60) if times and rounds else 0


def _began(one: Cluster) -> float:
    return one.began.timestamp() if one.began else 0.0


def _count(members: t.Sequence[Cluster], *outcomes: str) -> int:
    return sum(1 for one in members if one.outcome in outcomes)


def _why(one: Cluster) -> str:
    return one.problem.message.splitlines()[0] if one.problem and one.problem.message else "no reason known"


def _names(hosts: t.Sequence[str]) -> str:
    more = f" and {len(hosts) - NAMES_IN_A_LINE} more" if len(hosts) > NAMES_IN_A_LINE else ""
    return ", ".join(hosts[:NAMES_IN_A_LINE]) + more


def _counted(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


__all__ = ("plan", "ring")
