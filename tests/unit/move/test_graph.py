# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Tables over the pure parts: what moves and in which order, what a copy looks like, journals, versions."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._plan import move_content as content
from ansible_collections.eks.anywhere.plugins.module_utils._plan.move_build import build
from ansible_collections.eks.anywhere.plugins.module_utils._plan.move_graph import (
    CORE_KINDS,
    Graph,
    Key,
    MoveKind,
    Scope,
    class_of,
    kinds_of,
    template_references,
)
from ansible_collections.eks.anywhere.plugins.module_utils._plan.move_journal import Journal, parsed, rendered
from ansible_collections.eks.anywhere.plugins.module_utils._plan.move_providers import provider_gaps
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.tests.unit.move.worlds import GLOBAL, KINDS, NAMESPACE, definition, thing

MOVE = {"clusterctl.cluster.x-k8s.io/move": ""}
HIERARCHY = {"clusterctl.cluster.x-k8s.io/move-hierarchy": ""}


def known(**labels: t.Mapping[str, str]) -> dict[str, MoveKind]:
    """All kinds by name; ``Machine=MOVE`` labels its definition."""
    return {kind.kind: kind for kind in kinds_of([definition(name, labels=labels.get(name)) for name in KINDS])}


def put(kind: str, name: str, *owners: Obj, labels: t.Mapping[str, str] | None = None, **fields: t.Any) -> Obj:
    """An object with a readable uid."""
    obj = thing(kind, name, *owners, **fields)
    obj["metadata"]["uid"] = f"{kind}:{name}"
    obj["metadata"]["labels"] = dict(labels or {})
    return obj


def graph_of(*objects: Obj, name: str | None = None, kinds: t.Mapping[str, MoveKind] | None = None) -> Graph:
    """The graph; all Clusters given are all there are."""
    kinds = kinds or known()
    clusters = [obj for obj in objects if obj["kind"] == "Cluster"]
    listed = [(kinds[obj["kind"]], obj) for obj in objects]
    return build(listed, scope=Scope(namespace=NAMESPACE, name=name), all_clusters=clusters)


def order(graph: Graph) -> list[list[str]]:
    """Groups as ``Kind/name``."""
    return [[f"{node.key.kind}/{node.key.name}" for node in group] for group in graph.groups]


WL = put("Cluster", "wl")
KCP = put("KubeadmControlPlane", "wl", WL)
MACHINE = put("Machine", "m", KCP)
CRS = put("ClusterResourceSet", "crs")
OTHER = put("Cluster", "other")
CLASSY = put("Cluster", "classy", spec={"topology": {"classRef": {"name": "quick"}}})
CLASS = put("ClusterClass", "quick")
GHOST: Obj = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "ghost", "uid": "ghost"}}
IDENTITY = put("VSphereClusterIdentity", "id")

ORDERS: dict[str, tuple[list[Obj], list[list[str]]]] = {
    "nothing": ([], []),
    "no root": ([put("Machine", "m"), put("Secret", "s"), put("ConfigMap", "c")], []),
    "cluster": ([WL], [["Cluster/wl"]]),
    "owned chain, listed backwards": ([MACHINE, KCP, WL], [["Cluster/wl"], ["KubeadmControlPlane/wl"], ["Machine/m"]]),
    "two owners wait for both": (
        [put("Secret", "s", WL, MACHINE), MACHINE, KCP, WL],
        [["Cluster/wl"], ["KubeadmControlPlane/wl"], ["Machine/m"], ["Secret/s"]],
    ),
    "secret by name": ([WL, put("Secret", "wl-ca")], [["Cluster/wl"], ["Secret/wl-ca"]]),
    "secret by name of two words": (
        [WL, put("Secret", "wl-apiserver-etcd-client")],
        [["Cluster/wl"], ["Secret/wl-apiserver-etcd-client"]],
    ),
    "secret of an unknown purpose": ([WL, put("Secret", "wl-something")], [["Cluster/wl"]]),
    "secret of a cluster elsewhere": ([WL, put("Secret", "wl-ca", namespace="elsewhere")], [["Cluster/wl"]]),
    "named secret that has another owner": (
        [WL, put("Secret", "wl-ca", put("ConfigMap", "unmoved"))],
        [["Cluster/wl"]],
    ),
    "binding by its cluster's name": (
        [WL, put("ClusterResourceSetBinding", "b", spec={"clusterName": "wl"})],
        [["Cluster/wl"], ["ClusterResourceSetBinding/b"]],
    ),
    "addon with its resources, cluster first": (
        [CRS, put("ConfigMap", "c", CRS), WL],
        [["Cluster/wl", "ClusterResourceSet/crs"], ["ConfigMap/c"]],
    ),
    "class before its cluster": ([CLASSY, CLASS], [["ClusterClass/quick"], ["Cluster/classy"]]),
    "labelled object": ([put("Secret", "s", labels=MOVE)], [["Secret/s"]]),
    "labelled object takes its own along": (
        [(ROOT := put("ConfigMap", "root", labels=HIERARCHY)), put("Secret", "s", ROOT)],
        [["ConfigMap/root"], ["Secret/s"]],
    ),
    "the move label takes nothing along": (
        [(LONE := put("ConfigMap", "lone", labels=MOVE)), put("Secret", "s", LONE)],
        [["ConfigMap/lone"]],
    ),
}


