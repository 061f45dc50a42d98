# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""States of a move that only a person can settle, each as the error that says so."""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._plan import move_content as content
from ansible_collections.eks.anywhere.plugins.module_utils._plan.move_facts import Facts
from ansible_collections.eks.anywhere.plugins.module_utils._plan.move_graph import Graph, Key, Node
from ansible_collections.eks.anywhere.plugins.module_utils._plan.move_inventory import machine_faults, machines_of


def foreign_pause(facts: Facts) -> None:
    """A Cluster that somebody paused on purpose must not be resumed by us in the end."""
    foreign = [
        key
        for key, node in facts.source_clusters.items()
        if content.has_pause_annotation(node.obj)
        or (not facts.journal and content.is_paused(key, node.obj) and not content.paused_by_mover(key, node.obj))
    ]
    if foreign:
        raise EksaError(
            f"{names(foreign)}: paused in the source, and not by a move.",
            code="move.paused_by_other",
            hint="Find out why, resume it (spec.paused and the annotation cluster.x-k8s.io/paused), then run again.",
        )


def stuck(graph: Graph) -> None:
    """An object whose owner stays behind would arrive as an orphan."""
    if graph.stuck:
        raise EksaError(
            "These objects belong to the move but cannot go along: "
            + "; ".join(f"{key.label} ({why})" for key, why in graph.stuck)
            + ".",
            code="move.owner_left_behind",
            hint="Label the owner's kind or object with clusterctl.cluster.x-k8s.io/move, or remove the reference.",
        )


def deletions(nodes: t.Iterable[Node]) -> None:
    """A copy of an object that is being deleted would live on."""
    deleting = [node.key for node in nodes if node.deleting]
    if deleting:
        raise EksaError(
            f"{names(deleting)}: being deleted in the source, whose clusters are paused, so this cannot end.",
            code="move.object_deleting",
            hint="Nothing is deleted by the move yet: resume the source's Clusters, wait for the deletion, run again.",
        )


def strangers(nodes: t.Sequence[Node]) -> None:
    """What is in the source and was never copied is not ours to delete."""
    if nodes:
        raise EksaError(
            f"{names(sorted({node.key for node in nodes}))}: in the source, but not what was copied to the target.",
            code="move.unaccounted",
            hint="Something changed the source during the move; keep it paused and compare both sides before deleting.",
        )


def different(differing: t.Mapping[Key, t.Sequence[str]]) -> None:
    """Copies that are not equal to their originals, with the fields."""
    if differing:
        told = "; ".join(f"{key.label} ({', '.join(paths[:3])})" for key, paths in sorted(differing.items())[:5])
        raise EksaError(
            f"{len(differing)} copies in the target are not equal to their originals in the source: {told}.",
            code="move.unaccounted",
            hint="Nothing of these is deleted yet. Find out what changes them in the target, then run again.",
        )


def lost(facts: Facts) -> None:
    """Everything that the journal has as copied must be in the target, and each machine be the one that it was.

    A target that somebody resumed changes by itself, so of it nothing can be said any more.
    """
    if not facts.deleting or facts.journal is None or facts.target_active:
        return
    gone = [key for key in facts.journal.objects if key not in facts.target.graph.seen]
    if gone:
        raise EksaError(
            f"{names(sorted(gone))}: copied to the target, but not there any more.",
            code="move.unaccounted",
            hint="Keep both sides paused. Restore what is lost, from the backup or the source, then run again.",
        )
    faults = machine_faults(wanted=facts.journal.machines, found=machines_of(facts.copies.values()))
    if faults:
        raise EksaError(
            f"The machines in the target are not those of the source: {'; '.join(faults[:5])}.",
            code="move.unaccounted",
            hint="Keep both sides paused: one virtual machine would get two owners, or none. Mend the named objects.",
        )


def names(keys: t.Iterable[Key], *, most: int = 5) -> str:
    """Labels for a sentence, the first few of many."""
    labels = [key.label for key in keys]
    more = f" and {len(labels) - most} more" if len(labels) > most else ""
    return ", ".join(labels[:most]) + more if labels else "nothing"


__all__ = ("deletions", "different", "foreign_pause", "lost", "names", "strangers", "stuck")
