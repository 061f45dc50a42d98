# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""SnowDatacenterConfig, SnowMachineConfig and SnowIPPool, as far as no device is needed to judge them."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config import addresses
from ansible_collections.eks.anywhere.plugins.module_utils._config.checks import host_os
from ansible_collections.eks.anywhere.plugins.module_utils._config.checks.scope import (
    CONTROL_PLANE,
    Data,
    Findings,
    Scope,
    dig,
)
from ansible_collections.eks.anywhere.plugins.module_utils._config.reading import Source

DATACENTER = "SnowDatacenterConfig"
MACHINE = "SnowMachineConfig"
POOL = "SnowIPPool"
OS_FAMILIES = (host_os.BOTTLEROCKET, "ubuntu")
_CREDENTIALS_KIND = "Secret"
_INSTANCE_TYPE = re.compile(r"sbe-[cg]\.\d*x?large")
_CONNECTORS = ("SFP_PLUS", "QSFP", "RJ45")
_VOLUME_TYPES = ("sbp1", "sbg1")
_LEAST_CONTAINERS_VOLUME = {host_os.BOTTLEROCKET: 25, "ubuntu": 8}
"""In GiB by family; Bottlerocket has no room of its own for containers, so it must have the volume."""
_LEAST_VOLUME = 8
_MAX_INTERFACES = 8
_MAX_VLAN = 4095
_INTERFACES = "network.directNetworkInterfaces"

Problems = t.Iterator[tuple[str, str]]


def datacenter(scope: Scope) -> Findings:
    """The secret with the credentials of the devices."""
    source = scope.datacenter(DATACENTER)
    if source is None:
        return
    message = "the vendor's documentation says that AWS no longer maintains or supports the provider for AWS Snow"
    yield scope.warning("spec.datacenterRef.kind", f"{message}, from EKS Anywhere v0.26 on")
    ref, path = source.spec["identityRef"], "spec.identityRef"
    kind = ref.get("kind", "")
    if not ref.get("name"):
        yield scope.error(f"{path}.name", f"{DATACENTER} IdentityRef name must not be empty", source=source)
    if not kind:
        yield scope.error(f"{path}.kind", f"{DATACENTER} IdentityRef kind must not be empty", source=source)
    elif kind != _CREDENTIALS_KIND:
        message = f"{DATACENTER} IdentityRef kind {kind} is invalid, the only supported kind is {_CREDENTIALS_KIND}"
        yield scope.error(f"{path}.kind", message, source=source)


def endpoint(scope: Scope) -> Findings:
    """An address outside the cluster's own networks."""
    host, path = dig(scope.control_plane, "endpoint.host") or "", f"{CONTROL_PLANE}.endpoint.host"
    if scope.provider != "snow" or not host:
        return
    address = addresses.address(host)
    if address is None:
        yield scope.error(path, f"control plane endpoint {host} is invalid")
        return
    for section in ("pods", "services"):
        block = (dig(scope.spec, f"clusterNetwork.{section}.cidrBlocks") or [""])[0]
        network = addresses.network(block)
        if network is not None and address in network:
            yield scope.error(path, f"control plane endpoint {host} conflicts with {section} CIDR block {block}")


def machines(scope: Scope) -> Findings:
    """Every machine config in use."""
    for source in scope.machines(MACHINE):
        for path, problem in (*_choices(source), *_network(source), *_volumes(source), *_host_os(source)):
            yield scope.error(f"spec.{path}", f"{MACHINE} {problem}", source=source)
        for path, problem in (*_limits(source), *_pools(scope, source)):
            yield scope.error(f"spec.{path}", f"{MACHINE} {problem}", source=source)


def _choices(source: Source) -> Problems:
    instance, connector = source.spec["instanceType"], source.spec["physicalNetworkConnector"]
    family = source.spec.get("osFamily", "")
    if not _INSTANCE_TYPE.fullmatch(instance):
        yield "instanceType", f"InstanceType {instance} is not supported"
    if connector not in _CONNECTORS:
        choices = ", ".join(_CONNECTORS)
        message = f"PhysicalNetworkConnector {connector} is not supported, please use one of the following: {choices}"
        yield "physicalNetworkConnector", message
    if not source.spec.get("devices"):
        yield "devices", "Devices must contain at least one device IP"
    if not family:
        yield "osFamily", "OSFamily must be specified"
    elif family not in OS_FAMILIES:
        choices = ", ".join(OS_FAMILIES)
        yield "osFamily", f"OSFamily {family} is not supported, please use one of the following: {choices}"


def _interfaces(source: Source) -> list[Data]:
    found: list[Data] = dig(source.spec, _INTERFACES) or []
    return found


def _network(source: Source) -> Problems:
    found = _interfaces(source)
    if not found:
        yield _INTERFACES, "Network.DirectNetworkInterfaces length must be no smaller than 1"
    elif sum(bool(interface.get("primary")) for interface in found) != 1:
        yield _INTERFACES, "Network.DirectNetworkInterfaces list must contain one and only one primary DNI"


