# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Can this machine's container engine carry a bootstrap cluster?"""

from __future__ import annotations

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ports import ContainerHost, Reporter

DOCKER_MAJOR = 20
DOCKER_MEMORY_BYTES = 6_200_000_000
DISK_FREE_BYTES = 4 << 30


def check_host(host: ContainerHost, report: Reporter) -> None:
    """The container engine can carry a bootstrap cluster; little memory is only worth a warning."""
    facts = host.facts()
    major = facts.version.split(".", 1)[0]
    if not major.isdigit() or int(major) < DOCKER_MAJOR:
        raise EksaError(
            f"Docker {facts.version or '(unknown version)'} is too old: {DOCKER_MAJOR}.x.x or above is needed.",
            code="host.docker_version",
            hint=f"Install Docker version {DOCKER_MAJOR}.x.x or above.",
            details={"seen": facts.version, "expected": f">= {DOCKER_MAJOR}"},
        )
    if facts.disk_free_bytes is not None and facts.disk_free_bytes < DISK_FREE_BYTES:
        raise EksaError(
            f"{facts.root_dir} has {_gib(facts.disk_free_bytes)} free, a bootstrap cluster needs "
            f"{_gib(DISK_FREE_BYTES)}.",
            code="host.disk_full",
            hint="Free disk space under docker's root, for instance with `docker system prune`.",
            details={"path": facts.root_dir, "free_bytes": facts.disk_free_bytes, "needed_bytes": DISK_FREE_BYTES},
        )
    if facts.memory_bytes < DOCKER_MEMORY_BYTES:
        report.line(
            f"Warning: docker has {_gib(facts.memory_bytes)} of memory; {_gib(DOCKER_MEMORY_BYTES)} are recommended"
        )


def _gib(size: int) -> str:
    return f"{size / (1 << 30):.1f} GiB"


__all__ = ("check_host",)
