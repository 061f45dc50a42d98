# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""A provider on a real API server: a Deployment, its pod, and the webhook that the pod serves and that fails closed."""

from __future__ import annotations

import base64
import contextlib
import http.server
import json
import pathlib
import ssl
import threading
import time
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._kube.client import KubeClient
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.tests.simulation.servers import ApiServer, free_ports

NAMESPACE = "capv-system"
NAME = "capv-controller-manager"
GROUPS = ["cluster.x-k8s.io", "controlplane.cluster.x-k8s.io", "infrastructure.cluster.x-k8s.io"]
STOP_SECONDS = 1.0
START_SECONDS = 1.5
WHERE: dict[str, t.Any] = {"name": NAME, "namespace": NAMESPACE}
POD: dict[str, t.Any] = {"api_version": "v1", "kind": "Pod", "name": f"{NAME}-0", "namespace": NAMESPACE}


class _Webhook(http.server.BaseHTTPRequestHandler):
    """Says yes to everything, and counts."""

    asked: t.ClassVar[int] = 0

    def do_POST(self) -> None:
        """An admission review."""
        _Webhook.asked += 1
        review = json.loads(self.rfile.read(int(self.headers["content-length"])))
        response = {"uid": review["request"]["uid"], "allowed": True}
        body = json.dumps({**{name: review[name] for name in ("apiVersion", "kind")}, "response": response}).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_words: t.Any) -> None:
        """Not to the terminal."""


class Provider:
    """What a Deployment controller, a kubelet and the provider itself would do, in one thread."""

    def __init__(self, server: ApiServer) -> None:
        self._server = server
        self._kube = KubeClient.from_kubeconfig(server.kubeconfig)
        (self._port,) = free_ports(1)
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(server.certificate, server.key)
        self._over = threading.Event()
        self._http: http.server.ThreadingHTTPServer | None = None

    @property
    def asked(self) -> int:
        """How often the webhook was asked."""
        return _Webhook.asked

    @contextlib.contextmanager
    def running(self) -> t.Iterator[Provider]:
        """Install it, let it live, remove it."""
        self._install()
        thread = threading.Thread(target=self._live)
        thread.start()
        try:
            yield self
        finally:
            self._over.set()
            thread.join()
            self._uninstall()

    def deployment(self) -> Obj:
        """As it is stored."""
        found = self._kube.get(api_version="apps/v1", kind="Deployment", **WHERE)
        assert found is not None
        return found

    def has_pod(self) -> bool:
        """Whether its pod is there."""
        return self._kube.get(**POD) is not None

    def _install(self) -> None:
        labels = {"control-plane": NAME}
        container = {"name": "manager", "image": "registry.example/manager"}
        template = {"metadata": {"labels": labels}, "spec": {"containers": [container]}}
        metadata = {**WHERE, "labels": {"cluster.x-k8s.io/provider": "infrastructure-vsphere"}}
        spec = {"replicas": 1, "selector": {"matchLabels": labels}, "template": template}
        self._kube.apply({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": spec})
        self._begin()
        rule = {"apiGroups": GROUPS, "apiVersions": ["*"], "operations": ["CREATE", "UPDATE", "DELETE"]}
        authority = base64.b64encode(pathlib.Path(self._server.certificate).read_bytes()).decode()
        webhook = {
            "name": "validation.capv.example.com",
            "clientConfig": {"url": f"https://127.0.0.1:{self._port}/", "caBundle": authority},
            "rules": [{**rule, "resources": ["*"]}],
            "failurePolicy": "Fail",
            "sideEffects": "None",
            "admissionReviewVersions": ["v1"],
            "timeoutSeconds": 2,
        }
        self._kube.apply(
            {
                "apiVersion": "admissionregistration.k8s.io/v1",
                "kind": "ValidatingWebhookConfiguration",
                "metadata": {"name": NAME},
                "webhooks": [webhook],
            }
        )
        # The API server learns of a new webhook with a delay of its own.
        time.sleep(2)

    def _uninstall(self) -> None:
        registration = {"api_version": "admissionregistration.k8s.io/v1", "kind": "ValidatingWebhookConfiguration"}
        self._kube.delete(**registration, name=NAME)
        self._kube.delete(api_version="apps/v1", kind="Deployment", **WHERE)
        self._end()
        time.sleep(2)

    def _live(self) -> None:
        while not self._over.wait(0.2):
            wanted = self.deployment()["spec"]["replicas"]
            if not wanted and self._http is not None:
                self._status(replicas=0)
                time.sleep(STOP_SECONDS)
                self._end()
            elif wanted and self._http is None:
                self._status(replicas=1)
                time.sleep(START_SECONDS)
                self._begin()

    def _begin(self) -> None:
        labels = {"control-plane": NAME}
        spec = {"containers": [{"name": "manager", "image": "registry.example/manager"}]}
        metadata = {"name": POD["name"], "namespace": NAMESPACE, "labels": labels}
        account = {"serviceAccountName": "default"}
        self._kube.apply({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {**WHERE, "name": "default"}})
        self._kube.apply({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": {**spec, **account}})
        self._http = http.server.ThreadingHTTPServer(("127.0.0.1", self._port), _Webhook)
        self._http.socket = self._context.wrap_socket(self._http.socket, server_side=True)
        threading.Thread(target=self._http.serve_forever, daemon=True).start()
        self._status(replicas=1, available=1)

    def _end(self) -> None:
        if self._http is not None:
            self._http.shutdown()
            self._http.server_close()
            self._http = None
        self._kube.delete(**POD)

    def _status(self, *, replicas: int, available: int = 0) -> None:
        deployment = self.deployment()
        status: Obj = {"observedGeneration": deployment["metadata"]["generation"], "replicas": replicas}
        status |= {"readyReplicas": available, "availableReplicas": available}
        self._server.patch_status(deployment, "apis/apps/v1:deployments", status)
