# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Delete a cluster that manages itself: the plan, the deletion, nothing left, a re-run that does nothing.

It is done to the cluster with external etcd, which nobody needs afterwards.
"""

from __future__ import annotations

import pytest

from ansible_collections.eks.anywhere.tests.e2e.conftest import Site
from ansible_collections.eks.anywhere.tests.labkit import Run, World
from ansible_collections.eks.anywhere.tests.tools import figures

pytestmark = pytest.mark.only_etcd

RERUN_SECONDS = 10
ORDER = (
    "Creating new bootstrap cluster",
    "Installing cluster-api providers on bootstrap cluster",
    "Moving cluster management from workload cluster to bootstrap",
    "Deleting management cluster",
    "GitOps field not specified, clean up git repo skipped",
    "Deleting bootstrap cluster",
    "🎉 Cluster deleted!",
)


@pytest.fixture(scope="module")
def planned(site: Site, again: Run) -> tuple[World, Run, World]:
    """The plan, with the world before and after it."""
    assert again.code == 0, again.text
    before = site.lab.world()
    run = site.lab.play("delete_cluster", "--check", "--diff", *site.arguments, folder=site.folder)
    return before, run, site.lab.world()


@pytest.fixture(scope="module")
def deleted(site: Site, planned: tuple[World, Run, World]) -> Run:
    """The deletion."""
    return site.lab.play("delete_cluster", *site.arguments, folder=site.folder)


def test_the_plan_names_every_machine_and_changes_nothing(planned: tuple[World, Run, World]) -> None:
    before, run, after = planned
    assert run.code == 0, run.text
    assert run.recap()["changed"] == 1
    assert before.machines
    assert all(machine in run.text for machine in before.machines)
    assert (after.machines, after.containers) == (before.machines, before.containers)


def test_the_documented_lines_in_order(deleted: Run) -> None:
    assert deleted.code == 0, deleted.text
    assert [line for line in deleted.lines if line in ORDER] == list(ORDER)
    figures.record("delete.seconds_etcd", deleted.seconds)


def test_nothing_is_left(site: Site, deleted: Run) -> None:
    assert deleted.code == 0
    world = site.lab.world()
    left = [name for name in (*world.machines, *world.containers) if name.startswith(f"{site.lab.name}-")]
    left += [str(site.lab.folder)] if site.lab.folder.exists() else []
    assert left == []
    assert site.lab.our_sessions() == 0
    assert site.lab.password not in deleted.text
    figures.record("delete.leftovers", len(left), unit="objects", most=0)


def test_deleting_again_does_nothing(site: Site, deleted: Run) -> None:
    assert deleted.code == 0
    run = site.lab.play("delete_cluster", *site.arguments, folder=site.folder)
    assert run.code == 0, run.text
    assert run.recap()["changed"] == 0
    figures.record("delete.rerun_seconds", run.seconds, most=RERUN_SECONDS)
    assert run.cpu_seconds < RERUN_SECONDS
