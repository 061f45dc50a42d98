# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A datacenter in processes: a vCenter, two management clusters with the real providers, and some clusters."""

from __future__ import annotations

import concurrent.futures
import contextlib
import dataclasses
import pathlib
import time
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._kube.client import KubeClient
from ansible_collections.eks.anywhere.tests.simulation.clusters import (
    NAMESPACE,
    Cluster,
    Guests,
    Obj,
    machines,
)
from ansible_collections.eks.anywhere.tests.simulation.configs import TEMPLATES
from ansible_collections.eks.anywhere.tests.simulation.providers import Providers
from ansible_collections.eks.anywhere.tests.simulation.servers import ApiServer, lab_program
from ansible_collections.eks.anywhere.tests.simulation.vcenter import Simulator, own_address, simulator

READY_SECONDS = 240.0
PAUSE_SECONDS = 0.5
CORE = "cluster.x-k8s.io/v1beta2"


@dataclasses.dataclass(frozen=True)
class Management:
    """A management cluster: an API server and the providers beside it."""

    api: ApiServer
    providers: Providers

    @property
    def kube(self) -> KubeClient:
        """A fresh administrator's client."""
        return KubeClient.from_kubeconfig(self.api.kubeconfig)

    def apply(self, objects: t.Iterable[Obj]) -> None:
        """Apply objects; webhooks may still be on their way up."""
        kube = self.kube
        for obj in objects:
            _patiently(lambda wanted=obj: kube.apply(wanted))


@dataclasses.dataclass(frozen=True)
class World:
    """All of it, running."""

    vcenter: Simulator
    source: Management
    target: Management
    clusters: tuple[Cluster, ...]
    guests: Guests

    def sleep(self) -> None:
        """Nothing happens to machines and in their clusters any more; what there is stays."""
        self.guests.stop()
        for cluster in self.clusters:
            cluster.api.stop()

    def machine_uuids(self) -> dict[str, str]:
        """UUID of every machine in vCenter by its name."""
        with self.vcenter.connect() as content:
            return {machine.name: machine.uuid for machine in machines(content)}

    def wait_provisioned(self, management: Management, *, count: int, cluster: str = "") -> None:
        """Wait until so many Machines, of all clusters or of one, have their nodes."""
        labels = f"cluster.x-k8s.io/cluster-name={cluster}" if cluster else ""
        until = time.monotonic() + READY_SECONDS
        while time.monotonic() < until:
            found = management.kube.list(api_version=CORE, kind="Machine", namespace=NAMESPACE, labels=labels)
            if len(found) == count and all(one.get("status", {}).get("nodeRef") for one in found):
                return
            time.sleep(PAUSE_SECONDS)
        states = {one["metadata"]["name"]: one.get("status", {}).get("phase") for one in found}
        raise AssertionError(f"{count} machines are not provisioned after {READY_SECONDS:.0f} s: {states}")


@contextlib.contextmanager
def world(
    home: pathlib.Path,
    *,
    clusters: t.Sequence[str] = (),
    together: t.Sequence[str] = (),
    later: t.Sequence[str] = (),
) -> t.Iterator[World]:
    """Start everything; the source manages the named clusters, each with a control plane machine and a worker.

    Clusters ``together`` share the one API server that stands for the control plane of each. Those of ``later`` nobody
    manages yet; their API servers are up, and their machines will boot.
    """
    with contextlib.ExitStack() as stack:
        vcenter = stack.enter_context(simulator(lab_program("vcsim"), templates=TEMPLATES, listen=own_address()))
        made = [Cluster(name, _server(stack, home, name, trusts_clients=True)) for name in (*clusters, *later)]
        if together:
            shared = _server(stack, home, "together", trusts_clients=True)
            made += [Cluster(name, shared) for name in together]
        apis = [_server(stack, home, name) for name in ("source", "target")]
        servers = list(dict.fromkeys((*apis, *(cluster.api for cluster in made))))
        for server in servers:
            server.launch()
        for server in servers:
            server.start()
        managements = [Management(api, Providers(api, home=_folder(home, f"{api.name}-providers"))) for api in apis]
        for management in managements:
            stack.callback(management.providers.stop)
        with concurrent.futures.ThreadPoolExecutor() as pool:
            list(pool.map(lambda management: management.providers.start(), managements))
        guests = Guests(vcenter, made)
        guests.start()
        stack.callback(guests.stop)
        found = World(
            vcenter=vcenter, source=managements[0], target=managements[1], clusters=tuple(made), guests=guests
        )
        _fill(found, but=later)
        yield found


def _fill(found: World, *, but: t.Collection[str]) -> None:
    found.source.apply([{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}])
    for cluster in found.clusters:
        cluster.prepare()
    made = [cluster for cluster in found.clusters if cluster.name not in but]
    for cluster in made:
        found.source.apply(cluster.objects(found.vcenter))
    found.wait_provisioned(found.source, count=2 * len(made))


def _server(stack: contextlib.ExitStack, home: pathlib.Path, name: str, *, trusts_clients: bool = False) -> ApiServer:
    server = ApiServer(name=name, home=_folder(home, name), trusts_clients=trusts_clients)
    stack.callback(server.stop)
    return server


def _folder(home: pathlib.Path, name: str) -> pathlib.Path:
    folder = home / name
    folder.mkdir(mode=0o700)
    return folder


def _patiently(act: t.Callable[[], object]) -> None:
    until = time.monotonic() + READY_SECONDS
    while True:
        try:
            act()
            return
        except EksaError:
            if time.monotonic() > until:
                raise
            time.sleep(PAUSE_SECONDS)


__all__ = ("Management", "World", "world")
