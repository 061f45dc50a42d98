# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Changes under way: drains, replacements, paused parts; and the last word when nothing is wrong at all."""

from __future__ import annotations

from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.plugins.module_utils._wait.cause import Cause, Seen, cause
from ansible_collections.eks.anywhere.plugins.module_utils._wait.conditions import (
    conditions,
    is_observed,
    is_true,
    said,
)
from ansible_collections.eks.anywhere.plugins.module_utils._wait.drains import blocked
from ansible_collections.eks.anywhere.plugins.module_utils._wait.explain import explain
from ansible_collections.eks.anywhere.plugins.module_utils._wait.observation import (
    Observation,
    called,
    created,
    name,
    node_name,
    owner,
    reference,
    role,
    spec,
    status,
)
from ansible_collections.eks.anywhere.plugins.module_utils._wait.reason import Reason
from ansible_collections.eks.anywhere.plugins.module_utils._wait.rules.access import is_paused
from ansible_collections.eks.anywhere.plugins.module_utils._wait.rules.platform import CAPACITY, capacity

_PAUSABLE = (
    "VSphereCluster",
    "EtcdadmCluster",
    "KubeadmControlPlane",
    "MachineDeployment",
    "Machine",
    "VSphereMachine",
    "VSphereVM",
    "KubeadmConfig",
)


def drain_needs_room(seen: Observation) -> Cause | None:
    """A drain waits for a budget, and that for a pod which finds no node: the room is what lacks."""
    if not any(blocked(machine) for machine in seen.machines):
        return None
    for pod in seen.inside("Pod"):
        found = conditions(pod).get("PodScheduled")
        if found and found.status == "False" and CAPACITY.search(found.message):
            return capacity(f"Cluster {seen.name}", pod, said(found), since=found.since)
    return None


def drain_blocked(seen: Observation) -> Cause | None:
    """A PodDisruptionBudget does not let the pods of a machine go."""
    for machine in seen.machines:
        drain = blocked(machine)
        if drain is None:
            continue
        which = f"PodDisruptionBudget {drain.budget}" if drain.budget else "a PodDisruptionBudget"
        return cause(
            "why.drain_blocked",
            f"The drain of {role(machine)} is blocked: {which} does not let {drain.pods or 'its pods'} go",
            fix="Run more replicas of the application, or let its budget allow one disruption (maxUnavailable: "
            "1); or delete the "
            "pod if the application may stand still.",
            evidence=[Seen.of(called(machine), drain.words), *_budgets(seen, drain.budget)],
            since=drain.since,
        )
    return None


def remediation(seen: Observation) -> Cause | None:
    """A MachineHealthCheck has found a machine unhealthy."""
    for machine in seen.machines:
        check, replaced = conditions(machine).get("HealthCheckSucceeded"), conditions(machine).get("OwnerRemediated")
        if check is None or check.status != "False":
            continue
        blocked = next((obj for obj in seen.of("MachineHealthCheck") if _not_allowed(obj)), None)
        stuck = replaced is not None and replaced.reason in ("CannotBeRemediated", "RemediationDeferred")
        evidence = [Seen.of(called(machine), said(check))]
        evidence += [Seen.of(called(machine), said(replaced))] if replaced and replaced.message else []
        if blocked is not None:
            evidence.append(Seen.of(called(blocked), _not_allowed(blocked)))
        if blocked is None and not stuck:
            return cause(
                "why.remediation",
                f"{role(machine).capitalize()} failed its health check and is being replaced: {said(check)}",
                fix="Wait for the new machine; if that fails as well, look for what they have in common.",
                evidence=evidence,
                since=check.since,
            )
        return cause(
            "why.remediation_blocked",
            f"{role(machine).capitalize()} failed its health check, but may not be replaced: {said(check)}",
            fix="Mend the machine itself; too many machines are unhealthy, or too few would be left, for it to "
            "be replaced.",
            evidence=evidence,
            since=check.since,
        )
    return None


def part_paused(seen: Observation) -> Cause | None:
    """A part of the cluster is paused. The control plane is so by design while etcd is replaced, which is told "
    "before."""
    for kind in _PAUSABLE:
        for obj in seen.of(kind):
            if is_paused(obj):
                return cause(
                    "why.paused",
                    f"{called(obj)} is paused, so its controller leaves it alone",
                    fix=f"When nobody is repairing or upgrading it, take the annotation cluster.x-k8s.io/paused "
                    f"off {called(obj)}.",
                    evidence=[Seen.of(called(obj), "has the annotation cluster.x-k8s.io/paused")],
                )
    return None


