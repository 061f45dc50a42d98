# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The operation: lines as facts are established, all failures together, nothing more than needed sent."""

from __future__ import annotations

import dataclasses

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._config.model import ClusterConfig
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError, MissingLibrary
from ansible_collections.eks.anywhere.plugins.module_utils._ops.validate import Wishes, server, validate
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Certificate, Inventory, Lookup
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.plugins.module_utils._shell import Lines
from ansible_collections.eks.anywhere.tests.unit.fakes import FakeProbe, FakeVSphere
from ansible_collections.eks.anywhere.tests.unit.vsphere import samples

DOCUMENTED = [
    "✅ Connected to server",
    "✅ Authenticated to vSphere",
    "✅ Datacenter validated",
    "✅ Network validated",
    *["✅ Datastore validated", "✅ Folder validated", "✅ Resource pool validated"] * 2,
    "✅ Control plane and Workload templates validated",
    "✅ Vsphere Provider setup is valid",
]
REFUSED = EksaError("vCenter v refused the password of u.", code="vsphere.login_refused", hint="Check it.")
UNKNOWN = EksaError(
    "vCenter vcenter.example.com: the name v does not resolve.", code="vsphere.unknown_host", hint="Check it."
)


def run(
    lines: Lines,
    *,
    vcenter: FakeVSphere | None = None,
    config: ClusterConfig | None = None,
    probe: FakeProbe | None = None,
    skip_ip_check: bool = False,
) -> Result:
    """The operation with fakes."""
    return validate(
        config=config or samples.config(),
        bundles=samples.bundles(),
        vcenter=vcenter or FakeVSphere(inventory=samples.inventory()),
        probe=probe or FakeProbe(),
        report=lines,
        wishes=Wishes(skip_ip_check=skip_ip_check),
    )


def failure(lines: Lines, **arguments: object) -> EksaError:
    """The error that it raises."""
    with pytest.raises(EksaError) as caught:
        run(lines, **arguments)  # type: ignore[arg-type]
    return caught.value


def test_all_documented_lines_and_no_change() -> None:
    lines = Lines()
    result = run(lines)
    assert lines.lines == DOCUMENTED
    assert not result.changed
    assert result.data["findings"] == []
    assert result.data["template_facts"]["ubuntu-1-34"]["disk_gib"] == 25


def test_a_warning_is_shown_and_returned() -> None:
    lines = Lines()
    small = samples.only(samples.TEMPLATE, disks_kib=(30 * samples.KIB_PER_GIB,))
    result = run(lines, vcenter=FakeVSphere(inventory=samples.inventory(templates=small)))
    assert [finding["code"] for finding in result.data["findings"]] == ["vsphere.disk_raised"] * 2
    assert [line for line in lines.lines if line.startswith("Warning: VSphereMachineConfig prod-cp: diskGiB 25")]
    assert [line for line in lines.lines if line.startswith("✅")] == DOCUMENTED


def test_a_single_failure_speaks_for_itself() -> None:
    lines = Lines()
    vcenter = FakeVSphere(inventory=samples.inventory(templates=Lookup(near=("/DC0/vm/Templates/ubuntu-1-33",))))
    only_cp = dataclasses.replace(samples.config(), workers=())
    error = failure(lines, vcenter=vcenter, config=only_cp)
    assert error.code == "vsphere.template_not_found"
    assert "template /DC0/vm/Templates/ubuntu-1-34: not found; nearest: /DC0/vm/Templates/ubuntu-1-33" in error.message
    assert error.hint
    assert [finding["code"] for finding in error.details["findings"]] == ["vsphere.template_not_found"]
    assert lines.lines[-1] == "✅ Resource pool validated"


def test_failures_come_all_together() -> None:
    lines = Lines()
    missing = Lookup(near=())
    vcenter = FakeVSphere(inventory=samples.inventory(networks=missing, datastores=missing, folders=missing))
    error = failure(lines, vcenter=vcenter, probe=FakeProbe(port=6443))
    assert error.code == "vsphere.validation_failed"
    assert [finding["code"] for finding in error.details["findings"]] == [
        "vsphere.network_not_found",
        *["vsphere.datastore_not_found", "vsphere.folder_not_found"] * 2,
        "vsphere.endpoint_in_use",
    ]
    assert error.message.startswith("6 things keep cluster prod from being created in vSphere:\n  1. network ")
    assert "✅ Datacenter validated" in lines.lines
    assert "✅ Network validated" not in lines.lines
    assert "✅ Vsphere Provider setup is valid" not in lines.lines


@pytest.mark.parametrize(
    ("vcenter", "code", "shown"),
    [
        (FakeVSphere(unreachable=UNKNOWN), "vsphere.unknown_host", []),
        (FakeVSphere(refused=REFUSED), "vsphere.login_refused", DOCUMENTED[:1]),
        (
            FakeVSphere(inventory=Inventory(datacenter=Lookup(denied="System.View"))),
            "vsphere.no_permission",
            DOCUMENTED[:2],
        ),
    ],
)
def test_as_far_as_the_server_lets_us(vcenter: FakeVSphere, code: str, shown: list[str]) -> None:
    lines = Lines()
    probe = FakeProbe()
    error = failure(lines, vcenter=vcenter, probe=probe)
    assert error.code == code
    assert error.message.count("vCenter vcenter.example.com") <= 1
    assert lines.lines == shown
    assert probe.asked == ["192.0.2.10"]


def test_no_password_goes_to_a_server_that_may_be_another() -> None:
    vcenter = FakeVSphere(shown=Certificate(sha1="AB", sha256="CD", problem="self-signed certificate"))
    assert failure(Lines(), vcenter=vcenter).code == "vsphere.thumbprint_required"
    assert vcenter.logins == 0


def test_endpoint_check_can_be_skipped_and_says_so() -> None:
    lines = Lines()
    probe = FakeProbe(port=6443)
    run(lines, probe=probe, skip_ip_check=True)
    assert probe.asked == []
    assert "Skipping check for whether control plane ip is in use" in lines.lines


def test_a_host_name_as_endpoint_is_not_probed() -> None:
    probe = FakeProbe()
    config = dataclasses.replace(samples.config(), endpoint="api.example.com")
    assert failure(Lines(), config=config, probe=probe).code == "vsphere.endpoint_invalid"
    assert probe.asked == []


def test_trouble_of_this_machine_is_not_a_finding() -> None:
    missing = MissingLibrary("The Python package pyvmomi is not importable.", code="library.missing")
    assert failure(Lines(), vcenter=FakeVSphere(refused=missing)) is missing


def test_a_cluster_without_vcenter() -> None:
    with pytest.raises(EksaError, match="docker") as caught:
        server(dataclasses.replace(samples.config(), provider="docker", datacenter=None))
    assert caught.value.code == "vsphere.wrong_provider"
