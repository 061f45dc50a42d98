# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Reads what a cluster's manager holds of it: the chain down to the machines, the rest, the EKS Anywhere objects."""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config.model import ClusterConfig
from ansible_collections.eks.anywhere.plugins.module_utils._plan.delete_objects import (
    CORE,
    EKSA,
    LABEL,
    LEVELS,
    NAMED,
    REST,
    ZONES,
    Kind,
    Subject,
    own_documents,
    packages_of,
)
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Kube, Obj


class Held:
    """The objects of one cluster. Uids of what was seen are kept, so that what they owned is known later, too."""

    def __init__(self, kube: Kube, *, config: ClusterConfig, namespace: str) -> None:
        self._kube = kube
        self._config = config
        self._namespace = namespace
        self._subject = Subject.of(config)
        self._uids: set[str] = set()

    def cluster(self) -> Obj | None:
        """The Cluster of Cluster API."""
        return self._kube.get(api_version=CORE, kind="Cluster", name=self._subject.name, namespace=self._namespace)

    def levels(self) -> tuple[tuple[Obj, ...], ...]:
        """The chain from the machines up to the Cluster, as ``LEVELS``."""
        found = tuple(tuple(obj for kind in kinds for obj in self._of_level(kind)) for kinds in LEVELS)
        self._uids |= {str(obj["metadata"]["uid"]) for level in found for obj in level}
        return found

    def rest(self) -> tuple[Obj, ...]:
        """What the chain leaves behind."""
        here = (obj for kind in REST for obj in self._list(kind, namespace=self._namespace))
        zones = (obj for kind in ZONES for obj in self._list(kind)) if self._subject.domains else ()
        return tuple(obj for obj in (*here, *zones) if self._subject.owns(obj, uids=self._uids))

    def eksa(self) -> tuple[Obj, ...]:
        """The EKS Anywhere objects that no other cluster uses, the Cluster first."""
        clusters = self._kube.list(api_version=EKSA, kind="Cluster")
        others = [obj for obj in clusters if not self._is_own(obj)]
        found = []
        for api_version, kind, name in own_documents(self._config, others):
            obj = self._kube.get(api_version=api_version, kind=kind, name=name, namespace=self._config.namespace)
            found += [obj] if obj is not None else []
        return tuple(found)

    def packages(self) -> tuple[Obj, ...]:
        """What its curated packages have here."""
        found = (
            self._kube.get(api_version=api_version, kind=kind, name=name, namespace=namespace)
            for api_version, kind, name, namespace in packages_of(self._config)
        )
        return tuple(obj for obj in found if obj is not None)

    def all(self) -> tuple[Obj, ...]:
        """Everything."""
        chain = [obj for level in self.levels() for obj in level]
        return (*chain, *self.rest(), *self.packages(), *self.eksa())

    def _of_level(self, kind: Kind) -> list[Obj]:
        api_version, word = kind
        if word not in NAMED:
            return self._list(kind, namespace=self._namespace, labels=f"{LABEL}={self._subject.name}")
        name = NAMED[word].format(self._subject.name)
        found = self._kube.get(api_version=api_version, kind=word, name=name, namespace=self._namespace)
        return [found] if found is not None else []

    def _list(self, kind: Kind, **where: t.Any) -> list[Obj]:
        return self._kube.list(api_version=kind[0], kind=kind[1], **where)

    def _is_own(self, obj: Obj) -> bool:
        metadata = obj["metadata"]
        return bool((metadata["name"], metadata.get("namespace")) == (self._config.name, self._config.namespace))


__all__ = ("Held",)
