# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts of the adapters that need no vCenter: addresses, causes, paths, signals."""

from __future__ import annotations

import errno
import os
import signal
import socket
import ssl

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Certificate, InventoryQuery
from ansible_collections.eks.anywhere.plugins.module_utils._run.probe import TcpProbe
from ansible_collections.eks.anywhere.plugins.module_utils._vsphere import signals, tls
from ansible_collections.eks.anywhere.plugins.module_utils._vsphere.session import VCenter


@pytest.mark.parametrize(
    ("server", "wanted"),
    [
        ("vcenter", ("vcenter", 443)),
        ("vcenter:8443", ("vcenter", 8443)),
        ("192.0.2.1:8443", ("192.0.2.1", 8443)),
        ("[2001:db8::1]:8443", ("2001:db8::1", 8443)),
        ("[2001:db8::1]", ("2001:db8::1", 443)),
        ("2001:db8::1", ("2001:db8::1", 443)),
    ],
)
def test_address(server: str, wanted: tuple[str, int]) -> None:
    assert tls.address(server) == wanted


@pytest.mark.parametrize(
    ("cause", "code", "words"),
    [
        (socket.gaierror(-2, "Name or service not known"), "vsphere.unknown_host", "does not resolve"),
        (ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused"), "vsphere.connection_refused", "port 8443"),
        (TimeoutError("timed out"), "vsphere.unreachable", "no answer in time"),
        (OSError(errno.EHOSTUNREACH, "No route to host"), "vsphere.unreachable", "No route to host"),
        (ssl.SSLError(1, "wrong version number"), "vsphere.not_tls", "does not speak TLS"),
        (
            ssl.SSLCertVerificationError("changed during the run"),
            "vsphere.certificate_changed",
            "changed during the run",
        ),
    ],
)
def test_causes_are_told_apart(cause: OSError, code: str, words: str) -> None:
    error = tls.unreachable("vcenter:8443", cause)
    assert error.code == code
    assert words in error.message
    assert error.hint


def test_signals_wait_until_the_answer_is_in() -> None:
    seen: list[str] = []

    def ask() -> None:
        with signals.deferred():
            os.kill(os.getpid(), signal.SIGINT)
            seen.append("answer read")

    with pytest.raises(KeyboardInterrupt):
        ask()
    assert seen == ["answer read"]


def test_sigterm_unwinds_and_the_default_comes_back() -> None:
    before = signal.getsignal(signal.SIGTERM)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    try:
        with pytest.raises(SystemExit) as caught, signals.unwinding():
            os.kill(os.getpid(), signal.SIGTERM)
        assert caught.value.code == 128 + signal.SIGTERM
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    finally:
        signal.signal(signal.SIGTERM, before)


@pytest.mark.parametrize(
    ("username", "password", "variable"), [("", "x", "EKSA_VSPHERE_USERNAME"), ("x", "", "EKSA_VSPHERE_PASSWORD")]
)
def test_missing_credentials_are_named(username: str, password: str, variable: str) -> None:
    with pytest.raises(EksaError, match=f"{variable} is not set or is empty") as caught:
        VCenter(server="v", username=username, password=password).login(Certificate(sha1="", sha256=""))
    assert caught.value.code == "vsphere.credentials_missing"


def test_nothing_is_read_before_the_login() -> None:
    with pytest.raises(EksaError) as caught:
        VCenter(server="v", username="u", password="p").observe(InventoryQuery(datacenter="DC0"))
    assert caught.value.code == "vsphere.not_logged_in"


def test_probe_tells_taken_from_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        assert TcpProbe().answering_port(host="127.0.0.1", ports=(port,)) == port
    # A refusal is an answer of somebody who has the address.
    assert TcpProbe().answering_port(host="127.0.0.1", ports=(port,)) == port
    # Nobody has an address of the discard prefix (RFC 6666): no route, or no answer.
    assert TcpProbe().answering_port(host="100::7", ports=(80, 6443), timeout_seconds=0.1) is None
