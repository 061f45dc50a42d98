# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From two configs, or two releases, to the machines that roll."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._config.cluster import read
from ansible_collections.eks.anywhere.plugins.module_utils._ops.foretelling import State, foretold
from ansible_collections.eks.anywhere.tests.unit.config import samples

BUNDLES = (samples.GOLDEN / "bundles.yaml").read_text(encoding="utf-8")
RELEASES = tuple(path.read_text(encoding="utf-8") for path in sorted(samples.GOLDEN.glob("kubernetes-*.yaml")))
DOCKER = (samples.GOLDEN / "docker.config.txt").read_text(encoding="utf-8")
ALL = {"etcd", "control_plane", "general", "batch"}


def state(edit: samples.Edit = lambda _found: None, text: str = samples.FULL) -> State:
    """A config of the golden folder, edited."""
    return State(read(samples.edited(edit, text), environ=samples.SWITCHES), BUNDLES, RELEASES)


@pytest.mark.parametrize(
    ("path", "value", "parts"),
    [
        ("licenseToken", "x", set()),
        ("workerNodeGroupConfigurations.0.count", 9, set()),
        ("VSphereMachineConfig/w02-general:numCPUs", 16, {"general"}),
        ("VSphereMachineConfig/w02-etcd:memoryMiB", 16384, {"etcd", "control_plane"}),
        ("registryMirrorConfiguration.endpoint", "198.18.9.9", ALL),
    ],
)
def test_a_config_that_changes(path: str, value: t.Any, parts: set[str]) -> None:
    found = foretold(state(), state(samples.assign(path, value)))
    assert {name for name, part in found.parts.items() if part.rolls} == parts


def test_a_release_that_changes() -> None:
    newer = dataclasses.replace(state(), releases=tuple(text.replace("v1.30.9", "v1.30.99") for text in RELEASES))
    found = foretold(state(), newer)
    assert found.control_plane is not None
    assert "KubeadmControlPlane.spec.version" in found.control_plane.reasons[0]
    assert found.control_plane.reasons[0].endswith("-> v1.30.99-eks-1-30-4")


def test_nothing_changes_nothing() -> None:
    assert not foretold(state(), state()).any


@pytest.mark.parametrize(
    ("path", "value", "others", "workers"),
    [
        ("licenseToken", "x", set(), 0),
        ("controlPlaneConfiguration.labels", {"x": "y"}, {"control_plane"}, 0),
        ("workerNodeGroupConfigurations.0.labels", {"x": "y"}, set(), 1),
    ],
)
def test_docker_clusters_roll_by_the_same_rules(path: str, value: t.Any, others: set[str], workers: int) -> None:
    found = foretold(state(text=DOCKER), state(samples.assign(path, value), DOCKER))
    assert {name for name, part in found.parts.items() if part.rolls} - found.workers.keys() == others
    assert sum(part.rolls for part in found.workers.values()) == workers
