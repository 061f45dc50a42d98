# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults of the machinery: controllers that do not run, and what the real API server and controllers say then.

The manager's process is really gone, and a machine is asked for that it should make: a cluster at rest is ready without
it. What a kubelet says of its pod, and the Deployment controller of its replicas, is written here as they do.
"""

from __future__ import annotations

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.tests.faults_why.fault import Fault
from ansible_collections.eks.anywhere.tests.faults_why.inside import Inside, condition, waiting
from ansible_collections.eks.anywhere.tests.faults_why.site import GROUP, Site
from ansible_collections.eks.anywhere.tests.simulation.providers import PROVIDERS

SPACE, MANAGER, PROGRAM = "capv-system", "capv-controller-manager", "capv"
POD: Obj = {"metadata": {"name": f"{MANAGER}-broken", "namespace": SPACE}}
BACK_OFF = "back-off 5m0s restarting failed container=manager"
LAST = {"terminated": {"exitCode": 1, "reason": "Error", "message": "no matches for kind"}}


def _stop(site: Site, program: str = PROGRAM) -> None:
    site.management.providers.broken.add(program)
    site.wait(lambda: program not in site.management.providers.running())


def _start(site: Site) -> None:
    site.management.providers.broken.clear()
    site.wait(lambda: len(site.management.providers.running()) == len(PROVIDERS))


def _crash(site: Site) -> None:
    _stop(site)
    status = waiting("CrashLoopBackOff", BACK_OFF, restartCount=7, lastState=LAST)
    Inside(site.management.api).pod(POD["metadata"]["name"], namespace=SPACE, node="node", status=status)
    _report(site, available=0)
    _ask_for_machine(site)


def _recover(site: Site) -> None:
    Inside(site.management.api).remove(POD)
    _report(site, available=1)
    _start(site)
    _give_machine_up(site)


def _report(site: Site, *, available: int) -> None:
    """As the Deployment controller writes it."""
    deployment = {"metadata": {"name": MANAGER, "namespace": SPACE}}
    counts = {"replicas": 1, "readyReplicas": available, "availableReplicas": available}
    conditions = [condition("Available", "True" if available else "False", reason="MinimumReplicas")]
    site.management.api.patch_status(deployment, "apis/apps/v1:deployments", {**counts, "conditions": conditions})


def _switch_off(site: Site) -> None:
    _scale(site, 0)
    site.wait(lambda: PROGRAM not in site.management.providers.running())
    _ask_for_machine(site)


def _switch_on(site: Site) -> None:
    _scale(site, 1)
    _start(site)
    _give_machine_up(site)


def _scale(site: Site, replicas: int) -> None:
    patch = {"spec": {"replicas": replicas}}
    site.kube.merge(api_version="apps/v1", kind="Deployment", name=MANAGER, namespace=SPACE, patch=patch)


def _refuse_connections(site: Site) -> None:
    """The real API server finds nobody at the webhook, and the real controllers write down what it answers."""
    _stop(site)
    template = next(obj for obj in site.objects() if obj["kind"] == "VSphereMachineTemplate")
    with pytest.raises(EksaError) as refused:
        site.kube.apply(template)
    assert refused.value.code == "kube.webhook_unavailable", refused.value
    assert "connection refused" in refused.value.message
    _ask_for_machine(site)


def _accept_connections(site: Site) -> None:
    _start(site)
    _give_machine_up(site)


def _ask_for_machine(site: Site) -> None:
    site.patch("MachineDeployment", GROUP, {"spec": {"replicas": 2}})


def _give_machine_up(site: Site) -> None:
    site.patch("MachineDeployment", GROUP, {"spec": {"replicas": 1}})
    site.wait(lambda: len(site.machines()) == 2)


FAULTS = (
    Fault(
        "provider keeps crashing",
        inject=_crash,
        heal=_recover,
        code="why.provider_crash_loop",
        words=(MANAGER, "keeps crashing", "no matches for kind"),
    ),
    Fault(
        "provider scaled to zero",
        inject=_switch_off,
        heal=_switch_on,
        code="why.provider_scaled_down",
        words=(MANAGER, "scaled to zero"),
    ),
    Fault(
        "webhook refuses connections",
        inject=_refuse_connections,
        heal=_accept_connections,
        code="why.webhook_not_ready",
        words=("webhook",),
    ),
)

__all__ = ("FAULTS",)
