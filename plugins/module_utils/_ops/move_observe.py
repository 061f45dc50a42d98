# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Looking at both sides of a move: which kinds take part, which objects are there, what the journals say."""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._plan import move_graph as graphs
from ansible_collections.eks.anywhere.plugins.module_utils._plan import move_journal as journals
from ansible_collections.eks.anywhere.plugins.module_utils._plan.move_build import build
from ansible_collections.eks.anywhere.plugins.module_utils._plan.move_content import paused_by_mover
from ansible_collections.eks.anywhere.plugins.module_utils._plan.move_facts import Side
from ansible_collections.eks.anywhere.plugins.module_utils._plan.move_plan import Groups
from ansible_collections.eks.anywhere.plugins.module_utils._plan.move_providers import provider_gaps
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Kube, Obj

PROVIDERS = {"api_version": "clusterctl.cluster.x-k8s.io/v1alpha3", "kind": "Provider"}
INFRASTRUCTURE = "InfrastructureProvider"


class Server:
    """One management cluster; what does not change during a move is read once."""

    def __init__(self, kube: Kube) -> None:
        self.kube = kube
        self._identity = ""
        self._definitions: list[Obj] | None = None
        self._providers: list[Obj] | None = None

    @property
    def identity(self) -> str:
        """What tells this cluster from all others: the uid of its kube-system namespace."""
        if not self._identity:
            system = self.kube.get(api_version="v1", kind="Namespace", name="kube-system")
            if system is None:
                raise EksaError(
                    "A cluster of the move has no namespace kube-system.",
                    code="move.no_identity",
                    hint="Check that both kubeconfigs are those of Kubernetes clusters.",
                )
            self._identity = str(system["metadata"]["uid"])
        return self._identity

    @property
    def definitions(self) -> list[Obj]:
        """Custom resource definitions that ``clusterctl init`` labelled."""
        if self._definitions is None:
            self._definitions = self.kube.list(
                api_version="apiextensions.k8s.io/v1", kind="CustomResourceDefinition", labels=graphs.MOVABLE_LABEL
            )
        return self._definitions

    @property
    def providers(self) -> list[Obj]:
        """The inventory that ``clusterctl init`` keeps."""
        if self._providers is None:
            self._providers = self.kube.list(**PROVIDERS)
        return self._providers

    def serves(self, kind: graphs.MoveKind) -> bool:
        """Whether objects of exactly this version of the kind can be created here."""
        if kind in graphs.CORE_KINDS:
            return True
        return any(
            f"{definition['spec']['group']}/{version['name']}" == kind.api_version and version.get("served")
            for definition in self.definitions
            if definition["spec"]["names"]["kind"] == kind.kind
            for version in definition["spec"]["versions"]
        )

    def clusters(self) -> list[Obj]:
        """Clusters of all namespaces, in the version in which they are stored."""
        kinds = (kind for kind in graphs.kinds_of(self.definitions) if kind.kind == "Cluster")
        mine = (kind for kind in kinds if kind.group == graphs.CLUSTER_GROUP)
        return [obj for kind in mine for obj in self.kube.list(api_version=kind.api_version, kind=kind.kind)]

    def journals(self) -> dict[str, journals.Journal]:
        """Journals of unfinished moves by namespace."""
        listed = self.kube.list(api_version="v1", kind="ConfigMap", labels=journals.SELECTOR)
        parsed = {obj["metadata"]["namespace"]: journals.parsed(obj) for obj in listed}
        return {namespace: journal for namespace, journal in parsed.items() if journal is not None}


