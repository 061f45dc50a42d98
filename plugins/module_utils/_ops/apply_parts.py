# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Apply parts of a cluster by themselves, so that the order in which machines roll is ours."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ops.apply import NOT_THERE, apply_objects
from ansible_collections.eks.anywhere.plugins.module_utils._ops.settling import Server, apply_settled, settle
from ansible_collections.eks.anywhere.plugins.module_utils._plan import etcd_roll
from ansible_collections.eks.anywhere.plugins.module_utils._plan.objects import label, where
from ansible_collections.eks.anywhere.plugins.module_utils._plan.parts import selected
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Kube, Obj
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result


def apply_chosen(
    objects: t.Sequence[Obj], parts: t.Collection[str] | None, *, server: Server, rendered: bool
) -> Result:
    """Apply all objects, or those of some parts where parts are named."""
    if parts is None:
        return apply_settled(objects, server=server, rendered=rendered)
    return apply_parts(objects, parts, server=server)


def apply_parts(objects: t.Sequence[Obj], parts: t.Collection[str], *, server: Server) -> Result:
    """Apply the parts of a rendered cluster. With an external etcd its roll is prepared, or the control plane freed."""
    chosen = selected(objects, parts)
    kube = server.kube
    if kube is None or not _of_kind(objects, "EtcdadmCluster"):
        return apply_settled(chosen, server=server, rendered=True)
    roll = _Roll(kube, _of_kind(objects, "KubeadmControlPlane"), server)
    settled = settle(chosen, server=server)
    etcd = _of_kind(settled, "EtcdadmCluster")
    before: list[str] = []
    if etcd is not None:
        found = roll.live(etcd)
        if found is not None and not etcd_roll.differs(found, etcd):
            # Applying what is the same already could take back what its controller has noted on it.
            settled = [obj for obj in settled if obj is not etcd]
        elif found is not None:
            before = roll.begin(found)
    applied = apply_objects(settled, kube=kube, clock=server.clock, report=server.report, check_mode=server.check_mode)
    after = roll.release() if _of_kind(settled, "KubeadmControlPlane") else []
    return dataclasses.replace(applied, actions=(*before, *applied.actions, *after))


@dataclasses.dataclass(frozen=True)
class _Roll:
    """The control plane of a cluster with an external etcd, before and after that changes."""

    kube: Kube
    control_plane: Obj | None
    server: Server

    def live(self, obj: Obj) -> Obj | None:
        """The object as it is, if anybody can tell."""
        try:
            return self.kube.get(**where(obj))
        except EksaError as exc:
            if not self.server.check_mode or exc.code not in NOT_THERE:
                raise
            return None

    def begin(self, etcd: Obj) -> list[str]:
        """Pause the control plane, then announce the change of members; in this order, whatever cuts us."""
        plane = self.live(self.control_plane) if self.control_plane else None
        actions = []
        if plane is not None and not etcd_roll.is_holding_firmly(plane):
            actions.append(self._patch(plane, etcd_roll.hold_patch(), verb="Pause"))
        if not etcd_roll.is_upgrading(etcd):
            actions.append(self._patch(etcd, etcd_roll.begin_patch(), verb="Announce the roll of"))
        return actions

    def release(self) -> list[str]:
        """Let a paused control plane go on."""
        plane = self.live(self.control_plane) if self.control_plane else None
        if plane is None or not etcd_roll.is_held(plane):
            return []
        return [self._patch(plane, etcd_roll.release_patch(), verb="Unpause")]

    def _patch(self, obj: Obj, patch: Obj, *, verb: str) -> str:
        if not self.server.check_mode:
            self.kube.merge(**where(obj), patch=patch)
        return f"{verb} {label(obj)}"


def _of_kind(objects: t.Iterable[Obj], kind: str) -> Obj | None:
    return next((obj for obj in objects if obj["kind"] == kind), None)


__all__ = ("apply_chosen", "apply_parts")
