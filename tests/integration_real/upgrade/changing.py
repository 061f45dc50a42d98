# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cluster whose machines are rolled by the real controllers, and the plan that is made before."""

from __future__ import annotations

import copy
import dataclasses
import threading
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ops.settling import Server, apply_settled
from ansible_collections.eks.anywhere.plugins.module_utils._ops.upgrade_info_ask import Question, ask
from ansible_collections.eks.anywhere.plugins.module_utils._plan import upgrade_parts
from ansible_collections.eks.anywhere.plugins.module_utils._plan.machines import by_name, dig
from ansible_collections.eks.anywhere.plugins.module_utils._plan.naming import settled
from ansible_collections.eks.anywhere.plugins.module_utils._plan.rolling import rolls
from ansible_collections.eks.anywhere.plugins.module_utils._plan.upgrade_leftovers import leftovers, still_used
from ansible_collections.eks.anywhere.plugins.module_utils._plan.upgrade_machines import (
    Affected,
    by_part,
    outdated,
    owned_vms,
)
from ansible_collections.eks.anywhere.plugins.module_utils._plan.upgrade_parts import Sides
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.plugins.module_utils._run.clock import SystemClock
from ansible_collections.eks.anywhere.tests.faults_why.site import GROUP, KEPT_UNTIL, MADE_OF, NAME, PAUSE_SECONDS, Site
from ansible_collections.eks.anywhere.tests.simulation.clusters import NAMESPACE, machines
from ansible_collections.eks.anywhere.tests.unit.fakes import FakeReporter

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


@dataclasses.dataclass(frozen=True)
class Foretold:
    """What a plan says beforehand: UUIDs of virtual machines that go."""

    replaced: tuple[Affected, ...]
    removed: tuple[Affected, ...]

    @property
    def going(self) -> set[str]:
        """All of them."""
        return {one.uuid for one in (*self.replaced, *self.removed)}


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

    def plan(self) -> Foretold:
        """By the objects, before anything is applied."""
        live = by_name(ask(self.site.kube, HELD))
        around = ask(self.site.kube, MACHINES)
        found = {
            kind: [obj for obj in around if obj["kind"] == kind] for kind in ("Machine", "MachineSet", "VSphereVM")
        }
        wanted = settled(self.wanted, live.values())
        sides = Sides(
            name=NAME,
            live=live,
            wanted=wanted,
            machines=by_part(found["Machine"], cluster=NAME),
            rolls=rolls(tuple(live.values()), wanted),
        )
        vms = owned_vms(found["VSphereVM"])
        return Foretold(
            upgrade_parts.replaced(sides, vms=vms, sets=found["MachineSet"]), upgrade_parts.removed(sides, vms=vms)
        )

    def apply(self) -> None:
        """What a run does: write what is wanted, and take away the groups that are gone."""
        server = Server(kube=self.site.kube, clock=SystemClock(), report=FakeReporter(), check_mode=False)
        apply_settled(self.wanted, server=server, rendered=True)
        for obj in self.leftovers():
            if obj["kind"] == "MachineDeployment":
                metadata = obj["metadata"]
                self.site.kube.delete(
                    api_version=obj["apiVersion"], kind=obj["kind"], name=metadata["name"], namespace=NAMESPACE
                )

    def leftovers(self) -> tuple[Obj, ...]:
        """What the plan would have removed."""
        live = ask(self.site.kube, HELD)
        return leftovers(live, settled(self.wanted, live), cluster=NAME)

    def still_used(self) -> list[str]:
        """Leftover templates that something refers to, though nothing is under way."""
        live = [*ask(self.site.kube, HELD), *ask(self.site.kube, MACHINES)]
        return [
            word for obj in self.leftovers() if "Template" in obj["kind"] for word in [still_used(obj, live)] if word
        ]

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


__all__ = ("Changing", "Foretold", "Hands")
