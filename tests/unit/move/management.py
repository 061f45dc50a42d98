# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""A management cluster in memory: providers whose pods serve webhooks, come and go with time, and look at clusters."""

from __future__ import annotations

import dataclasses
import functools
import threading
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.tests.unit.fakes import FakeKube, Fuse, Killed, object_id

PROVIDERS = {"capi-system": "capi-controller-manager", "capv-system": "capv-controller-manager"}
STOP_SECONDS = 3.0
"""A pod that is being deleted works on for so long."""
START_SECONDS = 5.0
"""A pod serves its webhook so long after it was asked for."""
READY = {
    "initialization": {"infrastructureProvisioned": True, "controlPlaneInitialized": True},
    "conditions": [{"type": "ControlPlaneInitialized", "status": "True"}],
}


@dataclasses.dataclass
class Mortal(Fuse):
    """A fuse of a process with threads: once it is dead no thread of it does anything any more."""

    dead: bool = False

    def write(self) -> None:
        """A write is about to happen."""
        self.check()
        try:
            super().write()
        except Killed:
            self.dead = True
            raise

    def check(self) -> None:
        """Nothing of a dead process goes on."""
        if self.dead:
            raise Killed

    def revive(self) -> None:
        """A new process."""
        self.dead, self.kill_at = False, None


@dataclasses.dataclass
class Trouble:
    """An error instead of the answer to call number ``at``; ``late``: the server did what was asked all the same."""

    at: int
    code: str
    late: bool = False
    times: int = 1
    calls: int = 0
    given: int = 0

    def due(self) -> bool:
        """Whether this call is the one."""
        self.calls += 1
        if not self.at <= self.calls < self.at + self.times:
            return False
        self.given += 1
        return True

    def error(self) -> EksaError:
        """What comes instead."""
        return EksaError(f"API server did not like it ({self.code}).", code=self.code, hint="Try again.")


