# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A creation is killed in each of its phases and inside its waits; one deletion then leaves nothing.

Where nobody is left who could delete the machines, that is refused first, with the list. A deletion that is killed
again and again, in each of its phases, ends the same way.
"""

from __future__ import annotations

import json
import pathlib
import time
import typing as t

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._plan import create
from ansible_collections.eks.anywhere.tests.faults.half_built import PURGE, Site, steps
from ansible_collections.eks.anywhere.tests.faults.half_built_states import CUTS, STATES, State
from ansible_collections.eks.anywhere.tests.labkit import ROOT, Kill, Lab, Run
from ansible_collections.eks.anywhere.tests.tools import figures

pytestmark = pytest.mark.half_built

REFUSED, KILLED = 2, -9
LEAST_CUTS = 8
CUT = "deletion killed again and again"


@pytest.fixture
def site(lab: Lab, request: pytest.FixtureRequest, tmp_path: pathlib.Path, worker_id: str) -> t.Iterator[Site]:
    """A cluster that does not exist; each lane of the suite has an endpoint of its own."""
    lane = int(worker_id.removeprefix("gw")) if worker_id.startswith("gw") else 0
    state = request.node.callspec.params.get("state") if hasattr(request.node, "callspec") else None
    name = f"h{STATES.index(state) if state else len(STATES):02}"
    made = Site.make(lab, name, number=lane + 1, home=tmp_path)
    yield made
    made.sweep()


@pytest.fixture
def notes(testrun_uid: str) -> pathlib.Path:
    """What the tests of this run have found, a file each: they may run in several processes."""
    folder = ROOT / "build" / "half_built" / testrun_uid
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.name.replace(" ", "-"))
def test_a_deletion_leaves_nothing_of_a_half_built_cluster(state: State, site: Site, notes: pathlib.Path) -> None:
    created = site.play("create_cluster", kills=[state.moment.kill(site)] if state.moment else [])
    assert created.code == (KILLED if state.moment else 0), created.text
    assert site.journal() == state.journal
    state.lost(site)
    if state.unmanaged:
        _refused(site)
    deleted = site.delete(*(PURGE if state.unmanaged else ()))
    _gone(site, deleted, notes, name=state.name)


def _refused(site: Site) -> None:
    """Nobody manages the machines: each is named, and none is touched."""
    before = site.machines()
    run = site.delete()
    assert run.code == REFUSED, run.text
    (problem,) = run.problems()
    assert problem["code"] == "delete.nobody_in_charge"
    assert "eksa_teardown_purge" in problem["next"]
    assert before
    assert all(machine in problem["message"] for machine in before)
    assert site.machines() == before


def test_a_deletion_that_is_killed_again_and_again(site: Site, notes: pathlib.Path) -> None:
    created = site.play("create_cluster")
    assert created.code == 0, created.text
    left = [moment.kill(site) for moment in CUTS]
    killed: list[Kill] = []
    while left:
        run = site.delete(kills=left)
        assert not run.problems(), run.text
        if run.kill is None:
            break
        left = left[left.index(run.kill) + 1 :]
        killed += [run.kill] if run.code == KILLED else []
    deleted = site.delete()
    figures.record("delete.kill_points", len(killed), unit="kills")
    _gone(site, deleted, notes, name=CUT)
    assert len(killed) >= LEAST_CUTS, killed


def _gone(site: Site, deleted: Run, notes: pathlib.Path, *, name: str) -> None:
    """Nothing is left, the report says so, and one more deletion has nothing to do."""
    left = site.traces()
    again = site.delete()
    report = site.play("report_leftovers")
    _note(notes, name, {"code": deleted.code, "left": left, "steps": steps(deleted), "seconds": deleted.seconds})
    assert deleted.code == 0, deleted.text
    assert left == []
    assert site.logged_out()
    assert again.code == 0, again.text
    assert again.recap()["changed"] == 0
    assert f"Nothing is left of cluster {site.name}" in report.lines
    assert site.lab.password not in deleted.text


def _note(notes: pathlib.Path, name: str, found: t.Mapping[str, t.Any]) -> None:
    """Keep what a deletion did; a whole run, in however many processes, keeps the figures."""
    (notes / f"{name}.json").write_text(json.dumps({"name": name, "at": time.time(), **found}, indent=2) + "\n")
    all_of_them = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(notes.glob("*.json"))]
    if len(all_of_them) == len(STATES) + 1:
        clean = [one for one in all_of_them if one["code"] == 0 and not one["left"]]
        figures.record("delete.half_built_states", len(clean), unit="states")
        figures.record("delete.leftovers", sum(len(one["left"]) for one in all_of_them), unit="objects", most=0)


def test_every_phase_of_a_creation_has_a_state() -> None:
    assert {state.phase for state in STATES} == set(create.PHASES)
