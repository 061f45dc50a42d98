# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Which virtual machines are a cluster's own, and when one is proven to be gone.

The vSphere provider names a machine after its Machine, puts it into the folder of its spec, gives it the uid of its
VSphereVM as instance UUID, and hands it the boot data of the cluster. The name alone proves nothing: ``prod-db-x2x9l``
may be a worker of ``prod`` or the control plane of ``prod-db``.
"""

from __future__ import annotations

import dataclasses
import re
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._ports import (
    FoundMachines,
    MachineFacts,
    MachineItem,
    MachineQuery,
    MachineSearch,
    Obj,
)

ETCD_MARK = "etcdadm"
KUBEADM_MARK = "kubeadm"
MACHINE_KINDS = ("VSphereVM", "VSphereMachine", "Machine")
"""Objects that stand for one virtual machine each, the nearest to it first."""

_RANDOM = "[bcdfghjklmnpqrstvwxz2456789]"
"""What Kubernetes makes the end of a name of."""
_LONGEST_BASE = 58
"""A longer base is cut, so that the name with its five random characters is a valid label."""


@dataclasses.dataclass(frozen=True)
class Known:
    """A virtual machine as the objects of the cluster know it, and the folders it can be in; unknown is empty."""

    name: str
    uuid: str = ""
    instance_uuid: str = ""
    folders: tuple[str, ...] = ()
    task: str = ""


@dataclasses.dataclass(frozen=True)
class Owner:
    """By what a cluster's virtual machines are told: names, folders, the endpoint, and what its objects know."""

    cluster: str
    endpoint: str = ""
    groups: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    known: tuple[Known, ...] = ()

    @property
    def search(self) -> MachineSearch:
        """What to ask vCenter for."""
        return MachineSearch(
            folders=tuple(dict.fromkeys((*self.folders, *(path for one in self.known for path in one.folders)))),
            prefix=f"{self.cluster}-"[:_LONGEST_BASE],
            uuids=tuple(dict.fromkeys(one.uuid for one in self.known if one.uuid)),
            instance_uuids=tuple(dict.fromkeys(one.instance_uuid for one in self.known if one.instance_uuid)),
            marks=tuple(word for word in (self.endpoint, ETCD_MARK, KUBEADM_MARK) if word),
        )


@dataclasses.dataclass(frozen=True)
class Verdict:
    """A machine that may be the cluster's. Either ``proof`` says why it is, or ``doubt`` why that is not certain."""

    machine: MachineItem
    proof: str = ""
    doubt: str = ""

    @property
    def proven(self) -> bool:
        """Whether it may be destroyed."""
        return bool(self.proof)

    def as_dict(self) -> dict[str, t.Any]:
        """The documented public shape."""
        return {
            "name": self.machine.name,
            "path": self.machine.path,
            "uuid": self.machine.uuid,
            "power": self.machine.power,
            "proven": self.proven,
            "why": self.proof or self.doubt,
        }


def known_machines(objects: t.Iterable[Obj]) -> tuple[Known, ...]:
    """One entry per virtual machine that objects stand for; of several objects the facts are put together."""
    found: dict[str, Known] = {}
    for obj in objects:
        if obj["kind"] in MACHINE_KINDS:
            name = obj["metadata"]["name"]
            found[name] = _with(found.get(name, Known(name)), obj)
    return tuple(found.values())


def _with(known: Known, obj: Obj) -> Known:
    spec, status = obj.get("spec") or {}, obj.get("status") or {}
    uuid = spec.get("biosUUID") or str(spec.get("providerID") or "").rpartition("://")[2]
    known = dataclasses.replace(known, uuid=known.uuid or str(uuid).lower())
    if obj["kind"] != "VSphereVM":
        return known
    return dataclasses.replace(
        known,
        instance_uuid=str(obj["metadata"]["uid"]),
        folders=(str(spec["folder"]),) if spec.get("folder") else (),
        task=str(status.get("taskRef") or ""),
    )


def verdicts(found: FoundMachines, owner: Owner) -> tuple[Verdict, ...]:
    """The machines that are or may be the cluster's, by name; those of others are left out."""
    judged = (_judged(machine, owner) for machine in found.items)
    return tuple(sorted((one for one in judged if one is not None), key=lambda one: one.machine.path))


def _judged(machine: MachineItem, owner: Owner) -> Verdict | None:
    if machine.is_template:
        return None
    named = next((one for one in owner.known if stands_for(machine, one)), None)
    return _by_identity(machine, named) if named else _by_boot_data(machine, owner)


