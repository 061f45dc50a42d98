# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real API servers for tests: etcd + kube-apiserver as plain processes on free loopback ports."""

from __future__ import annotations

import contextlib
import ctypes
import dataclasses
import json
import os
import pathlib
import secrets
import signal
import socket
import ssl
import subprocess
import time
import typing as t
import urllib.error
import urllib.request

import pytest

from ansible_collections.eks.anywhere.tests.simulation.tls import kubeconfig, write_pair, write_private

START_SECONDS = 60.0
STOP_SECONDS = 10.0
SERVER_PORTS = range(15000, 30000)
"""Below the usual range of ephemeral ports (32768-60999) and of NodePorts (30000-32767)."""
RARELY_TIDY = {"GOGC": "400", "GOMEMLIMIT": "1200MiB"}
"""A fifth of an API server's time goes into collecting garbage, of which a test makes little."""


def lab_bin_dir() -> pathlib.Path:
    """Folder in which the lab keeps the programs that it builds."""
    cache = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    return pathlib.Path(cache) / "eks.anywhere" / "lab" / "bin"


def lab_program(name: str) -> str:
    """Path of a program of the lab; a missing one fails the test and says what to do."""
    path = lab_bin_dir() / name
    if not os.access(path, os.X_OK):
        pytest.fail(f"{name} is not in {lab_bin_dir()}: build the lab first (make lab-up)", pytrace=False)
    return str(path)


@dataclasses.dataclass(frozen=True)
class Files:
    """What an API server reads and writes, all under one private folder."""

    home: pathlib.Path
    token: str

    @property
    def kubeconfig(self) -> pathlib.Path:
        """Credentials of an administrator."""
        return self.home / "admin.kubeconfig"

    @property
    def certificate(self) -> pathlib.Path:
        """The server's own certificate, which signs itself."""
        return self.home / "server.crt"

    @property
    def key(self) -> pathlib.Path:
        """Private key of the certificate; it signs service account tokens too."""
        return self.home / "server.key"

    @property
    def tokens(self) -> pathlib.Path:
        """Static token file."""
        return self.home / "tokens.csv"


