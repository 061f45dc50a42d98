# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many clusters on real simulators in one go: one session each, one refused password, room for all together."""

from __future__ import annotations

import copy
import json
import os
import pathlib
import subprocess
import typing as t

import pytest
import yaml
from ansible.parsing.vault import VaultLib, VaultSecret

from ansible_collections.eks.anywhere.plugins.module_utils._shell import Context, Lines
from ansible_collections.eks.anywhere.plugins.modules import vsphere_validate_fleet
from ansible_collections.eks.anywhere.tests.integration_real.vsphere.arrangements import GIB
from ansible_collections.eks.anywhere.tests.integration_real.vsphere.conftest import (
    TEMPLATES,
    Cluster,
    cluster_on,
    manifest,
)
from ansible_collections.eks.anywhere.tests.simulation.vcenter import ADMIN, PASSWORDS, READER, Simulator, simulator

Entry = dict[str, t.Any]
Shown = dict[str, t.Any]


def named(cluster: Cluster, name: str, number: int) -> Cluster:
    """Another cluster of the kind, with an endpoint of its own."""
    other = copy.deepcopy(cluster)
    other.documents["cluster"]["metadata"]["name"] = name
    other.documents["cluster"]["spec"]["managementCluster"]["name"] = name
    other.endpoint["host"] = f"100::{number + 1:x}"
    return other


def entry(cluster: Cluster, bundles_file: str, **options: t.Any) -> Entry:
    """As the task is given it."""
    name = cluster.documents["cluster"]["metadata"]["name"]
    return {"name": name, "config": cluster.text(), "bundles_file": bundles_file, "skip_ip_check": True, **options}


def validate(clusters: t.Sequence[Entry], *, password: str = PASSWORDS[ADMIN], **options: t.Any) -> tuple[Shown, Lines]:
    """The module's result and what it says."""
    lines = Lines()
    params = {"clusters": list(clusters), "vsphere_username": ADMIN, "vsphere_password": password, **options}
    result = vsphere_validate_fleet.operate(params, Context(check_mode=False, report=lines))
    assert password not in json.dumps(result.as_dict(diff=True)) + "".join(lines.lines)
    return dict(result.data), lines


def codes(shown: Shown, *, without: t.Collection[str] = ("vsphere.hosts_memory",)) -> dict[str, list[str]]:
    """Codes by cluster, but for the signature of the manifest, which is nobody's, and the simulator's small hosts."""
    ignored = {"bundles.signature_missing", *without}
    return {
        one["name"]: [finding["code"] for finding in one["findings"] if finding["code"] not in ignored]
        for one in shown["clusters"]
    }


def test_one_session_for_all_clusters(vcsim: Simulator, cluster: Cluster, bundles_file: str) -> None:
    vcsim_before = vcsim.sessions()
    one, _lines = validate([entry(named(cluster, "w00", 0), bundles_file)])
    many, lines = validate([entry(named(cluster, f"w{number:02}", number), bundles_file) for number in range(20)])
    after = vcsim.sessions()
    assert after["logins"] - vcsim_before["logins"] == 4  # one of each API in both runs
    assert many["requests"] == one["requests"]  # they name the same objects
    assert one["ready"]
    assert set(codes(many)) == {f"w{number:02}" for number in range(20)}
    # Each alone has room; all together have not.
    assert codes(one, without=()) == {"w00": []}
    assert all(found == ["vsphere.hosts_memory"] for found in codes(many, without=()).values())
    assert lines.lines[-21].split() == ["CLUSTER", "VCENTER", "ERRORS", "WARNINGS", "VERDICT"]
    assert lines.lines[-1].split() == ["w19", vcsim.server, "0", "2", "ready"]


def test_room_is_counted_for_all_of_the_run(vcsim: Simulator, cluster: Cluster, bundles_file: str) -> None:
    with vcsim.connect() as content:
        free = content.searchIndex.FindByInventoryPath("DC0/datastore/LocalDS_0").summary.freeSpace // GIB
    cluster.machine["diskGiB"] = int(free * 0.4)
    first, second, third = (named(cluster, name, number) for number, name in enumerate(("aa", "bb", "cc")))
    third.machine["datastore"] = "LocalDS_1"
    third.documents["prod-md"]["spec"]["datastore"] = "LocalDS_1"
    entries = [entry(one, bundles_file) for one in (first, second, third)]
    shown, _lines = validate(entries)
    assert codes(shown)["aa"] == ["vsphere.datastore_space_upgrade"]
    three, _lines = validate([*entries, entry(named(first, "dd", 9), bundles_file)])
    assert "vsphere.datastore_space" in codes(three)["aa"]
    assert "vsphere.datastore_space" not in codes(three)["cc"]
    (finding,) = (one for one in three["clusters"][0]["findings"] if one["code"] == "vsphere.datastore_space")
    assert "dd/prod-cp 1 x" in finding["seen"]
    there = [entries[0], {**entries[1], "exists": True}, {**entry(named(first, "dd", 9), bundles_file), "exists": True}]
    assert "vsphere.datastore_space" not in codes(validate(there)[0])["aa"]  # theirs is taken already


