# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Which objects an apply may change, told from lists of live ones: no request for each object.

It errs on the side of suspicion: what a server normalises (durations, quantities) looks like a change here, and a dry
run then tells. The other way round nothing is missed: fields that were ours and are no longer rendered are found in
what the server noted down about their owner.
"""

from __future__ import annotations

import base64
import json
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._plan.content import differences
from ansible_collections.eks.anywhere.plugins.module_utils._plan.machines import Name, key
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj

OWNER = "eks-a-cli"
"""Field manager of everything that is applied here."""

_HEAD = frozenset({"apiVersion", "kind", "metadata", "status"})
_METADATA = ("annotations", "labels")


def suspects(live: t.Mapping[Name, Obj], wanted: t.Iterable[Obj]) -> list[Obj]:
    """Objects that are not there, or may be changed by applying them."""
    return [obj for obj in wanted if key(obj) not in live or may_change(live[key(obj)], obj)]


def may_change(live: Obj, wanted: Obj) -> bool:
    """Whether applying may change the live object."""
    asked = _as_stored(wanted)
    bodies = [name for name in asked if name not in _HEAD]
    if any(differences(live.get(name), asked[name], path=name) for name in bodies):
        return True
    before, after = live["metadata"], asked["metadata"]
    if any(differences(before.get(name), after.get(name), path=name) for name in _METADATA if after.get(name)):
        return True
    return _owned_and_dropped(live, asked)


def _as_stored(obj: Obj) -> Obj:
    """A Secret as a server keeps it."""
    if not obj.get("stringData"):
        return obj
    encoded = {name: base64.b64encode(value.encode()).decode() for name, value in obj["stringData"].items()}
    return {
        **{name: value for name, value in obj.items() if name != "stringData"},
        "data": {**(obj.get("data") or {}), **encoded},
    }


def _owned_and_dropped(live: Obj, wanted: Obj) -> bool:
    """Whether a field that was applied before is no longer wanted. Of another API version nothing can be told."""
    entries = live["metadata"].get("managedFields") or ()
    return any(
        _lacks(entry.get("fieldsV1") or {}, wanted)
        for entry in entries
        if (entry.get("manager"), entry.get("operation"), entry.get("subresource", "")) == (OWNER, "Apply", "")
        and entry.get("apiVersion") == wanted["apiVersion"]
    )


def _lacks(fields: t.Mapping[str, t.Any], value: t.Any) -> bool:
    """Whether one of these fields, in the notation of ``fieldsV1``, is not in a value."""
    return any(_lacks_one(name[:2], name[2:], below, value) for name, below in fields.items() if name != ".")


def _lacks_one(sort: str, name: str, below: t.Mapping[str, t.Any], value: t.Any) -> bool:
    if sort == "f:":
        return not isinstance(value, dict) or name not in value or _lacks(below, value[name])
    if sort == "k:":
        keys = json.loads(name)
        found = [item for item in value or () if isinstance(item, dict) and _has(item, keys)]
        return not found or _lacks(below, found[0])
    if sort == "v:":
        return json.loads(name) not in (value or ())
    return False


def _has(item: t.Mapping[str, t.Any], keys: t.Mapping[str, t.Any]) -> bool:
    """A part of the key that is not written is a default, as the protocol of a port."""
    return all(item.get(name, value) == value for name, value in keys.items())


__all__ = ("OWNER", "may_change", "suspects")
