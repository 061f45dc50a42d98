# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which virtual machines are a cluster's own, and what proves that one is gone."""

from __future__ import annotations

import dataclasses

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._plan.delete_machines import (
    Known,
    Owner,
    evidence,
    known_machines,
    presence,
    verdicts,
)
from ansible_collections.eks.anywhere.plugins.module_utils._ports import (
    FoundMachines,
    MachineFacts,
    MachineItem,
    Obj,
)

ENDPOINT = "192.0.2.10"
HERE = "/DC0/vm/eksa"
OWNER = Owner(cluster="prod", endpoint=ENDPOINT, groups=("md-0",), folders=(HERE,))
KNOWN = Known("prod-x2x9l", uuid="uuid-1", instance_uuid="uid-1", folders=(HERE,), task="task-7")


def machine(name: str, *marks: str, **more: object) -> MachineItem:
    base = MachineItem(
        path=f"{HERE}/{name}", kind="VirtualMachine", ref="vm-1", name=name, uuid="u", instance_uuid="i", marks=marks
    )
    return dataclasses.replace(base, **more)  # type: ignore[arg-type]


def verdict(item: MachineItem, owner: Owner = OWNER) -> str:
    """``ours``, ``doubtful``, or ``another's``."""
    found = verdicts(FoundMachines((item,)), owner)
    return ("ours" if found[0].proven else "doubtful") if found else "another's"


MACHINES: dict[str, tuple[MachineItem, str]] = {
    "control plane": (machine("prod-x2x9l", ENDPOINT, "kubeadm", hostname="prod-x2x9l"), "ours"),
    "worker": (machine("prod-md-0-4bcdf-x2x9l", ENDPOINT, "kubeadm"), "ours"),
    "worker of a group that is no more": (machine("prod-old-4bcdf-x2x9l", ENDPOINT, "kubeadm"), "ours"),
    "etcd member": (machine("prod-etcd-x2x9l", "etcdadm"), "ours"),
    "control plane of a cluster named prod-etcd": (machine("prod-etcd-x2x9l", "kubeadm"), "doubtful"),
    "another cluster's control plane": (machine("prod-db-x2x9l", "kubeadm"), "another's"),
    "another cluster's worker of our name": (machine("prod-md-0-4bcdf-x2x9l", "kubeadm"), "doubtful"),
    "made by hand": (machine("prod-jumphost"), "another's"),
    "made by hand, with an unlucky name": (machine("prod-x2x9l"), "doubtful"),
    "ours by boot data, renamed by somebody": (machine("prod-x2x9l", ENDPOINT, hostname="prod-bbbbb"), "doubtful"),
    "no random end": (machine("prod-backup", ENDPOINT), "another's"),
    "vowels are no random end": (machine("prod-aeiou", ENDPOINT), "another's"),
    "a template": (machine("prod-x2x9l", ENDPOINT, is_template=True), "another's"),
}


@pytest.mark.parametrize("name", MACHINES)
def test_a_name_alone_proves_nothing(name: str) -> None:
    item, wanted = MACHINES[name]
    assert verdict(item) == wanted


@pytest.mark.parametrize("field", ["uuid", "instance_uuid"])
def test_a_known_uuid_proves_it_together_with_the_name(field: str) -> None:
    owner = dataclasses.replace(OWNER, known=(KNOWN,))
    its = {"uuid": "UUID-1", "instance_uuid": "UID-1"}[field]
    assert verdict(machine("prod-x2x9l", **{field: its}), owner) == "ours"
    assert verdict(machine("renamed", **{field: its}), owner) == "doubtful"
    assert verdict(machine("prod-x2x9l", **{field: its}, is_template=True), owner) == "another's"


def test_long_names_are_cut_as_cluster_api_cuts_them() -> None:
    name = "c" * 60
    owner = dataclasses.replace(OWNER, cluster=name)
    assert owner.search.prefix == "c" * 58
    assert verdict(machine("c" * 58 + "x2x9l", ENDPOINT), owner) == "ours"


def test_without_endpoint_boot_data_proves_nothing() -> None:
    owner = dataclasses.replace(OWNER, endpoint="")
    assert owner.search.marks == ("etcdadm", "kubeadm")
    assert verdict(machine("prod-x2x9l", "kubeadm"), owner) == "doubtful"


def objects() -> list[Obj]:
    infrastructure = "infrastructure.cluster.x-k8s.io/v1beta1"
    metadata = {"name": "prod-x2x9l", "namespace": "eksa-system", "uid": "uid-1"}
    vm_spec = {"biosUUID": "UUID-1", "folder": HERE}
    return [
        {
            "apiVersion": infrastructure,
            "kind": "VSphereVM",
            "metadata": metadata,
            "spec": vm_spec,
            "status": {"taskRef": "task-7"},
        },
        {
            "apiVersion": infrastructure,
            "kind": "VSphereMachine",
            "metadata": {**metadata, "uid": "uid-2"},
            "spec": {"providerID": "vsphere://uuid-1"},
        },
        {
            "apiVersion": "cluster.x-k8s.io/v1beta2",
            "kind": "Machine",
            "metadata": {**metadata, "name": "prod-new", "uid": "uid-3"},
        },
        {
            "apiVersion": "cluster.x-k8s.io/v1beta2",
            "kind": "Cluster",
            "metadata": {**metadata, "name": "prod", "uid": "uid-4"},
        },
    ]


def test_objects_of_one_machine_tell_of_it_together() -> None:
    assert known_machines(objects()) == (KNOWN, Known("prod-new"))
    assert known_machines(reversed(objects()))[1] == KNOWN


def found(*items: MachineItem, unseen: tuple[str, ...] = ()) -> FoundMachines:
    return FoundMachines(items, unseen)


@pytest.mark.parametrize(
    ("seen", "facts", "words"),
    [
        (found(), {}, ""),
        (found(machine("prod-bbbbb")), {}, ""),
        (found(machine("prod-x2x9l")), {}, "exists"),
        (found(machine("renamed", uuid="uuid-1", power="poweredOn")), {}, "exists (poweredOn)"),
        (found(machine("renamed", instance_uuid="uid-1")), {}, "exists"),
        (found(), {"prod-x2x9l": MachineFacts(running_task="CloneVM_Task: running, 40 %")}, "still works on it"),
        (found(), {"prod-x2x9l": MachineFacts(failed_task="CloneVM_Task: no space")}, ""),
        (found(unseen=(HERE,)), {}, "cannot be looked into"),
        (found(unseen=("/DC0/vm/other",)), {}, ""),
    ],
)
def test_a_machine_is_gone_only_when_no_trace_is_left(
    seen: FoundMachines, facts: dict[str, MachineFacts], words: str
) -> None:
    assert words in presence(KNOWN, seen, facts)
    assert bool(presence(KNOWN, seen, facts)) == bool(words)


def test_of_what_nothing_is_known_nothing_is_proven() -> None:
    assert presence(Known("prod-new"), found(), {})


def test_the_evidence_names_what_was_looked_for() -> None:
    assert evidence(KNOWN, "vc") == (
        f"vCenter vc has no virtual machine with BIOS UUID uuid-1 or instance UUID uid-1 or name prod-x2x9l in {HERE}"
    )
