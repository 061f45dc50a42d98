# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""What the decision on a move is made from: both sides as observed, the journal of this very move, its Clusters."""

from __future__ import annotations

import dataclasses

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._plan import move_content as content
from ansible_collections.eks.anywhere.plugins.module_utils._plan.move_graph import Graph, Key, Node, Scope
from ansible_collections.eks.anywhere.plugins.module_utils._plan.move_journal import PHASES, Journal


@dataclasses.dataclass(frozen=True)
class Side:
    """One cluster as observed. ``identity`` is the uid of its kube-system namespace."""

    identity: str
    graph: Graph
    journal: Journal | None = None


@dataclasses.dataclass(frozen=True)
class Facts:
    """Both sides; ``journal`` is the further one of the two, ``clusters`` are the Clusters of the move."""

    source: Side
    target: Side
    scope: Scope
    journal: Journal | None
    clusters: frozenset[Key]

    @property
    def copies(self) -> dict[Key, Node]:
        """Objects in the target that belong to the moving Clusters."""
        return {key: node for key, node in self.target.graph.nodes.items() if node.clusters & self.clusters}

    @property
    def source_clusters(self) -> dict[Key, Node]:
        """Clusters that the source still has."""
        return self.source.graph.clusters

    @property
    def source_active(self) -> list[Key]:
        """Those of them that run."""
        return [key for key, node in self.source_clusters.items() if not content.is_paused(key, node.obj)]

    @property
    def target_active(self) -> list[Key]:
        """Clusters of the move that run in the target."""
        graph = self.target.graph
        return [key for key in self.clusters if key in graph.nodes and not content.is_paused(key, graph.nodes[key].obj)]

    @property
    def deleting(self) -> bool:
        """Whether the source may have lost objects already, by the journal."""
        return bool(self.journal and self.journal.deleting)

    @property
    def ours(self) -> bool:
        """Whether a move is under way: ours by its journal, clusterctl's by its mark on a pause."""
        marked = (
            content.paused_by_mover(key, node.obj)
            for graph in (self.source.graph, self.target.graph)
            for key, node in graph.clusters.items()
        )
        return self.journal is not None or any(marked)


def facts_of(*, source: Side, target: Side, scope: Scope) -> Facts:
    """The facts; a move between other clusters, or of another scope, that is not finished raises."""
    if source.identity == target.identity:
        raise EksaError(
            "Source and target of the move are the same cluster.",
            code="move.same_cluster",
            hint="Give the kubeconfig of the other cluster in to_kubeconfig.",
        )
    journal = _journal(source=source, target=target, scope=scope)
    return Facts(source=source, target=target, scope=scope, journal=journal, clusters=_moving(source, target, journal))


def _journal(*, source: Side, target: Side, scope: Scope) -> Journal | None:
    """The journal of this very move, the further one of two; one of another move that is under way stops us."""
    found: list[Journal] = []
    for side in (source, target):
        journal = side.journal
        if journal is None:
            continue
        other = (journal.source, journal.target) != (source.identity, target.identity)
        if other and journal.phase == "pause":
            continue
        if other:
            raise EksaError(
                f"A move of {journal.name or 'all clusters'} in {scope.namespace} between two other clusters (from"
                f" {journal.source} to {journal.target}) is not finished (phase {journal.phase}).",
                code="move.other_move",
                hint="Finish that move first, with the same two kubeconfigs in the same order.",
            )
        if journal.name != scope.name:
            raise EksaError(
                f"The unfinished move in {scope.namespace} is of {journal.name or 'all clusters'}, not of"
                f" {scope.name or 'all clusters'}.",
                code="move.other_scope",
                hint=f"Finish it first: run with name={journal.name or '(unset)'}.",
            )
        found.append(journal)
    return max(found, key=lambda journal: PHASES.index(journal.phase), default=None)


def _moving(source: Side, target: Side, journal: Journal | None) -> frozenset[Key]:
    """Clusters of the move: in the source, in the journal, or left paused in the target by clusterctl."""
    left = (key for key, node in target.graph.clusters.items() if content.paused_by_mover(key, node.obj))
    return frozenset((*source.graph.clusters, *(journal.clusters if journal else ()), *left))


__all__ = ("Facts", "Side", "facts_of")
