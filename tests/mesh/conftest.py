# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A mesh of a controller and two datacenters for each test."""

from __future__ import annotations

import contextlib
import dataclasses
import pathlib
import tempfile
import typing as t

import pytest

from ansible_collections.eks.anywhere.tests.mesh.jobs import Job, launched
from ansible_collections.eks.anywhere.tests.mesh.mesh import Mesh, Node, raised
from ansible_collections.eks.anywhere.tests.mesh.site import Site, opened

DATACENTERS = ("berlin", "paris")


@dataclasses.dataclass(frozen=True)
class World:
    """The mesh and what is behind it."""

    mesh: Mesh
    sites: tuple[Site, ...]
    jobs: pathlib.Path
    stack: contextlib.ExitStack

    def node(self, site: Site) -> Node:
        """The node of a datacenter."""
        return self.mesh.nodes[site.name]

    def launch(self, site: Site, name: str) -> Job:
        """A job over the clusters of a datacenter."""
        return self.stack.enter_context(launched(self.mesh, site, self.jobs / f"{site.name}-{name}"))


@pytest.fixture
def world() -> t.Iterator[World]:
    """All of it, with every cluster still to be upgraded; the path of a Unix socket has to be short."""
    with tempfile.TemporaryDirectory(prefix="eksa-mesh-") as name, contextlib.ExitStack() as stack:
        home = pathlib.Path(name)
        for folder in ("mesh", "sites", "jobs"):
            (home / folder).mkdir()
        mesh = stack.enter_context(raised(home / "mesh", *DATACENTERS))
        sites = tuple(
            stack.enter_context(
                opened(
                    mesh.nodes[datacenter].space,
                    address=f"127.0.{number}.1",
                    home=home / "sites" / datacenter,
                    inventory=home / "inventory",
                )
            )
            for number, datacenter in enumerate(DATACENTERS, start=1)
        )
        yield World(mesh, sites, home / "jobs", stack)
