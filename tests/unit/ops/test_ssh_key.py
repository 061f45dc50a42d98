# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The key pair for users without a key: made once, used again, its private half never read."""

from __future__ import annotations

import pathlib
import stat

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._config import keys
from ansible_collections.eks.anywhere.plugins.module_utils._config.cluster import load
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ops import ssh_key
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Completed
from ansible_collections.eks.anywhere.plugins.module_utils._run.files import LocalFiles
from ansible_collections.eks.anywhere.plugins.module_utils._run.runner import LocalRunner

from ..fakes import FakeFiles, FakeRunner

GOLDEN = pathlib.Path(__file__).resolve().parents[1] / "golden"
GIVEN = load(
    (GOLDEN / "full.config.txt").read_text(encoding="utf-8"), environ={"API_SERVER_EXTRA_ARGS_ENABLED": "true"}
)
WITHOUT = load((GOLDEN / "stacked.config.txt").read_text(encoding="utf-8"))
"""One of its two machine configs has no users."""
PUBLIC = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQAB"
PRIVATE_PATH = "/state/w01/eks-a-id_rsa"


def runner(rc: int = 0) -> FakeRunner:
    return FakeRunner(
        {
            "ssh-keygen -q": lambda argv: Completed(argv, rc, "", "no space left" if rc else ""),
            "ssh-keygen -y": lambda argv: Completed(argv, 0, f"{PUBLIC}\n", ""),
        }
    )


def test_a_config_with_all_keys_needs_none() -> None:
    files, commands = FakeFiles(), runner()
    found = ssh_key.ensure(GIVEN, state_dir="/state", runner=commands, files=files, check_mode=False)
    assert (found.actions, found.data["public_key"], commands.runs, files.files) == ((), "", [], {})


def test_a_pair_is_made_once() -> None:
    files, commands = FakeFiles(), runner()
    found = ssh_key.ensure(WITHOUT, state_dir="/state", runner=commands, files=files, check_mode=False)
    assert found.actions == (f"Generate the SSH key pair {PRIVATE_PATH}",)
    assert found.data == {"public_key": PUBLIC, "private_key_path": PRIVATE_PATH}
    assert files.modes == {f"{PRIVATE_PATH}.pub": 0o600}
    made = len(commands.runs)
    again = ssh_key.ensure(WITHOUT, state_dir="/state", runner=commands, files=files, check_mode=False)
    assert (again.actions, again.data, len(commands.runs)) == ((), found.data, made)


def test_check_mode_makes_nothing() -> None:
    files, commands = FakeFiles(), runner()
    found = ssh_key.ensure(WITHOUT, state_dir="/state", runner=commands, files=files, check_mode=True)
    assert found.changed
    assert (commands.runs, files.files) == ([], {})


def test_a_private_key_that_lost_its_public_half_is_kept() -> None:
    files, commands = FakeFiles({PRIVATE_PATH: "private"}), runner()
    found = ssh_key.ensure(WITHOUT, state_dir="/state", runner=commands, files=files, check_mode=False)
    assert found.actions == (f"Write {PRIVATE_PATH}.pub",)
    assert [run[1] for run in commands.runs] == ["-y"]


def test_a_failure_says_why() -> None:
    with pytest.raises(EksaError, match="no space left") as caught:
        ssh_key.ensure(WITHOUT, state_dir="/state", runner=runner(rc=1), files=FakeFiles(), check_mode=False)
    assert caught.value.code == "host.ssh_key"


def test_the_real_program_makes_a_private_pair(tmp_path: pathlib.Path) -> None:
    state = {"state_dir": str(tmp_path), "runner": LocalRunner(), "files": LocalFiles(), "check_mode": False}
    found = ssh_key.ensure(WITHOUT, **state)  # type: ignore[arg-type]
    private = pathlib.Path(str(found.data["private_key_path"]))
    assert str(found.data["public_key"]).startswith("ssh-rsa AAAA")
    assert private.read_text(encoding="ascii").startswith("-----BEGIN RSA PRIVATE KEY-----")
    assert [stat.S_IMODE(path.stat().st_mode) for path in (private, private.with_suffix(".pub"))] == [0o600, 0o600]
    assert "PRIVATE" not in str(found)
    assert ssh_key.ensure(WITHOUT, **state).data == found.data  # type: ignore[arg-type]


def test_the_key_goes_into_the_documents_that_have_none() -> None:
    assert keys.completed(GIVEN, PUBLIC).documents == GIVEN.documents
    users = [
        document["spec"]["users"][0]["sshAuthorizedKeys"][0]
        for document in keys.completed(WITHOUT, PUBLIC).documents
        if document["kind"] == "VSphereMachineConfig"
    ]
    assert [user.split()[0] for user in users] == ["ssh-ed25519", "ssh-rsa"]
    assert keys.completed(WITHOUT, "") is WITHOUT
