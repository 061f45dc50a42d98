# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Defaults, the model, and what is not supported yet."""

from __future__ import annotations

import typing as t

import pytest
import yaml

from ansible_collections.eks.anywhere.plugins.module_utils._config import (
    defaults,
    durations,
    reading,
    ssh,
    support,
    versions,
)
from ansible_collections.eks.anywhere.plugins.module_utils._config.cluster import load, read
from ansible_collections.eks.anywhere.plugins.module_utils._config.model import Autoscaling, HealthCheck, Rollout, Taint
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError

from . import samples


def test_the_least_config_gets_every_default() -> None:
    config = load(samples.STACKED)
    assert (config.name, config.namespace, config.provider) == ("w01", "default", "vsphere")
    assert (config.kubernetes_version, config.endpoint, config.self_managed) == ("1.34", "198.18.0.10", True)
    assert config.datacenter is not None
    assert config.datacenter.network == "/DC0/network/VM Network"
    assert config.control_plane.taints is None
    assert config.health_check == HealthCheck("10m0s", "5m0s", "100%")
    assert config.control_plane.health_check.max_unhealthy == "100%"
    assert config.workers[0].health_check.max_unhealthy == "40%"
    assert config.workers[0].kubernetes_version == "1.34"
    assert config.cilium is not None
    machine = config.workers[0].machine
    assert machine is not None
    assert (machine.users[0].name, machine.users[0].ssh_authorized_keys) == ("capv", ("",))
    assert [machine.name for machine in config.machines] == ["w01-cp", "w01"]
    assert config.documents[0]["kind"] == "Cluster"
    assert {document["metadata"]["namespace"] for document in config.documents} == {"default"}


def test_every_field_of_the_full_config_arrives() -> None:
    config = load(samples.FULL, environ=samples.SWITCHES)
    control_plane, (general, batch) = config.control_plane, config.workers
    assert control_plane.taints == (
        Taint("dedicated", "control", "NoExecute"),
        Taint("node-role.kubernetes.io/control-plane", "", "NoSchedule"),
    )
    assert control_plane.rollout == Rollout("RollingUpdate", 0, 0)
    assert general.rollout == Rollout("RollingUpdate", 2, 1)
    assert (batch.count, batch.autoscaling) == (1, Autoscaling(1, 5))
    assert batch.health_check == HealthCheck("20m", None, 2)
    assert config.external_etcd is not None
    assert config.external_etcd.count == 3
    assert config.datacenter is not None
    assert (config.datacenter.thumbprint, config.datacenter.failure_domains[0].compute_cluster) == ("", "C0")
    assert config.registry_mirror is not None
    assert (config.registry_mirror.port, config.registry_mirror.namespaces[0]) == ("5000", ("public.ecr.aws", "core"))
    assert config.etcd_encryption[0]["providers"][0]["kms"]["timeout"] == "3s"
    assert (config.node_cidr_mask_size, config.resolv_conf) == (26, "/etc/resolv.other")
    assert config.oidc is not None
    assert config.aws_iam is not None
    assert config.aws_iam["partition"] == "aws"


@pytest.mark.parametrize("text", [samples.STACKED, samples.FULL])
def test_defaulting_twice_changes_nothing(text: str) -> None:
    once = load(text, environ=samples.SWITCHES).documents
    again = load(yaml.safe_dump_all(once), environ=samples.SWITCHES).documents
    assert again == once


@pytest.mark.parametrize(
    ("path", "value", "field", "expected"),
    [
        ("VSphereMachineConfig/w01:memoryMiB", 0, "memoryMiB", 8192),
        ("VSphereMachineConfig/w01:memoryMiB", 1024, "memoryMiB", 2048),
        ("VSphereMachineConfig/w01:numCPUs", 0, "numCPUs", 2),
        ("VSphereMachineConfig/w01:osFamily", ..., "osFamily", "bottlerocket"),
        ("VSphereMachineConfig/w01:osFamily", ..., "users", [{"name": "ec2-user", "sshAuthorizedKeys": [""]}]),
        ("VSphereMachineConfig/w01:folder", ..., "folder", ""),
    ],
)
def test_machine_defaults(path: str, value: t.Any, field: str, expected: t.Any) -> None:
    sources, _found = reading.read(samples.edited(samples.assign(path, value)))
    defaults.apply(sources, {})
    machine = next(source for source in sources if (source.kind, source.name) == ("VSphereMachineConfig", "w01"))
    assert machine.spec[field] == expected


