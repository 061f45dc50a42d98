# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is found behind the objects of a config: hosts, reach, room, privileges, tags, clocks, addresses."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._checks import (
    placing,
    privileges,
    roles,
    site,
    survey,
    vsphere,
)
from ansible_collections.eks.anywhere.plugins.module_utils._checks.privileges import Users
from ansible_collections.eks.anywhere.plugins.module_utils._config.model import (
    Autoscaling,
    ClusterConfig,
    FailureDomain,
    Rollout,
)
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Inventory, InventoryItem, Lookup
from ansible_collections.eks.anywhere.plugins.module_utils._ports_survey import EsxHost, PoolFacts, Survey
from ansible_collections.eks.anywhere.tests.unit.vsphere import samples
from ansible_collections.eks.anywhere.tests.unit.vsphere.test_checks import with_machines

HOST = EsxHost(name="esx-1", ref="host-1", cpus=64, memory_mib=512 << 10, networks=frozenset({"network-1"}))
OTHER = dataclasses.replace(HOST, name="esx-2", ref="host-2")
BOTH = frozenset({"host-1", "host-2"})
EVERYTHING = roles.FOLDER.holds | roles.ROOT.holds
USER = "eksa@vsphere.local"
PATHS = (
    "/",
    samples.NETWORK.path,
    samples.DATASTORE.path,
    samples.POOL.path,
    samples.FOLDER.path,
    samples.TEMPLATE.path,
)


def surveyed(*hosts: EsxHost, **changes: t.Any) -> Survey:
    """Two good hosts and a user who may do everything, but for the changes."""
    facts = PoolFacts(hosts=hosts or (HOST, OTHER), memory_free_mib=changes.pop("memory_free_mib", None))
    values: dict[str, t.Any] = {
        "pools": {samples.POOL.path: facts},
        "mounts": {samples.DATASTORE.ref: BOTH},
        "privileges": {USER: dict.fromkeys(PATHS, EVERYTHING)},
        **changes,
    }
    return Survey(**values)


def codes(seen: Survey, config: ClusterConfig | None = None, inventory: Inventory | None = None) -> list[str]:
    """What all checks of a survey find, once each."""
    cluster = config or samples.config()
    groups = placing.placed(cluster, inventory or samples.inventory())
    wanted = privileges.grants(Users(USER), groups)
    return list(dict.fromkeys(finding.code for finding in survey.findings(cluster, groups, wanted, seen)))


def test_all_is_well() -> None:
    assert codes(surveyed()) == []


@pytest.mark.parametrize(
    ("seen", "code"),
    [
        (surveyed(dataclasses.replace(HOST, away="in maintenance mode")), "vsphere.no_host"),
        (surveyed(mounts={samples.DATASTORE.ref: frozenset()}), "vsphere.unreachable_together"),
        (surveyed(mounts={samples.DATASTORE.ref: frozenset({"host-2"})}), "vsphere.reached_by_some"),
        (surveyed(dataclasses.replace(HOST, networks=frozenset())), "vsphere.unreachable_together"),
        (surveyed(HOST, dataclasses.replace(OTHER, networks=frozenset())), "vsphere.reached_by_some"),
        (surveyed(memory_free_mib=3 * 8192 - 1), "vsphere.pool_memory"),
        (surveyed(memory_free_mib=5 * 8192 - 1), "vsphere.pool_memory_upgrade"),
        (surveyed(dataclasses.replace(HOST, memory_mib=5 * 8192 - 1)), "vsphere.hosts_memory"),
        (surveyed(dataclasses.replace(HOST, cpus=1)), "vsphere.host_cpus"),
        (surveyed(privileges={USER: {}}), "vsphere.privileges_missing"),
        (surveyed(privileges={USER: None}), "vsphere.privileges_unchecked"),
    ],
)
def test_one_thing_wrong(seen: Survey, code: str) -> None:
    assert codes(seen) == [code]


@pytest.mark.parametrize("free", [5 * 8192, None])
def test_enough_memory(free: int | None) -> None:
    assert codes(surveyed(memory_free_mib=free)) == []


def test_a_host_that_is_away_is_no_trouble_beside_others() -> None:
    assert codes(surveyed(HOST, dataclasses.replace(OTHER, away="disconnected", networks=frozenset()))) == []


def test_it_is_said_which_host_lacks_what() -> None:
    seen = surveyed(HOST, dataclasses.replace(OTHER, networks=frozenset()))
    groups = placing.placed(samples.config(), samples.inventory())
    (finding,) = survey.findings(samples.config(), groups, (), seen)
    assert finding.seen == (
        "only 1 of its 2 hosts reach datastore /DC0/datastore/LocalDS_0 and network /DC0/network/VM Network together "
        "(esx-2 lacks network /DC0/network/VM Network)"
    )


