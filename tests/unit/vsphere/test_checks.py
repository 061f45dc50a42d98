# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each check of a vCenter by an inventory that passes and one that fails with its code."""

from __future__ import annotations

import dataclasses
import string

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._checks import (
    capacity,
    endpoints,
    machines,
    naming,
    placing,
    vsphere,
)
from ansible_collections.eks.anywhere.plugins.module_utils._checks.finding import found
from ansible_collections.eks.anywhere.plugins.module_utils._checks.rules import RULES
from ansible_collections.eks.anywhere.plugins.module_utils._config.model import ClusterConfig, MachineConfig
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Certificate, Inventory, InventoryItem, Lookup
from ansible_collections.eks.anywhere.tests.unit.vsphere import samples

LINES = [
    "Datacenter validated",
    "Network validated",
    *["Datastore validated", "Folder validated", "Resource pool validated"] * 2,
    "Control plane and Workload templates validated",
]
OTHER = InventoryItem(path="/DC0/x", kind="StoragePod", ref="group-9")
OTHER_POOL = InventoryItem(path="/DC0/host/DC0_H0/Resources", kind="ResourcePool", ref="resgroup-2")
NEAR = Lookup(near=("/DC0/vm/a", "/DC0/vm/b"))


def with_machines(config: ClusterConfig, **changes: object) -> ClusterConfig:
    """The config with all its machine configs changed."""

    def changed(machine: MachineConfig | None) -> MachineConfig | None:
        return machine and dataclasses.replace(machine, **changes)  # type: ignore[arg-type]

    return dataclasses.replace(
        config,
        control_plane=dataclasses.replace(config.control_plane, machine=changed(config.control_plane.machine)),
        workers=tuple(dataclasses.replace(group, machine=changed(group.machine)) for group in config.workers),
    )


def codes(config: ClusterConfig, inventory: Inventory) -> list[str]:
    """Codes of what the steps find, without repetition."""
    steps = vsphere.inventory_steps(config, samples.bundles(), inventory)
    return list(dict.fromkeys(finding.code for step in steps for finding in step.findings))


def test_query_asks_for_what_the_config_names_and_no_more() -> None:
    asked = vsphere.query(samples.config())
    assert asked.datacenter == "DC0"
    assert asked.networks == ("/DC0/network/VM Network",)
    assert asked.datastores == ("/DC0/datastore/LocalDS_0",)
    assert asked.folders == ("/DC0/vm/eksa",)
    assert asked.resource_pools == ("/DC0/host/DC0_C0/Resources", "*/Resources")
    assert asked.templates == ("/DC0/vm/Templates/ubuntu-1-34", "ubuntu-1-34")


def test_all_is_well_in_the_documented_order() -> None:
    steps = vsphere.inventory_steps(samples.config(), samples.bundles(), samples.inventory())
    assert [step.line for step in steps] == LINES
    assert [finding for step in steps for finding in step.findings] == []


@pytest.mark.parametrize(
    ("lookups", "code"),
    [
        ({"datacenter": Lookup()}, "vsphere.datacenter_not_found"),
        ({"datacenter": Lookup(denied="System.View")}, "vsphere.no_permission"),
        ({"networks": NEAR}, "vsphere.network_not_found"),
        ({"networks": Lookup(items=(OTHER,))}, "vsphere.wrong_kind"),
        ({"datastores": NEAR}, "vsphere.datastore_not_found"),
        ({"datastores": Lookup(items=(OTHER,))}, "vsphere.wrong_kind"),
        ({"datastores": samples.only(samples.DATASTORE, accessible=False)}, "vsphere.datastore_inaccessible"),
        ({"datastores": Lookup(items=(samples.DATASTORE,), denied="System.Read")}, "vsphere.no_permission"),
        ({"folders": NEAR}, "vsphere.folder_not_found"),
        ({"resource_pools": NEAR}, "vsphere.resource_pool_not_found"),
        ({"resource_pools": Lookup(items=(samples.POOL, OTHER_POOL))}, "vsphere.resource_pool_ambiguous"),
        ({"templates": NEAR}, "vsphere.template_not_found"),
        ({"templates": Lookup(items=(samples.TEMPLATE, samples.TEMPLATE))}, "vsphere.template_ambiguous"),
        ({"templates": samples.only(samples.TEMPLATE, is_template=False)}, "vsphere.template_not_a_template"),
        ({"templates": samples.only(samples.TEMPLATE, disks_kib=())}, "vsphere.template_without_disk"),
        ({"templates": samples.only(samples.TEMPLATE, tags=(samples.OS_TAG,))}, "vsphere.template_tag_missing"),
        ({"templates": samples.only(samples.TEMPLATE, tags=(samples.RELEASE_TAG,))}, "vsphere.template_tag_missing"),
        ({"templates": samples.only(samples.TEMPLATE, tags=None)}, "vsphere.no_permission"),
    ],
)
def test_one_thing_wrong_in_the_inventory(lookups: dict[str, Lookup], code: str) -> None:
    assert codes(samples.config(), samples.inventory(**lookups)) == [code]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"datastore": "/DC1/datastore/x"}, "vsphere.wrong_place"),
        ({"folder": "/DC0/host/x"}, "vsphere.wrong_place"),
        ({"resource_pool": "/DC0/vm/x"}, "vsphere.wrong_place"),
        ({"template": ""}, "vsphere.template_not_set"),
        ({"clone_mode": "linkedClone", "disk_gib": 30}, "vsphere.linked_clone_disk_size"),
        ({"disk_gib": 20}, "vsphere.disk_raised"),
    ],
)
def test_one_thing_wrong_in_the_config(changes: dict[str, object], code: str) -> None:
    assert codes(with_machines(samples.config(), **changes), samples.inventory()) == [code]


