# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Files that a Bundles manifest names: beside the manifest, anywhere on disk, or behind ``https://`` (cached)."""

from __future__ import annotations

import hashlib
import os
import pathlib
import tempfile
import urllib.error
import urllib.parse
import urllib.request

from ansible.module_utils.urls import ConnectionError as UrlConnectionError
from ansible.module_utils.urls import SSLValidationError, open_url

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError

DOWNLOAD_SECONDS = 60


class LocalArtifacts:
    """The Artifacts port. ``base`` is the folder that relative URIs start from: the one of the Bundles manifest."""

    def __init__(self, base: str = "", *, cache_dir: str | None = None) -> None:
        self._base = pathlib.Path(base).expanduser().absolute()
        self._cache = pathlib.Path(cache_dir) if cache_dir else _default_cache()

    def read(self, uri: str) -> str:
        """The text of an artifact."""
        path = pathlib.Path(self.path(uri))
        try:
            return path.read_text(encoding="utf-8")
        except OSError as exc:
            raise _not_found(uri, f"{path}: {exc.strerror}") from exc

    def path(self, uri: str) -> str:
        """A local path that holds the content; ``oci://`` references come back unchanged."""
        scheme = urllib.parse.urlsplit(uri).scheme
        if scheme == "oci":
            return uri
        if scheme == "https":
            return str(self._downloaded(uri))
        if scheme not in ("", "file"):
            raise EksaError(
                f"Artifact {uri!r} has the scheme {scheme!r}; known are https, file, oci and plain paths.",
                code="artifact.unsupported_scheme",
                hint="Correct the URI in the Bundles manifest.",
                details={"uri": uri},
            )
        path = self._local(uri)
        if not path.exists():
            raise _not_found(uri, f"{path} does not exist")
        return str(path)

    def _local(self, uri: str) -> pathlib.Path:
        named = urllib.request.url2pathname(uri[len("file://") :]) if uri.startswith("file://") else uri
        return self._base / pathlib.Path(named).expanduser()

    def _downloaded(self, uri: str) -> pathlib.Path:
        """A published artifact never changes under its URI, so one download serves all runs."""
        folder = self._cache / hashlib.sha256(uri.encode()).hexdigest()[:32]
        target = folder / (pathlib.PurePosixPath(urllib.parse.urlsplit(uri).path).name or "artifact")
        if target.exists():
            return target
        content = _fetch(uri)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=folder, prefix=".partial-")
        partial = pathlib.Path(name)
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(content)
            partial.replace(target)
        finally:
            partial.unlink(missing_ok=True)
        return target


def _default_cache() -> pathlib.Path:
    root = os.environ.get("XDG_CACHE_HOME")
    return (pathlib.Path(root) if root else pathlib.Path.home() / ".cache") / "eks.anywhere" / "artifacts"


def _fetch(uri: str) -> bytes:
    try:
        with open_url(uri, timeout=DOWNLOAD_SECONDS, follow_redirects="safe") as response:
            return bytes(response.read())
    except urllib.error.HTTPError as exc:
        raise _not_found(uri, f"the server answered {exc.code} {exc.reason}") from exc
    except (UrlConnectionError, SSLValidationError, OSError) as exc:
        raise EksaError(
            f"Artifact {uri} could not be downloaded: {exc}.",
            code="artifact.unreachable",
            hint="Check network and proxy (HTTPS_PROXY), or use a Bundles manifest that names local files.",
            details={"uri": uri},
        ) from exc


def _not_found(uri: str, seen: str) -> EksaError:
    return EksaError(
        f"Artifact {uri!r} was not found: {seen}.",
        code="artifact.not_found",
        hint="Check the URI in the Bundles manifest; relative ones start from the manifest's folder.",
        details={"uri": uri},
    )


__all__ = ("LocalArtifacts",)
