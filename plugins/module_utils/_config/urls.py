# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""URLs, hosts and ports as Go's ``net/url`` and ``net`` read them; what they refuse is None here."""

from __future__ import annotations

import dataclasses
import re

_MAX_PORT_DIGITS = 20
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):(.*)", re.DOTALL)
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_USER = re.compile(r"[A-Za-z0-9\-._:~!$&'()*+,;=%@]*")
_HOST = re.compile(r"[^\s#%/?@\\^`{|}\[\]:]*(:\d*)?")
_BRACKETED = re.compile(r"\[[0-9A-Fa-f:.]+(%25[^\]]+)?\](:\d*)?")


@dataclasses.dataclass(frozen=True)
class Url:
    """``host`` comes with its port, without the user; both are empty where the URL has none."""

    scheme: str
    host: str


def parse(text: str) -> Url | None:
    """The URL, as ``url.Parse`` takes it."""
    text = text.partition("#")[0]
    if text[:1] == ":" or (":" in text.partition("/")[0] and not _SCHEME.fullmatch(text)):
        return None
    return _parsed(text)


def parse_request(text: str) -> Url | None:
    """The URL, as ``url.ParseRequestURI`` takes it: with a scheme, or an absolute path."""
    found = _parsed(text)
    return found if found and (found.scheme or text.startswith("/")) else None


def _parsed(text: str) -> Url | None:
    if _CONTROL.search(text):
        return None
    with_scheme = _SCHEME.fullmatch(text)
    scheme, rest = (with_scheme[1].lower(), with_scheme[2]) if with_scheme else ("", text)
    rest = rest.partition("?")[0]
    if not rest.startswith("//") or not scheme:
        opaque = bool(scheme) and not rest.startswith("/")
        return None if not opaque and _BAD_ESCAPE.search(rest) else Url(scheme, "")
    authority, _slash, path = rest[2:].partition("/")
    user, _at, host = authority.rpartition("@")
    shape = _BRACKETED if host.startswith("[") else _HOST
    if _BAD_ESCAPE.search(path) or not _USER.fullmatch(user) or not shape.fullmatch(host):
        return None
    return Url(scheme, host)


def host_and_port(text: str) -> tuple[str, str] | None:
    """``host:port`` or ``[address]:port`` taken apart, as ``net.SplitHostPort`` does."""
    if text.startswith("["):
        host, bracket, port_text = text[1:].partition("]:")
        valid = bool(bracket) and not re.search(r"[\[\]]", host + port_text) and ":" not in port_text
    else:
        host, colon, port_text = text.partition(":")
        valid = bool(colon) and not re.search(r"[\[\]]", text) and ":" not in port_text
    return (host, port_text) if valid else None


def port(text: str) -> int | None:
    """A TCP port, or None."""
    if not re.fullmatch(r"[+-]?[0-9]+", text) or len(text) > _MAX_PORT_DIGITS:
        return None
    number = int(text)
    return number if 1 <= number <= 65535 else None


__all__ = ("Url", "host_and_port", "parse", "parse_request", "port")
