# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""What the upgrade of a cluster takes, told from its config alone: machines, room, and how long each phase lasts.

All machines of all parts are taken to be replaced, one after the other, as a minor version of Kubernetes does it.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config.model import ClusterConfig, MachineConfig, Rollout

Values = dict[str, t.Any]

ETCD = "etcd"
CONTROL_PLANE = "control_plane"
WORKERS = "workers"


@dataclasses.dataclass(frozen=True)
class Part:
    """Machines of one size. ``surge`` is how many there are beyond ``count`` meanwhile."""

    name: str
    count: int
    surge: int
    machine: MachineConfig | None

    @property
    def room(self) -> dict[str, int]:
        """What it takes beyond now."""
        if self.machine is None:
            return {"vms": self.surge}
        return {
            "vms": self.surge,
            "cpus": self.surge * self.machine.num_cpus,
            "memory_mib": self.surge * self.machine.memory_mib,
            "disk_gib": self.surge * self.machine.disk_gib,
            "addresses": self.surge * max(1, len(self.machine.networks)),
        }


def parts(config: ClusterConfig) -> tuple[Part, ...]:
    """In the order in which an upgrade replaces them."""
    etcd, plane = config.external_etcd, config.control_plane
    return (
        *([Part(ETCD, etcd.count, 1, etcd.machine)] if etcd else []),
        Part(CONTROL_PLANE, plane.count, _surge(plane.rollout), plane.machine),
        *(
            Part(f"{WORKERS}/{group.name}", group.count, _surge(group.rollout), group.machine)
            for group in config.workers
        ),
    )


def _surge(rollout: Rollout | None) -> int:
    return rollout.max_surge if rollout else 1


def look(name: str, found: t.Sequence[Part], *, seconds: float) -> Values:
    """A cluster with everything left to do, in the shape that ``cluster_upgrade_info`` returns."""
    rooms = [part.room for part in found]
    kinds = dict.fromkeys(kind for room in rooms for kind in room)
    return {
        "remaining": [part.name for part in found],
        "machines_replaced": [
            {"machine": f"{name} {part.name} {number}"} for part in found for number in range(1, part.count + 1)
        ],
        "surge": {kind: max(room.get(kind, 0) for room in rooms) for kind in kinds},
        "expected_seconds": round(seconds),
    }


def marks(found: t.Sequence[Part], *, began: float, ended: float, whole: float) -> list[Values]:
    """Ends of the phases of a work that took ``whole`` seconds, or was over before; machines share the time evenly."""
    machines = sum(part.count for part in found) or 1
    at = began
    told: list[Values] = [{"name": "start", "at": began}]
    for part in found:
        at += whole * part.count / machines
        told += [{"name": part.name, "at": round(at)}] if round(at) <= ended else []
    return told


__all__ = ("Part", "look", "marks", "parts")
