# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which servers are reached through the proxy of the environment."""

from __future__ import annotations

import base64

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._vsphere.proxies import proxy_for

VCENTER = "vcenter.example.com"
PROXY = "http://proxy.example.com:3128"


@pytest.mark.parametrize(
    ("environ", "name"),
    [
        ({}, None),
        ({"HTTPS_PROXY": ""}, None),
        ({"HTTP_PROXY": PROXY}, None),
        ({"HTTPS_PROXY": PROXY}, "proxy.example.com:3128"),
        ({"https_proxy": PROXY}, "proxy.example.com:3128"),
        ({"HTTPS_PROXY": "proxy.example.com:3128"}, "proxy.example.com:3128"),
        ({"HTTPS_PROXY": "http://proxy.example.com"}, "proxy.example.com:80"),
        ({"HTTPS_PROXY": "http://[2001:db8::1]:3128/"}, "[2001:db8::1]:3128"),
    ],
)
def test_the_proxy_of_the_environment(environ: dict[str, str], name: str | None) -> None:
    proxy = proxy_for(VCENTER, 443, environ)
    assert (proxy.name if proxy else None) == name


@pytest.mark.parametrize(
    ("host", "exempt", "direct"),
    [
        (VCENTER, "", False),
        (VCENTER, "*", True),
        (VCENTER, "vcenter.example.com", True),
        ("VCenter.Example.com.", "vcenter.example.com", True),
        (VCENTER, "other.example.com, example.com", True),
        (VCENTER, ".example.com", True),
        (VCENTER, "*.example.com", True),
        ("example.com", ".example.com", False),
        (VCENTER, "center.example.com", False),
        (VCENTER, "vcenter.example.com:443", True),
        (VCENTER, "vcenter.example.com:8443", False),
        ("192.0.2.7", "192.0.2.0/24", True),
        ("192.0.2.7", "198.51.100.0/24,192.0.2.7", True),
        ("192.0.2.7", "192.0.2.7:443", True),
        ("192.0.2.7", "192.0.2.7:444", False),
        ("192.0.2.7", "2.7", False),
        (VCENTER, "192.0.2.0/24", False),
        ("2001:db8::7", "2001:db8::/64", True),
        ("2001:db8::7", "[2001:db8::7]:443", True),
        ("127.0.0.5", "", True),
        ("::1", "", True),
        ("localhost", "", True),
    ],
)
def test_what_is_reached_without_it(host: str, exempt: str, direct: bool) -> None:
    assert (proxy_for(host, 443, {"HTTPS_PROXY": PROXY, "NO_PROXY": exempt}) is None) is direct


def test_user_and_password_are_told_to_the_proxy_and_nobody_else() -> None:
    proxy = proxy_for(VCENTER, 443, {"HTTPS_PROXY": "http://me:p%40ss@proxy.example.com:3128"})
    assert proxy is not None
    assert proxy.authorization == "Basic " + base64.b64encode(b"me:p@ss").decode()
    assert proxy.authorization not in repr(proxy) + proxy.name


@pytest.mark.parametrize("url", ["https://proxy:3128", "socks5://me:secret@proxy:1080", "http://", "http://proxy:x"])
def test_what_is_no_http_proxy(url: str) -> None:
    with pytest.raises(EksaError) as caught:
        proxy_for(VCENTER, 443, {"HTTPS_PROXY": url})
    assert caught.value.code == "vsphere.proxy_invalid"
    assert "secret" not in str(caught.value.as_fail())
