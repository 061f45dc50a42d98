# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""What the vendor signs of a Bundles manifest: its bytes, the signature, the key.

Upstream reads the manifest into its Go types, drops what users may override (images, charts and manifests of
components) and what a server adds, and writes the rest as JSON. So unknown fields do not count, an absent field is the
zero value of its type, and what is signed is which EKS Distro release, which OVA and which node image belongs to a
Kubernetes version, and until when it is supported.
"""

from __future__ import annotations

import json
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config.untyped import (
    Data,
    number,
    section,
    sections,
    text,
    texts,
)

ANNOTATION = "anywhere.eks.amazonaws.com/signature"
PUBLIC_KEY = (
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEFZU/Z6VVMU9HioT7rGkPdJg3frC2xyQZhWFIrz5HeZEfeQ2nAdnJMLrs2Qr3V9xVrJrHA54wnIHDoPGb"
    "Ehojqg=="
)
"""ECDSA on P-256 (PKIX, DER, base64): the key that releases of EKS Anywhere are signed with."""

_IMAGE = ("name", "description", "os", "osName", "arch", "uri", "imageDigest")
_ARCHIVE = ("name", "description", "os", "osName", "arch", "uri", "sha512", "sha256")
_MANIFEST = ("uri",)
_LISTS = frozenset(("arch", "finalizers"))
_EKSD_TEXTS = ("name", "channel", "kubeVersion", "gitCommit")
_EKSD_ARCHIVES = ("etcdadm", "crictl", "imagebuilder", "containerd")
_EKSD_OS_IMAGES = ("ami", "ova", "raw")
_AWS: t.Mapping[str, tuple[str, ...]] = {
    "controller": _IMAGE,
    "kubeProxy": _IMAGE,
    "components": _MANIFEST,
    "clusterTemplate": _MANIFEST,
    "metadata": _MANIFEST,
}
_METADATA = ("name", "generateName", "selfLink", "deletionTimestamp", "finalizers")
_ESCAPED = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
"""Go's JSON may stand in HTML."""


def signature(document: Data) -> str:
    """Base64 of the signature; empty when there is none."""
    return text(section(section(document, "metadata"), "annotations"), ANNOTATION)


def signed_bytes(document: Data) -> bytes:
    """The bytes of a Bundles document that the signature is about."""
    spec = section(document, "spec")
    canonical = {
        **_present(document, ("apiVersion", "kind")),
        "metadata": _metadata(section(document, "metadata")),
        "spec": {
            "number": number(spec, "number"),
            "cliMinVersion": text(spec, "cliMinVersion"),
            "cliMaxVersion": text(spec, "cliMaxVersion"),
            "versionsBundles": [_versions_bundle(item) for item in sections(spec, "versionsBundles")],
        },
    }
    written = json.dumps(canonical, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return "".join(_ESCAPED.get(character, character) for character in written).encode("utf-8", errors="replace")


def _metadata(data: Data) -> dict[str, t.Any]:
    """Neither annotations, where the signature stands, nor what a server adds."""
    labels = {key: text(section(data, "labels"), key) for key in section(data, "labels")}
    return {**_present(data, _METADATA), **({"labels": labels} if labels else {})}


def _versions_bundle(data: Data) -> dict[str, t.Any]:
    found: dict[str, t.Any] = {"kubeVersion": text(data, "kubeVersion"), "eksD": _eksd(section(data, "eksD"))}
    aws = data.get("aws")
    if isinstance(aws, dict):
        parts = {name: _present(section(aws, name), fields) for name, fields in _AWS.items()}
        found["aws"] = {"version": text(aws, "version"), **parts}
    return {**found, **_present(data, ("endOfStandardSupport",))}


def _eksd(data: Data) -> dict[str, t.Any]:
    images = {
        name: {"bottlerocket": _present(section(section(data, name), "bottlerocket"), _ARCHIVE)}
        for name in _EKSD_OS_IMAGES
    }
    archives = {name: _present(section(data, name), _ARCHIVE) for name in _EKSD_ARCHIVES}
    node = {"kindNode": _present(section(data, "kindNode"), _IMAGE)}
    return {**_present(data, _EKSD_TEXTS), **node, **images, **archives}


def _present(data: Data, names: t.Iterable[str]) -> dict[str, t.Any]:
    """Fields that Go leaves out when they are empty."""
    found = {name: texts(data, name) if name in _LISTS else text(data, name) for name in names}
    return {name: value for name, value in found.items() if value}


__all__ = ("ANNOTATION", "PUBLIC_KEY", "signature", "signed_bytes")
