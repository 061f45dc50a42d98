# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Finds virtual machines by folder and name, or by UUID, and destroys one of them."""

from __future__ import annotations

import contextlib
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ports import FoundMachines, MachineItem, MachineSearch
from ansible_collections.eks.anywhere.plugins.module_utils._vsphere import boot_data
from ansible_collections.eks.anywhere.plugins.module_utils._vsphere.collector import CHILDREN, Collector, Row
from ansible_collections.eks.anywhere.plugins.module_utils._vsphere.tasks import finish

try:
    from pyVmomi import vim, vmodl
except ImportError:  # the session says so when it is opened
    vim = vmodl = None

NAMES = ("name", "parent")
DETAILS = ("name", "config.uuid", "config.instanceUuid", "config.template", "config.extraConfig", "runtime.powerState")
ABOVE = ("name", "parent")
ATTEMPTS = 5
_STAYS = "delete.machine_stays"


def search(query: MachineSearch, *, content: t.Any) -> FoundMachines:
    """All names of the folders in one request each; details only of those that fit."""
    collector = Collector(content.propertyCollector)
    seen: dict[str, t.Any] = {}
    unseen = []
    for path in dict.fromkeys(query.folders):
        refs = _in_folder(content, collector, path, query.prefix)
        if refs is None:
            unseen.append(path)
        else:
            seen |= {_moid(ref): ref for ref in refs}
    wanted = [(uuid, False) for uuid in query.uuids] + [(uuid, True) for uuid in query.instance_uuids]
    for uuid, is_instance in wanted:
        ref = content.searchIndex.FindByUuid(None, uuid, True, is_instance)
        if ref is not None:
            seen[_moid(ref)] = ref
    rows = [row for ref in seen.values() if (row := collector.read_one(ref, DETAILS)) is not None]
    return FoundMachines(items=tuple(_item(collector, row, query) for row in rows), unseen=tuple(unseen))


def destroy(machine: MachineItem, *, content: t.Any) -> None:
    """Switch off, then destroy; each task is waited for."""
    collector = Collector(content.propertyCollector)
    ref = vim.VirtualMachine(machine.ref, content.propertyCollector._stub)
    row = collector.read_one(ref, DETAILS)
    if row is None:
        return
    there = (row.values.get("name"), row.values.get("config.uuid"), bool(row.values.get("config.template")))
    if there != (machine.name, machine.uuid, False):
        raise EksaError(
            f"Virtual machine {machine.path} is not the one that was looked at any more; it is not destroyed.",
            code="delete.machine_changed",
            hint="Run again: the machines are looked at anew.",
            details={"name": there[0], "uuid": there[1]},
        )
    with contextlib.suppress(vmodl.fault.ManagedObjectNotFound):
        for left in reversed(range(ATTEMPTS)):
            _switch_off(collector, ref)
            try:
                finish(collector, ref.Destroy_Task(), doing=f"destroying {machine.path}", code=_STAYS)
                return
            except vim.fault.InvalidPowerState:
                # Switched on again in between, as high availability does.
                if not left:
                    raise


def _switch_off(collector: Collector, ref: t.Any) -> None:
    """What is off already is what was wanted."""
    row = collector.read_one(ref, ("runtime.powerState",))
    if row is None or row.values.get("runtime.powerState") == "poweredOff":
        return
    with contextlib.suppress(vim.fault.InvalidPowerState):
        finish(collector, ref.PowerOffVM_Task(), doing="switching off a virtual machine", code=_STAYS)


def _in_folder(content: t.Any, collector: Collector, path: str, prefix: str) -> list[t.Any] | None:
    """Machines directly in a folder whose names begin so; None when the folder cannot be looked into."""
    try:
        folder = content.searchIndex.FindByInventoryPath(path.strip("/"))
        if folder is None or not isinstance(folder, vim.Folder):
            return None
        rows = collector.traverse(folder, CHILDREN, {"Folder": NAMES, "VirtualMachine": NAMES})
    except vim.fault.NoPermission:
        return None
    machines = [row for row in rows if row.kind == "VirtualMachine"]
    return [row.ref for row in machines if str(row.values.get("name", "")).startswith(prefix)]


def _item(collector: Collector, row: Row, query: MachineSearch) -> MachineItem:
    values = row.values
    options = {option.key: str(option.value) for option in values.get("config.extraConfig") or ()}
    name = str(values.get("name", ""))
    return MachineItem(
        path=_path(collector, row.ref),
        kind=row.kind,
        ref=row.moid,
        name=name,
        uuid=str(values.get("config.uuid", "")),
        instance_uuid=str(values.get("config.instanceUuid", "")),
        power=str(values.get("runtime.powerState", "")),
        # One whose configuration cannot be read is left alone as a template is.
        is_template=bool(values.get("config.template", True)),
        hostname=boot_data.hostname(options),
        marks=boot_data.marks(options, query.marks),
    )


def _path(collector: Collector, ref: t.Any) -> str:
    """Inventory path, by the folders above it; the root folder has no name in it."""
    parts: list[str] = []
    while ref is not None:
        row = collector.read_one(ref, ABOVE)
        parent = row.values.get("parent") if row else None
        if row is None or parent is None:
            break
        parts.append(str(row.values.get("name", "")))
        ref = parent
    return "/" + "/".join(reversed(parts))


def _moid(ref: t.Any) -> str:
    return str(ref._GetMoId())


__all__ = ("destroy", "search")
