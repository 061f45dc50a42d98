# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""The creation of a self-managed cluster as ordered phases: which are done follows from what was observed, alone.

That of a cluster which another one manages is in ``create_managed``; both are told by :func:`phases`.
"""

from __future__ import annotations

import dataclasses
import enum
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError


class Presence(enum.Enum):
    """An object that controllers work on: not there, there but paused, there and worked on."""

    ABSENT = "absent"
    PAUSED = "paused"
    ACTIVE = "active"


WHOLE = frozenset({"delete", "resume"})
"""Phases of a move that begin when the target holds all that moves."""


PHASES = (
    "bootstrap",
    "bootstrap_providers",
    "cluster_objects",
    "machines",
    "kubeconfig",
    "networking",
    "storage_class",
    "workload_providers",
    "moved",
    "eksa_components",
    "eksa_objects",
    "config_file",
    "bootstrap_deleted",
)
"""Of a cluster that manages itself."""
_BUILDING = PHASES[: PHASES.index("networking")]

NO_EKSA_OBJECTS: t.Mapping[Presence, str] = {
    Presence.ABSENT: "Cluster object missing",
    Presence.PAUSED: "Cluster object paused",
    Presence.ACTIVE: "",
}


@dataclasses.dataclass(frozen=True)
class Server:
    """A cluster that is asked. ``silence`` says why it cannot be: all else is then unknown, and stays as it is."""

    silence: str = ""

    @property
    def answers(self) -> bool:
        """Whether its API could be asked."""
        return not self.silence


@dataclasses.dataclass(frozen=True)
class Builder(Server):
    """The cluster whose controllers build another."""

    silence: str = "there is none"
    kubeconfig_file: bool = False
    cluster: Presence = Presence.ABSENT
    missing_objects: tuple[str, ...] = ()
    missing_providers: tuple[str, ...] = ()
    missing_machines: str = "no machines yet"


@dataclasses.dataclass(frozen=True)
class Bootstrap(Builder):
    """The bootstrap cluster. ``unasked`` is why the container engine could not say whether there is one at all;
    ``journal`` is the phase of a move that is under way.
    """

    containers: tuple[str, ...] = ()
    unasked: EksaError | None = None
    journal: str = ""


@dataclasses.dataclass(frozen=True)
class Workload(Server):
    """The cluster itself, asked through its kubeconfig file, or while there is none through what the bootstrap cluster
    keeps of it. ``missing_*`` are empty when nothing is missing; ``journal`` is the phase of a move that is under way.
    """

    kubeconfig_file: bool = False
    silence: str = "there is no kubeconfig file"
    journal: str = ""
    cluster: Presence = Presence.ABSENT
    eksa_cluster: Presence = Presence.ABSENT
    missing_network: str = "not looked at"
    missing_storage_class: str = "not looked at"
    missing_providers: tuple[str, ...] = ("not looked at",)
    missing_definitions: str = "not looked at"


@dataclasses.dataclass(frozen=True)
class Observed:
    """One look at the machine, the bootstrap cluster and the cluster."""

    names: t.ClassVar[tuple[str, ...]] = PHASES

    bootstrap: Bootstrap = Bootstrap()
    workload: Workload = Workload()
    config_file: bool = False

    @property
    def moving(self) -> bool:
        """Whether a move is under way or over: then the bootstrap cluster is no measure of what is to be built."""
        return bool(self.bootstrap.journal) or self.workload.cluster is not Presence.ABSENT

    @property
    def moved(self) -> bool:
        """Whether the cluster manages itself: its objects are worked on there and gone from the bootstrap cluster."""
        # Without a bootstrap cluster nobody can do what a journal may have left.
        under_way = self.bootstrap.containers and (self.bootstrap.journal or self.workload.journal)
        return self.workload.cluster is Presence.ACTIVE and self.bootstrap.cluster is Presence.ABSENT and not under_way

    @property
    def source_lost(self) -> bool:
        """Whether the bootstrap cluster was lost while it handed over, and the cluster holds everything that moves."""
        cut = self.workload.answers and self.workload.cluster is not Presence.ACTIVE
        return cut and not self.bootstrap.containers and self.workload.journal in WHOLE

    @property
    def endpoint_ours(self) -> bool:
        """Whether an answering control plane endpoint is to be expected: an earlier run came far enough for it."""
        cannot_say = bool(self.bootstrap.containers) and not self.bootstrap.answers
        return self.workload.kubeconfig_file or cannot_say or self.bootstrap.cluster is not Presence.ABSENT

    @property
    def finished(self) -> bool:
        """Whether nothing is left to do. The last steps alone decide it, so that a finished cluster is cheap to see.

        The files of a bootstrap cluster are removed after it, so without them no container engine needs to be asked.
        """
        gone = not self.bootstrap.kubeconfig_file if self.bootstrap.unasked else not self.bootstrap.containers
        return (
            self.workload.answers
            and self.moved
            and self.workload.eksa_cluster is Presence.ACTIVE
            and self.config_file
            and gone
        )

    def missing(self) -> dict[str, str]:
        """What is missing in each phase, in a few words; empty where nothing is."""
        return {**_before_move(self), **_after_move(self)}


@dataclasses.dataclass(frozen=True)
class Phase:
    """One phase; ``detail`` says in a few words what is missing, or nothing."""

    name: str
    done: bool
    detail: str = ""


class Standing(t.Protocol):
    """Where the creation of a cluster stands, of whatever kind the cluster is; ``names`` are its phases in order."""

    names: t.ClassVar[tuple[str, ...]]

    @property
    def finished(self) -> bool: ...

    @property
    def endpoint_ours(self) -> bool: ...

    @property
    def source_lost(self) -> bool: ...

    def missing(self) -> t.Mapping[str, str]: ...


def phases(standing: Standing) -> tuple[Phase, ...]:
    """Every phase in order, done or not."""
    if standing.finished:
        return tuple(Phase(name, done=True) for name in standing.names)
    missing = standing.missing()
    return tuple(Phase(name, done=not missing[name], detail=missing[name]) for name in standing.names)


def _before_move(observed: Observed) -> dict[str, str]:
    """What is missing in each phase up to machines that run; of what a move takes away only the way to ask."""
    bootstrap, workload = observed.bootstrap, observed.workload
    kubeconfig = workload.silence or ("" if workload.kubeconfig_file else "its file is missing")
    if observed.moved or observed.source_lost:
        return {**dict.fromkeys(_BUILDING, ""), "kubeconfig": kubeconfig}
    unknown = bootstrap.silence and f"bootstrap cluster: {bootstrap.silence}"
    askable = unknown or ("" if bootstrap.kubeconfig_file else "its kubeconfig file is missing")
    if observed.moving:
        return {**dict.fromkeys(_BUILDING, ""), "bootstrap": askable, "kubeconfig": kubeconfig}
    return {
        "bootstrap": askable,
        "bootstrap_providers": unknown or ", ".join(bootstrap.missing_providers),
        "cluster_objects": unknown or ", ".join(bootstrap.missing_objects),
        "machines": unknown or bootstrap.missing_machines,
        "kubeconfig": kubeconfig,
    }


def _after_move(observed: Observed) -> dict[str, str]:
    bootstrap, workload = observed.bootstrap, observed.workload
    unknown = workload.silence
    left = ", ".join(bootstrap.containers)
    return {
        "networking": unknown or workload.missing_network,
        "storage_class": unknown or workload.missing_storage_class,
        "workload_providers": unknown or ", ".join(workload.missing_providers),
        "moved": "" if observed.moved else unknown or _move_detail(observed),
        "eksa_components": unknown or workload.missing_definitions,
        "eksa_objects": unknown or NO_EKSA_OBJECTS[workload.eksa_cluster],
        "config_file": "" if observed.config_file else "not written",
        "bootstrap_deleted": left if left else "" if observed.moved else "not created yet",
    }


def _move_detail(observed: Observed) -> str:
    source, target = observed.bootstrap.cluster.value, observed.workload.cluster.value
    journal = observed.workload.journal or observed.bootstrap.journal
    if journal:
        return (
            f"the move stands in its phase {journal}; Cluster is {source} on the bootstrap cluster, {target} on its own"
        )
    return f"Cluster is {source} on the bootstrap cluster, {target} on the cluster itself"


__all__ = (
    "NO_EKSA_OBJECTS",
    "PHASES",
    "Bootstrap",
    "Builder",
    "Observed",
    "Phase",
    "Presence",
    "Server",
    "Standing",
    "Workload",
    "phases",
)
