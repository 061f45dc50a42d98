# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Moving the management of clusters from one Cluster API management cluster to another, from wherever a move stands.

One loop: look at both sides, let the plan name the state and what is left, do the next stage, look again. A run that
takes over from a dead one is therefore no special case. Several namespaces take each stage together, so that the
controllers of the source stop once: when all is paused, until all is copied.
"""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError, WaitTimeout
from ansible_collections.eks.anywhere.plugins.module_utils._ops.move_backup import Backup
from ansible_collections.eks.anywhere.plugins.module_utils._ops.move_fence import Fence
from ansible_collections.eks.anywhere.plugins.module_utils._ops.move_observe import Server, namespaces_with_clusters
from ansible_collections.eks.anywhere.plugins.module_utils._ops.move_settings import Ports, Settings
from ansible_collections.eks.anywhere.plugins.module_utils._ops.move_walk import Walk
from ansible_collections.eks.anywhere.plugins.module_utils._plan.move import MovePlan, Stage
from ansible_collections.eks.anywhere.plugins.module_utils._plan.move_fence import to_start, to_stop
from ansible_collections.eks.anywhere.plugins.module_utils._plan.move_graph import Scope
from ansible_collections.eks.anywhere.plugins.module_utils._plan.move_inventory import machines_told
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.plugins.module_utils._wait.driver import PASSING

ROUNDS = 30
"""Stages of a move are five; more rounds come from taking over, or from somebody who works against the move."""

RETRIES = 3
RETRY_SECONDS = 2.0
"""An error that may pass ends a stage, not the run: it looks again and goes on from what is there."""

QUIET_SECONDS = 30.0
"""With a fence to come, controllers have so long to say that they saw the pause; then they are stopped anyway."""


def move(ports: Ports, *, namespaces: t.Sequence[str], name: str | None, settings: Settings) -> Result:
    """Bring the clusters of the namespaces (of all that have some, when none is given) to the target.

    ``name`` leaves all but the clusters of that name where they are.
    """
    convoy = _Convoy(ports, settings=settings)
    try:
        convoy.gather(namespaces, name=name)
        first = convoy.told()
        if not settings.check_mode:
            convoy.run()
    except EksaError:
        if not settings.check_mode:
            convoy.fence.drop()
        raise
    return convoy.result(first)


class _Convoy:
    """The namespaces that move together."""

    def __init__(self, ports: Ports, *, settings: Settings) -> None:
        self._ports = ports
        self._settings = settings
        self._servers = (Server(ports.source), Server(ports.target))
        self._backup = Backup(ports=ports, settings=settings)
        self._walks: list[Walk] = []
        self._still = False
        self.fence = Fence(ports, server=self._servers[0], timeout_seconds=settings.timeout_seconds)

    def gather(self, namespaces: t.Sequence[str], *, name: str | None) -> None:
        """Look at all namespaces; those without anything to move stay out, unless that is all of them."""
        self._backup.check()
        source, target = self._servers
        nothing = EksaError(
            "There is no Cluster to move: neither the source nor the target has one.",
            code="move.nothing_to_move",
            hint="Check the two kubeconfigs.",
        )
        for namespace in dict.fromkeys(namespaces or namespaces_with_clusters(source, target)):
            scope = Scope(namespace=namespace, name=name)
            walk = Walk(self._ports, source=source, target=target, scope=scope, settings=self._settings)
            try:
                walk.refresh()
            except EksaError as exc:
                if exc.code != "move.nothing_to_move":
                    raise
                nothing = exc
                continue
            self._walks.append(walk)
        if not self._walks:
            raise nothing
        self.fence.look()

    def run(self) -> None:
        """Stage after stage, all namespaces together, until nothing is left."""
        for walk in self._walks:
            self._backup.regret(walk.clusters, late=walk.stage > Stage.COPY)
        failures = 0
        for _round in range(ROUNDS):
            try:
                if not self._step():
                    return
                failures = 0
            except EksaError as exc:
                failures += 1
                if exc.code not in PASSING or failures > RETRIES:
                    raise
                self._ports.report.line(f"  {exc.message} The move looks again and goes on.")
                self._ports.clock.sleep(RETRY_SECONDS)
                for walk in self._walks:
                    walk.outdate()
        left = [f"{', '.join(walk.plan.actions)} (state {walk.plan.state.value})" for walk in self._left]
        raise EksaError(
            f"After {ROUNDS} rounds the move still has to {'; '.join(left)}.",
            code="move.no_progress",
            hint="Something changes the objects while they move, in the source or the target; stop it and run again.",
        )

    def _step(self) -> bool:
        """Look again where it matters, then the first stage that is not behind all of them. False: nothing is left."""
        for walk in self._walks:
            walk.refresh()
        stage = min(walk.stage for walk in self._walks)
        if stage is Stage.NONE:
            # A move that is over leaves no fence, whoever raised it.
            if self.fence.is_up:
                self.fence.lower(())
            return False
        walks = [walk for walk in self._walks if walk.stage is stage]
        together = {Stage.HOLD: self._hold, Stage.COPY: self._copy, Stage.DELETE: self._delete}
        if stage in together:
            together[stage](walks)
            return True
        for walk in walks:
            (walk.resume if stage is Stage.RESUME else walk.settle)()
        return True

    def _hold(self, walks: t.Sequence[Walk]) -> None:
        """Pause. Behind a fence nothing can be paused, and no provider can save what a move waits for."""
        if self.fence.is_up:
            self.fence.lower(node for walk in walks for node in walk.plan.pause)
        self._still = False
        for walk in walks:
            walk.hold()

    def _copy(self, walks: t.Sequence[Walk]) -> None:
        """First let everything come to rest; what is copied is what is there then."""
        if not self._still:
            self._come_to_rest(walks)
            self._still = True
            return
        for walk in walks:
            self._backup.save(walk.sides[0], clusters=walk.clusters)
            walk.copy()

    def _come_to_rest(self, walks: t.Sequence[Walk]) -> None:
        """Controllers have seen the pause, as far as they tell, and with a fence do not run any more.

        Behind the fence of a dead run nobody can tell; whether all its pods are gone is looked at again.
        """
        fencing = self.fence.is_up or (self._settings.fence and self._can_fence())
        if not self.fence.is_up:
            self._wait_quiet(walks, fencing=fencing)
        if fencing and self.fence.raise_():
            for walk in walks:
                walk.outdate((True, False))

    def _wait_quiet(self, walks: t.Sequence[Walk], *, fencing: bool) -> None:
        seconds = self._settings.timeout_seconds
        for walk in walks:
            try:
                walk.wait_quiet(timeout_seconds=min(QUIET_SECONDS, seconds) if fencing else seconds)
            except WaitTimeout as exc:
                if not fencing:
                    raise
                self._ports.report.line(f"  {exc.message} The controllers are stopped all the same.")

    def _can_fence(self) -> bool:
        """Whether all can be read while the providers' webhooks are away."""
        kinds = self.fence.cannot if self.fence.found else ()
        if kinds:
            self._ports.report.line(
                f"  no fence: the source may hold {', '.join(kinds[:5])} in an older version, which only the running"
                " controllers can convert; the pause alone has to do"
            )
        return not kinds

    def _delete(self, walks: t.Sequence[Walk]) -> None:
        """Everything is copied and equal. The webhooks of the source must answer before anything is deleted there."""
        self.fence.lower(node for walk in walks for group in walk.plan.delete for node in group)
        for walk in walks:
            walk.delete()

    @property
    def _left(self) -> list[Walk]:
        return [walk for walk in self._walks if walk.stage is not Stage.NONE]

    def told(self) -> Result:
        """What is to be done, for people: the plan before the first write."""
        several = len(self._walks) > 1
        actions = [
            f"{action} (namespace {walk.namespace})" if several else action
            for walk in self._walks
            for action in walk.plan.actions
        ]
        plans = [walk.plan for walk in self._walks]
        return Result(
            actions=(*actions, *self._fence_actions()),
            before="".join(f"{line}\n" for plan in plans for line in _places(plan, done=False)),
            after="".join(f"{line}\n" for plan in plans for line in _places(plan, done=True)),
            data={
                "found_state": min(plan.state.value for plan in plans),
                "clusters": [f"{key.namespace}/{key.name}" for plan in plans for key in plan.clusters],
                "moved": list(dict.fromkeys(label for plan in plans for label in plan.moving)),
                "kept": list(dict.fromkeys(label for plan in plans for label in plan.kept)),
                "inventory": {label: digest for walk in self._walks for label, digest in walk.inventory.items()},
                "machines": [told for walk in self._walks for told in machines_told(walk.machines)],
                "backup": [path for walk in self._walks if (path := self._backup.path(walk.clusters))],
            },
        )

    def _fence_actions(self) -> tuple[str, ...]:
        copying = any(walk.stage in (Stage.HOLD, Stage.COPY) and walk.plan.create for walk in self._walks)
        stopping = to_stop(self.fence.found) if copying and self._settings.fence and not self.fence.cannot else ()
        count = len({controller.label for controller in (*stopping, *to_start(self.fence.found))})
        if not count:
            return ()
        what = f"{count} controller{'' if count == 1 else 's'} of the source"
        return (f"stop {what} while objects are copied",) if stopping else (f"start {what}",)

    def result(self, first: Result) -> Result:
        """The plan, and how it ended."""
        state = min(walk.plan.state.value for walk in self._walks)
        fence = {"stopped": list(self.fence.stopped), "seconds": round(self.fence.seconds, 1)}
        return Result(
            actions=first.actions,
            before=first.before,
            after=first.after,
            data={**first.data, "state": state, "fence": fence, "backup": self._backup.there(first.data["backup"])},
        )


def _places(plan: MovePlan, *, done: bool) -> list[str]:
    """Where each object of the plan is, for the diff."""
    created = [node.key for group in plan.create for node in group]
    deleted = [node.key for group in plan.delete for node in group]
    lines = [f"source: {key.label}" for key in deleted if not done]
    lines += [f"target: {key.label}" for key in created if done]
    words = "active" if done else "paused"
    lines += [f"target: {key.label}: {words}" for key in plan.resume if done or key not in created]
    return sorted(lines)


__all__ = ("Ports", "Settings", "move")
