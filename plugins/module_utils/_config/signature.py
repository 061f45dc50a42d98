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

Data = t.Mapping[str, t.Any]

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
    return _text(_section(_section(document, "metadata"), "annotations").get(ANNOTATION))


def signed_bytes(document: Data) -> bytes:
    """The bytes of a Bundles document that the signature is about."""
    spec = _section(document, "spec")
    found = spec.get("versionsBundles")
    canonical = {
        **_present(document, ("apiVersion", "kind")),
        "metadata": _metadata(_section(document, "metadata")),
        "spec": {
            "number": _number(spec.get("number")),
            "cliMinVersion": _text(spec.get("cliMinVersion")),
            "cliMaxVersion": _text(spec.get("cliMaxVersion")),
            "versionsBundles": [_versions_bundle(item) for item in found if isinstance(item, dict)]
            if isinstance(found, list)
            else None,
        },
    }
    written = json.dumps(canonical, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return "".join(_ESCAPED.get(character, character) for character in written).encode("utf-8", errors="replace")


def _metadata(data: Data) -> dict[str, t.Any]:
    """Neither annotations, where the signature stands, nor what a server adds."""
    labels = {str(key): _text(value) for key, value in _section(data, "labels").items()}
    return {**_present(data, _METADATA), **({"labels": labels} if labels else {})}


def _versions_bundle(data: Data) -> dict[str, t.Any]:
    found: dict[str, t.Any] = {"kubeVersion": _text(data.get("kubeVersion")), "eksD": _eksd(_section(data, "eksD"))}
    aws = data.get("aws")
    if isinstance(aws, dict):
        parts = {name: _present(_section(aws, name), fields) for name, fields in _AWS.items()}
        found["aws"] = {"version": _text(aws.get("version")), **parts}
    return {**found, **_present(data, ("endOfStandardSupport",))}


def _eksd(data: Data) -> dict[str, t.Any]:
    images = {
        name: {"bottlerocket": _present(_section(_section(data, name), "bottlerocket"), _ARCHIVE)}
        for name in _EKSD_OS_IMAGES
    }
    archives = {name: _present(_section(data, name), _ARCHIVE) for name in _EKSD_ARCHIVES}
    node = {"kindNode": _present(_section(data, "kindNode"), _IMAGE)}
    return {**_present(data, _EKSD_TEXTS), **node, **images, **archives}


def _present(data: Data, names: t.Iterable[str]) -> dict[str, t.Any]:
    """Fields that Go leaves out when they are empty."""
    found = {name: _texts(data.get(name)) if name in _LISTS else _text(data.get(name)) for name in names}
    return {name: value for name, value in found.items() if value}


def _section(data: Data, key: str) -> Data:
    found = data.get(key)
    return found if isinstance(found, dict) else {}


def _texts(value: t.Any) -> list[str]:
    return [_text(item) for item in value] if isinstance(value, list) else []


def _text(value: t.Any) -> str:
    """A scalar as Go reads it into a string."""
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None or isinstance(value, (dict, list)) else str(value)


def _number(value: t.Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


__all__ = ("ANNOTATION", "PUBLIC_KEY", "signature", "signed_bytes")