class ApiServer:
    """One etcd and one kube-apiserver. ``kubeconfig`` is the path of an administrator's credentials.

    With ``trusts_clients`` whoever holds a certificate signed by the server's key is let in.
    """

    def __init__(self, *, name: str, home: pathlib.Path, trusts_clients: bool = False) -> None:
        self.name = name
        self._trusts_clients = trusts_clients
        self._files = Files(home=home, token=secrets.token_hex(16))
        self._etcd_port, self._peer_port, self._port = free_ports(3)
        self._etcd: subprocess.Popen[bytes] | None = None
        self._api: subprocess.Popen[bytes] | None = None
        write_pair(certificate=self._files.certificate, key=self._files.key)
        write_private(self._files.tokens, f'{self._files.token},admin,admin,"system:masters"\n'.encode())
        write_private(
            self._files.kubeconfig, kubeconfig(url=self.url, certificate=self._files.certificate, token=self.token)
        )

    @property
    def url(self) -> str:
        """Address of the API."""
        return f"https://127.0.0.1:{self._port}"

    @property
    def kubeconfig(self) -> str:
        """Path of an administrator's kubeconfig (0600)."""
        return str(self._files.kubeconfig)

    @property
    def token(self) -> str:
        """The administrator's bearer token."""
        return self._files.token

    @property
    def certificate(self) -> str:
        """Path of the certificate to trust."""
        return str(self._files.certificate)

    @property
    def key(self) -> str:
        """Path of the certificate's private key."""
        return str(self._files.key)

    @property
    def pids(self) -> tuple[int, ...]:
        """Process ids of what runs now."""
        return tuple(process.pid for process in (self._etcd, self._api) if process is not None)

    def start(self) -> None:
        """Start what does not run yet and wait until the API is ready. Data survive a stop and start."""
        self.launch()
        self._wait_ready()

    def launch(self) -> None:
        """Start what does not run yet. The processes end with the thread that calls this."""
        if self._etcd is None:
            self._etcd = self._spawn("etcd", self._etcd_arguments())
        if self._api is None:
            self._api = self._spawn("kube-apiserver", self._api_arguments())

    def stop_api(self, *, kill: bool = False) -> None:
        """Stop the API server alone (``kill``: without warning it)."""
        end_process(self._api, kill=kill)
        self._api = None

    def stop(self) -> None:
        """Stop both processes."""
        self.stop_api()
        end_process(self._etcd)
        self._etcd = None

    def send(self, method: str, path: str, body: t.Mapping[str, t.Any], *, content_type: str) -> None:
        """One raw request; for what a controller may do and this collection never does."""
        request = urllib.request.Request(
            f"{self.url}/{path}",
            data=json.dumps(body).encode(),
            method=method,
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": content_type},
        )
        trusted = ssl.create_default_context(cafile=self.certificate)
        urllib.request.urlopen(request, timeout=10, context=trusted).close()

    def patch_status(self, obj: t.Mapping[str, t.Any], resource: str, status: t.Mapping[str, t.Any]) -> None:
        """Set a status as its controller would; ``resource`` is like ``apis/apps/v1:deployments``."""
        root, _colon, plural = resource.partition(":")
        metadata = obj["metadata"]
        scope = f"/namespaces/{metadata['namespace']}" if metadata.get("namespace") else ""
        path = f"{root}{scope}/{plural}/{metadata['name']}/status"
        self.send("PATCH", path, {"status": status}, content_type="application/merge-patch+json")

    def log(self, program: str, *, lines: int = 15) -> str:
        """The end of a program's log."""
        text = (self._files.home / f"{program}.log").read_text(errors="replace")
        return "\n".join(text.splitlines()[-lines:])

    def _spawn(self, program: str, arguments: t.Sequence[str]) -> subprocess.Popen[bytes]:
        with (self._files.home / f"{program}.log").open("ab") as log:
            return subprocess.Popen(
                [lab_program(program), *arguments],
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                cwd=self._files.home,
                env={**os.environ, **RARELY_TIDY},
                preexec_fn=die_with_parent,  # noqa: PLW1509 - it makes one system call and takes no lock
            )

    def _etcd_arguments(self) -> list[str]:
        client = f"http://127.0.0.1:{self._etcd_port}"
        return [
            f"--data-dir={self._files.home / 'etcd'}",
            f"--listen-client-urls={client}",
            f"--advertise-client-urls={client}",
            f"--listen-peer-urls=http://127.0.0.1:{self._peer_port}",
            "--unsafe-no-fsync",
            "--log-level=warn",
        ]

    def _api_arguments(self) -> list[str]:
        files = self._files
        return [
            f"--etcd-servers=http://127.0.0.1:{self._etcd_port}",
            f"--secure-port={self._port}",
            "--bind-address=127.0.0.1",
            f"--tls-cert-file={files.certificate}",
            f"--tls-private-key-file={files.key}",
            f"--token-auth-file={files.tokens}",
            *([f"--client-ca-file={files.certificate}"] if self._trusts_clients else []),
            "--authorization-mode=RBAC",
            "--anonymous-auth=true",
            "--service-account-issuer=https://kubernetes.default.svc",
            f"--service-account-key-file={files.key}",
            f"--service-account-signing-key-file={files.key}",
            "--service-cluster-ip-range=10.96.0.0/16",
            "--disable-admission-plugins=ServiceAccount",
            "--allow-privileged=true",
        ]

    def _wait_ready(self) -> None:
        context = ssl.create_default_context(cafile=str(self._files.certificate))
        until = time.monotonic() + START_SECONDS
        seen = "no answer yet"
        while time.monotonic() < until:
            for program, process in (("etcd", self._etcd), ("kube-apiserver", self._api)):
                if process is None or process.poll() is not None:
                    pytest.fail(f"{program} of API server {self.name} ended:\n{self.log(program)}", pytrace=False)
            try:
                request = urllib.request.Request(
                    f"{self.url}/readyz", headers={"Authorization": f"Bearer {self.token}"}
                )
                with urllib.request.urlopen(request, timeout=5, context=context):
                    return
            except (urllib.error.URLError, OSError) as exc:
                seen = str(exc)
            time.sleep(0.1)
        log = self.log("kube-apiserver")
        pytest.fail(f"API server {self.name} not ready in {START_SECONDS:.0f} s: {seen}\n{log}", pytrace=False)


def end_process(process: subprocess.Popen[bytes] | None, *, kill: bool = False) -> None:
    """End one process that we started, by its own handle."""
    if process is None or process.poll() is not None:
        return
    process.send_signal(signal.SIGKILL if kill else signal.SIGTERM)
    try:
        process.wait(timeout=STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(timeout=STOP_SECONDS)


def die_with_parent() -> None:
    """Ask the kernel to end the child when the test process dies, so that a killed run leaves no server."""
    pr_set_pdeathsig = 1
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)


def free_ports(count: int) -> list[int]:
    """Free loopback ports, which are nobody else's as long as this process lives.

    They lie below the range from which the kernel takes the near end of a connection: between the look and the server's
    start, a port of that range may be taken by any client on the machine.
    """
    return [next(_FREE_PORTS) for _each in range(count)]


def _claim(port: int) -> bool:
    """Claim a port by a name that test processes beside this one see, then look whether it is free."""
    claim = socket.socket(socket.AF_UNIX)
    try:
        # Of the abstract kind: it is in no folder and goes with the process.
        claim.bind(f"\0eks.anywhere-port-{port}")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
    except OSError:
        claim.close()
        return False
    _CLAIMS.append(claim)
    return True


_CLAIMS: list[socket.socket] = []
_FREE_PORTS = filter(_claim, iter(SERVER_PORTS))
