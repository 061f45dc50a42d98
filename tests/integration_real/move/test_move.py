# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""The move between two real API servers with the real definitions, and beside the real ``clusterctl move``."""

from __future__ import annotations

import dataclasses
import itertools
import json
import os
import pathlib
import subprocess
import sys
import time
import typing as t

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._kube.client import KubeClient
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.plugins.module_utils._shell import Context, Lines
from ansible_collections.eks.anywhere.plugins.modules import capi_move
from ansible_collections.eks.anywhere.tests.integration_real.conftest import ApiServers
from ansible_collections.eks.anywhere.tests.integration_real.move.objects import (
    CORE,
    IDENTITY,
    INFRA,
    Builder,
    definitions,
    prepare,
    thing,
)
from ansible_collections.eks.anywhere.tests.simulation.servers import ApiServer
from ansible_collections.eks.anywhere.tests.unit.fakes import Killed

Inventory = dict[tuple[str, str], Obj]
COUNTER = itertools.count(1)


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

    def move(self, *, namespace: str, name: str | None = None, check_mode: bool = False, back: bool = False) -> t.Any:
        """Run the module's operation."""
        pair = (self.target, self.source) if back else (self.source, self.target)
        params = {
            "from_kubeconfig": pair[0].kubeconfig,
            "to_kubeconfig": pair[1].kubeconfig,
            "namespace": namespace,
            "name": name,
            "timeout_seconds": 10,
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


@pytest.fixture(scope="session")
def sides(api_server: ApiServers, lab_bin: t.Callable[[str], str]) -> Sides:
    """Two prepared API servers."""
    servers = {side: api_server(f"move-{side}") for side in ("source", "target")}
    clients = {side: KubeClient.from_kubeconfig(server.kubeconfig) for side, server in servers.items()}
    for client in clients.values():
        prepare(client)
    return Sides(**servers, lab_bin=lab_bin, clients=clients)


@pytest.fixture
def namespace() -> str:
    """A namespace of this test's own: the servers are shared."""
    return f"move-{next(COUNTER)}"


def paused(sides: Sides, side: str, name: str, *, namespace: str) -> bool | None:
    """Whether a Cluster is paused; None when it is not there."""
    obj = sides.client(side).get(api_version=CORE, kind="Cluster", name=name, namespace=namespace)
    return None if obj is None else bool(obj["spec"].get("paused"))


def test_moves_and_a_second_run_does_nothing(sides: Sides, namespace: str) -> None:
    before = sides.build("wl", namespace=namespace)
    planned = sides.move(namespace=namespace, check_mode=True)
    assert sides.inventory("source", namespace=namespace) == before
    result = sides.move(namespace=namespace)
    assert result.actions == planned.actions
    assert result.data["state"] == "S5"
    assert sides.inventory("source", namespace=namespace) == {}
    assert sides.inventory("target", namespace=namespace) == before
    assert paused(sides, "target", "wl", namespace=namespace) is False
    assert not sides.move(namespace=namespace).changed


def test_copies_equal_those_of_clusterctl(sides: Sides, namespace: str) -> None:
    """Same input, same output, and not slower."""
    theirs = f"{namespace}-clusterctl"
    sides.build("wl", namespace=namespace)
    sides.build("wl", namespace=theirs)
    began = time.monotonic()
    sides.clusterctl(namespace=theirs)
    between = time.monotonic()
    result = sides.move(namespace=namespace)
    ended = time.monotonic()
    assert result.data["state"] == "S5"
    ours_there = sides.inventory("target", namespace=namespace)
    theirs_there = sides.inventory("target", namespace=theirs)
    assert set(ours_there) == set(theirs_there)
    assert ours_there == theirs_there
    assert sides.inventory("source", namespace=namespace) == sides.inventory("source", namespace=theirs) == {}
    print(f"clusterctl {between - began:.2f} s, ours {ended - between:.2f} s")


class Fragile(KubeClient):
    """A client whose process dies instead of its write number ``left``, counted over all clients."""

    left: t.ClassVar[int] = 0

    def _once(self, request: t.Any) -> tuple[int, bytes]:
        if request.method != "GET":
            Fragile.left -= 1
            if Fragile.left == 0:
                raise Killed
        return super()._once(request)


@pytest.mark.parametrize("kill_at", [1, 2, 4, 5, 7, 8, 20, 41, 72, 80, 100, 140, 168, 172, 174])
def test_killed_and_run_again(sides: Sides, namespace: str, kill_at: int, monkeypatch: pytest.MonkeyPatch) -> None:
    before = sides.build("wl", namespace=namespace)
    monkeypatch.setattr(capi_move, "KubeClient", Fragile)
    Fragile.left = kill_at
    with pytest.raises(Killed):
        sides.move(namespace=namespace)
    assert paused(sides, "source", "wl", namespace=namespace) is not False or kill_at < 5
    result = sides.move(namespace=namespace)
    assert result.data["state"] == "S5"
    assert sides.inventory("target", namespace=namespace) == before
    assert sides.inventory("source", namespace=namespace) == {}
    assert paused(sides, "target", "wl", namespace=namespace) is False


@pytest.mark.parametrize(
    ("says", "times"),
    [
        ("Performing move", 1),
        ("Waiting for all resources", 1),
        ("Creating Cluster=", 1),
        ("Creating", 12),
        ("Creating", 30),
        ("Deleting", 2),
        ("Deleting", 12),
        ("Deleting", 30),
        ("Resuming the target cluster", 1),
    ],
)
def test_takes_over_from_a_killed_clusterctl(sides: Sides, namespace: str, says: str, times: int) -> None:
    """The real program, killed as soon as its log says something for the n-th time."""
    before = sides.build("wl", namespace=namespace)
    argv = [
        *(sides.lab_bin("clusterctl"), "move", "-v", "1", "--namespace", namespace),
        *("--kubeconfig", sides.source.kubeconfig, "--to-kubeconfig", sides.target.kubeconfig),
    ]
    environment = {**os.environ, "CLUSTERCTL_DISABLE_VERSIONCHECK": "true"}
    seen = 0
    with subprocess.Popen(argv, env=environment, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        for line in process.stderr:
            seen += says in line
            if seen == times:
                break
        process.kill()
    assert seen == times, f"clusterctl never said {says!r} {times} times"
    result = sides.move(namespace=namespace)
    assert result.data["state"] == "S5"
    after = sides.inventory("target", namespace=namespace)
    assert set(after) == set(before)
    assert {key: value["owners"] for key, value in after.items()} == {k: v["owners"] for k, v in before.items()}
    assert {key: value.get("spec") for key, value in after.items()} == {k: v.get("spec") for k, v in before.items()}
    assert sides.inventory("source", namespace=namespace) == {}
    assert paused(sides, "target", "wl", namespace=namespace) is False
    print(f"found {result.data['found_state']}")


def test_one_cluster_of_two_and_the_identity_stay(sides: Sides, namespace: str) -> None:
    source = sides.client("source")
    identity = source.apply(thing(INFRA, IDENTITY, namespace, namespace=None, spec={"secretName": namespace}))
    source.apply(thing("v1", "Secret", namespace, identity, namespace="capv-system", data={"password": "eA=="}))
    sides.build("a", "b", namespace=namespace)
    result = sides.move(namespace=namespace, name="a")
    assert f"{IDENTITY} {namespace}" in result.data["kept"]
    for side in ("source", "target"):
        kube = sides.client(side)
        assert kube.get(api_version=INFRA, kind=IDENTITY, name=namespace)
        secret = kube.get(api_version="v1", kind="Secret", name=namespace, namespace="capv-system")
        owner = kube.get(api_version=INFRA, kind=IDENTITY, name=namespace)
        assert secret is not None
        assert owner is not None
        assert secret["metadata"]["ownerReferences"][0]["uid"] == owner["metadata"]["uid"]
    assert paused(sides, "source", "a", namespace=namespace) is None
    assert paused(sides, "source", "b", namespace=namespace) is False
    assert paused(sides, "target", "b", namespace=namespace) is None
    assert sides.move(namespace=namespace, name="b").data["state"] == "S5"


def test_an_object_made_anew_under_the_same_name_is_not_deleted(sides: Sides, namespace: str) -> None:
    """The uid guards every deletion: what was not copied is not ours to remove."""
    sides.build("wl", namespace=namespace)
    source = sides.client("source")
    where: dict[str, t.Any] = {"api_version": "v1", "kind": "Secret", "name": "wl-ca", "namespace": namespace}
    old = source.get(**where)
    assert old is not None
    source.delete(**where)
    source.apply(thing("v1", "Secret", "wl-ca", namespace=namespace, type="cluster.x-k8s.io/secret"))
    assert source.delete(**where, uid=old["metadata"]["uid"]) is False
    with pytest.raises(EksaError):
        source.merge(**where, patch={"metadata": {"uid": old["metadata"]["uid"], "finalizers": None}})
    assert source.get(**where) is not None


def test_runs_in_a_playbook(sides: Sides, namespace: str, tmp_path: pathlib.Path) -> None:
    """The action plugin: in check mode, for real with a diff, and once more with nothing to do."""
    sides.build("wl", namespace=namespace)
    options = {
        "from_kubeconfig": sides.source.kubeconfig,
        "to_kubeconfig": sides.target.kubeconfig,
        "namespace": namespace,
        "name": "wl",
    }
    task = {"eks.anywhere.capi_move": options, "register": "moved"}
    facts = {"ansible.builtin.assert": {"that": ["moved is changed", "moved.found_state == 'S0'"]}}
    idle = {"ansible.builtin.assert": {"that": ["moved is not changed", "moved.state == 'S5'"]}}
    play = {
        "hosts": "localhost",
        "connection": "local",
        "gather_facts": False,
        "tasks": [{**task, "check_mode": True}, facts, task, facts, task, idle],
    }
    book = tmp_path / "move.yml"
    book.write_text(json.dumps([play]), encoding="utf-8")
    argv = [sys.executable, "-m", "ansible", "playbook", "--diff", "-i", "localhost,", str(book)]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "-source: Machine" in done.stdout
    assert "c2VjcmV0" not in done.stdout
