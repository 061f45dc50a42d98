# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Name, versions, control plane, etcd: how the cluster is laid out."""

from __future__ import annotations

import ipaddress
import re

from ansible_collections.eks.anywhere.plugins.module_utils._config import versions
from ansible_collections.eks.anywhere.plugins.module_utils._config.checks import labels
from ansible_collections.eks.anywhere.plugins.module_utils._config.checks.scope import (
    CONTROL_PLANE,
    ETCD,
    Findings,
    Scope,
)

_NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9-]+")
_MAX_NAME = 35
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9][a-z0-9-]{0,61}[a-z0-9]")
_OIDC_FLAGS = (
    "oidc-issuer-url",
    "oidc-client-id",
    "oidc-groups-claim",
    "oidc-groups-prefix",
    "oidc-required-claim",
    "oidc-username-claim",
    "oidc-username-prefix",
)


def name_problems(own: str) -> list[str]:
    """What keeps a name from being one of a cluster: every derived name must be valid, too."""
    problems = []
    if not _NAME.fullmatch(own):
        problems.append(
            f"{own} is not a valid cluster name, cluster names must start with lowercase/uppercase letters and can "
            "include numbers and dashes. For instance 'testCluster-123' is a valid name but '123testCluster' is not."
        )
    if len(own) > _MAX_NAME:
        problems.append(f"number of characters in {own} should be less than {_MAX_NAME + 1}")
    return problems


def name(scope: Scope) -> Findings:
    """A valid name."""
    for problem in name_problems(scope.cluster.name):
        yield scope.error("metadata.name", f"failed to validate cluster config name: {problem}")


def kubernetes_version(scope: Scope) -> Findings:
    """A version is written, as ``1.NN``."""
    version = scope.spec.get("kubernetesVersion", "")
    if not re.fullmatch(r"1\.\d{1,3}", version):
        yield scope.obstacle("spec.kubernetesVersion", "kubernetes version must be of the form 1.NN")


def eksa_version(scope: Scope) -> Findings:
    """One way alone to name the release, and a readable one."""
    if "eksaVersion" not in scope.spec:
        return
    if "bundlesRef" in scope.spec:
        yield scope.error(
            "spec.eksaVersion",
            "cannot pass both bundlesRef and eksaVersion. New clusters should use eksaVersion instead of bundlesRef",
        )
    if versions.semver(scope.spec["eksaVersion"]) is None:
        yield scope.error("spec.eksaVersion", "eksaVersion is not a valid semver")


def endpoint(scope: Scope) -> Findings:
    """The address of the API: needed everywhere but with docker, where it is not the user's to choose."""
    path = f"{CONTROL_PLANE}.endpoint.host"
    host = scope.control_plane.get("endpoint", {}).get("host", "")
    if scope.provider == "docker":
        if "endpoint" in scope.control_plane:
            yield scope.error(path, "specifying endpoint host configuration in Cluster is not supported")
    elif not host:
        yield scope.error(path, "cluster controlPlaneConfiguration.Endpoint.Host is not set or is empty")
    elif scope.provider in ("vsphere", "nutanix") and not _is_ip(host):
        message = f"cluster controlPlaneConfiguration.Endpoint.Host is invalid: {host}; it must be an IP address"
        yield scope.obstacle(path, message)


def control_plane_count(scope: Scope) -> Findings:
    """Positive, and odd when etcd lives on the control plane."""
    count, path = scope.control_plane.get("count", 0), f"{CONTROL_PLANE}.count"
    if count <= 0:
        yield scope.error(path, "control plane node count must be positive")
    elif scope.etcd is not None:
        return
    elif count % 2 == 0:
        yield scope.error(path, "control plane node count cannot be an even number when using stacked etcd topology")
    elif count not in (3, 5) and scope.provider != "docker":
        yield scope.warning(path, "The recommended number of control plane nodes is 3 or 5")


def etcd_count(scope: Scope) -> Findings:
    """Positive and odd."""
    if scope.etcd is None:
        return
    if scope.provider == "tinkerbell":
        yield scope.error(ETCD, "tinkerbell external etcd configuration is unsupported")
    count, path = scope.etcd.get("count", 0), f"{ETCD}.count"
    if count == 0:
        yield scope.error(path, "no value set for etcd replicas")
    elif count < 0:
        yield scope.error(path, "etcd replicas cannot be a negative number")
    elif count % 2 == 0:
        yield scope.error(path, "external etcd count cannot be an even number")
    elif count not in (3, 5) and scope.provider != "docker":
        yield scope.warning(path, "The recommended size of an external etcd cluster is 3 or 5")


