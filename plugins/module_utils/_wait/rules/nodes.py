# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Inside the cluster: kubelets, network, etcd, the address of the control plane."""

from __future__ import annotations

import re

from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.plugins.module_utils._wait import workloads
from ansible_collections.eks.anywhere.plugins.module_utils._wait.cause import Cause, Seen, cause
from ansible_collections.eks.anywhere.plugins.module_utils._wait.conditions import Condition, conditions, is_true, said
from ansible_collections.eks.anywhere.plugins.module_utils._wait.observation import (
    Observation,
    called,
    is_control_plane,
    is_etcd,
    name,
    namespace,
    node_name,
    role,
    spec,
    status,
)
from ansible_collections.eks.anywhere.plugins.module_utils._wait.rules.machines import address

CNI_PODS = ("cilium", "calico-node", "kube-flannel", "antrea-agent")
SETTLING_SECONDS = 30.0
"""A member of etcd that has just come reports trouble for a moment."""
LEARNER_SECONDS = 180.0
BOOT_SECONDS = 300.0

_LEARNER = re.compile(r"\b\d+ learner etcd member|\blearner\b", re.IGNORECASE)
_NETWORK = re.compile(r"NetworkPluginNotReady|cni (plugin|config)", re.IGNORECASE)
_FOREIGN = frozenset({"kube.tls", "kube.not_an_api_server"})
_SILENT = frozenset({"kube.unreachable", "kube.server_error", "kube.busy"})


def kubelet_down(seen: Observation) -> Cause | None:
    """A node has stopped reporting, or its kubelet says that it is broken."""
    for node, machine in _nodes(seen):
        found = conditions(node).get("Ready")
        if found is None or found.status == "True" or _NETWORK.search(found.message):
            continue
        quiet = found.status == "Unknown"
        if not quiet and "kubelet" not in found.message.lower() and "PLEG" not in found.message:
            continue
        who = f"{role(machine)}" if machine else f"node {name(node)}"
        where = address(machine) if machine else ""
        what = "has stopped reporting" if quiet else f"says: {found.message}"
        return cause(
            "why.kubelet_down",
            f"The kubelet of {who}{f' ({where})' if where else ''} {what}",
            fix="Log in to the machine and read `journalctl -u kubelet`; see in vCenter that it runs and has "
            "its network.",
            evidence=[Seen.of(called(node), f"Ready is {found.status}: {said(found)}")],
            since=found.since,
        )
    return None


def no_cni(seen: Observation) -> Cause | None:
    """Nodes wait for a network plugin."""
    without = [
        (node, found)
        for node, _machine in _nodes(seen)
        if (found := conditions(node).get("Ready")) and found.status != "True" and _NETWORK.search(found.message)
    ]
    if not without:
        return None
    plugin = _network_plugin(seen)
    evidence = [Seen.of(called(node), said(found)) for node, found in without[:3]]
    if plugin is None:
        sentence = f"No network plugin (CNI) is installed in cluster {seen.name}, so {_count(len(without))} not ready"
        fix = "Install Cilium: eks.anywhere.cilium_install does, and so does a new run of the creation."
    else:
        told = workloads.daemon_set(plugin) if plugin["kind"] == "DaemonSet" else workloads.pod(plugin)
        evidence.append(Seen.of(called(plugin), told.text if told else "ready"))
        called_so = next(one for one in CNI_PODS if name(plugin).startswith(one))
        sentence = f"The network plugin {called_so} does not run everywhere, so {_count(len(without))} not ready"
        fix = f"Look at its pods: kubectl -n {namespace(plugin)} get pods -o wide."
    return cause("why.no_cni", sentence, fix=fix, evidence=evidence, since=without[0][1].since)


def _network_plugin(seen: Observation) -> Obj | None:
    """Its DaemonSet; where that was not read, a pod of it, and one that is not ready before all others."""
    found = [obj for obj in seen.inside("DaemonSet") if name(obj) in CNI_PODS]
    pods = [pod for pod in seen.inside("Pod") if any(owner in CNI_PODS for owner in _owners(pod))]
    return next(iter((*found, *sorted(pods, key=lambda pod: workloads.pod(pod) is None))), None)


