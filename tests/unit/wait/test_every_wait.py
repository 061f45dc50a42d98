# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No wait of an operation ends with a bare "timed out": each names an object and what is wrong with it."""

from __future__ import annotations

import ast
import pathlib
import re
import typing as t

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError, WaitTimeout
from ansible_collections.eks.anywhere.plugins.module_utils._ops.apply import apply_objects
from ansible_collections.eks.anywhere.plugins.module_utils._ops.rollout import (
    Waiting,
    Workload,
    wait_established,
    wait_rolled_out,
)
from ansible_collections.eks.anywhere.plugins.module_utils._ops.wait import Target
from ansible_collections.eks.anywhere.plugins.module_utils._ops.wait_for import wait_for
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.plugins.module_utils._wait import Tick, until
from ansible_collections.eks.anywhere.plugins.module_utils._wait.cluster import Goal
from ansible_collections.eks.anywhere.plugins.module_utils._wait.why import why
from ansible_collections.eks.anywhere.tests.unit.fakes import FakeClock, FakeKube, FakeReporter
from ansible_collections.eks.anywhere.tests.unit.move import worlds
from ansible_collections.eks.anywhere.tests.unit.wait import faults as f
from ansible_collections.eks.anywhere.tests.unit.wait import samples as s
from ansible_collections.eks.anywhere.tests.unit.wait import world as w

OPS = pathlib.Path(__file__).resolve().parents[3] / "plugins" / "module_utils" / "_ops"
SOURCES = sorted(OPS.glob("*.py"))
OWN_WORDS = frozenset(
    {
        "bootstrap_state.py",
        "clone_slot.py",
        "fleet.py",
        "lease.py",
        "move.py",
        "packages.py",
        "prune.py",
        "restore.py",
        "template.py",
    }
)
"""Sleep a few times without ``until``; they print why, and then raise what they saw last, or leave it to a later run."""
SECONDS = 45.0
"""Less than what ends a hopeless wait before its time."""


