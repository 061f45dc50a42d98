# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults of the machinery: controllers that do not run, and what the real API server and controllers say then.

The manager's process is really gone. What a kubelet says of its pod, and the Deployment controller of its replicas, is
written here as they do.
"""

from __future__ import annotations

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.tests.faults_why.fault import Fault
from ansible_collections.eks.anywhere.tests.faults_why.inside import Inside, condition, waiting
from ansible_collections.eks.anywhere.tests.faults_why.site import GROUP, NAME, Site
from ansible_collections.eks.anywhere.tests.simulation.clusters import NAMESPACE

SPACE, MANAGER, PROGRAM = "capv-system", "capv-controller-manager", "capv"
POD = {"metadata": {"name": f"{MANAGER}-broken", "namespace": SPACE}}
BACK_OFF = "back-off 5m0s restarting failed container=manager"
LAST = {"terminated": {"exitCode": 1, "reason": "Error", "startedAt": None, "finishedAt": None, "message": ""}}
SICK = "* Machine {machine}:\n  * EtcdMemberHealthy: Etcd member reports alarms: NOSPACE"


def _stop_manager(site: Site) -> None:
    site.management.providers.broken.add(PROGRAM)
    site.wait(lambda: PROGRAM not in site.management.providers.running())
    _report(site, available=0)


def _start_manager(site: Site) -> None:
    _report(site, available=1)
    site.management.providers.broken.clear()
    site.wait(lambda: PROGRAM in site.management.providers.running())


def _report(site: Site, *, available: int) -> None:
    """As the Deployment controller writes it."""
    status = condition("Available", "True" if available else "False", reason="Tended")
    metadata = {"name": MANAGER, "namespace": SPACE}
    counts = {"replicas": 1, "readyReplicas": available, "availableReplicas": available}
    counts["unavailableReplicas"] = 1 - available
    site.management.api.patch_status(
        {"metadata": metadata}, "apis/apps/v1:deployments", {**counts, "conditions": [status]}
    )


def _crash(site: Site) -> None:
    _stop_manager(site)
    ended = {"lastState": {"terminated": {"exitCode": 1, "reason": "Error", "message": "no matches for kind"}}}
    status = waiting("CrashLoopBackOff", BACK_OFF, restartCount=7, **ended)
    Inside(site.management.api).pod(POD["metadata"]["name"], namespace=SPACE, node="node", status=status)


def _recover(site: Site) -> None:
    Inside(site.management.api).remove(POD)
    _start_manager(site)


def _scale(site: Site, replicas: int) -> None:
    site.kube.merge(
        api_version="apps/v1", kind="Deployment", name=MANAGER, namespace=SPACE, patch={"spec": {"replicas": replicas}}
    )


def _refuse_connections(site: Site) -> None:
    """The real API server finds nobody at the webhook, and the real controllers write down what it answers."""
    site.management.providers.broken.add(PROGRAM)
    site.wait(lambda: PROGRAM not in site.management.providers.running())
    with pytest.raises(EksaError) as refused:
        site.kube.apply(_template(site))
    assert refused.value.code == "kube.webhook_unavailable"
    assert "connection refused" in refused.value.message
    _workers(site, 2)


def _accept_connections(site: Site) -> None:
    _workers(site, 1)
    _start_manager(site)
    site.wait(lambda: len(site.machines()) == 2)


def _template(site: Site) -> Obj:
    return next(obj for obj in site.objects() if obj["kind"] == "VSphereMachineTemplate")


def _workers(site: Site, replicas: int) -> None:
    site.patch("MachineDeployment", GROUP, {"spec": {"replicas": replicas}})


FAULTS = (
    Fault(
        "provider keeps crashing",
        inject=_crash,
        heal=_recover,
        code="why.provider_crash_loop",
        words=(MANAGER, "keeps crashing", "no matches for kind"),
    ),
    Fault(
        "provider down",
        inject=_stop_manager,
        heal=_start_manager,
        code="why.provider_not_ready",
        words=(MANAGER,),
    ),
    Fault(
        "provider scaled to zero",
        inject=lambda site: _scale(site, 0),
        heal=lambda site: _scale(site, 1),
        code="why.provider_scaled_down",
        words=(MANAGER,),
    ),
    Fault(
        "webhook refuses connections",
        inject=_refuse_connections,
        heal=_accept_connections,
        code="why.webhook_not_ready",
    ),
)

__all__ = ("FAULTS",)
