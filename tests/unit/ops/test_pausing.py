# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Other clusters are held while their management cluster is upgraded, and exactly those are let go."""

from __future__ import annotations

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._ops.pausing import PAUSED_FOR, hold, release
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.tests.unit.fakes import FakeKube, Fuse, Killed


def cluster(name: str, *, paused: bool = False, leaving: bool = False) -> Obj:
    """A Cluster of Cluster API."""
    gone = {"deletionTimestamp": "2026-01-01T00:00:00Z", "finalizers": ["x"]} if leaving else {}
    return {
        "apiVersion": "cluster.x-k8s.io/v1beta2",
        "kind": "Cluster",
        "metadata": {"name": name, "namespace": "eksa-system", **gone},
        "spec": {"paused": True} if paused else {},
    }


def world(*, fuse: Fuse | None = None) -> FakeKube:
    """A management cluster with itself, two others, one that somebody has paused, and one on its way out."""
    kube = FakeKube("m", fuse=fuse)
    for obj in (
        cluster("mgmt"),
        cluster("a"),
        cluster("b"),
        cluster("theirs", paused=True),
        cluster("gone", leaving=True),
    ):
        kube.seed(obj)
    return kube


def paused(kube: FakeKube) -> set[str]:
    """Names of the Clusters that are paused."""
    return {
        name for (_g, kind, _n, name), obj in kube.objects.items() if kind == "Cluster" and obj["spec"].get("paused")
    }


def marked(kube: FakeKube) -> set[str]:
    """Names of those that carry our word."""
    return {key[3] for key, obj in kube.objects.items() if PAUSED_FOR in (obj["metadata"].get("annotations") or {})}


def test_all_others_are_held_and_exactly_those_let_go() -> None:
    kube = world()
    result = hold("mgmt", kube=kube, check_mode=False)
    assert result.data["clusters"] == ["eksa-system/a", "eksa-system/b"]
    assert paused(kube) == {"a", "b", "theirs"}
    assert not hold("mgmt", kube=kube, check_mode=False).changed
    assert release("mgmt", kube=kube, check_mode=False).data["clusters"] == ["eksa-system/a", "eksa-system/b"]
    assert paused(kube) == {"theirs"}
    assert marked(kube) == set()
    assert not release("mgmt", kube=kube, check_mode=False).changed


@pytest.mark.parametrize("kill_at", [1, 2])
def test_a_run_that_was_cut_is_cleaned_up_by_the_next(kill_at: int) -> None:
    kube = world(fuse=Fuse(kill_at=kill_at))
    with pytest.raises(Killed):
        hold("mgmt", kube=kube, check_mode=False)
    assert marked(kube) == paused(kube) - {"theirs"}
    release("mgmt", kube=kube, check_mode=False)
    assert paused(kube) == {"theirs"}


def test_what_was_held_for_another_is_not_ours() -> None:
    kube = world()
    hold("mgmt", kube=kube, check_mode=False)
    assert not release("other", kube=kube, check_mode=False).changed


def test_check_mode_writes_nothing() -> None:
    kube = world()
    assert hold("mgmt", kube=kube, check_mode=True).actions == (
        "Pause Cluster eksa-system/a",
        "Pause Cluster eksa-system/b",
    )
    assert kube.log == []
