# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Files that a Bundles manifest names: beside the manifest, anywhere on disk, or behind ``https://`` (cached)."""

from __future__ import annotations

import hashlib
import os
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
        self._base = os.path.abspath(os.path.expanduser(base)) if base else os.getcwd()
        self._cache_dir = cache_dir or _default_cache()

    def read(self, uri: str) -> str:
        """The text of an artifact."""
        path = self.path(uri)
        try:
            with open(path, encoding="utf-8") as stream:
                return stream.read()
        except OSError as exc:
            raise _not_found(uri, f"{path}: {exc.strerror}") from exc

    def path(self, uri: str) -> str:
        """A local path that holds the content; ``oci://`` references come back unchanged."""
        scheme = urllib.parse.urlsplit(uri).scheme
        if scheme == "oci":
            return uri
        if scheme == "https":
            return self._downloaded(uri)
        if scheme not in ("", "file"):
            raise EksaError(
                f"Artifact {uri!r} has the scheme {scheme!r}; known are https, file, oci and plain paths.",
                code="artifact.unsupported_scheme",
                hint="Correct the URI in the Bundles manifest.",
                details={"uri": uri},
            )
        path = self._local(uri)
        if not os.path.exists(path):
            raise _not_found(uri, f"{path} does not exist")
        return path

    def _local(self, uri: str) -> str:
        path = urllib.request.url2pathname(uri[len("file://") :]) if uri.startswith("file://") else uri
        return os.path.normpath(os.path.join(self._base, os.path.expanduser(path)))

    def _downloaded(self, uri: str) -> str:
        """A published artifact never changes under its URI, so one download serves all runs."""
        name = os.path.basename(urllib.parse.urlsplit(uri).path) or "artifact"
        folder = os.path.join(self._cache_dir, hashlib.sha256(uri.encode()).hexdigest()[:32])
        target = os.path.join(folder, name)
        if os.path.exists(target):
            return target
        content = _fetch(uri)
        os.makedirs(folder, mode=0o700, exist_ok=True)
        handle, partial = tempfile.mkstemp(dir=folder, prefix=".partial-")
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(content)
            os.replace(partial, target)
        except BaseException:
            os.unlink(partial)
            raise
        return target


def _default_cache() -> str:
    root = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(root, "eks.anywhere", "artifacts")


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
