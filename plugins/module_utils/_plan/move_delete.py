# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""What goes from the source once the target is whole, and in which order."""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._plan import move_refusals as refuse
from ansible_collections.eks.anywhere.plugins.module_utils._plan.move_facts import Facts
from ansible_collections.eks.anywhere.plugins.module_utils._plan.move_graph import Key, Node, is_binding, is_cluster
from ansible_collections.eks.anywhere.plugins.module_utils._plan.move_plan import Groups


def to_delete(facts: Facts) -> Groups:
    """What goes from the source: only what has a copy and, by the journal, is the very object that was copied.

    A binding is not: pause or not, its controller makes it again as long as its ClusterResourceSet and Cluster are
    there. So bindings go after the sets, and one that was made again goes as the first one did. A controller that was
    about to make it when these went makes it after them: an orphan, and it goes for the journal's sake.
    """
    graph = facts.source.graph
    nodes = [node for node in graph.nodes.values() if not node.keep]
    known = facts.journal.objects if facts.journal and facts.journal.deleting else None
    uncopied = {node.key for node in nodes if node.key not in facts.target.graph.seen}
    strangers = {
        node.key
        for node in nodes
        if known is not None and known.get(node.key) != node.uid and not (is_binding(node.key) and node.key in known)
    }
    # What belongs to no Cluster of the move may have come since, and stays; what does belong must be explained.
    refuse.strangers([node for node in nodes if node.key in uncopied | strangers and node.clusters])
    left = {node.key for node in nodes} - uncopied - strangers
    order = (*graph.groups, tuple(graph.nodes[key] for key, _why in graph.stuck))
    going = tuple(tuple(node for node in group if node.key in left and not is_binding(node.key)) for group in order)
    ours = {
        node.key: node for node in graph.orphans if node.key in (known or ()) and node.key in facts.target.graph.seen
    }
    bindings = tuple({**ours, **{key: graph.nodes[key] for key in sorted(left) if is_binding(key)}}.values())
    return owned_first(((*bindings, *going[0]), *going[1:]))


def parts(group: t.Sequence[Node]) -> tuple[tuple[Node, ...], ...]:
    """What of a group may be deleted side by side: bindings after the rest of it, Clusters at the very end."""
    kinds: tuple[t.Callable[[Key], bool], ...] = (is_binding, is_cluster)
    plain = tuple(node for node in group if not any(is_one(node.key) for is_one in kinds))
    return (plain, *(tuple(node for node in group if is_one(node.key)) for is_one in kinds))


def owned_first(groups: Groups) -> Groups:
    """Owned before owners."""
    return tuple(tuple(reversed(group)) for group in reversed(groups) if group)


__all__ = ("owned_first", "parts", "to_delete")
