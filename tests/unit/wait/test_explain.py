# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the explainer says about each thing that can hold a cluster up."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.plugins.module_utils._wait import Weight, explain
from ansible_collections.eks.anywhere.plugins.module_utils._wait.conditions import flat
from ansible_collections.eks.anywhere.tests.unit.wait import samples as s

NOT_FOUND = (
    'failed to pull and unpack image "registry.local/capv:v1.15.2": failed to resolve reference '
    '"registry.local/capv:v1.15.2": registry.local/capv:v1.15.2: not found'
)
CNI = (
    "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady "
    "message:Network plugin returns error: cni plugin not initialized"
)

BLOCKED = "Scaling up from 0 to 1 replicas is blocked because:\n* VSphereMachineTemplate does not exist"

CASES: tuple[tuple[str, list[Obj], str], ...] = (
    (
        "bootstrap data of a worker before the control plane",
        [
            s.machine("w01-md-0-x", control_plane=False, step="new"),
            s.kubeadm_config(
                "w01-md-0-x", s.condition("DataSecretAvailable", "False", "WaitingForControlPlaneAvailable")
            ),
        ],
        "Machine w01-md-0-x: waiting for the control plane to be initialized",
    ),
    (
        "bootstrap data that fails",
        [
            s.machine(step="new"),
            s.kubeadm_config(
                "w01-abc12", s.condition("DataSecretAvailable", "False", "NotAvailable", "Secret w01-extra not found")
            ),
        ],
        "Machine w01-abc12: waiting for its bootstrap data: Secret w01-extra not found",
    ),
    (
        "infrastructure of the cluster first",
        [
            s.machine(step="new"),
            s.kubeadm_config("w01-abc12", s.condition("Ready", "False", "WaitingForClusterInfrastructure")),
        ],
        "Machine w01-abc12: waiting for the infrastructure of the cluster",
    ),
    (
        "a second member of etcd before the first",
        [s.etcd_machine("w01-etcd-b", healthy=False, step="new")],
        "Machine w01-etcd-b: waiting for its bootstrap data (members join etcd once its first one is up)",
    ),
    (
        "a member of etcd that boots",
        [s.etcd_machine("w01-etcd-b", healthy=False)],
        "Machine w01-etcd-b: its VM runs (10.1.0.7), waiting for etcd on it to answer as healthy",
    ),
    (
        "no member of etcd yet",
        [s.etcd(healthy=0)],
        "EtcdadmCluster w01-etcd: 0/3 members healthy: Scaling up etcd cluster to 3 replicas (actual 0)",
    ),
    (
        "a provider that has not seen the machine",
        [s.machine(step="bootstrapped")],
        "Machine w01-abc12: waiting for VSphereMachine",
    ),
    (
        "a VM that nobody has taken up",
        [s.machine(step="bootstrapped"), s.vsphere_machine(), s.vsphere_vm()],
        "Machine w01-abc12: waiting for the vSphere provider to take up VSphereVM",
    ),
    (
        "a clone under way",
        [
            s.machine(step="bootstrapped"),
            s.vsphere_machine(),
            s.vsphere_vm("w01-abc12", s.condition("VirtualMachineProvisioned", "False", "WaitingForClone")),
        ],
        "Machine w01-abc12: waiting for VSphereVM to be cloned from its template",
    ),
    (
        "an address by DHCP",
        [
            s.machine(step="bootstrapped"),
            s.vsphere_machine(),
            s.vsphere_vm("w01-abc12", s.condition("VirtualMachineProvisioned", "False", "WaitingForIPAllocation")),
        ],
        "Machine w01-abc12: waiting for VSphereVM to get an IP address",
    ),
    (
        "an address, told by the older contract",
        [
            s.machine(step="bootstrapped"),
            s.vsphere_machine(),
            s.vsphere_vm(older=[s.condition("VMProvisioned", "False", "WaitingForIPAllocation")]),
        ],
        "Machine w01-abc12: waiting for VSphereVM to get an IP address",
    ),
    (
        "a vCenter that fails the clone",
        [
            s.machine(step="bootstrapped"),
            s.vsphere_machine(),
            s.vsphere_vm(
                "w01-abc12",
                s.condition("VirtualMachineProvisioned", "False", "TaskFailed", "Insufficient disk space on datastore"),
            ),
        ],
        "Machine w01-abc12: VSphereVM has a problem in vCenter: Insufficient disk space on datastore",
    ),
    (
        "a vCenter that does not answer",
        [
            s.machine(step="bootstrapped"),
            s.vsphere_machine(),
            s.vsphere_vm(
                "w01-abc12",
                s.condition("VCenterAvailable", "False", "VCenterUnreachable", "dial tcp 10.0.0.2:443: i/o timeout"),
            ),
        ],
        "Machine w01-abc12: the vSphere provider cannot reach vCenter: dial tcp 10.0.0.2:443: i/o timeout",
    ),
    (
        "a machine without bootstrap data, told by its infrastructure",
        [
            s.machine(step="bootstrapped"),
            s.vsphere_machine(
                "w01-abc12", s.condition("VirtualMachineProvisioned", "False", "WaitingForBootstrapData")
            ),
        ],
        "Machine w01-abc12: waiting for VSphereMachine to get its bootstrap data",
    ),
    (
        "no providerID",
        [s.machine(step="provisioned")],
        "Machine w01-abc12: its VM runs, but the provider has not reported a providerID yet",
    ),
    (
        "a control plane machine that boots",
        [s.machine(step="identified")],
        "Machine w01-abc12: its VM runs (10.1.0.7), waiting for kubeadm to bring up the control plane on it",
    ),
    (
        "a worker that boots",
        [s.machine("w01-md-0-x", control_plane=False, step="identified")],
        "Machine w01-md-0-x: its VM runs (10.1.0.7), waiting for it to join the cluster",
    ),
    (
        "a node without identity",
        [s.machine(step="identified"), s.node(provider_id=None)],
        (
            f"Machine w01-abc12: its node w01-abc12 has joined with no providerID instead of {s.UUID}; "
            "look at the cloud provider's pod"
        ),
    ),
    (
        "a node without network",
        [s.machine(step="joined"), s.node(ready="False", message=CNI)],
        "Machine w01-abc12: node w01-abc12: its network is not up yet (no CNI on the node)",
    ),
    (
        "a kubelet that went silent",
        [s.machine(step="joined"), s.node(ready="Unknown", message="Kubelet stopped posting node status.")],
        "Machine w01-abc12: node w01-abc12: its kubelet has stopped reporting (Kubelet stopped posting node status.)",
    ),
    (
        "a failure message of the older contract",
        [s.machine(step="bootstrapped", deprecated={"v1beta1": {"failureMessage": "template gone"}})],
        "Machine w01-abc12: failed: template gone",
    ),
    (
        "a vSphere cluster without vCenter",
        [
            {
                "apiVersion": s.INFRA,
                "kind": "VSphereCluster",
                "metadata": s.meta("w01"),
                "status": {
                    "conditions": [
                        s.condition("VCenterAvailable", "False", "VCenterUnreachable", "incorrect user name")
                    ]
                },
            }
        ],
        "VSphereCluster w01: cannot reach vCenter: incorrect user name",
    ),
    (
        "a control plane whose template is missing",
        [
            {
                **s.control_plane(ready=0, made=0, available=False),
                "status": {
                    "observedGeneration": 1,
                    "conditions": [
                        s.condition(
                            "ScalingUp",
                            "True",
                            "ScalingUp",
                            BLOCKED,
                        )
                    ],
                },
            }
        ],
        (
            "KubeadmControlPlane w01: Scaling up from 0 to 1 replicas is blocked because: "
            "VSphereMachineTemplate does not exist"
        ),
    ),
    (
        "an image that the registry lacks",
        [s.pod(waiting={"reason": "ErrImagePull", "message": NOT_FOUND})],
        f"Pod capv-system/capv-controller-manager-7d9: cannot pull image registry.local/capv:v1.15.2: {NOT_FOUND}",
    ),
    (
        "a container that keeps failing",
        [
            s.pod(
                waiting={"reason": "CrashLoopBackOff", "message": "back-off 10s restarting failed container"},
                last={"exitCode": 1, "reason": "Error", "message": 'no kind "Cluster" registered\n'},
            )
        ],
        (
            "Pod capv-system/capv-controller-manager-7d9: container manager keeps failing "
            '(Error, exit code 1: no kind "Cluster" registered)'
        ),
    ),
    (
        "a pod that its node gave up",
        [
            s.pod(
                started=False,
                phase="Failed",
                ended={"reason": "Evicted", "message": "The node had condition: [DiskPressure]. "},
            )
        ],
        "Pod capv-system/capv-controller-manager-7d9: Evicted: The node had condition: [DiskPressure].",
    ),
    (
        "a pod without a place",
        [
            s.pod(
                started=False,
                conditions=[s.condition("PodScheduled", "False", "Unschedulable", "0/1 nodes are available: 1 taint.")],
            )
        ],
        "Pod capv-system/capv-controller-manager-7d9: cannot be scheduled: 0/1 nodes are available: 1 taint.",
    ),
    (
        "a pod of a node that is silent",
        [s.pod(ready=True, phase="Running", conditions=[s.condition("Ready", "False")])],
        (
            "Pod capv-system/capv-controller-manager-7d9: its containers run, but it does not count as ready: "
            "node w01-md-0-abc does not report"
        ),
    ),
    (
        "a deployment that is not up",
        [
            {
                "apiVersion": "apps/v1",
                "kind": "Deployment",
                "metadata": {"name": "cert-manager", "namespace": "cert-manager"},
                "spec": {"replicas": 1},
                "status": {},
            }
        ],
        "Deployment cert-manager/cert-manager: 0/1 available",
    ),
)