def test_a_linked_clone_lies_beside_its_template() -> None:
    config = with_machines(samples.config(), clone_mode="linkedClone")
    near = samples.inventory(templates=samples.only(samples.TEMPLATE, datastores=("datastore-1",)))
    far = samples.inventory(templates=samples.only(samples.TEMPLATE, datastores=("datastore-2",)))
    assert codes(surveyed(), config, near) == []
    assert codes(surveyed(), config, far) == ["vsphere.linked_clone_datastore"]
    assert codes(surveyed(), with_machines(config, clone_mode="fullClone"), far) == []


def test_more_copies_than_hosts_make_at_a_time() -> None:
    config = with_machines(samples.config(), clone_mode="fullClone")
    many = dataclasses.replace(config, workers=tuple(dataclasses.replace(one, count=16) for one in config.workers))
    assert codes(surveyed(), many) == ["vsphere.datastore_space", "vsphere.clone_slots"]
    linked = with_machines(many, clone_mode="linkedClone")
    assert "vsphere.clone_slots" not in codes(surveyed(), linked)


def test_every_missing_privilege_of_every_object_in_one_pass() -> None:
    groups = placing.placed(samples.config(), samples.inventory())
    wanted = privileges.grants(Users(USER, cpi="cpi@vsphere.local", admin="root@vsphere.local"), groups)
    nothing = Survey(privileges={"cpi@vsphere.local": {}, "root@vsphere.local": {}, USER: {"/": roles.ROOT.holds}})
    found = privileges.findings(wanted, nothing)
    assert [(finding.object, finding.code) for finding in found] == [
        ("network /DC0/network/VM Network", "vsphere.privileges_missing"),
        ("datastore /DC0/datastore/LocalDS_0", "vsphere.privileges_missing"),
        ("resource pool /DC0/host/DC0_C0/Resources", "vsphere.privileges_missing"),
        ("folder /DC0/vm/eksa", "vsphere.privileges_missing"),
        ("template /DC0/vm/Templates/ubuntu-1-34", "vsphere.privileges_missing"),
        ("folder /", "vsphere.privileges_missing"),
        ("folder /", "vsphere.privileges_missing"),
    ]
    assert "Network.Assign" in found[0].seen
    assert found[0].fix.startswith(f"Grant {USER} the role EKSAUserRole")
    assert "Authorization.ModifyRoles" in found[-1].seen


def test_a_role_that_was_narrowed_is_a_warning() -> None:
    held = dict.fromkeys(PATHS, EVERYTHING - {"Alarm.Create"})
    seen = surveyed(privileges={USER: held})
    assert codes(seen) == ["vsphere.privileges_fewer"]


@pytest.mark.parametrize("role", [roles.ROOT, roles.NETWORK, roles.DATASTORE, roles.POOL, roles.FOLDER, roles.TEMPLATE])
def test_what_is_needed_is_part_of_the_documented_role(role: roles.Role) -> None:
    assert role.needed <= role.holds
    assert "System.Read" in role.needed


def test_nobody_is_asked_about_twice_or_without_a_name() -> None:
    groups = placing.placed(samples.config(), samples.inventory())
    assert privileges.grants(Users("", cpi=""), groups) == ()
    same = privileges.asked(privileges.grants(Users(USER, cpi=USER, admin=USER), groups))
    assert {user: len(items) for user, items in same.items()} == {USER: 6}


def test_tags_and_policies() -> None:
    config = with_machines(samples.config(), tags=("urn:1",), storage_policy_name="gold")
    groups = placing.placed(config, samples.inventory())
    asked = survey.query((config,), groups, ())
    assert (asked.tags, asked.policies) == (("urn:1",), True)
    assert codes(surveyed(tags=frozenset(), policies=frozenset({"golden"})), config) == [
        "vsphere.tag_unknown",
        "vsphere.policy_not_found",
    ]
    assert codes(surveyed(tags=frozenset({"urn:1"}), policies=frozenset({"gold"})), config) == []
    assert codes(surveyed(tags=None, policies=None), config) == []


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({"clock_skew_seconds": 59.0, "own_sessions": 399}, []),
        ({"clock_skew_seconds": -61.0}, ["vsphere.clock_skew"]),
        ({"own_sessions": 400}, ["vsphere.sessions_many"]),
        ({"own_sessions": None}, []),
    ],
)
def test_the_server(changes: dict[str, t.Any], wanted: list[str]) -> None:
    assert [finding.code for finding in site.server_findings("v", USER, Survey(**changes))] == wanted


@pytest.mark.parametrize(
    ("texts", "wanted"),
    [
        (["192.0.2.11-192.0.2.200"], []),
        (["192.0.2.1 - 192.0.2.10"], ["vsphere.endpoint_in_dhcp"]),
        (["192.0.2.0/24"], ["vsphere.endpoint_in_dhcp"]),
        (["2001:db8::/64"], []),
    ],
)
def test_the_endpoint_and_dhcp(texts: list[str], wanted: list[str]) -> None:
    assert [finding.code for finding in site.endpoint_findings(samples.config(), site.ranges(texts))] == wanted


