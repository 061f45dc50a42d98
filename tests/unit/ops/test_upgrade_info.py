# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan of an upgrade for every kind of change: phases, machines, refusals, and what it costs to find nothing."""

from __future__ import annotations

import copy
import typing as t

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ops.upgrade_info_subject import Subject
from ansible_collections.eks.anywhere.plugins.module_utils._render.credentials import Credentials
from ansible_collections.eks.anywhere.tests.unit.config import samples
from ansible_collections.eks.anywhere.tests.unit.render.test_cluster import KEY, TEXTS

from .upgrade_worlds import MANAGER, NAME, NAMESPACE, ManagedWorld, Release, World, uuid_of

CP = [f"{NAME}-cp-{number}" for number in range(3)]
MD = [f"{NAME}-md-0-{number}" for number in range(2)]
END = ["eksa_objects", "config_file"]
PATCH = Release().eksd.replace("v1.34.3", "v1.34.4")
GROUP = {
    "name": "md-1",
    "count": 1,
    "machineGroupRef": {"kind": "VSphereMachineConfig", "name": NAME},
}
MOST_CALLS = 24
"""One for each kind of object; see the documentation of the module."""


def test_a_cluster_as_its_config_says_costs_little() -> None:
    world = World()
    found = world.info(check_mode=True)
    assert found.data["remaining"] == []
    assert found.data["finished"]
    assert not found.changed
    assert world.report.lines == [f"Cluster {NAME} is as its config says: nothing to do"]
    assert found.data["api_calls"] <= MOST_CALLS
    assert world.kube.log == []


ROWS: tuple[tuple[dict[str, t.Any], list[str], list[str], str], ...] = (
    (
        {f"VSphereMachineConfig/{NAME}-cp:numCPUs": 4},
        ["control_plane", "pruned", *END],
        CP,
        "VSphereMachineTemplate.spec.numCPUs 2 -> 4",
    ),
    (
        {f"VSphereMachineConfig/{NAME}:memoryMiB": 8192},
        ["workers", "pruned", *END],
        MD,
        "VSphereMachineTemplate.spec.memoryMiB 4096 -> 8192",
    ),
    (
        {"workerNodeGroupConfigurations.0.labels": {"a": "b"}},
        ["workers", "pruned", *END],
        MD,
        "KubeadmConfigTemplate.spec.joinConfiguration.nodeRegistration.kubeletExtraArgs[node-labels]",
    ),
    ({"controlPlaneConfiguration.certSans": ["x.test"]}, ["control_plane", *END], CP, "certSANs"),
    ({"workerNodeGroupConfigurations.0.count": 3}, ["workers", *END], [], ""),
    ({"workerNodeGroupConfigurations.1": GROUP}, ["workers", *END], [], ""),
    ({"machineHealthCheck": {"nodeStartupTimeout": "20m0s"}}, ["control_plane", "workers", *END], [], ""),
)


@pytest.mark.parametrize(("edits", "remaining", "machines", "reason"), ROWS, ids=lambda value: str(value)[:40])
def test_what_a_change_of_the_config_does(
    edits: dict[str, t.Any], remaining: list[str], machines: list[str], reason: str
) -> None:
    world = World()
    data = world.info(edits).data
    assert data["remaining"] == remaining
    assert [one["machine"] for one in data["machines_replaced"]] == machines
    assert all(any(reason in said for said in one["reasons"]) for one in data["machines_replaced"])
    assert [one["uuid"] for one in data["machines_replaced"]] == [uuid_of(name) for name in machines]
    assert {one["vm"] for one in data["machines_replaced"]} == {f"{name}-vm" for name in machines}
    assert data["machines_kept"] == sorted({*CP, *MD} - set(machines))
    assert world.kube.log == []


def test_a_new_patch_of_kubernetes_rolls_everybody() -> None:
    world = World()
    data = world.info(release=Release(eksd=PATCH), check_mode=True).data
    assert data["remaining"] == ["control_plane", "workers"]
    assert [one["machine"] for one in data["machines_replaced"]] == [*CP, *MD]
    assert data["no_return"] == "control_plane"
    assert data["components"][0]["name"] == "Kubernetes"
    assert data["surge"] == {"vms": 1, "cpus": 4, "memory_mib": 8192, "disk_gib": 40, "addresses": 1}
    shown = "\n".join(world.report.lines)
    assert "Kubernetes v1.34.3-eks-1-34-9 -> v1.34.4-eks-1-34-9" in shown
    assert f"VM {CP[0]}-vm ({uuid_of(CP[0])})" in shown
    assert "no way back once control_plane has begun" in shown


