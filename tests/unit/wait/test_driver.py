# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The loop that waits: what it prints and when, and how it ends."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError, WaitTimeout
from ansible_collections.eks.anywhere.plugins.module_utils._wait import Reason, Tick, until
from ansible_collections.eks.anywhere.plugins.module_utils._wait.cluster import Goal, Scene, judge
from ansible_collections.eks.anywhere.plugins.module_utils._wait.scene import ROLLED
from ansible_collections.eks.anywhere.tests.unit.fakes import FakeClock, FakeReporter
from ansible_collections.eks.anywhere.tests.unit.wait import samples as s

WAITING = Reason("Machine", "w01-abc", "waiting for VSphereVM to get an IP address")
BOOTING = Reason("Machine", "w01-abc", "its VM runs")
LACKING = Reason("Pod", "capv-system/capv", "cannot pull image x: not found", code="image.pull_failed", hint="Push it.")


def run(script: t.Callable[[float], Tick], *, timeout: float = 600.0) -> tuple[float, list[str]]:
    """Wait with a world that is a function of time."""
    clock, report = FakeClock(), FakeReporter()
    seconds = until(
        lambda: script(clock.now()), clock=clock, report=report, timeout_seconds=timeout, what="control plane"
    )
    return seconds, report.lines


def test_what_is_done_is_not_talked_about() -> None:
    assert run(lambda _now: Tick(done=True, state="1/1 ready")) == (0.0, [])


def test_a_line_per_change_and_one_at_the_end() -> None:
    def world(now: float) -> Tick:
        if now >= 20:
            return Tick(done=True, state="1/1 ready")
        return Tick(done=False, state="0/1 ready", reasons=(WAITING if now < 10 else BOOTING,))

    assert run(world) == (
        20.0,
        [
            "  control plane: 0/1 ready (0 s) - Machine w01-abc: waiting for VSphereVM to get an IP address",
            "  control plane: 0/1 ready (10 s) - Machine w01-abc: its VM runs",
            "  control plane: 1/1 ready (20 s)",
        ],
    )


def test_a_line_every_30_seconds_when_nothing_changes() -> None:
    _seconds, lines = run(lambda now: Tick(done=now >= 90, state="0/1 ready", reasons=(WAITING,)))
    assert [line.split("(")[1].split(")")[0] for line in lines] == ["0 s", "30 s", "60 s", "90 s"]


