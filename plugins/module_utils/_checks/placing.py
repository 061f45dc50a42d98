# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Where the machines of a cluster are to live: each group with the objects that were found for it."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._checks.naming import full_path
from ansible_collections.eks.anywhere.plugins.module_utils._config.model import (
    ClusterConfig,
    FailureDomain,
    MachineConfig,
    Rollout,
    WorkerGroup,
)
from ansible_collections.eks.anywhere.plugins.module_utils._ports import (
    DatastoreItem,
    Inventory,
    InventoryItem,
    Lookup,
    TemplateItem,
)

IN_PLACE = "InPlace"


@dataclasses.dataclass(frozen=True)
class Group:
    """Machines of one kind: ``count`` at first, ``peak`` at the widest moment of an upgrade or of autoscaling."""

    machine: MachineConfig
    count: int
    peak: int
    domain: FailureDomain | None = None


@dataclasses.dataclass(frozen=True)
class Placed:
    """A group and its place; what was not found, which is told elsewhere, is None or missing."""

    cluster: str
    group: Group
    pool: InventoryItem | None
    folder: InventoryItem | None
    datastore: DatastoreItem | None
    template: TemplateItem | None
    networks: tuple[InventoryItem, ...]

    @property
    def machine(self) -> MachineConfig:
        """The machine config."""
        return self.group.machine

    @property
    def owner(self) -> str:
        """What to correct when the place is wrong."""
        domain = self.group.domain
        return f"failure domain {domain.name}" if domain else f"VSphereMachineConfig {self.machine.name}"


def groups(config: ClusterConfig) -> list[Group]:
    """Control plane, etcd and workers, in this order."""
    found: list[Group] = []
    control_plane, etcd = config.control_plane, config.external_etcd
    if control_plane.machine is not None:
        surge = _surge(control_plane.rollout)
        found.append(Group(control_plane.machine, control_plane.count, control_plane.count + surge))
    if etcd is not None and etcd.machine is not None:
        found.append(Group(etcd.machine, etcd.count, etcd.count + 1))
    for group in config.workers:
        if group.machine is not None:
            most = max(group.count, group.autoscaling.max_count if group.autoscaling else 0)
            found.append(Group(group.machine, group.count, most + _surge(group.rollout), _domain(config, group)))
    return found


def used_domains(config: ClusterConfig) -> tuple[FailureDomain, ...]:
    """Failure domains that a group of workers names, once each."""
    found = {group.domain.name: group.domain for group in groups(config) if group.domain}
    return tuple(found.values())


def placed(config: ClusterConfig, inventory: Inventory) -> tuple[Placed, ...]:
    """Every group with the objects of its place."""
    return tuple(_placed(config, group, inventory) for group in groups(config))


def only_item(lookup: Lookup | None) -> InventoryItem | None:
    """The one object that was found; None when there is none, or several, or one that may not be read."""
    return lookup.items[0] if lookup and len(lookup.items) == 1 and not lookup.denied else None


def _placed(config: ClusterConfig, group: Group, inventory: Inventory) -> Placed:
    place = config.datacenter
    name = place.datacenter if place else ""
    where = group.domain or group.machine

    def full(path: str, folder: str) -> str:
        return full_path(path, datacenter=name, folder=folder)

    datastore = only_item(inventory.datastores.get(full(where.datastore, "datastore")))
    template = only_item(inventory.templates.get(group.machine.template))
    networks = (only_item(inventory.networks.get(path)) for path in network_paths(config, group))
    return Placed(
        cluster=config.name,
        group=group,
        pool=only_item(inventory.resource_pools.get(where.resource_pool)),
        folder=only_item(inventory.folders.get(full(where.folder, "vm"))),
        datastore=datastore if isinstance(datastore, DatastoreItem) else None,
        template=template if isinstance(template, TemplateItem) else None,
        networks=tuple(item for item in networks if item is not None),
    )


def network_paths(config: ClusterConfig, group: Group) -> tuple[str, ...]:
    """Networks of the machines: their own ones (only workers may have some), the domain's, or the datacenter's."""
    place = config.datacenter
    name = place.datacenter if place else ""
    workers = {worker.machine.name for worker in config.workers if worker.machine}
    own = group.machine.networks if group.machine.name in workers else ()
    paths = own or ((group.domain.network,) if group.domain else (place.network,) if place else ())
    return tuple(full_path(path, datacenter=name, folder="network") for path in paths)


def _domain(config: ClusterConfig, group: WorkerGroup) -> FailureDomain | None:
    domains: t.Sequence[FailureDomain] = config.datacenter.failure_domains if config.datacenter else ()
    return next((domain for domain in domains if domain.name in group.failure_domains), None)


def _surge(rollout: Rollout | None) -> int:
    if rollout is None:
        return 1
    return 0 if rollout.type == IN_PLACE else rollout.max_surge


__all__ = ("Group", "Placed", "groups", "network_paths", "only_item", "placed", "used_domains")
