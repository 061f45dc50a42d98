# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""What vCenter knows of machines that are not well. It is asked only where the chain of objects ends there."""

from __future__ import annotations

import contextlib
import dataclasses
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._checks.naming import full_path
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ports import (
    Certificate,
    Inventory,
    InventoryQuery,
    Lookup,
    MachineQuery,
    Obj,
    VSphere,
)
from ansible_collections.eks.anywhere.plugins.module_utils._wait.conditions import is_true
from ansible_collections.eks.anywhere.plugins.module_utils._wait.observation import (
    Datacenter,
    Observation,
    Refusal,
    is_control_plane,
    name,
    node_name,
    spec,
    status,
)
from ansible_collections.eks.anywhere.plugins.module_utils._wait.rules.vcenter_parts import PARTS, named
from ansible_collections.eks.anywhere.plugins.module_utils._wait.vcenter import is_ready

Open = t.Callable[[str], contextlib.AbstractContextManager[VSphere]]

_FOLDERS = {"datastore": "datastore", "folder": "vm", "network": "network"}
"""Parts that have one place to be in; templates and pools are searched."""


def ask(seen: Observation, *, vcenter: Open) -> Datacenter | None:
    """Facts of the machines that are not well; None when all of them are, or there is no vCenter."""
    unwell = [vm for vm, machine in seen.vms if _is_unwell(seen, vm, machine)]
    server, thumbprint = _server(seen, unwell)
    if not unwell or not server:
        return None
    try:
        with vcenter(server) as session:
            certificate = session.certificate()
            if not is_meant(certificate, thumbprint):
                return Datacenter(server, refusal=_another(certificate, thumbprint))
            session.login(certificate)
            return Datacenter(
                server,
                inventory=_inventory(session, [vm for vm in unwell if not status(vm).get("vmRef")]),
                machines=session.machines([_query(vm) for vm in unwell]),
            )
    except EksaError as exc:
        return Datacenter(server, refusal=Refusal.of(exc))


def _is_unwell(seen: Observation, vm: Obj, machine: Obj | None) -> bool:
    if not is_ready(vm):
        return True
    if seen.workload is None:
        return machine is not None and is_control_plane(machine)
    node = seen.nodes.get(node_name(machine)) if machine else None
    return node is not None and not is_true(node, "Ready")


def _server(seen: Observation, vms: t.Iterable[Obj]) -> tuple[str, str]:
    """Address and thumbprint of the vCenter that the objects name."""
    named_by = [spec(obj) for obj in (*seen.of("VSphereCluster"), *vms) if spec(obj).get("server")]
    first = named_by[0] if named_by else {}
    return str(first.get("server") or ""), str(first.get("thumbprint") or "")


def is_meant(certificate: Certificate, thumbprint: str) -> bool:
    """Whether the password may go there. Without thumbprint the provider takes any certificate, and so do we."""
    if not certificate.problem or not thumbprint:
        return True
    return _plain(thumbprint) in (_plain(certificate.sha1), _plain(certificate.sha256))


def _another(certificate: Certificate, thumbprint: str) -> Refusal:
    return Refusal(
        "vsphere.thumbprint_mismatch",
        f"its certificate has the thumbprint {certificate.sha1}, the cluster expects {thumbprint}",
    )


def _plain(thumbprint: str) -> str:
    return "".join(char for char in thumbprint if char.isalnum()).upper()


def _inventory(session: VSphere, vms: t.Sequence[Obj]) -> Inventory | None:
    """What machines that were never made are to be made of, by the paths as their objects write them."""
    datacenter = next((str(spec(vm)["datacenter"]) for vm in vms if spec(vm).get("datacenter")), "")
    if not datacenter:
        return None
    asked = {
        part.field: {path: _full(path, part.field, datacenter) for vm in vms for path in named(vm, part)}
        for part in PARTS
    }
    found = session.observe(
        InventoryQuery(
            datacenter=datacenter,
            networks=tuple(asked["network"].values()),
            datastores=tuple(asked["datastore"].values()),
            folders=tuple(asked["folder"].values()),
            resource_pools=tuple(asked["resourcePool"].values()),
            templates=tuple(asked["template"].values()),
        )
    )

    def as_written(lookups: t.Mapping[str, Lookup], field: str) -> dict[str, Lookup]:
        return {raw: lookups[full] for raw, full in asked[field].items() if full in lookups}

    return dataclasses.replace(
        found,
        networks=as_written(found.networks, "network"),
        datastores=as_written(found.datastores, "datastore"),
        folders=as_written(found.folders, "folder"),
        resource_pools=as_written(found.resource_pools, "resourcePool"),
        templates=as_written(found.templates, "template"),
    )


def _full(path: str, field: str, datacenter: str) -> str:
    return full_path(path, datacenter=datacenter, folder=_FOLDERS[field]) if field in _FOLDERS else path


def _query(vm: Obj) -> MachineQuery:
    reference = str(status(vm).get("vmRef") or "").rpartition(":")[2]
    return MachineQuery(name=name(vm), ref=reference, task=str(status(vm).get("taskRef") or ""))


__all__ = ("Open", "ask", "is_meant")
