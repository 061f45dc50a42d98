# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is seen of a cluster that is to go, and the plan that follows."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ops.delete_info import Ports, Subject, info
from ansible_collections.eks.anywhere.plugins.module_utils._ops.delete_vcenter import Datacenter
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Container, Kube, Obj
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.tests.unit.fakes import FakeClock, FakeFiles, FakeHost, FakeReporter
from ansible_collections.eks.anywhere.tests.unit.ops import delete_worlds as w

FOLDER = "/state/prod"
KUBECONFIG = f"{FOLDER}/prod-eks-a-cluster.kubeconfig"
BOOTSTRAP = f"{FOLDER}/generated/prod.kind.kubeconfig"
MANAGEMENT = "/state/mgmt/mgmt-eks-a-cluster.kubeconfig"
LABEL = "io.x-k8s.kind.cluster=prod-eks-a-cluster"
NODE = "prod-eks-a-cluster-control-plane"
PROVIDERS = (
    "capi-system",
    "capi-kubeadm-bootstrap-system",
    "capi-kubeadm-control-plane-system",
    "cert-manager",
    "capv-system",
)


class Silent(w.Manager):
    """A server that does not answer."""

    def get(self, **_query: t.Any) -> Obj | None:
        raise EksaError("API server https://192.0.2.10:6443 did not answer.", code="kube.unreachable")


@dataclasses.dataclass
class World:
    """All that is looked at."""

    managed: bool = False
    vcenter: w.FakeVCenter = dataclasses.field(default_factory=w.FakeVCenter)
    files: FakeFiles = dataclasses.field(default_factory=FakeFiles)
    host: FakeHost = dataclasses.field(default_factory=FakeHost)
    report: FakeReporter = dataclasses.field(default_factory=FakeReporter)
    clients: dict[str, Kube] = dataclasses.field(default_factory=dict)
    in_nodes: dict[str, str] = dataclasses.field(default_factory=dict)

    def server(self, path: str, *, kind: type[w.Manager] = w.Manager, providers: bool = True) -> w.World:
        """A server behind a kubeconfig file."""
        kube = kind(path, self.vcenter)
        self.clients[path] = kube
        self.files.files[path] = "kubeconfig"
        for namespace in PROVIDERS if providers else ():
            metadata = {"name": "manager", "namespace": namespace}
            status = {"availableReplicas": 1}
            kube.seed(
                {
                    "apiVersion": "apps/v1",
                    "kind": "Deployment",
                    "metadata": metadata,
                    "spec": {"replicas": 1},
                    "status": status,
                }
            )
        return w.World(vcenter=self.vcenter, kube=kube, clock=FakeClock(), report=self.report)

    def bootstrap(self, *, kind: type[w.Manager] = w.Manager, providers: bool = True) -> w.World:
        """A running bootstrap cluster."""
        self.host.running[LABEL] = Container(name=NODE, running=True)
        return self.server(BOOTSTRAP, kind=kind, providers=providers)

    def info(self, *, check_mode: bool = False, **options: t.Any) -> Result:
        """Run the operation."""
        config = w.config(managed=self.managed)
        ports = Ports(
            files=self.files,
            containers=self.host,
            open_file=self.clients.__getitem__,
            connect=self.clients.__getitem__,
            node_kubeconfig=lambda name: self.in_nodes.get(name, ""),
            datacenter=Datacenter(config, vcenter=lambda _server: self.vcenter),
            report=self.report,
        )
        result = info(Subject(config=config, state_dir="/state", **options), ports=ports, check_mode=check_mode)
        assert self.vcenter.sessions == 0
        assert self.vcenter.fuse.writes == 0
        return result

    def remaining(self, **options: t.Any) -> list[str]:
        """Phases that are left."""
        found: list[str] = self.info(**options).data["remaining"]
        return found


def test_of_nothing_nothing_remains() -> None:
    result = World().info(check_mode=True)
    assert result.data["finished"]
    assert result.data["manager"] == ""


def test_a_finished_cluster_goes_through_a_bootstrap_cluster() -> None:
    scene = World()
    w.add_cluster(scene.server(KUBECONFIG), "prod")
    data = scene.info().data
    assert data["manager"] == "bootstrap"
    assert data["manager_kubeconfig"] == BOOTSTRAP
    assert data["remaining"] == [
        "bootstrap",
        "bootstrap_providers",
        "moved_back",
        "cluster_deleted",
        "bootstrap_deleted",
        "machines_destroyed",
        "files_removed",
    ]
    assert [one["why"] for one in data["machines"]] == [
        f"its UUID bios-{name} and its name are those of a machine of the cluster"
        for name in ("prod-md-0-4bcdf-bbbbb", "prod-x2x9l")
    ]


def test_a_half_built_cluster_is_deleted_where_it_is_built() -> None:
    scene = World()
    w.add_cluster(scene.bootstrap(), "prod")
    assert scene.remaining() == ["cluster_deleted", "bootstrap_deleted", "machines_destroyed", "files_removed"]


def test_providers_that_are_not_up_are_installed_before() -> None:
    scene = World()
    w.add_cluster(scene.bootstrap(providers=False), "prod")
    assert "bootstrap_providers" in scene.remaining()


def test_a_stopped_bootstrap_cluster_is_raised_to_be_asked() -> None:
    scene = World()
    scene.bootstrap(kind=Silent)
    assert scene.remaining()[:3] == ["bootstrap", "bootstrap_providers", "cluster_deleted"]


