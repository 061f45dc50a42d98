# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""What an update of a config may not do, as upstream's admission webhooks judge it."""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config import versions
from ansible_collections.eks.anywhere.plugins.module_utils._config.checks.scope import WORKERS, Data, dig
from ansible_collections.eks.anywhere.plugins.module_utils._config.finding import Finding, shown
from ansible_collections.eks.anywhere.plugins.module_utils._config.reading import Source

PAUSED = "anywhere.eks.amazonaws.com/paused"
SKIP_RELEASE_SKEW = "anywhere.eks.amazonaws.com/skip-eksa-version-skew-check"
_MANAGED_BY = "anywhere.eks.amazonaws.com/managed-by"

_CLUSTER_IMMUTABLE = (
    "spec.managementCluster",
    "spec.datacenterRef",
    "spec.controlPlaneConfiguration.endpoint",
    "spec.clusterNetwork.pods",
    "spec.clusterNetwork.services",
    "spec.clusterNetwork.dns",
    "spec.clusterNetwork.nodes",
    "spec.proxyConfiguration",
)
_IMMUTABLE: t.Mapping[str, tuple[str, ...]] = {
    "VSphereDatacenterConfig": ("spec.server", "spec.datacenter", "spec.network"),
    "VSphereMachineConfig": ("spec.osFamily", "spec.storagePolicyName"),
    "FluxConfig": ("spec",),
    "GitOpsConfig": ("spec",),
    "OIDCConfig": ("spec",),
    "AWSIamConfig": ("spec.awsRegion", "spec.partition", "spec.backendMode"),
}
_FREE_WHEN_MANAGED = frozenset(("OIDCConfig",))
_FREE_WHEN_PAUSED = frozenset(("VSphereDatacenterConfig", "VSphereMachineConfig"))
_DEV_RELEASE = (0, 19, 0)


def changes(before: t.Sequence[Source], after: t.Sequence[Source]) -> list[Finding]:
    """Findings about a change from one set of documents to another; none when nothing changed."""
    old = next((source for source in before if source.kind == "Cluster"), None)
    new = next((source for source in after if source.kind == "Cluster"), None)
    if old is None or new is None:
        return []
    found = [*_cluster(old, new), *_kubernetes(old, new), *_groups(old, new), *_release(old, new)]
    known = {(source.kind, source.name): source for source in before}
    for source in after:
        earlier = known.get((source.kind, source.name))
        if earlier is not None and source.kind in _IMMUTABLE:
            found += _immutable(earlier, source, _IMMUTABLE[source.kind])
    return found


def _finding(source: Source, field: str, message: str) -> Finding:
    value = dig(source.data, field)
    quoted = "" if isinstance(value, (dict, list)) else shown(value)
    return Finding(source.path(field), message, line=source.line(field), value=quoted)


def _immutable(old: Source, new: Source, fields: t.Iterable[str]) -> t.Iterator[Finding]:
    annotations: Data = old.data.get("metadata", {}).get("annotations", {})
    if old.kind in _FREE_WHEN_MANAGED and _MANAGED_BY in annotations:
        return
    if old.kind in _FREE_WHEN_PAUSED and annotations.get(PAUSED) == "true":
        return
    for field in fields:
        if _comparable(dig(old.data, field)) != _comparable(dig(new.data, field)):
            yield _finding(new, field, "field is immutable")


def _comparable(value: t.Any) -> t.Any:
    """Empty and absent are the same; lists of strings are sets."""
    if isinstance(value, dict):
        return {key: _comparable(item) for key, item in value.items() if item not in ("", [], {}, None)} or None
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return sorted(value)
    return value or None


def _cluster(old: Source, new: Source) -> t.Iterator[Finding]:
    if old.data.get("metadata", {}).get("annotations", {}).get(PAUSED) == "true":
        return
    yield from _immutable(old, new, _CLUSTER_IMMUTABLE)
    etcd = "externalEtcdConfiguration"
    if etcd in new.spec and etcd not in old.spec:
        yield _finding(new, f"spec.{etcd}", "cannot switch from stacked to external etcd topology")
    if etcd in old.spec and etcd not in new.spec:
        yield _finding(new, f"spec.{etcd}", "cannot switch from external to stacked etcd topology")
    self_managed = dig(old.spec, "managementCluster.name") == old.name
    if not self_managed:
        yield from _immutable(old, new, ("spec.gitOpsRef",))
    before, after = _iam_name(old), _iam_name(new)
    if before and after and before != after:
        yield _finding(new, "spec.identityProviderRefs", "AWSIamConfig: field is immutable")


