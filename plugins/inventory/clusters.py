# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: clusters
short_description: Folders of cluster configs as an inventory
version_added: 0.1.0
author:
  - eks.anywhere contributors (@eks-anywhere)
description:
  - Makes a host of each cluster config, the vendor's own YAML, that lies in some folders.
  - Groups them by datacenter, provider, management cluster, Kubernetes version, vCenter and ring, and puts all of them
    into C(eksa_clusters), the group that the playbooks of this collection work on.
  - A file C(datacenter.yml) beside cluster configs says what the clusters of that folder, and of folders below it, have
    in common.
  - Each config is checked as M(eks.anywhere.cluster_info) does it. All that is wrong in any file is told at once.
  - Only configs whose text is new are read when the cache is on, so it need not be flushed after a change.
  - The name of the source ends in C(clusters.yml) or C(clusters.yaml).
extends_documentation_fragment:
  - ansible.builtin.constructed
  - ansible.builtin.inventory_cache
options:
  plugin:
    description: The name of this plugin.
    type: str
    required: true
    choices: [eks.anywhere.clusters]
  paths:
    description:
      - Folders to search, and single files. Relative ones start at the folder of the source.
      - Files that end in C(.yaml) or C(.yml) and name the API group of EKS Anywhere are cluster configs. Folders that
        begin with a dot, C(group_vars) and C(host_vars) are passed over.
    type: list
    elements: str
    default: ["."]
  datacenter_file:
    description:
      - Name of the file beside cluster configs that describes their datacenter. The nearest one counts.
      - It may hold C(name) (that of its folder when unset), C(ring), C(at_once) (how many clusters are worked on at the
        same time, 5 when unset), C(windows), C(vars), and C(clusters) with C(ring) and C(vars) by the names of
        clusters.
      - A window has C(days), C(from), C(to) and C(timezone).
    type: str
    default: datacenter.yml
  rings:
    description:
      - Rings in the order in which they are worked through. A cluster whose datacenter names no ring is in the last.
      - A ring is a name, or a mapping with C(name), C(error_budget) (how many clusters may fail, a count or a
        percentage like V(5%); V(0) when unset), C(soak_minutes) and C(at_once).
    type: list
    elements: raw
    default: [main]
  vcenters:
    description:
      - What a vCenter can bear, by the server as it stands in configs. C(at_once) limits the clusters that a run works
        on at the same time, C(clone_slots) the clusters of all runs that share Lease objects.
    type: dict
    default: {}
  bad_files:
    description:
      - V(fatal) ends with an error that lists all that is wrong; V(skip) warns with the same list and leaves these
        clusters out. A datacenter file with mistakes leaves out all clusters that it is for.
    type: str
    choices: [fatal, skip]
    default: fatal
  config:
    description:
      - V(path) gives each host the path of its config as C(eksa_config_file), V(text) the text of it as C(eksa_config).
        With the latter a job needs no file of the machine that read the inventory, as in AWX.
    type: str
    choices: [path, text]
    default: path
  host_names:
    description:
      - V(cluster) names hosts like their clusters. V(datacenter_and_cluster) puts the datacenter before, for fleets in
        which names are unique in a datacenter only.
    type: str
    choices: [cluster, datacenter_and_cluster]
    default: cluster
requirements:
  - PyYAML >= 6.0.1
"""

EXAMPLES = r"""
# fleet/clusters.yml, beside the folders berlin and paris with cluster configs and a datacenter.yml each
plugin: eks.anywhere.clusters
rings:
  - name: canary
    soak_minutes: 60
  - name: main
    error_budget: 5%
vcenters:
  vcenter.berlin.example.com:
    clone_slots: 8

# fleet/berlin/datacenter.yml
# at_once: 4
# windows:
#   - {days: [sat, sun], from: "22:00", to: "06:00", timezone: Europe/Berlin}
# vars:
#   eksa_bundles_file: /srv/eks/bundles.yaml
# clusters:
#   b-test: {ring: canary}

