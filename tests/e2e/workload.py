# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A workload as its users see it while the machines below it are replaced, and the API server as its clients do."""

from __future__ import annotations

import concurrent.futures
import contextlib
import dataclasses
import http
import itertools
import pathlib
import socket
import ssl
import threading
import time
import typing as t
import urllib.request

import kubernetes
import urllib3
import yaml

NAMESPACE = "shop"
NAME = "web"
REPLICAS = 3
PORT = 30080
HEALTH_PORT = 10256
"""Where kube-proxy says whether it forwards."""
EVERY_SECONDS = 0.2
PATIENCE_SECONDS = 2.0
RISE = 3
"""Good looks in a row that bring a node into service, as load balancers have it (three is a common default)."""
_LOOK_SECONDS = 1.0
_DRAINING_SECONDS = 8
"""A pod that is asked to go answers for so long, until every node has heard that it goes."""

_SERVER = """
use IO::Socket::INET;
$SIG{TERM} = sub { exit };
my $server = IO::Socket::INET->new(LocalPort => 8080, Listen => 50, ReuseAddr => 1) or die;
while (my $peer = $server->accept) { print $peer "hello from $ENV{HOSTNAME}\\n"; close $peer }
"""


class Workload:
    """Three replicas behind a service on a port of every node, of which at most one may be disrupted."""

    def __init__(self, core: t.Any, *, image: str) -> None:
        api: t.Any = kubernetes.client
        self._core = core
        self._apps = api.AppsV1Api(core.api_client)
        self._policy = api.PolicyV1Api(core.api_client)
        self._image = image

    def create(self) -> None:
        """Have it running."""
        self._core.create_namespace({"metadata": {"name": NAMESPACE}})
        self._apps.create_namespaced_deployment(NAMESPACE, self._deployment())
        ports = [{"port": 80, "targetPort": 8080, "nodePort": PORT}]
        spec = {"type": "NodePort", "selector": {"app": NAME}, "ports": ports}
        self._core.create_namespaced_service(NAMESPACE, {"metadata": {"name": NAME}, "spec": spec})
        self.allow(disruptions=1)
        self.wait()

    def allow(self, *, disruptions: int) -> None:
        """How many of the replicas may be missing because somebody wants it so."""
        spec = {"selector": {"matchLabels": {"app": NAME}}, "maxUnavailable": disruptions}
        with contextlib.suppress(kubernetes.client.ApiException):
            self._policy.delete_namespaced_pod_disruption_budget(NAME, NAMESPACE)
        self._policy.create_namespaced_pod_disruption_budget(NAMESPACE, {"metadata": {"name": NAME}, "spec": spec})

    def wait(self, seconds: float = 300) -> None:
        """Until all replicas are available."""
        deadline = time.monotonic() + seconds
        while (self._apps.read_namespaced_deployment(NAME, NAMESPACE).status.available_replicas or 0) < REPLICAS:
            assert time.monotonic() < deadline, self.pods()
            time.sleep(1)

    def pods(self) -> dict[str, str]:
        """Its pods with their nodes."""
        listed = self._core.list_namespaced_pod(NAMESPACE, label_selector=f"app={NAME}").items
        return {pod.metadata.name: pod.spec.node_name for pod in listed}

    def _deployment(self) -> dict[str, t.Any]:
        labels = {"matchLabels": {"app": NAME}}
        container = {
            "name": NAME,
            "image": self._image,
            "command": ["perl", "-e", _SERVER],
            "readinessProbe": {"tcpSocket": {"port": 8080}, "periodSeconds": 1},
            "lifecycle": {"preStop": {"exec": {"command": ["sleep", str(_DRAINING_SECONDS)]}}},
        }
        spread = {"maxSkew": 1, "topologyKey": "kubernetes.io/hostname", "whenUnsatisfiable": "ScheduleAnyway"}
        pod = {"containers": [container], "topologySpreadConstraints": [{**spread, "labelSelector": labels}]}
        template = {"metadata": {"labels": {"app": NAME}}, "spec": pod}
        spec = {"replicas": REPLICAS, "selector": labels, "template": template}
        return {"metadata": {"name": NAME}, "spec": spec}


@dataclasses.dataclass(frozen=True)
class Failure:
    """A request that was not answered; ``at`` counts from the first one."""

    at: float
    error: str


