# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""A release of the lab: a Bundles manifest, its EKS Distro Release and the manifests they name, as files in one folder.

The shape is that of ``download artifacts``: URIs of manifests are paths beside the Bundles manifest, image URIs are the
public names, which the machines' registry mirror resolves to the lab's registry.
"""

from __future__ import annotations

import typing as t
from pathlib import Path

from ansible_collections.eks.anywhere.plugins.module_utils._lab import catalog, releases
from ansible_collections.eks.anywhere.plugins.module_utils._lab.images import references
from ansible_collections.eks.anywhere.plugins.module_utils._lab.releases import FIRST, Release
from ansible_collections.eks.anywhere.plugins.module_utils._lab.workshop import Workshop
from ansible_collections.eks.anywhere.plugins.module_utils._yaml import yaml

BUNDLES_FILE = "bundle-release.yaml"
_CONTROLLER_KINDS = frozenset(
    {"Deployment", "MutatingWebhookConfiguration", "ValidatingWebhookConfiguration", "Certificate", "Issuer", "Service"}
)
"""What of the EKS-A components needs the EKS-A controller, which the lab does not build."""

_METADATA_MODULES: t.Mapping[str, str] = {
    "cluster-api": releases.FORK,
    "bootstrap-kubeadm": releases.FORK,
    "control-plane-kubeadm": releases.FORK,
    "infrastructure-vsphere": releases.CAPV_MODULE,
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


def write_release(shop: Workshop, folder: Path, release: Release = FIRST) -> Path:
    """Write everything below ``folder`` and return the path of the Bundles manifest."""
    for provider, manifest in catalog.manifests(release).items():
        _write(folder / provider / "components.yaml", shop.artifact(manifest.name, "components.yaml").read_text())
        _write(folder / provider / "metadata.yaml", _metadata(shop, provider))
    _write(folder / "cert-manager.yaml", shop.artifact("cert-manager-chart", "components.yaml").read_text())
    chart = folder / f"cilium-{releases.CILIUM.removeprefix('v')}.tgz"
    chart.write_bytes(shop.artifact("cilium-chart", "chart.tgz").read_bytes())
    eksa = shop.source(releases.EKSA_MODULE, "eksa")
    _write(
        folder / "eksa-components.yaml", _eksa_components((eksa / "config/manifest/eksa-components.yaml").read_text())
    )
    _write(folder / "eksd-crds.yaml", (eksa / "internal/test/envtest/config/eks-d-crds.yaml").read_text())
    _write(folder / f"{release.name}.yaml", _yaml(eksd_release(release)))
    return _write(folder / BUNDLES_FILE, _yaml(bundles(release, chart=chart.name)))


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


def _image(uri: str) -> Document:
    short = uri.rsplit("/", 1)[1].split(":", 1)[0]
    return {"name": short, "os": "linux", "arch": ["amd64"], "uri": uri, "imageDigest": ""}


def _provider(folder: str, version: str, **images: str) -> Document:
    return {
        "version": version,
        **{key: _image(uri) for key, uri in images.items()},
        "components": {"uri": f"{folder}/components.yaml"},
        "metadata": {"uri": f"{folder}/metadata.yaml"},
    }


def bundles(release: Release = FIRST, *, chart: str) -> Document:
    """The Bundles document of a release, with its one Kubernetes version."""
    return {
        "apiVersion": "anywhere.eks.amazonaws.com/v1alpha1",
        "kind": "Bundles",
        "metadata": {"name": f"bundles-{release.number}"},
        "spec": {
            "number": release.number,
            "cliMinVersion": release.eksa,
            "cliMaxVersion": release.eksa,
            "versionsBundles": [_completed(_versions_bundle(release, chart))],
        },
    }


def _versions_bundle(release: Release, chart: str) -> Document:
    images = references(release)
    vsphere = _provider("infrastructure-vsphere", release.capv, clusterAPIController=images["capv"])
    return {
        "kubeVersion": release.minor,
        "endOfStandardSupport": "2030-01-01",
        "eksD": {
            "name": release.name,
            "channel": release.channel,
            "kubeVersion": release.kubernetes,
            "manifestUrl": f"{release.name}.yaml",
            "components": "eksd-crds.yaml",
            "kindNode": _image(images["kind-node"]),
        },
        "certManager": {
            "version": releases.CERT_MANAGER,
            "controller": _image(images["cert-manager-controller"]),
            "webhook": _image(images["cert-manager-webhook"]),
            "cainjector": _image(images["cert-manager-cainjector"]),
            "manifest": {"uri": "cert-manager.yaml"},
        },
        "clusterAPI": _provider("cluster-api", release.capi, controller=images["capi"]),
        "bootstrap": _provider("bootstrap-kubeadm", release.capi, controller=images["cabpk"]),
        "controlPlane": _provider("control-plane-kubeadm", release.capi, controller=images["kcp"]),
        "etcdadmBootstrap": _provider(
            "bootstrap-etcdadm-bootstrap", releases.ETCDADM_BOOTSTRAP, controller=images["etcdadm-bootstrap"]
        ),
        "etcdadmController": _provider(
            "bootstrap-etcdadm-controller", releases.ETCDADM_CONTROLLER, controller=images["etcdadm-controller"]
        ),
        "vSphere": {**vsphere, "manager": _image(images["cloud-provider"]), "kubeVip": _image(images["kube-vip"])},
        "eksa": {"version": release.eksa, "components": {"uri": "eksa-components.yaml"}},
        "cilium": {
            "version": releases.CILIUM,
            "cilium": _image(images["cilium"]),
            "operator": _image(images["cilium-operator"]),
            "helmChart": {"name": "cilium", "uri": chart},
        },
    }


def _completed(bundle: Document) -> Document:
    """The bundle with everything that the definition of Bundles insists on; what the lab does not build stays empty."""
    sections: dict[str, Document] = {key: {part: {} for part in parts} for key, parts in _INSISTED_ON.items()}
    sections["docker"]["version"] = ""
    return {**bundle, **{key: {**empty, **bundle.get(key, {})} for key, empty in sections.items()}}


def eksd_release(release: Release = FIRST) -> Document:
    """The EKS Distro Release: images by asset name, as kubeadm's repositories and tags are read from it."""
    images = references(release)

    def component(name: str, version: str, *assets: str) -> Document:
        return {"name": name, "gitTag": version, "assets": [_asset(asset, images[asset]) for asset in assets]}

    kubernetes = ("kube-proxy", "pause", "kube-apiserver", "kube-controller-manager", "kube-scheduler")
    return {
        "apiVersion": "distro.eks.amazonaws.com/v1alpha1",
        "kind": "Release",
        "metadata": {"name": release.name},
        "spec": {"channel": release.channel, "number": release.distro},
        "status": {
            "date": "2026-11-23T00:00:00Z",
            "components": [
                component("kubernetes", release.kubernetes, *kubernetes),
                component("coredns", release.coredns, "coredns"),
                component("etcd", release.etcd, "etcd"),
            ],
        },
    }


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
