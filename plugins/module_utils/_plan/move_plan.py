# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""How far a move has come, and what is left of it, as values."""

from __future__ import annotations

import dataclasses
import enum
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._plan.move_graph import Key, Node
from ansible_collections.eks.anywhere.plugins.module_utils._plan.move_journal import Journal

Groups = tuple[tuple[Node, ...], ...]


class State(enum.StrEnum):
    """How far a move has come."""

    ACTIVE = "S0"
    PAUSED = "S1"
    COPYING = "S2"
    DELETING = "S3"
    RESUMING = "S4"
    DONE = "S5"


class Stage(enum.IntEnum):
    """What comes next, in this order; moves that go together take each step together."""

    HOLD = 0
    COPY = 1
    DELETE = 2
    RESUME = 3
    SETTLE = 4
    NONE = 5


_STAGES = {
    State.ACTIVE: Stage.HOLD,
    State.PAUSED: Stage.COPY,
    State.COPYING: Stage.COPY,
    State.DELETING: Stage.DELETE,
    State.RESUMING: Stage.RESUME,
}


@dataclasses.dataclass(frozen=True)
class MovePlan:
    """What is left, in the order of the fields. ``restamp``: copies without the original's record of field managers."""

    state: State
    clusters: tuple[Key, ...]
    journal: Journal | None
    pause: tuple[Node, ...] = ()
    create: Groups = ()
    restamp: tuple[Node, ...] = ()
    delete: Groups = ()
    resume: tuple[Key, ...] = ()
    uids: t.Mapping[str, str] = dataclasses.field(default_factory=dict)

    @property
    def stage(self) -> Stage:
        """What has to be done next."""
        if self.pause or self.blocked:
            return Stage.HOLD
        return _STAGES.get(self.state, Stage.SETTLE if self.journal else Stage.NONE)

    @property
    def actions(self) -> tuple[str, ...]:
        """The steps in plain words."""
        counted = (
            ("pause", len(self.pause), "object in the source"),
            ("create", sum(map(len, self.create)), "object in the target"),
            ("delete", sum(map(len, self.delete)), "object from the source"),
            ("resume", len(self.resume), "object in the target"),
        )
        words = [f"{verb} {_count(count, what)}" for verb, count, what in counted if count]
        return (*words, *(("remove the journal",) if self.journal and not words else ()))

    @property
    def moving(self) -> tuple[str, ...]:
        """Labels of what still goes to the target, and of what is resumed there."""
        labels = [node.key.label for group in (*self.create, *self.delete) for node in group]
        return tuple(dict.fromkeys((*labels, *(key.label for key in self.resume))))

    @property
    def kept(self) -> tuple[str, ...]:
        """Labels of what is copied but stays in the source as well."""
        going = {node.key for group in self.delete for node in group}
        return tuple(node.key.label for group in self.create for node in group if node.key not in going)

    @property
    def blocked(self) -> tuple[Node, ...]:
        """Objects whose provider asks to wait before they are copied."""
        return tuple(node for group in self.create for node in group if node.blocking)


def _count(count: int, what: str) -> str:
    noun, place = what.split(" ", 1)
    return f"{count} {noun}{'' if count == 1 else 's'} {place}"


__all__ = ("Groups", "MovePlan", "Stage", "State")
