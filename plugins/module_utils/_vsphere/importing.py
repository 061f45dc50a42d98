# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Makes a template of an OVA: under a name of its own until it is complete, and gone again when anything fails."""

from __future__ import annotations

import contextlib
import dataclasses
import ssl
import time
import typing as t
import xml.etree.ElementTree as ET

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ports import InventoryItem, Reporter
from ansible_collections.eks.anywhere.plugins.module_utils._ports_template import Order, Ova
from ansible_collections.eks.anywhere.plugins.module_utils._vsphere import signals, tasks, upload
from ansible_collections.eks.anywhere.plugins.module_utils._vsphere.collector import Collector

try:
    from pyVmomi import vim, vmodl
except ImportError:  # the session says so when it is opened
    vim = vmodl = None

READY_SECONDS = 120.0
BEGIN_SECONDS = 30.0
PAUSE_SECONDS = 0.2
KIB_PER_GIB = 1 << 20
BOTTLEROCKET_DATA_GIB = 20
"""What upstream grows the second disk to (``internal/templates/factory.go``) ..."""
BOTTLEROCKET_ONLY_GIB = 22
"""... and the first where there is no second."""


@dataclasses.dataclass(frozen=True)
class Site:
    """A session to import with: its ``server`` as the config names it, and how that is trusted.

    ``attach`` puts tags on a virtual machine (its identifier, the tags) or raises.
    """

    content: t.Any
    server: str
    trusted: ssl.SSLContext
    attach: t.Callable[[str, t.Sequence[str]], None]

    @property
    def collector(self) -> Collector:
        """Reads properties."""
        return Collector(self.content.propertyCollector)

    def ref(self, item: InventoryItem) -> t.Any:
        """A managed object of this session."""
        room = vim.dvs if item.kind.startswith("DistributedVirtualPort") else vim
        return getattr(room, item.kind)(item.ref, self.content.propertyCollector._stub)


def bring(order: Order, ova: Ova, *, site: Site, report: Reporter) -> bool:
    """False when somebody else took the name meanwhile."""
    folder = site.content.searchIndex.FindByInventoryPath(order.folder.strip("/"))
    spec = _spec(order, ova, site, report)
    leases: list[t.Any] = []
    try:
        with signals.deferred():  # until its answer is there, nobody knows what there is to be aborted
            leases.append(site.ref(order.pool).ImportVApp(spec.importSpec, folder))
        machine = _filled(leases[0], spec, ova, site=site, report=report)
        _finished(machine, order, site)
        return renamed(machine, order.name, site) or _undone(order, folder, [], site)
    except BaseException:
        _undone(order, folder, leases, site)
        raise


def renamed(machine: t.Any, name: str, site: Site) -> bool:
    """The last step, by which the template is there for everybody. False when the name is taken."""
    try:
        _wait(site, machine.Rename_Task(name), f"renaming to {name}")
    except vmodl.MethodFault:
        row = site.collector.read_one(machine, ("parent",))
        folder = row.values.get("parent") if row else None
        if folder is None or site.content.searchIndex.FindChild(folder, name) is None:
            raise
        return False
    return True


def destroyed(machine: t.Any, site: Site) -> None:
    """Harmless when it is gone."""
    with contextlib.suppress(vmodl.fault.ManagedObjectNotFound):
        _wait(site, machine.Destroy_Task(), "removing an unfinished import")


def networks(descriptor: str) -> tuple[str, ...]:
    """Names that the descriptor has for networks."""
    if "<!DOCTYPE" in descriptor or "<!ENTITY" in descriptor:
        raise EksaError("The descriptor declares entities, as no OVF does.", code="template.not_an_ova")
    try:
        root = ET.fromstring(descriptor)  # noqa: S314 - no entities, as was looked, and its checksum was asked for
    except ET.ParseError as exc:
        raise EksaError(f"The descriptor is no XML: {exc}.", code="template.not_an_ova") from exc
    found = (one.attrib for one in root.iterfind(".//{*}NetworkSection/{*}Network"))
    return tuple(value for fields in found for key, value in fields.items() if key.rpartition("}")[2] == "name")


