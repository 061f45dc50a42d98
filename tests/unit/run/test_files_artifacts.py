# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files and artifacts on disk."""

from __future__ import annotations

import io
import pathlib
import stat
import typing as t
import urllib.error

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._run import artifacts as artifacts_room
from ansible_collections.eks.anywhere.plugins.module_utils._run.artifacts import LocalArtifacts
from ansible_collections.eks.anywhere.plugins.module_utils._run.files import LocalFiles

URI = "https://example.com/bundles/manifest.yaml"


def mode(path: pathlib.Path) -> int:
    """Permission bits."""
    return stat.S_IMODE(path.stat().st_mode)


def test_files_are_private_unless_asked_and_so_are_their_folders(tmp_path: pathlib.Path) -> None:
    target = tmp_path / "prod" / "generated" / "prod.kind.kubeconfig"
    LocalFiles().write(str(target), "secret")
    assert target.read_text(encoding="utf-8") == "secret"
    assert [mode(path) for path in (target, target.parent, target.parent.parent)] == [0o600, 0o700, 0o700]
    LocalFiles().write(str(target), "public", mode=0o644)
    assert mode(target) == 0o644
    assert [path.name for path in target.parent.iterdir()] == [target.name]


def test_reading_tells_missing_from_unreadable(tmp_path: pathlib.Path) -> None:
    assert LocalFiles().read(str(tmp_path / "none")) is None
    with pytest.raises(EksaError) as caught:
        LocalFiles().read(str(tmp_path))
    assert caught.value.code == "host.file"


def test_removing_takes_files_folders_and_links_but_not_what_links_point_to(tmp_path: pathlib.Path) -> None:
    kept, folder = tmp_path / "kept", tmp_path / "folder"
    for path in (kept / "a", folder / "b"):
        LocalFiles().write(str(path), "x")
    (folder / "link").symlink_to(kept)
    (tmp_path / "link").symlink_to(kept)
    assert LocalFiles().remove(str(folder))
    assert LocalFiles().remove(str(tmp_path / "link"))
    assert not LocalFiles().remove(str(folder))
    assert (kept / "a").exists()


def test_full_disk_is_named(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_self: pathlib.Path, _target: pathlib.Path) -> t.NoReturn:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pathlib.Path, "replace", full)
    with pytest.raises(EksaError) as caught:
        LocalFiles().write(str(tmp_path / "x"), "y")
    assert caught.value.code == "host.disk_full"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("form", ["relative", "absolute", "file"])
def test_local_artifacts(form: str, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a b.yaml").write_text("content", encoding="utf-8")
    monkeypatch.chdir("/")
    uri = {
        "relative": "a b.yaml",
        "absolute": str(tmp_path / "a b.yaml"),
        "file": (tmp_path / "a b.yaml").as_uri(),
    }[form]
    assert LocalArtifacts(str(tmp_path)).read(uri) == "content"
    assert LocalArtifacts(str(tmp_path)).path(uri) == str(tmp_path / "a b.yaml")


@pytest.mark.parametrize(
    ("uri", "code"),
    [("none.yaml", "artifact.not_found"), ("http://example.com/x", "artifact.unsupported_scheme")],
)
def test_what_cannot_be_read_is_said(uri: str, code: str, tmp_path: pathlib.Path) -> None:
    with pytest.raises(EksaError) as caught:
        LocalArtifacts(str(tmp_path)).read(uri)
    assert caught.value.code == code


def test_oci_references_stay() -> None:
    assert LocalArtifacts().path("oci://registry/chart:1") == "oci://registry/chart:1"


def test_downloads_happen_once(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def open_url(uri: str, **_options: t.Any) -> io.BytesIO:
        asked.append(uri)
        return io.BytesIO(b"content")

    monkeypatch.setattr(artifacts_room, "open_url", open_url)
    for _again in range(2):
        artifacts = LocalArtifacts(cache_dir=str(tmp_path))
        assert artifacts.read(URI) == "content"
        assert pathlib.Path(artifacts.path(URI)).name == "manifest.yaml"
    assert asked == [URI]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (urllib.error.HTTPError(URI, 404, "Not Found", None, None), "artifact.not_found"),  # type: ignore[arg-type]
        (urllib.error.URLError("name resolution"), "artifact.unreachable"),
        (TimeoutError("timed out"), "artifact.unreachable"),
    ],
)
def test_failed_downloads_leave_nothing(
    error: Exception, code: str, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def open_url(_uri: str, **_options: t.Any) -> t.NoReturn:
        raise error

    monkeypatch.setattr(artifacts_room, "open_url", open_url)
    with pytest.raises(EksaError) as caught:
        LocalArtifacts(cache_dir=str(tmp_path)).read(URI)
    assert caught.value.code == code
    assert list(tmp_path.rglob("*")) == []
