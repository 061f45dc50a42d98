# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""OCI registries over HTTPS: manifests and blobs, with the logins of a docker config or the tokens these are worth."""

from __future__ import annotations

import base64
import binascii
import hashlib
import http.client
import json
import pathlib
import re
import tempfile
import typing as t
import urllib.error
import urllib.parse

from ansible.module_utils.urls import ConnectionError as UrlConnectionError
from ansible.module_utils.urls import SSLValidationError, open_url

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError

SECONDS = 120
PIECE = 1024 * 1024
_MEMORY = 16 * PIECE
_SMALL = 32 * PIECE
_MANIFESTS = ", ".join(
    (
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.docker.distribution.manifest.v2+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
    )
)
_REFERENCE = re.compile(r"(?P<host>[^/]+)/(?P<path>[^@]+?)(?:@(?P<digest>sha256:[0-9a-f]{64})|:(?P<tag>[^:/@]+))?")
_CHALLENGE = re.compile(r'(\w+)="([^"]*)"')
_NOT_FOUND, _UNAUTHORIZED = 404, 401


class OciRegistries:
    """The Registries port. ``authority`` is the path of a CA to trust instead of the system's."""

    def __init__(self, *, docker_config: str = "", authority: str = "") -> None:
        self._authority = authority or None
        self._logins = _logins(docker_config)
        self._tokens: dict[tuple[str, str, bool], str] = {}

    def digest(self, reference: str) -> str:
        """Digest of a manifest; empty when it is not there."""
        host, path, name = _parsed(reference)
        answer = self._send("HEAD", host, path, f"manifests/{name}", headers={"Accept": _MANIFESTS})
        return "" if answer is None else str(answer.headers.get("Docker-Content-Digest") or "")

    def manifest(self, reference: str) -> tuple[bytes, str] | None:
        """Content and media type of a manifest; None when it is not there."""
        host, path, name = _parsed(reference)
        answer = self._send("GET", host, path, f"manifests/{name}", headers={"Accept": _MANIFESTS})
        return None if answer is None else (answer.read(_SMALL), str(answer.headers.get("Content-Type") or ""))

    def blob(self, repository: str, digest: str) -> bytes:
        """A small blob, verified."""
        with tempfile.SpooledTemporaryFile(max_size=_MEMORY) as file:
            self._fetch(repository, digest, t.cast(t.BinaryIO, file))
            return file.read(_SMALL)

    def copy_blob(self, source: str, target: str, digest: str) -> bool:
        """Copy a blob, verified on the way. False when it was there."""
        host, path, _name = _parsed(target)
        if self._send("HEAD", host, path, f"blobs/{digest}", writing=True) is not None:
            return False
        with tempfile.SpooledTemporaryFile(max_size=_MEMORY) as file:
            size = self._fetch(source, digest, t.cast(t.BinaryIO, file))
            answer = self._needed(self._send("POST", host, path, "blobs/uploads/", writing=True), target)
            place = urllib.parse.urljoin(f"https://{host}/", str(answer.headers.get("Location") or ""))
            place += f"{'&' if urllib.parse.urlsplit(place).query else '?'}digest={urllib.parse.quote(digest)}"
            headers = {"Content-Type": "application/octet-stream", "Content-Length": str(size)}
            self._needed(self._ask("PUT", place, host, path, headers=headers, data=file, writing=True), target)
        return True

    def put_manifest(self, reference: str, content: bytes, *, media_type: str) -> None:
        """Write a manifest; what it refers to has to be there."""
        host, path, name = _parsed(reference)
        headers = {"Content-Type": media_type}
        answer = self._send("PUT", host, path, f"manifests/{name}", headers=headers, data=content, writing=True)
        self._needed(answer, reference)

    def _fetch(self, repository: str, digest: str, file: t.BinaryIO) -> int:
        """A blob into a file, which is rewound; its size."""
        host, path, _name = _parsed(repository)
        answer = self._needed(self._send("GET", host, path, f"blobs/{digest}"), f"{repository}@{digest}")
        seen, size = hashlib.sha256(), 0
        while piece := answer.read(PIECE):
            seen.update(piece)
            size += len(piece)
            file.write(piece)
        file.seek(0)
        if f"sha256:{seen.hexdigest()}" != digest:
            raise EksaError(
                f"{repository} answers with sha256:{seen.hexdigest()} when asked for {digest}.",
                code="packages.digest_wrong",
                hint="The transfer broke, or somebody changed what is there; run again, and look if it stays.",
            )
        return size

    def _send(
        self,
        method: str,
        host: str,
        path: str,
        what: str,
        *,
        headers: t.Mapping[str, str] | None = None,
        data: t.Any = None,
        writing: bool = False,
    ) -> http.client.HTTPResponse | None:
        url = f"https://{host}/v2/{path}/{what}"
        return self._ask(method, url, host, path, headers=headers or {}, data=data, writing=writing)

    def _ask(
        self,
        method: str,
        url: str,
        host: str,
        path: str,
        *,
        headers: t.Mapping[str, str],
        data: t.Any = None,
        writing: bool,
    ) -> http.client.HTTPResponse | None:
        """The answer, or None for 404. A registry that asks for a login gets one, once for each repository."""
        key = (host, path, writing)
        for attempt in (1, 2):
            login = {"Authorization": self._tokens[key]} if key in self._tokens else {}
            try:
                return self._open(method, url, headers={**headers, **login}, data=data)
            except urllib.error.HTTPError as exc:
                if exc.code == _NOT_FOUND:
                    return None
                if exc.code != _UNAUTHORIZED or attempt == 2:
                    raise _refused(method, url, exc) from exc
                self._tokens[key] = self._login(host, path, str(exc.headers.get("WWW-Authenticate") or ""), writing)
            if hasattr(data, "seek"):
                data.seek(0)
        raise AssertionError("the second attempt returns or raises")

    def _open(
        self, method: str, url: str, *, headers: t.Mapping[str, str], data: t.Any = None
    ) -> http.client.HTTPResponse:
        try:
            answer: http.client.HTTPResponse = open_url(
                url,
                method=method,
                data=data,
                headers=dict(headers),
                timeout=SECONDS,
                ca_path=self._authority,
                follow_redirects="safe",
                # What a blob is redirected to has its authorization in its address, and refuses a second one.
                unredirected_headers=["Authorization"],
            )
        except urllib.error.HTTPError:
            raise
        except (UrlConnectionError, SSLValidationError, OSError) as exc:
            raise EksaError(
                f"{urllib.parse.urlsplit(url).netloc} does not answer: {exc}.",
                code="packages.registry_unreachable",
                hint="Check its address, network, proxy and certificate.",
            ) from exc
        return answer

    def _login(self, host: str, path: str, challenge: str, writing: bool) -> str:
        """The header for a repository: the login itself, or the token that a registry's own service gives for it."""
        basic = f"Basic {self._logins[host]}" if host in self._logins else ""
        kind, _space, rest = challenge.partition(" ")
        asked = dict(_CHALLENGE.findall(rest))
        if kind.lower() != "bearer" or "realm" not in asked:
            return basic
        query = {
            "service": asked.get("service", ""),
            "scope": f"repository:{path}:{'pull,push' if writing else 'pull'}",
        }
        url = f"{asked['realm']}?{urllib.parse.urlencode(query)}"
        try:
            said = json.loads(self._open("GET", url, headers={"Authorization": basic} if basic else {}).read(_SMALL))
        except (urllib.error.HTTPError, ValueError):
            return basic
        return f"Bearer {said.get('token') or said.get('access_token') or ''}"

    @staticmethod
    def _needed(answer: http.client.HTTPResponse | None, what: str) -> http.client.HTTPResponse:
        if answer is None:
            raise EksaError(
                f"{what} is not there.", code="packages.artifact_missing", hint="Correct the registry and its path."
            )
        return answer


