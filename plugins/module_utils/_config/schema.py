# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Every field that a cluster config may have, as tables. Checks of meaning live elsewhere; this is shape alone."""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config import (
    schema_cloudstack,
    schema_kubelet,
    schema_nutanix,
    schema_snow,
    schema_tinkerbell,
)
from ansible_collections.eks.anywhere.plugins.module_utils._config.shapes import (
    BOOL,
    DURATION,
    FLOAT,
    FREE,
    HOST_OS,
    INT,
    INT32,
    INT_OR_STR,
    QUANTITY,
    REF,
    STR,
    STRING_MAP,
    STRINGS,
    TIME,
    UINT32,
    USERS,
    VERSION,
    Fields,
    Kept,
    Leaf,
    ListOf,
    MapOf,
    Schema,
    fields,
)

API_VERSION = "anywhere.eks.amazonaws.com/v1alpha1"

METADATA = fields(
    name=STR,
    namespace=STR,
    annotations=STRING_MAP,
    labels=STRING_MAP,
    creationTimestamp=TIME,
    deletionGracePeriodSeconds=INT,
    deletionTimestamp=TIME,
    finalizers=STRINGS,
    generateName=STR,
    generation=INT,
    managedFields=FREE,
    ownerReferences=ListOf(
        fields(apiVersion=STR, kind=STR, name=STR, uid=STR, controller=BOOL, blockOwnerDeletion=BOOL)
    ),
    resourceVersion=STR,
    selfLink=STR,
    uid=STR,
)

TAINTS = ListOf(fields(key=STR, value=STR, effect=STR, timeAdded=TIME))
HEALTH_CHECK = fields(nodeStartupTimeout=DURATION, unhealthyMachineTimeout=DURATION, maxUnhealthy=INT_OR_STR)
KUBELET = Kept(schema_kubelet.KUBELET)

CONTROL_PLANE = fields(
    count=INT,
    endpoint=fields(host=STR),
    machineGroupRef=REF,
    taints=TAINTS,
    labels=STRING_MAP,
    certSans=STRINGS,
    upgradeRolloutStrategy=fields(type=STR, rollingUpdate=fields(maxSurge=INT)),
    machineHealthCheck=HEALTH_CHECK,
    skipLoadBalancerDeployment=BOOL,
    skipAdmissionForSystemResources=BOOL,
    apiServerExtraArgs=STRING_MAP,
    auditPolicyContent=STR,
    kubeletConfiguration=KUBELET,
)
WORKER_GROUP = fields(
    name=STR,
    count=INT,
    machineGroupRef=REF,
    autoscalingConfiguration=fields(minCount=INT, maxCount=INT),
    taints=TAINTS,
    labels=STRING_MAP,
    kubernetesVersion=VERSION,
    kubeletConfiguration=KUBELET,
    upgradeRolloutStrategy=fields(type=STR, rollingUpdate=fields(maxSurge=INT, maxUnavailable=INT)),
    machineHealthCheck=HEALTH_CHECK,
    failureDomains=STRINGS,
)
CILIUM = fields(
    policyEnforcementMode=STR,
    egressMasqueradeInterfaces=STR,
    skipUpgrade=BOOL,
    routingMode=STR,
    ipv4NativeRoutingCIDR=STR,
    ipv6NativeRoutingCIDR=STR,
    cniExclusive=BOOL,
    helmValues=FREE,
)
NETWORK = fields(
    pods=fields(cidrBlocks=STRINGS),
    services=fields(cidrBlocks=STRINGS),
    nodes=fields(cidrMaskSize=INT),
    dns=fields(resolvConf=fields(path=STR)),
    cni=STR,
    cniConfig=fields(cilium=CILIUM, kindnetd=fields()),
)
MIRROR = fields(
    endpoint=STR,
    port=STR,
    ociNamespaces=ListOf(fields(registry=STR, namespace=STR)),
    caCertContent=STR,
    authenticate=BOOL,
    insecureSkipVerify=BOOL,
)
_RESOURCE = fields(cpu=STR, memory=STR)
PACKAGES = fields(
    disable=BOOL,
    controller=fields(
        repository=STR,
        tag=STR,
        digest=STR,
        disableWebhooks=BOOL,
        env=STRINGS,
        resources=fields(limits=_RESOURCE, requests=_RESOURCE),
    ),
    cronjob=fields(repository=STR, tag=STR, digest=STR, disable=BOOL),
)
KMS = fields(name=STR, socketListenAddress=STR, cachesize=INT32, timeout=DURATION)
CLUSTER = fields(
    kubernetesVersion=VERSION,
    eksaVersion=STR,
    bundlesRef=fields(apiVersion=STR, name=STR, namespace=STR),
    managementCluster=fields(name=STR),
    datacenterRef=REF,
    licenseToken=STR,
    controlPlaneConfiguration=CONTROL_PLANE,
    workerNodeGroupConfigurations=ListOf(WORKER_GROUP),
    externalEtcdConfiguration=fields(count=INT, machineGroupRef=REF),
    clusterNetwork=NETWORK,
    proxyConfiguration=fields(httpProxy=STR, httpsProxy=STR, noProxy=STRINGS),
    registryMirrorConfiguration=MIRROR,
    identityProviderRefs=ListOf(REF),
    gitOpsRef=REF,
    podIamConfig=fields(serviceAccountIssuer=STR),
    packages=PACKAGES,
    machineHealthCheck=HEALTH_CHECK,
    etcdEncryption=ListOf(fields(resources=STRINGS, providers=ListOf(fields(kms=KMS)))),
)

