# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Machines: is the VM there and on, does it have an address, can it be bootstrapped, does it join."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.plugins.module_utils._wait.cause import Cause, Seen, cause
from ansible_collections.eks.anywhere.plugins.module_utils._wait.conditions import Condition, conditions, flat, said
from ansible_collections.eks.anywhere.plugins.module_utils._wait.observation import (
    Observation,
    called,
    created,
    is_etcd,
    name,
    node_name,
    role,
    spec,
    status,
)
from ansible_collections.eks.anywhere.plugins.module_utils._wait.rules.vcenter_parts import PARTS, named
from ansible_collections.eks.anywhere.plugins.module_utils._wait.vcenter import facts, is_ready

ADDRESS_SECONDS = 180.0
"""A machine boots and asks for an address within this time."""
GUEST_SECONDS = 60.0
"""The same once its guest tools run: then the system is up and only the answer is missing."""
POWER_SECONDS = 120.0
JOIN_SECONDS = 600.0
"""cloud-init, the images of the control plane and kubeadm take a few minutes on slow disks."""

_OFF = {"poweredOff": "switched off", "suspended": "suspended"}
_ADDRESS = frozenset({"WaitingForIPAllocation", "WaitingForNetworkAddress", "WaitingForNetworkAddresses"})
_CLAIM = frozenset({"WaitingForIPAddress", "WaitingForStaticIPAllocation", "IPAddressClaimNotFound", "NotFulfilled"})
_NOT_COPIED = frozenset({"BootstrapTemplateCloningFailed", "InfrastructureTemplateCloningFailed"})
_NO_TEMPLATE = re.compile(r"\b\w+Template( \S+)? do(es)? not exist")
"""Nodes and pods that "do not exist" are on their way: they come after the machine."""
_NETWORK = next(part for part in PARTS if part.field == "network")


def vm_gone(seen: Observation) -> Cause | None:
    """Somebody removed the virtual machine behind the provider's back."""
    for vm, machine in seen.vms:
        found = _provisioned(vm)
        reference = str(status(vm).get("vmRef") or "")
        vanished = reference and seen.datacenter and name(vm) in seen.datacenter.machines and not facts(seen, vm).there
        if not vanished and not (found and found.reason == "NotFoundByBIOSUUID" and found.status != "True"):
            continue
        evidence = [Seen.of(called(vm), said(found))] if found and found.status != "True" else []
        if vanished and seen.datacenter:
            evidence.append(Seen.of(f"vCenter {seen.datacenter.server}", f"knows no {reference}"))
        return cause(
            "why.vm_gone",
            f"The virtual machine of {_who(vm, machine)} does not exist in vCenter any more",
            fix="Bring its storage back if only that is gone; else delete the Machine, and a new one is made.",
            evidence=evidence,
        )
    return None


def vm_inaccessible(seen: Observation) -> Cause | None:
    """vCenter has lost the host or the files of a virtual machine."""
    for vm, machine in seen.vms:
        connection = facts(seen, vm).connection
        if connection not in ("", "connected"):
            return cause(
                "why.vm_inaccessible",
                f"The virtual machine of {_who(vm, machine)} is {connection} in vCenter",
                fix="Bring its ESXi host or its datastore back.",
                evidence=[Seen.of(called(vm), f"connection state {connection}"), *_events(seen, vm)],
            )
    return None


def vm_off(seen: Observation) -> Cause | None:
    """A virtual machine that should run is switched off."""
    for vm, machine in seen.vms:
        known = facts(seen, vm)
        if known.power not in _OFF or known.running_task:
            continue
        found = _provisioned(vm)
        was_up = is_ready(vm) or bool(machine and node_name(machine))
        stuck = found is not None and found.reason == "PoweringOn" and seen.longer_than(POWER_SECONDS, found.since)
        if was_up or stuck:
            return cause(
                "why.vm_powered_off",
                f"The virtual machine of {_who(vm, machine)} is {_OFF[known.power]}",
                fix="Switch it on in vCenter, and look in its events who switched it off and why.",
                evidence=[Seen.of(called(vm), f"power state {known.power}"), *_events(seen, vm)],
            )
    return None


def no_address(seen: Observation) -> Cause | None:
    """A virtual machine runs and gets no address."""
    for vm, machine in seen.vms:
        found = next(
            (entry for entry in conditions(vm).values() if entry.status != "True" and entry.reason in _CLAIM), None
        )
        if found and seen.longer_than(ADDRESS_SECONDS, found.since):
            return cause(
                "why.no_address",
                f"{_who(vm, machine).capitalize()} gets no address from its IP pool",
                fix="Give the pool more addresses, and see that its IPAM provider runs: kubectl get "
                "ipaddressclaims -A.",
                evidence=[Seen.of(called(vm), said(found))],
                since=found.since,
            )
        found = _provisioned(vm)
        if found is None or found.status == "True" or found.reason not in _ADDRESS:
            continue
        known = facts(seen, vm)
        patience = GUEST_SECONDS if known.tools == "guestToolsRunning" else ADDRESS_SECONDS
        since = found.since or created(vm)
        if known.addresses or not seen.longer_than(patience, since):
            continue
        networks = ", ".join(named(vm, _NETWORK)) or "its network"
        return cause(
            "why.no_address",
            f"{_who(vm, machine).capitalize()} runs but has no IP address: nobody on {networks} gives it one by DHCP",
            fix=f"See that a DHCP server with free addresses serves {networks}, and that the port group leads to it.",
            evidence=[Seen.of(called(vm), said(found)), *_guest(seen, vm), *_events(seen, vm)],
            since=since,
        )
    return None


