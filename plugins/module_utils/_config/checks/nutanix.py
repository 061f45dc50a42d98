# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""NutanixDatacenterConfig and NutanixMachineConfig, as far as no Prism Central is needed to judge them.

The vendor's parser looks at the datacenter alone; everything about machines is refused only when a cluster is made.
"""

from __future__ import annotations

import decimal
import re
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config import (
    addresses,
    certificates,
    quantities,
    versions,
)
from ansible_collections.eks.anywhere.plugins.module_utils._config.checks.scope import (
    CONTROL_PLANE,
    Data,
    Findings,
    Scope,
)
from ansible_collections.eks.anywhere.plugins.module_utils._config.reading import Source

DATACENTER = "NutanixDatacenterConfig"
MACHINE = "NutanixMachineConfig"
OS_FAMILIES = ("ubuntu", "redhat")
_CREDENTIALS_KIND = "Secret"
_BOOT_TYPES = ("legacy", "uefi")
_IDENTIFIER_TYPES = ("name", "uuid")
_MAX_PORT = 65535
_MAX_DOMAIN_NAME = 64
_DOMAIN_NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_NOTHING = decimal.Decimal(0)
_LEAST = (
    ("vcpuSockets", "2", "vcpu sockets must be greater than or equal to 2"),
    ("vcpusPerSocket", "1", "vcpu per socket must be greater than or equal to 1"),
    ("memorySize", "4Gi", "memory size must be greater than or equal to 4Gi"),
    ("systemDiskSize", "40Gi", "system disk size must be greater than 40Gi"),
)
"""Field, the least that it may be, the vendor's words."""

Problems = t.Iterator[tuple[str, str]]


def datacenter(scope: Scope) -> Findings:
    """How to reach Prism Central."""
    source = scope.datacenter(DATACENTER)
    if source is None:
        return
    port = source.spec.get("port", 0)
    if not source.spec.get("endpoint"):
        yield scope.error("spec.endpoint", f"{DATACENTER} endpoint is not set or is empty", source=source)
    if port == 0:
        yield scope.error("spec.port", f"{DATACENTER} port is not set or is empty", source=source)
    elif not 1 <= port <= _MAX_PORT:
        yield scope.error("spec.port", f"nutanix prism central port {port} out of range", source=source)
    if source.spec.get("insecure"):
        message = "Skipping TLS validation for insecure connection to Nutanix Prism Central"
        yield scope.warning("spec.insecure", f"{message}; this is not recommended for production use", source=source)
    yield from _trust_bundle(scope, source)
    yield from _credentials(scope, source)
    yield from _excluded_addresses(scope, source)


def _trust_bundle(scope: Scope, source: Source) -> Findings:
    bundle = source.spec.get("additionalTrustBundle", "")
    problem = certificates.problem(bundle, first_only=True) if bundle else ""
    if problem:
        words = "could not find a PEM block in the certificate" if problem == certificates.NO_PEM else problem
        message = f"{DATACENTER} additionalTrustBundle is not valid: {words}"
        yield scope.error("spec.additionalTrustBundle", message, source=source)


def _credentials(scope: Scope, source: Source) -> Findings:
    ref, path = source.spec["credentialRef"], "spec.credentialRef"
    kind, name = ref.get("kind", ""), ref.get("name", "")
    if kind != _CREDENTIALS_KIND:
        message = f"{DATACENTER} credentialRef Kind ({kind}) is not a secret"
        yield scope.error(f"{path}.kind", message, source=source)
    if not name:
        yield scope.error(f"{path}.name", f"{DATACENTER} credentialRef name is not set or is empty", source=source)
    if name == f"capx-{scope.cluster.name}":
        message = f"{DATACENTER} CredentialRef name cannot be the same as the NutanixCluster CredentialRef name"
        yield scope.error(f"{path}.name", message, source=source)


def _excluded_addresses(scope: Scope, source: Source) -> Findings:
    for index, entry in enumerate(source.spec.get("ccmExcludeNodeIPs", ())):
        problem = _range_problem(entry.strip())
        if problem:
            yield scope.error(f"spec.ccmExcludeNodeIPs[{index}]", problem, source=source)


def _range_problem(entry: str) -> str:
    """An address, a CIDR block, or two addresses with a dash between."""
    if "/" in entry:
        return "" if addresses.network(entry) else f"invalid CIDR {entry}"
    if "-" not in entry:
        return "" if addresses.address(entry) else f"invalid IP address {entry}"
    ends = [end.strip() for end in entry.split("-")]
    if len(ends) != 2:
        return f"invalid IP range {entry}"
    first, last = (addresses.address(end) for end in ends)
    if first is None or last is None:
        return f"invalid start IP address {ends[0]}" if first is None else f"invalid end IP address {ends[1]}"
    if first.version != last.version:
        return "IP addresses are not the same protocol"
    return f"start IP address {first} is greater than end IP address {last}" if int(first) > int(last) else ""


