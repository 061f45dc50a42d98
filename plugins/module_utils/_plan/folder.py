# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Where a cluster's files live on the administrative machine."""

from __future__ import annotations

import dataclasses
import posixpath


@dataclasses.dataclass(frozen=True)
class Folder:
    """The documented folder of one cluster below ``state_dir``."""

    state_dir: str
    name: str

    @property
    def path(self) -> str:
        """The folder itself."""
        return posixpath.join(self.state_dir, self.name)

    @property
    def kubeconfig(self) -> str:
        """The administrator's kubeconfig of the cluster."""
        return posixpath.join(self.path, f"{self.name}-eks-a-cluster.kubeconfig")

    @property
    def config_file(self) -> str:
        """The cluster config as it was applied."""
        return posixpath.join(self.path, f"{self.name}-eks-a-cluster.yaml")

    @property
    def upgrade_times(self) -> str:
        """How long upgrades took."""
        return posixpath.join(self.path, f"{self.name}-upgrade-times.yaml")

    @property
    def ssh_key(self) -> str:
        """Private key for machines whose users have no key in the config; the public half is beside it."""
        return posixpath.join(self.path, "eks-a-id_rsa")

    @property
    def generated(self) -> str:
        """What only a running creation needs."""
        return posixpath.join(self.path, "generated")

    @property
    def bootstrap_kubeconfig(self) -> str:
        """Kubeconfig of the bootstrap cluster."""
        return posixpath.join(self.generated, f"{self.name}.kind.kubeconfig")

    @property
    def kind_config(self) -> str:
        """What the bootstrap cluster was made by."""
        return posixpath.join(self.generated, "kind_tmp.yaml")

    @property
    def bootstrap_name(self) -> str:
        """Name of the bootstrap cluster for kind."""
        return f"{self.name}-eks-a-cluster"


def node_label(name: str) -> str:
    """Label that kind puts on the nodes of a cluster."""
    return f"io.x-k8s.kind.cluster={name}"


__all__ = ("Folder", "node_label")
