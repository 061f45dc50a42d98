# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Upgrade a cluster on the lab: the plan, what the run made of it, what users of a workload saw, a re-run for nothing.

To the second release, the first one's sources with the next patch version stamped into them, or to the next minor
version of Kubernetes. What is replaced is told by BIOS UUIDs, before and after, from the vCenter.
"""

from __future__ import annotations

import dataclasses
import pathlib
import typing as t

import kubernetes
import pytest
import yaml

from ansible_collections.eks.anywhere.plugins.module_utils._lab.images import references
from ansible_collections.eks.anywhere.plugins.module_utils._lab.releases import FIRST, LATER, Release
from ansible_collections.eks.anywhere.tests.e2e import transcript
from ansible_collections.eks.anywhere.tests.e2e.conftest import Shape
from ansible_collections.eks.anywhere.tests.e2e.workload import NAME as WEB
from ansible_collections.eks.anywhere.tests.e2e.workload import Balancer, Probe, Workload, api_server
from ansible_collections.eks.anywhere.tests.labkit import ROOT, Kill, Lab, Run, World, containers, find, read, write
from ansible_collections.eks.anywhere.tests.tools import figures

pytestmark = pytest.mark.upgrade

PATCH, MINOR = LATER
SYSTEM = "eksa-system"
NOOP_SECONDS = 5
BLOCKED_SECONDS = 60
LINES = (
    "Performing setup and validations",
    "Upgrading core components",
    "Upgrading management cluster",
    "Writing cluster config file",
    "🎉 Cluster upgraded!",
)
KILLED = -9
KILLS = (
    Kill("Performing setup and validations", tree=True),
    Kill("✅ Vsphere Provider setup is valid"),
    Kill("Upgrading core components", tree=True),
    Kill("Upgrading core components", after=8, tree=True),
    Kill("  providers: ", after=3),
    Kill("Upgrading management cluster", tree=True),
    Kill(": Apply what replaces the control plane", after=1.5, tree=True),
    Kill("  control plane: ", after=5),
    Kill("  control plane: 1/1 up to date, 1 old", tree=True),
    Kill(": Apply what replaces the workers md-0", after=1, tree=True),
    Kill("  workers md-0: ", after=5),
    Kill("  workers md-0: 1/1 up to date, 1 old", tree=True),
    Kill(": Remove what the cluster no longer has", after=0.5, tree=True),
    Kill(": Create the objects that describe the cluster", after=1),
    Kill("Writing cluster config file", tree=True),
)
"""In the order of an upgrade; each run is killed at the first that is left and comes."""
LEAST_KILLS = 10


@dataclasses.dataclass(frozen=True)
class Case:
    """What is upgraded to what, and when the runs that do it are killed."""

    shape: Shape
    release: Release
    kills: tuple[Kill, ...] = ()


CASES = [
    pytest.param(Case(Shape(1, 1), PATCH), id="1+1"),
    pytest.param(Case(Shape(1, 1, suffix="_killed"), PATCH, KILLS), id="1+1 killed", marks=pytest.mark.killed),
    pytest.param(Case(Shape(1, 1, suffix="_minor"), MINOR), id="1+1 minor", marks=pytest.mark.minor),
    pytest.param(Case(Shape(3, 2, suffix="_ha"), PATCH), id="3+2", marks=pytest.mark.ha),
]


@dataclasses.dataclass(frozen=True)
class Ground:
    """A cluster of the first release, and what names it as a cluster of the later one."""

    lab: Lab
    case: Case
    folder: pathlib.Path
    arguments: tuple[str, ...]
    core: t.Any

    @property
    def shape(self) -> Shape:
        """How many machines it has."""
        return self.case.shape

    @property
    def release(self) -> Release:
        """What it becomes."""
        return self.case.release

    def play(self, playbook: str, *more: str, **settings: t.Any) -> Run:
        """Run a playbook with the later release's config and Bundles."""
        return self.lab.play(playbook, *self.arguments, *more, folder=self.folder, **settings)

    def figure(self, name: str, value: float, *, unit: str = "s", most: float | None = None) -> None:
        """Keep a figure of this shape."""
        figures.record(f"upgrade{self.shape.suffix}.{name}", value, unit=unit, most=most)

    def keep(self, **runs: Run) -> None:
        """Keep what the playbooks printed in ``build/upgrade*.txt``, as a person would have run them."""
        name = f"upgrade{self.shape.suffix}".replace("_", "-")
        places = {self.folder: "", self.lab.inventory.parent: "lab", ROOT: ""}
        transcript.write(ROOT / "build" / f"{name}.txt", runs, places=places)


