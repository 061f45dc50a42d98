# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Every field that a cluster config may have, as tables. Checks of meaning live elsewhere; this is shape alone."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config import kubelet_fields

API_VERSION = "anywhere.eks.amazonaws.com/v1alpha1"


@dataclasses.dataclass(frozen=True)
class Leaf:
    """A scalar, named as Go names its type in messages."""

    type: str


@dataclasses.dataclass(frozen=True)
class ListOf:
    """A sequence."""

    item: Schema


@dataclasses.dataclass(frozen=True)
class MapOf:
    """An object with names of the user's choice."""

    item: Schema


@dataclasses.dataclass(frozen=True)
class Fields:
    """An object with a closed set of names."""

    names: t.Mapping[str, Schema]


Schema = t.Union[Leaf, ListOf, MapOf, Fields]

STR = Leaf("string")
INT = Leaf("int")
BOOL = Leaf("bool")
DURATION = Leaf("duration")
INT_OR_STR = Leaf("int or string")
FREE = Leaf("anything")
"""Taken as it is, with YAML's own types."""

STRINGS = ListOf(STR)
STRING_MAP = MapOf(STR)


def _fields(**names: Schema) -> Fields:
    return Fields(names)


def _frees(names: str) -> dict[str, Schema]:
    return dict.fromkeys(names.split(), FREE)


_MANAGED_METADATA = _frees(
    "creationTimestamp deletionGracePeriodSeconds deletionTimestamp finalizers generateName generation managedFields "
    "ownerReferences resourceVersion selfLink uid"
)
METADATA = Fields({"name": STR, "namespace": STR, "annotations": STRING_MAP, "labels": STRING_MAP, **_MANAGED_METADATA})

REF = _fields(kind=STR, name=STR)
TAINTS = ListOf(_fields(key=STR, value=STR, effect=STR, timeAdded=STR))
HEALTH_CHECK = _fields(nodeStartupTimeout=DURATION, unhealthyMachineTimeout=DURATION, maxUnhealthy=INT_OR_STR)
KUBELET = Fields(dict.fromkeys(kubelet_fields.NAMES, FREE))

CONTROL_PLANE = _fields(
    count=INT,
    endpoint=_fields(host=STR),
    machineGroupRef=REF,
    taints=TAINTS,
    labels=STRING_MAP,
    certSans=STRINGS,
    upgradeRolloutStrategy=_fields(type=STR, rollingUpdate=_fields(maxSurge=INT)),
    machineHealthCheck=HEALTH_CHECK,
    skipLoadBalancerDeployment=BOOL,
    skipAdmissionForSystemResources=BOOL,
    apiServerExtraArgs=STRING_MAP,
    auditPolicyContent=STR,
    kubeletConfiguration=KUBELET,
)
WORKER_GROUP = _fields(
    name=STR,
    count=INT,
    machineGroupRef=REF,
    autoscalingConfiguration=_fields(minCount=INT, maxCount=INT),
    taints=TAINTS,
    labels=STRING_MAP,
    kubernetesVersion=STR,
    kubeletConfiguration=KUBELET,
    upgradeRolloutStrategy=_fields(type=STR, rollingUpdate=_fields(maxSurge=INT, maxUnavailable=INT)),
    machineHealthCheck=HEALTH_CHECK,
    failureDomains=STRINGS,
)
CILIUM = _fields(
    policyEnforcementMode=STR,
    egressMasqueradeInterfaces=STR,
    skipUpgrade=BOOL,
    routingMode=STR,
    ipv4NativeRoutingCIDR=STR,
    ipv6NativeRoutingCIDR=STR,
    cniExclusive=BOOL,
    helmValues=FREE,
)
NETWORK = _fields(
    pods=_fields(cidrBlocks=STRINGS),
    services=_fields(cidrBlocks=STRINGS),
    nodes=_fields(cidrMaskSize=INT),
    dns=_fields(resolvConf=_fields(path=STR)),
    cni=STR,
    cniConfig=_fields(cilium=CILIUM, kindnetd=_fields()),
)
MIRROR = _fields(
    endpoint=STR,
    port=STR,
    ociNamespaces=ListOf(_fields(registry=STR, namespace=STR)),
    caCertContent=STR,
    authenticate=BOOL,
    insecureSkipVerify=BOOL,
)
_RESOURCE = _fields(cpu=STR, memory=STR)
PACKAGES = _fields(
    disable=BOOL,
    controller=_fields(
        repository=STR,
        tag=STR,
        digest=STR,
        disableWebhooks=BOOL,
        env=STRINGS,
        resources=_fields(limits=_RESOURCE, requests=_RESOURCE),
    ),
    cronjob=_fields(repository=STR, tag=STR, digest=STR, disable=BOOL),
)
KMS = _fields(name=STR, socketListenAddress=STR, cachesize=INT, timeout=DURATION)
CLUSTER = _fields(
    kubernetesVersion=STR,
    eksaVersion=STR,
    bundlesRef=_fields(apiVersion=STR, name=STR, namespace=STR),
    managementCluster=_fields(name=STR),
    datacenterRef=REF,
    licenseToken=STR,
    controlPlaneConfiguration=CONTROL_PLANE,
    workerNodeGroupConfigurations=ListOf(WORKER_GROUP),
    externalEtcdConfiguration=_fields(count=INT, machineGroupRef=REF),
    clusterNetwork=NETWORK,
    proxyConfiguration=_fields(httpProxy=STR, httpsProxy=STR, noProxy=STRINGS),
    registryMirrorConfiguration=MIRROR,
    identityProviderRefs=ListOf(REF),
    gitOpsRef=REF,
    podIamConfig=_fields(serviceAccountIssuer=STR),
    packages=PACKAGES,
    machineHealthCheck=HEALTH_CHECK,
    etcdEncryption=ListOf(_fields(resources=STRINGS, providers=ListOf(_fields(kms=KMS)))),
)

