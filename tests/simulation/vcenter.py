# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's vCenter simulator with machines that are records only."""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import json
import os
import select
import signal
import ssl
import subprocess
import typing as t
import urllib.request

import pytest
from pyVim.connect import Disconnect, SmartConnect

from ansible_collections.eks.anywhere.tests.simulation.servers import die_with_parent

START_SECONDS = 60.0
ADMIN = "administrator@vsphere.local"
READER = "reader@vsphere.local"
NOBODY = "nobody@vsphere.local"
PASSWORDS = {ADMIN: "pä$$ 'wörd' \"&<x>:{{", READER: "read only", NOBODY: "no access"}

_NUMBERS = itertools.count(1)


def own_address() -> str:
    """Where one more vCenter of this process can listen, beside those that are still there.

    A cloud provider's credentials cannot name a port, so each is on 443 of an address of its own.
    """
    number = os.getpid()
    return f"127.{number // 250 % 250 + 1}.{number % 250}.{next(_NUMBERS)}:443"


@dataclasses.dataclass
class Simulator:
    """One running simulator."""

    url: str
    thumbprint: str
    process: subprocess.Popen[str]

    @property
    def server(self) -> str:
        """Host and port, as a cluster config names a vCenter."""
        return self.url.removeprefix("https://").partition("/")[0].removesuffix(":443")

    @contextlib.contextmanager
    def connect(self) -> t.Iterator[t.Any]:
        """The content of the server, to an administrator."""
        host, _colon, port = self.server.partition(":")
        context = ssl._create_unverified_context()
        instance = SmartConnect(host=host, port=int(port or 443), user=ADMIN, pwd=PASSWORDS[ADMIN], sslContext=context)
        try:
            yield instance.RetrieveContent()
        finally:
            Disconnect(instance)

    def sessions(self) -> dict[str, int]:
        """Counts of ``open`` sessions, ``logins`` and ``refused`` logins of both APIs."""
        handlers = (
            urllib.request.HTTPSHandler(context=ssl._create_unverified_context()),
            urllib.request.ProxyHandler({}),
        )
        with urllib.request.build_opener(*handlers).open(f"https://{self.server}/lab/sessions", timeout=10) as answer:
            counts: dict[str, int] = json.load(answer)
        return counts


@contextlib.contextmanager
def simulator(
    program: str,
    *arguments: str,
    templates: str,
    listen: str = "127.0.0.1:0",
    plain: bool = True,
    within: t.Sequence[str] = (),
    patience_seconds: float = START_SECONDS,
) -> t.Iterator[Simulator]:
    """Start one and stop it again. ``templates`` is like ``name=os:ubuntu,eksdRelease:kubernetes-1-34-eks-9;...``.

    Its machines are records only, unless it is not ``plain``: then each is a container. ``within`` is what its command
    begins with, such as ``ip netns exec NAME``.
    """
    environ = {
        **os.environ,
        "VCSIM_PASSWORD": PASSWORDS[ADMIN],
        "VCSIM_READ_ONLY_PASSWORD": PASSWORDS[READER],
        "VCSIM_NO_ACCESS_PASSWORD": PASSWORDS[NOBODY],
    }
    command = [*within, program, *(["-plain"] if plain else []), "-listen", listen, "-templates", templates, *arguments]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environ,
        preexec_fn=die_with_parent,  # noqa: PLW1509 - it makes one system call and takes no lock
    )
    try:
        assert process.stdout is not None
        ready, _write, _error = select.select([process.stdout], [], [], patience_seconds)
        line = process.stdout.readline() if ready else ""
        if not line:
            what = f"said nothing within {patience_seconds:.0f} s" if not ready else "ended at once"
            pytest.fail(f"{program} {what}, listening on {listen}", pytrace=False)
        announced = json.loads(line)
        yield Simulator(url=announced["url"], thumbprint=announced["thumbprint"], process=process)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
