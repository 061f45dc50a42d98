# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Machine templates that were not looked at in vCenter: what an earlier look found about them is in the live objects.

Clone mode, size of the disk and full path follow from the template. As long as a config asks for the same template in
the same size, the live answer stands, and no vCenter has to be asked to see that nothing changes.
"""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config.model import ClusterConfig, MachineConfig
from ansible_collections.eks.anywhere.plugins.module_utils._plan.machines import (
    TEMPLATE,
    Name,
    changes,
    dig,
    key,
    references,
    replaced,
)
from ansible_collections.eks.anywhere.plugins.module_utils._plan.parts import CONTROL_PLANE, ETCD, group_part, parts_of
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj

FOLLOWS = ("cloneMode", "diskGiB", "memoryMiB", "template")
"""Fields of a machine config and of a VSphereMachineTemplate alike."""

_KIND = "VSphereMachineTemplate"


def machine_configs(config: ClusterConfig) -> dict[str, MachineConfig]:
    """Machine config of each part."""
    etcd = config.external_etcd
    found = {
        ETCD: etcd.machine if etcd else None,
        CONTROL_PLANE: config.control_plane.machine,
        **{group_part(group.name): group.machine for group in config.workers},
    }
    return {part: machine for part, machine in found.items() if machine is not None}


def machine_groups(cluster: Obj) -> dict[str, str]:
    """Name of the machine config of each part, by the Cluster of EKS Anywhere that is live."""
    spec = cluster.get("spec") or {}
    sections = {
        ETCD: spec.get("externalEtcdConfiguration"),
        CONTROL_PLANE: spec.get("controlPlaneConfiguration"),
        **{group_part(group["name"]): group for group in spec.get("workerNodeGroupConfigurations") or ()},
    }
    return {part: str(dig(found, ("machineGroupRef", "name")) or "") for part, found in sections.items() if found}


def unchanged(config: ClusterConfig, described: t.Iterable[Obj]) -> set[str]:
    """Parts whose machines are asked for as before, as far as ``FOLLOWS`` goes; ``described`` is live."""
    live = {(obj["kind"], obj["metadata"]["name"]): obj for obj in described}
    cluster = live.get(("Cluster", config.name)) or {}
    wanted = {(doc["kind"], doc["metadata"]["name"]): doc for doc in config.documents}
    before = machine_groups(cluster)
    same = set()
    for part, machine in machine_configs(config).items():
        was = live.get(("VSphereMachineConfig", before.get(part, "")))
        will = wanted.get(("VSphereMachineConfig", machine.name)) or {}
        if was and all(dig(was, ("spec", field)) == dig(will, ("spec", field)) for field in FOLLOWS):
            same.add(part)
    return same


def alike(wanted: t.Sequence[Obj], live: t.Mapping[Name, Obj]) -> set[str]:
    """Parts whose live template says all that the rendered one does, whatever describes the cluster: after a run that
    was cut the machines follow the config already, while the vendor's objects, which come last, do not yet.
    """
    known = _live_templates(wanted, live)
    pairs = ((part, obj, known.get(key(obj))) for obj, part in zip(wanted, parts_of(wanted), strict=True))
    return {part for part, obj, there in pairs if there is not None and not changes(there, obj)}


def adopted(wanted: t.Sequence[Obj], live: t.Mapping[Name, Obj], *, parts: t.Collection[str]) -> list[Obj]:
    """``wanted`` with what the live templates of these parts say about theirs."""
    known = _live_templates(wanted, live)
    return [
        _following(obj, known[key(obj)]) if part in parts and key(obj) in known else obj
        for obj, part in zip(wanted, parts_of(wanted), strict=True)
    ]


def kept(settled: t.Sequence[Obj], live: t.Mapping[Name, Obj], *, parts: t.Collection[str]) -> tuple[Obj, ...]:
    """``settled`` with what an earlier run has found out about the templates of these parts.

    A run that was cut may have made a template that nothing refers to yet. Without what it saw in vCenter the one that
    was rendered would say less by the same name, and templates are immutable.
    """
    return tuple(
        _following(obj, live[key(obj)]) if part in parts and obj["kind"] == _KIND and key(obj) in live else obj
        for obj, part in zip(settled, parts_of(settled), strict=True)
    )


def _live_templates(wanted: t.Iterable[Obj], live: t.Mapping[Name, Obj]) -> dict[Name, Obj]:
    """The live template in the place of each that was rendered."""
    pairs = [
        (before.template, after.template)
        for holder in wanted
        if key(holder) in live
        for before, after in zip(references(live[key(holder)]), references(holder), strict=True)
    ]
    return {after: live[before] for before, after in pairs if before[0] == _KIND and before in live}


def _following(obj: Obj, there: Obj) -> Obj:
    content = dict(dig(obj, TEMPLATE) or {})
    said = dig(there, TEMPLATE) or {}
    return replaced(obj, TEMPLATE, {**content, **{field: said[field] for field in FOLLOWS if field in said}})


__all__ = ("FOLLOWS", "adopted", "alike", "kept", "machine_configs", "unchanged")
