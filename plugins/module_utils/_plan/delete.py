# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""The deletion of a cluster as ordered phases. Which are left follows from where its objects are now, alone.

A cluster cannot delete itself: its objects go back to a bootstrap cluster first. One that is half built is deleted from
the bootstrap cluster that was building it. One that nothing manages any more is taken down in vCenter, machine by
machine, when the operator says so.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._plan.create import Phase, Presence
from ansible_collections.eks.anywhere.plugins.module_utils._plan.delete_machines import Verdict
from ansible_collections.eks.anywhere.plugins.module_utils._plan.folder import Folder

PHASES = (
    "move_finished",
    "bootstrap",
    "bootstrap_providers",
    "moved_back",
    "cluster_deleted",
    "bootstrap_deleted",
    "machines_destroyed",
    "files_removed",
)
ABSENT = Presence.ABSENT


@dataclasses.dataclass(frozen=True)
class Move:
    """What a journal tells of a move under way; ``source`` is the identity of the cluster that objects come from."""

    source: str
    source_whole: bool


@dataclasses.dataclass(frozen=True)
class Side:
    """A cluster that may hold the objects. ``silence`` says why it cannot be asked; the rest is then unknown."""

    silence: str = "there is none"
    identity: str = ""
    cluster: Presence = ABSENT
    leftovers: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    missing_providers: tuple[str, ...] = ()
    move: Move | None = None

    @property
    def answers(self) -> bool:
        """Whether its API could be asked."""
        return not self.silence

    @property
    def holds(self) -> bool:
        """Whether the cluster's objects are there, as far as can be seen."""
        return self.cluster is not ABSENT


@dataclasses.dataclass(frozen=True)
class Machines:
    """The virtual machines of the cluster in vCenter; ``silence`` says why it was not asked."""

    verdicts: tuple[Verdict, ...] = ()
    silence: str = ""


@dataclasses.dataclass(frozen=True)
class Observed:
    """One look at everything. ``management`` is the other cluster that manages this one; None: it manages itself.

    ``folder_lost``: not even what the bootstrap cluster was made by is there, so no file tells whether it came to be.
    """

    bootstrap: Side = Side()
    containers: tuple[str, ...] = ()
    bootstrap_file: bool = False
    folder_lost: bool = False
    workload: Side = Side()
    kubeconfig_file: bool = False
    management: Side | None = None
    machines: Machines = Machines()
    files: tuple[str, ...] = ()

    @property
    def move(self) -> Move | None:
        """The move under way; both sides keep the same journal, the target's is removed last."""
        return self.workload.move or self.bootstrap.move

    @property
    def move_goes_in(self) -> bool:
        """Whether the move under way is the one of a creation, into the cluster. Without journal it can be no other."""
        return self.move is None or self.move.source != self.workload.identity

    @property
    def must_finish_move(self) -> bool:
        """Whether a move into the cluster was cut and comes to its end first: both sides have a part of it then.

        While nothing was copied yet, the bootstrap cluster is whole and deletes the cluster as it is.
        """
        if not (self.workload.answers and self.bootstrap.answers and self.move_goes_in):
            return False
        if self.move is None:
            return self.bootstrap.holds and self.workload.holds
        return self.workload.holds or not self.move.source_whole

    @property
    def manages_itself(self) -> bool:
        """Whether objects that count are in the cluster."""
        if not (self.workload.answers and self.workload.holds):
            return False
        return self.must_finish_move or not self.move_goes_in or not self.bootstrap.holds

    @property
    def must_move_back(self) -> bool:
        """Whether objects, or the rest of a move that takes them back, are still in the cluster."""
        return self.manages_itself or (self.workload.answers and not self.move_goes_in)

    @property
    def is_silent(self) -> bool:
        """Whether a bootstrap cluster that may hold the objects has to be raised before it can be asked."""
        once_whole = self.bootstrap_file or self.folder_lost
        return bool(self.containers) and once_whole and not self.bootstrap.answers

    @property
    def manager(self) -> str:
        """Which cluster deletes it: ``management``, ``bootstrap``, or nobody (empty)."""
        if self.management is not None:
            return "management" if _objects(self.management) else ""
        return "bootstrap" if self.must_move_back or self.is_silent or self.bootstrap.holds else ""


def phases(observed: Observed) -> tuple[Phase, ...]:
    """Every phase in order, done or not."""
    left = _managed(observed) if observed.management is not None else _self_managed(observed)
    machines = observed.machines
    there = [f"{one.machine.path} ({'ours' if one.proven else 'doubtful'})" for one in machines.verdicts]
    left["machines_destroyed"] = ", ".join(there) or machines.silence
    left["files_removed"] = ", ".join(observed.files)
    return tuple(Phase(name, done=not left.get(name), detail=left.get(name, "")) for name in PHASES)


def _managed(observed: Observed) -> dict[str, str]:
    management = observed.management or Side()
    return {"cluster_deleted": management.silence or _objects(management)}