class Probe:
    """Asks the same question every 200 ms, whether or not the last one was answered, in the background."""

    def __init__(self, ask: t.Callable[[], None]) -> None:
        self._ask = ask
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.asked = 0
        self.failures: list[Failure] = []

    def __enter__(self) -> t.Self:
        self._thread.start()
        return self

    def __exit__(self, *_what: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        begun = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(max_workers=32) as lanes:
            while not self._stop.wait(EVERY_SECONDS):
                self.asked += 1
                lanes.submit(self._one, time.monotonic() - begun)

    def _one(self, at: float) -> None:
        try:
            self._ask()
        except OSError as exc:
            self.failures.append(Failure(round(at, 1), f"{type(exc).__name__}: {exc}"))

    @property
    def longest_gap(self) -> float:
        """Seconds for which no request was answered at all, at most: failures in a row."""
        moments = sorted(failure.at for failure in self.failures)
        longest, since = 0.0, None
        for before, now in itertools.pairwise([-1e9, *moments]):
            since = since if since is not None and now - before < 2 * EVERY_SECONDS else now
            longest = max(longest, now - since + EVERY_SECONDS)
        return round(longest, 1)

    def told(self) -> str:
        """The failures, for people."""
        return "\n".join(f"  {failure.at:7.1f} s  {failure.error}" for failure in sorted(self.failures, key=_moment))


def _moment(failure: Failure) -> float:
    return failure.at


class Balancer:
    """A load balancer in front of the nodes: it asks those that are ready and not to be emptied, one after another.

    As one outside of a cluster does, it looks every second who is in service, whether kube-proxy on it says that it
    forwards (KEP-3836) and whether the service answers through it. A node is given requests after three good looks in a
    row, and none after a bad one. No request is tried twice.
    """

    def __init__(self, core: t.Any) -> None:
        self._core = core
        self._nodes = self._in_service()
        self._good = dict.fromkeys((address for address in self._nodes if _forwards(address)), RISE)
        assert self._good, f"the service answers through none of {self._nodes}"
        self._addresses = list(self._good)
        self._turn = itertools.count()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> t.Self:
        self._thread.start()
        return self

    def __exit__(self, *_what: object) -> None:
        self._stop.set()
        self._thread.join()

    def ask(self) -> None:
        """One request."""
        addresses = self._addresses
        _ask(addresses[next(self._turn) % len(addresses)], seconds=PATIENCE_SECONDS)

    def _look(self) -> None:
        while not self._stop.wait(_LOOK_SECONDS):
            # Who cannot ask goes by what was true last.
            with contextlib.suppress(kubernetes.client.ApiException, urllib3.exceptions.HTTPError):
                self._nodes = self._in_service()
            self._good = {address: self._good.get(address, 0) + 1 for address in self._nodes if _forwards(address)}
            risen = [address for address, looks in self._good.items() if looks >= RISE]
            self._addresses = risen or self._addresses

    def _in_service(self) -> list[str]:
        nodes = self._core.list_node(_request_timeout=PATIENCE_SECONDS).items
        return [_address(node) for node in nodes if _in_service(node)]


def _in_service(node: t.Any) -> bool:
    ready = any(one.type == "Ready" and one.status == "True" for one in node.status.conditions or ())
    return ready and not node.spec.unschedulable and node.metadata.deletion_timestamp is None


def _forwards(address: str) -> bool:
    """A node counts as ready before kube-proxy has written its first rule there, and before Cilium knows all others."""
    try:
        with urllib.request.urlopen(f"http://{address}:{HEALTH_PORT}/healthz", timeout=_LOOK_SECONDS) as answer:
            if answer.status != http.HTTPStatus.OK:
                return False
        _ask(address, seconds=_LOOK_SECONDS)
    except OSError:
        return False
    return True


def _ask(address: str, *, seconds: float) -> None:
    """One request to the service through this node."""
    try:
        with socket.create_connection((address, PORT), timeout=seconds) as connection:
            connection.settimeout(seconds)
            said = connection.makefile("rb").readline()
    except OSError as exc:
        raise OSError(f"through {address}: {exc}") from exc
    if not said.startswith(b"hello from "):
        raise OSError(f"through {address}: answered {said!r}")


def _address(node: t.Any) -> str:
    return next(str(one.address) for one in node.status.addresses if one.type == "InternalIP")


def api_server(kubeconfig: pathlib.Path) -> t.Callable[[], None]:
    """One request to the API server behind the cluster's endpoint, on a connection of its own."""
    cluster = yaml.safe_load(kubeconfig.read_text(encoding="utf-8"))["clusters"][0]["cluster"]
    # What is asked here is no secret, and the certificate is not what is tested.
    context = ssl._create_unverified_context()

    def ask() -> None:
        with urllib.request.urlopen(f"{cluster['server']}/livez", context=context, timeout=PATIENCE_SECONDS) as answer:
            answer.read()

    return ask