@pytest.mark.parametrize(
    "changes", [{"clone_mode": "linkedClone"}, {"clone_mode": "fullClone", "disk_gib": 60}, {"disk_gib": 0}]
)
def test_clone_modes_and_sizes_that_fit(changes: dict[str, object]) -> None:
    assert codes(with_machines(samples.config(), **changes), samples.inventory()) == []


def test_linked_clone_needs_a_snapshot() -> None:
    bare = samples.only(samples.TEMPLATE, has_snapshot=False)
    linked = with_machines(samples.config(), clone_mode="linkedClone")
    assert codes(linked, samples.inventory(templates=bare)) == ["vsphere.linked_clone_without_snapshot"]
    assert codes(samples.config(), samples.inventory(templates=bare)) == []


def test_a_missing_tag_and_the_nearest_names_are_told() -> None:
    missing = samples.only(samples.TEMPLATE, tags=(samples.OS_TAG,))
    steps = vsphere.inventory_steps(samples.config(), samples.bundles(), samples.inventory(templates=missing))
    assert "template /DC0/vm/Templates/ubuntu-1-34: is missing tag eksdRelease:kubernetes-1-34-eks-9" in str(
        steps[-1].findings[0]
    )
    near = Lookup(near=("/DC0/vm/Templates/windows", "/DC0/vm/Templates/ubuntu-1-33"))
    steps = vsphere.inventory_steps(samples.config(), samples.bundles(), samples.inventory(templates=near))
    assert "nearest: /DC0/vm/Templates/ubuntu-1-33, " in str(steps[-1].findings[0])


def test_each_group_needs_the_tag_of_its_own_version() -> None:
    config = samples.config()
    older = dataclasses.replace(
        config, workers=tuple(dataclasses.replace(group, kubernetes_version="1.33") for group in config.workers)
    )
    worker = older.workers[0].machine
    assert worker is not None
    assert machines.required_tags(older, worker, samples.bundles()) == [
        "eksdRelease:kubernetes-1-33-eks-20",
        "os:ubuntu",
    ]
    assert codes(older, samples.inventory()) == ["vsphere.template_tag_missing"]


def test_without_bundles_a_warning_says_what_was_not_checked() -> None:
    steps = vsphere.inventory_steps(samples.config(), None, samples.inventory())
    assert [(finding.code, finding.severity) for finding in steps[-1].findings] == [
        ("vsphere.template_release_unchecked", "warning")
    ]


FEW, UPGRADE, LINKED = (f"vsphere.datastore_space{end}" for end in ("", "_upgrade", "_linked"))


@pytest.mark.parametrize(
    ("free_gib", "mode", "snapshot", "wanted"),
    [
        (75 + 50, "fullClone", True, []),
        (75 + 49, "fullClone", True, [UPGRADE]),
        (74, "fullClone", True, [FEW]),
        (74, "", False, [FEW]),  # without a snapshot there is nothing to link to
        (75 + 50, "linkedClone", True, []),
        (74, "linkedClone", True, [LINKED]),
        (74, "", True, [LINKED]),
    ],
)
def test_space_for_all_machines_of_a_datastore(free_gib: int, mode: str, snapshot: bool, wanted: list[str]) -> None:
    datastores = samples.only(samples.DATASTORE, free_bytes=free_gib * samples.GIB)
    templates = samples.only(samples.TEMPLATE, has_snapshot=snapshot)
    config = with_machines(samples.config(), clone_mode=mode)
    findings = capacity.space_findings(
        placing.placed(config, samples.inventory(datastores=datastores, templates=templates))
    )
    assert [finding.code for finding in findings] == wanted
    assert all("(prod-cp 1 x 25, prod-md 2 x 25)" in finding.seen for finding in findings)
    assert all("75 GiB needed" in finding.seen for finding in findings if finding.severity == "error")


