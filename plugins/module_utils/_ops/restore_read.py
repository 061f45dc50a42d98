# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Reading a backup back: whole and as it was written, or not at all."""

from __future__ import annotations

import dataclasses
import posixpath
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ops.move_backup import index_path
from ansible_collections.eks.anywhere.plugins.module_utils._ops.move_observe import Server
from ansible_collections.eks.anywhere.plugins.module_utils._ops.pausing import PAUSED_FOR
from ansible_collections.eks.anywhere.plugins.module_utils._plan import move_backup as backups
from ansible_collections.eks.anywhere.plugins.module_utils._plan.move_build import build
from ansible_collections.eks.anywhere.plugins.module_utils._plan.move_graph import (
    Graph,
    Key,
    MoveKind,
    Scope,
    key_of,
    kinds_of,
)
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Files, Obj, Vault


@dataclasses.dataclass(frozen=True)
class Kept:
    """A backup as it was read. ``source`` is the cluster that it was made of, ``paused`` the labels of Clusters that
    somebody had paused then.
    """

    path: str
    source: str
    paused: frozenset[str]
    objects: tuple[Obj, ...] = dataclasses.field(repr=False)

    @property
    def name(self) -> str:
        """The last part of its path."""
        return posixpath.basename(self.path)


def read(path: str, *, files: Files, vault: Vault | None) -> Kept:
    """The backup in a folder; one that is not whole, or has another password, raises."""
    index = files.read(index_path(path))
    if index is None:
        raise EksaError(
            f"There is no backup in {path}: it has no index {index_path(path)}.",
            code="restore.backup_missing",
            hint="Name the folder of a backup; without its index it was never complete.",
        )
    if vault is None:
        raise _refused(path, "no password is given")
    told = backups.read_index(index)
    found = {name: files.read(posixpath.join(path, name)) for name in told.files} if told else {}
    texts = {name: vault.decrypt(text) for name, text in found.items() if text is not None}
    if texts and not any(text is not None for text in texts.values()):
        raise _refused(path, "none of its files can be read with this password")
    damage = backups.damaged(index, texts.get) if told else ["the index"]
    if told is None or damage:
        raise EksaError(
            f"The backup in {path} is not what was written: {', '.join(damage)}.",
            code="restore.backup_damaged",
            hint="Nothing was changed. Bring these files back from a copy, or use another backup.",
        )
    objects = [obj for text in texts.values() if text is not None for obj in backups.objects_in(text)]
    return Kept(path, told.source, told.paused, tuple(map(_released, objects)))


def kinds_for(kept: Kept, server: Server) -> tuple[MoveKind, ...]:
    """Kinds of the management cluster, in the versions of the backup: its API server converts what it stores."""
    known = {(kind.group, kind.kind): kind for kind in kinds_of(server.definitions)}
    gaps = []
    for api_version, name in sorted({(obj["apiVersion"], obj["kind"]) for obj in kept.objects}):
        group = str(api_version).rpartition("/")[0]
        there = known.get((group, name))
        wanted = dataclasses.replace(there, api_version=api_version) if there else None
        if wanted is None or not server.serves(wanted):
            gaps.append(f"{name} ({api_version})")
        else:
            known[(group, name)] = wanted
    if gaps:
        raise EksaError(
            f"The management cluster does not serve what the backup holds: {', '.join(gaps)}.",
            code="restore.version_not_served",
            hint="Install Cluster API providers there that serve these kinds in these versions, then run again.",
        )
    return tuple(known.values())


def graph_of(kept: Kept, *, kinds: t.Iterable[MoveKind], scope: Scope) -> Graph:
    """The objects of the backup that are asked for, in the order of creation."""
    known = {(kind.group, kind.kind): kind for kind in kinds}
    keys = [key_of(obj) for obj in kept.objects]
    items = [(known[(key.group, key.kind)], obj) for key, obj in zip(keys, kept.objects, strict=True)]
    graph = build(items, scope=scope)
    clusters = {key.name for key in graph.clusters if key.namespace == scope.namespace}
    if not clusters or (scope.name and scope.name not in clusters):
        names = sorted(key.label for key in keys if key.kind == "Cluster")
        raise EksaError(
            f"The backup in {kept.path} has no Cluster {scope.name or ''} of namespace {scope.namespace}; it has"
            f" {', '.join(names) or 'none'}.".replace("Cluster  of", "Cluster of"),
            code="restore.cluster_unknown",
            hint="Check the options name and namespace, or name another backup.",
        )
    return graph


def check_owners(graph: Graph, there: t.Container[Key]) -> None:
    """What is missing and cannot be created after its owner would be nobody's."""
    stuck = [f"{key.label} ({why})" for key, why in graph.stuck if key not in there]
    if stuck:
        raise EksaError(
            f"The backup lacks owners of what it holds: {'; '.join(stuck)}.",
            code="restore.owner_missing",
            hint="Use a backup of the whole namespace, or create these objects by hand first.",
        )


def _released(obj: Obj) -> Obj:
    """A backup is made in the middle of an upgrade that holds other clusters, which is over when it is needed."""
    annotations = obj["metadata"].get("annotations") or {}
    if PAUSED_FOR not in annotations:
        return obj
    left = {name: value for name, value in annotations.items() if name != PAUSED_FOR}
    return {**obj, "metadata": {**obj["metadata"], "annotations": left}}


def _refused(path: str, why: str) -> EksaError:
    return EksaError(
        f"The backup in {path} cannot be opened: {why}.",
        code="restore.wrong_password",
        hint="Set password; the playbooks take it from eksa_backup_password. Nothing was changed.",
    )


__all__ = ("Kept", "check_owners", "graph_of", "kinds_for", "read")
