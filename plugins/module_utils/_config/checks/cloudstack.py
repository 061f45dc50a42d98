# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""CloudStackDatacenterConfig and CloudStackMachineConfig: still read, no longer served.

The vendor's releases have no components for CloudStack any more, so its create command refuses such a cluster.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config import urls, versions
from ansible_collections.eks.anywhere.plugins.module_utils._config.checks import labels
from ansible_collections.eks.anywhere.plugins.module_utils._config.checks.scope import Data, Findings, Scope, dig
from ansible_collections.eks.anywhere.plugins.module_utils._config.reading import Source

DATACENTER = "CloudStackDatacenterConfig"
MACHINE = "CloudStackMachineConfig"
_PORTABLE_NAME = re.compile(r"[a-zA-Z0-9.\-_/]+")
_AFFINITIES = ("pro", "anti", "no")
_RESTRICTED_DETAILS = """
keyboard cpu.corespersocket rootdisksize boot.mode nameonhypervisor nicAdapter rootDiskController dataDiskController
svga.vramSize nestedVirtualizationFlag ramReservation hypervisortoolsversion platform timeoffset kvm.vnc.port
kvm.vnc.address video.hardware video.ram smc.present firmware cpuNumber cpuSpeed memory cpuOvercommitRatio
memoryOvercommitRatio Message.ReservedCapacityFreed.Flag deployvm SSH.PublicKey SSH.KeyPairNames password
Encrypted.Password configDriveLocation nic network ip4Address ip6Address disk diskOffering configurationId keypairnames
controlNodeLoginUser
"""

Problems = t.Iterator[tuple[str, str]]


def support(scope: Scope) -> Findings:
    """The tombstone."""
    if scope.provider == "cloudstack":
        message = "CloudStack support has been deprecated and EKS Anywhere no longer provides CAPC images"
        advice = "move the cluster to another provider before you upgrade to v0.26 or later"
        yield scope.obstacle("spec.datacenterRef.kind", f"{message}; {advice}")


def datacenter(scope: Scope) -> Findings:
    """Availability zones, each with a network and an address of the API."""
    source = scope.datacenter(DATACENTER)
    if source is None:
        return
    zones, seen = source.spec["availabilityZones"], set()
    if not zones:
        yield scope.error("spec.availabilityZones", "availabilityZones must not be empty", source=source)
    for index, zone in enumerate(zones):
        path, name = f"spec.availabilityZones[{index}]", zone.get("name", "")
        for problem in labels.problems({"zone": name}):
            message = "availabilityZone names must be a valid label value since it is used to label nodes"
            yield scope.error(f"{path}.name", f"{message}: {problem}", source=source)
        if name in seen:
            message = f"availabilityZone names must be unique. Duplicate name: {name}"
            yield scope.error(f"{path}.name", message, source=source)
        seen.add(name)
        address = zone.get("managementApiEndpoint", "")
        if urls.parse(address) is None:
            message = f"checking management api endpoint: {address} is not a valid url"
            yield scope.error(f"{path}.managementApiEndpoint", message, source=source)
        if not _is_named(dig(zone, "zone.network")):
            yield scope.error(f"{path}.zone.network", "zone network is not set or is empty", source=source)


def machines(scope: Scope) -> Findings:
    """Every machine config in use."""
    for source in scope.machines(MACHINE):
        for path, problem in (*_offerings(source), *_disk(source), *_details(source), *_affinity(source)):
            yield scope.error(f"spec.{path}", problem, source=source)
        for path, problem in _symlinks(source):
            yield scope.obstacle(f"spec.{path}", problem, source=source)


def _is_named(identifier: Data | None) -> bool:
    return bool(identifier and (identifier.get("id") or identifier.get("name")))


def _offerings(source: Source) -> Problems:
    for field in ("computeOffering", "template"):
        if not _is_named(source.spec.get(field)):
            message = f"{field} is not set for {MACHINE} {source.name}. Default {field} is not supported in CloudStack"
            yield field, f"{message}, please provide a {field} name or ID"


def _disk(source: Source) -> Problems:
    disk = source.spec.get("diskOffering", {})
    prefix = f"machine config {source.name} validation failed"
    if not _is_named(disk):
        if any(disk.get(field) for field in ("mountPath", "filesystem", "device", "label")):
            yield "diskOffering", f"{prefix}: id or name: invalid, empty id/name"
        return
    mount = disk.get("mountPath", "")
    if len(mount) < 2 or not mount.startswith("/"):
        yield "diskOffering.mountPath", f"{prefix}: mountPath: {mount} invalid, must be non-empty and start with /"
    for field in ("filesystem", "device", "label"):
        if not disk.get(field):
            yield f"diskOffering.{field}", f"{prefix}: {field}: invalid, empty {field}"


def _details(source: Source) -> Problems:
    for key in sorted(set(_RESTRICTED_DETAILS.split()).intersection(source.spec.get("userCustomDetails", ()))):
        yield f"userCustomDetails.{key}", f"restricted key {key} found in custom user details"


def _affinity(source: Source) -> Problems:
    affinity = source.spec.get("affinity", "")
    if affinity and source.spec.get("affinityGroupIds"):
        message = f"affinity and affinityGroupIds cannot be set at the same time for {MACHINE} {source.name}"
        yield "affinityGroupIds", f"{message}. Please provide either one of them or none"
    if affinity and affinity not in _AFFINITIES:
        choices = 'Please provide "pro", "anti" or "no"'
        yield "affinity", f"invalid affinity type {affinity} for {MACHINE} {source.name}. {choices}"


def _symlinks(source: Source) -> Problems:
    for link in source.spec.get("symlinks", {}).items():
        for path in link:
            if not path.startswith("/") or path.endswith("/"):
                yield "symlinks", f"symlinks: {path} invalid, must start with / and NOT end with /"
            elif not _PORTABLE_NAME.fullmatch(path):
                yield "symlinks", f"symlinks: {path} invalid, has char not in portable file name set"


def template_versions(scope: Scope) -> Findings:
    """The name of a template says for which Kubernetes it is."""
    for source, version in scope.versions(MACHINE):
        name = dig(source.spec, "template.name") or ""
        if name and not versions.named_in(version, name):
            message = f"missing kube version from the machine config template name: template={name}, version={version}"
            yield scope.obstacle("spec.template.name", message, source=source)


CHECKS = (support, datacenter, machines, template_versions)

__all__ = ("CHECKS",)
