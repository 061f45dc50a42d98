# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's parts as data: complete, consistent, and named by the release that clusters are made from."""

from __future__ import annotations

import dataclasses
import itertools
import pathlib
import re

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._config import versions
from ansible_collections.eks.anywhere.plugins.module_utils._config.bundles import load_bundles
from ansible_collections.eks.anywhere.plugins.module_utils._config.cluster import load
from ansible_collections.eks.anywhere.plugins.module_utils._config.comparing import findings
from ansible_collections.eks.anywhere.plugins.module_utils._config.release import load_release
from ansible_collections.eks.anywhere.plugins.module_utils._lab import catalog, first_cluster, parts, release, services
from ansible_collections.eks.anywhere.plugins.module_utils._lab.images import references
from ansible_collections.eks.anywhere.plugins.module_utils._lab.releases import LATER, RELEASES, Release

FILES = pathlib.Path(__file__).resolve().parents[3] / "roles" / "eksa_lab" / "files"


PLACE = first_cluster.Place(server="172.18.0.1:8989", thumbprint="AB:CD", subnet="172.18.0.0/16", username="admin")
PROVIDERS = {"cluster-api", "bootstrap-kubeadm", "control-plane-kubeadm", "infrastructure-vsphere"}
MANAGERS = PROVIDERS | {
    "capi-controller",
    "cabpk",
    "kcp",
    "capv",
    "capi-image",
    "cabpk-image",
    "kcp-image",
    "capv-image",
}
each_release = pytest.mark.parametrize("one", RELEASES, ids=lambda one: one.name)
each_later_release = pytest.mark.parametrize("one", LATER, ids=lambda one: one.name)


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


def test_what_is_on_demand_is_left_out_until_it_is_asked_for() -> None:
    usual = {component.name for component in catalog.closure(())}
    asked = [
        *catalog.BY_NAME,
        *(kit.name for kit in catalog.KITS),
        *(name for one in LATER for name in catalog.names_of(one)),
    ]
    more = {component.name for component in catalog.closure(asked)}
    assert usual | more == {component.name for component in catalog.COMPONENTS}
    assert more - usual == catalog.ON_DEMAND
    assert {"etcdctl", "etcdadm", "external-etcd"} <= catalog.ON_DEMAND


@each_later_release
def test_a_later_release_brings_its_own_of_what_carries_its_versions_and_shares_the_rest(one: Release) -> None:
    usual = {component.name for component in catalog.closure(())}
    brought = {component.name for component in catalog.closure(catalog.names_of(one))} - usual
    managers = {one.manager(name) for name in MANAGERS}
    assert brought == {name for name in catalog.ON_DEMAND if name.endswith(one.suffix)} | managers
    assert {name.removesuffix(one.suffix) for name in brought - managers} | MANAGERS <= usual
    flags = {item.name: item.ldflags for item in catalog.PROGRAMS}
    for name in ("kubelet", "kube-apiserver"):
        assert one.tag in flags[one.own(name)]
    for name in ("capi-controller", "capv"):
        assert one.capi in flags[one.manager(name)]


def test_a_release_whose_cluster_api_is_an_earlier_ones_names_the_same_versions() -> None:
    by_number = {one.number: one for one in RELEASES}
    for one in RELEASES:
        source = by_number[one.managers]
        assert source.number <= one.number
        assert (one.capi, one.capv) == (source.capi, source.capv)


@each_release
def test_what_a_release_is_compiled_from_is_what_its_manifests_say(one: Release) -> None:
    pins = (FILES / "go" / one.module / "go.mod").read_text()
    in_image = {item.name: item.files for item in catalog.SCRATCH_IMAGES}[one.own("coredns-image")]
    (program,) = (item for item in catalog.PROGRAMS if item.name == in_image["/coredns"])
    assert program.module == one.module
    assert re.search(rf"github\.com/coredns/coredns {re.escape(one.coredns)}\b", pins)
    (sources,) = re.findall(r"k8s\.io/kubernetes (v\S+)", pins)
    assert versions.kubernetes(sources) == versions.kubernetes(one.kubernetes)
    assert one.has_own_sources <= (sources == one.kubernetes)


def test_no_two_images_have_the_same_name_in_the_registry() -> None:
    names = [reference for item in catalog.COMPONENTS if (reference := getattr(item, "reference", ""))]
    assert sorted(set(names)) == sorted(names)


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
    assert (FILES / "images" / image.folder / "Dockerfile").is_file()


@pytest.mark.parametrize("kit", catalog.KITS, ids=lambda kit: kit.name)
def test_each_kit_has_its_sources(kit: parts.Kit) -> None:
    assert any((FILES / "kits" / kit.name).iterdir())


