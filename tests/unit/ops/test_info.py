# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the creation stands, for every point at which a run can have been cut."""

from __future__ import annotations

import base64
import dataclasses
import typing as t

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._config.model import ClusterConfig, ExternalEtcd
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ops import info, info_observe
from ansible_collections.eks.anywhere.plugins.module_utils._plan import move_journal
from ansible_collections.eks.anywhere.plugins.module_utils._plan.create import PHASES
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Container, Kube, Obj
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.tests.unit.fakes import (
    FakeArtifacts,
    FakeFiles,
    FakeHost,
    FakeKube,
    FakeReporter,
)
from ansible_collections.eks.anywhere.tests.unit.vsphere.samples import config
from ansible_collections.eks.anywhere.tests.unit.wait import samples as s

FOLDER = "/state/prod"
KUBECONFIG = f"{FOLDER}/prod-eks-a-cluster.kubeconfig"
BOOTSTRAP = f"{FOLDER}/generated/prod.kind.kubeconfig"
CONFIG_FILE = f"{FOLDER}/prod-eks-a-cluster.yaml"
LABEL = "io.x-k8s.kind.cluster=prod-eks-a-cluster"
PROVIDERS = (
    ("capi-system", "capi-controller-manager"),
    ("capi-kubeadm-bootstrap-system", "capi-kubeadm-bootstrap-controller-manager"),
    ("capi-kubeadm-control-plane-system", "capi-kubeadm-control-plane-controller-manager"),
    ("cert-manager", "cert-manager"),
    ("cert-manager", "cert-manager-cainjector"),
    ("cert-manager", "cert-manager-webhook"),
    ("capv-system", "capv-controller-manager"),
)


class SilentKube(FakeKube):
    """A server that does not answer."""

    def get(self, **_query: t.Any) -> Obj | None:
        raise EksaError(
            "API server https://192.0.2.10:6443 did not answer (Cluster prod): timed out.", code="kube.unreachable"
        )


class NoDocker(FakeHost):
    """No container engine on this machine."""

    def containers(self, *, label: str) -> list[Container]:
        raise EksaError("Docker does not answer.", code="host.docker_not_running", hint="Start docker.")


@dataclasses.dataclass
class World:
    """The machine, the bootstrap cluster and the cluster; each ``with_`` step takes the creation further."""

    files: FakeFiles = dataclasses.field(default_factory=FakeFiles)
    host: FakeHost = dataclasses.field(default_factory=FakeHost)
    bootstrap: FakeKube = dataclasses.field(default_factory=lambda: FakeKube("bootstrap"))
    workload: FakeKube = dataclasses.field(default_factory=lambda: FakeKube("workload"))
    report: FakeReporter = dataclasses.field(default_factory=FakeReporter)
    wanted: ClusterConfig = dataclasses.field(default_factory=config)
    in_node: str = ""

    def info(self, *, check_mode: bool = False) -> Result:
        """Run the operation."""
        clients: dict[str, Kube] = {KUBECONFIG: self.workload, BOOTSTRAP: self.bootstrap}
        ports = info.Ports(
            files=self.files,
            containers=self.host,
            artifacts=FakeArtifacts({}),
            open_file=clients.__getitem__,
            connect=lambda text: {"of the node": self.bootstrap}.get(text, self.workload),
            node_kubeconfig=lambda name: self.in_node,
            report=self.report,
        )
        subject = info.Subject(config=self.wanted, state_dir="/state")
        return info.info(subject, ports=ports, check_mode=check_mode)

    def remaining(self) -> list[str]:
        """Names of the phases to do."""
        found: list[str] = self.info().data["remaining"]
        return found


def container(world: World) -> None:
    world.host.running[LABEL] = Container(name="prod-eks-a-cluster-control-plane", running=True)


def bootstrap_kubeconfig(world: World) -> None:
    world.files.files[BOOTSTRAP] = "kubeconfig"