@pytest.mark.parametrize(("objects", "expected"), ORDERS.values(), ids=list(ORDERS))
def test_order(objects: list[Obj], expected: list[list[str]]) -> None:
    graph = graph_of(*objects)
    assert order(graph) == expected
    assert not graph.stuck


def test_kinds_come_from_labelled_definitions() -> None:
    kinds = known(Machine=MOVE)
    assert kinds["Cluster"].hierarchy
    assert kinds["Machine"].move
    assert not kinds["Machine"].hierarchy
    assert kinds["VSphereClusterIdentity"].hierarchy
    assert not kinds["VSphereClusterIdentity"].namespaced
    assert kinds["Machine"].api_version == "cluster.x-k8s.io/v1beta2"
    assert {kind.kind for kind in CORE_KINDS} == {"Secret", "ConfigMap"}


def test_a_labelled_kind_moves_all_its_objects() -> None:
    assert order(graph_of(put("Machine", "m"), kinds=known(Machine=MOVE))) == [["Machine/m"]]


def test_a_cycle_of_owners_ends_and_is_named() -> None:
    first, second = put("Machine", "a", WL), put("Machine", "b", WL)
    for one, other in ((first, second), (second, first)):
        one["metadata"]["ownerReferences"].append({**_reference(other)})
    graph = graph_of(WL, first, second)
    assert [key.name for key, _why in graph.stuck] == ["a", "b"]


def _reference(obj: Obj) -> Obj:
    return {"apiVersion": obj["apiVersion"], "kind": obj["kind"], "name": "x", "uid": obj["metadata"]["uid"]}


def test_an_owner_that_does_not_move_is_named() -> None:
    graph = graph_of(WL, put("Secret", "s", WL, GHOST), put("ConfigMap", "below", put("Secret", "s", WL, GHOST)))
    assert dict(graph.stuck) == {
        Key("", "Secret", NAMESPACE, "s"): "its owner Pod ghost does not move",
        Key("", "ConfigMap", NAMESPACE, "below"): "one of its owners cannot move",
    }


def test_the_longer_cluster_name_owns_a_secret() -> None:
    longer = put("Cluster", "wl-managed")
    graph = graph_of(WL, longer, put("Secret", "wl-managed-etcd"))
    node = graph.nodes[Key("", "Secret", NAMESPACE, "wl-managed-etcd")]
    assert {tenant.name for tenant in node.tenants} == {"wl-managed"}


def test_global_objects_and_what_they_own_stay_in_the_source_too() -> None:
    secret = put("Secret", "password", IDENTITY, namespace="capv-system")
    graph = graph_of(IDENTITY, secret, WL)
    assert {node.key.name: (node.shared, node.keep) for node in graph.nodes.values()} == {
        "id": (True, True),
        "password": (True, True),
        "wl": (False, False),
    }
    assert {"VSphereClusterIdentity"} == GLOBAL