@pytest.mark.parametrize(("objects", "said"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_first_sentence(objects: list[Obj], said: str) -> None:
    assert explain(objects)[0].sentence == said


READY: tuple[list[Obj], ...] = (
    [s.cluster(), s.control_plane(), s.deployment(), s.machine(), s.node(), s.vsphere_vm(ready=True)],
    [s.pod(conditions=[s.condition("Ready")], phase="Running")],
    [s.pod(phase="Succeeded")],
    [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "anything"}}],
)


@pytest.mark.parametrize("objects", READY)
def test_nothing_to_say_about_what_is_ready(objects: list[Obj]) -> None:
    assert explain(objects) == []


def test_a_machine_speaks_for_its_vm_and_node() -> None:
    objects = [s.machine(step="joined"), s.vsphere_machine(), s.vsphere_vm(), s.node(ready="False", message=CNI)]
    assert [reason.kind for reason in explain(objects)] == ["Machine"]


def test_causes_come_before_steps_and_summaries() -> None:
    stuck = s.pod(waiting={"reason": "ImagePullBackOff", "message": f'Back-off pulling image "x": {NOT_FOUND}'})
    objects = [
        s.cluster(initialized=False),
        s.control_plane(ready=0, available=False),
        s.machine(step="identified"),
        stuck,
    ]
    reasons = explain(objects)
    assert [reason.kind for reason in reasons] == ["Pod", "Machine", "Cluster", "KubeadmControlPlane"]
    assert reasons[0].weight is Weight.CAUSE


