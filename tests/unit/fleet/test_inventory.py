# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory plugin under a real inventory manager of Ansible, and the settings that it reads."""

from __future__ import annotations

import json
import pathlib
import subprocess
import sys
import typing as t

import pytest
import yaml
from ansible import constants
from ansible.errors import AnsibleError
from ansible.inventory.data import InventoryData
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.doc_fragments import constructed, inventory_cache

from ansible_collections.eks.anywhere.plugins.inventory import clusters
from ansible_collections.eks.anywhere.plugins.module_utils._fleet import member
from ansible_collections.eks.anywhere.tests.simulation import fleet

PROGRAM = pathlib.Path(sys.executable).with_name("ansible-inventory")
PLACES = fleet.sites(4, datacenters=2)


@pytest.fixture(scope="module", autouse=True)
def _options() -> None:
    """Ansible learns of the options of the plugin, which its own loader does not load here."""
    defined: dict[str, t.Any] = {}
    for text in (
        clusters.DOCUMENTATION,
        constructed.ModuleDocFragment.DOCUMENTATION,
        inventory_cache.ModuleDocFragment.DOCUMENTATION,
    ):
        defined.update(yaml.safe_load(text)["options"])
    constants.config.initialize_plugin_configuration_definitions("inventory", clusters.InventoryModule.NAME, defined)


@pytest.fixture
def source(tmp_path: pathlib.Path) -> pathlib.Path:
    return fleet.write(tmp_path, PLACES)


def change(path: pathlib.Path, **options: t.Any) -> None:
    """Other values of a YAML file."""
    path.write_text(yaml.safe_dump({**yaml.safe_load(path.read_text("utf-8")), **options}), encoding="utf-8")


def inventory(source: pathlib.Path) -> InventoryData:
    """What the plugin makes of a source."""
    plugin, data = clusters.InventoryModule(), InventoryData()
    plugin._load_name = plugin.NAME
    assert plugin.verify_file(str(source))
    plugin.parse(data, DataLoader(), str(source))
    data.reconcile_inventory()
    return data


def names(found: InventoryData, group: str) -> list[str]:
    return [host.name for host in found.groups[group].get_hosts()]


def facts(found: InventoryData, name: str) -> dict[str, t.Any]:
    return t.cast(dict[str, t.Any], found.hosts[name].vars["eksa_fleet"])


def test_hosts_groups_and_facts(source: pathlib.Path) -> None:
    found = inventory(source)
    assert names(found, "eksa_clusters") == ["dc1-c000", "dc1-c001", "dc2-c000", "dc2-c001"]
    assert {group.name for group in found.hosts["dc1-c001"].get_groups()} == {
        "all",
        "eksa_clusters",
        "eksa_datacenter_dc1",
        "eksa_kubernetes_1_34",
        "eksa_manager_dc1_c000",
        "eksa_provider_vsphere",
        "eksa_ring_main",
        "eksa_vcenter_vcenter_dc1_example_org",
        "eksa_workload_clusters",
    }
    assert facts(found, "dc1-c001") == {
        "name": "dc1-c001",
        "provider": "vsphere",
        "kubernetes_version": "1.34",
        "manager": "dc1-c000",
        "manager_host": "dc1-c000",
        "self_managed": False,
        "endpoint": "10.0.1.5",
        "control_plane": 1,
        "etcd": 0,
        "workers": 1,
        "machines": 2,
        "vcenter": "vcenter.dc1.example.org",
        "vcenter_datacenter": "DC0",
        "datacenter": "dc1",
        "ring": "main",
    }
    assert facts(found, "dc1-c000")["ring"] == "canary"
    assert names(found, "eksa_management_clusters") == ["dc1-c000", "dc2-c000"]


def test_policy_and_variables_are_shared(source: pathlib.Path) -> None:
    change(source, vcenters={"vcenter.dc1.example.org": {"clone_slots": 8}})
    window = {"days": ["sat"], "from": 1320, "to": "06:00", "timezone": "Europe/Berlin"}
    change(source.parent / "dc1" / "datacenter.yml", windows=[window], vars={"eksa_bundles_file": "/b.yaml"})
    found = inventory(source)
    policy = found.groups["eksa_clusters"].vars["eksa_fleet_policy"]
    assert [ring["name"] for ring in policy["rings"]] == ["canary", "main"]
    assert policy["vcenters"]["vcenter.dc1.example.org"]["clone_slots"] == 8
    assert policy["datacenters"]["dc1"]["windows"] == [{**window, "from": "22:00"}]
    assert found.groups["eksa_datacenter_dc1"].vars == {"eksa_bundles_file": "/b.yaml"}
    assert not found.groups["eksa_datacenter_dc2"].vars


