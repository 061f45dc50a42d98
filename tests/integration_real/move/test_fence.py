# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""The fence where it matters: on a server that asks a webhook about every write and refuses it when nobody answers."""

from __future__ import annotations

import time
import typing as t

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._kube.client import KubeClient
from ansible_collections.eks.anywhere.plugins.modules import capi_move
from ansible_collections.eks.anywhere.tests.integration_real.move.objects import CORE
from ansible_collections.eks.anywhere.tests.integration_real.move.providers import START_SECONDS, STOP_SECONDS, Provider
from ansible_collections.eks.anywhere.tests.integration_real.move.sides import Sides
from ansible_collections.eks.anywhere.tests.integration_real.move.test_move import Fragile, paused
from ansible_collections.eks.anywhere.tests.unit.fakes import Killed

ANNOTATION = "eks-anywhere-capi-move/replicas"


@pytest.fixture
def provider(sides: Sides) -> t.Iterator[Provider]:
    """A provider in the source."""
    with Provider(sides.source).running() as running:
        yield running


def touch(kube: KubeClient, *, namespace: str) -> None:
    """A change that changes nothing."""
    kube.merge(api_version=CORE, kind="Cluster", name="wl", namespace=namespace, patch={"metadata": {}})


def assert_back(provider: Provider) -> None:
    """The Deployment is as it was before."""
    deployment = provider.deployment()
    assert deployment["spec"]["replicas"] == 1
    assert ANNOTATION not in (deployment["metadata"].get("annotations") or {})


def test_moves_with_webhooks_that_fail_closed(sides: Sides, namespace: str, provider: Provider) -> None:
    before = sides.build("wl", namespace=namespace)
    began = time.monotonic()
    result = sides.move(namespace=namespace)
    took = time.monotonic() - began
    assert result.data["state"] == "S5"
    assert result.data["fence"]["stopped"] == ["capv-system/capv-controller-manager"]
    assert sides.inventory("target", namespace=namespace) == before
    assert sides.inventory("source", namespace=namespace) == {}
    assert_back(provider)
    own = result.data["fence"]["seconds"] - STOP_SECONDS - START_SECONDS
    print(f"move {took:.1f} s, of which fence {result.data['fence']['seconds']} s, of which polling {own:.1f} s")


def test_a_change_that_changes_nothing_asks_the_webhook(sides: Sides, namespace: str, provider: Provider) -> None:
    """What the fence relies on to know that the webhooks answer again."""
    sides.build("wl", namespace=namespace)
    kube = sides.client("source")
    asked = provider.asked
    touch(kube, namespace=namespace)
    assert provider.asked == asked + 1


@pytest.mark.parametrize("kill_at", [4, 5, 6, 40, 90, 91, 92, 100])
def test_killed_around_the_fence_and_run_again(
    sides: Sides, namespace: str, provider: Provider, kill_at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = sides.build("wl", namespace=namespace)
    monkeypatch.setattr(capi_move, "KubeClient", Fragile)
    Fragile.left = kill_at
    with pytest.raises(Killed):
        sides.move(namespace=namespace, concurrency=1)
    Fragile.left = 0
    if not provider.has_pod():
        with pytest.raises(EksaError) as caught:
            touch(sides.client("source"), namespace=namespace)
        assert caught.value.code == "kube.webhook_unavailable"
    assert sides.move(namespace=namespace).data["state"] == "S5"
    assert sides.inventory("target", namespace=namespace) == before
    assert sides.inventory("source", namespace=namespace) == {}
    assert paused(sides, "target", "wl", namespace=namespace) is False
    assert_back(provider)
