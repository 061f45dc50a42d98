# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cluster that another one manages: the plan, its creation, a look from all sides, a re-run, its deletion.

The management cluster is the one that ``make create`` leaves; it is created if it is not there. Nothing of it may
change, which is told by the BIOS UUIDs of its machines, by its Machine objects and by the Secret that its provider logs
in with. A creation cannot reach the container engine: that of a workload cluster needs none.
"""

from __future__ import annotations

import dataclasses
import ipaddress
import pathlib
import re
import stat
import typing as t

import kubernetes
import pytest
import yaml
from kubernetes import client

from ansible_collections.eks.anywhere.plugins.module_utils._plan import lease
from ansible_collections.eks.anywhere.plugins.module_utils._plan.create_managed import PHASES
from ansible_collections.eks.anywhere.tests.e2e.documented_lines import ALL, OF_MANAGEMENT_CLUSTERS, documented
from ansible_collections.eks.anywhere.tests.e2e.network import assert_pods_reach_each_other
from ansible_collections.eks.anywhere.tests.labkit import Lab, Run, World, containers, find, read, write
from ansible_collections.eks.anywhere.tests.tools import figures

pytestmark = pytest.mark.workload

NAME = "w02"
BELOW = 40
"""The endpoint lies so many addresses below that of the management cluster, far above what docker hands out."""
SYSTEM = "eksa-system"
CORE_GROUP = ("cluster.x-k8s.io", "v1beta2", SYSTEM)
EKSA_GROUP = ("anywhere.eks.amazonaws.com", "v1alpha1")
NO_ENGINE = {"DOCKER_HOST": "unix:///nonexistent/docker.sock"}
RERUN_SECONDS, RERUN_CALLS, RERUN_TASKS = 5, 6, 12
DELETION = (
    "Deleting workload cluster",
    "GitOps field not specified, clean up git repo skipped",
    "🎉 Cluster deleted!",
)


@dataclasses.dataclass(frozen=True)
class Manager:
    """What of the management cluster has to stay: its machines by UUID, its Machines, the Secret of its provider."""

    uuids: dict[str, str]
    machines: dict[str, str]
    secret: dict[str, str]


@dataclasses.dataclass(frozen=True)
class Ground:
    """The lab with the management cluster, and what to create there; ``core`` asks the management cluster."""

    lab: Lab
    documents: list[dict[str, t.Any]]
    arguments: tuple[str, ...]
    home: pathlib.Path
    core: t.Any
    custom: t.Any
    before: Manager

    @property
    def folder(self) -> pathlib.Path:
        """The cluster's folder, beside that of the management cluster."""
        return self.lab.folder.parent / NAME

    @property
    def kubeconfig(self) -> pathlib.Path:
        """Where the documented workflow leaves it."""
        return self.folder / f"{NAME}-eks-a-cluster.kubeconfig"

    def play(self, playbook: str, *more: str, **environment: t.Any) -> Run:
        """A run on the cluster. The management cluster's kubeconfig is in the documented place."""
        return self.lab.play(playbook, *self.arguments, *more, folder=self.home, **environment)

    def manager(self) -> Manager:
        """The management cluster as it is now."""
        return _manager(self.lab, self.core, self.custom)

    def mine(self) -> list[str]:
        """Virtual machines of the cluster."""
        return sorted(name for name in self.lab.machines() if name.startswith(f"{NAME}-"))

    def listed(self, plural: str) -> list[dict[str, t.Any]]:
        """What of the vendor's objects the management cluster holds."""
        found: list[dict[str, t.Any]] = self.custom.list_cluster_custom_object(*EKSA_GROUP, plural)["items"]
        return found


def _manager(lab: Lab, core: t.Any, custom: t.Any) -> Manager:
    machines = custom.list_namespaced_custom_object(
        *CORE_GROUP, "machines", label_selector=f"cluster.x-k8s.io/cluster-name={lab.name}"
    )["items"]
    secret = core.read_namespaced_secret("vsphere-credentials", SYSTEM)
    return Manager(
        uuids={uuid: name for uuid, name in lab.uuids().items() if name.startswith(f"{lab.name}-")},
        machines={one["metadata"]["name"]: one["metadata"]["uid"] for one in machines},
        secret=dict(secret.data),
    )


