# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a real API server stores is the same content as what was rendered: its defaults roll no machines."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._kube.client import KubeClient
from ansible_collections.eks.anywhere.plugins.module_utils._ops.settling import Server, apply_settled
from ansible_collections.eks.anywhere.plugins.module_utils._plan.rolling import rolls
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.plugins.module_utils._run.clock import SystemClock
from ansible_collections.eks.anywhere.tests.unit.config import samples
from ansible_collections.eks.anywhere.tests.unit.fakes import FakeReporter
from ansible_collections.eks.anywhere.tests.unit.plan.worlds import Edits, objects

MISSING = frozenset({"EtcdadmCluster", "MachineHealthCheck", "VSphereDeploymentZone", "VSphereFailureDomain"})
"""Kinds without a definition on the server of these tests."""


def apply(kube: KubeClient, wanted: t.Sequence[Obj]) -> Result:
    """Run the operation."""
    server = Server(kube=kube, clock=SystemClock(), report=FakeReporter(), check_mode=False)
    return apply_settled(wanted, server=server, rendered=True)


def known(found: t.Iterable[Obj]) -> list[Obj]:
    """Objects that the server can hold."""
    return [obj for obj in found if obj["kind"] not in MISSING and not obj["metadata"]["name"].startswith("w02-etcd")]


def live(kube: KubeClient, wanted: t.Iterable[Obj]) -> list[Obj]:
    """The same objects as the server holds them."""
    found = []
    for obj in wanted:
        metadata = obj["metadata"]
        stored = kube.get(
            api_version=obj["apiVersion"], kind=obj["kind"], name=metadata["name"], namespace=metadata.get("namespace")
        )
        if stored is not None:
            found.append(stored)
    return found


NO_STRATEGY: Edits = {"controlPlaneConfiguration.upgradeRolloutStrategy": ...}
"""Its type is left to a webhook, and no webhook runs here."""


@pytest.mark.parametrize(
    ("text", "edits", "machine"),
    [
        (samples.STACKED, {}, "VSphereMachineConfig/w01-cp"),
        (samples.FULL, NO_STRATEGY, "VSphereMachineConfig/w02-cp"),
    ],
)
def test_only_what_changed_rolls(kube: KubeClient, text: str, edits: Edits, machine: str) -> None:
    wanted = known(objects(edits, text=text))
    apply(kube, wanted)
    found = rolls(live(kube, wanted), wanted)
    assert not any(part.changes for part in found.parts.values())
    assert not found.any
    assert not apply(kube, wanted).changed

    changed = known(objects({**edits, f"{machine}:numCPUs": 16}, text=text))
    found = rolls(live(kube, wanted), changed)
    assert [name for name, part in found.parts.items() if part.rolls] == ["control_plane"]
    kinds = {action.split()[1] for action in apply(kube, changed).actions}
    assert kinds == {"KubeadmControlPlane", "VSphereMachineTemplate"}
    assert not apply(kube, changed).changed
