# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The source dies in the middle of a move, at any write: the move ends without it, or says that it cannot."""

from __future__ import annotations

import contextlib

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ops import move_gone
from ansible_collections.eks.anywhere.plugins.module_utils._ops.move import Ports, Settings, move
from ansible_collections.eks.anywhere.plugins.module_utils._plan import move_journal as journals
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Kube
from ansible_collections.eks.anywhere.tests.unit.fakes import Killed, ObjectId
from ansible_collections.eks.anywhere.tests.unit.move.worlds import NAMESPACE, Days, World, world

CLUSTER: ObjectId = ("cluster.x-k8s.io", "Cluster", NAMESPACE, "wl")
JOURNAL: ObjectId = ("", "ConfigMap", NAMESPACE, journals.NAME)
DEFINITION = "CustomResourceDefinition"


def cut(kill_at: int) -> World:
    """A move that died before a write, and with it the source."""
    scene = world("wl")
    scene.fuse.kill_at = scene.fuse.writes + kill_at
    with contextlib.suppress(Killed):
        scene.move()
    scene.fuse.revive()
    return scene


def writes() -> int:
    """How many a whole move takes."""
    scene = world("wl")
    scene.move()
    return scene.fuse.writes


def whole_after() -> int:
    """Number of the write by which the target's journal says that all is copied."""
    scene = world("wl")
    found: list[int] = []

    def look() -> None:
        journal = journals.parsed(scene.target.objects.get(JOURNAL))
        if journal is not None and journal.deleting:
            found.append(scene.fuse.writes)

    scene.target.after = look
    scene.move()
    return found[0]


def finish(scene: World) -> None:
    """Another run, which is told that the source is lost."""
    scene.target.diligent = True
    ports = Ports(
        source=move_gone.source(lost=True, target=scene.target, connect=nobody),
        target=scene.target,
        clock=Days(scene.target),
        report=scene.report,
        files=scene.files,
        vault=None,
    )
    move(ports, namespaces=(NAMESPACE,), name=None, settings=Settings(timeout_seconds=600.0))


def nobody() -> Kube:
    raise AssertionError("the source is lost, nobody may ask it")


def moving() -> set[ObjectId]:
    """What the source had when the move began."""
    whole = world("wl")
    whole.move()
    return {key for key in whole.target.objects if key[1] != DEFINITION}


def test_ends_without_the_source_from_the_moment_on_when_the_target_holds_everything() -> None:
    copied = moving()
    enough = []
    for kill_at in range(1, writes()):
        scene = cut(kill_at)
        journal = journals.parsed(scene.target.objects.get(JOURNAL))
        whole = journal is not None and journal.deleting
        assert not whole or copied - {JOURNAL} <= set(scene.target.objects)
        before = dict(scene.target.objects)
        if not whole:
            with pytest.raises(EksaError) as caught:
                finish(scene)
            assert caught.value.code == "move.source_needed"
            assert scene.target.objects == before
        else:
            finish(scene)
            assert not scene.target.objects[CLUSTER]["spec"].get("paused")
            assert JOURNAL not in scene.target.objects
            assert copied <= set(scene.target.objects)
            enough.append(kill_at)
    assert enough == list(range(whole_after() + 1, writes())), "once it can be missed it can be missed for good"


def test_a_source_that_is_there_is_asked() -> None:
    scene = world("wl")
    assert move_gone.source(lost=False, target=scene.target, connect=lambda: scene.source) is scene.source
