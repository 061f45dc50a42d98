# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""What a restore has to do: (objects of a backup, objects that are there) -> ordered steps.

=========  ==========================================  ==================================================
Task       Seen                                        Done
=========  ==========================================  ==================================================
create     it is not there                             created, paused, its owners re-linked
renew      it is there and being deleted               released from its finalizers, then created
overwrite  it is there and differs                     made as in the backup
relink     it is there; an owner was created anew      its owner reference gets the new uid
=========  ==========================================  ==================================================

Only what is missing is created without being asked to do more. The request that pauses a Cluster also notes on it that
a restore did, so that whoever comes after a run that was cut lets go exactly those.
"""

from __future__ import annotations

import dataclasses
import enum
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._plan import move_content as content
from ansible_collections.eks.anywhere.plugins.module_utils._plan.move_graph import (
    Graph,
    Key,
    Node,
    is_binding,
    is_class,
    is_cluster,
)
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj

MARK = "eks-anywhere-restore/paused-for"
"""Annotation of what a restore has paused; its value names the backup."""
OWNERS = "metadata.ownerReferences"
_NEW = "not there yet"


class Task(enum.StrEnum):
    """What is done about one object."""

    CREATE = "create"
    RENEW = "renew"
    OVERWRITE = "overwrite"
    RELINK = "relink"


@dataclasses.dataclass(frozen=True)
class Step:
    """One object. ``there`` is what has its name now, ``fields`` are those that would become others."""

    node: Node
    task: Task
    there: Obj | None = dataclasses.field(default=None, repr=False)
    fields: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Wish:
    """How the user wants it. ``left_out`` are objects that stay missing, ``paused`` the labels of Clusters that
    somebody had paused when the backup was made, ``mark`` is the name of the backup.
    """

    mark: str
    overwrite: bool = False
    left_out: frozenset[Key] = frozenset()
    paused: frozenset[str] = frozenset()


@dataclasses.dataclass(frozen=True)
class RestorePlan:
    """What is left, in the order of the fields. ``different`` is left alone; ``stopped`` was paused by somebody, and
    so it stays; ``uids`` lead from the backup to what is there.
    """

    pause: tuple[Key, ...] = ()
    groups: tuple[tuple[Step, ...], ...] = ()
    resume: tuple[Key, ...] = ()
    stopped: tuple[Key, ...] = ()
    different: t.Mapping[Key, tuple[str, ...]] = dataclasses.field(default_factory=dict)
    uids: t.Mapping[str, str] = dataclasses.field(default_factory=dict)

    @property
    def steps(self) -> tuple[Step, ...]:
        """All of them."""
        return tuple(step for group in self.groups for step in group)

    @property
    def finished(self) -> bool:
        """Whether nothing is left."""
        return not self.groups and not self.resume

    def of(self, *tasks: Task) -> tuple[Step, ...]:
        """The steps of some tasks."""
        return tuple(step for step in self.steps if step.task in tasks)


def plan(kept: Graph, there: t.Mapping[Key, Obj], *, wish: Wish) -> RestorePlan:
    """The steps that are left. ``there`` has what the management cluster holds, as far as the backup knows it."""
    judge = _Judge(there, wish=wish, uids=_uids(kept, there))
    groups = tuple(steps for group in kept.groups if (steps := tuple(judge.steps(group))))
    touched = {cluster for group in groups for step in group for cluster in step.node.clusters}
    pause = tuple(sorted(key for key in touched if key in there and not content.is_paused(key, there[key])))
    resume = {
        *(key for key in kept.nodes if _pausable(key) and MARK in _annotations(there.get(key))),
        *pause,
        *(step.node.key for group in groups for step in group if judge.begins_paused(step)),
    }
    clusters = [key for key in kept.clusters if key in there or key in touched]
    return RestorePlan(
        pause=pause,
        groups=groups,
        resume=tuple(sorted(resume, key=lambda key: (is_cluster(key), key))),
        stopped=tuple(sorted(key for key in clusters if key not in resume and judge.is_stopped(key))),
        different=judge.different,
        uids=judge.uids,
    )


class _Judge:
    """One object of the backup after the other, held against what is there."""

    def __init__(self, there: t.Mapping[Key, Obj], *, wish: Wish, uids: t.Mapping[str, str]) -> None:
        self._there = there
        self._wish = wish
        self.uids = uids
        self.different: dict[Key, tuple[str, ...]] = {}

    def steps(self, group: t.Iterable[Node]) -> t.Iterator[Step]:
        """What is to be done about these."""
        return (step for node in group if (step := self._step(node)) is not None)

    def begins_paused(self, step: Step) -> bool:
        """Whether something is created with a pause that is the restore's."""
        key = step.node.key
        if step.task not in (Task.CREATE, Task.RENEW) or not _pausable(key):
            return False
        if step.there is None:
            return key.label not in self._wish.paused
        return MARK in _annotations(step.there) or not content.is_paused(key, step.there)

    def is_stopped(self, key: Key) -> bool:
        """Whether somebody has paused it, or had when the backup was made."""
        obj = self._there.get(key)
        return key.label in self._wish.paused if obj is None else content.is_paused(key, obj)

    def _step(self, node: Node) -> Step | None:
        there = self._there.get(node.key)
        if node.key in self._wish.left_out:
            return None
        if there is None:
            return Step(node, Task.CREATE)
        # What others share is theirs too; a binding is written by its controller alone.
        foreign = node.shared or is_binding(node.key)
        if there["metadata"].get("deletionTimestamp"):
            return None if foreign else Step(node, Task.RENEW, there)
        fields, stale = self._differences(node, there)
        fields = () if foreign else fields
        if fields and self._wish.overwrite:
            return Step(node, Task.OVERWRITE, there, fields)
        if fields:
            self.different[node.key] = fields
        return Step(node, Task.RELINK, there, (OWNERS,)) if stale else None

    def _differences(self, node: Node, there: Obj) -> tuple[tuple[str, ...], bool]:
        """Fields that differ, and whether an owner has another uid, or will have."""
        references = node.obj["metadata"].get("ownerReferences") or ()
        uids = {item["uid"]: self.uids.get(item["uid"], _NEW) for item in references}
        wanted = _without_pause(node.key, content.copy_of(node, uids=uids))
        found = sorted(content.paths(content.difference(wanted, there)))
        known = set(map(_owner, there["metadata"].get("ownerReferences") or ()))
        stale = OWNERS in found and {_owner(item) for item in references} <= known
        return tuple(path for path in found if not (stale and path == OWNERS)), stale


