# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""The fence of a move: the source's provider controllers at no replicas while objects are copied.

How many there were is written onto each Deployment by the very request that stops it, so whoever takes over from a dead
run can start them again.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj

PROVIDER_LABEL = "cluster.x-k8s.io/provider"
REPLICAS_ANNOTATION = "eks-anywhere-capi-move/replicas"
_ENDED = ("Succeeded", "Failed")
"""Phases of pods in which nothing runs any more."""


@dataclasses.dataclass(frozen=True)
class Controller:
    """A provider's Deployment. ``before`` is (replicas, available) as a fence found them; None when none is up."""

    obj: Obj
    before: tuple[int, int] | None = None

    @classmethod
    def of(cls, obj: Obj) -> Controller:
        """As a Deployment tells it."""
        return cls(obj=obj, before=_before(obj))

    @property
    def name(self) -> str:
        """Name of the Deployment."""
        return str(self.obj["metadata"]["name"])

    @property
    def namespace(self) -> str:
        """Namespace of the Deployment."""
        return str(self.obj["metadata"]["namespace"])

    @property
    def label(self) -> str:
        """For people: ``capv-system/capv-controller-manager``."""
        return f"{self.namespace}/{self.name}"

    @property
    def replicas(self) -> int:
        """How many pods it shall have."""
        return int(self.obj["spec"].get("replicas", 1))

    @property
    def available(self) -> int:
        """How many serve."""
        return int((self.obj.get("status") or {}).get("availableReplicas") or 0)

    @property
    def current(self) -> bool:
        """Whether its status speaks of its present specification."""
        generation = int(self.obj["metadata"].get("generation", 0))
        return int((self.obj.get("status") or {}).get("observedGeneration") or 0) >= generation


def controllers(deployments: t.Iterable[Obj], *, providers: t.Iterable[Obj]) -> tuple[Controller, ...]:
    """Deployments of the providers in the inventory of ``clusterctl init``; nothing else is ever touched."""
    homes = {provider["metadata"]["namespace"] for provider in providers}
    return tuple(
        Controller.of(obj)
        for obj in deployments
        if obj["metadata"]["namespace"] in homes and PROVIDER_LABEL in (obj["metadata"].get("labels") or {})
    )


def _before(obj: Obj) -> tuple[int, int] | None:
    written = (obj["metadata"].get("annotations") or {}).get(REPLICAS_ANNOTATION)
    if written is None:
        return None
    replicas, _slash, available = written.partition("/")
    return (int(replicas), int(available))


def to_stop(found: t.Iterable[Controller]) -> tuple[Controller, ...]:
    """Those that run. One that somebody stopped before us stays as it is."""
    return tuple(controller for controller in found if controller.replicas)


def to_start(found: t.Iterable[Controller]) -> tuple[Controller, ...]:
    """Those that a fence stopped."""
    return tuple(controller for controller in found if controller.before)


def stop_patch(controller: Controller) -> Obj:
    """Merge patch that stops it and says what it was; numbers of an earlier fence stay."""
    replicas, available = controller.before or (controller.replicas, controller.available)
    return {
        "metadata": {
            "uid": controller.obj["metadata"]["uid"],
            "annotations": {REPLICAS_ANNOTATION: f"{replicas}/{available}"},
        },
        "spec": {"replicas": 0},
    }


def start_patch(controller: Controller) -> Obj:
    """Merge patch that takes ``stop_patch`` back."""
    replicas, _available = controller.before or (controller.replicas, controller.available)
    return {
        "metadata": {"uid": controller.obj["metadata"]["uid"], "annotations": {REPLICAS_ANNOTATION: None}},
        "spec": {"replicas": replicas},
    }


def still_running(controller: Controller, pods: t.Iterable[Obj]) -> str:
    """Why it cannot be said yet that none of its pods works; empty when none does.

    A pod that is being deleted still works. The Deployment alone is no proof: it counts such a pod no more.
    """
    wanted = controller.obj["spec"]["selector"].get("matchLabels") or {}
    left = [
        pod["metadata"]["name"]
        for pod in pods
        if wanted.items() <= (pod["metadata"].get("labels") or {}).items()
        and (pod.get("status") or {}).get("phase") not in _ENDED
    ]
    if left:
        return f"pod {', '.join(sorted(left))} still runs"
    replicas = int((controller.obj.get("status") or {}).get("replicas") or 0)
    return "" if controller.current and not replicas else "it still counts pods"


def not_back(controller: Controller, *, before: tuple[int, int]) -> str:
    """Why it does not serve again as it did; empty when it does. One that served nothing before need not now."""
    wanted = min(before)
    if controller.current and controller.available >= wanted:
        return ""
    return f"{controller.available} of {wanted} pods are available"


def needing_webhooks(definitions: t.Iterable[Obj]) -> tuple[str, ...]:
    """Kinds of which objects may be stored in an older version: reading these takes a conversion webhook.

    Those webhooks are served by the very pods that a fence stops.
    """
    return tuple(sorted(item["spec"]["names"]["kind"] for item in definitions if _converts(item)))


def _converts(definition: Obj) -> bool:
    stored = {version["name"] for version in definition["spec"]["versions"] if version.get("storage")}
    webhook = (definition["spec"].get("conversion") or {}).get("strategy") == "Webhook"
    return webhook and not set((definition.get("status") or {}).get("storedVersions") or ()) <= stored


__all__ = (
    "PROVIDER_LABEL",
    "REPLICAS_ANNOTATION",
    "Controller",
    "controllers",
    "needing_webhooks",
    "not_back",
    "start_patch",
    "still_running",
    "stop_patch",
    "to_start",
    "to_stop",
)
