# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Which proxy leads to a server: ``HTTPS_PROXY`` and ``NO_PROXY`` of the environment, read as the vendor's CLI does."""

from __future__ import annotations

import base64
import dataclasses
import ipaddress
import typing as t
import urllib.parse

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError

DEFAULT_PORT = 80


@dataclasses.dataclass(frozen=True)
class Proxy:
    """Where it listens, and what it is to be told about us. The secret is in no message and no representation."""

    host: str
    port: int
    authorization: str = dataclasses.field(default="", repr=False)

    @property
    def name(self) -> str:
        """Host and port, for people."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def proxy_for(host: str, port: int, environ: t.Mapping[str, str]) -> Proxy | None:
    """The proxy for HTTPS to that server; None when it is reached directly."""
    url = _variable("HTTPS_PROXY", environ)
    if not url or _is_own(host) or _is_exempt(host, port, _variable("NO_PROXY", environ)):
        return None
    return _parsed(url)


def _variable(name: str, environ: t.Mapping[str, str]) -> str:
    return (environ.get(name) or environ.get(name.lower()) or "").strip()


def _parsed(url: str) -> Proxy:
    """``http://user:password@host:port``, of which only the host has to be there."""
    try:
        parts = urllib.parse.urlsplit(url if "://" in url else f"http://{url}")
        host, port = parts.hostname or "", parts.port or DEFAULT_PORT
    except ValueError:
        host, port, parts = "", 0, urllib.parse.urlsplit("")
    if parts.scheme != "http" or not host:
        raise EksaError(
            "HTTPS_PROXY is no URL of an HTTP proxy.",
            code="vsphere.proxy_invalid",
            hint="Set HTTPS_PROXY to a URL like http://proxy.example.com:3128, or name the vCenter in NO_PROXY.",
        )
    return Proxy(host, port, _basic(parts.username, parts.password))


def _basic(user: str | None, password: str | None) -> str:
    if user is None:
        return ""
    plain = f"{urllib.parse.unquote(user)}:{urllib.parse.unquote(password or '')}"
    return "Basic " + base64.b64encode(plain.encode()).decode()


def _is_own(host: str) -> bool:
    """This machine itself, to which no proxy leads."""
    address = _address(host)
    return host.lower() == "localhost" or (address is not None and address.is_loopback)


def _is_exempt(host: str, port: int, exempt: str) -> bool:
    """Whether an entry of ``NO_PROXY`` fits: ``*``, a network, an address, or a domain with all below it.

    A leading dot leaves out the domain itself, a port at the end limits the entry to it.
    """
    return any(_fits(host.lower().rstrip("."), port, entry.strip().lower()) for entry in exempt.split(","))


def _fits(host: str, port: int, entry: str) -> bool:
    if entry in ("", "*"):
        return entry == "*"
    address = _address(host)
    if address is not None and (network := _network(entry)) is not None:
        return address in network
    name, colon, digits = entry.rpartition(":")
    if colon and digits.isdigit():
        if int(digits) != port:
            return False
        entry = name.strip("[]")
    if address is not None:
        return _address(entry) == address
    return host.endswith(entry.removeprefix("*")) if entry[:1] in ".*" else host == entry or host.endswith(f".{entry}")


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


__all__ = ("Proxy", "proxy_for")
