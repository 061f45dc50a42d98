# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a part of a cluster counts as replaced, and what is said until then."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.plugins.module_utils._wait.cluster import judge
from ansible_collections.eks.anywhere.plugins.module_utils._wait.rolled import CLONED_FROM, DEPLOYMENT_LABEL
from ansible_collections.eks.anywhere.plugins.module_utils._wait.scene import Goal, Scene
from ansible_collections.eks.anywhere.tests.unit.wait import faults as f
from ansible_collections.eks.anywhere.tests.unit.wait import samples as s
from ansible_collections.eks.anywhere.tests.unit.wait.world import made

OLD, NEW = "v1.34.1-eks-1-34-8", "v1.34.2-eks-1-34-9"
GONE = {"deletionTimestamp": s.JUST_NOW}


def plane(**changes: t.Any) -> Obj:
    """A KubeadmControlPlane that asks for three machines of the second template."""
    reference = {"spec": {"infrastructureRef": {"name": "w01-control-plane-2"}}}
    return made(s.control_plane(replicas=3, ready=3), spec={"version": NEW, "machineTemplate": reference}, **changes)


def machine(name: str, *, version: str = NEW, worker: bool = False, **changes: t.Any) -> Obj:
    """A Machine that runs; a worker belongs to the MachineSet of its version."""
    found = made(s.machine(name, control_plane=not worker), spec={"version": version}, **changes)
    if worker:
        found["metadata"]["labels"][DEPLOYMENT_LABEL] = "w01-md-0"
        found["metadata"]["ownerReferences"] = [{"kind": "MachineSet", "name": f"w01-md-0-{version}"}]
    return found


def node(name: str, *, version: str = "v1.34.2-eks-ab12", ready: str = "True") -> Obj:
    """Its node."""
    return made(s.node(name, ready=ready), status={"nodeInfo": {"kubeletVersion": version}})


def clone(name: str, template: str) -> Obj:
    """Its infrastructure, which remembers the template."""
    return made(s.vsphere_machine(name), metadata={"annotations": {CLONED_FROM: template}})


def rolled(*machines: Obj, **changes: t.Any) -> Scene:
    """A control plane of such machines, each with its node."""
    names = [one["metadata"]["name"] for one in machines]
    base: dict[str, t.Any] = {
        "name": "w01",
        "cluster": s.cluster(),
        "control_plane": plane(),
        "machines": machines,
        "clones": tuple(clone(name, "w01-control-plane-2") for name in names),
        "nodes": tuple(node(name) for name in names),
    }
    return Scene(**{**base, **changes})


ALL = (machine("a"), machine("b"), machine("c"))
PLANES: tuple[tuple[str, Scene, bool, str], ...] = (
    ("done", rolled(*ALL), True, "3/3 up to date"),
    ("an old machine is left", rolled(*ALL, machine("d", version=OLD)), False, "3/3 up to date, 1 old"),
    ("an old one is leaving", rolled(*ALL, machine("d", version=OLD, metadata=GONE)), False, "3/3 up to date, 1 old"),
    (
        "one of three",
        rolled(ALL[0], machine("b", version=OLD), machine("c", version=OLD)),
        False,
        "1/3 up to date, 2 old",
    ),
    (
        "its owner says it is old",
        rolled(*ALL[:2], machine("c", conditions=[s.condition("UpToDate", "False")])),
        False,
        "2/3 up to date, 1 old",
    ),
    (
        "from the old template",
        rolled(*ALL, clones=(clone("a", "w01-control-plane-1"),)),
        False,
        "2/3 up to date, 1 old",
    ),
    (
        "a node is not ready",
        rolled(*ALL, nodes=(node("a"), node("b"), node("c", ready="False"))),
        False,
        "2/3 up to date",
    ),
    (
        "a node runs the old kubelet",
        rolled(*ALL, nodes=(node("a"), node("b"), node("c", version="v1.34.1"))),
        False,
        "2/3 up to date",
    ),
    (
        "a member of etcd is not well",
        rolled(*ALL[:2], machine("c", conditions=[s.condition("EtcdMemberHealthy", "False", "X", "is a learner")])),
        False,
        "2/3 up to date",
    ),
    (
        "etcd as a whole is not well",
        rolled(*ALL, control_plane=plane(conditions=[s.condition("EtcdClusterHealthy", "False", "X", "no quorum")])),
        False,
        "3/3 up to date",
    ),
    ("not seen yet", rolled(*ALL, control_plane=plane(metadata={"generation": 2})), False, "3/3 up to date"),
    ("its API is silent", rolled(*ALL, nodes=None), False, "0/3 up to date"),
)


