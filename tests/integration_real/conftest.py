# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Real servers for the integration tests: etcd + kube-apiserver as plain processes on free loopback ports.

No controller runs beside them: nothing is garbage collected, no namespace is ever finalised and no webhook answers, so
a test sees the API server's own behaviour (uids, resource versions, finalizers, checks by schema) and nothing else.
"""

from __future__ import annotations

import pathlib
import shutil
import tempfile
import typing as t

import pytest

from ansible_collections.eks.anywhere.tests.simulation.servers import ApiServer, lab_program


class ApiServers(t.Protocol):
    """``api_server()`` or ``api_server("target")``: a running server of that name, the same one on every call."""

    def __call__(self, name: str = "default") -> ApiServer: ...


@pytest.fixture(scope="session")
def lab_bin() -> t.Callable[[str], str]:
    """``lab_bin("clusterctl")``: path of a program of the lab."""
    return lab_program


@pytest.fixture(scope="session")
def api_server() -> t.Iterator[ApiServers]:
    """Factory of API servers that live as long as the session; tests share them by name and part by namespace."""
    home = pathlib.Path(tempfile.mkdtemp(prefix="eksa-api-"))
    servers: dict[str, ApiServer] = {}

    def start(name: str = "default") -> ApiServer:
        if name not in servers:
            folder = home / name
            folder.mkdir(mode=0o700)
            servers[name] = ApiServer(name=name, home=folder)
            servers[name].start()
        return servers[name]

    try:
        yield start
    finally:
        for server in servers.values():
            server.stop()
        shutil.rmtree(home, ignore_errors=True)
