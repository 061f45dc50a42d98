# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Secrets as values, and the Secret objects that carry them."""

from __future__ import annotations

import base64
import dataclasses

from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.plugins.module_utils._render import names

_MOVE = {"clusterctl.cluster.x-k8s.io/move": "true"}


@dataclasses.dataclass(frozen=True)
class Credentials:
    """``cpi_*`` are for the cloud provider, empty to use the same; ``ssh_authorized_key`` where the config has none.

    Nothing of it shows in a ``repr``.
    """

    username: str = dataclasses.field(repr=False)
    password: str = dataclasses.field(repr=False)
    cpi_username: str = dataclasses.field(default="", repr=False)
    cpi_password: str = dataclasses.field(default="", repr=False)
    ssh_authorized_key: str = dataclasses.field(default="", repr=False)
    registry_username: str = dataclasses.field(default="", repr=False)
    registry_password: str = dataclasses.field(default="", repr=False)

    @property
    def cloud_provider(self) -> tuple[str, str]:
        """Username and password of the cloud provider."""
        return self.cpi_username or self.username, self.cpi_password or self.password

    @property
    def registry_token(self) -> str:
        """Basic authentication of the registry mirror."""
        return encoded(f"{self.registry_username}:{self.registry_password}")


def encoded(text: str) -> str:
    """Base64, as Secrets hold it."""
    return base64.b64encode(text.encode()).decode()


def vsphere_secret(cluster: str, credentials: Credentials) -> Obj:
    """What the infrastructure provider logs in with; it follows the cluster when that is moved."""
    return _secret(names.vsphere_credentials(cluster), credentials.username, credentials.password)


def registry_secret(credentials: Credentials) -> Obj:
    """What the registry mirror is logged in with."""
    return _secret("registry-credentials", credentials.registry_username, credentials.registry_password)


def _secret(name: str, username: str, password: str) -> Obj:
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": name, "namespace": names.NAMESPACE, "labels": dict(_MOVE)},
        "data": {"username": encoded(username), "password": encoded(password)},
    }


__all__ = ("Credentials", "encoded", "registry_secret", "vsphere_secret")