@pytest.mark.parametrize(("seen", "done", "state"), [case[1:] for case in PLANES], ids=[case[0] for case in PLANES])
def test_control_plane(seen: Scene, done: bool, state: str) -> None:
    tick = judge(seen, Goal.CONTROL_PLANE_ROLLED)
    assert (tick.done, tick.state) == (done, state)
    assert done or tick.reasons


def test_of_an_external_etcd_the_control_plane_does_not_know() -> None:
    """Its condition stays what it was before the first machine came up."""
    unknown = s.condition("EtcdClusterHealthy", "Unknown", "InspectionFailed")
    external = {"clusterConfiguration": {"etcd": {"external": {"endpoints": ["https://10.1.0.9:2379"]}}}}
    seen = made(plane(conditions=[unknown]), spec={"kubeadmConfigSpec": external})
    assert judge(rolled(*ALL, control_plane=seen), Goal.CONTROL_PLANE_ROLLED).done
    assert not judge(rolled(*ALL, control_plane=plane(conditions=[unknown])), Goal.CONTROL_PLANE_ROLLED).done


def test_a_silent_api_is_said_first() -> None:
    assert judge(rolled(*ALL, nodes=None), Goal.CONTROL_PLANE_ROLLED).why == (
        "Cluster w01: its API server does not answer on its endpoint"
    )


def test_machines_that_wait_for_their_turn_are_named() -> None:
    seen = rolled(ALL[0], machine("b", version=OLD), machine("c", version=OLD))
    said = [reason.sentence for reason in judge(seen, Goal.CONTROL_PLANE_ROLLED).reasons]
    assert f"Machine b: waits for its turn to be replaced (Kubernetes {OLD})" in said


def workers(*machines: Obj, replicas: int = 2, observed: int = 1) -> Scene:
    """A group of workers; its MachineDeployment asks for the new version."""
    template = {"spec": {"version": NEW, "infrastructureRef": {"name": "w01-md-0-2"}}}
    before = {"spec": {"version": OLD, "infrastructureRef": {"name": "w01-md-0-1"}}}
    sets = tuple(
        {"kind": "MachineSet", "metadata": {"name": f"w01-md-0-{name}"}, "spec": {"template": asked}}
        for name, asked in ((NEW, template), (OLD, before))
    )
    owner = made(s.deployment(), spec={"replicas": replicas, "template": template}, metadata={"generation": observed})
    return rolled(*ALL, *machines, deployments=(owner,), machine_sets=sets)


FRESH = (machine("x", worker=True), machine("y", worker=True))
GROUPS: tuple[tuple[str, Scene, bool, str], ...] = (
    ("done", workers(*FRESH), True, "2/2 up to date"),
    # Right after the change every status is that of before.
    (
        "nothing has happened yet",
        workers(*(machine(name, version=OLD, worker=True) for name in "xy")),
        False,
        "0/2 up to date, 2 old",
    ),
    (
        "surge",
        workers(*FRESH[:1], *(machine(name, version=OLD, worker=True) for name in "yz")),
        False,
        "1/2 up to date, 2 old",
    ),
    ("not seen yet", workers(*FRESH, observed=2), False, "2/2 up to date"),
    (
        "scaled down, one is leaving",
        workers(*FRESH, machine("z", worker=True, metadata=GONE)),
        False,
        "2/2 up to date, 1 old",
    ),
    ("no machines wanted", workers(replicas=0), True, "0/0 up to date"),
)


