# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Everything that was read about a cluster, as one value; the rules look at nothing else."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import re
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Inventory, MachineFacts, Obj
from ansible_collections.eks.anywhere.plugins.module_utils._wait.conditions import Condition, conditions, moment
from ansible_collections.eks.anywhere.plugins.module_utils._wait.machines import is_control_plane, is_etcd

CAPI_GROUP = "cluster.x-k8s.io"
PAUSED = "cluster.x-k8s.io/paused"


@dataclasses.dataclass(frozen=True)
class Refusal:
    """Why a server could not be asked: the code and words of our own error."""

    code: str
    message: str

    @classmethod
    def of(cls, error: EksaError) -> Refusal:
        """What an error says."""
        return cls(error.code, error.message.rstrip("."))

    @property
    def of_credentials(self) -> bool:
        """Whether the server answers, only not to these credentials: HTTP 401."""
        return self.code == "kube.unauthorized"


@dataclasses.dataclass(frozen=True)
class Datacenter:
    """What vCenter told. ``inventory`` is keyed by the paths as the VSphereVMs name them, ``machines`` by VSphereVM."""

    server: str
    refusal: Refusal | None = None
    inventory: Inventory | None = None
    machines: t.Mapping[str, MachineFacts] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Endpoint:
    """The control plane endpoint, tried from here; ``port`` is the first that answered, None when none did."""

    host: str
    port: int | None = None


@dataclasses.dataclass(frozen=True)
class Observation:
    """``management`` are objects of the cluster that manages, ``workload`` those of the cluster itself.

    ``workload`` is None when its API was not asked, or did not answer (then ``workload_refusal`` says why). ``at``, the
    time of the look, is None when nobody knows it; nothing is then said to last too long.
    """

    name: str
    namespace: str = "eksa-system"
    management: tuple[Obj, ...] = ()
    workload: tuple[Obj, ...] | None = None
    refusal: Refusal | None = None
    workload_refusal: Refusal | None = None
    datacenter: Datacenter | None = None
    endpoint: Endpoint | None = None
    at: dt.datetime | None = None

    def of(self, *kinds: str) -> tuple[Obj, ...]:
        """Objects of these kinds on the managing cluster."""
        return tuple(obj for kind in kinds for obj in self._managed.get(kind, ()))

    def inside(self, *kinds: str) -> tuple[Obj, ...]:
        """Objects of these kinds in the cluster itself."""
        return tuple(obj for obj in self.workload or () if obj["kind"] in kinds)

    @functools.cached_property
    def _managed(self) -> dict[str, list[Obj]]:
        sorted_by_kind: dict[str, list[Obj]] = {}
        for obj in self.management:
            sorted_by_kind.setdefault(obj["kind"], []).append(obj)
        return sorted_by_kind

    @property
    def cluster(self) -> Obj | None:
        """The Cluster of Cluster API."""
        mine = (self.name, self.namespace, CAPI_GROUP)
        return next((obj for obj in self.of("Cluster") if (name(obj), namespace(obj), group(obj)) == mine), None)

    @property
    def eksa_cluster(self) -> Obj | None:
        """The Cluster of EKS Anywhere."""
        named = (obj for obj in self.of("Cluster") if name(obj) == self.name)
        return next((obj for obj in named if group(obj) != CAPI_GROUP), None)

    @functools.cached_property
    def machines(self) -> tuple[Obj, ...]:
        """Machines in the order in which a cluster comes up: etcd, control plane, workers."""
        return tuple(sorted(self.of("Machine"), key=lambda obj: (rank(obj), name(obj))))

    @functools.cached_property
    def vms(self) -> tuple[tuple[Obj, Obj | None], ...]:
        """VSphereVMs with their Machines, in the order of those."""
        owners = {reference(machine): machine for machine in self.machines}
        pairs = [(vm, owners.get(owner(vm, "VSphereMachine") or name(vm))) for vm in self.of("VSphereVM")]
        return tuple(sorted(pairs, key=lambda pair: (rank(pair[1]) if pair[1] else 9, name(pair[0]))))

    @functools.cached_property
    def nodes(self) -> dict[str, Obj]:
        """Nodes by name; none while the cluster's API does not answer."""
        return {name(obj): obj for obj in self.inside("Node")}

    def longer_than(self, seconds: float, since: str) -> bool:
        """Whether something has lasted longer than that; False when nobody knows the time."""
        began = moment(since)
        return began is not None and self.at is not None and (self.at - began).total_seconds() > seconds


def group(obj: Obj) -> str:
    """API group."""
    return str(obj.get("apiVersion", "")).rpartition("/")[0]


def name(obj: Obj) -> str:
    """Name."""
    return str(obj["metadata"]["name"])


def namespace(obj: Obj) -> str:
    """Namespace; empty for what is in none."""
    return str(obj["metadata"].get("namespace") or "")


def called(obj: Obj) -> str:
    """``Kind name``, with the namespace where the name alone does not tell."""
    spaced = obj["kind"] in {"Pod", "Deployment", "DaemonSet", "PodDisruptionBudget", "Service"}
    place = f"{obj['metadata'].get('namespace') or 'default'}/" if spaced else ""
    return f"{obj['kind']} {place}{name(obj)}"


def spec(obj: Obj) -> Obj:
    """Specification; empty when there is none."""
    return t.cast(Obj, obj.get("spec") or {})


def status(obj: Obj) -> Obj:
    """Status; empty when there is none."""
    return t.cast(Obj, obj.get("status") or {})


def rank(machine: Obj) -> int:
    """When a Machine comes up: etcd first, workers last."""
    return 0 if is_etcd(machine) else 1 if is_control_plane(machine) else 2


def role(machine: Obj) -> str:
    """``control plane machine w01-abc``."""
    return f"{('etcd', 'control plane', 'worker')[rank(machine)]} machine {name(machine)}"


def reference(machine: Obj) -> str:
    """Name of a Machine's infrastructure."""
    return str((spec(machine).get("infrastructureRef") or {}).get("name", ""))


def owner(obj: Obj, kind: str) -> str:
    """Name of the owner of a kind."""
    owners = obj["metadata"].get("ownerReferences") or ()
    return next((str(entry["name"]) for entry in owners if entry.get("kind") == kind), "")


def node_name(machine: Obj) -> str:
    """Name of a Machine's Node."""
    return str((status(machine).get("nodeRef") or {}).get("name", ""))


def created(obj: Obj) -> str:
    """When an object was made, as Kubernetes writes it."""
    return str(obj["metadata"].get("creationTimestamp") or "")


def complaints(obj: Obj) -> t.Iterator[tuple[Condition | None, str]]:
    """What an object says is not well with it: the messages of conditions that are not true, then of its failure."""
    for found in conditions(obj).values():
        if found.status != "True" and found.message:
            yield found, found.message
    failure = status(obj).get("failureMessage")
    if failure:
        yield None, str(failure)


def complaint(objects: t.Iterable[Obj], pattern: re.Pattern[str]) -> tuple[Obj, str] | None:
    """The first complaint that fits, with the object that makes it."""
    told = ((obj, words) for obj in objects for _found, words in complaints(obj))
    return next((entry for entry in told if pattern.search(entry[1])), None)


__all__ = (
    "CAPI_GROUP",
    "PAUSED",
    "Datacenter",
    "Endpoint",
    "Observation",
    "Refusal",
    "called",
    "complaint",
    "complaints",
    "created",
    "group",
    "is_control_plane",
    "is_etcd",
    "name",
    "namespace",
    "node_name",
    "owner",
    "rank",
    "reference",
    "role",
    "spec",
    "status",
)
