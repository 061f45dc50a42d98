# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""A config to start from, with the values and the blanks that the vendor's generator writes."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config.checks.topology import name_problems
from ansible_collections.eks.anywhere.plugins.module_utils._config.schema import API_VERSION
from ansible_collections.eks.anywhere.plugins.module_utils._config.text import dumped
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError

KUBERNETES_VERSION = "1.36"
_KEYS = ["ssh-rsa AAAA..."]

Document = dict[str, t.Any]


@dataclasses.dataclass(frozen=True)
class Layout:
    """What a cluster of a provider starts with.

    ``prefix`` is how the provider's kinds begin. Without external etcd ``etcds`` is 0; without a spec of machines there
    are no machine configs, and the address of the API is not for the user to choose.
    """

    prefix: str
    control_planes: int
    workers: int
    etcds: int
    datacenter: Document
    machine: Document | None = None


def generate_config(name: str, provider: str) -> str:
    """Documents of a new cluster as text; ``provider`` is one of ``PROVIDERS``."""
    problems = name_problems(name)
    if problems:
        raise EksaError(problems[0], code="config.name_invalid")
    if provider not in PROVIDERS:
        raise EksaError(
            REMOVED.get(provider, f"Provider {provider} is not supported yet."),
            code="config.not_supported",
            hint=f"Supported: {', '.join(PROVIDERS)}.",
        )
    return "---\n".join(dumped(document, sort=True) for document in _documents(name, PROVIDERS[provider]))


def _documents(name: str, layout: Layout) -> t.Iterator[Document]:
    datacenter, machine = f"{layout.prefix}DatacenterConfig", f"{layout.prefix}MachineConfig"
    control_plane: Document = {"count": layout.control_planes}
    workers: Document = {"count": layout.workers, "name": "md-0"}
    etcd: Document = {"count": layout.etcds}
    owners = {f"{name}-cp": control_plane, name: workers}
    if layout.etcds:
        owners[f"{name}-etcd"] = etcd
    if layout.machine is not None:
        control_plane["endpoint"] = {"host": ""}
        for owner, section in owners.items():
            section["machineGroupRef"] = {"kind": machine, "name": owner}
    spec = {
        "clusterNetwork": {
            "cniConfig": {"cilium": {}},
            "pods": {"cidrBlocks": ["192.168.0.0/16"]},
            "services": {"cidrBlocks": ["10.96.0.0/12"]},
        },
        "controlPlaneConfiguration": control_plane,
        "datacenterRef": {"kind": datacenter, "name": name},
        "kubernetesVersion": KUBERNETES_VERSION,
        "managementCluster": {"name": name},
        "workerNodeGroupConfigurations": [workers],
        **({"externalEtcdConfiguration": etcd} if layout.etcds else {}),
    }
    yield _document("Cluster", name, spec)
    yield _document(datacenter, name, layout.datacenter)
    if layout.machine is not None:
        yield from (_document(machine, owner, layout.machine) for owner in owners)


def _document(kind: str, name: str, spec: Document) -> Document:
    return {"apiVersion": API_VERSION, "kind": kind, "metadata": {"name": name}, "spec": spec}


_VSPHERE = Layout(
    prefix="VSphere",
    control_planes=2,
    workers=2,
    etcds=3,
    datacenter={"datacenter": "", "insecure": False, "network": "", "server": "", "thumbprint": ""},
    machine={
        "datastore": "",
        "diskGiB": 25,
        "folder": "",
        "memoryMiB": 8192,
        "numCPUs": 2,
        "osFamily": "bottlerocket",
        "resourcePool": "",
        "users": [{"name": "ec2-user", "sshAuthorizedKeys": _KEYS}],
    },
)
_DOCKER = Layout(prefix="Docker", control_planes=1, workers=1, etcds=1, datacenter={})
_NUTANIX = Layout(
    prefix="Nutanix",
    control_planes=2,
    workers=2,
    etcds=3,
    datacenter={
        "credentialRef": {"kind": "Secret", "name": "nutanix-credentials"},
        "endpoint": "<enter Prism Central Endpoint (FQDN or IP) here>",
        "port": 9440,
    },
    machine={
        "bootType": "legacy",
        "cluster": {"name": "<Enter Prism Element cluster name here>", "type": "name"},
        "image": {"name": "<Enter image name here>", "type": "name"},
        "memorySize": "4Gi",
        "osFamily": "ubuntu",
        "subnet": {"name": "<Enter subnet name here>", "type": "name"},
        "systemDiskSize": "40Gi",
        "users": [{"name": "eksa", "sshAuthorizedKeys": _KEYS}],
        "vcpuSockets": 2,
        "vcpusPerSocket": 1,
    },
)
_TINKERBELL = Layout(
    prefix="Tinkerbell",
    control_planes=1,
    workers=1,
    etcds=0,
    datacenter={"osImageURL": "", "tinkerbellIP": ""},
    machine={
        "osFamily": "ubuntu",
        "osImageURL": "",
        "templateRef": {},
        "users": [{"name": "ec2-user", "sshAuthorizedKeys": _KEYS}],
    },
)
_SNOW = Layout(
    prefix="Snow",
    control_planes=3,
    workers=3,
    etcds=0,
    datacenter={"identityRef": {}},
    machine={
        "devices": [""],
        "instanceType": "sbe-c.large",
        "network": {"directNetworkInterfaces": [{"dhcp": True, "index": 1, "primary": True}]},
        "osFamily": "ubuntu",
        "physicalNetworkConnector": "SFP_PLUS",
    },
)

PROVIDERS: t.Mapping[str, Layout] = {
    "vsphere": _VSPHERE,
    "docker": _DOCKER,
    "nutanix": _NUTANIX,
    "tinkerbell": _TINKERBELL,
    "snow": _SNOW,
}
REMOVED: t.Mapping[str, str] = {
    "cloudstack": "CloudStack support has been deprecated: EKS Anywhere has no components for it since v0.26.",
}
"""Providers that were, and what became of them."""

__all__ = ("KUBERNETES_VERSION", "PROVIDERS", "generate_config")