def _parsed(reference: str) -> tuple[str, str, str]:
    """Host, repository and what is named in it."""
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        raise EksaError(
            f"{reference!r} names no repository of a registry.",
            code="packages.reference_invalid",
            hint="Write host/path.",
        )
    return match["host"], match["path"], match["digest"] or match["tag"] or ""


def _logins(path: str) -> dict[str, str]:
    """Host -> base64 of ``user:password``. A missing file, and what credential helpers keep, is no login."""
    try:
        auths = json.loads(pathlib.Path(path).expanduser().read_text(encoding="utf-8")).get("auths") or {}
    except (OSError, ValueError, AttributeError):
        return {}
    found = {}
    for host, entry in auths.items():
        given = str((entry or {}).get("auth") or "")
        try:
            base64.b64decode(given, validate=True)
        except binascii.Error:
            continue
        if given:
            found[urllib.parse.urlsplit(host).netloc or host] = given
    return found


def _refused(method: str, url: str, exc: urllib.error.HTTPError) -> EksaError:
    said = exc.read(500).decode("utf-8", errors="replace").strip()
    place = urllib.parse.urlsplit(url)
    return EksaError(
        f"{place.netloc} refuses {method} {place.path}: {exc.code} {said}".rstrip(". ") + ".",
        code="packages.registry_refused",
        hint="Look at the login of that registry in the docker config, and at what it may do.",
        details={"status": exc.code},
    )


__all__ = ("OciRegistries",)
