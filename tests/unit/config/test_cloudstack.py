# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Configs of CloudStack are read and judged; a cluster is not made of them any more."""

from __future__ import annotations

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._config.cluster import load, read
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError

from . import samples
from .providers import CREATE, ERROR, Row, assert_said, filled, judged

DATACENTER, MACHINE, CONTROL_PLANE = (
    "CloudStackDatacenterConfig",
    "CloudStackMachineConfig/w01",
    "CloudStackMachineConfig/w01-cp",
)
ZONE = {
    "name": "az-1",
    "credentialsRef": "global",
    "domain": "domain1",
    "managementApiEndpoint": "https://198.18.0.30:8080/client/api",
    "zone": {"name": "zone", "network": {"name": "net"}},
}
OFFERINGS = {"computeOffering": {"name": "large"}, "template": {"name": "rhel9-1-36"}}


def config() -> str:
    """A whole config, made of one for Nutanix: the generator does not write any for CloudStack."""

    def edit(found: samples.Documents) -> None:
        found["NutanixDatacenterConfig"]["spec"] = {"availabilityZones": [ZONE]}
        for name in ("w01-cp", "w01", "w01-etcd"):
            found[f"NutanixMachineConfig/{name}"]["spec"] = {**OFFERINGS, "users": [{"name": "capc"}]}

    values = {"controlPlaneConfiguration.endpoint.host": "198.18.0.10", "controlPlaneConfiguration.count": 3}
    return samples.edited(edit, filled("nutanix", values)).replace("Nutanix", "CloudStack")


GOOD = config()
DISK = {"name": "d", "mountPath": "/data", "device": "/dev/vdb", "filesystem": "ext4", "label": "data"}

ROWS: tuple[Row, ...] = (
    (f"{DATACENTER}:availabilityZones", [], ERROR, "availabilityZones", "availabilityZones must not be empty"),
    (f"{DATACENTER}:availabilityZones.0.name", "-", ERROR, "[0].name", "names must be a valid label value"),
    (f"{DATACENTER}:availabilityZones.1", ZONE, ERROR, "[1].name", "names must be unique. Duplicate name: az-1"),
    (
        f"{DATACENTER}:availabilityZones.0.managementApiEndpoint",
        "http://[",
        ERROR,
        "managementApiEndpoint",
        "checking management api endpoint: http://[ is not a valid url",
    ),
    (
        f"{DATACENTER}:availabilityZones.0.zone.network",
        {},
        ERROR,
        "zone.network",
        "zone network is not set or is empty",
    ),
    (
        f"{MACHINE}:computeOffering",
        {},
        ERROR,
        "computeOffering",
        "computeOffering is not set for CloudStackMachineConfig",
    ),
    (f"{MACHINE}:template", {}, ERROR, "spec.template", "template is not set for CloudStackMachineConfig w01"),
    (f"{MACHINE}:template.name", "rhel9-1-35", CREATE, "template.name", "template=rhel9-1-35, version=1.36"),
    (f"{MACHINE}:diskOffering", {"label": "x"}, ERROR, "diskOffering", "empty id/name"),
    (f"{MACHINE}:diskOffering", {**DISK, "mountPath": "x"}, ERROR, "mountPath", "must be non-empty and start with /"),
    (f"{MACHINE}:diskOffering", {**DISK, "filesystem": ""}, ERROR, "diskOffering.filesystem", "empty filesystem"),
    (f"{MACHINE}:userCustomDetails", {"memory": "1"}, ERROR, "userCustomDetails.memory", "restricted key memory found"),
    (f"{MACHINE}:affinity", "some", ERROR, "affinity", "invalid affinity type some"),
    (f"{MACHINE}:symlinks", {"/var/log": "data"}, CREATE, "symlinks", "data invalid, must start with /"),
    (f"{MACHINE}:symlinks", {"/var/log": "/a b"}, CREATE, "symlinks", "/a b invalid, has char not in portable file"),
)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]} {row[4]}")
def test_what_is_wrong_is_said_where_it_is(row: Row) -> None:
    assert_said(GOOD, row)


def test_affinity_is_said_in_one_way() -> None:
    text = samples.edited(samples.assign(f"{MACHINE}:affinity", "pro"), GOOD)
    both = samples.edited(samples.assign(f"{MACHINE}:affinityGroupIds", ["x"]), text)
    assert any("cannot be set at the same time" in line[2] for line in judged(both))


def test_no_cluster_is_made() -> None:
    ((level, path, message),) = judged(GOOD)
    assert (level, path) == (CREATE, "spec.datacenterRef.kind")
    assert "CloudStack support has been deprecated and EKS Anywhere no longer provides CAPC images" in message
    with pytest.raises(EksaError, match="CloudStack support has been deprecated"):
        load(GOOD)


def test_zones_of_old_configs_become_availability_zones() -> None:
    old = {"zones": [ZONE["zone"]], "account": "admin", "domain": "d", "managementApiEndpoint": "https://x"}

    def edit(found: samples.Documents) -> None:
        found[DATACENTER]["spec"] = old

    text = samples.edited(edit, GOOD)
    (datacenter,) = (document for document in read(text).documents if document["kind"] == DATACENTER)
    assert datacenter["spec"] == {
        "availabilityZones": [
            {
                "name": "default-az-0",
                "zone": ZONE["zone"],
                "credentialsRef": "global",
                "account": "admin",
                "domain": "d",
                "managementApiEndpoint": "https://x",
            }
        ]
    }
