# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""The explainer's word on a scene of a wait: what keeps this very goal from being reached."""

from __future__ import annotations

import dataclasses
import datetime as dt
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config import machinery
from ansible_collections.eks.anywhere.plugins.module_utils._wait.cause import Cause
from ansible_collections.eks.anywhere.plugins.module_utils._wait.cluster import ASIDE, Goal, Scene, judge
from ansible_collections.eks.anywhere.plugins.module_utils._wait.driver import Tick
from ansible_collections.eks.anywhere.plugins.module_utils._wait.observation import (
    Observation,
    name,
    namespace,
    reference,
)
from ansible_collections.eks.anywhere.plugins.module_utils._wait.why import why

_BY_DESIGN: t.Mapping[Goal, frozenset[str]] = {
    Goal.ETCD: frozenset({"why.no_cni", "why.paused"}),
    Goal.CONTROL_PLANE: frozenset({"why.no_cni"}),
    Goal.MACHINES: frozenset({"why.no_cni"}),
    Goal.ETCD_ROLLED: frozenset({"why.paused"}),
}
"""Nodes have no network before it is installed, and the control plane is paused while etcd comes up."""


def judged(scene: Scene, goal: Goal, *, at: dt.datetime) -> Tick:
    """As ``judge``; a goal that is not reached comes with its cause, where one is known."""
    tick = judge(scene, goal)
    if tick.done or scene.cluster is None:
        return tick
    found = cause_of(scene, goal, at=at)
    return dataclasses.replace(tick, cause=found) if found else tick


def cause_of(scene: Scene, goal: Goal, *, at: dt.datetime) -> Cause | None:
    """The deepest cause; None while all that is to be said is what comes next."""
    found = why(observed(scene, goal, at=at), by_design=_BY_DESIGN.get(goal, frozenset()))
    return None if found.under_way or found.ready else found


def observed(scene: Scene, goal: Goal, *, at: dt.datetime) -> Observation:
    """A scene as an observation, without what waits for the goal itself."""
    aside = ASIDE.get(goal)
    strangers = [machine for machine in scene.machines if aside and aside.machine(machine)]
    hidden = {name(machine) for machine in strangers} | {reference(machine) for machine in strangers}
    kinds = aside.kinds if aside else frozenset()
    pods = [pod for pod in scene.pods if namespace(pod) in machinery.ALL]
    inside = [pod for pod in scene.pods if namespace(pod) not in machinery.ALL]
    mine = (scene.cluster, scene.etcd, scene.control_plane, *scene.deployments, *scene.machines, *scene.others, *pods)
    return Observation(
        name=scene.name,
        namespace=namespace(scene.cluster) if scene.cluster else "",
        management=tuple(obj for obj in mine if obj and name(obj) not in hidden and obj["kind"] not in kinds),
        workload=None if scene.nodes is None else (*scene.nodes, *inside),
        at=at,
    )


__all__ = ("cause_of", "judged", "observed")
