# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""What a restore does, for people. Fields are named and never shown: what they hold may be secret."""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._ops.restore_compare import Comparison
from ansible_collections.eks.anywhere.plugins.module_utils._ops.restore_read import Kept
from ansible_collections.eks.anywhere.plugins.module_utils._plan.move_content import is_paused
from ansible_collections.eks.anywhere.plugins.module_utils._plan.move_graph import Key
from ansible_collections.eks.anywhere.plugins.module_utils._plan.restore import RestorePlan, Step, Task
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result

_WORDS = {
    Task.CREATE: ("create", "that is missing", "that are missing"),
    Task.RENEW: ("make anew", "that is being deleted", "that are being deleted"),
    Task.OVERWRITE: ("overwrite", "that differs", "that differ"),
    Task.RELINK: ("link", "to its new owner", "to their new owners"),
}


def told(plan: RestorePlan, *, kept: Kept, comparison: Comparison, found: t.Mapping[Key, Obj]) -> Result:
    """The plan as a result; ``found`` is what was there before."""
    return Result(
        actions=tuple(_actions(plan)),
        before="".join(f"{line}\n" for line in sorted(_places(plan, found, done=False))),
        after="".join(f"{line}\n" for line in sorted(_places(plan, found, done=True))),
        data={
            "backup": kept.path,
            "created": _labels(plan.of(Task.CREATE, Task.RENEW)),
            "overwritten": _labels(plan.of(Task.OVERWRITE)),
            "relinked": _labels(plan.of(Task.RELINK)),
            "different": [
                {"object": key.label, "fields": list(fields)} for key, fields in sorted(plan.different.items())
            ],
            "resumed": [key.label for key in plan.resume],
            "left_paused": [key.label for key in plan.stopped],
            "machines": sorted(comparison.found, key=lambda one: one["name"]),
            "notes": list(comparison.notes),
        },
    )


def _labels(steps: t.Iterable[Step]) -> list[str]:
    return [step.node.key.label for step in steps]


def _actions(plan: RestorePlan) -> t.Iterator[str]:
    yield from (f"pause {key.label}" for key in plan.pause)
    for task, (verb, one, many) in _WORDS.items():
        count = len(plan.of(task))
        if count:
            yield f"{verb} {count} object{'' if count == 1 else 's'} {one if count == 1 else many}"
    yield from (f"let {key.label} go on" for key in plan.resume)


def _places(plan: RestorePlan, found: t.Mapping[Key, Obj], *, done: bool) -> t.Iterator[str]:
    """A line for each object that changes."""
    for step in plan.steps:
        label = step.node.key.label
        if step.task in (Task.CREATE, Task.RENEW):
            yield f"{label}: {'as in the backup' if done else 'being deleted' if step.there else 'missing'}"
        else:
            what = "linked to its owner" if step.task is Task.RELINK else "as in the backup"
            yield from (f"{label}: {field}: {what if done else 'another one'}" for field in step.fields)
    created = {step.node.key for step in plan.of(Task.CREATE, Task.RENEW)}
    for key in plan.resume:
        if done:
            yield f"{key.label}: active"
        elif key not in created:
            yield f"{key.label}: {'paused by a restore' if is_paused(key, found[key]) else 'active'}"


__all__ = ("told",)
