# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Moves back and forth between two management clusters, through proxies that cut, and what must hold after each."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import pathlib
import subprocess
import time
import typing as t

from pyVmomi import vim

from ansible_collections.eks.anywhere.tests.simulation import inventory as inventories
from ansible_collections.eks.anywhere.tests.simulation.clusters import NAMESPACE, machines
from ansible_collections.eks.anywhere.tests.simulation.cutter import Counter, Cutter
from ansible_collections.eks.anywhere.tests.simulation.inventory import Inventory
from ansible_collections.eks.anywhere.tests.simulation.runner import RUN_SECONDS, Outcome, Run
from ansible_collections.eks.anywhere.tests.simulation.servers import ApiServer, lab_program
from ansible_collections.eks.anywhere.tests.simulation.tls import kubeconfig, write_private
from ansible_collections.eks.anywhere.tests.simulation.world import CORE, Management, World

SETTLE_SECONDS = 60.0
PAUSE_SECONDS = 0.2
QUICK = {"fence": False, "wait": False, "timeout_seconds": 60}
"""Nothing but the move itself."""
BIRTHS_AND_DEATHS = ["VmCreatedEvent", "VmClonedEvent", "VmDeployedEvent", "VmRemovedEvent"]
ADDONS = "addons.cluster.x-k8s.io/v1beta2"
GRAVE = "machines were made or removed"
STATUSES = {
    "Cluster": "apis/cluster.x-k8s.io/v1beta2:clusters",
    "Machine": "apis/cluster.x-k8s.io/v1beta2:machines",
}
"""Kinds whose status says whether a cluster may be moved, and where they are."""


@dataclasses.dataclass(frozen=True)
class Truth:
    """What no move may change: machines with their uuids, the objects, and what a cluster without clusters has."""

    machines: t.Mapping[str, str]
    events: frozenset[int]
    full: Inventory
    empty: Inventory
    controllers: t.Mapping[str, tuple[int, inventories.Obj]]