def test_components_have_phases_of_their_own() -> None:
    release = Release(cilium="v1.19.5-1", eksa="v0.26.1").newer("version: v1.15.2", "version: v1.15.3")
    data = World().info(release=release).data
    assert data["remaining"] == ["providers", "networking", "eksa_components", "eksa_objects"]
    assert data["components"] == [
        {"name": "infrastructure-vsphere", "from": "v1.15.2", "to": "v1.15.3"},
        {"name": "cilium", "from": "v1.19.4-1", "to": "v1.19.5-1"},
    ]
    assert data["machines_replaced"] == []
    assert data["no_return"] == "providers"


def test_settings_of_the_network_that_drifted_are_seen() -> None:
    world = World()
    world.kube.merge(
        api_version="v1",
        kind="ConfigMap",
        name="cilium-config",
        namespace="kube-system",
        patch={"data": {"routing-mode": "native"}},
    )
    data = world.info().data
    assert data["remaining"] == ["networking"]
    assert data["objects_changed"] == ["ConfigMap kube-system/cilium-config"]


def test_a_field_that_was_applied_and_is_no_longer_rendered_is_seen() -> None:
    world = World()
    owned = {"f:data": {"f:routing-mode": {}, "f:debug": {}}}
    entry = {"manager": "eks-a-cli", "operation": "Apply", "apiVersion": "v1", "fieldsV1": owned}
    metadata = {"name": "cilium-config", "namespace": "kube-system", "managedFields": [entry]}
    data = {"routing-mode": "tunnel", "debug": "true"}
    world.kube.seed({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data})
    calls = world.info().data["api_calls"]
    # The fake merges and so keeps the field; that the server is asked is what counts.
    assert calls == World().info().data["api_calls"] + 2


def test_a_group_that_the_config_no_longer_has_goes_with_its_machines() -> None:
    world = World(text=with_second_group())
    world.kube.seed(machine_of_second_group())
    data = world.info({"workerNodeGroupConfigurations": ...} | {"workerNodeGroupConfigurations": [FIRST_GROUP]}).data
    assert data["remaining"] == ["pruned", *END]
    assert data["groups_removed"] == ["md-1"]
    assert [one["machine"] for one in data["machines_removed"]] == [f"{NAME}-md-1-0"]
    assert {(one["kind"], one["name"]) for one in data["leftovers"]} == {
        ("MachineDeployment", f"{NAME}-md-1"),
        ("MachineHealthCheck", f"{NAME}-md-1-worker-unhealthy"),
        ("KubeadmConfigTemplate", f"{NAME}-md-1-1"),
        ("VSphereMachineTemplate", f"{NAME}-md-1-1"),
    }


FIRST_GROUP = {**GROUP, "name": "md-0", "count": 2}


def with_second_group() -> str:
    return samples.edited(samples.assign("workerNodeGroupConfigurations.1", GROUP))


def machine_of_second_group() -> dict[str, t.Any]:
    labels = {
        "cluster.x-k8s.io/cluster-name": NAME,
        "cluster.x-k8s.io/deployment-name": f"{NAME}-md-1",
    }
    metadata = {"name": f"{NAME}-md-1-0", "namespace": NAMESPACE, "labels": labels}
    return {"apiVersion": "cluster.x-k8s.io/v1beta2", "kind": "Machine", "metadata": metadata, "spec": {}, "status": {}}


def test_a_roll_that_was_cut_goes_on() -> None:
    """The objects are applied; what the controllers have not replaced yet is still to be replaced."""
    world = World()
    old = {"type": "UpToDate", "status": "False", "message": "* Version v1.34.2, v1.34.3 required"}
    world.machine("workers/md-0", 1, conditions=[{"type": "Ready", "status": "True"}, old])
    data = world.info().data
    assert data["remaining"] == ["workers"]
    assert data["groups"] == ["md-0"]
    assert [(one["machine"], one["reasons"]) for one in data["machines_replaced"]] == [
        (MD[1], ["Version v1.34.2, v1.34.3 required"])
    ]


