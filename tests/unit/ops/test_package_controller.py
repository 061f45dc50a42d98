# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The package controller: what its chart is given, when helm runs, what is replaced, what is refused."""

from __future__ import annotations

import base64
import dataclasses
import json
import typing as t

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._config.bundles import Bundles
from ansible_collections.eks.anywhere.plugins.module_utils._config.model import ClusterConfig, Proxy, RegistryMirror
from ansible_collections.eks.anywhere.plugins.module_utils._config.packages.bundle import API, NAMESPACE
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ops import package_controller
from ansible_collections.eks.anywhere.plugins.module_utils._ops.package_controller import (
    Ports,
    Settings,
    Subject,
    install,
    remove,
)
from ansible_collections.eks.anywhere.plugins.module_utils._plan.packages import INTERNAL
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Completed
from ansible_collections.eks.anywhere.plugins.module_utils._render.package_controller import (
    PUBLIC,
    Login,
    registries,
    values,
)
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.tests.unit.fakes import FakeClock, FakeKube, FakeReporter, FakeRunner
from ansible_collections.eks.anywhere.tests.unit.ops import samples

CHART = "public.ecr.aws/eks-anywhere/eks-anywhere-packages:0.4.17"
LOGIN = Login(access_key_id="AKIA", secret_access_key="s3cr3t", region="eu-west-1")
MIRROR = RegistryMirror("mirror.local", "5000", ca_cert="PEM", authenticate=True)


def cluster(**changes: t.Any) -> ClusterConfig:
    """A cluster that manages itself."""
    return dataclasses.replace(samples.config(), **changes)


def with_packages(section: dict[str, t.Any]) -> ClusterConfig:
    """A cluster whose config says something of packages."""
    document = samples.config().documents[0]
    return cluster(documents=({**document, "spec": {**document["spec"], "packages": section}},))


def bundles() -> Bundles:
    """A manifest that names the chart."""
    known = samples.bundles()
    bundle = known.for_version("1.34")
    raw = {**bundle.raw, "packageController": {"helmChart": {"uri": CHART}}}
    return dataclasses.replace(known, versions={"1.34": dataclasses.replace(bundle, raw=raw)})


class Chart(FakeKube):
    """A management cluster on which helm leaves what the chart makes."""

    def install(self, name: str, *, registry: str = PUBLIC, images: str = "") -> Completed:
        """What the chart makes for a cluster."""
        spec = {"activeBundle": "v1-34-1", "defaultRegistry": registry, "defaultImageRegistry": images}
        metadata = {"name": name, "namespace": NAMESPACE}
        self.seed({"apiVersion": API, "kind": "PackageBundleController", "metadata": metadata, "spec": spec})
        return Completed((), 0, "", "")


class Bench:
    """The operation between fakes."""

    def __init__(self, config: ClusterConfig | None = None, login: Login = LOGIN) -> None:
        self.config = config or cluster()
        self.kube = Chart("mgmt")
        self.runner = FakeRunner(
            {
                "helm upgrade": lambda argv: self.kube.install(self.config.name),
                "helm uninstall": Completed((), 0, "", ""),
            }
        )
        self.login = login

    def run(self, act: t.Callable[..., Result] = install, **settings: t.Any) -> Result:
        """Do it."""
        ports = Ports(
            kube=self.kube,
            kubeconfig="mgmt.kubeconfig",
            runner=self.runner,
            artifacts=t.cast(t.Any, None),
            waiting=package_controller.Waiting(clock=FakeClock(), report=FakeReporter(), timeout_seconds=60),
        )
        subject = Subject(self.config, bundles(), self.login)
        return act(subject, settings=Settings(**{"check_mode": False, **settings}), ports=ports)


