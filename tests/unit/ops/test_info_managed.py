# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the creation of a workload cluster stands, for every point at which a run can have been cut, and refusals."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._config.model import ClusterConfig, ExternalEtcd
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ops import info
from ansible_collections.eks.anywhere.plugins.module_utils._plan.create_managed import PHASES
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.tests.unit.fakes import FakeArtifacts
from ansible_collections.eks.anywhere.tests.unit.vsphere.samples import config
from ansible_collections.eks.anywhere.tests.unit.wait import samples as s

from .test_info import (
    CONFIG_FILE,
    FOLDER,
    KUBECONFIG,
    SECRET,
    NoDocker,
    SilentKube,
    World,
    capi,
    config_file,
    drop,
    kubeconfig,
    machines,
    networking,
    objects,
    providers,
    renamed,
    storage,
)

CAPI = "cluster.x-k8s.io/v1beta2"
EKSA = "anywhere.eks.amazonaws.com/v1alpha1"
MANAGER = "/state/mgmt/mgmt-eks-a-cluster.kubeconfig"
ELSEWHERE = "/elsewhere/mgmt.kubeconfig"
ENDPOINT = "192.0.2.10"


def managed() -> ClusterConfig:
    """The usual config, with another management cluster."""
    return dataclasses.replace(config(), management_name="mgmt", eksa_version="v0.26.0")


def described(name: str, *, manager: str = "mgmt", endpoint: str = "192.0.2.99", **more: t.Any) -> Obj:
    """A Cluster of EKS Anywhere."""
    spec = {
        "eksaVersion": "v0.26.0",
        "managementCluster": {"name": manager},
        "controlPlaneConfiguration": {"endpoint": {"host": endpoint}},
        "datacenterRef": {"kind": "VSphereDatacenterConfig", "name": name},
        **more.pop("spec", {}),
    }
    metadata = {"name": name, "namespace": "default", **more}
    return {"apiVersion": EKSA, "kind": "Cluster", "metadata": metadata, "spec": spec}


def held(name: str, *, endpoint: str = "", paused: bool = False, **more: t.Any) -> Obj:
    """A Cluster of Cluster API."""
    spec: Obj = {"controlPlaneEndpoint": {"host": endpoint}} if endpoint else {}
    metadata = {"name": name, "namespace": s.NAMESPACE, **more}
    return {"apiVersion": CAPI, "kind": "Cluster", "metadata": metadata, "spec": {**spec, "paused": paused}}


@dataclasses.dataclass
class Managed(World):
    """The same world, in which the cluster that builds is a management cluster. There is no container engine."""

    wanted: ClusterConfig = dataclasses.field(default_factory=managed)
    manager: str | None = None

    def __post_init__(self) -> None:
        self.host = NoDocker()
        self.files.files[MANAGER] = "kubeconfig"
        self.bootstrap.seed(described("mgmt"))
        self.bootstrap.seed(held("mgmt", endpoint="192.0.2.99"))
        providers(self.bootstrap)

    def info(self, *, check_mode: bool = False) -> Result:
        """Run the operation."""
        clients = {KUBECONFIG: self.workload, MANAGER: self.bootstrap, ELSEWHERE: self.bootstrap}
        ports = info.Ports(
            files=self.files,
            containers=self.host,
            artifacts=FakeArtifacts({}),
            open_file=clients.__getitem__,
            connect=lambda text: self.workload,
            node_kubeconfig=lambda name: "",
            report=self.report,
        )
        subject = info.Subject(config=self.wanted, state_dir="/state", management_kubeconfig=self.manager)
        return info.info(subject, ports=ports, check_mode=check_mode)

    def refused(self) -> EksaError:
        """The refusal."""
        with pytest.raises(EksaError) as caught:
            self.info()
        return caught.value


def joined(world: World) -> None:
    """The nodes are there, and not ready without a network."""
    machines(world)
    world.bootstrap.seed(renamed(s.deployment(replicas=2, ready=0), "prod-md-0"))


def ready(world: World) -> None:
    capi(world.bootstrap)


def eksa(world: World) -> None:
    world.bootstrap.seed(described("prod", endpoint=ENDPOINT))


def eksa_paused(world: World) -> None:
    annotations = {"anywhere.eks.amazonaws.com/paused": "true"}
    world.bootstrap.seed(described("prod", endpoint=ENDPOINT, annotations=annotations))


Step = t.Callable[[World], None]
WAY: tuple[tuple[Step, str], ...] = (
    (objects, "machines"),
    (joined, "kubeconfig"),
    (kubeconfig, "networking"),
    (networking, "storage_class"),
    (storage, "ready"),
    (ready, "eksa_objects"),
    (eksa_paused, "eksa_objects"),
    (eksa, "config_file"),
)


