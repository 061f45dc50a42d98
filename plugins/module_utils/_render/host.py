# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Kinds of host: what reads the bootstrap data, and where kubeadm keeps its files."""

from __future__ import annotations

import dataclasses

from ansible_collections.eks.anywhere.plugins.module_utils._config.model import MachineConfig


@dataclasses.dataclass(frozen=True)
class Host:
    """``format`` of the bootstrap data; ``folder``: what containers see as ``/etc/kubernetes`` is here on the host."""

    format: str
    folder: str

    @property
    def is_bottlerocket(self) -> bool:
        """Whether settings take the place of files and commands."""
        return self is BOTTLEROCKET


CLOUD_INIT = Host(format="cloud-config", folder="/etc/kubernetes")
BOTTLEROCKET = Host(format="bottlerocket", folder="/var/lib/kubeadm")


def of(machine: MachineConfig) -> Host:
    """The kind of host that a machine config makes."""
    return BOTTLEROCKET if machine.os_family == "bottlerocket" else CLOUD_INIT


__all__ = ("BOTTLEROCKET", "CLOUD_INIT", "Host", "of")
