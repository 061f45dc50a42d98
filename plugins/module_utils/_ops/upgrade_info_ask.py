# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Many objects of one API server with few requests, side by side."""

from __future__ import annotations

import concurrent.futures
import dataclasses
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._ports import Kube, Obj

PARALLEL = 8
_BY_NAME = frozenset({"ConfigMap", "Secret"})
"""Lists of these hold much that is nobody's business here."""


@dataclasses.dataclass(frozen=True, order=True)
class Question:
    """One request: an object when it has a ``name``, else all of a kind in a namespace, or in all."""

    api_version: str
    kind: str
    namespace: str = ""
    name: str = ""
    labels: str = ""


def ask(kube: Kube, questions: t.Iterable[Question]) -> list[Obj]:
    """All answers in one list; what does not exist is not in it."""

    def one(question: Question) -> list[Obj]:
        api_version, kind, namespace = question.api_version, question.kind, question.namespace or None
        if not question.name:
            return kube.list(api_version=api_version, kind=kind, namespace=namespace, labels=question.labels)
        found = kube.get(api_version=api_version, kind=kind, name=question.name, namespace=namespace)
        return [found] if found is not None else []

    asked = sorted(set(questions))
    with concurrent.futures.ThreadPoolExecutor(max_workers=PARALLEL) as pool:
        return [obj for found in pool.map(one, asked) for obj in found]


def about(objects: t.Iterable[Obj]) -> set[Question]:
    """Questions that find the live ones of these objects: one for each kind and namespace."""
    places: dict[tuple[str, str, str], list[str]] = {}
    for obj in objects:
        metadata = obj["metadata"]
        place = (obj["apiVersion"], obj["kind"], metadata.get("namespace") or "")
        places.setdefault(place, []).append(metadata["name"])
    return {
        Question(*place, name=name)
        for place, names in places.items()
        for name in (names if len(names) == 1 or place[1] in _BY_NAME else [""])
    }


__all__ = ("Question", "about", "ask")
