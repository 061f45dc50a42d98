# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""A bootstrap cluster as it is: absent, stopped, half-made, silent or healthy; its start, and its namespace."""

from __future__ import annotations

import dataclasses
import enum
import pathlib
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ops.kind_tool import KindTool
from ansible_collections.eks.anywhere.plugins.module_utils._plan.folder import node_label
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Clock, ContainerHost, Files, Kube, Reporter

SYSTEM_NAMESPACE = "eksa-system"
RESTART_SECONDS = 120.0
ANSWER_SECONDS = 30.0
NAMESPACE_TRIES = 10
PAUSE_SECONDS = 5.0


@dataclasses.dataclass(frozen=True)
class Ports:
    """What the operation works with; ``connect`` makes a client out of a kubeconfig document."""

    host: ContainerHost
    kind: KindTool
    files: Files
    clock: Clock
    report: Reporter
    connect: t.Callable[[str], Kube]


class State(enum.Enum):
    """What is there of a bootstrap cluster."""

    ABSENT = "absent"
    STOPPED = "stopped"
    HALF_MADE = "half-made"
    SILENT = "silent"
    HEALTHY = "healthy"


@dataclasses.dataclass(frozen=True)
class Seen:
    """An observation; ``kubeconfig`` is the document that works, else the best there is."""

    state: State
    kubeconfig: str = ""
    kube: Kube | None = None


def observed(name: str, kubeconfig: str, *, ports: Ports, patience_seconds: float = ANSWER_SECONDS) -> Seen:
    """What is there now. One that was whole before is given time to answer."""
    containers = ports.host.containers(label=node_label(name))
    if not containers:
        return Seen(State.ABSENT)
    if not all(container.running for container in containers):
        return Seen(State.STOPPED)
    on_disk = ports.files.read(kubeconfig) or ""
    documents = [text for text in dict.fromkeys((on_disk, ports.kind.kubeconfig(name) or "")) if text]
    # kind writes the file as its last act, so with a file there once was a whole cluster. Where not even kind's own
    # configuration is left the folder was lost: nobody can tell, and it may be all that knows the machines.
    folder_lost = bool(documents) and not ports.files.exists(kind_config_path(kubeconfig))
    was_whole = bool(on_disk) or folder_lost
    end = ports.clock.now() + patience_seconds
    while documents:
        for document in documents:
            kube = ports.connect(document)
            complete = _complete(kube)
            if complete is not None:
                return Seen(State.HEALTHY if complete else State.HALF_MADE, document, kube)
        if not was_whole or ports.clock.now() >= end:
            break
        ports.clock.sleep(PAUSE_SECONDS)
    return Seen(State.SILENT if was_whole else State.HALF_MADE)


def start(name: str, kubeconfig: str, *, ports: Ports) -> Seen:
    """Start its containers; what is there then."""
    for container in ports.host.containers(label=node_label(name)):
        if not container.running:
            ports.host.start(container.name)
    return observed(name, kubeconfig, ports=ports, patience_seconds=RESTART_SECONDS)


def ensure_namespace(kube: Kube, clock: Clock) -> None:
    """Have the namespace ``eksa-system``. The API may still be settling right after kind returned."""
    wanted = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": SYSTEM_NAMESPACE}}
    for left in reversed(range(NAMESPACE_TRIES)):
        try:
            kube.apply(wanted)
        except EksaError:
            if not left:
                raise
            clock.sleep(PAUSE_SECONDS)
        else:
            return


def kind_config_path(kubeconfig: str) -> str:
    """Where kind's configuration lies: beside the kubeconfig."""
    return str(pathlib.Path(kubeconfig).expanduser().absolute().parent / "kind_tmp.yaml")


def _complete(kube: Kube) -> bool | None:
    """Whether kind came to its end here; None when the API does not answer."""
    try:
        if kube.get(api_version="v1", kind="Namespace", name=SYSTEM_NAMESPACE) is not None:
            return True
        # The storage class is the last thing that kind installs.
        return bool(kube.list(api_version="storage.k8s.io/v1", kind="StorageClass"))
    except EksaError:
        return None


__all__ = ("SYSTEM_NAMESPACE", "Ports", "Seen", "State", "ensure_namespace", "kind_config_path", "observed", "start")
