# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Answers an inventory query: exact paths by the search index, details in one batch, neighbours of what is missing."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._ports import (
    DatastoreItem,
    Inventory,
    InventoryItem,
    InventoryQuery,
    Lookup,
    TemplateItem,
)
from ansible_collections.eks.anywhere.plugins.module_utils._vsphere.collector import (
    CHILDREN,
    FOLDERS,
    GRANDCHILDREN,
    POOLS,
    Collector,
    Hop,
    Row,
    with_paths,
)
from ansible_collections.eks.anywhere.plugins.module_utils._vsphere.tags import TagReader

try:
    from pyVmomi import vim
except ImportError:  # the session says so when it is opened
    vim = None

NAMED = ("name", "parent")
NEIGHBOUR_PAGES = 4
"""A suggestion is not worth reading ten thousand machines of one folder."""
DETAILS = {
    "Datastore": ("summary.capacity", "summary.freeSpace", "summary.accessible"),
    "VirtualMachine": ("config.template", "config.hardware.device", "datastore", "snapshot"),
}


@dataclasses.dataclass(frozen=True)
class Place:
    """Where objects of one sort live in a datacenter, and what to list around a missing one."""

    folder: str
    kind: str
    hops: tuple[Hop, ...] = CHILDREN


NETWORKS = Place("network", "Network")
DATASTORES = Place("datastore", "Datastore")
VM_FOLDERS = Place("vm", "Folder")
TEMPLATES = Place("vm", "VirtualMachine", GRANDCHILDREN)
COMPUTE = Place("host", "ComputeResource")


