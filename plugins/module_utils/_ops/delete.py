# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Deletes a cluster from the cluster that manages it, from wherever an earlier run was cut.

Cluster API takes the machines down; what it leaves is deleted after it, the EKS Anywhere objects last: as long as they
are there, a controller that sees the Cluster missing would make it again, so they are paused first.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config.model import ClusterConfig
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ops.delete_objects import Held
from ansible_collections.eks.anywhere.plugins.module_utils._ops.delete_stuck import Stuck
from ansible_collections.eks.anywhere.plugins.module_utils._ops.delete_vcenter import Datacenter
from ansible_collections.eks.anywhere.plugins.module_utils._plan import delete_objects as planning
from ansible_collections.eks.anywhere.plugins.module_utils._plan import move_fence as fencing
from ansible_collections.eks.anywhere.plugins.module_utils._plan.objects import label, where
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Clock, Kube, Obj, Reporter
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.plugins.module_utils._wait import Reason, Tick, until
from ansible_collections.eks.anywhere.plugins.module_utils._wait.conditions import conditions

POLL_SECONDS = 2.0
_TELLING = ("Deleting", "VirtualMachineProvisioned", "VMProvisioned")
"""Conditions of objects in deletion that say what is waited for."""


@dataclasses.dataclass(frozen=True)
class Ports:
    """``former`` is the cluster that the objects came from, where it can still be asked."""

    kube: Kube
    clock: Clock
    report: Reporter
    datacenter: Datacenter
    former: Kube | None = None


@dataclasses.dataclass(frozen=True)
class Wanted:
    """The cluster to delete. ``resume``: lift what pauses it here, as only a bootstrap cluster has no other user."""

    config: ClusterConfig
    namespace: str = "eksa-system"
    resume: bool = False
    purge: bool = False
    timeout_seconds: float = 1800.0
    patience_seconds: float = 300.0


def delete(wanted: Wanted, *, ports: Ports, check_mode: bool) -> Result:
    """Have no object of the cluster here, and none of its machines."""
    deleter = _Deleter(wanted, ports)
    there = deleter.held.all()
    deleter.refuse(there)
    names = [label(obj) for obj in there]
    if there and not check_mode:
        deleter.run(there)
    stuck = deleter.stuck
    return Result(
        actions=tuple(f"Delete {name}" for name in names) + tuple(f"Destroy {path}" for path in stuck.destroyed),
        before="".join(f"{name}\n" for name in sorted(names)),
        data={
            "deleted": names,
            "released": [one.as_dict() for one in stuck.released],
            "destroyed": list(stuck.destroyed),
        },
    )


