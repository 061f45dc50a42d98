# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Servers that answer with errors, at any call of a move: the run goes on or says so, and the next one ends well."""

from __future__ import annotations

import functools

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.tests.unit.move.management import Trouble
from ansible_collections.eks.anywhere.tests.unit.move.test_fence import assert_no_fence, fenced
from ansible_collections.eks.anywhere.tests.unit.move.test_move import assert_moved, watch, without_bystanders
from ansible_collections.eks.anywhere.tests.unit.move.worlds import World, inventory

PASSING = ("kube.conflict", "kube.busy", "kube.server_error", "kube.unreachable")
STRIDE = 9


@functools.cache
def calls(side: str) -> int:
    """How many calls of one side a whole move takes."""
    scene = fenced("wl")
    counter = Trouble(at=1 << 30, code="never")
    kube = scene.source if side == "source" else scene.target
    kube.trouble = counter
    scene.move()
    return counter.calls


def troubled(side: str, trouble: Trouble) -> World:
    """A world one side of which will answer with an error."""
    scene = fenced("wl", concurrency=2)
    (scene.source if side == "source" else scene.target).trouble = trouble
    return scene


def ended(scene: World) -> EksaError | None:
    """Run; the error that ended it, if one did."""
    try:
        scene.move()
    except EksaError as exc:
        return exc
    return None


# Each code at every ninth call, with the beginnings shifted, so that together they hit every second one.
CASES = [
    (side, code, late, at)
    for side in ("source", "target")
    for index, (code, late) in enumerate([*((code, False) for code in PASSING), ("kube.unreachable", True)])
    for at in range(1 + 2 * index, calls(side) + 1, STRIDE)
]


@pytest.mark.parametrize(("side", "code", "late", "at"), CASES)
def test_an_error_that_passes_does_not_end_the_move(side: str, code: str, late: bool, at: int) -> None:
    trouble = Trouble(at=at, code=code, late=late)
    scene = troubled(side, trouble)
    before = inventory(scene.source)
    watch(scene, without_bystanders(before))
    # Before its first look is complete a run cannot go on; nothing has been touched then.
    error = ended(scene)
    assert error is None or (error.code == code and error.hint)
    result = scene.move()
    assert trouble.given == 1 or at > calls(side) - STRIDE
    assert result.data["state"] == "S5"
    assert_moved(scene, before)
    assert_no_fence(scene)
    assert not scene.move().changed


@pytest.mark.parametrize("code", ["kube.forbidden", "kube.invalid"])
@pytest.mark.parametrize("at", range(1, calls("source") + 1, 23))
def test_an_error_that_does_not_pass_ends_the_run_clearly(code: str, at: int) -> None:
    trouble = Trouble(at=at, code=code)
    scene = troubled("source", trouble)
    before = inventory(scene.source)
    watch(scene, without_bystanders(before))
    error = ended(scene)
    assert error is None or (error.code == code and error.hint)
    assert scene.move().data["state"] == "S5"
    assert_moved(scene, before)
    assert_no_fence(scene)


def test_an_error_that_stays_ends_the_run_and_starts_the_controllers() -> None:
    scene = troubled("target", Trouble(at=80, code="kube.busy", times=1 << 30))
    before = inventory(scene.source)
    with pytest.raises(EksaError) as caught:
        scene.move()
    assert caught.value.code == "kube.busy"
    assert sum("looks again and goes on" in line for line in scene.report.lines) == 3
    assert_no_fence_asked(scene)
    scene.target.trouble = None
    scene.move()
    assert_moved(scene, before)
    assert_no_fence(scene)


def assert_no_fence_asked(scene: World) -> None:
    """Started again, though nobody waited for the pods."""
    deployments = [obj for key, obj in scene.source.objects.items() if key[1] == "Deployment"]
    assert [obj["spec"]["replicas"] for obj in deployments] == [1, 1, 1]
