# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""``hostOSConfiguration`` of a machine config: the same rules with every provider that has it."""

from __future__ import annotations

import ipaddress
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config import addresses, certificates, urls

BOTTLEROCKET = "bottlerocket"

Problems = t.Iterator[tuple[str, str]]


def problems(config: t.Mapping[str, t.Any], os_family: str) -> Problems:
    """Path (below ``hostOSConfiguration``) and message of everything wrong."""
    bottlerocket = os_family == BOTTLEROCKET
    yield from _ntp(config.get("ntpConfiguration"))
    yield from _certificates(config.get("certBundles", ()), bottlerocket=bottlerocket)
    yield from _bottlerocket(config.get("bottlerocketConfiguration"), bottlerocket=bottlerocket)


def _ntp(config: dict[str, t.Any] | None) -> Problems:
    if config is None:
        return
    servers = config.get("servers", [])
    if not servers:
        yield "ntpConfiguration.servers", "NTPConfiguration.Servers can not be empty"
    wrong = [server for server in servers if not _is_server(server)]
    if wrong:
        yield "ntpConfiguration.servers", f"ntp servers [{', '.join(wrong)}] is not valid"


def _is_server(server: str) -> bool:
    """A host, perhaps with scheme and port; an IPv6 address may come without brackets."""
    if isinstance(addresses.address(server), ipaddress.IPv6Address):
        return True
    url = urls.parse_request(server if "://" in server else f"udp://{server}")
    return url is not None and bool(url.scheme and url.host)


def _certificates(bundles: t.Sequence[dict[str, t.Any]], *, bottlerocket: bool) -> Problems:
    for index, bundle in enumerate(bundles):
        path = f"certBundles[{index}]"
        if not bottlerocket:
            yield path, 'CertBundles can only be used with osFamily: "bottlerocket"'
        elif not bundle.get("name"):
            yield f"{path}.name", "certBundles name cannot be empty"
        elif problem := certificates.problem(bundle.get("data", "")):
            yield f"{path}.data", problem


def _bottlerocket(config: dict[str, t.Any] | None, *, bottlerocket: bool) -> Problems:
    path = "bottlerocketConfiguration"
    if config is None:
        return
    if not bottlerocket:
        yield path, 'BottlerocketConfiguration can only be used with osFamily: "bottlerocket"'
        return
    kubernetes = config.get("kubernetes", {})
    if "" in kubernetes.get("allowedUnsafeSysctls", ()):
        message = 'BottlerocketConfiguration.Kubernetes.AllowedUnsafeSysctls can not have an empty string ("")'
        yield f"{path}.kubernetes.allowedUnsafeSysctls", message
    for server in kubernetes.get("clusterDNSIPs", ()):
        if addresses.address(server) is None:
            message = f"IP address [{server}] in BottlerocketConfiguration.Kubernetes.ClusterDNSIPs is not a valid IP"
            yield f"{path}.kubernetes.clusterDNSIPs", message
    if kubernetes.get("maxPods", 0) < 0:
        yield f"{path}.kubernetes.maxPods", "BottlerocketConfiguration.Kubernetes.MaxPods can not be negative"
    if "" in config.get("kernel", {}).get("sysctlSettings", {}):
        yield f"{path}.kernel.sysctlSettings", "sysctlSettings key cannot be empty"
    if "" in config.get("boot", {}).get("bootKernelParameters", {}):
        yield f"{path}.boot.bootKernelParameters", "bootKernelParameters key cannot be empty"


__all__ = ("BOTTLEROCKET", "problems")
