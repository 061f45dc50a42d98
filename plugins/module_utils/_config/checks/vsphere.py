# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""VSphereDatacenterConfig and VSphereMachineConfig, as far as no vCenter is needed to judge them."""

from __future__ import annotations

import posixpath

from ansible_collections.eks.anywhere.plugins.module_utils._config import ssh
from ansible_collections.eks.anywhere.plugins.module_utils._config.checks import host_os
from ansible_collections.eks.anywhere.plugins.module_utils._config.checks.scope import Findings, Scope
from ansible_collections.eks.anywhere.plugins.module_utils._config.reading import Source

DATACENTER = "VSphereDatacenterConfig"
MACHINE = "VSphereMachineConfig"
OS_FAMILIES = ("bottlerocket", "ubuntu", "redhat")
_CLONE_MODES = ("linkedClone", "fullClone")
_DOMAIN_FIELDS = ("name", "computeCluster", "resourcePool", "datastore", "folder", "network")
_HOST_OS = "spec.hostOSConfiguration"


def datacenter(scope: Scope) -> Findings:
    """Where the machines live."""
    source = scope.datacenter(DATACENTER)
    if source is None:
        return
    for field, words in (("server", "server"), ("datacenter", "datacenter"), ("network", "VM network")):
        if not source.spec.get(field):
            yield scope.error(f"spec.{field}", f"VSphereDatacenterConfig {words} is not set or is empty", source=source)
    if source.spec.get("insecure"):
        yield scope.warning("spec.insecure", "VSphereDatacenterConfig configured in insecure mode", source=source)
    yield from _network_path(scope, source, "spec.network", source.spec.get("network", ""))


def failure_domains(scope: Scope) -> Findings:
    """Domains are complete; a group uses at most one of them."""
    source = scope.datacenter(DATACENTER)
    domains = source.spec.get("failureDomains", ()) if source else ()
    if source is None or not domains:
        return
    for index, domain in enumerate(domains):
        path = f"spec.failureDomains[{index}]"
        for field in _DOMAIN_FIELDS:
            if not domain.get(field):
                message = f"{field} is not set or is empty in the FailureDomain {domain.get('name', '')}"
                yield scope.error(f"{path}.{field}", message, source=source)
        yield from _network_path(scope, source, f"{path}.network", domain.get("network", ""))
    declared = {domain.get("name") for domain in domains}
    for path, group in scope.groups():
        chosen = group.get("failureDomains", ())
        where = f"{path}.failureDomains"
        if len(chosen) > 1:
            message = f"multiple failure domains provided in the worker node group: {group.get('name', '')}"
            yield scope.error(where, f"{message}. Please provide only one failure domain")
        elif chosen and chosen[0] not in declared:
            message = f"provided invalid failure domain {chosen[0]} in the worker node group {group.get('name', '')}"
            yield scope.error(where, message)


def _network_path(scope: Scope, source: Source, path: str, network: str) -> Findings:
    prefix = posixpath.normpath(f"/{source.spec.get('datacenter', '')}/network")
    if network and not network.startswith(prefix):
        message = f"invalid path, expected path [{network}] to be under [{prefix}]"
        yield scope.error(path, message, source=source)


def machines(scope: Scope) -> Findings:
    """Every machine config in use."""
    for source in scope.machines(MACHINE):
        yield from _required(scope, source)
        yield from _os_family(scope, source)
        yield from _ssh_key(scope, source)
        yield from _clone_mode(scope, source)
        yield from _tags(scope, source)
        yield from _host_os(scope, source)


def _required(scope: Scope, source: Source) -> Findings:
    for field, words in (("datastore", "datastore"), ("resourcePool", "VM resourcePool")):
        if not source.spec.get(field):
            yield scope.error(f"spec.{field}", f"{MACHINE} {source.name} {words} is not set or is empty", source=source)
    family = source.spec["osFamily"]
    if not source.spec.get("template") and family in OS_FAMILIES and family != "bottlerocket":
        message = f"can not import ova for osFamily: {family}, please use bottlerocket as osFamily for auto-importing"
        yield scope.obstacle("spec.template", f"{message} or provide a valid template", source=source)


