# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All objects of a rendered cluster against the real definitions, and the look at a finished cluster."""

from __future__ import annotations

import dataclasses
import functools
import pathlib
import time
import typing as t

import pytest
import yaml

from ansible_collections.eks.anywhere.plugins.module_utils._kube.client import KubeClient
from ansible_collections.eks.anywhere.plugins.module_utils._ops import info
from ansible_collections.eks.anywhere.plugins.module_utils._ops.apply import apply_objects
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.plugins.module_utils._render.cluster import cluster_objects
from ansible_collections.eks.anywhere.plugins.module_utils._render.credentials import Credentials
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.plugins.module_utils._run.clock import SystemClock
from ansible_collections.eks.anywhere.plugins.module_utils._run.files import LocalFiles
from ansible_collections.eks.anywhere.tests.integration_real.machinery.upstream import upstream
from ansible_collections.eks.anywhere.tests.simulation.servers import ApiServer
from ansible_collections.eks.anywhere.tests.unit.fakes import FakeArtifacts, FakeHost, FakeReporter
from ansible_collections.eks.anywhere.tests.unit.ops import samples

PASSWORD = "pa55 word"


def rendered(name: str, *, version: str = "") -> list[Obj]:
    """Every object of the sample cluster under another name."""
    config = dataclasses.replace(samples.config(), name=name, management_name=name)
    release = samples.eksd_release()
    if version:
        kubernetes = dataclasses.replace(release.kubernetes, tag=version)
        release = dataclasses.replace(release, kubernetes=kubernetes)
    return list(cluster_objects(config, samples.bundle(), release, Credentials("user", PASSWORD)).objects)


def apply(kube: KubeClient, objects: t.Sequence[Obj], *, check_mode: bool = False) -> Result:
    """Run the operation; nothing should have to be waited for."""
    report = FakeReporter()
    result = apply_objects(objects, kube=kube, clock=SystemClock(), report=report, check_mode=check_mode)
    assert report.lines == []
    return result


def test_a_cluster_is_created_once(kube: KubeClient) -> None:
    objects = rendered("once")
    planned = apply(kube, objects, check_mode=True)
    assert (
        kube.get(api_version="cluster.x-k8s.io/v1beta2", kind="Cluster", name="once", namespace="eksa-system") is None
    )
    created = apply(kube, objects)
    assert planned.actions == created.actions
    assert len(created.actions) == len(objects)
    assert PASSWORD not in created.after
    again = apply(kube, objects)
    assert again.actions == ()
    assert not apply(kube, objects, check_mode=True).changed


def test_nothing_that_is_rendered_is_dropped_by_the_server(kube: KubeClient) -> None:
    """A field that a definition does not know is pruned without a word, and then the machines miss it."""
    objects = rendered("whole")
    apply(kube, objects)
    lost = [place for obj in objects for place in _lost(obj, _stored(kube, obj), f"{obj['kind']}")]
    assert lost == []


def _stored(kube: KubeClient, obj: Obj) -> t.Any:
    metadata = obj["metadata"]
    return kube.get(
        api_version=obj["apiVersion"], kind=obj["kind"], name=metadata["name"], namespace=metadata.get("namespace")
    )


def _lost(wanted: t.Any, stored: t.Any, place: str) -> t.Iterator[str]:
    if isinstance(wanted, dict):
        for key, value in wanted.items():
            if not isinstance(stored, dict) or key not in stored:
                # A Secret's stringData becomes data.
                if key != "stringData":
                    yield f"{place}.{key}"
            else:
                yield from _lost(value, stored[key], f"{place}.{key}")
    elif isinstance(wanted, list):
        for index, value in enumerate(wanted):
            yield from _lost(value, stored[index] if len(stored) > index else None, f"{place}[{index}]")


def test_a_change_is_made_and_shown(kube: KubeClient) -> None:
    apply(kube, rendered("changed"))
    result = apply(kube, rendered("changed", version="v1.34.9-eks-1-34-99"))
    assert "Configure KubeadmControlPlane eksa-system/changed" in result.actions
    assert "v1.34.9-eks-1-34-99" in result.after
    assert "v1.34.9-eks-1-34-99" not in result.before


@pytest.fixture(scope="module")
def finished(capi_server: ApiServer) -> ApiServer:
    """A cluster that manages itself, as far as its objects tell."""
    kube = KubeClient.from_kubeconfig(capi_server.kubeconfig)
    path = upstream("github.com/aws/eks-anywhere@*/config/crd/bases/anywhere.eks.amazonaws.com_clusters.yaml")
    definition = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    apply(kube, [definition])
    apply(kube, rendered("prod"))
    eksa = next(item for item in samples.config().documents if item["kind"] == "Cluster")
    metadata = {"name": "prod", "namespace": "default"}
    apply_objects(
        [{**eksa, "metadata": metadata}], kube=kube, clock=SystemClock(), report=FakeReporter(), check_mode=False
    )
    return capi_server


def test_a_finished_cluster_is_seen_at_a_glance(finished: ApiServer, tmp_path: pathlib.Path) -> None:
    folder = tmp_path / "prod"
    folder.mkdir()
    kubeconfig = pathlib.Path(finished.kubeconfig).read_text(encoding="utf-8")
    (folder / "prod-eks-a-cluster.kubeconfig").write_text(kubeconfig, encoding="utf-8")
    (folder / "prod-eks-a-cluster.yaml").write_text("config", encoding="utf-8")
    ports = info.Ports(
        files=LocalFiles(),
        containers=FakeHost(),
        artifacts=FakeArtifacts({}),
        open_file=KubeClient.from_kubeconfig,
        connect=functools.partial(KubeClient.from_kubeconfig_text, origin="test"),
        node_kubeconfig=lambda name: "",
        report=FakeReporter(),
    )
    subject = info.Subject(config=samples.config(), bundles=None, state_dir=str(tmp_path))
    began = time.monotonic()
    data = info.info(subject, ports=ports, check_mode=False).data
    assert data["finished"], data["phases"]
    assert data["api_calls"] == 2
    assert time.monotonic() - began < 2