def _iam_name(source: Source) -> str:
    refs = source.spec.get("identityProviderRefs", ())
    return next((str(ref.get("name", "")) for ref in refs if ref.get("kind") == "AWSIamConfig"), "")


def _kubernetes(old: Source, new: Source) -> t.Iterator[Finding]:
    problem = _skew(old.spec.get("kubernetesVersion", ""), new.spec.get("kubernetesVersion", ""))
    if problem:
        yield _finding(new, "spec.kubernetesVersion", problem)


def _skew(before: str, after: str) -> str:
    """What is wrong with going from one Kubernetes version to another."""
    was, wanted = versions.kubernetes(before), versions.kubernetes(after)
    if was is None or wanted is None:
        return f"parsing version: could not compare {before} with {after}"
    if wanted < was:
        return f"kubernetes version downgrade is not supported ({before}) -> ({after})"
    if wanted[1] - was[1] > 1:
        return f"only +1 minor version skew is supported, minor version skew detected {wanted[1] - was[1]}"
    return ""


def _groups(old: Source, new: Source) -> t.Iterator[Finding]:
    """A group's own version moves by the same rules, and cannot be dropped while the cluster's rises."""
    earlier = {group.get("name"): group for group in old.spec.get("workerNodeGroupConfigurations", ())}
    was_wide, wide = old.spec.get("kubernetesVersion", ""), new.spec.get("kubernetesVersion", "")
    for index, group in enumerate(new.spec.get("workerNodeGroupConfigurations", ())):
        before = earlier.get(group.get("name"))
        if before is None:
            continue
        was, wanted = before.get("kubernetesVersion"), group.get("kubernetesVersion")
        field = f"{WORKERS}[{index}].kubernetesVersion"
        if was and not wanted and (versions.kubernetes(was_wide) or (0, 0)) < (versions.kubernetes(wide) or (0, 0)):
            message = "can't simultaneously remove worker kubernetesVersion and upgrade cluster level kubernetesVersion"
            yield _finding(new, field, f"{message}: {wide}")
        elif was or wanted:
            problem = _skew(was or was_wide, wanted or wide)
            if problem:
                yield _finding(new, field, problem)


def _release(old: Source, new: Source) -> t.Iterator[Finding]:
    """The release of EKS Anywhere: once named always named, one minor version at a time, never back."""
    for field, others in (("bundlesRef", ("eksaVersion",)), ("eksaVersion", ())):
        if field in old.spec and field not in new.spec and not any(other in new.spec for other in others):
            message = f"field cannot be removed after setting. Previous value {old.spec[field]}"
            yield _finding(new, f"spec.{field}", message)
    was, wanted = (versions.semver(source.spec.get("eksaVersion", "")) for source in (old, new))
    annotations: Data = new.data.get("metadata", {}).get("annotations", {})
    if was is None or wanted is None or wanted == _DEV_RELEASE or annotations.get(SKIP_RELEASE_SKEW) == "true":
        return
    names = (old.spec["eksaVersion"], new.spec["eksaVersion"])
    if wanted[0] != was[0] or wanted[1] - was[1] > 1:
        message = (
            f"cannot upgrade to {names[1]} from {names[0]}: EksaVersion upgrades must have a skew of 1 minor version"
        )
        yield _finding(new, "spec.eksaVersion", message)
    elif wanted[1] < was[1] and dig(old.data, "status.failureReason") != "EksaVersionInvalid":
        message = f"cannot downgrade from {names[0]} to {names[1]}: EksaVersion upgrades must be incremental"
        yield _finding(new, "spec.eksaVersion", message)


__all__ = ("PAUSED", "SKIP_RELEASE_SKEW", "changes")
