# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""cert-manager, installed and replaced by ourselves: clusterctl would wait for it in silence."""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config.bundles import VersionsBundle
from ansible_collections.eks.anywhere.plugins.module_utils._ops import converge
from ansible_collections.eks.anywhere.plugins.module_utils._ops.clusterctl import Ports
from ansible_collections.eks.anywhere.plugins.module_utils._ops.rollout import (
    wait_established,
    wait_rolled_out,
    workloads_in,
)
from ansible_collections.eks.anywhere.plugins.module_utils._plan.machines import key
from ansible_collections.eks.anywhere.plugins.module_utils._plan.objects import where
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Kube, Obj
from ansible_collections.eks.anywhere.plugins.module_utils._render import clusterctl

_LABEL = "clusterctl.cluster.x-k8s.io/core=cert-manager"
_KEPT = frozenset(
    {
        "CustomResourceDefinition",
        "MutatingWebhookConfiguration",
        "Namespace",
        "ValidatingWebhookConfiguration",
    }
)
"""What clusterctl never removes: others may have objects behind it."""


def seen_version(kube: Kube) -> str:
    """Version of the one that is there, several where an upgrade was cut; empty when there is none of clusterctl's."""
    found = kube.list(api_version="apps/v1", kind="Deployment", labels=_LABEL)
    return " ".join(sorted({_version(obj) for obj in found} - {""}))


def wanted(bundle: VersionsBundle, *, ports: Ports) -> tuple[Obj, ...]:
    """What has to be applied: nothing when the bundle's version is there, complete as far as its deployments tell."""
    if seen_version(ports.kube) == bundle.cert_manager.version:
        return ()
    uri = bundle.cert_manager.manifest_uri
    return tuple(clusterctl.cert_manager(converge.documents(ports.artifacts.read(uri), origin=uri), bundle))


def apply(objects: t.Sequence[Obj], *, ports: Ports) -> None:
    """Apply, wait until it serves, and remove what only the version before had."""
    if not objects:
        return
    stale = _stale(objects, ports.kube)
    converge.apply(ports.kube, objects, waiting=ports.waiting)
    definitions = [obj["metadata"]["name"] for obj in objects if obj["kind"] == "CustomResourceDefinition"]
    wait_established(ports.kube, definitions, waiting=ports.waiting)
    wait_rolled_out(ports.kube, workloads_in(objects), waiting=ports.waiting, what="cert-manager")
    for obj in stale:
        ports.kube.delete(**where(obj), uid=obj["metadata"]["uid"])


def _stale(objects: t.Sequence[Obj], kube: Kube) -> list[Obj]:
    """Else clusterctl would find objects of the older version, and replace all of cert-manager once more."""
    kept = {key(obj) for obj in objects}
    kinds = sorted({(obj["apiVersion"], obj["kind"]) for obj in objects if obj["kind"] not in _KEPT})
    return [
        obj
        for api_version, kind in kinds
        for obj in kube.list(api_version=api_version, kind=kind, labels=_LABEL)
        if key(obj) not in kept and _version(obj)
    ]


def _version(obj: Obj) -> str:
    annotations = obj["metadata"].get("annotations") or {}
    return str(annotations.get(clusterctl.CERT_MANAGER_VERSION_ANNOTATION) or "")


__all__ = ("apply", "seen_version", "wanted")
