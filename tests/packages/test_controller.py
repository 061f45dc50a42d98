# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The package controller's own chart with the real helm on a real API server: installed, changed, taken away.

No kubelet runs, so no pod of it starts; what the chart puts there is what is looked at. Until a pod answers for its
webhooks nothing passes them, which somebody here puts an end to as the pod would.
"""

from __future__ import annotations

import json
import pathlib
import shutil
import tarfile
import tempfile
import threading
import time
import typing as t

import pytest
import yaml

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._kube.client import KubeClient
from ansible_collections.eks.anywhere.plugins.modules import package_controller
from ansible_collections.eks.anywhere.tests.packages import runs
from ansible_collections.eks.anywhere.tests.packages.world import API, MODULE
from ansible_collections.eks.anywhere.tests.simulation.definitions import definition
from ansible_collections.eks.anywhere.tests.simulation.servers import ApiServer, lab_bin_dir, lab_program
from ansible_collections.eks.anywhere.tests.unit.ops import samples
from ansible_collections.eks.anywhere.tests.unit.vsphere.samples import CONFIG

MODULES = lab_bin_dir().parents[1] / "go" / "mod"
SPACE = "eksa-packages"
HOOKS = {"api_version": "admissionregistration.k8s.io/v1", "kind": "ValidatingWebhookConfiguration"}
NAME = "eks-anywhere-packages-validating-webhook-configuration"


class Boss:
    """A management cluster, the chart as a file, and a Bundles manifest that names it."""

    def __init__(self, home: pathlib.Path) -> None:
        self._server = ApiServer(name="boss", home=_made(home / "server"))
        self._server.start()
        self.kubeconfig = self._server.kubeconfig
        self.authority = pathlib.Path(self._server.certificate).read_text(encoding="utf-8")
        self.kube = KubeClient.from_kubeconfig(self.kubeconfig)
        self._bundles = home / "bundles.yaml"
        manifest = json.loads(json.dumps(samples.bundles().raw))
        for bundle in manifest["spec"]["versionsBundles"]:
            bundle["packageController"] = {"helmChart": {"uri": str(_chart(home))}}
        self._bundles.write_text(yaml.safe_dump(manifest))
        for kind in ("Issuer", "Certificate"):
            self.kube.apply(definition("cert-manager.io/v1", kind))
        self._done = threading.Event()
        threading.Thread(target=self._let_pass, daemon=True).start()

    def run(self, config: t.Mapping[str, t.Any], *, check: bool = False, **options: t.Any) -> runs.Outcome:
        """Run the module on a cluster config."""
        documents = [*yaml.safe_load_all(CONFIG)]
        cluster = next(one for one in documents if one["kind"] == "Cluster")
        cluster["spec"].update(config.get("spec", {}))
        cluster["metadata"]["name"] = config["name"]
        cluster["spec"]["managementCluster"] = {"name": config.get("manager", config["name"])}
        given = {
            "config": yaml.safe_dump_all(documents),
            "bundles_file": str(self._bundles),
            "tools_dir": str(lab_bin_dir()),
            "wait": False,
            **options,
        }
        return runs.run(package_controller, t.cast(t.Any, self), check=check, **given)

    def get(self, kind: str, name: str, namespace: str = SPACE, api_version: str = "v1") -> dict[str, t.Any] | None:
        """An object."""
        return self.kube.get(api_version=api_version, kind=kind, name=name, namespace=namespace)

    def stop(self) -> None:
        """End it."""
        self._done.set()
        self._server.stop()

    def _let_pass(self) -> None:
        while not self._done.wait(3):
            try:
                found = self.kube.get(**HOOKS, name=NAME)
                if found and any(hook["failurePolicy"] == "Fail" for hook in found["webhooks"]):
                    hooks = [{**hook, "failurePolicy": "Ignore", "timeoutSeconds": 1} for hook in found["webhooks"]]
                    self.kube.merge(**HOOKS, name=NAME, patch={"webhooks": hooks})
            except EksaError:
                time.sleep(0.1)


def _made(folder: pathlib.Path) -> pathlib.Path:
    folder.mkdir(mode=0o700)
    return folder


def _chart(home: pathlib.Path) -> pathlib.Path:
    source = MODULES / MODULE / "charts" / "eks-anywhere-packages"
    file = home / "eks-anywhere-packages.tgz"
    with tarfile.open(file, "w:gz") as archive:
        archive.add(source, arcname=source.name)
    return file


@pytest.fixture(scope="module")
def boss() -> t.Iterator[Boss]:
    """The management cluster."""
    lab_program("helm")
    home = pathlib.Path(tempfile.mkdtemp(prefix="eksa-boss-"))
    raised = Boss(home)
    try:
        yield raised
    finally:
        raised.stop()
        shutil.rmtree(home, ignore_errors=True)


def registry_of(boss: Boss, cluster: str) -> str:
    """Where the packages of a cluster come from."""
    found = boss.get("PackageBundleController", cluster, api_version=API)
    assert found is not None
    return str(found["spec"]["defaultRegistry"])


def test_install_and_again_is_nothing(boss: Boss, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EKSA_AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
    monkeypatch.setenv("EKSA_AWS_SECRET_ACCESS_KEY", "first-secret")
    assert boss.run({"name": "boss"}, check=True).data["actions"] == ["Install eks-anywhere-packages for boss"]
    done = boss.run({"name": "boss"})
    assert not done.error, done
    assert boss.get("Deployment", "eks-anywhere-packages", api_version="apps/v1") is not None
    assert registry_of(boss, "boss") == "public.ecr.aws/eks-anywhere"
    keeper = boss.get("Package", "eks-anywhere-packages", "eksa-packages-boss", API)
    assert keeper is not None
    assert keeper["metadata"]["annotations"]["anywhere.eks.aws.com/internal"] == "true"
    assert not boss.run({"name": "boss"}).changed
    monkeypatch.setenv("EKSA_AWS_SECRET_ACCESS_KEY", "second-secret")
    assert boss.run({"name": "boss"}).data["actions"] == ["Replace the AWS credentials of packages"]
    assert not boss.run({"name": "boss"}).changed


def test_a_mirror_comes_later(boss: Boss) -> None:
    namespaces = [
        {"registry": "public.ecr.aws", "namespace": "eks"},
        {"registry": "783794618700.dkr.ecr.us-west-2.amazonaws.com", "namespace": "packages"},
    ]
    mirror = {"endpoint": "10.9.8.7", "port": "5000", "ociNamespaces": namespaces, "caCertContent": boss.authority}
    config = {"name": "boss", "spec": {"registryMirrorConfiguration": mirror}}
    done = boss.run(config)
    assert not done.error, done
    assert done.data["actions"] == ["Reconfigure eks-anywhere-packages for boss"]
    assert registry_of(boss, "boss") == "10.9.8.7:5000/eks/eks-anywhere"
    assert not boss.run(config).changed
    secret = boss.get("Secret", "registry-mirror-secret")
    assert secret is not None
    assert secret["data"]["CACERTCONTENT"]


def test_a_cluster_that_it_manages(boss: Boss) -> None:
    done = boss.run({"name": "shop", "manager": "boss"})
    assert not done.error, done
    keeper = boss.get("Package", "eks-anywhere-packages-shop", "eksa-packages-boss", API)
    assert keeper is not None
    assert "clusterName: shop" in keeper["spec"]["config"]


def test_removal(boss: Boss) -> None:
    guest = {"apiVersion": API, "kind": "Package", "spec": {"packageName": "hello"}}
    boss.kube.apply({**guest, "metadata": {"name": "hello", "namespace": "eksa-packages-boss"}})
    kept = boss.run({"name": "boss"}, state="absent")
    assert kept.code == "packages.still_there"
    assert "hello" in kept.error
    boss.kube.delete(api_version=API, kind="Package", name="hello", namespace="eksa-packages-boss")
    # The workload cluster's keeper is one of the controller's own.
    done = boss.run({"name": "boss"}, state="absent")
    assert not done.error, done
    assert boss.get("PackageBundleController", "boss", api_version=API) is None
    assert boss.get("Deployment", "eks-anywhere-packages", api_version="apps/v1") is None
    assert boss.get("Package", "eks-anywhere-packages", "eksa-packages-boss", API) is None
    assert not boss.run({"name": "boss"}, state="absent").changed
