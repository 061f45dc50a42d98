# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Holding a backup against the machines that run: vCenter is asked, and each cluster's own API server if it answers."""

from __future__ import annotations

import base64
import binascii
import contextlib
import dataclasses
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError, MissingLibrary
from ansible_collections.eks.anywhere.plugins.module_utils._ops.restore_read import Kept
from ansible_collections.eks.anywhere.plugins.module_utils._ops.why_vcenter import is_meant
from ansible_collections.eks.anywhere.plugins.module_utils._plan import restore_machines as machines
from ansible_collections.eks.anywhere.plugins.module_utils._plan.delete_machines import Owner, stands_for
from ansible_collections.eks.anywhere.plugins.module_utils._plan.move_content import is_paused
from ansible_collections.eks.anywhere.plugins.module_utils._plan.move_graph import Graph, Key, Node, key_of
from ansible_collections.eks.anywhere.plugins.module_utils._plan.restore_machines import (
    Accepted,
    Expected,
    Mismatch,
    Site,
)
from ansible_collections.eks.anywhere.plugins.module_utils._ports import FoundMachines, Kube, MachineVSphere, Obj

Open = t.Callable[[str], contextlib.AbstractContextManager[MachineVSphere]]
"""A vCenter out of its address; leaving it logs out."""
Connect = t.Callable[[str], Kube]
"""A client out of the text of a kubeconfig."""


@dataclasses.dataclass(frozen=True)
class Comparison:
    """What does not fit, what could not be asked or is odd, and the machines that were found."""

    faults: tuple[Mismatch, ...] = ()
    notes: tuple[str, ...] = ()
    found: tuple[dict[str, str], ...] = ()

    def check(self) -> None:
        """Refuse what a person has to settle."""
        if self.faults:
            told = ". ".join(fault.sentence for fault in self.faults)
            raise EksaError(
                f"{len(self.faults)} machine{'' if len(self.faults) == 1 else 's'} not as in the backup: {told}.",
                code="restore.machines_differ",
                hint="Settle each as it says, then run again. Nothing goes on until all fit.",
                details={"machines": [fault.as_dict() for fault in self.faults]},
            )


@dataclasses.dataclass(frozen=True)
class Witnesses:
    """Who is asked. ``identity`` is the management cluster that is restored to."""

    vcenter: Open
    connect: Connect
    identity: str


def compare(
    kept: Kept,
    graph: Graph,
    expected: t.Sequence[Expected],
    *,
    there: t.Mapping[Key, Obj],
    accepted: Accepted,
    witnesses: Witnesses,
) -> Comparison:
    """All clusters, one after the other; of a machine that does not fit only the first reason is told."""
    faults: dict[str, Mismatch] = {}
    notes: list[str] = []
    found: list[dict[str, str]] = []
    live = {key.name for key in there if key.kind == "Machine"}
    for key, cluster in sorted(graph.clusters.items()):
        mine = [one for one in expected if one.cluster == key.name]
        owner = machines.owner_of(key.name, expected, graph)
        if any(one.is_vsphere for one in mine):
            seen = _ask(machines.site_of(key.name, graph), key, witnesses.vcenter, owner)
            judged = machines.compare(expected, owner=owner, found=seen, accepted=accepted, live=live)
            _add(faults, judged)
            found += [
                {"name": item.name, "uuid": item.uuid, "path": item.path, "cluster": key.name}
                for item in seen.items
                if any(stands_for(item, one.known) for one in mine)
            ]
        nodes, note = _nodes(kept, cluster, there=there, graph=graph, witnesses=witnesses)
        notes += [note] if note else []
        if nodes is not None:
            judged = machines.compare_nodes(expected, cluster=key.name, nodes=nodes, accepted=accepted, live=live)
            _add(faults, judged)
            gone = machines.nodeless(mine, cluster=key.name, nodes=nodes)
            notes += [f"Machine {name} of {key.name} had a node that is gone" for name in gone]
    return Comparison(tuple(faults.values()), tuple(notes), tuple(found))


def _add(faults: dict[str, Mismatch], more: t.Iterable[Mismatch]) -> None:
    """The first reason of each machine is the one that counts."""
    for fault in more:
        faults.setdefault(fault.machine, fault)


def _ask(site: Site, cluster: Key, vcenter: Open, owner: Owner) -> FoundMachines:
    """One short session."""
    if not site.server:
        raise EksaError(
            f"No object of the backup names the vCenter of {cluster.label}, so its machines cannot be looked for.",
            code="restore.no_vcenter",
            hint="Use a backup that holds the VSphereCluster.",
        )
    with vcenter(site.server) as session:
        certificate = session.certificate()
        if not is_meant(certificate, site.thumbprint):
            raise EksaError(
                f"vCenter {site.server} has a certificate with thumbprint {certificate.sha1}; the backup of"
                f" {cluster.label} expects {site.thumbprint}.",
                code="vsphere.thumbprint_mismatch",
                hint="Nothing was sent there. Find out why the certificate is another one.",
            )
        session.login(certificate)
        return session.search(owner.search)


def _nodes(
    kept: Kept, cluster: Node, *, there: t.Mapping[Key, Obj], graph: Graph, witnesses: Witnesses
) -> tuple[list[Obj] | None, str]:
    """Nodes of a cluster whose API server answers, or else why it could not be asked."""
    name = f"{cluster.key.name}-kubeconfig"
    key = Key(group="", kind="Secret", namespace=cluster.key.namespace, name=name)
    secret = there.get(key) or (graph.nodes[key].obj if key in graph.nodes else {})
    try:
        text = base64.b64decode((secret.get("data") or {}).get("value", ""), validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        text = ""
    if not text:
        return None, f"{cluster.key.label}: there is no kubeconfig to ask its API server with"
    try:
        kube = witnesses.connect(text)
        _check_source(kept, cluster, graph, kube=kube, identity=witnesses.identity)
        return kube.list(api_version="v1", kind="Node"), ""
    except MissingLibrary:
        raise
    except EksaError as exc:
        if not exc.code.startswith("kube"):
            raise
        return None, f"{cluster.key.label}: its API server could not be asked ({exc.code})"


def _check_source(kept: Kept, cluster: Node, graph: Graph, *, kube: Kube, identity: str) -> None:
    """Two management clusters must not manage the same machines: the one of the backup may still be there."""
    system = kube.get(api_version="v1", kind="Namespace", name="kube-system")
    uid = str((system or {}).get("metadata", {}).get("uid", ""))
    if uid != kept.source or uid == identity:
        return
    listed = kube.list(api_version=cluster.kind.api_version, kind="Cluster", namespace=cluster.key.namespace)
    active = [key.label for obj in listed if (key := key_of(obj)) in graph.clusters and not is_paused(key, obj)]
    if active:
        raise EksaError(
            f"The management cluster of the backup, {cluster.key.name}, answers and still manages"
            f" {', '.join(sorted(active))}.",
            code="restore.source_active",
            hint="Restore there, or move the clusters with capi_move; else two would manage the same machines.",
        )


__all__ = ("Comparison", "Connect", "Open", "Witnesses", "compare")
