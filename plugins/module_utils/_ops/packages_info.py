# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""What there is to know of the packages of a cluster, in four requests."""

from __future__ import annotations

import dataclasses
import datetime as dt
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config.packages import bundle as bundles
from ansible_collections.eks.anywhere.plugins.module_utils._config.packages import schema
from ansible_collections.eks.anywhere.plugins.module_utils._config.packages.bundle import (
    API,
    NAMESPACE,
    Entry,
    PackageBundle,
    namespace_of,
)
from ansible_collections.eks.anywhere.plugins.module_utils._config.text import dumped
from ansible_collections.eks.anywhere.plugins.module_utils._config.untyped import Data, section, sections, text
from ansible_collections.eks.anywhere.plugins.module_utils._ops import packages_look
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Clock, Kube, Obj
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.plugins.module_utils._wait.packages import hint_for

CREDENTIALS = ("aws-secret", "ecr-token", "registry-mirror-secret", "registry-mirror-cred")
"""Secrets that packages are pulled with; the age of ``ecr-token`` tells whether somebody still renews it."""


@dataclasses.dataclass(frozen=True)
class Question:
    """Which cluster, and packages to be generated with their default configuration."""

    cluster: str
    generate: tuple[str, ...] = ()


def gather(question: Question, *, kube: Kube, clock: Clock) -> Result:
    """Packages, bundles, what a newer bundle changes, and the age of the credentials."""
    seen = packages_look.controller(kube, question.cluster)
    found = kube.list(api_version=API, kind="PackageBundle", namespace=NAMESPACE)
    known = {bundle.name: bundle for bundle in map(bundles.read, found)}
    active = known.get(seen.active_bundle)
    newer = known.get(seen.upgrade)
    live = packages_look.live_packages(kube, question.cluster)
    secrets = kube.list(api_version="v1", kind="Secret", namespace=NAMESPACE)
    return Result(
        data={
            "cluster": question.cluster,
            "active_bundle": seen.active_bundle,
            "upgrade_available": seen.upgrade,
            "controller": {
                "state": seen.state,
                "detail": seen.detail,
                "registry": seen.registry,
                "image_registry": seen.image_registry,
                "hint": hint_for(seen.detail),
            },
            "packages": [_package(obj) for obj in live.values()],
            "bundles": [{"name": name, "state": known[name].state} for name in sorted(known)],
            "available": [_available(entry, live) for entry in active.entries] if active else [],
            "differences": [dataclasses.asdict(one) for one in bundles.differences(active, newer)]
            if active and newer
            else [],
            "credentials": _credentials(secrets, now=clock.today()),
            "generated": [_generated(name, active, question.cluster) for name in question.generate if active],
        }
    )


def _package(obj: Obj) -> dict[str, t.Any]:
    spec, status = section(obj, "spec"), section(obj, "status")
    return {
        "name": str(obj["metadata"]["name"]),
        "package": text(spec, "packageName"),
        "state": text(status, "state"),
        "current_version": text(status, "currentVersion"),
        "target_version": text(status, "targetVersion").removesuffix(" (latest)"),
        "pinned": text(spec, "packageVersion") not in ("", bundles.LATEST),
        "target_namespace": text(spec, "targetNamespace"),
        "detail": text(status, "detail"),
        "hint": hint_for(text(status, "detail")),
    }


def _available(entry: Entry, live: t.Mapping[str, Obj]) -> dict[str, t.Any]:
    installed = [
        name for name, obj in live.items() if text(section(obj, "spec"), "packageName").lower() == entry.name.lower()
    ]
    return {
        "name": entry.name,
        "versions": [version.name for version in entry.versions],
        "dependencies": list(entry.versions[0].dependencies) if entry.versions else [],
        "workload_only": entry.workload_only,
        "installed_as": sorted(installed),
    }


def _credentials(secrets: t.Sequence[Obj], *, now: dt.datetime) -> list[dict[str, t.Any]]:
    found = []
    for secret in secrets:
        metadata = section(secret, "metadata")
        if text(metadata, "name") in CREDENTIALS:
            hours = (now - _written(metadata)).total_seconds() / 3600
            found.append({"name": text(metadata, "name"), "age_hours": round(max(hours, 0.0), 1)})
    return found


def _written(metadata: Data) -> dt.datetime:
    """When a Secret was written last; its creation says nothing once somebody renews it."""
    times = [text(entry, "time") for entry in sections(metadata, "managedFields")]
    last = max([text(metadata, "creationTimestamp"), *times])
    return dt.datetime.fromisoformat(last.replace("Z", "+00:00"))


def _generated(name: str, active: PackageBundle, cluster: str) -> dict[str, t.Any]:
    """A Package as the vendor's CLI generates it, with the defaults of its schema besides."""
    entry, version = active.version(name, bundles.LATEST)
    config = schema.defaults(schema.decoded(version.schema, package=entry.name))
    spec = {"packageName": entry.name, **({"config": dumped(config)} if config else {})}
    return {
        "apiVersion": API,
        "kind": "Package",
        "metadata": {"name": f"generated-{entry.name}", "namespace": namespace_of(cluster)},
        "spec": spec,
    }


__all__ = ("CREDENTIALS", "Question", "gather")