def way(done: int, world: Managed | None = None) -> Managed:
    """A world after so many steps."""
    world = world or Managed()
    for step, _phase in WAY[:done]:
        step(world)
    return world


def finished() -> Managed:
    """A world after the whole way."""
    world = way(len(WAY))
    config_file(world)
    return world


@pytest.mark.parametrize("done", range(len(WAY) + 1))
def test_a_run_that_was_cut_goes_on_at_the_right_phase(done: int) -> None:
    first = WAY[done - 1][1] if done else PHASES[0]
    remaining = way(done).remaining()
    assert remaining[0] == first
    assert set(PHASES[PHASES.index("eksa_objects") + 1 :]) <= set(remaining) <= set(PHASES[PHASES.index(first) :])


def test_before_anything_exists() -> None:
    data = Managed().info().data
    assert data["remaining"] == list(PHASES)
    assert not data["endpoint_ours"]
    assert (data["self_managed"], data["management_cluster"]) == (False, "mgmt")
    assert data["builder_kubeconfig"] == data["manager_kubeconfig"] == MANAGER
    assert data["kubeconfig"] == KUBECONFIG
    assert data["bootstrap_name"] == data["bootstrap_kubeconfig"] == ""


def test_a_cluster_that_manages_itself_is_built_by_its_bootstrap_cluster_and_managed_by_itself() -> None:
    data = World().info().data
    assert data["builder_kubeconfig"] == f"{FOLDER}/generated/prod.kind.kubeconfig"
    assert data["manager_kubeconfig"] == KUBECONFIG


def test_a_finished_cluster_costs_three_requests_and_no_container_engine() -> None:
    world = finished()
    data = world.info().data
    assert data["finished"]
    assert data["remaining"] == []
    assert data["api_calls"] == world.workload.calls + world.bootstrap.calls == 3
    assert [phase["name"] for phase in data["phases"]] == list(PHASES)


def test_the_plan_has_no_bootstrap_cluster_and_no_move() -> None:
    world = Managed()
    world.info(check_mode=True)
    shown = "\n".join(world.report.lines)
    assert "1. cluster_objects" in shown
    assert "bootstrap" not in shown
    assert "prod-md-0-*  worker" in shown


def test_the_kubeconfig_of_the_management_cluster_may_be_anywhere() -> None:
    world = Managed(manager=ELSEWHERE)
    del world.files.files[MANAGER]
    world.files.files[ELSEWHERE] = "kubeconfig"
    data = world.info().data
    assert data["builder_kubeconfig"] == data["manager_kubeconfig"] == ELSEWHERE


@pytest.mark.parametrize(("done", "ours"), [(0, False), (1, True), (3, True)])
def test_whether_the_endpoint_may_answer_already(done: int, ours: bool) -> None:
    assert way(done).info().data["endpoint_ours"] is ours


def test_without_its_folder_a_run_goes_on_where_the_clusters_stand() -> None:
    world = way(5)
    for path in (KUBECONFIG, CONFIG_FILE):
        world.files.files.pop(path, None)
    world.bootstrap.seed(SECRET)
    assert world.remaining() == ["kubeconfig", "ready", "eksa_objects", "config_file"]


def test_the_secret_of_a_cluster_that_was_deleted_is_not_used() -> None:
    world = Managed(workload=SilentKube("workload"))
    world.bootstrap.seed(SECRET)
    assert world.remaining() == list(PHASES)


def test_an_external_etcd_needs_its_providers() -> None:
    world = Managed(wanted=dataclasses.replace(managed(), external_etcd=ExternalEtcd(count=3)))
    assert world.refused().code == "management.not_ready"
    assert "etcdadm-controller-system/etcdadm-controller-controller-manager" in world.refused().message


def test_a_cluster_beside_it_does_not_matter() -> None:
    world = Managed()
    world.bootstrap.seed(described("shop"))
    world.bootstrap.seed(held("shop", endpoint="192.0.2.98", paused=True))
    assert world.remaining() == list(PHASES)


def test_a_kubeconfig_of_an_earlier_release_of_the_management_cluster_serves_older_clusters() -> None:
    world = Managed(wanted=dataclasses.replace(managed(), eksa_version="v0.25.3"))
    assert world.remaining() == list(PHASES)


def test_a_management_cluster_built_from_sources_serves_every_release() -> None:
    world = Managed()
    world.bootstrap.seed(described("mgmt", spec={"eksaVersion": "v0.0.0-dev+build.1"}))
    assert world.remaining() == list(PHASES)


