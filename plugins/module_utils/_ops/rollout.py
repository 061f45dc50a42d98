# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Waiting for workloads, nodes and definitions of a cluster, with the pods' own words when they do not come up."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._ports import Clock, Kube, Obj, Reporter
from ansible_collections.eks.anywhere.plugins.module_utils._wait import Reason, Tick, explain, until
from ansible_collections.eks.anywhere.plugins.module_utils._wait.conditions import is_observed, is_true
from ansible_collections.eks.anywhere.plugins.module_utils._wait.reason import Weight

CRD = {"api_version": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition"}


@dataclasses.dataclass(frozen=True)
class Waiting:
    """How to wait."""

    clock: Clock
    report: Reporter
    timeout_seconds: float


@dataclasses.dataclass(frozen=True, order=True)
class Workload:
    """A Deployment or DaemonSet by its name."""

    kind: str
    namespace: str
    name: str

    @classmethod
    def of(cls, obj: Obj) -> Workload:
        """The workload that an object is."""
        return cls(obj["kind"], obj["metadata"].get("namespace") or "default", obj["metadata"]["name"])


def workloads_in(objects: t.Iterable[Obj]) -> tuple[Workload, ...]:
    """Deployments and DaemonSets among objects."""
    return tuple(Workload.of(obj) for obj in objects if obj["kind"] in ("Deployment", "DaemonSet"))


def is_rolled_out(obj: Obj) -> bool:
    """Whether a workload runs everywhere it should, in its latest version."""
    status = obj.get("status") or {}
    if not is_observed(obj):
        return False
    if obj["kind"] == "DaemonSet":
        wanted = int(status.get("desiredNumberScheduled", 0))
        reached = min(int(status.get("updatedNumberScheduled", 0)), int(status.get("numberReady", 0)))
        return 0 < wanted <= reached
    wanted = int((obj.get("spec") or {}).get("replicas", 1))
    return int(status.get("updatedReplicas", 0)) >= wanted and is_true(obj, "Available")


def wait_rolled_out(
    kube: Kube, wanted: t.Collection[Workload], *, waiting: Waiting, what: str, nodes: bool = False
) -> float:
    """Until every workload is rolled out (and, with ``nodes``, every node ready); the seconds it took."""
    return until(
        lambda: _tick(kube, frozenset(wanted), nodes=nodes),
        clock=waiting.clock,
        report=waiting.report,
        timeout_seconds=waiting.timeout_seconds,
        what=what,
    )


def wait_established(kube: Kube, names: t.Iterable[str], *, waiting: Waiting) -> float:
    """Until the API serves these definitions."""
    left = list(names)

    def tick() -> Tick:
        left[:] = [name for name in left if not is_true(kube.get(name=name, **CRD) or {}, "Established")]
        reasons = tuple(Reason("CustomResourceDefinition", name, "not established yet") for name in left)
        return Tick(done=not left, state=f"{len(left)} not established yet" if left else "established", reasons=reasons)

    return until(
        tick,
        clock=waiting.clock,
        report=waiting.report,
        timeout_seconds=waiting.timeout_seconds,
        what="definitions",
        poll_seconds=0.5,
    )


def _tick(kube: Kube, wanted: frozenset[Workload], *, nodes: bool) -> Tick:
    kinds = {workload.kind for workload in wanted}
    found = {Workload.of(obj): obj for kind in sorted(kinds) for obj in kube.list(api_version="apps/v1", kind=kind)}
    missing = sorted(wanted - found.keys())
    late = [found[workload] for workload in sorted(wanted & found.keys()) if not is_rolled_out(found[workload])]
    unready = [obj for obj in kube.list(api_version="v1", kind="Node") if not is_true(obj, "Ready")] if nodes else []
    done = not (missing or late or unready)
    state = f"{len(wanted) - len(missing) - len(late)}/{len(wanted)} available"
    if unready:
        state += f", {len(unready)} nodes not ready"
    return Tick(done=done, state=state, reasons=() if done else _why(kube, missing, late, unready))


def _why(kube: Kube, missing: list[Workload], late: list[Obj], unready: list[Obj]) -> tuple[Reason, ...]:
    namespaces = {obj["metadata"].get("namespace") for obj in late}
    owned = [
        obj
        for namespace in sorted(str(name) for name in namespaces)
        for obj in kube.list(api_version="v1", kind="Pod", namespace=namespace)
        if any(_selects(workload, obj) for workload in late)
    ]
    told = explain([*owned, *late, *unready])
    summaries = [
        Reason(workload.kind, f"{workload.namespace}/{workload.name}", "does not exist", Weight.CAUSE)
        for workload in missing
    ]
    rolling = [
        Reason(obj["kind"], f"{obj['metadata']['namespace']}/{obj['metadata']['name']}", "still rolling out")
        for obj in late
        if not told
    ]
    return (*told, *summaries, *rolling)


def _selects(workload: Obj, pod: Obj) -> bool:
    """Whether the pod is one of the workload's."""
    wanted = ((workload.get("spec") or {}).get("selector") or {}).get("matchLabels") or {}
    labels = pod["metadata"].get("labels") or {}
    same = pod["metadata"].get("namespace") == workload["metadata"].get("namespace")
    return same and all(labels.get(key) == value for key, value in wanted.items())


__all__ = ("Waiting", "Workload", "is_rolled_out", "wait_established", "wait_rolled_out", "workloads_in")
