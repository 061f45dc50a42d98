# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Worlds with one fault, with two, and with none that lasts; and what has to be said of them."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._ports import (
    Inventory,
    InventoryItem,
    Lookup,
    MachineFacts,
)
from ansible_collections.eks.anywhere.plugins.module_utils._wait.observation import (
    Datacenter,
    Endpoint,
    Observation,
    Refusal,
)
from ansible_collections.eks.anywhere.tests.unit.wait import faults as f
from ansible_collections.eks.anywhere.tests.unit.wait import samples as s
from ansible_collections.eks.anywhere.tests.unit.wait import world as w


@dataclasses.dataclass(frozen=True)
class Case:
    """A world, and what has to be said of it."""

    name: str
    world: Observation
    code: str
    words: tuple[str, ...]
    evidence: tuple[str, ...]
    fix: str


def in_vcenter(**facts: t.Any) -> Datacenter:
    """What vCenter knows of the control plane machine."""
    return Datacenter(server="vcenter.local", machines={f.CP: MachineFacts(**facts)})


def inventory(**changed: t.Mapping[str, Lookup]) -> Datacenter:
    """An inventory that has everything but what is changed."""

    def there(path: str, kind: str) -> dict[str, Lookup]:
        return {path: Lookup(items=(InventoryItem(path, kind, "x-1"),))}

    everything: dict[str, t.Mapping[str, Lookup]] = {
        "templates": there(w.TEMPLATE, "VirtualMachine"),
        "datastores": there(w.DATASTORE, "Datastore"),
        "folders": there(w.FOLDER, "Folder"),
        "resource_pools": there(w.POOL, "ResourcePool"),
        "networks": there("/DC0/network/VM Network", "Network"),
    }
    found = Inventory(
        datacenter=Lookup(items=(InventoryItem("/DC0", "Datacenter", "dc-1"),)), **{**everything, **changed}
    )
    return Datacenter(server="vcenter.local", inventory=found)


NEAR = Lookup(near=("/DC0/vm/Templates/ubuntu-2204-kube-v1-33", "/DC0/vm/other"))
PARTS: tuple[tuple[str, str, str], ...] = (
    ("template", "why.template_missing", f.NO_TEMPLATE),
    ("datastore", "why.datastore_missing", f.NO_DATASTORE),
    ("folder", "why.folder_missing", f.NO_FOLDER),
    ("resource pool", "why.resource_pool_missing", f.NO_POOL),
    ("network", "why.network_missing", f.NO_NETWORK),
)

ACCESS = (
    Case(
        "management cluster away",
        Observation(
            name="w01", refusal=Refusal("kube.unreachable", "10.0.0.1:6443 does not answer: connection refused")
        ),
        "why.management_unreachable",
        ("manages w01", "cannot be asked", "connection refused"),
        ("Management cluster",),
        "network, firewall and proxy",
    ),
    Case(
        "management cluster refuses us",
        Observation(name="w01", refusal=Refusal("kube.unauthorized", "list of Machine: HTTP 401 Unauthorized")),
        "why.management_refused",
        ("does not accept the credentials",),
        ("Management cluster",),
        "current kubeconfig",
    ),
    Case(
        "management cluster's certificate",
        Observation(name="w01", refusal=Refusal("kube.tls", "certificate verify failed: certificate has expired")),
        "why.certificate_expired",
        ("certificate has expired",),
        ("Management cluster",),
        "kubeadm certs renew all",
    ),
    Case(
        "cluster refuses the kubeconfig that Cluster API keeps",
        w.broken(f.probe_failed(), inside=None, endpoint=Endpoint(w.ENDPOINT, port=6443), workload_refusal=f.REFUSED),
        "why.workload_refused",
        ("API server of cluster w01", "does not accept the kubeconfig", "expired"),
        ("Workload cluster", "Secret w01-kubeconfig"),
        "kubectl -n eksa-system delete secret w01-kubeconfig",
    ),
    Case(
        "no such cluster",
        Observation(name="w01", management=(w.made(s.cluster(), metadata={"name": "other"}),)),
        "why.cluster_missing",
        ("no Cluster eksa-system/w01",),
        ("Cluster other",),
        "kubeconfig of the cluster that manages it",
    ),
    Case(
        "no cluster at all",
        Observation(name="w01"),
        "why.cluster_missing",
        ("no Cluster eksa-system/w01",),
        ("Management cluster",),
        "Create the cluster",
    ),
    Case(
        "config refused by its controller",
        Observation(
            name="w01",
            management=(
                {
                    "apiVersion": "anywhere.eks.amazonaws.com/v1alpha1",
                    "kind": "Cluster",
                    "metadata": {"name": "w01", "namespace": "default"},
                    "status": {"failureMessage": "VSphereDatacenterConfig w01 not found"},
                },
            ),
        ),
        "why.config_refused",
        ("refuses the configuration", "w01 not found"),
        ("Cluster w01",),
        "cluster config",
    ),
    Case(
        "paused",
        w.broken(w.made(s.cluster(available=False), spec={"paused": True})),
        "why.paused",
        ("Cluster w01 is paused",),
        ("Cluster w01",),
        '{"spec":{"paused":false}}',
    ),
    Case(
        "certificates of a machine past their date",
        w.broken(w.made(s.machine(f.CP), status={"certificatesExpiryDate": "2026-08-31T10:00:00Z"})),
        "why.certificate_expired",
        ("control plane machine w01-abc12", "2026-08-31"),
        ("Machine w01-abc12",),
        "kubeadm certs renew all",
    ),
    Case(
        "vCenter's certificate",
        w.broken(
            f.vcenter_away('Post "https://vcenter.local/sdk": tls: failed to verify: x509: certificate has expired')
        ),
        "why.certificate_expired",
        ("VSphereCluster w01", "x509"),
        ("VSphereCluster w01",),
        "thumbprint",
    ),
)