@pytest.mark.parametrize(
    ("annotation", "said"),
    [
        ("cluster.x-k8s.io/paused", "it is paused while etcd changes"),
        ("etcdcluster.cluster.x-k8s.io/upgrading", "its members are being replaced"),
    ],
)
def test_a_part_that_is_held_is_not_at_rest(annotation: str, said: str) -> None:
    world = World()
    there = world.kube.objects["controlplane.cluster.x-k8s.io", "KubeadmControlPlane", NAMESPACE, NAME]
    there["metadata"]["annotations"] = {annotation: "true"}
    phases = {phase["name"]: phase["detail"] for phase in world.info().data["phases"] if not phase["done"]}
    assert phases == {"control_plane": said}


def test_machines_on_their_way_are_waited_for() -> None:
    world = World()
    name = world.machine("workers/md-0", 2, phase="Provisioning", conditions=[])
    data = world.info().data
    assert data["remaining"] == ["workers"]
    assert data["machines_replaced"] == []
    assert name in data["machines_kept"]


def refused(world: World, edits: dict[str, t.Any], **more: t.Any) -> EksaError:
    with pytest.raises(EksaError) as raised:
        world.info(edits, **more)
    assert world.kube.log == []
    return raised.value


def test_an_immutable_field_is_refused() -> None:
    error = refused(World(), {"controlPlaneConfiguration.endpoint.host": "198.18.0.99"})
    assert error.code == "upgrade.field_refused"
    assert "endpoint" in error.message


def test_everything_that_is_wrong_is_said_at_once() -> None:
    world = World()
    world.machine("workers/md-0", 0, conditions=[{"type": "Ready", "status": "False"}])
    older = Release(eksd=PATCH).newer("cliMaxVersion: v0.26.0", "cliMaxVersion: v0.25.0")
    error = refused(world, {"controlPlaneConfiguration.endpoint.host": "198.18.0.99"}, release=older)
    assert error.code == "upgrade.refused"
    codes = {found["code"] for found in error.details["findings"]}
    assert codes >= {"upgrade.field_refused", "upgrade.release_older", "upgrade.not_ready"}


def test_a_minor_version_cannot_be_taken_back() -> None:
    error = refused(World(), {"kubernetesVersion": "1.30"}, release=with_old_kubernetes())
    codes = {found["code"] for found in error.details["findings"]}
    assert "upgrade.kubernetes_skew" in codes


def with_old_kubernetes() -> Release:
    class Both(Release):
        @property
        def artifacts(self) -> t.Any:
            found = super().artifacts
            found.texts["releases/kubernetes-1-30-eks-4.yaml"] = TEXTS["kubernetes-1-30-eks-4.yaml"]
            return found

    return Both()


@pytest.mark.parametrize(
    ("lacking", "code"),
    [
        (("cluster.x-k8s.io", "Cluster", NAMESPACE, NAME), "upgrade.not_created"),
        (("anywhere.eks.amazonaws.com", "Cluster", "default", NAME), "upgrade.not_created"),
    ],
)
def test_a_cluster_that_is_not_whole_is_created_first(lacking: tuple[str, str, str, str], code: str) -> None:
    world = World()
    del world.kube.objects[lacking]
    assert refused(world, {}).code == code


def test_a_paused_cluster_is_somebody_elses() -> None:
    world = World()
    world.kube.objects["cluster.x-k8s.io", "Cluster", NAMESPACE, NAME]["spec"]["paused"] = True
    assert refused(world, {}).code == "upgrade.paused"


def test_objects_left_paused_by_a_cut_run_are_no_refusal() -> None:
    world = World()
    there = world.kube.objects["anywhere.eks.amazonaws.com", "Cluster", "default", NAME]
    there["metadata"]["annotations"] = {"anywhere.eks.amazonaws.com/paused": "true"}
    assert world.info().data["finished"]


def test_without_a_kubeconfig_nobody_can_be_asked() -> None:
    world = World()
    world.files.files.clear()
    assert refused(world, {}).code == "upgrade.no_kubeconfig"


def test_templates_are_looked_at_only_when_they_change() -> None:
    """The live template says what an earlier look at vCenter found; a new one has to be looked at."""
    world = World()
    live = world.kube.objects["infrastructure.cluster.x-k8s.io", "VSphereMachineTemplate", NAMESPACE, f"{NAME}-md-0-1"]
    live["spec"]["template"]["spec"] |= {"cloneMode": "linkedClone", "diskGiB": 60, "template": "/DC0/vm/found"}
    assert world.info().data["finished"]
    data = world.info({f"VSphereMachineConfig/{NAME}:template": "/DC0/vm/new"}).data
    assert data["templates_unseen"] == ["/DC0/vm/new"]
    assert [one["machine"] for one in data["machines_replaced"]] == MD


