# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Definitions of the real Cluster API and its vSphere provider on a real API server; no controllers run."""

from __future__ import annotations

import pytest
import yaml

from ansible_collections.eks.anywhere.plugins.module_utils._kube.client import KubeClient
from ansible_collections.eks.anywhere.plugins.module_utils._ops.apply import apply_objects
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.plugins.module_utils._run.clock import SystemClock
from ansible_collections.eks.anywhere.tests.integration_real.conftest import ApiServers
from ansible_collections.eks.anywhere.tests.integration_real.machinery.upstream import upstream
from ansible_collections.eks.anywhere.tests.simulation.servers import ApiServer
from ansible_collections.eks.anywhere.tests.unit.fakes import FakeReporter

FORK = "github.com/snarkychef/cluster-api@*/"
CAPV = "sigs.k8s.io/cluster-api-provider-vsphere@*/config/default/crd/bases/infrastructure.cluster.x-k8s.io_"
DEFINITIONS = (
    f"{FORK}config/crd/bases/cluster.x-k8s.io_clusters.yaml",
    f"{FORK}config/crd/bases/cluster.x-k8s.io_machines.yaml",
    f"{FORK}config/crd/bases/cluster.x-k8s.io_machinedeployments.yaml",
    f"{FORK}config/crd/bases/cluster.x-k8s.io_machinehealthchecks.yaml",
    f"{FORK}config/crd/bases/addons.cluster.x-k8s.io_clusterresourcesets.yaml",
    f"{FORK}controlplane/kubeadm/config/crd/bases/controlplane.cluster.x-k8s.io_kubeadmcontrolplanes.yaml",
    f"{FORK}bootstrap/kubeadm/config/crd/bases/bootstrap.cluster.x-k8s.io_kubeadmconfigs.yaml",
    f"{FORK}bootstrap/kubeadm/config/crd/bases/bootstrap.cluster.x-k8s.io_kubeadmconfigtemplates.yaml",
    f"{CAPV}vsphereclusters.yaml",
    f"{CAPV}vspheremachines.yaml",
    f"{CAPV}vspheremachinetemplates.yaml",
    f"{CAPV}vspherevms.yaml",
)


def definitions() -> list[Obj]:
    """The definitions, without the other API versions that would need a conversion webhook."""
    found = []
    for pattern in DEFINITIONS:
        definition = yaml.load(upstream(pattern).read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        spec = definition["spec"]
        spec["versions"] = [version for version in spec["versions"] if version["storage"]]
        spec.pop("conversion", None)
        found.append(definition)
    return found


def install(kube: KubeClient) -> None:
    """Apply the definitions, and the namespace that the objects live in."""
    namespace: Obj = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "eksa-system"}}
    apply_objects([namespace, *definitions()], kube=kube, clock=SystemClock(), report=FakeReporter(), check_mode=False)


@pytest.fixture(scope="session")
def capi_server(api_server: ApiServers) -> ApiServer:
    """An API server that knows Cluster API's kinds."""
    server = api_server("capi")
    install(KubeClient.from_kubeconfig(server.kubeconfig))
    return server


@pytest.fixture
def kube(capi_server: ApiServer) -> KubeClient:
    """A client with a count of its own."""
    return KubeClient.from_kubeconfig(capi_server.kubeconfig)
