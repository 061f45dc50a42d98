# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""The journal of a move: a ConfigMap in both clusters that says what is under way, for whoever has to take over.

It decides nothing that can be observed. It settles what cannot: that a pause is ours, which side of a half-done move is
the truth, and which very objects (by uid) may be deleted from the source.
"""

from __future__ import annotations

import dataclasses
import json
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._plan.move_graph import Key
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj

NAME = "eks-anywhere-capi-move"
LABELS = {"app.kubernetes.io/managed-by": "eks-anywhere", "app.kubernetes.io/component": "capi-move"}
SELECTOR = "app.kubernetes.io/component=capi-move"
FORMAT = "2"
LIMIT = 900_000
"""An object of Kubernetes may hold 1 MiB."""

Phase = t.Literal["pause", "create", "delete", "resume"]
PHASES: tuple[Phase, ...] = ("pause", "create", "delete", "resume")


@dataclasses.dataclass(frozen=True)
class Journal:
    """``source`` and ``target`` are cluster identities; ``objects`` maps what moves to its uid in the source,
    ``machines`` what stands for a virtual machine to the identity of that.
    """

    source: str
    target: str
    phase: Phase
    name: str | None = None
    group: int = 0
    clusters: tuple[Key, ...] = ()
    objects: t.Mapping[Key, str] = dataclasses.field(default_factory=dict)
    machines: t.Mapping[Key, str] = dataclasses.field(default_factory=dict)

    @property
    def deleting(self) -> bool:
        """Whether the source may have lost objects already."""
        return PHASES.index(self.phase) >= PHASES.index("delete")

    def at(self, phase: Phase, *, group: int = 0) -> Journal:
        """The same move, further on."""
        return dataclasses.replace(self, phase=phase, group=group)


def rendered(journal: Journal, *, namespace: str) -> Obj:
    """The ConfigMap."""
    objects, machines = _lines(journal.objects), _lines(journal.machines)
    size = len(objects) + len(machines)
    if size > LIMIT:
        raise EksaError(
            f"{len(journal.objects)} objects are too many for one move's journal ({size} of {LIMIT} bytes).",
            code="move.too_many_objects",
            hint="Move the clusters one by one with the option name.",
        )
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": NAME, "namespace": namespace, "labels": dict(LABELS)},
        "data": {
            "format": FORMAT,
            "source": journal.source,
            "target": journal.target,
            "name": journal.name or "",
            "clusters": "\n".join(_line(key) for key in journal.clusters),
            "objects": objects,
            "machines": machines,
            "phase": journal.phase,
            "group": json.dumps(journal.group),
        },
    }


def parsed(config_map: Obj | None) -> Journal | None:
    """The journal that a ConfigMap holds; None without one. One of another format stops us: a newer release moves."""
    if config_map is None:
        return None
    data = config_map.get("data") or {}
    phase = data.get("phase")
    if data.get("format") != FORMAT or phase not in PHASES:
        raise EksaError(
            f"The move journal {NAME} has format {data.get('format')!r} and phase {phase!r}; this release knows"
            f" format {FORMAT!r} and the phases {', '.join(PHASES)}.",
            code="move.journal_unknown",
            hint="Finish the move with the release that began it.",
        )
    return Journal(
        source=data["source"],
        target=data["target"],
        phase=phase,
        name=data.get("name") or None,
        group=json.loads(data["group"]),
        clusters=tuple(_key(line) for line in (data.get("clusters") or "").splitlines()),
        objects=_table(data.get("objects") or ""),
        machines=_table(data.get("machines") or ""),
    )


def _lines(table: t.Mapping[Key, str]) -> str:
    return "\n".join(f"{_line(key)} {value}" for key, value in sorted(table.items()))


def _table(text: str) -> dict[Key, str]:
    lines = (line.rsplit(" ", 1) for line in text.splitlines())
    return {_key(name): value for name, value in lines}


def _line(key: Key) -> str:
    return "/".join(key)


def _key(line: str) -> Key:
    group, kind, namespace, name = line.split("/", 3)
    return Key(group=group, kind=kind, namespace=namespace, name=name)


__all__ = ("NAME", "PHASES", "SELECTOR", "Journal", "Phase", "parsed", "rendered")
