# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A workload cluster created for real by its management cluster, one module after the other as in the playbook.

Two API servers, the real providers, machines in a simulated vCenter. No kubelet runs, so the network is left out.
"""

from __future__ import annotations

import dataclasses
import pathlib
import shutil
import tempfile
import typing as t

import pytest
import yaml

from ansible_collections.eks.anywhere.plugins.module_utils._config import bundles as bundles_room
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._lab import release
from ansible_collections.eks.anywhere.plugins.module_utils._plan.create_managed import PHASES
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.plugins.module_utils._shell import Context, Lines
from ansible_collections.eks.anywhere.plugins.modules import (
    capi_apply,
    capi_wait,
    cluster_files,
    cluster_info,
    cluster_kubeconfig,
    eksa_components,
)
from ansible_collections.eks.anywhere.tests.integration_real.machinery.upstream import upstream
from ansible_collections.eks.anywhere.tests.simulation.clusters import NAMESPACE, Cluster
from ansible_collections.eks.anywhere.tests.simulation.world import CORE, World, world

Obj = dict[str, t.Any]
MANAGER, NAME, OTHER = "mgmt", "w02", "w03"
EKSA = "anywhere.eks.amazonaws.com/v1alpha1"
CERT_MANAGER = ("cert-manager", "cert-manager-cainjector", "cert-manager-webhook")
ANOTHER_HOST = "127.0.0.2"
SECONDS = 240
CLASS = {
    "apiVersion": "storage.k8s.io/v1",
    "kind": "StorageClass",
    "metadata": {"name": "standard", "annotations": {"storageclass.kubernetes.io/is-default-class": "true"}},
    "provisioner": "csi.vsphere.vmware.com",
}


@dataclasses.dataclass(frozen=True)
class Scene:
    """A world with a management cluster that manages itself, and the folder of the administrative machine."""

    world: World
    home: pathlib.Path

    @property
    def manager(self) -> str:
        """Kubeconfig of the management cluster."""
        return str(self.world.source.api.kubeconfig)

    @property
    def bundles(self) -> pathlib.Path:
        """The Bundles manifest, with the vendor's definitions beside it."""
        return self.home / "bundles.yaml"

    def cluster(self, name: str) -> Cluster:
        """A cluster of the world."""
        return next(cluster for cluster in self.world.clusters if cluster.name == name)

    def config(self, name: str = NAME) -> str:
        """Its config, which names the management cluster."""
        made = dataclasses.replace(self.cluster(NAME), name=name)
        documents = [one for one in yaml.safe_load_all(made.config(self.world.vcenter)) if one]
        documents[0]["spec"]["managementCluster"] = {"name": MANAGER}
        return yaml.safe_dump_all(documents)

    def run(self, module: t.Any, **params: t.Any) -> Result:
        """The operation of a module, its other options at their defaults."""
        options = {name: option.get("default") for name, option in module.SPEC.options.items()}
        given = {"config": self.config(), "bundles_file": str(self.bundles), "state_dir": str(self.home), **params}
        chosen = {name: value for name, value in given.items() if name in options}
        found: Result = module.operate({**options, **chosen}, Context(check_mode=False, report=Lines()))
        return found

    def info(self, name: str = NAME) -> Obj:
        """Where the creation stands."""
        return dict(self.run(cluster_info, config=self.config(name), management_kubeconfig=self.manager).data)

    def remaining(self) -> list[str]:
        """Phases that are left."""
        found: list[str] = self.info()["remaining"]
        return found


