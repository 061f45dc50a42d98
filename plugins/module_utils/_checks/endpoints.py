# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""The two addresses of a cluster: is the vCenter the one that is meant, and is the control plane's endpoint free."""

from __future__ import annotations

import ipaddress

from ansible_collections.eks.anywhere.plugins.module_utils._checks.finding import Finding, found
from ansible_collections.eks.anywhere.plugins.module_utils._config.model import ClusterConfig
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Certificate

ENDPOINT_PORTS = (80, 6443)
"""80 as the vendor's CLI probes it (firewalls let it through most often), 6443 for a cluster that is already there."""


def thumbprint(config: ClusterConfig, certificate: Certificate) -> tuple[Finding, ...]:
    """Whether the server is the one the config means. A certificate that this machine trusts needs no thumbprint."""
    place = config.datacenter
    if place is None or place.insecure or not certificate.problem:
        return ()
    server = f"vCenter {place.server}"
    if not place.thumbprint:
        return (
            found(
                "vsphere.thumbprint_required",
                object=server,
                problem=certificate.problem,
                config=place.name,
                actual=certificate.sha1,
            ),
        )
    if _plain(place.thumbprint) in (_plain(certificate.sha1), _plain(certificate.sha256)):
        return ()
    return (
        found(
            "vsphere.thumbprint_mismatch",
            object=server,
            actual=certificate.sha1,
            wanted=place.thumbprint,
            config=place.name,
        ),
    )


def endpoint(config: ClusterConfig, answering_port: int | None) -> tuple[Finding, ...]:
    """Whether the control plane endpoint is an address that nobody has."""
    if not is_address(config.endpoint):
        return (found("vsphere.endpoint_invalid", object=f"control plane endpoint {config.endpoint}"),)
    if answering_port is None:
        return ()
    return (found("vsphere.endpoint_in_use", object=f"control plane endpoint {config.endpoint}", port=answering_port),)


def is_address(host: str) -> bool:
    """Whether this is a literal IP address."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _plain(thumbprint: str) -> str:
    return "".join(char for char in thumbprint if char.isalnum()).upper()


__all__ = ("ENDPOINT_PORTS", "endpoint", "is_address", "thumbprint")
