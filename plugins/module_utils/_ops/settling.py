# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Freshly rendered objects, made fit to be applied where an earlier run may have left some of them already."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ops.apply import (
    NOT_THERE,
    PATIENCE_SECONDS,
    apply_objects,
)
from ansible_collections.eks.anywhere.plugins.module_utils._plan.machines import REFERENCES, references
from ansible_collections.eks.anywhere.plugins.module_utils._plan.naming import settled
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Clock, Kube, Obj, Reporter
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.plugins.module_utils._wait import Tick, until

Place = tuple[str, str, str]
"""API version, kind and namespace: one list request."""


@dataclasses.dataclass(frozen=True)
class Server:
    """Where to apply, and how; ``kube`` None is for check mode before there is a server."""

    kube: Kube | None
    clock: Clock
    report: Reporter
    check_mode: bool


def apply_settled(objects: t.Sequence[Obj], *, server: Server, rendered: bool) -> Result:
    """Apply objects; those that were ``rendered`` take names and endpoints over from the live ones before."""
    return apply_objects(
        settle(objects, server=server) if rendered else objects,
        kube=server.kube,
        clock=server.clock,
        report=server.report,
        check_mode=server.check_mode,
    )


def settle(objects: t.Sequence[Obj], *, server: Server) -> list[Obj]:
    """``objects`` as they are to be applied beside the live ones: one request for each kind that has to do with it."""
    places = _places(objects)
    if server.kube is None or not places:
        return list(objects)
    live = _planned(places, server.kube) if server.check_mode else _live(places, server.kube, server)
    return list(settled(objects, live))


def _places(objects: t.Sequence[Obj]) -> list[Place]:
    """Where what holds machines lives, and the templates of machines."""
    templates = {reference.template[0] for obj in objects for reference in references(obj)}
    return sorted(
        {
            (obj["apiVersion"], obj["kind"], obj["metadata"].get("namespace") or "")
            for obj in objects
            if obj["kind"] in REFERENCES or obj["kind"] in templates
        }
    )


def _list(places: t.Sequence[Place], kube: Kube) -> list[Obj]:
    return [
        obj
        for api_version, kind, namespace in places
        for obj in kube.list(api_version=api_version, kind=kind, namespace=namespace or None)
    ]


def _planned(places: t.Sequence[Place], kube: Kube) -> list[Obj]:
    """In check mode what comes before is only planned too, so there may be no server to ask."""
    try:
        return _list(places, kube)
    except EksaError as exc:
        if exc.code not in NOT_THERE:
            raise
        return []


def _live(places: t.Sequence[Place], kube: Kube, server: Server) -> list[Obj]:
    """As patient as the apply that follows: kinds with several versions are read through a webhook, too."""
    found: list[Obj] = []

    def attempt() -> Tick:
        found[:] = _list(places, kube)
        return Tick(done=True, state="read")

    until(attempt, clock=server.clock, report=server.report, timeout_seconds=PATIENCE_SECONDS, what="live objects")
    return found


__all__ = ("Server", "apply_settled", "settle")
