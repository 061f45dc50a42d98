# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clone slots: runs on several machines that share one API server."""

from __future__ import annotations

import dataclasses

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ops import clone_slot
from ansible_collections.eks.anywhere.plugins.module_utils._ops.clone_slot import Wanted
from ansible_collections.eks.anywhere.plugins.module_utils._plan.lease import Here, Holder, Process
from ansible_collections.eks.anywhere.tests.unit.fakes import FakeClock, FakeKube, FakeReporter


@dataclasses.dataclass
class World:
    """One API server, and the processes of the machine that looks."""

    kube: FakeKube = dataclasses.field(default_factory=lambda: FakeKube("shared"))
    clock: FakeClock = dataclasses.field(default_factory=FakeClock)
    report: FakeReporter = dataclasses.field(default_factory=FakeReporter)
    alive: set[int] = dataclasses.field(default_factory=lambda: {1, 2})

    def ports(self, realm: str) -> clone_slot.Ports:
        here = Here(realm=realm, started=lambda pid: "tick" if pid in self.alive else "")
        return clone_slot.Ports(kube=self.kube, clock=self.clock, report=self.report, here=here)

    def take(self, wanted: Wanted) -> int:
        return int(clone_slot.take(wanted, ports=self.ports(wanted.run.run.realm), check_mode=False).data["slot"])

    def renew(self, wanted: Wanted) -> int:
        return int(clone_slot.renew(wanted, ports=self.ports(wanted.run.run.realm), check_mode=False).data["slot"])

    def release(self, wanted: Wanted) -> None:
        clone_slot.release(wanted, ports=self.ports(wanted.run.run.realm), check_mode=False)


def wanted(cluster: str, *, pid: int = 1, realm: str = "here", wait: int = 0) -> Wanted:
    run = Holder(f"root@{realm}", Process(pid, "tick", realm))
    return Wanted(
        cluster=cluster, pool="VC.Example.com", slots=2, seconds=300, wait_seconds=wait, kubeconfig="k", run=run
    )


def test_no_more_than_there_are() -> None:
    world = World()
    assert [world.take(wanted("a")), world.take(wanted("b"))] == [1, 2]
    with pytest.raises(EksaError) as raised:
        world.take(wanted("c", pid=2, wait=20))
    assert raised.value.code == "fleet.no_slot"
    assert raised.value.details["holders"] == ["root@here/a", "root@here/b"]
    assert len([line for line in world.report.lines if "all 2 clone slots of VC.Example.com are held" in line]) == 1
    world.release(wanted("a"))
    assert world.take(wanted("c", pid=2)) == 1


def test_who_holds_one_keeps_it() -> None:
    world = World()
    world.take(wanted("a"))
    assert world.take(wanted("a")) == 1
    assert world.renew(wanted("a")) == 1
    assert world.take(wanted("b")) == 2


def test_a_killed_run_holds_nothing_on_its_machine() -> None:
    world = World()
    world.take(wanted("a"))
    world.take(wanted("b"))
    world.alive = {2}
    assert world.take(wanted("c", pid=2)) == 1


def test_elsewhere_the_time_decides() -> None:
    world = World()
    world.take(wanted("a", realm="there"))
    world.take(wanted("b", realm="there"))
    with pytest.raises(EksaError):
        world.take(wanted("c"))
    world.clock.sleep(200)
    world.renew(wanted("a", realm="there"))
    world.clock.sleep(200)
    assert world.take(wanted("c")) == 2
    # b was taken over; the work goes on, and another slot is taken as soon as one is free.
    assert world.renew(wanted("b", realm="there")) == 0
    world.release(wanted("c"))
    assert world.renew(wanted("b", realm="there")) == 2


def test_of_two_at_the_same_moment_one_is_first(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    real = world.kube.create
    raced: list[str] = []

    def create(obj: dict[str, object]) -> dict[str, object]:
        if not raced:
            raced.append("once")
            world.take(wanted("faster", pid=2))
        return real(obj)

    monkeypatch.setattr(world.kube, "create", create)
    assert world.take(wanted("a")) == 2


def test_a_server_that_does_not_answer_stops_no_work_that_has_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    world.take(wanted("a"))

    def get(**_what: str) -> None:
        raise EksaError("No answer.", code="kube.unreachable")

    monkeypatch.setattr(world.kube, "get", get)
    assert world.renew(wanted("a")) == 0
    with pytest.raises(EksaError):
        world.take(wanted("b"))


def test_a_plan_holds_nothing() -> None:
    world = World()
    for act in (clone_slot.take, clone_slot.renew, clone_slot.release):
        assert not act(wanted("a"), ports=world.ports("here"), check_mode=True).data["held"]
    assert not world.kube.list(api_version="coordination.k8s.io/v1", kind="Lease")
