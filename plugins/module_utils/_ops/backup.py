# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""A backup of management objects where they are: what a move would take, read and kept, with nothing paused."""

from __future__ import annotations

import dataclasses
import posixpath

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ops.move_backup import (
    NOTHING,
    Keeper,
    in_clear,
    index_path,
)
from ansible_collections.eks.anywhere.plugins.module_utils._ops.move_observe import Observer, Server
from ansible_collections.eks.anywhere.plugins.module_utils._plan import move_backup as backups
from ansible_collections.eks.anywhere.plugins.module_utils._plan.move_facts import Side
from ansible_collections.eks.anywhere.plugins.module_utils._plan.move_graph import Scope, kinds_of
from ansible_collections.eks.anywhere.plugins.module_utils._plan.move_inventory import inventory
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Files, Kube, Vault
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result


@dataclasses.dataclass(frozen=True)
class Ports:
    """The outside world; ``vault`` is None without a password."""

    kube: Kube
    files: Files
    vault: Vault | None


def backup(dest: str, *, scope: Scope, ports: Ports, check_mode: bool) -> Result:
    """Keep all objects of the scope in the folder ``dest``, unless it holds a complete backup of them."""
    if ports.vault is None:
        raise in_clear("Set password; the playbooks take it from eksa_backup_password.")
    path = posixpath.normpath(dest)
    keeper = Keeper(files=ports.files, vault=ports.vault)
    side = _look(ports.kube, scope)
    _check_place(path, side, ports.files)
    damage = keeper.damage(path)
    if damage and not check_mode:
        keeper.keep(path, side)
    objects = inventory(side.graph)
    return Result(
        actions=(_told(path, count=len(objects), damage=damage),) if damage else (),
        after="".join(f"{label}: {digest}\n" for label, digest in objects.items()) if damage else "",
        data={
            "dest": path,
            "clusters": [f"{key.namespace}/{key.name}" for key in sorted(side.graph.clusters)],
            "inventory": objects,
        },
    )


def _look(kube: Kube, scope: Scope) -> Side:
    server = Server(kube)
    side = Observer(server, scope=scope).look(kinds_of(server.definitions))
    if not side.graph.clusters:
        raise EksaError(
            f"There is no Cluster {scope.name or ''} in namespace {scope.namespace} to back up.".replace("  ", " "),
            code="move.backup_of_nothing",
            hint="Check kubeconfig, namespace and name.",
        )
    return side


def _check_place(path: str, side: Side, files: Files) -> None:
    """The folder is replaced as a whole, so nothing else may be in it, and a backup of something else stays."""
    others = backups.others_in(
        files.read(index_path(path)),
        found=files.names(path),
        names=backups.files_of(side.graph),
        graph=side.graph,
        source=side.identity,
    )
    if others:
        raise EksaError(
            f"{path} already holds {others}. Nothing of it is touched.",
            code="move.backup_elsewhere",
            hint="Set another dest, or remove that folder and the file with the ending .json beside it.",
        )


def _told(path: str, *, count: int, damage: list[str]) -> str:
    again = "" if damage == [NOTHING] else f" again, which cannot be read ({', '.join(damage)})"
    return f"Write the backup {path}{again}: {count} objects"


__all__ = ("Ports", "backup")
