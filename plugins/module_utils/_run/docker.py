# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""The docker engine of this machine: what it is, what runs in it, and images into a node while kind starts."""

from __future__ import annotations

import contextlib
import os
import pathlib
import re
import shutil
import socket
import sys
import threading
import time
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError, MissingLibrary
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Container, HostFacts, SideLoad

try:
    import docker
    import docker.errors
    import requests.exceptions

    SDK_ERRORS: tuple[type[Exception], ...] = (docker.errors.DockerException, requests.exceptions.RequestException)
    HAS_DOCKER = True
except ImportError:
    SDK_ERRORS = ()
    HAS_DOCKER = False

REQUEST_SECONDS = 60
NODE_APPEARS_SECONDS = 300.0
POLL_SECONDS = 0.5
CHUNK_BYTES = 1 << 20
_SNAPSHOTTER = re.compile(r"""^\s*snapshotter\s*=\s*["'](?P<name>[^"']+)["']""", re.MULTILINE)


class DockerHost:
    """The ContainerHost port over the docker SDK. The engine is the one of DOCKER_HOST, else the local socket."""

    def __init__(self, *, patience_seconds: int = REQUEST_SECONDS) -> None:
        self._connected: t.Any = None
        self._patience_seconds = patience_seconds

    def facts(self) -> HostFacts:
        """Version, memory and disk."""
        with _explained():
            version = str(self._client.version().get("Version", ""))
            info = self._client.info()
        root = str(info.get("DockerRootDir", ""))
        return HostFacts(
            version=version, memory_bytes=int(info.get("MemTotal", 0)), root_dir=root, disk_free_bytes=_free(root)
        )

    def containers(self, *, label: str) -> list[Container]:
        """Containers with this label (``name=value``), stopped ones too."""
        with _explained():
            found = self._client.containers(all=True, filters={"label": [label]})
        return [
            Container(name=str(item["Names"][0]).lstrip("/"), running=item.get("State") == "running") for item in found
        ]

    def start(self, name: str) -> None:
        """Start a stopped container."""
        with _explained():
            self._client.start(name)

    def has_image(self, image: str) -> bool:
        """Whether the engine holds the image."""
        with _explained():
            try:
                self._client.inspect_image(image)
            except docker.errors.ImageNotFound:
                return False
        return True

    def side_load(self, images: t.Sequence[str], *, label: str) -> SideLoad:
        """Copy images into the container with this label as soon as its containerd answers; returns at once."""
        return _Transfer(images, label=label)

    @property
    def _client(self) -> t.Any:
        if self._connected is None:
            self._connected = connect(patience_seconds=self._patience_seconds)
        return self._connected


def connect(*, patience_seconds: int = REQUEST_SECONDS) -> t.Any:
    """A low-level SDK client that has spoken with the engine."""
    if not HAS_DOCKER:
        raise MissingLibrary(
            f"The Python package docker (>= 7.0) is not importable by {sys.executable}.",
            code="library.docker_missing",
            hint="Install it for this interpreter: python -m pip install 'docker>=7.0'.",
        )
    with _explained():
        # One round trip: the SDK asks the engine for its API version.
        return docker.from_env(timeout=patience_seconds).api


class _Transfer(threading.Thread):
    """Images on their way into one node. A client of its own, since the SDK's sessions are not for two threads."""

    def __init__(self, images: t.Sequence[str], *, label: str) -> None:
        super().__init__(name="eksa-side-load", daemon=True)
        self._images = tuple(images)
        self._label = label
        self._cancelled = threading.Event()
        self._loaded: list[str] = []
        self._error: EksaError | None = None
        if self._images:
            self.start()

    def finish(self) -> tuple[str, ...]:
        """Wait for the end; returns the images that the node has now."""
        if self._images:
            self.join()
        if self._error is not None:
            raise self._error
        return tuple(self._loaded)

    def cancel(self) -> None:
        """Give up; returns when nothing is on its way any more."""
        self._cancelled.set()
        if self._images:
            self.join()

    def run(self) -> None:
        """Body of the thread."""
        try:
            client = connect()
            with contextlib.closing(client), _explained():
                node = self._node(client)
                for image in self._images if node else ():
                    if self._cancelled.is_set():
                        return
                    _load(client, node, image, stop=self._cancelled)
                    self._loaded.append(image)
        except EksaError as exc:
            self._error = exc
        except OSError as exc:
            self._error = _failed_load(", ".join(self._images[len(self._loaded) :][:1]), str(exc))

    def _node(self, client: t.Any) -> str:
        """The container's id, once its containerd answers; empty when told to stop."""
        end = time.monotonic() + NODE_APPEARS_SECONDS
        while time.monotonic() < end:
            for found in client.containers(filters={"label": [self._label]}):
                with contextlib.suppress(docker.errors.APIError):
                    code, _said = _execute(client, found["Id"], ["ctr", "version"])
                    if code == 0:
                        return str(found["Id"])
            if self._cancelled.wait(POLL_SECONDS):
                return ""
        raise EksaError(
            f"No container with label {self._label} answered within {NODE_APPEARS_SECONDS:g} s.",
            code="bootstrap.node_missing",
            hint="Look at `docker ps -a` and `docker logs` of the bootstrap node.",
        )