VSPHERE_DATACENTER = fields(
    server=STR,
    datacenter=STR,
    network=STR,
    insecure=BOOL,
    thumbprint=STR,
    failureDomains=ListOf(
        fields(name=STR, computeCluster=STR, resourcePool=STR, datastore=STR, folder=STR, network=STR)
    ),
)
VSPHERE_MACHINE = fields(
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
    users=USERS,
    hostOSConfiguration=HOST_OS,
)

FLUX = fields(
    systemNamespace=STR,
    branch=STR,
    clusterConfigPath=STR,
    github=fields(owner=STR, repository=STR, personal=BOOL),
    git=fields(repositoryUrl=STR, sshKeyAlgorithm=STR),
)
GITOPS = fields(
    flux=fields(
        github=fields(
            owner=STR, repository=STR, branch=STR, clusterConfigPath=STR, fluxSystemNamespace=STR, personal=BOOL
        )
    )
)
OIDC = fields(
    clientId=STR,
    issuerUrl=STR,
    usernameClaim=STR,
    usernamePrefix=STR,
    groupsClaim=STR,
    groupsPrefix=STR,
    requiredClaims=ListOf(fields(claim=STR, value=STR)),
)
AWS_IAM = fields(
    awsRegion=STR,
    backendMode=STRINGS,
    partition=STR,
    mapRoles=ListOf(fields(roleARN=STR, username=STR, groups=STRINGS)),
    mapUsers=ListOf(fields(userARN=STR, username=STR, groups=STRINGS)),
)

SPECS: t.Mapping[str, Schema] = {
    "Cluster": CLUSTER,
    "VSphereDatacenterConfig": VSPHERE_DATACENTER,
    "VSphereMachineConfig": VSPHERE_MACHINE,
    "DockerDatacenterConfig": fields(),
    "FluxConfig": FLUX,
    "GitOpsConfig": GITOPS,
    "OIDCConfig": OIDC,
    "AWSIamConfig": AWS_IAM,
    "AWSDatacenterConfig": fields(region=STR, amiID=STR),
    **schema_cloudstack.SPECS,
    **schema_nutanix.SPECS,
    **schema_snow.SPECS,
    **schema_tinkerbell.SPECS,
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
    "FLOAT",
    "FREE",
    "INT",
    "INT32",
    "INT_OR_STR",
    "PROVIDERS",
    "QUANTITY",
    "SPECS",
    "STR",
    "TIME",
    "UINT32",
    "VERSION",
    "Fields",
    "Kept",
    "Leaf",
    "ListOf",
    "MapOf",
    "Schema",
    "of_kind",
)
