# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Replacing the members of an external etcd, as the vendor's controller does it.

The control plane is paused before anything of etcd changes: else it would roll once with the old version and the new
endpoints, and then again. Cluster API is told to leave that pause alone, and the control plane provider not to take
endpoints over while members change. When etcd is ready again, the control plane gets its own changes and goes on; old
members leave when its last machine is replaced, so up to twice the members exist meanwhile.

Every step is a request that may be sent again, and is written onto the objects themselves: a run that was cut is
continued by doing the same once more.
"""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._plan.content import differences
from ansible_collections.eks.anywhere.plugins.module_utils._plan.machines import changes, dig
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj

PAUSED = "cluster.x-k8s.io/paused"
NOT_UNPAUSED_BY_OTHERS = "cluster.x-k8s.io/skip-pause-cp-managed-etcd"
UPGRADING = "etcdcluster.cluster.x-k8s.io/upgrading"


def differs(live: Obj, wanted: Obj) -> bool:
    """Whether applying an EtcdadmCluster, settled beside the live one, would change what it asks for."""
    spec = differences(live.get("spec"), wanted.get("spec"), path="EtcdadmCluster.spec")
    return bool(spec or changes(live, wanted))


def hold_patch() -> Obj:
    """Merge patch that keeps the control plane as it is while etcd changes."""
    return {"metadata": {"annotations": {PAUSED: "true", NOT_UNPAUSED_BY_OTHERS: "true"}}}


def begin_patch() -> Obj:
    """Merge patch that says of an EtcdadmCluster that its members change; its controller takes the word back."""
    return {"metadata": {"annotations": {UPGRADING: "true"}}}


def release_patch() -> Obj:
    """Merge patch that lets the control plane go on."""
    return {"metadata": {"annotations": {PAUSED: None}}}


def is_held(control_plane: Obj | None) -> bool:
    """Whether the control plane is paused."""
    return PAUSED in t.cast(dict[str, str], dig(control_plane, ("metadata", "annotations")) or {})


def is_holding_firmly(control_plane: Obj | None) -> bool:
    """Whether it is paused, and stays so whatever Cluster API thinks of etcd."""
    annotations = dig(control_plane, ("metadata", "annotations")) or {}
    return is_held(control_plane) and NOT_UNPAUSED_BY_OTHERS in annotations


def is_upgrading(etcd: Obj | None) -> bool:
    """Whether the members are being replaced."""
    return UPGRADING in (dig(etcd, ("metadata", "annotations")) or {})


__all__ = (
    "NOT_UNPAUSED_BY_OTHERS",
    "PAUSED",
    "UPGRADING",
    "begin_patch",
    "differs",
    "hold_patch",
    "is_held",
    "is_holding_firmly",
    "is_upgrading",
    "release_patch",
)
