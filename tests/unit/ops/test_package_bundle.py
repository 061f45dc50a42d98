# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Activating bundles, and telling what there is."""

from __future__ import annotations

import datetime as dt
import typing as t

import pytest
import yaml

from ansible_collections.eks.anywhere.plugins.module_utils._config.packages.signature import ANNOTATION, PUBLIC_KEY
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ops import package_bundle, packages, packages_info
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.tests.unit.fakes import FakeClock
from ansible_collections.eks.anywhere.tests.unit.ops.packages_world import CLUSTER, NAMESPACE, Cluster, Desk, bundle

OLD = {"hello": ["1.0.0"], "gone": ["1.0.0"]}
NEW = {"hello": ["2.0.0", "1.0.0"], "fresh": ["3.0.0"]}


def signed(obj: Obj, by: str = "good") -> Obj:
    """A bundle with a signature that the fake verifier knows."""
    obj["metadata"]["annotations"] = {ANNOTATION: by}
    return obj


def world() -> Cluster:
    """Two bundles, the older active, with hello and a package that the newer does not have."""
    kube = Cluster(signed(bundle("v1-34-1", OLD)), signed(bundle("v1-34-2", NEW)))
    ports = packages.Ports(kube=kube, connect=lambda text: kube, waiting=Desk(kube).waiting)
    settings = packages.Settings(cluster=CLUSTER, check_mode=False)
    packages.converge([{"name": "hello"}, {"name": "gone"}], settings=settings, ports=ports)
    state(kube)["status"] = {"state": "upgrade available", "detail": "v1-34-2 available"}
    return kube


def state(kube: Cluster) -> Obj:
    """The PackageBundleController."""
    return kube.objects["packages.eks.amazonaws.com", "PackageBundleController", NAMESPACE, CLUSTER]


def run(kube: Cluster, name: str, manifest: str = "", **settings: t.Any) -> Result:
    """Activate."""
    ports = package_bundle.Ports(
        kube=kube,
        waiting=Desk(kube).waiting,
        holds=lambda key, given, content: {"good": True, "?": None}.get(given, False),
    )
    chosen = package_bundle.Settings(**{"cluster": CLUSTER, "check_mode": False, **settings})
    return package_bundle.activate(name, manifest, settings=chosen, ports=ports)


def test_latest_is_activated_and_every_package_follows_but_the_one_that_cannot() -> None:
    kube = world()
    kube.asleep = True
    kube.after = lambda: setattr(kube, "asleep", not kube.touched)
    result = run(kube, "latest")
    assert result.actions == ("Activate bundle v1-34-2 for shop",)
    assert "# hello 1.0.0 -> 2.0.0" in result.after
    assert "# fresh 3.0.0 is new" in result.after
    assert kube.package("hello")["status"]["currentVersion"] == "2.0.0"
    assert result.data["failed_packages"] == ["gone"]
    assert "not in the bundle v1-34-2" in result.data["warnings"][0]
    assert not run(kube, "v1-34-2").changed
    assert run(kube, "v1-34-1").data["failed_packages"] == []
    assert kube.package("hello")["status"]["currentVersion"] == "1.0.0"


def test_latest_without_a_newer_one_is_what_is_active() -> None:
    kube = world()
    state(kube)["status"] = {"state": "active"}
    assert not run(kube, "latest").changed


def test_check_mode_writes_nothing() -> None:
    kube = world()
    assert run(kube, "latest", check_mode=True).changed
    assert state(kube)["spec"]["activeBundle"] == "v1-34-1"


@pytest.mark.parametrize(
    ("by", "code"),
    [
        ("", "packages.signature_missing"),
        ("evil", "packages.signature_invalid"),
        ("?", "packages.signature_unverified"),
    ],
)
def test_a_bundle_that_is_not_signed_is_refused(by: str, code: str) -> None:
    kube = world()
    manifest = yaml.safe_dump(signed(bundle("v1-34-3", NEW), by))
    with pytest.raises(EksaError) as caught:
        run(kube, "", manifest)
    assert caught.value.code == code
    assert not [key for key in kube.objects if key[3] == "v1-34-3"]


def test_a_bundle_of_a_file_is_brought_in_once() -> None:
    kube = world()
    manifest = yaml.safe_dump(signed(bundle("v1-34-3", NEW)))
    assert run(kube, "", manifest, check_mode=True).actions[0] == "Bring in bundle v1-34-3"
    assert not [key for key in kube.objects if key[3] == "v1-34-3"]
    assert run(kube, "v1-34-3", manifest).actions == ("Bring in bundle v1-34-3", "Activate bundle v1-34-3 for shop")
    assert not run(kube, "", manifest).changed
    with pytest.raises(EksaError, match="holds the bundle v1-34-3, not v1-34-9"):
        run(kube, "v1-34-9", manifest)
    with pytest.raises(EksaError, match="holds 0 PackageBundles"):
        run(kube, "", "kind: ConfigMap\nmetadata: {name: x}\n")


def test_a_bundle_that_is_not_there_is_named() -> None:
    with pytest.raises(EksaError, match="activeBundle 'v1-34-9' not present on cluster"):
        run(world(), "v1-34-9")


def test_the_vendors_key_is_the_usual_one() -> None:
    keys: list[str] = []

    def holds(key: str, given: str, content: bytes) -> bool:
        keys.append(key)
        return True

    kube = world()
    ports = package_bundle.Ports(kube=kube, waiting=Desk(kube).waiting, holds=holds)
    settings = package_bundle.Settings(cluster=CLUSTER, check_mode=True)
    package_bundle.activate("v1-34-2", "", settings=settings, ports=ports)
    assert keys == [PUBLIC_KEY]


def test_info_tells_all_in_four_requests() -> None:
    kube = world()
    written = "2026-09-01T09:30:00Z"
    metadata = {"name": "ecr-token", "namespace": NAMESPACE, "managedFields": [{"time": written}]}
    kube.seed({"apiVersion": "v1", "kind": "Secret", "metadata": metadata})
    before = kube.calls
    found = packages_info.gather(packages_info.Question(CLUSTER, ("hello",)), kube=kube, clock=FakeClock()).data
    assert kube.calls - before == 4
    assert (found["active_bundle"], found["upgrade_available"]) == ("v1-34-1", "v1-34-2")
    assert [one["name"] for one in found["packages"]] == ["gone", "hello"]
    assert {"package": "hello", "before": "1.0.0", "after": "2.0.0"} in found["differences"]
    assert found["available"][0]["installed_as"] == ["hello"]
    assert found["credentials"] == [{"name": "ecr-token", "age_hours": 2.5}]
    (generated,) = found["generated"]
    assert generated["metadata"] == {"name": "generated-hello", "namespace": "eksa-packages-shop"}
    assert generated["spec"] == {"packageName": "hello", "config": "title: hi\n"}
    assert dt.datetime.fromisoformat(written) < FakeClock().today()
