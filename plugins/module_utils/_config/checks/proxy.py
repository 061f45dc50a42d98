# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""The HTTP proxy that machines use."""

from __future__ import annotations

import re

from ansible_collections.eks.anywhere.plugins.module_utils._config import addresses, urls
from ansible_collections.eks.anywhere.plugins.module_utils._config.checks.scope import Findings, Scope

_PROXY = "spec.proxyConfiguration"
_NAME = re.compile(
    r"(?=.{1,253}\Z)[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?)*\.?"
)


def proxy(scope: Scope) -> Findings:
    """Both addresses, each with host and port."""
    config = scope.spec.get("proxyConfiguration")
    if config is None:
        return
    for field in ("httpProxy", "httpsProxy"):
        address, path = config.get(field, ""), f"{_PROXY}.{field}"
        problem = _problem(address) if address else f"no value set for {field}"
        if problem:
            yield scope.error(path, problem)


def _problem(address: str) -> str:
    host_and_port = address
    if address.startswith("http"):
        url = urls.parse_request(address)
        if url is None:
            return f"proxy {address} is invalid, please provide a valid URI"
        host_and_port = url.host
    parts = urls.host_and_port(host_and_port)
    if parts is None:
        advice = "write it as host:port; please provide a valid proxy address"
        return f"proxy endpoint {address} is invalid (missing port in address), {advice}"
    host, port = parts
    if not _is_host(host):
        return f"proxy endpoint {host} is invalid, please provide a valid proxy domain name or ip"
    if urls.port(port) is None:
        return f"proxy port {port} is invalid, please provide a valid proxy port"
    return ""


def _is_host(host: str) -> bool:
    """An address, or a name that could resolve; one made of numbers alone cannot."""
    if addresses.address(host.partition("%")[0]) is not None:
        return True
    return bool(_NAME.fullmatch(host)) and not re.fullmatch(r"[\d.]+", host)


CHECKS = (proxy,)

__all__ = ("CHECKS",)
