# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""One thing to say about a cluster config: where, what, how serious."""

from __future__ import annotations

import dataclasses
import typing as t

ERROR = "error"
WARNING = "warning"

_SHOWN_CHARACTERS = 60


@dataclasses.dataclass(frozen=True)
class Finding:
    """``message`` states the rule that ``value``, found at ``path`` (source ``line``, 0 when unknown), breaks.

    ``on_create`` marks a warning that becomes an error when a cluster is made or changed: the vendor's parser accepts
    such a config, its create command does not.
    """

    path: str
    message: str
    severity: str = ERROR
    line: int = 0
    value: str = ""
    on_create: bool = False

    def as_dict(self) -> dict[str, t.Any]:
        """The documented public shape."""
        return {"path": self.path, "message": self.message, "severity": self.severity, "line": self.line}

    def __str__(self) -> str:
        where = f"line {self.line}: " if self.line else ""
        found = f" (found {self.value})" if self.value else ""
        return f"{where}{self.path}: {self.message}{found}"


def shown(value: t.Any) -> str:
    """A value as messages quote it: short, on one line, empty for something absent."""
    if value is None:
        return ""
    text = repr(value)
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}..."


def obstacles(findings: t.Iterable[Finding]) -> list[Finding]:
    """Those that keep a cluster from being made."""
    return [finding for finding in findings if finding.severity == ERROR or finding.on_create]


__all__ = ("ERROR", "WARNING", "Finding", "obstacles", "shown")
