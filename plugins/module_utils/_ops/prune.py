# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Removing what a cluster no longer has: groups of workers and their health checks, then templates without a use."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._ops.drains import DrainPolicy, Drains
from ansible_collections.eks.anywhere.plugins.module_utils._ops.rollout import Waiting
from ansible_collections.eks.anywhere.plugins.module_utils._plan.machines import REFERENCES, key
from ansible_collections.eks.anywhere.plugins.module_utils._plan.naming import settled
from ansible_collections.eks.anywhere.plugins.module_utils._plan.objects import label, texts, where
from ansible_collections.eks.anywhere.plugins.module_utils._plan.upgrade_leftovers import (
    is_leaving,
    leftovers,
    still_used,
)
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Kube, Obj
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.plugins.module_utils._wait import Reason, Tick, explain, until
from ansible_collections.eks.anywhere.plugins.module_utils._wait.drains import blocked

CAPI = "cluster.x-k8s.io/v1beta2"
INFRASTRUCTURE = "infrastructure.cluster.x-k8s.io/v1beta1"
DEPLOYMENT_LABEL = "cluster.x-k8s.io/deployment-name"
LEAVING_SECONDS = 60.0
POLL_SECONDS = 1.0
_KINDS = (
    ("etcdcluster.cluster.x-k8s.io/v1beta1", "EtcdadmCluster"),
    ("controlplane.cluster.x-k8s.io/v1beta2", "KubeadmControlPlane"),
    (CAPI, "MachineDeployment"),
    (CAPI, "MachineHealthCheck"),
    (CAPI, "MachineSet"),
    (CAPI, "Machine"),
    (INFRASTRUCTURE, "VSphereMachine"),
    (INFRASTRUCTURE, "VSphereMachineTemplate"),
    ("bootstrap.cluster.x-k8s.io/v1beta2", "KubeadmConfig"),
    ("bootstrap.cluster.x-k8s.io/v1beta2", "KubeadmConfigTemplate"),
)
"""What is removed, and what may still refer to a template."""


@dataclasses.dataclass(frozen=True)
class Subject:
    """A cluster, and the Cluster API objects that it is to have as they are rendered."""

    name: str
    namespace: str
    objects: tuple[Obj, ...] = dataclasses.field(repr=False)


@dataclasses.dataclass(frozen=True)
class Ports:
    """What the operation works with."""

    kube: Kube
    waiting: Waiting
    policy: DrainPolicy


def prune(subject: Subject, *, ports: Ports, check_mode: bool) -> Result:
    """Remove what is left over; machines of a group that goes are waited for, for their templates are needed until."""
    live = _live(subject, ports.kube)
    found = leftovers(live, settled(subject.objects, live), cluster=subject.name)
    groups = [obj for obj in found if not _is_template(obj)]
    names = frozenset(obj["metadata"]["name"] for obj in groups if obj["kind"] == "MachineDeployment")
    drains = Drains(ports.policy, kube=ports.kube, clock=ports.waiting.clock, report=ports.waiting.report)
    if groups and not check_mode:
        _remove(sorted(groups, key=_health_checks_first), ports.kube)
        _wait_gone(subject, names, ports=ports, drains=drains)
        live = _live(subject, ports.kube)
    if not check_mode:
        live = _when_left(subject, found, live, ports=ports)
    templates = _unused(found, [obj for obj in live if not _goes_with(obj, names)], ports)
    if not check_mode:
        _remove(templates, ports.kube)
    gone = [*groups, *templates]
    return Result(
        actions=(*(f"Delete {label(obj)}" for obj in gone), *drains.actions),
        before="---\n".join(texts(None, obj)[1] for obj in gone),
        data={"removed": [label(obj) for obj in gone]},
    )


def _live(subject: Subject, kube: Kube) -> list[Obj]:
    return [
        obj
        for api_version, kind in _KINDS
        for obj in kube.list(api_version=api_version, kind=kind, namespace=subject.namespace)
    ]


def _when_left(subject: Subject, found: t.Sequence[Obj], live: list[Obj], *, ports: Ports) -> list[Obj]:
    """What there is when nobody uses a leftover template who is on the way out: a rollout ends before its last machine.

    Not longer than ``LEAVING_SECONDS``: what is left then is left to a later run.
    """
    clock, told = ports.waiting.clock, set[str]()
    until_then = clock.now() + LEAVING_SECONDS
    while clock.now() < until_then:
        users = [still_used(template, live) for template in found if _is_template(template)]
        leaving = {f"{user['kind']} {user['metadata']['name']}" for user in users if user and is_leaving(user)}
        if not leaving:
            break
        for who in sorted(leaving - told):
            ports.waiting.report.line(f"  {who} is on its way out: its template goes after it")
        told |= leaving
        clock.sleep(POLL_SECONDS)
        live = _live(subject, ports.kube)
    return live


def _unused(found: t.Iterable[Obj], live: t.Sequence[Obj], ports: Ports) -> list[Obj]:
    """Templates without anybody who needs them; the others are named, and stay."""
    unused = []
    for template in filter(_is_template, found):
        user = still_used(template, live)
        if user is not None:
            who = f"{user['kind']} {user['metadata']['name']}"
            ports.waiting.report.line(f"  {label(template)} stays: {who} refers to it")
        else:
            unused.append(template)
    return unused


def _remove(objects: t.Iterable[Obj], kube: Kube) -> None:
    """Each very object that was seen, and no other of its name."""
    for obj in objects:
        kube.delete(**where(obj), uid=obj["metadata"]["uid"])


def _wait_gone(subject: Subject, names: frozenset[str], *, ports: Ports, drains: Drains) -> None:
    """Until no group of these, and no machine of theirs, is left."""

    def look() -> Tick:
        live = _live(subject, ports.kube)
        left = [obj for obj in live if _goes_with(obj, names) and obj["kind"] in {"Machine", "MachineDeployment"}]
        machines = [obj for obj in left if obj["kind"] == "Machine"]
        drains.tend(machines)
        told = [
            *(Reason("Machine", drain.name, drain.sentence) for machine in machines if (drain := blocked(machine))),
            *explain(machines),
            *(Reason(obj["kind"], obj["metadata"]["name"], "being deleted") for obj in left),
        ]
        return Tick(done=not left, state=f"{len(machines)} machines left", reasons=tuple(told))

    waiting = ports.waiting
    until(
        look,
        clock=waiting.clock,
        report=waiting.report,
        timeout_seconds=waiting.timeout_seconds,
        what="removed groups of workers",
    )


def _goes_with(obj: Obj, names: frozenset[str]) -> bool:
    """Whether an object is one of those groups, or was made for one."""
    if obj["kind"] in REFERENCES:
        return obj["metadata"]["name"] in names
    return (obj["metadata"].get("labels") or {}).get(DEPLOYMENT_LABEL) in names


def _is_template(obj: Obj) -> bool:
    return bool(obj["kind"].endswith("Template"))


def _health_checks_first(obj: Obj) -> tuple[bool, tuple[str, str, str]]:
    """Nobody is to replace machines that go."""
    return obj["kind"] != "MachineHealthCheck", key(obj)


__all__ = ("Ports", "Subject", "prune")
