# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Building what is missing: in which order, how much at a time, and what is said meanwhile."""

from __future__ import annotations

import concurrent.futures
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._lab import parts, recipes
from ansible_collections.eks.anywhere.plugins.module_utils._lab.workshop import Workshop
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Clock, Reporter

LANES = 3
STILL_SECONDS = 30.0


class Builder:
    """Builds missing components in parallel lanes, dependencies first, and says how far it is."""

    def __init__(self, *, shop: Workshop, clock: Clock, report: Reporter) -> None:
        self._shop = shop
        self._clock = clock
        self._report = report
        self._started: dict[str, float] = {}

    def missing(self, components: t.Sequence[parts.Component]) -> tuple[parts.Component, ...]:
        """The components that are not in the cache."""
        return tuple(component for component in components if not self._shop.present(component))

    def build(self, components: t.Sequence[parts.Component]) -> tuple[str, ...]:
        """Build what is missing and return the names. The first failure stops the rest and is raised."""
        missing = self.missing(components)
        if missing:
            cached = len(components) - len(missing)
            self._report.line(f"Building {len(missing)} components of the lab ({cached} are in the cache)")
            self._run(missing)
        for component in components:
            self._shop.link(component)
        return tuple(component.name for component in missing)

    def _run(self, missing: t.Sequence[parts.Component]) -> None:
        waiting = {component.name: component for component in missing}
        done: set[str] = set()
        running: dict[concurrent.futures.Future[None], str] = {}
        with concurrent.futures.ThreadPoolExecutor(max_workers=LANES) as lanes:
            try:
                while waiting or running:
                    for name in _startable(waiting, missing, done, running.values()):
                        running[lanes.submit(self._one, waiting.pop(name))] = name
                    self._collect(running, done, total=len(missing))
            except BaseException as exc:
                lanes.shutdown(wait=False, cancel_futures=True)
                self._report.line(f"  stopped by: {str(exc).splitlines()[0]}; waiting for what is being built to end")
                raise

    def _one(self, component: parts.Component) -> None:
        self._started[component.name] = self._clock.now()
        recipes.make(self._shop, component)

    def _collect(self, running: dict[concurrent.futures.Future[None], str], done: set[str], *, total: int) -> None:
        finished, _rest = concurrent.futures.wait(
            running, timeout=STILL_SECONDS, return_when=concurrent.futures.FIRST_COMPLETED
        )
        for future in finished:
            name = running.pop(future)
            future.result()
            done.add(name)
            self._report.line(f"  [{len(done):2}/{total}] {name} built in {self._seconds(name):.0f} s")
        if not finished:
            busy = sorted(name for name in running.values() if name in self._started)
            told = ", ".join(f"{name} ({self._seconds(name):.0f} s)" for name in busy)
            self._report.line(f"  [{len(done):2}/{total}] building {told}")

    def _seconds(self, name: str) -> float:
        return self._clock.now() - self._started[name]


def _startable(
    waiting: t.Mapping[str, parts.Component],
    missing: t.Sequence[parts.Component],
    done: t.Collection[str],
    running: t.Collection[str],
) -> list[str]:
    """What may start now: all it needs is there, a lane is free, and at most one program compiles.

    One ``go build`` uses all cores by itself, and two at a time would compile the packages that they share twice.
    """
    building = {item.name for item in missing}
    programs = {item.name for item in missing if isinstance(item, parts.Program)}
    chosen: list[str] = []
    compiling = any(name in programs for name in running)
    for name, item in waiting.items():
        if len(running) + len(chosen) == LANES:
            break
        if any(need in building and need not in done for need in item.needs) or (name in programs and compiling):
            continue
        chosen.append(name)
        compiling = compiling or name in programs
    return chosen


__all__ = ("Builder",)
