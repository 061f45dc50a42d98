# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""See those who read credentials log in with the new ones, by what they let be seen.

The infrastructure provider keeps a condition of whether vCenter is available. It is taken back here, and the provider
sets it again once it has logged in, or says why it could not. The cloud provider and the CSI driver keep a session for
days, so they are started anew: the annotation on their pods names the version of the Secret that they began with.
"""

from __future__ import annotations

import dataclasses
import re
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ops.credentials_look import VSPHERE_CLUSTER, Managed
from ansible_collections.eks.anywhere.plugins.module_utils._ops.rollout import Waiting, is_rolled_out
from ansible_collections.eks.anywhere.plugins.module_utils._plan.credentials import Holder
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Clock, ControllerKube, Obj
from ansible_collections.eks.anywhere.plugins.module_utils._wait import Reason, Tick, until

AVAILABLE = "VCenterAvailable"
TAKEN_BACK = "CredentialsReplaced"
READ_FROM = "eks.anywhere/credentials-version"
"""Annotation on the pods of a workload: the version of the Secret that they were started for."""
_CLOUD_PROVIDERS = ("vsphere-cloud-controller-manager", "vsphere-cpi", "vsphere-cloud-provider")
_WORKLOADS = (("apps/v1", "DaemonSet"), ("apps/v1", "Deployment"))
_REFUSED = re.compile(
    r"incorrect user name or password|InvalidLogin|Login failure|Cannot complete login", re.IGNORECASE
)
_AT_WORK = re.compile(r"Found node \S+ as vm=")
_RACES = 5
SILENT_SECONDS = 30.0
"""A workload that says nothing is believed after this time: one of its pods leads, and it may take a while to begin."""


@dataclasses.dataclass(frozen=True)
class Proof:
    """Who was seen to use the new credentials, and by what."""

    site: str
    reader: str
    evidence: str

    def as_dict(self) -> dict[str, str]:
        """Shape of the result."""
        return dataclasses.asdict(self)


class Reader(t.Protocol):
    """One who logs in."""

    @property
    def site(self) -> str:
        """The cluster that it works for."""

    @property
    def title(self) -> str:
        """Kind and name."""

    def begin(self) -> None:
        """Have it log in anew."""

    def look(self) -> tuple[str, str]:
        """Evidence that it did, and else what it waits for; raises when vCenter refused it."""


class Provider:
    """The infrastructure provider, for one VSphereCluster."""

    def __init__(self, cluster: Managed, *, kube: ControllerKube, now: t.Callable[[], str]) -> None:
        self._cluster = cluster
        self._kube = kube
        self._now = now

    @property
    def site(self) -> str:
        """The cluster that it works for."""
        return self._cluster.name

    @property
    def title(self) -> str:
        """Kind and name."""
        return f"VSphereCluster {self._cluster.infrastructure['metadata']['name']}"

    def begin(self) -> None:
        """Take the condition back; the provider sees that as a change and looks again, with what the Secret holds."""
        for left in reversed(range(_RACES)):
            try:
                self._take_back(self._there())
                return
            except EksaError as exc:
                if not left or exc.code != "kube.conflict":
                    raise

    def look(self) -> tuple[str, str]:
        """See ``Reader``."""
        found = next((one for one in _conditions(self._there()) if one.get("type") == AVAILABLE), {})
        message = str(found.get("message") or "")
        if found.get("status") == "True":
            return f"the provider set {AVAILABLE} anew after it logged in", ""
        if found.get("reason") == TAKEN_BACK or not found:
            return "", "the provider has not looked yet"
        if _REFUSED.search(message):
            raise refused(self, message)
        return "", message or str(found.get("reason"))

    def _there(self) -> Obj:
        name, namespace = (self._cluster.infrastructure["metadata"][key] for key in ("name", "namespace"))
        found = self._kube.get(**VSPHERE_CLUSTER, name=name, namespace=namespace)
        if found is None:
            raise EksaError(f"{self.title} is gone.", code="kube.not_found", hint="Run again.")
        return found

    def _take_back(self, obj: Obj) -> None:
        condition = {
            "type": AVAILABLE,
            "status": "Unknown",
            "reason": TAKEN_BACK,
            "message": "nobody has logged in with the new credentials yet",
            "lastTransitionTime": self._now(),
        }
        others = [one for one in _conditions(obj) if one.get("type") != AVAILABLE]
        patch = {
            "metadata": {"resourceVersion": obj["metadata"]["resourceVersion"]},
            "status": {"conditions": [condition, *others]},
        }
        name, namespace = obj["metadata"]["name"], obj["metadata"]["namespace"]
        self._kube.merge_status(**VSPHERE_CLUSTER, name=name, namespace=namespace, patch=patch)


class Pods:
    """A workload that reads a Secret, the cloud provider or the CSI driver."""

    def __init__(self, holder: Holder, workload: Obj, *, kube: ControllerKube, clock: Clock) -> None:
        self._holder = holder
        self._workload = workload
        self._kube = kube
        self._clock = clock
        self._ready_since: float | None = None

    @property
    def site(self) -> str:
        """The cluster that it works for."""
        return self._holder.site

    @property
    def title(self) -> str:
        """Kind and name."""
        return f"{self._workload['kind']} {self._workload['metadata']['name']}"

    def begin(self) -> None:
        """Start it anew, unless its pods were started for the Secret as it is now."""
        secret = self._kube.get(
            api_version="v1", kind="Secret", name=self._holder.name, namespace=self._holder.namespace
        )
        version = str((secret or {}).get("metadata", {}).get("resourceVersion", ""))
        template = self._workload["spec"]["template"]
        if ((template.get("metadata") or {}).get("annotations") or {}).get(READ_FROM) == version:
            return
        patch = {"spec": {"template": {"metadata": {"annotations": {READ_FROM: version}}}}}
        self._workload = {**self._workload, **self._kube.merge(**self._where(), patch=patch)}

    def look(self) -> tuple[str, str]:
        """See ``Reader``."""
        there = self._kube.get(**self._where())
        if there is None or not is_rolled_out({**there, "kind": self._workload["kind"]}):
            self._ready_since = None
            return "", "its pods are still being started anew"
        if self._ready_since is None:
            self._ready_since = self._clock.now()
        logs = [
            self._kube.pod_log(name=pod["metadata"]["name"], namespace=_namespace(pod)) for pod in self._pods(there)
        ]
        if any(_AT_WORK.search(text) for text in logs):
            return "its pods were started anew, and their log tells of machines found in vCenter", ""
        # A cloud provider tries an empty login first and is refused once, by design, before it reads the Secret.
        refusals = [[line for line in text.splitlines() if _REFUSED.search(line)] for text in logs]
        said = next((lines[-1] for lines in refusals if len(lines) > 1), "")
        if said:
            return "", f"vCenter refuses it: {said.strip()}"
        if self._clock.now() - self._ready_since < SILENT_SECONDS:
            return "", "its pods are ready, none says that it logged in"
        return "its pods were started anew and are ready; none logs a refusal", ""

    def _where(self) -> dict[str, str]:
        metadata = self._workload["metadata"]
        return {
            "api_version": "apps/v1",
            "kind": self._workload["kind"],
            "name": metadata["name"],
            "namespace": metadata["namespace"],
        }

    def _pods(self, workload: Obj) -> list[Obj]:
        labels = ((workload["spec"].get("selector") or {}).get("matchLabels")) or {}
        found = self._kube.list(api_version="v1", kind="Pod", namespace=_namespace(workload))
        return [pod for pod in found if labels.items() <= (pod["metadata"].get("labels") or {}).items()]


def readers_inside(holder: Holder, *, kube: ControllerKube, clock: Clock) -> list[Pods]:
    """Workloads that read a Secret of their cluster: those that mount it, and the cloud provider, which asks for it."""
    found = [
        {"apiVersion": api, "kind": kind, **obj}
        for api, kind in _WORKLOADS
        for obj in kube.list(api_version=api, kind=kind, namespace=holder.namespace)
    ]
    return [Pods(holder, obj, kube=kube, clock=clock) for obj in found if _reads(obj, holder)]


def _reads(workload: Obj, holder: Holder) -> bool:
    volumes = ((workload["spec"].get("template") or {}).get("spec") or {}).get("volumes") or ()
    if any((volume.get("secret") or {}).get("secretName") == holder.name for volume in volumes):
        return True
    named = workload["metadata"]["name"] in _CLOUD_PROVIDERS
    return named and all(server for server, _pair in holder.pairs()) and "csi" not in holder.name


def wait(readers: t.Sequence[Reader], *, waiting: Waiting) -> list[Proof]:
    """Until each was seen to log in."""
    proofs: dict[int, Proof] = {}

    def tick() -> Tick:
        reasons: list[Reason] = []
        for number, reader in enumerate(readers):
            if number in proofs:
                continue
            evidence, missing = reader.look()
            if evidence:
                proofs[number] = Proof(reader.site, reader.title, evidence)
                waiting.report.line(f"  {reader.site}: {reader.title}: {evidence}")
            else:
                kind, _space, name = reader.title.partition(" ")
                reasons.append(Reason(kind, f"{name} of {reader.site}", missing))
        done = len(proofs) == len(readers)
        return Tick(done=done, state=f"{len(proofs)}/{len(readers)} logged in", reasons=tuple(reasons))

    until(
        tick,
        clock=waiting.clock,
        report=waiting.report,
        timeout_seconds=waiting.timeout_seconds,
        what="new credentials",
    )
    return [proofs[number] for number in sorted(proofs)]


def refused(reader: Reader, message: str) -> EksaError:
    """vCenter does not take the new pair from one reader although it took it from us; it must not try for long."""
    return EksaError(
        f"{reader.title} of {reader.site} is refused by vCenter: {message}.",
        code="credentials.refused",
        hint="Compare the vCenter that it names with the one the credentials are for.",
    )


def _conditions(obj: Obj) -> list[Obj]:
    return list((obj.get("status") or {}).get("conditions") or ())


def _namespace(obj: Obj) -> str:
    return str(obj["metadata"]["namespace"])


__all__ = ("AVAILABLE", "READ_FROM", "TAKEN_BACK", "Pods", "Proof", "Provider", "Reader", "readers_inside", "wait")