PLATFORM = (
    Case(
        "image that the registry lacks",
        w.broken(f.pulling(), w.deployment("capv-controller-manager", "capv-system", available=0)),
        "why.image_pull_failed",
        ("management cluster", "registry.local/capv:v1.15.2", "does not have it"),
        ("Pod capv-system/capv-controller-manager-7d9", "Image"),
        "Put the image into the registry",
    ),
    Case(
        "registry that refuses",
        w.broken(f.pulling(message="unexpected status from HEAD request: 401 Unauthorized")),
        "why.image_pull_failed",
        ("refuses the credentials",),
        ("Pod capv-system/capv-controller-manager-7d9",),
        "REGISTRY_USERNAME",
    ),
    Case(
        "registry whose CA nobody knows",
        w.broken(f.pulling(message="tls: failed to verify certificate: x509: certificate signed by unknown authority")),
        "why.image_pull_failed",
        ("not trusted",),
        ("Pod capv-system/capv-controller-manager-7d9",),
        "caCertContent",
    ),
    Case(
        "registry that is away",
        w.broken(f.pulling(message="dial tcp 172.18.0.1:5000: connect: connection refused")),
        "why.image_pull_failed",
        ("does not answer",),
        ("Pod capv-system/capv-controller-manager-7d9",),
        "Check that the registry runs",
    ),
    Case(
        "image of the network plugin",
        w.broken(inside=(f.pulling("cilium-x", "kube-system"), f.no_network())),
        "why.image_pull_failed",
        ("Cluster w01 cannot pull", "Pod kube-system/cilium-x"),
        ("Pod kube-system/cilium-x",),
        "registry",
    ),
    Case(
        "provider that crashes",
        w.broken(f.crashing()),
        "why.provider_crash_loop",
        ("capv-system/capv-controller-manager-7d9", "keeps crashing", "no matches for kind"),
        ("Pod capv-system/capv-controller-manager-7d9",),
        "logs capv-controller-manager-7d9 -c manager --previous",
    ),
    Case(
        "cert-manager that crashes",
        w.broken(f.crashing("cert-manager-1", "cert-manager")),
        "why.provider_crash_loop",
        ("cert-manager/cert-manager-1",),
        ("Pod cert-manager/cert-manager-1",),
        "kubectl -n cert-manager logs",
    ),
    Case(
        "system pod that crashes",
        w.broken(inside=(f.crashing("vsphere-cloud-controller-manager-1", "kube-system"),)),
        "why.pod_crash_loop",
        ("cluster w01", "vsphere-cloud-controller-manager-1"),
        ("Pod kube-system/vsphere-cloud-controller-manager-1",),
        "kubectl -n kube-system logs",
    ),
    Case(
        "provider without room",
        w.broken(f.unschedulable("capi-1", "capi-system")),
        "why.unschedulable",
        ("no room for Pod capi-system/capi-1", "Insufficient cpu"),
        ("Pod capi-system/capi-1",),
        "Add worker machines",
    ),
    Case(
        "webhook with nobody behind it",
        w.broken(
            w.slice_of(ready=None),
            w.deployment("capi-controller-manager", "capi-system", available=0, since=s.JUST_NOW),
        ),
        "why.webhook_not_ready",
        ("capi-system/capi-webhook-service", "does not answer"),
        ("Service capi-system/capi-webhook-service", "Deployment capi-system/capi-controller-manager"),
        "kubectl -n capi-system get pods",
    ),
    Case(
        "webhook that an object complains about",
        w.broken(
            w.made(
                s.control_plane(ready=0, available=False),
                conditions=[
                    s.condition(
                        "MachinesCreated",
                        "False",
                        "MachineGenerationFailed",
                        'Internal error occurred: failed calling webhook "default.kubeadmconfig": no endpoints available',
                    )
                ],
            )
        ),
        "why.webhook_not_ready",
        ("A webhook does not answer",),
        ("KubeadmControlPlane w01",),
        "pods of the service",
    ),
    Case(
        "provider scaled to zero",
        w.broken(w.deployment("capv-controller-manager", "capv-system", available=0, wanted=0)),
        "why.provider_scaled_down",
        ("capv-system/capv-controller-manager is scaled to zero",),
        ("Deployment capv-system/capv-controller-manager",),
        "scale deployment capv-controller-manager --replicas 1",
    ),
    Case(
        "provider that does not come up",
        w.broken(w.deployment("capv-controller-manager", "capv-system", available=0)),
        "why.provider_not_ready",
        ("capv-system/capv-controller-manager is not available",),
        ("Deployment capv-system/capv-controller-manager",),
        "describe pods",
    ),
)

