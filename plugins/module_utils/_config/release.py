# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""An EKS Distro Release: the Kubernetes, etcd and CoreDNS images of one Kubernetes version."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config.bundles import document_of_kind
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError

Data = t.Mapping[str, t.Any]


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


def load_release(text: str) -> EksdRelease:
    """Read the Release document of a manifest."""
    document = document_of_kind(text, "Release")
    spec = document.get("spec") or {}
    channel = str(spec.get("channel", ""))
    images = _images(document, channel)
    etcd_version, etcd_url = _etcd(document)
    return EksdRelease(
        name=str((document.get("metadata") or {}).get("name", "")),
        channel=channel,
        number=int(spec.get("number", 0)),
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


def _images(document: Data, channel: str) -> dict[str, str]:
    images = {
        asset.get("name", ""): asset["image"].get("uri", "")
        for component in _components(document)
        for asset in component.get("assets") or ()
        if asset.get("image")
    }
    missing = [name for name in _NEEDED if not images.get(name)]
    if missing:
        message = f"asset {missing[0]} is not present in eksd release {channel}"
        raise EksaError(message, code="release.asset_missing", details={"missing": missing})
    return images


def _etcd(document: Data) -> tuple[str, str]:
    """Version of etcd, and where its archive for amd64 is."""
    for component in _components(document):
        if component.get("name") != "etcd":
            continue
        archives = [asset for asset in component.get("assets") or () if asset.get("archive")]
        uris = [asset["archive"].get("uri", "") for asset in archives if (asset.get("arch") or [""])[0] == "amd64"]
        return str(component.get("gitTag", "")).removeprefix("v"), uris[-1] if uris else ""
    return "", ""


def _components(document: Data) -> t.Sequence[Data]:
    found: t.Sequence[Data] = (document.get("status") or {}).get("components") or ()
    return found


def split_image(uri: str) -> tuple[str, str]:
    """``registry/path/name:tag`` -> (``registry/path/name``, ``tag``)."""
    image, colon, tag = uri.rpartition(":")
    return (image, tag) if colon else (uri, "")


def _folder(uri: str) -> Repository:
    image, tag = split_image(uri)
    folder, slash, _name = image.rpartition("/")
    return Repository(folder if slash else image, tag)


__all__ = ("EksdRelease", "Repository", "load_release", "split_image")