def _os_family(scope: Scope, source: Source) -> Findings:
    family = source.spec["osFamily"]
    if family not in OS_FAMILIES:
        message = f"{MACHINE} {source.name} osFamily: {family} is not supported, please use one of the following"
        yield scope.error("spec.osFamily", f"{message}: {', '.join(OS_FAMILIES)}", source=source)
    user = source.spec["users"][0]["name"]
    if family == "bottlerocket" and user != "ec2-user":
        message = f"users[0].name {user} is invalid. Please use 'ec2-user' for Bottlerocket"
        yield scope.error("spec.users[0].name", message, source=source)


def _ssh_key(scope: Scope, source: Source) -> Findings:
    """A key that is given is one; where none is given, one is made."""
    key = source.spec["users"][0]["sshAuthorizedKeys"][0]
    if key and not ssh.public_key(key):
        path = "spec.users[0].sshAuthorizedKeys"
        yield scope.obstacle(path, f"formatting ssh key for {MACHINE} {source.name}: no key found", source=source)


def _clone_mode(scope: Scope, source: Source) -> Findings:
    mode = source.spec.get("cloneMode", "")
    if mode and mode not in _CLONE_MODES:
        message = f"cloneMode {mode} is not supported for {MACHINE} {source.name}. Supported clone modes"
        yield scope.error("spec.cloneMode", f"{message}: [{', '.join(_CLONE_MODES)}]", source=source)


def _tags(scope: Scope, source: Source) -> Findings:
    """Tags are named by identifier; a name of a tag is never one."""
    for index, tag in enumerate(source.spec.get("tags", ())):
        if not tag.startswith("urn:"):
            message = f"tag ({tag}) does not exist in vSphere. please provide a valid tag id in the urn format"
            example = "urn:vmomi:InventoryServiceTag:8e0ce079-0677-48d6-8865-19ada4e6dabd:GLOBAL"
            yield scope.obstacle(f"spec.tags[{index}]", f"{message} (example: {example})", source=source)


def _host_os(scope: Scope, source: Source) -> Findings:
    prefix = f"HostOSConfiguration is invalid for {MACHINE} {source.name}"
    for path, problem in host_os.problems(source.spec.get("hostOSConfiguration", {}), source.spec["osFamily"]):
        yield scope.error(f"{_HOST_OS}.{path}", f"{prefix}: {problem}", source=source)


def networks(scope: Scope) -> Findings:
    """Only worker machines take networks of their own, two at most."""
    etcd = (scope.etcd or {}).get("machineGroupRef")
    for ref, words, subject in (
        (scope.control_plane.get("machineGroupRef"), "control plane", "Control plane uses"),
        (etcd, "etcd", "Etcd uses"),
    ):
        source = scope.find(MACHINE, (ref or {}).get("name", ""))
        if source is not None and source.spec.get("networks"):
            message = f"networks field is not supported for {words} machine config '{source.name}'."
            yield scope.error(
                "spec.networks", f"{message} {subject} the datacenter network configuration", source=source
            )
    for source in scope.machines(MACHINE):
        if len(source.spec.get("networks", ())) > 2:
            yield scope.error("spec.networks", "must have at most 2 items", source=source)


def same_os_family(scope: Scope) -> Findings:
    """With external etcd all machines run the same operating system."""
    families = {source.spec["osFamily"] for source in scope.machines(MACHINE)}
    if scope.etcd is not None and scope.provider == "vsphere" and len(families) > 1:
        for source in scope.machines(MACHINE):
            message = "all VSphereMachineConfigs must have the same osFamily specified"
            yield scope.error("spec.osFamily", message, source=source)


def mirror(scope: Scope) -> Findings:
    """Bottlerocket cannot skip the verification of certificates."""
    skips = scope.spec.get("registryMirrorConfiguration", {}).get("insecureSkipVerify")
    if skips and any(source.spec["osFamily"] == "bottlerocket" for source in scope.machines(MACHINE)):
        message = "insecureSkipVerify is not supported for bottlerocket"
        yield scope.error("spec.registryMirrorConfiguration.insecureSkipVerify", message)


CHECKS = (datacenter, failure_domains, machines, networks, same_os_family, mirror)

__all__ = ("CHECKS",)
