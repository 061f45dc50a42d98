# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Who works on a cluster: the record of a run that others can read, and what a second run may conclude from it.

A holder of the same boot and the same space of process ids is judged by its processes alone: a killed run never locks
out the next one. What a process id means elsewhere nobody here can say, so there the time decides.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import json
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj

NAMESPACE = "kube-system"
"""Every API server has it from its first second on."""
LABELS = {"app.kubernetes.io/managed-by": "eks-anywhere", "app.kubernetes.io/component": "run-lease"}
_MICROTIME = "%Y-%m-%dT%H:%M:%S.%fZ"


@dataclasses.dataclass(frozen=True)
class Process:
    """A process. ``started`` tells it from a later one of the same number, ``realm`` says where the number counts."""

    pid: int
    started: str
    realm: str

    def __str__(self) -> str:
        return f"{self.pid}:{self.started}:{self.realm}"

    @classmethod
    def parsed(cls, text: str) -> Process:
        """The process that ``str`` wrote down; one of nowhere, which nobody can judge, out of anything else."""
        pid, _colon, rest = text.partition(":")
        started, _colon, realm = rest.partition(":")
        return cls(pid=int(pid) if pid.isdigit() else 0, started=started, realm=realm)


@dataclasses.dataclass(frozen=True)
class Holder:
    """A run: ``root@admin1`` and the process that is the whole of it."""

    who: str
    run: Process

    def __str__(self) -> str:
        return f"{self.who} {self.run}"

    @classmethod
    def parsed(cls, text: str) -> Holder:
        """The holder that ``str`` wrote down."""
        who, _space, run = text.rpartition(" ")
        return cls(who=who or text, run=Process.parsed(run))


@dataclasses.dataclass(frozen=True)
class Lease:
    """``step`` is the process of the task that runs now; ``servers`` are the kubeconfigs of the API servers that were
    told, the last time at ``served``.
    """

    holder: Holder
    acquired: dt.datetime
    renewed: dt.datetime
    seconds: int
    step: Process | None = None
    servers: tuple[str, ...] = ()
    served: dt.datetime | None = None

    @property
    def until(self) -> dt.datetime:
        """When it expires unless it is renewed."""
        return self.renewed + dt.timedelta(seconds=self.seconds)

    def is_due(self, servers: t.Sequence[str], *, now: dt.datetime) -> bool:
        """Whether API servers are to be told again: a third of the time is over, or there are others than before.

        After a clock was set back nobody knows how much of it is over.
        """
        third = dt.timedelta(seconds=self.seconds / 3)
        return self.served is None or tuple(servers) != self.servers or not dt.timedelta() <= now - self.served < third


class Verdict(enum.Enum):
    """What a lease means to a run that wants it."""

    FREE = "free"
    MINE = "mine"
    DEAD = "its run is dead"
    EXPIRED = "expired"
    ENDING = "its run is dead, the last step of it is not"
    HELD = "held"


@dataclasses.dataclass(frozen=True)
class Here:
    """This machine: its realm of process ids, and when a process of it was started, empty without one."""

    realm: str
    started: t.Callable[[int], str]

    def lives(self, process: Process | None) -> bool:
        """Whether a process is one of this machine, and there."""
        if process is None or not process.pid or process.realm != self.realm:
            return False
        return self.started(process.pid) == process.started


def judge(lease: Lease | None, me: Holder, *, now: dt.datetime, here: Here) -> Verdict:
    """What a lease means to ``me``."""
    if lease is None:
        return Verdict.FREE
    if lease.holder.run == me.run:
        return Verdict.MINE
    works = here.lives(lease.step)
    if lease.holder.run.realm != here.realm:
        return Verdict.HELD if works or now < lease.until else Verdict.EXPIRED
    if here.lives(lease.holder.run):
        return Verdict.HELD
    return Verdict.ENDING if works else Verdict.DEAD