def test_a_bad_cluster_keeps_no_other_from_its_verdict(vcsim: Simulator, cluster: Cluster, bundles_file: str) -> None:
    good, bad, twin = named(cluster, "good", 1), named(cluster, "bad", 2), named(cluster, "twin", 3)
    bad.machine["folder"] = "eks"
    twin.endpoint["host"] = bad.endpoint["host"]
    entries = [entry(one, bundles_file) for one in (good, bad, twin)]
    broken = {**entries[0], "name": "broken", "config": "kind: Nothing"}
    gone = {**entries[0], "name": "gone", "config": None, "config_file": "none.yaml"}
    shown, lines = validate([*entries, broken, gone])
    assert codes(shown) == {
        "good": [],
        "bad": ["vsphere.folder_not_found", "vsphere.endpoint_shared"],
        "twin": ["vsphere.endpoint_shared"],
        "broken": ["config.invalid"],
        "gone": ["input.not_found"],
    }
    assert not shown["ready"]
    assert [one["ready"] for one in shown["clusters"]] == [True, False, False, False, False]
    assert any(
        line.startswith("bad: error: folder /DC0/vm/eks: not found; nearest: /DC0/vm/eksa") for line in lines.lines
    )


def test_a_refused_password_is_sent_once_in_the_whole_fleet(
    vcsim: Simulator, cluster: Cluster, bundles_file: str, lab_bin: t.Callable[[str], str]
) -> None:
    before = vcsim.sessions()
    with simulator(lab_bin("vcsim"), templates=TEMPLATES) as other:
        elsewhere = named(cluster_on(other), "cc", 3)
        clusters = [named(cluster, "aa", 1), named(cluster, "bb", 2), elsewhere]
        shown, _lines = validate([entry(one, bundles_file) for one in clusters], password="wrong one")
        assert other.sessions() == {"open": 0, "logins": 0, "refused": 0}
    assert vcsim.sessions()["refused"] - before["refused"] == 1
    assert codes(shown) == {
        "aa": ["vsphere.login_refused"],
        "bb": ["vsphere.login_refused"],
        "cc": ["vsphere.login_not_tried"],
    }


def account(user: str, password: str | None = None) -> dict[str, str]:
    """Options of a cluster that logs in as somebody else."""
    return {"vsphere_username": user, "vsphere_password": password or PASSWORDS[user]}


def test_each_account_has_a_session(vcsim: Simulator, cluster: Cluster, bundles_file: str) -> None:
    before = vcsim.sessions()
    users = {"aa": ADMIN, "bb": READER, "cc": ADMIN, "dd": READER}
    clusters = [named(cluster, name, number) for number, name in enumerate(users)]
    entries = [entry(one, bundles_file, **account(user)) for one, user in zip(clusters, users.values(), strict=True)]
    shown, _lines = validate(entries, password="of nobody")
    after = vcsim.sessions()
    assert after["logins"] - before["logins"] == 4  # two accounts, two APIs
    assert after["refused"] == before["refused"]
    assert codes(shown) == {name: [] for name in users}


def test_passwords_that_contradict_each_other_are_not_tried(
    vcsim: Simulator, cluster: Cluster, bundles_file: str
) -> None:
    before = vcsim.sessions()
    clusters = [named(cluster, name, number) for number, name in enumerate(("aa", "bb", "cc"))]
    accounts = [account(ADMIN), account(ADMIN, "another one"), account(READER)]
    entries = [entry(one, bundles_file, **its) for one, its in zip(clusters, accounts, strict=True)]
    shown, lines = validate(entries)
    assert codes(shown) == {"aa": ["vsphere.credentials_differ"], "bb": ["vsphere.credentials_differ"], "cc": []}
    assert any("has different passwords in: aa; bb" in line for line in lines.lines)
    assert "another one" not in json.dumps(shown) + "".join(lines.lines)
    assert vcsim.sessions() == {**before, "logins": before["logins"] + 2}  # those of cc


