# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Deleting one cluster of the world, in many runs if need be, and what may be left of it: nothing."""

from __future__ import annotations

import bisect
import concurrent.futures
import pathlib
import threading
import time
import typing as t

from ansible_collections.eks.anywhere.tests.cuts.ground import Ground
from ansible_collections.eks.anywhere.tests.cuts.trials import Account, Trial, verdict
from ansible_collections.eks.anywhere.tests.simulation import inventory as inventories
from ansible_collections.eks.anywhere.tests.simulation.clusters import Cluster
from ansible_collections.eks.anywhere.tests.simulation.cutter import WRITES, Counter, Harm
from ansible_collections.eks.anywhere.tests.simulation.runner import Outcome, Run
from ansible_collections.eks.anywhere.tests.simulation.vcenter import ADMIN, PASSWORDS
from ansible_collections.eks.anywhere.tests.simulation.world import CORE, READY_SECONDS

PAUSE_SECONDS = 0.5


class Numbers:
    """Numbers of requests that are still to be cut, the smallest first; several victims take of them."""

    def __init__(self, numbers: t.Iterable[int]) -> None:
        self._left = sorted(numbers)
        self._lock = threading.Lock()

    def take(self) -> int:
        """The next; 0 when there is none."""
        with self._lock:
            return self._left.pop(0) if self._left else 0

    def put_back(self, number: int) -> None:
        """Somebody else's turn."""
        with self._lock:
            bisect.insort(self._left, number)


class Victim:
    """A cluster that is made, deleted and made again. All else has to stay as it is, but for clusters ``beside`` it."""

    def __init__(self, ground: Ground, cluster: Cluster, *, home: pathlib.Path, beside: t.Collection[str] = ()) -> None:
        self._ground = ground
        self._cluster = cluster
        self._changing = {cluster.name, *beside}
        self._config = home / f"{cluster.name}.yaml"
        self._config.write_text(cluster.config(ground.world.vcenter), encoding="utf-8")
        self._others = self._without(ground.inventory(ground.here))

    def exists(self) -> bool:
        """Whether its Cluster is there."""
        name = self._cluster.name
        found = self._ground.kube(self._ground.here).get(
            api_version=CORE, kind="Cluster", name=name, namespace=self._ground.namespace
        )
        return found is not None

    def make(self) -> None:
        """Have it, with its machines."""
        world = self._ground.world
        self._ground.here.apply(self._cluster.objects(world.vcenter))
        world.wait_provisioned(self._ground.here, count=2, cluster=self._cluster.name)

    def delete(self, counter: Counter | None = None) -> Outcome:
        """One run of the module; with a counter through the proxies."""
        kubeconfig, _there = self._ground.kubeconfigs(counter)
        params = {
            "config_file": str(self._config),
            "kubeconfig": kubeconfig,
            "vsphere_username": ADMIN,
            "vsphere_password": PASSWORDS[ADMIN],
            "timeout_seconds": READY_SECONDS,
        }
        run = Run("cluster_delete", params)
        if counter is not None:
            counter.pid = run.pid
        return run.go()

    def count_requests(self) -> int:
        """Those of a deletion that nothing happens to."""
        counter = Counter()
        outcome = self.delete(counter)
        assert outcome.result is not None, str(outcome)
        assert self.left() == []
        return len(counter.requests)

    def killed_at(self, numbers: Numbers) -> list[Trial]:
        """A whole cluster, runs that are killed, each at the next of these requests, until one ends; then a look.

        The runs before it leave a run less to do. A request that it therefore does not get to waits for a whole
        cluster. No trials when there are no numbers.
        """
        began = time.monotonic()
        if not self.exists():
            self.make()
        runs: list[Outcome] = []
        harmed: list[tuple[int, str]] = []
        whole = True
        while number := numbers.take():
            counter = Counter(at=number, harm=Harm.KILL_AFTER)
            runs.append(self.delete(counter))
            if not counter.harmed:
                if not whole:
                    numbers.put_back(number)
                break
            harmed += zip(counter.numbers, counter.harmed, strict=True)
            whole = whole and not any(request.split(" ")[1] in WRITES for request in counter.requests)
        if not runs:
            return []
        if runs[-1].result is None:
            runs.append(self.delete())
        wrong = verdict(runs, self.left())
        seconds = (time.monotonic() - began) / max(1, len(harmed))
        return [
            Trial(Harm.KILL_AFTER.value, number, request.partition("?")[0], wrong, seconds)
            for number, request in harmed
        ]

    def left(self) -> list[str]:
        """What is still there of it, and what has changed of the others. The controllers' last look gets a moment."""
        until = time.monotonic() + READY_SECONDS / 4
        while (found := self._left()) and time.monotonic() < until:
            time.sleep(PAUSE_SECONDS)
        return found

    def _left(self) -> list[str]:
        found = self._ground.inventory(self._ground.here)
        mine = [f"{kind} {name}" for kind, _namespace, name in found if self._is_mine(name)]
        machines = [f"machine {name} in vCenter" for name in self._ground.machines() if self._is_mine(name)]
        others = [f"another cluster: {text}" for text in inventories.differences(self._others, self._without(found))]
        return [*sorted(mine), *machines, *others]

    def _without(self, found: inventories.Inventory) -> inventories.Inventory:
        return {
            name: content for name, content in found.items() if not any(_is_of(one, name[2]) for one in self._changing)
        }

    def _is_mine(self, name: str) -> bool:
        return _is_of(self._cluster.name, name)


def ends_of_deletion(victims: t.Sequence[Victim], numbers: t.Iterable[int], account: Account) -> None:
    """Kill a deletion at each of these requests, all victims side by side."""
    waiting = Numbers(numbers)
    counting = threading.Lock()

    def work(victim: Victim) -> None:
        while trials := victim.killed_at(waiting):
            with counting:
                account.add(*trials)

    with concurrent.futures.ThreadPoolExecutor(len(victims)) as pool:
        for done in [pool.submit(work, victim) for victim in victims]:
            done.result()


def _is_of(cluster: str, name: str) -> bool:
    return name == cluster or name.startswith(f"{cluster}-")


__all__ = ("Numbers", "Victim", "ends_of_deletion")
