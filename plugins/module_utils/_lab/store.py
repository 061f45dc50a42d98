# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""The lab's cache: one folder per component and content key, published whole or not at all."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tempfile
import typing as t
from pathlib import Path

KEY_LENGTH = 16


def cache_home(environ: t.Mapping[str, str] | None = None) -> Path:
    """``$XDG_CACHE_HOME/eks.anywhere``, or the same below ``~/.cache``."""
    base = (os.environ if environ is None else environ).get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "eks.anywhere"


def fingerprint(*parts: object) -> str:
    """A short content key of values and of the files below every ``Path`` among them."""
    digest = hashlib.sha256()
    for part in parts:
        if isinstance(part, Path):
            for file in sorted(p for p in ([part] if part.is_file() else part.rglob("*")) if p.is_file()):
                digest.update(f"{file.relative_to(part.parent)}\0{file.stat().st_mode & 0o111:o}\0".encode())
                digest.update(file.read_bytes())
        else:
            digest.update(f"{part!r}\0".encode())
    return digest.hexdigest()[:KEY_LENGTH]


class Store:
    """Folders ``store/<name>-<key>`` and the links ``bin/<program>`` to what was built last."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / "store"
        self.bin = root / "bin"

    def entry(self, name: str, key: str) -> Path:
        """Where a component with that key is, or would be."""
        return self.folder / f"{name}-{key}"

    def has(self, name: str, key: str) -> bool:
        """Whether it is there, whole."""
        return self.entry(name, key).is_dir()

    @contextlib.contextmanager
    def publishing(self, name: str, key: str) -> t.Iterator[Path]:
        """A scratch folder that becomes the entry when the block ends well and vanishes when it does not."""
        self.folder.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=self.folder))
        try:
            yield scratch
            with contextlib.suppress(FileExistsError, OSError):
                scratch.rename(self.entry(name, key))
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
        if not self.has(name, key):
            raise OSError(f"could not publish {self.entry(name, key)}")

    def link(self, name: str, target: Path) -> None:
        """Point ``bin/<name>`` at a program."""
        self.bin.mkdir(parents=True, exist_ok=True)
        link = self.bin / name
        if link.is_symlink() and link.readlink() == target:
            return
        fresh = self.bin / f".{name}.{os.getpid()}"
        fresh.symlink_to(target)
        fresh.replace(link)


__all__ = ("Store", "cache_home", "fingerprint")
