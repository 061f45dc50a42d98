# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""The report of a run over a fleet: a page for people, and the same as JSON."""

from __future__ import annotations

import json
import posixpath

from ansible_collections.eks.anywhere.plugins.module_utils._fleet import report, report_html
from ansible_collections.eks.anywhere.plugins.module_utils._ops import fleet
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Files
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result

MODE = 0o644


def write(folder: str, *, dest: str, title: str, files: Files, ports: fleet.Ports) -> Result:
    """Write both."""
    run = fleet.current(folder, ports)
    shown = report.report(run, fleet.policy_of(run.policy, ports))
    path = dest or posixpath.join(folder, "report.html")
    files.write(
        f"{posixpath.splitext(path)[0]}.json", json.dumps(shown, indent=1, ensure_ascii=False) + "\n", mode=MODE
    )
    files.write(path, report_html.page(shown, title=title), mode=MODE)
    counts = ", ".join(f"{count} {report_html.WORDS[outcome]}" for outcome, count in shown["outcomes"].items() if count)
    ports.report.line(f"Report in {path}: {counts}")
    return Result(data={"path": path, "outcomes": shown["outcomes"]})


__all__ = ("write",)
