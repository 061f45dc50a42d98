# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which phases of a deletion are left, for every place in which the objects of a cluster can be."""

from __future__ import annotations

import dataclasses

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._plan import delete
from ansible_collections.eks.anywhere.plugins.module_utils._plan.create import Presence
from ansible_collections.eks.anywhere.plugins.module_utils._plan.delete import Machines, Move, Observed, Side
from ansible_collections.eks.anywhere.plugins.module_utils._plan.delete_machines import Verdict
from ansible_collections.eks.anywhere.plugins.module_utils._plan.folder import Folder
from ansible_collections.eks.anywhere.plugins.module_utils._ports import MachineItem

FOLDER = Folder(state_dir="/state", name="prod")
ABSENT, PAUSED, ACTIVE = Presence.ABSENT, Presence.PAUSED, Presence.ACTIVE
NODE = ("prod-eks-a-cluster-control-plane",)
FILES = (FOLDER.kubeconfig, FOLDER.path)
PROVEN = Verdict(MachineItem(path="/DC0/vm/eksa/prod-x2x9l", kind="VirtualMachine", ref="vm-1"), proof="its UUID")
DOUBTFUL = Verdict(MachineItem(path="/DC0/vm/eksa/prod-bbbbb", kind="VirtualMachine", ref="vm-2"), doubt="its name")

IN = Move(source="boot", source_whole=True)
IN_LATE = Move(source="boot", source_whole=False)
BACK = Move(source="work", source_whole=True)
BACK_LATE = Move(source="work", source_whole=False)

TEARDOWN = ["cluster_deleted", "bootstrap_deleted"]
THROUGH_BOOTSTRAP = ["bootstrap", "bootstrap_providers", "moved_back", *TEARDOWN]


def boot(cluster: Presence = ABSENT, move: Move | None = None, missing: tuple[str, ...] = ()) -> Side:
    return Side(silence="", identity="boot", cluster=cluster, move=move, missing_providers=missing)


def work(cluster: Presence = ABSENT, move: Move | None = None, others: tuple[str, ...] = ()) -> Side:
    return Side(silence="", identity="work", cluster=cluster, move=move, others=others)


def with_boot(side: Side, **more: object) -> Observed:
    base = Observed(bootstrap=side, containers=NODE, bootstrap_file=True)
    return dataclasses.replace(base, **more)  # type: ignore[arg-type]


SILENT_BOOT = Side(silence="it does not answer")
SILENT_WORK = Side(silence="it does not answer")

SELF_MANAGED: dict[str, tuple[Observed, list[str]]] = {
    "nothing": (Observed(), []),
    "finished": (Observed(workload=work(ACTIVE)), THROUGH_BOOTSTRAP),
    "being created: kind without kubeconfig": (Observed(bootstrap=SILENT_BOOT, containers=NODE), ["bootstrap_deleted"]),
    "being created: kind alone": (with_boot(boot(missing=("capi-system",))), ["bootstrap_deleted"]),
    "being created: providers": (with_boot(boot()), ["bootstrap_deleted"]),
    "being created: objects": (with_boot(boot(ACTIVE)), TEARDOWN),
    "being created: objects, providers broken": (
        with_boot(boot(ACTIVE, missing=("capv-system",))),
        ["bootstrap_providers", *TEARDOWN],
    ),
    "being created: machines up": (with_boot(boot(ACTIVE), workload=work()), TEARDOWN),
    "being created: kind stopped": (with_boot(SILENT_BOOT), ["bootstrap", "bootstrap_providers", *TEARDOWN]),
    "being created: folder lost": (
        with_boot(boot(ACTIVE), bootstrap_file=False, folder_lost=True),
        ["bootstrap", *TEARDOWN],
    ),
    "being created: folder lost, kind stopped": (
        with_boot(SILENT_BOOT, bootstrap_file=False, folder_lost=True),
        ["bootstrap", "bootstrap_providers", *TEARDOWN],
    ),
    "moving in: paused": (with_boot(boot(PAUSED, IN), workload=work(ABSENT, IN)), TEARDOWN),
    "moving in: copying": (
        with_boot(boot(PAUSED, IN), workload=work(PAUSED, IN)),
        ["move_finished", "moved_back", *TEARDOWN],
    ),
    "moving in: deleting": (
        with_boot(boot(PAUSED, IN_LATE), workload=work(PAUSED, IN_LATE)),
        ["move_finished", "moved_back", *TEARDOWN],
    ),
    "moving in: resuming": (
        with_boot(boot(ABSENT, IN_LATE), workload=work(PAUSED, IN_LATE)),
        ["move_finished", "moved_back", *TEARDOWN],
    ),
    "moving in, as clusterctl left it": (
        with_boot(boot(PAUSED), workload=work(PAUSED)),
        ["move_finished", "moved_back", *TEARDOWN],
    ),
    "moved in, kind still there": (with_boot(boot(), workload=work(ACTIVE)), ["moved_back", *TEARDOWN]),
    "moving back: paused": (with_boot(boot(ABSENT, BACK), workload=work(PAUSED, BACK)), ["moved_back", *TEARDOWN]),
    "moving back: copying": (with_boot(boot(PAUSED, BACK), workload=work(PAUSED, BACK)), ["moved_back", *TEARDOWN]),
    "moving back: deleting": (
        with_boot(boot(PAUSED, BACK_LATE), workload=work(PAUSED, BACK_LATE)),
        ["moved_back", *TEARDOWN],
    ),
    "moving back: resuming": (
        with_boot(boot(PAUSED, BACK_LATE), workload=work(ABSENT, BACK_LATE)),
        ["moved_back", *TEARDOWN],
    ),
    "moving back: the cluster died": (with_boot(boot(PAUSED, BACK_LATE), workload=SILENT_WORK), TEARDOWN),
    "moved back": (with_boot(boot(ACTIVE), workload=work()), TEARDOWN),
    "deleting": (with_boot(boot(ACTIVE), workload=SILENT_WORK, kubeconfig_file=True), TEARDOWN),
    "deleted, kind still there": (
        with_boot(boot(), workload=SILENT_WORK, kubeconfig_file=True),
        ["bootstrap_deleted"],
    ),
    "only files": (Observed(files=FILES), ["files_removed"]),
    "only a machine": (Observed(machines=Machines((PROVEN,))), ["machines_destroyed"]),
    "vCenter silent": (Observed(machines=Machines(silence="no route")), ["machines_destroyed"]),
}