class Reader:
    """One query's work on an open session."""

    def __init__(self, *, content: t.Any, tags: TagReader) -> None:
        self._index = content.searchIndex
        self._root = content.rootFolder
        self._collector = Collector(content.propertyCollector)
        self._tags = tags
        self._found: dict[str, Lookup] = {}
        self._refs: dict[str, t.Any] = {}
        self._pools: dict[str, InventoryItem] | None = None
        self._folders: dict[str, t.Any] | None = None
        self._rows: dict[str, Row] = {}
        self._attached: dict[str, tuple[str, ...]] | None = None

    def read(self, query: InventoryQuery) -> Inventory:
        """All lookups of the query; without its datacenter nothing else can be looked up."""
        datacenter = self._datacenter(query.datacenter)
        if datacenter.denied or not datacenter.items:
            return Inventory(datacenter=datacenter)
        home = datacenter.items[0].path
        templates = {path: self._template(path, home) for path in query.templates}
        datastores = {path: self._exact(path, home, DATASTORES) for path in query.datastores}
        self._detail(datastores, templates)
        return Inventory(
            datacenter=datacenter,
            networks={path: self._exact(path, home, NETWORKS) for path in query.networks},
            datastores={path: self._described(lookup) for path, lookup in datastores.items()},
            folders={path: self._exact(path, home, VM_FOLDERS) for path in query.folders},
            resource_pools={path: self._pool(path, home) for path in query.resource_pools},
            templates={path: self._described(lookup) for path, lookup in templates.items()},
            compute_clusters={path: self._exact(path, home, COMPUTE) for path in query.compute_clusters},
        )

    def _datacenter(self, name: str) -> Lookup:
        lookup = self._find("/" + name.strip("/"))
        if lookup.denied or (lookup.items and lookup.items[0].kind == "Datacenter"):
            return lookup
        return Lookup(near=self._below(self._root, "", "Datacenter", GRANDCHILDREN))

    def _exact(self, path: str, home: str, place: Place) -> Lookup:
        lookup = self._find(path)
        return lookup if lookup.items or lookup.denied else Lookup(near=self._around(path, home, place))

    def _pool(self, wanted: str, home: str) -> Lookup:
        if wanted.startswith("/"):
            lookup = self._find(wanted)
            if lookup.items or lookup.denied:
                return lookup
        if self._pools is None:
            self._pools = self._all_pools(home)
        if wanted.startswith("/"):
            return Lookup(near=tuple(self._pools))
        tail = wanted.removeprefix("*/")
        matches = tuple(pool for path, pool in self._pools.items() if _ends_with(path, tail))
        return Lookup(items=matches) if matches else Lookup(near=tuple(self._pools))

    def _all_pools(self, home: str) -> dict[str, InventoryItem]:
        root = self._ref(home + "/host")
        rows = self._collector.traverse(root, POOLS, {"Folder": NAMED, "ComputeResource": NAMED, "ResourcePool": NAMED})
        found = with_paths(rows, root, home + "/host")
        pools = {path: row for path, row in found.items() if row.kind in ("ResourcePool", "VirtualApp")}
        return {path: InventoryItem(path=path, kind=row.kind, ref=row.moid) for path, row in pools.items()}

    def _template(self, wanted: str, home: str) -> Lookup:
        if wanted.startswith("/"):
            return self._exact(wanted, home, TEMPLATES)
        if self._folders is None:
            self._folders = self._all_folders(home)
        above, _slash, name = wanted.rpartition("/")
        matches = tuple(
            item
            for path, ref in self._folders.items()
            if _ends_with(path, above)
            for item in self._child(path, ref, name)
        )
        return Lookup(items=matches) if matches else Lookup(near=self._around(f"{home}/vm/{wanted}", home, TEMPLATES))

    def _all_folders(self, home: str) -> dict[str, t.Any]:
        root = self._ref(home + "/vm")
        found = with_paths(self._collector.traverse(root, FOLDERS, {"Folder": NAMED}), root, home + "/vm")
        return {home + "/vm": root, **{path: row.ref for path, row in found.items()}}

    def _child(self, folder: str, ref: t.Any, name: str) -> tuple[InventoryItem, ...]:
        child = self._index.FindChild(ref, name)
        if child is None or _kind(child) != "VirtualMachine":
            return ()
        return (self._item(f"{folder}/{name}", child),)

    def _find(self, path: str) -> Lookup:
        if path not in self._found:
            self._found[path] = self._search(path)
        return self._found[path]

    def _search(self, path: str) -> Lookup:
        try:
            ref = self._index.FindByInventoryPath(path.strip("/"))
        except vim.fault.NoPermission as exc:
            return Lookup(denied=exc.privilegeId or "System.View")
        return Lookup(items=(self._item(path, ref),)) if ref is not None else Lookup()

    def _item(self, path: str, ref: t.Any) -> InventoryItem:
        self._refs[path] = ref
        return InventoryItem(path=path, kind=_kind(ref), ref=str(ref._GetMoId()))

    def _ref(self, path: str) -> t.Any:
        self._find(path)
        return self._refs[path]

    def _around(self, path: str, home: str, place: Place) -> tuple[str, ...]:
        """Paths of the wanted kind in the nearest folder above a missing path that does exist."""
        above = path.rpartition("/")[0]
        while above.startswith(f"{home}/{place.folder}/") and not self._is_folder(above):
            above = above.rpartition("/")[0]
        if not above.startswith(f"{home}/{place.folder}") or not self._is_folder(above):
            above = f"{home}/{place.folder}"
        return self._below(self._ref(above), above, place.kind, place.hops)

    def _is_folder(self, path: str) -> bool:
        items = self._find(path).items
        return bool(items) and items[0].kind in ("Folder", "StoragePod")

    def _below(self, root: t.Any, root_path: str, kind: str, hops: tuple[Hop, ...]) -> tuple[str, ...]:
        paths: dict[str, tuple[str, ...]] = {"Folder": NAMED, kind: NAMED}
        if kind == "VirtualMachine":
            paths[kind] = (*NAMED, "config.template")
        try:
            rows = self._collector.traverse(root, hops, paths, pages=NEIGHBOUR_PAGES)
        except vim.fault.NoPermission:
            return ()  # a suggestion is not worth an error of its own
        found = with_paths(rows, root, root_path)
        return tuple(sorted(path for path, row in found.items() if _suggests(row, kind)))

    def _detail(self, *groups: t.Mapping[str, Lookup]) -> None:
        """Read the details of everything found in one batch, and the tags of the templates in another."""
        items = {item.ref: item for group in groups for lookup in group.values() for item in lookup.items}
        wanted = [self._refs[item.path] for item in items.values() if item.kind in DETAILS]
        kinds = {_kind(ref) for ref in wanted}
        rows = self._collector.read(wanted, {kind: paths for kind, paths in DETAILS.items() if kind in kinds})
        self._rows = {row.moid: row for row in rows}
        machines = sorted(row.moid for row in rows if row.kind == "VirtualMachine")
        self._attached = self._tags.read("VirtualMachine", machines)

    def _described(self, lookup: Lookup) -> Lookup:
        items = tuple(self._describe(item) for item in lookup.items)
        denied = next((row.denied for item in items if (row := self._rows.get(item.ref)) and row.denied), lookup.denied)
        return dataclasses.replace(lookup, items=items, denied=denied)

    def _describe(self, item: InventoryItem) -> InventoryItem:
        row = self._rows.get(item.ref)
        if row is None:
            return item
        if item.kind == "Datastore":
            return DatastoreItem(
                path=item.path,
                kind=item.kind,
                ref=item.ref,
                capacity_bytes=int(row.values.get("summary.capacity", 0)),
                free_bytes=int(row.values.get("summary.freeSpace", 0)),
                accessible=bool(row.values.get("summary.accessible", True)),
            )
        devices = row.values.get("config.hardware.device") or ()
        return TemplateItem(
            path=item.path,
            kind=item.kind,
            ref=item.ref,
            is_template=bool(row.values.get("config.template")),
            disks_kib=tuple(int(d.capacityInKB) for d in devices if isinstance(d, vim.vm.device.VirtualDisk)),
            has_snapshot=row.values.get("snapshot") is not None,
            tags=None if self._attached is None else self._attached.get(item.ref, ()),
            datastores=tuple(str(ref._GetMoId()) for ref in row.values.get("datastore") or ()),
        )


def _kind(ref: t.Any) -> str:
    return str(ref._wsdlName)


def _ends_with(path: str, tail: str) -> bool:
    """Whether the path ends with these whole parts (as the vendor's CLI matches a name without a leading slash)."""
    return not tail or path.endswith("/" + tail.strip("/"))


def _suggests(row: Row, kind: str) -> bool:
    if kind == "VirtualMachine":
        return bool(row.values.get("config.template"))
    return isinstance(row.ref, getattr(vim, kind))


__all__ = ("Reader",)