def _spec(order: Order, ova: Ova, site: Site, report: Reporter) -> t.Any:
    """What vCenter makes of the descriptor; each of its networks becomes the one of the config."""
    network = site.ref(order.network)
    mapping = [vim.OvfManager.NetworkMapping(name=name, network=network) for name in networks(ova.descriptor)]
    wanted = vim.OvfManager.CreateImportSpecParams(
        entityName=order.stage, diskProvisioning="thin", networkMapping=mapping, locale="", deploymentOption=""
    )
    pool, datastore = site.ref(order.pool), site.ref(order.datastore)
    spec = site.content.ovfManager.CreateImportSpec(ova.descriptor, pool, datastore, wanted)
    for warning in spec.warning or ():
        report.line(f"Warning: {_words(warning)}")
    if spec.error or spec.importSpec is None:
        raise _refused(", ".join(_words(error) for error in spec.error or ()) or "it says nothing")
    return spec


def _filled(lease: t.Any, spec: t.Any, ova: Ova, *, site: Site, report: Reporter) -> t.Any:
    """The virtual machine with its disks."""
    info = _ready(lease, site)
    upload.send(
        ova,
        spec.fileItem or (),
        info.deviceUrl or (),
        server=site.server,
        trusted=site.trusted,
        tell_server=lease.HttpNfcLeaseProgress,
        report=report,
    )
    lease.HttpNfcLeaseComplete()
    return info.entity


def _ready(lease: t.Any, site: Site) -> t.Any:
    end = time.monotonic() + READY_SECONDS
    while time.monotonic() < end:
        row = site.collector.read_one(lease, ("state", "info", "error"))
        values = row.values if row else {}
        if values.get("state") == "ready":
            return values["info"]
        if values.get("state") == "error":
            raise _refused(_words(values.get("error")))
        time.sleep(PAUSE_SECONDS)
    raise _refused(f"the import was not ready within {READY_SECONDS:.0f} s")


def _begun(lease: t.Any, site: Site) -> None:
    """A lease that is aborted before may be too late to keep the virtual machine from being made."""
    end = time.monotonic() + BEGIN_SECONDS
    while time.monotonic() < end:
        row = site.collector.read_one(lease, ("state",))
        if row is None or row.values.get("state") != "initializing":
            return
        time.sleep(PAUSE_SECONDS)


def _finished(machine: t.Any, order: Order, site: Site) -> None:
    """All but the name."""
    if order.bottlerocket:
        _grow(machine, site)
    if order.snapshot:
        snapshot = machine.CreateSnapshot_Task(name=order.snapshot, description="", memory=False, quiesce=False)
        _wait(site, snapshot, f"making snapshot {order.snapshot}")
    if order.tags:
        site.attach(str(machine._GetMoId()), order.tags)
    machine.MarkAsTemplate()


def _grow(machine: t.Any, site: Site) -> None:
    row = site.collector.read_one(machine, ("config.hardware.device",))
    devices = row.values.get("config.hardware.device", ()) if row else ()
    disks = [one for one in devices if isinstance(one, vim.vm.device.VirtualDisk)]
    if not disks:
        return
    disk, gib = (disks[1], BOTTLEROCKET_DATA_GIB) if len(disks) > 1 else (disks[0], BOTTLEROCKET_ONLY_GIB)
    if disk.capacityInKB >= gib * KIB_PER_GIB:
        return
    disk.capacityInKB, disk.capacityInBytes = gib * KIB_PER_GIB, gib * KIB_PER_GIB * 1024
    change = vim.vm.device.VirtualDeviceSpec(operation="edit", device=disk)
    _wait(site, machine.ReconfigVM_Task(vim.vm.ConfigSpec(deviceChange=[change])), f"growing a disk to {gib} GiB")


def _undone(order: Order, folder: t.Any, leases: t.Sequence[t.Any], site: Site) -> bool:
    """Abort the upload, by which vCenter removes what there is, and remove what it did not. Always False."""
    with signals.deferred():
        for lease in leases:
            with contextlib.suppress(Exception):  # it may be complete; what fails here is in the way of the cause
                _begun(lease, site)
                lease.HttpNfcLeaseAbort()
        with contextlib.suppress(Exception):  # the next run finds it by its name
            machine = site.content.searchIndex.FindChild(folder, order.stage)
            if machine is not None:
                destroyed(machine, site)
    return False


def _wait(site: Site, task: t.Any, doing: str) -> None:
    tasks.finish(site.collector, task, doing=doing, code="template.refused")


def _words(fault: t.Any) -> str:
    """vCenter's own words about a fault."""
    name = type(getattr(fault, "fault", None) or fault).__name__.rpartition(".")[2]
    return str(getattr(fault, "localizedMessage", None) or getattr(fault, "msg", None) or name).rstrip(".")


def _refused(seen: str) -> EksaError:
    return EksaError(f"vCenter refuses the import: {seen}.", code="template.refused")


__all__ = ("Site", "bring", "destroyed", "networks", "renamed")
