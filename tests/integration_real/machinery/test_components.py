# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The vendor's definitions and the cluster's objects in a real API server, which checks every field of them."""

from __future__ import annotations

import dataclasses
import itertools
import pathlib
import typing as t

import pytest
import yaml

from ansible_collections.eks.anywhere.plugins.module_utils._config import bundles as bundles_room
from ansible_collections.eks.anywhere.plugins.module_utils._config.bundles import Bundles, VersionsBundle
from ansible_collections.eks.anywhere.plugins.module_utils._kube.client import KubeClient
from ansible_collections.eks.anywhere.plugins.module_utils._lab import release
from ansible_collections.eks.anywhere.plugins.module_utils._lab.releases import FIRST
from ansible_collections.eks.anywhere.plugins.module_utils._ops import components
from ansible_collections.eks.anywhere.plugins.module_utils._ops.rollout import Waiting
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.plugins.module_utils._render.eksa_objects import PAUSED
from ansible_collections.eks.anywhere.plugins.module_utils._run.artifacts import LocalArtifacts
from ansible_collections.eks.anywhere.tests.integration_real.conftest import ApiServers
from ansible_collections.eks.anywhere.tests.integration_real.machinery.controllers import FastClock, controllers
from ansible_collections.eks.anywhere.tests.integration_real.machinery.upstream import upstream
from ansible_collections.eks.anywhere.tests.simulation.servers import ApiServer
from ansible_collections.eks.anywhere.tests.unit.fakes import FakeReporter
from ansible_collections.eks.anywhere.tests.unit.ops import samples

NUMBERS = itertools.count(1)
API = "anywhere.eks.amazonaws.com/v1alpha1"
INSTALLING = "Installing EKS-A custom components (CRD and controller) on workload cluster"
CREATING = "Creating EKS-A CRDs instances on workload cluster"
HOOKS = ("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration")
CERTIFIED = ("Certificate", "Issuer")


@dataclasses.dataclass
class Setting:
    """One cluster to install into, and the folder of its bundle."""

    server: ApiServer
    ports: components.Ports
    report: FakeReporter
    folder: pathlib.Path

    def get(self, kind: str, name: str, namespace: str | None = "default", api_version: str = API) -> Obj:
        """An object that must be there."""
        found = self.ports.kube.get(api_version=api_version, kind=kind, name=name, namespace=namespace)
        assert found, f"{kind} {name} does not exist"
        return found

    def components(self, *, check_mode: bool = False) -> t.Any:
        """Install the definitions and the controller."""
        return components.install_components(bundle(), ports=self.ports, check_mode=check_mode)

    def objects(self, *, check_mode: bool = False) -> t.Any:
        """Create the cluster's objects."""
        return components.create_objects(samples.config(), bundles(), ports=self.ports, check_mode=check_mode)


def bundles() -> Bundles:
    """The sample's bundle."""
    return samples.bundles()


def bundle() -> VersionsBundle:
    """Its one version."""
    return samples.bundle()