def calls(path: pathlib.Path, called: str) -> list[ast.Call]:
    """Calls of a name or method."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == called
    ]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_what_is_not_done_comes_with_reasons(path: pathlib.Path) -> None:
    for call in calls(path, "Tick"):
        given = {keyword.arg: keyword.value for keyword in call.keywords}
        done = given.get("done")
        ended = isinstance(done, ast.Constant) and done.value is True
        assert ended or "reasons" in given, f"{path.name}:{call.lineno}: say why"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_nobody_waits_but_until(path: pathlib.Path) -> None:
    assert not calls(path, "sleep") or path.name in OWN_WORDS


def patience() -> dict[str, t.Any]:
    """Time and lines."""
    return {"clock": FakeClock(), "report": FakeReporter()}


class Deaf(FakeKube):
    """An API server whose webhooks nobody answers."""

    def apply(self, obj: Obj, *, dry_run: bool = False) -> Obj:
        """Refuse."""
        raise EksaError("failed calling webhook x: no endpoints available.", code="kube.webhook_unavailable")


def _apply() -> None:
    wanted = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c", "namespace": "default"}}
    apply_objects([wanted], kube=Deaf("k"), check_mode=False, patience_seconds=SECONDS, **patience())


def _rolled_out() -> None:
    waiting = Waiting(timeout_seconds=SECONDS, **patience())
    wait_rolled_out(FakeKube("k"), [Workload("Deployment", "capv-system", "capv")], waiting=waiting, what="providers")


def _established() -> None:
    wait_established(
        FakeKube("k"), ["machines.cluster.x-k8s.io"], waiting=Waiting(timeout_seconds=SECONDS, **patience())
    )


def _move(**told: str) -> t.Callable[[], None]:
    """A machine without a node, and what its virtual machine says of itself."""

    def run() -> None:
        scene = worlds.world("wl")
        here = (worlds.NAMESPACE, "wl-cp-1")
        del scene.source.objects["cluster.x-k8s.io", "Machine", *here]["status"]["nodeRef"]
        vm = scene.source.objects["infrastructure.cluster.x-k8s.io", "VSphereVM", *here]
        vm["status"]["conditions"] = [{**worlds.PROVISIONED, **told}]
        scene.move(timeout_seconds=SECONDS)

    return run


def _goal(goal: Goal, *objects: Obj, inside: t.Sequence[Obj] = ()) -> t.Callable[[], None]:
    def run() -> None:
        seen = w.broken(*objects, inside=inside)
        kube, workload = FakeKube("management"), FakeKube("workload")
        for obj in seen.management:
            kube.seed(obj)
        for obj in seen.workload or ():
            workload.seed(obj)
        kube.seed(
            {
                "apiVersion": "v1",
                "kind": "Secret",
                "metadata": {"name": "w01-kubeconfig", "namespace": "eksa-system"},
                "data": {"value": "eA=="},
            }
        )
        wait_for(
            Target("w01", "eksa-system"),
            goal,
            kube=kube,
            connect=lambda _text: workload,
            timeout_seconds=SECONDS,
            check_mode=False,
            **patience(),
        )

    return run


NEW = s.control_plane(ready=0, available=False)
WAITS: tuple[tuple[str, t.Callable[[], None], str, str], ...] = (
    ("apply", _apply, "", "ConfigMap c: failed calling webhook x"),
    ("rollout", _rolled_out, "", "Deployment capv-system/capv: does not exist"),
    ("definitions", _established, "", "CustomResourceDefinition machines.cluster.x-k8s.io: not established"),
    (
        "move of a sick cluster",
        _move(status="False", reason="WaitingForIPAllocation"),
        "why.no_address",
        "clusters ready to move: 1 to wait for after 45 s: Machine wl-cp-1 runs but has no IP address",
    ),
    (
        "move of a cluster that does not say",
        _move(),
        "",
        "clusters ready to move: 1 to wait for after 45 s: Machine eksa-system/wl-cp-1: has no node yet",
    ),
    (
        "control plane",
        _goal(Goal.CONTROL_PLANE, NEW, *f.stuck_vm("NotProvisioned", f.NO_TEMPLATE)),
        "why.template_missing",
        "control plane: 0/1 up after 45 s: The template /DC0/vm/Templates/ubuntu-2204-kube-v1-34",
    ),
    (
        "control plane, worker left aside",
        _goal(
            Goal.CONTROL_PLANE,
            NEW,
            *f.stuck_vm("WaitingForClone", since=s.JUST_NOW),
            *f.stuck_vm("NotProvisioned", f.NO_TEMPLATE, name=f.WORKER),
        ),
        "",
        "Machine w01-abc12: waiting for VSphereVM to be cloned",
    ),
    (
        "machines",
        _goal(Goal.MACHINES, *f.stuck_vm("WaitingForIPAllocation", name=f.WORKER)),
        "why.no_address",
        "Worker machine w01-md-0-x runs but has no IP address",
    ),
    (
        "machines, network left aside",
        _goal(Goal.MACHINES, *f.stuck_vm("WaitingForClone", name=f.WORKER), inside=(f.no_network(),)),
        "",
        "Machine w01-md-0-x: waiting for VSphereVM to be cloned",
    ),
    (
        "nodes",
        _goal(Goal.NODES, inside=(f.lost_node(),)),
        "why.kubelet_down",
        "kubelet of control plane machine w01-abc12",
    ),
    ("ready", _goal(Goal.READY, f.draining()), "why.drain_blocked", "drain of worker machine w01-md-0-x is blocked"),
    (
        "etcd",
        _goal(
            Goal.ETCD,
            w.made(
                s.cluster(available=False),
                spec={"managedExternalEtcdRef": {"kind": "EtcdadmCluster", "name": "w01-etcd"}},
            ),
            w.etcdadm(s.condition("EtcdEndpointsAvailable", "False", "WaitingForEtcdadmEndpointsToPassHealthcheck")),
            w.etcd_machine(),
        ),
        "why.etcd_member_unhealthy",
        "external etcd of cluster w01",
    ),
)


@pytest.mark.parametrize(("wait", "code", "words"), [case[1:] for case in WAITS], ids=[case[0] for case in WAITS])
def test_a_timeout_names_an_object_and_its_trouble(wait: t.Callable[[], None], code: str, words: str) -> None:
    with pytest.raises(WaitTimeout) as caught:
        wait()
    assert words in caught.value.message
    assert caught.value.hint
    assert caught.value.details["reasons"] or code
    assert caught.value.details.get("why", "") == code
    assert bool(caught.value.details.get("evidence")) is bool(code)


def test_what_only_a_change_mends_ends_a_wait_after_a_minute() -> None:
    clock, report = FakeClock(), FakeReporter()
    cause = why(w.broken(*f.stuck_vm("NotProvisioned", f.NO_TEMPLATE)))
    with pytest.raises(EksaError, match=r"The template .* does not exist") as caught:
        until(
            lambda: Tick(done=False, state="0/1 up", cause=cause),
            clock=clock,
            report=report,
            timeout_seconds=3600,
            what="control plane",
        )
    assert caught.value.code == "why.template_missing"
    assert caught.value.hint == cause.fix
    assert clock.now() <= 62
    assert re.match(r"  control plane: 0/1 up \(0 s\) - The template", report.lines[0])


def test_where_nobody_says_why_that_is_said() -> None:
    with pytest.raises(WaitTimeout, match="none of the objects says why"):
        until(lambda: Tick(done=False, state="0/1"), timeout_seconds=10, what="x", **patience())
