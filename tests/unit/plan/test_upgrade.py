# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Drains, room, leftovers and comparison of an upgrade, each by its own rules."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._plan.naming import settled
from ansible_collections.eks.anywhere.plugins.module_utils._plan.upgrade_compare import may_change
from ansible_collections.eks.anywhere.plugins.module_utils._plan.upgrade_drains import blockers
from ansible_collections.eks.anywhere.plugins.module_utils._plan.upgrade_leftovers import leftovers, still_used
from ansible_collections.eks.anywhere.plugins.module_utils._plan.upgrade_machines import scaled_away
from ansible_collections.eks.anywhere.plugins.module_utils._plan.upgrade_peak import Room, Step, peak, surge

from .worlds import Obj, living, objects, pick

NODE = "n1"
READY = {"conditions": [{"type": "Ready", "status": "True"}]}
SMALL, LARGE = (Room(vms=1, cpus=cpus, memory_mib=cpus * 1024, disk_gib=20, addresses=1) for cpus in (2, 8))


def pod(name: str, *, owner: str = "ReplicaSet", node: str = NODE, **more: t.Any) -> Obj:
    """A healthy pod of an owner of its own; those with the same beginning of the name share it."""
    base = name.partition("-")[0]
    owners = [{"kind": owner, "name": f"{base}-h4sh", "uid": base, "controller": True}] if owner else []
    metadata = {"name": name, "namespace": "shop", "labels": {"app": base, "pod-template-hash": "h4sh"}}
    there = {"metadata": {**metadata, "ownerReferences": owners}, "spec": {"nodeName": node}, "status": dict(READY)}
    for name_, value in more.items():
        there["status" if name_ in ("conditions", "phase") else "metadata"][name_] = value
    return there


def budget(app: str, *, name: str = "", allowed: int = 0, healthy: int = 2, desired: int = 2, **spec: t.Any) -> Obj:
    """A PodDisruptionBudget over two pods."""
    return {
        "metadata": {"name": name or app, "namespace": "shop"},
        "spec": {"selector": {"matchLabels": {"app": app}}, **spec},
        "status": {
            "disruptionsAllowed": allowed,
            "currentHealthy": healthy,
            "desiredHealthy": desired,
            "expectedPods": 2,
        },
    }


def met(pods: list[Obj], *budgets: Obj) -> list[tuple[str, str, bool]]:
    """What stands in the way."""
    return [(one.kind, one.name, one.blocks) for one in blockers(pods, budgets, nodes={NODE})]


TWINS = [pod("web-1"), pod("web-2", node="n2")]
UNWELL = pod("web-1", conditions=[{"type": "Ready", "status": "False"}])
BY_PDB = [("PodDisruptionBudget", "web", True)]


@pytest.mark.parametrize(
    ("pods", "budgets", "found"),
    [
        (TWINS, [], []),
        (TWINS, [budget("web", allowed=1)], []),
        (TWINS, [budget("web")], BY_PDB),
        (TWINS, [budget("other")], []),
        (TWINS, [budget("web", allowed=1), budget("web", name="b", allowed=1)], BY_PDB),
        ([pod("web-1", node="n2"), *TWINS[1:]], [budget("web")], []),
        ([UNWELL, *TWINS[1:]], [budget("web", healthy=1, desired=1)], []),
        ([UNWELL, *TWINS[1:]], [budget("web", healthy=1, desired=2)], BY_PDB),
        (
            [UNWELL, *TWINS[1:]],
            [budget("web", healthy=1, desired=2, unhealthyPodEvictionPolicy="AlwaysAllow")],
            [],
        ),
        ([pod("web-1")], [], [("Deployment", "web", False)]),
        ([pod("db-0", owner="StatefulSet")], [], [("StatefulSet", "db-h4sh", False)]),
        ([pod("bare", owner="")], [], [("Pod", "bare", False)]),
        ([pod("agent-1", owner="DaemonSet")], [budget("agent")], []),
        ([pod("etcd-1", owner="Node")], [budget("etcd")], []),
        ([pod("web-1", annotations={"kubernetes.io/config.mirror": "x"})], [budget("web")], []),
        ([pod("web-1", labels={"cluster.x-k8s.io/drain": "skip", "app": "web"})], [budget("web")], []),
        ([pod("web-1", phase="Succeeded")], [budget("web")], []),
        ([pod("web-1", deletionTimestamp="now")], [budget("web")], []),
        ([pod("web-1", namespace="kube-system")], [budget("web")], []),
        ([pod("job-1", owner="Job")], [], []),
    ],
)
def test_what_a_drain_meets(pods: list[Obj], budgets: list[Obj], found: list[tuple[str, str, bool]]) -> None:
    assert met(pods, *budgets) == found


