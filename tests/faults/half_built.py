# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cluster of its own on the lab: create and delete runs that are killed at a moment, and all that is left of it."""

from __future__ import annotations

import base64
import contextlib
import dataclasses
import ipaddress
import json
import pathlib
import re
import shutil
import ssl
import subprocess
import threading
import time
import typing as t
import urllib.request

import docker
import kubernetes
import yaml
from pyVmomi import vim

from ansible_collections.eks.anywhere.plugins.module_utils._plan import move_journal
from ansible_collections.eks.anywhere.plugins.module_utils._plan.folder import Folder, node_label
from ansible_collections.eks.anywhere.tests.labkit import Kill, Lab, Run, find, remove_container, write

PURGE = ("-e", '{"eksa_teardown_purge": true}')
STEPS = (
    "Creating new bootstrap cluster",
    "Installing cluster-api providers on bootstrap cluster",
    "Moving cluster management from workload cluster to bootstrap",
    "Deleting management cluster",
    "Deleting bootstrap cluster",
    "Destroying ",
)
"""Lines of a deletion that tell what it did."""
SESSIONS_SECONDS = 60
GONE_SECONDS = 120


@dataclasses.dataclass(frozen=True)
class Moment:
    """When a run is killed: ``after`` seconds from a line, or as soon as something is ``seen`` after it."""

    line: str
    after: float = 0.0
    tree: bool = False
    seen: t.Callable[[Site], bool] | None = None

    def kill(self, site: Site) -> Kill:
        """The kill, for the runs of one cluster."""
        if self.seen is None:
            return Kill(self.line, after=self.after, tree=self.tree)
        return _KillWhen(self.line, tree=True, seen=self.seen, site=site)


@dataclasses.dataclass(frozen=True)
class _KillWhen(Kill):
    """All dies as soon as something is seen; what cannot be asked yet is not seen."""

    seen: t.Callable[[Site], bool] = lambda _site: True
    site: Site | None = None

    def start(self, process: subprocess.Popen[str]) -> None:
        threading.Thread(target=self._watch, args=(process,), daemon=True).start()

    def _watch(self, process: subprocess.Popen[str]) -> None:
        assert self.site is not None
        while process.poll() is None:
            with contextlib.suppress(Exception):
                if self.seen(self.site):
                    self._kill(process)
                    return
            time.sleep(0.01)


@dataclasses.dataclass(frozen=True)
class Site:
    """One cluster, not created yet; ``around`` are folders and tags of the vCenter at that time."""

    lab: Lab
    name: str
    config: pathlib.Path
    home: pathlib.Path
    around: frozenset[str]

    @classmethod
    def make(cls, lab: Lab, name: str, *, number: int, home: pathlib.Path) -> Site:
        """The lab's cluster under another name and with an endpoint of its own."""
        documents = lab.documents
        endpoint = str(find(documents, "Cluster")["spec"]["controlPlaneConfiguration"]["endpoint"]["host"])
        text = yaml.safe_dump_all(documents, sort_keys=False)
        text = re.sub(rf"\b{re.escape(lab.name)}\b", name, text)
        text = text.replace(endpoint, str(ipaddress.ip_address(endpoint) - number))
        config = write(list(yaml.safe_load_all(text)), home / "cluster.yaml")
        return cls(lab, name, config, home, places(lab))

    @property
    def folder(self) -> Folder:
        """Where its files are."""
        return Folder(state_dir=str(self.home / "clusters"), name=self.name)

    @property
    def sides(self) -> tuple[str, str]:
        """Kubeconfigs of the bootstrap cluster and of the cluster itself."""
        return self.folder.bootstrap_kubeconfig, self.folder.kubeconfig

    def play(self, playbook: str, *args: str, kills: t.Sequence[Kill] = ()) -> Run:
        """A run on this cluster."""
        paths = {"eksa_config_file": self.config, "eksa_state_dir": self.home / "clusters"}
        given = [part for key, value in paths.items() for part in ("-e", f"{key}={value}")]
        run = self.lab.play(playbook, "-v", *given, *args, folder=self.home, kills=kills)
        (self.home / f"{len(list(self.home.glob('*.log'))):02}-{playbook}.log").write_text(run.text, encoding="utf-8")
        return run

    def delete(self, *args: str, kills: t.Sequence[Kill] = ()) -> Run:
        """A deletion."""
        return self.play("delete_cluster", *args, kills=kills)

    def machines(self) -> frozenset[str]:
        """Names of its virtual machines."""
        return frozenset(name for name in self.lab.machines() if name.startswith(f"{self.name}-"))

    def nodes(self) -> list[str]:
        """Names of the containers of its bootstrap cluster."""
        with engine() as client:
            listed = client.api.containers(all=True, filters={"label": node_label(self.folder.bootstrap_name)})
            return [str(one["Names"][0]).lstrip("/") for one in listed]

    def journal(self) -> str:
        """Phase of the move that is under way, as the side says that is furthest; empty when there is none."""
        told = [one.data["phase"] for path in self.sides for one in _journals(path)]
        return max(told, key=move_journal.PHASES.index, default="")

    def traces(self) -> list[str]:
        """All that there is of it, wherever that can be: none of the product's own code looks."""
        with engine() as client:
            listed = client.api.containers(all=True)
            names = [name.lstrip("/") for one in listed for name in one["Names"]]
            volumes = [one["Name"] for one in client.api.volumes()["Volumes"] or ()]
        mine = re.compile(rf"(vcsim-)?{re.escape(self.name)}-")
        found = [f"machine {name}" for name in sorted(self.machines())]
        found += [f"container {name}" for name in names if mine.match(name)]
        found += [f"volume {name}" for name in volumes if mine.match(name)]
        found += [f"file {path}" for path in (self.home / "clusters").rglob("*")]
        return found + sorted(self.around ^ places(self.lab))

    def logged_out(self) -> bool:
        """Whether all our sessions end; those of runs on another cluster take a moment."""
        end = time.monotonic() + SESSIONS_SECONDS
        while self.lab.our_sessions():
            if time.monotonic() > end:
                return False
            time.sleep(0.2)
        return True

    def sweep(self) -> None:
        """Remove all of it by force."""
        for name in self.nodes():
            remove_container(name)
        destroy(self.lab, self.machines())
        shutil.rmtree(self.home / "clusters", ignore_errors=True)