def _by_identity(machine: MachineItem, known: Known) -> Verdict:
    if machine.name == known.name:
        return Verdict(machine, proof=f"its UUID {machine.uuid} and its name are those of a machine of the cluster")
    return Verdict(machine, doubt=f"it has the UUID of machine {known.name}, but another name")


def _by_boot_data(machine: MachineItem, owner: Owner) -> Verdict | None:
    renamed = machine.hostname not in ("", machine.name)
    if not renamed and _looks_like(machine.name, owner.cluster) and owner.endpoint in machine.marks:
        return Verdict(machine, proof=f"its name, its folder, and boot data for the endpoint {owner.endpoint}")
    if not renamed and _is_etcd(machine, owner):
        return Verdict(machine, proof="its name, its folder, and boot data of an etcd member")
    if not _fits(machine.name, owner):
        return None
    if renamed:
        return Verdict(machine, doubt=f"it was made as {machine.hostname}")
    return Verdict(machine, doubt=f"its name fits, but its boot data does not name {owner.endpoint or 'a cluster'}")


def stands_for(machine: MachineItem, known: Known) -> bool:
    """Whether it is that very machine, by one of its UUIDs; they may have names that are not the same."""
    same_bios = bool(known.uuid) and machine.uuid.lower() == known.uuid.lower()
    same_instance = bool(known.instance_uuid) and machine.instance_uuid.lower() == known.instance_uuid.lower()
    return same_bios or same_instance


def _is_etcd(machine: MachineItem, owner: Owner) -> bool:
    """An etcd member need not know the endpoint; the control plane of a cluster named ``<ours>-etcd`` is no etcd."""
    named = _generated(f"{owner.cluster}-etcd").fullmatch(machine.name)
    return bool(named) and ETCD_MARK in machine.marks and KUBEADM_MARK not in machine.marks


def _looks_like(name: str, cluster: str) -> bool:
    """Whether Cluster API could have made this name for any group, also one that is not in the config any more."""
    start = f"{cluster}-"[:_LONGEST_BASE]
    return name.startswith(start) and re.search(rf"{_RANDOM}{{5}}$", name) is not None


def _fits(name: str, owner: Owner) -> bool:
    """Whether the name is one that a machine of the config gets."""
    return any(pattern.fullmatch(name) for pattern in _patterns(owner))


def _patterns(owner: Owner) -> t.Iterator[re.Pattern[str]]:
    yield _generated(owner.cluster)
    yield _generated(f"{owner.cluster}-etcd")
    for group in owner.groups:
        # A MachineDeployment's machines belong to a MachineSet with an end of its own.
        base = re.escape(f"{owner.cluster}-{group}"[:_LONGEST_BASE])
        yield re.compile(rf"{base}-[a-z0-9]{{5,16}}-{_RANDOM}{{5}}")


def _generated(base: str) -> re.Pattern[str]:
    return re.compile(rf"{re.escape(f'{base}-'[:_LONGEST_BASE])}{_RANDOM}{{5}}")


def task_queries(known: t.Iterable[Known]) -> tuple[MachineQuery, ...]:
    """What to ask about machines that may be in the making: a clone is under way before it can be found."""
    return tuple(MachineQuery(name=one.name, task=one.task) for one in known if one.task)


def presence(known: Known, found: FoundMachines, facts: t.Mapping[str, MachineFacts]) -> str:
    """Why the machine is not proven to be gone; empty when it is: not there by any UUID, by name, or as a task."""
    there = next((one for one in found.items if stands_for(one, known) or one.name == known.name), None)
    if there is not None:
        return f"virtual machine {there.path} exists ({there.power or 'power unknown'})"
    running = facts[known.name].running_task if known.name in facts else ""
    if running:
        return f"vCenter still works on it ({running})"
    unseen = [folder for folder in known.folders if folder in found.unseen]
    if unseen:
        return f"folder {', '.join(unseen)} cannot be looked into"
    return "" if known.uuid or known.folders else "neither its UUID nor its folder is known"


def evidence(known: Known, server: str) -> str:
    """What the proof of absence rests on, for the audit line."""
    looked = [
        *([f"BIOS UUID {known.uuid}"] if known.uuid else []),
        *([f"instance UUID {known.instance_uuid}"] if known.instance_uuid else []),
        *([f"name {known.name} in {', '.join(known.folders)}"] if known.folders else []),
    ]
    return f"vCenter {server} has no virtual machine with {' or '.join(looked)}"


__all__ = (
    "MACHINE_KINDS",
    "Known",
    "Owner",
    "Verdict",
    "evidence",
    "known_machines",
    "presence",
    "stands_for",
    "task_queries",
    "verdicts",
)
