# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many clusters in one go, with fakes: who is asked what, how often, and who is told."""

from __future__ import annotations

import contextlib
import dataclasses
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config.model import ClusterConfig
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ops import validate_members
from ansible_collections.eks.anywhere.plugins.module_utils._ops.validate import Wishes
from ansible_collections.eks.anywhere.plugins.module_utils._ops.validate_fleet import validate_fleet
from ansible_collections.eks.anywhere.plugins.module_utils._ops.validate_logins import Login, Member
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Certificate
from ansible_collections.eks.anywhere.plugins.module_utils._ports_survey import EsxHost, PoolFacts, Survey
from ansible_collections.eks.anywhere.plugins.module_utils._shell import Lines
from ansible_collections.eks.anywhere.tests.unit.fakes import FakeFiles, FakeProbe, FakeVSphere
from ansible_collections.eks.anywhere.tests.unit.vsphere import samples

UNKNOWN = "vsphere.privileges_unchecked"
"""Of every user, to a fake that knows none."""
REFUSED = EksaError("vCenter v refused the password of u.", code="vsphere.login_refused", hint="Check it.")


class Lost(FakeVSphere):
    """A vCenter that ends the session at the wrong moment."""

    def survey(self, query: object) -> t.NoReturn:  # type: ignore[override]
        """No answer."""
        raise EksaError("vCenter v ended our session while looking.", code="vsphere.session_lost")


def member(name: str, *, endpoint: str, **place: t.Any) -> Member:
    """A cluster of the sample's kind, with another endpoint or datacenter config."""
    config = samples.config()
    assert config.datacenter is not None
    datacenter = dataclasses.replace(config.datacenter, **place)
    config = dataclasses.replace(config, name=name, endpoint=endpoint, datacenter=datacenter)
    return Member(name, config, samples.bundles())


def run(
    members: t.Sequence[Member], servers: t.Mapping[str, FakeVSphere], *, lines: Lines | None = None
) -> dict[str, list[str]]:
    """Codes by cluster."""
    result = validate_fleet(
        members,
        vcenter=lambda server, login: contextlib.nullcontext(servers[server]),
        probe=FakeProbe(),
        report=lines or Lines(),
        wishes=Wishes(),
    )
    return {one["name"]: [finding["code"] for finding in one["findings"]] for one in result.data["clusters"]}


def test_clusters_of_a_datacenter_are_looked_up_together() -> None:
    vcenter = FakeVSphere(inventory=samples.inventory())
    members = [member("aa", endpoint="192.0.2.1"), member("bb", endpoint="192.0.2.2")]
    lines = Lines()
    assert run(members, {"vcenter.example.com": vcenter}, lines=lines) == {"aa": [], "bb": []}
    assert (vcenter.logins, len(vcenter.queries), len(vcenter.surveys)) == (1, 1, 1)
    assert lines.lines == [
        "CLUSTER  VCENTER              ERRORS  WARNINGS  VERDICT",
        "aa       vcenter.example.com  0       0         ready",
        "bb       vcenter.example.com  0       0         ready",
    ]


def test_each_datacenter_is_looked_up_in_the_same_session() -> None:
    vcenter = FakeVSphere(inventory=samples.inventory())
    members = [member("aa", endpoint="192.0.2.1"), member("bb", endpoint="192.0.2.2", datacenter="DC1")]
    run(members, {"vcenter.example.com": vcenter})
    assert vcenter.logins == 1
    assert [query.datacenter for query in vcenter.queries] == ["DC0", "DC1"]


def test_a_thumbprint_that_is_not_trusted_concerns_its_own_cluster() -> None:
    shown = Certificate(sha1="AB:CD", sha256="EF:01", problem="self-signed certificate")
    vcenter = FakeVSphere(inventory=samples.inventory(), shown=shown)
    members = [member("aa", endpoint="192.0.2.1", thumbprint="AB:CD"), member("bb", endpoint="192.0.2.2")]
    assert run(members, {"vcenter.example.com": vcenter}) == {"aa": [], "bb": ["vsphere.thumbprint_required"]}
    alone = FakeVSphere(shown=shown)
    assert run([members[1]], {"vcenter.example.com": alone}) == {"bb": ["vsphere.thumbprint_required"]}
    assert alone.logins == 0


def test_what_one_vcenter_refused_no_other_is_sent() -> None:
    first, second = FakeVSphere(refused=REFUSED), FakeVSphere(inventory=samples.inventory())
    members = [member("aa", endpoint="192.0.2.1"), member("bb", endpoint="192.0.2.2", server="other.example.com")]
    assert run(members, {"vcenter.example.com": first, "other.example.com": second}) == {
        "aa": ["vsphere.login_refused"],
        "bb": ["vsphere.login_not_tried"],
    }
    assert (first.logins, second.logins) == (1, 0)


