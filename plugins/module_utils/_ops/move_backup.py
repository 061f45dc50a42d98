# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Keeping management objects on disk, encrypted: what moves, before any of it is touched."""

from __future__ import annotations

import dataclasses
import posixpath
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ops.move_settings import Ports, Settings
from ansible_collections.eks.anywhere.plugins.module_utils._ops.pausing import held_for
from ansible_collections.eks.anywhere.plugins.module_utils._plan import move_backup as backups
from ansible_collections.eks.anywhere.plugins.module_utils._plan.move_content import is_paused
from ansible_collections.eks.anywhere.plugins.module_utils._plan.move_facts import Side
from ansible_collections.eks.anywhere.plugins.module_utils._plan.move_graph import Key
from ansible_collections.eks.anywhere.plugins.module_utils._plan.move_inventory import inventory
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Files, Vault

NOTHING = "there is none"


@dataclasses.dataclass(frozen=True)
class Keeper:
    """Folders of encrypted objects. The index of each lies beside it and is written last, so it says: complete."""

    files: Files
    vault: Vault

    def keep(self, path: str, side: Side) -> None:
        """Write the objects of a side in place of what is there, and read them back."""
        self.files.remove(path)
        self.files.remove(index_path(path))
        texts = backups.files_of(side.graph)
        for name, text in texts.items():
            self.files.write(posixpath.join(path, name), self.vault.encrypt(text))
        index = backups.index_of(inventory(side.graph), files=texts, source=side.identity, paused=_paused(side))
        self.files.write(index_path(path), index)
        if damage := self.damage(path):
            raise EksaError(
                f"The backup in {path} was written and cannot be read back: {', '.join(damage)}.",
                code="move.backup_unreadable",
                hint="Check that disk, or choose another folder. Nothing is copied or deleted yet.",
            )

    def damage(self, path: str) -> list[str]:
        """What of a backup is not as it was written."""
        index = self.files.read(index_path(path))
        if index is None:
            return [NOTHING]

        def read(name: str) -> str | None:
            text = self.files.read(posixpath.join(path, name))
            return None if text is None else self.vault.decrypt(text)

        return backups.damaged(index, read)


@dataclasses.dataclass(frozen=True)
class Backup:
    """Where the backups of a move go. Without a folder none is made."""

    ports: Ports
    settings: Settings

    def check(self) -> None:
        """Refuse before anything is changed what could only be kept in clear."""
        if self.settings.backup_dir and self.ports.vault is None:
            raise in_clear("Set backup_password, or leave backup_dir out.")

    def path(self, clusters: t.Mapping[Key, str]) -> str:
        """Folder of the move of these Clusters, given with their uids; empty without a backup."""
        wanted = self.settings.backup_dir and clusters
        return posixpath.join(self.settings.backup_dir, backups.folder_of(clusters)) if wanted else ""

    def there(self, paths: t.Iterable[str]) -> list[str]:
        """Those of the folders that hold a backup; in check mode those that would."""
        return [path for path in paths if self.settings.check_mode or self.ports.files.exists(index_path(path))]

    def regret(self, clusters: t.Mapping[Key, str], *, late: bool) -> None:
        """Say that there will be none: what a run that takes over so late would keep is not the whole."""
        path, keeper = self.path(clusters), self._keeper
        damage = keeper.damage(path) if late and path and keeper else []
        if damage == [NOTHING]:
            self.ports.report.line("  no backup: the copies were complete when this run began")
        elif damage:
            self.ports.report.line(f"  the backup in {path} cannot be read with this password: {', '.join(damage)}")

    def save(self, side: Side, *, clusters: t.Mapping[Key, str]) -> None:
        """Write it and read it back, unless an earlier run did: what that one saw is the better view."""
        path, keeper = self.path(clusters), self._keeper
        if path and keeper and keeper.damage(path):
            keeper.keep(path, side)

    @property
    def _keeper(self) -> Keeper | None:
        """None without a password, which is refused where a backup is asked for."""
        return Keeper(files=self.ports.files, vault=self.ports.vault) if self.ports.vault else None


def _paused(side: Side) -> list[str]:
    """Clusters that somebody keeps paused: not for the move that this is the backup of, nor for an upgrade."""
    if side.journal is not None:
        return []
    return [
        key.label for key, node in side.graph.clusters.items() if is_paused(key, node.obj) and not held_for(node.obj)
    ]


def in_clear(hint: str) -> EksaError:
    """A backup is asked for and no password is given."""
    return EksaError(
        "A backup holds the clusters' private keys, so it is never written without a password.",
        code="move.backup_without_password",
        hint=hint,
    )


def index_path(path: str) -> str:
    """Beside the folder: all that is in it is for ``clusterctl move --from-directory``."""
    return f"{path}.json"


__all__ = ("NOTHING", "Backup", "Keeper", "in_clear", "index_path")
