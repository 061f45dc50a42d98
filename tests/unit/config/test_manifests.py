# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bundles manifests and EKS Distro releases."""

from __future__ import annotations

import itertools

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._config.bundles import MAX_CHARACTERS, Provider, load_bundles
from ansible_collections.eks.anywhere.plugins.module_utils._config.release import Repository, load_release
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError

from . import samples

BUNDLES = (samples.GOLDEN / "bundles.yaml").read_text(encoding="utf-8")
RELEASE = (samples.GOLDEN / "kubernetes-1-34-eks-9.yaml").read_text(encoding="utf-8")


def test_a_bundle_is_found_by_kubernetes_version() -> None:
    bundles = load_bundles(BUNDLES)
    bundle = bundles.for_version("1.34")
    assert (bundles.name, bundles.number) == ("bundles-7", 7)
    assert (bundle.eksd_name, bundle.eksd_channel, bundle.eksd_version) == ("kubernetes-1-34-eks-9", "1-34", "v1.34.3")
    assert bundle.eksd_manifest_uri == "releases/kubernetes-1-34-eks-9.yaml"
    assert bundle.kube_vip_image == "registry.example.org/kube-vip:v0.9.1-eks-a-7"
    assert bundle.cert_manager.manifest_uri == "manifests/cert-manager.yaml"
    assert bundle.cilium.chart_uri == "registry.example.org/cilium/cilium:1.19.4-1"
    assert bundle.providers["infrastructure-vsphere"] == Provider(
        version="v1.15.2",
        components_uri="manifests/vsphere-components.yaml",
        metadata_uri="manifests/vsphere-metadata.yaml",
        images=(
            "registry.example.org/capv:v1.15.2-eks-a-7",
            "registry.example.org/cloud-provider-vsphere:v1.34.0-eks-a-7",
            "registry.example.org/kube-vip:v0.9.1-eks-a-7",
        ),
    )
    assert sorted(bundle.providers) == [
        "bootstrap-etcdadm-bootstrap",
        "bootstrap-etcdadm-controller",
        "bootstrap-kubeadm",
        "cluster-api",
        "control-plane-kubeadm",
        "infrastructure-vsphere",
    ]


def test_a_missing_version_names_those_present() -> None:
    with pytest.raises(EksaError, match=r"kubernetes version 1\.99 is not supported by bundles manifest 7") as caught:
        load_bundles(BUNDLES).for_version("1.99")
    assert "1.34, 1.30" in caught.value.hint


@pytest.mark.parametrize(
    ("text", "words"), [("kind: Release", "no document of kind Bundles"), ("a: [", "not valid YAML"), ("", "nothing")]
)
def test_what_is_no_bundles_manifest(text: str, words: str) -> None:
    with pytest.raises(EksaError, match=words) as caught:
        load_bundles(text)
    assert caught.value.code == "bundles.invalid"


SPARSE = """
kind: Bundles
spec:
  number: [1]
  versionsBundles:
    - kubeVersion: "1.34"
      endOfStandardSupport: 2026-12-02
    -
    - kubeVersion: "1.33"
      eksD: {channel: 1-33, name: , ova: [], components: {}}
      vSphere: {version: v1, components: {uri: x.yaml}, kubeVip: null, manager: {uri: m, imageDigest: sha256:0}}
      cilium: text
"""


def test_a_manifest_may_lack_much() -> None:
    bundles = load_bundles(SPARSE)
    assert (bundles.name, bundles.number, list(bundles.versions)) == ("", 0, ["1.34", "1.33"])
    assert bundles.for_version("1.34").raw["endOfStandardSupport"] == "2026-12-02"
    bundle = bundles.for_version("1.33")
    assert (bundle.eksd_channel, bundle.eksd_name, bundle.eksd_components_uri) == ("1-33", "", "")
    assert bundle.providers == {"infrastructure-vsphere": Provider("v1", "x.yaml", "", ("m",))}


LAUGHS = "kind: Bundles\na: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join(['*' + before] * 10)}]\n" for before, name in itertools.pairwise("abcdefgh")
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a" * (MAX_CHARACTERS + 1), "the text is larger than"),
        ("[" * 100, "nested deeper than"),
        ("- " * 5000, "nested deeper than"),
        (LAUGHS, "expands to more than"),
        ("kind: Bundles\nspec: {number: 0b}", ""),
    ],
)
def test_what_is_too_much_of_a_manifest(text: str, words: str) -> None:
    if not words:
        assert load_bundles(text).number == 0
        return
    with pytest.raises(EksaError, match=words) as caught:
        load_bundles(text)
    assert caught.value.code == "bundles.invalid"


def test_a_release_maps_images_as_kubeadm_wants_them() -> None:
    release = load_release(RELEASE)
    assert release.kubernetes == Repository("public.ecr.aws/eks-distro/kubernetes", "v1.34.3-eks-1-34-9")
    assert release.etcd == Repository("public.ecr.aws/eks-distro/etcd-io", "v3.6.7-eks-1-34-9")
    assert release.coredns == Repository("public.ecr.aws/eks-distro/coredns", "v1.12.1-eks-1-34-9")
    assert release.pause == Repository("public.ecr.aws/eks-distro/kubernetes/pause", "v1.34.3-eks-1-34-9")
    assert (release.etcd_version, release.channel, release.number) == ("3.6.7", "1-34", 9)
    assert release.etcd_url == "https://distro.example.org/etcd-linux-amd64-v3.6.7.tar.gz"


def test_a_release_without_an_image_is_refused() -> None:
    with pytest.raises(EksaError, match="asset coredns-image is not present in eksd release 1-34"):
        load_release(RELEASE.replace("coredns-image", "other-image"))