VCENTER = (
    Case(
        "refused password",
        w.broken(f.vcenter_away(f.LOGIN)),
        "why.vcenter_credentials_refused",
        ("vCenter vcenter.local refuses the user name or password",),
        ("VSphereCluster w01", "Secret w01-vsphere-credentials"),
        "Secret w01-vsphere-credentials",
    ),
    Case(
        "vCenter away",
        w.broken(f.vcenter_away('Post "https://vcenter.local/sdk": dial tcp 10.0.0.2:443: i/o timeout')),
        "why.vcenter_unreachable",
        ("cannot reach vCenter vcenter.local", "i/o timeout"),
        ("VSphereCluster w01",),
        "firewall and proxy",
    ),
    Case(
        "machine that the provider never looked at",
        w.broken(
            s.machine(f.CP, step="bootstrapped"),
            w.made(w.vm(f.CP, s.condition("Paused", "False", "NotPaused")), metadata={"creationTimestamp": s.LONG_AGO}),
        ),
        "why.vcenter_no_session",
        ("does not begin with control plane machine w01-abc12", "gets no session on vCenter vcenter.local"),
        ("VSphereVM w01-abc12",),
        "the provider's log",
    ),
    Case(
        "no datacenter",
        w.broken(
            f.vcenter_away(
                "failed to create vCenter session: failed to find datacenter \"DC9\": datacenter 'DC9' not found"
            )
        ),
        "why.datacenter_missing",
        ("The datacenter DC9", "does not exist in vCenter vcenter.local"),
        ("VSphereCluster w01",),
        "correct it in the cluster config",
    ),
    Case(
        "no privilege",
        w.broken(*f.stuck_vm("NotProvisioned", "ServerFaultCode: Permission to perform this operation was denied.")),
        "why.vcenter_permission_denied",
        ("does not let", "VSphereVM w01-abc12"),
        ("VSphereVM w01-abc12",),
        "EKS Anywhere roles",
    ),
    *(
        Case(
            f"no {word}, told by the provider",
            w.broken(*f.stuck_vm("NotProvisioned", message)),
            code,
            (f"The {word} /DC0/", "control plane machine w01-abc12", "does not exist in vCenter vcenter.local"),
            ("VSphereVM w01-abc12",),
            f"Make the {word}",
        )
        for word, code, message in PARTS
    ),
    Case(
        "no template, told by the older contract alone",
        w.broken(
            s.machine(f.CP, step="bootstrapped"),
            w.vm(f.CP, older=[s.condition("VMProvisioned", "False", "CloningFailed", f.NO_TEMPLATE)]),
        ),
        "why.template_missing",
        (w.TEMPLATE,),
        ("VSphereVM w01-abc12",),
        "Make the template",
    ),
    Case(
        "no template, seen in the inventory",
        w.broken(*f.stuck_vm("WaitingForClone"), datacenter=inventory(templates={w.TEMPLATE: NEAR})),
        "why.template_missing",
        (w.TEMPLATE,),
        ("vCenter vcenter.local",),
        "nearest: /DC0/vm/Templates/ubuntu-2204-kube-v1-33",
    ),
    Case(
        "a name of two templates",
        w.broken(*f.stuck_vm("NotProvisioned", "path 'ubuntu' resolves to multiple vms")),
        "why.vcenter_ambiguous",
        ("The name ubuntu stands for several vms",),
        ("VSphereVM w01-abc12",),
        "full inventory path",
    ),
    Case(
        "full datastore, in the words of the older contract",
        w.broken(
            s.machine(f.CP, step="bootstrapped"),
            w.vm(
                f.CP,
                w.provisioned("False", "TaskFailed"),
                older=[
                    s.condition(
                        "VMProvisioned", "False", "TaskFailure", "Insufficient disk space on datastore 'LocalDS_0'."
                    )
                ],
            ),
        ),
        "why.datastore_full",
        (f"Datastore {w.DATASTORE} has no room",),
        ("VSphereVM w01-abc12",),
        "Free space",
    ),
    Case(
        "hosts without room",
        w.broken(
            *f.stuck_vm(
                "TaskFailed",
                "The available Memory resources in the parent resource pool are insufficient for the operation.",
            )
        ),
        "why.vcenter_no_capacity",
        ("no host with room", "VSphereVM w01-abc12"),
        ("VSphereVM w01-abc12", "ResourcePool"),
        "Free CPU or memory",
    ),
    Case(
        "hosts without room, told by the task in vCenter",
        w.broken(
            *f.stuck_vm("PoweringOn"),
            datacenter=in_vcenter(
                there=True, power="poweredOff", failed_task="powerOn: Insufficient resources to satisfy failover level"
            ),
        ),
        "why.vcenter_no_capacity",
        ("no host with room",),
        ("VSphereVM w01-abc12",),
        "resource pool",
    ),
    Case(
        "a task that failed otherwise",
        w.broken(
            *f.stuck_vm("TaskFailed", "A general system error occurred: vDiskVersion"),
            datacenter=in_vcenter(events=("Error while cloning",)),
        ),
        "why.vcenter_task_failed",
        ("could not make VSphereVM w01-abc12", "vDiskVersion"),
        ("VSphereVM w01-abc12", "vCenter event"),
        "task list",
    ),
)

