# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""The writes of a move: one object copied, stamped, removed, paused or resumed; several of one group at a time."""

from __future__ import annotations

import concurrent.futures
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._plan import move_content as content
from ansible_collections.eks.anywhere.plugins.module_utils._plan.move_graph import Key, MoveKind, Node
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Kube, Obj

T = t.TypeVar("T")


def each(nodes: t.Sequence[Node], do: t.Callable[[Node], T], *, lanes: int) -> list[T]:
    """Do it to all, in any order and up to ``lanes`` at a time. The first error comes out when none is at work."""
    if lanes <= 1 or len(nodes) <= 1:
        return [do(node) for node in nodes]
    with concurrent.futures.ThreadPoolExecutor(max_workers=min(lanes, len(nodes))) as pool:
        running = [pool.submit(do, node) for node in nodes]
        done, waiting = concurrent.futures.wait(running, return_when=concurrent.futures.FIRST_EXCEPTION)
        for future in waiting:
            future.cancel()
    failed = next((future for future in done if future.exception()), None)
    return [future.result() for future in ([failed] if failed else running)]


def put(node: Node, *, target: Kube, there: Obj | None, uids: t.Mapping[str, str]) -> str:
    """One copy, with its record of field managers; returns its uid. ``there``: what the target has by its name."""
    wanted = content.copy_of(node, uids=uids)
    stored = _create(wanted, target=target) if there is None else None
    if stored is None:
        found = there or _found(node, target=target)
        patch = content.difference(wanted, found)
        stored = merge(target, node.key, node.kind, patch, uid=found["metadata"]["uid"])
    uid = str(stored["metadata"]["uid"])
    if not node.shared or there is None:
        restamp(node, target=target, uid=uid)
    return uid


def restamp(node: Node, *, target: Kube, uid: str) -> None:
    """Give the copy the original's field managers: else ours would own each field besides them, for ever."""
    managers = node.obj["metadata"].get("managedFields")
    if managers:
        merge(target, node.key, node.kind, {"metadata": {"managedFields": managers}}, uid=uid)


def remove(node: Node, *, source: Kube) -> None:
    """Release and delete one object of the source; a controller may have put its finalizer back in between."""
    where = {"api_version": node.kind.api_version, "kind": node.kind.kind, **place(node.key)}
    try:
        if not content.is_released(node.obj):
            source.merge(**where, patch=content.release_patch(node))
        if source.delete(**where, uid=node.uid) and node.obj["metadata"].get("finalizers"):
            source.merge(**where, patch=content.release_patch(node))
    except EksaError as exc:
        if exc.code != "kube.not_found":
            raise


def merge(kube: Kube, key: Key, kind: MoveKind, patch: Obj, *, uid: str = "") -> Obj:
    """A merge patch, with ``uid`` valid for that very object only."""
    if uid:
        patch = {**patch, "metadata": {**patch.get("metadata", {}), "uid": uid}}
    return kube.merge(api_version=kind.api_version, kind=kind.kind, **place(key), patch=patch)


def ensure_namespaces(names: t.Iterable[str], *, kube: Kube) -> None:
    """Create those that are missing."""
    for name in sorted(names):
        if kube.get(api_version="v1", kind="Namespace", name=name) is not None:
            continue
        try:
            kube.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
        except EksaError as exc:
            if exc.code != "kube.already_exists":
                raise


def place(key: Key) -> dict[str, t.Any]:
    """Where a request finds the object."""
    return {"name": key.name, "namespace": key.namespace or None}


def _create(wanted: Obj, *, target: Kube) -> Obj | None:
    """The new copy, or None when a controller of the target was faster: it makes a ClusterResourceSetBinding
    as soon as it sees the cluster, paused or not.
    """
    try:
        return target.create(wanted)
    except EksaError as exc:
        if exc.code != "kube.already_exists":
            raise
        return None


def _found(node: Node, *, target: Kube) -> Obj:
    """What is in the target by the name of a copy that could not be created."""
    found = target.get(api_version=node.kind.api_version, kind=node.kind.kind, **place(node.key))
    if found is None:
        raise EksaError(
            f"{node.key.label} vanished from the target while it was being moved.",
            code="move.target_changed",
            hint="Run again: the move goes on from what is there.",
        )
    return found


__all__ = ("each", "ensure_namespaces", "merge", "place", "put", "remove", "restamp")