def failure_domains(scope: Scope) -> Findings:
    """Domains that name their cluster and subnets, and machine configs of worker groups that fit into them."""
    source = scope.datacenter(DATACENTER)
    domains = source.spec.get("failureDomains", ()) if source else ()
    if source is None:
        return
    owner, prefix = f"{source.namespace}/{source.name}", f"{DATACENTER}.Spec.FailureDomains"
    for index, domain in enumerate(domains):
        path, name = f"spec.failureDomains[{index}]", domain.get("name", "")
        if not _DOMAIN_NAME.fullmatch(name) or len(name) > _MAX_DOMAIN_NAME:
            message = "failure domain name should contains only small letters, digits, and hyphens, 64 at most."
            yield scope.error(f"{path}.name", f"{message} It should start with small letter or digit", source=source)
        for field, problem in _identifier(domain.get("cluster", {}), "cluster", owner):
            yield scope.error(f"{path}.cluster.{field}", f"{prefix}.Cluster: {problem}", source=source)
        for number, subnet in enumerate(domain.get("subnets", ())):
            for field, problem in _identifier(subnet, "subnet", owner):
                where = f"{path}.subnets[{number}].{field}"
                yield scope.error(where, f"{prefix}.Subnets: {problem}", source=source)
        for problem in _machine_groups(scope, domain.get("workerMachineGroups", ()), len(domains)):
            yield scope.error(f"{path}.workerMachineGroups", problem, source=source)


def _machine_groups(scope: Scope, names: t.Iterable[str], domains: int) -> t.Iterator[str]:
    """The vendor looks worker groups up by the name of their machine config; of several groups the last counts."""
    counts = {group.get("machineGroupRef", {}).get("name"): group["count"] for _path, group in scope.groups()}
    for name in names:
        if name not in counts:
            yield f"worker machine group {name} not found in the cluster worker node group definitions"
        elif counts[name] > domains:
            yield (
                f"count {counts[name]} of machines in workerNodeGroupConfiguration {name} shouldn't be greater than "
                f"the failure domain count {domains}"
            )


def _identifier(identifier: Data, entity: str, owner: str) -> Problems:
    """Field and message, when a resource of Prism is not named as it says it is."""
    kind = identifier.get("type", "")
    if kind not in _IDENTIFIER_TYPES:
        yield "type", f"invalid identifier type for {entity}: {kind}; valid types are: {', '.join(_IDENTIFIER_TYPES)}"
    elif not identifier.get(kind):
        yield kind, f"missing {entity} {'name' if kind == 'name' else 'UUID'}: {owner}"


def machines(scope: Scope) -> Findings:
    """Every machine config in use."""
    for source in scope.machines(MACHINE):
        for path, problem in (*_references(source), *_sizes(source), *_choices(source), *_gpus(scope, source)):
            yield scope.error(f"spec.{path}", f"{MACHINE}: {problem}", source=source)


def _references(source: Source) -> Problems:
    for entity in ("subnet", "cluster", "image", *(["project"] if "project" in source.spec else [])):
        for field, problem in _identifier(source.spec.get(entity, {}), entity, source.name):
            yield f"{entity}.{field}", problem
    for index, category in enumerate(source.spec.get("additionalCategories", ())):
        path = f"additionalCategories[{index}]"
        if not category.get("key"):
            yield f"{path}.key", f"missing category key: {source.name}"
        elif not category.get("value"):
            yield f"{path}.value", f"missing category value for key {category['key']}: {source.name}"


def _sizes(source: Source) -> Problems:
    for field, least, words in _LEAST:
        wanted, found = (quantities.amount(str(value)) for value in (least, source.spec.get(field, 0)))
        if (found or _NOTHING) < (wanted or _NOTHING):
            yield field, words


def _choices(source: Source) -> Problems:
    family, boot = source.spec["osFamily"], source.spec.get("bootType", "")
    if family not in OS_FAMILIES:
        choices = ", ".join(OS_FAMILIES)
        yield "osFamily", f"unsupported spec.osFamily ({family}); Please use one of the following: {choices}"
    if boot and boot not in _BOOT_TYPES:
        choices = ", ".join(_BOOT_TYPES)
        yield "bootType", f"unsupported boot type ({boot}); Please use one of the following: {choices}"


def _gpus(scope: Scope, source: Source) -> Problems:
    gpus = source.spec.get("gpus", ())
    for section, words in ((scope.control_plane, "control plane"), (scope.etcd, "external etcd")):
        if gpus and scope.machine(MACHINE, section) is source:
            yield "gpus", f"GPUs are not supported for {words} machine"
    for index, gpu in enumerate(gpus):
        kind, path = gpu.get("type", ""), f"gpus[{index}]"
        if not kind:
            yield f"{path}.type", "missing GPU type"
        elif kind not in ("deviceID", "name"):
            yield f"{path}.type", f"invalid GPU identifier type: {kind}; valid types are: deviceID, name"
        elif gpu.get(kind, "") == "":
            yield f"{path}.{kind}", "missing GPU device ID" if kind == "deviceID" else "missing GPU name"


def image_versions(scope: Scope) -> Findings:
    """The name of an image says for which Kubernetes it is."""
    for source, version in scope.versions(MACHINE):
        image = source.spec.get("image", {})
        name = image.get("name", "")
        if image.get("type") == "name" and name and not versions.named_in(version, name):
            message = f"missing kube version from the machine config template name: template={name}, version={version}"
            yield scope.obstacle("spec.image.name", f"machine config {source.name}: {message}", source=source)


def rollout(scope: Scope) -> Findings:
    """Machines are replaced one way alone."""
    if scope.provider != "nutanix":
        return
    for path, section in ((CONTROL_PLANE, scope.control_plane), *scope.groups()):
        if "upgradeRolloutStrategy" in section:
            message = "upgrade rollout strategy customization is not supported for nutanix provider"
            yield scope.error(f"{path}.upgradeRolloutStrategy", message)


CHECKS = (datacenter, failure_domains, machines, image_versions, rollout)

__all__ = ("CHECKS",)