@pytest.mark.parametrize(
    ("group", "name", "count"),
    [
        ({}, "md-0", 1),
        ({"count": 0}, "md-0", 0),
        ({"name": "x", "autoscalingConfiguration": {"minCount": 2, "maxCount": 4}}, "x", 2),
    ],
)
def test_worker_defaults(group: dict[str, t.Any], name: str, count: int) -> None:
    ref = {"kind": "VSphereMachineConfig", "name": "w01"}
    text = samples.edited(samples.assign("workerNodeGroupConfigurations.0", {**group, "machineGroupRef": ref}))
    worker = load(text).workers[0]
    assert (worker.name, worker.count) == (name, count)


def test_deprecated_cni_is_converted() -> None:
    text = samples.edited(samples.assign("clusterNetwork.cniConfig", ...))
    converted = samples.edited(samples.assign("clusterNetwork.cni", "cilium"), text)
    assert load(converted).documents[0]["spec"]["clusterNetwork"]["cniConfig"] == {"cilium": {}}


def test_own_max_unhealthy_of_the_cluster_is_inherited() -> None:
    config = load(samples.edited(samples.assign("machineHealthCheck", {"maxUnhealthy": 3})))
    assert config.health_check.max_unhealthy == 3
    assert config.workers[0].health_check.max_unhealthy is None


def test_reading_without_judgement_takes_what_creation_refuses() -> None:
    text = samples.edited(samples.assign("controlPlaneConfiguration.endpoint.host", "a-name"))
    assert read(text).endpoint == "a-name"
    with pytest.raises(EksaError, match="Host is invalid"):
        load(text)
    with pytest.raises(EksaError) as caught:
        read("kind: Cluster\napiVersion: x\n")
    assert caught.value.code == "config.invalid"


@pytest.mark.parametrize(
    ("edit", "stage", "feature"),
    [
        (samples.assign("gitOpsRef", {"kind": "FluxConfig", "name": "x"}), support.CREATE, "GitOps"),
        (samples.assign("VSphereMachineConfig/w01:osFamily", "bottlerocket"), support.CREATE, "Bottlerocket"),
        (samples.assign("datacenterRef.kind", "DockerDatacenterConfig"), support.CREATE, "with the provider Docker"),
        (samples.assign("datacenterRef.kind", "NutanixDatacenterConfig"), support.RENDER, "the provider Nutanix"),
        (samples.assign("datacenterRef.kind", "OtherDatacenterConfig"), support.RENDER, "an unknown provider"),
    ],
)
def test_gaps_are_named(edit: samples.Edit, stage: str, feature: str) -> None:
    config = read(samples.edited(edit))
    with pytest.raises(EksaError, match=f"not supported yet.*{feature}") as caught:
        support.require(config, stage)
    assert caught.value.code == "config.not_supported"


def test_the_least_config_has_no_gaps() -> None:
    support.require(load(samples.STACKED), support.CREATE)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10m0s", 600),
        ("1h2m3.5s", 3723.5),
        ("300ms", 0.3),
        ("0", 0),
        ("-5s", -5),
        ("10", None),
        ("", None),
        ("x", None),
    ],
)
def test_durations(text: str, expected: float | None) -> None:
    assert durations.seconds(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3s", "3s"),
        ("10m", "10m0s"),
        ("3661s", "1h1m1s"),
        ("2h", "2h0m0s"),
        ("90.25s", "1m30.25s"),
        ("0.5s", "500ms"),
        ("1500us", "1.5ms"),
        ("1.5us", "1.5µs"),
        ("7ns", "7ns"),
        ("-1m", "-1m0s"),
        ("0", "0s"),
        ("soon", "soon"),
    ],
)
def test_durations_as_go_prints_them(text: str, expected: str) -> None:
    assert durations.canonical(text) == expected


@pytest.mark.parametrize(
    ("text", "kubernetes", "semver"),
    [
        ("1.34", (1, 34), None),
        ("v1.34.3-eks-1-34-9", (1, 34), (1, 34, 3)),
        ("v0.26.0+latest", (0, 26), (0, 26, 0)),
        ("x", None, None),
    ],
)
def test_versions(text: str, kubernetes: tuple[int, int] | None, semver: tuple[int, int, int] | None) -> None:
    assert (versions.kubernetes(text), versions.semver(text)) == (kubernetes, semver)


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("ssh-rsa AAAA", "ssh-rsa AAAA"),
        ('command="x y",no-pty ssh-ed25519 AAAA me@there', "ssh-ed25519 AAAA"),
        ("ssh-rsa AAAA...", ""),
        ("AAAA", ""),
        ("", ""),
    ],
)
def test_ssh_keys(line: str, key: str) -> None:
    assert ssh.public_key(line) == key
