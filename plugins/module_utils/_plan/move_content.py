# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""What a moved object looks like in the target, and whether what is there already is that copy."""

from __future__ import annotations

import copy
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._plan.move_graph import Key, Node, is_class, is_cluster
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj

PAUSED_ANNOTATION = "cluster.x-k8s.io/paused"
DELETE_ANNOTATION = "clusterctl.cluster.x-k8s.io/delete-for-move"
MOVERS = frozenset({"clusterctl"})
"""Field managers that pause in order to move. Our own pauses are proven by the journal, written before them."""

# What the API server writes itself. generateName makes it answer "try again" instead of "exists already".
_SERVER_FIELDS = (
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "generateName",
    "generation",
    "managedFields",
    "ownerReferences",
    "resourceVersion",
    "selfLink",
    "uid",
)


def copy_of(node: Node, *, uids: t.Mapping[str, str]) -> Obj:
    """The object as it is to be created: paused, its owners re-linked. ``uids``: from source to target."""
    wanted = copy.deepcopy(node.obj)
    if node.kind.status_apart:
        wanted.pop("status", None)
    metadata: Obj = {name: value for name, value in wanted["metadata"].items() if name not in _SERVER_FIELDS}
    owners = relinked(node.obj["metadata"].get("ownerReferences") or (), uids=uids)
    if owners:
        metadata["ownerReferences"] = owners
    wanted["metadata"] = metadata
    return paused(node.key, wanted)


def relinked(references: t.Iterable[Obj], *, uids: t.Mapping[str, str]) -> list[Obj]:
    """Owner references with the owners' uids in the target, each owner once."""
    found: dict[str, Obj] = {}
    for reference in references:
        found.setdefault(reference["uid"], {**reference, "uid": uids[reference["uid"]]})
    return list(found.values())


def paused(key: Key, obj: Obj) -> Obj:
    """The object as a move has it while it is under way; most kinds know no pause."""
    return _overlaid(obj, pause_patch(key)) if is_cluster(key) or is_class(key) else obj


def pause_patch(key: Key) -> Obj:
    """Merge patch that stops the controllers of a Cluster or ClusterClass."""
    if is_cluster(key):
        return {"spec": {"paused": True}}
    return {"metadata": {"annotations": {PAUSED_ANNOTATION: ""}}}


def resume_patch(key: Key) -> Obj:
    """Merge patch that takes ``pause_patch`` back; the field goes, so that nobody owns it."""
    if is_cluster(key):
        return {"spec": {"paused": None}}
    return {"metadata": {"annotations": {PAUSED_ANNOTATION: None}}}


def release_patch(node: Node) -> Obj:
    """Merge patch that lets a moved object go at once, valid for this very object only.

    It comes before the deletion: an object that is being deleted while finalizers hold it would have its machine
    destroyed by whoever un-pauses the cluster at that moment.
    """
    return {
        "metadata": {"uid": node.uid, "finalizers": None, "annotations": {DELETE_ANNOTATION: ""}},
    }


def is_released(obj: Obj) -> bool:
    """Whether nothing holds the object once it is deleted, and it is marked as moved."""
    metadata = obj["metadata"]
    return DELETE_ANNOTATION in (metadata.get("annotations") or {}) and not metadata.get("finalizers")


def is_paused(key: Key, obj: Obj) -> bool:
    """Whether the pause that a move sets is on."""
    if is_cluster(key):
        return bool((obj.get("spec") or {}).get("paused"))
    return has_pause_annotation(obj)


def has_pause_annotation(obj: Obj) -> bool:
    """Whether the object carries the annotation, which on a Cluster only people set."""
    return PAUSED_ANNOTATION in (obj["metadata"].get("annotations") or {})


def paused_by_mover(key: Key, obj: Obj) -> bool:
    """Whether ``clusterctl`` paused it, as the record of who set the field tells."""
    path = ("f:spec", "f:paused") if is_cluster(key) else ("f:metadata", "f:annotations", f"f:{PAUSED_ANNOTATION}")
    return is_paused(key, obj) and any(
        entry.get("manager") in MOVERS and _has(entry.get("fieldsV1") or {}, path)
        for entry in obj["metadata"].get("managedFields") or ()
    )


def difference(wanted: Obj, seen: Obj) -> Obj:
    """Merge patch that brings what is wanted into what is there; empty when it is there.

    What only the target has (defaults, labels and finalizers that its controllers add at once) is no difference:
    to take it away would start a fight that nobody wins.
    """
    return _difference(wanted, seen, skip=("apiVersion", "kind"))


def paths(patch: Obj, above: str = "") -> t.Iterator[str]:
    """The fields that a patch sets, such as ``spec.replicas``; never their values."""
    for name, value in patch.items():
        where = f"{above}.{name}" if above else name
        yield from paths(value, where) if isinstance(value, dict) and value else (where,)


def managers(obj: Obj) -> frozenset[tuple[str, str]]:
    """Who owns fields of the object itself, and how (``Apply`` or ``Update``)."""
    entries = obj["metadata"].get("managedFields") or ()
    return frozenset((entry["manager"], entry["operation"]) for entry in entries if not entry.get("subresource"))


def _difference(wanted: t.Mapping[str, t.Any], seen: t.Mapping[str, t.Any], *, skip: tuple[str, ...] = ()) -> Obj:
    patch: Obj = {}
    for name, value in wanted.items():
        there = seen.get(name)
        if name in skip or value == there or (not value and not there and value is not False):
            continue
        if name == "finalizers" and set(value) <= set(there or ()):
            continue
        if name == "ownerReferences" and _includes(there or (), value):
            continue
        if isinstance(value, dict) and isinstance(there, dict):
            deeper = _difference(value, there)
            patch.update({name: deeper} if deeper else {})
            continue
        patch[name] = value
    return patch


def _includes(there: t.Iterable[Obj], wanted: t.Iterable[Obj]) -> bool:
    def facts(references: t.Iterable[Obj]) -> set[tuple[str, bool]]:
        return {(reference["uid"], bool(reference.get("controller"))) for reference in references}

    return facts(wanted) <= facts(there)


def _has(fields: t.Mapping[str, t.Any], path: tuple[str, ...]) -> bool:
    for step in path:
        if step not in fields:
            return False
        fields = fields[step]
    return True


def _overlaid(obj: Obj, patch: Obj) -> Obj:
    merged = dict(obj)
    for name, value in patch.items():
        both = isinstance(value, dict) and isinstance(merged.get(name), dict)
        merged[name] = _overlaid(merged[name], value) if both else value
    return merged


__all__ = (
    "DELETE_ANNOTATION",
    "copy_of",
    "difference",
    "has_pause_annotation",
    "is_paused",
    "is_released",
    "managers",
    "paths",
    "pause_patch",
    "paused",
    "paused_by_mover",
    "release_patch",
    "resume_patch",
)
