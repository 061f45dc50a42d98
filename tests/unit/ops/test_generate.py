# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A generated config never overwrites a file by accident."""

from __future__ import annotations

import pathlib

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._ops.generate import generate
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.plugins.module_utils._run.files import LocalFiles


def run(dest: pathlib.Path | None, *, force: bool = False, check_mode: bool = False) -> Result:
    """Generate a vSphere config."""
    path = str(dest) if dest else None
    return generate(name="w01", provider="vsphere", dest=path, force=force, files=LocalFiles(), check_mode=check_mode)


def test_without_a_file_it_is_only_returned() -> None:
    result = run(None)
    assert not result.changed
    assert "kind: Cluster" in result.data["config"]


@pytest.mark.parametrize(
    ("there", "options", "changed", "written"),
    [
        (None, {}, True, True),
        (None, {"check_mode": True}, True, False),
        ("edited", {}, False, False),
        ("edited", {"force": True}, True, True),
        ("edited", {"force": True, "check_mode": True}, True, False),
    ],
)
def test_files(
    tmp_path: pathlib.Path, there: str | None, options: dict[str, bool], *, changed: bool, written: bool
) -> None:
    dest = tmp_path / "w01.yaml"
    if there is not None:
        dest.write_text(there, encoding="utf-8")
    result = run(dest, **options)
    assert result.changed == changed
    now = dest.read_text(encoding="utf-8") if dest.exists() else None
    assert now == (result.data["config"] if written else there)


def test_a_second_run_changes_nothing(tmp_path: pathlib.Path) -> None:
    dest = tmp_path / "w01.yaml"
    assert run(dest).changed
    assert not run(dest, force=True).changed
