# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""A run over a fleet: what its clusters were seen to need, in which waves, whose turn it is, and how each one ended.

Everything goes through the journal of the run, so that a task costs the same however many clusters there are, and a
killed run leaves a record.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import posixpath
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._fleet import journal, shown, turn, waves
from ansible_collections.eks.anywhere.plugins.module_utils._fleet import policy as policies
from ansible_collections.eks.anywhere.plugins.module_utils._fleet.journal import Run
from ansible_collections.eks.anywhere.plugins.module_utils._fleet.windows import Zones
from ansible_collections.eks.anywhere.plugins.module_utils._plan.lease import Here, Holder
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Clock, Journal, Reporter
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result

PAUSE_SECONDS = 30.0


@dataclasses.dataclass(frozen=True)
class Ports:
    """``zones`` knows time zones by their names; ``me`` is this run."""

    journal: Journal
    clock: Clock
    report: Reporter
    zones: Zones
    here: Here
    me: Holder


def path(folder: str) -> str:
    """The journal of the run that works in a folder."""
    return posixpath.join(folder, "journal.jsonl")


def begin(folder: str, *, ports: Ports) -> Result:
    """Begin a run. Two at once would mix their records."""
    now = ports.clock.today()
    before = journal.read(ports.journal.read(path(folder)))
    other = Holder.parsed(before.holder)
    if other.run != ports.me.run and ports.here.lives(other.run):
        raise EksaError(
            f"Another run over a fleet works in {folder}: {other.who}, process {other.run.pid}.",
            code="fleet.busy",
            hint="Let it end, or give this run a folder of its own with eksa_fleet_dir.",
            details={"holder": other.who, "pid": other.run.pid},
        )
    ended = before.began or now
    ports.journal.restart(
        path(folder),
        journal.line("begun", at=now, holder=str(ports.me)),
        keep=f"journal-{ended:%Y%m%dT%H%M%S}.jsonl",
    )
    return Result()


def looked(
    folder: str,
    host: str,
    *,
    member: t.Mapping[str, t.Any],
    look: t.Mapping[str, t.Any],
    problem: t.Mapping[str, t.Any],
    ports: Ports,
) -> Result:
    """Note what a cluster needs, or why it cannot be looked at."""
    seen = {"problem": journal.problem(problem)} if problem else {"look": journal.look(look)}
    event = "unseen" if problem else "looked"
    facts = journal.facts(member, host)
    ports.journal.append(path(folder), journal.line(event, at=ports.clock.today(), host=host, facts=facts, **seen))
    return Result()


def plan(folder: str, policy: t.Mapping[str, t.Any], *, ports: Ports) -> Result:
    """Cut what is left to do into waves, and say it."""
    run = current(folder, ports)
    read = policy_of(policy, ports)
    found = waves.waves(run, read)
    hosts = [list(wave.hosts) for wave in found]
    ports.journal.append(
        path(folder), journal.line("planned", at=ports.clock.today(), waves=hosts, policy=read.as_dict())
    )
    for line in shown.plan(run, found):
        ports.report.line(line)
    return Result(
        data={
            "waves": [{"ring": wave.ring, "hosts": list(wave.hosts)} for wave in found],
            "hosts": [host for wave in hosts for host in wave],
            "sizes": [len(wave) for wave in hosts],
            "peaks": waves.peaks(run, found),
            "expected_seconds": waves.expected_seconds(run, found),
        }
    )


