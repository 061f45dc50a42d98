# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Two management clusters for all tests of the move."""

from __future__ import annotations

import itertools
import typing as t

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._kube.client import KubeClient
from ansible_collections.eks.anywhere.tests.integration_real.conftest import ApiServers
from ansible_collections.eks.anywhere.tests.integration_real.move.objects import prepare
from ansible_collections.eks.anywhere.tests.integration_real.move.sides import Sides

COUNTER = itertools.count(1)


@pytest.fixture(scope="session")
def sides(api_server: ApiServers, lab_bin: t.Callable[[str], str]) -> Sides:
    """Two prepared API servers."""
    servers = {side: api_server(f"move-{side}") for side in ("source", "target")}
    clients = {side: KubeClient.from_kubeconfig(server.kubeconfig) for side, server in servers.items()}
    for client in clients.values():
        prepare(client)
    return Sides(**servers, lab_bin=lab_bin, clients=clients)


@pytest.fixture
def namespace() -> str:
    """A namespace of this test's own: the servers are shared."""
    return f"move-{next(COUNTER)}"
