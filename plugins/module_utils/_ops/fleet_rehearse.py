# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""A rehearsal: the runs that an upgrade of a fleet would take, played by their engine against a clock that jumps.

Waves, turns, halts, windows, soak times, the record and the report are those of a real run. Clusters are their configs,
and work on one is a span of time. Nothing is asked and nothing waits.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import heapq
import posixpath
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._fleet import journal, rehearsal, report, turn
from ansible_collections.eks.anywhere.plugins.module_utils._fleet.journal import Run
from ansible_collections.eks.anywhere.plugins.module_utils._ops import fleet, fleet_report, inputs
from ansible_collections.eks.anywhere.plugins.module_utils._plan import upgrade_times
from ansible_collections.eks.anywhere.plugins.module_utils._plan.folder import Folder
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Files
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result

INJECTED = {"msg": "It was told to fail.", "hint": "This is a rehearsal: nothing has to be mended."}
TITLE = "Rehearsed upgrade of a fleet"


@dataclasses.dataclass(frozen=True)
class Member:
    """A cluster of the fleet. ``facts`` are those of the inventory, ``seconds`` what the work on it takes."""

    host: str
    facts: t.Mapping[str, t.Any]
    parts: tuple[rehearsal.Part, ...] = ()
    seconds: int = 0
    problem: t.Mapping[str, t.Any] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Script:
    """How it is played: who fails once, when the next run begins, and how many there are at most."""

    folder: str
    begin: dt.datetime
    policy: t.Mapping[str, t.Any]
    failures: frozenset[str]
    mend: dt.timedelta
    again: dt.timedelta
    margin_minutes: int
    runs: int


class JumpingClock:
    """A clock that is set."""

    def __init__(self, at: dt.datetime) -> None:
        self.at = at

    def now(self) -> float:
        """Seconds since 1970."""
        return self.at.timestamp()

    def today(self) -> dt.datetime:
        """The moment that it is set to."""
        return self.at

    def sleep(self, seconds: float) -> None:
        """It is later now."""
        self.at += dt.timedelta(seconds=seconds)


class Silence:
    """What a run says as it goes on is in its report."""

    def line(self, text: str) -> None:
        """Nobody hears it."""


def moment(text: str, *, ports: fleet.Ports) -> dt.datetime:
    """When it begins, in whole seconds as the record has them; now without a text."""
    try:
        found = dt.datetime.fromisoformat(text) if text else ports.clock.today()
    except ValueError:
        found = dt.datetime.min
    if found.tzinfo is None:
        raise EksaError(
            f"{text} is no time with a time zone.",
            code="input.invalid",
            hint="Write eksa_rehearse_begin_at like 2026-11-28T22:00:00+01:00.",
        )
    return found.replace(microsecond=0)


def members(
    clusters: t.Sequence[t.Mapping[str, t.Any]], *, minutes_per_machine: float, files: Files
) -> tuple[Member, ...]:
    """The fleet. A config that cannot be read is a cluster that cannot be looked at."""
    return tuple(_member(given, minutes_per_machine, files) for given in clusters)


def _member(given: t.Mapping[str, t.Any], minutes_per_machine: float, files: Files) -> Member:
    host, facts = str(given["host"]), given.get("member") or {}
    try:
        config = inputs.cluster_config(given, files=files)
    except EksaError as exc:
        return Member(host, facts, problem=exc.as_fail())
    found = rehearsal.parts(config)
    folder = Folder(str(given.get("state_dir") or "."), config.name)
    recorded = upgrade_times.expected(
        upgrade_times.recorded(files.read(folder.upgrade_times)),
        remaining=[upgrade_times.role(part.name) for part in found],
        parts=[part.name for part in found for _each in range(part.count)],
    )
    guessed = 60 * minutes_per_machine * sum(part.count for part in found)
    return Member(host, facts, parts=found, seconds=round(recorded or guessed))


def rehearse(fleet_of: t.Sequence[Member], script: Script, *, files: Files, ports: fleet.Ports) -> Result:
    """Play runs until all clusters are upgraded, or another run would change nothing."""
    unknown = sorted(script.failures - {member.host for member in fleet_of})
    if unknown:
        raise EksaError(
            f"No cluster of the fleet is called {', '.join(unknown)}, so it cannot fail.",
            code="input.not_found",
            hint="Correct eksa_rehearse_failures: names of hosts in the inventory.",
            details={"unknown": unknown},
        )
    return Rehearsal(fleet_of, script, files=files, ports=ports).play()


