# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults of the cluster itself: its API, its nodes, its pods.

The API server, Cluster API's drain and its conditions are real. What only a kubelet, a scheduler, the node controller
or the disruption controller writes is written by ``Inside``; each fault says which.
"""

from __future__ import annotations

from ansible_collections.eks.anywhere.tests.faults_why.fault import Fault
from ansible_collections.eks.anywhere.tests.faults_why.inside import IMAGE, condition, waiting
from ansible_collections.eks.anywhere.tests.faults_why.site import KEPT_UNTIL, NAME, Site
from ansible_collections.eks.anywhere.tests.simulation.clusters import NAMESPACE, Obj, machines
from ansible_collections.eks.anywhere.tests.simulation.world import CORE

LOST = "Kubelet stopped posting node status."
NO_CNI = (
    "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin "
    "returns error: cni plugin not initialized"
)
NO_CPU = "0/2 nodes are available: 2 Insufficient cpu."
NO_IMAGE = f'Back-off pulling image "{IMAGE}": ErrImagePull: rpc error: code = NotFound desc = {IMAGE}: not found'
SYSTEM, APP = "kube-system", "default"
WEB = {"app": "web"}
PLUGIN = {"metadata": {"name": "cilium-abcde", "namespace": SYSTEM}}
MEMBER = "EtcdMemberHealthy"
FULL = "Etcd member reports alarms: NOSPACE"
WEB_POD = {"metadata": {"name": "web-0", "namespace": APP}}


def _worker(site: Site) -> str:
    name: str = site.inside.nodes(workers=True)[0]["metadata"]["name"]
    return name


def _lose_kubelet(site: Site) -> None:
    """As the node controller writes it once a kubelet has been silent for 40 seconds."""
    node = site.inside.nodes(workers=True)[0]
    site.inside.set_ready(node, "Unknown", reason="NodeStatusUnknown", message=LOST)


def _lose_network(site: Site) -> None:
    """As the kubelet writes it."""
    for workers in (True, False):
        for node in site.inside.nodes(workers=workers):
            site.inside.set_ready(node, "False", reason="KubeletNotReady", message=NO_CNI)


def _mend_nodes(site: Site) -> None:
    for workers in (True, False):
        for node in site.inside.nodes(workers=workers):
            site.inside.mend(node)


def _destroy_machine(site: Site) -> None:
    """Somebody deletes the worker's machine in vCenter; the node controller notices that its kubelet is silent."""
    name = _worker(site)
    with site.vcenter.connect() as content:
        for machine in machines(content):
            if machine.name == name:
                site.finish(machine.ref.PowerOffVM_Task())
                site.finish(machine.ref.Destroy_Task())
    _lose_kubelet(site)


def _replace_machine(site: Site) -> None:
    """The documented way: delete the Machine, and a new one is made."""
    name = _worker(site)
    site.kube.delete(api_version=CORE, kind="Machine", name=name, namespace=NAMESPACE)
    site.wait(lambda: name not in {one["metadata"]["name"] for one in site.machines()})


def _pause(site: Site) -> None:
    """Nobody makes the machines of a group that comes then."""
    site.patch("Cluster", NAME, {"spec": {"paused": True}})
    site.group("idle")


def _resume(site: Site) -> None:
    site.patch("Cluster", NAME, {"spec": {"paused": False}})
    site.end_group("idle")


def _block_drain(site: Site) -> None:
    """A real budget and a real drain; status of the pod as its kubelet, of the budget as its controller writes it."""
    inside, node = site.inside, _worker(site)
    running = {"phase": "Running", "conditions": [condition("Ready", "True")]}
    inside.pod("web-0", namespace=APP, node=node, labels=WEB, status=running)
    budget = {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": {"name": "web", "namespace": APP},
        "spec": {"minAvailable": 1, "selector": {"matchLabels": WEB}},
    }
    inside.kube.apply(budget)
    counts = {"observedGeneration": 1, "expectedPods": 1, "currentHealthy": 1, "desiredHealthy": 1}
    inside.api.patch_status(budget, "apis/policy/v1:poddisruptionbudgets", {**counts, "disruptionsAllowed": 0})
    site.kube.delete(api_version=CORE, kind="Machine", name=node, namespace=NAMESPACE)


def _let_drain(site: Site) -> None:
    leaving = [one["metadata"]["name"] for one in site.machines() if one["metadata"].get("deletionTimestamp")]
    site.inside.kube.delete(api_version="policy/v1", kind="PodDisruptionBudget", name="web", namespace=APP)
    site.inside.remove(WEB_POD)
    site.wait(lambda: not {*leaving} & {one["metadata"]["name"] for one in site.machines()})


