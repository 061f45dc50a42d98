# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Settings that people write by hand: each value checked, all that is wrong collected instead of raised."""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config.finding import shown

Wrong = list[str]
"""What is wrong, as ``path.of.field: rule (found value)``."""


class Settings:
    """One mapping of a settings file. ``where`` is its path in the file, empty for the whole of it."""

    def __init__(self, values: t.Any, *, names: t.Collection[str], where: str, wrong: Wrong) -> None:
        self._values: dict[str, t.Any] = dict(values) if isinstance(values, t.Mapping) else {}
        self._where = where
        self._wrong = wrong
        if values is not None and not isinstance(values, t.Mapping):
            self._say("", "must be a mapping", values)
        for name in self._values:
            if name not in names:
                self._say(str(name), f"is no setting; there are {', '.join(sorted(names))}")

    def path(self, name: str) -> str:
        """A field of this mapping as messages name it."""
        return ".".join(part for part in (self._where, name) if part)

    def given(self, name: str) -> t.Any:
        """The value as it was written, None without one."""
        return self._values.get(name)

    def text(self, name: str, default: str = "") -> str:
        """A text."""
        value = self.given(name)
        if value is None:
            return default
        if not isinstance(value, str) or not value:
            self._say(name, "must be a text", value)
            return default
        return str(value)

    def whole(self, name: str, *, least: int, default: int) -> int:
        """A whole number."""
        value = self.given(name)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            self._say(name, f"must be a whole number, at least {least}", value)
            return default
        return int(value)

    def mapping(self, name: str) -> dict[str, t.Any]:
        """A mapping with names of the user's choice."""
        value = self.given(name)
        if value is None:
            return {}
        if not isinstance(value, t.Mapping):
            self._say(name, "must be a mapping", value)
            return {}
        return {str(key): item for key, item in value.items()}

    def items(self, name: str) -> list[t.Any]:
        """A list."""
        value = self.given(name)
        if value is None:
            return []
        if not isinstance(value, (list, tuple)):
            self._say(name, "must be a list", value)
            return []
        return list(value)

    def refuse(self, name: str, rule: str) -> None:
        """Say that a value breaks a rule that only its reader knows."""
        self._say(name, rule, self.given(name))

    def _say(self, name: str, rule: str, value: t.Any = None) -> None:
        found = f" (found {shown(value)})" if value is not None else ""
        path = self.path(name)
        self._wrong.append(f"{path}: {rule}{found}" if path else f"{rule}{found}")


__all__ = ("Settings", "Wrong")