def test_a_full_clone_takes_every_disk_of_its_template() -> None:
    datastores = samples.only(samples.DATASTORE, free_bytes=3 * 28 * samples.GIB - 1)
    two = samples.only(samples.TEMPLATE, disks_kib=(25 * samples.KIB_PER_GIB, 2 * samples.KIB_PER_GIB + 1))
    config = with_machines(samples.config(), clone_mode="fullClone")
    (finding,) = capacity.space_findings(
        placing.placed(config, samples.inventory(datastores=datastores, templates=two))
    )
    assert finding.seen == "83 GiB free, 84 GiB needed (prod-cp 1 x 28, prod-md 2 x 28)"


@pytest.mark.parametrize(("disk_gib", "linked"), [(25, True), (30, False)])
def test_another_size_than_the_template_s_makes_copies(disk_gib: int, linked: bool) -> None:
    config = with_machines(samples.config(), disk_gib=disk_gib)
    machine = config.control_plane.machine
    assert machine is not None
    assert machines.is_linked(machine, samples.TEMPLATE) is linked


SELF_SIGNED = Certificate(sha1="AB:CD", sha256="EF:01", problem="self-signed certificate")


@pytest.mark.parametrize(
    ("certificate", "insecure", "thumbprint", "wanted"),
    [
        (Certificate(sha1="AB:CD", sha256="EF:01"), False, "", []),
        (Certificate(sha1="AB:CD", sha256="EF:01"), False, "00:00", []),
        (SELF_SIGNED, True, "", []),
        (SELF_SIGNED, False, "", ["vsphere.thumbprint_required"]),
        (SELF_SIGNED, False, "00:00", ["vsphere.thumbprint_mismatch"]),
        (SELF_SIGNED, False, "AB:CD", []),
        (SELF_SIGNED, False, "abcd", []),
        (SELF_SIGNED, False, "EF:01", []),
    ],
)
def test_thumbprint(certificate: Certificate, insecure: bool, thumbprint: str, wanted: list[str]) -> None:
    config = samples.config()
    assert config.datacenter is not None
    place = dataclasses.replace(config.datacenter, insecure=insecure, thumbprint=thumbprint)
    findings = endpoints.thumbprint(dataclasses.replace(config, datacenter=place), certificate)
    assert [finding.code for finding in findings] == wanted


@pytest.mark.parametrize(
    ("host", "port", "wanted"),
    [
        ("192.0.2.10", None, []),
        ("192.0.2.10", 6443, ["vsphere.endpoint_in_use"]),
        ("2001:db8::1", None, []),
        ("api.example.com", None, ["vsphere.endpoint_invalid"]),
    ],
)
def test_endpoint(host: str, port: int | None, wanted: list[str]) -> None:
    findings = endpoints.endpoint(dataclasses.replace(samples.config(), endpoint=host), port)
    assert [finding.code for finding in findings] == wanted


def test_facts_for_rendering_by_the_path_as_written() -> None:
    facts = machines.facts(samples.config(), samples.inventory())
    assert list(facts) == ["/DC0/vm/Templates/ubuntu-1-34", "ubuntu-1-34"]
    assert facts["ubuntu-1-34"] == {
        "path": "/DC0/vm/Templates/ubuntu-1-34",
        "disk_gib": 25,
        "has_snapshot": True,
        "tags": [samples.RELEASE_TAG, samples.OS_TAG],
    }


def test_nearest_ranks_the_name_before_the_place() -> None:
    existing = ["/DC0/vm/windows", "/DC0/vm/old/ubuntu-1-34", "/DC0/vm/Templates/ubuntu-1-33", "/DC0/vm/Templates/rhel"]
    assert naming.nearest("/DC0/vm/Templates/ubuntu-1-34", existing)[:2] == [
        "/DC0/vm/old/ubuntu-1-34",
        "/DC0/vm/Templates/ubuntu-1-33",
    ]
    assert naming.near_words("/DC0/vm/x", []) == ""


@pytest.mark.parametrize("code", sorted(RULES))
def test_every_rule_makes_sentences(code: str) -> None:
    rule = RULES[code]
    sentences = " ".join((rule.check, rule.seen, rule.expected, rule.fix))
    names = {name for _text, name, _format, _how in string.Formatter().parse(sentences) if name} - {"object"}
    finding = found(code, object="THING", **{name: name.upper() for name in names})
    assert finding.code == code
    assert finding.severity in ("error", "warning")
    assert finding.fix.endswith(".")
    assert "{" not in str(finding) + finding.fix
