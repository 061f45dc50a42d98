# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cluster of another name on the lab, for everything that goes wrong; nothing of it outlives its test."""

from __future__ import annotations

import dataclasses
import pathlib
import types
import typing as t

import pytest

from ansible_collections.eks.anywhere.tests.labkit import Lab, Run, containers, find, remove_container, write

NAME = "f01"


def pytest_configure(config: pytest.Config) -> None:
    """Markers of this folder."""
    config.addinivalue_line("markers", "half_built: deletes a cluster that is half built; long, opt-in")


@dataclasses.dataclass(frozen=True)
class Victim:
    """A cluster config to spoil, and the run on it."""

    lab: Lab
    folder: pathlib.Path
    documents: list[dict[str, t.Any]]

    def document(self, kind: str, number: int = 0) -> dict[str, t.Any]:
        """The spec of a document of the config."""
        spec: dict[str, t.Any] = [one for one in self.documents if one["kind"] == kind][number]["spec"]
        return spec

    def arguments(self, variables: t.Mapping[str, str]) -> tuple[str, ...]:
        """Arguments for a creation of this cluster, as verbose as it gets."""
        config = write(self.documents, self.folder / "cluster.yaml")
        settings = {
            "eksa_config_file": str(config),
            "eksa_state_dir": str(self.folder / "clusters"),
            "eksa_skip_ip_check": "true",
            **variables,
        }
        return ("-vvv", *(part for key, value in settings.items() for part in ("-e", f"{key}={value}")))

    def create(
        self,
        variables: t.Mapping[str, str] = types.MappingProxyType({}),
        *,
        cut_at: str = "",
        environment: t.Mapping[str, str] = types.MappingProxyType({}),
    ) -> Run:
        """Try to create the cluster."""
        return self.lab.play(
            "create_cluster",
            *self.arguments(variables),
            folder=self.folder,
            cut_at=cut_at,
            timeout=600,
            **environment,
        )

    def traces(self) -> list[str]:
        """What exists of this cluster: containers, machines, files."""
        world = self.lab.world()
        files = [str(path) for path in (self.folder / "clusters").rglob("*")]
        return [*(name for name in world.containers | world.machines if name.startswith(f"{NAME}-")), *files]


@pytest.fixture(scope="session")
def lab() -> Lab:
    """The raised lab."""
    return Lab()


@pytest.fixture
def victim(lab: Lab, tmp_path: pathlib.Path) -> t.Iterator[Victim]:
    """A sound config of a cluster that does not exist."""
    documents = lab.documents
    cluster = find(documents, "Cluster")
    cluster["metadata"]["name"] = NAME
    if "managementCluster" in cluster["spec"]:
        cluster["spec"]["managementCluster"]["name"] = NAME
    yield Victim(lab, tmp_path, documents)
    for name in containers():
        if name.startswith(f"{NAME}-eks-a-cluster-"):
            remove_container(name)
