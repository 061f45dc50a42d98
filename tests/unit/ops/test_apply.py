# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Applying: order, operations, diffs without secrets, check mode, patience with what is coming up."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError, WaitTimeout
from ansible_collections.eks.anywhere.plugins.module_utils._ops import sources
from ansible_collections.eks.anywhere.plugins.module_utils._ops.apply import apply_objects
from ansible_collections.eks.anywhere.plugins.module_utils._plan.objects import in_groups, in_namespace
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Kube, Obj
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.tests.unit.fakes import (
    FakeArtifacts,
    FakeClock,
    FakeFiles,
    FakeKube,
    FakeReporter,
)

SECRET_VALUE = "c2VjcmV0LXBhc3N3b3Jk"


def obj(kind: str, name: str = "w01", *, api: str = "v1", namespace: str | None = "eksa-system", **more: t.Any) -> Obj:
    """An object."""
    metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
    return {"apiVersion": api, "kind": kind, "metadata": metadata, **more}


OBJECTS = (
    obj("Cluster", api="cluster.x-k8s.io/v1beta2", spec={"paused": False}),
    obj("Secret", data={"password": SECRET_VALUE}),
    obj("Namespace", "eksa-system", namespace=None),
    obj("VSphereMachineTemplate", api="infrastructure.cluster.x-k8s.io/v1beta1"),
    obj("CustomResourceDefinition", "things", api="apiextensions.k8s.io/v1", namespace=None),
    obj("ValidatingWebhookConfiguration", "hook", api="admissionregistration.k8s.io/v1", namespace=None),
)


def apply(
    kube: Kube | None, objects: t.Sequence[Obj] = OBJECTS, *, check_mode: bool = False
) -> tuple[Result, list[str]]:
    """Run the operation."""
    report = FakeReporter()
    return (
        apply_objects(objects, kube=kube, clock=FakeClock(), report=report, check_mode=check_mode),
        report.lines,
    )


def test_groups_keep_what_others_refer_to_first() -> None:
    kinds = [[item["kind"] for item in group] for group in in_groups(OBJECTS)]
    assert kinds == [
        ["Namespace"],
        ["CustomResourceDefinition"],
        ["Secret", "VSphereMachineTemplate"],
        ["Cluster"],
        ["ValidatingWebhookConfiguration"],
    ]


def test_first_run_creates_second_does_nothing() -> None:
    kube = FakeKube("b")
    result, lines = apply(kube)
    assert [item["operation"] for item in result.data["objects"]] == ["created"] * len(OBJECTS)
    assert [item["kind"] for item in result.data["objects"]] == [item["kind"] for item in OBJECTS]
    assert lines == []
    again, _lines = apply(kube)
    assert not again.changed
    assert (again.before, again.after) == ("", "")
    assert {item["operation"] for item in again.data["objects"]} == {"unchanged"}


def test_a_change_is_shown_and_a_secret_is_not() -> None:
    kube = FakeKube("b")
    apply(kube)
    changed = [obj("Secret", data={"password": "b3RoZXI=", "user": "dQ=="}), {**OBJECTS[0], "spec": {"paused": True}}]
    result, _lines = apply(kube, changed)
    assert result.actions == ("Configure Secret eksa-system/w01", "Configure Cluster eksa-system/w01")
    shown = result.before + result.after
    assert SECRET_VALUE not in shown
    assert "b3RoZXI=" not in shown
    assert "password: '******** (changed)'" in result.after
    assert "user: '********'" in result.after
    assert "paused: false" in result.before
    assert "paused: true" in result.after


def test_the_login_of_a_registry_mirror_is_not_shown() -> None:
    content = 'authorization = "Basic dXNlcjpwYXNz"'
    wanted = obj(
        "KubeadmControlPlane", api="controlplane.cluster.x-k8s.io/v1beta2", spec={"files": [{"content": content}]}
    )
    result, _lines = apply(FakeKube("b"), [wanted])
    assert "dXNlcjpwYXNz" not in result.after
    assert "Basic ********" in result.after


def test_status_and_bookkeeping_are_no_change() -> None:
    kube = FakeKube("b")
    apply(kube)
    stored = kube.objects[("cluster.x-k8s.io", "Cluster", "eksa-system", "w01")]
    stored["status"] = {"phase": "Provisioned"}
    stored["metadata"]["resourceVersion"] = "99"
    assert not apply(kube)[0].changed


@pytest.mark.parametrize("there", [False, True])
def test_check_mode_writes_nothing(there: bool) -> None:
    kube = FakeKube("b")
    if there:
        apply(kube)
    writes = kube.fuse.writes
    result, _lines = apply(kube, check_mode=True)
    assert kube.fuse.writes == writes
    assert result.changed is not there


