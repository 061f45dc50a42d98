# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the collection adds to the tools: a creation with the playbook, then the same by hand, on the same lab.

The playbook goes first, so the pages that a creation reads from disk are warm for the other side rather than for us.
"""

from __future__ import annotations

import pathlib
import resource
import tempfile
import typing as t

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._run.clock import SystemClock
from ansible_collections.eks.anywhere.plugins.module_utils._run.runner import LocalRunner
from ansible_collections.eks.anywhere.tests.labkit import Lab, Run
from ansible_collections.eks.anywhere.tests.perf.by_hand import Script, lay_out
from ansible_collections.eks.anywhere.tests.tools import figures

BAR_SECONDS = 60
ELSEWHERE = "(outside phases)"
TOTAL = "total"


@pytest.fixture
def lab() -> t.Iterator[Lab]:
    """The raised lab without a cluster, and left like that whatever happens."""
    raised = Lab()
    raised.fresh()
    try:
        yield raised
    finally:
        raised.fresh()


@pytest.fixture
def desk_folder() -> t.Iterator[pathlib.Path]:
    """A folder for files with secrets: pytest would keep its own ones."""
    with tempfile.TemporaryDirectory(prefix="eksa-perf-") as folder:
        yield pathlib.Path(folder)


def test_what_a_creation_costs_more_than_its_tools(lab: Lab, desk_folder: pathlib.Path) -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    ours = lab.play("create_cluster", folder=desk_folder)
    assert ours.code == 0, ours.text
    lab.fresh()
    raw = by_hand(lab, desk_folder)
    raw_seconds = sum(raw.values())
    for phase, seconds in raw.items():
        figures.record(f"create.raw_{phase}_seconds", seconds)
    figures.record("create.raw_seconds", raw_seconds)
    overhead = ours.seconds - raw_seconds
    figures.record("create.overhead_seconds", overhead, most=BAR_SECONDS)
    # The system keeps only the largest of all processes so far: it was one of ours when the mark rose.
    if ours.peak_mib > before:
        figures.record("create.peak_memory_mib", ours.peak_mib, unit="MiB")
    print(f"\n{table(by_phase(ours), raw)}\n")
    assert overhead < BAR_SECONDS


def by_hand(lab: Lab, folder: pathlib.Path) -> dict[str, float]:
    """The same cluster with the tools alone; seconds by phase."""
    # The folder of the cluster is also what tells the lab that there is something to take away.
    lab.folder.mkdir(mode=0o700, parents=True)
    desk = lay_out(lab.variables, folder=folder, kubeconfig=lab.kubeconfig)
    runner = LocalRunner(tools_dir=str(lab.variables["eksa_tools_dir"]), secrets=(lab.password,))
    return Script(desk, runner=runner, clock=SystemClock()).run()


def by_phase(run: Run) -> dict[str, float]:
    """Seconds of a playbook run by phase; start of Ansible and observation belong to none."""
    phases = {str(phase["phase"]): float(phase["seconds"]) for phase in run.timeline["phases"]}
    return {**phases, ELSEWHERE: run.seconds - sum(phases.values())}


def table(ours: t.Mapping[str, float], raw: t.Mapping[str, float]) -> str:
    """Both sides in the order of the phases, and their sums."""
    phases = [*dict.fromkeys([*(name for name in ours if name != ELSEWHERE), *raw, *ours])]
    rows = [(name, ours.get(name), raw.get(name)) for name in phases]
    rows.append((TOTAL, sum(ours.values()), sum(raw.values())))
    width = max(len(name) for name, _ours, _raw in rows)
    lines = [f"{'phase':<{width}}  {'playbook':>10}  {'by hand':>10}  {'more':>10}"]
    lines += [f"{name:<{width}}  {_cell(a)}  {_cell(b)}  {_cell((a or 0) - (b or 0))}" for name, a, b in rows]
    return "\n".join(lines)


def _cell(seconds: float | None) -> str:
    return f"{'-':>10}" if seconds is None else f"{seconds:8.1f} s"
