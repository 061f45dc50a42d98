# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""What the Cluster's webhook refuses, versions aside."""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config.checks.scope import ETCD, WORKERS, Data, dig
from ansible_collections.eks.anywhere.plugins.module_utils._config.comparing.change import (
    Change,
    Rule,
    exact,
    immutable,
    number,
    paused,
    pointer,
    strings,
    struct,
    text,
)
from ansible_collections.eks.anywhere.plugins.module_utils._config.finding import Finding
from ansible_collections.eks.anywhere.plugins.module_utils._config.reading import Source

REF = pointer(kind=text, name=text)

_ENDPOINT = "spec.controlPlaneConfiguration.endpoint"
_DEFAULT_PORT = "6443"
_NO_SCALING = "cannot perform scale up or down during rolling upgrades"
_PROXY = pointer(httpProxy=text, httpsProxy=text, noProxy=strings)

_FIELDS: tuple[Rule, ...] = (
    immutable("spec.datacenterRef", struct(kind=text, name=text), unless=paused),
    immutable("spec.clusterNetwork.pods", struct(cidrBlocks=strings), unless=paused),
    immutable("spec.clusterNetwork.services", struct(cidrBlocks=strings), unless=paused),
    immutable("spec.clusterNetwork.dns.resolvConf", pointer(path=text), unless=paused, named="spec.clusterNetwork.dns"),
    immutable("spec.clusterNetwork.nodes", pointer(cidrMaskSize=lambda size: size), unless=paused),
    immutable("spec.proxyConfiguration", _PROXY, unless=paused),
)


def self_managed(source: Source) -> bool:
    """Whether a Cluster document is one that manages itself."""
    return dig(source.spec, "managementCluster.name") in (None, "", source.name)


def groups(source: Source) -> dict[str, Data]:
    """Worker groups by name."""
    return {group.get("name", ""): group for group in source.spec.get("workerNodeGroupConfigurations", ())}


def iam_config(source: Source) -> str:
    """Name of the AWSIamConfig that a Cluster document refers to; empty when none."""
    refs = source.spec.get("identityProviderRefs", ())
    return next((str(ref.get("name", "")) for ref in refs if ref.get("kind") == "AWSIamConfig"), "")


def on_tinkerbell(change: Change) -> bool:
    """Whether the machines are bare metal."""
    return bool(dig(change.new.spec, "datacenterRef.kind") == "TinkerbellDatacenterConfig")


def _management(change: Change) -> t.Iterator[Finding]:
    if paused(change) or (self_managed(change.old) and self_managed(change.new)):
        return
    field = "spec.managementCluster"
    if text(dig(change.old.data, f"{field}.name")) != text(dig(change.new.data, f"{field}.name")):
        yield change.refused(field)


def _endpoint(change: Change) -> t.Iterator[Finding]:
    """On CloudStack the default port may be written or not."""
    old, new = (dig(source.data, _ENDPOINT) for source in (change.old, change.new))
    if paused(change) or pointer(host=text)(old) == pointer(host=text)(new):
        return
    tolerant = dig(change.new.spec, "datacenterRef.kind") == "CloudStackDatacenterConfig" and None not in (old, new)
    if not tolerant or _with_port(old.get("host", "")) != _with_port(new.get("host", "")):
        yield change.refused(_ENDPOINT)


def _with_port(host: str) -> str:
    return host if ":" in host else f"{host}:{_DEFAULT_PORT}"


def _etcd(change: Change) -> t.Iterator[Finding]:
    was, wanted = ("externalEtcdConfiguration" in source.spec for source in (change.old, change.new))
    if paused(change) or was == wanted:
        return
    path = "stacked to external" if wanted else "external to stacked"
    yield change.refused(ETCD, f"cannot switch from {path} etcd topology")


def _gitops(change: Change) -> t.Iterator[Finding]:
    if not paused(change) and not self_managed(change.old):
        yield from immutable("spec.gitOpsRef", REF)(change)


def _iam(change: Change) -> t.Iterator[Finding]:
    """It may come and go, but not be exchanged for another."""
    before, after = iam_config(change.old), iam_config(change.new)
    if not paused(change) and before and after and before != after:
        yield change.refused("spec.identityProviderRefs", "AWSIamConfig: field is immutable")


def _bare_metal_nodes(change: Change) -> t.Iterator[Finding]:
    """Labels and taints of bare metal nodes stay."""
    if paused(change) or not on_tinkerbell(change):
        return
    for name in ("labels", "taints"):
        yield from immutable(f"spec.controlPlaneConfiguration.{name}", exact)(change)
    before = groups(change.old)
    for index, group in enumerate(change.new.spec.get("workerNodeGroupConfigurations", ())):
        earlier = before.get(group.get("name", ""))
        for name in ("labels", "taints") if earlier is not None else ():
            if exact(dig(earlier or {}, name)) != exact(group.get(name)):
                yield change.refused(f"{WORKERS}[{index}].{name}")


def _bare_metal_scale(change: Change) -> t.Iterator[Finding]:
    """Bare metal clusters do not change their size while their version rises."""
    old, new = change.old.spec, change.new.spec
    if not on_tinkerbell(change) or old.get("kubernetesVersion") == new.get("kubernetesVersion"):
        return
    count = "controlPlaneConfiguration.count"
    if number(dig(old, count)) != number(dig(new, count)):
        message = f"{_NO_SCALING}. Previous control plane node count {number(dig(old, count))}"
        yield change.refused(f"spec.{count}", message)
    before = groups(change.old)
    if len(before) != len(groups(change.new)):
        yield change.refused(WORKERS, f"{_NO_SCALING}. Please revert to the previous worker node groups.")
    for index, group in enumerate(new.get("workerNodeGroupConfigurations", ())):
        name = group.get("name", "")
        if name not in before:
            message = f"{_NO_SCALING}. Please remove the new worker node group {name}"
            yield change.refused(f"{WORKERS}[{index}]", message)
        elif number(before[name].get("count")) != number(group.get("count")):
            message = f"{_NO_SCALING}. Previous worker node count {number(before[name].get('count'))}"
            yield change.refused(f"{WORKERS}[{index}].count", message)


RULES: tuple[Rule, ...] = (
    _bare_metal_scale,
    _management,
    _endpoint,
    *_FIELDS,
    _etcd,
    _gitops,
    _bare_metal_nodes,
    _iam,
)

__all__ = ("REF", "RULES", "groups", "iam_config", "on_tinkerbell", "self_managed")