def test_check_mode_before_there_is_a_server() -> None:
    result, _lines = apply(None, check_mode=True)
    assert result.actions[0] == "Create Cluster eksa-system/w01"
    assert SECRET_VALUE not in result.after
    with pytest.raises(EksaError, match="no API server"):
        apply(None)


class Refusing(FakeKube):
    """Refuses applies of one kind a number of times."""

    def __init__(self, *, kind: str, code: str, times: int) -> None:
        super().__init__("b")
        self.kind, self.code, self.times = kind, code, times

    def apply(self, obj: Obj, *, dry_run: bool = False) -> Obj:
        """See the port."""
        if obj["kind"] == self.kind and self.times:
            self.times -= 1
            raise EksaError("failed calling webhook: connection refused", code=self.code)
        return super().apply(obj, dry_run=dry_run)


@pytest.mark.parametrize("code", ["kube.webhook_unavailable", "kube.not_found", "kube.kind_unknown", "kube.busy"])
def test_what_comes_up_is_waited_for_with_the_reason(code: str) -> None:
    kube = Refusing(kind="Cluster", code=code, times=12)
    result, lines = apply(kube)
    assert lines == [
        "  objects: 0/1 applied (0 s) - Cluster w01: failed calling webhook: connection refused",
        "  objects: 1/1 applied (3 s)",
    ]
    assert len(result.actions) == len(OBJECTS)


def test_a_webhook_that_never_comes_up_is_named() -> None:
    with pytest.raises(WaitTimeout, match="Cluster w01: failed calling webhook"):
        apply(Refusing(kind="Cluster", code="kube.webhook_unavailable", times=10_000))


@pytest.mark.parametrize("code", ["kube.forbidden", "kube.invalid", "kube.namespace_missing"])
def test_what_waiting_does_not_mend_is_raised_at_once(code: str) -> None:
    with pytest.raises(EksaError) as caught:
        apply(Refusing(kind="Cluster", code=code, times=1))
    assert caught.value.code == code


@pytest.mark.parametrize("code", ["kube.namespace_missing", "kube.unreachable", "kube.kind_unknown"])
def test_check_mode_plans_what_cannot_be_asked_about(code: str) -> None:
    result, _lines = apply(Refusing(kind="Cluster", code=code, times=1), check_mode=True)
    assert "Create Cluster eksa-system/w01" in result.actions


@pytest.mark.parametrize(
    ("there", "planned"),
    [(None, "Create"), ({}, "Configure"), ({"paused": False, "of-a-default": [1]}, None)],
    ids=["missing", "different", "the same"],
)
def test_check_mode_compares_by_itself_what_has_no_webhook_now(there: Obj | None, planned: str | None) -> None:
    """A provider that is being replaced, or whose upgrade was cut, has none."""
    kube = Refusing(kind="Cluster", code="kube.webhook_unavailable", times=1)
    wanted = obj("Cluster", api="cluster.x-k8s.io/v1beta2", spec={"paused": False})
    if there is not None:
        kube.seed({**wanted, "spec": there})
    result, lines = apply(kube, [wanted], check_mode=True)
    assert list(result.actions) == ([f"{planned} Cluster eksa-system/w01"] if planned else [])
    assert lines == ["  Cluster: compared without their webhooks, which are down"]
    assert kube.fuse.writes == 0


def test_namespace_is_filled_in_where_one_belongs() -> None:
    filled = in_namespace(
        [obj("ConfigMap", namespace=None), obj("StorageClass", namespace=None), obj("Secret")], "other"
    )
    assert [item["metadata"].get("namespace") for item in filled] == ["other", None, "eksa-system"]


MANIFEST = """
---
apiVersion: v1
kind: ConfigMap
metadata: {name: a}
---
# nothing
---
apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: ConfigMap, metadata: {name: b}}
"""


def gather(**params: t.Any) -> list[Obj]:
    """The objects that options describe."""
    return sources.objects(params, files=FakeFiles({"m.yaml": MANIFEST, "bad.yaml": "a: [", "odd.yaml": "kind: X"}),
                           artifacts=FakeArtifacts({}))  # fmt: skip


def test_objects_of_a_manifest() -> None:
    found = gather(manifest_file="m.yaml", namespace="x")
    assert [(item["metadata"]["name"], item["metadata"]["namespace"]) for item in found] == [("a", "x"), ("b", "x")]


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"manifest_file": "none.yaml"}, "input.not_found"),
        ({"manifest_file": "bad.yaml"}, "manifest.invalid"),
        ({"manifest_file": "odd.yaml"}, "apply.object_invalid"),
        ({"objects": [{"kind": "X"}]}, "apply.object_invalid"),
        ({"config_file": "none.yaml"}, "input.not_found"),
    ],
)
def test_bad_input(params: dict[str, t.Any], code: str) -> None:
    with pytest.raises(EksaError) as caught:
        gather(**params)
    assert caught.value.code == code
