# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""The docker engine: the machine's own when it works, else one that the lab starts and stops."""

from __future__ import annotations

import http
import io
import json
import shutil
import subprocess
import typing as t
from pathlib import Path

try:
    import docker
    import docker.errors
except ImportError:
    HAS_DOCKER = False
else:
    HAS_DOCKER = True

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError, MissingLibrary
from ansible_collections.eks.anywhere.plugins.module_utils._lab.process import Processes
from ansible_collections.eks.anywhere.plugins.module_utils._lab.shell import output_of, run_logged, tail
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Clock

NETWORK = "kind"
LABEL = "eks.anywhere.lab"
START_SECONDS = 60.0
REMOVE_SECONDS = 60.0
_RESOURCE_BIT = 24


class Engine:
    """One docker engine and the lab's things in it. ``loopback`` is the registry's address for pushing."""

    def __init__(self, *, root: Path, run: Path, loopback: str, clock: Clock, shim: t.Callable[[], Path]) -> None:
        if not HAS_DOCKER:
            raise MissingLibrary(
                "The lab needs the Python package docker (7 or newer).",
                code="lab.library_missing",
                hint="Install it for the Python that runs Ansible: pip install docker.",
            )
        self._root = root
        self._run = run
        self._loopback = loopback
        self._clock = clock
        self._shim = shim
        self._processes = Processes(run, clock=clock)

    def works(self) -> bool:
        """Whether a docker engine answers where docker's own settings point."""
        try:
            with self._client() as client:
                client.ping()
        except docker.errors.DockerException:
            return False
        return True

    def _client(self) -> t.ContextManager[t.Any]:
        return _Closing(docker.from_env(timeout=600))

    def ensure(self) -> bool:
        """Have an engine; True when the lab had to start one."""
        if self.works():
            return False
        install(("docker.io",), programs=("dockerd",), log=self._run / "logs" / "docker-install.log")
        self._run.mkdir(parents=True, exist_ok=True)
        settings = self._run / "docker.json"
        settings.write_text(json.dumps(self._settings(), indent=2))
        self._processes.start("dockerd", ["dockerd", "--config-file", str(settings)])
        deadline = self._clock.now() + START_SECONDS
        while not self.works():
            if self._clock.now() > deadline or not self._processes.alive("dockerd"):
                raise EksaError(
                    f"The docker engine did not start; its last lines:\n{tail(self._processes.log('dockerd'))}",
                    code="lab.docker_start",
                    hint="Start docker by hand, then run again: a working engine is used as it is.",
                )
            self._clock.sleep(0.5)
        return True

    def _settings(self) -> dict[str, t.Any]:
        settings: dict[str, t.Any] = {
            "data-root": str(self._root / "docker"),
            "exec-root": str(self._run / "docker"),
            "pidfile": str(self._run / "docker.pid"),
            "storage-driver": "overlay2",
        }
        if lacks_resource_capability():
            settings["runtimes"] = {"lab": {"path": str(self._shim())}}
            settings["default-runtime"] = "lab"
        return settings

    def ours(self) -> bool:
        """Whether the lab started an engine that it has not stopped since, dead or alive."""
        return self._processes.known("dockerd")

    def stop(self) -> bool:
        """Stop the engine if the lab started it, and unmount what it leaves mounted; True when there was one."""
        stopped = self._processes.stop("dockerd", grace_seconds=30.0)
        mounts = [line.split()[1] for line in Path("/proc/self/mounts").read_text().splitlines()]
        for place in sorted((place for place in mounts if place.startswith(f"{self._run}/")), reverse=True):
            subprocess.run(["umount", place], capture_output=True, check=False)
        return stopped

    def has(self, tag: str) -> bool:
        """Whether the engine holds an image of that tag."""
        if not self.works():
            return False
        with self._client() as client:
            try:
                client.images.get(tag)
            except docker.errors.ImageNotFound:
                return False
        return True

    def import_root(self, root: Path, *, tag: str) -> None:
        """Make an image of a root file system."""
        archive = subprocess.Popen(["tar", "-C", str(root), "--exclude=./dev/*", "-c", "."], stdout=subprocess.PIPE)
        done = subprocess.run(["docker", "import", "-", tag], stdin=archive.stdout, capture_output=True, check=False)
        if archive.wait() != 0 or done.returncode != 0:
            raise EksaError(f"docker import failed: {done.stderr.decode().strip()}", code="lab.command_failed")

    def build(self, *, context: bytes, arguments: t.Mapping[str, str], tag: str, log: Path) -> None:
        """Build an image from a tar of its context; apt in it uses the machine's network."""
        log.parent.mkdir(parents=True, exist_ok=True)
        with self._client() as client, log.open("w") as output:
            stream = client.api.build(
                fileobj=io.BytesIO(context), custom_context=True, tag=tag, buildargs=dict(arguments),
                network_mode="host", rm=True, forcerm=True, decode=True,
            )  # fmt: skip
            for event in stream:
                output.write(event.get("stream", ""))
                if "error" in event:
                    output.flush()
                    raise EksaError(
                        f"Building the image {tag} failed: {event['error']}\n{tail(log)}", code="lab.image_build"
                    )

    def push(self, tag: str, *, reference: str, log: Path) -> None:
        """Push an image under a reference's path to the lab's registry."""
        path, version = reference.split("/", 1)[1].rsplit(":", 1)
        name = f"{self._loopback}/{path}:{version}"
        output_of(["docker", "tag", tag, name])
        run_logged(["docker", "push", "--quiet", name], log=log, what=f"Pushing {reference}")
        output_of(["docker", "rmi", name])

    def tag(self, existing: str, name: str) -> None:
        """Give an image one more name."""
        output_of(["docker", "tag", existing, name])

    def network(self) -> tuple[str, str, bool]:
        """``(the machine's address on the lab's network, its subnet, whether the network had to be made)``."""
        with self._client() as client:
            networks = client.networks.list(names=[f"^{NETWORK}$"])
            made = not networks
            if made:
                options = {"com.docker.network.bridge.enable_ip_masquerade": "true"}
                networks = [client.networks.create(NETWORK, driver="bridge", options=options, labels={LABEL: "1"})]
            networks[0].reload()
            pools = networks[0].attrs["IPAM"]["Config"]
            pool = next(pool for pool in pools if "." in pool.get("Gateway", ""))
        return str(pool["Gateway"]).split("/", maxsplit=1)[0], str(pool["Subnet"]), made

    def remove_all(self) -> list[str]:
        """Remove the machines' containers with their disks and the lab's network; what was removed."""
        removed = self.remove_containers(label=LABEL)
        with self._client() as client:
            # A disk goes with its container, unless the engine was stopped between the two.
            for item in client.volumes.list(filters={"label": LABEL}):
                removed.append(f"volume {item.name}")
                item.remove()
            # Greedy tells who is on it: a cluster that is none of the lab's keeps it.
            for item in client.networks.list(filters={"label": LABEL}, greedy=True):
                if not item.containers:
                    removed.append(f"network {item.name}")
                    item.remove()
        return removed

    def remove_containers(self, *, label: str) -> list[str]:
        """Remove containers of one label; what was removed."""
        removed = []
        with self._client() as client:
            for item in client.containers.list(all=True, filters={"label": label}):
                removed.append(f"container {item.name}")
                self._remove(item)
        return removed

    def _remove(self, item: t.Any) -> None:
        """Have a container gone. Somebody else may be at it: the vCenter destroys its machines, too."""
        deadline = self._clock.now() + REMOVE_SECONDS
        while True:
            try:
                item.remove(force=True, v=True)
                return
            except docker.errors.NotFound:
                return
            except docker.errors.APIError as exc:
                if exc.status_code != http.HTTPStatus.CONFLICT or self._clock.now() > deadline:
                    raise
                self._clock.sleep(0.5)


class _Closing:
    """A docker client that is closed at the end of a block."""

    def __init__(self, client: t.Any) -> None:
        self._client = client

    def __enter__(self) -> t.Any:
        return self._client

    def __exit__(self, *_args: object) -> None:
        self._client.close()


def install(packages: t.Sequence[str], *, programs: t.Sequence[str], log: Path) -> None:
    """Install Debian packages unless their programs are there."""
    if all(shutil.which(program) for program in programs):
        return
    environ = {"DEBIAN_FRONTEND": "noninteractive"}
    run_logged(["apt-get", "update", "-qq"], log=log, what="apt-get update", environ=environ)
    argv = ["apt-get", "install", "-qq", "-y", "--no-install-recommends", *packages]
    run_logged(argv, log=log, what=f"Installing {', '.join(packages)}", environ=environ)


def lacks_resource_capability(status: Path = Path("/proc/self/status")) -> bool:
    """Whether privileged containers cannot start with plain runc, for want of CAP_SYS_RESOURCE."""
    line = next(line for line in status.read_text().splitlines() if line.startswith("CapBnd"))
    return not int(line.split()[1], 16) >> _RESOURCE_BIT & 1


__all__ = ("LABEL", "NETWORK", "Engine", "install", "lacks_resource_capability")