def providers(kube: FakeKube) -> None:
    for namespace, name in PROVIDERS:
        kube.seed(
            {
                "apiVersion": "apps/v1",
                "kind": "Deployment",
                "metadata": {"name": name, "namespace": namespace},
                "spec": {"replicas": 1},
                "status": {"availableReplicas": 1},
            }
        )
        inventory = {"apiVersion": "clusterctl.cluster.x-k8s.io/v1alpha3", "kind": "Provider"}
        kube.seed({**inventory, "metadata": {"name": name, "namespace": namespace}})
    for name in ("vsphere-credentials", "eksa-license"):
        kube.seed({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name, "namespace": "eksa-system"}})


def bootstrap_providers(world: World) -> None:
    providers(world.bootstrap)


def renamed(obj: Obj, name: str) -> Obj:
    labels = {**obj["metadata"]["labels"], s.CLUSTER_LABEL: "prod"}
    return {**obj, "metadata": {**obj["metadata"], "name": name, "labels": labels}}


def capi(kube: FakeKube, *, paused: bool = False, step: str = "ready") -> None:
    cluster = renamed(s.cluster(paused=paused), "prod")
    cluster["spec"]["controlPlaneRef"]["name"] = "prod"
    kube.seed(cluster)
    kube.seed(renamed(s.control_plane(), "prod"))
    kube.seed(renamed(s.deployment(replicas=2, ready=2), "prod-md-0"))
    kube.seed(renamed(s.machine("prod-a", step=step), "prod-a"))
    for name in ("prod-md-0-b", "prod-md-0-c"):
        kube.seed(renamed(s.machine(name, control_plane=False, step=step), name))


def objects(world: World) -> None:
    capi(world.bootstrap, step="bootstrapped")


def machines(world: World) -> None:
    capi(world.bootstrap, step="joined")


def kubeconfig(world: World) -> None:
    world.files.files[KUBECONFIG] = "kubeconfig"


def networking(world: World) -> None:
    world.workload.seed(
        {
            "apiVersion": "apps/v1",
            "kind": "DaemonSet",
            "metadata": {"name": "cilium", "namespace": "kube-system"},
            "status": {"desiredNumberScheduled": 3, "numberReady": 3},
        }
    )
    for name in ("prod-a", "prod-md-0-b", "prod-md-0-c"):
        world.workload.seed(s.node(name))


def storage(world: World) -> None:
    annotations = {"storageclass.kubernetes.io/is-default-class": "true"}
    metadata = {"name": "standard", "annotations": annotations}
    world.workload.seed({"apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": metadata})


def workload_providers(world: World) -> None:
    providers(world.workload)


def moving(world: World) -> None:
    capi(world.bootstrap, paused=True)
    capi(world.workload, paused=True)


def moved(world: World) -> None:
    for key in [key for key in world.bootstrap.objects if key[2] == s.NAMESPACE]:
        del world.bootstrap.objects[key]
    capi(world.workload)


def definitions(world: World) -> None:
    metadata = {"name": "clusters.anywhere.eks.amazonaws.com"}
    api = "apiextensions.k8s.io/v1"
    world.workload.seed({"apiVersion": api, "kind": "CustomResourceDefinition", "metadata": metadata})


def eksa(world: World, *, paused: bool = False) -> None:
    annotations = {"anywhere.eks.amazonaws.com/paused": "true"} if paused else {}
    metadata = {"name": "prod", "namespace": "default", "annotations": annotations}
    api = "anywhere.eks.amazonaws.com/v1alpha1"
    world.workload.seed({"apiVersion": api, "kind": "Cluster", "metadata": metadata})


def eksa_paused(world: World) -> None:
    eksa(world, paused=True)


def config_file(world: World) -> None:
    world.files.files[CONFIG_FILE] = "config"


def bootstrap_deleted(world: World) -> None:
    world.host.running.clear()
    del world.files.files[BOOTSTRAP]