# A group of one's own, by the facts in eksa_fleet
# groups:
#   large: eksa_fleet.machines > 20
"""

import dataclasses
import hashlib
import os
import pathlib
import typing as t
import zoneinfo

from ansible.errors import AnsibleError, AnsibleParserError
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable, Constructable
from ansible.template import trust_as_template

from ansible_collections.eks.anywhere.plugins.module_utils._fleet import datacenter as datacenters
from ansible_collections.eks.anywhere.plugins.module_utils._fleet import inventory as fleet
from ansible_collections.eks.anywhere.plugins.module_utils._fleet import member as members
from ansible_collections.eks.anywhere.plugins.module_utils._fleet import policy as policies
from ansible_collections.eks.anywhere.plugins.module_utils._fleet.datacenter import Datacenter
from ansible_collections.eks.anywhere.plugins.module_utils._fleet.inventory import Found, Host, Problems
from ansible_collections.eks.anywhere.plugins.module_utils._fleet.member import Member
from ansible_collections.eks.anywhere.plugins.module_utils._fleet.policy import Policy

if t.TYPE_CHECKING:
    from ansible.inventory.data import InventoryData
    from ansible.parsing.dataloader import DataLoader

SOURCES = ("clusters.yml", "clusters.yaml")
SUFFIXES = (".yaml", ".yml")
NO_CONFIGS = frozenset({"group_vars", "host_vars"})
TEMPLATES = ("{{", "{%", "{#")
LOCAL = {
    "ansible_connection": "local",
    "ansible_python_interpreter": trust_as_template("{{ ansible_playbook_python }}"),
}
"""A cluster is worked on from the controller, with its Python."""


class InventoryModule(BaseInventoryPlugin, Constructable, Cacheable):
    """Reads the files; what they mean is decided in the room ``_fleet``."""

    NAME = "eks.anywhere.clusters"
    inventory: InventoryData
    loader: DataLoader

    def verify_file(self, path: str) -> bool:
        """By its name, as other inventories lie in the same folder."""
        return bool(super().verify_file(path)) and path.endswith(SOURCES)

    def parse(self, inventory: InventoryData, loader: DataLoader, path: str, cache: bool = True) -> None:
        """Fill the inventory."""
        super().parse(inventory, loader, path, cache=cache)
        self._read_config_data(path)
        self._problems: Problems = {}
        self._texts: dict[str, str] = {}
        policy = self._policy(path)
        found = self._found(path, cached=cache)
        hosts, told = fleet.hosts(
            found, policy=policy, by_place=self.get_option("host_names") == "datacenter_and_cluster"
        )
        for where, words in told.items():
            self._problems.setdefault(where, []).extend(words)
        bad = {where for where, words in self._problems.items() if words}
        self._judge()
        good = [one for one in found if one.path not in bad and not (one.datacenter and one.datacenter.path in bad)]
        self._fill([host for host in hosts if host.path in {one.path for one in good}])
        self._share(policy, good)

    def _policy(self, path: str) -> Policy:
        wrong: list[str] = []
        policy = Policy(
            rings=policies.rings(self.get_option("rings"), wrong=wrong),
            vcenters=policies.vcenters(self.get_option("vcenters"), zones=zoneinfo.ZoneInfo, wrong=wrong),
        )
        if wrong:
            raise AnsibleParserError(f"{path}:\n" + "\n".join(f"  {words}" for words in wrong))
        return policy

    def _found(self, path: str, *, cached: bool) -> list[Found]:
        """Every usable config, with the datacenter of its folder."""
        by_folder: dict[pathlib.Path, Datacenter | None] = {}
        found = []
        with _Remembered(self, path, cached=cached) as remembered:
            for file in self._files(pathlib.Path(path).absolute()):
                text = self._text(file)
                if not members.is_config(text):
                    continue
                member, wrong = remembered.member(text)
                if member is None:
                    self._problems[str(file)] = wrong
                    continue
                self._texts[str(file)] = text
                found.append(Found(path=str(file), member=member, datacenter=self._datacenter(file.parent, by_folder)))
        return found

    def _text(self, file: pathlib.Path) -> str:
        """An unreadable file is a bad one, whatever it is meant to be."""
        try:
            return file.read_text(encoding="utf-8")
        except (OSError, UnicodeError) as exc:
            self._problems[str(file)] = [f"cannot be read: {exc}"]
            return ""

    def _files(self, source: pathlib.Path) -> t.Iterator[pathlib.Path]:
        """Candidates, each once, in the order of their names."""
        seen: set[pathlib.Path] = {source}
        for given in self.get_option("paths"):
            start = source.parent / pathlib.Path(given).expanduser()
            if not start.exists():
                self._problems[str(start)] = ["does not exist; see the option paths"]
            for file in [start] if start.is_file() else _below(start):
                if file not in seen and file.name != self.get_option("datacenter_file"):
                    seen.add(file)
                    yield file

    def _datacenter(self, folder: pathlib.Path, known: dict[pathlib.Path, Datacenter | None]) -> Datacenter | None:
        """That of the nearest file at or above a folder."""
        if folder not in known:
            file = folder / self.get_option("datacenter_file")
            above = folder.parent
            if file.is_file():
                known[folder] = self._read_datacenter(file)
            else:
                known[folder] = self._datacenter(above, known) if above != folder else None
        return known[folder]

    def _read_datacenter(self, file: pathlib.Path) -> Datacenter:
        wrong: list[str] = []
        try:
            values = self.loader.load_from_file(str(file), cache="none", trusted_as_template=True)
        except AnsibleError as exc:
            wrong.append(str(exc))
            values = {}
        datacenter = datacenters.read(
            values or {}, path=str(file), folder=file.parent.name, zones=zoneinfo.ZoneInfo, wrong=wrong
        )
        if wrong:
            self._problems[str(file)] = wrong
        return datacenter

    def _judge(self) -> None:
        """All that is wrong in any file, at once."""
        bad = {where: words for where, words in sorted(self._problems.items()) if words}
        if not bad:
            return
        lines = (f"  {where}:\n" + "\n".join(f"    {words}" for words in told) for where, told in bad.items())
        message = f"{len(bad)} files of the fleet cannot be used:\n" + "\n".join(lines)
        if self.get_option("bad_files") == "fatal":
            raise AnsibleParserError(message)
        self.display.warning(message)

    def _fill(self, hosts: t.Sequence[Host]) -> None:
        strict = self.get_option("strict")
        self.inventory.add_group(fleet.ALL)
        for host in hosts:
            self.inventory.add_host(host.name, group=fleet.ALL)
            for name in host.groups:
                self.inventory.add_child(self.inventory.add_group(name), host.name)
            variables = {**LOCAL, **self._config_of(host), **host.variables, "eksa_fleet": dict(host.facts)}
            variables = _plain(variables)
            for name, value in variables.items():
                self.inventory.set_variable(host.name, name, value)
            shown = {**variables, "inventory_hostname": host.name}
            self._set_composite_vars(self.get_option("compose"), shown, host.name, strict=strict)
            self._add_host_to_composed_groups(self.get_option("groups"), shown, host.name, strict=strict)
            self._add_host_to_keyed_groups(self.get_option("keyed_groups"), shown, host.name, strict=strict)

    def _config_of(self, host: Host) -> dict[str, str]:
        if self.get_option("config") == "text":
            return {"eksa_config": self._texts[host.path]}
        return {"eksa_config_file": host.path}

    def _share(self, policy: Policy, found: t.Sequence[Found]) -> None:
        """Variables of datacenters belong to their groups, the policy to all."""
        places = {one.datacenter.name: one.datacenter for one in found if one.datacenter}
        whole = dataclasses.replace(policy, datacenters={name: one.place for name, one in places.items()})
        self.inventory.set_variable(fleet.ALL, "eksa_fleet_policy", _plain(whole.as_dict()))
        for name, one in places.items():
            for variable, value in one.variables.items():
                self.inventory.set_variable(fleet.group("datacenter", name), variable, value)


class _Remembered:
    """What texts were found to say, in the cache that the user chose; only good ones are kept."""

    def __init__(self, plugin: InventoryModule, path: str, *, cached: bool) -> None:
        self._plugin = plugin
        self._on = bool(plugin.get_option("cache"))
        self._read = cached
        self._path = path
        self._before: dict[str, t.Any] = {}
        self._after: dict[str, t.Any] = {}

    def __enter__(self) -> _Remembered:
        if self._on:
            self._plugin.load_cache_plugin()
            self._key = self._plugin.get_cache_key(self._path)
            if self._read:
                self._before = dict(self._plugin.cache.get(self._key) or {})
        return self

    def __exit__(self, *_problem: object) -> None:
        if self._on and self._after != self._before:
            self._plugin.cache[self._key] = self._after
            self._plugin.update_cache_if_changed()

    def member(self, text: str) -> tuple[Member | None, list[str]]:
        """The member that a text describes, or what is wrong with it."""
        mark = f"{members.SCHEMA}:{hashlib.sha256(text.encode()).hexdigest()}"
        if mark in self._before:
            self._after[mark] = self._before[mark]
            return Member(**self._before[mark]), []
        member, wrong = members.read(text, os.environ)
        if member is not None:
            self._after[mark] = dataclasses.asdict(member)
        return member, wrong


def _plain(value: t.Any) -> t.Any:
    """Marks texts that hold no template as fit for templates. In an exported inventory, as AWX keeps it, others are no
    texts but objects that wrap one. What looks like a template in a config stays a text.
    """
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    is_plain = isinstance(value, str) and not any(mark in value for mark in TEMPLATES)
    return trust_as_template(value) if is_plain else value


def _below(folder: pathlib.Path) -> t.Iterator[pathlib.Path]:
    """YAML files in a folder and those below, in the order of their names."""
    for parent, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in NO_CONFIGS)
        yield from (
            pathlib.Path(parent, name) for name in sorted(files) if name.endswith(SUFFIXES) and not name.startswith(".")
        )