def locked(name: str, lease: Lease, verdict: Verdict, *, now: dt.datetime) -> EksaError:
    """The refusal of a second run. A lease from the future would outlast the machine that it is of."""
    since, until = (f"{moment:%Y-%m-%d %H:%M:%S} UTC" for moment in (lease.acquired, lease.until))
    pid = lease.step.pid if verdict is Verdict.ENDING and lease.step else lease.holder.run.pid
    words = " The run is dead, a step of it is still at work." if verdict is Verdict.ENDING else ""
    hint = "Let that run end, then run again. The lease of a machine that is lost is taken over when it has expired."
    ahead = (lease.renewed - now).total_seconds()
    if ahead > lease.seconds:
        words += f" It was renewed {ahead:.0f} s from now: the clocks of the two machines differ, or one was set."
        hint = (
            f"Set the clocks. If that run is dead: kubectl -n {NAMESPACE} delete lease {object_name(name)}, "
            "in each cluster that this run can ask, then run again."
        )
    return EksaError(
        f"Another run works on cluster {name}: {lease.holder.who}, process {pid}, since {since}; "
        f"its lease lasts until {until} unless it is renewed.{words}",
        code="run.locked",
        hint=hint,
        details={"holder": lease.holder.who, "pid": pid, "since": since, "until": until},
    )


def lost(name: str, lease: Lease) -> EksaError:
    """Somebody else took over what this run held."""
    return EksaError(
        f"This run lost cluster {name} to another one: {lease.holder.who}, process {lease.holder.run.pid}.",
        code="run.lease_lost",
        hint="It was silent for longer than its lease lasts. Let the other run end, then run again.",
        details={"holder": lease.holder.who, "pid": lease.holder.run.pid},
    )


def text_of(lease: Lease) -> str:
    """The lock file."""
    document = {
        "holder": str(lease.holder),
        "acquired": lease.acquired.isoformat(),
        "renewed": lease.renewed.isoformat(),
        "seconds": lease.seconds,
        "step": str(lease.step) if lease.step else "",
        "servers": list(lease.servers),
        "served": lease.served.isoformat() if lease.served else "",
    }
    return json.dumps(document, indent=1) + "\n"


def from_text(text: str) -> Lease | None:
    """The lease in a lock file; None out of an empty one, or one that was cut while it was written."""
    try:
        document = json.loads(text)
        return Lease(
            holder=Holder.parsed(document["holder"]),
            acquired=dt.datetime.fromisoformat(document["acquired"]),
            renewed=dt.datetime.fromisoformat(document["renewed"]),
            seconds=int(document["seconds"]),
            step=Process.parsed(document["step"]) if document["step"] else None,
            servers=tuple(document["servers"]),
            served=dt.datetime.fromisoformat(document["served"]) if document["served"] else None,
        )
    except (KeyError, TypeError, ValueError):
        return None


def object_name(name: str) -> str:
    """Name of the Lease object of a cluster."""
    return f"eks-anywhere-{name}"


def rendered(name: str, lease: Lease) -> Obj:
    """The Lease object."""
    return {
        "apiVersion": "coordination.k8s.io/v1",
        "kind": "Lease",
        "metadata": {"name": object_name(name), "namespace": NAMESPACE, "labels": dict(LABELS)},
        "spec": {
            "holderIdentity": str(lease.holder),
            "acquireTime": lease.acquired.astimezone(dt.UTC).strftime(_MICROTIME),
            "renewTime": lease.renewed.astimezone(dt.UTC).strftime(_MICROTIME),
            "leaseDurationSeconds": lease.seconds,
        },
    }


def from_object(obj: Obj | None) -> Lease | None:
    """The lease that an object holds; None without a holder."""
    spec = (obj or {}).get("spec") or {}
    if not spec.get("holderIdentity"):
        return None
    renewed = _moment(spec.get("renewTime"))
    return Lease(
        holder=Holder.parsed(spec["holderIdentity"]),
        acquired=_moment(spec.get("acquireTime")) if spec.get("acquireTime") else renewed,
        renewed=renewed,
        seconds=int(spec.get("leaseDurationSeconds") or 0),
    )


def _moment(text: str | None) -> dt.datetime:
    """A time as an API server writes it; long ago where there is none."""
    return dt.datetime.fromisoformat(text) if text else dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


__all__ = (
    "NAMESPACE",
    "Here",
    "Holder",
    "Lease",
    "Process",
    "Verdict",
    "from_object",
    "from_text",
    "judge",
    "locked",
    "lost",
    "object_name",
    "rendered",
    "text_of",
)
