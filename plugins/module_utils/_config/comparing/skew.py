# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""How far versions may move in one step: Kubernetes one minor version up, EKS Anywhere one minor version up."""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config import versions
from ansible_collections.eks.anywhere.plugins.module_utils._config.checks.scope import WORKERS, dig
from ansible_collections.eks.anywhere.plugins.module_utils._config.comparing.change import Change, Rule, annotation
from ansible_collections.eks.anywhere.plugins.module_utils._config.comparing.cluster import groups
from ansible_collections.eks.anywhere.plugins.module_utils._config.finding import Finding

SKIP_RELEASE_SKEW = "anywhere.eks.amazonaws.com/skip-eksa-version-skew-check"

_DEV_RELEASE = (0, 19, 0)
_RELEASE = "spec.eksaVersion"


def step(before: str, after: str) -> str:
    """What is wrong with going from one Kubernetes version to another; empty when nothing is."""
    was, wanted = versions.kubernetes(before), versions.kubernetes(after)
    if was is None:
        return f'parsing cluster version: could not parse "{before}" as version'
    if wanted is None:
        return f'parsing comparison version: could not parse "{after}" as version'
    if wanted < was:
        return f"kubernetes version downgrade is not supported ({before}) -> ({after})"
    if not 0 <= wanted[1] - was[1] <= 1:
        return f"only +1 minor version skew is supported, minor version skew detected {wanted[1] - was[1]}"
    return ""


def _cluster(change: Change) -> t.Iterator[Finding]:
    problem = step(_wide(change.old.spec), _wide(change.new.spec))
    if problem:
        yield change.refused("spec.kubernetesVersion", problem)


def _wide(spec: t.Mapping[str, t.Any]) -> str:
    return str(spec.get("kubernetesVersion", ""))


def _workers(change: Change) -> t.Iterator[Finding]:
    """A group's own version moves by the same rules; where it has none it stands for the cluster's."""
    before = groups(change.old)
    for index, group in enumerate(change.new.spec.get("workerNodeGroupConfigurations", ())):
        earlier = before.get(group.get("name", ""))
        if earlier is None:
            continue
        problem = _worker(change, earlier.get("kubernetesVersion"), group.get("kubernetesVersion"))
        if problem:
            yield change.refused(f"{WORKERS}[{index}].kubernetesVersion", problem)


def _worker(change: Change, was: str | None, wanted: str | None) -> str:
    old_wide, new_wide = _wide(change.old.spec), _wide(change.new.spec)
    if was and not wanted and (versions.kubernetes(old_wide) or (0, 0)) < (versions.kubernetes(new_wide) or (0, 0)):
        message = "can't simultaneously remove worker kubernetesVersion and upgrade cluster level kubernetesVersion"
        return f"{message}: {new_wide}"
    return step(was or old_wide, wanted or new_wide) if was or wanted else ""


def _bundle(change: Change) -> t.Iterator[Finding]:
    was, wanted = change.old.spec, change.new.spec
    if "bundlesRef" in was and "bundlesRef" not in wanted and "eksaVersion" not in wanted:
        yield change.refused(
            "spec.bundlesRef", f"field cannot be removed after setting. Previous value {was['bundlesRef']}"
        )


def _release(change: Change) -> t.Iterator[Finding]:
    """Once named always named, one minor version at a time, never back unless the first choice was found invalid."""
    before, after = (source.spec.get("eksaVersion") for source in (change.old, change.new))
    if before is None:
        return
    if after is None:
        yield change.refused(_RELEASE, f"field cannot be removed after setting. Previous value {before}")
        return
    was, wanted = versions.semver(before), versions.semver(after)
    if was is None or annotation(change.new, SKIP_RELEASE_SKEW) == "true":
        return
    if wanted is None:
        yield change.refused(_RELEASE, "EksaVersion is not a valid semver")
    elif wanted == _DEV_RELEASE:
        return
    elif wanted[0] != was[0] or wanted[1] - was[1] > 1:
        message = f"cannot upgrade to {after} from {before}: EksaVersion upgrades must have a skew of 1 minor version"
        yield change.refused(_RELEASE, message)
    elif wanted[1] < was[1] and dig(change.old.data, "status.failureReason") != "EksaVersionInvalid":
        message = f"cannot downgrade from {before} to {after}: EksaVersion upgrades must be incremental"
        yield change.refused(_RELEASE, message)


RULES: tuple[Rule, ...] = (_cluster, _workers, _bundle, _release)

__all__ = ("RULES", "SKIP_RELEASE_SKEW", "step")
