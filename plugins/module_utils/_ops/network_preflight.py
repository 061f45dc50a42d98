# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Before Cilium is replaced by another version: can every node take it, is every policy one that it understands.

The chart has pods for that. They are applied, waited for, and removed; nothing that Cilium itself has is touched.
"""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._ops import converge
from ansible_collections.eks.anywhere.plugins.module_utils._ops.rollout import (
    Waiting,
    Workload,
    wait_rolled_out,
    workloads_in,
)
from ansible_collections.eks.anywhere.plugins.module_utils._plan.machines import dig, key
from ansible_collections.eks.anywhere.plugins.module_utils._plan.objects import where
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Kube, Obj

AGENT = Workload("DaemonSet", "kube-system", "cilium")
OPERATOR = Workload("Deployment", "kube-system", "cilium-operator")
_POD = ("spec", "template", "spec")


def upgraded(kube: Kube, wanted: t.Iterable[Obj]) -> str:
    """``image -> image`` of the first workload of a running Cilium that gets another one; empty when none does."""
    for obj in wanted:
        if obj["kind"] not in {"DaemonSet", "Deployment"} or Workload.of(obj) not in {AGENT, OPERATOR}:
            continue
        metadata = obj["metadata"]
        live = kube.get(api_version="apps/v1", kind=obj["kind"], name=metadata["name"], namespace=metadata["namespace"])
        before, after = _images(live or {}), _images(obj)
        if before and set(before) != set(after):
            return f"{before[0]} -> {after[0]}"
    return ""


def run(objects: t.Sequence[Obj], network: t.Sequence[Obj], *, kube: Kube, waiting: Waiting) -> None:
    """Apply the preflight, wait until it is ready on every node, and remove it. ``network`` is Cilium's own rendering.

    A running agent that is not well is waited for first: the preflight could not tell why else a node fails.
    """
    own = exclusive(objects, network)
    if not own:
        return
    wait_rolled_out(kube, [AGENT], waiting=waiting, what="network before its upgrade")
    converge.apply(kube, own, waiting=waiting)
    wait_rolled_out(kube, workloads_in(own), waiting=waiting, what="network preflight")
    remove(own, kube=kube)


def exclusive(objects: t.Sequence[Obj], network: t.Sequence[Obj]) -> list[Obj]:
    """What only the preflight has; what both have belongs to Cilium and must stay."""
    kept = {key(obj) for obj in network}
    return [obj for obj in objects if key(obj) not in kept and obj["kind"] != "Namespace"]


def remove(objects: t.Iterable[Obj], *, kube: Kube) -> None:
    """Remove the preflight; harmless when it is gone."""
    for obj in objects:
        kube.delete(**where(obj))


def _images(workload: Obj) -> list[str]:
    """Images of all containers; none of a workload that does not exist."""
    pod = dig(workload, _POD) or {}
    return [str(one.get("image")) for field in ("containers", "initContainers") for one in pod.get(field) or ()]


__all__ = ("AGENT", "exclusive", "remove", "run", "upgraded")
