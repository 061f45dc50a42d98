# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Which objects belong to a move, and in which order: the graph over owner references, move labels and naming."""

from __future__ import annotations

import collections
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._plan.move_graph import (
    HIERARCHY_LABEL,
    MOVE_LABEL,
    Graph,
    Key,
    MoveKind,
    Node,
    Scope,
    class_of,
    is_binding,
    is_class,
    is_cluster,
    key_of,
)
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj

SECRET_PURPOSES = ("apiserver-etcd-client", "managed-etcd", "kubeconfig", "proxy", "etcd", "ca", "sa")
"""``<cluster>-<purpose>`` names a secret of a cluster; longer purposes come first."""


class _Links:
    """Objects by uid and the ownership between them, explicit and by naming."""

    def __init__(self, objects: t.Iterable[tuple[MoveKind, Obj]]) -> None:
        self.items = {obj["metadata"]["uid"]: (kind, obj) for kind, obj in objects}
        self.keys = {uid: key_of(obj) for uid, (_kind, obj) in self.items.items()}
        self.owners = {uid: _references(obj) for uid, (_kind, obj) in self.items.items()}
        self.soft = self._soft_owners()
        self.owned: dict[str, list[str]] = collections.defaultdict(list)
        self.softly_owned: dict[str, list[str]] = collections.defaultdict(list)
        for uid in self.items:
            for owner in self.owners[uid]:
                self.owned[owner].append(uid)
            for owner in self.soft[uid]:
                self.softly_owned[owner].append(uid)

    def below(self, uid: str, *, soft: bool) -> set[str]:
        """The uid itself and all that it owns, however indirectly."""
        reached = {uid}
        waiting = [uid]
        while waiting:
            current = waiting.pop()
            children = self.owned[current] + (self.softly_owned[current] if soft else [])
            fresh = [child for child in children if child not in reached]
            reached.update(fresh)
            waiting.extend(fresh)
        return reached

    def roots(self) -> list[str]:
        """Uids whose whole hierarchy moves."""
        return [
            uid
            for uid, (kind, obj) in self.items.items()
            if kind.hierarchy or HIERARCHY_LABEL in (obj["metadata"].get("labels") or {})
        ]

    def labelled(self, uid: str) -> bool:
        """Whether the object moves for a label's sake alone."""
        kind, obj = self.items[uid]
        labels = obj["metadata"].get("labels") or {}
        return kind.move or MOVE_LABEL in labels or HIERARCHY_LABEL in labels

    def _soft_owners(self) -> dict[str, list[str]]:
        clusters = {(key.namespace, key.name): uid for uid, key in self.keys.items() if is_cluster(key)}
        classes = {(key.namespace, key.name): uid for uid, key in self.keys.items() if is_class(key)}
        found: dict[str, list[str]] = {}
        for uid, key in self.keys.items():
            obj = self.items[uid][1]
            names: list[tuple[str, str]] = []
            if (key.group, key.kind) == ("", "Secret") and not self.owners[uid]:
                names = _secret_clusters(key, clusters)
            elif is_binding(key):
                names = [(key.namespace, (obj.get("spec") or {}).get("clusterName") or "")]
            found[uid] = [clusters[name] for name in names if name in clusters]
            wanted = class_of(obj) if is_cluster(key) else None
            if wanted is not None and wanted in classes:
                found[uid].append(classes[wanted])
        return found


def _references(obj: Obj) -> list[str]:
    """Uids of the owners, each once: an object may name one owner in two versions."""
    return list(dict.fromkeys(reference["uid"] for reference in obj["metadata"].get("ownerReferences") or ()))


def _secret_clusters(key: Key, clusters: t.Mapping[tuple[str, str], str]) -> list[tuple[str, str]]:
    """The cluster that a secret's name points at; of two candidates the longer name is meant."""
    names = [key.name.removesuffix(f"-{purpose}") for purpose in SECRET_PURPOSES if key.name.endswith(f"-{purpose}")]
    known = [(key.namespace, name) for name in names if (key.namespace, name) in clusters]
    return sorted(known, key=lambda item: -len(item[1]))[:1]


