# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""The report as one page: works offline, on a phone, printed, and without its script."""

from __future__ import annotations

import html
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._fleet.report import problems, under_way
from ansible_collections.eks.anywhere.plugins.module_utils._fleet.report_style import PALETTE, SCRIPT, STYLE

Shown = t.Mapping[str, t.Any]
Column = tuple[str, t.Callable[[Shown], str], str]
"""Head, content of a cell, and its class: ``n`` for numbers, ``w`` for what stays on one line."""

# Whatever a cluster's name or an error says, nothing is loaded and nothing is sent.
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
)
WORDS = {
    "done": "upgraded",
    "failed": "failed",
    "running": "cut",
    "waiting": "not reached",
    "deferred": "deferred",
    "skipped": "skipped",
    "halted": "halted",
    "unchanged": "nothing to do",
}
"""What people read for an outcome."""


def page(shown: Shown, *, title: str) -> str:
    """The whole page."""
    parts = (_head(shown, title), _rings(shown), _failures(shown), _timeline(shown), _peaks(shown), _clusters(shown))
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{_text(title)}</title><style>{STYLE}</style></head>\n<body><main>\n"
        + "\n".join(part for part in parts if part)
        + f"\n</main><script>{SCRIPT}</script></body></html>\n"
    )


def _head(shown: Shown, title: str) -> str:
    tiles = [
        _tile(count, WORDS[outcome], outcome)
        for outcome, count in shown["outcomes"].items()
        if count or outcome == "done"
    ]
    tiles.append(_tile(shown["machines_replaced"], "machines replaced", ""))
    halted = [ring["halted"] for ring in shown["rings"] if ring["halted"]]
    if under_way(shown):
        halted.append(f"the run was cut while it worked on {under_way(shown)} clusters; run it again")
    return (
        f"<h1>{_text(title)}</h1>"
        f'<p class="when">{_moment(shown["began"])} to {_moment(shown["ended"])} UTC, {_span(shown["seconds"])}</p>'
        f'<div class="tiles">{"".join(tiles)}</div>'
        + "".join(f'<p class="halt">{_text(words[:1].upper() + words[1:])}.</p>' for words in halted)
    )


def _tile(count: int, words: str, outcome: str) -> str:
    tone = f' style="--tone:var(--{outcome})"' if outcome else ""
    return f'<div class="tile"{tone}><b>{count}</b><span>{_text(words)}</span></div>'


def _rings(shown: Shown) -> str:
    def of(*outcomes: str) -> t.Callable[[Shown], str]:
        return lambda ring: str(sum(ring["outcomes"][outcome] for outcome in outcomes))

    columns: tuple[Column, ...] = (
        ("Ring", lambda ring: _text(ring["name"]), ""),
        ("Clusters", lambda ring: str(ring["clusters"]), "n"),
        ("Upgraded", of("done"), "n"),
        ("Nothing to do", of("unchanged"), "n"),
        ("Failed", of("failed"), "n"),
        ("May fail", lambda ring: str(ring["error_budget"]), "n"),
        ("Not begun", of("waiting", "deferred", "skipped", "halted"), "n"),
        ("Soaks", lambda ring: f"{ring['soak_minutes']} min", "n"),
    )
    return f"<h2>Rings</h2>{_table(columns, shown['rings'])}"


def _failures(shown: Shown) -> str:
    columns: tuple[Column, ...] = (
        ("Cluster", lambda one: _text(one["host"]), "w"),
        ("Ring", lambda one: _text(one["ring"]), "w"),
        ("Cause", lambda one: _lines(one["problem"]["message"]), ""),
        ("Code", lambda one: f"<code>{_text(one['problem']['code'])}</code>" if one["problem"]["code"] else "", ""),
        ("Next step", lambda one: _text(one["problem"]["hint"]), ""),
        ("Task", lambda one: _text(one["problem"]["task"]), ""),
    )
    failed = [one for one in problems(shown) if one["problem"]]
    return f"<h2>Failures and their causes</h2>{_table(columns, failed)}" if failed else ""


def _timeline(shown: Shown) -> str:
    """A lane for each cluster that was worked on, with its phases on the time of the run."""
    worked = [one for one in shown["clusters"] if one["phases"]]
    if not worked:
        return ""
    first = min(one["phases"][0]["start"] for one in worked)
    last = max(phase["start"] + phase["seconds"] for one in worked for phase in one["phases"])
    whole = max(last - first, 1.0)
    names = list(dict.fromkeys(phase["name"] for one in worked for phase in one["phases"]))
    colours = {name: PALETTE[number % len(PALETTE)] for number, name in enumerate(names)}
    lanes, ring = [_axis(whole)], None
    for one in worked:
        if one["ring"] != ring:
            ring = one["ring"]
            lanes.append(f'<div class="ringname">{_text(ring)}</div>')
        lanes.append(_lane(one, colours, first=first, whole=whole))
    legend = "".join(f'<span><i style="background:{colours[name]}"></i>{_text(name)}</span>' for name in names)
    body = f'<div class="legend">{legend}</div>{"".join(lanes)}'
    return f'<h2>Timeline</h2><div class="scroll">{body}</div>'


def _axis(whole: float) -> str:
    marks = "".join(f'<span style="left:{25 * quarter}%">{_span(whole * quarter / 4)}</span>' for quarter in range(4))
    return f'<div class="lane axis"><span></span><div class="bar">{marks}</div><span></span></div>'


