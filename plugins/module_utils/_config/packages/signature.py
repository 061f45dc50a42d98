# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""What is signed of a PackageBundle, and the signature.

The package controller reads the object into its Go types, takes out what the object itself says may differ (where a
mirror serves charts from) and what a server adds, and writes the rest as YAML with sorted keys.
"""

from __future__ import annotations

import base64
import binascii
import re
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config.text import dumped
from ansible_collections.eks.anywhere.plugins.module_utils._config.untyped import Data, section, sections, text, texts
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError

ANNOTATION = "eksa.aws.com/signature"
EXCLUDES = "eksa.aws.com/excludes"
PUBLIC_KEY = (
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAELSnBPQf4H/GFb6yl6smKB9wwuKnD4goGHQYwg9+yQ1YusQNqZPn/QkVZnWCzJbZ/pksmpkno6dSzb/Hq"
    "+dBAMA=="
)
"""ECDSA on P-256 (PKIX, DER, base64): the key that the vendor's bundles of packages are signed with."""

_KEPT = re.compile(r"eksa\.aws\.com/(?:includes|excludes)")
_METADATA = ("name", "generateName", "namespace", "selfLink", "deletionTimestamp")
_METADATA_WHOLE = ("deletionGracePeriodSeconds", "labels", "ownerReferences", "finalizers")
_PATH = re.compile(r"(?:\.[A-Za-z_][A-Za-z0-9_]*(?:\[\])?)+")
"""The paths that releases exclude. Others are valid jq, but nobody signs with them."""


def signature(document: Data) -> str:
    """Base64 of the signature; empty when there is none."""
    return text(_annotations(document), ANNOTATION)


def signed_bytes(document: Data) -> bytes:
    """The bytes of a PackageBundle that the signature is about."""
    signed: t.Any = {
        **_filled(document, ("apiVersion", "kind")),
        "metadata": _metadata(document),
        # Without any package Go writes null.
        "spec": {"packages": [_package(item) for item in sections(section(document, "spec"), "packages")] or None},
    }
    for path in _excluded(document):
        _remove(signed, path.strip(".").split("."))
    return dumped(signed, sort=True).encode()


def _annotations(document: Data) -> Data:
    return section(section(document, "metadata"), "annotations")


def _metadata(document: Data) -> dict[str, t.Any]:
    data = section(document, "metadata")
    given = _annotations(document)
    kept = {name: text(given, name) for name in given if _KEPT.fullmatch(name)}
    whole = {name: data[name] for name in _METADATA_WHOLE if data.get(name)}
    return {**_filled(data, _METADATA), **whole, **({"annotations": kept} if given else {})}


def _package(data: Data) -> dict[str, t.Any]:
    source = section(data, "source")
    versions = [_version(item) for item in sections(source, "versions")] or None
    return {
        **_filled(data, ("name",)),
        "source": {**_filled(source, ("registry",)), "repository": text(source, "repository"), "versions": versions},
        **({"workloadonly": True} if data.get("workloadonly") is True else {}),
    }


def _version(data: Data) -> dict[str, t.Any]:
    images = [
        {"repository": text(image, "repository"), "digest": text(image, "digest")} for image in sections(data, "images")
    ]
    dependencies = texts(data, "dependencies")
    return {
        "name": text(data, "name"),
        "digest": text(data, "digest"),
        **({"images": images} if images else {}),
        **_filled(data, ("schema",)),
        **({"dependencies": dependencies} if dependencies else {}),
    }


def _filled(data: Data, names: t.Iterable[str]) -> dict[str, str]:
    """Texts that Go leaves out when they are empty."""
    found = {name: text(data, name) for name in names}
    return {name: value for name, value in found.items() if value}


def _excluded(document: Data) -> list[str]:
    given = text(_annotations(document), EXCLUDES)
    try:
        paths = [line for line in base64.b64decode(given, validate=True).decode().split("\n") if line]
    except (binascii.Error, UnicodeDecodeError) as exc:
        raise _unreadable(document, "is not base64") from exc
    strange = [path for path in paths if not _PATH.fullmatch(path)]
    if strange:
        raise _unreadable(document, f"excludes {strange[0]!r}")
    return paths


def _unreadable(document: Data, seen: str) -> EksaError:
    name = text(section(document, "metadata"), "name")
    return EksaError(
        f"The annotation {EXCLUDES} of the bundle {name} {seen}.",
        code="packages.signature_invalid",
        hint="Fetch the bundle again from where it is published.",
    )


def _remove(node: t.Any, path: t.Sequence[str]) -> None:
    """Take out what a path leads to; ``name[]`` goes on in each item of the list."""
    if not isinstance(node, dict):
        return
    name, rest = path[0].removesuffix("[]"), path[1:]
    if not rest and name == path[0]:
        node.pop(name, None)
        return
    found = node.get(name)
    if name == path[0]:
        _remove(found, rest)
        return
    if not rest:
        # Every item taken out leaves an empty list, which Go writes as such.
        node[name] = [] if found else found
        return
    for item in found or ():
        _remove(item, rest)


__all__ = ("ANNOTATION", "EXCLUDES", "PUBLIC_KEY", "signature", "signed_bytes")
