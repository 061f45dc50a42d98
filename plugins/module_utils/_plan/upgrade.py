# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""The upgrade of a cluster as ordered phases: which are done follows from what was observed, alone."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._plan.create import Phase
from ansible_collections.eks.anywhere.plugins.module_utils._plan.parts import CONTROL_PLANE, ETCD
from ansible_collections.eks.anywhere.plugins.module_utils._plan.rolling import Part

PHASES = (
    "backup",
    "providers",
    "networking",
    "etcd",
    "control_plane",
    "workers",
    "cluster_objects",
    "pruned",
    "eksa_components",
    "eksa_objects",
    "config_file",
)
_WORTH_A_BACKUP = PHASES[PHASES.index("providers") : PHASES.index("cluster_objects")]
_NAMED = 3
"""How many objects a phase names before it counts."""


@dataclasses.dataclass(frozen=True)
class Component:
    """Something with a version. ``before`` is empty where it is not installed yet."""

    name: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.name} {self.before or 'new'} -> {self.after}"

    def as_dict(self) -> dict[str, str]:
        """The documented public shape."""
        return {"name": self.name, "from": self.before, "to": self.after}


@dataclasses.dataclass(frozen=True)
class PartState:
    """One part of the cluster: what the config changes about it, and what of an earlier change is still under way.

    ``objects`` are those to be written; ``missing`` says why its machines are not at rest, or nothing.
    """

    part: Part = dataclasses.field(default_factory=Part)
    objects: tuple[str, ...] = ()
    missing: str = ""
    created: bool = False

    @property
    def done(self) -> bool:
        """Whether nothing is left to do."""
        return not (self.created or self.part.rolls or self.part.scaled or self.objects or self.missing)

    @property
    def detail(self) -> str:
        """What is left, in a few words; empty when nothing is."""
        said = ["new"] if self.created else []
        if self.part.rolls:
            said.append("machines are replaced" if self.part.replaces else "machines are upgraded in place")
        if self.part.scaled:
            said.append("{} -> {} machines".format(*self.part.scaled))
        if not said and self.objects:
            said.append(f"{listed(self.objects)} changes in place")
        return ", ".join([*said, *([self.missing] if self.missing else [])])


@dataclasses.dataclass(frozen=True)
class Observed:
    """One look at a cluster and the cluster that manages it: what differs from what is wanted, nothing where empty.

    ``parts`` go by the names of ``_plan.parts``; ``backup`` is where a backup is to be written, if it is not there.
    """

    components: tuple[Component, ...] = ()
    network: tuple[str, ...] = ()
    parts: t.Mapping[str, PartState] = dataclasses.field(default_factory=dict)
    rest: tuple[str, ...] = ()
    leftovers: tuple[str, ...] = ()
    definitions: tuple[str, ...] = ()
    described: tuple[str, ...] = ()
    config_file: str = ""
    backup: str = ""

    @property
    def workers(self) -> dict[str, PartState]:
        """Worker groups by the name of their part, in order."""
        return {name: state for name, state in self.parts.items() if name not in (ETCD, CONTROL_PLANE)}


def phases(observed: Observed) -> tuple[Phase, ...]:
    """Every phase in order, done or not."""
    workers = {name: state for name, state in observed.workers.items() if not state.done}
    left = {
        "providers": ", ".join(map(str, observed.components)),
        "networking": listed(observed.network),
        ETCD: observed.parts.get(ETCD, PartState()).detail,
        CONTROL_PLANE: observed.parts.get(CONTROL_PLANE, PartState()).detail,
        "workers": "; ".join(f"{name.partition('/')[2]}: {state.detail}" for name, state in workers.items()),
        "cluster_objects": listed(observed.rest),
        "pruned": listed(observed.leftovers),
        "eksa_components": listed(observed.definitions),
        "eksa_objects": listed(observed.described),
        "config_file": observed.config_file,
    }
    left["backup"] = observed.backup if any(left[name] for name in _WORTH_A_BACKUP) else ""
    return tuple(Phase(name, done=not left[name], detail=left[name]) for name in PHASES)


def no_return(observed: Observed, remaining: t.Collection[str]) -> str:
    """The first phase after which going back to what was is impossible; empty when there is always a way back.

    Providers convert what they store, members of etcd their data, and API servers of an older version do not read
    what newer ones wrote.
    """
    versions = {name: any(".version" in reason for reason in state.part.reasons) for name, state in _first(observed)}
    final = {"providers": bool(observed.components), **versions}
    return next((name for name in PHASES if name in remaining and final.get(name)), "")


def _first(observed: Observed) -> list[tuple[str, PartState]]:
    return [(name, observed.parts[name]) for name in (ETCD, CONTROL_PLANE) if name in observed.parts]


def listed(names: t.Sequence[str]) -> str:
    """A few names, and how many more there are."""
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")


__all__ = ("PHASES", "Component", "Observed", "PartState", "listed", "no_return", "phases")
