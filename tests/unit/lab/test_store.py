# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cache: content keys, entries that are whole or absent, and the order of building."""

from __future__ import annotations

import io
import os
import pathlib
import tarfile

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._lab import build, engine, needs, parts, registry
from ansible_collections.eks.anywhere.plugins.module_utils._lab.store import Store, cache_home, fingerprint


def test_key_follows_content_mode_and_name(tmp_path: pathlib.Path) -> None:
    file = tmp_path / "recipe"
    file.write_text("a")
    first = fingerprint(tmp_path)
    assert fingerprint(tmp_path) == first
    file.chmod(0o755)
    second = fingerprint(tmp_path)
    file.write_text("b")
    assert len({first, second, fingerprint(tmp_path)}) == 3


def _publish_half(store: Store) -> None:
    with store.publishing("kubelet", "k1") as scratch:
        (scratch / "kubelet").write_text("half")
        raise RuntimeError


def test_an_entry_is_whole_or_absent(tmp_path: pathlib.Path) -> None:
    store = Store(tmp_path)
    with pytest.raises(RuntimeError):
        _publish_half(store)
    assert not store.has("kubelet", "k1")
    with store.publishing("kubelet", "k1") as scratch:
        (scratch / "kubelet").write_text("whole")
    assert store.has("kubelet", "k1")
    assert [path.name for path in store.folder.iterdir()] == ["kubelet-k1"]


def test_a_program_is_known_by_its_name(tmp_path: pathlib.Path) -> None:
    store = Store(tmp_path)
    for target in (tmp_path / "old", tmp_path / "new"):
        store.link("kubelet", target)
        assert (store.bin / "kubelet").readlink() == target


@pytest.mark.parametrize(
    ("environ", "expected"),
    [({"XDG_CACHE_HOME": "/var/cache/x"}, "/var/cache/x/eks.anywhere"), ({}, "~/.cache/eks.anywhere")],
)
def test_cache_follows_the_user(environ: dict[str, str], expected: str) -> None:
    assert cache_home(environ) == pathlib.Path(expected).expanduser()


A, B = parts.Program("a", "."), parts.Program("b", ".")
IMAGE = parts.ScratchImage("image", "r/i:1", {"/a": "a"})
CHART = parts.Chart("chart", "m", "p", "1", needs=())


@pytest.mark.parametrize(
    ("waiting", "done", "running", "expected"),
    [
        ([A, B, IMAGE, CHART], [], [], ["a", "chart"]),
        ([B, IMAGE], [], ["a", "chart"], []),
        ([B, IMAGE], ["a"], ["chart"], ["b", "image"]),
        ([IMAGE], ["a", "chart"], ["b", "x", "y"], []),
    ],
    ids=["one program at a time", "another program waits", "a finished one frees both", "no lane is free"],
)
def test_what_may_start(
    waiting: list[parts.Component], done: list[str], running: list[str], expected: list[str]
) -> None:
    missing: list[parts.Component] = [A, B, IMAGE, CHART]
    assert build._startable({item.name: item for item in waiting}, missing, done, running) == expected


def test_a_layer_is_the_same_twice_and_has_its_folders(tmp_path: pathlib.Path) -> None:
    program = tmp_path / "p"
    program.write_bytes(b"\x7fELF")
    content = registry.layer({"/usr/bin/p": program})
    os.utime(program, (1, 1))
    assert registry.layer({"/usr/bin/p": program}) == content
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        assert archive.getnames() == ["usr", "usr/bin", "tmp", "usr/bin/p"]
        assert archive.getmember("usr/bin/p").mode == 0o755


@pytest.mark.parametrize(
    ("bounding", "lacks"), [("000001ffffffffff", False), ("000001fffeffffff", True), ("0000000000000000", True)]
)
def test_the_missing_capability_is_seen(tmp_path: pathlib.Path, bounding: str, lacks: bool) -> None:
    status = tmp_path / "status"
    status.write_text(f"Name:\tx\nCapBnd:\t{bounding}\n")
    assert engine.lacks_resource_capability(status) is lacks


def test_unmet_needs_are_one_line(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(needs, "MEMORY_GIB", 10_000)
    monkeypatch.setattr(needs, "RUN_DISK_GIB", 1_000_000)
    with pytest.raises(EksaError) as caught:
        needs.require(cache=tmp_path / "not" / "there", warm=True)
    assert caught.value.code == "lab.needs"
    assert "of free disk, 1000000 are needed" in caught.value.message
    assert "of memory, 10000 are needed" in caught.value.message
    assert "\n" not in caught.value.message
