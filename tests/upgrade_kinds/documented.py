# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of kinds of changes as the guide shows it."""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.tests.upgrade_kinds.kind import CP, MD, Kind

BEGIN, END = ".. The kinds of changes begin here.", ".. The kinds of changes end here."


def documented(kinds: t.Sequence[Kind]) -> str:
    """What replaces machines, what replaces none, what is refused; each in the order of the table."""
    blocks = (
        ("These replace machines:", "Machines that go", [kind for kind in kinds if _gone(kind)]),
        ("These are refused:", "Code", [kind for kind in kinds if kind.refused]),
    )
    parts = [BEGIN, *(_table(*block) for block in blocks)]
    rest = [f"- {kind.title}" for kind in kinds if not kind.refused and not _gone(kind)]
    return "\n\n".join([*parts, "These replace none:", "\n".join(rest), END])


def _table(title: str, column: str, kinds: t.Sequence[Kind]) -> str:
    rows = [
        ("Change", column),
        *((kind.title, f"``{kind.refused}``" if kind.refused else _gone(kind)) for kind in kinds),
    ]
    head = f"{title}\n\n.. list-table::\n   :header-rows: 1\n"
    return "\n".join([head, *(f"   * - {first}\n     - {second}" for first, second in rows)])


def _gone(kind: Kind) -> str:
    said = [f"all of the {_named(part)}" for part in (*kind.rolls, *kind.removed)]
    said += [f"{count} of the {_named(part)}" for part, count in kind.fewer.items()]
    return ", ".join(said)


def _named(part: str) -> str:
    return {CP: "control plane", MD: "workers"}.get(part) or f"group ``{part.partition('/')[2]}``"


__all__ = ("BEGIN", "END", "documented")
