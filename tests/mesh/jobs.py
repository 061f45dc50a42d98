# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A job as AWX does it: ``ansible-runner transmit`` here, ``worker`` on a node of the mesh, ``process`` here again."""

from __future__ import annotations

import contextlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import typing as t

from ansible_collections.eks.anywhere.tests.mesh.mesh import WORK, Mesh, tool
from ansible_collections.eks.anywhere.tests.mesh.site import Site
from ansible_collections.eks.anywhere.tests.simulation.servers import die_with_parent, end_process
from ansible_collections.eks.anywhere.tests.simulation.vcenter import ADMIN, PASSWORDS

IDENT = "job"
JOB_SECONDS = 300.0
ANSIBLE_INVENTORY = pathlib.Path(sys.executable).with_name("ansible-inventory")


class Job:
    """``upgrade_fleet`` over the clusters of one datacenter, on the node there. It goes on until it is waited for."""

    def __init__(self, mesh: Mesh, site: Site, folder: pathlib.Path) -> None:
        self._controller = mesh.controller
        self._folder = folder
        given = folder / "given"
        _private_data(site, given)
        payload = folder / "payload"
        with payload.open("wb") as stream:
            transmit = [
                tool("ansible-runner"), "transmit", str(given), "-p", "upgrade_fleet.yml", "-i", IDENT,
                "--limit", f"eksa_datacenter_{site.name}", "--forks", "20",
            ]  # fmt: skip
            subprocess.run(transmit, check=True, stdout=stream)
        self.sent_bytes = payload.stat().st_size
        there = site.fleet.folder / f"private-{folder.name}"
        said = self._controller.ctl(
            "work", "submit", WORK, "--node", site.name, "--payload", str(payload),
            "--param", f"params=--private-data-dir={there} --delete",
        )  # fmt: skip
        found = re.search(r"Unit ID: (\S+)", said)
        assert found, said
        self._unit = found[1]
        self._results, self._process = self._receive()

    def _receive(self) -> tuple[subprocess.Popen[bytes], subprocess.Popen[bytes]]:
        """What the node streams back becomes the artifacts of the job, event by event."""
        taken = self._folder / "taken"
        command = [tool("receptorctl"), "--socket", str(self._controller.socket), "work", "results", self._unit]
        results = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            preexec_fn=die_with_parent,  # noqa: PLW1509 - it makes one system call and takes no lock
        )
        with (self._folder / "process.log").open("wb") as log:
            process = subprocess.Popen(
                [tool("ansible-runner"), "process", str(taken), "-i", IDENT],
                stdin=results.stdout,
                stdout=log,
                stderr=subprocess.STDOUT,
                preexec_fn=die_with_parent,  # noqa: PLW1509 - it makes one system call and takes no lock
            )
        assert results.stdout is not None
        results.stdout.close()
        return results, process

    @property
    def status(self) -> str:
        """What it has come to: ``successful``, ``failed``, and empty as long as the node has not said."""
        return self._artifact("status") if self._artifact("rc") else ""

    @property
    def text(self) -> str:
        """What Ansible printed, as far as it was streamed back, and what the runner had to say about it."""
        return self._artifact("stdout") + (self._folder / "process.log").read_text(encoding="utf-8", errors="replace")

    def _artifact(self, name: str) -> str:
        path = self._folder / "taken" / "artifacts" / IDENT / name
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def wait(self) -> str:
        """Let it end and forget it; its status."""
        self._results.wait(JOB_SECONDS)
        self._process.wait(JOB_SECONDS)
        self._controller.ctl("work", "release", self._unit)
        return self.status

    def give_up(self) -> None:
        """What AWX does when the node of a job is lost."""
        self._controller.ctl("work", "release", "--force", self._unit)
        self.close()

    def close(self) -> None:
        """End what waits for it here."""
        for process in (self._results, self._process):
            end_process(process)


def _private_data(site: Site, folder: pathlib.Path) -> None:
    """What a job travels with: the project, the inventory as a script that prints it, variables and a credential."""
    shutil.copytree(site.fleet.playbooks, folder / "project")
    (folder / "inventory").mkdir()
    listed = subprocess.run(
        [str(ANSIBLE_INVENTORY), "-i", str(site.fleet.source), "--list"], check=True, capture_output=True, text=True
    ).stdout
    script = folder / "inventory" / "hosts"
    script.write_text(f"#!/usr/bin/env python3\nprint({listed!r})\n", encoding="utf-8")
    script.chmod(0o700)
    env = folder / "env"
    env.mkdir()
    credential = {"EKSA_VSPHERE_USERNAME": ADMIN, "EKSA_VSPHERE_PASSWORD": PASSWORDS[ADMIN]}
    variables = {"ANSIBLE_COLLECTIONS_PATH": os.environ["ANSIBLE_COLLECTIONS_PATH"]}
    (env / "envvars").write_text(json.dumps({**credential, **variables}), encoding="utf-8")
    (env / "extravars").write_text(json.dumps({"world": str(site.fleet.world)}), encoding="utf-8")


@contextlib.contextmanager
def launched(mesh: Mesh, site: Site, folder: pathlib.Path) -> t.Iterator[Job]:
    """A job; what waits for it here ends with it."""
    folder.mkdir()
    job = Job(mesh, site, folder)
    try:
        yield job
    finally:
        job.close()


__all__ = ("Job", "launched")
