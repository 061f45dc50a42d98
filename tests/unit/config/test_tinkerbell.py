# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Configs for bare metal: the vendor's parser takes nearly all of them, its create command does not."""

from __future__ import annotations

import typing as t

import pytest

from . import samples
from .providers import CREATE, ERROR, WARNING, Row, assert_said, filled, judged

DATACENTER = "TinkerbellDatacenterConfig"
MACHINE, CONTROL_PLANE = "TinkerbellMachineConfig/w01", "TinkerbellMachineConfig/w01-cp"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f"
IMAGE = "https://files.example.org/ubuntu-1-36.gz"
GOOD = filled(
    "tinkerbell",
    {
        "controlPlaneConfiguration.endpoint.host": "198.18.0.10",
        "controlPlaneConfiguration.count": 3,
        f"{DATACENTER}:tinkerbellIP": "198.18.0.11",
        f"{DATACENTER}:osImageURL": IMAGE,
        **{f"{machine}:hardwareSelector": {"type": "x"} for machine in (MACHINE, CONTROL_PLANE)},
        **{f"{machine}:users.0.sshAuthorizedKeys": [KEY] for machine in (MACHINE, CONTROL_PLANE)},
    },
)
IN_PLACE = {"type": "InPlace"}


def affinity(expression: dict[str, t.Any] | None = None, **values: t.Any) -> dict[str, t.Any]:
    """Hardware by affinity, with one expression in the required term."""
    labels = {"matchExpressions": [expression]} if expression else {"matchLabels": {"type": "x"}}
    return {"required": [{"labelSelector": labels}], **values}


ROWS: tuple[Row, ...] = (
    (f"{DATACENTER}:tinkerbellIP", "", CREATE, "spec.tinkerbellIP", "missing spec.tinkerbellIP field"),
    (f"{DATACENTER}:tinkerbellIP", "a-name", CREATE, "spec.tinkerbellIP", "invalid tinkerbell ip: is invalid: a-name"),
    (f"{DATACENTER}:tinkerbellIP", "198.18.0.10", CREATE, "spec.tinkerbellIP", "please provide two unique IPs"),
    (f"{DATACENTER}:osImageURL", "1.36", CREATE, "spec.osImageURL", "parsing osImageOverride: 1.36"),
    (f"{DATACENTER}:osImageURL", "https://x/1-35", CREATE, "spec.osImageURL", "url=https://x/1-35, version=1.36"),
    (f"{DATACENTER}:hookImagesURLPath", "x", CREATE, "hookImagesURLPath", "parsing hookOverride: x"),
    (f"{DATACENTER}:hookIsoURL", "https://x/y.iso", CREATE, "hookIsoURL", "only when isoBoot is set to true"),
    ("proxyConfiguration", {"httpProxy": "h:1", "httpsProxy": "h:1"}, CREATE, "hookImagesURLPath", "locally hosted"),
    ("kubernetesVersion", "1.20", CREATE, "spec.kubernetesVersion", "v1.20 is not supported for Bare Metal"),
    (
        "externalEtcdConfiguration.count",
        3,
        ERROR,
        "spec.externalEtcdConfiguration",
        "etcd configuration is unsupported",
    ),
    (
        "workerNodeGroupConfigurations",
        [],
        WARNING,
        "spec.workerNodeGroupConfigurations",
        "pods will be scheduled on control",
    ),
    (
        "controlPlaneConfiguration.upgradeRolloutStrategy",
        IN_PLACE,
        CREATE,
        "[0].upgradeRolloutStrategy.type",
        "cannot specify different upgrade rollout strategy types",
    ),
    (
        f"{MACHINE}:hardwareSelector",
        {},
        CREATE,
        "hardwareSelector",
        "either hardwareSelector or hardwareAffinity must be",
    ),
    (
        f"{MACHINE}:hardwareSelector",
        {"a": "b", "c": "d"},
        CREATE,
        "hardwareSelector",
        "must contain only 1 key-value pair",
    ),
    (f"{MACHINE}:hardwareAffinity", affinity(), CREATE, "hardwareAffinity", "are mutually exclusive: w01"),
    (f"{MACHINE}:osFamily", "", CREATE, "w01].spec.osFamily", "missing spec.osFamily: w01"),
    (
        f"{MACHINE}:osFamily",
        "redhat",
        CREATE,
        "w01].spec.osFamily",
        "worker node group osFamily cannot be different from",
    ),
    (f"{MACHINE}:osImageURL", IMAGE, CREATE, "w01].spec.osImageURL", "cannot specify OSImageURL on both"),
    (f"{MACHINE}:users.0.sshAuthorizedKeys", ["x"], CREATE, "sshAuthorizedKeys", "stripping ssh key comment"),
    (
        f"{MACHINE}:templateRef",
        {"kind": "TinkerbellTemplateConfig", "name": "t"},
        WARNING,
        "templateRef.name",
        "t not found",
    ),
    (
        f"{MACHINE}:hostOSConfiguration",
        {"certBundles": [{"name": "x"}]},
        CREATE,
        "certBundles[0]",
        "HostOSConfiguration is invalid for TinkerbellMachineConfig w01: CertBundles can only be used with",
    ),
)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]} {row[4]}")
def test_what_is_wrong_is_said_where_it_is(row: Row) -> None:
    assert_said(GOOD, row)