def test_etcdadm_finds_the_etcd_that_the_release_names() -> None:
    (kit,) = catalog.KITS
    (version,) = {load_release(_yaml(release.eksd_release(one))).etcd_version for one in RELEASES}
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


@each_release
def test_a_release_reads_as_the_product_reads_it(one: Release) -> None:
    bundles = load_bundles(_yaml(release.bundles(one, chart="cilium.tgz")))
    bundle = bundles.for_version(one.minor)
    eksd = load_release(_yaml(release.eksd_release(one)))
    assert (bundles.number, bundle.eksa_version) == (one.number, one.eksa)
    assert eksd.name == bundle.eksd_name == one.name
    assert eksd.kubernetes.tag == one.tag
    assert set(bundle.providers) == set(catalog.manifests(one))


@each_release
def test_every_image_of_a_release_is_built(one: Release) -> None:
    built = {getattr(component, "reference", "") for component in catalog.COMPONENTS} | {references(one)["kind-node"]}
    pattern = r"(?:public\.ecr\.aws|registry\.k8s\.io)/[\w./-]+:[\w.-]+"
    named = set(re.findall(pattern, _yaml(release.bundles(one, chart="c")) + _yaml(release.eksd_release(one))))
    assert named - built == set()
    of_manifests = {image for item in catalog.manifests(one).values() for image in item.images.values()}
    assert of_manifests <= named


def test_releases_go_up_in_everything_that_an_upgrade_compares() -> None:
    for before, after in itertools.pairwise(RELEASES):
        older, newer = _provider_versions(before), _provider_versions(after)
        moved = {name for name, version in newer.items() if version > older[name]}
        assert moved == (PROVIDERS if after.has_own_managers else set())
        assert all(version >= older[name] for name, version in newer.items())
        assert _semver(after.eksa) > _semver(before.eksa)
        assert _semver(after.kubernetes) > _semver(before.kubernetes)


def _semver(text: str) -> tuple[int, int, int]:
    version = versions.semver(text)
    assert version
    return version


def _provider_versions(one: Release) -> dict[str, tuple[int, int, int]]:
    bundle = load_bundles(_yaml(release.bundles(one, chart="c"))).for_version(one.minor)
    return {name: _semver(provider.version) for name, provider in bundle.providers.items()}


def test_each_release_has_a_template_that_boots_its_own_machines() -> None:
    entries = dict(entry.split("=", 1) for entry in services.templates().split(";"))
    for one in RELEASES:
        assert entries[one.template] == f"os:ubuntu,eksdRelease:{one.name}={references(one)['kind-node']}"
    assert {entry.rpartition("=")[2] for entry in entries.values()} == {
        references(one)["kind-node"] for one in RELEASES
    }


def test_the_first_cluster_is_valid() -> None:
    config = load("---\n".join(_yaml(document) for document in first_cluster.cluster_documents(PLACE, workers=2)))
    assert (config.name, config.endpoint, config.workers[0].count) == ("w01", "172.18.255.156", 2)
    assert config.external_etcd is None


def test_the_first_cluster_with_external_etcd_is_valid() -> None:
    config = load("---\n".join(_yaml(document) for document in first_cluster.cluster_documents(PLACE, etcd=3)))
    assert config.external_etcd
    assert config.external_etcd.machine
    assert (config.external_etcd.count, config.external_etcd.machine.name) == (3, "w01-etcd")


@each_later_release
def test_to_upgrade_the_first_cluster_its_machines_get_another_template(one: Release, tmp_path: pathlib.Path) -> None:
    for release_of, folder in ((RELEASES[0], "before"), (one, "after")):
        bundles = tmp_path / f"{folder}.yaml"
        bundles.write_text(_yaml(release.bundles(release_of, chart="c")))
        place = dataclasses.replace(PLACE, release=release_of)
        first_cluster.write_configs(tmp_path / folder, place, bundles=bundles)
    before, after = (
        tmp_path / "before" / "clusters" / "w01.yaml",
        tmp_path / "after" / "clusters" / f"w01-{one.name}.yaml",
    )
    edited = before.read_text().replace(f"Templates/{RELEASES[0].template}\n", f"Templates/{one.template}\n")
    edited = edited.replace(f"kubernetesVersion: '{RELEASES[0].minor}'", f"kubernetesVersion: '{one.minor}'")
    assert after.read_text() == edited != before.read_text()
    found = findings(after.read_text(), previous=before.read_text(), environ={})
    assert [finding for finding in found if finding.severity == "error"] == []
