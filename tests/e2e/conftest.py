# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One plan, one creation and one re-run per size of cluster; the tests look at them from all sides."""

from __future__ import annotations

import dataclasses
import pathlib
import typing as t

import kubernetes
import pytest

from ansible_collections.eks.anywhere.tests.labkit import Lab, Run, World, find, write


def pytest_configure(config: pytest.Config) -> None:
    """Markers of this folder."""
    config.addinivalue_line("markers", "ha: a cluster of three control plane nodes and two workers; long, opt-in")


@dataclasses.dataclass(frozen=True)
class Size:
    """How many nodes the cluster has."""

    control_plane: int
    workers: int


@dataclasses.dataclass(frozen=True)
class Site:
    """The lab without a cluster, and the arguments that say what to create."""

    lab: Lab
    size: Size
    arguments: tuple[str, ...]
    folder: pathlib.Path


@dataclasses.dataclass(frozen=True)
class Plan:
    """A run with ``--check --diff`` and what the world looked like before and after."""

    run: Run
    before: World
    after: World


SIZES = [
    pytest.param(Size(1, 1), id="1+1"),
    pytest.param(Size(3, 2), id="3+2", marks=pytest.mark.ha),
]


@pytest.fixture(scope="session", params=SIZES)
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A lab on which the cluster does not exist yet."""
    lab = Lab()
    lab.fresh()
    size: Size = request.param
    folder = tmp_path_factory.mktemp("site")
    documents = lab.documents
    cluster = find(documents, "Cluster")["spec"]
    cluster["controlPlaneConfiguration"]["count"] = size.control_plane
    cluster["workerNodeGroupConfigurations"][0]["count"] = size.workers
    edited = write(documents, folder / "cluster.yaml")
    return Site(lab, size, ("-e", f"eksa_config_file={edited}"), folder)


@pytest.fixture(scope="session")
def plan(site: Site) -> Plan:
    """The plan, asked for before anything exists."""
    before = site.lab.world()
    run = site.lab.play("create_cluster", "--check", "--diff", *site.arguments, folder=site.folder)
    return Plan(run, before, site.lab.world())


@pytest.fixture(scope="session")
def created(site: Site, plan: Plan) -> Run:
    """The creation."""
    return site.lab.play("create_cluster", *site.arguments, folder=site.folder)


@pytest.fixture(scope="session")
def again(site: Site, created: Run) -> Run:
    """The same command on the finished cluster."""
    return site.lab.play("create_cluster", *site.arguments, folder=site.folder)


@pytest.fixture(scope="session")
def core(site: Site, created: Run) -> t.Any:
    """Kubernetes' own client on the workload cluster, through the kubeconfig that was written."""
    assert created.code == 0
    api: t.Any = kubernetes
    return api.client.CoreV1Api(api.config.new_client_from_config(str(site.lab.kubeconfig)))


@pytest.fixture(scope="session")
def custom(core: t.Any) -> t.Any:
    """The same for custom objects."""
    api: t.Any = kubernetes
    return api.client.CustomObjectsApi(core.api_client)