class Ground:
    """A world with a proxy before either management cluster. ``here`` has the clusters, ``there`` gets them."""

    def __init__(self, world: World, *, home: pathlib.Path, content: t.Any, proxies: t.Mapping[str, Cutter]) -> None:
        self.world = world
        self.here, self.there = world.source, world.target
        self._content = content
        self._proxies = proxies
        self._kubeconfigs = {
            side.api.name: _behind(proxies[side.api.name], side.api, home) for side in (self.here, self.there)
        }
        self._kubes = {side.api.name: side.kube for side in (self.here, self.there)}
        self._kinds = inventories.kinds_of(self._kubes[self.here.api.name])
        self.truth = self._truth()
        self._statuses: list[inventories.Obj] = []

    @property
    def namespace(self) -> str:
        """Where the objects are."""
        return NAMESPACE

    def kube(self, side: Management) -> t.Any:
        """A client of the side without a proxy."""
        return self._kubes[side.api.name]

    def move(self, counter: Counter | None = None, **params: t.Any) -> Outcome:
        """One run of the module from here to there; with a counter through the proxies."""
        return self.mover(counter, **params).go()

    def mover(self, counter: Counter | None = None, **params: t.Any) -> Run:
        """The same, before it begins."""
        here, there = self.kubeconfigs(counter)
        run = Run("capi_move", {"from_kubeconfig": here, "to_kubeconfig": there, **QUICK, **params})
        if counter is not None:
            counter.pid = run.pid
        return run

    def clusterctl(self, counter: Counter | None = None) -> subprocess.CompletedProcess[str]:
        """One run of the real ``clusterctl move`` from here to there; with a counter through the proxies."""
        here, there = self.kubeconfigs(counter)
        options = ("--namespace", NAMESPACE, "--kubeconfig", here, "--to-kubeconfig", there)
        argv = [lab_program("clusterctl"), "move", *options]
        environment = {**os.environ, "CLUSTERCTL_DISABLE_VERSIONCHECK": "true"}
        with subprocess.Popen(argv, env=environment, stderr=subprocess.PIPE, text=True) as process:
            if counter is not None:
                counter.pid = process.pid
            _nothing, errors = process.communicate(timeout=RUN_SECONDS)
        self._collect_garbage()
        return subprocess.CompletedProcess(argv, process.returncode, stderr=errors)

    def _collect_garbage(self) -> None:
        """Take bindings whose sets are gone, as a cluster's own collector does, which runs nowhere here.

        The controller of the sets can make one when its set is deleted: it goes on with what it had read before.
        """
        kube = self.kube(self.here)
        sets = kube.list(api_version=ADDONS, kind="ClusterResourceSet", namespace=NAMESPACE)
        alive = {obj["metadata"]["uid"] for obj in sets}
        for obj in kube.list(api_version=ADDONS, kind="ClusterResourceSetBinding", namespace=NAMESPACE):
            metadata = obj["metadata"]
            if not alive & {owner["uid"] for owner in metadata.get("ownerReferences", ())}:
                where = {"name": metadata["name"], "namespace": NAMESPACE, "uid": metadata["uid"]}
                kube.delete(api_version=ADDONS, kind="ClusterResourceSetBinding", **where)

    def kubeconfigs(self, counter: Counter | None) -> tuple[str, str]:
        """Paths of those of here and there; with a counter, which is set, they lead through the proxies."""
        if counter is None:
            return self.here.api.kubeconfig, self.there.api.kubeconfig
        for proxy in self._proxies.values():
            proxy.counter = counter
        return self._kubeconfigs[self.here.api.name], self._kubeconfigs[self.there.api.name]

    def turn(self) -> None:
        """The clusters are there now: the next move goes the other way."""
        self.here, self.there = self.there, self.here
        for obj in self._statuses:
            self.here.api.patch_status(obj, STATUSES[obj["kind"]], obj["status"])

    def still(self) -> None:
        """From now on no controller reconciles, and a move takes a fraction of the time; the webhooks work on.

        What a move looks for before it begins, controllers did find once: that status is put on whatever has moved.
        """
        found = [
            obj
            for kind in STATUSES
            for obj in self.kube(self.here).list(api_version=CORE, kind=kind, namespace=NAMESPACE)
        ]
        self.there.providers.rest()
        # The controllers here still have to say that they have seen the pause.
        outcome = self.move()
        assert outcome.result is not None, str(outcome)
        assert self.broken() == []
        self._statuses = [{**obj, "status": _without_pause(obj["status"])} for obj in found]
        self.turn()
        self.there.providers.rest()
        self.world.sleep()

    def is_whole(self) -> bool:
        """Whether one side has all that there was in the beginning; the next move goes from that side."""
        for _side in range(2):
            if not inventories.differences(self.truth.full, self.inventory(self.here)):
                return not inventories.differences(self.truth.empty, self.inventory(self.there))
            self.turn()
        return False

    def inventory(self, side: Management) -> Inventory:
        """What a side has."""
        return inventories.inventory(self.kube(side), kinds=self._kinds, namespace=NAMESPACE)

    def learn(self) -> None:
        """Take what there is now for what no move may change."""
        self.truth = self._truth()

    def broken(self) -> list[str]:
        """What does not hold although a move to ``there`` was finished. The target's controllers get a moment."""
        until = time.monotonic() + SETTLE_SECONDS
        while (faults := self._broken()) and time.monotonic() < until and not _is_grave(faults):
            time.sleep(PAUSE_SECONDS)
            self._collect_garbage()
        return faults

    def machines(self) -> dict[str, str]:
        """Uuids of the machines in vCenter by name."""
        return {machine.name: machine.uuid for machine in machines(self._content)}

    def _broken(self) -> list[str]:
        there, here = self.inventory(self.there), self.inventory(self.here)
        faults = [f"source: {text}" for text in inventories.differences(self.truth.empty, here)]
        faults += [f"target: {text}" for text in inventories.differences(self.truth.full, there)]
        faults += [f"target: {text}" for text in inventories.paused(there)]
        for side in (self.here, self.there):
            if inventories.controllers(self.kube(side)) != self.truth.controllers:
                faults.append(f"{side.api.name}: controllers are not as they were")
        if self.machines() != self.truth.machines or self._births_and_deaths() - self.truth.events:
            faults.append(f"vCenter: {GRAVE}")
        return faults

    def _births_and_deaths(self) -> frozenset[int]:
        """Keys of vCenter's events of machines that were made or removed."""
        wanted = vim.event.EventFilterSpec(eventTypeId=BIRTHS_AND_DEATHS, maxCount=1000)
        return frozenset(event.key for event in self._content.eventManager.QueryEvents(wanted))

    def _truth(self) -> Truth:
        return Truth(
            machines=self.machines(),
            events=self._births_and_deaths(),
            full=self.inventory(self.here),
            empty=self.inventory(self.there),
            controllers=inventories.controllers(self.kube(self.here)),
        )


def _without_pause(status: inventories.Obj) -> inventories.Obj:
    return {**status, "conditions": [one for one in status["conditions"] if one["type"] != "Paused"]}


def _is_grave(faults: t.Iterable[str]) -> bool:
    return any(GRAVE in fault for fault in faults)


@contextlib.contextmanager
def ground(world: World, *, home: pathlib.Path) -> t.Iterator[Ground]:
    """Proxies before both management clusters of a world."""
    with contextlib.ExitStack() as stack:
        content = stack.enter_context(world.vcenter.connect())
        proxies = {
            side.api.name: stack.enter_context(
                Cutter(name=side.api.name, url=side.api.url, certificate=side.api.certificate, key=side.api.key)
            )
            for side in (world.source, world.target)
        }
        yield Ground(world, home=home, content=content, proxies=proxies)


def _behind(proxy: Cutter, api: ApiServer, home: pathlib.Path) -> str:
    path = home / f"{api.name}-proxied.kubeconfig"
    certificate = pathlib.Path(api.certificate)
    write_private(path, kubeconfig(url=proxy.url, certificate=certificate, token=api.token))
    return str(path)


__all__ = ("Ground", "Truth", "ground")
