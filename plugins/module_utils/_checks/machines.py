# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""What the templates mean for the machines that are to be made: tags, clone mode, disks."""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._checks.finding import Finding, found
from ansible_collections.eks.anywhere.plugins.module_utils._config.bundles import Bundles
from ansible_collections.eks.anywhere.plugins.module_utils._config.model import ClusterConfig, MachineConfig
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Inventory, TemplateItem

KIB_PER_GIB = 1 << 20
MINIMUM_DISK_GIB = 20
LINKED_CLONE = "linkedClone"


def template_of(machine: MachineConfig, inventory: Inventory) -> TemplateItem | None:
    """The one virtual machine that the config's template leads to."""
    lookup = inventory.templates.get(machine.template)
    items = [item for item in (lookup.items if lookup else ()) if isinstance(item, TemplateItem)]
    return items[0] if len(items) == 1 and lookup is not None and not lookup.denied else None


def template_gib(template: TemplateItem) -> int:
    """Size of the operating system disk, as the vendor's CLI rounds it."""
    return template.disks_kib[0] // KIB_PER_GIB if template.disks_kib else 0


def disk_gib(machine: MachineConfig, template: TemplateItem) -> int:
    """The disk that the machines get: what was asked for, but no less than the template has."""
    return max(machine.disk_gib, template_gib(template), MINIMUM_DISK_GIB)


def all_disks_gib(machine: MachineConfig, template: TemplateItem) -> int:
    """What a full copy takes: the disk of the operating system, and the template's others as they are."""
    others = sum(-(-kib // KIB_PER_GIB) for kib in template.disks_kib[1:])
    return disk_gib(machine, template) + others


def is_linked(machine: MachineConfig, template: TemplateItem) -> bool:
    """Whether machines share the template's disk. Where the config leaves it open, they do if that disk will do."""
    if machine.clone_mode:
        return machine.clone_mode == LINKED_CLONE
    return template.has_snapshot and template_gib(template) == disk_gib(machine, template)


def facts(config: ClusterConfig, inventory: Inventory) -> dict[str, dict[str, t.Any]]:
    """What rendering needs to know of each template, by the path as the config writes it."""
    found_templates = {machine.template: template_of(machine, inventory) for machine in config.machines}
    return {
        path: {
            "path": template.path,
            "disk_gib": template_gib(template),
            "has_snapshot": template.has_snapshot,
            "tags": list(template.tags or ()),
        }
        for path, template in found_templates.items()
        if template is not None
    }


def template_findings(
    config: ClusterConfig, machine: MachineConfig, bundles: Bundles | None, inventory: Inventory
) -> tuple[Finding, ...]:
    """All that is wrong with the template of one machine config, once it is found."""
    owner = f"VSphereMachineConfig {machine.name}"
    if not machine.template:
        return (found("vsphere.template_not_set", object=owner, os_family=machine.os_family),)
    template = template_of(machine, inventory)
    if template is None:
        return ()
    name = f"template {template.path}"
    if not template.is_template:
        return (found("vsphere.template_not_a_template", object=name, config=owner),)
    if not template.disks_kib:
        return (found("vsphere.template_without_disk", object=name, config=owner),)
    return (*_tags(config, machine, bundles, template), *_clone(machine, template))


def _tags(
    config: ClusterConfig, machine: MachineConfig, bundles: Bundles | None, template: TemplateItem
) -> tuple[Finding, ...]:
    name = f"template {template.path}"
    if template.tags is None:
        return (found("vsphere.no_permission", object=name, privilege="System.Read on its tags"),)
    has = ", ".join(template.tags) or "none"
    missing = tuple(
        found("vsphere.template_tag_missing", object=name, tag=tag, tags=has, category=tag.partition(":")[0])
        for tag in required_tags(config, machine, bundles)
        if tag not in template.tags
    )
    return missing if bundles else (*missing, found("vsphere.template_release_unchecked", object=name))


def required_tags(config: ClusterConfig, machine: MachineConfig, bundles: Bundles | None) -> list[str]:
    """``os:family``, and the release tag of every Kubernetes version that this machine config serves."""
    versions = {group.kubernetes_version for group in config.workers if group.machine == machine}
    etcd = config.external_etcd.machine if config.external_etcd else None
    if machine in (config.control_plane.machine, etcd):
        versions.add(config.kubernetes_version)
    releases = [bundles.for_version(version).eksd_name for version in sorted(versions)] if bundles else []
    return [*(f"eksdRelease:{name}" for name in releases), f"os:{machine.os_family.lower()}"]


def _clone(machine: MachineConfig, template: TemplateItem) -> tuple[Finding, ...]:
    owner, size, wanted = f"VSphereMachineConfig {machine.name}", template_gib(template), disk_gib(machine, template)
    findings: list[Finding] = []
    if machine.disk_gib and machine.disk_gib < wanted:
        findings.append(found("vsphere.disk_raised", object=owner, disk_gib=machine.disk_gib, minimum=wanted))
    if machine.clone_mode != LINKED_CLONE:
        return tuple(findings)
    if not template.has_snapshot:
        findings.append(found("vsphere.linked_clone_without_snapshot", object=owner, template=template.path))
    if wanted != size:
        findings.append(
            found(
                "vsphere.linked_clone_disk_size",
                object=owner,
                template=template.path,
                disk_gib=wanted,
                template_gib=size,
            )
        )
    return tuple(findings)


__all__ = (
    "all_disks_gib",
    "disk_gib",
    "facts",
    "is_linked",
    "required_tags",
    "template_findings",
    "template_gib",
    "template_of",
)
