# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What others do to learn what one cluster needs of a vCenter: info modules of two collections, and one tool per check.

The collections come with the package ``ansible``, which is fetched once into the cache and never installed.
"""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys
import time
import typing as t
import zipfile

import yaml
from pyVmomi import vim, vmodl

from ansible_collections.eks.anywhere.tests.simulation.vcenter import ADMIN, PASSWORDS, Simulator

PACKAGE = "ansible==12.3.0"
WANTED = ("ansible_collections/community/vmware/", "ansible_collections/vmware/vmware/")
GATHERING: tuple[tuple[str, dict[str, t.Any]], ...] = (
    ("community.vmware.vmware_about_info", {}),
    ("community.vmware.vmware_datacenter_info", {"datacenter": "DC0"}),
    (
        "community.vmware.vmware_dvs_portgroup_info",
        {"datacenter": "DC0", "show_mac_learning": False, "show_network_policy": False, "show_teaming_policy": False},
    ),
    ("community.vmware.vmware_datastore_info", {"datacenter": "DC0", "name": "LocalDS_0"}),
    ("community.vmware.vmware_folder_info", {"datacenter": "DC0"}),
    ("community.vmware.vmware_resource_pool_info", {}),
    (
        "community.vmware.vmware_guest_info",
        {
            "datacenter": "DC0",
            "name": "ubuntu-1-34",
            "folder": "/DC0/vm/Templates",
            "schema": "vsphere",
            "properties": ["config.template"],
        },
    ),
    ("community.vmware.vmware_object_role_permission_info", {"object_name": "eksa", "object_type": "Folder"}),
    ("vmware.vmware.cluster_info", {"datacenter": "DC0", "cluster": "DC0_C0"}),
)
"""The module of each check, asked as narrowly as it allows: (name, arguments)."""
PLACES = (
    "/DC0",
    "/DC0/network/VM Network",
    "/DC0/datastore/LocalDS_0",
    "/DC0/vm/eksa",
    "/DC0/host/DC0_C0/Resources/eksa-control-plane",
    "/DC0/host/DC0_C0/Resources/eksa-workers",
    "/DC0/vm/Templates/ubuntu-1-34",
)


def collections() -> pathlib.Path:
    """A path for Ansible under which the collections are; they are fetched on first use."""
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "eks.anywhere" / "rivals"
    home = cache / PACKAGE.replace("==", "-")
    if not home.exists():
        cache.mkdir(parents=True, exist_ok=True)
        fetch = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(cache), PACKAGE]
        subprocess.run(fetch, check=True)
        (wheel,) = cache.glob("ansible-*.whl")
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(home, [name for name in archive.namelist() if name.startswith(WANTED)])
        wheel.unlink()
    return home


def info_modules(vcsim: Simulator, folder: pathlib.Path) -> tuple[float, list[str]]:
    """Seconds of a play with the info modules, and the names of those that failed."""
    host, _colon, port = vcsim.server.partition(":")
    login = {"hostname": host, "port": int(port or 443), "username": ADMIN, "validate_certs": False}
    tasks = [
        {"name": name, name: {**login, "password": "{{ lookup('env', 'PASSWORD') }}", **arguments}}
        for name, arguments in GATHERING
    ]
    return timed_play(tasks, folder, {"ANSIBLE_COLLECTIONS_PATH": str(collections())})


def timed_play(
    tasks: t.Sequence[dict[str, t.Any]], folder: pathlib.Path, environ: t.Mapping[str, str]
) -> tuple[float, list[str]]:
    """Run tasks on this machine; no failure ends the play."""
    play = {
        "hosts": "localhost",
        "connection": "local",
        "gather_facts": False,
        "ignore_errors": True,
        "tasks": [*tasks],
    }
    (folder / "play.yml").write_text(yaml.safe_dump([play]), encoding="utf-8")
    settings = {
        "ANSIBLE_STDOUT_CALLBACK": "ansible.builtin.default",
        "ANSIBLE_NOCOLOR": "1",
        "PASSWORD": PASSWORDS[ADMIN],
    }
    python = f"ansible_python_interpreter={sys.executable}"
    began = time.monotonic()
    done = subprocess.run(
        ["ansible-playbook", "-i", "localhost,", "-e", python, str(folder / "play.yml")],
        env={**os.environ, **settings, **environ},
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = time.monotonic() - began
    parts = done.stdout.split("\nTASK [")[1:]
    return seconds, [part.partition("]")[0] for part in parts if "fatal:" in part]


def one_tool_per_check(vcsim: Simulator) -> tuple[float, int]:
    """Seconds and requests of a walk as a command-line tool does it: a login per check, then level by level."""
    began, requests = time.monotonic(), 0
    for place in PLACES:
        with vcsim.connect() as content:
            requests += 3 + _walk(content, place.strip("/").split("/"))
    return time.monotonic() - began, requests


def _walk(content: t.Any, parts: t.Sequence[str]) -> int:
    """Read the names of all siblings on each level down to the wanted object; how many requests that took."""
    here, requests = content.rootFolder, 0
    for part in parts:
        children = _children(here)
        names = {name: ref for ref, name in _names(content, children)}
        requests += 2
        here = names[part]
    return requests


def _children(ref: t.Any) -> list[t.Any]:
    if isinstance(ref, vim.Datacenter):
        return [ref.vmFolder, ref.hostFolder, ref.datastoreFolder, ref.networkFolder]
    if isinstance(ref, vim.ComputeResource):
        return [ref.resourcePool]
    return list(ref.resourcePool if isinstance(ref, vim.ResourcePool) else ref.childEntity)


def _names(content: t.Any, refs: t.Sequence[t.Any]) -> list[tuple[t.Any, str]]:
    if not refs:
        return []
    spec = vmodl.query.PropertyCollector
    wanted = [spec.PropertySpec(type=vim.ManagedEntity, pathSet=["name"])]
    objects = [spec.ObjectSpec(obj=ref) for ref in refs]
    found = content.propertyCollector.RetrieveContents([spec.FilterSpec(propSet=wanted, objectSet=objects)])
    return [(one.obj, str(one.propSet[0].val)) for one in found]


__all__ = ("GATHERING", "collections", "info_modules", "one_tool_per_check", "timed_play")
