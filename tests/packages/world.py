# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A management cluster with the real package controller, its webhooks, a registry, and a workload cluster.

The API servers are real, and so are the controller, helm inside it, and the registry. No kubelet runs: packages bring
ConfigMaps. The controller listens on the port of its webhooks, 9443, which is fixed: one such world on a machine.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import pathlib
import shutil
import socket
import ssl
import subprocess
import time
import typing as t
import urllib.request

import pytest
import yaml

from ansible_collections.eks.anywhere.plugins.module_utils._kube.client import KubeClient
from ansible_collections.eks.anywhere.tests.packages.publishing import BROKEN, PREFIX, Chart, Publisher, Registry
from ansible_collections.eks.anywhere.tests.simulation.servers import (
    ApiServer,
    die_with_parent,
    end_process,
    free_ports,
    lab_bin_dir,
)
from ansible_collections.eks.anywhere.tests.simulation.tls import write_pair

API = "packages.eks.amazonaws.com/v1alpha1"
PROGRAM = "eks-anywhere-packages"
MODULE = "github.com/aws/eks-anywhere-packages@v0.4.17"
MANAGEMENT, WORKLOAD = "mgmt", "shop"
WEBHOOK_PORT = 9443
_HOOKED = ("package", "packagebundle", "packagebundlecontroller")
MANY = 30


def definitions() -> list[dict[str, t.Any]]:
    """The kinds, out of the module that the controller is built from."""
    folder = lab_bin_dir().parents[1] / "go" / "mod" / MODULE / "config" / "crd" / "bases"
    found = [yaml.safe_load(file.read_text()) for file in sorted(folder.glob("*.yaml"))]
    if not found:
        pytest.fail(f"no definitions in {folder}: build the controller first (make packages)", pytrace=False)
    return found


class Controller:
    """The process. It logs to a file and is told by its readiness, since its exit code says nothing."""

    def __init__(self, home: pathlib.Path, *, kubeconfig: str, registry: Registry, public_key: str) -> None:
        self._home = home
        self._kubeconfig = kubeconfig
        self._registry = registry
        self._public_key = public_key
        self._process: subprocess.Popen[bytes] | None = None
        (self._probe,) = free_ports(1)
        serving = home / "tmp" / "k8s-webhook-server" / "serving-certs"
        serving.mkdir(parents=True)
        write_pair(certificate=serving / "tls.crt", key=serving / "tls.key")
        self.certificate = (serving / "tls.crt").read_bytes()

    def start(self) -> None:
        """Start and wait until it is ready and its webhooks listen."""
        with socket.socket() as taken:
            if taken.connect_ex(("127.0.0.1", WEBHOOK_PORT)) == 0:
                pytest.fail(f"port {WEBHOOK_PORT}, where the webhooks listen, is taken", pytrace=False)
        with (self._home / "controller.log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    *(self._program(), "server", "--verbosity", "6", "--metrics-bind-address", "0"),
                    *("--health-probe-bind-address", f"127.0.0.1:{self._probe}"),
                ],
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                cwd=self._home,
                env=self._environment(),
                preexec_fn=die_with_parent,  # noqa: PLW1509 - it makes one system call and takes no lock
            )
        self._until_ready()

    def stop(self) -> None:
        """End it."""
        end_process(self._process)
        self._process = None

    def log(self) -> str:
        """The end of what it said."""
        return (self._home / "controller.log").read_text(errors="replace")[-3000:]

    def _environment(self) -> dict[str, str]:
        home = self._home
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "TMPDIR": str(home / "tmp"),
            "KUBECONFIG": self._kubeconfig,
            "CLUSTER_NAME": MANAGEMENT,
            "ENABLE_WEBHOOKS": "true",
            "EKSA_PUBLIC_KEY": self._public_key,
            "HELM_NAMESPACE": "eksa-packages",
            "HELM_CONFIG_HOME": str(home / "helm"),
            "HELM_CACHE_HOME": str(home / "cache"),
            "SSL_CERT_FILE": str(self._registry.certificate),
        }

    @staticmethod
    def _program() -> str:
        path = lab_bin_dir() / PROGRAM
        if not path.exists():
            pytest.fail(f"{PROGRAM} is not built: make packages builds it", pytrace=False)
        return str(path)

    def _until_ready(self) -> None:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            with (
                contextlib.suppress(OSError),
                socket.create_connection(("127.0.0.1", WEBHOOK_PORT), timeout=1),
                urllib.request.urlopen(f"http://127.0.0.1:{self._probe}/readyz", timeout=2),
            ):
                return
            time.sleep(0.2)
        pytest.fail(f"the package controller is not ready:\n{self.log()}", pytrace=False)


