# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""The backup of a move as files: one a kind, each a stream of whole objects, as ``clusterctl move --from-directory``
reads them once they are decrypted.
"""

from __future__ import annotations

import collections
import dataclasses
import hashlib
import json
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._plan.move_content import paused
from ansible_collections.eks.anywhere.plugins.module_utils._plan.move_graph import Graph, Key
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj

PARTIAL = ".partial-"
"""What a write that was cut leaves behind begins so."""


@dataclasses.dataclass(frozen=True)
class Index:
    """What the index of a backup says: the cluster that it was made of, digests of the files, and which Clusters
    somebody had paused. In the files all of them are.
    """

    source: str
    files: t.Mapping[str, str]
    paused: frozenset[str]


def folder_of(clusters: t.Mapping[Key, str]) -> str:
    """Name of the folder for a move of these Clusters, given with their uids.

    The same for every run of one move, and another for the next move of the same Clusters, whose uids are new.
    """
    first = min(clusters)
    more = f"-and-{len(clusters) - 1}-more" if len(clusters) > 1 else ""
    told = "\n".join(f"{'/'.join(key)} {uid}" for key, uid in sorted(clusters.items()))
    return f"{first.namespace}-{first.name}{more}-{hashlib.sha256(told.encode()).hexdigest()[:12]}"


def files_of(graph: Graph) -> dict[str, str]:
    """Name of each file -> its text: everything that moves, as the source has it, paused.

    ``clusterctl`` resumes what it restored at the end, and relies on the pause until then: the controllers would make
    new machines for a control plane that is there before its own are.
    """
    kinds: dict[str, list[Obj]] = collections.defaultdict(list)
    for key, node in sorted(graph.nodes.items()):
        kinds[f"{key.kind}.{key.group or 'core'}.yaml"].append(paused(key, node.obj))
    return {name: "---\n".join(f"{json.dumps(obj, indent=1)}\n" for obj in objs) for name, objs in kinds.items()}


def objects_in(text: str) -> list[Obj]:
    """The objects of a file as ``files_of`` writes it."""
    return [json.loads(part) for part in text.split("---\n")]


def index_of(
    inventory: t.Mapping[str, str], *, files: t.Mapping[str, str], source: str, paused: t.Iterable[str] = ()
) -> str:
    """What a complete backup holds, by name and digest alone; ``source`` is the identity of the cluster."""
    digests = {name: _digest(text) for name, text in files.items()}
    told = {"source": source, "objects": dict(inventory), "files": digests, "paused": sorted(paused)}
    return json.dumps(told, indent=1, sort_keys=True) + "\n"


def read_index(index: str) -> Index | None:
    """What an index says; None when it cannot be read."""
    told = _parsed(index)
    if not isinstance(told.get("files"), dict) or not told["files"]:
        return None
    paused = frozenset(str(label) for label in told.get("paused") or ())
    return Index(source=str(told.get("source", "")), files=told["files"], paused=paused)


def damaged(index: str, read: t.Callable[[str], str | None]) -> list[str]:
    """Names of the files that are not what the index says; ``read`` gives the clear text of a file, if it can.

    An index that cannot be read names nothing, so it is the damage itself.
    """
    digests: dict[str, str] | None = _parsed(index).get("files")
    if digests is None:
        return ["the index"]
    texts = {name: read(name) for name in digests}
    return sorted(name for name, text in texts.items() if text is None or _digest(text) != digests[name])


def others_in(
    index: str | None, *, found: t.Collection[str], names: t.Collection[str], graph: Graph, source: str
) -> str:
    """What else a folder is used for, so that it must be left alone: another cluster's backup, one of other Clusters,
    or files (``found``) that neither the index nor the backup to be written (``names``) knows. Empty when nothing.
    """
    told = _parsed(index)
    if told.get("source", source) != source:
        return "a backup of another management cluster"
    lacking = {key.label for key in graph.clusters} - set(told.get("objects") or {})
    if "objects" in told and lacking:
        return f"a backup without {', '.join(sorted(lacking))}"
    known = {*names, *(told.get("files") or {})}
    foreign = sorted(name for name in found if name not in known and not name.startswith(PARTIAL))
    return f"other files, such as {foreign[0]}" if foreign else ""


def _parsed(index: str | None) -> dict[str, t.Any]:
    """An index; empty when there is none or it cannot be read."""
    try:
        told = json.loads(index or "{}")
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


__all__ = ("Index", "damaged", "files_of", "folder_of", "index_of", "objects_in", "others_in", "read_index")
