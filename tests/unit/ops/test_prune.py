# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a cluster no longer has is removed, and nothing else."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError, WaitTimeout
from ansible_collections.eks.anywhere.plugins.module_utils._ops.drains import WAIT, DrainPolicy
from ansible_collections.eks.anywhere.plugins.module_utils._ops.prune import Ports, Subject, prune
from ansible_collections.eks.anywhere.plugins.module_utils._ops.rollout import Waiting
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.tests.unit.fakes import FakeClock, FakeKube, FakeReporter
from ansible_collections.eks.anywhere.tests.unit.plan.worlds import living, objects, pick
from ansible_collections.eks.anywhere.tests.unit.wait import faults as f
from ansible_collections.eks.anywhere.tests.unit.wait.world import made

GONE = ("MachineDeployment", "MachineHealthCheck", "KubeadmConfigTemplate", "VSphereMachineTemplate")
MACHINE = "w02-batch-x"


def wanted(*, without: str = "") -> list[Obj]:
    """What is rendered, without one group of workers."""
    return [obj for obj in objects() if not (without and obj["metadata"]["name"].startswith(f"w02-{without}"))]


def machine(name: str = MACHINE, group: str = "batch") -> Obj:
    """A Machine of a group."""
    found = made(f.draining(name), metadata={"finalizers": ["machine.cluster.x-k8s.io"]})
    del found["metadata"]["deletionTimestamp"]
    found["metadata"]["labels"]["cluster.x-k8s.io/deployment-name"] = f"w02-{group}"
    return found


def template(name: str, *, owner: str = "w02", kind: str = "VSphereMachineTemplate") -> Obj:
    """An older template, with the owner that Cluster API has noted."""
    there = pick(living(objects()), kind, "w02-general-1")
    return made(there, metadata={"name": name, "ownerReferences": [{"kind": "Cluster", "name": owner}], "uid": name})


def world(*extra: Obj) -> FakeKube:
    """The cluster as it lives."""
    kube = FakeKube("manager")
    for obj in (*living(objects()), *extra):
        kube.seed(obj)
    return kube


def run(
    kube: FakeKube,
    found: list[Obj],
    *,
    clock: FakeClock | None = None,
    report: FakeReporter | None = None,
    policy: DrainPolicy = WAIT,
    check_mode: bool = False,
) -> Result:
    """Run the operation."""
    waiting = Waiting(clock=clock or FakeClock(), report=report or FakeReporter(), timeout_seconds=60)
    subject = Subject("w02", namespace="eksa-system", objects=tuple(found))
    return prune(subject, ports=Ports(kube, waiting=waiting, policy=policy), check_mode=check_mode)


def deleted(kube: FakeKube) -> list[str]:
    """What was asked to be deleted."""
    return [entry.removeprefix("delete ") for entry in kube.log if entry.startswith("delete")]


def test_a_cluster_as_its_config_says_loses_nothing() -> None:
    kube = world()
    assert not run(kube, wanted()).changed
    assert kube.log == []


def test_a_group_goes_with_its_check_and_its_templates_after_its_machines() -> None:
    kube = world(machine())
    clock = FakeClock()

    def drained() -> None:
        if clock.time >= 10:
            kube.objects.pop(("cluster.x-k8s.io", "Machine", "eksa-system", MACHINE), None)

    clock.on_sleep = drained
    result = run(kube, wanted(without="batch"), clock=clock)
    assert deleted(kube) == [
        "MachineHealthCheck w02-batch-worker-unhealthy",
        "MachineDeployment w02-batch",
        "KubeadmConfigTemplate w02-batch-1",
        "VSphereMachineTemplate w02-batch-1",
    ]
    assert len(result.data["removed"]) == 4
    assert clock.time >= 10
    assert not run(kube, wanted(without="batch")).changed


def test_old_templates_of_this_cluster_go_and_those_of_others_stay() -> None:
    kube = world(template("w02-general-0"), template("w03-general-1", owner="w03"))
    result = run(kube, wanted())
    assert deleted(kube) == ["VSphereMachineTemplate w02-general-0"]
    assert "w02-general-0" in result.before
    assert result.after == ""


def clone_of(name: str, **metadata: t.Any) -> Obj:
    """A machine's part that was made from a template."""
    annotations = {
        "cluster.x-k8s.io/cloned-from-name": name,
        "cluster.x-k8s.io/cloned-from-groupkind": "VSphereMachineTemplate.infrastructure.cluster.x-k8s.io",
    }
    return {
        "apiVersion": "infrastructure.cluster.x-k8s.io/v1beta1",
        "kind": "VSphereMachine",
        "metadata": {"name": "w02-general-y", "namespace": "eksa-system", "annotations": annotations, **metadata},
    }


def test_a_template_that_a_machine_was_made_from_stays_and_is_named() -> None:
    kube, report = world(template("w02-general-0"), clone_of("w02-general-0")), FakeReporter()
    assert not run(kube, wanted(), report=report).changed
    assert kube.log == []
    assert "stays: VSphereMachine w02-general-y refers to it" in report.lines[0]


def test_a_machine_that_is_on_its_way_out_is_waited_for_and_then_its_template_goes() -> None:
    leaving = clone_of("w02-general-0", deletionTimestamp="2026-09-01T12:00:00Z")
    kube = world(template("w02-general-0"), leaving)

    def vanish() -> None:
        if clock.time > 3:
            for key in [key for key in kube.objects if key[1] == "VSphereMachine"]:
                del kube.objects[key]

    clock = FakeClock(vanish)
    run(kube, wanted(), clock=clock)
    assert deleted(kube) == ["VSphereMachineTemplate w02-general-0"]


def test_one_that_never_goes_is_not_waited_for_longer_than_a_minute() -> None:
    leaving = clone_of("w02-general-0", deletionTimestamp="2026-09-01T12:00:00Z")
    kube, clock = world(template("w02-general-0"), leaving), FakeClock()
    assert not run(kube, wanted(), clock=clock).changed
    assert clock.time == 60


def test_a_health_check_that_somebody_made_is_theirs() -> None:
    own = pick(living(objects()), "MachineHealthCheck", "w02-kcp-unhealthy")
    kube = world(made(own, metadata={"name": "my-own-check", "uid": "u"}))
    assert not run(kube, wanted()).changed


def test_check_mode_lists_all_of_it_and_asks_for_nothing() -> None:
    kube = world(machine())
    result = run(kube, wanted(without="batch"), check_mode=True)
    assert kube.log == []
    assert [action.split()[1] for action in result.actions] == [
        "MachineDeployment",
        "MachineHealthCheck",
        "KubeadmConfigTemplate",
        "VSphereMachineTemplate",
    ]


def test_a_drain_in_the_way_is_named_and_the_policy_applies() -> None:
    with pytest.raises(WaitTimeout) as caught:
        run(world(machine()), wanted(without="batch"))
    assert "PodDisruptionBudget" in caught.value.message
    with pytest.raises(EksaError) as given_up:
        run(world(machine()), wanted(without="batch"), policy=DrainPolicy("fail", after_seconds=60))
    assert given_up.value.code == "wait.drain_blocked"
    kube = world(machine())
    with pytest.raises(WaitTimeout):
        run(kube, wanted(without="batch"), policy=DrainPolicy("force", after_seconds=60))
    assert f"merge Machine {MACHINE}" in kube.log
