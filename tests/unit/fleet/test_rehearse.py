# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rehearsals: halts, windows and soak times as in real runs, nobody worked on twice, and no server asked."""

from __future__ import annotations

import collections
import datetime as dt
import json
import os
import pathlib
import socket
import subprocess
import sys
import typing as t

import pytest
import yaml

from ansible_collections.eks.anywhere.plugins.module_utils._config import cluster as configs
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._fleet import journal, rehearsal
from ansible_collections.eks.anywhere.plugins.module_utils._plan import upgrade_times
from ansible_collections.eks.anywhere.plugins.module_utils._shell import Context, Lines
from ansible_collections.eks.anywhere.plugins.modules import fleet_rehearse
from ansible_collections.eks.anywhere.tests.simulation import fleet

ROOT = pathlib.Path(__file__).resolve().parents[3]
PLAYBOOK = pathlib.Path(sys.executable).with_name("ansible-playbook")
SATURDAY = "2026-11-28T20:00:00+00:00"
AT_ONCE = 5
Values = dict[str, t.Any]


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks a server fails."""

    def refuse(*_arguments: t.Any) -> t.NoReturn:
        raise AssertionError("a rehearsal asks no server")

    monkeypatch.setattr(socket.socket, "connect", refuse)


def entries(places: t.Sequence[fleet.Site], rings: t.Mapping[str, str] | None = None) -> list[Values]:
    """The clusters of a made-up fleet; the first one of each datacenter is a canary."""
    return [
        {
            "host": name,
            "config": fleet.config(site, index),
            "member": {
                "ring": (rings or {}).get(name, "main" if index else "canary"),
                "datacenter": site.name,
                "vcenter": site.server,
                "manager_host": fleet.manager(site, index),
            },
        }
        for site in places
        for index, name in enumerate(site.clusters)
    ]


def rehearse(folder: pathlib.Path, clusters: t.Sequence[Values], **options: t.Any) -> tuple[Values, Lines]:
    """The module's result and what it says; two machines of a cluster take 10 minutes each."""
    lines = Lines()
    params = {
        "folder": str(folder),
        "clusters": clusters,
        "policy": {"rings": [{"name": "canary"}, {"name": "main"}]},
        "begin_at": SATURDAY,
        "minutes_per_machine": 10.0,
        "failures": [],
        "mend_minutes": 60,
        "again_minutes": 30,
        "margin_minutes": 15,
        "runs": 20,
        **options,
    }
    result = fleet_rehearse.operate(params, Context(check_mode=False, report=lines))
    assert not result.changed
    return dict(result.data), lines


def played(folder: pathlib.Path) -> list[journal.Run]:
    """The records of all runs in their order."""
    found = [journal.read(path.read_text("utf-8")) for path in folder.glob("journal*.jsonl")]
    return sorted(found, key=lambda run: run.began or dt.datetime.max)


def work(folder: pathlib.Path) -> dict[str, list[tuple[str, dt.datetime, dt.datetime]]]:
    """How often, when, and with which outcome each cluster was worked on."""
    found = collections.defaultdict(list)
    for run in played(folder):
        for one in run.clusters.values():
            if one.began and one.ended:
                found[one.host].append((one.outcome, one.began, one.ended))
    return dict(found)


def test_a_hundred_clusters_with_three_failures(tmp_path: pathlib.Path) -> None:
    places = fleet.sites(100, datacenters=5)
    broken = ["dc1-c003", "dc3-c000", "dc4-c015"]
    shown, lines = rehearse(tmp_path, entries(places), failures=broken)
    assert shown["complete"]
    assert [run["outcomes"] for run in shown["runs"]] == [
        {"done": 4, "failed": 1, "halted": 95},
        {"done": 25, "failed": 1, "halted": 70, "unchanged": 4},
        {"done": 45, "failed": 1, "halted": 25, "unchanged": 29},
        {"done": 26, "unchanged": 74},
    ]
    assert [run["halted"][:1] for run in shown["runs"]] == [
        ["ring canary is halted: 1 of its 5 clusters failed, its error budget is 0 (dc3-c000: It was told to fail.)"],
        ["ring main is halted: 1 of its 95 clusters failed, its error budget is 0 (dc1-c003: It was told to fail.)"],
        ["ring main is halted: 1 of its 95 clusters failed, its error budget is 0 (dc4-c015: It was told to fail.)"],
        [],
    ]
    spans = work(tmp_path)
    twice = {name: [outcome for outcome, *_times in told] for name, told in spans.items() if len(told) > 1}
    assert twice == {name: ["failed", "done"] for name in broken}
    assert sorted(spans) == sorted(name for site in places for name in site.clusters)
    for site in places:
        for index, name in enumerate(site.clusters):
            manager = fleet.manager(site, index)
            assert manager == name or spans[manager][-1][2] <= spans[name][0][1]
    assert shown["peaks"]["vcenter.dc1.example.org"]["clusters"] == AT_ONCE
    assert lines.lines[-1] == "All 100 clusters upgraded by Sun 2026-11-29 01:20 UTC, in 4 runs"
    for run in shown["runs"]:
        path = pathlib.Path(run["report"])
        told = json.loads(path.with_suffix(".json").read_text("utf-8"))
        assert {outcome: count for outcome, count in told["outcomes"].items() if count} == run["outcomes"]
        assert "Rehearsed upgrade of a fleet" in path.read_text("utf-8")


