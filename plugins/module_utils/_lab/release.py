# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""The lab's release: a Bundles manifest, its EKS Distro Release and the manifests they name, as files in one folder.

The shape is that of ``download artifacts``: URIs of manifests are paths beside the Bundles manifest, image URIs are the
public names, which the machines' registry mirror resolves to the lab's registry.
"""

from __future__ import annotations

import typing as t
from pathlib import Path

from ansible_collections.eks.anywhere.plugins.module_utils._lab import catalog
from ansible_collections.eks.anywhere.plugins.module_utils._lab.workshop import Workshop
from ansible_collections.eks.anywhere.plugins.module_utils._yaml import yaml

BUNDLES_FILE = "bundle-release.yaml"
NUMBER = 1
_EKSA_MODULE = "github.com/aws/eks-anywhere"
_CONTROLLER_KINDS = frozenset(
    {"Deployment", "MutatingWebhookConfiguration", "ValidatingWebhookConfiguration", "Certificate", "Issuer", "Service"}
)
"""What of the EKS-A components needs the EKS-A controller, which the lab does not build."""

_METADATA_MODULES: t.Mapping[str, str] = {
    "cluster-api": catalog.FORK,
    "bootstrap-kubeadm": catalog.FORK,
    "control-plane-kubeadm": catalog.FORK,
    "infrastructure-vsphere": "sigs.k8s.io/cluster-api-provider-vsphere",
}

Document = dict[str, t.Any]

_INSISTED_ON: t.Mapping[str, tuple[str, ...]] = {
    "bootstrap": ("kubeProxy",),
    "bottlerocketHostContainers": ("admin", "control", "kubeadmBootstrap"),
    "certManager": ("acmesolver", "startupapicheck"),
    "clusterAPI": ("kubeProxy",),
    "controlPlane": ("kubeProxy",),
    "docker": ("clusterTemplate", "components", "kubeProxy", "manager", "metadata"),
    "eksa": ("cliTools", "clusterController", "diagnosticCollector"),
    "etcdadmBootstrap": ("kubeProxy",),
    "etcdadmController": ("kubeProxy",),
    "flux": ("helmController", "kustomizeController", "notificationController", "sourceController"),
    "kindnetd": ("manifest",),
    "packageController": ("packageController", "tokenRefresher"),
    "vSphere": ("clusterTemplate", "kubeProxy"),
}
"""Parts of a versions bundle that an API server refuses to be without."""


def write_release(shop: Workshop, folder: Path) -> Path:
    """Write everything below ``folder`` and return the path of the Bundles manifest."""
    for manifest in catalog.MANIFESTS:
        _write(folder / manifest.name / "components.yaml", shop.artifact(manifest.name, "components.yaml").read_text())
        _write(folder / manifest.name / "metadata.yaml", _metadata(shop, manifest.name))
    _write(folder / "cert-manager.yaml", shop.artifact("cert-manager-chart", "components.yaml").read_text())
    chart = folder / f"cilium-{catalog.CILIUM.lstrip('v')}.tgz"
    chart.write_bytes(shop.artifact("cilium-chart", "chart.tgz").read_bytes())
    eksa = shop.source(_EKSA_MODULE, "eksa")
    _write(
        folder / "eksa-components.yaml", _eksa_components((eksa / "config/manifest/eksa-components.yaml").read_text())
    )
    _write(folder / "eksd-crds.yaml", (eksa / "internal/test/envtest/config/eks-d-crds.yaml").read_text())
    _write(folder / f"{catalog.RELEASE}.yaml", _yaml(eksd_release()))
    return _write(folder / BUNDLES_FILE, _yaml(bundles(chart=chart.name)))


def _write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def _yaml(document: Document) -> str:
    return yaml.dump(document, Dumper=yaml.CSafeDumper, sort_keys=False)


def _metadata(shop: Workshop, name: str) -> str:
    module = _METADATA_MODULES.get(name)
    if module:
        return (shop.source(module, name) / "metadata.yaml").read_text()
    # The etcdadm providers ship none; clusterctl only asks which contract a version follows.
    series = {"major": 1, "minor": 0, "contract": "v1beta1"}
    return _yaml({"apiVersion": "clusterctl.cluster.x-k8s.io/v1alpha3", "kind": "Metadata", "releaseSeries": [series]})


def _eksa_components(text: str) -> str:
    documents = [item for item in yaml.load_all(text, Loader=yaml.CSafeLoader) if item]
    kept = [_without_conversion(item) for item in documents if item["kind"] not in _CONTROLLER_KINDS]
    return yaml.dump_all(kept, Dumper=yaml.CSafeDumper, sort_keys=False)


def _without_conversion(document: Document) -> Document:
    if document["kind"] == "CustomResourceDefinition":
        document.get("spec", {}).pop("conversion", None)
    return document


def _image(name: str) -> Document:
    uri = catalog.IMAGES[name]
    short = uri.rsplit("/", 1)[1].split(":", 1)[0]
    return {"name": short, "os": "linux", "arch": ["amd64"], "uri": uri, "imageDigest": ""}


def _provider(folder: str, version: str, **images: str) -> Document:
    return {
        "version": version,
        **{key: _image(name) for key, name in images.items()},
        "components": {"uri": f"{folder}/components.yaml"},
        "metadata": {"uri": f"{folder}/metadata.yaml"},
    }


def bundles(*, chart: str) -> Document:
    """The Bundles document of the lab's one Kubernetes version."""
    return {
        "apiVersion": "anywhere.eks.amazonaws.com/v1alpha1",
        "kind": "Bundles",
        "metadata": {"name": f"bundles-{NUMBER}"},
        "spec": {
            "number": NUMBER,
            "cliMinVersion": catalog.EKSA,
            "cliMaxVersion": catalog.EKSA,
            "versionsBundles": [_completed(_versions_bundle(chart))],
        },
    }


