# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Applying what was rendered anew to a cluster that is there already, whole or in part."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ops import sources
from ansible_collections.eks.anywhere.plugins.module_utils._ops.settling import Server, apply_settled
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Kube, Obj
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.tests.unit.fakes import FakeClock, FakeKube, FakeReporter
from ansible_collections.eks.anywhere.tests.unit.plan.worlds import ENDPOINTS, objects, pick

MORE_CPUS = {"VSphereMachineConfig/w02-cp:numCPUs": 16}
KINDS = 5
"""Of what holds machines and of templates, in a cluster with external etcd."""


def apply(kube: Kube | None, wanted: t.Sequence[Obj], *, check_mode: bool = False, rendered: bool = True) -> Result:
    """Run the operation."""
    server = Server(kube=kube, clock=FakeClock(), report=FakeReporter(), check_mode=check_mode)
    return apply_settled(wanted, server=server, rendered=rendered)


def world(found: t.Iterable[Obj] = ()) -> FakeKube:
    """A server that holds objects."""
    kube = FakeKube("bootstrap")
    for obj in found:
        kube.seed(obj)
    return kube


def test_a_second_create_changes_nothing() -> None:
    kube = world()
    first = apply(kube, objects())
    assert len(first.actions) == len(objects())
    before = kube.calls
    assert not apply(kube, objects()).changed
    assert kube.calls == before + KINDS + 2 * len(objects())
    assert not apply(kube, objects(), check_mode=True).changed


def test_endpoints_of_etcd_survive_a_second_create() -> None:
    """A controller wrote the real ones in the meantime."""
    live = objects()
    plane = pick(live, "KubeadmControlPlane", "w02")
    plane["spec"]["kubeadmConfigSpec"]["clusterConfiguration"]["etcd"]["external"]["endpoints"] = ENDPOINTS
    assert not apply(world(live), objects()).changed


@pytest.mark.parametrize("check_mode", [True, False])
def test_a_template_that_changed_is_made_anew(check_mode: bool) -> None:
    kube = world()
    apply(kube, objects())
    result = apply(kube, objects(MORE_CPUS), check_mode=check_mode)
    assert sorted(result.actions) == [
        "Configure KubeadmControlPlane eksa-system/w02",
        "Create VSphereMachineTemplate eksa-system/w02-control-plane-2",
    ]


def test_what_is_given_as_it_is_keeps_its_names() -> None:
    kube = world()
    apply(kube, objects())
    result = apply(kube, objects(MORE_CPUS), rendered=False)
    assert result.actions == ("Configure VSphereMachineTemplate eksa-system/w02-control-plane-1",)


def test_nothing_is_asked_about_objects_that_hold_no_machines() -> None:
    kube = world()
    apply(kube, [obj for obj in objects() if obj["kind"] == "Secret"])
    secrets = sum(obj["kind"] == "Secret" for obj in objects())
    assert kube.calls == 2 * secrets


class Silent(FakeKube):
    """A server that answers with an error."""

    def __init__(self, code: str) -> None:
        super().__init__("bootstrap")
        self.code = code

    def get(self, **_query: t.Any) -> Obj | None:
        raise EksaError("no answer", code=self.code)

    def list(self, **_query: t.Any) -> list[Obj]:
        raise EksaError("no answer", code=self.code)


def test_check_mode_plans_before_there_is_a_server() -> None:
    for kube in (None, Silent("kube.unreachable")):
        assert len(apply(kube, objects(), check_mode=True).actions) == len(objects())
    with pytest.raises(EksaError, match="no answer"):
        apply(Silent("kube.forbidden"), objects(), check_mode=True)


class ComingUp(FakeKube):
    """A server whose conversion webhook needs two attempts."""

    misses = 2

    def list(self, **query: t.Any) -> list[Obj]:
        if self.misses:
            self.misses -= 1
            raise EksaError("connection refused", code="kube.webhook_unavailable")
        return super().list(**query)


def test_a_webhook_that_comes_up_is_waited_for() -> None:
    kube = ComingUp("bootstrap")
    assert len(apply(kube, objects()).actions) == len(objects())
    assert kube.misses == 0


@pytest.mark.parametrize(
    ("params", "expected"),
    [({"config_file": "c"}, True), ({"config": "c"}, True), ({"objects": []}, False), ({"manifest_file": "m"}, False)],
)
def test_only_configs_are_rendered(params: dict[str, t.Any], expected: bool) -> None:
    assert sources.rendered(params) is expected
