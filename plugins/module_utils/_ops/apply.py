# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Apply a set of objects in one go: in groups, side by side inside a group, patient with webhooks that come up."""

from __future__ import annotations

import concurrent.futures
import dataclasses
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._plan.objects import (
    comparable,
    in_groups,
    label,
    overlaid,
    texts,
    where,
)
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Clock, Kube, Obj, Reporter
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.plugins.module_utils._wait import Reason, Tick, until

PARALLEL = 8
POLL_SECONDS = 0.25
"""A webhook that has just come up answers within a fraction of a second."""
PATIENCE_SECONDS = 120.0
COMING_UP = frozenset(
    {
        "kube.busy",
        "kube.conflict",
        "kube.kind_unknown",
        "kube.not_found",
        "kube.server_error",
        "kube.unreachable",
        "kube.webhook_unavailable",
    }
)
"""What a server says while a webhook or a definition is on its way."""

NOT_THERE = frozenset({"kube.kind_unknown", "kube.namespace_missing", "kube.not_found", "kube.unreachable"})
"""In check mode: what comes before is only planned too, so there is nothing to ask about the object."""


@dataclasses.dataclass(frozen=True)
class Applied:
    """One object: ``operation`` is ``created``, ``configured`` or ``unchanged``."""

    obj: Obj
    operation: str
    before: Obj | None
    after: Obj
    supposed: bool = False
    """Told from what is there and what is asked for: the server could not say."""

    def summary(self) -> dict[str, str]:
        """Shape for the module's return value."""
        metadata = self.obj["metadata"]
        return {
            "kind": self.obj["kind"],
            "name": metadata["name"],
            "namespace": metadata.get("namespace", ""),
            "operation": self.operation,
        }


def apply_objects(
    objects: t.Sequence[Obj],
    *,
    kube: Kube | None,
    clock: Clock,
    report: Reporter,
    check_mode: bool,
    patience_seconds: float = PATIENCE_SECONDS,
) -> Result:
    """Apply all objects. ``kube`` None is for check mode before there is a server: all would be created."""
    done: list[Applied] = []
    for group in in_groups(objects):
        if check_mode:
            done.extend(_planned(group, kube=kube, report=report))
        else:
            done.extend(_applied(group, kube=_needed(kube), clock=clock, report=report, patience=patience_seconds))
    return _result(done, order=[id(obj) for obj in objects])


def _needed(kube: Kube | None) -> Kube:
    if kube is None:
        raise EksaError("There is no API server to apply to.", code="apply.no_server", hint="Give a kubeconfig.")
    return kube


def _planned(group: t.Sequence[Obj], *, kube: Kube | None, report: Reporter) -> list[Applied]:
    """Server-side dry run; an object that cannot be asked about yet would be created as it is given."""

    def one(obj: Obj) -> Applied:
        if kube is None:
            return Applied(obj=obj, operation="created", before=None, after=obj)
        try:
            return _one(obj, kube=kube, dry_run=True)
        except EksaError as exc:
            if exc.code == "kube.webhook_unavailable":
                return _supposed(obj, kube=kube)
            if exc.code not in NOT_THERE:
                raise
            return Applied(obj=obj, operation="created", before=None, after=obj)

    with concurrent.futures.ThreadPoolExecutor(max_workers=PARALLEL) as pool:
        planned = list(pool.map(one, group))
    kinds = sorted({item.obj["kind"] for item in planned if item.supposed})
    if kinds:
        report.line(f"  {', '.join(kinds)}: compared without their webhooks, which are down")
    return planned


def _supposed(obj: Obj, *, kube: Kube) -> Applied:
    """Without its webhook, which a provider that is being replaced does not have: what is asked for over what is there.

    What a webhook would fill in or a server would write in another way counts as a change here.
    """
    before = kube.get(**where(obj))
    if before is None:
        return Applied(obj=obj, operation="created", before=None, after=obj, supposed=True)
    after = overlaid(before, obj)
    same = comparable(before) == comparable(after)
    return Applied(obj, "unchanged" if same else "configured", before, after, supposed=True)


def _applied(group: t.Sequence[Obj], *, kube: Kube, clock: Clock, report: Reporter, patience: float) -> list[Applied]:
    done: list[Applied] = []
    left = list(group)

    def attempt() -> Tick:
        nonlocal left
        reasons: list[Reason] = []
        missed: list[Obj] = []
        for obj, outcome in zip(left, _side_by_side(left, kube=kube), strict=True):
            if isinstance(outcome, Applied):
                done.append(outcome)
                continue
            missed.append(obj)
            reasons.append(Reason(obj["kind"], obj["metadata"]["name"], outcome.message))
        left = missed
        return Tick(done=not left, state=f"{len(group) - len(left)}/{len(group)} applied", reasons=tuple(reasons))

    until(attempt, clock=clock, report=report, timeout_seconds=patience, what="objects", poll_seconds=POLL_SECONDS)
    return done


def _side_by_side(objects: t.Sequence[Obj], *, kube: Kube) -> list[Applied | EksaError]:
    """Each object applied, or the error that may go away; any other error is raised."""

    def one(obj: Obj) -> Applied | EksaError:
        try:
            return _one(obj, kube=kube, dry_run=False)
        except EksaError as exc:
            if exc.code not in COMING_UP:
                raise
            return exc

    with concurrent.futures.ThreadPoolExecutor(max_workers=PARALLEL) as pool:
        return list(pool.map(one, objects))


def _one(obj: Obj, *, kube: Kube, dry_run: bool) -> Applied:
    before = kube.get(**where(obj))
    after = kube.apply(obj, dry_run=dry_run)
    if before is None:
        return Applied(obj=obj, operation="created", before=None, after=after)
    same = comparable(before) == comparable(after)
    return Applied(obj=obj, operation="unchanged" if same else "configured", before=before, after=after)


def _result(done: t.Sequence[Applied], *, order: t.Sequence[int]) -> Result:
    place = {identity: position for position, identity in enumerate(order)}
    sequence = sorted(done, key=lambda item: place[id(item.obj)])
    changed = [item for item in sequence if item.operation != "unchanged"]
    shown = [texts(item.before, item.after) for item in changed]
    verbs = {"created": "Create", "configured": "Configure"}
    return Result(
        actions=tuple(f"{verbs[item.operation]} {label(item.obj)}" for item in changed),
        before="---\n".join(before for before, _after in shown if before),
        after="---\n".join(after for _before, after in shown),
        data={"objects": [item.summary() for item in sequence]},
    )


__all__ = ("PATIENCE_SECONDS", "Applied", "apply_objects")
