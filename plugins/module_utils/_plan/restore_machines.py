# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Are the machines of a backup those that run? What vCenter and the clusters have is held against the backup.

A restored object whose machine is gone stands for nothing. A machine that the backup does not know was made since: its
group would have one too many, and the controllers would take one down. Either way a person has to say what is right.
"""

from __future__ import annotations

import collections
import dataclasses
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._plan.delete_machines import (
    MACHINE_KINDS,
    Known,
    Owner,
    known_machines,
    stands_for,
    verdicts,
)
from ansible_collections.eks.anywhere.plugins.module_utils._plan.move_graph import CLUSTER_GROUP, Graph, Key, Node
from ansible_collections.eks.anywhere.plugins.module_utils._ports import FoundMachines, MachineItem, Obj

_VSPHERE = frozenset({"VSphereMachine", "VSphereVM"})
_ACCEPT_MISSING = "name it in accept_missing, and its objects are left out"
_ACCEPT_UNKNOWN = "name it in accept_unknown to have it stay as it is"


@dataclasses.dataclass(frozen=True)
class Site:
    """The vCenter of a cluster, as its objects name it."""

    server: str
    thumbprint: str = ""


@dataclasses.dataclass(frozen=True)
class Expected:
    """A machine of the backup. ``members`` are all objects that go with it; ``node`` and ``provider_id`` may be
    unknown; ``is_vsphere`` says that vCenter has it.
    """

    name: str
    cluster: str
    known: Known
    members: frozenset[Key]
    node: str = ""
    provider_id: str = ""
    is_vsphere: bool = False


@dataclasses.dataclass(frozen=True)
class Mismatch:
    """One machine that is not what the backup says: what was seen, what was expected, what to do."""

    machine: str
    seen: str
    expected: str
    next_step: str

    def as_dict(self) -> dict[str, str]:
        """Shape of the error's details."""
        return dataclasses.asdict(self)

    @property
    def sentence(self) -> str:
        """For people."""
        return f"{self.machine}: seen {self.seen}, expected {self.expected}; {self.next_step}"


@dataclasses.dataclass(frozen=True)
class Accepted:
    """Machines that the user vouches for, by name."""

    missing: frozenset[str] = frozenset()
    unknown: frozenset[str] = frozenset()


def expected_machines(kept: Graph) -> tuple[Expected, ...]:
    """The machines that the backup knows, each with the objects that stand for it and hang on it."""
    owned: dict[str, list[Node]] = collections.defaultdict(list)
    for node in kept.nodes.values():
        for reference in node.obj["metadata"].get("ownerReferences") or ():
            owned[reference["uid"]].append(node)
    return tuple(
        _expected(node, _below(node, owned), kept)
        for key, node in sorted(kept.nodes.items())
        if (key.group, key.kind) == (CLUSTER_GROUP, "Machine")
    )


def left_out(expected: t.Iterable[Expected], accepted: Accepted) -> frozenset[Key]:
    """Objects that are not restored."""
    return frozenset(key for one in expected if one.name in accepted.missing for key in one.members)


def site_of(cluster: str, kept: Graph) -> Site:
    """The vCenter that the objects of a cluster name; its server is empty when none does."""
    named_by = sorted(_of(cluster, kept), key=lambda node: node.key)
    specs = [_spec(node.obj) for node in named_by if node.key.kind in ("VSphereCluster", *_VSPHERE)]
    named = next((spec for spec in specs if spec.get("server")), {})
    return Site(server=str(named.get("server") or ""), thumbprint=str(named.get("thumbprint") or ""))


def owner_of(cluster: str, expected: t.Iterable[Expected], kept: Graph) -> Owner:
    """By what the machines of a cluster are told."""
    own = next(node.obj for key, node in kept.clusters.items() if key.name == cluster)
    known = tuple(one.known for one in expected if one.cluster == cluster)
    groups = (key.name for key in kept.nodes if key.kind == "MachineDeployment")
    return Owner(
        cluster=cluster,
        endpoint=str((_spec(own).get("controlPlaneEndpoint") or {}).get("host") or ""),
        groups=tuple(name.removeprefix(f"{cluster}-") for name in groups if name.startswith(f"{cluster}-")),
        folders=tuple(dict.fromkeys(path for one in known for path in one.folders)),
        known=known,
    )


