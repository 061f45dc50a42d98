# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""What clusterctl needs to work without the network: its configuration and a folder with the bundle's manifests."""

from __future__ import annotations

import copy
import dataclasses
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config.bundles import VersionsBundle
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj

CERT_MANAGER_TIMEOUT = "5m"
"""cert-manager is up before clusterctl is called; this bounds a wait in which it would say nothing."""

CERT_MANAGER_VERSION_ANNOTATION = "cert-manager.clusterctl.cluster.x-k8s.io/version"
CERT_MANAGER_LABELS = {"clusterctl.cluster.x-k8s.io": "", "clusterctl.cluster.x-k8s.io/core": "cert-manager"}
OPTIONAL = ("bootstrap-etcdadm-bootstrap", "bootstrap-etcdadm-controller")


@dataclasses.dataclass(frozen=True)
class Kind:
    """A kind of provider: its name for clusterctl, the option of ``init``, and the file with its objects."""

    type: str
    option: str
    components: str


_KINDS: t.Mapping[str, Kind] = {
    "cluster-api": Kind("CoreProvider", "--core", "core-components.yaml"),
    "bootstrap": Kind("BootstrapProvider", "--bootstrap", "bootstrap-components.yaml"),
    "control-plane": Kind("ControlPlaneProvider", "--control-plane", "control-plane-components.yaml"),
    "infrastructure": Kind("InfrastructureProvider", "--infrastructure", "infrastructure-components.yaml"),
}


@dataclasses.dataclass(frozen=True)
class ProviderPlan:
    """One provider of the bundle. ``label`` is clusterctl's identity of it, such as ``bootstrap-kubeadm``."""

    label: str
    version: str
    components_uri: str
    metadata_uri: str
    images: tuple[str, ...]

    @property
    def kind(self) -> Kind:
        """Which of the four kinds it is."""
        return next(kind for prefix, kind in _KINDS.items() if self.label.startswith(prefix))

    @property
    def name(self) -> str:
        """Its name within its kind: ``kubeadm`` of ``bootstrap-kubeadm``."""
        prefix = next(prefix for prefix in _KINDS if self.label.startswith(prefix))
        return self.label if self.label == prefix else self.label.removeprefix(f"{prefix}-")

    @property
    def folder(self) -> str:
        """Where clusterctl looks for its files, below the overrides folder."""
        return f"{self.label}/{self.version}"


def providers(bundle: VersionsBundle, *, infrastructure: str, external_etcd: bool) -> tuple[ProviderPlan, ...]:
    """Providers to install: those that every cluster needs, and the etcd ones as far as the bundle carries them."""
    needed = ["cluster-api", "bootstrap-kubeadm", "control-plane-kubeadm", f"infrastructure-{infrastructure}"]
    if external_etcd:
        needed += OPTIONAL
    carried = {label: found for label, found in bundle.providers.items() if found.version and found.components_uri}
    missing = [label for label in needed if label not in carried]
    if missing:
        raise EksaError(
            f"The Bundles manifest has no provider {', '.join(missing)} for Kubernetes {bundle.kubernetes_version}.",
            code="bundles.provider_missing",
            hint="Use a Bundles manifest that carries it.",
            details={"missing": missing, "found": sorted(carried)},
        )
    wanted = dict.fromkeys([*needed, *(label for label in OPTIONAL if label in carried)])
    return tuple(
        ProviderPlan(
            label,
            carried[label].version,
            carried[label].components_uri,
            carried[label].metadata_uri,
            _images(bundle, label),
        )
        for label in wanted
    )


def configuration(bundle: VersionsBundle, plans: t.Iterable[ProviderPlan], *, overrides: str) -> Obj:
    """clusterctl's configuration file: every provider from ``overrides``, none from GitHub."""
    chosen = tuple(plans)
    images = {
        f"{plan.label}/{_parts(image)[1]}": {"repository": _parts(image)[0], "tag": _parts(image)[2]}
        for plan in chosen
        for image in plan.images
    }
    cert_manager = bundle.cert_manager
    return {
        "providers": [
            {
                "name": plan.name,
                "url": f"{overrides}/{plan.folder}/{plan.kind.components}",
                "type": plan.kind.type,
            }
            for plan in chosen
        ],
        "overridesFolder": overrides,
        "images": images,
        "cert-manager": {
            "timeout": CERT_MANAGER_TIMEOUT,
            "url": f"{overrides}/cert-manager/{cert_manager.version}/cert-manager.yaml",
            "version": cert_manager.version,
        },
    }


