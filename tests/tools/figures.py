# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Figures: every number that a target measures, kept in ``build/figures.json`` as ``{name: {value, unit, bar}}``.

``bar`` is the most that the value may be (None: no promise). Standard library only: it runs before any environment.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import json
import os
import pathlib
import subprocess
import sys
import time
import typing as t

ROOT = pathlib.Path(__file__).resolve().parents[2]
STORE = ROOT / "build" / "figures.json"


Figure = t.TypedDict("Figure", {"value": float, "unit": str, "bar": "float | None"})  # noqa: UP013  (pylint dislikes "bar")
Figures = dict[str, Figure]


def load(store: pathlib.Path | None = None) -> Figures:
    """All figures so far; none when nothing was measured yet."""
    path = store or STORE
    return t.cast(Figures, json.loads(path.read_text(encoding="utf-8"))) if path.exists() else {}


def record(
    name: str, value: float, *, unit: str = "s", most: float | None = None, store: pathlib.Path | None = None
) -> Figure:
    """Merge one figure into the store; several processes may do so at once."""
    path = store or STORE
    figure = Figure(value=round(float(value), 3), unit=unit, bar=most)
    with _locked(path):
        figures = {**load(path), name: figure}
        scratch = path.with_suffix(".tmp")
        scratch.write_text(json.dumps(figures, indent=2, sort_keys=True) + "\n", encoding="utf-8")
        scratch.replace(path)
    return figure


@contextlib.contextmanager
def _locked(path: pathlib.Path) -> t.Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def misses(figures: Figures) -> list[str]:
    """Names of the figures over their bar."""
    return [name for name, figure in sorted(figures.items()) if figure["bar"] is not None and _over(figure)]


def _over(figure: Figure) -> bool:
    return figure["bar"] is not None and figure["value"] > figure["bar"]


def table(figures: Figures) -> str:
    """The figures for people, one line each."""
    rows = [("figure", "value", "at most", "")]
    for name, figure in sorted(figures.items()):
        most = "" if figure["bar"] is None else f"{figure['bar']:g} {figure['unit']}"
        verdict = "" if figure["bar"] is None else ("over" if _over(figure) else "ok")
        rows.append((name, f"{figure['value']:g} {figure['unit']}", most, verdict))
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = [f"{row[0]:<{widths[0]}}  {row[1]:>{widths[1]}}  {row[2]:>{widths[2]}}  {row[3]}".rstrip() for row in rows]
    return "\n".join(lines)


def _measure(name: str, command: list[str], most: float | None) -> int:
    started = time.monotonic()
    status = subprocess.run(command, check=False).returncode
    if status == 0:
        record(name, time.monotonic() - started, most=most)
    return status


def of_timeline(timeline: t.Mapping[str, t.Any]) -> Figures:
    """Figures of a create run out of the ``progress`` callback's timeline.

    A run without a change is a re-run; one that went on where another was cut says nothing about a creation.
    """
    if timeline["outcome"] != "ok":
        return {}
    seconds = float(timeline["seconds"])
    if not any(task["changed"] for task in timeline["tasks"]):
        return {"create.rerun_seconds": Figure(value=seconds, unit="s", bar=5)}
    if not any(phase["phase"] == "bootstrap" and phase["changed"] for phase in timeline["phases"]):
        return {}
    figures = {"create.seconds": Figure(value=seconds, unit="s", bar=None)}
    for phase in timeline["phases"]:
        figures[f"create.{phase['phase']}_seconds"] = Figure(value=float(phase["seconds"]), unit="s", bar=None)
    return figures


def _arguments(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    commands = parser.add_subparsers(dest="command", required=True)
    put = commands.add_parser("record", help="keep one figure")
    put.add_argument("name")
    put.add_argument("value", type=float)
    put.add_argument("unit")
    put.add_argument("--bar", type=float)
    measure = commands.add_parser("measure", help="keep the seconds that a command takes, if it succeeds")
    measure.add_argument("name")
    measure.add_argument("--bar", type=float)
    measure.add_argument("argv", nargs="+")
    timeline = commands.add_parser("timeline", help="keep the figures of a create run")
    timeline.add_argument("path", type=pathlib.Path)
    show = commands.add_parser("show", help="print the table")
    show.add_argument("prefix", nargs="*", default=[])
    show.add_argument("--strict", action="store_true", help="fail when a figure is over its bar")
    return parser.parse_args(argv)


def main(argv: list[str]) -> int:
    """Command line."""
    arguments = _arguments(argv)
    if arguments.command == "record":
        record(arguments.name, arguments.value, unit=arguments.unit, most=arguments.bar)
        return 0
    if arguments.command == "measure":
        return _measure(arguments.name, arguments.argv, arguments.bar)
    if arguments.command == "timeline":
        for name, figure in of_timeline(json.loads(arguments.path.read_text(encoding="utf-8"))).items():
            record(name, figure["value"], unit=figure["unit"], most=figure["bar"])
        return 0
    wanted = tuple(arguments.prefix) or ("",)
    chosen = {name: figure for name, figure in load().items() if name.startswith(wanted)}
    if chosen:
        print(f"\n{table(chosen)}\n({os.path.relpath(STORE)})")
    return 1 if arguments.strict and misses(chosen) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
