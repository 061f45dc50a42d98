# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook on two clusters of one management cluster. What it prints is kept, for the guide is made of it."""

from __future__ import annotations

import dataclasses
import os
import pathlib
import subprocess
import time
import typing as t

import pytest
import yaml

from ansible_collections.eks.anywhere.tests.packages import runs
from ansible_collections.eks.anywhere.tests.packages.world import MANAGEMENT, WORKLOAD, World, second_packages
from ansible_collections.eks.anywhere.tests.tools import figures

TRANSCRIPT = figures.ROOT / "build" / "packages" / "transcript.txt"
RUN_SECONDS = 200
MORNING = {"name": "hello", "package": "hello-eks-anywhere", "target_namespace": "web"}
MGMT = [{**MORNING, "config": {"title": "good morning", "replicas": 2}}]
SHOP = [*MGMT, {"name": "greeter", "target_namespace": "web"}]
CREATED = [
    {
        "hosts": "mgmt",
        "gather_facts": False,
        "tasks": [{"ansible.builtin.include_role": {"name": "eks.anywhere.eksa_packages", "tasks_from": "created"}}],
    }
]


@dataclasses.dataclass(frozen=True)
class Play:
    """A run of a playbook."""

    code: int
    text: str
    seconds: float


class Desk:
    """An inventory of both clusters."""

    def __init__(self, world: World, folder: pathlib.Path) -> None:
        self._world = world
        self._folder = folder
        self._inventory = folder / "inventory.yml"
        self.declare(mgmt=MGMT, shop=SHOP)

    def declare(self, **packages: t.Sequence[t.Mapping[str, t.Any]]) -> None:
        """The packages of each cluster."""
        hosts = {name: {"eksa_packages_list": [dict(one) for one in declared]} for name, declared in packages.items()}
        shared = {
            "ansible_connection": "local",
            "ansible_python_interpreter": "{{ ansible_playbook_python }}",
            "eksa_management_kubeconfig": self._world.kubeconfig,
            "eksa_packages_public_key": self._world.publisher.public_key,
            "eksa_packages_controller": False,
            "eksa_packages_patience_seconds": 5,
        }
        content = {"eksa_clusters": {"hosts": hosts, "vars": shared}}
        self._inventory.write_text(yaml.safe_dump(content), encoding="utf-8")

    def play(self, *arguments: str, playbook: str = "eks.anywhere.packages", shown: bool = True) -> Play:
        """Run, and keep what was printed."""
        began = time.monotonic()
        done = subprocess.run(
            ["ansible-playbook", "-i", str(self._inventory), playbook, *arguments],
            env={**os.environ, "ANSIBLE_STDOUT_CALLBACK": "eks.anywhere.progress", "ANSIBLE_NOCOLOR": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=RUN_SECONDS,
            check=False,
        )
        said = (done.stdout + done.stderr).replace(self._world.registry.address, "registry.example.com")
        if shown:
            TRANSCRIPT.parent.mkdir(parents=True, exist_ok=True)
            command = " ".join(["$ ansible-playbook -i inventory.yml", playbook, *arguments])
            with TRANSCRIPT.open("a", encoding="utf-8") as file:
                file.write(f"{command}\n{said}\n")
        return Play(done.returncode, said, time.monotonic() - began)

    def write(self, name: str, content: t.Any) -> str:
        """A playbook of the test's own."""
        file = self._folder / name
        file.write_text(yaml.safe_dump(content), encoding="utf-8")
        return str(file)


@pytest.fixture(scope="module")
def desk(world: World, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """Both clusters without the packages that are declared."""
    TRANSCRIPT.unlink(missing_ok=True)
    for cluster in (MANAGEMENT, WORKLOAD):
        there = [one["name"] for one in runs.info(world, cluster=cluster).data["packages"]]
        gone = runs.packages(world, *({"name": name, "state": "absent"} for name in there), cluster=cluster)
        assert not gone.error, gone
    return Desk(world, tmp_path_factory.mktemp("desk"))


def test_the_plan_and_the_run(world: World, desk: Desk) -> None:
    planned = desk.play("--check", "--diff")
    assert planned.code == 0, planned.text
    assert "good morning" in planned.text
    assert world.installed("hello") is None
    done = desk.play()
    assert done.code == 0, done.text
    assert (world.installed("hello") or {})["title"] == "good morning"
    assert world.installed("greeter", cluster=WORKLOAD) is not None


def test_again_changes_nothing(world: World, desk: Desk) -> None:
    again = desk.play()
    assert again.code == 0, again.text
    assert runs.packages(world, *SHOP, cluster=WORKLOAD).changed is False


def test_a_broken_package_of_one_cluster_fails_that_one(world: World, desk: Desk) -> None:
    changed = {**MGMT[0], "config": {"title": "good evening", "replicas": 2}}
    desk.declare(mgmt=[changed, {"name": "bad", "package": "broken"}], shop=SHOP)
    done = desk.play()
    assert done.code == 2, done.text
    assert "this chart is broken on purpose" in done.text
    assert (world.installed("hello") or {})["title"] == "good evening"


def test_a_creation_does_not_fail_for_it(world: World, desk: Desk) -> None:
    done = desk.play(playbook=desk.write("created.yml", CREATED), shown=False)
    assert done.code == 0, done.text
    assert "Curated packages are not as declared: 1 of 2 packages of mgmt failed" in done.text


def test_upgrade_of_all_clusters(world: World, desk: Desk) -> None:
    desk.declare(mgmt=[{"name": "bad", "state": "absent"}, *MGMT], shop=SHOP)
    world.publisher.publish(2, second_packages())
    newer = world.publisher.name(2)
    for cluster in (MANAGEMENT, WORKLOAD):
        world.until(lambda name=cluster: runs.info(world, cluster=name).data["upgrade_available"] == newer)
    planned = desk.play("--check", "--diff", "-e", "eksa_packages_bundle=latest")
    assert "hello-eks-anywhere 0.1.1 -> 0.2.0" in planned.text
    done = desk.play("-e", "eksa_packages_bundle=latest")
    assert done.code == 0, done.text
    assert (world.installed("hello") or {})["version"] == "0.2.0"
    assert (world.installed("hello", cluster=WORKLOAD) or {})["version"] == "0.2.0"