def test_addresses_for_all_machines_of_the_run() -> None:
    one = samples.config()  # 3 machines, 5 at the widest moment
    assert site.address_findings((one,), site.ranges(["192.0.2.100-192.0.2.104"])) == ()
    assert site.address_findings((one,), ()) == ()
    (finding,) = site.address_findings((one, one), site.ranges(["192.0.2.100-192.0.2.108"]))
    assert (finding.code, finding.seen) == (
        "vsphere.addresses_few",
        "hold 9 addresses, 10 needed at the widest moment",
    )


@pytest.mark.parametrize("text", ["192.0.2.9-192.0.2.1", "192.0.2.1-2001:db8::1", "any", "1-2", ""])
def test_what_is_no_range(text: str) -> None:
    with pytest.raises(EksaError, match="is no range"):
        site.ranges([text])


def test_the_widest_moment() -> None:
    config = samples.config()
    worker = dataclasses.replace(
        config.workers[0], autoscaling=Autoscaling(1, 9), rollout=Rollout("RollingUpdate", max_surge=3)
    )
    control_plane = dataclasses.replace(config.control_plane, rollout=Rollout("InPlace"))
    wide = dataclasses.replace(config, workers=(worker,), control_plane=control_plane)
    assert [(group.count, group.peak) for group in placing.groups(wide)] == [(1, 1), (2, 12)]


DOMAIN = FailureDomain(
    name="rack-1",
    compute_cluster="/DC0/host/DC0_C1",
    resource_pool="/DC0/host/DC0_C1/Resources",
    datastore="LocalDS_1",
    folder="eksa",
    network="/DC0/network/rack-1",
)


def in_domain() -> ClusterConfig:
    """The workers in a failure domain."""
    config = samples.config()
    assert config.datacenter is not None
    other = dataclasses.replace(DOMAIN, name="unused", compute_cluster="/DC0/host/none")
    return dataclasses.replace(
        config,
        datacenter=dataclasses.replace(config.datacenter, failure_domains=(other, DOMAIN)),
        workers=tuple(dataclasses.replace(group, failure_domains=("rack-1",)) for group in config.workers),
    )


def test_a_failure_domain_is_looked_up_when_it_is_used() -> None:
    asked = vsphere.query(in_domain())
    assert asked.compute_clusters == ("/DC0/host/DC0_C1",)
    assert asked.datastores == ("/DC0/datastore/LocalDS_0", "/DC0/datastore/LocalDS_1")
    assert asked.networks == ("/DC0/network/VM Network", "/DC0/network/rack-1")
    assert "/DC0/host/DC0_C1/Resources" in asked.resource_pools


def test_each_part_of_a_failure_domain_is_judged() -> None:
    lookups = {
        "compute_clusters": {DOMAIN.compute_cluster: Lookup(near=("/DC0/host/DC0_C0",))},
        "networks": {DOMAIN.network: Lookup()},
        "datastores": {"/DC0/datastore/LocalDS_1": Lookup()},
        "resource_pools": {DOMAIN.resource_pool: Lookup()},
    }
    base = samples.inventory()
    inventory = dataclasses.replace(
        base, **{name: {**getattr(base, name), **values} for name, values in lookups.items()}
    )
    steps = vsphere.inventory_steps(in_domain(), samples.bundles(), inventory)
    found = [(finding.code, finding.fix) for step in steps for finding in step.findings]
    assert [code for code, _fix in found] == [
        "vsphere.network_not_found",
        "vsphere.compute_cluster_not_found",
        "vsphere.datastore_not_found",
        "vsphere.resource_pool_not_found",
    ]
    assert all("failure domain rack-1" in fix for _code, fix in found)


def test_machines_of_a_failure_domain_live_there() -> None:
    rack = InventoryItem(path=DOMAIN.resource_pool, kind="ResourcePool", ref="resgroup-9")
    base = samples.inventory()
    inventory = dataclasses.replace(base, resource_pools={**base.resource_pools, rack.path: Lookup(items=(rack,))})
    assert [group.pool and group.pool.ref for group in placing.placed(in_domain(), inventory)] == [
        "resgroup-1",
        "resgroup-9",
    ]


def test_workers_may_have_networks_of_their_own() -> None:
    config = samples.config()
    worker = config.workers[0]
    assert worker.machine is not None
    own = dataclasses.replace(worker, machine=dataclasses.replace(worker.machine, networks=("storage",)))
    changed = dataclasses.replace(config, workers=(own,))
    assert vsphere.query(changed).networks == ("/DC0/network/VM Network", "/DC0/network/storage")
    base = samples.inventory()
    inventory = dataclasses.replace(base, networks={**base.networks, "/DC0/network/storage": Lookup()})
    steps = vsphere.inventory_steps(changed, samples.bundles(), inventory)
    (step,) = (step for step in steps if step.line == "Machine config networks validated")
    assert [finding.code for finding in step.findings] == ["vsphere.network_not_found"]