MACHINES = (
    Case(
        "template object that is not there",
        w.broken(
            w.made(
                s.control_plane(ready=0, made=0, available=False),
                conditions=[
                    s.condition(
                        "ScalingUp",
                        "True",
                        "ScalingUp",
                        "Scaling up from 0 to 1 replicas is blocked because:\n* VSphereMachineTemplate does not exist",
                    )
                ],
            )
        ),
        "why.machine_template_missing",
        ("KubeadmControlPlane w01 cannot make machines", "VSphereMachineTemplate does not exist"),
        ("KubeadmControlPlane w01",),
        "Apply the objects",
    ),
    Case(
        "VM that somebody deleted",
        w.broken(*f.stuck_vm("NotFoundByBIOSUUID", "vm with bios uuid 4230 not found")),
        "why.vm_gone",
        ("virtual machine of control plane machine w01-abc12", "does not exist"),
        ("VSphereVM w01-abc12",),
        "delete the Machine",
    ),
    Case(
        "VM that vCenter does not know",
        w.broken(
            inside=(f.lost_node(),),
            datacenter=in_vcenter(there=False),
        ),
        "why.vm_gone",
        ("does not exist in vCenter",),
        ("vCenter vcenter.local",),
        "delete the Machine",
    ),
    Case(
        "VM on a host that is away",
        w.broken(inside=(f.lost_node(),), datacenter=in_vcenter(there=True, connection="disconnected")),
        "why.vm_inaccessible",
        ("is disconnected in vCenter",),
        ("VSphereVM w01-abc12",),
        "ESXi host",
    ),
    Case(
        "VM switched off",
        w.broken(
            inside=(f.lost_node(),),
            datacenter=in_vcenter(
                there=True, connection="connected", power="poweredOff", events=("bob switched it off",)
            ),
        ),
        "why.vm_powered_off",
        ("control plane machine w01-abc12", "switched off"),
        ("VSphereVM w01-abc12", "vCenter event"),
        "Switch it on",
    ),
    Case(
        "no address from DHCP",
        w.broken(*f.stuck_vm("WaitingForIPAllocation")),
        "why.no_address",
        ("Control plane machine w01-abc12 runs but has no IP address", "VM Network", "DHCP"),
        ("VSphereVM w01-abc12",),
        "DHCP server with free addresses",
    ),
    Case(
        "no address, as the provider writes it over with a bare reason",
        w.broken(
            s.machine(f.CP, step="bootstrapped"),
            w.vm(
                f.CP,
                w.provisioned("False", "NotProvisioned"),
                older=[s.condition("VMProvisioned", "False", "WaitingForIPAllocation")],
                vmRef="VirtualMachine:vm-1",
            ),
        ),
        "why.no_address",
        ("Control plane machine w01-abc12", "nobody on /DC0/network/VM Network gives it one by DHCP"),
        ("VSphereVM w01-abc12",),
        "DHCP server",
    ),
    Case(
        "no address although the guest is up",
        w.broken(
            *f.stuck_vm("WaitingForIPAllocation", since="2026-09-01T11:58:30Z"),
            datacenter=in_vcenter(there=True, power="poweredOn", tools="guestToolsRunning"),
        ),
        "why.no_address",
        ("has no IP address",),
        ("VSphereVM w01-abc12", "Virtual machine w01-abc12"),
        "DHCP server",
    ),
    Case(
        "no address from a pool",
        w.broken(*f.stuck_vm("WaitingForStaticIPAllocation")),
        "why.no_address",
        ("no address from its IP pool",),
        ("VSphereVM w01-abc12",),
        "ipaddressclaims",
    ),
    Case(
        "provider that gave up",
        w.broken(w.made(s.machine(f.CP), status={"failureMessage": "VSphereMachine was removed"})),
        "why.machine_failed",
        ("Machine w01-abc12 has failed for good", "was removed"),
        ("Machine w01-abc12",),
        "delete the Machine",
    ),
    Case(
        "bootstrap data that cannot be made",
        w.broken(
            s.machine(f.CP, step="new"),
            s.kubeadm_config(
                f.CP, s.condition("DataSecretAvailable", "False", "NotAvailable", "Secret w01-extra not found")
            ),
        ),
        "why.bootstrap_failed",
        ("bootstrap data of machine w01-abc12", "w01-extra not found"),
        ("KubeadmConfig w01-abc12",),
        "tries again",
    ),
    Case(
        "machine that never joins",
        w.broken(s.machine(f.WORKER, control_plane=False, step="identified")),
        "why.machine_not_joined",
        ("Worker machine w01-md-0-x runs at 10.1.0.7 but has not joined",),
        ("Machine w01-md-0-x",),
        "cloud-init-output.log",
    ),
)