def _load(client: t.Any, node: str, image: str, *, stop: threading.Event) -> None:
    """``docker save | ctr images import`` without a file in between."""
    _code, dump = _execute(client, node, ["containerd", "config", "dump"])
    named = _SNAPSHOTTER.search(dump)
    command = ["ctr", "--namespace=k8s.io", "images", "import", "--all-platforms", "--digests"]
    if named:
        command.append(f"--snapshotter={named['name']}")
    job = client.exec_create(node, [*command, "-"], stdin=True, stdout=True, stderr=True)["Id"]
    stream = client.exec_start(job, socket=True)
    raw: socket.socket = getattr(stream, "_sock", stream)
    try:
        for chunk in client.get_image(image, chunk_size=CHUNK_BYTES):
            if stop.is_set():
                return
            raw.sendall(chunk)
        raw.shutdown(socket.SHUT_WR)
        said = _drain(raw)
    except (BrokenPipeError, ConnectionResetError):
        said = _drain(raw)
    finally:
        stream.close()
    code = client.exec_inspect(job)["ExitCode"]
    if code != 0:
        raise _failed_load(image, said)


def _drain(raw: socket.socket) -> str:
    parts: list[bytes] = []
    with contextlib.suppress(OSError):
        while part := raw.recv(65536):
            parts.append(part)
    # Frames carry an 8-byte header each; what matters here are the words.
    return re.sub(r"[^\x20-\x7e\n]+", " ", b"".join(parts).decode("utf-8", "replace"))


def _execute(client: t.Any, node: str, command: list[str]) -> tuple[int, str]:
    job = client.exec_create(node, command)["Id"]
    said = client.exec_start(job).decode("utf-8", "replace")
    return int(client.exec_inspect(job)["ExitCode"]), said


def _failed_load(image: str, said: str) -> EksaError:
    last = " | ".join(said.strip().splitlines()[-2:])
    full = "no space left" in said
    return EksaError(
        f"Image {image} could not be loaded into the bootstrap node: {last}.",
        code="host.disk_full" if full else "bootstrap.image_load",
        hint="Free disk space under docker's root." if full else "Check the image with `docker image inspect`.",
        details={"image": image},
    )


def _free(root: str) -> int | None:
    """Free bytes where docker keeps its data; None when the engine is elsewhere."""
    if os.environ.get("DOCKER_HOST", "unix://").split("://", 1)[0] != "unix" or not pathlib.Path(root).is_dir():
        return None
    seen = os.statvfs(root)
    return seen.f_bavail * seen.f_frsize


@contextlib.contextmanager
def _explained() -> t.Iterator[None]:
    """Turn the SDK's exceptions into ours."""
    try:
        yield
    except SDK_ERRORS as exc:
        raise _unreachable(str(exc)) from exc


def _unreachable(seen: str) -> EksaError:
    where = os.environ.get("DOCKER_HOST", "the local docker socket")
    if "Permission denied" in seen:
        return EksaError(
            f"Docker at {where} refuses this user: permission denied.",
            code="host.docker_forbidden",
            hint="Add the user to the group docker, or run as a user that may use docker.",
        )
    if "no space left" in seen.lower():
        return EksaError(
            f"Docker has no disk space left: {seen}.",
            code="host.disk_full",
            hint="Free disk space under docker's root, for instance with `docker system prune`.",
        )
    if not any(words in seen for words in ("Connection", "FileNotFound", "No such file", "timed out")):
        return EksaError(f"Docker answered with an error: {seen}.", code="host.docker_error", hint="See docker's log.")
    if shutil.which("dockerd") or shutil.which("docker"):
        return EksaError(
            f"Docker does not answer at {where}: the engine is not running.",
            code="host.docker_not_running",
            hint="Start docker (for instance `systemctl start docker`), then run again.",
        )
    return EksaError(
        f"Docker was not found on this machine (nothing at {where}).",
        code="host.docker_absent",
        hint="Install docker 20 or later: the bootstrap cluster runs in it.",
    )


__all__ = ("HAS_DOCKER", "DockerHost", "connect")
