# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""What the lab needs of a machine, checked before anything is built or started: one line per need that is not met."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from pathlib import Path

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError

GIB = 1024**3
BUILD_DISK_GIB = 25
RUN_DISK_GIB = 8
MEMORY_GIB = 7
_KERNEL_OPTIONS = ("overlay", "bpf", "cgroup", "cgroup2")


def unmet(*, cache: Path, warm: bool, ports: tuple[tuple[str, int], ...]) -> tuple[str, ...]:
    """What is missing, in words. ``ports`` are (address, port) that the lab will listen on."""
    needs = (_root(), _disk(cache, RUN_DISK_GIB if warm else BUILD_DISK_GIB), _memory(), _kernel(), _vxlan())
    return tuple(text for text in (*needs, *(_port(*port) for port in ports)) if text)


def require(*, cache: Path, warm: bool, ports: tuple[tuple[str, int], ...] = ()) -> None:
    """Raise ``lab.needs`` with all that is missing, in one line."""
    missing = unmet(cache=cache, warm=warm, ports=ports)
    if missing:
        raise EksaError(
            f"This machine cannot run the lab: {'; '.join(missing)}.",
            code="lab.needs",
            hint="Give it what is named, or run the lab on another machine.",
        )


def _root() -> str:
    return "" if os.geteuid() == 0 else f"it must be run as root, not as uid {os.geteuid()}"


def _disk(cache: Path, wanted: int) -> str:
    place = next(folder for folder in (cache, *cache.parents) if folder.exists())
    free = shutil.disk_usage(place).free / GIB
    return "" if free >= wanted else f"{place} has {free:.0f} GiB of free disk, {wanted} are needed"


def _memory() -> str:
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / GIB
    return "" if total >= MEMORY_GIB else f"it has {total:.0f} GiB of memory, {MEMORY_GIB} are needed"


def _kernel() -> str:
    known = Path("/proc/filesystems").read_text().split()
    missing = [name for name in _KERNEL_OPTIONS if name not in known and not _loads(name)]
    return f"the kernel lacks {', '.join(missing)}" if missing else ""


def _loads(module: str) -> bool:
    program = shutil.which("modprobe")
    if program is None:
        return False
    return subprocess.run([program, "-q", module], capture_output=True, check=False).returncode == 0


def _vxlan() -> str:
    # The pods' network of the lab is VXLAN: some kernels have no GENEVE, which is EKS Anywhere's default.
    if shutil.which("ip") is None:
        return "the command ip is missing (Debian package iproute2)"
    name = f"lab{os.getpid() % 100000}"
    made = subprocess.run(
        ["ip", "link", "add", name, "type", "vxlan", "id", "42", "dstport", "0"], capture_output=True, check=False
    )
    subprocess.run(["ip", "link", "del", name], capture_output=True, check=False)
    return "" if made.returncode == 0 else "the kernel has no VXLAN"


def _port(address: str, port: int) -> str:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as exc:
            return f"port {port} of {address} is taken ({exc.strerror})"
    return ""


__all__ = ("require", "unmet")
