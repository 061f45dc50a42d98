# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Trials that outlive the run of the suite that made them, as long as the code that they are about is the same."""

from __future__ import annotations

import hashlib
import json
import pathlib
import subprocess
import sys
import typing as t

COLLECTION = "ansible_collections.eks.anywhere"
_IMPORTED = """import importlib, sys
importlib.import_module(sys.argv[1])
print(*(found.__file__ for name, found in list(sys.modules.items()) if name.startswith(sys.argv[2]) and found.__file__))
"""
FOLDER = pathlib.Path(__file__).resolve().parents[2] / "build" / "cuts"


class Ledger:
    """Entries of one operation of one module, a line of JSON each; several processes may add at once."""

    def __init__(self, name: str, *, module: str) -> None:
        self._path = FOLDER / f"{name}-{_digest(f'{COLLECTION}.plugins.modules.{module}')}.jsonl"

    def read(self) -> list[dict[str, t.Any]]:
        """All entries so far."""
        if not self._path.exists():
            return []
        return [json.loads(line) for line in self._path.read_text(encoding="utf-8").splitlines()]

    def add(self, entries: t.Iterable[t.Mapping[str, t.Any]]) -> None:
        """Keep these."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="utf-8") as stream:
            stream.write("".join(f"{json.dumps(entry)}\n" for entry in entries))


def _digest(module: str) -> str:
    """Of the module and of all that it imports of this collection: of the code that is cut."""
    shown = subprocess.run(
        [sys.executable, "-c", _IMPORTED, module, COLLECTION], check=True, capture_output=True, text=True
    )
    content = hashlib.sha256()
    for file in sorted(shown.stdout.split()):
        content.update(pathlib.Path(file).read_bytes())
    return content.hexdigest()[:12]


__all__ = ("Ledger",)