Step = t.Callable[[World], None]
WAY: tuple[tuple[Step, str], ...] = (
    (container, "bootstrap"),
    (bootstrap_kubeconfig, "bootstrap_providers"),
    (bootstrap_providers, "cluster_objects"),
    (objects, "machines"),
    (machines, "kubeconfig"),
    (kubeconfig, "networking"),
    (networking, "storage_class"),
    (storage, "workload_providers"),
    (workload_providers, "moved"),
    (moving, "moved"),
    (moved, "eksa_components"),
    (definitions, "eksa_objects"),
    (eksa_paused, "eksa_objects"),
    (eksa, "config_file"),
    (config_file, "bootstrap_deleted"),
)


def way(done: int) -> World:
    """A world after so many steps."""
    world = World()
    for step, _phase in WAY[:done]:
        step(world)
    return world


@pytest.mark.parametrize("done", range(len(WAY) + 1))
def test_a_run_that_was_cut_goes_on_at_the_right_phase(done: int) -> None:
    world = World()
    for step, _phase in WAY[:done]:
        step(world)
    first = WAY[done - 1][1] if done else "bootstrap"
    assert world.remaining() == list(PHASES[PHASES.index(first) :])


def finished() -> World:
    """A world after the whole way."""
    world = World()
    for step, _phase in WAY:
        step(world)
    bootstrap_deleted(world)
    return world


def test_a_finished_cluster_costs_two_requests() -> None:
    world = finished()
    data = world.info().data
    assert data["finished"]
    assert data["remaining"] == []
    assert data["api_calls"] == world.workload.calls == 2
    assert all(phase["done"] for phase in data["phases"])


def test_a_finished_cluster_needs_no_docker() -> None:
    world = finished()
    world.host = NoDocker()
    assert world.info().data["finished"]


def test_before_anything_exists() -> None:
    world = World()
    result = world.info()
    assert not result.changed
    assert result.data["remaining"] == list(PHASES)
    assert {
        key: result.data[key] for key in ("name", "folder", "kubeconfig", "bootstrap_kubeconfig", "endpoint_ours")
    } == {
        "name": "prod",
        "folder": FOLDER,
        "kubeconfig": KUBECONFIG,
        "bootstrap_kubeconfig": BOOTSTRAP,
        "endpoint_ours": False,
    }
    assert [machine["role"] for machine in result.data["machines"]] == ["control plane", "worker", "worker"]
    assert result.data["api_calls"] == 0


def test_the_plan_is_shown_in_check_mode_alone() -> None:
    world = World()
    world.info()
    assert world.report.lines == []
    world.info(check_mode=True)
    shown = "\n".join(world.report.lines)
    assert "Plan for cluster prod (vsphere, Kubernetes 1.34)" in shown
    assert "1. bootstrap" in shown
    assert "prod-md-0-*  worker  2 CPU, 8192 MiB, 25 GiB disk  template ubuntu-1-34  datastore LocalDS_0" in shown


@pytest.mark.parametrize(("done", "ours"), [(0, False), (1, True), (2, False), (3, False), (4, True), (6, True)])
def test_whether_the_endpoint_may_answer_already(done: int, ours: bool) -> None:
    world = World()
    for step, _phase in WAY[:done]:
        step(world)
    assert world.info().data["endpoint_ours"] is ours


def test_details_say_what_is_missing() -> None:
    world = World()
    for step, _phase in WAY[:4]:
        step(world)
    details = {phase["name"]: phase["detail"] for phase in world.info().data["phases"]}
    assert details["kubeconfig"] == "there is no kubeconfig file"
    kubeconfig(world)
    details = {phase["name"]: phase["detail"] for phase in world.info().data["phases"]}
    assert details["machines"] == "machines: 0/3 joined - Machine prod-a: waiting for VSphereMachine"
    assert details["kubeconfig"] == ""
    assert details["networking"] == "Cilium is not installed"
    assert details["storage_class"] == "no default class"