@pytest.mark.parametrize("name", SELF_MANAGED)
def test_phases_of_a_cluster_that_manages_itself(name: str) -> None:
    observed, wanted = SELF_MANAGED[name]
    assert [phase.name for phase in delete.phases(observed) if not phase.done] == wanted


@pytest.mark.parametrize(
    ("management", "wanted"),
    [
        (Side(silence="", cluster=ACTIVE), ["cluster_deleted"]),
        (Side(silence="", leftovers=("Secret eksa-system/prod-ca",)), ["cluster_deleted"]),
        (Side(silence=""), []),
    ],
)
def test_phases_of_a_workload_cluster(management: Side, wanted: list[str]) -> None:
    observed = Observed(management=management)
    assert [phase.name for phase in delete.phases(observed) if not phase.done] == wanted
    assert observed.manager == ("management" if wanted else "")


def test_phases_stand_in_their_order() -> None:
    assert [phase.name for phase in delete.phases(Observed())] == list(delete.PHASES)


def conflict(observed: Observed, *, purge: bool = False) -> EksaError | None:
    return delete.conflict("prod", observed, folder=FOLDER, kubeconfig=FOLDER.kubeconfig, purge=purge)


@pytest.mark.parametrize("name", SELF_MANAGED)
def test_going_on_is_safe_wherever_something_manages_the_machines(name: str) -> None:
    observed, _wanted = SELF_MANAGED[name]
    found = conflict(dataclasses.replace(observed, machines=Machines((PROVEN,))))
    assert (found.code if found else "") == ("" if observed.manager else "delete.nobody_in_charge")


@pytest.mark.parametrize(
    ("observed", "code"),
    [
        (Observed(workload=work(ACTIVE, others=("w01", "w02"))), "delete.manages_others"),
        (Observed(workload=work(PAUSED)), "delete.paused"),
        (Observed(management=Side(silence="", cluster=PAUSED)), "delete.paused"),
        (Observed(management=SILENT_WORK), "delete.management_silent"),
        (Observed(workload=SILENT_WORK, kubeconfig_file=True, machines=Machines((PROVEN,))), "delete.nobody_in_charge"),
        (Observed(workload=work(), kubeconfig_file=True, machines=Machines((PROVEN,))), "delete.nobody_in_charge"),
        (Observed(management=Side(silence=""), machines=Machines((PROVEN,))), "delete.nobody_in_charge"),
    ],
)
def test_what_would_do_harm_is_refused(observed: Observed, code: str) -> None:
    found = conflict(observed)
    assert found is not None
    assert found.code == code
    assert found.hint


def test_the_refusals_name_what_they_are_about() -> None:
    others = conflict(Observed(workload=work(ACTIVE, others=("w01", "w02"))))
    assert others is not None
    assert "w01, w02" in others.message
    dead = conflict(Observed(workload=SILENT_WORK, kubeconfig_file=True, machines=Machines((PROVEN, DOUBTFUL))))
    assert dead is not None
    assert "/DC0/vm/eksa/prod-x2x9l" in dead.message
    assert "/DC0/vm/eksa/prod-bbbbb" not in dead.message
    assert [one["proven"] for one in dead.details["machines"]] == [True, False]


def test_purge_is_leave_for_machines_and_for_nothing_else() -> None:
    dead = Observed(workload=SILENT_WORK, kubeconfig_file=True, machines=Machines((PROVEN,)))
    assert conflict(dead, purge=True) is None
    manages = conflict(Observed(workload=work(ACTIVE, others=("w01",))), purge=True)
    assert manages is not None


def test_a_pause_that_a_move_has_set_is_no_obstacle() -> None:
    assert conflict(with_boot(boot(PAUSED, BACK), workload=work(PAUSED, BACK))) is None
    assert conflict(with_boot(boot(PAUSED, IN), workload=work(ABSENT, IN))) is None


def plan(observed: Observed, *, purge: bool = False) -> str:
    left = [phase for phase in delete.phases(observed) if not phase.done]
    return "\n".join(delete.lines("prod", observed, left, purge=purge))


def test_the_plan_lists_each_machine_and_what_becomes_of_it() -> None:
    nobody = Observed(machines=Machines((PROVEN, DOUBTFUL)))
    assert "prod-x2x9l: destroyed only with purge; its UUID" in plan(nobody)
    assert "prod-x2x9l: destroyed; its UUID" in plan(nobody, purge=True)
    assert "prod-bbbbb: not touched; its name" in plan(nobody, purge=True)
    managed = Observed(workload=work(ACTIVE), machines=Machines((PROVEN,)))
    assert "prod-x2x9l: deleted by Cluster API" in plan(managed)
    assert plan(Observed()) == "Cluster prod is gone: nothing to do"
