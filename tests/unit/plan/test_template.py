# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which templates are wanted, where they go, and what the names of imports tell."""

from __future__ import annotations

import dataclasses

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._config.model import ClusterConfig, MachineConfig
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._plan import template
from ansible_collections.eks.anywhere.plugins.module_utils._plan.template import Owner, Wanted
from ansible_collections.eks.anywhere.plugins.module_utils._ports_template import Source
from ansible_collections.eks.anywhere.tests.unit.vsphere import samples

DIGEST = "ab" * 32
SOURCE = Source("x.ova", "sha256", DIGEST)
OWNER = Owner.of("4711:123456:boot/pid:[1]")


def config(first: MachineConfig, *others: MachineConfig) -> ClusterConfig:
    """The sample with other machine configs: of the control plane, and of one group of workers each."""
    sample = samples.config()
    return dataclasses.replace(
        sample,
        control_plane=dataclasses.replace(sample.control_plane, machine=first),
        workers=tuple(dataclasses.replace(sample.workers[0], machine=machine) for machine in others),
    )


def rocket() -> MachineConfig:
    """A machine config of Bottlerocket without a template."""
    return dataclasses.replace(samples.config().machines[0], os_family="bottlerocket", template="")


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("/DC0/vm/a/b/name", ("/DC0/vm/a/b", "name")),
        ("a/name", ("/DC0/vm/a", "name")),
        ("name", ("/DC0/vm/Templates", "name")),
        ("/DC0/vm/name", ("/DC0/vm", "name")),
    ],
)
def test_where_a_template_goes(path: str, wanted: tuple[str, str]) -> None:
    assert template.target(path, "/DC0") == wanted


def test_folders_are_made_from_the_outside() -> None:
    assert template.above("/DC0/vm/a/b", "DC0") == ("/DC0/vm/a", "/DC0/vm/a/b")
    assert template.above("/DC0/vm", "DC0") == ()


def test_each_template_is_wanted_once_for_the_first_that_names_it() -> None:
    first, second = samples.config().machines
    twice = config(dataclasses.replace(first, template="t"), dataclasses.replace(second, template="t"))
    assert template.wanted(twice, None, "") == (Wanted("t", twice.machines[0]),)


def test_one_that_was_given_has_the_place_of_who_names_it_or_of_the_control_plane() -> None:
    first, second = samples.config().machines
    last = dataclasses.replace(second, template="t")
    assert template.wanted(config(first, last), None, "t") == (Wanted("t", last),)
    assert template.wanted(config(first, last), None, "other") == (Wanted("other", first),)


def test_bottlerocket_without_a_template_has_the_name_that_upstream_gives() -> None:
    bundles = samples.bundles()
    version = dataclasses.replace(bundles.for_version("1.34"), bottlerocket_template="bottlerocket-x")
    bundles = dataclasses.replace(bundles, versions={"1.34": version})
    assert [one.path for one in template.wanted(config(rocket()), bundles, "")] == ["Templates/bottlerocket-x"]
    assert template.wanted(config(rocket()), None, "") == ()


def test_the_bundle_has_the_source_and_its_checksum() -> None:
    bundles = samples.bundles()
    published = {"eksD": {"ova": {"bottlerocket": {"uri": "https://x/y.ova", "sha256": DIGEST}}}}
    version = dataclasses.replace(bundles.for_version("1.34"), raw=published)
    bundles = dataclasses.replace(bundles, versions={"1.34": version})
    one = Wanted("t", rocket())
    assert template.source(one, config(rocket()), bundles, ova="", checksum="") == Source(
        "https://x/y.ova", "sha256", DIGEST
    )
    with pytest.raises(EksaError) as caught:
        template.source(Wanted("t", samples.config().machines[0]), config(rocket()), bundles, ova="", checksum="")
    assert caught.value.code == "template.source_missing"


@pytest.mark.parametrize("checksum", [DIGEST, f"sha256:{DIGEST}", f" SHA256:{DIGEST.upper()} "])
def test_a_checksum_may_be_written_in_these_ways(checksum: str) -> None:
    one = Wanted("t", rocket())
    assert template.source(one, config(rocket()), None, ova="x.ova", checksum=checksum) == SOURCE


def test_the_name_of_an_import_tells_what_and_who() -> None:
    stage = template.stage("ubuntu-1-34", SOURCE, OWNER)
    assert stage.startswith(template.stages("ubuntu-1-34"))
    assert stage.endswith("-4711-123456-ubuntu-1-34")
    assert template.owner_of(stage) == OWNER
    assert template.is_of(stage, SOURCE)
    assert not template.is_of(stage, dataclasses.replace(SOURCE, digest="cd" * 32))


def test_a_long_name_is_cut_to_what_vcenter_takes() -> None:
    names = [template.stage("n" * 79 + end, SOURCE, OWNER) for end in "ab"]
    assert {len(name) for name in names} == {80}
    assert names[0] != names[1]
    assert [template.owner_of(name) for name in names] == [OWNER, OWNER]


@pytest.mark.parametrize("name", ["eksa-import-of-mine", "ubuntu-1-34", ""])
def test_other_names_are_nobodys(name: str) -> None:
    assert template.owner_of(name) is None
    assert not template.is_of(name, SOURCE)
