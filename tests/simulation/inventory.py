# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a management cluster holds of Cluster API, in a form that is the same in whichever cluster it is."""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._kube.client import KubeClient

Obj = dict[str, t.Any]
Name = tuple[str, str, str]
"""Kind, namespace, name."""
Inventory = dict[Name, Obj]

DEFINITIONS = {"api_version": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition"}
INSTALLED_LABEL = "clusterctl.cluster.x-k8s.io"
OWN_GROUP = "clusterctl.cluster.x-k8s.io"
PAUSED_ANNOTATION = "cluster.x-k8s.io/paused"
CORE_KINDS = (("v1", "Secret"), ("v1", "ConfigMap"))


def kinds_of(kube: KubeClient) -> tuple[tuple[str, str], ...]:
    """``(api_version, kind)`` of all that may move, as the cluster stores it."""
    found = [
        (f"{definition['spec']['group']}/{version['name']}", definition["spec"]["names"]["kind"])
        for definition in kube.list(**DEFINITIONS, labels=INSTALLED_LABEL)
        if definition["spec"]["group"] != OWN_GROUP
        for version in definition["spec"]["versions"]
        if version["storage"]
    ]
    return (*CORE_KINDS, *sorted(found))


def inventory(kube: KubeClient, *, kinds: t.Iterable[tuple[str, str]], namespace: str) -> Inventory:
    """All objects of the kinds; uids that they speak of are replaced by names."""
    found = [obj for version, kind in kinds for obj in kube.list(api_version=version, kind=kind, namespace=namespace)]
    names = {obj["metadata"]["uid"]: f"{obj['kind']}/{obj['metadata']['name']}" for obj in found}
    return {name_of(obj): _content(obj, names) for obj in found}


def name_of(obj: Obj) -> Name:
    """Kind, namespace and name of an object."""
    return obj["kind"], obj["metadata"].get("namespace", ""), obj["metadata"]["name"]


def paused(found: Inventory) -> list[str]:
    """What no controller works on."""
    return [
        f"{kind} {name} is paused"
        for (kind, _namespace, name), content in found.items()
        if (content["spec"] or {}).get("paused") or PAUSED_ANNOTATION in content["annotations"]
    ]


def differences(wanted: Inventory, found: Inventory) -> list[str]:
    """How one differs from the other, a line for each object."""
    lost = [f"{kind} {name} is lost" for kind, _namespace, name in sorted(wanted.keys() - found.keys())]
    more = [f"{kind} {name} is one too many" for kind, _namespace, name in sorted(found.keys() - wanted.keys())]
    changed = [
        f"{name[0]} {name[2]}: {', '.join(_paths(wanted[name], found[name]))} changed"
        for name in sorted(wanted.keys() & found.keys())
        if wanted[name] != found[name]
    ]
    return [*lost, *more, *changed]


def controllers(kube: KubeClient) -> dict[str, tuple[int, Obj]]:
    """Replicas and annotations of the Deployments that clusterctl installed."""
    listed = kube.list(api_version="apps/v1", kind="Deployment", labels=INSTALLED_LABEL)
    return {
        obj["metadata"]["name"]: (obj["spec"].get("replicas", 1), obj["metadata"].get("annotations", {}))
        for obj in listed
    }


def _content(obj: Obj, names: t.Mapping[str, str]) -> Obj:
    metadata = obj["metadata"]
    owners = [(names.get(one["uid"], "?"), one.get("controller")) for one in metadata.get("ownerReferences", ())]
    return {
        "labels": metadata.get("labels", {}),
        "annotations": metadata.get("annotations", {}),
        "finalizers": sorted(metadata.get("finalizers", ())),
        "owners": sorted(owners),
        **{part: _named(obj.get(part), names) for part in ("spec", "data", "type")},
    }


def _named(value: t.Any, names: t.Mapping[str, str]) -> t.Any:
    if isinstance(value, dict):
        return {key: _named(item, names) for key, item in value.items()}
    if isinstance(value, list):
        return [_named(item, names) for item in value]
    return names.get(value, value) if isinstance(value, str) else value


def _paths(left: t.Any, right: t.Any, *, at: str = "") -> list[str]:
    if isinstance(left, dict) and isinstance(right, dict):
        keys = sorted(left.keys() | right.keys())
        return [path for key in keys for path in _paths(left.get(key), right.get(key), at=f"{at}.{key}")]
    return [] if left == right else [at.lstrip(".")]


__all__ = ("Inventory", "Name", "controllers", "differences", "inventory", "kinds_of", "name_of", "paused")
