# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real simulator behind a proxy: everything of ours goes through it, both APIs, to the logout."""

from __future__ import annotations

import socket
import typing as t

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._shell import Context, Lines
from ansible_collections.eks.anywhere.plugins.modules import vsphere_validate
from ansible_collections.eks.anywhere.tests.integration_real.vsphere.conftest import Cluster
from ansible_collections.eks.anywhere.tests.simulation.connect_proxy import connect_proxy
from ansible_collections.eks.anywhere.tests.simulation.vcenter import ADMIN, PASSWORDS, Simulator

BEHIND = "vcenter.invalid"
"""A name that this machine cannot resolve, so that whatever reaches it went through the proxy."""
LOGIN = "me:p@ss"


@pytest.fixture
def behind(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> Cluster:
    """A cluster whose vCenter this machine does not reach by itself."""
    cluster.datacenter["server"] = BEHIND
    monkeypatch.delenv("NO_PROXY", raising=False)
    return cluster


def validate(cluster: Cluster, bundles_file: str) -> list[str]:
    """Codes of what is found."""
    params = {
        "config": cluster.text(),
        "bundles_file": bundles_file,
        "vsphere_username": ADMIN,
        "vsphere_password": PASSWORDS[ADMIN],
        "skip_ip_check": True,
        "try_places": False,
    }
    try:
        found = vsphere_validate.operate(params, Context(check_mode=False, report=Lines())).data["findings"]
    except EksaError as exc:
        found = exc.details["findings"]
    assert "p@ss" not in str(found)
    return [finding["code"] for finding in found if finding["code"] != "bundles.signature_missing"]


@pytest.mark.parametrize("login", ["", LOGIN])
def test_all_goes_through_the_proxy(
    vcsim: Simulator, behind: Cluster, bundles_file: str, monkeypatch: pytest.MonkeyPatch, login: str
) -> None:
    before = vcsim.sessions()["logins"]
    with connect_proxy(vcsim.server, login=login) as proxy:
        user = f"{login.replace('p@ss', 'p%40ss')}@" if login else ""
        monkeypatch.setenv("HTTPS_PROXY", f"http://{user}{proxy.address}")
        assert validate(behind, bundles_file) == []
    assert set(proxy.asked) == {f"{BEHIND}:443"}
    assert vcsim.sessions()["logins"] - before == 2  # one of each API


def test_what_no_proxy_names_is_reached_directly(
    vcsim: Simulator, behind: Cluster, bundles_file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with connect_proxy(vcsim.server) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://{proxy.address}")
        monkeypatch.setenv("NO_PROXY", f"198.51.100.0/24,{BEHIND}")
        assert validate(behind, bundles_file) == ["vsphere.unknown_host"]
    assert proxy.asked == []


@pytest.mark.parametrize("how", [{"status": 403}, {"status": 502}, {"login": "other:password"}], ids=str)
def test_a_proxy_that_refuses_sees_no_password_of_ours(
    vcsim: Simulator, behind: Cluster, bundles_file: str, monkeypatch: pytest.MonkeyPatch, how: dict[str, t.Any]
) -> None:
    before = vcsim.sessions()
    with connect_proxy(vcsim.server, **how) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://me:p%40ss@{proxy.address}")
        assert validate(behind, bundles_file) == ["vsphere.proxy_refused"]
    assert proxy.asked == [f"{BEHIND}:443"]  # once: it would say the same again
    assert vcsim.sessions() == before


def test_a_proxy_that_is_not_there(
    vcsim: Simulator, behind: Cluster, bundles_file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for url in ("http://127.0.0.1:1", "http://proxy.invalid:3128"):
        monkeypatch.setenv("HTTPS_PROXY", url)
        assert validate(behind, bundles_file) == ["vsphere.proxy_unreachable"]


def test_something_that_is_no_proxy(
    vcsim: Simulator, behind: Cluster, bundles_file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.listen()
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{silent.getsockname()[1]}")
        monkeypatch.setattr(
            vsphere_validate.TriedVCenter.__init__, "__kwdefaults__", {"timeout_seconds": 0.3}, raising=True
        )
        assert validate(behind, bundles_file) == ["vsphere.proxy_unreachable"]
