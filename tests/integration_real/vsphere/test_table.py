# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every check of a vCenter passes where it should and fails with its code where it should, on fresh simulators."""

from __future__ import annotations

import contextlib
import json
import pathlib
import typing as t

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._checks.rules import RULES
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._shell import Context, Lines
from ansible_collections.eks.anywhere.plugins.modules import vsphere_validate
from ansible_collections.eks.anywhere.tests.integration_real.vsphere.arrangements import (
    ROWS,
    Arrange,
    World,
    full_workers,
    linked_workers,
)
from ansible_collections.eks.anywhere.tests.integration_real.vsphere.conftest import TEMPLATES, cluster_on
from ansible_collections.eks.anywhere.tests.simulation.vcenter import ADMIN, PASSWORDS, simulator

WITHOUT_ARRANGEMENT = {
    "vsphere.credentials_differ": "takes several clusters: test_fleet",
    "vsphere.datastore_inaccessible": "the simulator has no way to take a datastore away from all hosts: a unit test",
    "vsphere.endpoint_invalid": "the config is refused before: a unit test",
    "vsphere.endpoint_shared": "takes several clusters: test_fleet",
    "vsphere.login_not_tried": "takes several vCenters: test_fleet",
    "vsphere.not_logged_in": "a mistake of ours, which no vCenter can bring about: a unit test",
    "vsphere.template_not_set": "the config is refused before: a unit test",
}


def test_every_code_of_a_vcenter_has_its_arrangements() -> None:
    codes = {code for code in RULES if code.startswith("vsphere.")}
    assert codes == set(ROWS) | set(WITHOUT_ARRANGEMENT)
    assert not set(ROWS) & set(WITHOUT_ARRANGEMENT)


@pytest.fixture
def world(
    lab_bin: t.Callable[[str], str], tmp_path: pathlib.Path, bundles_file: str, monkeypatch: pytest.MonkeyPatch
) -> t.Iterator[World]:
    """A good one; its simulator must be left without a session."""
    with simulator(lab_bin("vcsim"), "-vms", "2", templates=TEMPLATES) as vcsim:
        params: dict[str, t.Any] = {
            "config_file": None,
            "bundles_file": bundles_file,
            "vsphere_username": ADMIN,
            "vsphere_password": PASSWORDS[ADMIN],
            "skip_ip_check": True,
            "try_places": False,
        }
        with contextlib.ExitStack() as stack:
            made = World(vcsim, cluster_on(vcsim), params, tmp_path, monkeypatch, stack)
            yield made
        assert vcsim.sessions()["open"] == made.ended


def findings(world: World) -> list[dict[str, str]]:
    """All that the module finds; every failure is told together, with the code of each."""
    params = {**world.params, "config": world.cluster.text()}
    try:
        found = vsphere_validate.operate(params, Context(check_mode=False, report=Lines())).data["findings"]
    except EksaError as exc:
        found = exc.details["findings"]
    secret = world.params["vsphere_password"]
    assert not secret or secret not in json.dumps(found)
    return t.cast("list[dict[str, str]]", found)


def by_code(world: World, arrange: Arrange) -> dict[str, dict[str, str]]:
    """Findings after an arrangement."""
    arrange(world)
    return {finding["code"]: finding for finding in findings(world)}


@pytest.mark.parametrize("code", sorted(ROWS))
def test_it_fails_with_its_code(world: World, code: str) -> None:
    found = by_code(world, ROWS[code].fails)
    assert code in found, found
    assert found[code]["severity"] == RULES[code].severity
    assert set(found[code]) == {"check", "object", "severity", "seen", "expected", "fix", "code"}


def test_all_pass_with_a_good_config(world: World) -> None:
    assert [finding["code"] for finding in findings(world)] == ["bundles.signature_missing"]


@pytest.mark.parametrize("code", sorted(code for code, row in ROWS.items() if row.passes))
def test_it_passes(world: World, code: str) -> None:
    arrange = ROWS[code].passes
    assert arrange is not None
    found = by_code(world, arrange)
    assert code not in found
    assert not [one for one in found.values() if one["severity"] == "error"], found


@pytest.mark.parametrize(
    ("arrange", "wanted"),
    [
        (linked_workers(1.1), {"vsphere.datastore_space_linked"}),
        (full_workers(1.1), {"vsphere.datastore_space"}),
        (full_workers(0.5), set()),
    ],
)
def test_space_is_for_full_clones_at_once_and_for_linked_ones_in_the_end(
    world: World, arrange: Arrange, wanted: set[str]
) -> None:
    assert {code for code in by_code(world, arrange) if "datastore_space" in code} == wanted
