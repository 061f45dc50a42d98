# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""The API servers that a look at a creation asks: counted, and silent ones are a fact, not an error."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config.model import ClusterConfig
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError, MissingLibrary
from ansible_collections.eks.anywhere.plugins.module_utils._ops.info_pieces import Pieces
from ansible_collections.eks.anywhere.plugins.module_utils._ops.info_subject import Ports, Subject
from ansible_collections.eks.anywhere.plugins.module_utils._ops.wait import (
    CAPI,
    Observer,
    Target,
    kubeconfig_of,
)
from ansible_collections.eks.anywhere.plugins.module_utils._plan.create import Builder, Presence, Server
from ansible_collections.eks.anywhere.plugins.module_utils._plan.delete_objects import EKSA, PAUSED
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Kube, Obj
from ansible_collections.eks.anywhere.plugins.module_utils._wait.cluster import Goal, judge

Seen = t.TypeVar("Seen", bound=Server)
Built = t.TypeVar("Built", bound=Builder)

CAPI_NAMESPACE = "eksa-system"


class Servers:
    """The servers of one look at one cluster."""

    def __init__(self, subject: Subject, *, ports: Ports) -> None:
        self._config: ClusterConfig = subject.config
        self._ports = ports
        self._target = Target(name=subject.config.name, namespace=CAPI_NAMESPACE)
        self._clients: list[Kube] = []
        self.pieces = Pieces(subject.config, subject.bundles, artifacts=ports.artifacts)

    @property
    def calls(self) -> int:
        """Requests sent."""
        return sum(client.calls for client in self._clients)

    def opened(self, path: str) -> Kube | None:
        """By a kubeconfig file, if it is there."""
        return self._counted(self._ports.open_file(path)) if self._ports.files.read(path) else None

    def connected(self, text: str) -> Kube:
        """By the text of a kubeconfig."""
        return self._counted(self._ports.connect(text))

    def kept_by(self, kube: Kube) -> Kube | None:
        """The cluster by the Secret that Cluster API keeps on the cluster that builds it."""
        try:
            text = kubeconfig_of(self._target, kube=kube)
        except MissingLibrary:
            raise
        except EksaError:
            return None
        return self.connected(text) if text else None

    def capi(self, kube: Kube) -> Presence:
        """The Cluster of Cluster API."""
        found = kube.get(api_version=CAPI, kind="Cluster", name=self._config.name, namespace=CAPI_NAMESPACE)
        return capi_presence(found)

    def eksa(self, kube: Kube) -> Presence:
        """The Cluster of EKS Anywhere."""
        namespace = self._config.namespace
        return eksa_presence(kube.get(api_version=EKSA, kind="Cluster", name=self._config.name, namespace=namespace))

    def built(self, seen: Built, kube: Kube) -> Built:
        """How far its controllers have built a cluster whose objects are there."""
        return dataclasses.replace(
            seen,
            missing_objects=self.pieces.missing_objects(kube, namespace=CAPI_NAMESPACE),
            missing_machines=self.lacks(Goal.MACHINES, kube),
        )

    def lacks(self, goal: Goal, kube: Kube) -> str:
        """What is missing until a goal is reached, and why."""
        tick = judge(Observer(self._target, kube=kube, connect=self._ports.connect).look(goal), goal)
        return "" if tick.done else f"{goal.value}: {tick.state}{' - ' + tick.why if tick.why else ''}"

    def guarded(self, seen: Seen, look: t.Callable[[], Seen]) -> Seen:
        """A server that stops answering in between is a silent one, whatever was seen before."""
        try:
            return look()
        except MissingLibrary:
            raise
        except EksaError as exc:
            return dataclasses.replace(seen, silence=exc.message.rstrip("."))

    def _counted(self, client: Kube) -> Kube:
        self._clients.append(client)
        return client


def capi_presence(cluster: Obj | None) -> Presence:
    """Of a Cluster of Cluster API."""
    if cluster is None:
        return Presence.ABSENT
    return Presence.PAUSED if (cluster.get("spec") or {}).get("paused") else Presence.ACTIVE


def eksa_presence(cluster: Obj | None) -> Presence:
    """Of a Cluster of EKS Anywhere."""
    if cluster is None:
        return Presence.ABSENT
    annotations = cluster["metadata"].get("annotations") or {}
    return Presence.PAUSED if annotations.get(PAUSED) == "true" else Presence.ACTIVE


__all__ = ("CAPI_NAMESPACE", "Servers", "capi_presence", "eksa_presence")
