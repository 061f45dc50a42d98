# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults as the controllers show them: reasons and messages are those of their sources."""

from __future__ import annotations

from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.plugins.module_utils._wait.observation import Refusal
from ansible_collections.eks.anywhere.tests.unit.wait import samples as s
from ansible_collections.eks.anywhere.tests.unit.wait import world as w

CP, WORKER = w.CONTROL_PLANE, w.WORKER
NO_TEMPLATE = f"unable to find template by name \"{w.TEMPLATE}\": vm '{w.TEMPLATE}' not found"
NO_DATASTORE = (
    f'unable to get datastore {w.DATASTORE} for "infrastructure.cluster.x-k8s.io/v1beta1, Kind=VSphereVM '
    f"eksa-system/{CP}\": datastore '{w.DATASTORE}' not found"
)
NO_FOLDER = f"unable to get folder for \"eksa-system/{CP}\": folder '{w.FOLDER}' not found"
NO_POOL = f"unable to get resource pool for \"eksa-system/{CP}\": resource pool '{w.POOL}' not found"
NO_NETWORK = (
    f'error getting network specs for "eksa-system/{CP}": unable to find network "/DC0/network/VM Network": '
    "network '/DC0/network/VM Network' not found"
)
LOGIN = (
    "failed to create vCenter session: failed to create client: failed to login: ServerFaultCode: Cannot complete login "
    "due to an incorrect user name or password."
)
REFUSED = Refusal("kube.unauthorized", "list of Node: HTTP 401 Unauthorized: Unauthorized")
CNI = (
    "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady "
    "message:Network plugin returns error: cni plugin not initialized"
)
DRAIN = (
    "Drain not completed yet (started at 2026-09-01T11:30:00Z):\n* Pod shop/web-0: cannot evict pod as it would violate the "
    "pod's disruption budget. The disruption budget web needs 1 healthy pods and has 1 currently"
)
LEARNER = "* 2 of 3 etcd members are healthy, 1 learner etcd member, at least 2 healthy member required for etcd quorum"
PULL = (
    'Back-off pulling image "registry.local/capv:v1.15.2": ErrImagePull: failed to pull and unpack image '
    '"registry.local/capv:v1.15.2": failed to resolve reference "registry.local/capv:v1.15.2": '
    "registry.local/capv:v1.15.2: not found"
)


def stuck_vm(
    reason: str, message: str = "", *, name: str = CP, since: str = s.LONG_AGO, vm_ref: str = ""
) -> tuple[Obj, ...]:
    """A Machine whose VSphereVM has not come up."""
    machine = s.machine(name, control_plane=name == CP, step="bootstrapped")
    return machine, w.vm(name, w.provisioned("False", reason, message, since=since), vmRef=vm_ref)


def crashing(name: str = "capv-controller-manager-7d9", namespace: str = "capv-system") -> Obj:
    """A pod that starts and fails."""
    pod = s.pod(
        name,
        namespace=namespace,
        waiting={"reason": "CrashLoopBackOff", "message": "back-off 5m0s restarting failed container"},
        last={"reason": "Error", "exitCode": 1, "message": "unable to create controller: no matches for kind"},
    )
    pod["status"]["containerStatuses"][0]["restartCount"] = 7
    return pod


def pulling(name: str = "capv-controller-manager-7d9", namespace: str = "capv-system", message: str = PULL) -> Obj:
    """A pod without its image."""
    return s.pod(name, namespace=namespace, waiting={"reason": "ImagePullBackOff", "message": message})


def unschedulable(name: str, namespace: str, message: str = "0/2 nodes are available: 2 Insufficient cpu.") -> Obj:
    """A pod without a node."""
    return s.pod(
        name,
        namespace=namespace,
        started=False,
        conditions=[s.condition("PodScheduled", "False", "Unschedulable", message)],
    )


def draining(name: str = WORKER) -> Obj:
    """A Machine that cannot be emptied."""
    machine = w.made(
        s.machine(name, control_plane=False), conditions=[s.condition("Deleting", "True", "DrainingNode", DRAIN)]
    )
    machine["metadata"]["deletionTimestamp"] = "2026-09-01T11:30:00Z"
    return machine


def lost_node(name: str = CP) -> Obj:
    """A node whose kubelet is silent."""
    return w.made(
        s.node(name),
        conditions=[s.condition("Ready", "Unknown", "NodeStatusUnknown", "Kubelet stopped posting node status.")],
    )


def no_network(name: str = CP) -> Obj:
    """A node without CNI."""
    return w.made(s.node(name), conditions=[s.condition("Ready", "False", "KubeletNotReady", CNI)])


def starting_agent() -> Obj:
    """The network agent of a node that has just joined."""
    owner = {"apiVersion": "apps/v1", "kind": "DaemonSet", "name": "cilium"}
    pod = s.pod("cilium-x", namespace="kube-system", phase="Running")
    return {**pod, "metadata": {**pod["metadata"], "ownerReferences": [owner]}}


def sick_etcd(message: str = "Etcd endpoint 10.1.0.7 reports errors: etcdserver: no leader") -> Obj:
    """A control plane machine whose etcd member is down."""
    return w.made(s.machine(CP), conditions=[s.condition("EtcdMemberHealthy", "False", "NotHealthy", message)])


def learner() -> Obj:
    """A control plane whose new etcd member does not catch up."""
    return w.made(
        s.control_plane(replicas=3, ready=2, available=False),
        conditions=[s.condition("Available", "False", "NotAvailable", LEARNER)],
    )


def unhealthy(*, owner: Obj | None = None) -> Obj:
    """A machine that its health check has given up."""
    check = s.condition(
        "HealthCheckSucceeded",
        "False",
        "UnhealthyNode",
        "Health check failed:\n* Node.Ready is Unknown for more than 5m0s",
    )
    replaced = owner or s.condition("OwnerRemediated", "False", "WaitingForRemediation", "Waiting for remediation")
    return w.made(s.machine(WORKER, control_plane=False), conditions=[check, replaced])


def probe_failed(*, initialized: bool = True) -> Obj:
    """A Cluster whose API server is silent."""
    return w.made(
        s.cluster(available=False, initialized=initialized),
        spec={"controlPlaneEndpoint": {"host": w.ENDPOINT, "port": 6443}},
        conditions=[
            s.condition(
                "RemoteConnectionProbe",
                "False",
                "ProbeFailed",
                "Remote connection probe failed, probe last succeeded at 2026-09-01T10:59:00Z",
            )
        ],
    )


def vcenter_away(message: str) -> Obj:
    """A VSphereCluster that gets no session."""
    return w.vsphere_cluster(s.condition("VCenterAvailable", "False", "VCenterUnreachable", message), ready=False)
