# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""The key pair for machines whose users have no key in the config. Only its public half ever leaves the folder."""

from __future__ import annotations

from ansible_collections.eks.anywhere.plugins.module_utils._config import keys, ssh
from ansible_collections.eks.anywhere.plugins.module_utils._config.model import ClusterConfig
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._plan.folder import Folder
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Completed, Files, Runner
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result

PUBLIC_MODE = 0o600
_GENERATE = ("ssh-keygen", "-q", "-t", "rsa", "-b", "4096", "-m", "PEM", "-N", "", "-C", "", "-f")
"""Upstream's kind of key, in upstream's format, without passphrase or comment; readable for its owner alone."""
_DERIVE = ("ssh-keygen", "-y", "-P", "", "-f")


def ensure(config: ClusterConfig, *, state_dir: str, runner: Runner, files: Files, check_mode: bool) -> Result:
    """Make the key pair when it is needed and not there. Data: ``public_key`` and ``private_key_path``, else empty."""
    if not keys.missing(config):
        return Result(data={"public_key": "", "private_key_path": ""})
    private = Folder(state_dir=state_dir, name=config.name).ssh_key
    public = f"{private}.pub"
    known = ssh.public_key(files.read(public) or "")
    if known:
        return Result(data={"public_key": known, "private_key_path": private})
    # A private key without its public half is what a cut leaves behind; machines may know it already.
    there = files.exists(private)
    if not check_mode:
        if not there:
            files.write(public, "", mode=PUBLIC_MODE)  # which makes the folder
            _checked(runner.run([*_GENERATE, private]), private)
        known = ssh.public_key(_checked(runner.run([*_DERIVE, private]), private).stdout)
        files.write(public, f"{known}\n", mode=PUBLIC_MODE)
    action = f"Write {public}" if there else f"Generate the SSH key pair {private}"
    return Result(actions=(action,), data={"public_key": known, "private_key_path": private})


def _checked(done: Completed, private: str) -> Completed:
    if done.rc:
        raise EksaError(
            f"No SSH key pair could be made at {private}: {done.stderr.strip() or f'ssh-keygen ended with {done.rc}'}",
            code="host.ssh_key",
            hint="Check that folder, or give the machine configs a key of your own in users[0].sshAuthorizedKeys.",
            details={"path": private},
        )
    return done


__all__ = ("PUBLIC_MODE", "ensure")