@dataclasses.dataclass(frozen=True)
class Change:
    """A run, what was planned for it, and which virtual machines were there before and after: UUID -> name."""

    plan: dict[str, t.Any]
    run: Run
    before: dict[str, str]
    after: dict[str, str]

    @property
    def planned(self) -> set[str]:
        """UUIDs of the machines that the plan replaces."""
        return {machine["uuid"] for machine in self.plan["machines_replaced"]}

    @property
    def mismatches(self) -> set[str]:
        """Names of machines that went unplanned or stayed although planned to go."""
        gone = self.before.keys() - self.after.keys()
        return {self.before.get(uuid, uuid) for uuid in gone ^ self.planned}


@dataclasses.dataclass(frozen=True)
class Upgrade(Change):
    """The upgrade, the runs that were killed on its way, the machines met after each, and what was asked meanwhile."""

    killed: tuple[Run, ...]
    met: frozenset[str]
    users: Probe
    clients: Probe

    @property
    def runs(self) -> tuple[Run, ...]:
        """All that it took."""
        return (*self.killed, self.run)


@pytest.fixture(scope="module", params=CASES)
def ground(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Ground:
    """The cluster with its workload."""
    case: Case = request.param
    shape, release = case.shape, case.release
    lab = Lab()
    lab.fresh()
    lab.give(release.name)
    folder = tmp_path_factory.mktemp("upgrade")
    before = _sized(lab.documents, shape, folder / "before.yaml")
    created = lab.play("create_cluster", "-e", f"eksa_config_file={before}", folder=folder)
    assert created.code == 0, created.text
    after = _sized(read(lab.config_for(release.name)), shape, folder / "after.yaml")
    bundles = lab.inventory.parent / release.folder / "bundle-release.yaml"
    api: t.Any = kubernetes
    core = api.client.CoreV1Api(api.config.new_client_from_config(str(lab.kubeconfig)))
    arguments = ("-e", f"eksa_config_file={after}", "-e", f"eksa_bundles_file={bundles}")
    return Ground(lab, case, folder, arguments, core)


def _sized(documents: list[dict[str, t.Any]], shape: Shape, path: pathlib.Path) -> pathlib.Path:
    cluster = find(documents, "Cluster")["spec"]
    cluster["controlPlaneConfiguration"]["count"] = shape.control_plane
    cluster["workerNodeGroupConfigurations"][0]["count"] = shape.workers
    return write(documents, path)


@pytest.fixture(scope="module")
def workload(ground: Ground) -> Workload:
    """Three replicas that answer; their image is one that every node has and that holds perl."""
    apps: t.Any = kubernetes.client.AppsV1Api(ground.core.api_client)
    agent = apps.read_namespaced_daemon_set("cilium", "kube-system")
    made = Workload(ground.core, image=str(agent.spec.template.spec.containers[0].image))
    made.create()
    return made


@pytest.fixture(scope="module")
def plan(ground: Ground, workload: Workload) -> tuple[World, Run, World]:
    """The plan, written to a file, with the world before and after."""
    before = ground.lab.world()
    run = ground.play("plan_cluster", "-e", f"eksa_write_plan={_plan_file(ground)}")
    return before, run, ground.lab.world()


def _plan_file(ground: Ground) -> pathlib.Path:
    return ground.folder / "plan.yaml"


def _planned(ground: Ground) -> dict[str, t.Any]:
    plan: dict[str, t.Any] = yaml.safe_load(_plan_file(ground).read_text(encoding="utf-8"))
    return plan


@pytest.fixture(scope="module")
def upgraded(ground: Ground, workload: Workload, plan: tuple[World, Run, World]) -> Upgrade:
    """The upgrade, held to its plan, while users and clients ask every 200 ms."""
    assert plan[1].code == 0, plan[1].text
    before = ground.lab.uuids()
    server = api_server(ground.lab.kubeconfig)
    with Balancer(ground.core) as balancer, Probe(balancer.ask) as users, Probe(server) as clients:
        killed, met = _killed(ground)
        # A run that was killed has carried out a part of the plan, which is outdated then.
        held = () if killed else ("-e", f"eksa_plan_file={_plan_file(ground)}")
        run = ground.play("upgrade_cluster", *held, timeout=3600)
    ground.keep(plan_cluster=plan[1], upgrade_cluster=run)
    return Upgrade(_planned(ground), run, before, ground.lab.uuids(), killed, met, users, clients)


def _killed(ground: Ground) -> tuple[tuple[Run, ...], frozenset[str]]:
    """Runs that are killed, and the UUIDs of the machines that were there after any of them."""
    runs: list[Run] = []
    met: set[str] = set()
    left = ground.case.kills
    while left:
        run = ground.play("upgrade_cluster", "-v", kills=left)
        met |= ground.lab.uuids().keys()
        runs.append(run)
        if run.kill is None or run.problems():
            break
        left = left[left.index(run.kill) + 1 :]
    return tuple(runs), frozenset(met)


def test_the_plan_names_what_it_replaces_and_changes_nothing(ground: Ground, plan: tuple[World, Run, World]) -> None:
    before, run, after = plan
    assert run.code == 0, run.text
    assert after == before
    for machine in before.machines:
        assert machine in run.text, f"the plan does not name {machine}"
    for one in (FIRST, ground.release):
        for word in (one.capi, one.capv, one.tag):
            assert word in run.text, f"the plan does not name {word}"


def test_the_documented_lines_in_order(ground: Ground, upgraded: Upgrade) -> None:
    assert upgraded.run.code == 0, upgraded.run.text
    lines = [line for run in upgraded.runs for line in run.lines if line in LINES]
    # Whoever is killed when all is done leaves nothing to do, and so nothing to be said.
    said_by_nobody = LINES[-1:] if upgraded.killed and not set(upgraded.run.lines) & set(LINES) else ()
    assert list(dict.fromkeys(lines)) == [line for line in LINES if line not in said_by_nobody]
    ground.figure("seconds", sum(run.seconds for run in upgraded.runs))


def test_it_comes_to_its_end_however_often_it_is_killed(ground: Ground, upgraded: Upgrade) -> None:
    cut = [run for run in upgraded.killed if run.code == KILLED]
    if ground.case.kills:
        figures.record("upgrade.kill_points", len(cut), unit="kills")
        figures.record("upgrade.kill_converged_share", float(upgraded.run.code == 0), unit="of 1")
    assert not [problem for run in upgraded.runs for problem in run.problems()]
    assert len(cut) >= min(LEAST_KILLS, len(ground.case.kills)), [run.kill for run in upgraded.killed]
    assert upgraded.met <= upgraded.before.keys() | upgraded.after.keys(), "a machine was made for nothing"


def test_what_the_plan_said_is_what_happened(ground: Ground, upgraded: Upgrade) -> None:
    ground.figure("plan_mismatches", len(upgraded.mismatches), unit="machines", most=0)
    assert upgraded.mismatches == set()
    assert len(upgraded.planned) == len(upgraded.before) == len(upgraded.after) == ground.shape.machines


def test_no_request_to_the_workload_failed(ground: Ground, upgraded: Upgrade) -> None:
    ground.figure("requests", upgraded.users.asked, unit="requests")
    ground.figure("failed_requests", len(upgraded.users.failures), unit="requests", most=0)
    assert upgraded.users.failures == [], upgraded.users.told()


def test_the_api_answered_throughout(ground: Ground, upgraded: Upgrade) -> None:
    """The endpoint goes from one machine to another; a client that tries again must not notice for long."""
    ground.figure("api_failed_requests", len(upgraded.clients.failures), unit="requests")
    ground.figure("api_longest_gap_seconds", upgraded.clients.longest_gap)
    print(upgraded.clients.told())
    assert upgraded.clients.asked > len(upgraded.clients.failures) * 10


def test_every_node_is_of_the_new_version_and_ready(ground: Ground, upgraded: Upgrade) -> None:
    assert upgraded.run.code == 0
    nodes = ground.core.list_node().items
    assert {node.status.node_info.kubelet_version for node in nodes} == {ground.release.tag}
    assert len(nodes) == ground.shape.nodes
    for node in nodes:
        assert not node.spec.unschedulable
        assert any(one.type == "Ready" and one.status == "True" for one in node.status.conditions)
    said: t.Any = kubernetes.client.VersionApi(ground.core.api_client).get_code()
    assert said.git_version == ground.release.tag


def test_what_kubeadm_installs_is_of_the_new_version(ground: Ground, upgraded: Upgrade) -> None:
    """Some of it in containers of the control plane's machines, some of it changed by Cluster API afterwards."""
    assert upgraded.run.code == 0
    pods = ground.core.list_namespaced_pod("kube-system").items
    staying = [pod for pod in pods if not pod.metadata.deletion_timestamp]
    images = {container.image for pod in staying for container in pod.spec.containers}
    names = references(ground.release)
    for name in ("kube-apiserver", "kube-controller-manager", "kube-scheduler", "kube-proxy", "coredns", "etcd"):
        repository = names[name].rpartition(":")[0]
        assert {image for image in images if image.rpartition(":")[0] == repository} == {names[name]}


def test_the_management_components_are_of_the_new_release(ground: Ground, upgraded: Upgrade) -> None:
    assert upgraded.run.code == 0
    custom = _custom(ground)
    installed = custom.list_cluster_custom_object("clusterctl.cluster.x-k8s.io", "v1alpha3", "providers")["items"]
    versions = {one["providerName"]: one["version"] for one in installed if one["type"] != "BootstrapProvider"}
    assert (versions["cluster-api"], versions["vsphere"]) == (ground.release.capi, ground.release.capv)
    images = {
        container.image
        for pod in ground.core.list_namespaced_pod("capi-system").items
        for container in pod.spec.containers
    }
    assert {image.rpartition(":")[2] for image in images} == {ground.release.capi}
    (cluster,) = custom.list_cluster_custom_object("anywhere.eks.amazonaws.com", "v1alpha1", "clusters")["items"]
    assert cluster["spec"]["eksaVersion"] == ground.release.eksa
    bundles = custom.list_cluster_custom_object("anywhere.eks.amazonaws.com", "v1alpha1", "bundles")["items"]
    assert f"bundles-{ground.release.number}" in {one["metadata"]["name"] for one in bundles}


def test_no_template_is_left_that_nothing_refers_to(ground: Ground, upgraded: Upgrade) -> None:
    assert upgraded.run.code == 0
    listed = _custom(ground).list_namespaced_custom_object(
        "infrastructure.cluster.x-k8s.io", "v1beta1", SYSTEM, "vspheremachinetemplates"
    )["items"]
    templates = {one["spec"]["template"]["spec"]["template"].rpartition("/")[2] for one in listed}
    assert templates == {ground.release.template}


def test_the_written_config_is_the_new_one(ground: Ground, upgraded: Upgrade) -> None:
    assert upgraded.run.code == 0
    written = read(ground.lab.folder / f"{ground.lab.name}-eks-a-cluster.yaml")
    templates = {one["spec"]["template"].rpartition("/")[2] for one in written if "template" in one["spec"]}
    assert templates == {ground.release.template}


def test_nothing_is_left_behind_and_no_secret_was_told(ground: Ground, upgraded: Upgrade) -> None:
    assert not any(name.startswith(f"{ground.lab.name}-eks-a-cluster-") for name in containers())
    # A process that is killed cannot log out; vCenter ends what it left.
    assert ground.lab.our_sessions() <= len(upgraded.killed)
    assert not any(ground.lab.password in run.text or ground.lab.password in str(run.timeline) for run in upgraded.runs)
    assert ground.lab.password not in _plan_file(ground).read_text(encoding="utf-8")


def test_a_second_run_does_nothing_and_is_quick(ground: Ground, upgraded: Upgrade) -> None:
    assert upgraded.run.code == 0
    again = ground.play("upgrade_cluster")
    assert again.code == 0, again.text
    assert again.recap()["changed"] == 0
    assert not [line for line in again.lines if line in LINES]
    ground.figure("noop_seconds", again.seconds, most=NOOP_SECONDS)
    assert again.cpu_seconds < NOOP_SECONDS


def test_creating_the_upgraded_cluster_does_nothing(ground: Ground, upgraded: Upgrade) -> None:
    assert upgraded.run.code == 0
    created = ground.play("create_cluster")
    assert created.code == 0, created.text
    assert created.recap()["changed"] == 0


@pytest.fixture(scope="module")
def larger(ground: Ground, upgraded: Upgrade) -> tuple[str, ...]:
    """Arguments that give the workers more memory, which replaces them and nothing else."""
    assert upgraded.run.code == 0
    documents = read(ground.folder / "after.yaml")
    (machine,) = (
        one for one in documents if one["kind"] == "VSphereMachineConfig" and one["metadata"]["name"] == ground.lab.name
    )
    machine["spec"]["memoryMiB"] += 1024
    return ("-e", f"eksa_config_file={write(documents, ground.folder / 'larger.yaml')}")


@pytest.fixture(scope="module")
def blocked(ground: Ground, workload: Workload, larger: tuple[str, ...]) -> tuple[Run, Run]:
    """The plan and the run while no replica of the workload may be disrupted."""
    workload.allow(disruptions=0)
    plan = ground.play("plan_cluster", *larger, "-e", f"eksa_write_plan={_plan_file(ground)}")
    policy = ("eksa_upgrade_blocked_drain=fail", f"eksa_upgrade_blocked_drain_after_seconds={BLOCKED_SECONDS}")
    run = ground.play("upgrade_cluster", *larger, *(part for one in policy for part in ("-e", one)))
    return plan, run


@pytest.mark.drains
def test_a_budget_that_blocks_is_foretold_and_named(workload: Workload, blocked: tuple[Run, Run]) -> None:
    plan, run = blocked
    assert plan.code == 0, plan.text
    assert WEB in plan.text
    assert "PodDisruptionBudget" in plan.text
    assert run.code != 0
    (problem,) = run.problems()
    assert f"PodDisruptionBudget {WEB}" in problem["message"]
    assert any(pod in problem["message"] for pod in workload.pods())


@pytest.mark.drains
def test_once_it_may_the_same_command_goes_on_and_replaces_only_workers(
    ground: Ground, workload: Workload, larger: tuple[str, ...], upgraded: Upgrade, blocked: tuple[Run, Run]
) -> None:
    planned = _planned(ground)
    workload.allow(disruptions=1)
    run = ground.play("upgrade_cluster", *larger)
    assert run.code == 0, run.text
    change = Change(planned, run, upgraded.after, ground.lab.uuids())
    ground.figure("workers_plan_mismatches", len(change.mismatches), unit="machines", most=0)
    assert change.mismatches == set()
    assert len(change.planned) == ground.shape.workers
    assert {machine["part"] for machine in planned["machines_replaced"]} == {"workers/md-0"}
    assert blocked[1].code != 0


def _custom(ground: Ground) -> t.Any:
    return kubernetes.client.CustomObjectsApi(ground.core.api_client)
