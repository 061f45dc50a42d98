# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Two management clusters without controllers, and everything that is in them."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._kube.client import KubeClient
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.plugins.module_utils._shell import Context, Lines
from ansible_collections.eks.anywhere.plugins.modules import capi_move
from ansible_collections.eks.anywhere.tests.integration_real.move.objects import Builder, definitions
from ansible_collections.eks.anywhere.tests.simulation.servers import ApiServer

Inventory = dict[tuple[str, str], Obj]


@dataclasses.dataclass(frozen=True)
class Sides:
    """Two management clusters without controllers."""

    source: ApiServer
    target: ApiServer
    lab_bin: t.Callable[[str], str]
    clients: dict[str, KubeClient]

    def build(self, *names: str, namespace: str) -> Inventory:
        """Clusters in the source; returns what is there."""
        for name in names:
            Builder(
                self.client("source"),
                kubeconfig=self.source.kubeconfig,
                kubectl=self.lab_bin("kubectl"),
                namespace=namespace,
                name=name,
            ).build()
        return self.inventory("source", namespace=namespace)

    def client(self, side: str) -> KubeClient:
        """A client of one side, always the same one: it remembers the kinds that it asked for."""
        return self.clients[side]

    def move(
        self, *, namespace: str, name: str | None = None, check_mode: bool = False, back: bool = False, **options: t.Any
    ) -> t.Any:
        """Run the module's operation. No controller is there to be waited for in the end."""
        pair = (self.target, self.source) if back else (self.source, self.target)
        params = {
            "from_kubeconfig": pair[0].kubeconfig,
            "to_kubeconfig": pair[1].kubeconfig,
            "namespace": namespace,
            "name": name,
            "wait": False,
            "timeout_seconds": 60,
            **options,
        }
        return capi_move.operate(params, Context(check_mode=check_mode, report=Lines()))

    def clusterctl(self, *, namespace: str) -> None:
        """Run the real ``clusterctl move``."""
        argv = [
            *(self.lab_bin("clusterctl"), "move", "--namespace", namespace),
            *("--kubeconfig", self.source.kubeconfig, "--to-kubeconfig", self.target.kubeconfig),
        ]
        environment = {**os.environ, "CLUSTERCTL_DISABLE_VERSIONCHECK": "true"}
        done = subprocess.run(argv, env=environment, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr

    def inventory(self, side: str, *, namespace: str) -> Inventory:
        """All objects of a namespace by kind and name, with owners by name, without what belongs to the server."""
        kube = self.client(side)
        kinds = [("v1", "Secret"), ("v1", "ConfigMap")]
        for definition in definitions():
            spec = definition["spec"]
            if spec["scope"] == "Namespaced":
                kinds.append((f"{spec['group']}/{spec['versions'][0]['name']}", spec["names"]["kind"]))
        found = [
            obj for version, kind in kinds for obj in kube.list(api_version=version, kind=kind, namespace=namespace)
        ]
        names = {obj["metadata"]["uid"]: f"{obj['kind']}/{obj['metadata']['name']}" for obj in found}
        return {(obj["kind"], obj["metadata"]["name"]): _content(obj, names) for obj in found}


def _content(obj: Obj, names: t.Mapping[str, str]) -> Obj:
    metadata = obj["metadata"]
    owners = [
        (names.get(item["uid"]), item["apiVersion"], item.get("controller"), item.get("blockOwnerDeletion"))
        for item in metadata.get("ownerReferences") or ()
    ]
    managers = {
        (entry["manager"], entry["operation"], str(sorted(_paths(entry.get("fieldsV1") or {}))))
        for entry in metadata.get("managedFields") or ()
        if not entry.get("subresource")
    }
    return {
        **{name: value for name, value in obj.items() if name not in ("metadata", "status")},
        "labels": metadata.get("labels"),
        "annotations": metadata.get("annotations"),
        "finalizers": metadata.get("finalizers"),
        "deleting": "deletionTimestamp" in metadata,
        "owners": sorted(owners, key=str),
        "managers": sorted(managers),
    }


def _paths(fields: t.Mapping[str, t.Any], above: str = "") -> t.Iterator[str]:
    """Leaves of a field set; list entries of owner references are named by uid, which differs by nature."""
    for name, below in fields.items():
        step = 'k:{"uid"}' if name.startswith('k:{"uid"') else name
        yield from _paths(below, f"{above}/{step}") if below else [f"{above}/{step}"]