@pytest.mark.parametrize(("seen", "done", "state"), [case[1:] for case in GROUPS], ids=[case[0] for case in GROUPS])
def test_workers(seen: Scene, done: bool, state: str) -> None:
    tick = judge(seen, Goal.WORKERS_ROLLED)
    assert (tick.done, tick.state) == (done, state)
    assert done or tick.reasons


def member(name: str, *, template: str = "w01-etcd-2", owned: bool = True, healthy: bool = True) -> tuple[Obj, Obj]:
    """A machine of an external etcd; one that is to leave has no owner any more."""
    owner = {"ownerReferences": [{"kind": "EtcdadmCluster", "name": "w01-etcd"}]} if owned else {}
    return made(s.etcd_machine(name, healthy=healthy), metadata=owner), clone(name, template)


def external(*members: tuple[Obj, Obj], goal_machines: tuple[Obj, ...] = (), upgrading: bool = False) -> Scene:
    """An external etcd of three that asks for the second template."""
    etcd = made(s.etcd(), spec={"infrastructureTemplate": {"name": "w01-etcd-2"}})
    if upgrading:
        etcd["metadata"]["annotations"] = {"etcdcluster.cluster.x-k8s.io/upgrading": "true"}
    clones = tuple(found for _machine, found in members)
    machines = (*goal_machines, *(found for found, _clone in members))
    return rolled(*machines, cluster=s.cluster(etcd=True), etcd=etcd, clones=clones)


NEW_MEMBERS = tuple(member(name) for name in ("e1", "e2", "e3"))
OLD_MEMBERS = tuple(member(name, template="w01-etcd-1", owned=False) for name in ("o1", "o2", "o3"))
ETCDS: tuple[tuple[str, Scene, bool, str], ...] = (
    ("done, old ones stay", external(*NEW_MEMBERS, *OLD_MEMBERS), True, "3/3 up to date"),
    ("announced", external(*NEW_MEMBERS, upgrading=True), False, "3/3 up to date"),
    (
        "one came",
        external(NEW_MEMBERS[0], *(member(n, template="w01-etcd-1") for n in "pq")),
        False,
        "1/3 up to date, 2 old",
    ),
    ("one is not healthy", external(*NEW_MEMBERS[:2], member("e3", healthy=False)), False, "2/3 up to date"),
)


@pytest.mark.parametrize(("seen", "done", "state"), [case[1:] for case in ETCDS], ids=[case[0] for case in ETCDS])
def test_external_etcd(seen: Scene, done: bool, state: str) -> None:
    tick = judge(seen, Goal.ETCD_ROLLED)
    assert (tick.done, tick.state) == (done, state)


def test_the_control_plane_is_not_rolled_before_old_members_are_gone() -> None:
    """They leave when no machine of the control plane speaks to them any more."""
    tick = judge(external(*NEW_MEMBERS, *OLD_MEMBERS, goal_machines=ALL), Goal.CONTROL_PLANE_ROLLED)
    assert (tick.done, tick.state) == (False, "3/3 up to date, 3 old")
    assert judge(external(*NEW_MEMBERS, goal_machines=ALL), Goal.CONTROL_PLANE_ROLLED).done


def test_stacked_etcd_is_rolled_with_the_control_plane() -> None:
    assert judge(rolled(*ALL), Goal.ETCD_ROLLED).done


def test_a_blocked_drain_is_said_with_pod_and_budget() -> None:
    leaving = made(f.draining("x"), spec={"version": OLD})
    leaving["metadata"]["labels"][DEPLOYMENT_LABEL] = "w01-md-0"
    said = judge(workers(*FRESH, leaving), Goal.WORKERS_ROLLED).reasons[0].sentence
    assert "disruption budget" in said
