# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""The lab's first cluster: its config files, as a user would have written them, and the inventory that names it."""

from __future__ import annotations

import dataclasses
import ipaddress
import typing as t
from pathlib import Path

from ansible_collections.eks.anywhere.plugins.module_utils._config.bundles import load_bundles
from ansible_collections.eks.anywhere.plugins.module_utils._config.cluster import load
from ansible_collections.eks.anywhere.plugins.module_utils._lab.releases import FIRST, Release
from ansible_collections.eks.anywhere.plugins.module_utils._render.cilium import cilium_values
from ansible_collections.eks.anywhere.plugins.module_utils._yaml import yaml

NAME = "w01"
ENDPOINT_FROM_TOP = 100
ETCD_MEMBERS = 3
_API = "anywhere.eks.amazonaws.com/v1alpha1"

Document = dict[str, t.Any]


@dataclasses.dataclass(frozen=True)
class Place:
    """Where the lab's clusters go: the vCenter, the machines' network, and the release whose template they boot."""

    server: str
    thumbprint: str
    subnet: str
    username: str
    release: Release = FIRST

    @property
    def endpoint(self) -> str:
        """An address near the top of the network, which docker hands out from the bottom."""
        return str(ipaddress.ip_network(self.subnet)[-ENDPOINT_FROM_TOP])


def cluster_documents(
    place: Place, *, name: str = NAME, control_planes: int = 1, workers: int = 1, etcd: int = 0
) -> list[Document]:
    """A vSphere cluster on the lab: with stacked etcd, or with that many machines for an etcd of its own."""
    documents = [
        _cluster(place, name, control_planes, workers),
        _object(
            "VSphereDatacenterConfig",
            name,
            {
                "datacenter": "DC0",
                "insecure": False,
                "network": "/DC0/network/DC0_DVPG0",
                "server": place.server,
                "thumbprint": place.thumbprint,
            },
        ),
        _machine(place, f"{name}-cp", "eksa-control-plane"),
        _machine(place, name, "eksa-workers"),
    ]
    return _with_external_etcd(documents, name, etcd, place) if etcd else documents


def _with_external_etcd(documents: list[Document], name: str, members: int, place: Place) -> list[Document]:
    group = {"kind": "VSphereMachineConfig", "name": f"{name}-etcd"}
    documents[0]["spec"]["externalEtcdConfiguration"] = {"count": members, "machineGroupRef": group}
    return [*documents, _machine(place, group["name"], "eksa-control-plane")]


def _object(kind: str, name: str, spec: Document) -> Document:
    return {"apiVersion": _API, "kind": kind, "metadata": {"name": name}, "spec": spec}


def _cluster(place: Place, name: str, control_planes: int, workers: int) -> Document:
    spec: Document = {
        "clusterNetwork": {
            "cniConfig": {"cilium": {}},
            "pods": {"cidrBlocks": ["192.168.0.0/16"]},
            "services": {"cidrBlocks": ["10.96.0.0/12"]},
        },
        "controlPlaneConfiguration": {
            "count": control_planes,
            "endpoint": {"host": place.endpoint},
            "machineGroupRef": {"kind": "VSphereMachineConfig", "name": f"{name}-cp"},
        },
        "datacenterRef": {"kind": "VSphereDatacenterConfig", "name": name},
        "kubernetesVersion": place.release.minor,
        "managementCluster": {"name": name},
        "workerNodeGroupConfigurations": [
            {"count": workers, "machineGroupRef": {"kind": "VSphereMachineConfig", "name": name}, "name": "md-0"}
        ],
    }
    return _object("Cluster", name, spec)


def _machine(place: Place, name: str, pool: str) -> Document:
    return _object(
        "VSphereMachineConfig",
        name,
        {
            "datastore": "/DC0/datastore/LocalDS_0",
            "diskGiB": 25,
            "folder": "/DC0/vm/eksa",
            "memoryMiB": 8192,
            "numCPUs": 2,
            "osFamily": "ubuntu",
            "resourcePool": f"/DC0/host/DC0_C0/Resources/{pool}",
            "template": f"/DC0/vm/Templates/{place.release.template}",
            "users": [{"name": "capv", "sshAuthorizedKeys": [_PUBLIC_KEY]}],
        },
    )


_PUBLIC_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHr0vZ0bq1b8o1m2lJ5m1r0m5Z3n8yM2yF2B0kqk3Lw1 lab"
"""Nobody holds the private half: the lab's machines run no SSH server."""


def _with_vxlan(documents: list[Document], bundles: str) -> list[Document]:
    # Documented override: helmValues replace all values of the chart, so they start from the product's own.
    config = load(yaml.dump_all(documents))
    bundle = load_bundles(bundles).for_version(config.kubernetes_version).cilium
    values = cilium_values(config, agent_image=bundle.agent_image, operator_image=bundle.operator_image)
    documents[0]["spec"]["clusterNetwork"]["cniConfig"]["cilium"] = {
        "helmValues": {**values, "tunnelProtocol": "vxlan"}
    }
    return documents


def write_first_cluster(run: Path, place: Place, *, bundles: Path, tools: Path) -> None:
    """Write ``inventory.yml`` and two configs of its cluster below the lab's run folder.

    ``clusters/w01.yaml`` is the one that the inventory names, ``clusters/w01-external-etcd.yaml`` the other choice.
    """
    config, _other = write_configs(run, place, bundles=bundles)
    variables = {
        "ansible_connection": "local",
        "ansible_python_interpreter": "{{ ansible_playbook_python }}",
        "eksa_bundles_file": str(bundles),
        "eksa_state_dir": str(run / "state"),
        "eksa_tools_dir": str(tools),
        "eksa_vsphere_username": place.username,
        "eksa_vsphere_password": f"{{{{ lookup('ansible.builtin.file', '{run / 'password'}') }}}}",
    }
    inventory = {"eksa_clusters": {"hosts": {NAME: {"eksa_config_file": str(config)}}, "vars": variables}}
    (run / "inventory.yml").write_text(yaml.dump(inventory, Dumper=yaml.CSafeDumper, sort_keys=False))


def write_configs(run: Path, place: Place, *, bundles: Path) -> tuple[Path, Path]:
    """Write the first cluster's configs for the release of ``place``: with stacked and with external etcd.

    Those of a later release are the first one's, edited as for an upgrade; their names end with the release's.
    """
    ending = "" if place.release == FIRST else f"-{place.release.name}"
    return (
        _write_config(run, f"{NAME}{ending}", cluster_documents(place), bundles),
        _write_config(run, f"{NAME}-external-etcd{ending}", cluster_documents(place, etcd=ETCD_MEMBERS), bundles),
    )


def _write_config(run: Path, name: str, documents: list[Document], bundles: Path) -> Path:
    config = run / "clusters" / f"{name}.yaml"
    config.parent.mkdir(parents=True, exist_ok=True)
    text = yaml.dump_all(_with_vxlan(documents, bundles.read_text()), Dumper=yaml.CSafeDumper, sort_keys=False)
    config.write_text(text)
    return config


__all__ = ("Place", "cluster_documents", "write_configs", "write_first_cluster")