def steps(run: Run) -> list[str]:
    """What a deletion said that it does."""
    return [step for step in STEPS if any(line.startswith(step) for line in run.lines)]


def destroy(lab: Lab, names: t.Collection[str]) -> None:
    """Destroy virtual machines, as somebody in vCenter would; again and again, until all are gone.

    pyVmomi can read neither the runtime of a simulated machine nor its tasks, so how it went is told by what is there.
    """
    end = time.monotonic() + GONE_SECONDS
    while time.monotonic() < end and lab.machines().intersection(names):
        with lab.vcenter() as content:
            view = content.viewManager.CreateContainerView(content.rootFolder, [vim.VirtualMachine], recursive=True)
            for machine in [one for one in view.view if one.name in names]:
                machine.PowerOffVM_Task()
                machine.Destroy_Task()
        time.sleep(1)
    assert not lab.machines().intersection(names)


def places(lab: Lab) -> frozenset[str]:
    """Folders and tags of the vCenter."""
    with lab.vcenter() as content:
        view = content.viewManager.CreateContainerView(content.rootFolder, [vim.Folder], recursive=True)
        folders = {f"folder {one.name}" for one in view.view}
    plain = f"{lab.variables['eksa_vsphere_username']}:{lab.password}".encode()
    token = _rest(lab, "POST", "session", Authorization=f"Basic {base64.b64encode(plain).decode()}")
    session = {"vmware-api-session-id": token}
    tags = {f"tag {one}" for one in _rest(lab, "GET", "tagging/tag", **session)}
    _rest(lab, "DELETE", "session", **session)
    return frozenset(folders | tags)


def _rest(lab: Lab, method: str, path: str, **headers: str) -> t.Any:
    url = f"https://{lab.server}/rest/com/vmware/cis/{path}"
    request = urllib.request.Request(url, method=method, headers=headers)
    with urllib.request.urlopen(request, context=ssl._create_unverified_context(), timeout=10) as answer:
        content = answer.read()
    return json.loads(content)["value"] if content else None


def _journals(kubeconfig: str) -> list[t.Any]:
    """The journals of a cluster; none when it cannot be asked."""
    api: t.Any = kubernetes
    with contextlib.suppress(Exception):
        client = api.config.new_client_from_config(kubeconfig)
        listed: list[t.Any] = (
            api.client.CoreV1Api(client)
            .list_config_map_for_all_namespaces(label_selector=move_journal.SELECTOR, _request_timeout=2)
            .items
        )
        return listed
    return []


@contextlib.contextmanager
def engine() -> t.Iterator[t.Any]:
    """A client of the container engine."""
    client = docker.from_env()
    try:
        yield client
    finally:
        client.close()
