# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Configs of AWS Snow."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._config.cluster import read

from . import samples
from .providers import ERROR, WARNING, Row, assert_said, filled, judged

DATACENTER, MACHINE, CONTROL_PLANE = "SnowDatacenterConfig", "SnowMachineConfig/w01", "SnowMachineConfig/w01-cp"
VALUES = {
    "controlPlaneConfiguration.endpoint.host": "198.18.0.10",
    **{f"{machine}:devices": ["198.18.0.20"] for machine in (MACHINE, CONTROL_PLANE)},
}
GOOD = filled("snow", VALUES)
NOT_SERVED = (WARNING, "spec.datacenterRef.kind", "AWS no longer maintains or supports the provider for AWS Snow")
DNI = "network.directNetworkInterfaces"
VOLUME = {"deviceName": "/dev/sdb", "size": 8}
POOL = {"ipStart": "10.0.0.10", "ipEnd": "10.0.0.20", "subnet": "10.0.0.0/24", "gateway": "10.0.0.1"}

ROWS: tuple[Row, ...] = (
    (f"{DATACENTER}:identityRef", {"kind": "Secret"}, ERROR, "identityRef.name", "IdentityRef name must not be empty"),
    (f"{DATACENTER}:identityRef", {"name": "x"}, ERROR, "identityRef.kind", "IdentityRef kind must not be empty"),
    (
        f"{DATACENTER}:identityRef",
        {"name": "x", "kind": "ConfigMap"},
        ERROR,
        "identityRef.kind",
        "IdentityRef kind ConfigMap is invalid, the only supported kind is Secret",
    ),
    ("controlPlaneConfiguration.endpoint.host", "x", ERROR, "endpoint.host", "control plane endpoint x is invalid"),
    (
        "controlPlaneConfiguration.endpoint.host",
        "192.168.1.1",
        ERROR,
        "endpoint.host",
        "control plane endpoint 192.168.1.1 conflicts with pods CIDR block 192.168.0.0/16",
    ),
    (
        "controlPlaneConfiguration.endpoint.host",
        "10.96.0.9",
        ERROR,
        "endpoint.host",
        "control plane endpoint 10.96.0.9 conflicts with services CIDR block 10.96.0.0/12",
    ),
    (f"{MACHINE}:instanceType", "m5.large", ERROR, "instanceType", "InstanceType m5.large is not supported"),
    (f"{MACHINE}:physicalNetworkConnector", "x", ERROR, "physicalNetworkConnector", "Connector x is not supported"),
    (f"{MACHINE}:devices", [], ERROR, "devices", "Devices must contain at least one device IP"),
    (f"{MACHINE}:osFamily", "", ERROR, "osFamily", "OSFamily must be specified"),
    (f"{MACHINE}:osFamily", "redhat", ERROR, "osFamily", "OSFamily redhat is not supported"),
    (f"{MACHINE}:osFamily", "bottlerocket", ERROR, "containersVolume", "must be specified for Bottlerocket OS"),
    (f"{MACHINE}:containersVolume", {"size": 7}, ERROR, "containersVolume.size", "no smaller than 8 Gi for Ubuntu OS"),
    (f"{MACHINE}:containersVolume", {"size": 8, "type": "x"}, ERROR, "containersVolume.type", "one of: sbp1, sbg1"),
    (f"{MACHINE}:nonRootVolumes", [{"size": 8}], ERROR, "[0].deviceName", "NonRootVolumes[0].DeviceName must be"),
    (
        f"{MACHINE}:nonRootVolumes",
        [{"deviceName": "/dev/sda2", "size": 8}],
        ERROR,
        "[0].deviceName",
        "NonRootVolumes[0].DeviceName [/dev/sda2] is invalid",
    ),
    (f"{MACHINE}:nonRootVolumes", [{**VOLUME, "size": 7}], ERROR, "[0].size", "Size must be no smaller than 8 Gi"),
    (f"{MACHINE}:{DNI}", [], ERROR, DNI, "DirectNetworkInterfaces length must be no smaller than 1"),
    (f"{MACHINE}:{DNI}.0.primary", False, ERROR, DNI, "must contain one and only one primary DNI"),
    (f"{MACHINE}:{DNI}.0.index", 9, ERROR, "[0].index", "must be in the range 1 to 8"),
    (f"{MACHINE}:{DNI}.0.vlanID", 4096, ERROR, "[0].vlanID", "vlanID must be in the range 0 to 4095"),
    (f"{MACHINE}:{DNI}", [{"primary": not n} for n in range(9)], ERROR, DNI, "at most 8 direct network interfaces"),
    (f"{MACHINE}:{DNI}.0.ipPoolRef", {"kind": "SnowIPPool", "name": "p"}, ERROR, "ipPoolRef.name", "SnowIPPool p"),
    (
        f"{MACHINE}:hostOSConfiguration",
        {"ntpConfiguration": {"servers": []}},
        ERROR,
        "ntpConfiguration.servers",
        "SnowMachineConfig HostOSConfiguration is invalid: NTPConfiguration.Servers can not be empty",
    ),
    (
        "externalEtcdConfiguration",
        {"count": 3, "machineGroupRef": {"kind": "SnowMachineConfig", "name": "w01"}},
        ERROR,
        "[0].dhcp",
        "creating unstacked etcd machine with DHCP is not supported for snow",
    ),
)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]} {row[4]}")
def test_what_is_wrong_is_said_where_it_is(row: Row) -> None:
    assert_said(GOOD, row)