NODES = (
    Case(
        "kubelet that is silent",
        w.broken(inside=(f.lost_node(),)),
        "why.kubelet_down",
        ("kubelet of control plane machine w01-abc12 (10.1.0.7)", "stopped reporting"),
        ("Node w01-abc12",),
        "journalctl -u kubelet",
    ),
    Case(
        "no network plugin",
        w.broken(inside=(f.no_network(f.CP), f.no_network(f.WORKER)), without=("DaemonSet",)),
        "why.no_cni",
        ("No network plugin (CNI) is installed in cluster w01", "2 nodes are not ready"),
        ("Node w01-abc12", "Node w01-md-0-x"),
        "cilium_install",
    ),
    Case(
        "network plugin that does not run",
        w.broken(inside=(f.no_network(f.WORKER), w.daemon_set(ready=1))),
        "why.no_cni",
        ("cilium does not run everywhere", "1 node is not ready"),
        ("Node w01-md-0-x", "DaemonSet kube-system/cilium"),
        "kubectl -n kube-system get pods",
    ),
    Case(
        "network plugin that starts on a new node, told by its pod alone",
        w.broken(inside=(f.no_network(f.WORKER), f.starting_agent()), without=("DaemonSet",)),
        "why.no_cni",
        ("The network plugin cilium does not run everywhere", "1 node is not ready"),
        ("Node w01-md-0-x", "Pod kube-system/cilium-x"),
        "kubectl -n kube-system get pods",
    ),
    Case(
        "etcd learner",
        w.broken(f.learner()),
        "why.etcd_learner_stuck",
        ("new etcd member of cluster w01 stays a learner",),
        ("KubeadmControlPlane w01",),
        "port 2380",
    ),
    Case(
        "etcd member",
        w.broken(f.sick_etcd()),
        "why.etcd_member_unhealthy",
        ("etcd member on control plane machine w01-abc12", "no leader"),
        ("Machine w01-abc12",),
        "disk space",
    ),
    Case(
        "etcd as a whole",
        w.broken(
            w.made(
                s.control_plane(available=False),
                conditions=[
                    s.condition(
                        "EtcdClusterHealthy",
                        "False",
                        "NotHealthy",
                        "* Machine w01-abc12:\n  * EtcdMember: alarm NOSPACE",
                    )
                ],
            )
        ),
        "why.etcd_member_unhealthy",
        ("The etcd of cluster w01 is not healthy", "NOSPACE"),
        ("KubeadmControlPlane w01",),
        "quorum",
    ),
    Case(
        "external etcd",
        w.broken(
            w.etcdadm(s.condition("EtcdEndpointsAvailable", "False", "WaitingForEtcdadmEndpointsToPassHealthcheck")),
            w.etcd_machine(),
        ),
        "why.etcd_member_unhealthy",
        ("external etcd of cluster w01", "health check"),
        ("EtcdadmCluster w01-etcd",),
        "ports 2379 and 2380",
    ),
    Case(
        "endpoint that went silent",
        w.broken(
            f.probe_failed(),
            inside=None,
            workload_refusal=Refusal("kube.unreachable", "https://10.1.0.5:6443: no route to host"),
        ),
        "why.endpoint_not_answering",
        ("control plane endpoint 10.1.0.5 does not answer", "kube-vip"),
        ("Cluster w01", "Control plane endpoint 10.1.0.5", "Machine w01-abc12"),
        "crictl ps -a",
    ),
    Case(
        "endpoint that never came up",
        w.broken(
            w.made(s.cluster(available=False, initialized=False), spec={"controlPlaneEndpoint": {"host": w.ENDPOINT}}),
            s.machine(f.CP, step="identified"),
            inside=None,
            endpoint=Endpoint(w.ENDPOINT),
        ),
        "why.endpoint_not_answering",
        ("10.1.0.5",),
        ("Control plane endpoint 10.1.0.5",),
        "kube-vip",
    ),
    Case(
        "endpoint that somebody else has",
        w.broken(
            w.made(s.cluster(available=False, initialized=False), spec={"controlPlaneEndpoint": {"host": w.ENDPOINT}}),
            s.machine(f.CP, step="bootstrapped"),
            w.vm(f.CP, w.provisioned("False", "PoweringOn", since=s.JUST_NOW)),
            inside=None,
            endpoint=Endpoint(w.ENDPOINT, port=80),
        ),
        "why.endpoint_in_use",
        ("Another machine uses the control plane endpoint 10.1.0.5",),
        ("Control plane endpoint 10.1.0.5",),
        "address that nobody uses",
    ),
    Case(
        "endpoint with another's certificate",
        w.broken(
            inside=None,
            endpoint=Endpoint(w.ENDPOINT, port=6443),
            workload_refusal=Refusal("kube.tls", "https://10.1.0.5:6443 shows a certificate of an unknown authority"),
        ),
        "why.endpoint_in_use",
        ("10.1.0.5",),
        ("Control plane endpoint 10.1.0.5",),
        "address",
    ),
)