def _self_managed(observed: Observed) -> dict[str, str]:
    """What is left for a cluster that is to manage itself, wherever its objects are."""
    bootstrap, workload = observed.bootstrap, observed.workload
    left = {"bootstrap_deleted": ", ".join(observed.containers)}
    if observed.manager:
        left["bootstrap"] = bootstrap.silence or ("" if observed.bootstrap_file else "its kubeconfig file is missing")
        left["bootstrap_providers"] = bootstrap.silence or ", ".join(bootstrap.missing_providers)
        left["cluster_deleted"] = "Cluster is there"
        left["bootstrap_deleted"] = ", ".join(observed.containers) or "not created yet"
    if observed.must_finish_move:
        left["move_finished"] = "a move into the cluster was cut"
    if observed.must_move_back:
        left["moved_back"] = f"Cluster is {workload.cluster.value} in the cluster itself"
    return left


def _objects(side: Side) -> str:
    """What there is to delete on a management cluster; empty when there is nothing, or it cannot be asked."""
    if side.holds:
        return f"Cluster is {side.cluster.value}"
    return ", ".join(side.leftovers)


def conflict(name: str, observed: Observed, *, folder: Folder, kubeconfig: str, purge: bool) -> EksaError | None:
    """A state in which going on would do harm or nothing; None when going on is safe."""
    return (
        _manages_others(name, observed)
        or _paused(name, observed)
        or _management_silent(name, observed, purge=purge)
        or _nobody_in_charge(name, observed, folder=folder, kubeconfig=kubeconfig, purge=purge)
    )


def _manages_others(name: str, observed: Observed) -> EksaError | None:
    others = observed.workload.others if observed.management is None else ()
    if not others:
        return None
    return EksaError(
        f"Cluster {name} still manages {', '.join(others)}; without it nothing would.",
        code="delete.manages_others",
        hint="Delete those clusters first, or move them to another management cluster (capi_move).",
        details={"clusters": list(others)},
    )


def _paused(name: str, observed: Observed) -> EksaError | None:
    """A pause that no move has set is somebody's will. On a bootstrap cluster nobody but a creation or a move is."""
    side = observed.management or (observed.workload if observed.manages_itself else Side())
    if side.cluster is not Presence.PAUSED or observed.move is not None or observed.must_finish_move:
        return None
    return EksaError(
        f"Cluster {name} is paused: its controllers do nothing, so nothing would be deleted.",
        code="delete.paused",
        hint="Find out who paused it and why; then set spec.paused of the Cluster to false, remove the annotation "
        "cluster.x-k8s.io/paused, and run again.",
    )


def _management_silent(name: str, observed: Observed, *, purge: bool) -> EksaError | None:
    management = observed.management
    if management is None or management.answers or purge:
        return None
    return EksaError(
        f"The management cluster of {name} cannot be asked: {management.silence}. {_told(observed.machines)}",
        code="delete.management_silent",
        hint="Give its kubeconfig, or restore access to it. If it is lost for ever, set eksa_teardown_purge: true to "
        "destroy the proven machines in vCenter.",
        details={"machines": [one.as_dict() for one in observed.machines.verdicts]},
    )


def _nobody_in_charge(
    name: str, observed: Observed, *, folder: Folder, kubeconfig: str, purge: bool
) -> EksaError | None:
    """Nothing holds the objects, and machines are there: only vCenter can take them down, and only when told to."""
    proven = [one for one in observed.machines.verdicts if one.proven]
    if observed.manager or purge or not proven:
        return None
    silence = observed.workload.silence if observed.kubeconfig_file else f"{kubeconfig} is missing"
    why = f"its API cannot be asked ({silence})" if observed.workload.silence else "its Cluster API objects are gone"
    where = f"the management cluster has no Cluster {name}" if observed.management else why
    return EksaError(
        f"Nothing manages the machines of cluster {name}: {where}. {_told(observed.machines)}",
        code="delete.nobody_in_charge",
        hint=f"If only access is lost, put the kubeconfig into {folder.path} and run again. Else set "
        "eksa_teardown_purge: true to destroy the proven machines in vCenter.",
        details={"machines": [one.as_dict() for one in observed.machines.verdicts]},
    )


def _told(machines: Machines) -> str:
    if machines.silence:
        return f"vCenter was not asked: {machines.silence}"
    proven = [one.machine.path for one in machines.verdicts if one.proven]
    return f"Machines in vCenter that are proven to be its own: {', '.join(proven) or 'none'}."


def lines(name: str, observed: Observed, left: t.Sequence[Phase], *, purge: bool) -> list[str]:
    """The plan for people."""
    if not left:
        return [f"Cluster {name} is gone: nothing to do"]
    shown = [f"Plan for the deletion of cluster {name}", "  phases:"]
    shown += [f"    {number}. {phase.name}: {phase.detail}" for number, phase in enumerate(left, start=1)]
    if observed.machines.verdicts:
        shown.append("  virtual machines in vCenter:")
        shown += [f"    {machine_line(one, observed, purge=purge)}" for one in observed.machines.verdicts]
    return shown


def machine_line(verdict: Verdict, observed: Observed, *, purge: bool) -> str:
    """One machine, and what becomes of it."""
    path, why = verdict.machine.path, verdict.proof or verdict.doubt
    if not verdict.proven:
        return f"{path}: not touched; {why}"
    if observed.manager:
        return f"{path}: deleted by Cluster API"
    return f"{path}: {'destroyed' if purge else 'destroyed only with purge'}; {why}"


__all__ = ("PHASES", "Machines", "Move", "Observed", "Side", "conflict", "lines", "machine_line", "phases")
