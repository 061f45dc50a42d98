# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""The documented checks of a vCenter: (cluster config, observed inventory) -> steps in the documented order."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._checks import machines, naming, placing
from ansible_collections.eks.anywhere.plugins.module_utils._checks.finding import Finding, found
from ansible_collections.eks.anywhere.plugins.module_utils._config.bundles import Bundles
from ansible_collections.eks.anywhere.plugins.module_utils._config.model import (
    ClusterConfig,
    FailureDomain,
    MachineConfig,
    VSphereDatacenter,
)
from ansible_collections.eks.anywhere.plugins.module_utils._ports import (
    DatastoreItem,
    Inventory,
    InventoryItem,
    InventoryQuery,
    Lookup,
)


@dataclasses.dataclass(frozen=True)
class Step:
    """One line of the documented output, established when none of the findings is an error."""

    line: str
    findings: tuple[Finding, ...] = ()


@dataclasses.dataclass(frozen=True)
class Sort:
    """A sort of object that a config names by inventory path."""

    check: str
    field: str
    folder: str
    kinds: tuple[str, ...]
    missing: str
    ambiguous: str = ""


NETWORK = Sort(
    "network",
    "network",
    "network",
    ("Network", "DistributedVirtualPortgroup", "OpaqueNetwork"),
    "vsphere.network_not_found",
)
DATASTORE = Sort("datastore", "datastore", "datastore", ("Datastore",), "vsphere.datastore_not_found")
FOLDER = Sort("folder", "folder", "vm", ("Folder",), "vsphere.folder_not_found")
POOL = Sort(
    "resource pool",
    "resourcePool",
    "host",
    ("ResourcePool", "VirtualApp"),
    "vsphere.resource_pool_not_found",
    "vsphere.resource_pool_ambiguous",
)
COMPUTE = Sort(
    "compute cluster",
    "computeCluster",
    "host",
    ("ClusterComputeResource", "ComputeResource"),
    "vsphere.compute_cluster_not_found",
)
TEMPLATE = Sort(
    "template",
    "template",
    "vm",
    ("VirtualMachine",),
    "vsphere.template_not_found",
    "vsphere.template_ambiguous",
)


Where = t.Union[MachineConfig, FailureDomain]
"""What names a place for machines."""
ATTRIBUTES: t.Mapping[str, str] = {
    "computeCluster": "compute_cluster",
    "datastore": "datastore",
    "folder": "folder",
    "network": "network",
    "resourcePool": "resource_pool",
    "template": "template",
}


def query(config: ClusterConfig) -> InventoryQuery:
    """What has to be looked up for a config: exactly the objects it names."""
    place = _place(config)
    domains = placing.used_domains(config)
    places: tuple[Where, ...] = (*config.machines, *domains)
    own = (path for group in placing.groups(config) for path in placing.network_paths(config, group))

    def asked(sort: Sort) -> tuple[str, ...]:
        return _asked(place, sort, (_path(place, where, sort) for where in places))

    return InventoryQuery(
        datacenter=place.datacenter,
        networks=_asked(place, NETWORK, (place.network, *own)),
        datastores=asked(DATASTORE),
        folders=asked(FOLDER),
        resource_pools=asked(POOL),
        templates=_asked(place, TEMPLATE, (machine.template for machine in config.machines)),
        compute_clusters=_asked(place, COMPUTE, (_path(place, domain, COMPUTE) for domain in domains)),
    )


def inventory_steps(config: ClusterConfig, bundles: Bundles | None, inventory: Inventory) -> list[Step]:
    """Datacenter, network, then datastore, folder and pool per machine config, then the templates."""
    place = _place(config)
    datacenter = _datacenter(place, inventory.datacenter)
    if datacenter:
        return [Step("Datacenter validated", datacenter)]  # nothing below can be seen
    steps = [
        Step("Datacenter validated"),
        Step("Network validated", _network(place, inventory)),
    ]
    steps += _machine_networks(config, inventory)
    for domain in placing.used_domains(config):
        steps.append(Step("Network validated", _named(place, domain, NETWORK, inventory.networks)))
        steps.append(Step("Compute cluster validated", _named(place, domain, COMPUTE, inventory.compute_clusters)))
        steps += _places(place, domain, inventory)
    for machine in config.machines:
        steps += _places(place, machine, inventory)
    templates = (
        finding
        for machine in config.machines
        for finding in (
            *_named(place, machine, TEMPLATE, inventory.templates),
            *machines.template_findings(config, machine, bundles, inventory),
        )
    )
    steps.append(Step("Control plane and Workload templates validated", tuple(dict.fromkeys(templates))))
    return steps


def datacenter_findings(config: ClusterConfig, inventory: Inventory) -> tuple[Finding, ...]:
    """What is wrong with the datacenter, without which nothing else can be seen."""
    return _datacenter(_place(config), inventory.datacenter)


def place_findings(config: ClusterConfig, machine: MachineConfig, inventory: Inventory) -> tuple[Finding, ...]:
    """What is wrong with network, datastore and resource pool of a machine config."""
    place = _place(config)
    return (
        *_network(place, inventory),
        *_datastore(place, machine, inventory),
        *_named(place, machine, POOL, inventory.resource_pools),
    )


def place_items(
    config: ClusterConfig, machine: MachineConfig, inventory: Inventory
) -> tuple[InventoryItem, InventoryItem, InventoryItem]:
    """Datastore, resource pool and network of a machine config about which nothing was found."""
    place = _place(config)
    datastore = inventory.datastores[_path(place, machine, DATASTORE)]
    pool = inventory.resource_pools[_path(place, machine, POOL)]
    return datastore.items[0], pool.items[0], inventory.networks[place.network].items[0]