@pytest.mark.parametrize(
    ("objects", "moves", "keeps"),
    [
        ([WL, KCP], {"wl"}, set()),
        ([WL, OTHER, put("MachineSet", "o", OTHER)], {"wl"}, set()),
        ([WL, CRS], {"wl", "crs"}, set()),
        ([WL, OTHER, CRS], {"wl", "crs"}, {"crs"}),
        ([OTHER], set(), set()),
    ],
)
def test_one_cluster_of_several(objects: list[Obj], moves: set[str], keeps: set[str]) -> None:
    graph = graph_of(*objects, name="wl")
    assert {node.key.name for node in graph.nodes.values()} == moves
    assert {node.key.name for node in graph.nodes.values() if node.keep} == keeps


def test_one_cluster_cannot_leave_with_what_another_owns() -> None:
    with pytest.raises(EksaError, match="several clusters") as caught:
        graph_of(WL, OTHER, put("Secret", "both", WL, OTHER), name="wl")
    assert caught.value.code == "move.shared_object"


@pytest.mark.parametrize(
    ("topology", "expected"),
    [
        ({}, None),
        ({"classRef": {"name": "c"}}, (NAMESPACE, "c")),
        ({"classRef": {"name": "c", "namespace": "n"}}, ("n", "c")),
        ({"class": "c", "classNamespace": "n"}, ("n", "c")),
    ],
)
def test_class_of_a_cluster(topology: Obj, expected: tuple[str, str] | None) -> None:
    assert class_of(put("Cluster", "wl", spec={"topology": topology})) == expected


def test_template_references_are_found_wherever_they_are() -> None:
    reference = {"kind": "T", "name": "t"}
    spec = {
        "infrastructure": {"templateRef": reference},
        "workers": {"machineDeployments": [{"x": {"ref": reference}}]},
    }
    assert template_references(spec) == [reference, reference]


# --- copies ---------------------------------------------------------------------------------------------------------


def node_of(obj: Obj, *others: Obj) -> t.Any:
    key = next(key for key, seen in graph_of(obj, *others).seen.items() if seen is obj)
    return graph_of(obj, *others).nodes[key]


def test_a_copy_carries_content_and_no_server_field() -> None:
    obj = put("Machine", "m", WL, status={"phase": "Running"}, spec={"providerID": "x"})
    obj["metadata"].update(resourceVersion="7", generateName="m-", deletionTimestamp="now", annotations={"a": "b"})
    copied = content.copy_of(node_of(obj, WL), uids={"Cluster:wl": "new"})
    assert copied["spec"] == {"providerID": "x"}
    assert "status" not in copied
    assert set(copied["metadata"]) == {"name", "namespace", "labels", "annotations", "finalizers", "ownerReferences"}
    assert [item["uid"] for item in copied["metadata"]["ownerReferences"]] == ["new"]


def test_a_copy_of_a_cluster_is_paused() -> None:
    assert content.copy_of(node_of(WL), uids={})["spec"]["paused"] is True
    assert content.copy_of(node_of(CLASS), uids={})["metadata"]["annotations"] == {"cluster.x-k8s.io/paused": ""}
    assert "paused" not in WL["spec"]


def test_an_owner_named_twice_is_linked_once() -> None:
    references = [{"apiVersion": version, "uid": "old", "kind": "K", "name": "n"} for version in ("v1beta2", "v1beta1")]
    assert content.relinked(references, uids={"old": "new"}) == [{**references[0], "uid": "new"}]


