# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A wait for a cluster that cannot come up ends with the reason, and in time."""

from __future__ import annotations

import pathlib
import time
import typing as t

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._wait.driver import HOPELESS_SECONDS
from ansible_collections.eks.anywhere.plugins.modules import capi_wait
from ansible_collections.eks.anywhere.tests.faults_why.site import Site, call
from ansible_collections.eks.anywhere.tests.simulation.clusters import NAMESPACE, Cluster
from ansible_collections.eks.anywhere.tests.simulation.servers import ApiServer
from ansible_collections.eks.anywhere.tests.simulation.world import CORE
from ansible_collections.eks.anywhere.tests.tools import figures

DOOMED = "w2"
TEMPLATE = "/DC0/vm/Templates/gone"
SECONDS = 10
LOOK_SECONDS = 15.0
"""One look at everything, on a busy machine."""


@pytest.fixture
def doomed(well_site: Site, tmp_path: pathlib.Path) -> t.Iterator[Site]:
    """Beside the cluster that is well another one, the template of whose control plane does not exist."""
    other = Cluster(DOOMED, ApiServer(name=DOOMED, home=tmp_path))
    objects = other.objects(well_site.vcenter)
    for obj in objects:
        if obj["kind"] == "VSphereMachineTemplate":
            obj["spec"]["template"]["spec"]["template"] = TEMPLATE
    well_site.management.apply(objects)
    yield well_site
    well_site.kube.delete(api_version=CORE, kind="Cluster", name=DOOMED, namespace=NAMESPACE)
    well_site.wait(lambda: well_site.cluster_named(DOOMED) is None)


def test_a_wait_ends_with_the_reason(doomed: Site) -> None:
    """First when time is up; then, with time enough, a minute after the reason is known."""
    error, seconds = _waited(doomed, timeout_seconds=SECONDS)
    assert error.code == "wait.timeout"
    assert error.details["why"] in ("why.template_missing", "why.in_progress")
    assert SECONDS <= seconds < SECONDS + LOOK_SECONDS
    assert "none of the objects says why" not in error.message

    error, seconds = _waited(doomed, timeout_seconds=1800)
    assert error.code == "why.template_missing"
    assert TEMPLATE in error.message
    assert "control plane machine" in error.message
    figures.record("why.wait_ends_seconds", seconds, most=HOPELESS_SECONDS + 2 * LOOK_SECONDS)
    assert HOPELESS_SECONDS <= seconds < HOPELESS_SECONDS + 2 * LOOK_SECONDS


def _waited(site: Site, *, timeout_seconds: int) -> tuple[EksaError, float]:
    params = {"kubeconfig": site.management.api.kubeconfig, "name": DOOMED, "until": "control_plane"}
    began = time.monotonic()
    with pytest.raises(EksaError) as caught:
        call(capi_wait, {**params, "timeout_seconds": timeout_seconds})
    return caught.value, time.monotonic() - began
