# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lines of the documented workflow, word for word and in order."""

from __future__ import annotations

BEFORE_MACHINE_CONFIGS = (
    "Performing setup and validations",
    "✅ Connected to server",
    "✅ Authenticated to vSphere",
    "✅ Datacenter validated",
    "✅ Network validated",
)
PER_MACHINE_CONFIG = (
    "✅ Datastore validated",
    "✅ Folder validated",
    "✅ Resource pool validated",
)
AFTER_MACHINE_CONFIGS = (
    "✅ Control plane and Workload templates validated",
    "✅ Vsphere Provider setup is valid",
    "Creating new bootstrap cluster",
    "Installing cluster-api providers on bootstrap cluster",
    "Provider specific setup",
    "Creating new workload cluster",
    "Installing networking on workload cluster",
    "Installing storage class on workload cluster",
    "Installing cluster-api providers on workload cluster",
    "Moving cluster management from bootstrap to workload cluster",
    "Installing EKS-A custom components (CRD and controller) on workload cluster",
    "Creating EKS-A CRDs instances on workload cluster",
    "Installing AddonManager and GitOps Toolkit on workload cluster",
    "GitOps field not specified, bootstrap flux skipped",
    "Writing cluster config file",
    "Deleting bootstrap cluster",
    "🎉 Cluster created!",
)
ALL = frozenset((*BEFORE_MACHINE_CONFIGS, *PER_MACHINE_CONFIG, *AFTER_MACHINE_CONFIGS))
CHECKS = (*BEFORE_MACHINE_CONFIGS, *PER_MACHINE_CONFIG, *AFTER_MACHINE_CONFIGS[:2])


OF_MANAGEMENT_CLUSTERS = frozenset(
    (
        "Creating new bootstrap cluster",
        "Installing cluster-api providers on bootstrap cluster",
        "Provider specific setup",
        "Installing cluster-api providers on workload cluster",
        "Moving cluster management from bootstrap to workload cluster",
        "Installing EKS-A custom components (CRD and controller) on workload cluster",
        "Deleting bootstrap cluster",
    )
)
"""What is done only for a cluster that is to manage itself."""


def documented(machine_configs: int, *, managed: bool = False) -> list[str]:
    """What a creation with that many VSphereMachineConfigs prints; ``managed`` by another cluster."""
    lines = [*BEFORE_MACHINE_CONFIGS, *PER_MACHINE_CONFIG * machine_configs, *AFTER_MACHINE_CONFIGS]
    return [line for line in lines if not (managed and line in OF_MANAGEMENT_CLUSTERS)]
