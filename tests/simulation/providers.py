# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The real Cluster API providers beside an API server, as processes instead of pods.

Each provider is installed with its own manifests. What a kubelet would do for their Deployments is done by a thread
here: a Deployment with replicas gets its manager process and an available status, one without gets neither.
"""

from __future__ import annotations

import base64
import concurrent.futures
import contextlib
import dataclasses
import functools
import os
import pathlib
import socket
import subprocess
import threading
import time
import typing as t

import yaml

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._kube.client import KubeClient
from ansible_collections.eks.anywhere.tests.simulation.definitions import definition
from ansible_collections.eks.anywhere.tests.simulation.servers import (
    START_SECONDS,
    ApiServer,
    die_with_parent,
    end_process,
    free_ports,
    lab_program,
)

Obj = dict[str, t.Any]
INVENTORY = "clusterctl.cluster.x-k8s.io/v1alpha3"
PAUSE_SECONDS = 0.1
RESTING_SECONDS = 2.0
RESTING = "--watch-filter=nobody"
"""Objects without this label are not reconciled; webhooks answer all the same."""
# The clusters have no etcd pods to ask; fifteen seconds for each vain try would make everything else wait.
ARGUMENTS = {"kcp": ("--etcd-dial-timeout-duration=500ms", "--etcd-call-timeout-duration=500ms")}
LEFT_OUT = frozenset(
    ("Certificate", "Issuer", "Service", "ServiceAccount", "Role", "RoleBinding", "ClusterRoleBinding")
)


@dataclasses.dataclass(frozen=True)
class Provider:
    """One provider: its program in the lab, where its manifests are in the module cache, what clusterctl calls it."""

    program: str
    manifests: str
    name: str
    type: str
    version: str

    @property
    def label(self) -> str:
        """What clusterctl calls it in labels."""
        prefix = {"CoreProvider": "", "BootstrapProvider": "bootstrap-", "ControlPlaneProvider": "control-plane-"}
        return f"{prefix.get(self.type, 'infrastructure-')}{self.name}"


_CORE = "github.com/snarkychef/cluster-api@v0.1.0"
PROVIDERS: tuple[Provider, ...] = (
    Provider("capi-controller", f"{_CORE}/config/default", "cluster-api", "CoreProvider", "v1.12.1"),
    Provider("cabpk", f"{_CORE}/bootstrap/kubeadm/config/default", "kubeadm", "BootstrapProvider", "v1.12.1"),
    Provider("kcp", f"{_CORE}/controlplane/kubeadm/config/default", "kubeadm", "ControlPlaneProvider", "v1.12.1"),
    Provider(
        "capv",
        "sigs.k8s.io/cluster-api-provider-vsphere@v1.15.2/config/default",
        "vsphere",
        "InfrastructureProvider",
        "v1.15.2",
    ),
)


class Providers:
    """The providers of one management cluster. ``start`` installs and runs them, ``stop`` ends the processes.

    Programs in ``broken`` do not run, and what is said of them nobody corrects.
    """

    def __init__(self, server: ApiServer, *, home: pathlib.Path) -> None:
        self._server = server
        self._home = home
        self._kube = KubeClient.from_kubeconfig(server.kubeconfig)
        self._ports: dict[str, int] = {}
        self._managers: dict[str, subprocess.Popen[bytes]] = {}
        self._deployments: dict[tuple[str, str], Provider] = {}
        self._rests = False
        self.broken: set[str] = set()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._tend, daemon=True)

    def start(self) -> None:
        """Install all providers and tend their Deployments from now on."""
        for name in ("tls.crt", "tls.key"):
            with contextlib.suppress(FileExistsError):
                (self._home / name).symlink_to(self._server.certificate if name == "tls.crt" else self._server.key)
        self._kube.apply(_inventory_definition())
        with concurrent.futures.ThreadPoolExecutor() as pool:
            list(pool.map(self._install, PROVIDERS))
        self._thread.start()

    def stop(self) -> None:
        """End all processes."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()
        for process in self._managers.values():
            end_process(process)
        self._managers.clear()

    def rest(self) -> None:
        """From now on the managers answer webhooks and do nothing else, which costs a fraction of the time."""
        self._rests = True
        for program in tuple(self._managers):
            self.crash(program)
        until = time.monotonic() + START_SECONDS
        for program, port in self._ports.items():
            while not _listens(port):
                assert time.monotonic() < until, f"{program} does not come up:\n{self.log(program)}"
                time.sleep(PAUSE_SECONDS)

    def crash(self, program: str) -> None:
        """Kill one manager; it is started again, as a kubelet would."""
        end_process(self._managers[program], kill=True)

    def log(self, program: str, *, lines: int = 40) -> str:
        """The end of a manager's log."""
        return "\n".join((self._home / f"{program}.log").read_text(errors="replace").splitlines()[-lines:])

    def running(self) -> frozenset[str]:
        """Programs of the managers that run now."""
        return frozenset(name for name, process in self._managers.items() if process.poll() is None)

    def _install(self, provider: Provider) -> None:
        (self._ports[provider.program],) = free_ports(1)
        for obj in _manifests(provider):
            if obj["kind"] == "Deployment":
                self._deployments[obj["metadata"]["namespace"], obj["metadata"]["name"]] = provider
            # clusterctl labels all that it installs; it finds the kinds that move by that.
            labels = {"clusterctl.cluster.x-k8s.io": "", "cluster.x-k8s.io/provider": provider.label}
            obj["metadata"]["labels"] = {**obj["metadata"].get("labels", {}), **labels}
            self._kube.apply(self._localized(obj, port=self._ports[provider.program]))
            if obj["kind"] == "Namespace":
                self._kube.apply(_inventory_entry(provider, namespace=obj["metadata"]["name"]))

    def _localized(self, obj: Obj, *, port: int) -> Obj:
        """The object with every webhook at a port of this machine."""
        if obj["kind"] == "CustomResourceDefinition":
            conversion = obj["spec"].get("conversion", {})
            if "webhook" in conversion:
                path = conversion["webhook"]["clientConfig"]["service"].get("path", "/convert")
                conversion["webhook"]["clientConfig"] = self._endpoint(port, path)
        for hook in obj.get("webhooks", ()):
            hook["clientConfig"] = self._endpoint(port, hook["clientConfig"]["service"]["path"])
        return obj

    def _endpoint(self, port: int, path: str) -> Obj:
        authority = pathlib.Path(self._server.certificate).read_bytes()
        return {"url": f"https://127.0.0.1:{port}{path}", "caBundle": base64.b64encode(authority).decode()}

    def _tend(self) -> None:
        while not self._stop.wait(RESTING_SECONDS if self._rests else PAUSE_SECONDS):
            # The API server may be down for a test's reasons; the next look is soon.
            with contextlib.suppress(EksaError, OSError):
                for (namespace, name), provider in self._deployments.items():
                    found = self._kube.get(api_version="apps/v1", kind="Deployment", name=name, namespace=namespace)
                    self._converge(provider, found)

    def _converge(self, provider: Provider, deployment: Obj | None) -> None:
        process = self._managers.get(provider.program)
        runs = process is not None and process.poll() is None
        if provider.program in self.broken:
            end_process(process)
            return
        wanted = 0 if deployment is None else deployment["spec"].get("replicas", 1)
        if runs and not wanted:
            end_process(process)
        elif wanted and not runs:
            self._managers[provider.program] = self._spawn(provider)
        if deployment is not None:
            self._report(deployment, replicas=wanted)

    def _report(self, deployment: Obj, *, replicas: int) -> None:
        generation = deployment["metadata"]["generation"]
        names = ("replicas", "updatedReplicas", "readyReplicas", "availableReplicas")
        condition = {"type": "Available", "status": "True" if replicas else "False", "reason": "Tended", "message": ""}
        status = {"observedGeneration": generation, **dict.fromkeys(names, replicas), "conditions": [condition]}
        seen = deployment.get("status", {})
        if seen.get("observedGeneration") == generation and seen.get("replicas", 0) == replicas:
            return
        self._server.patch_status(deployment, "apis/apps/v1:deployments", status)

    def _spawn(self, provider: Provider) -> subprocess.Popen[bytes]:
        command = [
            lab_program(provider.program),
            f"--kubeconfig={self._server.kubeconfig}",
            f"--webhook-port={self._ports[provider.program]}",
            f"--webhook-cert-dir={self._home}",
            "--health-addr=127.0.0.1:0",
            "--diagnostics-address=127.0.0.1:0",
            "--insecure-diagnostics",
            "--leader-elect=false",
            *ARGUMENTS.get(provider.program, ()),
            *((RESTING,) if self._rests else ()),
        ]
        with (self._home / f"{provider.program}.log").open("ab") as log:
            return subprocess.Popen(
                command,
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                cwd=self._home,
                preexec_fn=die_with_parent,  # noqa: PLW1509 - it makes one system call and takes no lock
            )


