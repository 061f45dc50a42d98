# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""How objects are ordered for applying, and how two states of one are shown side by side."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config.text import dumped
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.plugins.module_utils._result import CENSORED

NOISE = frozenset({"creationTimestamp", "generation", "managedFields", "resourceVersion", "selfLink", "uid"})
CHANGED_SECRET = f"{CENSORED} (changed)"

_FIRST = {"Namespace": 0, "CustomResourceDefinition": 1}
_GROUND = frozenset(
    {
        "ClusterRole",
        "ClusterRoleBinding",
        "ConfigMap",
        "KubeadmConfigTemplate",
        "PriorityClass",
        "Role",
        "RoleBinding",
        "Secret",
        "Service",
        "ServiceAccount",
        "VSphereClusterIdentity",
        "VSphereFailureDomain",
    }
)
"""What others refer to; machine and cluster templates of the infrastructure belong here too."""

_BASIC = re.compile(r"(\bBasic )[A-Za-z0-9+/=]{4,}")
"""The login of a registry mirror stands in a file of every machine."""

_CLUSTER_SCOPED = frozenset(
    {
        "APIService",
        "CSIDriver",
        "ClusterIssuer",
        "ClusterRole",
        "ClusterRoleBinding",
        "CustomResourceDefinition",
        "IngressClass",
        "MutatingWebhookConfiguration",
        "Namespace",
        "Node",
        "PersistentVolume",
        "PriorityClass",
        "RuntimeClass",
        "StorageClass",
        "VSphereClusterIdentity",
        "VSphereDeploymentZone",
        "VSphereFailureDomain",
        "ValidatingWebhookConfiguration",
    }
)

_GROUND_RANK, _REST_RANK, _HOOK_RANK = 2, 3, 4
_HOOKS = frozenset({"MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"})


def in_namespace(objects: t.Iterable[Obj], namespace: str | None) -> list[Obj]:
    """Objects with the namespace filled in where they name none and belong into one."""
    if not namespace:
        return list(objects)
    return [
        obj
        if obj["kind"] in _CLUSTER_SCOPED or obj["metadata"].get("namespace")
        else {**obj, "metadata": {**obj["metadata"], "namespace": namespace}}
        for obj in objects
    ]


def in_groups(objects: t.Iterable[Obj]) -> list[list[Obj]]:
    """Objects in groups to be applied one after the other; the order inside a group does not matter."""
    groups: dict[int, list[Obj]] = {}
    for obj in objects:
        groups.setdefault(_rank(obj["kind"]), []).append(obj)
    return [groups[rank] for rank in sorted(groups)]


def _rank(kind: str) -> int:
    if kind in _FIRST:
        return _FIRST[kind]
    if kind in _HOOKS:
        # A webhook without its Service and pods would refuse what comes after it.
        return _HOOK_RANK
    return _GROUND_RANK if kind in _GROUND or kind.endswith("MachineTemplate") else _REST_RANK


def label(obj: Obj) -> str:
    """``Secret eksa-system/w01-credentials``."""
    metadata = obj["metadata"]
    namespace = f"{metadata['namespace']}/" if metadata.get("namespace") else ""
    return f"{obj['kind']} {namespace}{metadata['name']}"


def overlaid(below: Obj, above: Obj) -> Obj:
    """A mapping with another one laid over it, key by key; lists are taken whole from above."""
    merged = dict(below)
    for name, value in above.items():
        there = below.get(name)
        merged[name] = overlaid(there, value) if isinstance(there, dict) and isinstance(value, dict) else value
    return merged


def comparable(obj: Obj) -> Obj:
    """The object without what the server and the controllers add on their own."""
    metadata = {key: value for key, value in obj["metadata"].items() if key not in NOISE}
    return {**{key: value for key, value in obj.items() if key != "status"}, "metadata": metadata}


def texts(before: Obj | None, after: Obj) -> tuple[str, str]:
    """Both states as YAML, values of Secrets masked but told apart."""
    old = comparable(before) if before else None
    new = comparable(after)
    if new["kind"] == "Secret":
        old, new = _masked(old, new)
    return (_dumped(old) if old else "", _dumped(new))


def _dumped(obj: Obj) -> str:
    return _BASIC.sub(rf"\1{CENSORED}", dumped(obj, sort=True))


def _masked(old: Obj | None, new: Obj) -> tuple[Obj | None, Obj]:
    shown_old = dict(old) if old else None
    shown_new = dict(new)
    for field in ("data", "stringData"):
        if shown_old and shown_old.get(field):
            shown_old[field] = dict.fromkeys(shown_old[field], CENSORED)
        if shown_new.get(field):
            was = (old or {}).get(field) or {}
            shown_new[field] = {
                key: CHANGED_SECRET if key in was and was[key] != value else CENSORED
                for key, value in shown_new[field].items()
            }
    if shown_old:
        _mask_last_applied(shown_old)
    _mask_last_applied(shown_new)
    return shown_old, shown_new


def _mask_last_applied(obj: Obj) -> None:
    """``kubectl apply`` keeps a copy of the Secret, values included, in an annotation."""
    key = "kubectl.kubernetes.io/last-applied-configuration"
    annotations = obj["metadata"].get("annotations") or {}
    if key in annotations:
        obj["metadata"] = {**obj["metadata"], "annotations": {**annotations, key: CENSORED}}


def where(obj: Obj) -> dict[str, t.Any]:
    """The arguments by which the Kube port finds an object."""
    metadata = obj["metadata"]
    return {
        "api_version": obj["apiVersion"],
        "kind": obj["kind"],
        "name": metadata["name"],
        "namespace": metadata.get("namespace"),
    }


__all__ = ("CHANGED_SECRET", "comparable", "in_groups", "in_namespace", "label", "overlaid", "texts", "where")
