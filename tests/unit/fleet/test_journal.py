# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The record of a run, through the operations that write it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import typing as t
import zoneinfo

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._fleet import journal
from ansible_collections.eks.anywhere.plugins.module_utils._ops import fleet
from ansible_collections.eks.anywhere.plugins.module_utils._plan.lease import Here, Holder, Process
from ansible_collections.eks.anywhere.plugins.module_utils._run.journal import LocalJournal
from ansible_collections.eks.anywhere.tests.unit.fakes import FakeClock, FakeReporter

MEMBER = {"name": "w01", "ring": "main", "datacenter": "berlin", "vcenter": "vc", "endpoint": "10.0.0.1"}
LOOK = {
    "remaining": ["workers"],
    "finished": False,
    "machines_replaced": [{"machine": "w01-x", "vm": "w01-x"}],
    "surge": {"vms": 1},
    "expected_seconds": None,
    "newest_machine": "2026-08-22T18:00:00Z",
}


@dataclasses.dataclass
class Journal:
    """Files in memory."""

    files: dict[str, str] = dataclasses.field(default_factory=dict)

    def read(self, path: str) -> str:
        return self.files.get(path, "")

    def append(self, path: str, line: str) -> None:
        self.files[path] = self.read(path) + line

    def restart(self, path: str, line: str, *, keep: str) -> None:
        if path in self.files:
            self.files[f"{path.rpartition('/')[0]}/{keep}"] = self.files.pop(path)
        self.files[path] = line


def ports(
    files: Journal, *, pid: int = 1, alive: t.Collection[int] = (1,), clock: FakeClock | None = None
) -> fleet.Ports:
    return fleet.Ports(
        journal=files,
        clock=clock or FakeClock(),
        report=FakeReporter(),
        zones=zoneinfo.ZoneInfo,
        here=Here(realm="here", started=lambda number: "tick" if number in alive else ""),
        me=Holder(f"root@vm{pid}", Process(pid, "tick", "here")),
    )


def state(files: Journal) -> journal.Run:
    return journal.read(files.read("run/journal.jsonl"))


def begun(clock: FakeClock | None = None) -> tuple[Journal, fleet.Ports]:
    files = Journal()
    given = ports(files, clock=clock)
    fleet.begin("run", ports=given)
    fleet.looked("run", "w01", member=MEMBER, look=LOOK, problem={}, ports=given)
    return files, given


def test_a_run_from_its_beginning_to_its_end() -> None:
    files, given = begun()
    result = fleet.plan("run", {}, ports=given).data
    assert (result["hosts"], result["sizes"], result["peaks"]) == (["w01"], [1], {"vc": {"vms": 1}})
    assert fleet.take_turn("run", "w01", wait_minutes=0, margin_minutes=15, ports=given).data["go"]
    assert state(files).clusters["w01"].outcome == journal.RUNNING
    marks = [{"name": "workers", "at": 1_000_000.5}]
    fleet.NOTES["done"]({"folder": "run", "host": "w01", "marks": marks}, given)
    one = state(files).clusters["w01"]
    assert (one.outcome, one.look.vms, one.ring) == (journal.DONE, ("w01-x",), "main")
    assert one.marks == (("workers", dt.datetime.fromtimestamp(1_000_000.5, dt.UTC)),)
    assert "endpoint" not in one.facts
    assert t.cast(FakeReporter, given.report).lines[-1] == "Ring main: 1 of 1 done"


def test_failures_keep_their_reason() -> None:
    files, given = begun()
    wrong = {"msg": "It broke. Mend it.", "hint": "Mend it.", "error_code": "x.y", "failed": True, "huge": "z" * 9999}
    fleet.NOTES["failed"]({"folder": "run", "host": "w01", "marks": [], "problem": wrong, "task": "Do"}, given)
    assert state(files).clusters["w01"].problem == journal.Problem("It broke.", "x.y", "Mend it.", "Do")
    assert len(files.read("run/journal.jsonl")) < 2000


def test_a_missing_copy_of_the_config_is_nothing_to_do() -> None:
    files, given = begun()
    fleet.looked("run", "w01", member=MEMBER, look={**LOOK, "remaining": ["config_file"]}, problem={}, ports=given)
    assert state(files).clusters["w01"].outcome == journal.UNCHANGED


def test_what_cannot_be_looked_at_has_failed() -> None:
    files, given = begun()
    fleet.looked("run", "w02", member={}, look={}, problem={"msg": "No answer."}, ports=given)
    assert [one.host for one in state(files).with_outcome(journal.FAILED)] == ["w02"]
    assert fleet.plan("run", {}, ports=given).data["hosts"] == ["w01"]


def test_a_turn_is_waited_for_only_so_long() -> None:
    clock = FakeClock()
    files, given = begun(clock)
    soon = clock.today() + dt.timedelta(minutes=40)
    opens = {"days": [], "from": f"{soon:%H:%M}", "to": f"{soon + dt.timedelta(hours=2):%H:%M}"}
    fleet.plan("run", {"datacenters": {"berlin": {"windows": [opens]}}}, ports=given)
    assert not fleet.take_turn("run", "w01", wait_minutes=30, margin_minutes=15, ports=given).data["go"]
    assert state(files).clusters["w01"].outcome == journal.DEFERRED
    began = clock.now()
    assert fleet.take_turn("run", "w01", wait_minutes=50, margin_minutes=15, ports=given).data["go"]
    assert 39 * 60 <= clock.now() - began <= 41 * 60
    assert sum("Waiting: " in line for line in t.cast(FakeReporter, given.report).lines) == 1


def test_two_runs_in_one_folder() -> None:
    files, _given = begun()
    with pytest.raises(EksaError) as raised:
        fleet.begin("run", ports=ports(files, pid=2, alive=(1, 2)))
    assert raised.value.code == "fleet.busy"
    # The first one was killed; its record is kept.
    fleet.begin("run", ports=ports(files, pid=2, alive=(2,)))
    assert len(files.files) == 2
    assert not state(files).clusters


def test_mistakes_are_errors() -> None:
    _files, given = begun()
    with pytest.raises(EksaError) as raised:
        fleet.plan("run", {"rings": [{"name": "a", "error_budget": "many"}], "colour": 1}, ports=given)
    assert raised.value.code == "fleet.policy"
    assert len(raised.value.details["wrong"]) == 2
    with pytest.raises(EksaError) as raised:
        fleet.plan("elsewhere", {}, ports=given)
    assert raised.value.code == "fleet.not_begun"


def test_a_record_that_was_cut_is_read_up_to_the_cut(tmp_path: t.Any) -> None:
    real, path = LocalJournal(), str(tmp_path / "run" / "journal.jsonl")
    given = dataclasses.replace(ports(Journal()), journal=real)
    assert not real.read(path)
    fleet.begin(str(tmp_path / "run"), ports=given)
    fleet.looked(str(tmp_path / "run"), "w01", member=MEMBER, look=LOOK, problem={}, ports=given)
    real.append(path, '{"at":"2026-')
    assert list(journal.read(real.read(path)).clusters) == ["w01"]
    fleet.begin(str(tmp_path / "run"), ports=given)
    assert len(list((tmp_path / "run").iterdir())) == 2
