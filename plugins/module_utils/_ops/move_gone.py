# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""A source that was lost in the middle of a move: the move ends without it when the target holds everything."""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._plan import move_journal as journals
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Kube, Obj


class GoneKube:
    """The Kube port of a cluster that is no more: it has its identity and nothing else, and keeps nothing."""

    calls = 0

    def __init__(self, identity: str) -> None:
        self._identity = identity

    def get(self, *, api_version: str, kind: str, name: str, **_place: t.Any) -> Obj | None:
        """The namespace whose uid is the identity of a cluster."""
        if (kind, name) != ("Namespace", "kube-system"):
            return None
        return {"apiVersion": api_version, "kind": kind, "metadata": {"name": name, "uid": self._identity}}

    def list(self, **_query: t.Any) -> list[Obj]:
        """None of any kind."""
        return []

    def apply(self, obj: Obj, **_how: t.Any) -> Obj:
        """What is kept there is kept nowhere."""
        return obj

    def create(self, obj: Obj) -> Obj:
        """As ``apply``."""
        return obj

    def merge(self, *, kind: str, name: str, **_change: t.Any) -> Obj:
        """There is nothing to change."""
        raise EksaError(f"{kind} {name} does not exist: its cluster was lost.", code="kube.not_found")

    def delete(self, **_which: t.Any) -> bool:
        """It was not there."""
        return False


def source(*, lost: bool, target: Kube, connect: t.Callable[[], Kube]) -> Kube:
    """The source of a move; of one that was lost what the target's journals know, if they say that it can be missed."""
    if not lost:
        return connect()
    listed = target.list(api_version="v1", kind="ConfigMap", labels=journals.SELECTOR)
    found = [journal for journal in map(journals.parsed, listed) if journal is not None]
    origins = {journal.source for journal in found}
    if len(origins) == 1 and all(journal.deleting for journal in found):
        return GoneKube(origins.pop())
    phases = ", ".join(sorted({journal.phase for journal in found})) or "none"
    raise EksaError(
        f"Without its source the move cannot end: the target may lack objects (phase in its journal: {phases}).",
        code="move.source_needed",
        hint="Bring the source back. If that is impossible, restore the objects from the backup of the move.",
        details={"phases": phases},
    )


__all__ = ("GoneKube", "source")
