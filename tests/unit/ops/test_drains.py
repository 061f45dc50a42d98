# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Drains that a budget blocks: wait for them, give up, or let one machine go undrained."""

from __future__ import annotations

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ops.drains import DrainPolicy, Drains
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.plugins.module_utils._wait.drains import EXCLUDED, blocked
from ansible_collections.eks.anywhere.tests.unit.fakes import FakeClock, FakeKube, FakeReporter
from ansible_collections.eks.anywhere.tests.unit.wait import faults as f
from ansible_collections.eks.anywhere.tests.unit.wait import samples as s
from ansible_collections.eks.anywhere.tests.unit.wait.world import made

MACHINE = ("cluster.x-k8s.io", "Machine", "eksa-system", "w01-md-0-x")


def tended(policy: DrainPolicy, *machines: Obj, looks: int = 1) -> tuple[FakeKube, Drains, list[str]]:
    """Look at machines so many times, as they are on the server each time."""
    kube, report = FakeKube("m"), FakeReporter()
    for machine in machines:
        kube.seed(made(machine, metadata={"finalizers": ["machine.cluster.x-k8s.io"]}))
    drains = Drains(policy, kube=kube, clock=FakeClock(), report=report)
    for _look in range(looks):
        drains.tend(kube.list(api_version=s.CAPI, kind="Machine"))
    return kube, drains, report.lines


def test_waiting_asks_nothing_of_anybody() -> None:
    kube, drains, lines = tended(DrainPolicy(), f.draining())
    assert (kube.log, drains.actions, lines) == ([], [], [])


def test_force_lets_exactly_one_machine_go_once_and_says_so() -> None:
    other = s.machine("w01-md-0-y", control_plane=False)
    kube, drains, lines = tended(DrainPolicy("force", after_seconds=600), f.draining(), other, looks=3)
    assert drains.actions == ["Skip the drain of Machine w01-md-0-x"]
    assert kube.log == ["merge Machine w01-md-0-x"]
    assert kube.objects[MACHINE]["metadata"]["annotations"] == {EXCLUDED: "true"}
    assert len(lines) == 1
    assert "after 600 s it goes without being drained" in lines[0]
    drain = blocked(f.draining())
    assert drain is not None
    assert drain.sentence in lines[0]


@pytest.mark.parametrize("action", ["force", "fail"])
def test_a_drain_gets_its_time(action: str) -> None:
    """It counts from what the controller noted, so a second run does not begin anew."""
    fresh = made(f.draining(), status={"deletion": {"nodeDrainStartTime": s.JUST_NOW}})
    kube, drains, _lines = tended(DrainPolicy(action, after_seconds=600), fresh)
    assert (kube.log, drains.actions) == ([], [])


def test_fail_names_node_pod_and_budget() -> None:
    with pytest.raises(EksaError) as caught:
        tended(DrainPolicy("fail", after_seconds=600), f.draining())
    assert caught.value.code == "wait.drain_blocked"
    assert {"machine", "node", "pods", "budget"} == set(caught.value.details)
    assert all(caught.value.details.values())


def test_a_drain_that_gets_on_is_left_alone() -> None:
    """It waits for a pod to end, and no budget has to do with that."""
    words = "Drain not completed yet:\n* Pod shop/web-1: deletionTimestamp set, but still not removed from the Node"
    slow = made(f.draining(), conditions=[s.condition("Deleting", "True", "DrainingNode", words)])
    assert blocked(slow) is None
    kube, _drains, _lines = tended(DrainPolicy("force"), slow)
    assert kube.log == []


def test_namespaces_of_the_pods_in_the_way() -> None:
    words = "Pods shop/web-1, stock/db-0: cannot evict pod as it would violate the pod's disruption budget."
    drain = blocked(made(f.draining(), conditions=[s.condition("Deleting", "True", "DrainingNode", words)]))
    assert drain is not None
    assert drain.namespaces == ("shop", "stock")