def _listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


@functools.cache
def _manifest_text(provider: Provider) -> str:
    cache = os.environ.get("XDG_CACHE_HOME") or str(pathlib.Path.home() / ".cache")
    source = pathlib.Path(cache) / "eks.anywhere" / "go" / "mod" / provider.manifests
    command = [lab_program("kubectl"), "kustomize", str(source)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def _manifests(provider: Provider) -> list[Obj]:
    """Namespaces first, then the rest in the order of the file; without what needs a certificate manager or pods."""
    found = [obj for obj in yaml.safe_load_all(_manifest_text(provider)) if obj and obj["kind"] not in LEFT_OUT]
    return sorted(found, key=lambda obj: obj["kind"] != "Namespace")


def _inventory_definition() -> Obj:
    """clusterctl's list of installed providers."""
    return definition(INVENTORY, "Provider", labels={"clusterctl.cluster.x-k8s.io": ""})


def _inventory_entry(provider: Provider, *, namespace: str) -> Obj:
    return {
        "apiVersion": INVENTORY,
        "kind": "Provider",
        "metadata": {"name": provider.label, "namespace": namespace},
        "providerName": provider.name,
        "type": provider.type,
        "version": provider.version,
    }


__all__ = ("INVENTORY", "PROVIDERS", "Provider", "Providers")
