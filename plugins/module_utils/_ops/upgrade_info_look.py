# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""One look at a cluster and at the cluster that manages it: what is there of all that is wanted."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ops.upgrade_info_ask import Question, about, ask
from ansible_collections.eks.anywhere.plugins.module_utils._ops.upgrade_info_subject import NAMESPACE, Subject
from ansible_collections.eks.anywhere.plugins.module_utils._ops.upgrade_info_wanted import Wanted
from ansible_collections.eks.anywhere.plugins.module_utils._plan.machines import Name, by_name, dig
from ansible_collections.eks.anywhere.plugins.module_utils._plan.objects import label
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Kube, Obj
from ansible_collections.eks.anywhere.plugins.module_utils._render.clusterctl import CERT_MANAGER_VERSION_ANNOTATION

CORE = "cluster.x-k8s.io/v1beta2"
EKSA = "anywhere.eks.amazonaws.com/v1alpha1"
INFRASTRUCTURE = "infrastructure.cluster.x-k8s.io/v1beta1"
CLUSTER_LABEL = "cluster.x-k8s.io/cluster-name"
CERT_MANAGER = "clusterctl.cluster.x-k8s.io/core=cert-manager"

_PROVIDERS = Question("clusterctl.cluster.x-k8s.io/v1alpha3", "Provider")
_CERT_MANAGER = Question("apps/v1", "Deployment", labels=CERT_MANAGER)
_WHOLE = frozenset({"KubeadmConfigTemplate", "MachineDeployment", "MachineHealthCheck", "VSphereMachineTemplate"})
"""Kinds of which those matter, too, that are no longer wanted."""
_VENDOR = ("anywhere.eks.amazonaws.com/", "distro.eks.amazonaws.com/")


@dataclasses.dataclass(frozen=True)
class Live:
    """What was found. ``described`` are the vendor's objects, whose kinds have the names of other kinds.

    ``manager_release`` is what another cluster that manages this one says that it runs.
    """

    cluster: t.Mapping[Name, Obj]
    described: t.Mapping[Name, Obj]
    machines: tuple[Obj, ...]
    installed: t.Mapping[str, str]
    manager_release: str = ""

    def capi_cluster(self, name: str) -> Obj | None:
        """The Cluster of Cluster API."""
        return self.cluster.get(("Cluster", NAMESPACE, name))


@dataclasses.dataclass(frozen=True)
class Surroundings:
    """What matters only when machines go away."""

    vms: tuple[Obj, ...] = ()
    sets: tuple[Obj, ...] = ()
    pods: tuple[Obj, ...] = ()
    budgets: tuple[Obj, ...] = ()


class Look:
    """Asks both clusters, which are one when the cluster manages itself."""

    def __init__(self, subject: Subject, *, manager: Kube, own: Kube) -> None:
        self._subject = subject
        self._manager = manager
        self._own = own
        self._labels = f"{CLUSTER_LABEL}={subject.config.name}"

    @property
    def calls(self) -> int:
        """Requests sent."""
        return sum(client.calls for client in {id(one): one for one in (self._manager, self._own)}.values())

    def live(self, wanted: Wanted) -> Live:
        """Everything that is compared, in one go."""
        managed = about([*wanted.cluster, *wanted.definitions]) | _listed(wanted.described)
        managed = {_whole(question) for question in managed}
        managed |= {Question(CORE, "Machine", NAMESPACE, labels=self._labels)}
        if wanted.providers:
            managed |= {_PROVIDERS, _CERT_MANAGER}
        inside = about(wanted.network)
        found = self._asked(managed, inside)
        vendor = [obj for obj in found if obj["apiVersion"].startswith(_VENDOR)]
        others = [obj for obj in found if not obj["apiVersion"].startswith(_VENDOR)]
        return Live(
            cluster=by_name(obj for obj in others if obj["kind"] not in ("Machine", "Provider")),
            described=by_name(vendor),
            machines=tuple(obj for obj in others if obj["kind"] == "Machine"),
            installed=_installed(others),
            manager_release=self._manager_release(),
        )

    def _manager_release(self) -> str:
        config = self._subject.config
        if config.self_managed:
            return ""
        found = self._manager.list(api_version=EKSA, kind="Cluster")
        managers = (obj for obj in found if obj["metadata"]["name"] == config.management_name)
        return next((str(dig(obj, ("spec", "eksaVersion")) or "") for obj in managers), "")

    def surroundings(self) -> Surroundings:
        """Virtual machines, and what runs on the nodes."""
        vms = Question(INFRASTRUCTURE, "VSphereVM", NAMESPACE, labels=self._labels)
        sets = Question(CORE, "MachineSet", NAMESPACE, labels=self._labels)
        inside = {Question("v1", "Pod"), Question("policy/v1", "PodDisruptionBudget")}
        found = self._asked({vms, sets}, inside)

        def of_kind(kind: str) -> tuple[Obj, ...]:
            return tuple(obj for obj in found if obj["kind"] == kind)

        return Surroundings(of_kind("VSphereVM"), of_kind("MachineSet"), of_kind("Pod"), of_kind("PodDisruptionBudget"))

    def _asked(self, managed: set[Question], inside: set[Question]) -> list[Obj]:
        if self._own is self._manager:
            return ask(self._manager, managed | inside)
        return [*ask(self._manager, managed), *ask(self._own, inside)]


def require(subject: Subject, live: Live) -> None:
    """Refuse a cluster that is not there as a whole, or that somebody holds."""
    config = subject.config
    cluster = live.capi_cluster(config.name)
    described = live.described.get(("Cluster", config.namespace, config.name))
    if cluster is None or described is None:
        lacking = "its Cluster API objects" if cluster is None else label(_named(config.name, config.namespace))
        raise EksaError(
            f"Cluster {config.name} is not created to the end: {subject.manager_path} leads to a cluster without "
            f"{lacking}.",
            code="upgrade.not_created",
            hint="Run the playbook eks.anywhere.create_cluster until it has nothing to do, then upgrade.",
        )
    if (cluster.get("spec") or {}).get("paused"):
        raise EksaError(
            f"Cluster {config.name} is paused (spec.paused of its Cluster): nothing would be upgraded.",
            code="upgrade.paused",
            hint="Find out who paused it and why. A move that was cut is ended by eks.anywhere.create_cluster.",
        )


def _named(name: str, namespace: str) -> Obj:
    return {"kind": "EKS Anywhere Cluster", "metadata": {"name": name, "namespace": namespace}}


def _listed(described: t.Iterable[Obj]) -> set[Question]:
    """The cluster's own documents by kind, since others of the kind matter, too; the rest by name."""
    own = {"VSphereMachineConfig"}
    return {
        dataclasses.replace(question, name="") if question.kind in own else question for question in about(described)
    }


def _whole(question: Question) -> Question:
    return dataclasses.replace(question, name="") if question.kind in _WHOLE else question


def _installed(found: t.Iterable[Obj]) -> dict[str, str]:
    """Versions by name: clusterctl's inventory, and cert-manager, which is in none and whose parts may differ."""
    versions: dict[str, str] = {}
    certificates: set[str] = set()
    for obj in found:
        if obj["kind"] == "Provider":
            versions[obj["metadata"]["name"]] = str(obj.get("version") or "")
        annotations = obj["metadata"].get("annotations") or {}
        certificates |= {str(annotations[name]) for name in (CERT_MANAGER_VERSION_ANNOTATION,) if name in annotations}
    return {**versions, **({"cert-manager": ", ".join(sorted(certificates))} if certificates else {})}


__all__ = ("CORE", "EKSA", "Live", "Look", "Surroundings", "require")
