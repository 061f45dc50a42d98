# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""OVA files, on disk or downloaded: checked as a whole before anybody looks into them, and read piece by piece."""

from __future__ import annotations

import contextlib
import hashlib
import pathlib
import tarfile
import tempfile
import typing as t
import urllib.error
import urllib.parse
import urllib.request

from ansible.module_utils.urls import ConnectionError as UrlConnectionError
from ansible.module_utils.urls import SSLValidationError, open_url

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Reporter
from ansible_collections.eks.anywhere.plugins.module_utils._ports_template import Source

CHUNK = 1 << 20
MIB = 1 << 20
STALL_SECONDS = 60
DESCRIPTOR_BYTES = 4 << 20
"""No descriptor is as large; a tar file may claim anything."""
TENTHS = 10


class OvaFile:
    """The Ova port over an open tar file. Names in it are looked up, and never become paths of this machine."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self._members = {member.name.removeprefix("./"): member for member in tar.getmembers() if member.isfile()}
        self.descriptor = self._descriptor()

    def size(self, name: str) -> int | None:
        """Bytes of a file."""
        member = self._members.get(name)
        return member.size if member else None

    def chunks(self, name: str) -> t.Iterator[bytes]:
        """Contents of a file."""
        stream = self._tar.extractfile(self._members[name])
        if stream is None:
            raise AssertionError("only files are members")
        while piece := stream.read(CHUNK):
            yield piece

    def _descriptor(self) -> str:
        found = [name for name in self._members if name.lower().endswith(".ovf")]
        if len(found) != 1 or self._members[found[0]].size > DESCRIPTOR_BYTES:
            raise _not_ova(f"it has {len(found)} descriptors (*.ovf) of at most {DESCRIPTOR_BYTES // MIB} MiB, not one")
        return b"".join(self.chunks(found[0])).decode("utf-8")


class LocalOvas:
    """The Ovas port. A download lies in ``TMPDIR`` without a name: gone even when the process is killed."""

    @contextlib.contextmanager
    def open(self, source: Source, *, report: Reporter) -> t.Iterator[OvaFile]:
        """Download or open, check the sum, and read the table of contents."""
        with contextlib.ExitStack() as stack:
            stream, digest = _opened(source, stack, report)
            if digest != source.digest:
                raise EksaError(
                    f"The {source.algorithm} checksum of {source.uri} is {digest}, expected {source.digest}.",
                    code="template.checksum_mismatch",
                    details={"seen": digest, "expected": source.digest},
                )
            stream.seek(0)
            try:
                ova = OvaFile(stack.enter_context(tarfile.open(fileobj=stream, mode="r:")))
            except (tarfile.TarError, UnicodeError) as exc:
                raise _not_ova(f"{source.uri}: {exc}") from exc
            report.line(f"✅ {source.algorithm} checksum of {_name(source.uri)} holds")
            yield ova


def _opened(source: Source, stack: contextlib.ExitStack, report: Reporter) -> tuple[t.IO[bytes], str]:
    """A stream that can be read again, and the digest of what is in it."""
    digest = hashlib.new(source.algorithm)
    try:
        if urllib.parse.urlsplit(source.uri).scheme in ("http", "https"):
            stream: t.IO[bytes] = stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 - the stack closes it
            with open_url(source.uri, timeout=STALL_SECONDS, follow_redirects="safe") as answer:
                total = int(answer.headers.get("Content-Length") or 0)
                for piece in _told(_pieces(answer), f"Downloading {_name(source.uri)}", total=total, report=report):
                    digest.update(piece)
                    stream.write(piece)
        else:
            stream = stack.enter_context(_path(source.uri).open("rb"))
            for piece in _pieces(stream):
                digest.update(piece)
    except urllib.error.HTTPError as exc:
        raise _unreadable(source.uri, f"the server answered {exc.code} {exc.reason}") from exc
    except (UrlConnectionError, SSLValidationError, OSError) as exc:
        raise _unreadable(source.uri, str(getattr(exc, "strerror", None) or exc)) from exc
    return stream, digest.hexdigest()


def _told(pieces: t.Iterable[bytes], what: str, *, total: int, report: Reporter) -> t.Iterator[bytes]:
    """Pass the pieces on and say so at each tenth of ``total`` bytes, when that is known."""
    done, tenth = 0, 0
    for piece in pieces:
        done += len(piece)
        yield piece
        if total and done * TENTHS // total > tenth:
            tenth = done * TENTHS // total
            report.line(f"{what}: {tenth * TENTHS} % of {-(-total // MIB)} MiB")


def _pieces(stream: t.IO[bytes]) -> t.Iterator[bytes]:
    while piece := stream.read(CHUNK):
        yield piece


def _path(uri: str) -> pathlib.Path:
    named = urllib.request.url2pathname(uri[len("file://") :]) if uri.startswith("file://") else uri
    return pathlib.Path(named).expanduser()


def _name(uri: str) -> str:
    return pathlib.PurePosixPath(urllib.parse.urlsplit(uri).path).name or uri


def _unreadable(uri: str, seen: str) -> EksaError:
    return EksaError(f"The OVA {uri} cannot be read: {seen}.", code="template.source_unreadable", details={"uri": uri})


def _not_ova(seen: str) -> EksaError:
    return EksaError(f"The file is no OVA: {seen}.", code="template.not_an_ova")


__all__ = ("LocalOvas", "OvaFile")
