# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Providers installed by the real clusterctl into a real API server, from manifests on disk and without a network."""

from __future__ import annotations

import dataclasses
import itertools
import json
import pathlib
import typing as t

import pytest
import yaml

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._kube.client import KubeClient
from ansible_collections.eks.anywhere.plugins.module_utils._ops import providers
from ansible_collections.eks.anywhere.plugins.module_utils._ops.rollout import Waiting
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Completed, Obj
from ansible_collections.eks.anywhere.plugins.module_utils._render.credentials import Credentials
from ansible_collections.eks.anywhere.plugins.module_utils._run.artifacts import LocalArtifacts
from ansible_collections.eks.anywhere.plugins.module_utils._run.files import LocalFiles
from ansible_collections.eks.anywhere.plugins.module_utils._run.runner import LocalRunner
from ansible_collections.eks.anywhere.tests.integration_real.conftest import ApiServers
from ansible_collections.eks.anywhere.tests.integration_real.machinery.controllers import FastClock, controllers
from ansible_collections.eks.anywhere.tests.simulation.servers import ApiServer, lab_program
from ansible_collections.eks.anywhere.tests.unit.fakes import FakeReporter
from ansible_collections.eks.anywhere.tests.unit.ops import samples

NUMBERS = itertools.count(1)
PASSWORD = "pä$$ 'wörd' {{x}}"
METADATA = yaml.safe_dump(
    {
        "apiVersion": "clusterctl.cluster.x-k8s.io/v1alpha3",
        "kind": "Metadata",
        "releaseSeries": [{"major": 1, "minor": minor, "contract": "v1beta2"} for minor in (0, 13, 16)],
    }
)


class RecordingRunner(LocalRunner):
    """The real runner, remembering what it ran."""

    def __init__(self, *, tools_dir: str) -> None:
        super().__init__(tools_dir=tools_dir)
        self.runs: list[tuple[str, ...]] = []

    def run(self, argv: t.Sequence[str], **options: t.Any) -> Completed:
        """Run and remember."""
        self.runs.append(tuple(argv))
        # Whatever would ask the internet for something gets an answer that fails the test.
        options["env"] = {**(options.get("env") or {}), "HTTPS_PROXY": "http://127.0.0.1:9", "NO_PROXY": "127.0.0.1"}
        return super().run(argv, **options)


@dataclasses.dataclass
class Setting:
    """One cluster to install into."""

    server: ApiServer
    wanted: providers.Wanted
    ports: providers.Ports
    report: FakeReporter
    runner: RecordingRunner

    def install(self, *, check_mode: bool = False, **changes: t.Any) -> t.Any:
        """Install with changes."""
        wanted = dataclasses.replace(self.wanted, **changes)
        return providers.install(wanted, ports=self.ports, check_mode=check_mode)


@pytest.fixture
def setting(api_server: ApiServers, tmp_path: pathlib.Path) -> t.Iterator[Setting]:
    """An API server of the test's own, and a bundle of small manifests on disk."""
    server = api_server(f"providers-{next(NUMBERS)}")
    write_bundle(tmp_path / "bundle")
    report = FakeReporter()
    runner = RecordingRunner(tools_dir=lab_program("clusterctl").rpartition("/")[0])
    wanted = providers.Wanted(
        config=samples.config(),
        bundle=samples.bundle(),
        kubeconfig=server.kubeconfig,
        generated_dir=str(tmp_path / "generated"),
        credentials=Credentials(username="admin@vsphere.local", password=PASSWORD),
    )
    ports = providers.Ports(
        kube=KubeClient.from_kubeconfig(server.kubeconfig),
        runner=runner,
        files=LocalFiles(),
        artifacts=LocalArtifacts(str(tmp_path / "bundle")),
        waiting=Waiting(clock=FastClock(speed=20), report=report, timeout_seconds=900),
    )
    yield Setting(server=server, wanted=wanted, ports=ports, report=report, runner=runner)
    server.stop()


