# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""One thing a check found out about the datacenter, by the table of what checks can find."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._checks.rules import RULES

ERROR = "error"
WARNING = "warning"


@dataclasses.dataclass(frozen=True)
class Finding:
    """``seen`` and ``expected`` about an ``object``, and the ``fix``; ``code`` is stable."""

    check: str
    object: str
    severity: str
    seen: str
    expected: str
    fix: str
    code: str

    def as_dict(self) -> dict[str, str]:
        """The documented public shape."""
        return dataclasses.asdict(self)

    def __str__(self) -> str:
        expected = f"; expected {self.expected}" if self.expected else ""
        about = "" if self.object in self.seen else f"{self.object}: "
        return f"{about}{self.seen}{expected}."


def found(code: str, *, object: str, **values: t.Any) -> Finding:  # noqa: A002 - the public name of the field
    """The finding of that code, its sentences filled with ``values``."""
    rule = RULES[code]
    known = {"object": object, **values}
    return Finding(
        check=rule.check.format(**known),
        object=object,
        severity=rule.severity,
        seen=rule.seen.format(**known),
        expected=rule.expected.format(**known),
        fix=rule.fix.format(**known),
        code=code,
    )


def errors(findings: t.Iterable[Finding]) -> tuple[Finding, ...]:
    """Those that keep a cluster from being made."""
    return tuple(finding for finding in findings if finding.severity == ERROR)


__all__ = ("ERROR", "WARNING", "Finding", "errors", "found")