def build(objects: t.Iterable[tuple[MoveKind, Obj]], *, scope: Scope, all_clusters: t.Sequence[Obj] = ()) -> Graph:
    """The graph of one side. ``all_clusters`` are the Clusters of every namespace, to see what others still need."""
    links = _Links(objects)
    tenants: dict[str, set[Key]] = {uid: set() for uid in links.items}
    everywhere: set[str] = set()
    for root in links.roots():
        below = links.below(root, soft=True) & set(links.items)
        for uid in below:
            tenants[uid].add(links.keys[root])
        if not links.items[root][0].namespaced:
            everywhere |= below
    everywhere |= {uid for uid, (kind, _obj) in links.items.items() if not kind.namespaced}
    chosen = {uid for uid in links.items if tenants[uid] or links.labelled(uid)}
    chosen = {uid for uid in chosen if _in_scope(links.keys[uid], tenants[uid], scope)}
    keep = everywhere | _needed_by_others(links, scope=scope, all_clusters=all_clusters)
    keep |= _outlive(tenants, scope=scope, all_clusters=all_clusters)

    def node(uid: str) -> Node:
        kind, obj = links.items[uid]
        roots = frozenset(tenants[uid])
        return Node(links.keys[uid], kind, obj, tenants=roots, shared=uid in everywhere, keep=uid in keep)

    nodes = {uid: node(uid) for uid in chosen}
    groups, stuck = _ordered(nodes, links)
    return Graph(
        nodes={node.key: node for node in nodes.values()},
        groups=groups,
        stuck=stuck,
        seen={links.keys[uid]: obj for uid, (_kind, obj) in links.items.items()},
        orphans=tuple(node(uid) for uid, key in links.keys.items() if is_binding(key) and not tenants[uid]),
    )


def _in_scope(key: Key, tenants: set[Key], scope: Scope) -> bool:
    """Whether an object belongs to what is asked for; one that belongs to no Cluster at all goes along."""
    clusters = sorted(tenant.name for tenant in tenants if is_cluster(tenant))
    if scope.name is None or not clusters:
        return True
    if scope.name not in clusters:
        return False
    if len(clusters) > 1:
        raise EksaError(
            f"{key.label} belongs to several clusters ({', '.join(clusters)}), so {scope.name} cannot move alone.",
            code="move.shared_object",
            hint="Move the whole namespace, or give each cluster an object of its own.",
        )
    return True


def _needed_by_others(links: _Links, *, scope: Scope, all_clusters: t.Sequence[Obj]) -> set[str]:
    """ClusterClasses (with what they own) of another namespace, or that Clusters of another namespace use."""
    used = {class_of(cluster) for cluster in all_clusters if cluster["metadata"]["namespace"] != scope.namespace}
    kept: set[str] = set()
    for uid, key in links.keys.items():
        if is_class(key) and (key.namespace != scope.namespace or (key.namespace, key.name) in used):
            kept |= links.below(uid, soft=False)
    return kept


def _outlive(tenants: t.Mapping[str, set[Key]], *, scope: Scope, all_clusters: t.Sequence[Obj]) -> set[str]:
    """With one cluster moving out of several: objects that belong to no Cluster may serve those that stay."""
    staying = {
        cluster["metadata"]["name"] for cluster in all_clusters if cluster["metadata"]["namespace"] == scope.namespace
    }
    if scope.name is None or not staying - {scope.name}:
        return set()
    return {uid for uid, roots in tenants.items() if not any(is_cluster(root) for root in roots)}


def _ordered(
    nodes: t.Mapping[str, Node], links: _Links
) -> tuple[tuple[tuple[Node, ...], ...], tuple[tuple[Key, str], ...]]:
    """Groups, each with all owners in earlier ones; Clusters first in theirs: in reverse they are deleted last."""
    waiting = {uid: {*links.owners[uid], *links.soft[uid]} for uid in nodes}
    placed: set[str] = set()
    groups: list[tuple[Node, ...]] = []
    while True:
        ready = [uid for uid, owners in waiting.items() if owners <= placed]
        if not ready:
            break
        group = sorted((nodes[uid] for uid in ready), key=lambda node: (not is_cluster(node.key), node.key))
        groups.append(tuple(group))
        placed.update(ready)
        for uid in ready:
            del waiting[uid]
    stuck = [(nodes[uid].key, _obstacle(uid, nodes, links)) for uid in waiting]
    return tuple(groups), tuple(sorted(stuck))


def _obstacle(uid: str, nodes: t.Mapping[str, Node], links: _Links) -> str:
    """Why an object cannot be placed: the owner that does not move, or the owner that is stuck itself."""
    obj = links.items[uid][1]
    outside = [ref for ref in obj["metadata"].get("ownerReferences") or () if ref["uid"] not in nodes]
    if outside:
        return f"its owner {outside[0]['kind']} {outside[0]['name']} does not move"
    return "one of its owners cannot move"


__all__ = ("build",)
