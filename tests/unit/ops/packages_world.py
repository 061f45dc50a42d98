# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A management cluster in memory with a package controller that does what the real one was seen to do."""

from __future__ import annotations

import base64
import gzip
import json
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config.packages.bundle import API, NAMESPACE, read
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ops.rollout import Waiting
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.tests.unit.fakes import FakeClock, FakeKube, FakeReporter

CLUSTER = "shop"
SPACE = f"{NAMESPACE}-{CLUSTER}"
SCHEMA = {"type": "object", "additionalProperties": False, "properties": {"title": {"type": "string", "default": "hi"}}}
PACKED = base64.b64encode(gzip.compress(json.dumps(SCHEMA).encode(), mtime=0)).decode()


def bundle(name: str, versions: t.Mapping[str, t.Sequence[str]], *, needs: t.Sequence[str] = ()) -> Obj:
    """A bundle of packages with the names of their versions, the newest first."""
    packages = [
        {
            "name": package,
            "source": {
                "repository": f"charts/{package}",
                "versions": [
                    {"name": one, "digest": f"sha256:{package}-{one}", "schema": PACKED, "dependencies": list(needs)}
                    for one in names
                ],
            },
        }
        for package, names in versions.items()
    ]
    metadata = {"name": name, "namespace": NAMESPACE}
    return {
        "apiVersion": API,
        "kind": "PackageBundle",
        "metadata": metadata,
        "spec": {"packages": packages},
        "status": {"state": "available"},
    }


class Cluster(FakeKube):
    """The API server; ``broken`` packages fail, ``refused`` ones a webhook denies, ``asleep`` nobody works."""

    def __init__(self, *bundles: Obj, active: str = "v1-34-1") -> None:
        super().__init__("mgmt")
        self.broken: set[str] = set()
        self.refused: set[str] = set()
        self.asleep = False
        self.touched: list[str] = []
        for obj in bundles:
            self.seed(obj)
        self.seed(
            {
                "apiVersion": API,
                "kind": "PackageBundleController",
                "metadata": {"name": CLUSTER, "namespace": NAMESPACE},
                "spec": {"activeBundle": active, "defaultImageRegistry": "images.local"},
                "status": {"state": "active"},
            }
        )

    def apply(self, obj: Obj, *, dry_run: bool = False) -> Obj:
        """With the webhook's word on it, which it has in a dry run, too. A spec is replaced as a whole."""
        if obj["kind"] == "Package" and obj["metadata"]["name"] in self.refused:
            raise EksaError("admission webhook denied the request", code="kube.invalid")
        there = self.objects.get(
            ("packages.eks.amazonaws.com", obj["kind"], obj["metadata"]["namespace"], obj["metadata"]["name"])
        )
        if obj["kind"] == "Package" and there and not dry_run:
            there["spec"] = {}
        return super().apply(obj, dry_run=dry_run)

    def merge(self, *, api_version: str, kind: str, name: str, namespace: str | None = None, patch: Obj) -> Obj:
        """Touching a package is a write."""
        if kind == "Package":
            self.touched.append(name)
        return super().merge(api_version=api_version, kind=kind, name=name, namespace=namespace, patch=patch)

    def package(self, name: str) -> Obj:
        """A Package that is there."""
        return self.objects["packages.eks.amazonaws.com", "Package", SPACE, name]

    def work(self) -> None:
        """One round of the package controller."""
        if self.asleep:
            return
        settings = self.objects["packages.eks.amazonaws.com", "PackageBundleController", NAMESPACE, CLUSTER]["spec"]
        active = self.objects["packages.eks.amazonaws.com", "PackageBundle", NAMESPACE, settings["activeBundle"]]
        for key, obj in list(self.objects.items()):
            if key[1] == "Package":
                obj["status"] = self._status(obj, active)

    def _status(self, obj: Obj, active: Obj) -> Obj:
        spec = obj["spec"]
        if spec["packageName"] in self.broken:
            return {"state": "installing", "detail": "installing helm chart: execution error at (x.yaml:1:3): no"}
        try:
            entry, version = read(active).version(spec["packageName"], spec.get("packageVersion", ""))
        except EksaError:
            return {
                **obj.get("status", {}),
                "detail": f"Package {spec['packageName']} is not in the active bundle (b).",
            }
        source = {"registry": "", "repository": entry.repository, "version": version.name, "digest": version.digest}
        return {"state": "installed", "currentVersion": version.name, "source": source, "spec": dict(spec)}


class Desk:
    """Clock and lines of somebody who waits beside that cluster."""

    def __init__(self, kube: Cluster, *, timeout_seconds: float = 600.0) -> None:
        self.clock = FakeClock(on_sleep=kube.work)
        self.report = FakeReporter()
        self.waiting = Waiting(clock=self.clock, report=self.report, timeout_seconds=timeout_seconds)
