# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""An EKS Distro Release: the Kubernetes, etcd and CoreDNS images of one Kubernetes version."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config.bundles import document_of_kind
from ansible_collections.eks.anywhere.plugins.module_utils._config.untyped import (
    Data,
    number,
    section,
    sections,
    text,
    texts,
)
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError


@dataclasses.dataclass(frozen=True)
class Repository:
    """Where kubeadm looks for an image: the folder of the image, and its tag."""

    repository: str
    tag: str


@dataclasses.dataclass(frozen=True)
class EksdRelease:
    """``kubernetes.tag`` is the version of machines (``v1.34.2-eks-1-34-9``); ``raw`` the document itself."""

    name: str
    channel: str
    number: int
    kubernetes: Repository
    etcd: Repository
    coredns: Repository
    pause: Repository
    etcd_version: str
    etcd_url: str
    etcd_image: str
    aws_iam_authenticator_image: str
    kube_proxy_image: str
    raw: Data


def load_release(manifest: str) -> EksdRelease:
    """Read the Release document of a manifest."""
    document = document_of_kind(manifest, "Release")
    spec = section(document, "spec")
    channel = text(spec, "channel")
    components = sections(section(document, "status"), "components")
    images = _images(components, channel)
    etcd_version, etcd_url = _etcd(components)
    return EksdRelease(
        name=text(section(document, "metadata"), "name"),
        channel=channel,
        number=number(spec, "number"),
        kubernetes=_folder(images["kube-apiserver-image"]),
        etcd=_folder(images["etcd-image"]),
        coredns=_folder(images["coredns-image"]),
        pause=Repository(*split_image(images["pause-image"])),
        etcd_version=etcd_version,
        etcd_url=etcd_url,
        etcd_image=images["etcd-image"],
        aws_iam_authenticator_image=images.get("aws-iam-authenticator-image", ""),
        kube_proxy_image=images.get("kube-proxy-image", ""),
        raw=document,
    )


_NEEDED = ("kube-apiserver-image", "etcd-image", "coredns-image", "pause-image")


def _images(components: t.Iterable[Data], channel: str) -> dict[str, str]:
    assets = [asset for component in components for asset in sections(component, "assets")]
    images = {text(asset, "name"): text(section(asset, "image"), "uri") for asset in assets if asset.get("image")}
    missing = [name for name in _NEEDED if not images.get(name)]
    if missing:
        message = f"asset {missing[0]} is not present in eksd release {channel}"
        raise EksaError(message, code="release.asset_missing", details={"missing": missing})
    return images


def _etcd(components: t.Iterable[Data]) -> tuple[str, str]:
    """Version of etcd, and where its archive for amd64 is."""
    found = next((component for component in components if component.get("name") == "etcd"), {})
    archives = [asset for asset in sections(found, "assets") if texts(asset, "arch")[:1] == ["amd64"]]
    uris = [uri for asset in archives if (uri := text(section(asset, "archive"), "uri"))]
    return text(found, "gitTag").removeprefix("v"), uris[-1] if uris else ""


def split_image(uri: str) -> tuple[str, str]:
    """``registry/path/name:tag`` -> (``registry/path/name``, ``tag``)."""
    image, colon, tag = uri.rpartition(":")
    return (image, tag) if colon else (uri, "")


def _folder(uri: str) -> Repository:
    image, tag = split_image(uri)
    folder, slash, _name = image.rpartition("/")
    return Repository(folder if slash else image, tag)


__all__ = ("EksdRelease", "Repository", "load_release", "split_image")
