# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""What is asked to move: one namespace, several, or all that hold clusters; and several objects at a time."""

from __future__ import annotations

import threading
import typing as t

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ops.move_write import each
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.tests.unit.fakes import Killed
from ansible_collections.eks.anywhere.tests.unit.move import worlds
from ansible_collections.eks.anywhere.tests.unit.move.test_fence import assert_no_fence
from ansible_collections.eks.anywhere.tests.unit.move.test_graph import graph_of, put
from ansible_collections.eks.anywhere.tests.unit.move.test_move import CLUSTER
from ansible_collections.eks.anywhere.tests.unit.move.worlds import World, inventory, world

PLACES = ("red", "green", "blue")


def spread(*, deployments: bool = False, concurrency: int = 1) -> World:
    """A cluster of its own in each of three namespaces."""
    scene = world(deployments=deployments, concurrency=concurrency)
    for place in PLACES:
        worlds.add_cluster(scene.source, f"{place}wl", namespace=place)
    return scene


def of(scene: World, *places: str) -> dict[t.Any, Obj]:
    """What is in the source, of some namespaces."""
    return {key: value for key, value in inventory(scene.source).items() if key[2] in places}


def there(scene: World, *places: str) -> dict[t.Any, Obj]:
    """What is in the target, of some namespaces."""
    return {key: value for key, value in inventory(scene.target).items() if key[2] in places}


def test_several_namespaces_move_and_others_stay() -> None:
    scene = spread()
    before = of(scene, "red", "blue")
    staying = of(scene, "green")
    result = scene.move(namespaces=("red", "blue"))
    assert result.data["clusters"] == ["red/redwl", "blue/bluewl"]
    assert there(scene, "red", "blue") == before
    assert not of(scene, "red", "blue")
    assert of(scene, "green") == staying
    assert "(namespace red)" in result.actions[0]
    assert not scene.move(namespaces=("red", "blue")).changed


def test_all_namespaces_that_hold_clusters_move_behind_one_fence() -> None:
    scene = spread(deployments=True)
    before = of(scene, *PLACES)
    planned = scene.move(namespaces=(), check_mode=True)
    result = scene.move(namespaces=())
    assert planned.actions == result.actions
    assert there(scene, *PLACES) == before
    assert scene.source.log.count("merge Deployment capi-controller-manager") == 2
    assert_no_fence(scene)
    again = scene.move(namespaces=())
    assert not again.changed
    assert len(again.data["clusters"]) == 3


def test_a_name_selects_within_all_namespaces() -> None:
    scene = spread()
    assert scene.move(namespaces=PLACES, name="redwl").data["clusters"] == ["red/redwl"]
    assert not of(scene, "red")
    assert of(scene, "green")


def test_nothing_anywhere_is_an_error() -> None:
    scene = world()
    for namespaces in ((), PLACES):
        with pytest.raises(EksaError) as caught:
            scene.move(namespaces=namespaces)
        assert caught.value.code == "move.nothing_to_move"
        assert caught.value.hint


def test_all_namespaces_are_taken_over_wherever_the_first_run_died() -> None:
    scene = spread(deployments=True, concurrency=4)
    before = of(scene, *PLACES)
    # More than it takes to stop and start the controllers: a run that dies sooner gets nowhere, and harms nothing.
    for _attempt in range(100):
        scene.fuse.kill_at = scene.fuse.writes + 61
        try:
            scene.move(namespaces=())
            break
        except Killed:
            continue
    else:
        pytest.fail("no run came to its end")
    assert there(scene, *PLACES) == before
    assert not of(scene, *PLACES)
    assert_no_fence(scene)


def test_moves_of_other_pairs_in_other_namespaces_are_left_alone() -> None:
    scene = spread()
    other = {"format": "2", "source": "x", "target": "y", "phase": "create", "group": "0", "name": ""}
    labels = {"app.kubernetes.io/component": "capi-move"}
    metadata = {"name": "eks-anywhere-capi-move", "namespace": "pink", "labels": labels}
    scene.target.seed({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": other})
    assert len(scene.move(namespaces=()).data["clusters"]) == 3


# --- several at a time ----------------------------------------------------------------------------------------------


def nodes(count: int) -> list[t.Any]:
    cluster = put("Cluster", "wl")
    graph = graph_of(cluster, *(put("Machine", f"m{number}", cluster) for number in range(count)))
    return list(graph.groups[1])


def test_objects_of_a_group_go_at_the_same_time_and_results_keep_their_order() -> None:
    meeting = threading.Barrier(3, timeout=10)

    def meet(node: t.Any) -> str:
        meeting.wait()
        return str(node.key.name)

    assert each(nodes(3), meet, lanes=3) == ["m0", "m1", "m2"]


def test_no_more_than_asked_for_go_at_the_same_time() -> None:
    lock, seen, now = threading.Lock(), [0], [0]

    def count(_node: t.Any) -> None:
        with lock:
            now[0] += 1
            seen[0] = max(seen[0], now[0])
        threading.Event().wait(0.01)
        with lock:
            now[0] -= 1

    each(nodes(12), count, lanes=3)
    assert 1 < seen[0] <= 3


@pytest.mark.parametrize("lanes", [1, 4])
def test_an_error_comes_out_when_nobody_is_at_work_any_more(lanes: int) -> None:
    working: set[str] = set()

    def fail(node: t.Any) -> None:
        working.add(node.key.name)
        try:
            if node.key.name == "m1":
                raise EksaError("No.", code="kube.invalid")
            threading.Event().wait(0.02)
        finally:
            working.discard(node.key.name)

    with pytest.raises(EksaError, match="No"):
        each(nodes(9), fail, lanes=lanes)
    assert not working


def test_groups_stay_in_order_with_threads() -> None:
    scene = world("wl", concurrency=4)
    scene.move()
    created = [line for line in scene.target.log if line.startswith("create")]
    assert created.index("create Machine wl-cp-1") < created.index("create VSphereVM wl-cp-1")
    deleted = [line for line in scene.source.log if line.startswith("delete") and "eks-anywhere" not in line]
    assert deleted.index("delete VSphereVM wl-cp-1") < deleted.index("delete Machine wl-cp-1")
    assert deleted[-1] == "delete Cluster wl"
    assert (CLUSTER, "Cluster", worlds.NAMESPACE, "wl") in scene.target.objects
