# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Operating systems of bare metal machines: one family per cluster, and images that fit the versions of Kubernetes."""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config import versions
from ansible_collections.eks.anywhere.plugins.module_utils._config.checks import host_os
from ansible_collections.eks.anywhere.plugins.module_utils._config.checks.scope import (
    CONTROL_PLANE,
    ETCD,
    Data,
    Findings,
    Scope,
)
from ansible_collections.eks.anywhere.plugins.module_utils._config.checks.tinkerbell import DATACENTER, MACHINE
from ansible_collections.eks.anywhere.plugins.module_utils._config.reading import Source

_LAST_BOTTLEROCKET = (1, 28)


def _sections(scope: Scope) -> t.Iterator[tuple[str, Data, str, str]]:
    """Path, content, words, and version of Kubernetes of every part of the cluster that has machines."""
    wide = scope.spec.get("kubernetesVersion", "")
    yield CONTROL_PLANE, scope.control_plane, "control plane", wide
    if scope.etcd is not None:
        yield ETCD, scope.etcd, "etcd", wide
    for path, group in scope.groups():
        yield path, group, "worker node group", group.get("kubernetesVersion") or wide


def families(scope: Scope) -> Findings:
    """Everything runs what the control plane runs."""
    control_plane = scope.machine(MACHINE, scope.control_plane)
    if control_plane is None:
        return
    wanted = control_plane.spec.get("osFamily", "")
    for path, section, words, version in _sections(scope):
        source = scope.machine(MACHINE, section)
        if source is None:
            continue
        family = source.spec.get("osFamily", "")
        if family and family != wanted:
            message = f"{words} osFamily cannot be different from control plane osFamily"
            yield scope.obstacle("spec.osFamily", message, source=source)
        if family == host_os.BOTTLEROCKET and (versions.kubernetes(version) or (0, 0)) > _LAST_BOTTLEROCKET:
            message = "tinkerbell provider does not support K8s version 1.29+ for BottleRocket OS"
            yield scope.obstacle(f"{path}.machineGroupRef", f"machineGroupRef {source.name}: {message}")


def urls(scope: Scope) -> Findings:
    """One image for all, or one in each machine config; its name says for which Kubernetes it is."""
    datacenter = scope.datacenter(DATACENTER)
    if datacenter is None:
        return
    common, path = datacenter.spec.get("osImageURL", ""), "spec.osImageURL"
    for source in scope.machines(MACHINE):
        own = source.spec.get("osImageURL", "")
        if own and common:
            message = "cannot specify OSImageURL on both TinkerbellMachineConfig's and TinkerbellDatacenterConfig"
            yield scope.obstacle(path, message, source=source)
        elif not own and not common and source.spec.get("osFamily") != host_os.BOTTLEROCKET:
            message = f"missing OSImageURL on {MACHINE} '{source.name}'; please use bottlerocket as osFamily"
            yield scope.obstacle(path, f"{message} for auto-importing or provide a valid osImageURL", source=source)
    yield from _versions(scope, datacenter)


def _versions(scope: Scope, datacenter: Source) -> Findings:
    common = datacenter.spec.get("osImageURL", "")
    wanted = {(datacenter.name, version): (datacenter, version) for _source, version in scope.versions(MACHINE)}
    for source, version in wanted.values() if common else scope.versions(MACHINE):
        url = source.spec.get("osImageURL", "")
        if url and not versions.named_in(version, url):
            where = "OSImageURL" if common else f"machine config {source.name} OSImageURL"
            message = f"missing kube version from {where}: url={url}, version={version}"
            yield scope.obstacle("spec.osImageURL", message, source=source)


CHECKS = (families, urls)

__all__ = ("CHECKS",)
