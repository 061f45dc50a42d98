# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan's list of machines is what the real controllers then replace, compared by UUIDs of virtual machines.

Cluster API, its kubeadm providers and the vSphere provider run as processes against a simulated vCenter. The etcd of
the cluster is one that nobody manages here, and the API server stays the same throughout.
"""

from __future__ import annotations

import pathlib
import shutil
import tempfile
import typing as t

import pytest

from ansible_collections.eks.anywhere.tests.faults_why.site import GROUP, NAME, site
from ansible_collections.eks.anywhere.tests.integration_real.upgrade.changing import Changing, Foretold, Hands

MACHINE = ("spec", "template", "spec", "numCPUs")
LABELS = ("spec", "template", "spec", "joinConfiguration", "nodeRegistration", "kubeletExtraArgs")
VERSION = "v1.34.9-eks-1-34-99"
CP, MD = "control_plane", "workers/md-0"


@pytest.fixture(scope="module")
def changing() -> t.Iterator[Changing]:
    """One control plane machine and one worker, both with their nodes."""
    home = pathlib.Path(tempfile.mkdtemp(prefix="eksa-upgrade-"))
    try:
        with site(home) as found, Hands(found):
            yield Changing(found)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def carried_out(changing: Changing) -> Foretold:
    """Plan, do it, and compare; then nothing is left to plan, and what is left over is needed by nobody."""
    plan, before = changing.plan(), changing.uuids()
    changing.apply()
    changing.site.wait(changing.is_at_rest)
    assert before - changing.uuids() == plan.going
    assert changing.plan().going == set()
    assert changing.still_used() == []
    return plan


def parts(plan: Foretold) -> list[str]:
    return [one.part for one in (*plan.replaced, *plan.removed)]


def test_what_is_foretold_is_what_happens(changing: Changing) -> None:
    assert changing.plan().going == set()

    changing.change("VSphereMachineTemplate", f"{GROUP}-1", MACHINE, 4)
    changing.change("MachineDeployment", GROUP, ("spec", "replicas"), 2)
    assert parts(carried_out(changing)) == [MD]

    changing.change("KubeadmConfigTemplate", f"{GROUP}-1", LABELS, [{"name": "node-labels", "value": "a=b"}])
    changing.add_group("md-1")
    assert parts(carried_out(changing)) == [MD, MD]

    changing.change("VSphereMachineTemplate", f"{NAME}-control-plane-1", MACHINE, 4)
    changing.remove_group("md-1")
    assert parts(carried_out(changing)) == [CP, "workers/md-1"]

    changing.change("KubeadmControlPlane", NAME, ("spec", "version"), VERSION)
    changing.change("MachineDeployment", GROUP, ("spec", "template", "spec", "version"), VERSION)
    assert parts(carried_out(changing)) == [CP, MD, MD]
