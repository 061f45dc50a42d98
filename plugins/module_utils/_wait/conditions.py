# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Reading the status of Kubernetes objects, whatever contract version they follow."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj


@dataclasses.dataclass(frozen=True)
class Condition:
    """One entry of ``status.conditions``; ``status`` is ``True``, ``False`` or ``Unknown``."""

    type: str
    status: str
    reason: str = ""
    message: str = ""


def conditions(obj: Obj) -> dict[str, Condition]:
    """Conditions by type. Objects of the v1beta1 contract carry the newer ones under ``status.v1beta2``; those win."""
    status = obj.get("status") or {}
    newer = (status.get("v1beta2") or {}).get("conditions") or ()
    return {entry["type"]: _condition(entry) for entry in (*(status.get("conditions") or ()), *newer)}


def is_true(obj: Obj, kind: str) -> bool:
    """Whether a condition is there and ``True``."""
    found = conditions(obj).get(kind)
    return found is not None and found.status == "True"


def not_true(obj: Obj, *kinds: str) -> Condition | None:
    """The first of these conditions that is there and not ``True``."""
    present = conditions(obj)
    return next((present[kind] for kind in kinds if kind in present and present[kind].status != "True"), None)


def is_observed(obj: Obj) -> bool:
    """Whether the controller has seen the latest specification, so that the status speaks of it."""
    generation = (obj.get("metadata") or {}).get("generation")
    return generation is None or (obj.get("status") or {}).get("observedGeneration") == generation


def said(condition: Condition) -> str:
    """What a condition says, in one line; its reason when it has no message."""
    return flat(condition.message) or condition.reason


def flat(text: str) -> str:
    """A message of several lines and bullets as one line."""
    lines = (re.sub(r"^[*\-\s]+", "", line).strip() for line in text.splitlines())
    return re.sub(r":; ", ": ", "; ".join(line for line in lines if line))


def _condition(entry: t.Mapping[str, t.Any]) -> Condition:
    return Condition(
        type=entry["type"],
        status=str(entry.get("status", "Unknown")),
        reason=str(entry.get("reason") or ""),
        message=str(entry.get("message") or ""),
    )


__all__ = ("Condition", "conditions", "flat", "is_observed", "is_true", "not_true", "said")
