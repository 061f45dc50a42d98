# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""What people are shown of a fleet's checks: all that is wrong, then one table."""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._ops.validate_logins import Member
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Reporter


def show(members: t.Sequence[Member], report: Reporter) -> None:
    """What is wrong by cluster, errors first, then one table of all."""
    for member in members:
        for finding in sorted(member.findings, key=lambda one: one.severity):
            report.line(f"{member.name}: {finding.severity}: {finding} {finding.fix}")
    for line in table(members):
        report.line(line)


def table(members: t.Sequence[Member]) -> list[str]:
    """One row per cluster."""
    rows = [("CLUSTER", "VCENTER", "ERRORS", "WARNINGS", "VERDICT")]
    for member in members:
        shown = member.as_dict()
        verdict = "ready" if shown["ready"] else "not ready"
        rows.append((member.name, member.server, str(shown["errors"]), str(shown["warnings"]), verdict))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


__all__ = ("show", "table")
