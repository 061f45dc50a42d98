# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's vCenter simulator, as records only, one per test module; no test may leave a session open on it."""

from __future__ import annotations

import dataclasses
import pathlib
import typing as t

import pytest
import yaml

from ansible_collections.eks.anywhere.tests.simulation.vcenter import Simulator, simulator

RELEASE = "kubernetes-1-34-eks-9"
TEMPLATES = f"ubuntu-1-34=os:ubuntu,eksdRelease:{RELEASE};ubuntu-1-33=os:ubuntu,eksdRelease:kubernetes-1-33-eks-20"


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
    """A config that the simulator satisfies; the endpoint is of the discard prefix (RFC 6666), which nobody has."""
    return Cluster(
        documents={
            "cluster": _document("Cluster", "prod", _cluster_spec()),
            "datacenter": _document(
                "VSphereDatacenterConfig",
                "prod",
                {
                    "server": shared_vcsim.server,
                    "thumbprint": shared_vcsim.thumbprint,
                    "datacenter": "DC0",
                    "network": "/DC0/network/VM Network",
                    "insecure": False,
                },
            ),
            "prod-cp": _document("VSphereMachineConfig", "prod-cp", _machine_spec("eksa-control-plane")),
            "prod-md": _document("VSphereMachineConfig", "prod-md", _machine_spec("eksa-workers")),
        }
    )


@pytest.fixture
def bundles_file(tmp_path: pathlib.Path) -> str:
    """A Bundles manifest with the release that the templates are tagged with."""
    path = tmp_path / "bundles.yaml"
    release = {"name": RELEASE, "channel": "1-34", "kubeVersion": "v1.34.2"}
    spec = {"number": 1, "versionsBundles": [{"kubeVersion": "1.34", "eksD": release}]}
    path.write_text(yaml.safe_dump(_document("Bundles", "bundles-1", spec)))
    return str(path)


def _document(kind: str, name: str, spec: dict[str, t.Any]) -> dict[str, t.Any]:
    return {
        "apiVersion": "anywhere.eks.amazonaws.com/v1alpha1",
        "kind": kind,
        "metadata": {"name": name},
        "spec": spec,
    }


def _cluster_spec() -> dict[str, t.Any]:
    def machines(name: str) -> dict[str, str]:
        return {"kind": "VSphereMachineConfig", "name": name}

    return {
        "kubernetesVersion": "1.34",
        "clusterNetwork": {
            "cniConfig": {"cilium": {}},
            "pods": {"cidrBlocks": ["192.168.0.0/16"]},
            "services": {"cidrBlocks": ["10.96.0.0/12"]},
        },
        "controlPlaneConfiguration": {
            "count": 1,
            "endpoint": {"host": "100::7"},
            "machineGroupRef": machines("prod-cp"),
        },
        "datacenterRef": {"kind": "VSphereDatacenterConfig", "name": "prod"},
        "managementCluster": {"name": "prod"},
        "workerNodeGroupConfigurations": [{"name": "md-0", "count": 1, "machineGroupRef": machines("prod-md")}],
    }


def _machine_spec(pool: str) -> dict[str, t.Any]:
    return {
        "datastore": "/DC0/datastore/LocalDS_0",
        "diskGiB": 20,
        "folder": "/DC0/vm/eksa",
        "memoryMiB": 8192,
        "numCPUs": 2,
        "osFamily": "ubuntu",
        "resourcePool": f"/DC0/host/DC0_C0/Resources/{pool}",
        "template": "/DC0/vm/Templates/ubuntu-1-34",
        "users": [{"name": "capv", "sshAuthorizedKeys": ["ssh-rsa AAAA test"]}],
    }
