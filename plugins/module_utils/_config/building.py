# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Defaulted documents -> ``ClusterConfig``, for documents that passed the checks: what is needed is there."""

from __future__ import annotations

import copy
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config import defaults, model, schema
from ansible_collections.eks.anywhere.plugins.module_utils._config.reading import Source

Data = t.Mapping[str, t.Any]
Machines = t.Mapping[str, model.MachineConfig]


def build(sources: t.Sequence[Source]) -> model.ClusterConfig:
    """The config of the one Cluster document, with what it references."""
    cluster = next(source for source in sources if source.kind == "Cluster")
    spec = cluster.spec
    named = {(source.kind, source.name): source.spec for source in sources}
    machines = {name: _machine(name, data) for (kind, name), data in named.items() if kind == "VSphereMachineConfig"}
    network = spec["clusterNetwork"]
    return model.ClusterConfig(
        name=cluster.name,
        namespace=cluster.namespace or defaults.NAMESPACE,
        provider=schema.PROVIDERS.get(spec["datacenterRef"]["kind"], spec["datacenterRef"]["kind"]),
        kubernetes_version=spec["kubernetesVersion"],
        eksa_version=spec.get("eksaVersion", ""),
        management_name=spec["managementCluster"]["name"],
        endpoint=spec["controlPlaneConfiguration"].get("endpoint", {}).get("host", ""),
        pods_cidr=network["pods"]["cidrBlocks"][0],
        services_cidr=network["services"]["cidrBlocks"][0],
        control_plane=_control_plane(spec["controlPlaneConfiguration"], machines),
        workers=tuple(_workers(spec, machines)),
        documents=_documents(sources),
        health_check=_health_check(spec),
        external_etcd=_external_etcd(spec.get("externalEtcdConfiguration"), machines),
        datacenter=_datacenter(spec["datacenterRef"], named),
        cilium=_cilium(network["cniConfig"].get("cilium")),
        proxy=_proxy(spec.get("proxyConfiguration")),
        registry_mirror=_mirror(spec.get("registryMirrorConfiguration")),
        node_cidr_mask_size=network.get("nodes", {}).get("cidrMaskSize"),
        resolv_conf=network.get("dns", {}).get("resolvConf", {}).get("path", ""),
        pod_iam_issuer=spec.get("podIamConfig", {}).get("serviceAccountIssuer", ""),
        oidc=_referenced(spec, named, "OIDCConfig"),
        aws_iam=_referenced(spec, named, "AWSIamConfig"),
        etcd_encryption=tuple(spec.get("etcdEncryption", ())),
        gitops="gitOpsRef" in spec,
    )


def _documents(sources: t.Sequence[Source]) -> tuple[model.Document, ...]:
    """Copies with the namespace written out, the Cluster first."""
    copies = [copy.deepcopy(source.data) for source in sorted(sources, key=lambda source: source.kind != "Cluster")]
    for document in copies:
        document["metadata"]["namespace"] = document["metadata"].get("namespace") or defaults.NAMESPACE
    return tuple(copies)


def _control_plane(data: Data, machines: Machines) -> model.ControlPlane:
    taints = data.get("taints")
    return model.ControlPlane(
        count=data["count"],
        machine=_referenced_machine(data, machines),
        taints=None if taints is None else _taints(taints),
        labels=data.get("labels", {}),
        cert_sans=tuple(data.get("certSans", ())),
        rollout=_rollout(data),
        health_check=_health_check(data),
        kubelet=data.get("kubeletConfiguration"),
        api_server_extra_args=data.get("apiServerExtraArgs", {}),
        audit_policy=data.get("auditPolicyContent", ""),
        skip_admission_for_system_resources=data.get("skipAdmissionForSystemResources", False),
    )


def _workers(spec: Data, machines: Machines) -> t.Iterator[model.WorkerGroup]:
    for data in spec.get("workerNodeGroupConfigurations", ()):
        scaling = data.get("autoscalingConfiguration")
        yield model.WorkerGroup(
            name=data["name"],
            count=data["count"],
            kubernetes_version=data.get("kubernetesVersion") or spec["kubernetesVersion"],
            machine=_referenced_machine(data, machines),
            taints=_taints(data.get("taints", ())),
            labels=data.get("labels", {}),
            autoscaling=scaling and model.Autoscaling(scaling.get("minCount", 0), scaling.get("maxCount", 0)),
            rollout=_rollout(data),
            health_check=_health_check(data),
            kubelet=data.get("kubeletConfiguration"),
            failure_domains=tuple(data.get("failureDomains", ())),
        )


def _external_etcd(data: Data | None, machines: Machines) -> model.ExternalEtcd | None:
    if data is None:
        return None
    return model.ExternalEtcd(count=data["count"], machine=_referenced_machine(data, machines))


