# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""The record of one run over a fleet: events, one JSON object a line, and the state of the run that they add up to.

It decides nothing for a later run, which looks at the clusters again. Within a run it is what waves know of each other,
and afterwards what the report is made of, also when the run was killed.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import typing as t

Values = dict[str, t.Any]

UNCHANGED = "unchanged"
WAITING = "waiting"
RUNNING = "running"
DONE = "done"
FAILED = "failed"
DEFERRED = "deferred"
SKIPPED = "skipped"
HALTED = "halted"
OUTCOMES = (DONE, FAILED, RUNNING, WAITING, DEFERRED, SKIPPED, HALTED, UNCHANGED)

_FACTS = ("name", "ring", "datacenter", "vcenter", "manager_host", "self_managed", "kubernetes_version", "machines")


@dataclasses.dataclass(frozen=True)
class Problem:
    """Why something failed: in a sentence, by its code, and with the next step."""

    message: str
    code: str = ""
    hint: str = ""
    task: str = ""


@dataclasses.dataclass(frozen=True)
class Look:
    """What was left to do when the run began. ``newest`` is when the youngest machine was made."""

    remaining: tuple[str, ...] = ()
    vms: tuple[str, ...] = ()
    surge: t.Mapping[str, int] = dataclasses.field(default_factory=dict)
    expected_seconds: int = 0
    newest: dt.datetime | None = None


@dataclasses.dataclass(frozen=True)
class Cluster:
    """One cluster in a run; ``facts`` are those of the inventory. ``marks`` are the ends of its phases, in order."""

    host: str
    facts: t.Mapping[str, t.Any] = dataclasses.field(default_factory=dict)
    look: Look = Look()
    outcome: str = WAITING
    reason: str = ""
    problem: Problem | None = None
    began: dt.datetime | None = None
    ended: dt.datetime | None = None
    marks: tuple[tuple[str, dt.datetime], ...] = ()

    @property
    def ring(self) -> str:
        """Its ring."""
        return str(self.facts.get("ring") or "")

    @property
    def datacenter(self) -> str:
        """Its datacenter."""
        return str(self.facts.get("datacenter") or "")

    @property
    def vcenter(self) -> str:
        """Its vCenter, empty on other providers."""
        return str(self.facts.get("vcenter") or "")

    @property
    def manager(self) -> str:
        """Host of the cluster that manages it; empty when it manages itself, or when that one is not in the fleet."""
        found = str(self.facts.get("manager_host") or "")
        return "" if found == self.host else found

    @property
    def seconds(self) -> float:
        """How long it was worked on."""
        return (self.ended - self.began).total_seconds() if self.began and self.ended else 0.0


@dataclasses.dataclass(frozen=True)
class Run:
    """All of it."""

    holder: str = ""
    began: dt.datetime | None = None
    clusters: t.Mapping[str, Cluster] = dataclasses.field(default_factory=dict)
    waves: tuple[tuple[str, ...], ...] = ()
    policy: t.Mapping[str, t.Any] = dataclasses.field(default_factory=dict)
    last: dt.datetime | None = None

    def of_ring(self, ring: str) -> list[Cluster]:
        """Clusters of a ring."""
        return [one for one in self.clusters.values() if one.ring == ring]

    def with_outcome(self, *outcomes: str) -> list[Cluster]:
        """Clusters by what became of them."""
        return [one for one in self.clusters.values() if one.outcome in outcomes]


def line(event: str, *, at: dt.datetime, host: str = "", **values: t.Any) -> str:
    """One event as a line."""
    shown = {"at": at.isoformat(timespec="seconds"), "event": event, **({"host": host} if host else {}), **values}
    return json.dumps(shown, ensure_ascii=False, separators=(",", ":")) + "\n"


def facts(member: t.Mapping[str, t.Any], host: str) -> Values:
    """Of what the inventory says, what a run goes by. A host that is of no fleet is one of its own."""
    return {"name": host, **{name: member[name] for name in _FACTS if name in member}}


