# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""A config to start from, with the values and the blanks that the vendor's generator writes."""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config.checks.topology import name_problems
from ansible_collections.eks.anywhere.plugins.module_utils._config.schema import API_VERSION
from ansible_collections.eks.anywhere.plugins.module_utils._config.text import dumped
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError

KUBERNETES_VERSION = "1.36"

Document = dict[str, t.Any]


def generate_config(name: str, provider: str) -> str:
    """Documents of a new cluster as text; ``provider`` is one of ``PROVIDERS``."""
    problems = name_problems(name)
    if problems:
        raise EksaError(problems[0], code="config.name_invalid")
    if provider not in PROVIDERS:
        raise EksaError(
            f"Provider {provider} is not supported yet.",
            code="config.not_supported",
            hint=f"Supported: {', '.join(PROVIDERS)}.",
        )
    documents = PROVIDERS[provider](name)
    return "---\n".join(dumped(document, sort=True) for document in documents)


def _docker(name: str) -> list[Document]:
    kind = "DockerDatacenterConfig"
    return [
        _cluster(name, kind, control_planes=1, workers=1, etcds=1),
        _document(kind, name, {}),
    ]


def _vsphere(name: str) -> list[Document]:
    kind, machine = "VSphereDatacenterConfig", "VSphereMachineConfig"
    cluster = _cluster(name, kind, control_planes=2, workers=2, etcds=3)
    spec = cluster["spec"]
    spec["controlPlaneConfiguration"]["endpoint"] = {"host": ""}
    spec["controlPlaneConfiguration"]["machineGroupRef"] = {"kind": machine, "name": f"{name}-cp"}
    spec["workerNodeGroupConfigurations"][0]["machineGroupRef"] = {"kind": machine, "name": name}
    spec["externalEtcdConfiguration"]["machineGroupRef"] = {"kind": machine, "name": f"{name}-etcd"}
    datacenter = {"datacenter": "", "insecure": False, "network": "", "server": "", "thumbprint": ""}
    return [
        cluster,
        _document(kind, name, datacenter),
        *(_document(machine, owner, _vsphere_machine()) for owner in (f"{name}-cp", name, f"{name}-etcd")),
    ]


def _vsphere_machine() -> Document:
    return {
        "datastore": "",
        "diskGiB": 25,
        "folder": "",
        "memoryMiB": 8192,
        "numCPUs": 2,
        "osFamily": "bottlerocket",
        "resourcePool": "",
        "users": [{"name": "ec2-user", "sshAuthorizedKeys": ["ssh-rsa AAAA..."]}],
    }


def _cluster(name: str, datacenter_kind: str, *, control_planes: int, workers: int, etcds: int) -> Document:
    spec = {
        "clusterNetwork": {
            "cniConfig": {"cilium": {}},
            "pods": {"cidrBlocks": ["192.168.0.0/16"]},
            "services": {"cidrBlocks": ["10.96.0.0/12"]},
        },
        "controlPlaneConfiguration": {"count": control_planes},
        "datacenterRef": {"kind": datacenter_kind, "name": name},
        "externalEtcdConfiguration": {"count": etcds},
        "kubernetesVersion": KUBERNETES_VERSION,
        "managementCluster": {"name": name},
        "workerNodeGroupConfigurations": [{"count": workers, "name": "md-0"}],
    }
    return _document("Cluster", name, spec)


def _document(kind: str, name: str, spec: Document) -> Document:
    return {"apiVersion": API_VERSION, "kind": kind, "metadata": {"name": name}, "spec": spec}


PROVIDERS: t.Mapping[str, t.Callable[[str], list[Document]]] = {"vsphere": _vsphere, "docker": _docker}

__all__ = ("KUBERNETES_VERSION", "PROVIDERS", "generate_config")
