# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A generated config is the vendor's, and never overwrites a file by accident.

The goldens are what ``eksctl anywhere generate clusterconfig`` (v0.26) prints, less the empty lines between documents.
Run with ``EKSA_UPDATE_GOLDENS=1`` to write them anew, and read the difference.
"""

from __future__ import annotations

import os
import pathlib

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._config.cluster import findings
from ansible_collections.eks.anywhere.plugins.module_utils._config.generate import PROVIDERS, generate_config
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ops.generate import generate
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.plugins.module_utils._run.files import LocalFiles

GOLDEN = pathlib.Path(__file__).resolve().parents[1] / "golden"


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


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_vendors_generator_writes_the_same(provider: str) -> None:
    golden, text = GOLDEN / f"generate_{provider}.txt", generate_config("w01", provider)
    if os.environ.get("EKSA_UPDATE_GOLDENS"):
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("provider", PROVIDERS)
def test_generated_configs_lack_nothing_but_the_blanks(provider: str) -> None:
    wrong = {finding.message for finding in findings(generate_config("w01", provider)) if finding.severity == "error"}
    assert all("not set or is empty" in message for message in wrong)
    assert bool(wrong) == (provider != "docker")


@pytest.mark.parametrize(
    ("name", "provider", "code", "words"),
    [
        ("1x", "vsphere", "config.name_invalid", "1x"),
        ("w01", "aws", "config.not_supported", "Provider aws is not supported yet"),
        ("w01", "cloudstack", "config.not_supported", "CloudStack support has been deprecated"),
    ],
)
def test_what_cannot_be_generated(name: str, provider: str, code: str, words: str) -> None:
    with pytest.raises(EksaError, match=words) as caught:
        generate_config(name, provider)
    assert caught.value.code == code
