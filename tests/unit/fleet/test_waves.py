# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waves: what is together, what comes later, and which rings are refused."""

from __future__ import annotations

import dataclasses
import random

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._fleet import shown, waves
from ansible_collections.eks.anywhere.plugins.module_utils._fleet.journal import Cluster, Look
from ansible_collections.eks.anywhere.plugins.module_utils._fleet.policy import Place, Policy, Ring
from ansible_collections.eks.anywhere.tests.unit.fleet.runs import DONE, FAILED, UNCHANGED, cluster, run

RINGS = (Ring("canary"), Ring("early"), Ring("main"))


def cut(*clusters: Cluster, policy: Policy) -> list[tuple[str, ...]]:
    return [wave.hosts for wave in waves.waves(run(*clusters), policy)]


def test_rings_come_in_their_order() -> None:
    clusters = [cluster("a", ring="main"), cluster("b", ring="canary"), cluster("c", ring="early")]
    assert cut(*clusters, policy=Policy(rings=RINGS)) == [("b",), ("c",), ("a",)]


def test_datacenters_and_vcenters_bear_so_many_at_once() -> None:
    berlin = [cluster(f"b{number}") for number in range(4)]
    paris = [cluster(f"p{number}", datacenter="paris") for number in range(3)]
    by_place = Policy(datacenters={"berlin": Place(at_once=2), "paris": Place(at_once=1)})
    assert cut(*berlin, *paris, policy=by_place) == [("b0", "b1", "p0"), ("b2", "b3", "p1"), ("p2",)]
    # Both datacenters are on one vCenter.
    shared = dataclasses.replace(by_place, vcenters={"vc": Place(at_once=2)})
    assert cut(*berlin, *paris, policy=shared) == [("b0", "b1"), ("b2", "b3"), ("p0",), ("p1",), ("p2",)]


def test_a_ring_may_have_a_limit_of_its_own() -> None:
    clusters = [cluster(name, datacenter=name) for name in "abc"]
    assert cut(*clusters, policy=Policy(rings=(Ring("main", at_once=2),))) == [("a", "b"), ("c",)]


def test_managers_come_before_what_they_manage() -> None:
    clusters = [cluster("a", manager="m"), cluster("b", manager="m"), cluster("m"), cluster("x", manager="elsewhere")]
    assert cut(*clusters, policy=Policy()) == [("m", "x"), ("a", "b")]


def test_a_manager_with_nothing_to_do_is_not_waited_for() -> None:
    clusters = [cluster("a", manager="m"), cluster("m", outcome=UNCHANGED)]
    assert cut(*clusters, policy=Policy()) == [("a",)]


@pytest.mark.parametrize(
    ("clusters", "words"),
    [
        (
            [cluster("a", ring="canary", manager="m"), cluster("m")],
            "a is in ring canary, but m, which manages it, in ring main",
        ),
        ([cluster("a", manager="b"), cluster("b", manager="a")], "b is managed in a circle"),
    ],
)
def test_rings_that_cannot_be(clusters: list[Cluster], words: str) -> None:
    with pytest.raises(EksaError, match=words) as raised:
        waves.waves(run(*clusters), Policy(rings=RINGS))
    assert raised.value.code == "fleet.order"


def test_whatever_the_fleet_each_is_in_one_wave_within_the_limits() -> None:
    chance = random.Random(7)
    for _each in range(200):
        managers = [cluster(f"m{n}", datacenter=f"dc{n % 3}", ring="early") for n in range(chance.randint(1, 4))]
        clusters = [
            cluster(
                f"w{n:02d}",
                manager=chance.choice(managers).host,
                datacenter=f"dc{chance.randint(0, 2)}",
                vcenter=f"vc{chance.randint(0, 1)}",
                ring=chance.choice(["early", "main"]),
                outcome=chance.choice(["waiting", UNCHANGED, DONE]),
            )
            for n in range(chance.randint(0, 30))
        ]
        policy = Policy(
            rings=RINGS,
            datacenters={f"dc{n}": Place(at_once=chance.randint(1, 4)) for n in range(3)},
            vcenters={"vc0": Place(at_once=chance.randint(0, 4))},
        )
        everything = run(*managers, *clusters)
        found = waves.waves(everything, policy)
        order = [host for wave in found for host in wave.hosts]
        todo = {one.host for one in everything.clusters.values() if one.outcome == "waiting"}
        assert sorted(order) == sorted(todo)
        place = {host: number for number, wave in enumerate(found) for host in wave.hosts}
        for wave in found:
            members = [everything.clusters[host] for host in wave.hosts]
            assert {one.ring for one in members} == {wave.ring}
            for name, limit in policy.datacenters.items():
                assert sum(1 for one in members if one.datacenter == name) <= limit.at_once
            limit = policy.vcenters["vc0"]
            assert not limit.at_once or sum(1 for one in members if one.vcenter == "vc0") <= limit.at_once
            for one in members:
                assert one.manager not in todo or place[one.manager] < place[one.host]


def test_the_plan_in_lines() -> None:
    clusters = [
        cluster("m", ring="canary"),
        cluster("w", manager="m"),
        cluster("x", outcome=UNCHANGED),
        cluster("f", outcome=FAILED),
    ]
    everything = run(*clusters)
    assert shown.plan(everything, waves.waves(everything, Policy(rings=RINGS))) == [
        "Fleet of 4 clusters in 1 datacenter: 2 to upgrade, 1 with nothing to do, 1 that could not be looked at",
        "  ring canary: 1 cluster in 1 wave, 2 machines replaced",
        "    wave 1: m",
        "  ring main: 1 cluster in 1 wave, 2 machines replaced",
        "    wave 1: w",
        "  at the widest moment on vc: 1 virtual machines more than now",
        "  duration: about 20 minutes, without the time to soak",
        "  failed: f: f is broken.",
    ]


def test_peaks_are_those_of_the_widest_wave() -> None:
    clusters = [cluster(name) for name in "abc"]
    clusters[2] = dataclasses.replace(clusters[2], look=Look(remaining=("x",), surge={"vms": 1, "cpus": 64}))
    everything = run(*clusters)
    found = waves.waves(everything, Policy(datacenters={"berlin": Place(at_once=2)}))
    assert waves.peaks(everything, found) == {"vc": {"vms": 2, "cpus": 64}}
    assert waves.expected_seconds(everything, found) is None
