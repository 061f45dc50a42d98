# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""A backup without a move: it holds what a move keeps, touches nothing, and replaces nothing but a bad one of its own."""

from __future__ import annotations

import copy
import pathlib
import typing as t

import pytest
import yaml

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ops.backup import Ports, backup
from ansible_collections.eks.anywhere.plugins.module_utils._plan.move_content import is_paused
from ansible_collections.eks.anywhere.plugins.module_utils._plan.move_graph import Scope, key_of
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.plugins.module_utils._run.files import LocalFiles
from ansible_collections.eks.anywhere.plugins.module_utils._run.vault import AnsibleVault
from ansible_collections.eks.anywhere.tests.unit.move.worlds import NAMESPACE, Paper, World, thing, world

DEST = "/safe/wl"
INDEX = f"{DEST}.json"
SECRETS = f"{DEST}/Secret.core.yaml"
PASSWORD = "correct horse"


def run(
    scene: World, *, name: str | None = None, dest: str = DEST, password: str = PASSWORD, check_mode: bool = False
) -> Result:
    """Back up the source, in a new process."""
    ports = Ports(kube=scene.source, files=scene.files, vault=Paper(password) if password else None)
    return backup(dest, scope=Scope(namespace=NAMESPACE, name=name), ports=ports, check_mode=check_mode)


def refused(scene: World, **options: t.Any) -> str:
    """Code of the error; nothing was written."""
    before = dict(scene.files.files)
    with pytest.raises(EksaError) as caught:
        run(scene, **options)
    assert caught.value.hint
    assert scene.files.files == before
    return caught.value.code


def names_and_texts(files: t.Mapping[str, str], folder: str) -> dict[str, str]:
    """What a folder holds, by name."""
    return {path.removeprefix(folder): text for path, text in files.items() if path.startswith(f"{folder}/")}


def test_it_touches_nothing_in_the_cluster() -> None:
    scene = world("wl", "other", identity=True)
    before, writes = copy.deepcopy(scene.source.objects), scene.fuse.writes
    assert run(scene).changed
    assert scene.source.objects == before
    assert scene.fuse.writes == writes


def test_it_writes_what_a_move_without_a_pause_would_keep() -> None:
    scene = world("wl", identity=True)
    result = run(scene)
    assert set(scene.files.modes.values()) == {0o600}
    assert result.data["clusters"] == [f"{NAMESPACE}/wl"]
    moved = world("wl", identity=True)
    (path,) = moved.move(backup_dir="/safe", password=PASSWORD).data["backup"]
    mine, theirs = names_and_texts(scene.files.files, DEST), names_and_texts(moved.files.files, path)
    assert mine.keys() == theirs.keys()
    assert mine["/Secret.core.yaml"] == theirs["/Secret.core.yaml"]


def test_clusters_and_classes_are_paused_in_the_files_alone() -> None:
    scene = world("wl")
    scene.source.seed(thing("ClusterClass", "small"))
    run(scene)
    for kind in ("Cluster", "ClusterClass"):
        text = scene.files.files[f"{DEST}/{kind}.cluster.x-k8s.io.yaml"].partition("\n")[2]
        (kept,) = yaml.safe_load_all(text)
        key = key_of(kept)
        assert is_paused(key, kept)
        assert not is_paused(key, scene.source.objects[tuple(key)])


def test_one_cluster_leaves_the_others_out() -> None:
    scene = world("wl", "other")
    result = run(scene, name="wl")
    assert result.data["clusters"] == [f"{NAMESPACE}/wl"]
    assert f"Machine {NAMESPACE}/wl-cp-1" in result.data["inventory"]
    assert f"Machine {NAMESPACE}/other-cp-1" not in result.data["inventory"]


