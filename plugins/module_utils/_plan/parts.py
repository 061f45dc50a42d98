# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""The parts of a cluster that are rolled one after the other, and which object belongs to which.

A part is what holds its machines, with the templates it names and the MachineHealthCheck that watches them. The names:
``etcd``, ``control_plane``, ``workers`` (every group), ``workers/NAME`` (one group), and ``rest``.
"""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._plan.machines import REFERENCES, dig, key, references
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj

ETCD, CONTROL_PLANE, WORKERS, REST = "etcd", "control_plane", "workers", "rest"

_SELECTOR = ("spec", "selector", "matchLabels")
_CONTROL_PLANE_LABEL = "cluster.x-k8s.io/control-plane"
_DEPLOYMENT_LABEL = "cluster.x-k8s.io/deployment-name"


def group_part(group: str) -> str:
    """Name of the part that a worker group is."""
    return f"{WORKERS}/{group}"


def group_of(deployment: Obj) -> str:
    """Name of the worker group that a MachineDeployment is."""
    return str(deployment["metadata"]["name"]).removeprefix(f"{dig(deployment, ('spec', 'clusterName'))}-")


def parts_of(objects: t.Sequence[Obj]) -> list[str]:
    """The part of each object of a cluster."""
    holders = {key(obj): _holder_part(obj) for obj in objects if obj["kind"] in REFERENCES}
    templates = {
        reference.template: holders[key(obj)] for obj in objects if key(obj) in holders for reference in references(obj)
    }
    deployments = {name[2]: part for name, part in holders.items() if name[0] == "MachineDeployment"}
    watched = {key(obj): _watched(obj, deployments) for obj in objects if obj["kind"] == "MachineHealthCheck"}
    known = {**watched, **templates, **holders}
    return [known.get(key(obj), REST) for obj in objects]


def selected(objects: t.Sequence[Obj], parts: t.Collection[str]) -> list[Obj]:
    """Objects of these parts, in their order. A part that the cluster does not have is an error, but for ``etcd``."""
    placed = parts_of(objects)
    unknown = sorted(set(parts) - {*placed, ETCD, WORKERS, REST})
    if unknown:
        raise EksaError(
            f"The cluster has no part {', '.join(unknown)}.",
            code="apply.part_unknown",
            hint=f"Its parts are {', '.join(dict.fromkeys(placed))}.",
            details={"unknown": unknown},
        )
    wanted = frozenset(parts)
    return [obj for obj, part in zip(objects, placed, strict=True) if wanted & {part, part.partition("/")[0]}]


def _holder_part(obj: Obj) -> str:
    if obj["kind"] == "MachineDeployment":
        return group_part(group_of(obj))
    return ETCD if obj["kind"] == "EtcdadmCluster" else CONTROL_PLANE


def _watched(check: Obj, deployments: t.Mapping[str, str]) -> str:
    labels = dig(check, _SELECTOR) or {}
    if _CONTROL_PLANE_LABEL in labels:
        return CONTROL_PLANE
    return deployments.get(labels.get(_DEPLOYMENT_LABEL, ""), REST)


__all__ = ("CONTROL_PLANE", "ETCD", "REST", "WORKERS", "group_of", "group_part", "parts_of", "selected")