def test_windows_and_soak_times_are_waited_for_by_later_runs(tmp_path: pathlib.Path) -> None:
    night = {"days": ["sat", "sun"], "from": "22:00", "to": "23:00", "timezone": "UTC"}
    policy = {
        "rings": [{"name": "canary", "soak_minutes": 600}, {"name": "main"}],
        "datacenters": {"dc1": {"windows": [night]}},
    }
    shown, _lines = rehearse(tmp_path, entries(fleet.sites(2, datacenters=1)), policy=policy)
    spans = {name: [str(began) for _outcome, began, _ended in told] for name, told in work(tmp_path).items()}
    assert spans == {"dc1-c000": ["2026-11-28 22:00:00+00:00"], "dc1-c001": ["2026-11-29 22:00:00+00:00"]}
    assert shown["complete"]
    assert shown["seconds"] == 26 * 3600 + 20 * 60


def test_what_cannot_be_read_ends_the_rehearsal(tmp_path: pathlib.Path) -> None:
    (good,) = entries(fleet.sites(1, datacenters=1))
    bad = {**good, "host": "bad", "config": "kind: Nothing"}
    shown, lines = rehearse(tmp_path, [good, bad])
    assert not shown["complete"]
    assert [run["outcomes"] for run in shown["runs"]] == [{"failed": 1, "halted": 1}]
    assert any("failed: bad: " in line for line in lines.lines)


def test_runs_are_limited(tmp_path: pathlib.Path) -> None:
    clusters = entries(fleet.sites(4, datacenters=1))
    shown, lines = rehearse(tmp_path, clusters, failures=["dc1-c000"], runs=1)
    assert not shown["complete"]
    assert lines.lines[-1].startswith("0 of 4 clusters upgraded by")


@pytest.mark.parametrize(
    ("options", "code"),
    [({"failures": ["nobody"]}, "input.not_found"), ({"begin_at": "tonight"}, "input.invalid"),
     ({"begin_at": "2026-11-28T20:00:00"}, "input.invalid")],
)  # fmt: skip
def test_mistakes(tmp_path: pathlib.Path, options: Values, code: str) -> None:
    with pytest.raises(EksaError) as caught:
        rehearse(tmp_path, entries(fleet.sites(1, datacenters=1)), **options)
    assert caught.value.code == code
    assert not list(tmp_path.iterdir())


def test_past_upgrades_say_how_long_it_takes(tmp_path: pathlib.Path) -> None:
    (one,) = entries(fleet.sites(1, datacenters=1))
    past = upgrade_times.Run(
        seconds={"control_plane": 300.0, "workers": 200.0}, machines={"control_plane": 1, "workers": 1}
    )
    (tmp_path / "dc1-c000").mkdir()
    record = tmp_path / "dc1-c000" / "dc1-c000-upgrade-times.yaml"
    record.write_text(upgrade_times.added(None, past), encoding="utf-8")
    shown, _lines = rehearse(tmp_path / "run", [{**one, "state_dir": str(tmp_path)}])
    assert shown["seconds"] == 500


def test_room_is_that_of_the_widest_part() -> None:
    (site,) = fleet.sites(1, datacenters=1)
    documents = list(yaml.safe_load_all(fleet.config(site, 0)))
    spec = documents[0]["spec"]
    spec["controlPlaneConfiguration"]["count"] = 3
    spec["workerNodeGroupConfigurations"][0] |= {
        "count": 4,
        "upgradeRolloutStrategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 2, "maxUnavailable": 0}},
    }
    found = rehearsal.parts(configs.load(yaml.safe_dump_all(documents), environ={}))
    look = rehearsal.look("w", found, seconds=60.0)
    assert look["remaining"] == ["control_plane", "workers/md-0"]
    assert len(look["machines_replaced"]) == 7
    assert look["surge"] == {"vms": 2, "cpus": 4, "memory_mib": 16384, "disk_gib": 40, "addresses": 2}
    marks = rehearsal.marks(found, began=0.0, ended=70.0, whole=70.0)
    assert [(mark["name"], mark["at"]) for mark in marks] == [
        ("start", 0.0),
        ("control_plane", 30),
        ("workers/md-0", 70),
    ]
    assert len(rehearsal.marks(found, began=0.0, ended=35.0, whole=70.0)) == 2


def test_the_playbook(tmp_path: pathlib.Path) -> None:
    source = fleet.write(tmp_path / "inventory", fleet.sites(4, datacenters=2))
    given = {"eksa_rehearse_dir": str(tmp_path / "run"), "eksa_rehearse_failures": ["dc2-c000"]}
    done = subprocess.run(
        [str(PLAYBOOK), "-i", str(source), "-e", json.dumps(given), str(ROOT / "playbooks" / "rehearse.yml")],
        env={**os.environ, "ANSIBLE_STDOUT_CALLBACK": "eks.anywhere.progress", "ANSIBLE_NOCOLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 done, 1 failed, 2 halted; ring canary is halted" in done.stdout
    assert "All 4 clusters upgraded by" in done.stdout
    assert sorted(path.name for path in (tmp_path / "run").glob("*.html")) == ["report-1.html", "report-2.html"]
