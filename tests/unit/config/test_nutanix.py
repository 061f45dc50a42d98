# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Configs of Nutanix: the vendor's rules, those of its parser and those of its create command."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._config.cluster import read

from . import samples
from .providers import CREATE, ERROR, WARNING, Row, assert_said, filled, judged

DATACENTER, MACHINE, CONTROL_PLANE = (
    "NutanixDatacenterConfig",
    "NutanixMachineConfig/w01",
    "NutanixMachineConfig/w01-cp",
)
IMAGE = {"type": "name", "name": "ubuntu-2404-kube-v1-36"}
VALUES = {
    "controlPlaneConfiguration.endpoint.host": "198.18.0.10",
    "controlPlaneConfiguration.count": 3,
    f"{DATACENTER}:endpoint": "prism.example.org",
    **{f"NutanixMachineConfig/{name}:image": IMAGE for name in ("w01-cp", "w01", "w01-etcd")},
}
GOOD = filled("nutanix", VALUES)
DOMAIN = {
    "name": "east",
    "cluster": {"type": "name", "name": "pe"},
    "subnets": [{"type": "uuid", "uuid": "u"}],
    "workerMachineGroups": ["w01"],
}
REQUEST = "-----BEGIN CERTIFICATE REQUEST-----\nMAA=\n-----END CERTIFICATE REQUEST-----\n"


def domain(**values: t.Any) -> list[dict[str, t.Any]]:
    """Two failure domains, the first with other values."""
    return [{**DOMAIN, **values}, {**DOMAIN, "name": "west"}]