def write_bundle(folder: pathlib.Path) -> None:
    """Manifests with one controller each, where the samples' bundle says."""
    for section in samples.bundle().raw.values():
        if not isinstance(section, dict) or not isinstance(section.get("metadata"), dict):
            continue
        path = folder / section["components"]["uri"]
        path.parent.mkdir(parents=True)
        path.write_text(components(path.parts[-3], uses_credentials=path.parts[-3] == "capv"), encoding="utf-8")
        (folder / section["metadata"]["uri"]).write_text(METADATA, encoding="utf-8")
    (folder / "cert-manager.yaml").write_text(cert_manager(), encoding="utf-8")


def components(name: str, *, uses_credentials: bool) -> str:
    """A provider's manifest."""
    image = {"capv": "manager", "capi": "cluster-api-controller"}.get(name, name)
    objects: list[Obj] = [namespace(f"{name}-system"), deployment(f"{name}-system", name, f"upstream.io/{image}:v0")]
    if name == "capi":
        # By the version that is stored an upgrade knows which contract the cluster is on.
        objects.append(definition("clusters", "Cluster", group="cluster.x-k8s.io", version="v1beta2"))
    if uses_credentials:
        data = {"username": "${VSPHERE_USERNAME}", "password": "${VSPHERE_PASSWORD}"}
        metadata = {"name": "capv-manager-bootstrap-credentials", "namespace": "capv-system"}
        objects.append({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": data})
    return yaml.safe_dump_all(objects)


def cert_manager() -> str:
    """cert-manager as far as clusterctl and we look at it."""
    kinds = {"issuers": "Issuer", "certificates": "Certificate"}
    parts = ("cert-manager-controller", "cert-manager-webhook", "cert-manager-cainjector")
    return yaml.safe_dump_all(
        [
            *(definition(plural, kind) for plural, kind in kinds.items()),
            namespace("cert-manager"),
            *(deployment("cert-manager", part, f"quay.io/jetstack/{part}:v1.20.2") for part in parts),
        ]
    )


def namespace(name: str) -> Obj:
    """A Namespace."""
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}


def deployment(where: str, name: str, image: str) -> Obj:
    """A Deployment of one container."""
    labels = {"app": name}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": where},
        "spec": {
            "replicas": 1,
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": labels},
                "spec": {"containers": [{"name": "manager", "image": image}]},
            },
        },
    }


def definition(plural: str, kind: str, *, group: str = "cert-manager.io", version: str = "v1") -> Obj:
    """A definition that takes anything."""
    schema = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{group}"},
        "spec": {
            "group": group,
            "scope": "Namespaced",
            "names": {"plural": plural, "singular": kind.lower(), "kind": kind, "listKind": f"{kind}List"},
            "versions": [{"name": version, "served": True, "storage": True, "schema": schema}],
        },
    }


def test_installs_everything_once_and_without_a_network(setting: Setting) -> None:
    planned = setting.install(check_mode=True)
    assert "Install cert-manager v1.20.2+d1" in planned.actions
    assert "Install provider infrastructure-vsphere v1.16.1+e9cf66a" in planned.actions
    assert setting.runner.runs == []
    assert setting.ports.kube.get(api_version="v1", kind="Namespace", name="cert-manager") is None

    with controllers(setting.server):
        result = setting.install()
    assert [line for line in setting.report.lines if not line.startswith(" ")] == [
        "Installing cluster-api providers on bootstrap cluster",
        "Provider specific setup",
    ]
    inventory = setting.ports.kube.list(**providers.INVENTORY)
    assert {item["metadata"]["name"]: item["version"] for item in inventory} == result.data["providers"]
    assert set(result.data["providers"]) == {
        "cluster-api",
        "bootstrap-kubeadm",
        "control-plane-kubeadm",
        "bootstrap-etcdadm-bootstrap",
        "bootstrap-etcdadm-controller",
        "infrastructure-vsphere",
    }
    assert images(setting) >= {
        "public.ecr.aws/eks/jetstack/cert-manager-controller:v1.20.2-eks",
        "public.ecr.aws/eks/capi/cluster-api-controller:v1.13.2",
        "public.ecr.aws/eks/capv/manager:v1.16.1",
    }
    assert_credentials_travelled_by_environment_alone(setting)

    again = setting.install()
    assert again.actions == ()
    assert len(setting.runner.runs) == 1


