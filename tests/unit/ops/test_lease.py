# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two runs on one cluster: who may go on, who is told what, and what is left."""

from __future__ import annotations

import dataclasses
import datetime as dt
import typing as t

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ops import lease
from ansible_collections.eks.anywhere.plugins.module_utils._plan import lease as leases
from ansible_collections.eks.anywhere.plugins.module_utils._plan.lease import Here, Holder, Lease, Process, Verdict
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Kube, Obj
from ansible_collections.eks.anywhere.tests.unit.fakes import FakeClock, FakeFiles, FakeKube, FakeReporter

HOME, AWAY = "boot-1/pid:[1]", "boot-2/pid:[1]"
FOLDER = "/state/prod"
LOCK = f"{FOLDER}/run.lock"
BOOTSTRAP, CLUSTER = f"{FOLDER}/generated/prod.kind.kubeconfig", f"{FOLDER}/prod-eks-a-cluster.kubeconfig"
NOW = FakeClock().today()


@dataclasses.dataclass
class World:
    """Machines that share a folder and API servers; ``processes`` are those of the machine that looks."""

    files: FakeFiles = dataclasses.field(default_factory=FakeFiles)
    clock: FakeClock = dataclasses.field(default_factory=FakeClock)
    report: FakeReporter = dataclasses.field(default_factory=FakeReporter)
    servers: dict[str, Kube] = dataclasses.field(default_factory=dict)
    processes: dict[int, str] = dataclasses.field(default_factory=dict)

    def ports(self, realm: str = HOME) -> lease.Ports:
        return lease.Ports(
            files=self.files,
            clock=self.clock,
            report=self.report,
            lock=self.change,
            here=Here(realm=realm, started=lambda pid: self.processes.get(pid, "")),
            connect=self.servers.__getitem__,
        )

    def change(self, path: str, decide: lease.Change) -> None:
        text = decide(self.files.read(path) or "")
        if text:
            self.files.write(path, text)
        else:
            self.files.remove(path)

    def server(self, path: str) -> FakeKube:
        kube = FakeKube(path)
        self.servers[path] = kube
        self.files.files[path] = "kubeconfig"
        return kube

    def begin(self, pid: int, *, realm: str = HOME, step: int = 0) -> lease.Wanted:
        """A run: its process and that of its task."""
        self.processes |= {pid: f"tick-{pid}", **({step: f"tick-{step}"} if step else {})}
        return lease.Wanted(
            name="prod",
            folder=FOLDER,
            kubeconfigs=(BOOTSTRAP, CLUSTER),
            seconds=300,
            me=Holder(who=f"root@{realm[:6]}", run=Process(pid, f"tick-{pid}", realm)),
            step=Process(step, f"tick-{step}", realm),
        )

    def take(self, wanted: lease.Wanted) -> None:
        lease.take(wanted, ports=self.ports(wanted.me.run.realm), check_mode=False)

    def renew(self, wanted: lease.Wanted) -> None:
        lease.renew(wanted, ports=self.ports(wanted.me.run.realm), check_mode=False)

    def release(self, wanted: lease.Wanted) -> None:
        lease.release(wanted, ports=self.ports(wanted.me.run.realm), check_mode=False)

    def objects(self, path: str) -> list[Obj]:
        """Lease objects of a server."""
        kube = self.servers[path]
        assert isinstance(kube, FakeKube)
        return [obj for obj in kube.objects.values() if obj["kind"] == "Lease"]


def held(run: Process, *, age: float = 0.0, step: Process | None = None) -> Lease:
    """A lease of 300 s, renewed so long ago."""
    renewed = NOW - dt.timedelta(seconds=age)
    return Lease(Holder("you@there", run), acquired=renewed, renewed=renewed, seconds=300, step=step)


ALIVE, GONE, REUSED = Process(1, "a", HOME), Process(2, "b", HOME), Process(1, "earlier", HOME)
STEP = Process(3, "c", HOME)
FAR = Process(1, "a", AWAY)
ME = Holder("me@here", Process(9, "z", HOME))


