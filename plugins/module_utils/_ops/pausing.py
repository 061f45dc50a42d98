# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Holding the other clusters of a management cluster while that is upgraded, and letting exactly those go again.

The request that pauses a Cluster also notes on it for whom, so nobody has to remember: whoever comes after a run that
was cut finds what it paused. A Cluster that somebody else has paused is left alone both times.
"""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._plan.objects import label
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Kube, Obj
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result

CLUSTER = {"api_version": "cluster.x-k8s.io/v1beta2", "kind": "Cluster"}
PAUSED_FOR = "eks-anywhere-upgrade/paused-for"


def hold(name: str, *, kube: Kube, check_mode: bool) -> Result:
    """Pause every Cluster but the one of that name."""
    found = [obj for obj in kube.list(**CLUSTER) if obj["metadata"]["name"] != name and _can_be_paused(obj)]
    return _patched(found, {"annotations": {PAUSED_FOR: name}}, {"paused": True}, kube=kube, check_mode=check_mode)


def release(name: str, *, kube: Kube, check_mode: bool) -> Result:
    """Let those go on that were paused for the one of that name."""
    found = [obj for obj in kube.list(**CLUSTER) if held_for(obj) == name]
    return _patched(found, {"annotations": {PAUSED_FOR: None}}, {"paused": None}, kube=kube, check_mode=check_mode)


def _patched(found: t.Sequence[Obj], metadata: Obj, spec: Obj, *, kube: Kube, check_mode: bool) -> Result:
    verb = "Pause" if spec["paused"] else "Unpause"
    for obj in () if check_mode else found:
        mine = obj["metadata"]
        patch = {"metadata": {"uid": mine["uid"], **metadata}, "spec": spec}
        kube.merge(**CLUSTER, name=mine["name"], namespace=mine["namespace"], patch=patch)
    names = sorted(f"{obj['metadata']['namespace']}/{obj['metadata']['name']}" for obj in found)
    lines = "".join(f"{name}\n" for name in names)
    return Result(
        actions=tuple(f"{verb} {label(obj)}" for obj in found),
        before="" if spec["paused"] else lines,
        after=lines if spec["paused"] else "",
        data={"clusters": names},
    )


def _can_be_paused(obj: Obj) -> bool:
    """One that is being deleted has to get on with that."""
    return not ((obj.get("spec") or {}).get("paused") or obj["metadata"].get("deletionTimestamp"))


def held_for(obj: Obj) -> str:
    """Name of the cluster for whose upgrade a Cluster is held; empty when it is not."""
    return str((obj["metadata"].get("annotations") or {}).get(PAUSED_FOR) or "")


__all__ = ("PAUSED_FOR", "held_for", "hold", "release")