def _volumes(source: Source) -> Problems:
    family, containers = source.spec.get("osFamily", ""), source.spec.get("containersVolume")
    least = _LEAST_CONTAINERS_VOLUME.get(family, 0)
    if containers is None and family == host_os.BOTTLEROCKET:
        yield "containersVolume", "ContainersVolume must be specified for Bottlerocket OS"
    elif containers is not None and containers.get("size", 0) < least:
        message = f"ContainersVolume.Size must be no smaller than {least} Gi for {family.capitalize()} OS"
        yield "containersVolume.size", message
    for index, volume in enumerate(source.spec.get("nonRootVolumes", ())):
        name, path, words = volume.get("deviceName", ""), f"nonRootVolumes[{index}]", f"NonRootVolumes[{index}]"
        if not name:
            yield f"{path}.deviceName", f"{words}.DeviceName must be specified"
        elif name.startswith("/dev/sda"):
            reason = "Device name with prefix /dev/sda* is reserved for root volume and containers volume"
            yield f"{path}.deviceName", f"{words}.DeviceName [{name}] is invalid. {reason}, please use another name"
        if volume.get("size", 0) < _LEAST_VOLUME:
            yield f"{path}.size", f"{words}.Size must be no smaller than {_LEAST_VOLUME} Gi"


def _host_os(source: Source) -> Problems:
    config = source.spec.get("hostOSConfiguration", {})
    for path, problem in host_os.problems(config, source.spec.get("osFamily", "")):
        yield f"hostOSConfiguration.{path}", f"HostOSConfiguration is invalid: {problem}"


def _limits(source: Source) -> Problems:
    """Bounds that only the API server knows of. An index of 0 never reaches it: Go leaves it out."""
    if len(_interfaces(source)) > _MAX_INTERFACES:
        yield _INTERFACES, f"must have at most {_MAX_INTERFACES} direct network interfaces"
    for index, interface in enumerate(_interfaces(source)):
        path = f"{_INTERFACES}[{index}]"
        if not 0 <= interface.get("index", 0) <= _MAX_INTERFACES:
            yield f"{path}.index", f"the index of an interface must be in the range 1 to {_MAX_INTERFACES}"
        if not 0 <= interface.get("vlanID", 0) <= _MAX_VLAN:
            yield f"{path}.vlanID", f"vlanID must be in the range 0 to {_MAX_VLAN}"
    volumes = [("containersVolume", source.spec.get("containersVolume", {}))]
    volumes += [(f"nonRootVolumes[{index}]", one) for index, one in enumerate(source.spec.get("nonRootVolumes", ()))]
    for path, volume in volumes:
        if volume.get("type") and volume["type"] not in _VOLUME_TYPES:
            yield f"{path}.type", f"the type of a volume must be one of: {', '.join(_VOLUME_TYPES)}"


def _pools(scope: Scope, source: Source) -> Problems:
    for index, interface in enumerate(_interfaces(source)):
        name = dig(interface, "ipPoolRef.name")
        if name and scope.find(POOL, name) is None:
            yield f"{_INTERFACES}[{index}].ipPoolRef.name", f"refers to {POOL} {name}, which is not found"


def etcd_addresses(scope: Scope) -> Findings:
    """etcd members keep their addresses."""
    source = scope.machine(MACHINE, scope.etcd)
    if source is None:
        return
    for index, interface in enumerate(_interfaces(source)):
        path = f"spec.{_INTERFACES}[{index}]"
        if interface.get("dhcp"):
            message = "creating unstacked etcd machine with DHCP is not supported for snow"
            advice = "Please use static IP for DNI configuration"
            yield scope.error(f"{path}.dhcp", f"{message}. {advice}", source=source)
        elif "ipPoolRef" not in interface:
            message = "snow machine config ip pool must be specified when using static IP"
            yield scope.error(f"{path}.ipPoolRef", message, source=source)


def pools(scope: Scope) -> Findings:
    """Ranges of addresses that machine configs in use refer to."""
    names = dict.fromkeys(
        dig(interface, "ipPoolRef.name") or ""
        for source in scope.machines(MACHINE)
        for interface in _interfaces(source)
    )
    for source in filter(None, (scope.find(POOL, name) for name in names)):
        for index, pool in enumerate(source.spec.get("pools", ())):
            for field, problem in _pool(pool):
                name = f"{field[:2].upper()}{field[2:]}" if field.startswith("ip") else field.capitalize()
                path, words = f"spec.pools[{index}].{field}", f"{POOL} Pools[{index}].{name}"
                yield scope.error(path, f"{words} {problem}", source=source)


def _pool(pool: Data) -> Problems:
    ends = {field: addresses.address(pool.get(field, "")) for field in ("ipStart", "ipEnd", "gateway")}
    for field, address in ends.items():
        if address is None:
            yield field, "is invalid" if pool.get(field) else "can not be empty"
    block = pool.get("subnet", "")
    subnet = addresses.network(block)
    if subnet is None:
        yield "subnet", f"is invalid: {block}" if block else "can not be empty"
    first, last = ends["ipStart"], ends["ipEnd"]
    if first is None or last is None:
        return
    if (first.version, int(first)) >= (last.version, int(last)):
        yield "ipStart", "should be smaller than IPEnd"
    for field, end in (("ipStart", first), ("ipEnd", last)):
        if subnet is not None and end not in subnet:
            yield field, f"should be within the subnet range {block}"


CHECKS = (datacenter, endpoint, machines, etcd_addresses, pools)

__all__ = ("CHECKS",)
