# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Reading the status of Kubernetes objects, whatever contract version they follow."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj


@dataclasses.dataclass(frozen=True)
class Condition:
    """One entry of ``status.conditions``; ``status`` is ``True``, ``False`` or ``Unknown``, ``since`` as written."""

    type: str
    status: str
    reason: str = ""
    message: str = ""
    since: str = ""


OLDER_NAMES = {"VirtualMachineProvisioned": "VMProvisioned", "IPAddressClaimsFulfilled": "IPAddressClaimed"}
"""What the v1beta1 contract calls a condition. Only under that name the vSphere provider tells why a task failed, and
what a machine waits for: the newer one it overwrites with a bare ``NotProvisioned`` at the end of each look."""


def conditions(obj: Obj) -> dict[str, Condition]:
    """Conditions by type, of both contracts; of one type the newer wins. Without words it takes the older's.

    Objects of the v1beta1 contract carry the newer ones under ``status.v1beta2``, objects of the v1beta2 contract the
    older ones under ``status.deprecated.v1beta1``.
    """
    status = obj.get("status") or {}
    older = ((status.get("deprecated") or {}).get("v1beta1") or {}).get("conditions") or ()
    newer = (status.get("v1beta2") or {}).get("conditions") or ()
    found = {entry["type"]: _condition(entry) for entry in (*older, *(status.get("conditions") or ()), *newer)}
    for name, older_name in OLDER_NAMES.items():
        if name in found and older_name in found and found[name].status != "True" and not found[name].message:
            found[name] = dataclasses.replace(found[older_name], type=name, status=found[name].status)
    return found


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


def moment(text: str) -> dt.datetime | None:
    """A time as Kubernetes writes it; None for anything else."""
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)


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
        since=str(entry.get("lastTransitionTime") or ""),
    )


__all__ = ("Condition", "conditions", "flat", "is_observed", "is_true", "moment", "not_true", "said")