def test_a_complete_backup_is_left_alone_although_the_cluster_went_on() -> None:
    scene = world("wl")
    run(scene)
    first = dict(scene.files.files)
    machine = next(obj for key, obj in scene.source.objects.items() if key[1] == "Machine")
    machine["spec"]["version"] = "v1.35.0"
    again = run(scene)
    assert not again.changed
    assert (again.before, again.after) == ("", "")
    assert scene.files.files == first


@pytest.mark.parametrize("damage", ["cut short", "gone", "other password", "index", "no index"])
def test_a_damaged_backup_is_written_anew(damage: str) -> None:
    scene = world("wl")
    run(scene)
    whole = dict(scene.files.files)
    if damage == "gone":
        del scene.files.files[SECRETS]
    elif damage == "index":
        scene.files.files[INDEX] = "[]"
    elif damage == "no index":
        del scene.files.files[INDEX]
        scene.files.files[f"{DEST}/.partial-x"] = "of a write that was cut"
    else:
        text = whole[SECRETS]
        scene.files.files[SECRETS] = text[:-20] if damage == "cut short" else text.replace(PASSWORD, "another")
    assert run(scene).changed
    assert scene.files.files == whole


def test_check_mode_tells_names_and_digests_and_writes_nothing() -> None:
    scene = world("wl")
    result = run(scene, check_mode=True)
    assert result.changed
    assert not scene.files.files
    assert f"Secret {NAMESPACE}/wl-ca: {result.data['inventory'][f'Secret {NAMESPACE}/wl-ca']}\n" in result.after
    assert "c2VjcmV0" not in str(result.as_dict(diff=True))


def test_without_a_password_nothing_is_read_or_written() -> None:
    assert refused(world("wl"), password="") == "move.backup_without_password"


def test_a_scope_without_clusters_is_an_error() -> None:
    assert refused(world("wl"), name="wll") == "move.backup_of_nothing"


def test_a_disk_that_keeps_something_else_is_noticed() -> None:
    scene = world("wl")
    write = scene.files.write
    scene.files.write = lambda path, text, **how: write(path, text[:200], **how)  # type: ignore[method-assign]
    with pytest.raises(EksaError) as caught:
        run(scene)
    assert caught.value.code == "move.backup_unreadable"


def test_a_folder_with_other_files_is_never_replaced() -> None:
    scene = world("wl")
    scene.files.files["/safe/wl/thesis.txt"] = "chapter one"
    assert refused(scene) == "move.backup_elsewhere"
    assert refused(scene, dest="/safe") == "move.backup_elsewhere"


def test_a_backup_of_another_cluster_stays_even_when_it_cannot_be_read() -> None:
    scene = world("wl", "other")
    run(scene, name="other")
    assert refused(scene, name="wl", password="another") == "move.backup_elsewhere"
    assert refused(scene) == "move.backup_elsewhere"
    scene.move(name="other")
    assert refused(scene.swapped(), name="other") == "move.backup_elsewhere"


def test_a_slash_at_the_end_names_the_same_folder() -> None:
    scene = world("wl")
    assert run(scene, dest=f"{DEST}/").data["dest"] == DEST
    assert not run(scene).changed


def test_on_a_real_disk_it_is_private_and_sealed(tmp_path: pathlib.Path) -> None:
    scene = world("wl")
    dest = tmp_path / "deep" / "wl"
    ports = Ports(kube=scene.source, files=LocalFiles(), vault=AnsibleVault(PASSWORD))
    scope = Scope(namespace=NAMESPACE)
    assert backup(str(dest), scope=scope, ports=ports, check_mode=False).changed
    assert not backup(str(dest), scope=scope, ports=ports, check_mode=False).changed
    paths = [*dest.iterdir(), dest.with_name("wl.json")]
    assert {path.stat().st_mode & 0o777 for path in paths} == {0o600}
    assert {path.stat().st_mode & 0o777 for path in (dest, dest.parent)} == {0o700}
    assert all(path.read_text(encoding="utf-8").startswith("$ANSIBLE_VAULT;1.1;AES256\n") for path in dest.iterdir())