def ready(seen: Observation) -> Cause | None:
    """All of it is there and well."""
    cluster = seen.cluster
    owners = seen.of("KubeadmControlPlane", "MachineDeployment")
    if (
        cluster is None
        or seen.workload_refusal
        or not is_true(cluster, "Available")
        or not seen.of("KubeadmControlPlane")
    ):
        return None
    if not all(_at_rest(obj) for obj in owners) or not all(is_true(node, "Ready") for node in seen.nodes.values()):
        return None
    if not all(status(obj).get("ready") for obj in seen.of("EtcdadmCluster")):
        return None
    if any(status(obj).get("phase") != "Running" or obj["metadata"].get("deletionTimestamp") for obj in seen.machines):
        return None
    paused = ", and paused" if is_paused(cluster) else ""
    machines = "1 machine" if len(seen.machines) == 1 else f"all {len(seen.machines)} machines"
    return cause(
        "why.ready",
        f"Cluster {seen.name} is ready, with {machines}{paused}",
        fix="",
        evidence=[
            Seen.of(called(obj), f"{status(obj).get('readyReplicas', 0)}/{spec(obj).get('replicas', 0)} ready")
            for obj in owners
        ],
    )


def in_progress(seen: Observation) -> Cause:
    """Nothing is wrong that could be seen; say what is waited for, and since when."""
    reasons = explain((*seen.management, *(seen.workload or ())))
    told = [Seen.of(f"{reason.kind} {reason.name}", reason.text) for reason in reasons[:5]]
    if not reasons:
        return cause(
            "why.in_progress",
            f"Cluster {seen.name} is not available yet, and none of its objects says why",
            fix="Wait a minute and ask again: a controller may not have looked yet.",
            evidence=[Seen.of(called(obj), "is there") for obj in (seen.cluster,) if obj],
        )
    return cause(
        "why.in_progress",
        reasons[0].sentence,
        fix="Nothing is known to be wrong: wait, and ask again if it stays like this.",
        evidence=told,
        since=_since(seen, reasons[0]),
    )


def _budgets(seen: Observation, wanted: str) -> list[Seen]:
    return [
        Seen.of(called(obj), _allowance(status(obj)))
        for obj in seen.inside("PodDisruptionBudget")
        if name(obj) == wanted or (not wanted and not status(obj).get("disruptionsAllowed"))
    ]


def _allowance(budget: Obj) -> str:
    healthy, needed = budget.get("currentHealthy", "?"), budget.get("desiredHealthy", "?")
    return f"allows {budget.get('disruptionsAllowed', 0)} disruptions: {healthy} pods are healthy, {needed} have to be"


def _not_allowed(check: Obj) -> str:
    found = conditions(check).get("RemediationAllowed")
    return said(found) if found and found.status == "False" else ""


def _at_rest(obj: Obj) -> bool:
    wanted = int(spec(obj).get("replicas") or 0)
    now = status(obj)
    return is_observed(obj) and int(now.get("readyReplicas") or 0) == wanted == int(now.get("replicas") or 0)


def _since(seen: Observation, reason: Reason) -> str:
    """When what a reason speaks of took its present state: the latest change of anything that is not well about it."""
    about = [obj for obj in (*seen.management, *(seen.workload or ())) if _speaks_of(reason, obj)]
    if reason.kind == "Machine" and about:
        mine = reference(about[0]), node_name(about[0])
        about += [vm for vm in seen.of("VSphereVM") if owner(vm, "VSphereMachine") == mine[0]]
        about += [node for node in seen.nodes.values() if name(node) == mine[1]]
    changes = [
        found.since for obj in about for found in conditions(obj).values() if found.status != "True" and found.since
    ]
    return max(changes, default="") or (created(about[0]) if about else "")


def _speaks_of(reason: Reason, obj: Obj) -> bool:
    return obj["kind"] == reason.kind and reason.name.rpartition("/")[2] == name(obj)


__all__ = ("drain_blocked", "drain_needs_room", "in_progress", "part_paused", "ready", "remediation")
