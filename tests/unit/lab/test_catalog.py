# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's parts as data: complete, consistent, and named by the release that clusters are made from."""

from __future__ import annotations

import pathlib
import re

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._config.bundles import load_bundles
from ansible_collections.eks.anywhere.plugins.module_utils._config.cluster import load
from ansible_collections.eks.anywhere.plugins.module_utils._config.release import load_release
from ansible_collections.eks.anywhere.plugins.module_utils._lab import catalog, first_cluster, parts, release

FILES = pathlib.Path(__file__).resolve().parents[3] / "roles" / "eksa_lab" / "files"


def _yaml(document: dict[str, object]) -> str:
    return release._yaml(document)


def test_names_are_unique() -> None:
    names = [component.name for component in catalog.COMPONENTS]
    assert sorted(set(names)) == sorted(names)


def test_dependencies_come_first() -> None:
    seen: set[str] = set()
    for component in catalog.closure([component.name for component in catalog.COMPONENTS]):
        assert set(component.needs) <= seen, component.name
        seen.add(component.name)
    assert len(seen) == len(catalog.COMPONENTS)


def test_what_is_on_demand_is_left_out_until_a_kit_is_asked_for() -> None:
    usual = {component.name for component in catalog.closure(())}
    kits = {component.name for component in catalog.closure([kit.name for kit in catalog.KITS])}
    assert usual | kits == {component.name for component in catalog.COMPONENTS}
    assert kits - usual == catalog.ON_DEMAND


def test_closure_takes_only_what_is_needed() -> None:
    assert [component.name for component in catalog.closure(["cluster-api"])] == ["kubectl", "cluster-api"]


def test_unknown_component_names_those_there_are() -> None:
    with pytest.raises(KeyError, match=r"kubeles.*kubelet"):
        catalog.closure(["kubeles"])


@pytest.mark.parametrize("program", catalog.PROGRAMS, ids=lambda program: program.name)
def test_each_program_has_its_module_pinned(program: parts.Program) -> None:
    folder = FILES / "go" / program.module
    pins = (folder / "go.mod").read_text()
    if program.package == ".":
        assert (folder / "main.go").is_file()
    else:
        assert f'"{program.package}"' in (folder / "tools.go").read_text()
        assert (folder / "go.sum").is_file()
    assert re.search(r"^go 1\.\d+", pins, re.MULTILINE)


@pytest.mark.parametrize("image", catalog.ENGINE_IMAGES, ids=lambda image: image.name)
def test_each_engine_image_has_its_sources(image: parts.EngineImage) -> None:
    assert (FILES / "images" / image.name / "Dockerfile").is_file()


@pytest.mark.parametrize("kit", catalog.KITS, ids=lambda kit: kit.name)
def test_each_kit_has_its_sources(kit: parts.Kit) -> None:
    assert any((FILES / "kits" / kit.name).iterdir())


def test_etcdadm_finds_the_etcd_that_the_release_names() -> None:
    (kit,) = catalog.KITS
    version = load_release(_yaml(release.eksd_release())).etcd_version
    folder = f"etcd-v{version}-linux-amd64"
    assert kit.archive == f"var/cache/etcdadm/etcd/v{version}/{folder}.tar.gz"
    assert f"go.etcd.io/etcd/etcdctl/v3 v{version}" in (FILES / "go/etcdctl/go.mod").read_text()
    assert f"go.etcd.io/etcd/server/v3 v{version}" in (FILES / "go/kubernetes/go.mod").read_text()


@pytest.mark.parametrize(
    ("module", "version"),
    [
        (module, version)
        for module, version in catalog.MODULE_VERSIONS.items()
        if module != "github.com/aws/eks-anywhere"
    ],
)
def test_sources_are_of_the_version_that_is_compiled(module: str, version: str) -> None:
    pins = "\n".join(path.read_text() for path in FILES.glob("go/*/go.mod"))
    assert re.search(rf"{re.escape(module)} {re.escape(version)}\b", pins), f"{module} {version}"


def test_the_release_reads_as_the_product_reads_it() -> None:
    bundle = load_bundles(_yaml(release.bundles(chart="cilium.tgz"))).for_version("1.34")
    eksd = load_release(_yaml(release.eksd_release()))
    assert eksd.name == bundle.eksd_name == catalog.RELEASE
    assert eksd.kubernetes.tag == catalog.DISTRO
    assert set(bundle.providers) == {manifest.name for manifest in catalog.MANIFESTS}


def test_every_image_of_the_release_is_built() -> None:
    built = {getattr(component, "reference", "") for component in catalog.COMPONENTS} | {catalog.IMAGES["kind-node"]}
    named = set(
        re.findall(r"(?:public\.ecr\.aws|registry\.k8s\.io)/[\w./-]+:[\w.-]+", _yaml(release.bundles(chart="c")))
    )
    named |= set(re.findall(r"public\.ecr\.aws/[\w./-]+:[\w.-]+", _yaml(release.eksd_release())))
    assert named - built == set()


def test_the_first_cluster_is_valid() -> None:
    place = first_cluster.Place(
        server="172.18.0.1:8989", thumbprint="AB:CD", subnet="172.18.0.0/16", template="ubuntu", username="admin"
    )
    config = load("---\n".join(_yaml(document) for document in first_cluster.cluster_documents(place, workers=2)))
    assert (config.name, config.endpoint, config.workers[0].count) == ("w01", "172.18.255.156", 2)
    assert config.external_etcd is None


def test_the_first_cluster_with_external_etcd_is_valid() -> None:
    place = first_cluster.Place(
        server="172.18.0.1:8989", thumbprint="AB:CD", subnet="172.18.0.0/16", template="ubuntu", username="admin"
    )
    config = load("---\n".join(_yaml(document) for document in first_cluster.cluster_documents(place, etcd=3)))
    assert config.external_etcd
    assert config.external_etcd.machine
    assert (config.external_etcd.count, config.external_etcd.machine.name) == (3, "w01-etcd")