def test_a_template_that_a_cut_run_has_made_is_the_one_that_is_wanted() -> None:
    """The vendor's objects are written last, so they still say what was; how machines are cloned only vCenter knew."""
    calls = set()
    for owned in ({"f:memoryMiB": {}}, {"f:memoryMiB": {}, "f:cloneMode": {}}):
        world = World()
        key = ("infrastructure.cluster.x-k8s.io", "VSphereMachineTemplate", NAMESPACE, f"{NAME}-md-0-1")
        live = world.kube.objects[key]
        live["spec"]["template"]["spec"] |= {"cloneMode": "linkedClone", "memoryMiB": 9216}
        entry = {"manager": "eks-a-cli", "operation": "Apply", "apiVersion": live["apiVersion"]}
        entry["fieldsV1"] = {"f:spec": {"f:template": {"f:spec": owned}}}
        live["metadata"]["managedFields"] = [entry]
        data = world.info({f"VSphereMachineConfig/{NAME}:memoryMiB": 9216}).data
        assert data["machines_replaced"] == []
        assert data["remaining"] == ["eksa_objects", "config_file"]
        calls.add(data["api_calls"])
    # A server would refuse to have the field taken away, so it must not be asked.
    assert len(calls) == 1


def test_a_template_that_nothing_refers_to_yet_is_not_asked_to_say_less() -> None:
    """A run was cut between a group's new template and the group."""
    calls = set()
    for owned in ({"f:memoryMiB": {}}, {"f:memoryMiB": {}, "f:cloneMode": {}}):
        world = World()
        kind = ("infrastructure.cluster.x-k8s.io", "VSphereMachineTemplate", NAMESPACE)
        made = copy.deepcopy(world.kube.objects[(*kind, f"{NAME}-md-0-1")])
        made["metadata"]["name"] = f"{NAME}-md-0-2"
        made["spec"]["template"]["spec"] |= {"cloneMode": "linkedClone", "memoryMiB": 9216}
        entry = {"manager": "eks-a-cli", "operation": "Apply", "apiVersion": made["apiVersion"]}
        made["metadata"]["managedFields"] = [{**entry, "fieldsV1": {"f:spec": {"f:template": {"f:spec": owned}}}}]
        world.kube.seed(made)
        data = world.info({f"VSphereMachineConfig/{NAME}:memoryMiB": 9216}).data
        assert [one["machine"] for one in data["machines_replaced"]] == MD
        assert f"VSphereMachineTemplate {NAMESPACE}/{NAME}-md-0-2" not in data["objects_changed"]
        calls.add(data["api_calls"])
    # A server would refuse to have the field taken away, so it must not be asked.
    assert len(calls) == 1


def test_a_backup_is_made_once_for_each_upgrade() -> None:
    world = World()
    edits = {f"VSphereMachineConfig/{NAME}-cp:numCPUs": 4}
    assert "backup" not in world.info(backup_dir="/backup").data["remaining"]
    data = world.info(edits, backup_dir="/backup").data
    assert data["remaining"][0] == "backup"
    world.files.files[f"{data['backup_file']}.json"] = "{}"
    again = world.info(edits, backup_dir="/backup").data
    assert again["remaining"][0] == "control_plane"
    assert again["backup_file"] == data["backup_file"]


PLAN = "/plans/w01.yaml"
CHANGE = {f"VSphereMachineConfig/{NAME}-cp:numCPUs": 4}


def test_a_plan_holds_as_long_as_the_world_is_the_same() -> None:
    world = World()
    world.info(CHANGE, write_plan=PLAN)
    assert world.info(CHANGE, plan_file=PLAN).data["remaining"]


def machine_replaced(world: World) -> None:
    del world.kube.objects["cluster.x-k8s.io", "Machine", NAMESPACE, MD[0]]
    world.machine("workers/md-0", 7)


def scaled(world: World) -> None:
    world.kube.objects["cluster.x-k8s.io", "MachineDeployment", NAMESPACE, f"{NAME}-md-0"]["spec"]["replicas"] = 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (machine_replaced, f"Machine {NAMESPACE}/{MD[0]} is gone"),
        (scaled, f"MachineDeployment {NAMESPACE}/{NAME}-md-0 changed"),
    ],
)
def test_a_plan_made_for_another_state_is_refused(change: t.Callable[[World], None], said: str) -> None:
    world = World()
    world.info(CHANGE, write_plan=PLAN)
    change(world)
    error = refused(world, CHANGE, plan_file=PLAN)
    assert error.code == "upgrade.plan_outdated"
    assert said in error.message
    assert said in error.details["changed"]