def files(bundle: VersionsBundle, plans: t.Iterable[ProviderPlan]) -> dict[str, str]:
    """Files below the overrides folder: relative path -> URI of the content."""
    listed = {f"cert-manager/{bundle.cert_manager.version}/cert-manager.yaml": bundle.cert_manager.manifest_uri}
    for plan in plans:
        listed[f"{plan.folder}/{plan.kind.components}"] = plan.components_uri
        listed[f"{plan.folder}/metadata.yaml"] = plan.metadata_uri
    return listed


def init_arguments(plans: t.Iterable[ProviderPlan]) -> list[str]:
    """Options of ``clusterctl init`` that name the providers."""
    return [word for plan in plans for word in (plan.kind.option, f"{plan.name}:{plan.version}")]


def upgrade_arguments(plans: t.Iterable[ProviderPlan], namespaces: t.Mapping[str, str]) -> list[str]:
    """Options of ``clusterctl upgrade apply``: one provider may be installed in several namespaces."""
    return [
        word for plan in plans for word in (plan.kind.option, f"{namespaces[plan.label]}/{plan.name}:{plan.version}")
    ]


def cert_manager(objects: t.Iterable[Obj], bundle: VersionsBundle) -> list[Obj]:
    """cert-manager's objects as clusterctl would install them: its labels, and the bundle's images."""
    section = bundle.raw.get("certManager") or {}
    known = {_parts(uri)[1]: uri for uri in _uris(section)}
    return [_marked(obj, version=bundle.cert_manager.version, images=known) for obj in objects]


def _marked(obj: Obj, *, version: str, images: t.Mapping[str, str]) -> Obj:
    marked = copy.deepcopy(obj)
    metadata = marked["metadata"]
    metadata["labels"] = {**(metadata.get("labels") or {}), **CERT_MANAGER_LABELS}
    metadata["annotations"] = {**(metadata.get("annotations") or {}), CERT_MANAGER_VERSION_ANNOTATION: version}
    if marked["kind"] == "Deployment":
        for container in marked["spec"]["template"]["spec"].get("containers") or ():
            container["image"] = images.get(_parts(container["image"])[1], container["image"])
    return marked


def _images(bundle: VersionsBundle, label: str) -> tuple[str, ...]:
    """Images of a provider's own controllers; the other images in its section belong to nodes."""
    sections = {
        "cluster-api": "clusterAPI",
        "bootstrap-kubeadm": "bootstrap",
        "control-plane-kubeadm": "controlPlane",
        "bootstrap-etcdadm-bootstrap": "etcdadmBootstrap",
        "bootstrap-etcdadm-controller": "etcdadmController",
        "infrastructure-vsphere": "vSphere",
        "infrastructure-docker": "docker",
    }
    section = bundle.raw.get(sections[label]) or {}
    own = {key: section.get(key) for key in ("controller", "kubeProxy", "clusterAPIController")}
    if label == "infrastructure-docker":
        own["manager"] = section.get("manager")
    return tuple(_uris(own))


def _uris(section: t.Mapping[str, t.Any]) -> list[str]:
    items = (value for key, value in section.items() if key != "manifest" and isinstance(value, dict))
    return [str(item["uri"]) for item in items if item.get("uri")]


def _parts(image: str) -> tuple[str, str, str]:
    """``registry/path/name:tag`` -> (``registry/path``, ``name``, ``tag``)."""
    folder, _slash, last = image.partition("@")[0].rpartition("/")
    name, _colon, tag = last.partition(":")
    return folder, name, tag


__all__ = (
    "CERT_MANAGER_VERSION_ANNOTATION",
    "ProviderPlan",
    "cert_manager",
    "configuration",
    "files",
    "init_arguments",
    "providers",
    "upgrade_arguments",
)