def test_installed_once_with_nothing_secret_in_the_arguments() -> None:
    bench = Bench()
    result = bench.run()
    name = bench.config.name
    assert result.actions == (f"Install eks-anywhere-packages for {name}",)
    assert result.data["active_bundle"] == "v1-34-1"
    (argv,) = bench.runner.runs
    assert argv[:4] == ("helm", "upgrade", "--install", "eks-anywhere-packages")
    assert argv[4:7] == ("oci://public.ecr.aws/eks-anywhere/eks-anywhere-packages", "--version", "0.4.17")
    given = json.loads(bench.runner.inputs[0] or "")
    assert base64.b64decode(given["awsSecret"]["secret"]).decode() == "s3cr3t"
    assert not any("s3cr3t" in word or given["awsSecret"]["secret"] in word for word in argv)
    assert "s3cr3t" not in str(result)
    assert not bench.run().changed
    assert len(bench.runner.runs) == 1


def test_check_mode_runs_nothing() -> None:
    bench = Bench()
    assert bench.run(check_mode=True).changed
    assert bench.runner.runs == []


def test_a_managed_cluster_is_installed_on_its_manager() -> None:
    bench = Bench(cluster(management_name="boss"))
    assert bench.run().actions[0].startswith(f"Install eks-anywhere-packages-{bench.config.name}")
    assert "--skip-crds" in bench.runner.runs[0]
    given = json.loads(bench.runner.inputs[0] or "")
    assert (given["workloadPackageOnly"], given["managementClusterName"]) == (True, "boss")


def test_a_mirror_that_changed_is_followed_and_a_registry_of_a_region_stays() -> None:
    bench = Bench()
    bench.kube.install(bench.config.name, registry="regional", images="regional")
    assert not bench.run().changed
    bench.config = dataclasses.replace(bench.config, registry_mirror=MIRROR)
    assert bench.run(wait=False).actions[0].startswith("Reconfigure")
    assert bench.run(check_mode=True).before == "defaultRegistry: public.ecr.aws/eks-anywhere\n"