class Rehearsal:
    """Runs one after the other. A cluster that was told to fail does so the first time."""

    def __init__(self, fleet_of: t.Sequence[Member], script: Script, *, files: Files, ports: fleet.Ports) -> None:
        self._members = {member.host: member for member in fleet_of}
        self._script = script
        self._files = files
        self._heard = ports
        self._clock = JumpingClock(script.begin)
        self._ports = dataclasses.replace(ports, clock=self._clock, report=Silence())
        self._doomed = set(script.failures)
        self._done: dict[str, dt.datetime] = {}
        self._peaks: dict[str, dict[str, int]] = {}

    def play(self) -> Result:
        """All runs."""
        told: list[dict[str, t.Any]] = []
        following: dt.datetime | None = self._script.begin
        while following is not None and len(told) < self._script.runs:
            self._clock.at = following
            told.append(self._run(len(told) + 1))
            following = self._following()
        seconds = (self._clock.at - self._script.begin).total_seconds()
        complete = set(self._done) == set(self._members)
        words = "All" if complete else f"{len(self._done)} of"
        self._say(f"{words} {len(self._members)} clusters upgraded by {_time(self._clock.at)}, in {len(told)} runs")
        return Result(data={"complete": complete, "seconds": round(seconds), "runs": told, "peaks": self._peaks})

    def _run(self, number: int) -> dict[str, t.Any]:
        began = self._clock.at
        folder = self._script.folder
        fleet.begin(folder, ports=self._ports)
        for member in self._members.values():
            fleet.looked(
                folder,
                member.host,
                member=member.facts,
                look=self._look(member),
                problem=member.problem,
                ports=self._ports,
            )
        # What the first run plans is heard; later ones plan what is left of it.
        aloud = dataclasses.replace(self._ports, report=self._heard.report)
        planned = fleet.plan(folder, self._script.policy, ports=aloud if number == 1 else self._ports).data
        for wave in planned["waves"]:
            self._wave(wave["hosts"])
        path = posixpath.join(folder, f"report-{number}.html")
        written = fleet_report.write(
            folder, dest=path, title=f"{TITLE}, run {number}", files=self._files, ports=self._ports
        )
        self._widen()
        halted = self._halted()
        counts = {outcome: count for outcome, count in written.data["outcomes"].items() if count}
        shown = ", ".join(f"{count} {outcome}" for outcome, count in counts.items())
        self._say(f"Run {number}, {_time(began)} to {_time(self._clock.at)}: {'; '.join([shown, *halted])}")
        return {
            "began": began.isoformat(timespec="seconds"),
            "ended": self._clock.at.isoformat(timespec="seconds"),
            "outcomes": counts,
            "halted": halted,
            "report": path,
        }

    def _look(self, member: Member) -> dict[str, t.Any]:
        done = self._done.get(member.host)
        if done is not None:
            return {"remaining": [], "newest_machine": done.isoformat()}
        return rehearsal.look(member.host, member.parts, seconds=member.seconds)

    def _wave(self, hosts: t.Sequence[str]) -> None:
        """All ask at its beginning; it is over when the slowest is."""
        under_way: list[tuple[dt.datetime, str]] = []
        began = self._clock.at
        for host in hosts:
            asked = fleet.take_turn(
                self._script.folder,
                host,
                wait_minutes=0,
                margin_minutes=self._script.margin_minutes,
                ports=self._ports,
            )
            if asked.data["go"]:
                whole = self._members[host].seconds
                # One that fails does so half way.
                seconds = whole // 2 if host in self._doomed else whole
                heapq.heappush(under_way, (began + dt.timedelta(seconds=seconds), host))
        while under_way:
            self._clock.at, host = heapq.heappop(under_way)
            self._end(self._members[host], began)

    def _end(self, member: Member, began: dt.datetime) -> None:
        fails = member.host in self._doomed
        fleet.ended(
            self._script.folder,
            member.host,
            problem=INJECTED if fails else {},
            task="Upgrade the cluster" if fails else "",
            marks=rehearsal.marks(member.parts, began=began.timestamp(), ended=self._clock.now(), whole=member.seconds),
            ports=self._ports,
        )
        if fails:
            self._doomed.discard(member.host)
        else:
            self._done[member.host] = self._clock.at

    def _state(self) -> Run:
        return fleet.current(self._script.folder, self._ports)

    def _following(self) -> dt.datetime | None:
        """When the next run begins: after what failed was mended, or when something that was put off may ask again."""
        run = self._state()
        begun = [one for one in run.clusters.values() if one.began is not None]
        now = self._clock.at
        if len(self._done) == len(self._members):
            return None
        if any(one.outcome == journal.FAILED for one in begun):
            return now + self._script.mend
        policy = fleet.policy_of(run.policy, self._ports)
        margin = dt.timedelta(minutes=self._script.margin_minutes)
        moment = turn.Moment(at=now, margin=margin, zones=self._ports.zones)
        put_off = [turn.decide(one.host, run, policy, moment).until for one in run.with_outcome(journal.DEFERRED)]
        times = [until for until in put_off if until is not None]
        if times:
            return max(now + self._script.again, min(times))
        return now + self._script.again if begun else None

    def _halted(self) -> list[str]:
        run = self._state()
        policy = fleet.policy_of(run.policy, self._ports)
        return [why for ring in policy.rings if (why := turn.exhausted(ring, run))]

    def _widen(self) -> None:
        for place in report.peaks(self._state()):
            before = self._peaks.setdefault(place["place"], {})
            for kind, value in place.items():
                if isinstance(value, int):
                    before[kind] = max(value, before.get(kind, 0))

    def _say(self, words: str) -> None:
        self._heard.report.line(words)


def _time(moment: dt.datetime) -> str:
    return f"{moment:%a %Y-%m-%d %H:%M %Z}"


__all__ = ("Member", "Script", "members", "moment", "rehearse")