def _owners(pod: Obj) -> list[str]:
    return [owner["name"] for owner in pod["metadata"].get("ownerReferences") or () if owner["kind"] == "DaemonSet"]


def etcd_learner(seen: Observation) -> Cause | None:
    """A new member of etcd does not catch up, so it never gets a vote."""
    for obj in (*seen.of("KubeadmControlPlane"), *seen.machines):
        for found in conditions(obj).values():
            if not _LEARNER.search(found.message) or not seen.longer_than(LEARNER_SECONDS, found.since):
                continue
            return cause(
                "why.etcd_learner_stuck",
                f"A new etcd member of cluster {seen.name} stays a learner: {said(found)}",
                fix="See that the new machine reaches port 2380 of the others and that its disk is fast enough; "
                "then delete its "
                "Machine, so that it is made anew.",
                evidence=[Seen.of(called(obj), said(found))],
                since=found.since,
            )
    return None


def etcd_unhealthy(seen: Observation) -> Cause | None:
    """A member of etcd is down, of the control plane's own or of an external one."""
    for machine in seen.machines:
        found = conditions(machine).get("EtcdMemberHealthy") or conditions(machine).get("EtcdPodHealthy")
        if not _broken(seen, found) or machine["metadata"].get("deletionTimestamp"):
            continue
        return _etcd(seen, f"The etcd member on {role(machine)} is not healthy", machine, found)
    for obj in seen.of("KubeadmControlPlane"):
        found = conditions(obj).get("EtcdClusterHealthy")
        if _broken(seen, found) and not _is_about_leaving(seen, found):
            return _etcd(seen, f"The etcd of cluster {seen.name} is not healthy", obj, found)
    return _external_etcd(seen)


def _is_about_leaving(seen: Observation, found: Condition | None) -> bool:
    """Whether a complaint names machines that are being deleted, and no others."""
    message = found.message if found else ""
    named = [machine for machine in seen.machines if name(machine) in message]
    return bool(named) and all(machine["metadata"].get("deletionTimestamp") for machine in named)


def endpoint_in_use(seen: Observation) -> Cause | None:
    """Something else has the address of the control plane."""
    tried, refusal = seen.endpoint, seen.workload_refusal
    host = _endpoint(seen)
    if refusal and refusal.code in _FOREIGN:
        return _taken(host, [Seen.of(f"Control plane endpoint {host}", refusal.message)])
    up = any(is_control_plane(machine) and address(machine) for machine in seen.machines)
    held = any(host in (status(vm).get("addresses") or ()) for vm, _machine in seen.vms)
    if tried is None or tried.port is None or up or held:
        return None
    answer = f"answers on port {tried.port}, although no control plane machine has come up"
    return _taken(host, [Seen.of(f"Control plane endpoint {host}", answer)])


def endpoint_silent(seen: Observation) -> Cause | None:
    """Nobody answers at the address of the control plane, although its machines are up."""
    cluster, refusal = seen.cluster, seen.workload_refusal
    # Refused credentials are an answer, though the probe of Cluster API fails by them too.
    if cluster is None or (refusal and refusal.of_credentials):
        return None
    probe = conditions(cluster).get("RemoteConnectionProbe")
    lost = bool(probe and probe.status == "False" and "probe failed" in probe.message)
    refused = bool(refusal and refusal.code in _SILENT)
    initialized = bool((status(cluster).get("initialization") or {}).get("controlPlaneInitialized"))
    late = not initialized and _booted_long_ago(seen)
    if not (initialized and (lost or refused)) and not (late and seen.endpoint and seen.endpoint.port is None):
        return None
    host = _endpoint(seen)
    evidence = [Seen.of(called(cluster), said(probe))] if lost and probe else []
    if refusal:
        evidence.append(Seen.of(f"Control plane endpoint {host}", refusal.message))
    elif seen.endpoint and seen.endpoint.port is None:
        evidence.append(Seen.of(f"Control plane endpoint {host}", "no port answers"))
    return cause(
        "why.endpoint_not_answering",
        f"The control plane endpoint {host} does not answer: kube-vip does not hold the address, or no API server runs",
        fix="Log in to a control plane machine and read `crictl ps -a` and the logs of kube-vip and "
        "kube-apiserver; see that the "
        "address lies in the machines' network and that nobody else uses it.",
        evidence=[*evidence, *_control_plane(seen)],
        since=probe.since if lost and probe else "",
    )


