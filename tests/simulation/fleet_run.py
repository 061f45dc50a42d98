# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fleet's own playbooks under a real ``ansible-playbook``, with clusters that are files.

Everything is the collection's but two things: the look at a cluster, and the tasks that upgrade one.
"""

from __future__ import annotations

import collections
import dataclasses
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time
import typing as t

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
PLAYBOOK = pathlib.Path(sys.executable).with_name("ansible-playbook")
LOOK = "eks.anywhere.cluster_upgrade_info"

ACTION = """
from __future__ import annotations
import json, pathlib, time
from ansible.plugins.action import ActionBase

class ActionModule(ActionBase):
    def run(self, tmp=None, task_vars=None):
        super().run(tmp, task_vars)
        host = task_vars["inventory_hostname"]
        world = pathlib.Path(str(task_vars["world"]))
        state = json.loads((world / host).read_text())
        return getattr(self, "NAME")(host, world, state)

    def note(self, world, *words):
        with (world / "log").open("a") as stream:
            stream.write(" ".join([*map(str, words), repr(time.time())]) + "\\n")
"""
LOOK_ACTION = (
    ACTION
    + """
    def look(self, host, world, state):
        if state.get("unreachable"):
            return {"failed": True, "msg": "Cluster " + host + " does not answer.", "error_code": "kube.unreachable"}
        left = [] if state["version"] == "new" else ["control_plane", "workers"]
        vms = [{"machine": host + "-" + str(n), "vm": host + "-" + str(n)} for n in range(2)] if left else []
        return {"changed": False, "remaining": left, "finished": not left, "machines_replaced": vms,
                "surge": {"vms": 1, "cpus": 2}, "expected_seconds": 60, "newest_machine": state.get("newest", "")}
    NAME = look
"""
)
UPGRADE_ACTION = (
    ACTION
    + """
    def upgrade(self, host, world, state):
        self.note(world, "begin", host)
        marks = [{"name": "start", "at": time.time()}]
        for part in ("control_plane", "workers/md-0"):
            time.sleep(float(state.get("seconds", 0.05)) / 2)
            marks.append({"name": part, "at": time.time()})
        self.note(world, "end", host)
        if state.get("fails"):
            return {"failed": True, "msg": "Template is missing.", "error_code": "vsphere.template_not_found"}
        state["version"] = "new"
        (world / host).write_text(json.dumps(state))
        return {"changed": True, "marks": marks}
    NAME = upgrade
"""
)
UPGRADE_TASKS = """
- name: Upgrade
  fake_upgrade:
  register: eksa_fake
- name: Mark
  ansible.builtin.set_fact:
    eksa_upgrade_marks: "{{ eksa_fake.marks }}"
"""


@dataclasses.dataclass(frozen=True)
class Played:
    """How a run ended."""

    code: int
    text: str
    seconds: float


class Fleet:
    """A fleet in a folder: the inventory's files, the world of the clusters, and the playbooks with the two fakes.

    ``before`` are tasks that each cluster goes through before it is upgraded.
    """

    def __init__(self, folder: pathlib.Path, source: pathlib.Path, *, before: str = "") -> None:
        self.folder = folder
        self.source = source
        self.world = folder / "world"
        self.world.mkdir()
        self.playbooks = folder / "playbooks"
        shutil.copytree(ROOT / "playbooks", self.playbooks)
        (self.playbooks / "tasks" / "upgrade_cluster.yml").write_text(before + UPGRADE_TASKS, encoding="utf-8")
        look = self.playbooks / "tasks" / "fleet_look.yml"
        tasks = yaml.safe_load(look.read_text("utf-8"))
        compare = next(task for task in tasks[0]["block"] if LOOK in task)
        compare["fake_look"] = {}
        del compare[LOOK]
        look.write_text(yaml.safe_dump(tasks), encoding="utf-8")
        (self.playbooks / "action_plugins").mkdir()
        for name, text in (("fake_look", LOOK_ACTION), ("fake_upgrade", UPGRADE_ACTION)):
            (self.playbooks / "action_plugins" / f"{name}.py").write_text(text, encoding="utf-8")

    def cluster(self, name: str, **state: t.Any) -> None:
        """A cluster as it is now; ``version`` old means that there is something to do."""
        (self.world / name).write_text(json.dumps({"version": "old", **state}), encoding="utf-8")

    def state(self, name: str) -> dict[str, t.Any]:
        """A cluster as it is now."""
        return t.cast(dict[str, t.Any], json.loads((self.world / name).read_text("utf-8")))

    def argv(self, playbook: str, *arguments: str) -> list[str]:
        """Command of a run."""
        extra = {"world": str(self.world), "eksa_fleet_dir": str(self.folder / "run")}
        return [
            str(PLAYBOOK), "-i", str(self.source), "-f", "50", "-e", json.dumps(extra), *arguments,
            str(self.playbooks / f"{playbook}.yml"),
        ]  # fmt: skip

    @property
    def environ(self) -> dict[str, str]:
        """Environment of a run."""
        return {**os.environ, "ANSIBLE_STDOUT_CALLBACK": "eks.anywhere.progress", "ANSIBLE_NOCOLOR": "1"}

    def play(self, playbook: str, *arguments: str) -> Played:
        """A run, from its beginning to its end."""
        began = time.monotonic()
        done = subprocess.run(
            self.argv(playbook, *arguments), env=self.environ, capture_output=True, text=True, check=False
        )
        return Played(done.returncode, done.stdout + done.stderr, time.monotonic() - began)

    def worked_on(self) -> dict[str, list[tuple[float, float]]]:
        """When each cluster was worked on, over all runs so far."""
        began: dict[str, float] = {}
        spans: dict[str, list[tuple[float, float]]] = collections.defaultdict(list)
        log = self.world / "log"
        for line in log.read_text("utf-8").splitlines() if log.exists() else ():
            what, host, at = line.split()
            if what == "begin":
                began[host] = float(at)
            else:
                spans[host].append((began.pop(host), float(at)))
        return dict(spans)


__all__ = ("PLAYBOOK", "ROOT", "Fleet", "Played")
