# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Writing images into a registry: a manifest of one uncompressed layer per image, over the distribution API.

Static programs need no image builder: a layer is a tar file. Nothing is compressed because the registry is local.
"""

from __future__ import annotations

import hashlib
import http.client
import io
import json
import tarfile
import typing as t
import urllib.parse
from pathlib import Path

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError

_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
_ACCEPT = f"{_MANIFEST}, application/vnd.docker.distribution.manifest.v2+json"


def parse_reference(reference: str) -> tuple[str, str]:
    """``(repository without registry host, tag)`` of ``host/path:tag``."""
    path, tag = reference.rsplit(":", 1)
    return path.split("/", 1)[1], tag


def layer(files: t.Mapping[str, Path]) -> bytes:
    """A tar of the files at their paths in the image; the same input gives the same bytes."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for folder in sorted({parent for path in files for parent in Path(path).parents if str(parent) != "/"}):
            info = tarfile.TarInfo(str(folder).lstrip("/"))
            info.type, info.mode = tarfile.DIRTYPE, 0o755
            archive.addfile(info)
        temporary = tarfile.TarInfo("tmp")
        temporary.type, temporary.mode = tarfile.DIRTYPE, 0o1777
        archive.addfile(temporary)
        for path, source in sorted(files.items()):
            info = tarfile.TarInfo(path.lstrip("/"))
            info.mode, info.size = 0o755, source.stat().st_size
            with source.open("rb") as content:
                archive.addfile(info, content)
    return buffer.getvalue()


class Registry:
    """A registry that speaks plain HTTP on a loopback address."""

    def __init__(self, address: str) -> None:
        self._address = address

    def digest(self, reference: str) -> str:
        """Digest of the image there, or an empty string."""
        repository, tag = parse_reference(reference)
        status, headers, _body = self._call("HEAD", f"/v2/{repository}/manifests/{tag}", headers={"Accept": _ACCEPT})
        return headers.get("Docker-Content-Digest", "") if status == 200 else ""

    def push(
        self, reference: str, *, files: t.Mapping[str, Path], entrypoint: t.Sequence[str] = (), user: str = ""
    ) -> str:
        """Put an image of these files there and return its digest."""
        repository, tag = parse_reference(reference)
        content = layer(files)
        config = _image_config(content, entrypoint=entrypoint, user=user)
        manifest = json.dumps(
            {
                "schemaVersion": 2,
                "mediaType": _MANIFEST,
                "config": self._blob(repository, config, "application/vnd.oci.image.config.v1+json"),
                "layers": [self._blob(repository, content, "application/vnd.oci.image.layer.v1.tar")],
            }
        ).encode()
        path = f"/v2/{repository}/manifests/{tag}"
        status, headers, body = self._call("PUT", path, body=manifest, headers={"Content-Type": _MANIFEST})
        if status != 201:
            raise EksaError(f"The lab's registry refused {reference}: {status} {body!r}", code="lab.registry_refused")
        return headers["Docker-Content-Digest"]

    def _blob(self, repository: str, content: bytes, media_type: str) -> dict[str, t.Any]:
        digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
        present, _headers, _body = self._call("HEAD", f"/v2/{repository}/blobs/{digest}")
        if present != 200:
            self._upload(repository, digest, content)
        return {"mediaType": media_type, "digest": digest, "size": len(content)}

    def _upload(self, repository: str, digest: str, content: bytes) -> None:
        _status, headers, _body = self._call("POST", f"/v2/{repository}/blobs/uploads/")
        place = urllib.parse.urlsplit(headers["Location"])
        path = f"{place.path}?{place.query}{'&' if place.query else ''}digest={digest}"
        kind = {"Content-Type": "application/octet-stream"}
        status, _headers, body = self._call("PUT", path, body=content, headers=kind)
        if status != 201:
            raise EksaError(f"The lab's registry refused a blob: {status} {body!r}", code="lab.registry_refused")

    def _call(
        self, method: str, path: str, *, body: bytes | None = None, headers: t.Mapping[str, str] | None = None
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        connection = http.client.HTTPConnection(self._address, timeout=120)
        try:
            connection.request(method, path, body=body, headers=dict(headers or {}))
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        except OSError as exc:
            raise EksaError(
                f"The lab's registry at {self._address} does not answer: {exc}.",
                code="lab.registry_unreachable",
                hint="Run lab_up.yml again; it starts what is not running.",
            ) from exc
        finally:
            connection.close()


def _image_config(content: bytes, *, entrypoint: t.Sequence[str], user: str) -> bytes:
    config: dict[str, t.Any] = {"Env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/"]}
    if entrypoint:
        config["Entrypoint"] = list(entrypoint)
    if user:
        config["User"] = user
    diff = f"sha256:{hashlib.sha256(content).hexdigest()}"
    return json.dumps(
        {
            "architecture": "amd64",
            "os": "linux",
            "config": config,
            "rootfs": {"type": "layers", "diff_ids": [diff]},
            "history": [{"created_by": "eks.anywhere lab"}],
        }
    ).encode()


__all__ = ("Registry", "layer", "parse_reference")
