# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Drains that a PodDisruptionBudget blocks, as the Machine controller tells of them."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.plugins.module_utils._wait.conditions import conditions, moment, said

EXCLUDED = "machine.cluster.x-k8s.io/exclude-node-draining"
"""Annotation of a Machine that is not to be drained before it goes."""

_BUDGET = re.compile(r"disruption budget", re.IGNORECASE)
_BUDGET_NAME = re.compile(r"[Tt]he disruption budget ([\w.-]+) needs")
_EVICTED = re.compile(r"\b[Pp]ods? ([^:]+): cannot evict")
_POD = re.compile(r"([a-z0-9][a-z0-9-]*)/[a-z0-9]")


@dataclasses.dataclass(frozen=True)
class BlockedDrain:
    """A Machine that cannot be emptied; ``words`` are its controller's, ``since`` is when the drain began."""

    machine: Obj = dataclasses.field(repr=False)
    words: str
    since: str

    @property
    def name(self) -> str:
        """Name of the Machine."""
        return str(self.machine["metadata"]["name"])

    @property
    def node(self) -> str:
        """Name of its node."""
        return str(((self.machine.get("status") or {}).get("nodeRef") or {}).get("name") or self.name)

    @property
    def pods(self) -> str:
        """``pod shop/web-1``-like names as the controller lists them; empty when it names none."""
        found = _EVICTED.search(self.words)
        return found.group(1) if found else ""

    @property
    def namespaces(self) -> tuple[str, ...]:
        """Where those pods live."""
        return held_namespaces(self.words)

    @property
    def budget(self) -> str:
        """Name of the PodDisruptionBudget; empty when it is not told."""
        found = _BUDGET_NAME.search(self.words)
        return found.group(1) if found else ""

    @property
    def sentence(self) -> str:
        """``node w01-x cannot be drained: PodDisruptionBudget web does not let shop/web-1 go``."""
        which = f"PodDisruptionBudget {self.budget}" if self.budget else "a PodDisruptionBudget"
        return f"node {self.node} cannot be drained: {which} does not let {self.pods or 'its pods'} go"

    def lasts(self, seconds: float, *, at: dt.datetime) -> bool:
        """Whether the drain began so long ago. One of which nobody knows when it began has just done so."""
        began = moment(self.since)
        return began is not None and (at - began).total_seconds() >= seconds


def blocked(machine: Obj) -> BlockedDrain | None:
    """What blocks the drain of a Machine; None while it gets on, or when it is not drained at all."""
    found = conditions(machine)
    for kind in ("Deleting", "DrainingSucceeded"):
        if kind in found and _BUDGET.search(found[kind].message):
            return BlockedDrain(machine, said(found[kind]), _began(machine) or found[kind].since)
    return None


def held_namespaces(message: str) -> tuple[str, ...]:
    """Namespaces of the pods that cannot be evicted, as a message about a drain lists them."""
    return tuple(dict.fromkeys(space for pods in _EVICTED.findall(message) for space in _POD.findall(pods)))


def is_excluded(machine: Obj) -> bool:
    """Whether the Machine goes without being drained."""
    return EXCLUDED in (machine["metadata"].get("annotations") or {})


def _began(machine: Obj) -> str:
    """Kept by the controller on the Machine, so that a second run does not count anew."""
    deletion: t.Any = (machine.get("status") or {}).get("deletion") or {}
    return str(deletion.get("nodeDrainStartTime") or "")


__all__ = ("EXCLUDED", "BlockedDrain", "blocked", "held_namespaces", "is_excluded")
