# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""MachineHealthChecks: when a machine counts as broken and is replaced."""

from __future__ import annotations

from ansible_collections.eks.anywhere.plugins.module_utils._config import durations
from ansible_collections.eks.anywhere.plugins.module_utils._config.model import ClusterConfig, HealthCheck, WorkerGroup
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.plugins.module_utils._render import names


def control_plane(config: ClusterConfig) -> Obj:
    """MachineHealthCheck of the control plane."""
    return _check(
        config,
        config.control_plane.health_check,
        name=names.control_plane_health_check(config.name),
        selector={"cluster.x-k8s.io/control-plane": ""},
    )


def workers(config: ClusterConfig, group: WorkerGroup) -> Obj:
    """MachineHealthCheck of a worker group."""
    return _check(
        config,
        group.health_check,
        name=names.worker_health_check(config.name, group.name),
        selector={"cluster.x-k8s.io/deployment-name": names.machine_deployment(config.name, group.name)},
    )


def _check(config: ClusterConfig, own: HealthCheck, *, name: str, selector: dict[str, str]) -> Obj:
    """Each value: the machines' own, else the cluster's."""
    wide = config.health_check
    unhealthy = _seconds(own.unhealthy_machine_timeout or wide.unhealthy_machine_timeout)
    startup = _seconds(own.node_startup_timeout or wide.node_startup_timeout)
    limit = own.max_unhealthy if own.max_unhealthy is not None else wide.max_unhealthy
    conditions = [{"type": "Ready", "status": status, "timeoutSeconds": unhealthy} for status in ("Unknown", "False")]
    spec: Obj = {
        "clusterName": config.name,
        "selector": {"matchLabels": selector},
        "checks": {"nodeStartupTimeoutSeconds": startup, "unhealthyNodeConditions": conditions},
    }
    if limit is not None:
        spec["remediation"] = {"triggerIf": {"unhealthyLessThanOrEqualTo": limit}}
    return {
        "apiVersion": "cluster.x-k8s.io/v1beta2",
        "kind": "MachineHealthCheck",
        "metadata": {"name": name, "namespace": names.NAMESPACE},
        "spec": spec,
    }


def _seconds(duration: str | None) -> int:
    return int(durations.seconds(duration or "") or 0)


__all__ = ("control_plane", "workers")
