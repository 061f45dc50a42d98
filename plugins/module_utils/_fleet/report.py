# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""What a run over a fleet came to, as values: the JSON report, of which the page for people is made."""

from __future__ import annotations

import collections
import datetime as dt
import itertools
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._fleet import turn
from ansible_collections.eks.anywhere.plugins.module_utils._fleet.journal import (
    DONE,
    FAILED,
    OUTCOMES,
    RUNNING,
    Cluster,
    Run,
)
from ansible_collections.eks.anywhere.plugins.module_utils._fleet.policy import Policy

SCHEMA = 1
"""Version of the report; grows when a reader of the old shape would stumble."""
PREPARATION = "preparation"
UNDER_WAY = "under way"
_LAST = {DONE: "completion", FAILED: "until it failed"}
"""What comes after the last mark, by outcome."""
Values = dict[str, t.Any]


def report(run: Run, policy: Policy) -> Values:
    """The report. Times are ISO 8601 in UTC; ``seconds`` of phases count from the beginning of the run."""
    clusters = [_cluster(one, run) for one in sorted(run.clusters.values(), key=lambda one: _place(one, policy))]
    return {
        "schema": SCHEMA,
        "began": _time(run.began),
        "ended": _time(run.last),
        "seconds": _seconds(run, run.last),
        "outcomes": {outcome: len(run.with_outcome(outcome)) for outcome in OUTCOMES},
        "machines_replaced": sum(len(one["machines_replaced"]) for one in clusters),
        "rings": [_ring(name, run, policy) for name in _rings(run, policy)],
        "peaks": peaks(run),
        "clusters": clusters,
    }


def _place(one: Cluster, policy: Policy) -> tuple[int, float, str]:
    """By ring, then as they were worked on."""
    began = one.began.timestamp() if one.began else float("inf")
    return policy.rank(one.ring), began, one.host


def _rings(run: Run, policy: Policy) -> list[str]:
    return sorted({one.ring for one in run.clusters.values()}, key=policy.rank)


def _ring(name: str, run: Run, policy: Policy) -> Values:
    members = run.of_ring(name)
    ring = policy.ring(name)
    return {
        "name": name,
        "clusters": len(members),
        "outcomes": {outcome: sum(1 for one in members if one.outcome == outcome) for outcome in OUTCOMES},
        "error_budget": ring.allowed(len(members)),
        "soak_minutes": ring.soak_minutes,
        "halted": turn.exhausted(ring, run),
    }


def _cluster(one: Cluster, run: Run) -> Values:
    return {
        "host": one.host,
        "ring": one.ring,
        "datacenter": one.datacenter,
        "vcenter": one.vcenter,
        "kubernetes_version": str(one.facts.get("kubernetes_version") or ""),
        "outcome": one.outcome,
        "reason": one.reason,
        "problem": _problem(one),
        "began": _time(one.began),
        "ended": _time(one.ended) if one.began else "",
        "seconds": round(one.seconds),
        "machines_replaced": list(one.look.vms) if one.outcome == DONE else [],
        "machines_planned": len(one.look.vms),
        "phases": phases(one, run),
    }


def _problem(one: Cluster) -> Values | None:
    if one.problem is None:
        return None
    return {
        "message": one.problem.message,
        "code": one.problem.code,
        "hint": one.problem.hint,
        "task": one.problem.task,
    }


def phases(one: Cluster, run: Run) -> list[Values]:
    """The spans between its marks: what ends with a mark bears its name. One under way lasts until the last event."""
    if one.began is None:
        return []
    end = one.ended or run.last or one.began
    marks = [(name, at) for name, at in one.marks if one.began <= at <= end]
    names = [*(PREPARATION if name == "start" else name for name, _at in marks), _LAST.get(one.outcome, UNDER_WAY)]
    edges = [one.began, *(at for _name, at in marks), end]
    spans: list[Values] = [
        {"name": name, "start": _seconds(run, start), "seconds": round((stop - start).total_seconds(), 1)}
        for name, (start, stop) in zip(names, itertools.pairwise(edges), strict=True)
    ]
    return [span for span in spans if span["seconds"] > 0] or spans[-1:]


def peaks(run: Run) -> list[Values]:
    """What was worked on at the same time on each vCenter: the most clusters, and the most room beyond before."""
    events: dict[str, list[tuple[dt.datetime, int, Cluster]]] = collections.defaultdict(list)
    for one in run.clusters.values():
        if one.began is None:
            continue
        end = one.ended or run.last or one.began
        events[one.vcenter or one.datacenter] += [(one.began, 1, one), (max(end, one.began), -1, one)]
    # At the same moment one ends before another begins.
    return [_peak(place, sorted(told, key=_moment_and_step)) for place, told in sorted(events.items())]


def _moment_and_step(event: tuple[dt.datetime, int, Cluster]) -> tuple[dt.datetime, int]:
    return event[0], event[1]


def _peak(place: str, events: t.Sequence[tuple[dt.datetime, int, Cluster]]) -> Values:
    now: collections.Counter[str] = collections.Counter()
    most: Values = {"place": place, "clusters": 0, "at": ""}
    for at, step, one in events:
        now.update({kind: step * int(value) for kind, value in one.look.surge.items()})
        now["clusters"] += step
        if now["clusters"] > most["clusters"]:
            most["at"] = _time(at)
        for kind, value in now.items():
            most[kind] = max(value, int(most.get(kind, 0)))
    return most


def problems(shown: t.Mapping[str, t.Any]) -> list[Values]:
    """The clusters of a report that failed."""
    return [one for one in shown["clusters"] if one["outcome"] == FAILED]


def under_way(shown: t.Mapping[str, t.Any]) -> int:
    """How many clusters the run had not ended with when it was cut."""
    return int(shown["outcomes"][RUNNING])


def _time(moment: dt.datetime | None) -> str:
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else ""


def _seconds(run: Run, moment: dt.datetime | None) -> float:
    return round((moment - run.began).total_seconds(), 1) if run.began and moment else 0.0


__all__ = ("SCHEMA", "peaks", "phases", "problems", "report", "under_way")