def test_a_plan_made_for_another_wish_is_refused() -> None:
    world = World()
    world.info(CHANGE, write_plan=PLAN)
    error = refused(world, {f"VSphereMachineConfig/{NAME}-cp:numCPUs": 8}, plan_file=PLAN)
    assert error.code == "upgrade.plan_outdated"
    assert any("VSphereMachineTemplate" in change for change in error.details["changed"])


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (None, "input.not_found"),
        ("a: [", "upgrade.plan_invalid"),
        ("kind: Pod", "upgrade.plan_invalid"),
        ("kind: eks.anywhere upgrade plan\ncluster: other", "upgrade.plan_foreign"),
    ],
)
def test_what_is_no_plan_of_this_cluster_is_refused(text: str | None, code: str) -> None:
    world = World()
    if text is not None:
        world.files.files[PLAN] = text
    assert refused(world, CHANGE, plan_file=PLAN).code == code


def test_a_finished_upgrade_needs_no_plan() -> None:
    assert World().info(plan_file=PLAN).data["finished"]


def test_a_plan_holds_no_secret() -> None:
    world = World()
    world.info(CHANGE, write_plan=PLAN)
    assert "not-a-secret" not in world.files.files[PLAN]
    assert "bm90LWEtc2VjcmV0" not in world.files.files[PLAN]
    assert isinstance(world.subject(), Subject)
    assert "not-a-secret" not in repr(world.subject())


def test_without_credentials_secrets_are_left_alone() -> None:
    world = World()
    other = Credentials(username="operator", password="another", ssh_authorized_key=KEY)
    assert world.info(credentials=other).data["remaining"] == ["cluster_objects"]
    assert world.info(credentials=Credentials(username="", password="", ssh_authorized_key=KEY)).data["finished"]


def test_pods_in_the_way_are_named() -> None:
    world = World()
    owner = {"kind": "StatefulSet", "name": "db", "uid": "db", "controller": True}
    for number, node in enumerate(MD):
        metadata = {"name": f"db-{number}", "namespace": "shop", "labels": {"app": "db"}, "ownerReferences": [owner]}
        status = {"conditions": [{"type": "Ready", "status": "True"}]}
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": {"nodeName": node}, "status": status}
        world.kube.seed(pod)
    budget = {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": {"name": "db", "namespace": "shop"},
        "spec": {"selector": {"matchLabels": {"app": "db"}}},
        "status": {"disruptionsAllowed": 0, "currentHealthy": 2, "desiredHealthy": 2, "expectedPods": 2},
    }
    world.kube.seed(budget)
    data = world.info({f"VSphereMachineConfig/{NAME}:numCPUs": 8}, check_mode=True).data
    assert [(one["pod"], one["node"], one["blocks"]) for one in data["blockers"]] == [
        ("db-0", MD[0], True),
        ("db-1", MD[1], True),
    ]
    assert any(
        "PodDisruptionBudget shop/db: allows no disruption: it wants 2 of 2" in one for one in world.report.lines
    )
    assert world.info(CHANGE).data["blockers"] == []


def test_a_managed_cluster_as_its_config_says_costs_one_request_more() -> None:
    world = ManagedWorld()
    found = world.info()
    assert found.data["finished"]
    assert found.data["manager_kubeconfig"] == MANAGER
    assert found.data["api_calls"] <= MOST_CALLS + 1


def test_a_managed_cluster_rolls_and_leaves_the_components_of_its_manager_alone() -> None:
    world = ManagedWorld()
    release = Release(eksd=PATCH, cilium="v1.19.5-1").newer("version: v1.15.2", "version: v1.15.3")
    data = world.info(release=release).data
    assert data["remaining"] == ["networking", "control_plane", "workers", "eksa_objects"]
    assert [one["machine"] for one in data["machines_replaced"]] == [*CP, *MD]
    assert not [one for one in data["components"] if one["name"].startswith("infrastructure")]
    assert world.kube.log == world.own.log == []


def test_a_managed_cluster_is_not_upgraded_beyond_its_manager() -> None:
    world = ManagedWorld()
    world.manager("v0.24.9")
    error = refused(world, {})
    assert error.code == "upgrade.manager_older"
    assert "of the management cluster mgmt" in error.message