def _documents(lab: Lab) -> list[dict[str, t.Any]]:
    """The lab's cluster under another name, with an endpoint of its own, managed by the lab's."""
    endpoint = str(find(lab.documents, "Cluster")["spec"]["controlPlaneConfiguration"]["endpoint"]["host"])
    text = re.sub(rf"\b{re.escape(lab.name)}\b", NAME, yaml.safe_dump_all(lab.documents, sort_keys=False))
    text = text.replace(endpoint, str(ipaddress.ip_address(endpoint) - BELOW))
    documents = [one for one in yaml.safe_load_all(text) if one]
    find(documents, "Cluster")["spec"]["managementCluster"]["name"] = lab.name
    return documents


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    """A management cluster that is complete, and nothing of the workload cluster: an earlier one is deleted."""
    lab, home = Lab(), tmp_path_factory.mktemp("workload")
    made = lab.play("create_cluster", folder=home)
    assert made.code == 0, made.text
    documents = _documents(lab)
    arguments = ("-e", f"eksa_config_file={write(documents, home / 'cluster.yaml')}")
    if any(name.startswith(f"{NAME}-") for name in lab.machines()) or (lab.folder.parent / NAME).exists():
        assert lab.play("delete_cluster", *arguments, folder=home).code == 0
    api: t.Any = kubernetes
    core = api.client.CoreV1Api(api.config.new_client_from_config(str(lab.kubeconfig)))
    custom = api.client.CustomObjectsApi(core.api_client)
    return Ground(lab, documents, arguments, home, core, custom, _manager(lab, core, custom))


@pytest.fixture(scope="module")
def plan(ground: Ground) -> tuple[World, Run, World]:
    """The plan, with the world before and after it."""
    before = ground.lab.world()
    run = ground.play("create_cluster", "--check", "--diff", **NO_ENGINE)
    return before, run, ground.lab.world()


@pytest.fixture(scope="module")
def created(ground: Ground, plan: tuple[World, Run, World]) -> Run:
    """The creation."""
    return ground.play("create_cluster", **NO_ENGINE)


@pytest.fixture(scope="module")
def own(ground: Ground, created: Run) -> t.Any:
    """Kubernetes' own client on the workload cluster."""
    assert created.code == 0, created.text
    api: t.Any = kubernetes
    return api.client.CoreV1Api(api.config.new_client_from_config(str(ground.kubeconfig)))


@pytest.fixture(scope="module")
def again(ground: Ground, created: Run) -> Run:
    """The same command on the finished cluster."""
    return ground.play("create_cluster", **NO_ENGINE)


@pytest.fixture(scope="module")
def deleted(ground: Ground, again: Run) -> Run:
    """The deletion."""
    assert again.code == 0, again.text
    return ground.play("delete_cluster")


def test_the_plan_has_neither_bootstrap_cluster_nor_move(plan: tuple[World, Run, World]) -> None:
    before, run, after = plan
    assert run.code == 0, run.text
    assert run.recap()["changed"] == 1
    numbered = [line.strip().partition(". ")[2] for line in run.lines if re.match(r"\s+\d+\. ", line)]
    assert numbered == list(PHASES)
    assert sum(" CPU, " in line and "  template " in line for line in run.lines) == 2
    assert after == before


def test_the_documented_lines_in_order(ground: Ground, created: Run) -> None:
    assert created.code == 0, created.text
    machine_configs = sum(1 for one in ground.documents if one["kind"] == "VSphereMachineConfig")
    said = [line for line in created.lines if line in ALL]
    assert said == documented(machine_configs, managed=True)
    assert not OF_MANAGEMENT_CLUSTERS & set(created.lines)
    for name, figure in figures.of_timeline(created.timeline).items():
        figures.record(name.replace("create.", "create_workload."), figure["value"], unit=figure["unit"])


def test_no_bootstrap_cluster_was_there(created: Run) -> None:
    assert not any(name.startswith(f"{NAME}-eks-a-cluster") for name in containers())


def test_the_files_are_the_documented_ones(ground: Ground, created: Run) -> None:
    assert stat.S_IMODE(ground.kubeconfig.stat().st_mode) == 0o600
    names = [f"{NAME}-eks-a-cluster.kubeconfig", f"{NAME}-eks-a-cluster.yaml"]
    assert sorted(path.name for path in ground.folder.iterdir()) == names
    written = read(ground.folder / names[1])
    assert find(written, "Cluster")["spec"]["managementCluster"]["name"] == ground.lab.name
    assert ground.lab.password not in (ground.folder / names[1]).read_text(encoding="utf-8")


def test_the_management_cluster_holds_it_ready_and_described(ground: Ground, created: Run) -> None:
    cluster = ground.custom.get_namespaced_custom_object(*CORE_GROUP, "clusters", NAME)
    assert not cluster["spec"].get("paused")
    assert {one["type"]: one["status"] for one in cluster["status"]["conditions"]}["Available"] == "True"
    label = f"cluster.x-k8s.io/cluster-name={NAME}"
    machines = ground.custom.list_namespaced_custom_object(*CORE_GROUP, "machines", label_selector=label)["items"]
    assert [one["status"]["phase"] for one in machines] == ["Running", "Running"]
    (described,) = (one for one in ground.listed("clusters") if one["metadata"]["name"] == NAME)
    assert described["spec"]["managementCluster"]["name"] == ground.lab.name
    assert "anywhere.eks.amazonaws.com/paused" not in (described["metadata"].get("annotations") or {})
    names = {one["metadata"]["name"] for one in ground.listed("vspheremachineconfigs")}
    assert names >= {one["metadata"]["name"] for one in ground.documents if one["kind"] == "VSphereMachineConfig"}


