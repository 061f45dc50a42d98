# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A receptor mesh: a controller, and a node per datacenter that dials it from a network namespace of its own.

What lies between a datacenter and the controller is one connection to one port, which the datacenter opens.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time
import typing as t

import pytest

from ansible_collections.eks.anywhere.tests.mesh.net import Namespace, namespace
from ansible_collections.eks.anywhere.tests.simulation.servers import end_process

ROOT = pathlib.Path(__file__).resolve().parents[2]
RELAY = pathlib.Path(__file__).with_name("relay.py")
CONTROLLER = "controller"
PORT = 27199
WORK = "ansible-runner"
MESH_SECONDS = 60.0
PAUSE_SECONDS = 0.1


def receptor() -> str:
    """Path of the program, which this machine has to have."""
    found = os.environ.get("EKSA_RECEPTOR") or shutil.which("receptor")
    if not found or not os.access(found, os.X_OK):
        pytest.fail("name the program receptor in EKSA_RECEPTOR, or have it in PATH", pytrace=False)
    return found


def tool(name: str) -> str:
    """Path of a program of the nodes' own Python environment."""
    venv = subprocess.run(
        [str(ROOT / "tests" / "tools" / "env"), "--path", "mesh"], check=True, capture_output=True, text=True
    ).stdout.strip()
    return str(pathlib.Path(venv) / "bin" / name)


def until(true: t.Callable[[], bool], what: str, *, seconds: float = MESH_SECONDS) -> float:
    """Wait for something; how long that took."""
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < seconds, f"not within {seconds:.0f} s: {what}"
        time.sleep(PAUSE_SECONDS)
    return time.monotonic() - began


@dataclasses.dataclass
class Node:
    """One receptor with its data; they survive a kill."""

    name: str
    space: Namespace
    home: pathlib.Path
    process: subprocess.Popen[bytes] | None = None

    @property
    def socket(self) -> pathlib.Path:
        """Where it is asked from this machine."""
        return self.home / "control.sock"

    def start(self) -> None:
        """Start it; nothing of it listens beyond the loopback."""
        self.socket.unlink(missing_ok=True)
        backend = (
            ("--tcp-listener", "bindaddr=127.0.0.1", f"port={PORT}")
            if self.name == CONTROLLER
            else ("--tcp-peer", f"address=127.0.0.1:{PORT}")
        )
        self.process = self.space.start(
            receptor(),
            "--node", f"id={self.name}", f"datadir={self.home / 'data'}",
            "--log-level", "level=info",
            *backend,
            "--control-service", "service=control", f"filename={self.socket}",
            "--work-command", f"worktype={WORK}", f"command={tool('ansible-runner')}", "params=worker",
            "allowruntimeparams=true",
            log=self.home / "receptor.log",
            # What an execution environment holds: Ansible, and this collection.
            environ={"PATH": f"{pathlib.Path(tool('ansible')).parent}:{os.environ['PATH']}", "VIRTUAL_ENV": ""},
        )  # fmt: skip

    def kill(self) -> None:
        """SIGKILL for receptor alone; the jobs that it began are sessions of their own."""
        end_process(self.process, kill=True)

    def ctl(self, *arguments: str, seconds: float = MESH_SECONDS) -> str:
        """What ``receptorctl`` says."""
        done = subprocess.run(
            [tool("receptorctl"), "--socket", str(self.socket), *arguments],
            capture_output=True, text=True, check=False, timeout=seconds,
        )  # fmt: skip
        assert done.returncode == 0, f"receptorctl {' '.join(arguments)}: {done.stdout}{done.stderr}"
        return done.stdout

    def routes(self) -> frozenset[str]:
        """Names of the nodes that it has a way to."""
        return frozenset(json.loads(self.ctl("status", "--json")).get("RoutingTable") or ())


class Mesh:
    """A controller and datacenters. Use ``raised``."""

    def __init__(self, home: pathlib.Path, spaces: t.Mapping[str, Namespace]) -> None:
        self.nodes = {name: Node(name, space, home / name) for name, space in spaces.items()}
        self._home = home
        self._relays: dict[str, list[subprocess.Popen[bytes]]] = {}

    @property
    def controller(self) -> Node:
        """The node that jobs come from."""
        return self.nodes[CONTROLLER]

    @property
    def datacenters(self) -> tuple[Node, ...]:
        """The others."""
        return tuple(node for node in self.nodes.values() if node.name != CONTROLLER)

    def start(self) -> None:
        """Start all nodes, and wait until they see each other."""
        for node in self.nodes.values():
            node.home.mkdir()
            node.start()
        until(self.controller.socket.exists, "a controller that can be asked")
        for node in self.datacenters:
            self.link(node)
        names = {node.name for node in self.datacenters}
        until(lambda: names <= self.controller.routes(), "a way from the controller to each datacenter")

    def link(self, node: Node) -> None:
        """Connect a datacenter to the controller."""
        between = self._home / f"{node.name}.sock"
        between.unlink(missing_ok=True)
        log = self._home / "relays.log"
        self._relays[node.name] = [
            self.controller.space.start(sys.executable, str(RELAY), f"unix:{between}", f"tcp:{PORT}", log=log),
            node.space.start(sys.executable, str(RELAY), f"tcp:{PORT}", f"unix:{between}", log=log),
        ]

    def cut(self, node: Node) -> None:
        """Cut a datacenter off; what runs there goes on."""
        for relay in self._relays.pop(node.name):
            end_process(relay, kill=True)

    def link_pids(self, node: Node) -> frozenset[int]:
        """The processes that are the network and no part of a node."""
        return frozenset(relay.pid for relay in self._relays[node.name])


@contextlib.contextmanager
def raised(home: pathlib.Path, *datacenters: str) -> t.Iterator[Mesh]:
    """A mesh; in the end nothing of it is left."""
    with contextlib.ExitStack() as stack:
        names = (CONTROLLER, *datacenters)
        mesh = Mesh(home, {name: stack.enter_context(namespace(name)) for name in names})
        mesh.start()
        yield mesh


__all__ = ("CONTROLLER", "WORK", "Mesh", "Node", "raised", "tool", "until")
