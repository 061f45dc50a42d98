# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Look for vSphere credentials wherever they are: on a management cluster, and inside each cluster that it manages."""

from __future__ import annotations

import concurrent.futures
import dataclasses
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ops.wait import CAPI, CLUSTER_LABEL, Target, kubeconfig_of
from ansible_collections.eks.anywhere.plugins.module_utils._plan.credentials import (
    PROVIDER_NAMESPACE,
    Holder,
    Identity,
    holders,
)
from ansible_collections.eks.anywhere.plugins.module_utils._ports import ControllerKube, Obj
from ansible_collections.eks.anywhere.plugins.module_utils._wait.rules.access import is_paused

LANES = 8
VSPHERE_CLUSTER: t.Mapping[str, str] = {
    "api_version": "infrastructure.cluster.x-k8s.io/v1beta1",
    "kind": "VSphereCluster",
}
_IDENTITY = {"api_version": VSPHERE_CLUSTER["api_version"], "kind": "VSphereClusterIdentity"}
_DELIVERY = {"api_version": "addons.cluster.x-k8s.io/v1beta2", "kind": "ClusterResourceSet"}
_HOME = "the management cluster"
_AWAY = frozenset({"kube.unreachable", "kube.tls", "kube.unauthorized", "cluster.kubeconfig_missing"})

Connect = t.Callable[[str], ControllerKube]
"""A client out of the text of a kubeconfig."""


@dataclasses.dataclass(frozen=True)
class Managed:
    """A cluster on vSphere: its VSphereCluster, namespace and name of the Secret that its provider logs in with (empty
    without one), the API server of its own, and why that one cannot be asked.
    """

    name: str
    infrastructure: Obj = dataclasses.field(repr=False)
    identity: tuple[str, str] = ("", "")
    paused: bool = False
    kube: ControllerKube | None = None
    uid: str = ""
    refusal: EksaError | None = None

    @property
    def server(self) -> str:
        """The vCenter that it is on."""
        return str((self.infrastructure.get("spec") or {}).get("server") or "")


@dataclasses.dataclass(frozen=True)
class Seen:
    """All that was found. ``sites`` has the API server of each holder's site."""

    home: str
    clusters: tuple[Managed, ...]
    identities: tuple[Identity, ...]
    holders: tuple[Holder, ...]
    sites: t.Mapping[str, ControllerKube]


def look(kube: ControllerKube, *, connect: Connect) -> Seen:
    """One look at everything; clusters are asked side by side."""
    infrastructures = kube.list(**VSPHERE_CLUSTER)
    cores = {_key(obj): obj for obj in kube.list(api_version=CAPI, kind="Cluster")}
    shared = {obj["metadata"]["name"]: (obj.get("spec") or {}).get("secretName") for obj in kube.list(**_IDENTITY)}
    with concurrent.futures.ThreadPoolExecutor(max_workers=LANES) as lanes:
        found = lanes.map(lambda obj: _managed(obj, cores, kube, connect), infrastructures)
        clusters = tuple(dataclasses.replace(one, identity=_identity(one.infrastructure, shared)) for one in found)
        mine = _uid(kube)
        home = next((one.name for one in clusters if one.uid and one.uid == mine), _HOME)
        identities = tuple(_identities(clusters))
        away = [one for one in clusters if one.kube and one.name != home]
        inside = list(lanes.map(_inside, away))
    delivered = _delivered(kube)
    namespaces = sorted({namespace for namespace, _name in delivered})
    objects = kube.list(api_version="v1", kind="Secret")
    for namespace in namespaces:
        objects += kube.list(api_version="v1", kind="ConfigMap", namespace=namespace)
    held = [
        *holders(objects, site=home, identities=identities, delivered=delivered),
        *(holder for part in inside for holder in part),
    ]
    sites = {home: kube, **{one.name: one.kube for one in away if one.kube}}
    return Seen(home=home, clusters=clusters, identities=identities, holders=tuple(held), sites=sites)


def _key(obj: Obj) -> tuple[str, str]:
    return str(obj["metadata"].get("namespace") or ""), str(obj["metadata"]["name"])


def _managed(
    infrastructure: Obj, cores: t.Mapping[tuple[str, str], Obj], kube: ControllerKube, connect: Connect
) -> Managed:
    namespace, own = _key(infrastructure)
    name = str((infrastructure["metadata"].get("labels") or {}).get(CLUSTER_LABEL) or own)
    paused = any(is_paused(obj) for obj in (infrastructure, cores.get((namespace, name))) if obj)
    found = Managed(name=name, infrastructure=infrastructure, paused=paused)
    try:
        text = kubeconfig_of(Target(name=name, namespace=namespace), kube=kube)
        if not text:
            raise EksaError(
                f"There is no Secret {namespace}/{name}-kubeconfig yet.",
                code="cluster.kubeconfig_missing",
                hint="Wait until the control plane has begun.",
            )
        client = connect(text)
        uid = _uid(client)
    except EksaError as exc:
        if exc.code not in _AWAY:
            raise
        return dataclasses.replace(found, refusal=exc)
    return dataclasses.replace(found, kube=client, uid=uid)


def _uid(kube: ControllerKube) -> str:
    """What tells one API server from another, whatever address it was asked at."""
    found = kube.get(api_version="v1", kind="Namespace", name="kube-system")
    return str((found or {}).get("metadata", {}).get("uid", ""))


def _inside(cluster: Managed) -> list[Holder]:
    objects = cluster.kube.list(api_version="v1", kind="Secret") if cluster.kube else []
    return holders(objects, site=cluster.name, identities=(), delivered=())


def _identity(infrastructure: Obj, shared: t.Mapping[str, str | None]) -> tuple[str, str]:
    """The Secret that a VSphereCluster names, directly or by a VSphereClusterIdentity."""
    reference = infrastructure["spec"].get("identityRef") or {}
    name = str(reference.get("name") or "")
    if reference.get("kind") == "Secret":
        return _key(infrastructure)[0], name
    return (PROVIDER_NAMESPACE, str(shared[name])) if shared.get(name) else ("", "")


def _identities(clusters: t.Iterable[Managed]) -> t.Iterator[Identity]:
    """The Secrets, each with the vCenters that it is for."""
    servers: dict[tuple[str, str], set[str]] = {}
    for cluster in clusters:
        if cluster.identity[1]:
            servers.setdefault(cluster.identity, set()).add(cluster.server)
    for (namespace, name), of in sorted(servers.items()):
        yield Identity(namespace, name, frozenset(of))


def _delivered(kube: ControllerKube) -> frozenset[tuple[str, str]]:
    """ConfigMaps that a ClusterResourceSet brings into clusters."""
    return frozenset(
        (_key(obj)[0], str(resource["name"]))
        for obj in kube.list(**_DELIVERY)
        for resource in (obj.get("spec") or {}).get("resources") or ()
        if resource.get("kind") == "ConfigMap"
    )


__all__ = ("VSPHERE_CLUSTER", "Connect", "Managed", "Seen", "look")