def control_plane_labels(scope: Scope) -> Findings:
    """Labels that Kubernetes takes."""
    path = f"{CONTROL_PLANE}.labels"
    for problem in labels.problems(scope.control_plane.get("labels", {})):
        yield scope.error(path, f"labels for control plane not valid: found following errors with labels: {problem}")


def control_plane_rollout(scope: Scope) -> Findings:
    """How control plane machines are replaced."""
    strategy = scope.control_plane.get("upgradeRolloutStrategy")
    if strategy is None:
        return
    path = f"{CONTROL_PLANE}.upgradeRolloutStrategy"
    rolling = strategy.get("rollingUpdate")
    surge = (rolling or {}).get("maxSurge", 0)
    kind = strategy.get("type", "")
    if kind == "RollingUpdate":
        if surge < 0:
            message = "ControlPlaneConfiguration: maxSurge for control plane cannot be a negative value"
            yield scope.error(f"{path}.rollingUpdate.maxSurge", message)
        elif surge > 1:
            message = "ControlPlaneConfiguration: maxSurge for control plane must be 0 or 1"
            yield scope.error(f"{path}.rollingUpdate.maxSurge", message)
    elif kind == "InPlace":
        yield from _in_place(scope, path, has_rolling=rolling is not None)
    else:
        message = "only 'RollingUpdate' and 'InPlace' are supported for upgrade rollout strategy type"
        yield scope.error(f"{path}.type", f"ControlPlaneConfiguration: {message}")


def _in_place(scope: Scope, path: str, *, has_rolling: bool) -> Findings:
    if has_rolling:
        message = "RollingUpdate field must be empty for 'InPlace' upgrade rollout strategy type"
        yield scope.error(f"{path}.rollingUpdate", f"ControlPlaneConfiguration: {message}")
    if scope.provider == "vsphere":
        if not scope.feature("VSPHERE_IN_PLACE_UPGRADE"):
            yield scope.error(f"{path}.type", "in place upgrades are not supported on vSphere")
        elif scope.etcd is not None:
            yield scope.error(f"{path}.type", "stacked etcd must be configured when performing in place upgrades")
    elif scope.provider != "tinkerbell":
        message = "'InPlace' upgrade rollout strategy type is only supported on Bare Metal"
        yield scope.error(f"{path}.type", f"ControlPlaneConfiguration: {message}")


def cert_sans(scope: Scope) -> Findings:
    """Each one an address or a domain name."""
    wrong = [san for san in scope.control_plane.get("certSans", ()) if not _is_ip(san) and not _DOMAIN.search(san)]
    if wrong:
        message = "invalid ControlPlaneConfiguration.CertSANs; must be an IP or domain name"
        yield scope.error(f"{CONTROL_PLANE}.certSans", f"{message}: [{', '.join(wrong)}]")


def api_server_extra_args(scope: Scope) -> Findings:
    """Behind a switch, and not those that an OIDCConfig sets."""
    path, extra = f"{CONTROL_PLANE}.apiServerExtraArgs", scope.control_plane.get("apiServerExtraArgs")
    if extra is None:
        return
    if not scope.feature("API_SERVER_EXTRA_ARGS_ENABLED"):
        message = "configuring APIServerExtraArgs is not supported. Set env var API_SERVER_EXTRA_ARGS_ENABLED to enable"
        yield scope.error(path, message)
    uses_oidc = any(ref.get("kind") == "OIDCConfig" for ref in scope.spec.get("identityProviderRefs", ()))
    if uses_oidc and any(flag in extra for flag in _OIDC_FLAGS):
        message = (
            "the following flags cannot be configured if OIDCConfig is configured for "
            f"cluster.spec.identityProviderRefs: {list(_OIDC_FLAGS)}. Remove from apiServerExtraArgs"
        )
        yield scope.error(path, message)


def packages(scope: Scope) -> Findings:
    """Curated packages are set up by the management cluster."""
    if scope.self_managed:
        return
    for section in ("controller", "cronjob"):
        if section in scope.spec.get("packages", {}):
            message = f"packages: {section} should not be specified for a workload cluster"
            yield scope.error(f"spec.packages.{section}", message)


def _is_ip(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


CHECKS = (
    name,
    kubernetes_version,
    endpoint,
    control_plane_count,
    etcd_count,
    control_plane_rollout,
    control_plane_labels,
    eksa_version,
    cert_sans,
    api_server_extra_args,
    packages,
)

__all__ = ("CHECKS", "name_problems")
