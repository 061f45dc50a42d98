# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""``hostOSConfiguration`` of a machine config: the same rules with every provider that has it."""

from __future__ import annotations

import ipaddress
import re
import typing as t
import urllib.parse

from ansible_collections.eks.anywhere.plugins.module_utils._config import addresses

BOTTLEROCKET = "bottlerocket"
_CERTIFICATE = re.compile(
    r"-----BEGIN CERTIFICATE-----\s+(?:[A-Za-z0-9+/=]+\s+)+-----END CERTIFICATE-----", re.MULTILINE
)

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
    try:
        parts = urllib.parse.urlsplit(server if "://" in server else f"udp://{server}")
        port_is_valid = parts.port is None or parts.port >= 0
    except ValueError:
        return False
    return bool(parts.scheme and parts.netloc) and port_is_valid and not re.search(r"[\s<>\"^`{|}\\]", parts.netloc)


def _certificates(bundles: t.Sequence[dict[str, t.Any]], *, bottlerocket: bool) -> Problems:
    for index, bundle in enumerate(bundles):
        path = f"certBundles[{index}]"
        if not bottlerocket:
            yield path, 'CertBundles can only be used with osFamily: "bottlerocket"'
        elif not bundle.get("name"):
            yield f"{path}.name", "certBundles name cannot be empty"
        elif not _CERTIFICATE.search(bundle.get("data", "") + "\n"):
            yield f"{path}.data", "failed to parse certificate PEM"


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
