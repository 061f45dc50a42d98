# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Network namespaces, each with a loopback and nothing else."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import pathlib
import signal
import subprocess
import time
import typing as t

import pytest

from ansible_collections.eks.anywhere.tests.simulation.servers import die_with_parent

GONE_SECONDS = 10.0


@dataclasses.dataclass(frozen=True)
class Namespace:
    """One network namespace, by the name that ``ip netns`` knows."""

    name: str

    @property
    def within(self) -> tuple[str, ...]:
        """What a command begins with to run inside."""
        return ("ip", "netns", "exec", self.name)

    def run(self, *command: str) -> str:
        """Standard output of a command that has to end well."""
        return subprocess.run([*self.within, *command], check=True, capture_output=True, text=True).stdout

    def start(
        self, *command: str, log: pathlib.Path, environ: t.Mapping[str, str] | None = None
    ) -> subprocess.Popen[bytes]:
        """Start a server inside. It becomes the command itself, and ends with the thread that calls this."""
        with log.open("ab") as stream:
            return subprocess.Popen(
                [*self.within, *command],
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(environ or {})},
                preexec_fn=die_with_parent,  # noqa: PLW1509 - it makes one system call and takes no lock
            )

    def pids(self) -> frozenset[int]:
        """All processes inside, those too that made sessions of their own."""
        listed = subprocess.run(["ip", "netns", "pids", self.name], check=True, capture_output=True, text=True).stdout
        return frozenset(map(int, listed.split()))

    def kill(self, *, spared: t.Collection[int] = ()) -> int:
        """SIGKILL for all that runs inside, as a power cut; how many processes that were."""
        doomed: set[int] = set()
        # First none of them may go on when it sees another end; what was born while they were stopped is stopped next.
        while born := self.pids() - doomed - frozenset(spared):
            _signal(born, signal.SIGSTOP)
            doomed |= born
        _signal(doomed, signal.SIGKILL)
        until = time.monotonic() + GONE_SECONDS
        # A child of ours that was not waited for is still listed.
        while any(_lives(pid) for pid in doomed) and time.monotonic() < until:
            time.sleep(0.02)
        return len(doomed)


def _signal(pids: t.Collection[int], number: signal.Signals) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def _lives(pid: int) -> bool:
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@contextlib.contextmanager
def namespace(name: str) -> t.Iterator[Namespace]:
    """Make one; in the end kill what is in it, and remove it."""
    if os.geteuid() != 0:
        pytest.fail("network namespaces need root", pytrace=False)
    made = Namespace(f"eksa-mesh-{os.getpid()}-{name}")
    subprocess.run(["ip", "netns", "add", made.name], check=True)
    try:
        subprocess.run(["ip", "-n", made.name, "link", "set", "lo", "up"], check=True)
        yield made
    finally:
        made.kill()
        subprocess.run(["ip", "netns", "del", made.name], check=True)


__all__ = ("Namespace", "namespace")
