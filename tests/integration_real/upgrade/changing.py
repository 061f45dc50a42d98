# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cluster whose machines are rolled by the real controllers."""

from __future__ import annotations

import copy
import dataclasses
import threading
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ops.upgrade_info_ask import Question, ask
from ansible_collections.eks.anywhere.plugins.module_utils._plan.machines import dig
from ansible_collections.eks.anywhere.plugins.module_utils._plan.upgrade_machines import (
    outdated,
)
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.tests.faults_why.site import GROUP, KEPT_UNTIL, MADE_OF, NAME, PAUSE_SECONDS, Site
from ansible_collections.eks.anywhere.tests.simulation.clusters import NAMESPACE, machines

INFRASTRUCTURE = "infrastructure.cluster.x-k8s.io/v1beta1"
HELD = (
    Question("cluster.x-k8s.io/v1beta2", "Cluster", NAMESPACE),
    Question("cluster.x-k8s.io/v1beta2", "MachineDeployment", NAMESPACE),
    Question("cluster.x-k8s.io/v1beta2", "MachineHealthCheck", NAMESPACE),
    Question("controlplane.cluster.x-k8s.io/v1beta2", "KubeadmControlPlane", NAMESPACE),
    Question("bootstrap.cluster.x-k8s.io/v1beta2", "KubeadmConfigTemplate", NAMESPACE),
    Question(INFRASTRUCTURE, "VSphereMachineTemplate", NAMESPACE),
)
MACHINES = (
    Question("cluster.x-k8s.io/v1beta2", "Machine", NAMESPACE),
    Question("cluster.x-k8s.io/v1beta2", "MachineSet", NAMESPACE),
    Question(INFRASTRUCTURE, "VSphereVM", NAMESPACE),
    Question(INFRASTRUCTURE, "VSphereMachine", NAMESPACE),
)


@dataclasses.dataclass
class Changing:
    """The cluster of a site, and what it is wanted to be."""

    site: Site
    wanted: list[Obj] = dataclasses.field(default_factory=list)

    def __post_init__(self) -> None:
        """As it was made."""
        self.wanted = [obj for obj in self.site.objects() if obj["kind"] != "Secret"]

    def change(self, kind: str, name: str, place: tuple[str, ...], value: t.Any) -> None:
        """Another value somewhere; ``name`` is that of the rendering."""
        target = next(obj for obj in self.wanted if (obj["kind"], obj["metadata"]["name"]) == (kind, name))
        for step in place[:-1]:
            target = target[step]
        target[place[-1]] = value

    def add_group(self, name: str) -> None:
        """A further group of one worker, as the first one."""
        for obj in [obj for obj in self.wanted if obj["kind"] in MADE_OF and obj["metadata"]["name"].startswith(GROUP)]:
            text = copy.deepcopy(obj)
            text["metadata"]["name"] = obj["metadata"]["name"].replace(GROUP, f"{NAME}-{name}")
            if obj["kind"] == "MachineDeployment":
                inner = text["spec"]["template"]["spec"]
                inner["bootstrap"]["configRef"]["name"] = inner["infrastructureRef"]["name"] = f"{NAME}-{name}-1"
                text["spec"]["replicas"] = 1
            self.wanted.append(text)

    def remove_group(self, name: str) -> None:
        """The config does not have it any more."""
        self.wanted = [obj for obj in self.wanted if not obj["metadata"]["name"].startswith(f"{NAME}-{name}")]

    def uuids(self) -> set[str]:
        """UUIDs of all virtual machines in vCenter."""
        with self.site.vcenter.connect() as content:
            return {machine.uuid for machine in machines(content)}

    def is_at_rest(self) -> bool:
        """Whether the controllers have done all that is asked of them."""
        held = [obj for obj in ask(self.site.kube, HELD) if dig(obj, ("spec", "replicas")) is not None]
        there = ask(self.site.kube, MACHINES[:1])
        counted = sum(int(obj["spec"]["replicas"]) for obj in held)
        seen = all(dig(obj, ("status", "observedGeneration")) == obj["metadata"]["generation"] for obj in held)
        settled_ones = [
            one
            for one in there
            if not one["metadata"].get("deletionTimestamp") and not outdated(one) and dig(one, ("status", "nodeRef"))
        ]
        return seen and len(there) == len(settled_ones) == counted == len(self.uuids())


class Hands:
    """What kubelets of new machines would show, as long as machines are rolled."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._tend, daemon=True)

    def __enter__(self) -> t.Self:
        self._thread.start()
        return self

    def __exit__(self, *_raised: object) -> None:
        self._stop.set()
        self._thread.join()

    def _tend(self) -> None:
        while not self._stop.wait(PAUSE_SECONDS):
            try:
                self._show()
            except (EksaError, KeyError, OSError):
                continue  # a machine or node was on its way in or out

    def _show(self) -> None:
        inside = self._site.inside
        shown = inside.kube.list(api_version="v1", kind="Pod", namespace="kube-system")
        nodes = {node["metadata"]["name"] for node in inside.nodes(workers=False)}
        if nodes - {dig(pod, ("spec", "nodeName")) for pod in shown}:
            inside.show_static_pods()
            self._site.date_certificates(KEPT_UNTIL)


__all__ = ("Changing", "Hands")
