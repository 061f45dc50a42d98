# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Files on this machine: whole or not at all, private by default."""

from __future__ import annotations

import errno
import os
import pathlib
import shutil
import tempfile

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError


class LocalFiles:
    """The Files port."""

    def read(self, path: str) -> str | None:
        """The text, or None when there is no such file."""
        try:
            return pathlib.Path(path).expanduser().read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        except OSError as exc:
            raise _failed("read", path, exc) from exc

    def write(self, path: str, text: str, *, mode: int = 0o600) -> None:
        """Replace the file in one step; missing folders are made with mode 0700."""
        target = pathlib.Path(path).expanduser().absolute()
        partial: pathlib.Path | None = None
        try:
            _private_folder(target.parent)
            handle, name = tempfile.mkstemp(dir=target.parent, prefix=".partial-")
            partial = pathlib.Path(name)
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                os.fchmod(stream.fileno(), mode)
                stream.write(text)
            partial.replace(target)
        except OSError as exc:
            raise _failed("written", path, exc) from exc
        finally:
            # Gone already when all went well.
            if partial is not None:
                partial.unlink(missing_ok=True)

    def exists(self, path: str) -> bool:
        """Whether there is a file or folder."""
        return pathlib.Path(path).expanduser().exists()

    def names(self, path: str) -> tuple[str, ...]:
        """Names in a folder, sorted; none when there is no such folder."""
        try:
            return tuple(sorted(entry.name for entry in pathlib.Path(path).expanduser().iterdir()))
        except (FileNotFoundError, NotADirectoryError):
            return ()
        except OSError as exc:
            raise _failed("read", path, exc) from exc

    def remove(self, path: str) -> bool:
        """Remove a file, or a folder and all in it. False when there was none."""
        target = pathlib.Path(path).expanduser().absolute()
        if not (target.exists() or target.is_symlink()):
            return False
        try:
            if target.is_dir() and not target.is_symlink():
                shutil.rmtree(target)
            else:
                target.unlink()
        except OSError as exc:
            raise _failed("removed", path, exc) from exc
        return True


def _private_folder(folder: pathlib.Path) -> None:
    """``mkdir(parents=True)`` would make the parents readable for all."""
    missing = [folder, *folder.parents]
    for path in reversed([path for path in missing if not path.exists()]):
        path.mkdir(mode=0o700, exist_ok=True)


def _failed(verb: str, path: str, exc: OSError) -> EksaError:
    full = exc.errno in (errno.ENOSPC, errno.EDQUOT)
    return EksaError(
        f"{path} could not be {verb}: {exc.strerror}.",
        code="host.disk_full" if full else "host.file",
        hint="Free some space on that file system." if full else "Check the path and its permissions.",
        details={"path": path},
    )


__all__ = ("LocalFiles",)
