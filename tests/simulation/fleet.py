# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A made-up fleet as files: management clusters with workload clusters, spread over datacenters."""

from __future__ import annotations

import dataclasses
import pathlib
import typing as t

import yaml

from ansible_collections.eks.anywhere.tests.simulation.configs import Obj, cluster_spec, document, machine_spec

MANAGED_BY_ONE = 10
CANARIES = 1


@dataclasses.dataclass(frozen=True)
class Site:
    """A datacenter with its own vCenter."""

    name: str
    clusters: tuple[str, ...]

    @property
    def server(self) -> str:
        """Its vCenter."""
        return f"vcenter.{self.name}.example.org"


def sites(clusters: int, *, datacenters: int) -> list[Site]:
    """So many clusters, evenly over so many datacenters; the first of each ten manages the others."""
    made = []
    for number in range(datacenters):
        share = clusters // datacenters + (number < clusters % datacenters)
        made.append(Site(f"dc{number + 1}", tuple(f"dc{number + 1}-c{index:03d}" for index in range(share))))
    return made


def manager(site: Site, index: int) -> str:
    """Name of the cluster that manages the one of an index, which may be itself."""
    return site.clusters[index - index % MANAGED_BY_ONE]


def config(site: Site, index: int) -> str:
    """Text of a cluster config."""
    name = site.clusters[index]
    spec: Obj = {
        **cluster_spec(name, host=f"10.{index // 250}.{index % 250}.5", control_plane=f"{name}-cp", worker=name),
        "managementCluster": {"name": manager(site, index)},
    }
    place = {
        "server": site.server,
        "thumbprint": "AB:CD",
        "datacenter": "DC0",
        "network": "/DC0/network/VM Network",
        "insecure": False,
    }
    return yaml.dump_all(
        [
            document("Cluster", name, spec),
            document("VSphereDatacenterConfig", name, place),
            document("VSphereMachineConfig", f"{name}-cp", machine_spec("control-plane")),
            document("VSphereMachineConfig", name, machine_spec("workers")),
        ],
        Dumper=yaml.CSafeDumper,
    )


def write(folder: pathlib.Path, places: t.Sequence[Site], **source: t.Any) -> pathlib.Path:
    """All files; the inventory source. The first management cluster of each datacenter is a canary."""
    for site in places:
        home = folder / site.name
        home.mkdir(parents=True)
        canaries = {name: {"ring": "canary"} for name in site.clusters[:CANARIES]}
        (home / "datacenter.yml").write_text(yaml.safe_dump({"at_once": 5, "clusters": canaries}), encoding="utf-8")
        for index, name in enumerate(site.clusters):
            (home / f"{name}.yaml").write_text(config(site, index), encoding="utf-8")
    path = folder / "clusters.yml"
    options = {"plugin": "eks.anywhere.clusters", "rings": ["canary", "main"], **source}
    path.write_text(yaml.safe_dump(options), encoding="utf-8")
    return path


__all__ = ("Site", "config", "manager", "sites", "write")
