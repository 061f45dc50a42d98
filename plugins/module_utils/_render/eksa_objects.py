# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""The vendor's objects inside a cluster: what it is made from and what it should look like."""

from __future__ import annotations

import copy
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config.bundles import Bundles
from ansible_collections.eks.anywhere.plugins.module_utils._config.model import ClusterConfig
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj

API_VERSION = "anywhere.eks.amazonaws.com/v1alpha1"
SYSTEM_NAMESPACE = "eksa-system"
PAUSED = "anywhere.eks.amazonaws.com/paused"


def namespace(name: str) -> Obj:
    """A Namespace."""
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}


def bundles_object(bundles: Bundles) -> Obj:
    """The Bundles manifest as the cluster keeps it."""
    raw = copy.deepcopy(dict(bundles.raw))
    metadata = {key: raw["metadata"][key] for key in ("annotations", "labels") if (raw.get("metadata") or {}).get(key)}
    name = bundles.name or f"bundles-{bundles.number}"
    return {**_clean(raw), "metadata": {**metadata, "name": name, "namespace": SYSTEM_NAMESPACE}}


def release_version(config: ClusterConfig, bundles: Bundles) -> str:
    """The release that a cluster belongs to: its own ``eksaVersion``, else the newest that the bundle serves."""
    spec = bundles.raw.get("spec") or {}
    return config.eksa_version or str(spec.get("cliMaxVersion") or spec.get("cliMinVersion") or "v0.0.0")


def eksa_release(config: ClusterConfig, bundles: Bundles) -> Obj:
    """The EKSARelease that leads from a version to its bundle."""
    version = release_version(config, bundles)
    name = f"eksa-{version}".replace("+", "-plus-").replace(".", "-").lower()
    reference = {"apiVersion": API_VERSION, "name": bundles_object(bundles)["metadata"]["name"]}
    return {
        "apiVersion": API_VERSION,
        "kind": "EKSARelease",
        "metadata": {"name": name, "namespace": SYSTEM_NAMESPACE},
        "spec": {
            "releaseDate": "",
            "version": version,
            "gitCommit": "",
            "bundleManifestUrl": "",
            "bundlesRef": {**reference, "namespace": SYSTEM_NAMESPACE},
        },
    }


def cluster_objects(config: ClusterConfig, bundles: Bundles) -> list[Obj]:
    """The documents of the cluster config, the Cluster last: what it refers to comes first."""
    placed_ones = [placed(document, config.namespace) for document in config.documents]
    clusters = [obj for obj in placed_ones if obj["kind"] == "Cluster"]
    others = [obj for obj in placed_ones if obj["kind"] != "Cluster"]
    return [*others, *(_of_release(obj, release_version(config, bundles)) for obj in clusters)]


def placed(obj: t.Mapping[str, t.Any], where: str) -> Obj:
    """The object in a namespace, without what only a server writes."""
    clean = _clean(copy.deepcopy(dict(obj)))
    clean["metadata"] = {**(clean.get("metadata") or {}), "namespace": where}
    return clean


def paused(obj: Obj) -> Obj:
    """The object with the annotation that keeps controllers away from it."""
    metadata = obj["metadata"]
    annotations = {**(metadata.get("annotations") or {}), PAUSED: "true"}
    return {**obj, "metadata": {**metadata, "annotations": annotations}}


def _of_release(obj: Obj, version: str) -> Obj:
    spec = {key: value for key, value in obj["spec"].items() if key != "bundlesRef"}
    return {**obj, "spec": {**spec, "eksaVersion": version}}


def _clean(obj: Obj) -> Obj:
    clean = {key: value for key, value in obj.items() if key != "status" or obj.get("kind") == "Release"}
    metadata = dict(clean.get("metadata") or {})
    metadata.pop("creationTimestamp", None)
    return {**clean, "metadata": metadata}


__all__ = (
    "PAUSED",
    "SYSTEM_NAMESPACE",
    "bundles_object",
    "cluster_objects",
    "eksa_release",
    "namespace",
    "paused",
    "placed",
    "release_version",
)
