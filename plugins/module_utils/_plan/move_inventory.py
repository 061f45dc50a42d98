# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""What moves, accounted for: a digest of each object's content, and which machine is which virtual machine.

Both are blind to what differs by nature between two clusters: uids, versions, who owns fields, the pause of the move.
"""

from __future__ import annotations

import hashlib
import json
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._plan import move_content as content
from ansible_collections.eks.anywhere.plugins.module_utils._plan.move_graph import CLUSTER_GROUP, Graph, Key, Node
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj

_IDENTITIES = ("providerID", "biosUUID")
"""Fields of a spec that name the virtual machine behind an object."""


def inventory(graph: Graph) -> dict[str, str]:
    """Label of each object that moves -> digest of its content."""
    names = {str(obj["metadata"]["uid"]): key.label for key, obj in graph.seen.items()}
    return {key.label: _digest(node, names=names) for key, node in sorted(graph.nodes.items())}


def _digest(node: Node, *, names: t.Mapping[str, str]) -> str:
    """Owners count by name, and so does one that is nowhere to be seen."""
    owners = node.obj["metadata"].get("ownerReferences") or ()
    known = {item["uid"]: names.get(item["uid"], f"{item['kind']} {item['name']}") for item in owners}
    told = content.copy_of(node, uids=known)
    told["metadata"].get("annotations", {}).pop(content.DELETE_ANNOTATION, None)
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]


def machines_of(nodes: t.Iterable[Node]) -> dict[Key, str]:
    """Objects that stand for a virtual machine -> what identifies it."""
    found = {node.key: _identity(node.obj) for node in nodes}
    return {key: identity for key, identity in found.items() if identity}


def machines_told(machines: t.Mapping[Key, str]) -> list[dict[str, str]]:
    """For a result: ``[{name: eksa-system/wl-1, provider_id: vsphere://...}]``, of Cluster API's own Machines."""
    return [
        {"name": f"{key.namespace}/{key.name}", "provider_id": identity}
        for key, identity in sorted(machines.items())
        if (key.group, key.kind) == (CLUSTER_GROUP, "Machine")
    ]


def machine_faults(*, wanted: t.Mapping[Key, str], found: t.Mapping[Key, str]) -> list[str]:
    """What is lost, doubled or another machine now; empty when both are the same."""
    faults = [f"{key.label} is not there" for key in wanted if key not in found]
    faults += [f"{key.label} is new" for key in found if key not in wanted]
    faults += [
        f"{key.label} was {identity} and is {found[key]}"
        for key, identity in wanted.items()
        if found.get(key, identity) != identity
    ]
    return sorted(faults)


def _identity(obj: Obj) -> str:
    spec = obj.get("spec") or {}
    return next((str(spec[name]) for name in _IDENTITIES if spec.get(name)), "")


__all__ = ("inventory", "machine_faults", "machines_of", "machines_told")
