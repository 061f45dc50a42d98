# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""What machines are made of in vCenter: is all of it there, and does each name lead to one thing."""

from __future__ import annotations

import dataclasses
import difflib
import re
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._ports import Inventory, Lookup, Obj
from ansible_collections.eks.anywhere.plugins.module_utils._wait.cause import Cause, Seen, cause
from ansible_collections.eks.anywhere.plugins.module_utils._wait.observation import (
    Observation,
    called,
    complaint,
    complaints,
    role,
    spec,
    status,
)
from ansible_collections.eks.anywhere.plugins.module_utils._wait.vcenter import is_ready, server, speakers

_MISSING = re.compile(r"\b(vm|datastore|folder|resource pool|network|datacenter) '([^']+)' not found")
_AMBIGUOUS = re.compile(r"path '([^']+)' resolves to multiple (\w+)")
NEAREST = 3


@dataclasses.dataclass(frozen=True)
class Part:
    """What a machine is made of in vCenter: how the provider's finder calls it, and where it is named."""

    code: str
    word: str
    field: str
    finder: str
    lookups: t.Callable[[Inventory], t.Mapping[str, Lookup]]


PARTS = (
    Part("why.template_missing", "template", "template", "vm", lambda found: found.templates),
    Part("why.datastore_missing", "datastore", "datastore", "datastore", lambda found: found.datastores),
    Part("why.folder_missing", "folder", "folder", "folder", lambda found: found.folders),
    Part(
        "why.resource_pool_missing",
        "resource pool",
        "resourcePool",
        "resource pool",
        lambda found: found.resource_pools,
    ),
    Part("why.network_missing", "network", "network", "network", lambda found: found.networks),
)
_BY_FINDER = {part.finder: part for part in PARTS}


def named(vm: Obj, part: Part) -> tuple[str, ...]:
    """Paths by which a VSphereVM names a part."""
    if part.field != "network":
        return tuple(path for path in (str(spec(vm).get(part.field) or ""),) if path)
    devices = (spec(vm).get("network") or {}).get("devices") or ()
    return tuple(str(device["networkName"]) for device in devices if device.get("networkName"))


def part_missing(seen: Observation) -> Cause | None:
    """Something that a machine is made of does not exist: the provider says so, or the inventory shows it."""
    for vm, machine in seen.vms:
        if is_ready(vm):
            continue
        told = next((match for _found, words in complaints(vm) if (match := _MISSING.search(words))), None)
        part = _BY_FINDER.get(told.group(1)) if told else None
        if told and part:
            evidence = [Seen.of(called(vm), words) for _found, words in complaints(vm) if _MISSING.search(words)]
            return _part_absent(seen, told.group(2), part=part, machine=machine, evidence=evidence)
        if status(vm).get("vmRef"):
            continue  # it has been made out of all its parts
        for part in PARTS:
            for path in named(vm, part):
                lookup = _lookup(seen, part, path)
                if lookup is not None and not lookup.items and not lookup.denied:
                    return _part_absent(seen, path, part=part, machine=machine, evidence=[])
    return None


def part_ambiguous(seen: Observation) -> Cause | None:
    """A name that leads to several objects."""
    found = complaint(speakers(seen), _AMBIGUOUS)
    if found is None:
        return None
    obj, words = found
    path, kind = _AMBIGUOUS.findall(words)[0]
    return cause(
        "why.vcenter_ambiguous",
        f"The name {path} stands for several {kind} in vCenter{server(seen)}",
        fix="Write the full inventory path in the cluster config, or rename all but one.",
        evidence=[Seen.of(called(obj), words)],
    )


def datacenter_missing(seen: Observation, obj: Obj, words: str) -> Cause | None:
    """The datacenter is looked up at login already, so the provider tells its lack as one of a session."""
    missing = _MISSING.search(words)
    if missing is None or missing.group(1) != "datacenter":
        return None
    evidence = [Seen.of(called(obj), words)]
    return _absent(seen, missing.group(2), code="why.datacenter_missing", word="datacenter", evidence=evidence)


def _part_absent(seen: Observation, path: str, *, part: Part, machine: Obj | None, evidence: t.Sequence[Seen]) -> Cause:
    lookup = _lookup(seen, part, path)
    shown = [Seen.of(f"vCenter{server(seen)}", f"has no {part.word} {path}")] if lookup and not lookup.items else []
    return _absent(
        seen,
        path,
        code=part.code,
        word=part.word,
        evidence=[*evidence, *shown],
        machine=machine,
        near=difflib.get_close_matches(path, lookup.near if lookup else (), n=NEAREST, cutoff=0.3),
    )


def _absent(
    seen: Observation,
    path: str,
    *,
    code: str,
    word: str,
    evidence: t.Iterable[Seen],
    machine: Obj | None = None,
    near: t.Sequence[str] = (),
) -> Cause:
    whose = f", which {role(machine)} needs," if machine else ""
    nearest = f"; nearest: {', '.join(near)}." if near else "."
    return cause(
        code,
        f"The {word} {path}{whose} does not exist in vCenter{server(seen)}",
        fix=f"Make the {word} under that path, or correct it in the cluster config{nearest}",
        evidence=evidence,
    )


def _lookup(seen: Observation, part: Part, path: str) -> Lookup | None:
    inventory = seen.datacenter.inventory if seen.datacenter else None
    return part.lookups(inventory).get(path) if inventory else None


__all__ = ("PARTS", "Part", "datacenter_missing", "named", "part_ambiguous", "part_missing")
