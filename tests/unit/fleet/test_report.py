# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report of a run: what it says, that nothing in it is trusted, and that the page loads nothing."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import re
from html.parser import HTMLParser

from ansible_collections.eks.anywhere.plugins.module_utils._fleet import journal, report, report_html
from ansible_collections.eks.anywhere.plugins.module_utils._fleet.journal import Cluster, Problem
from ansible_collections.eks.anywhere.plugins.module_utils._fleet.policy import Policy, Ring
from ansible_collections.eks.anywhere.plugins.module_utils._ops import fleet, fleet_report
from ansible_collections.eks.anywhere.tests.unit.fakes import FakeFiles, FakeReporter
from ansible_collections.eks.anywhere.tests.unit.fleet import test_journal
from ansible_collections.eks.anywhere.tests.unit.fleet.runs import DONE, FAILED, NOW, cluster, run

POLICY = Policy(rings=(Ring("canary"), Ring("main")))
EVIL = "<script>alert(1)</script>\" onmouseover='x"


def minutes(number: float) -> dt.datetime:
    return NOW + dt.timedelta(minutes=number)


def worked(host: str, *, began: float, ended: float, outcome: str = DONE, **facts: str) -> Cluster:
    made = cluster(host, outcome=outcome, **facts)
    marks = (("start", minutes(began + 1)), ("control_plane", minutes(ended - 1)))
    return dataclasses.replace(made, began=minutes(began), ended=minutes(ended), marks=marks)


def some() -> journal.Run:
    """One done canary, two of main that overlap, one of them failed, and one that was halted."""
    failed = dataclasses.replace(
        worked("f", began=20, ended=50, outcome=FAILED),
        problem=Problem(f"No template {EVIL}\nSecond line", "x.y", "Mend it", "Do"),
    )
    halted = dataclasses.replace(cluster("h", outcome=journal.HALTED), reason="ring main is halted")
    everything = run(halted, failed, worked("b", began=20, ended=40), worked("a", began=0, ended=20, ring="canary"))
    return dataclasses.replace(everything, last=minutes(50))


def test_phases_are_the_spans_between_marks() -> None:
    told = {one["host"]: one for one in report.report(some(), POLICY)["clusters"]}
    assert list(told) == ["a", "b", "f", "h"]
    assert told["b"]["phases"] == [
        {"name": "preparation", "start": 1200.0, "seconds": 60.0},
        {"name": "control_plane", "start": 1260.0, "seconds": 1080.0},
        {"name": "completion", "start": 2340.0, "seconds": 60.0},
    ]
    assert told["f"]["phases"][-1]["name"] == "until it failed"
    assert told["h"]["phases"] == []
    assert (told["b"]["machines_replaced"], told["f"]["machines_replaced"]) == (["a", "b"], [])


def test_peaks_are_what_was_worked_on_together() -> None:
    assert report.peaks(some()) == [{"place": "vc", "clusters": 2, "at": "2026-08-22T20:20:00Z", "vms": 2}]


def test_counts_add_up() -> None:
    told = report.report(some(), POLICY)
    assert sum(told["outcomes"].values()) == 4 == sum(ring["clusters"] for ring in told["rings"])
    assert (told["machines_replaced"], told["seconds"]) == (4, 3000.0)
    assert told["rings"][1]["halted"].startswith("ring main is halted: 1 of its 3 clusters failed")


class Page(HTMLParser):
    """Tags and attributes of a page, and whether each tag is closed in its turn."""

    VOID = frozenset({"meta", "br", "input"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_whole_and_trusts_nothing() -> None:
    text = report_html.page(report.report(some(), POLICY), title=f"Upgrade {EVIL}")
    page = Page(text)
    assert not page.open
    assert [tag for tag, _attributes in page.tags].count("script") == 1
    assert not [name for _tag, attributes in page.tags for name in attributes if name.startswith("on")]
    assert not {"src", "href", "action"} & {name for _tag, attributes in page.tags for name in attributes}
    assert not re.search(r"https?://|@import|url\(", text)
    for words in ("Second line", "x.y", "Mend it", "Ring main is halted", "machines replaced", "until it failed"):
        assert words in text


def test_a_run_without_work_has_a_page() -> None:
    Page(report_html.page(report.report(run(cluster("u", outcome=journal.UNCHANGED)), POLICY), title="Nothing"))


def test_a_killed_run_has_a_report() -> None:
    cut = dataclasses.replace(cluster("k", outcome=journal.RUNNING), began=minutes(5))
    told = report.report(dataclasses.replace(run(cut), last=minutes(9)), POLICY)
    assert told["clusters"][0]["phases"] == [{"name": "under way", "start": 300.0, "seconds": 240.0}]
    assert "The run was cut while it worked on 1 clusters" in report_html.page(told, title="Cut")


def test_both_files_are_written() -> None:
    _files, given = test_journal.begun()
    fleet.plan("run", {}, ports=given)
    files, said = FakeFiles(), FakeReporter()
    written = dataclasses.replace(given, report=said)
    result = fleet_report.write("run", dest="", title="T", files=files, ports=written)
    assert result.data["path"] == "run/report.html"
    assert not result.changed
    told = json.loads(files.read("run/report.json") or "")
    assert told["outcomes"]["waiting"] == 1
    assert said.lines == ["Report in run/report.html: 1 not reached"]