@pytest.mark.parametrize(
    ("there", "verdict"),
    [
        (None, Verdict.FREE),
        (held(ME.run), Verdict.MINE),
        (held(ME.run, age=900), Verdict.MINE),
        (held(ALIVE), Verdict.HELD),
        (held(ALIVE, age=9000), Verdict.HELD),
        (held(GONE), Verdict.DEAD),
        (held(REUSED), Verdict.DEAD),
        (held(GONE, step=STEP), Verdict.ENDING),
        (held(GONE, step=GONE), Verdict.DEAD),
        (held(FAR), Verdict.HELD),
        (held(FAR, age=299), Verdict.HELD),
        (held(FAR, age=300), Verdict.EXPIRED),
        (held(FAR, age=300, step=STEP), Verdict.HELD),
        (held(FAR, age=300, step=GONE), Verdict.EXPIRED),
    ],
)
def test_what_a_lease_means(there: Lease | None, verdict: Verdict) -> None:
    here = Here(realm=HOME, started=lambda pid: {1: "a", 3: "c", 9: "z"}.get(pid, ""))
    assert leases.judge(there, ME, now=NOW, here=here) is verdict


def test_the_second_run_is_told_who_holds_the_cluster() -> None:
    world = World()
    world.take(world.begin(100))
    before = dict(world.files.files)
    with pytest.raises(EksaError) as caught:
        world.take(world.begin(200))
    assert caught.value.code == "run.locked"
    assert (
        "root@boot-1, process 100, since 2026-09-01 12:00:00 UTC; its lease lasts until 2026-09-01 12:05:00 UTC"
        in caught.value.message
    )
    assert caught.value.hint
    assert world.files.files == before


def test_another_machine_is_told_by_the_api_server() -> None:
    world, other = World(), World()
    kube = world.server(CLUSTER)
    world.take(world.begin(100))
    other.servers[CLUSTER] = kube
    other.files.files[CLUSTER] = "kubeconfig"
    with pytest.raises(EksaError) as caught:
        other.take(other.begin(100, realm=AWAY))
    assert caught.value.code == "run.locked"
    assert LOCK not in other.files.files
    other.clock.time = 301
    other.take(other.begin(100, realm=AWAY))
    (obj,) = world.objects(CLUSTER)
    assert obj["spec"]["holderIdentity"] == f"root@boot-2 100:tick-100:{AWAY}"
    assert obj["spec"]["leaseDurationSeconds"] == 300
    world.clock.time = 302
    with pytest.raises(EksaError) as caught:
        world.renew(world.begin(100))
    assert caught.value.code == "run.locked"


def test_a_killed_run_is_followed_at_once() -> None:
    world = World()
    world.server(BOOTSTRAP)
    world.take(world.begin(100))
    del world.processes[100]
    second = world.begin(200)
    world.take(second)
    assert world.clock.time == 0
    (obj,) = world.objects(BOOTSTRAP)
    assert leases.from_object(obj) == dataclasses.replace(
        t.cast(Lease, leases.from_text(world.files.files[LOCK])), step=None, servers=(), served=None
    )
    assert second.me == t.cast(Lease, leases.from_object(obj)).holder


def test_what_a_killed_run_has_to_give_back_is_waited_for() -> None:
    world = World()
    world.take(world.begin(100, step=101))
    del world.processes[100]
    world.clock.on_sleep = lambda: world.processes.pop(101, None) if world.clock.time >= 5 else None
    world.take(world.begin(200))
    assert world.clock.time == 5
    assert world.report.lines == ["The last step of a killed run on cluster prod is still ending: waiting for it"]


def test_a_step_that_does_not_end_is_not_joined() -> None:
    world = World()
    world.take(world.begin(100, step=101))
    del world.processes[100]
    with pytest.raises(EksaError, match=r"process 101, .* a step of it is still at work"):
        world.take(world.begin(200))
    assert world.clock.time == lease.ENDING_SECONDS


def test_a_server_that_comes_up_later_is_told_by_the_next_renewal() -> None:
    world = World()
    first = world.begin(100)
    world.take(first)
    kube = world.server(BOOTSTRAP)
    world.renew(first)
    calls = kube.calls
    assert len(world.objects(BOOTSTRAP)) == 1
    world.renew(first)
    assert kube.calls == calls, "told a moment ago"
    world.clock.time = 100
    world.renew(first)
    assert kube.calls > calls
    assert world.objects(BOOTSTRAP)[0]["spec"]["renewTime"] == "2026-09-01T12:01:40.000000Z"


