# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""vSphere clusters to render: the least config, changed by one feature at a time."""

from __future__ import annotations

import functools
import pathlib
import typing as t

import yaml

from ansible_collections.eks.anywhere.plugins.module_utils._config.cluster import read
from ansible_collections.eks.anywhere.plugins.module_utils._render.texts import render

GOLDEN = pathlib.Path(__file__).resolve().parents[1] / "golden"
TEXTS = {path.name: path.read_text(encoding="utf-8") for path in GOLDEN.iterdir()}
RELEASES = [TEXTS["kubernetes-1-34-eks-9.yaml"], TEXTS["kubernetes-1-30-eks-4.yaml"]]
SYSTEMS = ("ubuntu", "redhat", "bottlerocket")
ENVIRON = {
    "EKSA_VSPHERE_USERNAME": "operator@vsphere.local",
    "EKSA_VSPHERE_PASSWORD": "not-a-secret",
    "REGISTRY_USERNAME": "puller",
    "REGISTRY_PASSWORD": "nor-this",
}
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGm8cbxRMrfMJFxkJ0rqLcqwgGUxvhpsgBg1bwn3NWxb"
NAMES = {"cp": "w01-cp", "workers": "w01", "etcd": "w01-etcd"}
"""Section -> its VSphereMachineConfig."""

Obj = dict[str, t.Any]
Documents = dict[str, Obj]
Change = t.Callable[[Documents], object]


def at(path: str, value: t.Any) -> Change:
    """A change that puts a value at ``section.a.0.b`` of a spec; ``machines`` stands for all machine configs."""
    section, *keys = path.split(".")

    def change(found: Documents) -> None:
        for name in NAMES if section == "machines" else (section,):
            target: t.Any = found.get(name)
            if target is None:
                continue
            for key in keys[:-1]:
                target = target[int(key)] if isinstance(target, list) else target.setdefault(key, {})
            target[keys[-1]] = value

    return change


def all_of(*changes: Change) -> Change:
    """Several changes as one."""

    def change(found: Documents) -> None:
        for one_change in changes:
            one_change(found)

    return change


def config(system: str, change: Change = lambda found: None, *, external_etcd: bool = False) -> str:
    """The least config of an operating system, changed."""
    found = {"cluster": _cluster(), "datacenter": _datacenter(), "cp": _machine(system), "workers": _machine(system)}
    if external_etcd:
        at("cluster.externalEtcdConfiguration", {"count": 3, "machineGroupRef": _ref("etcd")})(found)
        found["etcd"] = _machine(system)
    change(found)
    kinds = {"cluster": ("Cluster", "w01"), "datacenter": ("VSphereDatacenterConfig", "dc")}
    kinds |= {section: ("VSphereMachineConfig", name) for section, name in NAMES.items()}
    return yaml.safe_dump_all(
        {
            "apiVersion": "anywhere.eks.amazonaws.com/v1alpha1",
            "kind": kinds[section][0],
            "metadata": {"name": kinds[section][1]},
            "spec": spec,
        }
        for section, spec in found.items()
    )


def objects(text: str) -> list[Obj]:
    """All objects of a config."""
    made = render(read(text), bundles=TEXTS["bundles.yaml"], releases=RELEASES, environ=ENVIRON, template_facts={})
    return list(made.objects)


def look(text: str, path: str) -> t.Any:
    """What stands at ``Kind:a.b.0.c`` of the spec of the first object of a kind (or ``Kind/name``); None if nothing."""
    kind, _colon, keys = path.partition(":")
    kind, _slash, name = kind.partition("/")
    made = next(obj for obj in objects(text) if obj["kind"] == kind and name in ("", obj["metadata"]["name"]))
    return functools.reduce(_step, keys.split("."), made["spec"])


def _step(found: t.Any, key: str) -> t.Any:
    if isinstance(found, list):
        return found[int(key)]
    return None if found is None else found.get(key)


def _cluster() -> Obj:
    return {
        "kubernetesVersion": "1.34",
        "eksaVersion": "v0.26.0",
        "controlPlaneConfiguration": {
            "count": 3,
            "endpoint": {"host": "198.18.0.10"},
            "machineGroupRef": _ref("cp"),
        },
        "workerNodeGroupConfigurations": [{"name": "md-0", "count": 2, "machineGroupRef": _ref("workers")}],
        "datacenterRef": {"kind": "VSphereDatacenterConfig", "name": "dc"},
        "clusterNetwork": {
            "cniConfig": {"cilium": {}},
            "pods": {"cidrBlocks": ["192.168.0.0/16"]},
            "services": {"cidrBlocks": ["10.96.0.0/12"]},
        },
    }


def _ref(section: str) -> Obj:
    return {"kind": "VSphereMachineConfig", "name": NAMES[section]}


def _datacenter() -> Obj:
    return {"server": "vcenter.example.org", "datacenter": "DC0", "network": "VM Network", "thumbprint": "AB:CD"}


def _machine(system: str) -> Obj:
    user = {"name": "ec2-user" if system == "bottlerocket" else "capv", "sshAuthorizedKeys": [f"{KEY} me@example.org"]}
    return {
        "datastore": "/DC0/datastore/ds0",
        "resourcePool": "/DC0/host/C0/Resources",
        "folder": "/DC0/vm/w01",
        "numCPUs": 2,
        "memoryMiB": 8192,
        "diskGiB": 25,
        "cloneMode": "linkedClone",
        "osFamily": system,
        "template": f"/DC0/vm/Templates/{system}",
        "users": [user],
    }


__all__ = ("ENVIRON", "GOLDEN", "NAMES", "RELEASES", "SYSTEMS", "TEXTS", "all_of", "at", "config", "look", "objects")