@pytest.mark.parametrize(
    ("rule", "covered"),
    [
        ({"key": "app", "operator": "In", "values": ["web"]}, True),
        ({"key": "app", "operator": "NotIn", "values": ["web"]}, False),
        ({"key": "app", "operator": "Exists"}, True),
        ({"key": "app", "operator": "DoesNotExist"}, False),
    ],
)
def test_budgets_select_by_expressions(rule: Obj, covered: bool) -> None:
    one = budget("web", selector={"matchExpressions": [rule]})
    assert bool(met(TWINS, one)) is covered


def test_a_budget_without_selector_covers_nobody_and_an_empty_one_everybody() -> None:
    assert met(TWINS, budget("web", selector=None)) == []
    assert met(TWINS, budget("web", selector={})) == BY_PDB


def test_a_budget_says_whether_it_will_ever_give_way() -> None:
    (never,) = blockers(TWINS, [budget("web")], nodes={NODE})
    (later,) = blockers([*TWINS], [budget("web", healthy=1, desired=1)], nodes={NODE})
    assert never.reason == "allows no disruption: it wants 2 of 2 pods healthy at all times"
    assert later.reason == "allows no disruption at present: 1 of 2 pods are healthy, it wants 1"


@pytest.mark.parametrize(
    ("steps", "vms", "cpus", "extra"),
    [
        ([], 0, 0, 0),
        ([Step(3, 3, SMALL, SMALL)], 3, 6, 0),
        ([Step(3, 3, SMALL, SMALL, surge=1)], 4, 8, 1),
        ([Step(3, 3, SMALL, LARGE, surge=1)], 4, 26, 1),
        ([Step(3, 3, LARGE, SMALL, surge=1)], 4, 26, 1),
        ([Step(2, 5, SMALL, SMALL)], 5, 10, 3),
        ([Step(5, 2, SMALL, SMALL)], 5, 10, 0),
        ([Step(1, 1, SMALL, SMALL, surge=1), Step(2, 2, SMALL, SMALL, surge=1)], 4, 8, 1),
        ([Step(0, 2, SMALL, SMALL), Step(2, 0, SMALL, SMALL)], 4, 8, 2),
        ([Step(3, 3, SMALL, SMALL, lingers=True), Step(3, 3, SMALL, SMALL, surge=1)], 10, 20, 4),
        ([Step(3, 3, SMALL, LARGE, lingers=True), Step(2, 2, SMALL, SMALL)], 8, 34, 3),
    ],
)
def test_the_widest_moment(steps: list[Step], vms: int, cpus: int, extra: int) -> None:
    found = peak(steps)
    assert (found.total.vms, found.total.cpus, found.extra.vms) == (vms, cpus, extra)


@pytest.mark.parametrize(("said", "count", "more"), [(None, 3, 1), (0, 3, 0), (2, 3, 2), ("25%", 5, 2), ("100%", 3, 3)])
def test_how_many_machines_come_first(said: int | str | None, count: int, more: int) -> None:
    strategy = {} if said is None else {"rollingUpdate": {"maxSurge": said}}
    assert surge({"spec": {"rollout": {"strategy": strategy}}}, count) == more


def test_only_our_templates_that_nobody_wants_are_left_over() -> None:
    live = living(objects())
    wanted = settled(objects({"VSphereMachineConfig/w02-cp:numCPUs": 16}), live)
    strange = {**pick(live, "VSphereMachineTemplate", "w02-control-plane-1")}
    foreign = [
        {**strange, "metadata": {**strange["metadata"], "name": name, **more}}
        for name, more in (
            ("w02-control-plane-8", {"ownerReferences": [{"kind": "Cluster", "name": "w03"}]}),
            ("w02-control-plane-9", {"labels": {"cluster.x-k8s.io/cluster-name": "w03"}}),
            ("gold", {}),
        )
    ]
    old = {**strange, "metadata": {**strange["metadata"], "name": "w02-control-plane-7"}}
    owned = {
        **strange,
        "metadata": {**strange["metadata"], "name": "any", "ownerReferences": [{"kind": "Cluster", "name": "w02"}]},
    }
    found = leftovers([*live, *foreign, old, owned], wanted, cluster="w02")
    assert [one["metadata"]["name"] for one in found] == ["any", "w02-control-plane-1", "w02-control-plane-7"]


def machine_set(**spec: t.Any) -> Obj:
    inner = {"bootstrap": {"configRef": {"kind": "KubeadmConfigTemplate", "name": "b"}}}
    inner["infrastructureRef"] = {"kind": "VSphereMachineTemplate", "name": "w02-general-1"}
    return {"kind": "MachineSet", "metadata": {"name": "ms"}, "spec": {"template": {"spec": inner}, **spec}}


def cloned(kind: str) -> Obj:
    annotations = {
        "cluster.x-k8s.io/cloned-from-name": "w02-general-1",
        "cluster.x-k8s.io/cloned-from-groupkind": f"{kind}.infrastructure.cluster.x-k8s.io",
    }
    return {"kind": "VSphereMachine", "metadata": {"name": "vm", "annotations": annotations}}


