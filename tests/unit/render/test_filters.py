# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filters as templates call them."""

from __future__ import annotations

import pathlib

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.eks.anywhere.plugins.filter import cluster_findings, cluster_objects

GOLDEN = pathlib.Path(__file__).resolve().parents[1] / "golden"
TEXTS = {path.name: path.read_text(encoding="utf-8") for path in GOLDEN.iterdir()}


def test_findings_have_the_documented_shape() -> None:
    judge = cluster_findings.FilterModule().filters()["cluster_findings"]
    text = TEXTS["stacked.config.txt"]
    assert judge(text, previous=text, environ={}) == []
    assert judge(text.replace("count: 3", "count: 2")) == [
        {
            "path": "spec.controlPlaneConfiguration.count",
            "message": "control plane node count cannot be an even number when using stacked etcd topology",
            "severity": "error",
            "line": 9,
        }
    ]
    with pytest.raises(AnsibleFilterError, match="expected the text of a config, got list"):
        judge([])


def test_objects_come_in_two_lists() -> None:
    objects = cluster_objects.FilterModule().filters()["cluster_objects"]
    releases = [TEXTS["kubernetes-1-30-eks-4.yaml"]]
    result = objects(TEXTS["full.config.txt"], TEXTS["bundles.yaml"], releases, environ={"REGISTRY_USERNAME": "x"})
    assert [obj["kind"] for obj in result["workers"]].count("MachineDeployment") == 2
    assert result["control_plane"][0]["kind"] == "Secret"
    with pytest.raises(AnsibleFilterError, match="No EKS Distro release is given"):
        objects(TEXTS["full.config.txt"], TEXTS["bundles.yaml"])


def test_what_cannot_be_rendered_is_said_by_the_findings() -> None:
    objects = cluster_objects.FilterModule().filters()["cluster_objects"]
    text = TEXTS["stacked.config.txt"].replace("    name: w01-cp\n", "").replace("count: 3", "count: three", 1)
    with pytest.raises(AnsibleFilterError, match=r"the config cannot be rendered|invalid cluster config"):
        objects(text, TEXTS["bundles.yaml"], [TEXTS["kubernetes-1-34-eks-9.yaml"]])