@pytest.mark.parametrize(
    ("message", "hopeless"),
    [
        (NOT_FOUND, True),
        ("pull access denied, repository does not exist or may require authorization", True),
        ("unexpected status from HEAD request: 401 Unauthorized", True),
        ("dial tcp 172.18.0.1:5000: connect: connection refused", False),
        ('Head "https://r/v2/": dial tcp: lookup r: no such host', False),
        ("net/http: TLS handshake timeout", False),
    ],
)
def test_which_image_pulls_are_hopeless(message: str, hopeless: bool) -> None:
    (reason,) = explain([s.pod(waiting={"reason": "ErrImagePull", "message": message})])
    assert reason.hopeless is hopeless
    assert reason.code == ("image.pull_failed" if hopeless else "")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("one", "one"),
        ("* a:\n  * b\n  * c", "a: b; c"),
        ("", ""),
        ("Scaling is blocked because:\n* x", "Scaling is blocked because: x"),
    ],
)
def test_messages_become_one_line(text: str, line: str) -> None:
    assert flat(text) == line


def test_every_object_without_status_is_survived() -> None:
    kinds: tuple[tuple[str, str], ...] = (
        (s.CAPI, "Cluster"),
        (s.CAPI, "Machine"),
        (s.CAPI, "MachineDeployment"),
        ("controlplane.cluster.x-k8s.io/v1beta2", "KubeadmControlPlane"),
        (s.INFRA, "VSphereCluster"),
        (s.INFRA, "VSphereMachine"),
        (s.INFRA, "VSphereVM"),
        ("etcdcluster.cluster.x-k8s.io/v1beta1", "EtcdadmCluster"),
        ("v1", "Node"),
        ("v1", "Pod"),
        ("apps/v1", "Deployment"),
        ("apps/v1", "DaemonSet"),
    )
    bare: t.Iterable[Obj] = (
        {"apiVersion": api, "kind": kind, "metadata": {"name": kind.lower()}} for api, kind in kinds
    )
    for reason in explain(bare):
        assert reason.text


def test_a_healthy_member_of_etcd_has_no_node_and_needs_no_reason() -> None:
    assert explain([s.etcd(), s.etcd_machine("w01-etcd-a")]) == []