def template_object_missing(seen: Observation) -> Cause | None:
    """The owner of machines cannot make any, because an object that it copies is not there."""
    for obj in seen.of("KubeadmControlPlane", "MachineDeployment", "EtcdadmCluster"):
        for found in conditions(obj).values():
            if _NO_TEMPLATE.search(found.message) or found.reason in _NOT_COPIED:
                wanted = _copied_from(obj)
                return cause(
                    "why.machine_template_missing",
                    f"{called(obj)} cannot make machines{f' from {wanted}' if wanted else ''}: {said(found)}",
                    fix="Apply the objects of the cluster again; the named template is one of them.",
                    evidence=[Seen.of(called(obj), said(found))],
                    since=found.since,
                )
    return None


def _copied_from(owner: Obj) -> str:
    """What the infrastructure of machines is copied from; empty where that is not told like this."""
    machine = (spec(owner).get("machineTemplate") or spec(owner).get("template") or {}).get("spec") or {}
    reference = machine.get("infrastructureRef") or {}
    return f"{reference['kind']} {reference['name']}" if reference.get("name") else ""


def bootstrap_failed(seen: Observation) -> Cause | None:
    """What a machine should run at its first start cannot be made."""
    for obj in seen.of("KubeadmConfig", "EtcdadmConfig"):
        for found in conditions(obj).values():
            if found.status != "False" or found.type == "Ready" or not found.message:
                continue  # "Unknown" is a look that failed, and is repeated
            if "aiting" in found.reason or found.message.startswith("Waiting"):
                continue
            return cause(
                "why.bootstrap_failed",
                f"The bootstrap data of machine {name(obj)} cannot be made: {said(found)}",
                fix="Mend what the message names; the bootstrap provider then tries again by itself.",
                evidence=[Seen.of(called(obj), said(found))],
                since=found.since,
            )
    return None


def failed(seen: Observation) -> Cause | None:
    """A provider has given a machine up."""
    for obj in (*seen.machines, *seen.of("VSphereMachine", "VSphereVM", "DockerMachine")):
        older = ((status(obj).get("deprecated") or {}).get("v1beta1") or {}).get("failureMessage")
        failure = flat(str(status(obj).get("failureMessage") or older or ""))
        if failure:
            return cause(
                "why.machine_failed",
                f"{called(obj)} has failed for good: {failure}",
                fix="Mend what is named, then delete the Machine, and a new one is made.",
                evidence=[Seen.of(called(obj), failure)],
            )
    return None


def not_joined(seen: Observation) -> Cause | None:
    """A virtual machine runs with an address, and no kubelet of it has come."""
    for machine in seen.machines:
        if is_etcd(machine) or node_name(machine) or machine["metadata"].get("deletionTimestamp"):
            continue
        found = conditions(machine).get("InfrastructureReady")
        if found is None or found.status != "True" or not seen.longer_than(JOIN_SECONDS, found.since):
            continue
        where = address(machine)
        return cause(
            "why.machine_not_joined",
            f"{role(machine).capitalize()} runs{f' at {where}' if where else ''} but has not joined the cluster",
            fix="Log in to it and read /var/log/cloud-init-output.log and `journalctl -u kubelet`; it may not "
            "reach the "
            "control plane endpoint or the image registry.",
            evidence=[Seen.of(called(machine), "infrastructure is ready, but there is no node")],
            since=found.since,
        )
    return None


def address(machine: Obj) -> str:
    """The first IP address of a Machine."""
    entries: t.Iterable[Obj] = status(machine).get("addresses") or ()
    return next((str(entry.get("address")) for entry in entries if "IP" in str(entry.get("type"))), "")


def _provisioned(vm: Obj) -> Condition | None:
    found = conditions(vm)
    return found.get("VirtualMachineProvisioned") or found.get("VMProvisioned")


def _who(vm: Obj, machine: Obj | None) -> str:
    return role(machine) if machine else f"machine {name(vm)}"


def _guest(seen: Observation, vm: Obj) -> list[Seen]:
    known = facts(seen, vm)
    if not known.there:
        return []
    return [
        Seen.of(
            f"Virtual machine {name(vm)}", f"power state {known.power}, {known.tools or 'no guest tools'}, no address"
        )
    ]


def _events(seen: Observation, vm: Obj) -> list[Seen]:
    return [Seen.of("vCenter event", text) for text in facts(seen, vm).events]


__all__ = (
    "address",
    "bootstrap_failed",
    "failed",
    "no_address",
    "not_joined",
    "template_object_missing",
    "vm_gone",
    "vm_inaccessible",
    "vm_off",
)