CHANGES = (
    Case(
        "budget that blocks a drain",
        w.broken(f.draining(), inside=(w.budget(),)),
        "why.drain_blocked",
        ("drain of worker machine w01-md-0-x is blocked", "PodDisruptionBudget web", "shop/web-0"),
        ("Machine w01-md-0-x", "PodDisruptionBudget shop/web"),
        "maxUnavailable: 1",
    ),
    Case(
        "drain that waits for room",
        w.broken(f.draining(), inside=(w.budget(), f.unschedulable("web-1", "shop"))),
        "why.unschedulable",
        ("Cluster w01 has no room for Pod shop/web-1",),
        ("Pod shop/web-1",),
        "Add worker machines",
    ),
    Case(
        "replacement of an unhealthy machine",
        w.broken(f.unhealthy()),
        "why.remediation",
        ("Worker machine w01-md-0-x failed its health check and is being replaced", "Unknown for more than 5m0s"),
        ("Machine w01-md-0-x",),
        "Wait for the new machine",
    ),
    Case(
        "replacement that is not allowed",
        w.broken(
            f.unhealthy(
                owner=s.condition(
                    "OwnerRemediated",
                    "False",
                    "CannotBeRemediated",
                    "KubeadmControlPlane can't remediate if current replicas are less or equal to 1",
                )
            )
        ),
        "why.remediation_blocked",
        ("may not be replaced",),
        ("Machine w01-md-0-x",),
        "Mend the machine itself",
    ),
    Case(
        "health check that has given up",
        w.broken(
            f.unhealthy(),
            {
                "apiVersion": s.CAPI,
                "kind": "MachineHealthCheck",
                "metadata": s.meta("w01-md-0-unhealthy"),
                "status": {
                    "conditions": [
                        s.condition("RemediationAllowed", "False", "TooManyUnhealthy", "Remediation is not allowed")
                    ]
                },
            },
        ),
        "why.remediation_blocked",
        ("may not be replaced",),
        ("MachineHealthCheck w01-md-0-unhealthy",),
        "too many machines are unhealthy",
    ),
    Case(
        "part that is paused",
        w.broken(
            w.made(s.deployment(replicas=2, ready=1), metadata={"annotations": {"cluster.x-k8s.io/paused": "true"}})
        ),
        "why.paused",
        ("MachineDeployment w01-md-0 is paused",),
        ("MachineDeployment w01-md-0",),
        "annotation",
    ),
    Case(
        "nothing wrong, on its way",
        w.broken(*f.stuck_vm("WaitingForIPAllocation", since=s.JUST_NOW)),
        "why.in_progress",
        ("Machine w01-abc12: waiting for VSphereVM to get an IP address",),
        ("Machine w01-abc12",),
        "wait",
    ),
    Case(
        "nothing wrong and nobody says why",
        w.broken(),
        "why.in_progress",
        ("not available yet", "none of its objects says why"),
        ("Cluster w01",),
        "ask again",
    ),
    Case(
        "ready",
        w.at_rest(),
        "why.ready",
        ("Cluster w01 is ready, with all 2 machines",),
        ("KubeadmControlPlane w01", "MachineDeployment w01-md-0"),
        "",
    ),
)
CASES = (*ACCESS, *PLATFORM, *VCENTER, *MACHINES, *NODES, *CHANGES)