def _lose_image(site: Site) -> None:
    """As the kubelet of the worker writes it, which therefore has no network."""
    status = waiting("ImagePullBackOff", NO_IMAGE)
    site.inside.pod(PLUGIN["metadata"]["name"], namespace=SYSTEM, node=_worker(site), status=status)
    node = site.inside.nodes(workers=True)[0]
    site.inside.set_ready(node, "False", reason="KubeletNotReady", message=NO_CNI)


def _find_image(site: Site) -> None:
    site.inside.remove(PLUGIN)
    _mend_nodes(site)


def _drain_without_room(site: Site) -> None:
    """A drain whose budget waits for a pod that finds no node, as the scheduler writes it."""
    words = condition("PodScheduled", "False", reason="Unschedulable", message=NO_CPU)
    status = {"phase": "Pending", "conditions": [words]}
    site.inside.pod("web-1", namespace=APP, labels=WEB, status=status)
    _block_drain(site)


def _drain_with_room(site: Site) -> None:
    site.inside.remove({"metadata": {"name": "web-1", "namespace": APP}})
    _let_drain(site)


def _sicken_etcd(site: Site) -> None:
    """As KCP writes it of a stacked etcd. Whether the machine is ready then, the real Cluster API decides."""
    machine = _control_plane(site)
    gates = [*machine["spec"].get("readinessGates", ()), {"conditionType": MEMBER}]
    site.patch("Machine", machine["metadata"]["name"], {"spec": {"readinessGates": gates}})
    _say_of_member(site, condition(MEMBER, "False", reason="NotHealthy", message=FULL))


def _cure_etcd(site: Site) -> None:
    machine = _control_plane(site)
    gates = [gate for gate in machine["spec"].get("readinessGates", ()) if gate["conditionType"] != MEMBER]
    site.patch("Machine", machine["metadata"]["name"], {"spec": {"readinessGates": gates}})
    _say_of_member(site, None)


def _say_of_member(site: Site, said: Obj | None) -> None:
    machine = _control_plane(site)
    others = [entry for entry in machine["status"]["conditions"] if entry["type"] != MEMBER]
    conditions = others if said is None else [*others, said]
    resource = f"apis/{CORE}:machines"
    site.management.api.patch_status(machine, resource, {"conditions": conditions})


def _control_plane(site: Site) -> Obj:
    return next(machine for machine in site.machines() if "-md-" not in machine["metadata"]["name"])


FAULTS = (
    Fault(
        "kubelet down",
        inject=_lose_kubelet,
        heal=_mend_nodes,
        code="why.kubelet_down",
        words=("worker machine", "has stopped reporting"),
    ),
    Fault(
        "no network plugin",
        inject=_lose_network,
        heal=_mend_nodes,
        code="why.no_cni",
        words=(f"No network plugin (CNI) is installed in cluster {NAME}", "2 nodes are"),
    ),
    Fault(
        "machine deleted in vCenter",
        inject=_destroy_machine,
        heal=_replace_machine,
        code="why.vm_gone",
        words=("worker machine", "does not exist in vCenter any more"),
        before=frozenset({"why.kubelet_down"}),
    ),
    Fault(
        "endpoint not answering",
        inject=lambda site: site.inside.api.stop_api(),
        heal=lambda site: site.inside.api.start(),
        code="why.endpoint_not_answering",
        words=("127.0.0.1 does not answer",),
    ),
    Fault(
        "cluster paused",
        inject=_pause,
        heal=_resume,
        code="why.paused",
        words=(f"Cluster {NAME} is paused",),
    ),
    Fault(
        "drain blocked by a budget",
        inject=_block_drain,
        heal=_let_drain,
        code="why.drain_blocked",
        words=("PodDisruptionBudget web", "default/web-0"),
    ),
    Fault(
        "certificates of a machine expired",
        inject=lambda site: site.date_certificates("2026-01-01T00:00:00Z"),
        heal=lambda site: site.date_certificates(KEPT_UNTIL),
        code="why.certificate_expired",
        words=("control plane machine", "2026-01-01T00:00:00Z"),
    ),
    Fault(
        "API server's certificate expired",
        inject=lambda site: site.inside.let_certificate_expire(),
        heal=lambda site: site.inside.renew_certificate(),
        code="why.certificate_expired",
        words=("Workload cluster", "expired"),
    ),
    Fault(
        "image of the network plugin not there",
        inject=_lose_image,
        heal=_find_image,
        code="why.image_pull_failed",
        words=(IMAGE, "the registry does not have it"),
        before=frozenset({"why.no_cni"}),
    ),
    Fault(
        "drain without room elsewhere",
        inject=_drain_without_room,
        heal=_drain_with_room,
        code="why.unschedulable",
        words=(f"{APP}/web-1", "Insufficient cpu"),
        before=frozenset({"why.drain_blocked"}),
    ),
    Fault(
        "etcd member not healthy",
        inject=_sicken_etcd,
        heal=_cure_etcd,
        code="why.etcd_member_unhealthy",
        words=("control plane machine", "NOSPACE"),
    ),
)

__all__ = ("FAULTS",)