def test_credentials_that_changed_are_replaced() -> None:
    bench = Bench()
    bench.run()
    old = {"AWS_ACCESS_KEY_ID": "old"}
    metadata = {"name": "aws-secret", "namespace": NAMESPACE}
    bench.kube.seed({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": old})
    assert bench.run(check_mode=True).changed
    assert bench.run().actions == ("Replace the AWS credentials of packages",)
    assert not bench.run().changed
    bench.login = Login()
    assert not bench.run().changed


def test_a_cluster_without_packages_is_left_alone() -> None:
    bench = Bench(with_packages({"disable": True}))
    assert bench.run().data == {"active_bundle": "", "disabled": True}
    assert bench.runner.runs == []


def test_what_helm_says_is_told() -> None:
    bench = Bench()
    bench.runner.answers["helm upgrade"] = Completed((), 1, "", "Error: no matches for kind Issuer\n  in version v1\n")
    with pytest.raises(EksaError, match="no matches for kind Issuer in version v1") as caught:
        bench.run()
    assert caught.value.code == "packages.helm_failed"


def test_helm_runs_again_until_the_webhooks_answer() -> None:
    bench = Bench()
    said = ['Error: Internal error occurred: failed calling webhook "vpackage.kb.io": no endpoints available']

    def helm(argv: tuple[str, ...]) -> Completed:
        return Completed((), 1, "", said.pop()) if said else bench.kube.install(bench.config.name)

    bench.runner.answers["helm upgrade"] = helm
    assert bench.run().changed
    assert len(bench.runner.runs) == 2


def package(name: str, namespace: str, *, internal: bool) -> dict[str, t.Any]:
    """A Package."""
    annotations = {INTERNAL: "true"} if internal else {}
    metadata = {"name": name, "namespace": namespace, "annotations": annotations}
    return {"apiVersion": API, "kind": "Package", "metadata": metadata, "spec": {}}


def test_removal_takes_the_keeper_first_and_refuses_while_there_are_packages() -> None:
    bench = Bench()
    bench.run()
    space = f"eksa-packages-{bench.config.name}"
    bench.kube.seed(package("eks-anywhere-packages", space, internal=True))
    bench.kube.seed(package("hello", space, internal=False))
    with pytest.raises(EksaError, match="has the packages hello"):
        bench.run(remove)
    bench.kube.delete(api_version=API, kind="Package", name="hello", namespace=space)
    assert bench.run(remove, check_mode=True).changed
    assert bench.run(remove).actions == ("Uninstall eks-anywhere-packages",)
    assert not [key for key in bench.kube.objects if key[1] == "Package"]
    assert bench.runner.runs[-1][:3] == ("helm", "uninstall", "eks-anywhere-packages")
    bench.kube.objects.clear()
    assert not bench.run(remove).changed


def test_the_values_are_those_of_the_vendor() -> None:
    controller = {"tag": "v1", "disableWebhooks": True, "env": ["A=b=c"], "resources": {"limits": {"cpu": "1"}}}
    config = with_packages({"controller": controller, "cronjob": {"disable": False, "digest": "d"}})
    given = values(config, Login())
    assert given["controller"] == {
        "tag": "v1",
        "enableWebhooks": "false",
        "resources": {"limits": {"cpu": "1"}},
        "env": [{"name": "A", "value": "b=c"}],
    }
    assert given["cronjob"] == {"digest": "d", "suspend": True}
    assert "proxy" not in given
    proxied = values(cluster(proxy=Proxy("http://p", "https://p", ("a", "b"))), LOGIN)
    assert proxied["proxy"] == {"HTTP_PROXY": "http://p", "HTTPS_PROXY": "https://p", "NO_PROXY": "a,b"}
    assert "cronjob" not in proxied
    with pytest.raises(EksaError, match="invalid environment"):
        values(with_packages({"controller": {"env": ["secret"]}}), LOGIN)


def test_a_mirror_has_its_login_and_authority() -> None:
    login = dataclasses.replace(LOGIN, registry_username="me", registry_password="pw")
    secret = values(cluster(registry_mirror=MIRROR), login)["registryMirrorSecret"]
    plain = {key: base64.b64decode(value).decode() for key, value in secret.items()}
    assert plain == {
        "endpoint": "mirror.local:5000",
        "username": "me",
        "password": "pw",
        "cacertcontent": "PEM",
        "insecure": "false",
    }


@pytest.mark.parametrize(
    ("namespaces", "packages", "images"),
    [
        ((), PUBLIC, "783794618700.dkr.ecr.us-west-2.amazonaws.com"),
        (
            (("public.ecr.aws", "pub"), ("783794618700.dkr.ecr.us-west-2.amazonaws.com", "cur")),
            "mirror.local:5000/pub/eks-anywhere",
            "mirror.local:5000/cur",
        ),
        (
            (("public.ecr.aws", ""), ("090204409458.dkr.ecr.eu-west-1.amazonaws.com", "cur")),
            "mirror.local:5000/cur",
            "mirror.local:5000/cur",
        ),
    ],
)
def test_where_packages_come_from(namespaces: tuple[tuple[str, str], ...], packages: str, images: str) -> None:
    found = registries(dataclasses.replace(MIRROR, namespaces=namespaces), region="eu-west-1")
    assert (found.packages, found.images) == (packages, images)


def test_credentials_come_from_the_vendors_variables() -> None:
    class Files:
        def read(self, path: str) -> str | None:
            return {"there": "[default]"}.get(path)

    files = t.cast(t.Any, Files())
    found = package_controller.login({"EKSA_AWS_ACCESS_KEY_ID": "a", "EKSA_AWS_CONFIG_FILE": "there"}, files=files)
    assert (found.access_key_id, found.config, found.aws) == ("a", "[default]", True)
    assert package_controller.login({}, files=files).aws is False
    assert "[default]" not in repr(found)
    with pytest.raises(EksaError, match="missing does not exist"):
        package_controller.login({"EKSA_AWS_CONFIG_FILE": "missing"}, files=files)
