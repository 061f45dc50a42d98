# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""The Bundles manifest: which images, charts and manifests belong to a Kubernetes version."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._yaml import yaml

Data = t.Mapping[str, t.Any]

_SECTIONS: t.Mapping[str, str] = {
    "cluster-api": "clusterAPI",
    "bootstrap-kubeadm": "bootstrap",
    "control-plane-kubeadm": "controlPlane",
    "bootstrap-etcdadm-bootstrap": "etcdadmBootstrap",
    "bootstrap-etcdadm-controller": "etcdadmController",
    "infrastructure-vsphere": "vSphere",
    "infrastructure-docker": "docker",
}
"""clusterctl's name of a provider -> section of the versions bundle."""


@dataclasses.dataclass(frozen=True)
class Manifest:
    """A versioned set of objects to apply."""

    version: str
    manifest_uri: str


@dataclasses.dataclass(frozen=True)
class Provider:
    """A Cluster API provider."""

    version: str
    components_uri: str
    metadata_uri: str
    images: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class CiliumBundle:
    """The CNI: ``chart_uri`` is an OCI reference without scheme."""

    version: str
    chart_uri: str
    agent_image: str
    operator_image: str


@dataclasses.dataclass(frozen=True)
class VersionsBundle:
    """All that one Kubernetes version needs.

    ``eksd_version`` is the upstream version, such as ``v1.34.2``; ``bottlerocket_template`` is the name under which
    upstream imports Bottlerocket into a vCenter.
    """

    kubernetes_version: str
    eksd_name: str
    eksd_channel: str
    eksd_version: str
    eksd_manifest_uri: str
    eksd_components_uri: str
    kind_node_image: str
    cert_manager: Manifest
    providers: t.Mapping[str, Provider]
    kube_vip_image: str
    haproxy_image: str
    cpi_image: str
    eksa_version: str
    eksa_components_uri: str
    cilium: CiliumBundle
    bottlerocket_bootstrap_image: str
    bottlerocket_multi_network_image: str
    bottlerocket_template: str
    raw: Data


@dataclasses.dataclass(frozen=True)
class Bundles:
    """A Bundles manifest; ``raw`` is the document itself, for writing it into the cluster."""

    name: str
    number: int
    raw: Data
    versions: t.Mapping[str, VersionsBundle]

    def for_version(self, kubernetes_version: str) -> VersionsBundle:
        """The bundle of ``1.34``; a missing one raises ``EksaError`` that lists those present."""
        found = self.versions.get(kubernetes_version)
        if found is None:
            raise EksaError(
                f"kubernetes version {kubernetes_version} is not supported by bundles manifest {self.number}",
                code="bundles.version_missing",
                hint=f"It holds: {', '.join(self.versions) or 'no version'}.",
            )
        return found


def load_bundles(text: str) -> Bundles:
    """Read the Bundles document of a manifest."""
    document = document_of_kind(text, "Bundles")
    spec = _section(document, "spec")
    return Bundles(
        name=str(_section(document, "metadata").get("name", "")),
        number=int(spec.get("number", 0)),
        raw=document,
        versions={
            str(section.get("kubeVersion", "")): _versions_bundle(section)
            for section in spec.get("versionsBundles") or ()
        },
    )


def document_of_kind(text: str, kind: str) -> dict[str, t.Any]:
    """The first document of a kind; text without one raises ``EksaError``."""
    try:
        documents = list(yaml.load_all(str.__str__(text), Loader=yaml.CSafeLoader))
    except yaml.YAMLError as exc:
        raise EksaError(f"The {kind} manifest is not valid YAML: {exc}", code="bundles.invalid") from exc
    for document in documents:
        if isinstance(document, dict) and document.get("kind") == kind:
            return document
    kinds = ", ".join(sorted({str(item.get("kind")) for item in documents if isinstance(item, dict)})) or "nothing"
    raise EksaError(f"The manifest holds no document of kind {kind}, only {kinds}.", code="bundles.invalid")


def _versions_bundle(section: Data) -> VersionsBundle:
    eksd, vsphere = _section(section, "eksD"), _section(section, "vSphere")
    cilium, eksa, cert_manager = (
        _section(section, "cilium"),
        _section(section, "eksa"),
        _section(section, "certManager"),
    )
    return VersionsBundle(
        kubernetes_version=str(section.get("kubeVersion", "")),
        eksd_name=eksd.get("name", ""),
        eksd_channel=str(eksd.get("channel", "")),
        eksd_version=eksd.get("kubeVersion", ""),
        eksd_manifest_uri=eksd.get("manifestUrl", ""),
        eksd_components_uri=eksd.get("components", ""),
        kind_node_image=_uri(eksd, "kindNode"),
        cert_manager=Manifest(cert_manager.get("version", ""), _uri(cert_manager, "manifest")),
        providers=_providers(section),
        kube_vip_image=_uri(vsphere, "kubeVip"),
        haproxy_image=_uri(_section(section, "haproxy"), "image"),
        cpi_image=_uri(vsphere, "manager"),
        eksa_version=eksa.get("version", ""),
        eksa_components_uri=_uri(eksa, "components"),
        cilium=CiliumBundle(
            cilium.get("version", ""), _uri(cilium, "helmChart"), _uri(cilium, "cilium"), _uri(cilium, "operator")
        ),
        bottlerocket_bootstrap_image=_uri(_section(section, "bottlerocketHostContainers"), "kubeadmBootstrap"),
        bottlerocket_multi_network_image=_uri(
            _section(section, "bottlerocketBootstrapContainers"), "multiNetworkBootstrap"
        ),
        bottlerocket_template=_imported_template(eksd),
        raw=section,
    )


def _imported_template(eksd: Data) -> str:
    ova = _section(_section(eksd, "ova"), "bottlerocket")
    digest = str(ova.get("sha256") or "")
    parts = ("bottlerocket", eksd.get("kubeVersion", ""), eksd.get("name", ""), *(ova.get("arch") or ()), digest[:7])
    return "-".join(parts) if digest else ""


def _providers(section: Data) -> dict[str, Provider]:
    """Those that can be installed: the manifest has a section for each, filled or not."""
    sections = {name: _section(section, key) for name, key in _SECTIONS.items()}
    return {name: _provider(found) for name, found in sections.items() if _uri(found, "components")}


def _provider(section: Data) -> Provider:
    images = (item.get("uri") for item in section.values() if isinstance(item, dict) and "imageDigest" in item)
    return Provider(
        version=section.get("version", ""),
        components_uri=_uri(section, "components"),
        metadata_uri=_uri(section, "metadata"),
        images=tuple(uri for uri in images if uri),
    )


def _section(data: Data, key: str) -> Data:
    found = data.get(key)
    return found if isinstance(found, dict) else {}


def _uri(data: Data, key: str) -> str:
    return str(_section(data, key).get("uri", ""))


__all__ = ("Bundles", "CiliumBundle", "Manifest", "Provider", "VersionsBundle", "document_of_kind", "load_bundles")
