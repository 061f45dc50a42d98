# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Values of the Cilium chart, and the policies that keep a cluster working when the default is to deny."""

from __future__ import annotations

import copy
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config import machinery
from ansible_collections.eks.anywhere.plugins.module_utils._config.model import Cilium, ClusterConfig

Obj = dict[str, t.Any]

_MANAGEMENT = (machinery.EKSA, machinery.CAPI[0], machinery.CERT_MANAGER, *machinery.CAPI[1:], *machinery.ETCD)
"""In the order of upstream."""
_TOLERATED = ("node-role.kubernetes.io/control-plane", "node.kubernetes.io/not-ready", "node.cilium.io/agent-not-ready")


def cilium_values(config: ClusterConfig, *, agent_image: str, operator_image: str) -> dict[str, t.Any]:
    """Chart values; ``helmValues`` of the cluster config replace all of them, image coordinates included."""
    options = config.cilium or Cilium()
    if options.helm_values is not None:
        return copy.deepcopy(dict(options.helm_values))
    values: dict[str, t.Any] = {
        "cni": {"chainingMode": "portmap"},
        "ipam": {"mode": "kubernetes"},
        "identityAllocationMode": "crd",
        "prometheus": {"enabled": True},
        "rollOutCiliumPods": True,
        "image": _image(agent_image),
        "operator": _operator(config, operator_image),
        "envoy": {"enabled": False},
        **_routing(options),
    }
    if options.policy_mode:
        values["policyEnforcementMode"] = options.policy_mode
    if options.egress_masquerade_interfaces:
        values["egressMasqueradeInterfaces"] = options.egress_masquerade_interfaces
    if options.cni_exclusive is not None:
        values["cni"]["exclusive"] = options.cni_exclusive
    return values


def preflight_values(values: t.Mapping[str, t.Any], *, agent_image: str) -> dict[str, t.Any]:
    """The same values for the chart's preflight alone: pods that show on every node that the new version can come."""
    found = copy.deepcopy(dict(values))
    found["preflight"] = {
        **(found.get("preflight") or {}),
        "enabled": True,
        "image": _image(agent_image),
        "tolerations": [{"operator": "Exists"}],
    }
    return {**found, "agent": False, "operator": {**(found.get("operator") or {}), "enabled": False}}


def allow_policies(config: ClusterConfig, values: t.Mapping[str, t.Any]) -> list[Obj]:
    """With policy mode ``always``: namespaces of the machinery and a policy in each that lets all traffic pass."""
    if values.get("policyEnforcementMode") != "always":
        return []
    objects = [_allow_all("kube-system")]
    if not config.self_managed:
        return objects
    flux = ("flux-system",) if config.gitops else ()
    for namespace in (*_MANAGEMENT, *flux, machinery.INFRASTRUCTURE[config.provider]):
        objects.append({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}})
        objects.append(_allow_all(namespace))
    return objects


def _routing(options: Cilium) -> dict[str, t.Any]:
    if options.routing_mode != "direct":
        return {"routingMode": "tunnel", "tunnelProtocol": "geneve"}
    routing: dict[str, t.Any] = {"routingMode": "native", "autoDirectNodeRoutes": "true"}
    if options.ipv4_native_routing_cidr:
        routing["ipv4NativeRoutingCIDR"] = options.ipv4_native_routing_cidr
    if options.ipv6_native_routing_cidr:
        routing["ipv6NativeRoutingCIDR"] = options.ipv6_native_routing_cidr
    return routing


def _operator(config: ClusterConfig, image: str) -> dict[str, t.Any]:
    coordinates = _image(image)
    # The chart adds the suffix of the cloud, "-generic" for none.
    coordinates["repository"] = coordinates["repository"].removesuffix("-generic")
    operator: dict[str, t.Any] = {
        "image": coordinates,
        "prometheus": {"enabled": True},
        "tolerations": [{"key": key, "operator": "Exists"} for key in _TOLERATED],
    }
    if not config.workers and config.control_plane.count == 1:
        operator["replicas"] = 1
    return operator


def _image(reference: str) -> dict[str, t.Any]:
    repository, _separator, tag = reference.rpartition(":")
    return {"repository": repository, "tag": tag}


def _allow_all(namespace: str) -> Obj:
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": f"allow-all-{namespace}", "namespace": namespace},
        "spec": {"podSelector": {}, "ingress": [{}], "egress": [{}], "policyTypes": ["Ingress", "Egress"]},
    }


__all__ = ("allow_policies", "cilium_values", "preflight_values")