ROWS: tuple[Row, ...] = (
    (f"{DATACENTER}:endpoint", "", ERROR, "spec.endpoint", "NutanixDatacenterConfig endpoint is not set or is empty"),
    (f"{DATACENTER}:port", 0, ERROR, "spec.port", "NutanixDatacenterConfig port is not set or is empty"),
    (f"{DATACENTER}:port", 70000, ERROR, "spec.port", "nutanix prism central port 70000 out of range"),
    (f"{DATACENTER}:insecure", True, WARNING, "spec.insecure", "not recommended for production use"),
    (f"{DATACENTER}:additionalTrustBundle", "x", ERROR, "additionalTrustBundle", "could not find a PEM block"),
    (
        f"{DATACENTER}:additionalTrustBundle",
        REQUEST,
        ERROR,
        "additionalTrustBundle",
        "additionalTrustBundle is not valid",
    ),
    (f"{DATACENTER}:credentialRef.kind", "ConfigMap", ERROR, "credentialRef.kind", "Kind (ConfigMap) is not a secret"),
    (f"{DATACENTER}:credentialRef.name", "", ERROR, "credentialRef.name", "name is not set or is empty"),
    (
        f"{DATACENTER}:credentialRef.name",
        "capx-w01",
        ERROR,
        "credentialRef.name",
        "cannot be the same as the NutanixCluster",
    ),
    (f"{DATACENTER}:ccmExcludeNodeIPs", ["10.0.0.0/33"], ERROR, "[0]", "invalid CIDR 10.0.0.0/33"),
    (f"{DATACENTER}:ccmExcludeNodeIPs", ["10.0.0.300"], ERROR, "[0]", "invalid IP address 10.0.0.300"),
    (f"{DATACENTER}:ccmExcludeNodeIPs", ["10.0.0.1-2-3"], ERROR, "[0]", "invalid IP range 10.0.0.1-2-3"),
    (f"{DATACENTER}:ccmExcludeNodeIPs", ["x-10.0.0.1"], ERROR, "[0]", "invalid start IP address x"),
    (f"{DATACENTER}:ccmExcludeNodeIPs", ["10.0.0.1-x"], ERROR, "[0]", "invalid end IP address x"),
    (f"{DATACENTER}:ccmExcludeNodeIPs", ["10.0.0.1-::1"], ERROR, "[0]", "IP addresses are not the same protocol"),
    (
        f"{DATACENTER}:ccmExcludeNodeIPs",
        ["10.0.0.2 - 10.0.0.1"],
        ERROR,
        "[0]",
        "start IP address 10.0.0.2 is greater than end",
    ),
    (
        f"{DATACENTER}:failureDomains",
        domain(name="East"),
        ERROR,
        "[0].name",
        "only small letters, digits, and hyphens",
    ),
    (
        f"{DATACENTER}:failureDomains",
        domain(cluster={}),
        ERROR,
        "cluster.type",
        "FailureDomains.Cluster: invalid identifier type",
    ),
    (
        f"{DATACENTER}:failureDomains",
        domain(cluster={"type": "name"}),
        ERROR,
        "cluster.name",
        "missing cluster name: /w01",
    ),
    (
        f"{DATACENTER}:failureDomains",
        domain(subnets=[{"type": "uuid", "name": "x"}]),
        ERROR,
        "subnets[0].uuid",
        "FailureDomains.Subnets: missing subnet UUID: /w01",
    ),
    (
        f"{DATACENTER}:failureDomains",
        domain(workerMachineGroups=["gone"]),
        ERROR,
        "[0].workerMachineGroups",
        "worker machine group gone not found",
    ),
    (
        f"{DATACENTER}:failureDomains",
        [DOMAIN],
        ERROR,
        "workerMachineGroups",
        "count 2 of machines in workerNodeGroupConfiguration w01 shouldn't be greater than the failure domain count 1",
    ),
    ("controlPlaneConfiguration.endpoint.host", "a-name", CREATE, "endpoint.host", "Endpoint.Host is invalid: a-name"),
    (
        "controlPlaneConfiguration.upgradeRolloutStrategy",
        {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1}},
        ERROR,
        "upgradeRolloutStrategy",
        "upgrade rollout strategy customization is not supported for nutanix provider",
    ),
    (f"{MACHINE}:subnet", {"type": "id"}, ERROR, "subnet.type", "invalid identifier type for subnet: id"),
    (f"{MACHINE}:cluster", ..., ERROR, "cluster.type", "invalid identifier type for cluster"),
    (f"{MACHINE}:image", {"type": "uuid"}, ERROR, "image.uuid", "NutanixMachineConfig: missing image UUID: w01"),
    (f"{MACHINE}:project", {"type": "name"}, ERROR, "project.name", "missing project name: w01"),
    (f"{MACHINE}:additionalCategories", [{"value": "x"}], ERROR, "[0].key", "missing category key: w01"),
    (f"{MACHINE}:additionalCategories", [{"key": "a"}], ERROR, "[0].value", "missing category value for key a: w01"),
    (f"{MACHINE}:vcpuSockets", 1, ERROR, "vcpuSockets", "vcpu sockets must be greater than or equal to 2"),
    (f"{MACHINE}:vcpusPerSocket", 0, ERROR, "vcpusPerSocket", "vcpu per socket must be greater than or equal to 1"),
    (f"{MACHINE}:memorySize", "4G", ERROR, "memorySize", "memory size must be greater than or equal to 4Gi"),
    (f"{MACHINE}:systemDiskSize", ..., ERROR, "systemDiskSize", "system disk size must be greater than 40Gi"),
    (f"{MACHINE}:osFamily", "bottlerocket", ERROR, "osFamily", "unsupported spec.osFamily (bottlerocket)"),
    (f"{MACHINE}:bootType", "bios", ERROR, "bootType", "unsupported boot type (bios)"),
    (f"{MACHINE}:gpus", [{}], ERROR, "gpus[0].type", "missing GPU type"),
    (f"{MACHINE}:gpus", [{"type": "x"}], ERROR, "gpus[0].type", "invalid GPU identifier type: x"),
    (f"{MACHINE}:gpus", [{"type": "deviceID"}], ERROR, "gpus[0].deviceID", "missing GPU device ID"),
    (f"{MACHINE}:gpus", [{"type": "name"}], ERROR, "gpus[0].name", "missing GPU name"),
    (
        f"{CONTROL_PLANE}:gpus",
        [{"type": "deviceID", "deviceID": 0}],
        ERROR,
        "spec.gpus",
        "GPUs are not supported for control plane machine",
    ),
    (
        f"{MACHINE}:image.name",
        "ubuntu-1-35",
        CREATE,
        "image.name",
        "missing kube version from the machine config template name: template=ubuntu-1-35, version=1.36",
    ),
)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]} {row[4]}")
def test_what_is_wrong_is_said_where_it_is(row: Row) -> None:
    assert_said(GOOD, row)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (f"{DATACENTER}:ccmExcludeNodeIPs", ["10.0.0.1", " 10.0.0.0/24 ", "10.0.0.1 - 10.0.0.9", "fd00::1-fd00::9"]),
        (f"{DATACENTER}:failureDomains", domain()),
        (f"{DATACENTER}:credentialRef", ...),
        (f"{MACHINE}:gpus", [{"type": "deviceID", "deviceID": 0}, {"type": "name", "name": "A40"}]),
        (f"{MACHINE}:image", {"type": "uuid", "uuid": "u"}),
        (f"{MACHINE}:memorySize", 8589934592),
        (f"{MACHINE}:osFamily", "redhat"),
        (f"{MACHINE}:users", ...),
    ],
)
def test_what_is_right(path: str, value: t.Any) -> None:
    assert judged(samples.edited(samples.assign(path, value), GOOD)) == []


def test_an_amount_is_one() -> None:
    text = samples.edited(samples.assign(f"{MACHINE}:memorySize", "4 Gi"), GOOD)
    assert (
        "error",
        "NutanixMachineConfig[w01].spec.memorySize",
        "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    ) in (judged(text))


def test_defaults() -> None:
    edits = {f"{DATACENTER}:credentialRef": ..., f"{MACHINE}:osFamily": ..., f"{MACHINE}:users": ...}
    documents = {
        document["kind"] + document["metadata"]["name"]: document
        for document in read(filled("nutanix", {**VALUES, **edits})).documents
    }
    assert documents["NutanixDatacenterConfigw01"]["spec"]["credentialRef"] == {
        "kind": "Secret",
        "name": "nutanix-credentials",
    }
    machine = documents["NutanixMachineConfigw01"]["spec"]
    assert (machine["osFamily"], machine["users"]) == ("ubuntu", [{"name": "eksa", "sshAuthorizedKeys": [""]}])
