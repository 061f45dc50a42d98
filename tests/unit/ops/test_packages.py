# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All packages of a cluster in one go: few requests, each for itself, waits that end."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ops.packages import Ports, Settings, converge
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.tests.unit.ops.packages_world import CLUSTER, Cluster, Desk, bundle

MANY = [f"p{number:02}" for number in range(30)]


def world() -> Cluster:
    """A bundle with hello, greeter and many others."""
    return Cluster(bundle("v1-34-1", {"hello": ["2.0.0", "1.0.0"], **{name: ["1.0.0"] for name in MANY}}))


def run(kube: Cluster, *declared: dict[str, t.Any], desk: Desk | None = None, **settings: t.Any) -> Result:
    """Converge."""
    ports = Ports(kube=kube, connect=lambda text: kube, waiting=(desk or Desk(kube)).waiting)
    chosen = Settings(**{"cluster": CLUSTER, "check_mode": False, **settings})
    return converge(declared, settings=chosen, ports=ports)


def test_a_package_is_installed_changed_and_removed_and_each_again_is_nothing() -> None:
    kube = world()
    first = run(kube, {"name": "hello", "config": {"title": "x"}})
    assert first.actions == ("Install package hello: hello 2.0.0",)
    assert first.data["packages"][0]["current_version"] == "2.0.0"
    assert not run(kube, {"name": "hello", "config": "title:   x"}).changed
    second = run(kube, {"name": "hello", "config": {"title": "y"}, "version": "1.0.0"})
    assert second.actions == ("Change package hello: version latest -> 1.0.0, configuration of title",)
    assert "title: x" in second.before
    assert "packageVersion: 1.0.0" in second.after
    assert run(kube, {"name": "hello", "state": "absent"}).actions == ("Remove package hello: hello",)
    assert not run(kube, {"name": "hello", "state": "absent"}).changed


def test_thirty_unchanged_packages_cost_three_requests() -> None:
    kube = world()
    declared = [{"name": name, "config": {"title": "x"}} for name in MANY]
    assert len(run(kube, *declared).actions) == 30
    before = kube.calls
    assert not run(kube, *declared).changed
    assert kube.calls - before == 3


def test_check_mode_asks_the_server_and_writes_nothing() -> None:
    kube = world()
    kube.refused = {"p01"}
    with pytest.raises(EksaError) as caught:
        run(kube, {"name": "hello"}, {"name": "p01"}, check_mode=True)
    assert "p01: admission webhook denied" in caught.value.message
    assert caught.value.details["changed"] is True
    result = run(kube, {"name": "hello"}, check_mode=True)
    assert result.changed
    assert not [key for key in kube.objects if key[1] == "Package"]


def test_a_broken_package_holds_up_no_other() -> None:
    kube = world()
    kube.broken = {"p01"}
    desk = Desk(kube)
    with pytest.raises(EksaError) as caught:
        run(kube, {"name": "p01"}, {"name": "hello"}, {"name": "typo", "package": "helo"}, desk=desk)
    error = caught.value
    assert error.code == "packages.failed"
    assert error.details["failed_packages"] == ["p01", "typo"]
    assert "execution error" in error.message
    assert "nearest: hello" in error.message
    assert [one["state"] for one in error.details["packages"]] == ["installing", "installed", ""]
    assert 150 <= desk.clock.time < 160
    reported = run(kube, {"name": "p01"}, {"name": "hello"}, fails=False)
    assert reported.data["failed_packages"] == ["p01"]
    assert not reported.changed


def test_time_that_is_up_is_told_for_each_that_is_left() -> None:
    kube = world()
    kube.asleep = True
    with pytest.raises(EksaError, match=r"hello: the package controller has not seen it yet \(time is up\)"):
        run(kube, {"name": "hello"}, desk=Desk(kube, timeout_seconds=30))


def test_a_package_that_nobody_looks_at_is_touched() -> None:
    kube = world()
    run(kube, {"name": "hello"})
    kube.asleep = True
    desk = Desk(kube, timeout_seconds=60)

    def wake() -> None:
        kube.asleep = not kube.touched
        kube.work()

    desk.clock.on_sleep = wake
    run(kube, {"name": "hello", "config": {"title": "new"}}, desk=desk)
    assert kube.touched == ["hello"]