def test_flapping_does_not_flood() -> None:
    _seconds, lines = run(
        lambda now: Tick(done=now >= 60, state="0/1", reasons=((WAITING, BOOTING)[int(now) % 4 // 2],))
    )
    assert len(lines) <= 5


def test_a_counter_in_the_words_is_no_change() -> None:
    def world(now: float) -> Tick:
        return Tick(done=now >= 20, state="0/1", reasons=(Reason("Pod", "p", f"back-off {now:.0f}s restarting"),))

    assert len(run(world)[1]) == 2


def test_a_timeout_says_why() -> None:
    with pytest.raises(WaitTimeout) as caught:
        run(lambda _now: Tick(done=False, state="0/1 ready", reasons=(WAITING, BOOTING)), timeout=45)
    assert caught.value.code == "wait.timeout"
    assert caught.value.message == (
        "control plane: 0/1 ready after 45 s: Machine w01-abc: waiting for VSphereVM to get an IP address."
    )
    assert caught.value.details["reasons"] == [WAITING.sentence, BOOTING.sentence]


def test_the_hopeless_ends_the_wait_within_two_minutes() -> None:
    with pytest.raises(EksaError) as caught:
        run(lambda now: Tick(done=False, state="0/1", reasons=(LACKING,) if now >= 20 else (WAITING,)), timeout=3600)
    assert caught.value.code == "image.pull_failed"
    assert "capv-system/capv: cannot pull image x: not found" in caught.value.message
    assert caught.value.hint == "Push it."
    assert 80 <= caught.value.details["seconds"] <= 84


def test_the_hopeless_that_goes_away_does_no_harm() -> None:
    def world(now: float) -> Tick:
        return Tick(done=now >= 300, state="0/1", reasons=(LACKING,) if now % 60 < 50 else (WAITING,))

    assert run(world)[0] == 300.0


def test_a_server_on_its_way_up_is_a_reason_not_an_error() -> None:
    def world(now: float) -> Tick:
        if now < 4:
            raise EksaError("API server https://10.0.0.5:6443 did not answer.", code="kube.unreachable")
        return Tick(done=True, state="1/1")

    seconds, lines = run(world)
    assert seconds == 4.0
    assert lines[0] == "  control plane: unknown (0 s) - API server: API server https://10.0.0.5:6443 did not answer."


def test_other_errors_come_through() -> None:
    def world(_now: float) -> Tick:
        raise EksaError("forbidden", code="kube.forbidden")

    with pytest.raises(EksaError, match="forbidden"):
        run(world)


def scene(**changes: t.Any) -> Scene:
    """A finished 1+1 cluster, changed."""
    base: dict[str, t.Any] = {
        "name": "w01",
        "cluster": s.cluster(),
        "control_plane": s.control_plane(),
        "deployments": (s.deployment(),),
        "machines": (s.machine(), s.machine("w01-md-0-x", control_plane=False)),
        "nodes": (s.node(), s.node("w01-md-0-x")),
    }
    return Scene(**{**base, **changes})


def with_etcd(*, healthy: int = 3, observed: int = 1) -> Scene:
    """A finished 1+1 cluster with an external etcd of three members."""
    members = tuple(s.etcd_machine(f"w01-etcd-{number}", healthy=number < healthy) for number in range(3))
    return scene(
        cluster=s.cluster(etcd=True),
        etcd=s.etcd(replicas=3, healthy=healthy, observed=observed),
        machines=(*scene().machines, *members),
    )


BOOTED = (s.machine(step="identified"), s.machine("w01-md-0-x", control_plane=False, step="new"))
JOINED = (s.machine(step="joined"), s.machine("w01-md-0-x", control_plane=False, step="joined"))
OLD = s.control_plane()
OLD["status"]["version"] = "v1.33.1"
UNREADY = s.control_plane(available=False, ready=0)
DARK = (s.node(ready="False", message="cni"), s.node("w01-md-0-x", ready="False", message="cni"))
NO_NETWORK = scene(
    machines=JOINED, control_plane=s.control_plane(ready=0), nodes=DARK, deployments=(s.deployment(ready=0),)
)
SCENES: tuple[tuple[str, Scene, set[str], str], ...] = (
    ("nothing there", scene(cluster=None), set(), "not there"),
    ("at rest", scene(), {"etcd", "control_plane", "machines", "nodes", "ready"}, "1/1 up"),
    ("booting", scene(machines=BOOTED, control_plane=UNREADY, nodes=None), {"etcd"}, "0/1 up"),
    ("before the network", NO_NETWORK, {"etcd", "control_plane", "machines"}, "1/1 up"),
    (
        "one worker not made",
        scene(deployments=(s.deployment(replicas=2, ready=1),)),
        {"etcd", "control_plane"},
        "1/1 up",
    ),
    ("an older version", scene(control_plane=OLD), {"etcd", "machines", "nodes", "ready"}, "1/1 up"),
    ("etcd not applied", scene(cluster=s.cluster(etcd=True)), set(), "not there"),
    ("etcd at rest", with_etcd(), {"etcd", "control_plane", "machines", "nodes", "ready"}, "1/1 up"),
    ("etcd coming up", with_etcd(healthy=2), {"control_plane", "nodes"}, "1/1 up"),
    ("etcd of a changed spec", with_etcd(observed=0), {"control_plane", "machines", "nodes"}, "1/1 up"),
)


@pytest.mark.parametrize(("seen", "reached", "state"), [case[1:] for case in SCENES], ids=[case[0] for case in SCENES])
def test_goals(seen: Scene, reached: set[str], state: str) -> None:
    assert {goal.value for goal in Goal if goal not in ROLLED and judge(seen, goal).done} == reached
    assert judge(seen, Goal.CONTROL_PLANE).state == state


def test_waiting_workers_are_no_reason_for_the_control_plane() -> None:
    seen = scene(machines=BOOTED, control_plane=s.control_plane(available=False, ready=0), nodes=None)
    assert "w01-md-0" not in " ".join(reason.sentence for reason in judge(seen, Goal.CONTROL_PLANE).reasons)
    assert "w01-md-0-x" in " ".join(reason.sentence for reason in judge(seen, Goal.MACHINES).reasons)


def test_etcd_waits_for_its_members_alone() -> None:
    members = tuple(s.etcd_machine(f"w01-etcd-{number}", healthy=number == 0) for number in range(3))
    tick = judge(
        scene(
            cluster=s.cluster(etcd=True, initialized=False),
            etcd=s.etcd(replicas=3, healthy=1),
            control_plane=s.control_plane(made=0, ready=0, available=False),
            machines=(s.machine("w01-md-0-x", control_plane=False, step="new"), *members),
            nodes=None,
        ),
        Goal.ETCD,
    )
    assert tick.state == "1/3 members healthy"
    assert [reason.sentence for reason in tick.reasons] == [
        "Machine w01-etcd-1: its VM runs (10.1.0.7), waiting for etcd on it to answer as healthy",
        "Machine w01-etcd-2: its VM runs (10.1.0.7), waiting for etcd on it to answer as healthy",
        "Cluster w01: its control plane is not initialized yet",
        "EtcdadmCluster w01-etcd: 1/3 members healthy: Scaling up etcd cluster to 3 replicas (actual 1)",
    ]
