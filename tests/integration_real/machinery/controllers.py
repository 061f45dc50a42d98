# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a cluster's controllers would do to Deployments and namespaces, for an API server that has none."""

from __future__ import annotations

import contextlib
import datetime as dt
import threading
import time
import typing as t
import urllib.error
import urllib.request

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._kube.client import KubeClient
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.tests.simulation.servers import ApiServer

PAUSE_SECONDS = 0.1


class FastClock:
    """Time that passes faster than it does."""

    def __init__(self, *, speed: float) -> None:
        self._speed = speed

    def now(self) -> float:
        """Seconds on a monotonic scale."""
        return time.monotonic() * self._speed

    def today(self) -> dt.datetime:
        """Date and time of day."""
        return dt.datetime.now(dt.UTC)

    def sleep(self, seconds: float) -> None:
        """Sleep less."""
        time.sleep(seconds / self._speed)


@contextlib.contextmanager
def controllers(server: ApiServer, *, missing_images: t.Collection[str] = ()) -> t.Iterator[None]:
    """Deployments become available, but for those whose image the registry lacks: those get a pod that says so."""
    stop = threading.Event()
    thread = threading.Thread(target=_loop, args=(server, frozenset(missing_images), stop), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _loop(server: ApiServer, missing: frozenset[str], stop: threading.Event) -> None:
    kube = KubeClient.from_kubeconfig(server.kubeconfig)
    while not stop.wait(PAUSE_SECONDS):
        for namespace in kube.list(api_version="v1", kind="Namespace"):
            if namespace["metadata"].get("deletionTimestamp"):
                with contextlib.suppress(urllib.error.HTTPError):
                    _finalize(server, namespace)
        for deployment in kube.list(api_version="apps/v1", kind="Deployment"):
            image = deployment["spec"]["template"]["spec"]["containers"][0]["image"]
            # The test may delete what this loop still looks at.
            with contextlib.suppress(EksaError, urllib.error.HTTPError):
                if image in missing:
                    _failing_pod(server, kube, deployment, image)
                elif not _is_available(deployment):
                    server.patch_status(deployment, "apis/apps/v1:deployments", _available(deployment))


def _finalize(server: ApiServer, namespace: Obj) -> None:
    """What is left in a deleted namespace stays, which no test minds."""
    name = namespace["metadata"]["name"]
    body = {**namespace, "spec": {"finalizers": []}}
    server.send("PUT", f"api/v1/namespaces/{name}/finalize", body, content_type="application/json")


def _is_available(deployment: Obj) -> bool:
    status = deployment.get("status") or {}
    return bool(status.get("observedGeneration") == deployment["metadata"]["generation"])


def _available(deployment: Obj) -> Obj:
    replicas = deployment["spec"]["replicas"]
    return {
        "observedGeneration": deployment["metadata"]["generation"],
        "replicas": replicas,
        "updatedReplicas": replicas,
        "readyReplicas": replicas,
        "availableReplicas": replicas,
        "conditions": [{"type": "Available", "status": "True", "reason": "MinimumReplicasAvailable", "message": ""}],
    }


def _failing_pod(server: ApiServer, kube: KubeClient, deployment: Obj, image: str) -> None:
    metadata = {
        "name": f"{deployment['metadata']['name']}-abcde",
        "namespace": deployment["metadata"]["namespace"],
        "labels": deployment["spec"]["selector"]["matchLabels"],
    }
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata}
    containers = [{"name": "manager", "image": image}]
    kube.apply({**pod, "spec": {"containers": containers, "automountServiceAccountToken": False}})
    message = f'Back-off pulling image "{image}": rpc error: code = NotFound: manifest unknown'
    waiting = {"waiting": {"reason": "ImagePullBackOff", "message": message}}
    state = {"name": "manager", "image": image, "imageID": "", "ready": False, "restartCount": 0, "state": waiting}
    server.patch_status(pod, "api/v1:pods", {"phase": "Pending", "containerStatuses": [state]})
