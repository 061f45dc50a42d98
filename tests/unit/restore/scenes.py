# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Management clusters with a backup of what they hold, the vCenter below and the clusters' own API servers."""

from __future__ import annotations

import base64
import copy
import dataclasses
import typing as t

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ops import backup as keeping
from ansible_collections.eks.anywhere.plugins.module_utils._ops.restore import Asked, Ports, restore
from ansible_collections.eks.anywhere.plugins.module_utils._plan.move_graph import Scope
from ansible_collections.eks.anywhere.plugins.module_utils._plan.restore_machines import Accepted
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.tests.unit.fakes import FakeKube, ObjectId
from ansible_collections.eks.anywhere.tests.unit.move.management import Management
from ansible_collections.eks.anywhere.tests.unit.move.worlds import NAMESPACE, Paper, World, world
from ansible_collections.eks.anywhere.tests.unit.ops.delete_worlds import ENDPOINT, FakeVCenter

PATH = "/safe/wl"
PASSWORD = "correct horse"
GROUND = frozenset({"Namespace", "CustomResourceDefinition", "Provider"})
BYSTANDERS = frozenset({"unrelated", "nobody-kubeconfig", "kube-root-ca.crt", "orphan"})
"""What no backup holds."""


@dataclasses.dataclass
class Scene:
    """A backup was made of the source. ``inside`` are the clusters' own API servers by name."""

    world: World
    vcenter: FakeVCenter
    inside: dict[str, FakeKube]
    unreachable: bool = False

    @property
    def kube(self) -> Management:
        """The management cluster that the backup is of."""
        return self.world.source

    def keep(self, *, name: str | None = None) -> None:
        """Make the backup anew."""
        ports = keeping.Ports(kube=self.kube, files=self.world.files, vault=Paper(PASSWORD))
        self.world.files.remove(PATH)
        self.world.files.remove(f"{PATH}.json")
        keeping.backup(PATH, scope=Scope(namespace=NAMESPACE, name=name), ports=ports, check_mode=False)

    def restore(
        self,
        *,
        to: Management | None = None,
        password: str = PASSWORD,
        name: str | None = None,
        missing: t.Collection[str] = (),
        unknown: t.Collection[str] = (),
        kill_at: int = 0,
        **options: t.Any,
    ) -> Result:
        """Run the operation in a new process, which is killed instead of its write of that number."""
        ports = Ports(
            kube=to or self.kube,
            files=self.world.files,
            vault=Paper(password) if password else None,
            vcenter=lambda _server: self.vcenter,
            connect=self._connect,
            clock=self.world.clock,
            report=self.world.report,
        )
        asked = Asked(
            path=PATH,
            scope=Scope(namespace=NAMESPACE, name=name),
            timeout_seconds=600.0,
            accepted=Accepted(frozenset(missing), frozenset(unknown)),
            **options,
        )
        fuse = self.world.fuse
        fuse.revive()
        fuse.kill_at = fuse.writes + kill_at if kill_at else None
        return restore(asked, ports=ports)

    def refused(self, **options: t.Any) -> EksaError:
        """The error of a restore that changed nothing."""
        kube = options.get("to") or self.kube
        before, writes = copy.deepcopy(kube.objects), self.world.fuse.writes
        with pytest.raises(EksaError) as caught:
            self.restore(**options)
        assert (kube.objects, self.world.fuse.writes) == (before, writes)
        assert caught.value.hint
        return caught.value

    def lose(self, *kinds: str) -> None:
        """Somebody deletes objects without their machines; of all kinds when none is named."""
        for key in list(self.kube.objects):
            if key[1] not in GROUND and key[3] not in BYSTANDERS and key[1] in (kinds or key):
                del self.kube.objects[key]

    def find(self, kind: str, name: str) -> Obj:
        """An object of the management cluster."""
        return next(obj for key, obj in self.kube.objects.items() if (key[1], key[3]) == (kind, name))

    def content(self, kube: FakeKube | None = None) -> dict[ObjectId, Obj]:
        """What matters of all objects: all but what a server writes itself, and owners by name."""
        objects = (kube or self.kube).objects
        names = {obj["metadata"]["uid"]: key for key, obj in objects.items()}
        found = {}
        for key, obj in objects.items():
            if key[1] in GROUND or key[3] in BYSTANDERS:
                continue
            metadata = obj["metadata"]
            owners = sorted(names[item["uid"]] for item in metadata.get("ownerReferences") or ())
            kept = {name: metadata.get(name) or None for name in ("labels", "annotations", "finalizers")}
            found[key] = {**kept, "owners": owners, **{part: obj.get(part) for part in ("spec", "data")}}
        return copy.deepcopy(found)

    def _connect(self, text: str) -> FakeKube:
        if self.unreachable:
            raise EksaError("It does not answer.", code="kube.unreachable", hint="Wait.")
        return self.inside[text.removeprefix("kubeconfig of ")]


def scene(*clusters: str) -> Scene:
    """Clusters with machines in vCenter and nodes; of all of it there is a backup."""
    ground = world(*clusters)
    found = Scene(world=ground, vcenter=FakeVCenter(fuse=ground.fuse), inside={})
    for name in clusters:
        found.inside[name] = FakeKube(f"inside-{name}", fuse=ground.fuse)
    for key, obj in ground.source.objects.items():
        cluster = max((name for name in clusters if key[3].startswith(name)), key=len, default="")
        if key[1] == "Cluster":
            obj["spec"]["controlPlaneEndpoint"] = {"host": ENDPOINT, "port": 6443}
        if key[1] == "Secret" and key[3].endswith("-kubeconfig") and cluster in clusters:
            obj["data"] = {"value": base64.b64encode(f"kubeconfig of {cluster}".encode()).decode()}
        if key[1] in ("Machine", "VSphereMachine"):
            obj["spec"]["providerID"] = f"vsphere://bios-{key[3]}"
        if key[1] == "VSphereVM":
            place = {"server": "vcenter", "datacenter": "DC0", "folder": "eksa"}
            obj["spec"] = {"biosUUID": f"bios-{key[3]}", **place}
            found.vcenter.add(key[3])
            add_node(found.inside[cluster], key[3])
    found.keep()
    return found


def add_node(kube: FakeKube, name: str, *, identity: str = "") -> None:
    """A node of a cluster."""
    spec = {"providerID": identity or f"vsphere://bios-{name}"}
    kube.seed({"apiVersion": "v1", "kind": "Node", "metadata": {"name": name}, "spec": spec})