def test_it_has_credentials_of_its_own(ground: Ground, created: Run) -> None:
    assert ground.core.read_namespaced_secret(f"{NAME}-vsphere-credentials", SYSTEM).data
    vsphere = ("infrastructure.cluster.x-k8s.io", "v1beta1", SYSTEM)
    cluster = ground.custom.get_namespaced_custom_object(*vsphere, "vsphereclusters", NAME)
    assert cluster["spec"]["identityRef"] == {"kind": "Secret", "name": f"{NAME}-vsphere-credentials"}


def test_nothing_that_manages_clusters_is_in_it(own: t.Any) -> None:
    extensions: t.Any = client.ApiextensionsV1Api(own.api_client)
    groups = {one.spec.group for one in extensions.list_custom_resource_definition().items}
    assert not [group for group in groups if group.endswith(("cluster.x-k8s.io", "eks.amazonaws.com"))]


def test_the_default_storage_class(own: t.Any) -> None:
    storage: t.Any = client.StorageV1Api(own.api_client)
    (one,) = storage.list_storage_class().items
    assert (one.metadata.name, one.provisioner) == ("standard", "csi.vsphere.vmware.com")
    assert one.metadata.annotations["storageclass.kubernetes.io/is-default-class"] == "true"


def test_pods_reach_each_other_and_a_service_by_name(own: t.Any) -> None:
    nodes = [node.metadata.name for node in own.list_node().items]
    assert len(nodes) == 2
    assert_pods_reach_each_other(own, nodes)


def test_the_run_left_nothing_behind(ground: Ground, created: Run) -> None:
    assert ground.lab.our_sessions() == 0
    assert ground.lab.password not in created.text
    assert ground.lab.password not in str(created.timeline)
    coordination: t.Any = client.CoordinationV1Api(ground.core.api_client)
    held = [one.metadata.name for one in coordination.list_namespaced_lease(lease.NAMESPACE).items]
    assert lease.object_name(NAME) not in held


def test_the_management_cluster_did_not_notice(ground: Ground, created: Run) -> None:
    assert ground.manager() == ground.before


def test_a_second_run_changes_nothing_and_asks_little(ground: Ground, again: Run) -> None:
    assert again.code == 0, again.text
    assert again.recap()["changed"] == again.recap()["failed"] == 0
    assert not [line for line in again.lines if line in ALL]
    assert len(again.timeline["tasks"]) <= RERUN_TASKS
    calls = sum(task["api_calls"] for task in again.timeline["tasks"])
    figures.record("create_workload.rerun_seconds", again.seconds, most=RERUN_SECONDS)
    figures.record("create_workload.rerun_api_calls", calls, unit="calls", most=RERUN_CALLS)
    assert again.cpu_seconds < RERUN_SECONDS
    assert 0 < calls <= RERUN_CALLS
    assert ground.lab.our_sessions() == 0


def test_the_management_cluster_is_not_deleted_while_it_manages_it(ground: Ground, again: Run) -> None:
    run = ground.lab.play("delete_cluster", "--check", folder=ground.home)
    assert [problem["code"] for problem in run.problems()] == ["delete.manages_others"]
    assert NAME in run.text


def test_its_deletion_says_what_it_does(deleted: Run) -> None:
    assert deleted.code == 0, deleted.text
    assert [line for line in deleted.lines if line in DELETION] == list(DELETION)
    figures.record("delete_workload.seconds", deleted.seconds)


def test_nothing_of_it_is_left(ground: Ground, deleted: Run) -> None:
    assert deleted.code == 0
    left = [*ground.mine(), *(name for name in containers() if name.startswith((f"{NAME}-", f"vcsim-{NAME}-")))]
    left += [str(ground.folder)] if ground.folder.exists() else []
    for plural in ("clusters", "vspheredatacenterconfigs", "vspheremachineconfigs"):
        left += [f"{plural} {one['metadata']['name']}" for one in ground.listed(plural) if _is_mine(one["metadata"])]
    for plural in ("clusters", "machines", "machinedeployments"):
        found = ground.custom.list_namespaced_custom_object(*CORE_GROUP, plural)["items"]
        left += [f"{plural} {one['metadata']['name']}" for one in found if _is_mine(one["metadata"])]
    secrets = [one.metadata.name for one in ground.core.list_namespaced_secret(SYSTEM).items]
    left += [f"Secret {name}" for name in secrets if name.startswith(f"{NAME}-")]
    assert left == []
    assert ground.lab.our_sessions() == 0
    figures.record("delete_workload.leftovers", len(left), unit="objects", most=0)


def test_the_management_cluster_is_as_it_was(ground: Ground, deleted: Run) -> None:
    assert ground.manager() == ground.before
    run = ground.lab.play("create_cluster", folder=ground.home)
    assert run.code == 0, run.text
    assert run.recap()["changed"] == 0


def _is_mine(metadata: dict[str, t.Any]) -> bool:
    return bool(re.match(rf"{re.escape(NAME)}(-|$)", metadata["name"]))