def template_findings(config: ClusterConfig, machine: MachineConfig, inventory: Inventory) -> tuple[Finding, ...]:
    """Whether a template that was found is one, and the only one."""
    template = machines.template_of(machine, inventory)
    several = _named(_place(config), machine, TEMPLATE, inventory.templates)
    if several or template is None or template.is_template:
        return several
    owner = f"VSphereMachineConfig {machine.name}"
    return (found("vsphere.template_not_a_template", object=f"template {template.path}", config=owner),)


def _machine_networks(config: ClusterConfig, inventory: Inventory) -> list[Step]:
    """Networks that workers have instead of the datacenter's; without such there is no line."""
    place = _place(config)
    findings: list[Finding] = []
    own = [group for group in placing.groups(config) if placing.network_paths(config, group) and group.machine.networks]
    for group in own:
        for path in placing.network_paths(config, group):
            owner = f"VSphereMachineConfig {group.machine.name}"
            findings += _judge(place, NETWORK, path, inventory.networks.get(path), owner)
    return [Step("Machine config networks validated", tuple(dict.fromkeys(findings)))] if own else []


def _places(place: VSphereDatacenter, where: Where, inventory: Inventory) -> list[Step]:
    return [
        Step("Datastore validated", _datastore(place, where, inventory)),
        Step("Folder validated", _named(place, where, FOLDER, inventory.folders)),
        Step("Resource pool validated", _named(place, where, POOL, inventory.resource_pools)),
    ]


def _place(config: ClusterConfig) -> VSphereDatacenter:
    if config.datacenter is None:
        raise AssertionError("only asked for vSphere clusters")
    return config.datacenter


def _path(place: VSphereDatacenter, where: Where, sort: Sort) -> str:
    """Pools and templates keep a relative path, which is searched; the others have one place to be in."""
    raw = str(getattr(where, ATTRIBUTES[sort.field]))
    if sort in (POOL, TEMPLATE):
        return raw
    return naming.full_path(raw, datacenter=place.datacenter, folder=sort.folder)


def _asked(place: VSphereDatacenter, sort: Sort, paths: t.Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(path for path in paths if path and not _misplaced(place, sort, path)))


def _misplaced(place: VSphereDatacenter, sort: Sort, path: str) -> bool:
    return path.startswith("/") and not naming.lies_in(path, datacenter=place.datacenter, folder=sort.folder)


def _datacenter(place: VSphereDatacenter, lookup: Lookup) -> tuple[Finding, ...]:
    name = f"datacenter {place.datacenter}"
    if lookup.denied:
        return (found("vsphere.no_permission", object=name, privilege=lookup.denied),)
    if lookup.items:
        return ()
    near = naming.near_words(place.datacenter, lookup.near)
    return (found("vsphere.datacenter_not_found", object=name, near=near, config=place.name),)


def _network(place: VSphereDatacenter, inventory: Inventory) -> tuple[Finding, ...]:
    owner = f"VSphereDatacenterConfig {place.name}"
    return _judge(place, NETWORK, place.network, inventory.networks.get(place.network), owner)


def _owner(where: Where) -> str:
    kind = "failure domain" if isinstance(where, FailureDomain) else "VSphereMachineConfig"
    return f"{kind} {where.name}"


def _named(place: VSphereDatacenter, where: Where, sort: Sort, lookups: t.Mapping[str, Lookup]) -> tuple[Finding, ...]:
    path = _path(place, where, sort)
    if not path:
        return ()
    return _judge(place, sort, path, lookups.get(path), _owner(where))


def _datastore(place: VSphereDatacenter, where: Where, inventory: Inventory) -> tuple[Finding, ...]:
    findings = _named(place, where, DATASTORE, inventory.datastores)
    if findings:
        return findings
    path = _path(place, where, DATASTORE)
    items = inventory.datastores[path].items if path in inventory.datastores else ()
    gone = any(isinstance(item, DatastoreItem) and not item.accessible for item in items)
    if not gone:
        return ()
    return (found("vsphere.datastore_inaccessible", object=f"datastore {path}", config=_owner(where)),)


def _judge(place: VSphereDatacenter, sort: Sort, path: str, lookup: Lookup | None, owner: str) -> tuple[Finding, ...]:
    name = f"{sort.check} {path}"
    if lookup is None:
        where = f"/{place.datacenter.strip('/')}/{sort.folder}"
        return (
            found("vsphere.wrong_place", object=name, check=sort.check, field=sort.field, place=where, config=owner),
        )
    if lookup.denied:
        return (found("vsphere.no_permission", object=name, privilege=lookup.denied),)
    if not lookup.items:
        return (found(sort.missing, object=name, near=naming.near_words(path, lookup.near), config=owner),)
    if len(lookup.items) > 1:
        paths = ", ".join(sorted(item.path for item in lookup.items))
        return (found(sort.ambiguous, object=name, paths=paths, config=owner),)
    kind = lookup.items[0].kind
    if kind in sort.kinds:
        return ()
    return (
        found(
            "vsphere.wrong_kind",
            object=name,
            check=sort.check,
            kind=kind,
            wanted=sort.check,
            field=sort.field,
            config=owner,
        ),
    )


__all__ = (
    "Step",
    "datacenter_findings",
    "inventory_steps",
    "place_findings",
    "place_items",
    "query",
    "template_findings",
)
