# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Drains before they happen: which pod on a node that goes away would not be evicted, or would be missed.

The rules are those of the eviction API and of Cluster API's drain: pods of DaemonSets and static pods stay, finished
ones do not count, a pod under two budgets cannot be evicted at all.
"""

from __future__ import annotations

import collections
import dataclasses
import types
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config import machinery
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj

MACHINERY = machinery.ALL | {"kube-system"}
"""Namespaces whose pods are known to come alone, and to come back."""

_SKIPPED_LABEL = "cluster.x-k8s.io/drain"
_MIRROR = "kubernetes.io/config.mirror"
_HASH = "pod-template-hash"
_OPERATORS: t.Mapping[str, t.Callable[[str | None, t.Sequence[str]], bool]] = types.MappingProxyType(
    {
        "In": lambda value, values: value in values,
        "NotIn": lambda value, values: value not in values,
        "Exists": lambda value, _values: value is not None,
        "DoesNotExist": lambda value, _values: value is None,
    }
)


@dataclasses.dataclass(frozen=True)
class Blocker:
    """A pod on a node to be drained, and what stands in the way. ``blocks`` False: the drain goes on, but it hurts."""

    kind: str
    namespace: str
    name: str
    pod: str
    node: str
    reason: str
    blocks: bool

    def as_dict(self) -> dict[str, t.Any]:
        """The documented public shape."""
        return dataclasses.asdict(self)


def blockers(pods: t.Sequence[Obj], budgets: t.Sequence[Obj], *, nodes: t.Collection[str]) -> tuple[Blocker, ...]:
    """What a drain of these nodes meets: first what blocks it, each sorted by name."""
    alive = [pod for pod in pods if not _is_over(pod)]
    twins = collections.Counter(_owner(pod).get("uid", "") for pod in alive)
    found: list[Blocker] = []
    for pod in alive:
        node = str((pod.get("spec") or {}).get("nodeName") or "")
        if node in nodes and _is_evicted(pod):
            found += _of_pod(pod, node, [budget for budget in budgets if _covers(budget, pod)], twins)
    return tuple(sorted(found, key=lambda one: (not one.blocks, one.namespace, one.name, one.pod)))


def _of_pod(pod: Obj, node: str, budgets: t.Sequence[Obj], twins: t.Mapping[str, int]) -> t.Iterator[Blocker]:
    metadata = pod["metadata"]
    place = {"pod": metadata["name"], "node": node, "namespace": metadata.get("namespace") or ""}
    if len(budgets) > 1:
        names = ", ".join(budget["metadata"]["name"] for budget in budgets)
        reason = f"pods under several budgets ({names}) cannot be evicted"
        yield Blocker("PodDisruptionBudget", name=budgets[0]["metadata"]["name"], reason=reason, blocks=True, **place)
        return
    reason = _refusal(budgets[0], pod) if budgets else ""
    if budgets and reason:
        yield Blocker("PodDisruptionBudget", name=budgets[0]["metadata"]["name"], reason=reason, blocks=True, **place)
        return
    owner = _owner(pod)
    if not owner:
        yield Blocker("Pod", name=metadata["name"], reason="nothing makes it again elsewhere", blocks=False, **place)
    elif twins[owner.get("uid", "")] == 1 and place["namespace"] not in MACHINERY and owner.get("kind") != "Job":
        kind, name = _workload(pod, owner)
        yield Blocker(kind, name=name, reason="has one replica: it is down while it moves", blocks=False, **place)


def _refusal(budget: Obj, pod: Obj) -> str:
    """Why a budget does not let a pod go; empty when it does. Pods that come back elsewhere count again by then."""
    status, spec = budget.get("status") or {}, budget.get("spec") or {}
    if int(status.get("disruptionsAllowed") or 0) > 0:
        return ""
    healthy, desired = int(status.get("currentHealthy") or 0), int(status.get("desiredHealthy") or 0)
    expected = int(status.get("expectedPods") or 0)
    if not _is_ready(pod) and (spec.get("unhealthyPodEvictionPolicy") == "AlwaysAllow" or healthy >= desired > 0):
        return ""
    if desired >= expected:
        return f"allows no disruption: it wants {desired} of {expected} pods healthy at all times"
    return f"allows no disruption at present: {healthy} of {expected} pods are healthy, it wants {desired}"


def _covers(budget: Obj, pod: Obj) -> bool:
    if budget["metadata"].get("namespace") != pod["metadata"].get("namespace"):
        return False
    selector = (budget.get("spec") or {}).get("selector")
    if selector is None:
        return False
    labels = pod["metadata"].get("labels") or {}
    wanted = selector.get("matchLabels") or {}
    rules = selector.get("matchExpressions") or ()
    return all(labels.get(name) == value for name, value in wanted.items()) and all(
        _OPERATORS[rule["operator"]](labels.get(rule["key"]), rule.get("values") or ()) for rule in rules
    )


def _is_evicted(pod: Obj) -> bool:
    metadata = pod["metadata"]
    static = _MIRROR in (metadata.get("annotations") or {})
    skipped = (metadata.get("labels") or {}).get(_SKIPPED_LABEL) == "skip"
    return not (static or skipped or _owner(pod).get("kind") in ("DaemonSet", "Node"))


def _is_over(pod: Obj) -> bool:
    ended = (pod.get("status") or {}).get("phase") in ("Succeeded", "Failed")
    return ended or bool(pod["metadata"].get("deletionTimestamp"))


def _is_ready(pod: Obj) -> bool:
    found = (pod.get("status") or {}).get("conditions") or ()
    return any(one.get("type") == "Ready" and one.get("status") == "True" for one in found)


def _owner(pod: Obj) -> dict[str, t.Any]:
    owners = pod["metadata"].get("ownerReferences") or ()
    return next((owner for owner in owners if owner.get("controller")), {})


def _workload(pod: Obj, owner: t.Mapping[str, t.Any]) -> tuple[str, str]:
    """What a person would look for: the Deployment behind a ReplicaSet."""
    ending = (pod["metadata"].get("labels") or {}).get(_HASH, "")
    name = str(owner.get("name", ""))
    if owner.get("kind") == "ReplicaSet" and ending and name.endswith(f"-{ending}"):
        return "Deployment", name.removesuffix(f"-{ending}")
    return str(owner.get("kind", "")), name


__all__ = ("MACHINERY", "Blocker", "blockers")
