# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Curated packages with the real package controller, its webhooks, helm inside it, and a registry that speaks TLS.

The cases go on where the one before ended, as they do on a cluster.
"""

from __future__ import annotations

import pathlib
import time
import typing as t

import pytest
import yaml
from cryptography.hazmat.primitives.asymmetric import ec

from ansible_collections.eks.anywhere.tests.packages import runs
from ansible_collections.eks.anywhere.tests.packages.runs import HELLO
from ansible_collections.eks.anywhere.tests.packages.world import MANY, WORKLOAD, World, many, second_packages
from ansible_collections.eks.anywhere.tests.tools import figures

GOOD = {**HELLO, "config": {"title": "good morning", "replicas": 2}}
SMALL: list[dict[str, t.Any]] = [
    {"name": name, "target_namespace": "web", "config": {"title": name, "replicas": 1}} for name in many()
]


@pytest.fixture(autouse=True)
def _count(monkeypatch: pytest.MonkeyPatch) -> None:
    runs.count_requests(monkeypatch)


def test_install(world: World) -> None:
    planned = runs.packages(world, GOOD, check=True)
    assert planned.changed, planned
    assert world.installed("hello") is None
    done = runs.packages(world, GOOD)
    assert not done.error, done
    assert done.package("hello")["current_version"] == "0.1.1"
    assert world.installed("hello") == {"title": "good morning", "replicas": "2", "version": "0.1.1"}


def test_again_is_nothing(world: World) -> None:
    again = runs.packages(world, {**GOOD, "config": "# the same\nreplicas:   2\ntitle: 'good morning'\n"})
    assert not again.error
    assert not again.changed
    assert again.calls == 3


def test_values_change(world: World) -> None:
    change = {**GOOD, "config": {"title": "good evening", "replicas": 2}}
    planned = runs.packages(world, change, check=True)
    assert "good evening" in planned.data["diff"]["after"]
    done = runs.packages(world, change)
    assert done.data["actions"] == ["Change package hello: configuration of title"]
    assert (world.installed("hello") or {})["title"] == "good evening"


def test_what_the_schema_does_not_know_is_refused_before_and_by_the_webhook(world: World) -> None:
    wrong = runs.packages(world, {**HELLO, "config": {"titel": "x"}}, check=True)
    assert 'Additional property titel is not allowed; did you mean "title"?' in wrong.error
    unknown = runs.packages(world, {"name": "typo", "package": "helo-eks-anywhere"}, check=True)
    assert "nearest: hello-eks-anywhere" in unknown.error
    packed = {"apiVersion": "packages.eks.amazonaws.com/v1alpha1", "kind": "Package"}
    spec = {"packageName": "hello-eks-anywhere", "config": "titel: x\n"}
    metadata = {"name": "raw", "namespace": "eksa-packages-mgmt"}
    with pytest.raises(Exception, match="Additional property titel is not allowed"):
        world.kube.apply({**packed, "metadata": metadata, "spec": spec}, dry_run=True)


def test_another_namespace_or_package_is_refused(world: World) -> None:
    moved = runs.packages(world, {**HELLO, "target_namespace": "default"}, check=True)
    assert "targetNamespace is immutable" in moved.error
    other = runs.packages(world, {"name": "hello", "package": "greeter"}, check=True)
    assert "cannot become greeter" in other.error


def test_a_pin_and_the_way_back(world: World) -> None:
    pinned = runs.packages(world, {**HELLO, "version": "0.1.0"})
    assert not pinned.error, pinned
    assert (world.installed("hello") or {})["version"] == "0.1.0"
    assert (world.installed("hello") or {})["title"] == "good evening"
    back = runs.packages(world, {**HELLO, "version": "latest"})
    assert back.data["actions"] == ["Change package hello: version 0.1.0 -> latest (0.1.1)"]
    assert (world.installed("hello") or {})["version"] == "0.1.1"


def test_a_dependency_comes_by_itself_and_stays(world: World) -> None:
    removed = runs.packages(world, {"name": "hello", "state": "absent"})
    assert not removed.error, removed
    greeter = {"name": "greeter", "target_namespace": "web"}
    done = runs.packages(world, greeter)
    assert not done.error, done
    assert {one["name"] for one in runs.info(world).data["packages"]} == {"greeter", "hello-eks-anywhere"}
    assert not runs.packages(world, {**greeter, "state": "absent"}).error
    assert {one["name"] for one in runs.info(world).data["packages"]} == {"hello-eks-anywhere"}
    assert not runs.packages(world, {"name": "hello-eks-anywhere", "state": "absent"}).error
    assert world.installed("hello-eks-anywhere") is None


def test_a_broken_package_beside_a_good_one(world: World) -> None:
    done = runs.packages(world, {"name": "bad", "package": "broken"}, GOOD, patience_seconds=10)
    assert done.code == "packages.failed"
    assert done.data["failed_packages"] == ["bad"]
    assert "this chart is broken on purpose" in done.error
    assert done.package("hello")["state"] == "installed"
    assert (world.installed("hello") or {})["title"] == "good morning"
    assert done.seconds < 30
    reported = runs.packages(world, {"name": "bad", "package": "broken"}, patience_seconds=5, failures="report")
    assert not reported.error
    assert reported.data["failed_packages"] == ["bad"]
    assert not runs.packages(world, {"name": "bad", "state": "absent"}).error


def test_removal(world: World) -> None:
    done = runs.packages(world, {"name": "hello", "state": "absent"})
    assert done.data["actions"] == ["Remove package hello: hello-eks-anywhere"]
    assert world.installed("hello") is None
    assert not runs.packages(world, {"name": "hello", "state": "absent"}).changed


def test_many_in_one_call(world: World) -> None:
    planned = runs.packages(world, *SMALL, check=True)
    assert len(planned.data["actions"]) == MANY
    done = runs.packages(world, *SMALL)
    assert not done.error, done
    assert len(done.data["actions"]) == MANY
    assert all(one["state"] == "installed" for one in done.data["packages"])
    figures.record("packages.install_30_seconds", done.seconds)
    again = runs.packages(world, *SMALL)
    assert not again.changed
    figures.record("packages.noop_30_seconds", again.seconds, most=3)
    figures.record("packages.noop_30_api_calls", again.calls, unit="calls", most=4)
    assert again.calls <= 4
    assert again.seconds < 3


def test_two_clusters_from_one_management_cluster(world: World) -> None:
    ours = runs.packages(world, GOOD)
    theirs = runs.packages(world, {**GOOD, "config": {"title": "in the shop"}}, cluster=WORKLOAD)
    assert not ours.error
    assert not theirs.error, theirs
    assert (world.installed("hello") or {})["title"] == "good morning"
    assert (world.installed("hello", cluster=WORKLOAD) or {})["title"] == "in the shop"
    removed = runs.packages(world, {"name": "hello", "state": "absent"}, cluster=WORKLOAD)
    assert not removed.error, removed
    assert world.installed("hello", cluster=WORKLOAD) is None
    assert world.installed("hello") is not None
    unknown = runs.packages(world, GOOD, cluster="nowhere")
    assert "looks after mgmt, shop, not after nowhere" in unknown.error


def test_upgrade_by_a_newer_bundle_and_the_way_back(world: World) -> None:
    world.publisher.publish(2, second_packages())
    newer = world.publisher.name(2)
    world.until(lambda: runs.info(world).data["upgrade_available"] == newer)
    told = runs.info(world).data["differences"]
    assert {"package": "hello-eks-anywhere", "before": "0.1.1", "after": "0.2.0"} in told
    assert {"package": "fresh", "before": "", "after": "3.0.0"} in told
    assert runs.bundle(world, name="latest", check=True).changed
    assert (world.installed("hello") or {})["version"] == "0.1.1"
    done = runs.bundle(world, name="latest")
    assert not done.error, done
    assert done.data["failed_packages"] == [], done
    assert (world.installed("hello") or {})["version"] == "0.2.0"
    assert done.seconds < 60
    assert not runs.bundle(world, name=newer).changed
    back = runs.bundle(world, name=world.publisher.name(1))
    assert not back.error, back
    assert (world.installed("hello") or {})["version"] == "0.1.1"
    assert runs.packages(world, {"name": "fresh"}, check=True).data["failed_packages"] == ["fresh"]


def test_a_bundle_that_is_not_signed_is_refused_by_us_and_by_the_webhook(world: World, tmp_path: pathlib.Path) -> None:
    file = tmp_path / "bundle.yaml"
    unsigned = world.publisher.bundle(3, second_packages())
    file.write_text(yaml.safe_dump(unsigned))
    assert runs.bundle(world, file=str(file)).code == "packages.signature_missing"
    theirs = runs.bundle(world, file=str(file), verify_signature=False)
    assert "Missing signature" in theirs.error
    forged = world.publisher.signed(unsigned, key=ec.generate_private_key(ec.SECP256R1()))
    file.write_text(yaml.safe_dump(forged))
    assert runs.bundle(world, file=str(file)).code == "packages.signature_invalid"
    assert "signature is invalid" in runs.bundle(world, file=str(file), verify_signature=False).error
    file.write_text(yaml.safe_dump(world.publisher.signed(forged)))
    good = runs.bundle(world, file=str(file), check=True)
    assert not good.error, good
    assert good.changed


def test_a_bundle_of_another_kubernetes_is_refused(world: World, tmp_path: pathlib.Path) -> None:
    other = world.publisher.bundle(4, second_packages())
    other["metadata"]["name"] = "v1-30-4"
    file = tmp_path / "bundle.yaml"
    file.write_text(yaml.safe_dump(world.publisher.signed(other)))
    assert "does not match v1-30-4" in runs.bundle(world, file=str(file)).error


def trouble(world: World, name: str, words: str, hint: str) -> None:
    """Install a package that cannot be pulled, and see that the reason and the next step are told."""
    began = time.monotonic()
    done = runs.packages(world, {"name": name, "package": "greeter", "target_namespace": "web"}, patience_seconds=5)
    assert done.code == "packages.failed", done
    assert words in done.error
    assert hint in done.hint
    assert time.monotonic() - began < 60
    assert not runs.packages(world, {"name": name, "state": "absent"}).error


def test_registry_down(world: World) -> None:
    world.registry.stop()
    try:
        trouble(world, "down", "connection refused", "does not answer")
        world.until(lambda: runs.info(world).data["controller"]["state"] != "", seconds=20)
    finally:
        world.registry.start()


def test_wrong_authority(world: World) -> None:
    world.registry.stop()
    world.registry.start(certificate="other")
    try:
        trouble(world, "stranger", "x509", "certificate is not trusted")
    finally:
        world.registry.stop()
        world.registry.start()


def test_token_expired(world: World) -> None:
    """What ECR answers, from a stand-in: no account of AWS is needed to see what is made of it."""
    world.registry.stop()
    world.registry.refuse_expired()
    try:
        trouble(world, "late", "authorization token has expired", "token has expired")
    finally:
        world.registry.stop()
        world.registry.start()


def test_controller_down_when_a_package_is_removed(world: World) -> None:
    world.controller.stop()
    try:
        done = runs.packages(world, {"name": "small-01", "state": "absent"}, patience_seconds=5)
        assert "its helm release is still there" in done.error
        assert "is it?" in done.hint
        denied = runs.packages(world, {**GOOD, "config": {"title": "nobody listens"}}, patience_seconds=5)
        assert "failed calling webhook" in denied.error
    finally:
        world.controller.start()