def images(setting: Setting) -> set[str]:
    """Images of all Deployments."""
    found = setting.ports.kube.list(api_version="apps/v1", kind="Deployment")
    return {item["spec"]["template"]["spec"]["containers"][0]["image"] for item in found}


def assert_credentials_travelled_by_environment_alone(setting: Setting) -> None:
    kube = setting.ports.kube
    capv = kube.get(api_version="v1", kind="Secret", name="capv-manager-bootstrap-credentials", namespace="capv-system")
    system = kube.get(api_version="v1", kind="Secret", name="vsphere-credentials", namespace="eksa-system")
    assert capv
    assert system
    assert capv["data"]["password"] == system["data"]["password"]
    assert set(system["data"]) == {"username", "password", "usernameCP", "passwordCP"}
    assert system["type"] == "kubernetes.io/basic-auth"
    assert PASSWORD not in json.dumps(setting.runner.runs)
    for path in pathlib.Path(setting.wanted.generated_dir).rglob("*"):
        assert path.is_dir() or PASSWORD not in path.read_text(encoding="utf-8")


def test_goes_on_where_a_cut_run_stopped(setting: Setting) -> None:
    with controllers(setting.server):
        setting.install()
        setting.ports.kube.delete(**providers.INVENTORY, name="infrastructure-vsphere", namespace="capv-system")
        result = setting.install()
    assert result.actions == ("Install provider infrastructure-vsphere v1.16.1+e9cf66a",)
    assert "--core" not in setting.runner.runs[-1]
    assert len(setting.ports.kube.list(**providers.INVENTORY)) == 6


def test_another_version_is_refused(setting: Setting) -> None:
    with controllers(setting.server):
        setting.install()
    there = samples.bundle().providers
    newer = {**there, "cluster-api": dataclasses.replace(there["cluster-api"], version="v1.14.0")}
    with pytest.raises(EksaError) as caught:
        setting.install(bundle=dataclasses.replace(samples.bundle(), providers=newer))
    assert caught.value.code == "providers.version_differs"
    assert f"cluster-api {there['cluster-api'].version} (wanted v1.14.0)" in caught.value.message


@pytest.mark.parametrize("image", ["jetstack/cert-manager-controller:v1.20.2-eks", "capv/manager:v1.16.1"])
def test_an_image_that_the_registry_lacks_ends_the_wait_with_the_pods_words(setting: Setting, image: str) -> None:
    with (
        controllers(setting.server, missing_images={f"public.ecr.aws/eks/{image}"}),
        pytest.raises(EksaError) as caught,
    ):
        setting.install()
    assert caught.value.code == "image.pull_failed"
    assert f"public.ecr.aws/eks/{image}" in caught.value.message
    assert "manifest unknown" in caught.value.message
    assert caught.value.details["seconds"] < 120


def test_what_clusterctl_refuses_is_said(setting: Setting) -> None:
    bundle = pathlib.Path(setting.ports.artifacts.path("capv/v1.16.1+e9cf66a/metadata.yaml"))
    bundle.write_text(METADATA.replace("minor: 16", "minor: 99"), encoding="utf-8")
    with controllers(setting.server), pytest.raises(EksaError) as caught:
        setting.install()
    assert caught.value.code == "providers.clusterctl_failed"
    assert "does not match any release series" in caught.value.message


def test_credentials_are_needed_before_anything_is_done(setting: Setting) -> None:
    with pytest.raises(EksaError) as caught:
        setting.install(credentials=Credentials(username="", password=""))
    assert caught.value.code == "vsphere.credentials_missing"
    assert setting.report.lines == []
    assert setting.ports.kube.list(api_version="apps/v1", kind="Deployment") == []


def newer(**versions: str) -> t.Any:
    """The samples' bundle with other versions of some providers; hyphens of their names as underscores."""
    there = samples.bundle().providers
    changed = {
        label: dataclasses.replace(there[label], version=version)
        for label, version in ((name.replace("_", "-"), version) for name, version in versions.items())
    }
    return dataclasses.replace(samples.bundle(), providers={**there, **changed})