def test_a_lost_kubeconfig_is_read_again_from_the_bootstrap_cluster() -> None:
    world = way(9)
    del world.files.files[KUBECONFIG]
    assert world.remaining()[0] == "kubeconfig"


def test_a_workload_that_does_not_answer_yet_is_no_conflict_while_it_is_built() -> None:
    world = World(workload=SilentKube("workload"))
    for step, _phase in WAY[:6]:
        step(world)
    assert world.remaining()[0] == "kubeconfig"


def test_a_group_that_was_not_applied_is_seen() -> None:
    world = World()
    for step, _phase in WAY[:4]:
        step(world)
    del world.bootstrap.objects[("cluster.x-k8s.io", "MachineDeployment", s.NAMESPACE, "prod-md-0")]
    phases = {phase["name"]: phase for phase in world.info().data["phases"]}
    assert phases["cluster_objects"]["detail"] == "MachineDeployment prod-md-0"


def test_an_external_etcd_that_was_not_applied_is_seen() -> None:
    world = World(wanted=dataclasses.replace(config(), external_etcd=ExternalEtcd(count=3)))
    for step, _phase in WAY[:4]:
        step(world)
    phases = {phase["name"]: phase for phase in world.info().data["phases"]}
    assert phases["cluster_objects"]["detail"] == "EtcdadmCluster prod-etcd"
    assert [machine["role"] for machine in world.info().data["machines"] if "etcd" in machine["name"]] == ["etcd"] * 3


SECRET = {
    "apiVersion": "v1",
    "kind": "Secret",
    "metadata": {"name": "prod-kubeconfig", "namespace": "eksa-system"},
    "data": {"value": base64.b64encode(b"of the cluster").decode()},
}


def folder_lost(done: int, *, moving: bool = False) -> World:
    """The way so far, then the machine's folder is deleted; both kubeconfigs are still where others keep them."""
    world = way(done)
    world.files.files.clear()
    world.in_node = "of the node"
    if any(step is objects for step, _phase in WAY[:done]) and not moving:
        world.bootstrap.seed(SECRET)
    return world


def journal(kube: FakeKube, phase: str) -> None:
    metadata = {"name": move_journal.NAME, "namespace": "eksa-system"}
    kube.seed({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"phase": phase}})


STEPS = {step.__name__: number for number, (step, _phase) in enumerate(WAY, start=1)}


@pytest.mark.parametrize(
    ("done", "remaining"),
    [
        ("bootstrap_kubeconfig", PHASES),
        ("bootstrap_providers", ["bootstrap", *PHASES[2:]]),
        ("objects", ["bootstrap", *PHASES[3:]]),
        ("machines", ["bootstrap", *PHASES[4:]]),
        ("networking", ["bootstrap", "kubeconfig", *PHASES[6:]]),
        ("workload_providers", ["bootstrap", "kubeconfig", *PHASES[8:]]),
        ("moving", ["bootstrap", "kubeconfig", *PHASES[8:]]),
    ],
)
def test_without_its_folder_a_run_goes_on_where_the_clusters_stand(done: str, remaining: t.Sequence[str]) -> None:
    assert folder_lost(STEPS[done]).remaining() == list(remaining)


def test_what_was_read_from_the_node_is_no_file() -> None:
    world = folder_lost(STEPS["objects"])
    details = {phase["name"]: phase["detail"] for phase in world.info().data["phases"]}
    assert details["bootstrap"] == "its kubeconfig file is missing"
    assert details["kubeconfig"] == "its file is missing"
    assert not world.files.files


@pytest.mark.parametrize("phase", ["pause", "create", "delete"])
def test_while_a_move_is_under_way_nothing_is_built(phase: str) -> None:
    """Its controllers are stopped: neither they nor what they look after say anything about the machines."""
    world = way(STEPS["workload_providers"])
    journal(world.bootstrap, phase)
    for key in [key for key in world.bootstrap.objects if key[1] == "Deployment"]:
        del world.bootstrap.objects[key]
    assert world.remaining() == list(PHASES[PHASES.index("moved") :])