class _Deleter:
    """The walk: pause, delete the Cluster, wait, clean up, delete what described it."""

    def __init__(self, wanted: Wanted, ports: Ports) -> None:
        self._wanted = wanted
        self._ports = ports
        self._kube = ports.kube
        self.held = Held(ports.kube, config=wanted.config, namespace=wanted.namespace)
        self.stuck = Stuck(
            ports.kube,
            datacenter=ports.datacenter,
            clock=ports.clock,
            report=ports.report,
            patience_seconds=wanted.patience_seconds,
            purge=wanted.purge,
        )

    def refuse(self, there: t.Sequence[Obj]) -> None:
        """What must not be deleted, or cannot be, from here."""
        name = self._wanted.config.name
        nodes = {_node(obj) for obj in there if obj["kind"] == "Machine"} - {""}
        if nodes and any(node["metadata"]["name"] in nodes for node in self._kube.list(api_version="v1", kind="Node")):
            raise EksaError(
                f"Cluster {name} runs the API server that was asked to delete it; it would die half way.",
                code="delete.inside_itself",
                hint="Use the playbook delete_cluster: it moves the management to a bootstrap cluster first.",
            )
        cluster = self._find(there, planning.CORE, "Cluster")
        if cluster and planning.is_paused(cluster) and not self._wanted.resume:
            raise EksaError(
                f"Cluster {name} is paused: its controllers do nothing, so nothing would be deleted.",
                code="delete.paused",
                hint="Find out who paused it and why; then set spec.paused of the Cluster to false, remove the "
                "annotation cluster.x-k8s.io/paused, and run again.",
            )

    def run(self, there: t.Sequence[Obj]) -> None:
        """All that is left."""
        what = "management" if self._wanted.resume else "workload"
        self._ports.report.line(f"Deleting {what} cluster")
        described = self._find(there, planning.EKSA, "Cluster")
        if self._wanted.resume:
            self._start_controllers()
            self._bring_zones()
        self._until(lambda: self._begun(described), what="deletion accepted")
        self._until(self._chain_left, what="cluster deleted")
        self._until(lambda: self._gone(self.held.rest()), what="leftovers of the cluster deleted")
        self._until(lambda: self._gone(self.held.packages()), what="curated packages of the cluster deleted")
        self._until(self._eksa_left, what="EKS Anywhere objects deleted")

    def _begun(self, described: Obj | None) -> Tick:
        """Delete first and resume then: controllers that run again find nothing to repair, only to take down."""
        if described is not None:
            self._annotate(described, planning.PAUSED)
        cluster = self.held.cluster()
        if cluster is None:
            return Tick(done=True, state="there is no Cluster")
        if not planning.is_deleting(cluster):
            self._delete(cluster)
        if planning.is_paused(cluster):
            annotations = {"cluster.x-k8s.io/paused": None}
            self._merge(cluster, {"metadata": {"annotations": annotations}, "spec": {"paused": None}})
        return Tick(done=True, state="Cluster deleted")

    def _chain_left(self) -> Tick:
        levels = self.held.levels()
        left = [obj for level in levels for obj in level]
        # Without their Cluster nobody deletes them; with it, Cluster API does in its own order.
        if not levels[-1]:
            for obj in left:
                self._delete(obj)
        reasons = (*self.stuck.help(levels), *_reasons(left))
        return Tick(done=not left, state=_state(left), reasons=reasons)

    def _gone(self, left: t.Sequence[Obj]) -> Tick:
        for obj in left:
            self._delete(obj)
        reasons = (*self.stuck.help(((), (), (), left)), *_reasons(left))
        return Tick(done=not left, state=_state(left), reasons=reasons)

    def _eksa_left(self) -> Tick:
        left = self.held.eksa()
        for obj in left:
            if obj["kind"] == "Cluster" and not planning.is_deleting(obj):
                self._annotate(obj, planning.DELETE_WHEN_PAUSED)
        return self._gone(left)

    def _start_controllers(self) -> None:
        """A move that was cut may have left the providers here at no replicas."""
        listed = self._kube.list(api_version="apps/v1", kind="Deployment", labels=fencing.PROVIDER_LABEL)
        for controller in fencing.to_start(map(fencing.Controller.of, listed)):
            self._merge(controller.obj, fencing.start_patch(controller))

    def _bring_zones(self) -> None:
        """Failure domains stay behind when a cluster moves; without them its machines could not be looked up."""
        former = self._ports.former
        wanted = planning.Subject.of(self._wanted.config)
        if former is None or not wanted.domains:
            return
        for api_version, kind in reversed(planning.ZONES):
            for obj in former.list(api_version=api_version, kind=kind):
                if wanted.owns(obj):
                    metadata = {key: obj["metadata"][key] for key in ("name", "labels") if key in obj["metadata"]}
                    self._kube.apply({**_spec_of(obj), "metadata": metadata})

    def _annotate(self, obj: Obj, annotation: str) -> None:
        if (obj["metadata"].get("annotations") or {}).get(annotation) != "true":
            self._merge(obj, {"metadata": {"annotations": {annotation: "true"}}})

    def _merge(self, obj: Obj, patch: Obj) -> None:
        """What has gone meanwhile needs no change any more."""
        try:
            self._kube.merge(**where(obj), patch=patch)
        except EksaError as exc:
            if exc.code != "kube.not_found":
                raise

    def _delete(self, obj: Obj) -> None:
        if not planning.is_deleting(obj):
            self._kube.delete(**where(obj), uid=obj["metadata"]["uid"])

    def _until(self, look: t.Callable[[], Tick], *, what: str) -> None:
        until(
            look,
            clock=self._ports.clock,
            report=self._ports.report,
            timeout_seconds=self._wanted.timeout_seconds,
            what=what,
            poll_seconds=POLL_SECONDS,
        )

    @staticmethod
    def _find(objects: t.Iterable[Obj], api_version: str, kind: str) -> Obj | None:
        return next((obj for obj in objects if (obj["apiVersion"], obj["kind"]) == (api_version, kind)), None)


def _node(machine: Obj) -> str:
    return str(((machine.get("status") or {}).get("nodeRef") or {}).get("name") or "")


def _spec_of(obj: Obj) -> Obj:
    return {key: obj[key] for key in ("apiVersion", "kind", "spec") if key in obj}


def _state(left: t.Sequence[Obj]) -> str:
    """``2 Machine, 1 Cluster left``."""
    kinds = list(dict.fromkeys(obj["kind"] for obj in left))
    counts = ", ".join(f"{sum(obj['kind'] == kind for obj in left)} {kind}" for kind in kinds)
    return f"{counts} left" if left else "nothing left"


def _reasons(left: t.Sequence[Obj]) -> list[Reason]:
    """What the objects that are left say of their own deletion."""
    found = []
    for obj in left:
        told = conditions(obj)
        words = next((told[kind].message for kind in _TELLING if kind in told and told[kind].message), "")
        if words:
            found.append(Reason(obj["kind"], obj["metadata"]["name"], words.splitlines()[0]))
    return found


__all__ = ("Ports", "Wanted", "delete")