def _referenced_machine(data: Data, machines: Machines) -> model.MachineConfig | None:
    return machines.get(data.get("machineGroupRef", {}).get("name", ""))


def _referenced(spec: Data, named: t.Mapping[tuple[str, str], Data], kind: str) -> Data | None:
    names = (ref.get("name", "") for ref in spec.get("identityProviderRefs", ()) if ref.get("kind") == kind)
    return next((named[kind, name] for name in names if (kind, name) in named), None)


def _taints(items: t.Iterable[Data]) -> tuple[model.Taint, ...]:
    return tuple(
        model.Taint(item.get("key", ""), item.get("value", ""), item.get("effect", ""), item.get("timeAdded", ""))
        for item in items
    )


def _rollout(data: Data) -> model.Rollout | None:
    strategy = data.get("upgradeRolloutStrategy")
    if strategy is None:
        return None
    rolling = strategy.get("rollingUpdate", {})
    return model.Rollout(strategy.get("type", ""), rolling.get("maxSurge", 0), rolling.get("maxUnavailable", 0))


def _health_check(data: Data) -> model.HealthCheck:
    check = data.get("machineHealthCheck", {})
    return model.HealthCheck(
        check.get("nodeStartupTimeout"), check.get("unhealthyMachineTimeout"), check.get("maxUnhealthy")
    )


def _datacenter(ref: Data, named: t.Mapping[tuple[str, str], Data]) -> model.VSphereDatacenter | None:
    data = named.get((ref["kind"], ref["name"]))
    if ref["kind"] != "VSphereDatacenterConfig" or data is None:
        return None
    return model.VSphereDatacenter(
        name=ref["name"],
        server=data["server"],
        datacenter=data["datacenter"],
        network=data["network"],
        insecure=data["insecure"],
        thumbprint=data["thumbprint"],
        failure_domains=tuple(
            model.FailureDomain(
                name=item.get("name", ""),
                compute_cluster=item.get("computeCluster", ""),
                resource_pool=item.get("resourcePool", ""),
                datastore=item.get("datastore", ""),
                folder=item.get("folder", ""),
                network=item.get("network", ""),
            )
            for item in data.get("failureDomains", ())
        ),
    )


def _machine(name: str, data: Data) -> model.MachineConfig:
    host_os = data.get("hostOSConfiguration", {})
    bundles = host_os.get("certBundles", ())
    return model.MachineConfig(
        name=name,
        datastore=data.get("datastore", ""),
        resource_pool=data.get("resourcePool", ""),
        folder=data["folder"],
        num_cpus=data["numCPUs"],
        memory_mib=data["memoryMiB"],
        disk_gib=data.get("diskGiB", 0),
        os_family=data["osFamily"],
        template=data.get("template", ""),
        clone_mode=data.get("cloneMode", ""),
        storage_policy_name=data.get("storagePolicyName", ""),
        networks=tuple(data.get("networks", ())),
        tags=tuple(data.get("tags", ())),
        users=tuple(
            model.User(user.get("name", ""), tuple(user.get("sshAuthorizedKeys", ()))) for user in data["users"]
        ),
        ntp_servers=tuple(host_os.get("ntpConfiguration", {}).get("servers", ())),
        cert_bundles=tuple((bundle.get("name", ""), bundle.get("data", "")) for bundle in bundles),
        bottlerocket=host_os.get("bottlerocketConfiguration"),
    )


def _cilium(data: Data | None) -> model.Cilium | None:
    if data is None:
        return None
    return model.Cilium(
        policy_mode=data.get("policyEnforcementMode", ""),
        routing_mode=data.get("routingMode", ""),
        skip_upgrade=data.get("skipUpgrade", False),
        egress_masquerade_interfaces=data.get("egressMasqueradeInterfaces", ""),
        ipv4_native_routing_cidr=data.get("ipv4NativeRoutingCIDR", ""),
        ipv6_native_routing_cidr=data.get("ipv6NativeRoutingCIDR", ""),
        cni_exclusive=data.get("cniExclusive"),
        helm_values=data.get("helmValues"),
    )


def _proxy(data: Data | None) -> model.Proxy | None:
    if data is None:
        return None
    return model.Proxy(data["httpProxy"], data["httpsProxy"], tuple(data.get("noProxy", ())))


def _mirror(data: Data | None) -> model.RegistryMirror | None:
    if data is None:
        return None
    return model.RegistryMirror(
        endpoint=data["endpoint"],
        port=data["port"],
        namespaces=tuple((item["registry"], item.get("namespace", "")) for item in data.get("ociNamespaces", ())),
        ca_cert=data.get("caCertContent", ""),
        authenticate=data.get("authenticate", False),
        insecure_skip_verify=data.get("insecureSkipVerify", False),
    )


__all__ = ("build",)
