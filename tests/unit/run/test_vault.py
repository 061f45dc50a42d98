# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What we encrypt, Ansible's own vault decrypts."""

from __future__ import annotations

import pytest
from ansible.parsing.vault import AnsibleVaultError, VaultLib, VaultSecret

from ansible_collections.eks.anywhere.plugins.module_utils._errors import MissingLibrary
from ansible_collections.eks.anywhere.plugins.module_utils._run import vault as room
from ansible_collections.eks.anywhere.plugins.module_utils._run.vault import AnsibleVault


def decrypted(text: str, password: str) -> str:
    """By Ansible."""
    found = VaultLib([("default", VaultSecret(password.encode()))]).decrypt(text.encode())
    return bytes(found).decode()


@pytest.mark.parametrize("text", ["", "x", "sixteen letters!", "kind: Secret\n" * 500, "größer\0"])
@pytest.mark.parametrize("password", ["secret", "pässwörd with spaces"])
def test_ansible_reads_it(text: str, password: str) -> None:
    hidden = AnsibleVault(password).encrypt(text)
    assert hidden.splitlines()[0] == "$ANSIBLE_VAULT;1.1;AES256"
    assert max(map(len, hidden.splitlines())) <= 80
    assert decrypted(hidden, password) == text


def test_the_same_text_is_never_hidden_the_same_way() -> None:
    vault = AnsibleVault("secret")
    assert vault.encrypt("text") != vault.encrypt("text")


def test_another_password_or_a_changed_text_is_noticed() -> None:
    hidden = AnsibleVault("secret").encrypt("text")
    with pytest.raises(AnsibleVaultError):
        decrypted(hidden, "guess")
    digit = hidden[-2]
    with pytest.raises(AnsibleVaultError):
        decrypted(f"{hidden[:-2]}{'1' if digit != '1' else '2'}\n", "secret")


@pytest.mark.parametrize("text", ["", "text", "zwei Zeilen: ä\n€\n", "x" * 1000])
def test_we_read_what_was_encrypted(text: str) -> None:
    vault = AnsibleVault("secret")
    assert vault.decrypt(vault.encrypt(text)) == text
    theirs = VaultLib([("default", VaultSecret(b"secret"))]).encrypt(text or "x").decode()
    assert vault.decrypt(theirs) == (text or "x")


def test_what_cannot_be_read_is_none() -> None:
    vault = AnsibleVault("secret")
    hidden = vault.encrypt("text")
    digit = hidden[-2]
    changed = f"{hidden[:-2]}{'1' if digit != '1' else '2'}\n"
    assert AnsibleVault("guess").decrypt(hidden) is None
    assert [vault.decrypt(bad) for bad in (changed, hidden[:-3], hidden[:200], "text", "")] == [None] * 5


def test_no_password_no_vault() -> None:
    assert AnsibleVault.if_given("") is None
    assert AnsibleVault.if_given(None) is None


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "HAS_CRYPTOGRAPHY", False)
    with pytest.raises(MissingLibrary, match="cryptography") as caught:
        AnsibleVault("secret").encrypt("text")
    assert caught.value.code == "library.cryptography_missing"
