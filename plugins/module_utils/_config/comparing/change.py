# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""One document before and after, and the words that rules about it are written in."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config.checks.scope import Data, dig
from ansible_collections.eks.anywhere.plugins.module_utils._config.finding import ERROR, WARNING, Finding, shown
from ansible_collections.eks.anywhere.plugins.module_utils._config.reading import Source

PAUSED = "anywhere.eks.amazonaws.com/paused"
IMMUTABLE = "field is immutable"

_MANAGED_BY = "anywhere.eks.amazonaws.com/managed-by"


@dataclasses.dataclass(frozen=True)
class Change:
    """The same document, as it is and as it shall be."""

    old: Source
    new: Source

    def refused(self, field: str, message: str = IMMUTABLE) -> Finding:
        """A webhook refuses the new value of a field."""
        return self._finding(field, message, ERROR)

    def obstacle(self, field: str, message: str) -> Finding:
        """The upgrade command refuses the new value of a field."""
        found = self._finding(field, f"{message} (refused when a cluster is upgraded)", WARNING)
        return dataclasses.replace(found, on_create=True)

    def _finding(self, field: str, message: str, severity: str) -> Finding:
        value = dig(self.new.data, field)
        quoted = "" if isinstance(value, (dict, list)) else shown(value)
        return Finding(self.new.path(field), message, severity, self.new.line(field), quoted)


Rule = t.Callable[[Change], t.Iterator[Finding]]
Condition = t.Callable[[Change], bool]
Key = t.Callable[[t.Any], object]
"""Turns a value into what upstream compares: equal keys, no change."""


def annotation(source: Source, name: str) -> str | None:
    """An annotation, or None."""
    found: str | None = (dig(source.data, "metadata.annotations") or {}).get(name)
    return found


def paused(change: Change) -> bool:
    """Whether the controller leaves the object alone, as it is now."""
    return annotation(change.old, PAUSED) == "true"


def managed(change: Change) -> bool:
    """Whether the object, as it is now, belongs to a workload cluster."""
    return bool(annotation(change.old, _MANAGED_BY))


def never(change: Change) -> bool:
    """No exception."""
    return False


def text(value: t.Any) -> object:
    """A string; absent is empty."""
    return value or ""


def number(value: t.Any) -> object:
    """A number; absent is zero."""
    return value or 0


def flag(value: t.Any) -> object:
    """A switch; absent is off."""
    return bool(value)


def strings(value: t.Any) -> object:
    """Strings in any order."""
    return sorted(value or ())


def exact(value: t.Any) -> object:
    """The value with the order of its lists; empty strings inside objects count as absent, an empty object does not."""
    if isinstance(value, dict):
        return {key: exact(item) for key, item in value.items() if item not in ("", None)}
    return [exact(item) for item in value] if isinstance(value, list) else value


def records(value: t.Any) -> list[Data]:
    """The objects of a list; nothing else is looked at in kinds whose shape is not checked."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def struct(**fields: Key) -> Key:
    """An object of which only these fields count; absent is empty."""

    def key(value: t.Any) -> object:
        found = value if isinstance(value, dict) else {}
        return tuple(of(found.get(name)) for name, of in fields.items())

    return key


def pointer(**fields: Key) -> Key:
    """The same for an object whose presence counts, too."""
    inner = struct(**fields)
    return lambda value: None if value is None else inner(value)


def immutable(field: str, key: Key = text, *, unless: Condition = never, named: str = "") -> Rule:
    """The rule that a field keeps its value; ``named`` is the field to show where a deeper one is compared."""

    def rule(change: Change) -> t.Iterator[Finding]:
        if not unless(change) and key(dig(change.old.data, field)) != key(dig(change.new.data, field)):
            yield change.refused(named or field)

    return rule


def immutables(fields: t.Mapping[str, Key], *, unless: Condition = never) -> tuple[Rule, ...]:
    """The same for several fields of ``spec``."""
    return tuple(immutable(f"spec.{field}", key, unless=unless) for field, key in fields.items())


__all__ = (
    "IMMUTABLE",
    "PAUSED",
    "Change",
    "Condition",
    "Key",
    "Rule",
    "annotation",
    "exact",
    "flag",
    "immutable",
    "immutables",
    "managed",
    "never",
    "number",
    "paused",
    "pointer",
    "records",
    "strings",
    "struct",
    "text",
)