class Observer:
    """What one cluster has of a scope, looked at as often as needed."""

    def __init__(self, server: Server, *, scope: graphs.Scope) -> None:
        self.server = server
        self.kube = server.kube
        self._scope = scope
        self._known: dict[tuple[graphs.MoveKind, str | None], list[Obj]] = {}

    def look(self, kinds: t.Sequence[graphs.MoveKind], *, again: t.Container[str] | None = None) -> Side:
        """Everything of the scope, as a graph. ``again`` names the kinds to ask for when the others are known."""
        self._known = {at: seen for at, seen in self._known.items() if again is not None and at[0].kind not in again}
        clusters = [kind for kind in kinds if (kind.group, kind.kind) == (graphs.CLUSTER_GROUP, "Cluster")]
        everywhere = [obj for kind in clusters for obj in self._all(kind, namespace=None)]
        listed = [(kind, obj) for kind in kinds if kind not in clusters for obj in self._listed(kind)]
        listed += [(kind, obj) for kind in clusters for obj in everywhere if self._is_here(obj)]
        listed += self._foreign_classes(listed, kinds)
        graph = build(listed, scope=self._scope, all_clusters=everywhere)
        return Side(identity=self.server.identity, graph=graph, journal=self._journal(listed))

    def _is_here(self, obj: Obj) -> bool:
        return bool(obj["metadata"].get("namespace") == self._scope.namespace)

    def _all(self, kind: graphs.MoveKind, *, namespace: str | None) -> list[Obj]:
        if (kind, namespace) not in self._known:
            found = self.kube.list(api_version=kind.api_version, kind=kind.kind, namespace=namespace)
            self._known[kind, namespace] = found
        return self._known[kind, namespace]

    def _listed(self, kind: graphs.MoveKind) -> list[Obj]:
        """Objects of one kind; of secrets also those of the infrastructure providers, which identities may own."""
        if not kind.namespaced:
            return self._all(kind, namespace=None)
        namespaces = [self._scope.namespace]
        if kind.kind == "Secret":
            providers = (item for item in self.server.providers if item.get("type") == INFRASTRUCTURE)
            homes = {item["metadata"]["namespace"] for item in providers}
            namespaces += sorted(homes - {self._scope.namespace})
        return [obj for namespace in namespaces for obj in self._all(kind, namespace=namespace)]

    def _foreign_classes(
        self, listed: t.Sequence[tuple[graphs.MoveKind, Obj]], kinds: t.Sequence[graphs.MoveKind]
    ) -> list[tuple[graphs.MoveKind, Obj]]:
        """ClusterClasses of other namespaces that our Clusters use, with the templates that these name."""
        clusters = [obj for _kind, obj in listed if graphs.is_cluster(graphs.key_of(obj))]
        used = {reference for obj in clusters if (reference := graphs.class_of(obj)) is not None}
        found: list[tuple[graphs.MoveKind, Obj]] = []
        for namespace, name in sorted(used):
            if namespace == self._scope.namespace:
                continue
            got = self._referenced(kinds, kind="ClusterClass", namespace=namespace, name=name)
            found += got
            references = [item for _kind, obj in got for item in graphs.template_references(obj.get("spec"))]
            for kind, template in sorted({(item["kind"], item["name"]) for item in references}):
                found += self._referenced(kinds, kind=kind, namespace=namespace, name=template)
        return found

    def _referenced(
        self, kinds: t.Sequence[graphs.MoveKind], *, kind: str, namespace: str, name: str
    ) -> list[tuple[graphs.MoveKind, Obj]]:
        for known in kinds:
            if known.kind != kind:
                continue
            obj = self.kube.get(api_version=known.api_version, kind=kind, name=name, namespace=namespace)
            if obj is not None:
                return [(known, obj)]
        return []

    def _journal(self, listed: t.Iterable[tuple[graphs.MoveKind, Obj]]) -> journals.Journal | None:
        here = graphs.Key(group="", kind="ConfigMap", namespace=self._scope.namespace, name=journals.NAME)
        return journals.parsed(next((obj for _kind, obj in listed if graphs.key_of(obj) == here), None))


def kinds_of_both(source: Server, target: Server) -> tuple[graphs.MoveKind, ...]:
    """Kinds as the source stores them, and those that only the target knows."""
    kinds = list(graphs.kinds_of(source.definitions))
    known = {(kind.group, kind.kind) for kind in kinds}
    kinds += [kind for kind in graphs.kinds_of(target.definitions) if (kind.group, kind.kind) not in known]
    return tuple(kinds)


def check_prepared(groups: Groups, *, source: Server, target: Server) -> None:
    """The target must know every kind that comes, by providers that are not older."""
    unknown = {node.kind for group in groups for node in group if not target.serves(node.kind)}
    gaps = [f"kind {name}" for name in sorted(f"{kind.kind} ({kind.api_version})" for kind in unknown)]
    gaps += provider_gaps(source=source.providers, target=target.providers)
    if gaps:
        raise EksaError(
            f"The target is not prepared for the move; it lacks: {', '.join(gaps)}.",
            code="move.target_unprepared",
            hint="Install the same Cluster API providers there, in the same or a newer version, and run again.",
        )


def namespaces_with_clusters(source: Server, target: Server) -> tuple[str, ...]:
    """Namespaces that there is something to move from, or whose move is not finished.

    When there is none, those of the target's clusters: a move that is done has nothing left to do there.
    """
    pair = (source.identity, target.identity)
    journals_found = [*source.journals().items(), *target.journals().items()]
    there = target.clusters()
    names = {obj["metadata"]["namespace"] for obj in source.clusters()}
    names |= {namespace for namespace, journal in journals_found if (journal.source, journal.target) == pair}
    names |= {obj["metadata"]["namespace"] for obj in there if paused_by_mover(graphs.key_of(obj), obj)}
    return tuple(sorted(names or {obj["metadata"]["namespace"] for obj in there}))


__all__ = ("Observer", "Server", "check_prepared", "kinds_of_both", "namespaces_with_clusters")