def _nodes(seen: Observation) -> list[tuple[Obj, Obj | None]]:
    """Nodes with their Machines, in the order in which those come up; nodes on their way out do not count."""
    owners = {node_name(machine): machine for machine in seen.machines}
    pairs = [(node, owners.get(name(node))) for node in seen.nodes.values()]
    staying = [pair for pair in pairs if not (pair[1] and pair[1]["metadata"].get("deletionTimestamp"))]
    return sorted(staying, key=lambda pair: not (pair[1] and is_control_plane(pair[1])))


def _count(nodes: int) -> str:
    return "1 node is" if nodes == 1 else f"{nodes} nodes are"


def _broken(seen: Observation, found: Condition | None) -> bool:
    if found is None or found.status != "False" or found.reason in ("Deleting", "Provisioning", "PodProvisioning"):
        return False
    return seen.at is None or not found.since or seen.longer_than(SETTLING_SECONDS, found.since)


def _etcd(seen: Observation, sentence: str, obj: Obj, found: Condition | None) -> Cause:
    words = said(found) if found else ""
    members = [
        Seen.of(called(machine), f"EtcdMemberHealthy is {member.status}: {said(member)}")
        for machine in seen.machines
        if (member := conditions(machine).get("EtcdMemberHealthy")) and member.status != "True"
    ]
    return cause(
        "why.etcd_member_unhealthy",
        f"{sentence}: {words}" if words else sentence,
        fix="Log in to its machine and read the log of etcd (crictl logs); check disk space, disk latency and "
        "ports 2379 and "
        "2380. A member that cannot come back is replaced when its Machine is deleted, as long as the others "
        "have a quorum.",
        evidence=[Seen.of(called(obj), words), *members],
        since=found.since if found else "",
    )


def _external_etcd(seen: Observation) -> Cause | None:
    for obj in seen.of("EtcdadmCluster"):
        found = conditions(obj).get("EtcdEndpointsAvailable")
        members = [machine for machine in seen.machines if is_etcd(machine)]
        up = [machine for machine in members if is_true(machine, "InfrastructureReady")]
        if status(obj).get("ready") or found is None or found.status == "True" or not up or len(up) < len(members):
            continue
        latest = max(conditions(machine)["InfrastructureReady"].since for machine in up)
        if seen.longer_than(BOOT_SECONDS, latest):
            return _etcd(seen, f"The external etcd of cluster {seen.name} does not pass its health check", obj, found)
    return None


def _taken(host: str, evidence: list[Seen]) -> Cause:
    return cause(
        "why.endpoint_in_use",
        f"Another machine uses the control plane endpoint {host}",
        fix="Give the cluster an address that nobody uses and no DHCP server hands out, or take it away from "
        "the other machine.",
        evidence=evidence,
    )


def _endpoint(seen: Observation) -> str:
    if seen.endpoint:
        return seen.endpoint.host
    return str(((spec(seen.cluster) if seen.cluster else {}).get("controlPlaneEndpoint") or {}).get("host") or "")


def _booted_long_ago(seen: Observation) -> bool:
    ready = (conditions(machine).get("InfrastructureReady") for machine in seen.machines if is_control_plane(machine))
    return any(found.status == "True" and seen.longer_than(BOOT_SECONDS, found.since) for found in ready if found)


def _control_plane(seen: Observation) -> list[Seen]:
    machines = [machine for machine in seen.machines if is_control_plane(machine)]
    return [Seen.of(called(machine), f"has the address {address(machine)}") for machine in machines if address(machine)]


__all__ = ("endpoint_in_use", "endpoint_silent", "etcd_learner", "etcd_unhealthy", "kubelet_down", "no_cni")