def test_a_clock_that_is_set_back_stops_no_renewal() -> None:
    world = World()
    kube = world.server(CLUSTER)
    run = world.begin(100)
    world.take(run)
    calls = kube.calls
    world.clock.time = -3600
    world.renew(run)
    assert kube.calls > calls
    assert world.objects(CLUSTER)[0]["spec"]["renewTime"] == "2026-09-01T11:00:00.000000Z"


def test_a_lease_from_the_future_says_how_to_be_rid_of_it() -> None:
    """It was written by a clock that ran ahead; to wait until it expires may take years."""
    world, other = World(), World()
    kube = world.server(CLUSTER)
    world.clock.time = 7200
    world.take(world.begin(100))
    other.servers[CLUSTER] = kube
    other.files.files[CLUSTER] = "kubeconfig"
    with pytest.raises(EksaError) as caught:
        other.take(other.begin(100, realm=AWAY))
    assert caught.value.code == "run.locked"
    assert "renewed 7200 s from now" in caught.value.message
    assert "delete lease eks-anywhere-prod" in str(caught.value.hint)


def test_a_run_that_was_silent_for_too_long_learns_that_it_lost() -> None:
    world = World()
    first = world.begin(100)
    world.take(first)
    world.clock.time = 301
    world.take(world.begin(100, realm=AWAY))
    with pytest.raises(EksaError) as caught:
        world.renew(first)
    assert caught.value.code == "run.lease_lost"
    world.release(first)
    assert LOCK in world.files.files, "the other's stays"


def test_nothing_is_left() -> None:
    world = World()
    world.server(BOOTSTRAP)
    world.server(CLUSTER)
    first = world.begin(100)
    world.take(first)
    world.release(first)
    assert LOCK not in world.files.files
    assert not world.objects(BOOTSTRAP) + world.objects(CLUSTER)
    world.renew(first)
    assert LOCK not in world.files.files, "what was given back is not renewed"


def test_a_refusal_by_a_server_gives_the_rest_back() -> None:
    world = World()
    world.server(BOOTSTRAP)
    cluster = world.server(CLUSTER)
    cluster.seed(leases.rendered("prod", held(FAR)))
    with pytest.raises(EksaError):
        world.take(world.begin(100))
    assert LOCK not in world.files.files
    assert not world.objects(BOOTSTRAP)


class SilentKube(FakeKube):
    """A server on its way up."""

    def get(self, **_query: t.Any) -> Obj | None:
        raise EksaError("API server did not answer.", code="kube.unreachable")


def test_a_server_that_does_not_answer_is_passed_over() -> None:
    world = World()
    world.server(BOOTSTRAP)
    world.servers[BOOTSTRAP] = SilentKube("bootstrap")
    world.server(CLUSTER)
    world.take(world.begin(100))
    assert len(world.objects(CLUSTER)) == 1


class RacingKube(FakeKube):
    """Somebody else writes the object right after it was looked at, once."""

    raced = False

    def get(self, **query: t.Any) -> Obj | None:
        found = super().get(**query)
        if not self.raced:
            self.raced = True
            self.seed(leases.rendered("prod", held(FAR)))
        return found


def test_of_two_at_once_one_is_refused() -> None:
    world = World()
    world.server(CLUSTER)
    world.servers[CLUSTER] = RacingKube("cluster")
    with pytest.raises(EksaError) as caught:
        world.take(world.begin(100))
    assert caught.value.code == "run.locked"


def test_a_plan_holds_nothing() -> None:
    world = World()
    world.server(CLUSTER)
    for act in (lease.take, lease.renew, lease.release):
        act(world.begin(100), ports=world.ports(), check_mode=True)
    assert LOCK not in world.files.files
    assert not world.objects(CLUSTER)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"holder": "x"}'])
def test_a_lock_file_that_was_cut_holds_nothing(text: str) -> None:
    world = World(files=FakeFiles({LOCK: text}))
    world.take(world.begin(100))
    assert leases.from_text(world.files.files[LOCK]) is not None


@pytest.mark.parametrize("text", ["", "somebody", "a b c", "root@x nonsense", "root@x 12"])
def test_an_identity_of_others_has_no_process_here(text: str) -> None:
    holder = Holder.parsed(text)
    assert holder.who or not text
    assert not Here(realm="", started=lambda pid: "").lives(dataclasses.replace(holder.run, pid=0))
