# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Hold a cluster for one run: in its folder on this machine, and on each of its API servers that can be asked.

The file keeps two runs of one machine apart before there is any API server, the Lease objects those of two machines.
"""

from __future__ import annotations

import dataclasses
import posixpath
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError, MissingLibrary
from ansible_collections.eks.anywhere.plugins.module_utils._plan import lease as leases
from ansible_collections.eks.anywhere.plugins.module_utils._plan.lease import Here, Holder, Lease, Process, Verdict
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Clock, Files, Kube, Reporter
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result

LEASE = {"api_version": "coordination.k8s.io/v1", "kind": "Lease", "namespace": leases.NAMESPACE}
ENDING_SECONDS = 45.0
"""A step whose run was killed gives back what it borrowed: programs are stopped, sessions are closed."""
PAUSE_SECONDS = 0.5
RACES = 3

Change = t.Callable[[str], str]
"""Text of a lock file before -> after. Empty means that there is none."""


@dataclasses.dataclass(frozen=True)
class Ports:
    """``lock`` changes a lock file while nobody else can; ``connect`` makes a client of a kubeconfig file."""

    files: Files
    clock: Clock
    report: Reporter
    lock: t.Callable[[str, Change], None]
    here: Here
    connect: t.Callable[[str], Kube]


@dataclasses.dataclass(frozen=True)
class Wanted:
    """The cluster to hold; ``kubeconfigs`` are those of all its API servers, there or not. ``step`` is our process."""

    name: str
    folder: str
    kubeconfigs: tuple[str, ...]
    seconds: int
    me: Holder
    step: Process

    @property
    def path(self) -> str:
        """The lock file."""
        return posixpath.join(self.folder, "run.lock")


def take(wanted: Wanted, *, ports: Ports, check_mode: bool) -> Result:
    """Hold the cluster, or raise who does. A plan holds nothing."""
    if check_mode:
        return _result(wanted)
    _take_file(wanted, ports)
    try:
        _tell_servers(wanted, ports, _take_on)
    except BaseException:
        release(wanted, ports=ports, check_mode=False)
        raise
    return _result(wanted)


def renew(wanted: Wanted, *, ports: Ports, check_mode: bool) -> Result:
    """Go on holding what this run holds. Without a lock file there is nothing to renew."""
    held: list[Lease] = []

    def change(text: str) -> str:
        there = leases.from_text(text)
        if there is None:
            return text
        if there.holder.run != wanted.me.run:
            raise leases.lost(wanted.name, there)
        held.append(dataclasses.replace(there, renewed=ports.clock.today(), step=wanted.step))
        return leases.text_of(held[-1])

    if not check_mode:
        ports.lock(wanted.path, change)
        if held and held[-1].is_due(_there(wanted, ports.files), now=ports.clock.today()):
            _tell_servers(wanted, ports, _take_on)
    return _result(wanted)


def release(wanted: Wanted, *, ports: Ports, check_mode: bool) -> Result:
    """Hold it no more; what another run holds stays."""

    def change(text: str) -> str:
        there = leases.from_text(text)
        return "" if there is None or there.holder.run == wanted.me.run else text

    if not check_mode:
        # The file goes last: until then nobody on this machine begins.
        _ask_servers(wanted, ports, _release_on)
        ports.lock(wanted.path, change)
    return Result(data={"held": False})


def _take_file(wanted: Wanted, ports: Ports) -> None:
    end = ports.clock.now() + ENDING_SECONDS
    said = False
    while True:
        verdict = _try_file(wanted, ports, last=ports.clock.now() >= end)
        if verdict is not Verdict.ENDING:
            return
        if not said:
            ports.report.line(f"The last step of a killed run on cluster {wanted.name} is still ending: waiting for it")
            said = True
        ports.clock.sleep(PAUSE_SECONDS)


def _try_file(wanted: Wanted, ports: Ports, *, last: bool) -> Verdict:
    """Write the file unless somebody holds it, or will for a moment more."""
    verdict = Verdict.FREE

    def change(text: str) -> str:
        nonlocal verdict
        there = leases.from_text(text)
        verdict = leases.judge(there, wanted.me, now=ports.clock.today(), here=ports.here)
        if there and (verdict is Verdict.HELD or (last and verdict is Verdict.ENDING)):
            raise leases.locked(wanted.name, there, verdict, now=ports.clock.today())
        return text if verdict is Verdict.ENDING else leases.text_of(_fresh(wanted, ports, there, verdict))

    ports.lock(wanted.path, change)
    return verdict


def _fresh(wanted: Wanted, ports: Ports, there: Lease | None, verdict: Verdict) -> Lease:
    now = ports.clock.today()
    acquired = there.acquired if there and verdict is Verdict.MINE else now
    return Lease(holder=wanted.me, acquired=acquired, renewed=now, seconds=wanted.seconds, step=wanted.step)


_OnServer = t.Callable[[Wanted, Ports, Kube], None]


def _tell_servers(wanted: Wanted, ports: Ports, act: _OnServer) -> None:
    """Act on all servers, and note in the file which they were and when."""
    asked = _there(wanted, ports.files)
    _ask_servers(wanted, ports, act)

    def change(text: str) -> str:
        there = leases.from_text(text)
        if there is None or there.holder.run != wanted.me.run:
            return text
        return leases.text_of(dataclasses.replace(there, servers=asked, served=ports.clock.today()))

    ports.lock(wanted.path, change)


def _ask_servers(wanted: Wanted, ports: Ports, act: _OnServer) -> None:
    """A server that cannot be asked is on its way up or gone; those who can ask it see what the others hold."""
    for path in _there(wanted, ports.files):
        try:
            act(wanted, ports, ports.connect(path))
        except MissingLibrary:
            raise
        except EksaError as exc:
            if exc.code == "run.locked":
                raise


def _there(wanted: Wanted, files: Files) -> tuple[str, ...]:
    return tuple(path for path in wanted.kubeconfigs if files.exists(path))


def _take_on(wanted: Wanted, ports: Ports, kube: Kube) -> None:
    """Hold or go on holding the Lease object; who wrote it meanwhile is looked at again."""
    for left in reversed(range(RACES)):
        try:
            _write(wanted, ports, kube)
        except EksaError as exc:
            if not left or exc.code not in ("kube.already_exists", "kube.conflict", "kube.not_found"):
                raise
        else:
            return


def _write(wanted: Wanted, ports: Ports, kube: Kube) -> None:
    obj = kube.get(**LEASE, name=leases.object_name(wanted.name))
    there = leases.from_object(obj)
    verdict = leases.judge(there, wanted.me, now=ports.clock.today(), here=ports.here)
    if there and verdict is Verdict.HELD:
        raise leases.locked(wanted.name, there, verdict, now=ports.clock.today())
    mine = leases.rendered(wanted.name, _fresh(wanted, ports, there, verdict))
    if obj is None:
        kube.create(mine)
        return
    patch = {"metadata": {"resourceVersion": obj["metadata"]["resourceVersion"]}, "spec": mine["spec"]}
    kube.merge(**LEASE, name=leases.object_name(wanted.name), patch=patch)


def _release_on(wanted: Wanted, ports: Ports, kube: Kube) -> None:
    obj = kube.get(**LEASE, name=leases.object_name(wanted.name))
    there = leases.from_object(obj)
    if obj and there and there.holder.run == wanted.me.run:
        kube.delete(**LEASE, name=leases.object_name(wanted.name), uid=obj["metadata"]["uid"])


def _result(wanted: Wanted) -> Result:
    """``lease`` is what a later task needs to renew it: the options of the module."""
    lease = {
        "name": wanted.name,
        "folder": wanted.folder,
        "kubeconfigs": list(wanted.kubeconfigs),
        "seconds": wanted.seconds,
    }
    return Result(data={"held": True, "lease": lease, "holder": wanted.me.who})


__all__ = ("ENDING_SECONDS", "Change", "Ports", "Wanted", "release", "renew", "take")