def _versions_bundle(chart: str) -> Document:
    vsphere = _provider("infrastructure-vsphere", catalog.CAPV, clusterAPIController="capv")
    return {
        "kubeVersion": ".".join(catalog.KUBERNETES.lstrip("v").split(".")[:2]),
        "endOfStandardSupport": "2030-01-01",
        "eksD": {
            "name": catalog.RELEASE,
            "channel": catalog.CHANNEL,
            "kubeVersion": catalog.KUBERNETES,
            "manifestUrl": f"{catalog.RELEASE}.yaml",
            "components": "eksd-crds.yaml",
            "kindNode": _image("kind-node"),
        },
        "certManager": {
            "version": catalog.CERT_MANAGER,
            "controller": _image("cert-manager-controller"),
            "webhook": _image("cert-manager-webhook"),
            "cainjector": _image("cert-manager-cainjector"),
            "manifest": {"uri": "cert-manager.yaml"},
        },
        "clusterAPI": _provider("cluster-api", catalog.CAPI, controller="capi"),
        "bootstrap": _provider("bootstrap-kubeadm", catalog.CAPI, controller="cabpk"),
        "controlPlane": _provider("control-plane-kubeadm", catalog.CAPI, controller="kcp"),
        "etcdadmBootstrap": _provider(
            "bootstrap-etcdadm-bootstrap", catalog.ETCDADM_BOOTSTRAP, controller="etcdadm-bootstrap"
        ),
        "etcdadmController": _provider(
            "bootstrap-etcdadm-controller", catalog.ETCDADM_CONTROLLER, controller="etcdadm-controller"
        ),
        "vSphere": {**vsphere, "manager": _image("cloud-provider"), "kubeVip": _image("kube-vip")},
        "eksa": {"version": catalog.EKSA, "components": {"uri": "eksa-components.yaml"}},
        "cilium": {
            "version": catalog.CILIUM,
            "cilium": _image("cilium"),
            "operator": _image("cilium-operator"),
            "helmChart": {"name": "cilium", "uri": chart},
        },
    }


def _completed(bundle: Document) -> Document:
    """The bundle with everything that the definition of Bundles insists on; what the lab does not build stays empty."""
    sections: dict[str, Document] = {key: {part: {} for part in parts} for key, parts in _INSISTED_ON.items()}
    sections["docker"]["version"] = ""
    return {**bundle, **{key: {**empty, **bundle.get(key, {})} for key, empty in sections.items()}}


def eksd_release() -> Document:
    """The EKS Distro Release: images by asset name, as kubeadm's repositories and tags are read from it."""
    control_plane = ("kube-apiserver", "kube-controller-manager", "kube-scheduler")
    kubernetes = [
        *(_distro_asset(name, name) for name in ("kube-proxy", "pause")),
        *(_asset(name, f"public.ecr.aws/eks-distro/kubernetes/{name}:{catalog.DISTRO}") for name in control_plane),
    ]
    return {
        "apiVersion": "distro.eks.amazonaws.com/v1alpha1",
        "kind": "Release",
        "metadata": {"name": catalog.RELEASE},
        "spec": {"channel": catalog.CHANNEL, "number": NUMBER},
        "status": {
            "date": "2026-11-23T00:00:00Z",
            "components": [
                {"name": "kubernetes", "gitTag": catalog.KUBERNETES, "assets": kubernetes},
                {"name": "coredns", "gitTag": "v1.12.4", "assets": [_distro_asset("coredns", "coredns")]},
                {"name": "etcd", "gitTag": catalog.ETCD_VERSION, "assets": [_distro_asset("etcd", "etcd")]},
            ],
        },
    }


def _distro_asset(name: str, image: str) -> Document:
    return _asset(name, catalog.IMAGES[image])


def _asset(name: str, uri: str) -> Document:
    return {
        "name": f"{name}-image",
        "type": "Image",
        "os": "linux",
        "arch": ["amd64"],
        "description": f"{name} container image",
        "image": {"uri": uri},
    }


__all__ = ("BUNDLES_FILE", "bundles", "eksd_release", "write_release")