def compare(
    expected: t.Sequence[Expected], *, owner: Owner, found: FoundMachines, accepted: Accepted, live: t.Collection[str]
) -> list[Mismatch]:
    """One cluster against vCenter. ``expected`` has the machines of all clusters, ``live`` the names of Machines that
    the management cluster has now.
    """
    mine = [one for one in expected if one.cluster == owner.cluster and one.is_vsphere]
    items = [item for item in found.items if not item.is_template]
    faults = [fault for one in mine for fault in _judged(one, items, mine, accepted)]
    for verdict in verdicts(found, owner):
        name = verdict.machine.name
        ours = any(stands_for(verdict.machine, one.known) for one in expected)
        if not ours and name not in accepted.unknown:
            faults.append(_unknown(name, verdict.machine.path, why=verdict.proof or verdict.doubt, live=live))
    faults += [
        Mismatch(path, "a folder that cannot be looked into", "the machines in it", "give the user a role there")
        for path in found.unseen
    ]
    return faults


def compare_nodes(
    expected: t.Sequence[Expected], *, cluster: str, nodes: t.Iterable[Obj], accepted: Accepted, live: t.Collection[str]
) -> list[Mismatch]:
    """One cluster's machines against the nodes that its own API server has."""
    mine = [one for one in expected if one.cluster == cluster]
    identities = {node["metadata"]["name"]: str(_spec(node).get("providerID") or "").lower() for node in nodes}
    faults = [
        Mismatch(one.name, f"node {one.node} on {identities[one.node]}", one.provider_id, "find out which is right")
        for one in mine
        if one.provider_id and identities.get(one.node, one.provider_id) not in ("", one.provider_id)
    ]
    known = {one.provider_id for one in expected}
    faults += [
        _unknown(name, f"node {name} on {identity}", why="it is a node of the cluster", live=live)
        for name, identity in sorted(identities.items())
        if identity and identity not in known and name not in accepted.unknown
    ]
    return faults


def nodeless(expected: t.Iterable[Expected], *, cluster: str, nodes: t.Iterable[Obj]) -> list[str]:
    """Machines whose node is gone, which the backup knows of."""
    there = {node["metadata"]["name"] for node in nodes}
    return [one.name for one in expected if one.cluster == cluster and one.node and one.node not in there]


def _expected(machine: Node, below: t.Sequence[Node], kept: Graph) -> Expected:
    objects = [node.obj for node in below]
    spec = _spec(machine.obj)
    is_vsphere = any(obj["kind"] in _VSPHERE for obj in objects)
    is_vsphere |= (spec.get("infrastructureRef") or {}).get("kind") in _VSPHERE
    cluster = str(spec.get("clusterName") or next((key.name for key in sorted(machine.clusters)), ""))
    return Expected(
        name=machine.key.name,
        cluster=cluster,
        known=_known(objects, machine.key.name, kept=kept, cluster=cluster),
        members=frozenset(node.key for node in below),
        node=str(((machine.obj.get("status") or {}).get("nodeRef") or {}).get("name") or ""),
        provider_id=str(spec.get("providerID") or "").lower(),
        is_vsphere=is_vsphere,
    )


def _known(objects: t.Sequence[Obj], name: str, *, kept: Graph, cluster: str) -> Known:
    """The facts of all objects of one machine, the nearest to it first; its folders as inventory paths."""
    nearest = sorted((obj for obj in objects if obj["kind"] in MACHINE_KINDS), key=_distance)
    facts = [one for obj in nearest for one in known_machines([obj])]
    spec = next((_spec(obj) for obj in nearest if _spec(obj).get("folder")), {})
    datacenter = str(spec.get("datacenter") or "").strip("/")
    folder = str(spec.get("folder") or "").rstrip("/")
    path = folder if folder.startswith("/") or not folder else f"/{datacenter}/vm/{folder}"
    return Known(
        name=facts[0].name if facts else name,
        uuid=next((one.uuid for one in facts if one.uuid), ""),
        instance_uuid=next((one.instance_uuid for one in facts if one.instance_uuid), ""),
        folders=(path,) if path else (),
    )