def take_turn(folder: str, host: str, *, wait_minutes: int, margin_minutes: int, ports: Ports) -> Result:
    """Whether the work on a cluster may begin. For a time that is known, and near enough, it is waited."""
    patience = dt.timedelta(minutes=wait_minutes)
    end = ports.clock.today() + patience
    said = False
    while True:
        now = ports.clock.today()
        run = current(folder, ports)
        moment = turn.Moment(at=now, margin=dt.timedelta(minutes=margin_minutes), zones=ports.zones)
        found = turn.decide(host, run, policy_of(run.policy, ports), moment)
        if found.until is None or found.until > end:
            break
        if not said:
            ports.report.line(f"Waiting: {found.reason}")
            said = True
        ports.clock.sleep(min(PAUSE_SECONDS, (found.until - now).total_seconds()))
    go = found.outcome == journal.RUNNING
    first = not any(one.outcome == found.outcome for one in run.of_ring(run.clusters[host].ring))
    ports.journal.append(
        path(folder),
        journal.line("turn", at=ports.clock.today(), host=host, outcome=found.outcome, reason=found.reason),
    )
    if not go and first:
        ports.report.line(f"Not begun, as others for the same reason: {found.reason}")
    return Result(data={"go": go, "outcome": found.outcome, "reason": found.reason})


def ended(
    folder: str,
    host: str,
    *,
    problem: t.Mapping[str, t.Any],
    task: str,
    marks: t.Sequence[t.Mapping[str, t.Any]],
    ports: Ports,
) -> Result:
    """Note how the work on a cluster ended, and say how its ring stands."""
    told = {"problem": journal.problem(problem, task=task)} if problem else {}
    outcome = journal.FAILED if problem else journal.DONE
    ports.journal.append(
        path(folder),
        journal.line("ended", at=ports.clock.today(), host=host, outcome=outcome, marks=list(marks), **told),
    )
    run = current(folder, ports)
    ring = run.clusters[host].ring
    ports.report.line(shown.ring(run, ring))
    return Result(data={"ring": shown.ring(run, ring)})


def put_off(folder: str, host: str, reason: str, *, ports: Ports) -> Result:
    """Note that a cluster whose turn it was could not begin after all."""
    at = ports.clock.today()
    ports.journal.append(path(folder), journal.line("turn", at=at, host=host, outcome=journal.DEFERRED, reason=reason))
    return Result()


Note = t.Callable[[t.Mapping[str, t.Any], Ports], Result]
NOTES: t.Mapping[str, Note] = {
    "begun": lambda given, ports: begin(given["folder"], ports=ports),
    "looked": lambda given, ports: looked(
        given["folder"],
        given["host"],
        member=given["member"],
        look=given["look"],
        problem=given["problem"],
        ports=ports,
    ),
    "done": lambda given, ports: ended(
        given["folder"], given["host"], problem={}, task="", marks=given["marks"], ports=ports
    ),
    "failed": lambda given, ports: ended(
        given["folder"],
        given["host"],
        problem=given["problem"] or {"msg": ""},
        task=given["task"],
        marks=given["marks"],
        ports=ports,
    ),
    "deferred": lambda given, ports: put_off(
        given["folder"], given["host"], journal.problem(given["problem"])["message"], ports=ports
    ),
}
"""State of ``fleet_note`` -> what notes it, by the options of the module."""


def current(folder: str, ports: Ports) -> Run:
    """The run as it stands."""
    run = journal.read(ports.journal.read(path(folder)))
    if run.began is None:
        raise EksaError(
            f"No run over a fleet has begun in {folder}.",
            code="fleet.not_begun",
            hint="Use the playbook upgrade_fleet, or begin with fleet_note and the state begun.",
            details={"path": path(folder)},
        )
    return run


def policy_of(values: t.Mapping[str, t.Any], ports: Ports) -> policies.Policy:
    """A policy, or ``EksaError`` with all its mistakes."""
    wrong: list[str] = []
    found = policies.read(values, zones=ports.zones, wrong=wrong)
    if wrong:
        raise EksaError(
            "The policy of the fleet has mistakes:\n" + "\n".join(f"  {words}" for words in wrong) + "\n",
            code="fleet.policy",
            hint="Correct eksa_fleet_policy, or the files that the inventory plugin reads.",
            details={"wrong": wrong},
        )
    return found


__all__ = ("NOTES", "Ports", "begin", "current", "ended", "looked", "path", "plan", "policy_of", "put_off", "take_turn")
