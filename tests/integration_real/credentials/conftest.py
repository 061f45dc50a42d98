# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""A datacenter for all tests of credentials and certificates: real providers, a simulated vCenter, real API servers."""

from __future__ import annotations

import base64
import pathlib
import shutil
import tempfile
import threading
import typing as t

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._kube.client import KubeClient
from ansible_collections.eks.anywhere.plugins.module_utils._run.clock import SystemClock
from ansible_collections.eks.anywhere.tests.simulation.vcenter import ADMIN, PASSWORDS
from ansible_collections.eks.anywhere.tests.simulation.world import World, world

CLOUD_PROVIDER = {"api_version": "apps/v1", "kind": "DaemonSet", "namespace": "kube-system"}
DELIVERY_SECONDS = 240.0


class Kubelet:
    """Says of the cloud provider's DaemonSet that its pods run, as soon as it is asked for them."""

    def __init__(self, found: World) -> None:
        self._cluster = found.clusters[0]
        self._kube = KubeClient.from_kubeconfig(self._cluster.api.kubeconfig)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._tend, daemon=True)

    def __enter__(self) -> Kubelet:
        """Tend it from now on."""
        self._thread.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        """Leave it alone."""
        self._stop.set()
        self._thread.join()

    def _tend(self) -> None:
        numbers = ("desiredNumberScheduled", "currentNumberScheduled", "updatedNumberScheduled", "numberReady")
        while not self._stop.wait(0.2):
            for found in self._kube.list(**CLOUD_PROVIDER):
                generation = found["metadata"]["generation"]
                if (found.get("status") or {}).get("observedGeneration") != generation:
                    status = {"observedGeneration": generation, "numberMisscheduled": 0, **dict.fromkeys(numbers, 1)}
                    self._cluster.api.patch_status(found, "apis/apps/v1:daemonsets", status)


@pytest.fixture(scope="session")
def datacenter() -> t.Iterator[World]:
    """A vCenter, a management cluster and a cluster into which it has delivered the cloud provider."""
    home = pathlib.Path(tempfile.mkdtemp(prefix="eksa-credentials-"))
    try:
        with world(home, clusters=("c1",)) as found, Kubelet(found):
            metadata = {"name": "vsphere-credentials", "namespace": "eksa-system"}
            pair = {"username": ADMIN, "password": PASSWORDS[ADMIN]}
            data = {key: base64.b64encode(text.encode()).decode() for key, text in pair.items()}
            found.source.apply([{"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": data}])
            _wait_delivered(found)
            yield found
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _wait_delivered(found: World) -> None:
    kube = KubeClient.from_kubeconfig(found.clusters[0].api.kubeconfig)
    clock = SystemClock()
    until = clock.now() + DELIVERY_SECONDS
    while not kube.list(**CLOUD_PROVIDER):
        assert clock.now() < until, "the cloud provider was not delivered"
        clock.sleep(0.5)
