# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""What is left of a cluster, wherever it can be: machines, folders, containers, files. Nothing may be, in the end.

Machines are destroyed here only when nothing else can do it any more, each proven to be the cluster's own, and only
when the operator says so.
"""

from __future__ import annotations

import dataclasses
import posixpath
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config.model import ClusterConfig
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ops import delete_files
from ansible_collections.eks.anywhere.plugins.module_utils._ops.delete_vcenter import Datacenter
from ansible_collections.eks.anywhere.plugins.module_utils._plan.delete_machines import Verdict, verdicts
from ansible_collections.eks.anywhere.plugins.module_utils._plan.folder import Folder, node_label
from ansible_collections.eks.anywhere.plugins.module_utils._ports import ContainerHost, Files, Reporter
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result


@dataclasses.dataclass(frozen=True)
class Ports:
    """What the operation works with."""

    files: Files
    containers: ContainerHost
    datacenter: Datacenter
    report: Reporter


@dataclasses.dataclass(frozen=True)
class Wanted:
    """The cluster that is to be gone. ``purge`` destroys proven machines; ``files`` removes its files after that."""

    config: ClusterConfig
    state_dir: str
    config_file: str = ""
    purge: bool = False
    files: bool = False


@dataclasses.dataclass(frozen=True)
class Leftover:
    """One thing that is left, and the next step."""

    kind: str
    name: str
    why: str
    fix: str

    @property
    def line(self) -> str:
        """For people."""
        return f"{self.kind} {self.name}: {self.why}. {self.fix}"

    def as_dict(self) -> dict[str, str]:
        """The documented public shape."""
        return dataclasses.asdict(self)


def leftovers(wanted: Wanted, *, ports: Ports, check_mode: bool, fail: bool = True) -> Result:
    """Look; destroy and remove what may be; whatever is left then is an error that names each thing."""
    folder = Folder(state_dir=wanted.state_dir, name=wanted.config.name)
    found = _machines(wanted, ports=ports, check_mode=check_mode)
    doomed = [one for one in found if one.proven and wanted.purge]
    left = [_machine(one) for one in found if one not in doomed] + _containers(wanted, folder, ports)
    removed: tuple[str, ...] = ()
    if wanted.files and not left:
        # While something is left, the files are the way to get at it.
        remove = delete_files.ours if check_mode else delete_files.remove
        removed = remove(folder, files=ports.files, keep=wanted.config_file)
    else:
        left += _files(wanted, folder, ports)
    kept = delete_files.foreign(folder, files=ports.files, keep=wanted.config_file) if not left else ()
    if left and fail and not check_mode:
        raise _error(wanted.config.name, left)
    if not fail:
        for line in [one.line for one in left] or [f"Nothing is left of cluster {wanted.config.name}"]:
            ports.report.line(line)
    gone = [*(f"virtual machine {one.machine.path}" for one in doomed), *removed]
    return Result(
        actions=(*(f"Destroy {one.machine.path}" for one in doomed), *(f"Remove {path}" for path in removed)),
        before="".join(f"{line}\n" for line in gone),
        data={
            "leftovers": [one.as_dict() for one in left],
            "destroyed": [one.as_dict() for one in doomed],
            "removed": list(removed),
            "kept": list(kept),
        },
    )


def _machines(wanted: Wanted, *, ports: Ports, check_mode: bool) -> tuple[Verdict, ...]:
    """Every machine that is or may be the cluster's, in one session; the proven ones are destroyed in it."""
    if not ports.datacenter.server:
        return ()
    owner = ports.datacenter.owner()
    with ports.datacenter.session() as session:
        found = verdicts(session.search(owner.search), owner)
        for one in found:
            if one.proven and wanted.purge and not check_mode:
                ports.report.line(f"Destroying {one.machine.path}: {one.proof}")
                session.destroy(one.machine)
    return found


def _machine(one: Verdict) -> Leftover:
    purge = "Run again with eksa_teardown_purge: true to destroy it."
    look = "Look at it in vCenter: rename it if it is another's, destroy it there if it is this cluster's."
    return Leftover("virtual machine", one.machine.path, one.proof or one.doubt, purge if one.proven else look)


def _containers(wanted: Wanted, folder: Folder, ports: Ports) -> list[Leftover]:
    """The bootstrap cluster's, and those that are machines of the docker provider."""
    names = [folder.bootstrap_name, *([wanted.config.name] if wanted.config.provider == "docker" else [])]
    try:
        found = [(name, one) for name in names for one in ports.containers.containers(label=node_label(name))]
    except EksaError:
        return []
    return [
        Leftover("container", one.name, f"it is a node of {name}", f"Run again, or: kind delete cluster --name {name}")
        for name, one in found
    ]


def _files(wanted: Wanted, folder: Folder, ports: Ports) -> list[Leftover]:
    there = delete_files.ours(folder, files=ports.files, keep=wanted.config_file)
    fix = "It goes when all else is gone: mend that and run delete_cluster again."
    return [Leftover("file", path, "it was made for the cluster", fix) for path in there if not _is_in(path, there)]


def _is_in(path: str, others: t.Iterable[str]) -> bool:
    """Whether a folder that is named as well holds it."""
    return posixpath.dirname(path) in others


def _error(name: str, left: t.Sequence[Leftover]) -> EksaError:
    listed = "\n".join(f"  {one.line}" for one in left)
    return EksaError(
        f"Something is left of cluster {name}:\n{listed}\n",
        code="delete.leftovers",
        hint="Take the next step of each, then run again.",
        details={"leftovers": [one.as_dict() for one in left]},
    )


__all__ = ("Leftover", "Ports", "Wanted", "leftovers")
