# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Manifests that should be in a cluster: first what differs, then the apply of just that."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ops.apply import apply_objects
from ansible_collections.eks.anywhere.plugins.module_utils._ops.rollout import Waiting
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Kube, Obj
from ansible_collections.eks.anywhere.plugins.module_utils._yaml import yaml


@dataclasses.dataclass(frozen=True)
class Difference:
    """Objects whose apply changes something, and how that reads."""

    objects: tuple[Obj, ...] = ()
    actions: tuple[str, ...] = ()
    before: str = ""
    after: str = ""


def difference(kube: Kube, objects: t.Sequence[Obj], *, waiting: Waiting) -> Difference:
    """Ask the server what an apply would change, without changing it."""
    planned = apply_objects(objects, kube=kube, clock=waiting.clock, report=waiting.report, check_mode=True)
    operations = [entry["operation"] for entry in planned.data["objects"]]
    changing = tuple(obj for obj, operation in zip(objects, operations, strict=True) if operation != "unchanged")
    return Difference(changing, planned.actions, planned.before, planned.after)


def apply(kube: Kube, objects: t.Sequence[Obj], *, waiting: Waiting) -> None:
    """Apply, in the order that objects need each other."""
    if objects:
        apply_objects(objects, kube=kube, clock=waiting.clock, report=waiting.report, check_mode=False)


def documents(text: str, *, origin: str) -> list[Obj]:
    """Objects of a manifest; lists are taken apart, empty documents left out."""
    try:
        loaded = list(yaml.load_all(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
    except yaml.YAMLError as exc:
        # Only the place: the parser's words quote the line, which may hold a secret.
        mark = getattr(exc, "problem_mark", None)
        place = f" (line {mark.line + 1})" if mark else ""
        raise EksaError(f"{origin} is not valid YAML{place}.", code="manifest.invalid", hint="Fetch it again.") from exc
    objects: list[Obj] = []
    for document in loaded:
        if not document:
            continue
        if not isinstance(document, dict) or not document.get("kind"):
            raise EksaError(f"{origin} holds a document without kind.", code="manifest.invalid", hint="Fetch it again.")
        objects += document["items"] if document["kind"] == "List" else [document]
    return objects


__all__ = ("Difference", "apply", "difference", "documents")
