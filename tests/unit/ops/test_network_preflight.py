# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cilium gets another version: what comes before, what is waited for, and what must stay."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._errors import WaitTimeout
from ansible_collections.eks.anywhere.plugins.module_utils._ops import network_preflight
from ansible_collections.eks.anywhere.plugins.module_utils._ops.rollout import Waiting
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.plugins.module_utils._render.cilium import cilium_values, preflight_values
from ansible_collections.eks.anywhere.tests.unit.fakes import FakeClock, FakeKube, FakeReporter
from ansible_collections.eks.anywhere.tests.unit.ops import samples

OLD, NEW = "cilium/cilium:v1.18", "cilium/cilium:v1.19"
READY: Obj = {
    "observedGeneration": 1,
    "desiredNumberScheduled": 2,
    "updatedNumberScheduled": 2,
    "numberReady": 2,
    "updatedReplicas": 1,
    "conditions": [{"type": "Available", "status": "True"}],
}


def workload(kind: str, name: str, image: str = OLD, *, ready: bool = True) -> Obj:
    """A DaemonSet or Deployment in kube-system."""
    pod = {"spec": {"containers": [{"name": "c", "image": image}], "initContainers": [{"name": "i", "image": image}]}}
    return {
        "apiVersion": "apps/v1",
        "kind": kind,
        "metadata": {"name": name, "namespace": "kube-system", "generation": 1},
        "spec": {"replicas": 1, "template": pod, "selector": {"matchLabels": {"app": name}}},
        **({"status": READY} if ready else {}),
    }


def config_map(name: str) -> Obj:
    """A ConfigMap in kube-system."""
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": "kube-system"}}


NETWORK = [workload("DaemonSet", "cilium", NEW), workload("Deployment", "cilium-operator", NEW), config_map("shared")]
PREFLIGHT = (
    workload("DaemonSet", "cilium-pre-flight-check", NEW),
    workload("Deployment", "cilium-pre-flight-check", NEW),
    config_map("shared"),
)


def cluster(*, agent: str = OLD, operator: str = OLD, ready: bool = True) -> FakeKube:
    """A cluster with a Cilium of these images."""
    kube = FakeKube("w")
    kube.seed(workload("DaemonSet", "cilium", agent, ready=ready))
    kube.seed(workload("Deployment", "cilium-operator", operator))
    kube.seed(config_map("shared"))
    return kube


def run(kube: FakeKube, preflight: t.Sequence[Obj] = PREFLIGHT) -> None:
    """Run the preflight."""
    waiting = Waiting(clock=FakeClock(), report=FakeReporter(), timeout_seconds=30)
    network_preflight.run(preflight, NETWORK, kube=kube, waiting=waiting)


def test_another_image_of_either_is_an_upgrade() -> None:
    assert network_preflight.upgraded(cluster(), NETWORK) == f"{OLD} -> {NEW}"
    assert network_preflight.upgraded(cluster(agent=NEW), NETWORK) == f"{OLD} -> {NEW}"
    assert network_preflight.upgraded(cluster(agent=NEW, operator=NEW), NETWORK) == ""
    assert network_preflight.upgraded(FakeKube("empty"), NETWORK) == ""


def test_it_comes_is_ready_and_goes_and_what_is_shared_stays() -> None:
    kube = cluster()
    run(kube)
    assert sorted(kube.log) == [
        "apply DaemonSet cilium-pre-flight-check",
        "apply Deployment cilium-pre-flight-check",
        "delete DaemonSet cilium-pre-flight-check",
        "delete Deployment cilium-pre-flight-check",
    ]
    assert ("", "ConfigMap", "kube-system", "shared") in kube.objects


@pytest.mark.parametrize(
    ("ready_agent", "preflight", "words"),
    [
        (False, PREFLIGHT, "network before its upgrade"),
        (True, [workload("DaemonSet", "cilium-pre-flight-check", NEW, ready=False)], "network preflight"),
    ],
    ids=["the running one is not well", "a node cannot take the new one"],
)
def test_nothing_is_replaced_until_all_is_well(ready_agent: bool, preflight: list[Obj], words: str) -> None:
    kube = cluster(ready=ready_agent)
    with pytest.raises(WaitTimeout) as caught:
        run(kube, preflight)
    assert words in caught.value.message
    assert "cilium" in caught.value.details["reasons"][0]
    assert not any(entry.startswith("delete") for entry in kube.log)


def test_a_chart_without_preflight_needs_none() -> None:
    kube = cluster(ready=False)
    run(kube, [config_map("shared")])
    assert kube.log == []


def test_values_switch_everything_else_off() -> None:
    values = cilium_values(samples.config(), agent_image="r/cilium:v2", operator_image="r/operator-generic:v2")
    found = preflight_values(values, agent_image="r/cilium:v2")
    assert (found["agent"], found["operator"]["enabled"], found["preflight"]["enabled"]) == (False, False, True)
    assert found["preflight"]["image"] == {"repository": "r/cilium", "tag": "v2"}
    assert "preflight" not in values
