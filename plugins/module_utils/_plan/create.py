# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""The creation of a self-managed cluster as ordered phases: which are done follows from what was observed, alone."""

from __future__ import annotations

import dataclasses
import enum
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config.model import ClusterConfig, MachineConfig
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError


class Presence(enum.Enum):
    """An object that controllers work on: not there, there but paused, there and worked on."""

    ABSENT = "absent"
    PAUSED = "paused"
    ACTIVE = "active"


WHOLE = frozenset({"delete", "resume"})
"""Phases of a move that begin when the target holds all that moves."""


@dataclasses.dataclass(frozen=True)
class Bootstrap:
    """The bootstrap cluster. ``silence`` says why it cannot be asked; the rest is then unknown and stays empty.

    ``unasked`` is why the container engine could not say whether there is one at all. ``journal`` is the phase of a
    move that is under way.
    """

    containers: tuple[str, ...] = ()
    unasked: EksaError | None = None
    silence: str = "there is none"
    kubeconfig_file: bool = False
    journal: str = ""
    cluster: Presence = Presence.ABSENT
    missing_objects: tuple[str, ...] = ()
    missing_providers: tuple[str, ...] = ()
    missing_machines: str = "no machines yet"

    @property
    def answers(self) -> bool:
        """Whether its API could be asked."""
        return not self.silence


@dataclasses.dataclass(frozen=True)
class Workload:
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

    @property
    def answers(self) -> bool:
        """Whether its API could be asked."""
        return not self.silence


@dataclasses.dataclass(frozen=True)
class Observed:
    """One look at the machine, the bootstrap cluster and the cluster."""

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


@dataclasses.dataclass(frozen=True)
class Phase:
    """One phase; ``detail`` says in a few words what is missing, or nothing."""

    name: str
    done: bool
    detail: str = ""


@dataclasses.dataclass(frozen=True)
class PlannedMachine:
    """A virtual machine that creation makes. Cluster API chooses the end of the name."""

    name: str
    role: str
    template: str
    cpu: int
    memory_mib: int
    disk_gib: int
    datastore: str


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


_BUILDING = PHASES[: PHASES.index("networking")]


def phases(observed: Observed) -> tuple[Phase, ...]:
    """Every phase in order, done or not."""
    if observed.finished:
        return tuple(Phase(name, done=True) for name in PHASES)
    missing = {**_before_move(observed), **_after_move(observed)}
    return tuple(Phase(name, done=not missing[name], detail=missing[name]) for name in PHASES)


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
    eksa = {Presence.ABSENT: "Cluster object missing", Presence.PAUSED: "Cluster object paused", Presence.ACTIVE: ""}
    left = ", ".join(bootstrap.containers)
    return {
        "networking": unknown or workload.missing_network,
        "storage_class": unknown or workload.missing_storage_class,
        "workload_providers": unknown or ", ".join(workload.missing_providers),
        "moved": "" if observed.moved else unknown or _move_detail(observed),
        "eksa_components": unknown or workload.missing_definitions,
        "eksa_objects": unknown or eksa[workload.eksa_cluster],
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


def machines(config: ClusterConfig) -> tuple[PlannedMachine, ...]:
    """One entry per machine: control plane, etcd, workers."""
    etcd = config.external_etcd
    groups: list[tuple[str, str, int, MachineConfig | None]] = [
        (config.name, "control plane", config.control_plane.count, config.control_plane.machine),
        *([(f"{config.name}-etcd", "etcd", etcd.count, etcd.machine)] if etcd else []),
        *((f"{config.name}-{group.name}", "worker", group.count, group.machine) for group in config.workers),
    ]
    return tuple(
        _planned(f"{prefix}-*", role, machine) for prefix, role, count, machine in groups for _each in range(count)
    )


def _planned(name: str, role: str, machine: MachineConfig | None) -> PlannedMachine:
    if machine is None:
        # The docker provider: containers of the engine's own size.
        return PlannedMachine(name=name, role=role, template="", cpu=0, memory_mib=0, disk_gib=0, datastore="")
    return PlannedMachine(
        name=name,
        role=role,
        template=machine.template,
        cpu=machine.num_cpus,
        memory_mib=machine.memory_mib,
        disk_gib=machine.disk_gib,
        datastore=machine.datastore,
    )


def lines(
    config: ClusterConfig, remaining: t.Sequence[str], planned: t.Sequence[PlannedMachine], objects: t.Sequence[str]
) -> list[str]:
    """The plan for people."""
    if not remaining:
        return [f"Cluster {config.name} is complete: nothing to do"]
    shown = [f"Plan for cluster {config.name} ({config.provider}, Kubernetes {config.kubernetes_version})"]
    shown += ["  phases:", *(f"    {number}. {name}" for number, name in enumerate(remaining, start=1))]
    if "cluster_objects" not in remaining:
        return shown
    shown += ["  virtual machines:", *(f"    {_machine_line(machine)}" for machine in planned)]
    shown += ["  objects:", *(f"    {name}" for name in objects)] if objects else []
    return shown


def _machine_line(machine: PlannedMachine) -> str:
    if not machine.template:
        return f"{machine.name}  {machine.role}"
    disk = f"{machine.disk_gib} GiB disk" if machine.disk_gib else "disk of the template"
    size = f"{machine.cpu} CPU, {machine.memory_mib} MiB, {disk}"
    return f"{machine.name}  {machine.role}  {size}  template {machine.template}  datastore {machine.datastore}"


__all__ = (
    "PHASES",
    "Bootstrap",
    "Observed",
    "Phase",
    "PlannedMachine",
    "Presence",
    "Workload",
    "lines",
    "machines",
    "phases",
)
