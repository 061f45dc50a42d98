# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One plan, one creation and one re-run per shape of cluster; the tests look at them from all sides."""

from __future__ import annotations

import dataclasses
import pathlib
import typing as t

import kubernetes
import pytest

from ansible_collections.eks.anywhere.tests.labkit import Lab, Run, World, find, read, write


def pytest_configure(config: pytest.Config) -> None:
    """Markers of this folder."""
    config.addinivalue_line("markers", "etcd: a cluster whose etcd has three machines of its own")
    config.addinivalue_line("markers", "only_etcd: a test that asks what only such a cluster can answer")
    config.addinivalue_line("markers", "ha: a cluster of three control plane nodes and two workers; long, opt-in")
    config.addinivalue_line("markers", "workload: a cluster that the lab's usual one manages; long, opt-in")
    config.addinivalue_line("markers", "packages: curated packages on a cluster behind a registry mirror; long, opt-in")
    config.addinivalue_line("markers", "upgrade: a cluster of one release is upgraded to a later one; long, opt-in")
    config.addinivalue_line("markers", "minor: that one is of the next minor version of Kubernetes")
    config.addinivalue_line("markers", "killed: its runs are killed again and again")
    config.addinivalue_line("markers", "drains: what an upgrade does about a drain that is blocked")


@dataclasses.dataclass(frozen=True)
class Shape:
    """How many machines the cluster has; ``suffix`` tells its figures from those of the usual one."""

    control_plane: int
    workers: int
    etcd: int = 0
    suffix: str = ""

    @property
    def nodes(self) -> int:
        """Machines that are nodes."""
        return self.control_plane + self.workers

    @property
    def machines(self) -> int:
        """All machines."""
        return self.nodes + self.etcd


@dataclasses.dataclass(frozen=True)
class Site:
    """The lab without a cluster, and what to create on it."""

    lab: Lab
    shape: Shape
    documents: list[dict[str, t.Any]]
    arguments: tuple[str, ...]
    folder: pathlib.Path


@dataclasses.dataclass(frozen=True)
class Plan:
    """A run with ``--check --diff`` and what the world looked like before and after."""

    run: Run
    before: World
    after: World


# The usual cluster comes last: what runs after this suite finds it there.
SHAPES = [
    pytest.param(Shape(1, 1, etcd=3, suffix="_etcd"), id="1+1+etcd", marks=pytest.mark.etcd),
    pytest.param(Shape(3, 2, suffix="_ha"), id="3+2", marks=pytest.mark.ha),
    pytest.param(Shape(1, 1), id="1+1"),
]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests of an external etcd are for the shapes that have one."""
    strangers = [item for item in items if item.get_closest_marker("only_etcd") and not item.get_closest_marker("etcd")]
    if strangers:
        config.hook.pytest_deselected(items=strangers)
        items[:] = [item for item in items if item not in strangers]


@pytest.fixture(scope="session", params=SHAPES)
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A lab on which the cluster does not exist yet."""
    shape: Shape = request.param
    lab = Lab()
    lab.fresh(*(("external-etcd",) if shape.etcd else ()))
    folder = tmp_path_factory.mktemp("site")
    documents = read(lab.config_with_external_etcd) if shape.etcd else lab.documents
    cluster = find(documents, "Cluster")["spec"]
    cluster["controlPlaneConfiguration"]["count"] = shape.control_plane
    cluster["workerNodeGroupConfigurations"][0]["count"] = shape.workers
    edited = write(documents, folder / "cluster.yaml")
    return Site(lab, shape, documents, ("-e", f"eksa_config_file={edited}"), folder)


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
