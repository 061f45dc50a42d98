# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every kind of change of a vSphere cluster: whose machines it replaces, or how it is refused.

The rows make one way: each starts from the config that the row before led to. What one row puts there a later one may
take away again, and that is a kind of change, too.
"""

from __future__ import annotations

from ansible_collections.eks.anywhere.tests.simulation.configs import document
from ansible_collections.eks.anywhere.tests.upgrade_kinds.kind import CP, GOLDEN, MD, Kind, Obj

C = "controlPlaneConfiguration"
W = "workerNodeGroupConfigurations.0"
NEXT_TEMPLATE = "/DC0/vm/Templates/ubuntu-1-34-next"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGm8cbxRMrfMJFxkJ0rqLcqwgGUxvhpsgBg1bwn3NWxb"
NTP = {"servers": ["time.test"]}
TAINT = {"key": "dedicated", "value": "x", "effect": "PreferNoSchedule"}
AUTHORITY = (GOLDEN / "ca.pem.txt").read_text(encoding="utf-8")
MIRROR = {"endpoint": "198.18.0.50", "port": "5000"}
POLICY = "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- level: Metadata\n"
ALL = (CP, MD)
FIELD = "upgrade.field_refused"


def _group(name: str, machine: str, **more: object) -> Obj:
    return {"name": name, "count": 1, "machineGroupRef": {"kind": "VSphereMachineConfig", "name": machine}, **more}


def _machine(name: str, **fields: object) -> Obj:
    spec = {
        "datastore": "/DC0/datastore/LocalDS_0",
        "diskGiB": 25,
        "folder": "/DC0/vm/eksa",
        "memoryMiB": 8192,
        "numCPUs": 2,
        "osFamily": "ubuntu",
        "resourcePool": "/DC0/host/DC0_C0/Resources/eksa-workers",
        "template": NEXT_TEMPLATE,
        "users": [{"name": "capv", "sshAuthorizedKeys": [KEY]}],
    }
    return document("VSphereMachineConfig", name, {**spec, **fields})


def _users(name: str) -> list[Obj]:
    return [{"name": name, "sshAuthorizedKeys": [KEY]}]


_SIZES = (
    Kind("No change at all", sample=True),
    Kind("CPUs of the workers", {"MD:numCPUs": 4}, rolls=(MD,), sample=True),
    Kind("Memory of the control plane", {"CP:memoryMiB": 16384}, rolls=(CP,)),
    Kind("Disks of all machines", {"CP:diskGiB": 25, "MD:diskGiB": 25}, rolls=ALL),
)
_PLACES = (
    Kind(
        "Another template of the same Kubernetes version, as a newer image of the operating system",
        {"CP:template": NEXT_TEMPLATE, "MD:template": NEXT_TEMPLATE},
        rolls=ALL,
    ),
    Kind("Datastore of the workers", {"MD:datastore": "/DC0/datastore/LocalDS_1"}, rolls=(MD,)),
    Kind("Folder of the control plane", {"CP:folder": "/DC0/vm"}, rolls=(CP,)),
    Kind(
        "Resource pool of the workers",
        {"MD:resourcePool": "/DC0/host/DC0_C0/Resources/eksa-control-plane"},
        rolls=(MD,),
    ),
    Kind(
        "A second network of the workers",
        {"MD:networks": ["/DC0/network/VM Network", "/DC0/network/DC0_DVPG0"]},
        rolls=(MD,),
    ),
    Kind("The second network taken away", {"MD:networks": ...}, rolls=(MD,)),
    Kind("Certificate of vCenter not checked any more (``insecure``)", {"DC:insecure": True}, rolls=ALL),
    Kind("Certificate of vCenter checked again", {"DC:insecure": False}, rolls=ALL),
    Kind("How the clones of the workers are made (``cloneMode``)", {"MD:cloneMode": "fullClone"}, rolls=(MD,)),
)
_MACHINES = (
    Kind("Name of the user on the control plane", {"CP:users": _users("operator")}, rolls=(CP,)),
    Kind("SSH key on the workers", {"MD:users": _users("capv")}, rolls=(MD,)),
    Kind("NTP servers", {"CP:hostOSConfiguration": {"ntpConfiguration": NTP}}, rolls=(CP,)),
    Kind("NTP servers taken away", {"CP:hostOSConfiguration": ...}, rolls=(CP,)),
    Kind("Labels of the control plane", {f"{C}.labels": {"a": "b"}}, rolls=(CP,)),
    Kind("Labels of the workers", {f"{W}.labels": {"a": "b"}}, rolls=(MD,), sample=True),
    Kind("Labels of the workers taken away", {f"{W}.labels": ...}, rolls=(MD,)),
    Kind("Taints of the control plane", {f"{C}.taints": [TAINT]}, rolls=(CP,)),
    Kind("Taints of the workers", {f"{W}.taints": [TAINT]}, rolls=(MD,)),
    Kind("Taints taken away", {f"{C}.taints": ..., f"{W}.taints": ...}, rolls=ALL),
    Kind(
        "Kubelet configuration of the workers",
        {f"{W}.kubeletConfiguration": {"kind": "KubeletConfiguration", "maxPods": 20}},
        rolls=(MD,),
    ),
    Kind(
        "Kubelet configuration of the control plane",
        {f"{C}.kubeletConfiguration": {"kind": "KubeletConfiguration", "maxPods": 64}},
        rolls=(CP,),
    ),
    Kind(
        "Kubelet configuration taken away",
        {f"{C}.kubeletConfiguration": ..., f"{W}.kubeletConfiguration": ...},
        rolls=ALL,
    ),
    Kind(
        "Another name of a machine config that says the same",
        {f"{C}.machineGroupRef.name": "w1-cp-renamed"},
        adds=(
            _machine(
                "w1-cp-renamed",
                folder="/DC0/vm",
                memoryMiB=16384,
                resourcePool="/DC0/host/DC0_C0/Resources/eksa-control-plane",
                users=_users("operator"),
            ),
        ),
    ),
)
_COUNTS = (
    Kind("More workers", {f"{W}.count": 2}, sample=True),
    Kind("Fewer workers", {f"{W}.count": 1}, fewer={MD: 1}, sample=True),
    Kind("More machines of the control plane", {f"{C}.count": 3}),
    Kind("Fewer machines of the control plane", {f"{C}.count": 1}, fewer={CP: 2}),
    Kind(
        "Autoscaling on, the workers are within its bounds",
        {f"{W}.autoscalingConfiguration": {"minCount": 1, "maxCount": 3}},
    ),
    Kind("Bounds of the autoscaling", {f"{W}.autoscalingConfiguration": {"minCount": 1, "maxCount": 2}}),
    Kind("Autoscaling off, with another count", {f"{W}.autoscalingConfiguration": ..., f"{W}.count": 3}),
    Kind(
        "Autoscaling on, the workers are more than its bounds allow",
        {f"{W}.autoscalingConfiguration": {"minCount": 1, "maxCount": 1}, f"{W}.count": 1},
        fewer={MD: 2},
    ),
    Kind("Autoscaling off", {f"{W}.autoscalingConfiguration": ...}),
    Kind("More workers of another size", {"MD:numCPUs": 2, f"{W}.count": 2}, rolls=(MD,)),
    Kind("Fewer workers of another size", {"MD:numCPUs": 4, f"{W}.count": 1}, rolls=(MD,)),
)
_GROUPS = (
    Kind(
        "A group of workers added",
        {"workerNodeGroupConfigurations.1": _group("md-1", "w1-other")},
        adds=(_machine("w1-other"),),
        sample=True,
    ),
    Kind("Size of one group of two", {"VSphereMachineConfig/w1-other:numCPUs": 4}, rolls=("workers/md-1",)),
    Kind(
        "A group of workers removed",
        {"workerNodeGroupConfigurations.1": ...},
        drops=("VSphereMachineConfig/w1-other",),
        removed=("workers/md-1",),
        sample=True,
    ),
    Kind(
        "A group of workers added, with labels for the others",
        {
            f"{W}.labels": {"c": "d"},
            "workerNodeGroupConfigurations.1": _group(
                "md-br", "w1-br", kubeletConfiguration={"kind": "KubeletConfiguration", "maxPods": 30}
            ),
        },
        adds=(_machine("w1-br", osFamily="bottlerocket", users=_users("ec2-user")),),
        rolls=(MD,),
    ),
    Kind(
        "CA certificates of Bottlerocket machines (``certBundles``)",
        {
            "VSphereMachineConfig/w1-br:hostOSConfiguration": {"certBundles": [{"name": "own", "data": AUTHORITY}]},
        },
        rolls=("workers/md-br",),
    ),
    Kind(
        "Settings of Bottlerocket",
        {
            "VSphereMachineConfig/w1-br:hostOSConfiguration.bottlerocketConfiguration": {
                "kernel": {"sysctlSettings": {"net.ipv4.ip_forward": "1"}}
            }
        },
        rolls=("workers/md-br",),
    ),
    Kind(
        "Host configuration of Bottlerocket taken away",
        {"VSphereMachineConfig/w1-br:hostOSConfiguration": ...},
        rolls=("workers/md-br",),
    ),
    Kind(
        "A group removed together with a change of the other",
        {"workerNodeGroupConfigurations.1": ..., f"{W}.labels": ...},
        drops=("VSphereMachineConfig/w1-br",),
        rolls=(MD,),
        removed=("workers/md-br",),
    ),
)
_API_SERVER = (
    Kind("Audit policy", {f"{C}.auditPolicyContent": POLICY}, rolls=(CP,)),
    Kind("Audit policy taken away", {f"{C}.auditPolicyContent": ...}, rolls=(CP,)),
    Kind("Names in the certificate of the API server (``certSans``)", {f"{C}.certSans": ["api.test.org"]}, rolls=(CP,)),
    Kind("Those names taken away", {f"{C}.certSans": ...}, rolls=(CP,)),
    Kind("Arguments of the API server", {f"{C}.apiServerExtraArgs": {"max-requests-inflight": "800"}}, rolls=(CP,)),
    Kind("Those arguments taken away", {f"{C}.apiServerExtraArgs": ...}, rolls=(CP,)),
    Kind("``skipAdmissionForSystemResources``", {f"{C}.skipAdmissionForSystemResources": True}, rolls=(CP,)),
    Kind("``skipAdmissionForSystemResources`` off", {f"{C}.skipAdmissionForSystemResources": ...}, rolls=(CP,)),
    Kind("IAM for pods", {"podIamConfig": {"serviceAccountIssuer": "https://issuer.test"}}, rolls=(CP,)),
    Kind("IAM for pods taken away", {"podIamConfig": ...}, rolls=(CP,)),
    Kind(
        "OIDC added",
        {"identityProviderRefs": [{"kind": "OIDCConfig", "name": "w1"}]},
        adds=(document("OIDCConfig", "w1", {"clientId": "kubernetes", "issuerUrl": "https://login.test"}),),
        rolls=(CP,),
    ),
    Kind("OIDC changed", {"OIDCConfig:clientId": "other"}, refused=FIELD),
    Kind(
        "IAM authenticator instead of OIDC",
        {"identityProviderRefs": [{"kind": "AWSIamConfig", "name": "w1"}]},
        adds=(
            document(
                "AWSIamConfig",
                "w1",
                {"awsRegion": "eu-central-1", "backendMode": ["EKSConfigMap"], "mapRoles": []},
            ),
        ),
        drops=("OIDCConfig",),
        rolls=(CP,),
    ),
    Kind(
        "Roles of the IAM authenticator",
        {
            "AWSIamConfig:mapRoles": [
                {"roleARN": "arn:aws:iam::1:role/admin", "username": "admin", "groups": ["system:masters"]}
            ]
        },
    ),
    Kind("Region of the IAM authenticator", {"AWSIamConfig:awsRegion": "eu-west-1"}, refused=FIELD),
    Kind("IAM authenticator taken away", {"identityProviderRefs": ...}, drops=("AWSIamConfig",), rolls=(CP,)),
    Kind(
        "Encryption of what etcd keeps",
        {
            "etcdEncryption": [
                {
                    "resources": ["secrets"],
                    "providers": [
                        {"kms": {"name": "plugin", "socketListenAddress": "unix:///var/run/kms/socket.sock"}}
                    ],
                }
            ]
        },
        rolls=(CP,),
    ),
    Kind("That encryption taken away", {"etcdEncryption": ...}, rolls=(CP,)),
)
_MIRROR = (
    Kind("Registry mirror", {"registryMirrorConfiguration": MIRROR}, rolls=ALL),
    Kind("CA certificate of the registry mirror", {"registryMirrorConfiguration.caCertContent": AUTHORITY}, rolls=ALL),
    Kind("Registry mirror taken away", {"registryMirrorConfiguration": ...}, rolls=ALL),
)
_IN_PLACE = (
    Kind("Machine health checks of the cluster", {"machineHealthCheck": {"nodeStartupTimeout": "20m0s"}}, sample=True),
    Kind("Machine health check of a group", {f"{W}.machineHealthCheck": {"maxUnhealthy": "50%"}}),
    Kind(
        "Rollout strategy of the control plane",
        {f"{C}.upgradeRolloutStrategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1}}},
    ),
    Kind(
        "Rollout strategy of the workers",
        {
            f"{W}.upgradeRolloutStrategy": {
                "type": "RollingUpdate",
                "rollingUpdate": {"maxSurge": 2, "maxUnavailable": 1},
            }
        },
    ),
    Kind("Rollout strategies taken away", {f"{C}.upgradeRolloutStrategy": ..., f"{W}.upgradeRolloutStrategy": ...}),
    Kind(
        "Policy enforcement of Cilium",
        {"clusterNetwork.cniConfig": {"cilium": {"policyEnforcementMode": "always"}}},
    ),
    Kind(
        "Routing of Cilium",
        {"clusterNetwork.cniConfig": {"cilium": {"routingMode": "direct", "ipv4NativeRoutingCIDR": "192.168.0.0/16"}}},
    ),
    Kind("Curated packages off", {"packages": {"disable": True}}),
    Kind("License token", {"licenseToken": "token"}),
    Kind(
        "GitOps added",
        {"gitOpsRef": {"kind": "FluxConfig", "name": "w1"}},
        adds=(document("FluxConfig", "w1", {"github": {"owner": "o", "repository": "r", "personal": True}}),),
    ),
    Kind("GitOps changed", {"FluxConfig:branch": "other"}, refused=FIELD),
    Kind("GitOps taken away", {"gitOpsRef": ...}, drops=("FluxConfig",), refused=FIELD),
)
_REFUSED = (
    Kind("Address of the endpoint", {f"{C}.endpoint.host": "127.0.0.2"}, refused=FIELD, sample=True),
    Kind("Networks of pods", {"clusterNetwork.pods.cidrBlocks": ["192.168.0.0/17"]}, refused=FIELD),
    Kind("Networks of services", {"clusterNetwork.services.cidrBlocks": ["10.96.0.0/13"]}, refused=FIELD),
    Kind("Size of the nodes' networks", {"clusterNetwork.nodes": {"cidrMaskSize": 25}}, refused=FIELD),
    Kind("Name service of the nodes", {"clusterNetwork.dns": {"resolvConf": {"path": "/etc/x"}}}, refused=FIELD),
    Kind("Another network plugin", {"clusterNetwork.cniConfig": {"kindnetd": {}}}, refused="config.invalid"),
    Kind(
        "Proxy added",
        {"proxyConfiguration": {"httpProxy": "198.18.0.9:3128", "httpsProxy": "198.18.0.9:3128"}},
        refused=FIELD,
    ),
    Kind(
        "External etcd added",
        {
            "externalEtcdConfiguration": {
                "count": 3,
                "machineGroupRef": {"kind": "VSphereMachineConfig", "name": "w1-etcd"},
            }
        },
        adds=(_machine("w1-etcd"),),
        refused=FIELD,
    ),
    Kind("Server of vCenter", {"DC:server": "198.18.0.7"}, refused=FIELD),
    Kind("Datacenter", {"DC:datacenter": "DC1", "DC:network": "/DC1/network/VM Network"}, refused=FIELD),
    Kind("Network of the datacenter config", {"DC:network": "/DC0/network/DC0_DVPG0"}, refused=FIELD),
    Kind("Operating system", {"MD:osFamily": "redhat"}, refused=FIELD),
    Kind("Storage policy", {"MD:storagePolicyName": "gold"}, refused=FIELD),
    Kind("Another minor version down", {"kubernetesVersion": "1.33"}, refused="upgrade.kubernetes_skew"),
    Kind("Two minor versions up", {"kubernetesVersion": "1.36"}, refused="upgrade.kubernetes_skew"),
    Kind(
        "Workers of another minor version down", {f"{W}.kubernetesVersion": "1.33"}, refused="upgrade.kubernetes_skew"
    ),
    Kind("An older release of EKS Anywhere", release={"v0.26.0": "v0.25.0"}, refused="upgrade.release_older"),
    Kind("Two minor releases of EKS Anywhere up", release={"v0.26.0": "v0.28.0"}, refused="upgrade.release_skew"),
)
_VERSIONS = (
    Kind(
        "A release of EKS Anywhere with the same components",
        release={"v0.26.0": "v0.26.1", "bundles-7": "bundles-8", "number: 7": "number: 8"},
    ),
    Kind("Image of kube-vip", release={"kube-vip:v0.9.1": "kube-vip:v0.9.2"}, rolls=(CP,)),
    Kind("Image of the cloud provider", release={"cloud-provider-vsphere:v1.34.0": "cloud-provider-vsphere:v1.34.1"}),
    Kind("Kubernetes patch version", release={"v1.34.3": "v1.34.4"}, rolls=ALL, sample=True),
    Kind(
        "Kubernetes minor version of the control plane, the workers stay behind",
        {"kubernetesVersion": "1.35", f"{W}.kubernetesVersion": "1.34"},
        rolls=(CP,),
    ),
    Kind("Kubernetes minor version of workers that were behind", {f"{W}.kubernetesVersion": ...}, rolls=(MD,)),
    Kind("Kubernetes minor version of all", {"kubernetesVersion": "1.36"}, rolls=ALL),
)
_SEVERAL = (
    Kind(
        "Several at once: certificate names, labels, sizes, health checks",
        {
            f"{C}.certSans": ["two.test.org"],
            f"{W}.labels": {"e": "f"},
            "MD:memoryMiB": 4096,
            "machineHealthCheck": {"nodeStartupTimeout": "30m0s"},
        },
        rolls=ALL,
        sample=True,
    ),
)
KINDS: tuple[Kind, ...] = (
    *_SIZES,
    *_PLACES,
    *_MACHINES,
    *_COUNTS,
    *_GROUPS,
    *_API_SERVER,
    *_MIRROR,
    *_IN_PLACE,
    *_REFUSED,
    *_VERSIONS,
    *_SEVERAL,
)

__all__ = ("KINDS", "NEXT_TEMPLATE")