TWO_FAULTS: tuple[tuple[str, Observation, str], ...] = (
    (
        "paused, and no template",
        w.broken(
            w.made(s.cluster(available=False), spec={"paused": True}), *f.stuck_vm("NotProvisioned", f.NO_TEMPLATE)
        ),
        "why.paused",
    ),
    (
        "provider crashes, and no template",
        w.broken(f.crashing(), *f.stuck_vm("NotProvisioned", f.NO_TEMPLATE)),
        "why.provider_crash_loop",
    ),
    (
        "provider scaled to zero, so webhook silent",
        w.broken(
            w.webhook("capv-webhook-service", "capv-system"),
            w.deployment("capv-controller-manager", "capv-system", available=0, wanted=0),
        ),
        "why.provider_scaled_down",
    ),
    (
        "image missing, so webhook silent",
        w.broken(f.pulling("capi-1", "capi-system"), w.slice_of(ready=None)),
        "why.image_pull_failed",
    ),
    (
        "webhook silent, its pod crashes",
        w.broken(f.crashing("capi-1", "capi-system"), w.slice_of(ready=None)),
        "why.provider_crash_loop",
    ),
    (
        "password refused, and no template",
        w.broken(f.vcenter_away(f.LOGIN), *f.stuck_vm("NotProvisioned", f.NO_TEMPLATE)),
        "why.vcenter_credentials_refused",
    ),
    (
        "no template, and a worker without network plugin",
        w.broken(*f.stuck_vm("NotProvisioned", f.NO_TEMPLATE), inside=(f.no_network(f.WORKER),)),
        "why.template_missing",
    ),
    (
        "no address, so the endpoint is silent",
        w.broken(f.probe_failed(), *f.stuck_vm("WaitingForIPAllocation"), inside=None, endpoint=Endpoint(w.ENDPOINT)),
        "why.no_address",
    ),
    (
        "etcd down, so the endpoint is silent",
        w.broken(f.probe_failed(), f.sick_etcd(), inside=None, workload_refusal=Refusal("kube.unreachable", "timeout")),
        "why.etcd_member_unhealthy",
    ),
    (
        "credentials refused, so what is said of etcd is old",
        w.broken(f.probe_failed(), f.sick_etcd(), inside=None, workload_refusal=f.REFUSED),
        "why.workload_refused",
    ),
    ("kubelet down, so its etcd member too", w.broken(f.sick_etcd(), inside=(f.lost_node(),)), "why.kubelet_down"),
    (
        "switched off, so its kubelet is silent",
        w.broken(
            inside=(f.lost_node(),), datacenter=in_vcenter(there=True, connection="connected", power="poweredOff")
        ),
        "why.vm_powered_off",
    ),
    (
        "kubelet down, another without network",
        w.broken(inside=(f.lost_node(), f.no_network(f.WORKER))),
        "why.kubelet_down",
    ),
    (
        "network plugin without image, so no network",
        w.broken(inside=(f.pulling("cilium-1", "kube-system"), f.no_network())),
        "why.image_pull_failed",
    ),
    (
        "kubelet down, so the health check replaces it",
        w.broken(f.unhealthy(), inside=(f.lost_node(f.WORKER),)),
        "why.kubelet_down",
    ),
    (
        "kubelet down elsewhere, and a blocked drain",
        w.broken(f.draining(), inside=(f.lost_node(), w.budget())),
        "why.kubelet_down",
    ),
    (
        "certificate expired, so the endpoint is silent",
        w.broken(
            f.probe_failed(),
            inside=None,
            workload_refusal=Refusal("kube.tls", "certificate verify failed: certificate has expired"),
        ),
        "why.certificate_expired",
    ),
    (
        "template of the control plane before that of a worker",
        w.broken(
            *f.stuck_vm("NotProvisioned", "vm '/DC0/vm/worker' not found", name=f.WORKER),
            *f.stuck_vm("NotProvisioned", "vm '/DC0/vm/control' not found"),
        ),
        "why.template_missing",
    ),
    (
        "etcd's trouble before the pause that goes with it",
        w.broken(
            f.sick_etcd(),
            w.made(s.control_plane(available=False), metadata={"annotations": {"cluster.x-k8s.io/paused": "true"}}),
        ),
        "why.etcd_member_unhealthy",
    ),
)