def test_a_bootstrap_cluster_whose_files_are_lost_is_asked_by_what_its_node_keeps() -> None:
    scene = World()
    w.add_cluster(scene.bootstrap(), "prod")
    del scene.files.files[BOOTSTRAP]
    scene.in_nodes["prod-eks-a-cluster"] = BOOTSTRAP
    assert scene.remaining() == ["bootstrap", "cluster_deleted", "bootstrap_deleted", "machines_destroyed"]


def test_a_bootstrap_cluster_without_any_file_is_raised_to_be_asked() -> None:
    scene = World()
    scene.bootstrap()
    del scene.files.files[BOOTSTRAP]
    assert scene.remaining() == ["bootstrap", "bootstrap_providers", "cluster_deleted", "bootstrap_deleted"]


def test_a_bootstrap_cluster_that_never_came_to_be_is_removed() -> None:
    scene = World()
    scene.bootstrap()
    del scene.files.files[BOOTSTRAP]
    scene.files.files[f"{FOLDER}/generated/kind_tmp.yaml"] = "{}"
    assert scene.remaining() == ["bootstrap_deleted", "files_removed"]


def test_without_docker_there_is_no_bootstrap_cluster() -> None:
    class NoDocker(FakeHost):
        def containers(self, *, label: str) -> list[Container]:
            raise EksaError("Docker does not answer.", code="host.docker_missing")

    assert World(host=NoDocker()).remaining() == []


def test_the_direction_of_a_cut_move_follows_from_its_journal() -> None:
    scene = World()
    bootstrap, inside = scene.bootstrap(), scene.server(KUBECONFIG)
    w.add_cluster(bootstrap, "prod", paused=True)
    w.add_cluster(inside, "prod", paused=True)
    sources = {"in": bootstrap.kube, "back": inside.kube}
    for direction, source in sources.items():
        uid = source.objects["", "Namespace", "", "kube-system"]["metadata"]["uid"]
        metadata = {"name": "eks-anywhere-capi-move", "namespace": w.NAMESPACE}
        for kube in (bootstrap.kube, inside.kube):
            data = {"source": uid, "phase": "create"}
            kube.seed({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data})
        assert ("move_finished" in scene.remaining()) == (direction == "in")
        assert "moved_back" in scene.remaining()


def test_a_management_cluster_that_manages_others_stays() -> None:
    scene = World()
    inside = scene.server(KUBECONFIG)
    for name in ("prod", "w01"):
        w.add_cluster(inside, name)
    w.add_description(inside, "w02")
    with pytest.raises(EksaError) as caught:
        scene.info()
    assert caught.value.code == "delete.manages_others"
    assert caught.value.details["clusters"] == ["w01", "w02"]


def dead() -> World:
    scene = World()
    scene.server(KUBECONFIG, kind=Silent)
    scene.vcenter.add("prod-x2x9l")
    scene.vcenter.add("prod-zzzzz", "kubeadm")
    return scene


def test_a_dead_cluster_is_an_error_that_lists_its_machines() -> None:
    scene = dead()
    with pytest.raises(EksaError) as caught:
        scene.info(check_mode=True)
    assert [line for line in scene.report.lines if "prod-x2x9l: destroyed only with purge" in line]
    assert caught.value.code == "delete.nobody_in_charge"
    assert [(one["name"], one["proven"]) for one in caught.value.details["machines"]] == [
        ("prod-x2x9l", True),
        ("prod-zzzzz", False),
    ]


def test_with_purge_its_machines_are_the_plan() -> None:
    scene = dead()
    result = scene.info(purge=True, check_mode=True)
    assert result.data["remaining"] == ["machines_destroyed", "files_removed"]
    assert (
        "    /DC0/vm/eksa/prod-x2x9l: destroyed; its name, its folder, and boot data for the endpoint 192.0.2.10"
        in scene.report.lines
    )


def test_a_workload_cluster_goes_from_its_management_cluster() -> None:
    scene = World(managed=True)
    w.add_cluster(scene.server(MANAGEMENT), "prod")
    data = scene.info().data
    assert (data["manager"], data["manager_kubeconfig"]) == ("management", MANAGEMENT)
    assert data["remaining"] == ["cluster_deleted", "machines_destroyed"]


def test_what_is_left_of_a_workload_cluster_goes_as_well() -> None:
    scene = World(managed=True)
    scene.server(MANAGEMENT).kube.seed(w.thing("Secret", "prod-ca", of="prod"))
    data = scene.info().data
    assert data["remaining"] == ["cluster_deleted"]
    assert data["phases"][4]["detail"] == "Secret eksa-system/prod-ca"


def test_a_missing_management_kubeconfig_is_told() -> None:
    with pytest.raises(EksaError) as caught:
        World(managed=True).info()
    assert caught.value.code == "delete.management_silent"
    assert MANAGEMENT in caught.value.message


def test_a_silent_vcenter_is_told_in_the_plan_and_hides_nothing() -> None:
    scene = World()
    scene.vcenter.refused.append(EksaError("vCenter refused the password.", code="vsphere.login_refused"))
    data = scene.info().data
    assert data["remaining"] == ["machines_destroyed"]
    assert data["phases"][6]["detail"] == "vCenter refused the password."