def test_all_bad_files_are_told_at_once(source: pathlib.Path) -> None:
    fine = (source.parent / "dc1" / "dc1-c000.yaml").read_text("utf-8")
    (source.parent / "dc1" / "dc1-c001.yaml").write_text(fine.replace("count: 1", "count: many"), encoding="utf-8")
    (source.parent / "dc2" / "dc2-c000.yaml").write_text("# anywhere.eks.amazonaws.com/\n{", encoding="utf-8")
    (source.parent / "dc2" / "copy.yaml").write_text(fine, encoding="utf-8")
    change(source.parent / "dc2" / "datacenter.yml", at_once=0, windoes=[], clusters={"dc2-c100": {}})
    with pytest.raises(AnsibleError) as raised:
        inventory(source)
    message = str(raised.value)
    for words in (
        "5 files of the fleet cannot be used",
        "cannot unmarshal",
        "could not parse",
        "metadata.name: another cluster is called dc1-c000, too",
        "at_once: must be a whole number, at least 1 (found 0)",
        "windoes: is no setting; there are at_once, clusters, name, ring, vars, windows",
        "clusters.dc2-c100: no such cluster",
    ):
        assert words in message


def test_bad_files_can_be_skipped(source: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    change(source, bad_files="skip")
    change(source.parent / "dc2" / "datacenter.yml", ring="nowhere")
    (source.parent / "dc1" / "dc1-c001.yaml").write_text("anywhere.eks.amazonaws.com/: [", encoding="utf-8")
    said: list[str] = []
    monkeypatch.setattr("ansible.utils.display.Display.warning", lambda _self, words, **_more: said.append(words))
    found = inventory(source)
    assert names(found, "eksa_clusters") == ["dc1-c000", "dc2-c000"]
    assert "its ring nowhere is not one of canary, main" in said[0]


def test_names_may_repeat_in_other_datacenters(tmp_path: pathlib.Path) -> None:
    places = [fleet.Site(name, ("mgmt", "w01")) for name in ("berlin", "paris")]
    found = inventory(fleet.write(tmp_path, places, host_names="datacenter_and_cluster"))
    assert names(found, "eksa_clusters") == [
        "berlin-mgmt", "berlin-w01", "paris-mgmt", "paris-w01",
    ]  # fmt: skip
    assert facts(found, "paris-w01")["manager_host"] == "paris-mgmt"


def test_texts_travel_with_the_inventory(source: pathlib.Path) -> None:
    change(source, config="text")
    template = source.parent / "dc1" / "dc1-c001.yaml"
    template.write_text(template.read_text("utf-8") + "\n# {{ no_template }}\n", encoding="utf-8")
    argv = [str(PROGRAM), "-i", str(source), "--list", "--export"]
    listed = json.loads(subprocess.run(argv, check=True, capture_output=True, text=True).stdout)
    plain = listed["_meta"]["hostvars"]["dc1-c000"]
    assert plain["eksa_config"] == (source.parent / "dc1" / "dc1-c000.yaml").read_text("utf-8")
    assert plain["ansible_python_interpreter"] == "{{ ansible_playbook_python }}"
    # A config is data, also where it looks like a template.
    kept = listed["_meta"]["hostvars"]["dc1-c001"]["eksa_config"]
    assert kept == {"__ansible_unsafe": template.read_text("utf-8")}


def test_only_new_texts_are_read_with_a_cache(
    source: pathlib.Path, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(source, cache=True, cache_plugin="jsonfile", cache_connection=str(tmp_path / "cache"))
    read: list[str] = []
    real = member.read

    def counted(text: str, environ: t.Mapping[str, str]) -> t.Any:
        read.append(text)
        return real(text, environ)

    monkeypatch.setattr(member, "read", counted)
    first = inventory(source)
    assert len(read) == 4
    again = inventory(source)
    assert len(read) == 4
    assert facts(again, "dc2-c001") == facts(first, "dc2-c001")
    path = source.parent / "dc2" / "dc2-c001.yaml"
    path.write_text(path.read_text("utf-8").replace("'1.34'", "'1.35'"), encoding="utf-8")
    assert facts(inventory(source), "dc2-c001")["kubernetes_version"] == "1.35"
    assert len(read) == 5


def test_a_source_with_mistakes_names_them(source: pathlib.Path) -> None:
    change(source, rings=[{"name": "canary", "error_budget": "110%"}, {"soak_minutes": -1}, "canary"])
    with pytest.raises(AnsibleError) as raised:
        inventory(source)
    for words in ("rings[0].error_budget", "rings[1].name: is needed", "rings[1].soak_minutes", "canary stands there"):
        assert words in str(raised.value)


def test_other_files_are_nobodys_business(source: pathlib.Path) -> None:
    (source.parent / "dc1" / "kustomization.yaml").write_text("resources: []\n", encoding="utf-8")
    for folder in ("group_vars", ".git"):
        (source.parent / folder).mkdir()
        (source.parent / folder / "all.yml").write_text("anywhere.eks.amazonaws.com/: [", encoding="utf-8")
    assert len(names(inventory(source), "eksa_clusters")) == 4


def test_a_missing_folder_is_an_error(source: pathlib.Path) -> None:
    change(source, paths=["dc1", "dc3"])
    with pytest.raises(AnsibleError, match="does not exist; see the option paths"):
        inventory(source)