def test_removed_is_when_the_release_is_gone() -> None:
    kube = world()
    run(kube, {"name": "hello"})
    release = {"name": "sh.helm.release.v1.hello.v1", "namespace": "eksa-packages", "labels": {"name": "hello"}}
    kube.seed({"apiVersion": "v1", "kind": "Secret", "metadata": release})
    with pytest.raises(EksaError, match="its helm release is still there"):
        run(kube, {"name": "hello", "state": "absent"})


def test_a_dependency_says_why() -> None:
    kube = Cluster(bundle("v1-34-1", {"greeter": ["1.0.0"], "hello": ["1.0.0"]}))
    desk = Desk(kube)

    def stuck() -> None:
        kube.package("greeter")["status"] = {
            "state": "installing dependencies",
            "detail": "Waiting for dependencies: hello",
        }
        needed = {
            "apiVersion": "packages.eks.amazonaws.com/v1alpha1",
            "kind": "Package",
            "spec": {"packageName": "hello"},
        }
        status = {"state": "installing", "detail": "dial tcp: connect: connection refused"}
        metadata = {"name": "hello", "namespace": "eksa-packages-shop"}
        kube.seed({**needed, "metadata": metadata, "status": status})

    desk.clock.on_sleep = stuck
    with pytest.raises(EksaError, match=r"Waiting for dependencies: hello: dial tcp") as caught:
        run(kube, {"name": "greeter"}, desk=desk)
    assert caught.value.hint.startswith("The registry does not answer")


def test_the_first_bundle_is_waited_for() -> None:
    kube = Cluster(bundle("v1-34-1", {"hello": ["1.0.0"]}), active="")
    desk = Desk(kube)
    settings = kube.objects["packages.eks.amazonaws.com", "PackageBundleController", "eksa-packages", CLUSTER]
    settings["status"] = {"state": "disconnected", "detail": "connection refused"}

    def activate() -> None:
        settings["spec"]["activeBundle"] = "v1-34-1"
        kube.work()

    desk.clock.on_sleep = activate
    run(kube, {"name": "hello"}, desk=desk)
    assert "disconnected: connection refused" in desk.report.lines[0]


def test_the_namespace_of_a_new_package_is_created_when_told_to() -> None:
    kube = world()

    def creates() -> bool:
        key = ("packages.eks.amazonaws.com", "PackageBundleController", "eksa-packages", CLUSTER)
        return kube.objects[key]["spec"].get("createNamespace", False)

    declared = {"name": "hello", "target_namespace": "web"}
    planned = run(kube, declared, check_mode=True, create_namespaces=True)
    assert planned.actions[0] == "Have the package controller create namespaces"
    assert not creates()
    done = run(kube, declared, create_namespaces=True)
    assert done.actions == planned.actions
    assert done.after.startswith("# PackageBundleController shop\ncreateNamespace: true\n# hello")
    assert creates()
    assert not run(kube, declared, create_namespaces=True).changed


def test_a_controller_that_needs_its_login_to_a_mirror_says_so_in_its_log_alone() -> None:
    kube = Cluster(bundle("v1-34-1", {"hello": ["1.0.0"]}), active="")
    settings = kube.objects["packages.eks.amazonaws.com", "PackageBundleController", "eksa-packages", CLUSTER]
    settings["status"] = {}
    metadata = {"name": "registry-mirror-secret", "namespace": "eksa-packages"}
    kube.seed({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": {"CACERTCONTENT": "LS0t"}})
    kube.asleep = True
    with pytest.raises(EksaError, match="Secret registry-mirror-cred: missing") as caught:
        run(kube, {"name": "hello"}, desk=Desk(kube))
    assert "CronJob cron-ecr-renew" in caught.value.hint


@pytest.mark.parametrize(
    ("cluster", "code"), [("other", "packages.cluster_unknown"), ("", "packages.controller_missing")]
)
def test_the_wrong_cluster_is_told(cluster: str, code: str) -> None:
    kube = world()
    if not cluster:
        kube.objects.clear()
    with pytest.raises(EksaError) as caught:
        run(kube, {"name": "hello"}, cluster=cluster or CLUSTER)
    assert caught.value.code == code


def test_each_package_is_declared_once() -> None:
    with pytest.raises(EksaError, match="names hello more than once"):
        run(world(), {"name": "hello"}, {"name": "hello"})
