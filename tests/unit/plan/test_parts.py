# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which object belongs to which part of a cluster."""

from __future__ import annotations

import collections
import typing as t

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._plan.parts import parts_of, selected
from ansible_collections.eks.anywhere.tests.unit.config import samples
from ansible_collections.eks.anywhere.tests.unit.plan.worlds import objects

GENERAL = {
    ("KubeadmConfigTemplate", "w02-general-1"),
    ("MachineDeployment", "w02-general"),
    ("MachineHealthCheck", "w02-general-worker-unhealthy"),
    ("VSphereMachineTemplate", "w02-general-1"),
}
CONTROL_PLANE = {
    ("KubeadmControlPlane", "w02"),
    ("MachineHealthCheck", "w02-kcp-unhealthy"),
    ("VSphereMachineTemplate", "w02-control-plane-1"),
}
ETCD = {("EtcdadmCluster", "w02-etcd"), ("VSphereMachineTemplate", "w02-etcd-1")}


def chosen(*parts: str) -> set[tuple[str, str]]:
    """Kinds and names of the objects of parts."""
    return {(obj["kind"], obj["metadata"]["name"]) for obj in selected(objects(), parts)}


@pytest.mark.parametrize(
    ("part", "expected"), [("etcd", ETCD), ("control_plane", CONTROL_PLANE), ("workers/general", GENERAL)]
)
def test_a_part_is_what_holds_machines_and_what_goes_with_it(part: str, expected: set[tuple[str, str]]) -> None:
    assert chosen(part) == expected


def test_every_object_is_in_exactly_one_part() -> None:
    placed = collections.Counter(parts_of(objects()))
    assert sum(placed.values()) == len(objects())
    groups = [part for part in placed if part.startswith("workers/")]
    every: list[set[tuple[str, str]]] = [chosen(part) for part in ("etcd", "control_plane", "workers", "rest")]
    assert sum(map(len, every)) == len(objects()) == len(set().union(*every))
    assert chosen(*groups) == chosen("workers")
    assert ("Cluster", "w02") in chosen("rest")


def test_order_is_kept() -> None:
    kinds: list[t.Any] = [obj["kind"] for obj in selected(objects(), ["control_plane", "rest"])]
    assert kinds == [
        obj["kind"]
        for obj, part in zip(objects(), parts_of(objects()), strict=True)
        if part in ("control_plane", "rest")
    ]


def test_stacked_etcd_is_no_part_and_no_error() -> None:
    assert selected(objects(text=samples.STACKED), ["etcd"]) == []


def test_a_group_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(EksaError) as caught:
        chosen("workers/md-7")
    assert caught.value.code == "apply.part_unknown"
    assert "workers/general" in caught.value.hint