def test_the_journal_is_looked_for_by_its_name() -> None:
    assert info_observe.MOVE_JOURNAL == move_journal.NAME


def test_a_move_is_over_when_its_journal_is_gone() -> None:
    world = way(STEPS["moved"])
    journal(world.workload, "resume")
    assert world.remaining()[0] == "moved"


CUTS: tuple[tuple[Step, str], ...] = (
    (lambda world: drop(world.bootstrap, "Provider"), "bootstrap_providers"),
    (lambda world: drop(world.bootstrap, "Secret"), "bootstrap_providers"),
    (lambda world: drop(world.bootstrap, "KubeadmControlPlane"), "cluster_objects"),
    (lambda world: drop(world.bootstrap, "MachineDeployment"), "cluster_objects"),
    (lambda world: drop(world.workload, "Provider"), "workload_providers"),
    (lambda world: drop(world.workload, "Secret"), "workload_providers"),
    (lambda world: drop(world.workload, "StorageClass"), "storage_class"),
    (lambda world: drop(world.workload, "DaemonSet"), "networking"),
)


def drop(kube: FakeKube, kind: str) -> None:
    for key in [key for key in kube.objects if key[1] == kind]:
        del kube.objects[key]


@pytest.mark.parametrize(("cut", "phase"), CUTS)
def test_what_is_written_last_of_a_part_tells_whether_it_is_whole(cut: Step, phase: str) -> None:
    world = way(STEPS["workload_providers"])
    cut(world)
    assert phase in world.remaining()


def silent_docker(done: int) -> World:
    world = way(done)
    world.host = NoDocker()
    return world


@pytest.mark.parametrize("done", range(len(WAY) + 1))
def test_a_docker_that_does_not_answer_is_not_taken_for_no_bootstrap_cluster(done: int) -> None:
    with pytest.raises(EksaError) as caught:
        silent_docker(done).info()
    assert caught.value.code == "host.docker_not_running"
    assert "Whether there is a bootstrap cluster of prod cannot be told" in caught.value.message


def bootstrap_lost(phase: str) -> World:
    """In the middle of a move the container of the bootstrap cluster is gone."""
    world = way(STEPS["moving"])
    world.host.running.clear()
    if phase:
        journal(world.workload, phase)
    return world


@pytest.mark.parametrize("phase", ["delete", "resume"])
def test_a_bootstrap_cluster_that_has_handed_over_everything_can_be_missed(phase: str) -> None:
    data = bootstrap_lost(phase).info().data
    assert data["source_lost"]
    assert data["remaining"] == list(PHASES[PHASES.index("moved") :])


def unreachable() -> World:
    world = World(workload=SilentKube("workload"))
    kubeconfig(world)
    return world


def config_alone() -> World:
    world = World()
    config_file(world)
    return world


def orphaned() -> World:
    world = World()
    kubeconfig(world)
    return world


def orphaned_beside_a_new_bootstrap() -> World:
    world = orphaned()
    container(world)
    bootstrap_kubeconfig(world)
    return world


@pytest.mark.parametrize(
    ("world", "code"),
    [
        (unreachable, "cluster.unreachable"),
        (config_alone, "cluster.kubeconfig_lost"),
        (orphaned, "cluster.orphaned"),
        (orphaned_beside_a_new_bootstrap, "cluster.orphaned"),
        (lambda: bootstrap_lost("create"), "cluster.move_lost"),
        (lambda: bootstrap_lost("pause"), "cluster.move_lost"),
        (lambda: bootstrap_lost(""), "cluster.paused"),
    ],
)
def test_states_in_which_going_on_would_do_harm(world: t.Callable[[], World], code: str) -> None:
    with pytest.raises(EksaError) as caught:
        world().info()
    assert caught.value.code == code
    assert caught.value.hint
