# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""A file to which processes add lines, side by side."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import pathlib
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError

MODE = 0o600


class LocalJournal:
    """The Journal port."""

    def read(self, path: str) -> str:
        """All lines; empty without a file."""
        with _told(path), contextlib.suppress(FileNotFoundError):
            return pathlib.Path(path).expanduser().read_text(encoding="utf-8")
        return ""

    def append(self, path: str, line: str) -> None:
        """Add a line."""
        with _told(path):
            _write(pathlib.Path(path).expanduser(), line)

    def restart(self, path: str, line: str, *, keep: str) -> None:
        """Begin anew with a line; what was there before stays under the name ``keep`` in the same folder."""
        with _told(path):
            target = pathlib.Path(path).expanduser()
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with contextlib.suppress(FileNotFoundError):
                target.rename(target.with_name(keep))
            _write(target, line)


def _write(target: pathlib.Path, line: str) -> None:
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_APPEND | os.O_CREAT, MODE), "a", encoding="utf-8") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        stream.write(line)


@contextlib.contextmanager
def _told(path: str) -> t.Iterator[None]:
    try:
        yield
    except OSError as exc:
        raise EksaError(
            f"The record {path} of the run could not be used: {exc.strerror}.",
            code="host.disk_full" if exc.errno in (errno.ENOSPC, errno.EDQUOT) else "host.file",
            hint="Check the folder, its permissions and the space on its file system.",
            details={"path": path},
        ) from exc


__all__ = ("LocalJournal",)