def uids(setting: Setting) -> dict[str, str]:
    """Uids of all Deployments by name."""
    found = setting.ports.kube.list(api_version="apps/v1", kind="Deployment")
    return {item["metadata"]["name"]: item["metadata"]["uid"] for item in found}


def test_an_upgrade_replaces_what_has_another_version_and_nothing_else(setting: Setting) -> None:
    bundle = newer(cluster_api="v1.13.3", infrastructure_vsphere="v1.16.2+0c0ffee")
    with controllers(setting.server):
        setting.install()
        before = uids(setting)
        runs = len(setting.runner.runs)
        planned = setting.install(bundle=bundle, upgrade=True, check_mode=True)
        assert len(setting.runner.runs) == runs
        result = setting.install(bundle=bundle, upgrade=True)
        again = setting.install(bundle=bundle, upgrade=True)
    assert result.actions == planned.actions
    assert result.actions == (
        "Upgrade provider cluster-api v1.13.2+abcdef1 -> v1.13.3",
        "Upgrade provider infrastructure-vsphere v1.16.1+e9cf66a -> v1.16.2+0c0ffee",
    )
    argv = setting.runner.runs[-1]
    assert argv[1:3] == ("upgrade", "apply")
    assert argv[-4:] == (
        "--core",
        "capi-system/cluster-api:v1.13.3",
        "--infrastructure",
        "capv-system/vsphere:v1.16.2+0c0ffee",
    )
    inventory = setting.ports.kube.list(**providers.INVENTORY)
    assert {item["metadata"]["name"]: item["version"] for item in inventory} == result.data["providers"]
    assert {name for name, uid in uids(setting).items() if before[name] != uid} == {"capi", "capv"}
    assert again.actions == ()
    assert len(setting.runner.runs) == runs + 1
    assert_credentials_travelled_by_environment_alone(setting)


def test_an_upgrade_that_was_cut_goes_on(setting: Setting) -> None:
    """clusterctl stops all providers, then removes one after the other; their entries say the old version till then."""
    bundle = newer(cluster_api="v1.13.3", infrastructure_vsphere="v1.16.2+0c0ffee")
    with controllers(setting.server):
        setting.install()
        kube = setting.ports.kube
        kube.delete(api_version="apps/v1", kind="Deployment", name="capi", namespace="capi-system")
        capv = {"api_version": "apps/v1", "kind": "Deployment", "name": "capv", "namespace": "capv-system"}
        kube.merge(**capv, patch={"spec": {"replicas": 0}})
        setting.install(bundle=bundle, upgrade=True)
        # The same, but the version is the right one already, as after a change of mind.
        kube.merge(**capv, patch={"spec": {"replicas": 0}})
        result = setting.install(bundle=bundle, upgrade=True)
        found = kube.get(**capv)
    assert result.actions == ("Install provider infrastructure-vsphere v1.16.2+0c0ffee again: its controller is gone",)
    assert found is not None
    assert found["spec"]["replicas"] == 1


def test_cert_manager_is_replaced_by_ourselves_and_leaves_nothing_behind(setting: Setting) -> None:
    there = samples.bundle()
    bundle = dataclasses.replace(
        newer(cluster_api="v1.13.3"), cert_manager=dataclasses.replace(there.cert_manager, version="v1.20.3+d2")
    )
    with controllers(setting.server):
        setting.install()
        before = uids(setting)
        path = pathlib.Path(setting.ports.artifacts.path("cert-manager.yaml"))
        kept = [obj for obj in yaml.safe_load_all(cert_manager()) if "cainjector" not in obj["metadata"]["name"]]
        path.write_text(yaml.safe_dump_all(kept), encoding="utf-8")
        result = setting.install(bundle=bundle, upgrade=True)
    assert "Upgrade cert-manager v1.20.3+d2" in result.actions
    after = uids(setting)
    assert "cert-manager-cainjector" not in after
    # clusterctl has looked at it in the same run, and found nothing left to replace.
    assert after["cert-manager-controller"] == before["cert-manager-controller"]
