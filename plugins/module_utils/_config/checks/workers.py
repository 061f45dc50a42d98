# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Worker groups."""

from __future__ import annotations

import collections

from ansible_collections.eks.anywhere.plugins.module_utils._config import versions
from ansible_collections.eks.anywhere.plugins.module_utils._config.checks import labels
from ansible_collections.eks.anywhere.plugins.module_utils._config.checks.scope import (
    CONTROL_PLANE,
    WORKERS,
    Data,
    Findings,
    Scope,
)

_NEWER = (1, 22)
_KEEPS_PODS_AWAY = frozenset(("NoExecute", "NoSchedule"))


def present(scope: Scope) -> Findings:
    """At least one group; only bare metal runs pods on the control plane."""
    if scope.spec.get("workerNodeGroupConfigurations"):
        return
    if scope.provider != "tinkerbell":
        yield scope.error(WORKERS, f"WorkerNodeGroupConfigs cannot be empty for {scope.datacenter_kind}")
    else:
        message = "No configurations provided for worker node groups, pods will be scheduled on control-plane nodes"
        yield scope.warning(WORKERS, message)
    if (versions.kubernetes(scope.spec.get("kubernetesVersion", "")) or _NEWER) <= (1, 21):
        yield scope.error(WORKERS, "Empty workerNodeGroupConfigurations is not supported for kube version <= 1.21")
    if scope.control_plane.get("taints"):
        yield scope.error(f"{CONTROL_PLANE}.taints", "cannot taint control plane when there is no worker node")


def names(scope: Scope) -> Findings:
    """Each group has a name of its own."""
    seen: collections.Counter[str] = collections.Counter()
    for path, group in scope.groups():
        name = group.get("name", "")
        seen[name] += 1
        if not name:
            yield scope.error(f"{path}.name", "must specify name for worker nodes")
        elif seen[name] > 1:
            yield scope.error(f"{path}.name", f"worker node group names must be unique: {name}")


def counts(scope: Scope) -> Findings:
    """Numbers that fit each other."""
    for path, group in scope.groups():
        scaling = group.get("autoscalingConfiguration")
        if scaling is not None:
            yield from _autoscaling(scope, path, group["count"], scaling)
        elif group["count"] < 0:
            message = "worker node count must be zero or greater if autoscaling is not enabled"
            yield scope.error(f"{path}.count", f"validating autoscaling configuration: {message}")


def _autoscaling(scope: Scope, path: str, count: int, scaling: Data) -> Findings:
    least, most = scaling.get("minCount", 0), scaling.get("maxCount", 0)
    rules = (
        (least >= 0, "minCount", "min count must be non negative"),
        (least <= most, "minCount", "min count must be no greater than max count"),
        (least <= count, "minCount", "min count must be less than or equal to count"),
        (most >= count, "maxCount", "max count must be greater than or equal to count"),
    )
    for holds, field, message in rules:
        if not holds:
            where = f"{path}.autoscalingConfiguration.{field}"
            yield scope.error(where, f"validating autoscaling configuration: {message}")


def rollout(scope: Scope) -> Findings:
    """How machines of a group are replaced."""
    for path, group in scope.groups():
        strategy = group.get("upgradeRolloutStrategy")
        if strategy is None:
            continue
        kind, where = strategy.get("type", ""), f"{path}.upgradeRolloutStrategy"
        if kind == "RollingUpdate":
            yield from _rolling(scope, where, strategy.get("rollingUpdate"))
        elif kind == "InPlace":
            yield from _in_place(scope, where, has_rolling="rollingUpdate" in strategy)
        else:
            message = "only 'RollingUpdate' and 'InPlace' are supported for upgrade rollout strategy type"
            yield scope.error(f"{where}.type", f"WorkerNodeGroupConfiguration: {message}")


def _rolling(scope: Scope, path: str, rolling: Data | None) -> Findings:
    path = f"{path}.rollingUpdate"
    if rolling is None:
        message = "upgradeRolloutStrategy.rollingUpdate field is required for upgradeRolloutStrategy.type RollingUpdate"
        yield scope.error(path, f"WorkerNodeGroupConfiguration: {message}")
        return
    numbers = (rolling.get("maxSurge", 0), rolling.get("maxUnavailable", 0))
    if min(numbers) < 0:
        message = "maxSurge and maxUnavailable values cannot be negative"
        yield scope.error(path, f"WorkerNodeGroupConfiguration: {message}")
    elif numbers == (0, 0):
        message = "maxSurge and maxUnavailable not specified or are 0. maxSurge and maxUnavailable cannot both be 0"
        yield scope.error(path, f"WorkerNodeGroupConfiguration: {message}")


def _in_place(scope: Scope, path: str, *, has_rolling: bool) -> Findings:
    if has_rolling:
        message = "RollingUpdate field must be empty for 'InPlace' upgrade rollout strategy type"
        yield scope.error(f"{path}.rollingUpdate", f"WorkerNodeGroupConfiguration: {message}")
    if scope.provider == "vsphere":
        if not scope.feature("VSPHERE_IN_PLACE_UPGRADE"):
            yield scope.error(f"{path}.type", "in place upgrades are not supported on vSphere")
    elif scope.provider != "tinkerbell":
        message = "'InPlace' upgrade rollout strategy type is only supported on Bare Metal"
        yield scope.error(f"{path}.type", f"WorkerNodeGroupConfiguration: {message}")


def taints(scope: Scope) -> Findings:
    """A self-managed cluster needs a group that takes any pod."""
    groups = [group for _path, group in scope.groups()]
    if not groups or not scope.self_managed:
        return
    if all(any(taint.get("effect") in _KEEPS_PODS_AWAY for taint in group.get("taints", ())) for group in groups):
        message = "at least one WorkerNodeGroupConfiguration must not have NoExecute and/or NoSchedule taints"
        yield scope.error(WORKERS, message)


def label_syntax(scope: Scope) -> Findings:
    """Labels that Kubernetes takes."""
    for path, group in scope.groups():
        for problem in labels.problems(group.get("labels", {})):
            message = f"labels for worker node group {group.get('name', '')} not valid"
            yield scope.error(f"{path}.labels", f"{message}: found following errors with labels: {problem}")


def kubernetes_versions(scope: Scope) -> Findings:
    """At most two minor versions behind the control plane, never ahead."""
    wide = versions.kubernetes(scope.spec.get("kubernetesVersion", ""))
    for path, group in scope.groups():
        version = group.get("kubernetesVersion")
        if version is None:
            continue
        own, where = versions.kubernetes(version), f"{path}.kubernetesVersion"
        if own is None:
            yield scope.obstacle(where, "kubernetes version must be of the form 1.NN")
        elif wide is not None and not 0 <= wide[1] - own[1] <= 2:
            message = "cluster level minor version must be within 2 versions greater than worker node group version"
            yield scope.obstacle(where, f"{message}: {version}")


CHECKS = (present, names, counts, rollout, taints, label_syntax, kubernetes_versions)

__all__ = ("CHECKS",)
