# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cluster whose etcd has machines of its own: what test_create.py cannot ask of every cluster."""

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.eks.anywhere.tests.e2e.conftest import Site
from ansible_collections.eks.anywhere.tests.labkit import Run, inside

SYSTEM = "eksa-system"
MEMBER_LABEL = "cluster.x-k8s.io/etcd-cluster"

pytestmark = pytest.mark.only_etcd


@pytest.fixture
def members(custom: t.Any) -> dict[str, str]:
    """Address of etcd on each of its machines, by the machine's name."""
    machines = custom.list_namespaced_custom_object(
        "cluster.x-k8s.io", "v1beta2", SYSTEM, "machines", label_selector=MEMBER_LABEL
    )["items"]
    return {one["metadata"]["name"]: f"https://{_address(one)}:2379" for one in machines}


def test_etcd_was_waited_for_before_the_control_plane(site: Site, created: Run) -> None:
    assert created.code == 0, created.text
    said = [line.split(":", 1)[0].strip() for line in created.lines if " members healthy " in line or "/1 up " in line]
    assert said == sorted(said, key=("etcd", "control plane").index)
    assert f"  etcd: {site.shape.etcd}/{site.shape.etcd} members healthy" in created.text


def test_every_member_is_healthy_and_knows_the_others(site: Site, members: dict[str, str]) -> None:
    assert len(members) == site.shape.etcd
    for machine, address in members.items():
        listed = json.loads(inside(machine, "etcdctl.sh", "member", "list", "-w", "json"))["members"]
        assert {one["name"]: one["clientURLs"] for one in listed} == {name: [url] for name, url in members.items()}
        health = json.loads(inside(machine, "etcdctl.sh", "endpoint", "health", "--cluster", "-w", "json"))
        assert {one["endpoint"]: one["health"] for one in health} == dict.fromkeys(members.values(), True), address


def test_the_state_of_the_cluster_is_in_that_etcd(members: dict[str, str]) -> None:
    key = f"/registry/namespaces/{SYSTEM}"
    machine = next(iter(members))
    assert inside(machine, "etcdctl.sh", "get", key, "--keys-only").split() == [key]


def test_the_control_plane_uses_it_and_runs_none_itself(core: t.Any, custom: t.Any, members: dict[str, str]) -> None:
    addresses = sorted(members.values())
    (plane,) = custom.list_namespaced_custom_object(
        "controlplane.cluster.x-k8s.io", "v1beta2", SYSTEM, "kubeadmcontrolplanes"
    )["items"]
    etcd = plane["spec"]["kubeadmConfigSpec"]["clusterConfiguration"]["etcd"]
    assert set(etcd) == {"external"}
    assert etcd["external"]["endpoints"] == addresses
    pods = core.list_namespaced_pod("kube-system", label_selector="tier=control-plane").items
    parts = {pod.metadata.labels["component"]: pod for pod in pods}
    assert "etcd" not in parts
    assert f"--etcd-servers={','.join(addresses)}" in parts["kube-apiserver"].spec.containers[0].command


def test_members_are_no_nodes(core: t.Any, members: dict[str, str]) -> None:
    assert not members.keys() & {node.metadata.name for node in core.list_node().items}


def test_the_cluster_looks_after_its_etcd_itself(site: Site, custom: t.Any, members: dict[str, str]) -> None:
    """A move takes no status along: what is said here was found out by the controllers in the cluster."""
    (etcd,) = custom.list_namespaced_custom_object(
        "etcdcluster.cluster.x-k8s.io", "v1beta1", SYSTEM, "etcdadmclusters"
    )["items"]
    status = etcd["status"]
    assert status["observedGeneration"] == etcd["metadata"]["generation"]
    assert (status["ready"], status["replicas"]) == (True, site.shape.etcd)
    assert status["endpoints"] == ",".join(sorted(members.values()))
    configs = custom.list_namespaced_custom_object("bootstrap.cluster.x-k8s.io", "v1beta1", SYSTEM, "etcdadmconfigs")[
        "items"
    ]
    assert [one["status"]["ready"] for one in configs] == [True] * site.shape.etcd
    (plane,) = custom.list_namespaced_custom_object(
        "controlplane.cluster.x-k8s.io", "v1beta2", SYSTEM, "kubeadmcontrolplanes"
    )["items"]
    # Cluster API pauses the control plane for as long as an external etcd is not ready.
    assert "cluster.x-k8s.io/paused" not in plane["metadata"].get("annotations", {})


def _address(machine: dict[str, t.Any]) -> str:
    return next(str(one["address"]) for one in machine["status"]["addresses"] if one["type"] == "ExternalIP")
