# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""SSH keys of the machines' users: where the config has none, one key is made for all."""

from __future__ import annotations

import dataclasses

from ansible_collections.eks.anywhere.plugins.module_utils._config import model


def missing(config: model.ClusterConfig) -> bool:
    """Whether a machine config in use leaves the key of its first user out."""
    return any(not _key(machine) for machine in config.machines)


def completed(config: model.ClusterConfig, key: str) -> model.ClusterConfig:
    """The config with ``key`` where it has none, as upstream creates the cluster from it and writes it down."""
    if not key:
        return config
    return dataclasses.replace(config, documents=tuple(_document(document, key) for document in config.documents))


def _key(machine: model.MachineConfig) -> str:
    keys = machine.users[0].ssh_authorized_keys if machine.users else ()
    return keys[0] if keys else ""


def _document(document: model.Document, key: str) -> model.Document:
    users = document["spec"].get("users")
    if not users or users[0].get("sshAuthorizedKeys") != [""]:
        return document
    first, *others = users
    return {**document, "spec": {**document["spec"], "users": [{**first, "sshAuthorizedKeys": [key]}, *others]}}


__all__ = ("completed", "missing")
