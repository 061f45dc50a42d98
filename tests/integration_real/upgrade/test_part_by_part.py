# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts applied by themselves roll by themselves, waits end when the real controllers are done, and pruning is exact.

Cluster API, its kubeadm providers and the vSphere provider run as processes against a simulated vCenter.
"""

from __future__ import annotations

import pathlib
import shutil
import tempfile
import typing as t

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._kube.client import KubeClient
from ansible_collections.eks.anywhere.plugins.module_utils._ops.apply_parts import apply_parts
from ansible_collections.eks.anywhere.plugins.module_utils._ops.drains import WAIT
from ansible_collections.eks.anywhere.plugins.module_utils._ops.prune import Ports, Subject, prune
from ansible_collections.eks.anywhere.plugins.module_utils._ops.rollout import Waiting
from ansible_collections.eks.anywhere.plugins.module_utils._ops.settling import Server
from ansible_collections.eks.anywhere.plugins.module_utils._ops.wait import Target
from ansible_collections.eks.anywhere.plugins.module_utils._ops.wait_for import wait_for
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.plugins.module_utils._run.clock import SystemClock
from ansible_collections.eks.anywhere.plugins.module_utils._wait.scene import Goal
from ansible_collections.eks.anywhere.tests.faults_why.site import GROUP, NAME, site
from ansible_collections.eks.anywhere.tests.integration_real.upgrade.changing import Changing, Hands
from ansible_collections.eks.anywhere.tests.simulation.clusters import NAMESPACE
from ansible_collections.eks.anywhere.tests.unit.fakes import FakeReporter

CPUS = ("spec", "template", "spec", "numCPUs")
SECONDS = 300.0


@pytest.fixture(scope="module")
def changing() -> t.Iterator[Changing]:
    """One control plane machine and one worker, both with their nodes."""
    home = pathlib.Path(tempfile.mkdtemp(prefix="eksa-parts-"))
    try:
        with site(home) as found, Hands(found):
            yield Changing(found)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def apply(changing: Changing, *parts: str) -> Result:
    """Write some parts of what is wanted."""
    server = Server(kube=changing.site.kube, clock=SystemClock(), report=FakeReporter(), check_mode=False)
    return apply_parts(changing.wanted, parts, server=server)


def wait(changing: Changing, goal: Goal, *, group: str = "") -> list[str]:
    """Wait as an upgrade does; returns what was said."""
    report = FakeReporter()
    wait_for(
        Target(NAME, namespace=NAMESPACE, group=group),
        goal,
        kube=changing.site.kube,
        connect=lambda text: KubeClient.from_kubeconfig_text(text, origin=NAME),
        clock=SystemClock(),
        report=report,
        timeout_seconds=SECONDS,
        check_mode=False,
    )
    return report.lines


def remove_leftovers(changing: Changing, *, check_mode: bool = False) -> list[str]:
    """Remove what is not wanted any more."""
    waiting = Waiting(clock=SystemClock(), report=FakeReporter(), timeout_seconds=SECONDS)
    subject = Subject(NAME, namespace=NAMESPACE, objects=tuple(changing.wanted))
    found: list[str] = prune(
        subject, ports=Ports(changing.site.kube, waiting=waiting, policy=WAIT), check_mode=check_mode
    ).data["removed"]
    return found


def machines(changing: Changing) -> tuple[set[str], set[str]]:
    """UUIDs of the control plane and of the workers, as their Machines say."""
    found = changing.site.kube.list(api_version="cluster.x-k8s.io/v1beta2", kind="Machine", namespace=NAMESPACE)
    planes = {one["spec"]["providerID"] for one in found if "-md-" not in one["metadata"]["name"]}
    return planes, {one["spec"]["providerID"] for one in found} - planes


def test_part_after_part(changing: Changing) -> None:
    planes, workers = machines(changing)
    assert remove_leftovers(changing) == []
    wait(changing, Goal.CONTROL_PLANE_ROLLED)
    wait(changing, Goal.WORKERS_ROLLED)

    changing.change("VSphereMachineTemplate", f"{NAME}-control-plane-1", CPUS, 4)
    changing.change("VSphereMachineTemplate", f"{GROUP}-1", CPUS, 4)
    assert apply(changing, "control_plane").actions
    said = wait(changing, Goal.CONTROL_PLANE_ROLLED)
    assert "1/1 up to date" in said[-1]
    assert machines(changing)[1] == workers
    assert machines(changing)[0] & planes == set()

    assert apply(changing, "workers/md-0").actions
    said = wait(changing, Goal.WORKERS_ROLLED, group="md-0")
    assert "workers md-0" in said[-1]
    assert machines(changing)[1] & workers == set()
    assert not apply(changing, "control_plane", "workers", "rest").changed

    expected = sorted(f"VSphereMachineTemplate {NAMESPACE}/{name}-1" for name in (f"{NAME}-control-plane", GROUP))
    assert remove_leftovers(changing, check_mode=True) == expected
    assert remove_leftovers(changing) == expected
    assert remove_leftovers(changing) == []


def test_a_group_comes_and_goes(changing: Changing) -> None:
    changing.add_group("md-1")
    apply(changing, "workers/md-1")
    wait(changing, Goal.WORKERS_ROLLED, group="md-1")
    before = changing.uuids()
    changing.remove_group("md-1")
    removed = remove_leftovers(changing)
    assert {label.split()[0] for label in removed} >= {"MachineDeployment", "VSphereMachineTemplate"}
    changing.site.wait(lambda: len(changing.uuids()) == len(before) - 1)
    assert len(changing.uuids() - before) == 0
    assert remove_leftovers(changing) == []