PASSING: tuple[tuple[str, Observation], ...] = (
    (
        "an address that is asked for since ten seconds",
        w.broken(*f.stuck_vm("WaitingForIPAllocation", since=s.JUST_NOW)),
    ),
    ("a machine that is being cloned", w.broken(*f.stuck_vm("WaitingForClone"), datacenter=inventory())),
    (
        "a machine that is off because it is being cloned",
        w.broken(
            *f.stuck_vm("WaitingForClone"),
            datacenter=in_vcenter(there=True, connection="connected", power="poweredOff"),
        ),
    ),
    (
        "an etcd member that has just come",
        w.broken(
            w.made(
                s.machine(f.CP), conditions=[s.condition("EtcdMemberHealthy", "False", "NotHealthy", "x", s.JUST_NOW)]
            )
        ),
    ),
    (
        "a control plane whose pods KCP does not see yet",
        w.broken(
            w.made(
                s.control_plane(ready=0, available=False),
                conditions=[
                    s.condition(
                        "ControlPlaneComponentsHealthy",
                        "False",
                        "NotHealthy",
                        f"* Machine {f.CP}:\n  * Control plane components: Pod does not exist",
                    )
                ],
            )
        ),
    ),
    (
        "a provider that has just started",
        w.broken(w.deployment("capv-controller-manager", "capv-system", available=0, since=s.JUST_NOW)),
    ),
    (
        "bootstrap data that waits its turn",
        w.broken(
            s.machine(f.WORKER, control_plane=False, step="new"),
            s.kubeadm_config(
                f.WORKER,
                s.condition(
                    "DataSecretAvailable",
                    "False",
                    "NotAvailable",
                    "Waiting for Cluster control plane to be initialized",
                ),
            ),
        ),
    ),
    (
        "a pod that waits for its node's network",
        w.broken(
            inside=(
                f.unschedulable("coredns-1", "kube-system", "0/1 nodes are available: 1 node(s) had untolerated taint"),
            )
        ),
    ),
    (
        "a task that is tried again",
        w.broken(*f.stuck_vm("NotProvisioned", "last task failed retry after 2026-09-01T12:01:00Z")),
    ),
    (
        "certificates that could not be looked at",
        w.broken(
            s.machine(f.CP, step="new"),
            s.kubeadm_config(
                f.CP,
                s.condition(
                    "CertificatesAvailable", "Unknown", "InternalError", "Please check controller logs for errors"
                ),
            ),
        ),
    ),
    ("an API that was never up", w.broken(w.made(s.cluster(available=False, initialized=False)), inside=None)),
)
