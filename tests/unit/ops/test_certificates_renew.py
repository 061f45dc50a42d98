# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What somebody makes anew is deleted, what nobody would make anew is not."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._errors import WaitTimeout
from ansible_collections.eks.anywhere.plugins.module_utils._ops.certificates_renew import renew
from ansible_collections.eks.anywhere.plugins.module_utils._ops.rollout import Waiting
from ansible_collections.eks.anywhere.plugins.module_utils._plan.certificates import CERT_MANAGER
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.tests.unit.fakes import FakeClock, FakeKube, FakeReporter
from ansible_collections.eks.anywhere.tests.unit.ops.test_certificates_info import kubeconfig, pem, secret


def owned(obj: Obj) -> Obj:
    obj["metadata"]["ownerReferences"] = [{"kind": "KubeadmControlPlane", "name": "c1", "uid": "k"}]
    return obj


def webhook(days: int) -> Obj:
    return secret("capi-webhook", {"tls.crt": pem("w", days)}, namespace="capi-system", **{CERT_MANAGER: "capi"})


@dataclasses.dataclass
class World:
    """A cluster whose certificates end soon, and somebody who makes them anew a moment after they are gone."""

    anew_days: int = 365
    paused: bool = False

    def __post_init__(self) -> None:
        self.kube = FakeKube("mgmt")
        spec = {"paused": self.paused}
        metadata = {"name": "c1", "namespace": "eksa-system"}
        cluster = {"apiVersion": "cluster.x-k8s.io/v1beta2", "kind": "Cluster", "metadata": metadata, "spec": spec}
        for obj in (
            cluster,
            owned(secret("c1-kubeconfig", {"value": kubeconfig(10)})),
            secret("c1-user-kubeconfig", {"value": kubeconfig(10)}),
            secret("c1-ca", {"tls.crt": pem("ca", 10)}),
            secret("c1-apiserver-etcd-client", {"tls.crt": pem("client", 10)}),
            webhook(5),
        ):
            self.kube.seed(obj)

    def make_anew(self) -> None:
        anew = (owned(secret("c1-kubeconfig", {"value": kubeconfig(self.anew_days)})), webhook(self.anew_days))
        there = {(key[2], key[3]) for key in self.kube.objects}
        for obj in anew:
            if (obj["metadata"]["namespace"], obj["metadata"]["name"]) not in there:
                self.kube.seed(obj)

    def renew(self, *, check_mode: bool = False, **more: t.Any) -> Result:
        waiting = Waiting(clock=FakeClock(on_sleep=self.make_anew), report=FakeReporter(), timeout_seconds=60)
        return renew(within_days=30, kube=self.kube, waiting=waiting, check_mode=check_mode, **more)


def test_those_that_end_soon_are_made_anew_once() -> None:
    world = World()
    result = world.renew()
    assert sorted(result.data["renewed"]) == ["Secret capi-system/capi-webhook", "Secret eksa-system/c1-kubeconfig"]
    assert world.kube.log == ["delete Secret capi-webhook", "delete Secret c1-kubeconfig"]
    assert not world.renew().changed


def test_plan_deletes_nothing() -> None:
    world = World()
    assert len(world.renew(check_mode=True).actions) == 2
    assert world.kube.log == []


def test_kubeconfig_of_a_paused_cluster_stays() -> None:
    world = World(paused=True)
    result = world.renew()
    assert result.data["paused"] == ["Secret eksa-system/c1-kubeconfig"]
    assert world.kube.log == ["delete Secret capi-webhook"]


def test_one_that_lasts_no_longer_is_not_anew() -> None:
    with pytest.raises(WaitTimeout) as caught:
        World(anew_days=3).renew()
    assert "has not made it anew yet" in caught.value.message
