# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Encryption of Secrets in etcd by a KMS plugin."""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config import durations
from ansible_collections.eks.anywhere.plugins.module_utils._config.text import dumped
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.plugins.module_utils._render.files import File, file

_ON_HOST = "/var/lib/kubeadm/encryption-config.yaml"
_PLUGIN = "/var/run/kmsplugin/"


def volumes() -> list[Obj]:
    """Mounts of the API server."""
    return [
        {
            "hostPath": _ON_HOST,
            "mountPath": "/etc/kubernetes/enc/encryption-config.yaml",
            "name": "encryption-config",
            "pathType": "File",
            "readOnly": True,
        },
        {"hostPath": _PLUGIN, "mountPath": _PLUGIN, "name": "kms-plugin", "readOnly": False},
    ]


def files(configs: t.Sequence[t.Mapping[str, t.Any]]) -> list[File]:
    """The EncryptionConfiguration."""
    if not configs:
        return []
    resources = [
        {
            "resources": list(config["resources"]),
            "providers": [*({"kms": _kms(provider["kms"])} for provider in config["providers"]), {"identity": {}}],
        }
        for config in configs
    ]
    document = {"apiVersion": "apiserver.config.k8s.io/v1", "kind": "EncryptionConfiguration", "resources": resources}
    return [file(_ON_HOST, dumped(document, sort=True))]


def _kms(kms: t.Mapping[str, t.Any]) -> Obj:
    return {
        "apiVersion": "v1",
        "name": kms["name"],
        "endpoint": kms["socketListenAddress"],
        "cachesize": kms["cachesize"],
        "timeout": durations.canonical(kms["timeout"]),
    }


__all__ = ("files", "volumes")