def test_the_filled_config_is_good_but_not_served() -> None:
    ((level, path, message),) = judged(GOOD)
    assert (level, path) == NOT_SERVED[:2]
    assert NOT_SERVED[2] in message


POOLS: tuple[tuple[dict[str, t.Any], str, str], ...] = (
    ({"ipStart": ""}, "ipStart", "SnowIPPool Pools[0].IPStart can not be empty"),
    ({"ipEnd": "x"}, "ipEnd", "SnowIPPool Pools[0].IPEnd is invalid"),
    ({"gateway": "x"}, "gateway", "SnowIPPool Pools[0].Gateway is invalid"),
    ({"subnet": ""}, "subnet", "SnowIPPool Pools[0].Subnet can not be empty"),
    ({"subnet": "10.0.0.0"}, "subnet", "SnowIPPool Pools[0].Subnet is invalid: 10.0.0.0"),
    ({"ipEnd": "10.0.0.10"}, "ipStart", "SnowIPPool Pools[0].IPStart should be smaller than IPEnd"),
    ({"ipStart": "9.0.0.1"}, "ipStart", "IPStart should be within the subnet range 10.0.0.0/24"),
    ({"ipEnd": "10.0.1.1"}, "ipEnd", "IPEnd should be within the subnet range 10.0.0.0/24"),
)


def with_pool(found: samples.Documents, **values: t.Any) -> None:
    """Machines have addresses of a pool."""
    found[MACHINE]["spec"]["network"]["directNetworkInterfaces"] = [
        {"index": 1, "primary": True, "ipPoolRef": {"kind": "SnowIPPool", "name": "pool"}}
    ]
    found["SnowIPPool"] = {
        "apiVersion": "anywhere.eks.amazonaws.com/v1alpha1",
        "kind": "SnowIPPool",
        "metadata": {"name": "pool"},
        "spec": {"pools": [{**POOL, **values}]},
    }


@pytest.mark.parametrize(("values", "field", "words"), POOLS)
def test_pools(values: dict[str, t.Any], field: str, words: str) -> None:
    said = judged(samples.edited(lambda found: with_pool(found, **values), GOOD))[1:]
    assert [line[:2] for line in said] == [(ERROR, f"SnowIPPool[pool].spec.pools[0].{field}")]
    assert words in said[0][2]


def test_members_of_etcd_need_a_pool() -> None:
    def edit(found: samples.Documents) -> None:
        with_pool(found)
        found["Cluster"]["spec"]["externalEtcdConfiguration"] = {
            "count": 3,
            "machineGroupRef": {"kind": "SnowMachineConfig", "name": "w01"},
        }

    assert len(judged(samples.edited(edit, GOOD))) == 1
    without = samples.edited(samples.assign(f"{MACHINE}:{DNI}.0.ipPoolRef", ...), samples.edited(edit, GOOD))
    assert "ip pool must be specified when using static IP" in judged(without)[1][2]


def test_defaults() -> None:
    edits = {f"{MACHINE}:instanceType": ..., f"{MACHINE}:physicalNetworkConnector": ...}
    documents = read(filled("snow", {**VALUES, **edits})).documents
    specs = {(document["kind"], document["metadata"]["name"]): document["spec"] for document in documents}
    assert specs["SnowDatacenterConfig", "w01"]["identityRef"] == {"kind": "Secret", "name": "w01-snow-credentials"}
    machine = specs["SnowMachineConfig", "w01"]
    assert (machine["instanceType"], machine["physicalNetworkConnector"]) == ("sbe-c.large", "SFP_PLUS")