def vendors_manifest(*, without: t.Container[str]) -> list[Obj]:
    """The vendor's own components, without what a test has no use for."""
    path = upstream("github.com/aws/eks-anywhere@*/config/manifest/eksa-components.yaml")
    found = yaml.load_all(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    objects = [obj for obj in found if obj and obj["kind"] not in without]
    for obj in objects:
        if obj["kind"] == "CustomResourceDefinition":
            obj["spec"].pop("conversion", None)
    return objects


@pytest.fixture
def setting(api_server: ApiServers, tmp_path: pathlib.Path) -> t.Iterator[Setting]:
    """An API server of the test's own, and the vendor's definitions without their controller."""
    server = api_server(f"components-{next(NUMBERS)}")
    (tmp_path / "eksd").mkdir()
    crds = upstream("github.com/aws/eks-anywhere@*/internal/test/envtest/config/eks-d-crds.yaml")
    (tmp_path / "eksd" / "crds.yaml").write_text(crds.read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "eksd" / "release.yaml").write_text(samples.RELEASE, encoding="utf-8")
    write(tmp_path, vendors_manifest(without=(*HOOKS, *CERTIFIED, "Deployment")))
    report = FakeReporter()
    ports = components.Ports(
        kube=KubeClient.from_kubeconfig(server.kubeconfig),
        artifacts=LocalArtifacts(str(tmp_path)),
        waiting=Waiting(clock=FastClock(speed=10), report=report, timeout_seconds=600),
    )
    yield Setting(server=server, ports=ports, report=report, folder=tmp_path)
    server.stop()


def write(folder: pathlib.Path, objects: list[Obj]) -> None:
    """Make objects the components of the bundle."""
    text = yaml.dump_all(objects, Dumper=yaml.CSafeDumper, sort_keys=False)
    (folder / "eksa-components.yaml").write_text(text, encoding="utf-8")


def test_definitions_then_objects_each_once(setting: Setting) -> None:
    planned = setting.components(check_mode=True)
    assert "Create CustomResourceDefinition clusters.anywhere.eks.amazonaws.com" in planned.actions
    assert setting.objects(check_mode=True).changed
    assert setting.report.lines == []

    setting.components()
    assert setting.report.lines[0] == INSTALLING
    assert setting.components().actions == ()

    setting.objects()
    assert setting.report.lines.count(CREATING) == 1
    assert_described(setting)
    again = setting.objects()
    assert again.actions == ()
    assert setting.report.lines.count(CREATING) == 1


def assert_described(setting: Setting) -> None:
    """Everything is there, in the vendor's places, and nothing is paused."""
    cluster = setting.get("Cluster", "prod")
    assert cluster["spec"]["eksaVersion"] == samples.EKSA_VERSION
    assert cluster["spec"]["managementCluster"] == {"name": "prod"}
    for kind, name in (
        ("Cluster", "prod"),
        ("VSphereDatacenterConfig", "prod"),
        ("VSphereMachineConfig", "prod-cp"),
        ("VSphereMachineConfig", "prod-md"),
    ):
        assert PAUSED not in (setting.get(kind, name)["metadata"].get("annotations") or {})
    stored = setting.get("Bundles", "bundles-91", "eksa-system")
    assert stored["spec"]["number"] == 91
    release = setting.get("EKSARelease", "eksa-v0-26-1-plus-build-3", "eksa-system")
    assert release["spec"]["bundlesRef"] == {"apiVersion": API, "name": "bundles-91", "namespace": "eksa-system"}
    distro = setting.get("Release", "kubernetes-1-34-eks-9", "eksa-system", "distro.eks.amazonaws.com/v1alpha1")
    assert distro["spec"]["channel"] == "1-34"


def test_the_labs_own_bundle_is_one_that_an_api_server_takes(setting: Setting) -> None:
    setting.components()
    labs = bundles_room.load_bundles(yaml.safe_dump(release.bundles(chart="cilium.tgz")))
    (setting.folder / f"{FIRST.name}.yaml").write_text(yaml.safe_dump(release.eksd_release()), encoding="utf-8")
    components.create_objects(samples.config(), labs, ports=setting.ports, check_mode=False)
    assert setting.get("Bundles", labs.name, "eksa-system")["spec"]["versionsBundles"][0]["cilium"]["version"]


def test_a_run_cut_while_all_was_paused_is_finished(setting: Setting) -> None:
    setting.components()
    setting.objects()
    for kind, name in (("Cluster", "prod"), ("VSphereMachineConfig", "prod-cp")):
        paused = setting.get(kind, name)
        setting.ports.kube.apply(
            {
                "apiVersion": API,
                "kind": kind,
                "metadata": {"name": name, "namespace": "default", "annotations": {PAUSED: "true"}},
                "spec": paused["spec"],
            }
        )
    result = setting.objects()
    assert set(result.actions) == {"Configure Cluster default/prod", "Configure VSphereMachineConfig default/prod-cp"}
    assert PAUSED not in (setting.get("Cluster", "prod")["metadata"].get("annotations") or {})


def test_webhooks_wait_for_the_controller_behind_them(setting: Setting) -> None:
    write(setting.folder, vendors_manifest(without=CERTIFIED))
    with controllers(setting.server):
        setting.components()
    deployment = setting.get("Deployment", "eksa-controller-manager", "eksa-system", "apps/v1")
    for kind in HOOKS:
        hooks = setting.ports.kube.list(api_version="admissionregistration.k8s.io/v1", kind=kind)
        assert hooks
        # The last version of the Deployment is the one in which its status became available.
        assert all(version(hook) > version(deployment) for hook in hooks)


def version(obj: Obj) -> int:
    """etcd counts every write, so this tells what came later."""
    return int(obj["metadata"]["resourceVersion"])


def test_webhooks_that_nobody_would_answer_are_left_out(setting: Setting) -> None:
    write(setting.folder, vendors_manifest(without=(*CERTIFIED, "Deployment")))
    setting.components()
    assert any("left out" in line for line in setting.report.lines)
    for kind in HOOKS:
        assert setting.ports.kube.list(api_version="admissionregistration.k8s.io/v1", kind=kind) == []
    setting.objects()
    assert setting.components().actions == ()
