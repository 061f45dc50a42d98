# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""What no webhook minds but the vendor's upgrade command refuses, as far as two configs tell."""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config.checks.scope import ETCD, WORKERS, dig
from ansible_collections.eks.anywhere.plugins.module_utils._config.comparing.change import Change, paused, records
from ansible_collections.eks.anywhere.plugins.module_utils._config.comparing.cluster import (
    REF,
    groups,
    on_tinkerbell,
    self_managed,
)
from ansible_collections.eks.anywhere.plugins.module_utils._config.finding import Finding
from ansible_collections.eks.anywhere.plugins.module_utils._config.reading import Source

_NAMESPACE = "default"
_NAME_IS_FREE = frozenset(("VSphereMachineConfig", "CloudStackMachineConfig"))
"""Kinds whose providers ask that the config of a part that changes its reference be a new one."""
_WITH_USERS = _NAME_IS_FREE | {"NutanixMachineConfig", "TinkerbellMachineConfig"}
_PARTS = (("control plane", "spec.controlPlaneConfiguration"), ("external etcd", ETCD))


def refusals(before: t.Sequence[Source], after: t.Sequence[Source]) -> t.Iterator[Finding]:
    """Warnings that become errors when the cluster is upgraded; none for configs that say the same."""
    if [source.data for source in before] == [source.data for source in after]:
        return
    (old,), (new,) = ([source for source in sources if source.kind == "Cluster"][:1] for sources in (before, after))
    change = Change(old, new)
    yield from _identity(change)
    yield from _cluster(change)
    yield from _reused_machines(change, {(source.kind, source.name) for source in before})
    yield from _bare_metal(change)
    yield from _keys(after)


def _identity(change: Change) -> t.Iterator[Finding]:
    if change.old.name != change.new.name:
        message = f"cluster name is immutable. previous name {change.old.name}, new name {change.new.name}"
        yield change.obstacle("metadata.name", message)
    if (change.old.namespace or _NAMESPACE) != (change.new.namespace or _NAMESPACE):
        yield change.obstacle("metadata.namespace", "cluster namespace is immutable")


def _cluster(change: Change) -> t.Iterator[Finding]:
    if paused(change):
        message = "cluster cannot be upgraded with paused cluster controller reconciler"
        yield change.obstacle("metadata.annotations", message)
    if _plugins(change.old) != _plugins(change.new):
        yield change.obstacle("spec.clusterNetwork.cniConfig", "spec.clusterNetwork.CNI/CNIConfig is immutable")
    was, wanted = (source.spec.get("gitOpsRef") for source in (change.old, change.new))
    # A cluster that is managed by another is refused by the webhook already.
    if was is not None and REF(was) != REF(wanted) and self_managed(change.old):
        yield change.obstacle("spec.gitOpsRef", "once cluster.spec.gitOpsRef is set, it is immutable")


def _plugins(source: Source) -> set[str]:
    return set(dig(source.spec, "clusterNetwork.cniConfig") or ())


def _reused_machines(change: Change, known: t.Collection[tuple[str, str]]) -> t.Iterator[Finding]:
    """Control plane and etcd move to a new machine config, never to one that is already there."""
    for part, field in _PARTS:
        was, wanted = (dig(source.data, f"{field}.machineGroupRef") for source in (change.old, change.new))
        if was is None or wanted is None or was.get("name") == wanted.get("name"):
            continue
        kind, name = wanted.get("kind", ""), wanted.get("name", "")
        if kind in _NAME_IS_FREE and (kind, name) in known:
            yield change.obstacle(f"{field}.machineGroupRef", f"{part} {kind} {name} already exists")


def _bare_metal(change: Change) -> t.Iterator[Finding]:
    """Bare metal machines keep their machine configs."""
    if not on_tinkerbell(change):
        return
    field = "spec.controlPlaneConfiguration.machineGroupRef"
    if REF(dig(change.old.data, field)) != REF(dig(change.new.data, field)):
        yield change.obstacle(field, "control plane machine config reference is immutable")
    before = groups(change.old)
    for index, group in enumerate(change.new.spec.get("workerNodeGroupConfigurations", ())):
        earlier = before.get(group.get("name", ""))
        if earlier is not None and REF(earlier.get("machineGroupRef")) != REF(group.get("machineGroupRef")):
            message = f"{group.get('name', '')}: worker node group machine config reference is immutable"
            yield change.obstacle(f"{WORKERS}[{index}].machineGroupRef", message)


def _keys(after: t.Sequence[Source]) -> t.Iterator[Finding]:
    """A key that was generated at creation has to be in the config by now: upgrades do not generate another."""
    for source in after:
        if source.kind not in _WITH_USERS:
            continue
        users = records(dig(source.data, "spec.users"))
        if not any(key for user in users for key in user.get("sshAuthorizedKeys") or ()):
            yield Change(source, source).obstacle("spec.users", "it should contain at least one SSH key")


__all__ = ("refusals",)
