# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""clusterctl's configuration, against what the vendor's template gives."""

from __future__ import annotations

import dataclasses

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._config.bundles import VersionsBundle
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._render import clusterctl
from ansible_collections.eks.anywhere.tests.unit.ops import samples

ETCD = {"bootstrap-etcdadm-bootstrap", "bootstrap-etcdadm-controller"}


def plans(*, infrastructure: str = "vsphere") -> tuple[clusterctl.ProviderPlan, ...]:
    """Providers of the sample."""
    return clusterctl.providers(samples.bundle(), infrastructure=infrastructure, external_etcd=False)


def without(*labels: str) -> VersionsBundle:
    """The sample's bundle without some providers."""
    left = {label: found for label, found in samples.bundle().providers.items() if label not in labels}
    return dataclasses.replace(samples.bundle(), providers=left)


def test_configuration_names_local_files_only() -> None:
    document = clusterctl.configuration(samples.bundle(), plans(), overrides="/w/overrides")
    urls = {(item["type"], item["name"]): item["url"] for item in document["providers"]}
    assert urls == {
        ("CoreProvider", "cluster-api"): "/w/overrides/cluster-api/v1.13.2+abcdef1/core-components.yaml",
        ("BootstrapProvider", "kubeadm"): "/w/overrides/bootstrap-kubeadm/v1.13.2+abcdef2/bootstrap-components.yaml",
        ("ControlPlaneProvider", "kubeadm"): (
            "/w/overrides/control-plane-kubeadm/v1.13.2+abcdef3/control-plane-components.yaml"
        ),
        ("InfrastructureProvider", "vsphere"): (
            "/w/overrides/infrastructure-vsphere/v1.16.1+e9cf66a/infrastructure-components.yaml"
        ),
        ("BootstrapProvider", "etcdadm-bootstrap"): (
            "/w/overrides/bootstrap-etcdadm-bootstrap/v1.0.22+1/bootstrap-components.yaml"
        ),
        ("BootstrapProvider", "etcdadm-controller"): (
            "/w/overrides/bootstrap-etcdadm-controller/v1.0.28+1/bootstrap-components.yaml"
        ),
    }
    assert document["images"]["cluster-api/cluster-api-controller"] == {
        "repository": "public.ecr.aws/eks/capi",
        "tag": "v1.13.2",
    }
    assert document["cert-manager"]["url"] == "/w/overrides/cert-manager/v1.20.2+d1/cert-manager.yaml"
    for path in clusterctl.files(samples.bundle(), plans()):
        assert path.endswith(("metadata.yaml", "cert-manager.yaml")) or f"/w/overrides/{path}" in urls.values()


def test_images_of_nodes_are_not_those_of_a_provider() -> None:
    images = clusterctl.configuration(samples.bundle(), plans(), overrides="/w")["images"]
    assert {name for name in images if name.startswith("infrastructure-")} == {
        "infrastructure-vsphere/manager",
        "infrastructure-vsphere/kube-rbac-proxy",
    }
    assert images["infrastructure-vsphere/manager"]["repository"] == "public.ecr.aws/eks/capv"


def test_arguments_pin_every_version() -> None:
    words = clusterctl.init_arguments(plans(infrastructure="docker"))
    assert list(zip(words[::2], words[1::2], strict=True)) == [
        ("--core", "cluster-api:v1.13.2+abcdef1"),
        ("--bootstrap", "kubeadm:v1.13.2+abcdef2"),
        ("--control-plane", "kubeadm:v1.13.2+abcdef3"),
        ("--infrastructure", "docker:v1.13.2+abcdef1"),
        ("--bootstrap", "etcdadm-bootstrap:v1.0.22+1"),
        ("--bootstrap", "etcdadm-controller:v1.0.28+1"),
    ]


@pytest.mark.parametrize(("external", "missing"), [(False, False), (True, True)])
def test_etcd_providers_are_needed_by_external_etcd_alone(*, external: bool, missing: bool) -> None:
    bundle = without(*ETCD)
    if missing:
        with pytest.raises(EksaError, match="bootstrap-etcdadm-bootstrap") as caught:
            clusterctl.providers(bundle, infrastructure="vsphere", external_etcd=external)
        assert caught.value.code == "bundles.provider_missing"
        return
    found = clusterctl.providers(bundle, infrastructure="vsphere", external_etcd=external)
    assert not ETCD & {plan.label for plan in found}


def test_a_missing_infrastructure_is_an_error() -> None:
    with pytest.raises(EksaError, match="infrastructure-vsphere"):
        clusterctl.providers(without("infrastructure-vsphere"), infrastructure="vsphere", external_etcd=False)
