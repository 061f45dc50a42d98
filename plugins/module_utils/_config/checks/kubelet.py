# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""What users may tell kubelet, the audit log and etcd's encryption."""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config import composing, shapes, urls
from ansible_collections.eks.anywhere.plugins.module_utils._config.checks.scope import (
    CONTROL_PLANE,
    Data,
    Findings,
    Scope,
)

_ENCRYPTION = "spec.etcdEncryption"
_BOTTLEROCKET = frozenset(name.lower() for name in ("kind", "apiVersion", *shapes.BOTTLEROCKET_KUBERNETES.names))
_ENCRYPTING = ("vsphere", "nutanix", "cloudstack")


def kubelet(scope: Scope) -> Findings:
    """The provider's identity of a node is not the user's to set."""
    for path, section in _sections(scope):
        if "providerID" in section.get("kubeletConfiguration", {}):
            message = "can not override providerID or cloudProvider (set by EKS Anywhere)"
            yield scope.error(f"{path}.kubeletConfiguration.providerID", message)


def bottlerocket(scope: Scope) -> Findings:
    """Where any machine runs Bottlerocket, every KubeletConfiguration keeps to what that can set."""
    refs = (section.get("machineGroupRef", {}) for _path, section in _sections(scope))
    machines = (scope.find("VSphereMachineConfig", ref.get("name", "")) for ref in refs)
    if not any(machine is not None and machine.spec["osFamily"] == "bottlerocket" for machine in machines):
        return
    for path, section in _sections(scope):
        for name in section.get("kubeletConfiguration", {}):
            if name.lower() not in _BOTTLEROCKET:
                message = f'unmarshaling KubeletConfiguration for Bottlerocket: unknown field "{name}"'
                yield scope.error(f"{path}.kubeletConfiguration.{name}", message)


def _sections(scope: Scope) -> list[tuple[str, Data]]:
    return [(CONTROL_PLANE, scope.control_plane), *scope.groups()]


def audit_policy(scope: Scope) -> Findings:
    """A policy that is YAML."""
    content = scope.control_plane.get("auditPolicyContent", "")
    if not content:
        return
    problem = composing.syntax(content)
    if problem:
        yield scope.error(f"{CONTROL_PLANE}.auditPolicyContent", f"invalid YAML in auditPolicyContent: {problem}")


def encryption(scope: Scope) -> Findings:
    """One configuration with one KMS provider."""
    configs = scope.spec.get("etcdEncryption")
    if configs is None:
        return
    if scope.provider not in _ENCRYPTING:
        message = f"etcdEncryption is currently not supported for the provider: {scope.datacenter_kind}"
        yield scope.error(_ENCRYPTION, message)
    if not configs:
        yield scope.error(_ENCRYPTION, "etcdEncryption cannot be empty")
    if len(configs) > 1:
        message = "etcdEncryption config is invalid, only 1 encryption config is supported currently"
        yield scope.error(_ENCRYPTION, message)
    for index, config in enumerate(configs):
        for field, problem in _encryption(config):
            yield scope.error(f"{_ENCRYPTION}[{index}].{field}", f"etcdEncryption[{index}].{problem}")


def _encryption(config: dict[str, t.Any]) -> t.Iterator[tuple[str, str]]:
    """Field and problem of one configuration."""
    providers = config.get("providers", ())
    if not providers:
        yield "providers", "providers cannot be empty"
    if len(providers) > 1:
        yield "providers", "providers in invalid, only 1 encryption provider is currently supported"
    for number, provider in enumerate(providers):
        for problem in _kms(provider.get("kms")):
            yield f"providers[{number}].kms", f"providers[{number}] is invalid: {problem}"
    if not config.get("resources"):
        yield "resources", "resources cannot be empty"


def _kms(kms: dict[str, t.Any] | None) -> t.Iterator[str]:
    if kms is None:
        yield "kms cannot be nil"
        return
    if not kms.get("name"):
        yield "kms.name cannot be empty"
    address = kms.get("socketListenAddress", "")
    url = urls.parse(address)
    if not address:
        yield "kms.socketListenAddress cannot be empty"
    elif url is None:
        yield f"kms.socketListenAddress is malformed: {address}"
    elif url.scheme != "unix":
        yield f"kms.socketListenAddress has unsupported scheme: {url.scheme}"


CHECKS = (kubelet, bottlerocket, audit_policy, encryption)

__all__ = ("CHECKS",)