DELETED = {"deletionTimestamp": "2026-11-23T10:00:00Z"}


def seeded(*found: Obj, done: int = 0, drops: str = "") -> Managed:
    """A world with more, or less, in the management cluster."""
    world = way(done)
    if drops:
        drop(world.bootstrap, drops)
    for obj in found:
        world.bootstrap.seed(obj)
    return world


def without_kubeconfig() -> Managed:
    world = Managed()
    world.files.files.clear()
    return world


def silent() -> Managed:
    return Managed(bootstrap=SilentKube("bootstrap"))


def unreachable() -> Managed:
    world = Managed(workload=SilentKube("workload"))
    kubeconfig(world)
    return world


def orphaned() -> Managed:
    world = Managed()
    kubeconfig(world)
    return world


def manages_itself() -> Managed:
    world = orphaned()
    capi(world.workload)
    return world


REFUSALS: tuple[tuple[t.Callable[[], Managed], str, str], ...] = (
    (without_kubeconfig, "management.kubeconfig_missing", MANAGER),
    (silent, "management.unreachable", "did not answer"),
    (lambda: seeded(drops="Cluster"), "management.unknown", "it describes no EKS Anywhere cluster"),
    (lambda: seeded(described("w07"), drops="Cluster"), "management.unknown", "it knows of w07"),
    (lambda: seeded(described("mgmt", manager="boss")), "management.managed", "boss manages it"),
    (lambda: seeded(described("mgmt", **DELETED)), "management.deleting", "mgmt is being deleted"),
    (lambda: seeded(held("mgmt", **DELETED)), "management.deleting", "mgmt is being deleted"),
    (lambda: seeded(held("mgmt", paused=True)), "management.paused", "mgmt is paused"),
    (
        lambda: seeded(described("mgmt", annotations={"anywhere.eks.amazonaws.com/paused": "true"})),
        "management.paused",
        "mgmt is paused",
    ),
    (lambda: seeded(described("mgmt", spec={"eksaVersion": "v0.25.9"})), "management.older", "has v0.25.9"),
    (lambda: seeded(drops="Deployment"), "management.not_ready", "capv-system/capv-controller-manager"),
    (lambda: seeded(described("mgmt"), drops="Cluster"), "management.not_ready", "its own Cluster API objects"),
    (lambda: seeded(held("prod", **DELETED)), "cluster.deleting", "prod is being deleted"),
    (lambda: seeded(described("prod", endpoint=ENDPOINT, **DELETED), done=6), "cluster.deleting", "is being deleted"),
    (lambda: seeded(described("prod", manager="boss", endpoint=ENDPOINT)), "cluster.managed_elsewhere", "boss manages"),
    (manages_itself, "cluster.managed_elsewhere", "it manages it, not mgmt"),
    (lambda: seeded(described("prod", namespace="other", endpoint=ENDPOINT)), "cluster.name_taken", "namespace other"),
    (lambda: seeded(held("prod", endpoint="192.0.2.77")), "cluster.name_taken", "endpoint 192.0.2.77"),
    (lambda: seeded(held("shop", endpoint=ENDPOINT)), "cluster.endpoint_taken", "that of cluster shop"),
    (lambda: seeded(described("shop", endpoint=ENDPOINT)), "cluster.endpoint_taken", "that of cluster shop"),
    (
        lambda: seeded(described("shop", spec={"datacenterRef": {"kind": "VSphereDatacenterConfig", "name": "prod"}})),
        "cluster.documents_taken",
        "VSphereDatacenterConfig prod",
    ),
    (lambda: seeded(held("prod", endpoint=ENDPOINT, paused=True)), "cluster.paused", "in mgmt"),
    (unreachable, "cluster.unreachable", "mgmt does not manage it"),
    (orphaned, "cluster.orphaned", "nothing manages its VMs"),
)


@pytest.mark.parametrize(
    ("world", "code", "words"), REFUSALS, ids=lambda value: value if isinstance(value, str) else ""
)
def test_states_in_which_going_on_would_do_harm_or_nothing(
    world: t.Callable[[], Managed], code: str, words: str
) -> None:
    refusal = world().refused()
    assert refusal.code == code
    assert words in refusal.message
    assert refusal.hint


def test_a_finished_cluster_is_not_judged() -> None:
    """What its management cluster is in the middle of does not keep a second run from finding nothing to do."""
    world = finished()
    world.bootstrap.seed(held("mgmt", paused=True))
    assert world.info().data["finished"]


def test_a_finished_cluster_whose_manager_is_silent_is_not_called_finished() -> None:
    world = finished()
    world.bootstrap = SilentKube("bootstrap")
    assert world.refused().code == "management.unreachable"