def test_a_warning_about_a_pool_hides_no_other_about_it() -> None:
    host = EsxHost(name="esx-1", ref="host-1", cpus=8, memory_mib=512 << 10, networks=frozenset({samples.NETWORK.ref}))
    hosts = (host, dataclasses.replace(host, name="esx-2", networks=frozenset()))
    room_for_one = PoolFacts(hosts=hosts, memory_free_mib=6 * 8192)
    vcenter = FakeVSphere(inventory=samples.inventory(), survey=Survey(pools={samples.POOL.path: room_for_one}))
    members = [member("aa", endpoint="192.0.2.1"), member("bb", endpoint="192.0.2.2")]
    assert run(members, {"vcenter.example.com": vcenter}) == {
        name: ["vsphere.reached_by_some", "vsphere.pool_memory_upgrade"] for name in ("aa", "bb")
    }


def test_a_session_that_is_lost_is_told_to_all_of_its_clusters() -> None:
    members = [member("aa", endpoint="192.0.2.1"), member("bb", endpoint="192.0.2.1")]
    assert run(members, {"vcenter.example.com": Lost(inventory=samples.inventory())}) == {
        name: ["vsphere.session_lost", "vsphere.endpoint_shared"] for name in ("aa", "bb")
    }


def test_a_cluster_that_cannot_be_read_is_a_finding() -> None:
    entries = [
        {"name": "good", "config": samples.CONFIG, "bundles_file": "b.yaml"},
        {"name": "none", "config_file": "none.yaml"},
        {"name": "unsigned", "config": samples.CONFIG, "bundles_file": "gone.yaml"},
    ]
    asked: list[ClusterConfig] = []

    def nothing(config: ClusterConfig, bundles: object) -> tuple[()]:
        asked.append(config)
        return ()

    members = validate_members.read(
        entries, files=FakeFiles({"b.yaml": samples.BUNDLES}), environ={}, surroundings=nothing, login=Login("u", "p")
    )
    assert [[finding.code for finding in one.findings] for one in members] == [
        [],
        ["input.not_found"],
        ["input.not_found"],
    ]
    assert [one.server for one in members] == ["vcenter.example.com", "", ""]
    assert len(asked) == 1


def test_a_cluster_may_have_an_account_of_its_own() -> None:
    own = {"vsphere_username": "other", "vsphere_password": "secret"}
    entries = [{"name": "common", "config": samples.CONFIG}, {"name": "own", "config": samples.CONFIG, **own}]
    members = validate_members.read(
        entries, files=FakeFiles(), environ={}, surroundings=lambda config, bundles: (), login=Login("u", "p")
    )
    assert [(one.login.username, one.login.password) for one in members] == [("u", "p"), ("other", "secret")]
    assert "secret" not in repr(members)


def with_login(name: str, number: int, login: Login, **place: t.Any) -> Member:
    """A cluster with an account of its own."""
    return dataclasses.replace(member(name, endpoint=f"192.0.2.{number}", **place), login=login, findings=[])


def test_passwords_that_contradict_each_other_are_tried_by_nobody() -> None:
    vcenter = FakeVSphere(inventory=samples.inventory())
    members = [
        with_login("aa", 1, Login("admin", "one")),
        with_login("bb", 2, Login("Admin", "two")),
        with_login("cc", 3, Login("other", "three")),
    ]
    lines = Lines()
    found = run(members, {"vcenter.example.com": vcenter}, lines=lines)
    assert found == {"aa": ["vsphere.credentials_differ"], "bb": ["vsphere.credentials_differ"], "cc": [UNKNOWN]}
    assert vcenter.logins == 1
    (told, _again) = (line for line in lines.lines if "different passwords" in line)
    assert "user admin has different passwords in: aa; bb" in told
    assert not [secret for secret in ("one;", "two;", "three") if secret in told]


def test_a_user_may_have_another_password_on_another_vcenter() -> None:
    first, second = FakeVSphere(refused=REFUSED), FakeVSphere(inventory=samples.inventory())
    members = [
        with_login("aa", 1, Login("admin", "one")),
        with_login("bb", 2, Login("admin", "two"), server="other.example.com"),
        with_login("cc", 3, Login("admin", "one"), server="third.example.com"),
    ]
    servers = {"vcenter.example.com": first, "other.example.com": second, "third.example.com": FakeVSphere()}
    assert run(members, servers) == {
        "aa": ["vsphere.login_refused"],
        "bb": [UNKNOWN],
        "cc": ["vsphere.login_not_tried"],  # the very pair that was refused
    }


def test_room_is_shared_by_clusters_of_different_accounts() -> None:
    copied = samples.only(samples.TEMPLATE, has_snapshot=False)

    def free(gib: int) -> FakeVSphere:
        datastores = samples.only(samples.DATASTORE, free_bytes=gib * samples.GIB)
        return FakeVSphere(inventory=samples.inventory(templates=copied, datastores=datastores))

    vcenters = iter([free(140), free(139)])  # between the looks somebody writes to it
    result = validate_fleet(
        [with_login("aa", 1, Login("one", "p")), with_login("bb", 2, Login("two", "p"))],
        vcenter=lambda server, login: contextlib.nullcontext(next(vcenters)),
        probe=FakeProbe(),
        report=Lines(),
        wishes=Wishes(),
    )
    codes = {one["name"]: [finding["code"] for finding in one["findings"]] for one in result.data["clusters"]}
    assert {name: [code for code in found if "space" in code] for name, found in codes.items()} == {
        "aa": ["vsphere.datastore_space"],
        "bb": ["vsphere.datastore_space"],
    }
