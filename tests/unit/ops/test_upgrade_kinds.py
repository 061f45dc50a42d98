# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of kinds of changes against servers in memory: all rows, in no time. The real controllers have it, too."""

from __future__ import annotations

import collections
import dataclasses
import typing as t

import pytest
import yaml

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ops import upgrade_info
from ansible_collections.eks.anywhere.tests.simulation.configs import cluster_spec, document, machine_spec
from ansible_collections.eks.anywhere.tests.unit.config import samples
from ansible_collections.eks.anywhere.tests.unit.fakes import FakeArtifacts
from ansible_collections.eks.anywhere.tests.upgrade_kinds.kind import Kind, State, chain, first_state
from ansible_collections.eks.anywhere.tests.upgrade_kinds.table import KINDS

from .upgrade_worlds import NAME, Release, World

DATACENTER = {
    "server": "198.18.0.6",
    "thumbprint": "AB:CD",
    "datacenter": "DC0",
    "network": "/DC0/network/VM Network",
    "insecure": False,
}
TEXT = yaml.safe_dump_all(
    [
        document("Cluster", NAME, cluster_spec(NAME, host="198.18.0.11", control_plane=f"{NAME}-cp", worker=NAME)),
        document("VSphereDatacenterConfig", NAME, DATACENTER),
        document("VSphereMachineConfig", f"{NAME}-cp", machine_spec("eksa-control-plane")),
        document("VSphereMachineConfig", NAME, machine_spec("eksa-workers")),
    ]
)


@dataclasses.dataclass
class Manifests(Release):
    """The release of a state of the table."""

    texts: t.Mapping[str, str] = dataclasses.field(default_factory=dict)

    @property
    def artifacts(self) -> FakeArtifacts:
        """By URI."""
        return FakeArtifacts({**super().artifacts.texts, **self.texts})


def manifests(state: State) -> Manifests:
    return Manifests(bundles=state.bundles, texts=state.releases)


def counts(state: State) -> dict[str, int]:
    """How many machines the parts of a config have; an autoscaler leaves what there was, one here."""
    spec = samples.documents(state.text)["Cluster"]["spec"]
    groups = {f"workers/{group['name']}": group["count"] for group in spec["workerNodeGroupConfigurations"]}
    return {"control_plane": spec["controlPlaneConfiguration"]["count"], **groups}


@pytest.mark.parametrize(
    ("kind", "before", "after"),
    list(chain(first_state(NAME, TEXT), KINDS)),
    ids=lambda value: value.title if isinstance(value, Kind) else "",
)
def test_the_plan_is_as_the_table_says(kind: Kind, before: State, after: State) -> None:
    world = World(text=before.text, release=manifests(before), counts=counts(before), environ=samples.SWITCHES)
    assert world.info(check_mode=True).data["finished"]
    if kind.refused:
        with pytest.raises(EksaError) as caught:
            planned(world, after)
        findings = (caught.value.details or {}).get("findings", ())
        assert kind.refused in {caught.value.code, *(one.get("code") for one in findings)}
        return
    data = planned(world, after)
    replaced, removed = (
        collections.Counter(one["part"] for one in data[name]) for name in ("machines_replaced", "machines_removed")
    )
    assert replaced == {part: counts(before)[part] for part in kind.rolls}
    assert removed == {**{part: counts(before)[part] for part in kind.removed}, **kind.fewer}
    assert len(data["machines_kept"]) == sum(counts(before).values()) - replaced.total() - removed.total()
    assert all(one["reasons"] for one in data["machines_replaced"])


def planned(world: World, after: State) -> t.Mapping[str, t.Any]:
    """What the plan says of a change."""
    release = manifests(after)
    subject = world.subject(after.text, release)
    return upgrade_info.info(subject, ports=world.ports(release), check_mode=False).data