@pytest.fixture(scope="module")
def scene() -> t.Iterator[Scene]:
    """One management cluster, which has itself in it, and a cluster that nobody manages yet."""
    home = pathlib.Path(tempfile.mkdtemp(prefix="eksa-workload-"))
    try:
        with world(home, clusters=(MANAGER,), later=(NAME,)) as found:
            made = Scene(found, home)
            _manage(made)
            yield made
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _manage(scene: Scene) -> None:
    """What the creation of a management cluster has left in it, but for what the world has anyway."""
    _bundles(scene)
    kube = scene.world.source.kube
    scene.world.source.apply([{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "cert-manager"}}])
    for name in CERT_MANAGER:
        labels = {"app": name}
        pod = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "main", "image": "none"}]}}
        where = {"name": name, "namespace": "cert-manager"}
        spec = {"replicas": 1, "selector": {"matchLabels": labels}, "template": pod}
        kube.apply({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": where, "spec": spec})
        status = {"status": {"replicas": 1, "availableReplicas": 1, "readyReplicas": 1, "observedGeneration": 1}}
        kube.merge_status(api_version="apps/v1", kind="Deployment", **where, patch=status)
    scene.run(eksa_components, part="components", kubeconfig=scene.manager, timeout_seconds=SECONDS)
    documents = [one for one in yaml.safe_load_all(scene.cluster(MANAGER).config(scene.world.vcenter)) if one]
    # All API servers of this world have one address; a management cluster has one of its own.
    documents[0]["spec"]["controlPlaneConfiguration"]["endpoint"]["host"] = ANOTHER_HOST
    endpoint = {"spec": {"controlPlaneEndpoint": {"host": ANOTHER_HOST}}}
    kube.merge(api_version=CORE, kind="Cluster", name=MANAGER, namespace=NAMESPACE, patch=endpoint)
    config = yaml.safe_dump_all(documents)
    scene.run(eksa_components, part="objects", config=config, kubeconfig=scene.manager, timeout_seconds=SECONDS)


def _bundles(scene: Scene) -> None:
    """The lab's bundle, which an API server takes; the vendor's definitions without their controller."""
    text = yaml.safe_dump(release.bundles(chart="cilium.tgz"))
    bundle = next(iter(bundles_room.load_bundles(text).versions.values()))
    eksd = upstream("github.com/aws/eks-anywhere@*/internal/test/envtest/config/eks-d-crds.yaml")
    eksa = upstream("github.com/aws/eks-anywhere@*/config/manifest/eksa-components.yaml")
    found = yaml.load_all(eksa.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    definitions = [obj for obj in found if obj and obj["kind"] in ("CustomResourceDefinition", "Namespace")]
    for obj in definitions:
        obj["spec"] = {key: value for key, value in (obj.get("spec") or {}).items() if key != "conversion"}
    texts = {
        scene.bundles.name: text,
        bundle.eksa_components_uri: yaml.dump_all(definitions, Dumper=yaml.CSafeDumper),
        bundle.eksd_components_uri: eksd.read_text(encoding="utf-8"),
        bundle.eksd_manifest_uri: yaml.safe_dump(release.eksd_release()),
    }
    for uri, content in texts.items():
        path = scene.home / uri
        path.parent.mkdir(exist_ok=True)
        path.write_text(content, encoding="utf-8")


def test_it_is_built_phase_after_phase_and_then_a_look_is_cheap(scene: Scene) -> None:
    before = scene.world.machine_uuids()
    assert scene.remaining() == list(PHASES)

    # The ports of this world's API servers are not the usual one, and their authority is not Cluster API's.
    objects = scene.cluster(NAME).objects(scene.world.vcenter)
    scene.run(capi_apply, config=None, objects=objects, kubeconfig=scene.manager)
    assert "cluster_objects" not in scene.remaining()
    assert scene.info()["endpoint_ours"]

    wait = {"name": NAME, "namespace": NAMESPACE, "kubeconfig": scene.manager, "timeout_seconds": SECONDS}
    scene.run(capi_wait, until="machines", **wait)
    assert scene.remaining()[0] == "kubeconfig"

    kubeconfig = scene.home / NAME / f"{NAME}-eks-a-cluster.kubeconfig"
    scene.run(cluster_kubeconfig, name=NAME, namespace=NAMESPACE, kubeconfig=scene.manager, dest=str(kubeconfig))
    assert {"networking", "storage_class"} <= set(scene.remaining())
    scene.run(capi_apply, config=None, objects=[CLASS], kubeconfig=str(kubeconfig))
    assert not {"cluster_objects", "machines", "kubeconfig", "storage_class"} & set(scene.remaining())

    scene.run(eksa_components, part="objects", kubeconfig=scene.manager, timeout_seconds=SECONDS)
    assert "eksa_objects" not in scene.remaining()
    described = scene.world.source.kube.get(api_version=EKSA, kind="Cluster", name=NAME, namespace="default")
    assert described
    assert described["spec"]["managementCluster"] == {"name": MANAGER}

    scene.run(cluster_files, state="present")
    last = scene.info()
    assert (last["finished"], last["remaining"]) == (True, [])
    assert last["api_calls"] <= 3 + 2 * 2  # and what a client asks of a server once, to find its kinds
    after = scene.world.machine_uuids()
    assert {name: uuid for name, uuid in after.items() if not name.startswith(f"{NAME}-")} == before
    assert len(after) == len(before) + 2


def test_a_second_cluster_with_the_same_endpoint_is_refused(scene: Scene) -> None:
    with pytest.raises(EksaError) as caught:
        scene.info(OTHER)
    assert caught.value.code == "cluster.endpoint_taken"


def test_a_management_cluster_that_does_not_answer_is_named(scene: Scene) -> None:
    scene.world.source.providers.stop()
    scene.world.source.api.stop()
    with pytest.raises(EksaError) as caught:
        scene.info(OTHER)
    assert caught.value.code == "management.unreachable"
    assert MANAGER in caught.value.message
