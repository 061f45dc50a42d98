# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Wait for a cluster that Cluster API builds, with the cause in each line and in the error when time is up."""

from __future__ import annotations

from ansible_collections.eks.anywhere.plugins.module_utils._ops.drains import WAIT, DrainPolicy, Drains
from ansible_collections.eks.anywhere.plugins.module_utils._ops.wait import Connect, Observer, Target
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Clock, Kube, Reporter
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.plugins.module_utils._wait import Tick, until
from ansible_collections.eks.anywhere.plugins.module_utils._wait.scene import TITLES, Goal
from ansible_collections.eks.anywhere.plugins.module_utils._wait.scenes import judged


def wait_for(
    target: Target,
    goal: Goal,
    *,
    kube: Kube,
    connect: Connect,
    clock: Clock,
    report: Reporter,
    timeout_seconds: float,
    check_mode: bool,
    policy: DrainPolicy = WAIT,
) -> Result:
    """Wait until the goal is reached. In check mode look once and say what is missing."""
    observer = Observer(target, kube=kube, connect=connect)
    if check_mode:
        tick = judged(observer.look(goal), goal, at=clock.today())
        return Result(data={"seconds": 0.0, "reason": "" if tick.done else tick.why or tick.state})
    drains = Drains(policy, kube=kube, clock=clock, report=report)

    def look() -> Tick:
        scene = observer.look(goal)
        tick = judged(scene, goal, at=clock.today())
        if not tick.done:
            drains.tend(scene.machines)
        return tick

    what = f"{TITLES[goal]}{' ' + target.group if target.group else ''}"
    seconds = until(look, clock=clock, report=report, timeout_seconds=timeout_seconds, what=what)
    return Result(actions=tuple(drains.actions), data={"seconds": round(seconds, 1), "reason": ""})


__all__ = ("wait_for",)
