# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""The objects that the Cluster refers to: datacenter, machine configs, one namespace for all."""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config import schema
from ansible_collections.eks.anywhere.plugins.module_utils._config.checks.scope import (
    CONTROL_PLANE,
    ETCD,
    Findings,
    Scope,
)

_MACHINE_KINDS: t.Mapping[str, str] = {
    "vsphere": "VSphereMachineConfig",
    "nutanix": "NutanixMachineConfig",
    "tinkerbell": "TinkerbellMachineConfig",
    "snow": "SnowMachineConfig",
    "cloudstack": "CloudStackMachineConfig",
}


def datacenter(scope: Scope) -> Findings:
    """A datacenter of a known kind, in the file."""
    ref = scope.spec.get("datacenterRef", {})
    kind, name = ref.get("kind", ""), ref.get("name", "")
    if kind not in schema.PROVIDERS:
        known = ", ".join(schema.PROVIDERS)
        yield scope.error(
            "spec.datacenterRef.kind", f"provider kind {kind or '(none)'} is not supported; known are {known}"
        )
    elif scope.find(kind, name) is None:
        yield scope.error("spec.datacenterRef.name", f"{kind} {name} not found")


def machine_groups(scope: Scope) -> Findings:
    """Machine configs for all machines, but with docker."""
    if scope.provider in ("docker", ""):
        return
    kind = _MACHINE_KINDS[scope.provider]
    for path, section, words in _sections(scope):
        ref = section.get("machineGroupRef")
        if ref is None:
            yield scope.error(f"{path}.machineGroupRef", f"must specify machineGroupRef {words[0]}")
            continue
        name = ref.get("name", "")
        if ref.get("kind") != kind or scope.find(kind, name) is None:
            message = f"{kind} {name} not found: cannot find {kind} {name} for {words[1]}"
            yield scope.error(f"{path}.machineGroupRef.name", message)


def _sections(scope: Scope) -> t.Iterator[tuple[str, dict[str, t.Any], tuple[str, str]]]:
    yield CONTROL_PLANE, scope.control_plane, ("control plane machines", "control plane")
    for path, group in scope.groups():
        yield path, group, ("for worker nodes", "worker nodes")
    if scope.etcd is not None:
        yield ETCD, scope.etcd, ("for etcd machines", "etcd machines")


def namespaces(scope: Scope) -> Findings:
    """One namespace for the Cluster and all it references."""
    for source in scope.sources:
        key = (source.kind, source.name)
        if source.namespace == scope.cluster.namespace or key not in _referenced(scope) or scope.find(*key) is None:
            continue
        message = f"{source.kind} and Cluster objects must have the same namespace specified"
        yield scope.error("metadata.namespace", message, source=source)


def _referenced(scope: Scope) -> set[tuple[str, str]]:
    refs = [
        scope.spec.get("datacenterRef", {}),
        scope.spec.get("gitOpsRef", {}),
        *scope.spec.get("identityProviderRefs", ()),
        *(section.get("machineGroupRef", {}) for _path, section, _words in _sections(scope)),
    ]
    return {(ref.get("kind", ""), ref.get("name", "")) for ref in refs}


def one_cluster(scope: Scope) -> Findings:
    """One Cluster per file."""
    for source in scope.sources:
        if source.kind == "Cluster" and source is not scope.cluster:
            yield scope.error("kind", "only one Cluster per yaml manifest is allowed", source=source)


CHECKS = (one_cluster, datacenter, machine_groups, namespaces)

__all__ = ("CHECKS",)
