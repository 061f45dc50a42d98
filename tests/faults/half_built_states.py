# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The half-built states of a creation, and the moments at which a deletion is killed."""

from __future__ import annotations

import dataclasses
import pathlib
import shutil
import socket
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._plan import move_journal
from ansible_collections.eks.anywhere.tests.faults.half_built import Moment, Site, destroy, engine
from ansible_collections.eks.anywhere.tests.labkit import find, read, remove_container

API_PORT = 6443
MACHINES = 2
BOOTSTRAP_PROVIDERS = "Installing cluster-api providers on bootstrap cluster"
MOVE_IN = "Moving cluster management from bootstrap to workload cluster"
MOVE_BACK = "Moving cluster management from workload cluster to bootstrap"
JOINING = ": Wait until each machine has its node"
"""The task: on a busy machine all have joined when the wait begins, and it says nothing."""
OWN_PROVIDERS = "Installing cluster-api providers on workload cluster"
EKSA_OBJECTS = "Creating EKS-A CRDs instances on workload cluster"
COMPONENTS = "Installing EKS-A custom components (CRD and controller) on workload cluster"


def _endpoint_answers(site: Site) -> bool:
    host = find(read(site.config), "Cluster")["spec"]["controlPlaneConfiguration"]["endpoint"]["host"]
    with socket.create_connection((host, API_PORT), timeout=1):
        return True


def _journal(phase: move_journal.Phase) -> t.Callable[[Site], bool]:
    """Whether the move has come to that phase; a look may miss a short one."""
    reached = move_journal.PHASES[move_journal.PHASES.index(phase) :]
    return lambda site: site.journal() in reached


def _one_machine_gone(site: Site) -> bool:
    return len(site.machines()) < MACHINES


def _lose_bootstrap(site: Site) -> None:
    for name in site.nodes():
        remove_container(name)


def _lose_bootstrap_and_files(site: Site) -> None:
    _lose_bootstrap(site)
    shutil.rmtree(site.folder.path)


def _lose_files(site: Site) -> None:
    shutil.rmtree(site.folder.path)


def _stop_bootstrap(site: Site) -> None:
    with engine() as client:
        for name in site.nodes():
            client.containers.get(name).stop(timeout=5)


def _lose_control_plane(site: Site) -> None:
    destroy(site.lab, {name for name in site.machines() if "-md-0-" not in name})


@dataclasses.dataclass(frozen=True)
class State:
    """A creation that ends in ``phase``; without ``moment`` it comes to its end. Then something may be ``lost``.

    ``unmanaged``: nothing is left that could delete the machines. ``journal`` is where the move stands.
    """

    name: str
    phase: str
    moment: Moment | None
    lost: t.Callable[[Site], None] = lambda _site: None
    unmanaged: bool = False
    journal: str = ""


_BEGUN = Moment("  control plane: ", seen=lambda site: bool(site.machines()))

STATES = (
    State("bootstrap begun", "bootstrap", Moment("Creating new bootstrap cluster", after=3, tree=True)),
    State("bootstrap half up", "bootstrap", Moment("Creating new bootstrap cluster", after=15)),
    State("providers begun", "bootstrap_providers", Moment(BOOTSTRAP_PROVIDERS, after=6, tree=True)),
    State("providers waited for", "bootstrap_providers", Moment("  providers: ", after=3)),
    State("objects half applied", "cluster_objects", Moment("Creating new workload cluster", after=0.7, tree=True)),
    State("machine without address", "machines", _BEGUN),
    State("control plane half up", "machines", Moment("  control plane: ", seen=_endpoint_answers)),
    State("machines joining", "machines", Moment(JOINING, after=0.5, tree=True)),
    State("kubeconfig not written", "kubeconfig", Moment(": Write the kubeconfig of the cluster", tree=True)),
    State("network waited for", "networking", Moment("  network: ", after=5)),
    State("storage class missing", "storage_class", Moment("Installing storage class on workload cluster", tree=True)),
    State("own providers begun", "workload_providers", Moment(OWN_PROVIDERS, after=10)),
    State("move pausing", "moved", Moment(MOVE_IN, seen=_journal("pause")), journal="pause"),
    State("move copying", "moved", Moment(MOVE_IN, seen=_journal("create")), journal="create"),
    State("move deleting", "moved", Moment(MOVE_IN, seen=_journal("delete")), journal="delete"),
    State("move resuming", "moved", Moment(MOVE_IN, seen=_journal("resume")), journal="resume"),
    State("components half installed", "eksa_components", Moment(COMPONENTS, after=2.5, tree=True)),
    State("EKS-A objects half applied", "eksa_objects", Moment(EKSA_OBJECTS, after=1.5)),
    State("config not written", "config_file", Moment("Writing cluster config file", tree=True)),
    State("bootstrap not deleted", "bootstrap_deleted", Moment("Deleting bootstrap cluster", tree=True)),
    State("bootstrap stopped", "machines", _BEGUN, lost=_stop_bootstrap),
    State("files lost", "machines", _BEGUN, lost=_lose_files),
    State("bootstrap lost", "machines", _BEGUN, lost=_lose_bootstrap, unmanaged=True),
    State("bootstrap and files lost", "machines", Moment(JOINING), _lose_bootstrap_and_files, unmanaged=True),
    State("own API dead", "bootstrap_deleted", None, lost=_lose_control_plane, unmanaged=True),
)
CUTS = (
    Moment("Creating new bootstrap cluster", after=10),
    Moment(BOOTSTRAP_PROVIDERS, after=10, tree=True),
    Moment(MOVE_BACK, seen=_journal("pause")),
    Moment(MOVE_BACK, seen=_journal("create")),
    Moment(MOVE_BACK, seen=_journal("delete")),
    Moment(MOVE_BACK, seen=_journal("resume")),
    Moment("Deleting management cluster", tree=True),
    Moment("Deleting management cluster", seen=_one_machine_gone),
    Moment("Deleting management cluster", seen=lambda site: not site.machines()),
    Moment("Deleting bootstrap cluster", tree=True),
    Moment("Deleting bootstrap cluster", after=0.5),
    Moment(": Report what is left of the cluster", seen=lambda site: not pathlib.Path(site.folder.generated).exists()),
)
"""In the order of a deletion; each run is killed at the first that is left and comes."""
