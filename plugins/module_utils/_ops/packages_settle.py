# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Waiting for packages, each for itself: one that cannot be installed is given up and holds up no other.

The package controller looks at a package when its object changes, and else every three minutes; a new bundle changes no
Package. So a package that has not been looked at is touched, by an annotation that means nothing to anybody.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config.packages.bundle import API, NAMESPACE, namespace_of
from ansible_collections.eks.anywhere.plugins.module_utils._config.untyped import section, text
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError, WaitTimeout
from ansible_collections.eks.anywhere.plugins.module_utils._ops import packages_look
from ansible_collections.eks.anywhere.plugins.module_utils._ops.rollout import Waiting
from ansible_collections.eks.anywhere.plugins.module_utils._plan.packages import Target
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Kube, Obj
from ansible_collections.eks.anywhere.plugins.module_utils._wait import Reason, Tick, until
from ansible_collections.eks.anywhere.plugins.module_utils._wait.packages import Verdict, dependencies, hint_for, judge
from ansible_collections.eks.anywhere.plugins.module_utils._wait.reason import Weight

TOUCHED = "eks-anywhere-packages/touched"
TOUCH_SECONDS = 10.0
_WORKING = frozenset({"active", "upgrade available"})


@dataclasses.dataclass(frozen=True)
class Outcome:
    """How it ended for one package; no ``reason`` is well."""

    reason: str = ""
    hint: str = ""


@dataclasses.dataclass(frozen=True)
class Place:
    """Where the packages of a cluster are, and where their releases are: ``None`` when that cluster is out of reach."""

    cluster: str
    kube: Kube
    image_registry: str
    releases: t.Callable[[], Kube | None]


class Settling:
    """Looks at packages until each is settled or given up."""

    def __init__(
        self,
        targets: t.Sequence[Target],
        *,
        place: Place,
        waiting: Waiting,
        patience_seconds: float,
        touch_at_once: bool = False,
    ) -> None:
        self.outcomes: dict[str, Outcome] = {}
        self.live: dict[str, Obj] = {}
        self.warnings: list[str] = []
        self._pending = {target.name: target for target in targets}
        self._count = len(targets)
        self._verdicts: dict[str, Verdict] = {}
        self._place = place
        self._waiting = waiting
        self._patience = patience_seconds
        self._failing: dict[str, float] = {}
        self._touched: dict[str, float] = {}
        self._touch_at_once = touch_at_once

    def run(self, live: dict[str, Obj] | None = None) -> dict[str, Outcome]:
        """Wait. ``live`` is a look at the packages that was taken already and may suffice."""
        self.live = live or {}
        if live is not None:
            self._judge()
        try:
            if self._pending:
                until(
                    self._look,
                    clock=self._waiting.clock,
                    report=self._waiting.report,
                    timeout_seconds=self._waiting.timeout_seconds,
                    what="packages",
                )
        except WaitTimeout as exc:
            for name in self._pending:
                seen = self._verdicts.get(name) or Verdict(reason=exc.message)
                self.outcomes[name] = Outcome(f"{seen.reason} (time is up)", seen.hint or exc.hint)
        return self.outcomes

    def _look(self) -> Tick:
        self.live = packages_look.live_packages(self._place.kube, self._place.cluster)
        self._judge()
        if not self._pending:
            return Tick(done=True, state=self._state())
        self._touch()
        reasons = [
            Reason("Package", name, seen.reason, Weight.CAUSE if seen.failing else Weight.STEP, hint=seen.hint)
            for name, seen in self._verdicts.items()
            if name in self._pending
        ]
        manager = packages_look.controller(self._place.kube, self._place.cluster)
        if manager.state not in _WORKING:
            reasons.append(Reason(packages_look.CONTROLLER, manager.cluster, manager.words, Weight.SUMMARY))
        return Tick(done=False, state=self._state(), reasons=tuple(sorted(reasons, key=lambda one: one.weight)))

    def _state(self) -> str:
        failed = sum(1 for outcome in self.outcomes.values() if outcome.reason)
        settled = len(self.outcomes) - failed
        return f"{settled}/{self._count} settled{f', {failed} given up' if failed else ''}"

    def _judge(self) -> None:
        now = self._waiting.clock.now()
        for name, target in list(self._pending.items()):
            seen = self._verdicts[name] = self._verdict(target)
            since = self._failing.setdefault(name, now) if seen.failing else now
            if not seen.failing:
                self._failing.pop(name, None)
            if seen.settled:
                self._end(name, Outcome())
            elif seen.failing and now - since >= self._patience:
                self._end(name, Outcome(seen.reason, seen.hint))

    def _end(self, name: str, outcome: Outcome) -> None:
        self.outcomes[name] = outcome
        del self._pending[name]

    def _verdict(self, target: Target) -> Verdict:
        live = self.live.get(target.name)
        if target.source is None:
            return Verdict(reason="its object is still there") if live else self._released(target.name)
        seen = judge(live, source=target.source, config=target.config, image_registry=self._place.image_registry)
        return self._with_dependencies(seen, live)

    def _with_dependencies(self, seen: Verdict, live: Obj | None) -> Verdict:
        """A package that waits for another fails by what that other says."""
        for needed in dependencies(text(section(live or {}, "status"), "detail")):
            for other in self.live.values():
                detail = text(section(other, "status"), "detail")
                if text(section(other, "spec"), "packageName") == needed and detail and not dependencies(detail):
                    return Verdict(reason=f"{seen.reason}: {detail}", failing=True, hint=hint_for(detail))
        return seen

    def _released(self, name: str) -> Verdict:
        """Nothing holds the object back: that it is gone says nothing about what was installed."""
        try:
            kube = self._place.releases()
            found = kube is not None and kube.list(
                api_version="v1", kind="Secret", namespace=NAMESPACE, labels=f"name={name}"
            )
        except EksaError as exc:
            self.warnings.append(f"Package {name}: whether its release is gone could not be seen. {exc.message}")
            return Verdict(settled=True)
        if not found:
            return Verdict(settled=True)
        return Verdict(
            reason="its helm release is still there",
            failing=True,
            hint="The package controller removes it, and forgets it when it is not running at the time: is it?",
        )

    def _touch(self) -> None:
        """Have the package controller look at what it has not seen, each now and then."""
        now = self._waiting.clock.now()
        for name in self._pending:
            if not self._verdicts[name].unseen:
                continue
            last = self._touched.setdefault(name, now - TOUCH_SECONDS if self._touch_at_once else now)
            if now - last < TOUCH_SECONDS:
                continue
            self._touched[name] = now
            mark = {"metadata": {"annotations": {TOUCHED: self._waiting.clock.today().isoformat()}}}
            try:
                self._place.kube.merge(
                    api_version=API,
                    kind="Package",
                    name=name,
                    namespace=namespace_of(self._place.cluster),
                    patch=mark,
                )
            except EksaError as exc:
                if exc.code != "kube.invalid":
                    raise
                # The webhook judges every write: the package itself is what the active bundle does not admit.
                self._verdicts[name] = Verdict(reason=exc.message, failing=True, unseen=True)
                self._failing.setdefault(name, now)


__all__ = ("TOUCHED", "Outcome", "Place", "Settling")