VSPHERE_DATACENTER = _fields(
    server=STR,
    datacenter=STR,
    network=STR,
    insecure=BOOL,
    thumbprint=STR,
    failureDomains=ListOf(
        _fields(name=STR, computeCluster=STR, resourcePool=STR, datastore=STR, folder=STR, network=STR)
    ),
)
BOTTLEROCKET_KUBERNETES = _fields(
    allowedUnsafeSysctls=STRINGS,
    clusterDNSIPs=STRINGS,
    clusterDomain=STR,
    containerLogMaxFiles=INT,
    containerLogMaxSize=STR,
    cpuCFSQuota=BOOL,
    cpuManagerPolicy=STR,
    cpuManagerPolicyOptions=STRING_MAP,
    cpuManagerReconcilePeriod=DURATION,
    eventBurst=INT,
    eventRecordQPS=INT,
    evictionHard=STRING_MAP,
    evictionMaxPodGracePeriod=INT,
    evictionSoft=STRING_MAP,
    evictionSoftGracePeriod=STRING_MAP,
    imageGCHighThresholdPercent=INT,
    imageGCLowThresholdPercent=INT,
    kubeAPIBurst=INT,
    kubeAPIQPS=INT,
    kubeReserved=STRING_MAP,
    maxPods=INT,
    memoryManagerPolicy=STR,
    podPidsLimit=INT,
    providerID=STR,
    registryBurst=INT,
    registryPullQPS=INT,
    shutdownGracePeriod=DURATION,
    shutdownGracePeriodCriticalPods=DURATION,
    systemReserved=STRING_MAP,
    topologyManagerPolicy=STR,
    topologyManagerScope=STR,
)
HOST_OS = _fields(
    ntpConfiguration=_fields(servers=STRINGS),
    certBundles=ListOf(_fields(name=STR, data=STR)),
    bottlerocketConfiguration=_fields(
        kubernetes=BOTTLEROCKET_KUBERNETES,
        kernel=_fields(sysctlSettings=STRING_MAP),
        boot=_fields(bootKernelParameters=MapOf(STRINGS)),
    ),
)
VSPHERE_MACHINE = _fields(
    datastore=STR,
    resourcePool=STR,
    folder=STR,
    numCPUs=INT,
    memoryMiB=INT,
    diskGiB=INT,
    cloneMode=STR,
    osFamily=STR,
    template=STR,
    storagePolicyName=STR,
    networks=STRINGS,
    tags=STRINGS,
    users=ListOf(_fields(name=STR, sshAuthorizedKeys=STRINGS)),
    hostOSConfiguration=HOST_OS,
)

FLUX = _fields(
    systemNamespace=STR,
    branch=STR,
    clusterConfigPath=STR,
    github=_fields(owner=STR, repository=STR, personal=BOOL),
    git=_fields(repositoryUrl=STR, sshKeyAlgorithm=STR),
)
GITOPS = _fields(
    flux=_fields(
        github=_fields(
            owner=STR, repository=STR, branch=STR, clusterConfigPath=STR, fluxSystemNamespace=STR, personal=BOOL
        )
    )
)
OIDC = _fields(
    clientId=STR,
    issuerUrl=STR,
    usernameClaim=STR,
    usernamePrefix=STR,
    groupsClaim=STR,
    groupsPrefix=STR,
    requiredClaims=ListOf(_fields(claim=STR, value=STR)),
)
AWS_IAM = _fields(
    awsRegion=STR,
    backendMode=STRINGS,
    partition=STR,
    mapRoles=ListOf(_fields(roleARN=STR, username=STR, groups=STRINGS)),
    mapUsers=ListOf(_fields(userARN=STR, username=STR, groups=STRINGS)),
)

SPECS: t.Mapping[str, Schema] = {
    "Cluster": CLUSTER,
    "VSphereDatacenterConfig": VSPHERE_DATACENTER,
    "VSphereMachineConfig": VSPHERE_MACHINE,
    "DockerDatacenterConfig": _fields(),
    "FluxConfig": FLUX,
    "GitOpsConfig": GITOPS,
    "OIDCConfig": OIDC,
    "AWSIamConfig": AWS_IAM,
    **_frees(
        "NutanixDatacenterConfig NutanixMachineConfig TinkerbellDatacenterConfig TinkerbellMachineConfig "
        "TinkerbellTemplateConfig SnowDatacenterConfig SnowMachineConfig SnowIPPool CloudStackDatacenterConfig "
        "CloudStackMachineConfig AWSDatacenterConfig"
    ),
}
"""Shape of ``spec`` by kind; documents of any other kind are left alone."""

PROVIDERS: t.Mapping[str, str] = {
    "VSphereDatacenterConfig": "vsphere",
    "DockerDatacenterConfig": "docker",
    "NutanixDatacenterConfig": "nutanix",
    "TinkerbellDatacenterConfig": "tinkerbell",
    "SnowDatacenterConfig": "snow",
    "CloudStackDatacenterConfig": "cloudstack",
}
"""Kind of the datacenter object -> provider."""


def of_kind(kind: str) -> Schema:
    """Shape of a whole document."""
    return Fields({"apiVersion": STR, "kind": STR, "metadata": METADATA, "spec": SPECS[kind], "status": FREE})


__all__ = (
    "API_VERSION",
    "BOOL",
    "DURATION",
    "FREE",
    "INT",
    "INT_OR_STR",
    "PROVIDERS",
    "SPECS",
    "STR",
    "Fields",
    "Leaf",
    "ListOf",
    "MapOf",
    "Schema",
    "of_kind",
)