def test_endpoints_of_all_are_tried_at_the_same_time(vcsim: Simulator, cluster: Cluster, bundles_file: str) -> None:
    entries = [entry(named(cluster, f"w{number}", number), bundles_file, skip_ip_check=False) for number in range(4)]
    taken = named(cluster, "taken", 9)
    taken.endpoint["host"] = "127.0.0.1"
    shown, _lines = validate([*entries, entry(taken, bundles_file, skip_ip_check=False)])
    assert [name for name, found in codes(shown).items() if "vsphere.endpoint_in_use" in found] == ["taken"]


def test_the_playbook_checks_a_fleet(vcsim: Simulator, cluster: Cluster, tmp_path: pathlib.Path) -> None:
    hosts: dict[str, dict[str, str]] = {}
    for number, name in enumerate(("good", "bad")):
        one = named(cluster, name, number)
        if name == "bad":
            one.machine["template"] = "none"
        path = tmp_path / f"{name}.yaml"
        path.write_text(one.text())
        hosts[name] = {"eksa_config_file": str(path)}
    common = {
        "ansible_connection": "local",
        "eksa_bundles_file": manifest(tmp_path),
        "eksa_state_dir": str(tmp_path / "state"),
        "eksa_report_file": str(tmp_path / "report.json"),
        "eksa_skip_ip_check": True,
    }
    inventory = tmp_path / "inventory.yml"
    inventory.write_text(yaml.safe_dump({"eksa_clusters": {"hosts": hosts, "vars": common}}))
    before = vcsim.sessions()["logins"]
    done = subprocess.run(
        ["ansible-playbook", "-i", str(inventory), "eks.anywhere.validate_cluster"],
        env={
            **os.environ,
            "EKSA_VSPHERE_USERNAME": ADMIN,
            "EKSA_VSPHERE_PASSWORD": PASSWORDS[ADMIN],
            "ANSIBLE_NOCOLOR": "1",
        },
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    said = done.stdout + done.stderr
    assert done.returncode == 2, said
    assert vcsim.sessions()["logins"] - before == 2, said
    assert PASSWORDS[ADMIN] not in said
    assert "\nCLUSTER  VCENTER" in said
    assert "bad cannot be built yet" in said
    report = json.loads((tmp_path / "report.json").read_text())
    assert {one["name"]: one["ready"] for one in report["clusters"]} == {"good": True, "bad": False}


def test_the_playbook_logs_in_with_the_account_of_each_host(
    vcsim: Simulator, cluster: Cluster, tmp_path: pathlib.Path
) -> None:
    for number, name in enumerate(("good", "vaulted")):
        (tmp_path / f"{name}.yaml").write_text(named(cluster, name, number).text())
    (tmp_path / "vault_key").write_text("key of the vault")
    vault = VaultLib([("default", VaultSecret(b"key of the vault"))])
    sealed = vault.encrypt(PASSWORDS[READER]).decode().replace("\n", "\n        ")
    (tmp_path / "inventory.yml").write_text(
        f"""
eksa_clusters:
  hosts:
    good:
      eksa_config_file: {tmp_path}/good.yaml
      eksa_vsphere_username: {ADMIN}
      eksa_vsphere_password: !unsafe {json.dumps(PASSWORDS[ADMIN])}
    vaulted:
      eksa_config_file: {tmp_path}/vaulted.yaml
      eksa_vsphere_username: {READER}
      eksa_vsphere_password: !vault |
        {sealed}
  vars:
    ansible_connection: local
    eksa_bundles_file: {manifest(tmp_path)}
    eksa_state_dir: {tmp_path}/state
    eksa_skip_ip_check: true
"""
    )
    before = vcsim.sessions()
    done = subprocess.run(
        ["ansible-playbook", "-vvv", "-i", "inventory.yml", "eks.anywhere.validate_cluster"],
        env={**os.environ, "ANSIBLE_NOCOLOR": "1", "ANSIBLE_VAULT_PASSWORD_FILE": str(tmp_path / "vault_key")},
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    said = done.stdout + done.stderr
    after = vcsim.sessions()
    assert done.returncode == 0, said
    assert (after["logins"] - before["logins"], after["refused"] - before["refused"]) == (4, 0), said
    assert not [password for password in PASSWORDS.values() if password in said]


@pytest.mark.parametrize("ranges", [["100::/120"]])
def test_dhcp_ranges_of_the_fleet(vcsim: Simulator, cluster: Cluster, bundles_file: str, ranges: list[str]) -> None:
    shown, _lines = validate([entry(named(cluster, "aa", 1), bundles_file)], dhcp_ranges=ranges)
    assert codes(shown) == {"aa": ["vsphere.endpoint_in_dhcp"]}