@pytest.mark.parametrize(
    ("wanted", "seen", "patch"),
    [
        ({"spec": {"a": 1}}, {"spec": {"a": 1}}, {}),
        ({"spec": {"a": 1}}, {"spec": {"a": 1, "default": 2}}, {}),
        ({"spec": {"a": 1}}, {"spec": {"a": 2, "b": 3}}, {"spec": {"a": 1}}),
        ({"spec": {"a": {}}}, {"spec": {}}, {}),
        ({"spec": {"a": False}}, {"spec": {}}, {"spec": {"a": False}}),
        ({"spec": {"a": [1, 2]}}, {"spec": {"a": [2, 1]}}, {"spec": {"a": [1, 2]}}),
        ({"metadata": {"finalizers": ["a"]}}, {"metadata": {"finalizers": ["b", "a"]}}, {}),
        ({"metadata": {"finalizers": ["a"]}}, {"metadata": {}}, {"metadata": {"finalizers": ["a"]}}),
        (
            {"metadata": {"ownerReferences": [{"uid": "u", "controller": True}]}},
            {"metadata": {"ownerReferences": [{"uid": "u"}]}},
            {"metadata": {"ownerReferences": [{"uid": "u", "controller": True}]}},
        ),
        ({"apiVersion": "g/v2", "data": {"k": "v"}}, {"apiVersion": "g/v1"}, {"data": {"k": "v"}}),
    ],
)
def test_difference(wanted: Obj, seen: Obj, patch: Obj) -> None:
    assert content.difference(wanted, seen) == patch


@pytest.mark.parametrize(
    ("manager", "fields", "expected"),
    [
        ("clusterctl", {"f:spec": {"f:paused": {}}}, True),
        ("kubectl-edit", {"f:spec": {"f:paused": {}}}, False),
        ("clusterctl", {"f:spec": {"f:other": {}}}, False),
    ],
)
def test_who_paused(manager: str, fields: Obj, expected: bool) -> None:
    obj = put("Cluster", "wl", spec={"paused": True})
    obj["metadata"]["managedFields"] = [{"manager": manager, "fieldsV1": fields}]
    key = Key("cluster.x-k8s.io", "Cluster", NAMESPACE, "wl")
    assert content.paused_by_mover(key, obj) is expected


# --- journal and providers ------------------------------------------------------------------------------------------


def test_a_journal_survives_its_config_map() -> None:
    key = Key("cluster.x-k8s.io", "Cluster", NAMESPACE, "wl")
    core = Key("", "Secret", NAMESPACE, "s.with.dots")
    wide = Key("infrastructure.cluster.x-k8s.io", "VSphereClusterIdentity", "", "id")
    journal = Journal(
        source="a",
        target="b",
        phase="delete",
        name="wl",
        group=3,
        clusters=(key,),
        objects={key: "1", core: "2", wide: "3"},
        machines={key: "vsphere://4217"},
    )
    assert parsed(rendered(journal, namespace=NAMESPACE)) == journal
    empty = Journal(source="a", target="b", phase="pause")
    assert parsed(rendered(empty, namespace=NAMESPACE)) == empty
    assert parsed(None) is None


def test_a_journal_that_would_not_fit_is_refused() -> None:
    objects = {Key("g", "K", NAMESPACE, f"{'n' * 200}{number}"): "u" * 36 for number in range(5000)}
    with pytest.raises(EksaError) as caught:
        rendered(Journal(source="a", target="b", phase="create", objects=objects), namespace=NAMESPACE)
    assert caught.value.code == "move.too_many_objects"


@pytest.mark.parametrize(
    ("source", "target", "gaps"),
    [
        ([], [], []),
        (["v1.0.0"], [], ["provider p v1.0.0"]),
        (["v1.0.0"], ["v1.0.0"], []),
        (["v1.9.0"], ["v1.10.0"], []),
        (["v1.10.0"], ["v1.9.0"], ["provider p v1.10.0 (it has v1.9.0)"]),
        (["v1.10.0"], ["v1.9.0", "v1.11.0"], []),
        (["v1.0.0"], ["v1.0.0-rc.1"], ["provider p v1.0.0 (it has v1.0.0-rc.1)"]),
        (["v1.0.0-rc.2"], ["v1.0.0-rc.10"], []),
        (["v1.0.0+build"], ["v1.0.0"], []),
    ],
)
def test_provider_gaps(source: list[str], target: list[str], gaps: list[str]) -> None:
    def providers(versions: list[str]) -> list[Obj]:
        return [{"providerName": "p", "type": "CoreProvider", "version": version} for version in versions]

    assert provider_gaps(source=providers(source), target=providers(target)) == gaps
