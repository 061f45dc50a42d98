# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Pod and service networks, and the CNI."""

from __future__ import annotations

import ipaddress
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config.checks.scope import (
    NETWORK,
    Data,
    Findings,
    Scope,
    dig,
)

_NODE_MASK = 24
_MAX_MASK_DIFFERENCE = 16
_POLICY_MODES = ("default", "always", "never")

Network = t.Union[ipaddress.IPv4Network, ipaddress.IPv6Network]


def blocks(scope: Scope) -> Findings:
    """Exactly one CIDR block each, and room for the nodes' blocks in that of the pods."""
    network = scope.spec.get("clusterNetwork", {})
    for section, word, advice in (
        ("pods", "Pods", "pod subnet"),
        ("services", "Services", "service subnet"),
    ):
        path, found = f"{NETWORK}.{section}.cidrBlocks", dig(network, f"{section}.cidrBlocks") or []
        if not found:
            yield scope.error(path, f"{section} CIDR block not specified or empty")
        elif len(found) > 1:
            yield scope.error(path, f"multiple CIDR blocks for {word} are not yet supported")
        elif _parsed(found[0]) is None:
            kind = "invalid CIDR block format for Pods" if section == "pods" else "invalid CIDR block for Services"
            yield scope.error(path, f"{kind}: {found[0]}. Please specify a valid CIDR block for {advice}")
    yield from _node_mask(scope, network)


def _node_mask(scope: Scope, network: Data) -> Findings:
    pods = _parsed((dig(network, "pods.cidrBlocks") or [""])[0])
    if pods is None:
        return
    wanted = dig(network, "nodes.cidrMaskSize")
    node = _NODE_MASK if wanted is None else wanted
    path = f"{NETWORK}.nodes.cidrMaskSize" if wanted is not None else f"{NETWORK}.pods.cidrBlocks"
    if pods.prefixlen >= node:
        message = (
            f"the size of pod subnet with mask {pods.prefixlen} is smaller than or equal to the size of node subnet"
        )
        yield scope.error(path, f"{message} with mask {node}")
    elif node - pods.prefixlen > _MAX_MASK_DIFFERENCE:
        message = f"pod subnet mask ({pods.prefixlen}) and node-mask ({node}) difference"
        yield scope.error(path, f"{message} is greater than {_MAX_MASK_DIFFERENCE}")


def plugin(scope: Scope) -> Findings:
    """Exactly one CNI, written one way."""
    network = scope.spec.get("clusterNetwork", {})
    config, path = network.get("cniConfig"), f"{NETWORK}.cniConfig"
    if scope.provider != "docker" and (network.get("cni") == "kindnetd" or "kindnetd" in (config or {})):
        message = "kindnetd is only supported on Docker provider for development and testing."
        yield scope.error(path, f"{message} For all other providers please use Cilium CNI")
    if "cni" in network and config is not None:
        message = "both old and new formats used, use only the CNIConfig field"
        yield scope.error(f"{NETWORK}.cni", f"invalid format for cni plugin: {message}")
    elif "cni" in network:
        message = f"validating cniConfig: no cni plugin specified: cni {network['cni']} not supported"
        yield scope.error(f"{NETWORK}.cni", message)
    elif not config:
        yield scope.error(path, "validating cniConfig: no cni plugin specified (cni not specified)")
    elif len(config) > 1:
        yield scope.error(path, "validating cniConfig: cannot specify more than one cni plugins")


def cilium(scope: Scope) -> Findings:
    """Options of Cilium that exclude or need each other."""
    options, path = dig(scope.spec, "clusterNetwork.cniConfig.cilium"), f"{NETWORK}.cniConfig.cilium"
    if options is None:
        return
    mode = options.get("policyEnforcementMode", "")
    if options.get("skipUpgrade") and mode:
        message = "validating cniConfig: when using skipUpgrades for cilium all other fields must be empty"
        yield scope.error(f"{path}.policyEnforcementMode", message)
    if options.get("routingMode") == "direct" and not options.get("ipv4NativeRoutingCIDR"):
        message = "validating cniConfig: direct routing mode requires IPv4NativeRoutingCIDR to be set"
        yield scope.error(f"{path}.ipv4NativeRoutingCIDR", message)
    if mode and mode not in _POLICY_MODES:
        message = f'validating cniConfig: cilium policyEnforcementMode "{mode}" not supported'
        yield scope.error(f"{path}.policyEnforcementMode", f"{message}, only {', '.join(_POLICY_MODES)}")


def _parsed(block: str) -> Network | None:
    """A CIDR block as Go reads it: with a prefix, host bits allowed."""
    if "/" not in block:
        return None
    try:
        return ipaddress.ip_network(block, strict=False)
    except ValueError:
        return None


CHECKS = (blocks, plugin, cilium)

__all__ = ("CHECKS",)
