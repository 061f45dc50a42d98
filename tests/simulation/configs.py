# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cluster configs that the simulated vCenter satisfies, piece by piece."""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.tests.simulation.vcenter import Simulator

Obj = dict[str, t.Any]
RELEASE = "kubernetes-1-34-eks-9"
TEMPLATES = f"ubuntu-1-34=os:ubuntu,eksdRelease:{RELEASE}"
"""The template that the machines are made from, as the simulator is told."""


def document(kind: str, name: str, spec: Obj) -> Obj:
    """An object of EKS Anywhere."""
    return {
        "apiVersion": "anywhere.eks.amazonaws.com/v1alpha1",
        "kind": kind,
        "metadata": {"name": name},
        "spec": spec,
    }


def cluster_spec(name: str, *, host: str, control_plane: str, worker: str, workers: int = 1) -> Obj:
    """One control plane machine and one group of workers; the last names are those of their machine configs."""

    def ref(kind: str, referenced: str) -> Obj:
        return {"kind": kind, "name": referenced}

    return {
        "kubernetesVersion": "1.34",
        "clusterNetwork": {
            "cniConfig": {"cilium": {}},
            "pods": {"cidrBlocks": ["192.168.0.0/16"]},
            "services": {"cidrBlocks": ["10.96.0.0/12"]},
        },
        "controlPlaneConfiguration": {
            "count": 1,
            "endpoint": {"host": host},
            "machineGroupRef": ref("VSphereMachineConfig", control_plane),
        },
        "datacenterRef": ref("VSphereDatacenterConfig", name),
        "workerNodeGroupConfigurations": [
            {"name": "md-0", "count": workers, "machineGroupRef": ref("VSphereMachineConfig", worker)}
        ],
    }


def datacenter_spec(vcenter: Simulator) -> Obj:
    """The simulator's only datacenter."""
    return {
        "server": vcenter.server,
        "thumbprint": vcenter.thumbprint,
        "datacenter": "DC0",
        "network": "/DC0/network/VM Network",
        "insecure": False,
    }


def machine_spec(pool: str) -> Obj:
    """Machines in a resource pool below the cluster's own."""
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


__all__ = ("RELEASE", "TEMPLATES", "Obj", "cluster_spec", "datacenter_spec", "document", "machine_spec")