def _judged(
    one: Expected, items: t.Sequence[MachineItem], mine: t.Sequence[Expected], accepted: Accepted
) -> t.Iterator[Mismatch]:
    """What is wrong with one machine of the backup."""
    found = [item for item in items if stands_for(item, one.known)]
    same = sorted(other.name for other in mine if other.known.uuid and other.known.uuid == one.known.uuid)
    place = one.known.folders[0] if one.known.folders else ""
    identity = f"BIOS UUID {one.known.uuid}" if one.known.uuid else f"instance UUID {one.known.instance_uuid}"
    wanted = f"{place}/{one.known.name} with {identity}" if place else f"{one.known.name} with {identity}"
    if len(same) > 1:
        yield Mismatch(one.name, f"{', '.join(same)} with one UUID in the backup", wanted, "use another backup")
    if not found and one.name not in accepted.missing:
        yield Mismatch(one.name, "no such virtual machine", wanted, _ACCEPT_MISSING)
    if found and one.name in accepted.missing:
        yield Mismatch(one.name, f"virtual machine {found[0].path}", "none", "take it out of accept_missing")
    if len(found) > 1:
        paths = ", ".join(sorted(item.path for item in found))
        yield Mismatch(one.name, f"{len(found)} virtual machines: {paths}", wanted, "destroy what is not the machine")
    if len(found) == 1:
        yield from _misplaced(one, found[0], wanted)


def _misplaced(one: Expected, item: MachineItem, wanted: str) -> t.Iterator[Mismatch]:
    if not one.known.uuid:
        # A new object has a new uid, so the provider would not find the machine and make a second one.
        fix = f"it was being made when the backup was: destroy it in vCenter, then {_ACCEPT_MISSING}"
        yield Mismatch(one.name, f"{item.path}, known by its instance UUID alone", "one known by its BIOS UUID", fix)
    elif item.name != one.known.name:
        yield Mismatch(one.name, item.path, wanted, "rename it back")
    elif one.known.folders and item.path.rpartition("/")[0] not in one.known.folders:
        yield Mismatch(one.name, item.path, wanted, "move it back to that folder")


def _unknown(name: str, seen: str, *, why: str, live: t.Collection[str]) -> Mismatch:
    told = f"{seen} ({why})"
    if name in live:
        fix = f"the management cluster has a Machine for it, made since: {_ACCEPT_UNKNOWN}"
    else:
        fix = f"remove it, or {_ACCEPT_UNKNOWN}"
    return Mismatch(name, told, "no machine that the backup does not know", fix)


def _below(node: Node, owned: t.Mapping[str, t.Sequence[Node]]) -> list[Node]:
    """The node and all that it owns, however indirectly."""
    reached = {node.key: node}
    waiting = [node]
    while waiting:
        fresh = [child for child in owned.get(waiting.pop().uid, ()) if child.key not in reached]
        reached.update({child.key: child for child in fresh})
        waiting.extend(fresh)
    return list(reached.values())


def _of(cluster: str, kept: Graph) -> list[Node]:
    return [node for node in kept.nodes.values() if any(key.name == cluster for key in node.clusters)]


def _distance(obj: Obj) -> int:
    return MACHINE_KINDS.index(obj["kind"])


def _spec(obj: Obj) -> Obj:
    return t.cast(Obj, obj.get("spec") or {})


__all__ = (
    "Accepted",
    "Expected",
    "Mismatch",
    "Site",
    "compare",
    "compare_nodes",
    "expected_machines",
    "left_out",
    "nodeless",
    "owner_of",
    "site_of",
)
