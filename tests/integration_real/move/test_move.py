# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""The move between two real API servers with the real definitions, and beside the real ``clusterctl move``."""

from __future__ import annotations

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
from ansible_collections.eks.anywhere.plugins.modules import capi_move
from ansible_collections.eks.anywhere.tests.integration_real.move.objects import (
    CORE,
    IDENTITY,
    INFRA,
    thing,
)
from ansible_collections.eks.anywhere.tests.integration_real.move.sides import Sides
from ansible_collections.eks.anywhere.tests.unit.fakes import Killed


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


def test_the_backup_is_what_clusterctl_restores(sides: Sides, namespace: str, tmp_path: pathlib.Path) -> None:
    """Both sides are lost: what was kept is decrypted and read by the real program."""
    before = sides.build("wl", namespace=namespace)
    options = {"backup_dir": str(tmp_path / "backup"), "backup_password": "correct horse"}
    (folder,) = sides.move(namespace=namespace, **options).data["backup"]
    files = sorted(str(path) for path in pathlib.Path(folder).iterdir())
    password = tmp_path / "password"
    password.write_text("correct horse", encoding="utf-8")
    vault = [sys.executable, "-m", "ansible", "vault", "decrypt", "--vault-password-file", str(password), *files]
    subprocess.run(vault, capture_output=True, timeout=60, check=True)
    argv = [sides.lab_bin("clusterctl"), "move", "--from-directory", folder, "--to-kubeconfig", sides.source.kubeconfig]
    environment = {**os.environ, "CLUSTERCTL_DISABLE_VERSIONCHECK": "true"}
    done = subprocess.run(argv, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    after = sides.inventory("source", namespace=namespace)
    assert set(after) == set(before)
    assert {key: value["owners"] for key, value in after.items()} == {k: v["owners"] for k, v in before.items()}
    assert paused(sides, "source", "wl", namespace=namespace) is False


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
        "wait": False,
        "backup_dir": str(tmp_path / "backup"),
        "backup_password": "correct horse",
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
    assert "correct horse" not in done.stdout
    files = sorted(str(path) for path in (tmp_path / "backup").glob("*/*.yaml"))
    password = tmp_path / "password"
    password.write_text("correct horse", encoding="utf-8")
    view = [sys.executable, "-m", "ansible", "vault", "view", "--vault-password-file", str(password), *files]
    shown = subprocess.run(view, capture_output=True, text=True, timeout=60, check=True).stdout
    assert '"kind": "VSphereVM"' in shown
    assert "c2VjcmV0" in shown