class Management(FakeKube):
    """One management cluster. ``lock`` is shared by both sides of a move: each call happens at one moment.

    Controllers that are not ``diligent`` leave every status as it is.
    """

    def __init__(self, name: str, *, fuse: Mortal, lock: threading.RLock) -> None:
        super().__init__(name, fuse=fuse)
        self.mortal = fuse
        self.lock = lock
        self.trouble: Trouble | None = None
        self.now = 0.0
        self.serving: dict[str, float] = {}
        self.stopping: dict[str, float] = {}
        self.refusals: list[str] = []
        self.diligent = True

    def get(self, **where: t.Any) -> Obj | None:
        """See the port."""
        return self._call(functools.partial(super().get, **where))

    def list(self, **where: t.Any) -> list[Obj]:
        """See the port."""
        return self._call(functools.partial(super().list, **where))

    def apply(self, obj: Obj, *, dry_run: bool = False) -> Obj:
        """See the port."""
        return self._call(lambda: FakeKube.apply(self, obj, dry_run=dry_run), group=_group(obj["apiVersion"]))

    def create(self, obj: Obj) -> Obj:
        """See the port."""
        return self._call(lambda: FakeKube.create(self, obj), group=_group(obj["apiVersion"]))

    def merge(self, **where: t.Any) -> Obj:
        """See the port; a change of the specification is a new generation."""
        plain = functools.partial(super().merge, **where)

        def merge() -> Obj:
            merged = plain()
            stored = self.objects.get(object_id(merged))
            if stored is not None and "spec" in where["patch"]:
                stored["metadata"]["generation"] = stored["metadata"].get("generation", 1) + 1
            return merged

        return self._call(merge, group=_group(where["api_version"]))

    def delete(self, **where: t.Any) -> bool:
        """See the port."""
        return self._call(functools.partial(super().delete, **where), group=_group(where["api_version"]))

    def add_deployments(self) -> None:
        """The providers' controllers, one pod each, and cert-manager, which is none."""
        for namespace, name in (*PROVIDERS.items(), ("cert-manager", "cert-manager")):
            labels = {} if namespace == "cert-manager" else {"cluster.x-k8s.io/provider": name}
            self.seed(
                {
                    "apiVersion": "apps/v1",
                    "kind": "Deployment",
                    "metadata": {"name": name, "namespace": namespace, "labels": labels, "generation": 1},
                    "spec": {"replicas": 1, "selector": {"matchLabels": {"control-plane": name}}},
                    "status": {"observedGeneration": 1, "replicas": 1, "availableReplicas": 1},
                }
            )
            self._pod(namespace, name)

    def pass_time(self, seconds: float) -> None:
        """Pods end and begin, running controllers look at what is not paused."""
        with self.lock:
            self.now += seconds
            for namespace, name in PROVIDERS.items():
                deployment = self.objects.get(("apps", "Deployment", namespace, name))
                if deployment is not None:
                    self._tend(deployment, namespace=namespace, name=name)
            if self.diligent and self.is_served("cluster.x-k8s.io"):
                self._reconcile()

    def is_served(self, group: str) -> bool:
        """Whether the webhooks of a group have a pod behind them; without any Deployment nobody asks."""
        name = _provider(group)
        deployment = self.objects.get(("apps", "Deployment", *name))
        return deployment is None or bool(deployment["status"].get("availableReplicas"))

    def _tend(self, deployment: Obj, *, namespace: str, name: str) -> None:
        pod = ("", "Pod", namespace, f"{name}-pod")
        wanted = deployment["spec"]["replicas"]
        status = deployment["status"]
        if not wanted and pod in self.objects:
            status.pop("availableReplicas", None)
            status["replicas"] = 0
            gone = self.stopping.setdefault(name, self.now) + STOP_SECONDS <= self.now
            if gone:
                del self.objects[pod], self.stopping[name]
        if wanted and not status.get("availableReplicas"):
            status["replicas"] = wanted
            if self.serving.setdefault(name, self.now) + START_SECONDS <= self.now:
                status["availableReplicas"] = wanted
                del self.serving[name]
                self._pod(namespace, name)
        status["observedGeneration"] = deployment["metadata"].get("generation", 1)

    def _reconcile(self) -> None:
        """What the controllers derive anew, as far as a move asks for it."""
        clusters = {key[2:]: obj for key, obj in self.objects.items() if key[1] == "Cluster"}
        for (_group_name, kind, namespace, name), obj in self.objects.items():
            if kind not in ("Cluster", "Machine", "MachineSet", "MachineDeployment", "KubeadmControlPlane"):
                continue
            owner = name if kind == "Cluster" else name.split("-", maxsplit=1)[0]
            if clusters.get((namespace, owner), {"spec": {}})["spec"].get("paused"):
                continue
            status = obj.setdefault("status", {})
            status["observedGeneration"] = obj["metadata"].get("generation", 1)
            status.update(READY if kind == "Cluster" else {"nodeRef": {"name": name}} if kind == "Machine" else {})

    def _pod(self, namespace: str, name: str) -> None:
        metadata = {"name": f"{name}-pod", "namespace": namespace, "labels": {"control-plane": name}}
        self.seed({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "status": {"phase": "Running"}})

    T = t.TypeVar("T")

    def _call(self, do: t.Callable[[], T], *, group: str = "") -> T:
        with self.lock:
            self.mortal.check()
            due = self.trouble is not None and self.trouble.due()
            if due and self.trouble is not None and not self.trouble.late:
                raise self.trouble.error()
            if group.endswith("cluster.x-k8s.io") and not self.is_served(group):
                self.refusals.append(group)
                raise EksaError("failed calling webhook: no endpoints.", code="kube.webhook_unavailable", hint="Wait.")
            answer = do()
            if due and self.trouble is not None:
                raise self.trouble.error()
            return answer


def _group(api_version: str) -> str:
    return api_version.rpartition("/")[0]


def _provider(group: str) -> tuple[str, str]:
    namespace = "capv-system" if group.startswith("infrastructure.") else "capi-system"
    return namespace, PROVIDERS[namespace]
