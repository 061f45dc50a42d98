# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs of a fleet over a real receptor mesh, of which a node, a receptor or a link is lost in the middle.

What AWX does with a job is done here by the programs that it runs: ``ansible-runner`` and ``receptor``.
"""

from __future__ import annotations

import time

from ansible_collections.eks.anywhere.tests.mesh.conftest import World
from ansible_collections.eks.anywhere.tests.mesh.mesh import until
from ansible_collections.eks.anywhere.tests.mesh.site import CLUSTERS, Site
from ansible_collections.eks.anywhere.tests.tools import figures

ENOUGH = 4
"""So many clusters of a datacenter are done when something is lost there."""
CUT_SECONDS = 5.0


def in_the_middle(site: Site) -> None:
    """Wait until some clusters are done and others are being worked on."""
    until(lambda: len(site.ended()) >= ENOUGH and len(site.begun()) > len(site.ended()), "a job in the middle")
    assert len(site.ended()) < CLUSTERS


def upgraded_once(site: Site) -> None:
    """Each cluster was worked on to the end once, and is upgraded."""
    assert sorted(site.ended()) == list(site.clusters)
    assert {site.fleet.state(name)["version"] for name in site.clusters} == {"new"}


def test_a_node_is_killed_and_a_relaunch_does_the_rest(world: World) -> None:
    lost, other = world.sites
    node = world.node(lost)
    job, beside = world.launch(lost, "first"), world.launch(other, "first")
    in_the_middle(lost)
    killed = node.space.kill(spared={lost.vcenter.process.pid, *world.mesh.link_pids(node)})
    done, cut_off = lost.ended(), sorted(set(lost.begun()) - set(lost.ended()))
    held = lost.sessions()["open"]
    noticed = until(lambda: lost.name not in world.mesh.controller.routes(), "a controller that misses the node")
    # The other datacenter is not concerned, and the job of the lost one has come to nothing.
    assert beside.wait() == "successful", beside.text
    assert job.status == ""
    job.give_up()
    assert lost.ended() == done

    node.start()
    back = until(lambda: lost.name in world.mesh.controller.routes(), "the node that was lost")
    began = time.monotonic()
    again = world.launch(lost, "again")
    assert again.wait() == "successful", again.text
    seconds = time.monotonic() - began
    for site in world.sites:
        upgraded_once(site)
    # Begun a second time is only what the kill cut off.
    assert sorted(name for name in lost.clusters if lost.begun().count(name) > 1) == cut_off
    assert sorted(other.begun()) == list(other.clusters)
    # Nobody can log out for a process that was killed; whatever came after it left nothing.
    assert lost.sessions()["open"] == held
    assert other.sessions()["open"] == 0
    figures.record("mesh.killed_node_noticed_seconds", noticed)
    figures.record("mesh.relaunch_seconds", seconds)
    figures.record("mesh.job_kilobytes", job.sent_bytes / 1000, unit="KB")
    print(
        f"\n{killed} processes killed when {len(done)} of {CLUSTERS} clusters were done and {len(cut_off)} under way; "
        f"missed after {noticed:.1f} s, back after {back:.1f} s; launched again: {len(lost.ended()) - len(done)} "
        f"upgraded in {seconds:.0f} s; sessions: {lost.sessions()}, held by the killed {held}"
    )


def test_a_job_outlives_the_receptor_of_its_node(world: World) -> None:
    site, _other = world.sites
    node = world.node(site)
    job = world.launch(site, "only")
    in_the_middle(site)
    node.kill()
    until(lambda: site.name not in world.mesh.controller.routes(), "a controller that misses the node")
    node.start()
    assert job.wait() == "successful", job.text
    upgraded_once(site)
    assert sorted(site.begun()) == list(site.clusters)
    assert site.sessions()["open"] == 0


def test_a_job_outlives_a_cut_link(world: World) -> None:
    site, _other = world.sites
    node = world.node(site)
    job = world.launch(site, "only")
    in_the_middle(site)
    world.mesh.cut(node)
    until(lambda: site.name not in world.mesh.controller.routes(), "a controller that misses the node")
    time.sleep(CUT_SECONDS)
    world.mesh.link(node)
    assert job.wait() == "successful", job.text
    upgraded_once(site)
    assert sorted(site.begun()) == list(site.clusters)
    assert site.sessions()["open"] == 0
