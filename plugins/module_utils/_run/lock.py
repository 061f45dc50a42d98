# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""A file that several runs change, each change whole and one after the other."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import pathlib
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError

MODE = 0o600


def change(path: str, decide: t.Callable[[str], str]) -> None:
    """Replace the text of a file by what ``decide`` makes of it, while nobody else can.

    A missing file has an empty text, and an empty one is removed, with its folder if nothing else is in there. What
    ``decide`` raises leaves the file as it was.
    """
    target = pathlib.Path(path).expanduser().absolute()
    try:
        with _opened(target) as stream:
            _replace(target, stream, decide)
    except OSError as exc:
        raise EksaError(
            f"The lock file {target} could not be changed: {exc.strerror}.",
            code="host.disk_full" if exc.errno in (errno.ENOSPC, errno.EDQUOT) else "host.file",
            hint="Check the folder, its permissions and the space on its file system.",
            details={"path": str(target)},
        ) from exc


def _replace(target: pathlib.Path, stream: t.TextIO, decide: t.Callable[[str], str]) -> None:
    before = after = stream.read()
    try:
        after = decide(before)
    finally:
        if not after:
            target.unlink()
            with contextlib.suppress(OSError):
                target.parent.rmdir()
        elif after != before:
            stream.seek(0)
            stream.write(after)
            stream.truncate()
            stream.flush()


@contextlib.contextmanager
def _opened(target: pathlib.Path) -> t.Iterator[t.TextIO]:
    """The file with the system's lock on it; one that was removed while the lock was waited for is opened anew."""
    while True:
        _private_folder(target.parent)
        with os.fdopen(os.open(target, os.O_RDWR | os.O_CREAT, MODE), "r+", encoding="utf-8") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX)
            if _is_at(target, stream):
                yield stream
                return


def _is_at(target: pathlib.Path, stream: t.TextIO) -> bool:
    with contextlib.suppress(FileNotFoundError):
        return target.stat().st_ino == os.fstat(stream.fileno()).st_ino
    return False


def _private_folder(folder: pathlib.Path) -> None:
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    for path in reversed(missing):
        path.mkdir(mode=0o700, exist_ok=True)


__all__ = ("change",)
