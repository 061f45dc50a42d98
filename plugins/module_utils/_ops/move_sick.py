# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Why clusters cannot be moved yet: the explainer's word on what a look at their side of the move holds already."""

from __future__ import annotations

import dataclasses
import datetime as dt

from ansible_collections.eks.anywhere.plugins.module_utils._plan.move_graph import Graph
from ansible_collections.eks.anywhere.plugins.module_utils._wait.cause import Cause
from ansible_collections.eks.anywhere.plugins.module_utils._wait.observation import Observation
from ansible_collections.eks.anywhere.plugins.module_utils._wait.why import why

NEXT = "A machine that will not come up may be deleted instead. Nothing has been paused yet: run the move again then."
UNKNOWN = f"The playbook why says more of that cluster; mend what it names. {NEXT}"
"""What to do when the objects of a move do not tell what is wrong."""


def sickness(graph: Graph, *, at: dt.datetime) -> Cause | None:
    """The cause of the first cluster that is not well, and what to do before it can move; None when none is known."""
    for key in sorted(graph.clusters):
        mine = tuple(node.obj for node in graph.nodes.values() if key in node.clusters)
        found = why(Observation(key.name, key.namespace, management=mine, at=at))
        if not found.ready and not found.under_way:
            return dataclasses.replace(found, fix=f"{found.fix} {NEXT}".strip())
    return None


__all__ = ("sickness",)