class World:
    """All of it. ``kube`` is the management cluster, ``shop`` the workload cluster."""

    def __init__(self, home: pathlib.Path) -> None:
        self.home = home
        self.servers = {name: self._server(name) for name in (MANAGEMENT, WORKLOAD)}
        self.registry = Registry(self._folder("registry"))
        self.kube = KubeClient.from_kubeconfig(self.kubeconfig)
        self.shop = KubeClient.from_kubeconfig(self.servers[WORKLOAD].kubeconfig)
        self.publisher: Publisher
        self.controller: Controller

    @property
    def kubeconfig(self) -> str:
        """Of the management cluster."""
        return self.servers[MANAGEMENT].kubeconfig

    def start(self) -> None:
        """Raise it, with the first bundle published and active."""
        for server in self.servers.values():
            server.launch()
        for server in self.servers.values():
            server.start()
        self.registry.start()
        self.publisher = Publisher(self.registry, minor=self._minor())
        self.publisher.publish(1, first_packages())
        self._lay_ground()
        self.controller = Controller(
            self._folder("controller"),
            kubeconfig=self.kubeconfig,
            registry=self.registry,
            public_key=self.publisher.public_key,
        )
        self.controller.start()
        self._register_webhooks()
        for cluster in self.servers:
            self.kube.apply(self._bundle_controller(cluster))

    def stop(self) -> None:
        """End every process."""
        if hasattr(self, "controller"):
            self.controller.stop()
        self.registry.stop()
        for server in self.servers.values():
            server.stop()
        shutil.rmtree(self.home, ignore_errors=True)

    def installed(self, name: str, *, cluster: str = MANAGEMENT, namespace: str = "web") -> dict[str, str] | None:
        """What the chart of a package put into a cluster; None when it is not there."""
        kube = self.kube if cluster == MANAGEMENT else self.shop
        found = kube.get(api_version="v1", kind="ConfigMap", name=name, namespace=namespace)
        return None if found is None else dict(found["data"])

    def until(self, true: t.Callable[[], bool], *, seconds: float = 60) -> None:
        """Wait for something that nobody else waits for."""
        end = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < end, self.controller.log()
            time.sleep(0.5)

    def _lay_ground(self) -> None:
        for definition in definitions():
            self.kube.apply(definition)
        for name in ("eksa-packages", "eksa-system", "web", *(f"eksa-packages-{name}" for name in self.servers)):
            self.kube.apply(_namespace(name))
        self.shop.apply(_namespace("web"))
        text = pathlib.Path(self.servers[WORKLOAD].kubeconfig).read_text()
        config = json.loads(text)
        authority = config["clusters"][0]["cluster"]
        content = pathlib.Path(authority.pop("certificate-authority")).read_bytes()
        authority["certificate-authority-data"] = base64.b64encode(content).decode()
        value = base64.b64encode(json.dumps(config).encode()).decode()
        metadata = {"name": f"{WORKLOAD}-kubeconfig", "namespace": "eksa-system"}
        self.kube.apply({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": {"value": value}})

    def _register_webhooks(self) -> None:
        authority = base64.b64encode(self.controller.certificate).decode()
        hooks = [
            {
                "name": f"v{name}.kb.io",
                "admissionReviewVersions": ["v1"],
                "sideEffects": "None",
                "failurePolicy": "Fail",
                "clientConfig": {
                    "url": f"https://127.0.0.1:{WEBHOOK_PORT}/validate-packages-eks-amazonaws-com-v1alpha1-{name}",
                    "caBundle": authority,
                },
                "rules": [
                    {
                        "apiGroups": ["packages.eks.amazonaws.com"],
                        "apiVersions": ["v1alpha1"],
                        "operations": ["CREATE", "UPDATE"],
                        "resources": [f"{name}s"],
                    }
                ],
            }
            for name in _HOOKED
        ]
        kind = {"apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingWebhookConfiguration"}
        self.kube.apply({**kind, "metadata": {"name": "packages"}, "webhooks": hooks})

    def _bundle_controller(self, cluster: str) -> dict[str, t.Any]:
        return {
            "apiVersion": API,
            "kind": "PackageBundleController",
            "metadata": {"name": cluster, "namespace": "eksa-packages"},
            "spec": {
                "defaultRegistry": f"{self.registry.address}/{PREFIX}",
                "defaultImageRegistry": f"{self.registry.address}/images",
                "upgradeCheckInterval": "3s",
                "upgradeCheckShortInterval": "2s",
            },
        }

    def _minor(self) -> str:
        request = urllib.request.Request(
            f"{self.servers[MANAGEMENT].url}/version",
            headers={"Authorization": f"Bearer {self.servers[MANAGEMENT].token}"},
        )
        trusted = ssl.create_default_context(cafile=self.servers[MANAGEMENT].certificate)
        with urllib.request.urlopen(request, timeout=10, context=trusted) as answer:
            version = json.load(answer)
        return f"{version['major']}.{version['minor']}"

    def _server(self, name: str) -> ApiServer:
        return ApiServer(name=name, home=self._folder(name))

    def _folder(self, name: str) -> pathlib.Path:
        folder = self.home / name
        folder.mkdir(mode=0o700)
        return folder


def first_packages() -> dict[str, list[Chart]]:
    """The first bundle: a good package in two versions, one that needs it, a broken one, and many small ones."""
    return {
        "hello-eks-anywhere": [Chart("hello", "0.1.1"), Chart("hello", "0.1.0")],
        "greeter": [Chart("greeter", "1.0.0", needs=("hello-eks-anywhere",))],
        "broken": [Chart("broken", "0.0.1", template=BROKEN)],
        **{name: [Chart("small", "1.0.0")] for name in many()},
    }


def second_packages() -> dict[str, list[Chart]]:
    """The second: a newer hello, one more package, nothing else."""
    return {
        **first_packages(),
        "hello-eks-anywhere": [Chart("hello", "0.2.0"), Chart("hello", "0.1.1")],
        "fresh": [Chart("fresh", "3.0.0")],
    }


def many() -> list[str]:
    """Names of many packages."""
    return [f"small-{number:02}" for number in range(1, MANY + 1)]


def _namespace(name: str) -> dict[str, t.Any]:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