def look(result: t.Mapping[str, t.Any]) -> Values:
    """Of what ``cluster_upgrade_info`` returns, what a run goes by.

    A copy of the config on the machine that runs this is no part of a cluster: alone it is not worth a turn, and where
    jobs begin with an empty disk it is always missing.
    """
    remaining = list(result.get("remaining") or ())
    going = [*(result.get("machines_replaced") or ()), *(result.get("machines_removed") or ())]
    return {
        "remaining": [] if remaining == ["config_file"] else remaining,
        "vms": [str(one.get("vm") or one.get("machine")) for one in going],
        "surge": dict(result.get("surge") or {}),
        "expected_seconds": int(result.get("expected_seconds") or 0),
        "newest": str(result.get("newest_machine") or ""),
    }


def problem(result: t.Mapping[str, t.Any], *, task: str = "") -> Values:
    """Of the result of a failed task, what people need."""
    hint = str(result.get("hint") or "").strip()
    message = str(result.get("msg") or "The task failed without a message.").strip().removesuffix(hint).strip()
    return {"message": message, "code": str(result.get("error_code") or ""), "hint": hint, "task": task}


def read(text: str) -> Run:
    """The run that a journal tells of. A last line that was cut while it was written is passed over."""
    run = Run()
    clusters: dict[str, Cluster] = {}
    for words in text.splitlines():
        try:
            event = json.loads(words)
        except ValueError:
            continue
        at = dt.datetime.fromisoformat(event["at"])
        run = dataclasses.replace(run, last=at)
        if "host" in event:
            before = clusters.get(event["host"], Cluster(event["host"]))
            clusters[event["host"]] = _OF_CLUSTER[event["event"]](before, event, at)
        else:
            run = _OF_RUN[event["event"]](run, event, at)
    return dataclasses.replace(run, clusters=clusters)


def _begun(run: Run, event: Values, at: dt.datetime) -> Run:
    return dataclasses.replace(run, holder=event["holder"], began=at)


def _planned(run: Run, event: Values, at: dt.datetime) -> Run:
    return dataclasses.replace(run, waves=tuple(tuple(wave) for wave in event["waves"]), policy=event["policy"])


def _looked(cluster: Cluster, event: Values, at: dt.datetime) -> Cluster:
    seen = event["look"]
    newest = dt.datetime.fromisoformat(seen["newest"]) if seen["newest"] else None
    return dataclasses.replace(
        cluster,
        facts=event["facts"],
        look=Look(**{**seen, "remaining": tuple(seen["remaining"]), "vms": tuple(seen["vms"]), "newest": newest}),
        outcome=WAITING if seen["remaining"] else UNCHANGED,
    )


def _unseen(cluster: Cluster, event: Values, at: dt.datetime) -> Cluster:
    return dataclasses.replace(cluster, facts=event["facts"], outcome=FAILED, problem=Problem(**event["problem"]))


def _turn(cluster: Cluster, event: Values, at: dt.datetime) -> Cluster:
    if event["outcome"] == RUNNING:
        return dataclasses.replace(cluster, outcome=RUNNING, began=at)
    return dataclasses.replace(cluster, outcome=event["outcome"], reason=event["reason"], began=None)


def _ended(cluster: Cluster, event: Values, at: dt.datetime) -> Cluster:
    marks = tuple((str(mark["name"]), dt.datetime.fromtimestamp(mark["at"], dt.UTC)) for mark in event["marks"])
    told = event.get("problem")
    return dataclasses.replace(
        cluster, outcome=event["outcome"], ended=at, marks=marks, problem=Problem(**told) if told else None
    )


_OF_RUN: t.Mapping[str, t.Callable[[Run, Values, dt.datetime], Run]] = {"begun": _begun, "planned": _planned}
_OF_CLUSTER: t.Mapping[str, t.Callable[[Cluster, Values, dt.datetime], Cluster]] = {
    "looked": _looked,
    "unseen": _unseen,
    "turn": _turn,
    "ended": _ended,
}


__all__ = (
    "DEFERRED",
    "DONE",
    "FAILED",
    "HALTED",
    "OUTCOMES",
    "RUNNING",
    "SKIPPED",
    "UNCHANGED",
    "WAITING",
    "Cluster",
    "Look",
    "Problem",
    "Run",
    "facts",
    "line",
    "look",
    "problem",
    "read",
)
