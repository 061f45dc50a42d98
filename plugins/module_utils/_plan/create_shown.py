# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""A creation as people read it beforehand: the phases that remain, the machines, the objects."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config.model import ClusterConfig, MachineConfig


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


__all__ = ("PlannedMachine", "lines", "machines")