def test_the_filled_config_is_good() -> None:
    assert judged(GOOD) == []


AFFINITIES: tuple[tuple[dict[str, t.Any], str, str], ...] = (
    ({"required": []}, "required", "hardwareAffinity.required must have at least one term"),
    (
        affinity({"key": "a", "operator": "Like"}),
        "required[0].labelSelector.matchExpressions[0].operator",
        "invalid matchExpression operator 'Like'",
    ),
    (affinity({"key": "a", "operator": "In"}), "matchExpressions[0].values", "In must have non-empty values"),
    (
        affinity({"key": "a", "operator": "Exists", "values": ["x"]}),
        "matchExpressions[0].values",
        "Exists must not have values",
    ),
    (
        affinity(preferred=[{"weight": 101, "hardwareAffinityTerm": {}}]),
        "preferred[0].weight",
        "preferred term weight must be in range [1, 100], got 101",
    ),
)


@pytest.mark.parametrize(("value", "where", "words"), AFFINITIES)
def test_affinities(value: dict[str, t.Any], where: str, words: str) -> None:
    def edit(found: samples.Documents) -> None:
        del found[MACHINE]["spec"]["hardwareSelector"]
        found[MACHINE]["spec"]["hardwareAffinity"] = value

    (said,) = judged(samples.edited(edit, GOOD))
    assert said[0] == CREATE
    assert said[1].endswith(where)
    assert words in said[2]


def bottlerocket(found: samples.Documents) -> None:
    """All machines run Bottlerocket, from images that the vendor names."""
    for machine in (MACHINE, CONTROL_PLANE):
        found[machine]["spec"]["osFamily"] = "bottlerocket"
    found[DATACENTER]["spec"]["osImageURL"] = ""


def test_bottlerocket_ends_with_kubernetes_1_28() -> None:
    said = judged(samples.edited(bottlerocket, GOOD))
    assert [line[1] for line in said] == [
        "spec.controlPlaneConfiguration.machineGroupRef",
        "spec.workerNodeGroupConfigurations[0].machineGroupRef",
    ]
    assert all("does not support K8s version 1.29+ for BottleRocket OS" in line[2] for line in said)
    text = samples.edited(samples.assign("kubernetesVersion", "1.28"), samples.edited(bottlerocket, GOOD))
    assert judged(text) == []


def test_bottlerocket_is_not_upgraded_in_place() -> None:
    def edit(found: samples.Documents) -> None:
        bottlerocket(found)
        spec = found["Cluster"]["spec"]
        spec["kubernetesVersion"] = "1.28"
        for section in (spec["controlPlaneConfiguration"], spec["workerNodeGroupConfigurations"][0]):
            section["upgradeRolloutStrategy"] = IN_PLACE
        spec["workerNodeGroupConfigurations"][0]["autoscalingConfiguration"] = {"minCount": 1, "maxCount": 1}

    said = [line[2] for line in judged(samples.edited(edit, GOOD))]
    assert said == [
        "InPlace upgrades are not supported for OS family bottlerocket",
        "InPlace upgrades are not supported for OS family bottlerocket",
        "autoscaler configuration not supported with InPlace upgrades",
    ]


def test_images_of_machine_configs() -> None:
    def edit(found: samples.Documents) -> None:
        found[DATACENTER]["spec"]["osImageURL"] = ""
        found[MACHINE]["spec"]["osImageURL"] = "https://files.example.org/ubuntu-1.35.gz"

    said = judged(samples.edited(edit, GOOD))
    assert [line[1] for line in said] == [
        f"TinkerbellMachineConfig[{name}].spec.osImageURL" for name in ("w01-cp", "w01")
    ]
    assert "missing OSImageURL on TinkerbellMachineConfig 'w01-cp'" in said[0][2]
    assert "missing kube version from machine config w01 OSImageURL" in said[1][2]


def test_iso_images() -> None:
    values = {"isoBoot": True, "hookIsoURL": "https://files.example.org/hook.img"}
    text = samples.edited(lambda found: found[DATACENTER]["spec"].update(values), GOOD)
    assert [line[2] for line in judged(text)] == [
        "incorrect iso url specified: please specify the iso url with '.iso' extension"
    ]


def test_templates_have_a_shape() -> None:
    template = {
        "apiVersion": "anywhere.eks.amazonaws.com/v1alpha1",
        "kind": "TinkerbellTemplateConfig",
        "metadata": {"name": "t"},
        "spec": {
            "template": {
                "version": "0.1",
                "name": "t",
                "global_timeout": 6000,
                "tasks": [
                    {"name": "t", "worker": "{{.device_1}}", "actions": [{"name": "a", "on-failure": ["x"], "pids": 1}]}
                ],
            }
        },
    }
    (said,) = judged(samples.edited(lambda found: found.update(template=template), GOOD))
    assert said[1] == "TinkerbellTemplateConfig[t].spec.template.tasks[0].actions[0].pids"
    assert 'unknown field "pids"; did you mean "pid"?' in said[2]
