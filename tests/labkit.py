# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The raised lab as the long suites see it: its inventory, its vCenter, its containers, and playbook runs on it."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import json
import os
import pathlib
import resource
import signal
import ssl
import subprocess
import sys
import threading
import time
import typing as t
import urllib.request

import docker
import yaml
from pyVim.connect import SmartConnect
from pyVmomi import vim

ROOT = pathlib.Path(__file__).resolve().parents[1]
CACHE = pathlib.Path(
    os.environ.get("EKSA_CACHE_DIR")
    or pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "eks.anywhere"
)
HOST = "w01"
VARIABLES = (
    "eksa_bundles_file",
    "eksa_config_file",
    "eksa_state_dir",
    "eksa_tools_dir",
    "eksa_vsphere_password",
    "eksa_vsphere_username",
)
OUR_AGENT = "python"
"""In the user agent of each session that this collection opens; the controllers of the lab are written in Go."""


@dataclasses.dataclass(frozen=True)
class Kill:
    """SIGKILL, ``after`` seconds from a line that contains ``line``.

    With ``tree`` everything that the run started dies in the same moment, as in a power cut; without, the process group
    of ``ansible-playbook`` dies, and its workers, each a session of its own, have to see that themselves.
    """

    line: str
    after: float = 0.0
    tree: bool = False

    def start(self, process: subprocess.Popen[str]) -> None:
        """Kill then; a run that has ended meanwhile is left alone."""
        if not self.after:
            self._kill(process)
            return
        timer = threading.Timer(self.after, self._kill, (process,))
        timer.daemon = True
        timer.start()

    def _kill(self, process: subprocess.Popen[str]) -> None:
        if process.poll() is not None:
            return
        descendants = _descendants(process.pid) if self.tree else []
        for pid in descendants:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        for pid in descendants:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def _descendants(pid: int) -> list[int]:
    """All that a process started, and what that started."""
    parents: dict[int, list[int]] = {}
    for entry in pathlib.Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError):
            number = int(entry.name)
            fields = (entry / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
            parents.setdefault(int(fields[1]), []).append(number)
    found = list(parents.get(pid, ()))
    return found + [below for child in found for below in _descendants(child)]


@dataclasses.dataclass(frozen=True)
class Run:
    """A finished playbook run: its lines with the second each came; ``peak_mib`` is the largest process of all runs.

    ``seconds`` is what a person waits, which depends on what else the machine does; ``cpu_seconds`` is what the run and
    its children computed, which hardly does. ``kill`` is the kill that was begun.
    """

    code: int
    lines: tuple[str, ...]
    stamps: tuple[float, ...]
    seconds: float
    cpu_seconds: float
    timeline: dict[str, t.Any]
    peak_mib: float
    kill: Kill | None = None

    @property
    def text(self) -> str:
        """All that was printed."""
        return "\n".join(self.lines)

    def stamp(self, line: str) -> float:
        """When a line came, in seconds since the start."""
        return self.stamps[self.lines.index(line)]

    def recap(self) -> dict[str, int]:
        """Counts of the host's recap line."""
        line = next(line for line in reversed(self.lines) if line.startswith(f"{HOST} ") and " : ok=" in line)
        cells = line.split(" : ", 1)[1].split()
        return {label: int(count) for label, _equals, count in (cell.partition("=") for cell in cells)}

    def problems(self) -> list[dict[str, str]]:
        """The error blocks, each as ``{message, code, next, task}``."""
        blocks: list[dict[str, str]] = []
        inside = False
        for line in self.lines:
            if line.startswith("❌ "):
                blocks.append({"message": line.removeprefix("❌ ").partition(": ")[2]})
                inside = True
            elif inside and line.startswith("   "):
                label, found, text = line.strip().partition(": ")
                known = found and label in ("code", "next", "task")
                key = label if known else "message"
                blocks[-1][key] = text if known else f"{blocks[-1]['message']}\n{line.strip()}"
            else:
                inside = False
        return blocks


@dataclasses.dataclass(frozen=True)
class World:
    """What a plan may not touch."""

    containers: frozenset[str]
    machines: frozenset[str]
    files: frozenset[str]


class Lab:
    """The lab that ``make lab-up`` raised."""

    def __init__(self) -> None:
        self.inventory = pathlib.Path(os.environ.get("EKSA_INVENTORY") or CACHE / "lab" / "run" / "inventory.yml")
        if not self.inventory.exists():
            raise FileNotFoundError(f"no inventory at {self.inventory}: raise the lab first with 'make lab-up'")

    @functools.cached_property
    def variables(self) -> dict[str, t.Any]:
        """Variables of the lab's host, as a task sees them."""
        wanted = ", ".join(f"'{name}': {name}" for name in VARIABLES)
        argv = [
            "ansible",
            "-i",
            str(self.inventory),
            HOST,
            "-m",
            "ansible.builtin.debug",
            "-a",
            f"msg={{{{ {{{wanted}}} }}}}",
        ]
        environment = {**os.environ, "ANSIBLE_NOCOLOR": "1"}
        said = subprocess.run(argv, check=True, capture_output=True, text=True, env=environment).stdout
        shown: dict[str, dict[str, t.Any]] = json.loads(said.partition("=>")[2])
        return shown["msg"]

    @property
    def password(self) -> str:
        """Password of the vCenter's user."""
        return str(self.variables["eksa_vsphere_password"])

    @property
    def documents(self) -> list[dict[str, t.Any]]:
        """The cluster config, freshly read: change it at will."""
        return read(pathlib.Path(self.variables["eksa_config_file"]))

    @property
    def config_with_external_etcd(self) -> pathlib.Path:
        """The other config of the same cluster that the lab has written."""
        usual = pathlib.Path(self.variables["eksa_config_file"])
        return usual.with_name(f"{usual.stem}-external-etcd{usual.suffix}")

    def config_for(self, release: str) -> pathlib.Path:
        """The config of the same cluster, edited for a release that the lab was given."""
        usual = pathlib.Path(self.variables["eksa_config_file"])
        return usual.with_name(f"{usual.stem}-{release}{usual.suffix}")

    @property
    def name(self) -> str:
        """Name of the lab's cluster."""
        return str(find(self.documents, "Cluster")["metadata"]["name"])

    @property
    def server(self) -> str:
        """Address of the vCenter, with its port."""
        server = str(find(self.documents, "VSphereDatacenterConfig")["spec"]["server"])
        return server if ":" in server else f"{server}:443"

    @property
    def folder(self) -> pathlib.Path:
        """The cluster's folder on this machine."""
        return pathlib.Path(self.variables["eksa_state_dir"]) / self.name

    @property
    def kubeconfig(self) -> pathlib.Path:
        """Where the documented workflow leaves the administrator's kubeconfig."""
        return self.folder / f"{self.name}-eks-a-cluster.kubeconfig"

    def fresh(self, *kits: str) -> None:
        """A lab without the cluster, raised anew when there is anything of it. Its machines are given the kits."""
        bootstrap = f"{self.name}-eks-a-cluster-control-plane"
        dirty = self.folder.exists() or bootstrap in containers()
        if dirty:
            self._tool("down")
        if dirty or kits:
            self._tool("up", "-e", json.dumps({"eksa_lab_kits": kits}))
            self.__dict__.pop("variables", None)

    def give(self, release: str) -> None:
        """Have a later release in the lab, whatever runs on it."""
        self._tool("up", "-e", json.dumps({"eksa_lab_releases": [release]}))

    def _tool(self, verb: str, *args: str) -> None:
        subprocess.run([str(ROOT / "tests" / "tools" / "lab"), verb, *args], check=True)

    def sessions(self) -> dict[str, int]:
        """``{open, logins, refused}`` as the vCenter counts them, over all users."""
        context = ssl._create_unverified_context()
        with urllib.request.urlopen(f"https://{self.server}/lab/sessions", context=context, timeout=10) as answer:
            counted: dict[str, int] = json.load(answer)
        return counted

    def our_sessions(self) -> int:
        """Open sessions that this collection holds, told from those of the controllers by the user agent."""
        with self.vcenter() as content:
            mine = content.sessionManager.currentSession.key
            listed = content.sessionManager.sessionList
            return sum(1 for one in listed if one.key != mine and OUR_AGENT in (one.userAgent or "").lower())

    def machines(self) -> frozenset[str]:
        """Names of the virtual machines that are no templates."""
        return frozenset(self.uuids().values())

    def uuids(self) -> dict[str, str]:
        """Names of the virtual machines that are no templates, by BIOS UUID, which no two ever have."""
        with self.vcenter() as content:
            view = content.viewManager.CreateContainerView(content.rootFolder, [vim.VirtualMachine], recursive=True)
            found = {one.config.uuid: one.name for one in view.view if not one.config.template}
            view.Destroy()
            return found

    def world(self) -> World:
        """All that exists outside of this process."""
        state = pathlib.Path(self.variables["eksa_state_dir"])
        files = frozenset(str(path) for path in state.rglob("*")) if state.exists() else frozenset()
        return World(containers=containers(), machines=self.machines(), files=files)

    @contextlib.contextmanager
    def vcenter(self) -> t.Iterator[t.Any]:
        """Content of the vCenter, in a session of its own."""
        host, _colon, port = self.server.partition(":")
        user, password = self.variables["eksa_vsphere_username"], self.password
        service = SmartConnect(host=host, port=int(port), user=user, pwd=password, disableSslCertValidation=True)
        content = service.RetrieveContent()
        try:
            yield content
        finally:
            content.sessionManager.Logout()

    def start(
        self, playbook: str, *args: str, timeline: pathlib.Path, apart: bool = False, **environment: str
    ) -> subprocess.Popen[str]:
        """Start a playbook of the collection on the lab's inventory; ``apart``: in a process group of its own."""
        kept = {key: value for key, value in os.environ.items() if not key.startswith("EKSA_VSPHERE_")}
        settings = {"ANSIBLE_STDOUT_CALLBACK": "eks.anywhere.progress", "EKSA_TIMELINE": str(timeline)}
        return subprocess.Popen(
            ["ansible-playbook", "-i", str(self.inventory), f"eks.anywhere.{playbook}", *args],
            env={**kept, **settings, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            start_new_session=apart,
        )

    def play(
        self,
        playbook: str,
        *args: str,
        folder: pathlib.Path,
        cut_at: str = "",
        kills: t.Sequence[Kill] = (),
        timeout: float = 1800,
        **environment: str,
    ) -> Run:
        """Run a playbook to its end. Its lines are passed on as they come.

        Or press Ctrl-C at the line ``cut_at``; or do the first of ``kills`` whose line comes, which is in the Run.
        """
        timeline = folder / "timeline.json"
        timeline.unlink(missing_ok=True)
        started, computed = time.monotonic(), _computed()
        # A kill of the whole group must not be one of the tests.
        process = self.start(playbook, *args, timeline=timeline, apart=bool(kills), **environment)
        watchdog = threading.Timer(timeout, process.kill)
        # After Ctrl-C nothing waits for it.
        watchdog.daemon = True
        watchdog.start()
        lines: list[str] = []
        stamps: list[float] = []
        begun: Kill | None = None
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line.rstrip("\n"))
            stamps.append(time.monotonic() - started)
            sys.stdout.write(line)
            if cut_at and lines[-1] == cut_at:
                process.send_signal(signal.SIGINT)
            if begun is None:
                begun = next((kill for kill in kills if kill.line in lines[-1]), None)
                if begun is not None:
                    begun.start(process)
        code = process.wait()
        watchdog.cancel()
        seconds, computed = time.monotonic() - started, _computed() - computed
        shape = json.loads(timeline.read_text(encoding="utf-8")) if timeline.exists() else {}
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        return Run(code, tuple(lines), tuple(stamps), seconds, computed, shape, peak, begun)


def _computed() -> float:
    """Seconds of processor time of all children that have ended so far."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def find(documents: t.Sequence[dict[str, t.Any]], kind: str) -> dict[str, t.Any]:
    """The one document of a kind."""
    (found,) = (document for document in documents if document["kind"] == kind)
    return found


def read(path: pathlib.Path) -> list[dict[str, t.Any]]:
    """The documents of a cluster config."""
    return [document for document in yaml.safe_load_all(path.read_text(encoding="utf-8")) if document]


def write(documents: t.Sequence[dict[str, t.Any]], path: pathlib.Path) -> pathlib.Path:
    """A cluster config of these documents."""
    path.write_text(yaml.safe_dump_all(documents, sort_keys=False), encoding="utf-8")
    return path


def containers() -> frozenset[str]:
    """Names of all containers of this machine, stopped ones too."""
    client = docker.from_env()
    try:
        return frozenset(str(one["Names"][0]).lstrip("/") for one in client.api.containers(all=True))
    finally:
        client.close()


def inside(machine: str, *command: str) -> str:
    """Standard output of a command in a virtual machine of the lab; it has to end well."""
    client = docker.from_env()
    try:
        (container,) = client.containers.list(filters={"name": f"^vcsim-{machine}-[0-9a-f]{{8}}-"})
        code, (output, errors) = container.exec_run(list(command), demux=True)
    finally:
        client.close()
    assert code == 0, f"{command} on {machine}: {(errors or b'').decode()}"
    return str((output or b"").decode())


def remove_container(name: str) -> None:
    """Remove a container with its volumes; harmless when it is not there."""
    client = docker.from_env()
    try:
        with contextlib.suppress(docker.errors.NotFound):
            client.containers.get(name).remove(force=True, v=True)
    finally:
        client.close()
