# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Create a cluster on the lab: the plan, the documented lines, what is there afterwards, a re-run that does nothing."""

from __future__ import annotations

import stat
import typing as t

import yaml
from kubernetes import client

from ansible_collections.eks.anywhere.tests.e2e.conftest import Plan, Site
from ansible_collections.eks.anywhere.tests.e2e.documented_lines import ALL, documented
from ansible_collections.eks.anywhere.tests.e2e.network import assert_pods_reach_each_other
from ansible_collections.eks.anywhere.tests.labkit import Run, containers, find
from ansible_collections.eks.anywhere.tests.tools import figures

SYSTEM = "eksa-system"
CORE_GROUP = ("cluster.x-k8s.io", "v1beta2", SYSTEM)
APPLY_SECONDS, RERUN_SECONDS, RERUN_CALLS = 1.5, 5, 6


def test_the_plan_names_phases_machines_and_objects(site: Site, plan: Plan) -> None:
    assert plan.run.code == 0, plan.run.text
    machines = [one for one in site.documents if one["kind"] == "VSphereMachineConfig"]
    for machine in machines:
        spec = machine["spec"]
        template = spec["template"].rpartition("/")[2]
        assert any(template in line and spec["datastore"].rpartition("/")[2] in line for line in plan.run.lines)
    assert sum(" CPU, " in line and "  template " in line for line in plan.run.lines) == site.shape.machines
    for word in ("bootstrap", "networking", "moved", "KubeadmControlPlane", "MachineDeployment", "VSphereCluster"):
        assert word in plan.run.text, f"the plan does not name {word}"
    assert "Creating new bootstrap cluster" not in plan.run.lines


def test_the_plan_changes_nothing_and_says_that_a_run_would(plan: Plan) -> None:
    assert plan.after == plan.before
    assert plan.run.recap()["changed"] == 1


def test_the_documented_lines_in_order(site: Site, created: Run) -> None:
    assert created.code == 0, created.text
    machine_configs = sum(1 for one in site.documents if one["kind"] == "VSphereMachineConfig")
    assert [line for line in created.lines if line in ALL] == documented(machine_configs)


def test_figures(site: Site, created: Run) -> None:
    assert created.code == 0
    suffix = site.shape.suffix
    for name, figure in figures.of_timeline(created.timeline).items():
        figures.record(name.replace("create.", f"create{suffix}."), figure["value"], unit=figure["unit"])
    (apply,) = (
        one for one in created.timeline["tasks"] if one["phase"] == "workload" and "capi_apply" in one["action"]
    )
    figures.record(f"apply{suffix}.objects_seconds", apply["seconds"], most=APPLY_SECONDS)
    figures.record(f"create{suffix}.peak_memory_mib", created.peak_mib, unit="MiB")


def test_the_kubeconfig_is_the_owners_alone(site: Site, created: Run) -> None:
    assert stat.S_IMODE(site.lab.kubeconfig.stat().st_mode) == 0o600
    leftovers = sorted(path.name for path in site.lab.folder.iterdir())
    assert leftovers == [f"{site.lab.name}-eks-a-cluster.kubeconfig", f"{site.lab.name}-eks-a-cluster.yaml"]


def test_the_written_config_is_the_cluster(site: Site, created: Run) -> None:
    text = (site.lab.folder / f"{site.lab.name}-eks-a-cluster.yaml").read_text(encoding="utf-8")
    written = [one for one in yaml.safe_load_all(text) if one]
    assert {one["kind"] for one in written} >= {one["kind"] for one in site.documents}
    assert find(written, "Cluster")["spec"]["controlPlaneConfiguration"]["count"] == site.shape.control_plane
    assert site.lab.password not in text


def test_all_machines_run(site: Site, custom: t.Any) -> None:
    machines = custom.list_namespaced_custom_object(*CORE_GROUP, "machines")["items"]
    assert len(machines) == site.shape.machines
    assert {one["status"]["phase"] for one in machines} == {"Running"}
    assert sum(bool(one["status"].get("nodeRef", {}).get("name")) for one in machines) == site.shape.nodes


def test_the_cluster_manages_itself_and_is_not_paused(site: Site, custom: t.Any) -> None:
    (cluster,) = custom.list_namespaced_custom_object(*CORE_GROUP, "clusters")["items"]
    assert not cluster["spec"].get("paused")
    assert conditions(cluster)["Available"] == "True"
    wanted = [("clusters", "Cluster"), ("vspheredatacenterconfigs", "VSphereDatacenterConfig")]
    for plural, kind in wanted:
        listed = custom.list_cluster_custom_object("anywhere.eks.amazonaws.com", "v1alpha1", plural)["items"]
        assert [one["kind"] for one in listed] == [kind]
        assert "anywhere.eks.amazonaws.com/paused" not in (listed[0]["metadata"].get("annotations") or {})


def test_the_default_storage_class(site: Site, created: Run, core: t.Any) -> None:
    storage: t.Any = client.StorageV1Api(core.api_client)
    (one,) = storage.list_storage_class().items
    assert (one.metadata.name, one.provisioner) == ("standard", "csi.vsphere.vmware.com")
    assert one.metadata.annotations["storageclass.kubernetes.io/is-default-class"] == "true"


def test_pods_reach_each_other_and_a_service_by_name(site: Site, core: t.Any) -> None:
    nodes = [node.metadata.name for node in core.list_node().items]
    assert len(nodes) == site.shape.nodes
    assert_pods_reach_each_other(core, nodes)


def test_nothing_is_left_behind(site: Site, created: Run) -> None:
    assert not any(name.startswith(f"{site.lab.name}-eks-a-cluster-") for name in containers())
    assert site.lab.our_sessions() == 0


def test_no_secret_was_printed_or_recorded(site: Site, created: Run) -> None:
    assert site.lab.password not in created.text
    assert site.lab.password not in str(created.timeline)


def test_a_second_run_changes_nothing(site: Site, again: Run) -> None:
    assert again.code == 0, again.text
    assert again.recap()["changed"] == 0
    assert again.recap()["failed"] == 0
    assert not [line for line in again.lines if line in ALL]
    assert len(again.timeline["tasks"]) <= 12
    assert not any(name.startswith(f"{site.lab.name}-eks-a-cluster-") for name in containers())
    assert site.lab.our_sessions() == 0


def test_a_second_run_is_quick(site: Site, again: Run) -> None:
    calls = sum(task["api_calls"] for task in again.timeline["tasks"])
    figures.record(f"create{site.shape.suffix}.rerun_seconds", again.seconds, most=RERUN_SECONDS)
    figures.record(f"create{site.shape.suffix}.rerun_api_calls", calls, unit="calls", most=RERUN_CALLS)
    figures.record(f"create{site.shape.suffix}.rerun_cpu_seconds", again.cpu_seconds, most=RERUN_SECONDS)
    # The clock on the wall measures what else the machine does, too: it is a figure with a bar, and no test's verdict.
    assert again.cpu_seconds < RERUN_SECONDS
    assert 0 < calls <= RERUN_CALLS


def conditions(obj: dict[str, t.Any]) -> dict[str, str]:
    """Status of each condition of an object."""
    return {one["type"]: one["status"] for one in obj["status"]["conditions"]}
