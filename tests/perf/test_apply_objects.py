# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long it takes to apply all objects of one cluster in one call, with the real definitions on a real API server."""

from __future__ import annotations

import statistics
import time

from ansible_collections.eks.anywhere.plugins.module_utils._kube.client import KubeClient
from ansible_collections.eks.anywhere.plugins.module_utils._ops.apply import apply_objects
from ansible_collections.eks.anywhere.plugins.module_utils._run.clock import SystemClock
from ansible_collections.eks.anywhere.tests.integration_real.conftest import api_server
from ansible_collections.eks.anywhere.tests.integration_real.kube.conftest import capi_server
from ansible_collections.eks.anywhere.tests.integration_real.kube.test_apply import rendered
from ansible_collections.eks.anywhere.tests.simulation.servers import ApiServer
from ansible_collections.eks.anywhere.tests.tools import figures
from ansible_collections.eks.anywhere.tests.unit.fakes import FakeReporter

__all__ = ("api_server", "capi_server")

BAR_SECONDS = 1.5
ROUNDS = 5


def test_all_objects_of_a_cluster_in_one_call(capi_server: ApiServer) -> None:
    taken = []
    for number in range(ROUNDS):
        objects = rendered(f"perf-{number}")
        # A client per call, as each task has: loading the kubeconfig and the TLS handshakes are part of the price.
        began = time.perf_counter()
        kube = KubeClient.from_kubeconfig(capi_server.kubeconfig)
        result = apply_objects(objects, kube=kube, clock=SystemClock(), report=FakeReporter(), check_mode=False)
        taken.append(time.perf_counter() - began)
        assert len(result.actions) == len(objects)
    seconds = statistics.median(taken)
    figures.record("apply.objects_seconds", seconds, most=BAR_SECONDS)
    print(f"\n{len(objects)} objects: {seconds:.3f} s (median of {ROUNDS}), {kube.calls} requests")
    assert seconds < BAR_SECONDS
