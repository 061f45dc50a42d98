# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's vCenter simulator, as records only, one per test module; no test may leave a session open on it."""

from __future__ import annotations

import dataclasses
import pathlib
import shutil
import typing as t

import pytest
import yaml

from ansible_collections.eks.anywhere.tests.simulation import configs
from ansible_collections.eks.anywhere.tests.simulation.configs import RELEASE, document
from ansible_collections.eks.anywhere.tests.simulation.vcenter import Simulator, simulator

TEMPLATES = f"{configs.TEMPLATES};ubuntu-1-33=os:ubuntu,eksdRelease:kubernetes-1-33-eks-20"
GOLDEN = pathlib.Path(__file__).resolve().parents[2] / "unit" / "golden"


@pytest.fixture(scope="module")
def shared_vcsim(lab_bin: t.Callable[[str], str]) -> t.Iterator[Simulator]:
    """A simulator for the tests of one module."""
    with simulator(lab_bin("vcsim"), "-vms", "2", templates=TEMPLATES) as running:
        yield running


@pytest.fixture
def vcsim(shared_vcsim: Simulator) -> t.Iterator[Simulator]:
    """The shared simulator; the test fails when it leaves a session open."""
    yield shared_vcsim
    assert shared_vcsim.sessions()["open"] == 0


def small(pool: str) -> dict[str, t.Any]:
    """Machines of which the simulator's hosts, of 4 GiB each, carry a cluster."""
    return {**configs.machine_spec(pool), "memoryMiB": 2048}


@dataclasses.dataclass
class Cluster:
    """Documents of a cluster config, to be changed and then written as text."""

    documents: dict[str, dict[str, t.Any]]

    @property
    def datacenter(self) -> dict[str, t.Any]:
        """Spec of the datacenter config."""
        spec: dict[str, t.Any] = self.documents["datacenter"]["spec"]
        return spec

    @property
    def machine(self) -> dict[str, t.Any]:
        """Spec of the control plane's machine config."""
        spec: dict[str, t.Any] = self.documents["prod-cp"]["spec"]
        return spec

    @property
    def endpoint(self) -> dict[str, t.Any]:
        """The control plane endpoint."""
        found: dict[str, t.Any] = self.documents["cluster"]["spec"]["controlPlaneConfiguration"]["endpoint"]
        return found

    def text(self) -> str:
        """The config file."""
        return yaml.safe_dump_all(self.documents.values())


@pytest.fixture
def cluster(shared_vcsim: Simulator) -> Cluster:
    """A config that the module's simulator satisfies."""
    return cluster_on(shared_vcsim)


def cluster_on(vcsim: Simulator) -> Cluster:
    """A config that a simulator satisfies; the endpoint is of the discard prefix (RFC 6666), which nobody has."""
    spec = configs.cluster_spec("prod", host="100::7", control_plane="prod-cp", worker="prod-md")
    spec["managementCluster"] = {"name": "prod"}
    return Cluster(
        documents={
            "cluster": document("Cluster", "prod", spec),
            "datacenter": document("VSphereDatacenterConfig", "prod", configs.datacenter_spec(vcsim)),
            "prod-cp": document("VSphereMachineConfig", "prod-cp", small("eksa-control-plane")),
            "prod-md": document("VSphereMachineConfig", "prod-md", small("eksa-workers")),
        }
    )


@pytest.fixture
def bundles_file(tmp_path: pathlib.Path) -> str:
    """A Bundles manifest with the release that the templates are tagged with."""
    path = tmp_path / "bundles.yaml"
    release = {"name": RELEASE, "channel": "1-34", "kubeVersion": "v1.34.2"}
    spec = {"number": 1, "versionsBundles": [{"kubeVersion": "1.34", "eksD": release}]}
    path.write_text(yaml.safe_dump(document("Bundles", "bundles-1", spec)))
    return str(path)


def manifest(folder: pathlib.Path) -> str:
    """A Bundles manifest with the releases that it names; its path."""
    (folder / "releases").mkdir()
    shutil.copy(GOLDEN / "bundles.yaml", folder)
    for release in GOLDEN.glob("kubernetes-*.yaml"):
        shutil.copy(release, folder / "releases")
    return str(folder / "bundles.yaml")