@pytest.mark.parametrize(
    ("user", "needs_it"),
    [
        (machine_set(replicas=1), True),
        (machine_set(replicas=0), False),
        (cloned("VSphereMachineTemplate"), True),
        (cloned("DockerMachineTemplate"), False),
    ],
)
def test_who_still_needs_a_template(user: Obj, needs_it: bool) -> None:
    live = living(objects())
    template = pick(live, "VSphereMachineTemplate", "w02-general-1")
    assert still_used(template, [user]) == (user if needs_it else None)
    holder = still_used(template, live)
    assert holder is not None
    assert (holder["kind"], holder["metadata"]["name"]) == ("MachineDeployment", "w02-general")


@pytest.mark.parametrize("obj", objects(), ids=lambda obj: f"{obj['kind']}-{obj['metadata']['name']}")
def test_what_a_server_stores_is_no_change(obj: Obj) -> None:
    if obj["kind"] == "Secret" or "endpoints" in str(obj):
        return
    (live,) = living([obj])
    assert not may_change(live, obj)


def owned(fields: Obj, *, manager: str = "eks-a-cli", api_version: str = "v1") -> Obj:
    entry = {"manager": manager, "operation": "Apply", "apiVersion": api_version, "fieldsV1": fields}
    metadata = {"name": "x", "managedFields": [entry], "labels": {"a": "b"}}
    spec = {"ports": [{"port": 1, "name": "p"}], "set": ["v"], "one": 1}
    return {"apiVersion": "v1", "kind": "X", "metadata": metadata, "spec": spec}


WANTED = {"apiVersion": "v1", "kind": "X", "metadata": {"name": "x"}, "spec": {"ports": [{"port": 1}], "set": ["v"]}}


@pytest.mark.parametrize(
    ("fields", "changed"),
    [
        ({"f:spec": {"f:ports": {".": {}, 'k:{"port":1,"protocol":"TCP"}': {".": {}, "f:port": {}}}}}, False),
        ({"f:spec": {"f:ports": {'k:{"port":1}': {"f:name": {}}}}}, True),
        ({"f:spec": {"f:ports": {'k:{"port":2}': {}}}}, True),
        ({"f:spec": {"f:set": {'v:"v"': {}}}}, False),
        ({"f:spec": {"f:set": {'v:"w"': {}}}}, True),
        ({"f:spec": {"f:set": {"i:0": {}}}}, False),
        ({"f:spec": {"f:one": {}}}, True),
        ({"f:metadata": {"f:labels": {"f:a": {}}}}, True),
    ],
)
def test_what_was_ours_and_is_no_longer_rendered_is_a_change(fields: Obj, changed: bool) -> None:
    assert may_change(owned(fields), WANTED) is changed
    assert not may_change(owned(fields, manager="somebody"), WANTED)
    assert not may_change(owned(fields, api_version="v2"), WANTED)


def test_labels_count_when_they_are_rendered() -> None:
    wanted = {**WANTED, "metadata": {"name": "x", "labels": {"a": "c"}}}
    assert may_change(owned({}), wanted)
    assert not may_change(owned({}), {**wanted, "metadata": {"name": "x", "labels": {"a": "b"}}})


def machine(name: str, *, born: str = "2026-01-01", healthy: bool = True, **metadata: t.Any) -> Obj:
    conditions = [{"type": "NodeHealthy", "status": "True" if healthy else "False"}]
    return {
        "metadata": {"name": name, "creationTimestamp": f"{born}T00:00:00Z", **metadata},
        "status": {"nodeRef": {"name": name}, "conditions": conditions},
    }


OLD, NEW = machine("b"), machine("a", born="2026-02-01")
SICK, MARKED = machine("c", healthy=False), machine("d", annotations={"cluster.x-k8s.io/delete-machine": ""})


@pytest.mark.parametrize(
    ("kind", "order", "machines", "first"),
    [
        ("MachineDeployment", "", [OLD, NEW], "ab"),
        ("MachineDeployment", "Oldest", [NEW, OLD], "ba"),
        ("MachineDeployment", "Newest", [OLD, NEW], "ab"),
        ("MachineDeployment", "", [NEW, OLD, SICK, MARKED], "dcab"),
        ("KubeadmControlPlane", "", [NEW, OLD, SICK, MARKED], "dbca"),
    ],
)
def test_which_machines_go_when_fewer_are_wanted(kind: str, order: str, machines: list[Obj], first: str) -> None:
    holder = {"kind": kind, "spec": {"deletion": {"order": order}} if order else {}}
    for count in range(len(machines) + 1):
        found = scaled_away(holder, machines, count=count)
        assert "".join(one["metadata"]["name"] for one in found) == first[:count]