def _lane(one: Shown, colours: t.Mapping[str, str], *, first: float, whole: float) -> str:
    bars = []
    for phase in one["phases"]:
        left, width = 100 * (phase["start"] - first) / whole, 100 * phase["seconds"] / whole
        ends = ' class="end"' if one["outcome"] == "failed" and phase is one["phases"][-1] else ""
        told = f"{phase['name']}: {_span(phase['seconds'])}"
        style = f"left:{left:.2f}%;width:{width:.2f}%;background:{colours[phase['name']]}"
        bars.append(f'<i{ends} style="{style}" title="{_text(told)}"></i>')
    mark = "" if one["outcome"] == "done" else f' <span class="chip" style="--tone:var(--{one["outcome"]})"></span>'
    return (
        f'<div class="lane"><span class="name" title="{_text(one["host"])}">{_text(one["host"])}{mark}</span>'
        f'<div class="bar">{"".join(bars)}</div><span class="took">{_span(one["seconds"])}</span></div>'
    )


def _peaks(shown: Shown) -> str:
    def room(kind: str) -> t.Callable[[Shown], str]:
        return lambda peak: str(peak.get(kind, 0))

    columns: tuple[Column, ...] = (
        ("vCenter or datacenter", lambda peak: _text(peak["place"]), ""),
        ("Clusters", room("clusters"), "n"),
        ("At", lambda peak: _moment(peak["at"]), "w"),
        ("VMs +", room("vms"), "n"),
        ("CPUs +", room("cpus"), "n"),
        ("MiB memory +", room("memory_mib"), "n"),
        ("GiB disk +", room("disk_gib"), "n"),
        ("Addresses +", room("addresses"), "n"),
    )
    words = "The most clusters that were worked on at the same time, and what they may have taken beyond before."
    note = f'<p class="soft">{words}</p>'
    return f"<h2>Peaks</h2>{_table(columns, shown['peaks'])}{note}" if shown["peaks"] else ""


def _clusters(shown: Shown) -> str:
    columns: tuple[Column, ...] = (
        ("Cluster", lambda one: _text(one["host"]), "w"),
        ("Outcome", lambda one: _chip(one["outcome"]), ""),
        ("Ring", lambda one: _text(one["ring"]), "w"),
        ("Datacenter", lambda one: _text(one["datacenter"]), ""),
        ("Kubernetes", lambda one: _text(one["kubernetes_version"]), ""),
        ("Began", lambda one: _moment(one["began"]), "w"),
        ("Took", lambda one: _span(one["seconds"]) if one["began"] else "", "n"),
        ("Machines", _machines, "n"),
        ("Why", lambda one: _text(_why(one)), ""),
    )
    keys = {
        "Took": lambda one: str(one["seconds"]),
        "Machines": lambda one: str(len(one["machines_replaced"])),
    }
    search = '<input type="search" hidden placeholder="Search clusters" aria-label="Search clusters">'
    table = _table(columns, shown["clusters"], keys=keys, identity="clusters", classes="cards sortable")
    return f"<h2>Clusters</h2>{search}{table}"


def _machines(one: Shown) -> str:
    """The count; the names as a hint."""
    names = one["machines_replaced"]
    return f'<span title="{_text(", ".join(names))}">{len(names)}</span>' if names else ""


def _why(one: Shown) -> str:
    return str(one["problem"]["message"].splitlines()[0] if one["problem"] else one["reason"])


def _chip(outcome: str) -> str:
    return f'<span class="chip" style="--tone:var(--{outcome})">{WORDS[outcome]}</span>'


def _table(
    columns: t.Sequence[Column],
    rows: t.Sequence[Shown],
    *,
    keys: t.Mapping[str, t.Callable[[Shown], str]] | None = None,
    identity: str = "",
    classes: str = "cards",
) -> str:
    """``keys`` by head: what a column is sorted by, where that is not what it shows."""
    marked = f' id="{identity}"' if identity else ""
    heads = "".join(f'<th scope="col"{_class(kind)}>{_text(head)}</th>' for head, _cell, kind in columns)
    lines = []
    for row in rows:
        cells = (
            f'<td data-label="{_text(head)}"{_class(kind)}{_key(head, row, keys or {})}>{cell(row)}</td>'
            for head, cell, kind in columns
        )
        lines.append(f"<tr>{''.join(cells)}</tr>")
    body = "\n".join(lines)
    return (
        f'<div class="scroll"><table{marked} class="{classes}"><thead><tr>{heads}</tr></thead>'
        f"<tbody>\n{body}\n</tbody></table></div>"
    )


def _class(kind: str) -> str:
    return f' class="{kind}"' if kind else ""


def _key(head: str, row: Shown, keys: t.Mapping[str, t.Callable[[Shown], str]]) -> str:
    return f' data-key="{_text(keys[head](row))}"' if head in keys else ""


def _text(value: t.Any) -> str:
    return html.escape(str(value), quote=True)


def _lines(value: str) -> str:
    return "<br>".join(_text(line) for line in value.strip().splitlines())


def _moment(value: str) -> str:
    """An ISO time, shorter: the zone stands in the head of the page."""
    return _text(value.replace("T", " ").removesuffix("Z")[:16])


def _span(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60:02d} min"


__all__ = ("page",)
