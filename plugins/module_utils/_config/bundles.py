# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""The Bundles manifest: which images, charts and manifests belong to a Kubernetes version."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config import composing
from ansible_collections.eks.anywhere.plugins.module_utils._config.untyped import (
    Data,
    number,
    section,
    sections,
    text,
    texts,
)
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._yaml import yaml

MAX_CHARACTERS = 16 * 1024 * 1024
"""A manifest with every Kubernetes version of a release has less than one million."""
MAX_VALUES = 500_000
"""Aliases are shared when read, and expanded when written: a bomb of them is refused."""


class _Loader(yaml.CSafeLoader):
    """Times stay text: JSON has none, and Go reads them as text."""


def _as_text(loader: yaml.CSafeLoader, node: yaml.ScalarNode) -> str:
    return str(loader.construct_scalar(node))


_Loader.add_constructor("tag:yaml.org,2002:timestamp", _as_text)

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


def load_bundles(manifest: str) -> Bundles:
    """Read the Bundles document of a manifest; fields may be absent, and what is unknown is left alone."""
    document = document_of_kind(manifest, "Bundles")
    spec = section(document, "spec")
    return Bundles(
        name=text(section(document, "metadata"), "name"),
        number=number(spec, "number"),
        raw=document,
        versions={text(found, "kubeVersion"): _versions_bundle(found) for found in sections(spec, "versionsBundles")},
    )


def document_of_kind(manifest: str, kind: str) -> dict[str, t.Any]:
    """The first document of a kind; text without one raises ``EksaError``."""
    plain = str.__str__(manifest)  # Ansible hands over tagged subclasses of str, which libyaml refuses
    try:
        composing.measure(plain, characters=MAX_CHARACTERS)
        documents = list(yaml.load_all(plain, Loader=_Loader))
    except (*composing.UNREADABLE, ValueError) as exc:
        raise EksaError(f"The {kind} manifest is not valid YAML: {exc}", code="bundles.invalid") from exc
    for document in documents:
        if isinstance(document, dict) and document.get("kind") == kind:
            return _of_honest_size(document)
    kinds = ", ".join(sorted({str(item.get("kind")) for item in documents if isinstance(item, dict)})) or "nothing"
    raise EksaError(f"The manifest holds no document of kind {kind}, only {kinds}.", code="bundles.invalid")


def _of_honest_size(document: dict[str, t.Any]) -> dict[str, t.Any]:
    todo: list[t.Any] = [document]
    for _count in range(MAX_VALUES):
        if not todo:
            return document
        value = todo.pop()
        todo += value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    message = f"The {document['kind']} manifest expands to more than {MAX_VALUES} values."
    raise EksaError(message, code="bundles.invalid", hint="Fetch it again.")


def _versions_bundle(data: Data) -> VersionsBundle:
    eksd, vsphere = section(data, "eksD"), section(data, "vSphere")
    cilium, eksa, cert_manager = (
        section(data, "cilium"),
        section(data, "eksa"),
        section(data, "certManager"),
    )
    return VersionsBundle(
        kubernetes_version=text(data, "kubeVersion"),
        eksd_name=text(eksd, "name"),
        eksd_channel=text(eksd, "channel"),
        eksd_version=text(eksd, "kubeVersion"),
        eksd_manifest_uri=text(eksd, "manifestUrl"),
        eksd_components_uri=text(eksd, "components"),
        kind_node_image=_uri(eksd, "kindNode"),
        cert_manager=Manifest(text(cert_manager, "version"), _uri(cert_manager, "manifest")),
        providers=_providers(data),
        kube_vip_image=_uri(vsphere, "kubeVip"),
        haproxy_image=_uri(section(data, "haproxy"), "image"),
        cpi_image=_uri(vsphere, "manager"),
        eksa_version=text(eksa, "version"),
        eksa_components_uri=_uri(eksa, "components"),
        cilium=CiliumBundle(
            text(cilium, "version"), _uri(cilium, "helmChart"), _uri(cilium, "cilium"), _uri(cilium, "operator")
        ),
        bottlerocket_bootstrap_image=_uri(section(data, "bottlerocketHostContainers"), "kubeadmBootstrap"),
        bottlerocket_multi_network_image=_uri(
            section(data, "bottlerocketBootstrapContainers"), "multiNetworkBootstrap"
        ),
        bottlerocket_template=_imported_template(eksd),
        raw=data,
    )


def _imported_template(eksd: Data) -> str:
    ova = section(section(eksd, "ova"), "bottlerocket")
    digest = text(ova, "sha256")
    parts = ("bottlerocket", text(eksd, "kubeVersion"), text(eksd, "name"), *texts(ova, "arch"), digest[:7])
    return "-".join(parts) if digest else ""


def _providers(data: Data) -> dict[str, Provider]:
    """Those that can be installed: the manifest has a section for each, filled or not."""
    filled = {name: section(data, key) for name, key in _SECTIONS.items()}
    return {name: _provider(found) for name, found in filled.items() if _uri(found, "components")}


def _provider(data: Data) -> Provider:
    images = (_uri(data, key) for key, item in data.items() if isinstance(item, dict) and "imageDigest" in item)
    return Provider(
        version=text(data, "version"),
        components_uri=_uri(data, "components"),
        metadata_uri=_uri(data, "metadata"),
        images=tuple(uri for uri in images if uri),
    )


def _uri(data: Data, key: str) -> str:
    return text(section(data, key), "uri")


__all__ = ("Bundles", "CiliumBundle", "Manifest", "Provider", "VersionsBundle", "document_of_kind", "load_bundles")