def marked(node: Node, *, mark: str) -> Node:
    """The node as it is created when the restore lets it go in the end."""
    metadata = node.obj["metadata"]
    annotations = {**(metadata.get("annotations") or {}), MARK: mark}
    return node.holding({**node.obj, "metadata": {**metadata, "annotations": annotations}})


def pause_patch(key: Key, obj: Obj, *, mark: str) -> Obj:
    """Merge patch that stops what runs, and says who did; valid for this very object only."""
    patch = content.pause_patch(key)
    annotations = {**patch.get("metadata", {}).get("annotations", {}), MARK: mark}
    return {**patch, "metadata": {"uid": obj["metadata"]["uid"], "annotations": annotations}}


def resume_patch(key: Key) -> Obj:
    """Merge patch that takes ``pause_patch`` back."""
    patch = content.resume_patch(key)
    return {**patch, "metadata": {"annotations": {**patch.get("metadata", {}).get("annotations", {}), MARK: None}}}


def relinked(node: Node, there: Obj, *, uids: t.Mapping[str, str]) -> list[Obj]:
    """The owner references of what is there, with the uids that the owners have now; those of others stay."""
    references = node.obj["metadata"].get("ownerReferences") or ()
    now = {_owner(item): uids[item["uid"]] for item in references}
    return [
        {**item, "uid": now.get(_owner(item), item["uid"])} for item in there["metadata"].get("ownerReferences") or ()
    ]


def _uids(kept: Graph, there: t.Mapping[Key, Obj]) -> dict[str, str]:
    """Uid in the backup -> uid now, of what is there to stay."""
    found = {node.uid: there[key]["metadata"] for key, node in kept.nodes.items() if key in there}
    return {uid: str(metadata["uid"]) for uid, metadata in found.items() if not metadata.get("deletionTimestamp")}


def _without_pause(key: Key, wanted: Obj) -> Obj:
    """In a backup everything is paused, so the pause tells nothing."""
    if is_cluster(key):
        return {**wanted, "spec": {name: value for name, value in wanted["spec"].items() if name != "paused"}}
    if not is_class(key):
        return wanted
    annotations = {name: value for name, value in _annotations(wanted).items() if name != content.PAUSED_ANNOTATION}
    return {**wanted, "metadata": {**wanted["metadata"], "annotations": annotations}}


def _owner(reference: Obj) -> tuple[str, str, str]:
    """An owner by what stays the same when it is created anew."""
    return str(reference["apiVersion"]).rpartition("/")[0], str(reference["kind"]), str(reference["name"])


def _pausable(key: Key) -> bool:
    return is_cluster(key) or is_class(key)


def _annotations(obj: Obj | None) -> t.Mapping[str, t.Any]:
    return ((obj or {}).get("metadata") or {}).get("annotations") or {}


__all__ = ("MARK", "RestorePlan", "Step", "Task", "Wish", "marked", "pause_patch", "plan", "relinked", "resume_patch")
