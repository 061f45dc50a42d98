# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Deleting one cluster of the world, in many runs if need be, and what may be left of it: nothing."""

from __future__ import annotations

import pathlib
import time

from ansible_collections.eks.anywhere.tests.cuts.ground import Ground
from ansible_collections.eks.anywhere.tests.simulation import inventory as inventories
from ansible_collections.eks.anywhere.tests.simulation.clusters import Cluster
from ansible_collections.eks.anywhere.tests.simulation.cutter import Counter
from ansible_collections.eks.anywhere.tests.simulation.runner import Outcome, Run
from ansible_collections.eks.anywhere.tests.simulation.vcenter import ADMIN, PASSWORDS
from ansible_collections.eks.anywhere.tests.simulation.world import CORE, READY_SECONDS

PAUSE_SECONDS = 0.5


class Victim:
    """A cluster that is made, deleted and made again. ``others`` is all that has to stay as it is."""

    def __init__(self, ground: Ground, cluster: Cluster, *, home: pathlib.Path) -> None:
        self._ground = ground
        self._cluster = cluster
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
        world.wait_provisioned(self._ground.here, count=2 * len(world.clusters))

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

    def left(self) -> list[str]:
        """What is still there of it, and what has changed of the others. The controllers' last look gets a moment."""
        until = time.monotonic() + READY_SECONDS / 4
        while (found := self._left()) and time.monotonic() < until:
            time.sleep(PAUSE_SECONDS)
        return found

    def _left(self) -> list[str]:
        found = self._ground.inventory(self._ground.here)
        mine = [f"{kind} {name}" for kind, _namespace, name in found.keys() - self._without(found).keys()]
        machines = [f"machine {name} in vCenter" for name in self._ground.machines() if self._is_mine(name)]
        others = [f"another cluster: {text}" for text in inventories.differences(self._others, self._without(found))]
        return [*sorted(mine), *machines, *others]

    def _without(self, found: inventories.Inventory) -> inventories.Inventory:
        return {name: content for name, content in found.items() if not self._is_mine(name[2])}

    def _is_mine(self, name: str) -> bool:
        return name == self._cluster.name or name.startswith(f"{self._cluster.name}-")


__all__ = ("Victim",)
