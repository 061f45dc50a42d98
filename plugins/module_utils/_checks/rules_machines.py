# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""What checks find of templates, clone modes, disks and the space for them."""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._checks.rule import Rule

MACHINES: t.Mapping[str, Rule] = {
    "vsphere.template_not_set": Rule(
        cause="The machine config names no template.",
        check="template",
        seen="no template is set and validation imports none for {os_family}",
        expected="spec.template of {object}",
        fix="Import a template with the module vsphere_template (playbook import_template), and set spec.template of "
        "{object} to its path.",
    ),
    "vsphere.template_not_found": Rule(
        cause="There is no template at that path. The nearest names are shown.",
        check="template",
        seen="not found{near}",
        expected="a template at this path",
        fix="Import the template with the module vsphere_template (playbook import_template), or correct spec.template "
        "of {config}.",
    ),
    "vsphere.template_ambiguous": Rule(
        cause="Several templates match.",
        check="template",
        seen="maps to multiple paths within the datacenter: {paths}",
        expected="one template",
        fix="Set spec.template of {config} to one of these full paths.",
    ),
    "vsphere.template_not_a_template": Rule(
        cause="The virtual machine is not marked as template.",
        check="template",
        seen="is a virtual machine",
        expected="a virtual machine that is marked as template",
        fix="Convert it to a template in vCenter, or correct spec.template of {config}.",
    ),
    "vsphere.template_without_disk": Rule(
        cause="The template has no disk.",
        check="template",
        seen="has no disk",
        expected="a template with an operating system disk",
        fix="Import the template again, or correct spec.template of {config}.",
    ),
    "vsphere.template_tag_missing": Rule(
        cause="The template lacks a tag, of its operating system or of the release that it was made for.",
        check="template",
        seen="is missing tag {tag}; its tags: {tags}",
        expected="tag {tag}",
        fix="Attach the tag {tag} of the category {category} to the template in vCenter (create what does not exist), "
        "or use the template made for this version and OS family.",
    ),
    "vsphere.template_release_unchecked": Rule(
        cause="Without a Bundles manifest the release tag of the template cannot be checked.",
        check="template",
        seen="its eksdRelease tag was not checked, for want of a Bundles manifest",
        expected="the option bundles_file",
        fix="Set the option bundles_file.",
        severity="warning",
    ),
    "vsphere.linked_clone_without_snapshot": Rule(
        cause="A linked clone needs a snapshot of the template.",
        check="clone mode",
        seen="cannot use linkedClone because the template ({template}) has no snapshots",
        expected="a template with a snapshot",
        fix="Create a snapshot of the template, or change cloneMode of {object} to fullClone.",
    ),
    "vsphere.linked_clone_disk_size": Rule(
        cause="A linked clone has the disk of its template, and ``diskGiB`` asks for another size.",
        check="clone mode",
        seen="diskGiB is {disk_gib}, which linkedClone cannot make of a template ({template}) of {template_gib} GiB",
        expected="diskGiB {template_gib}",
        fix="Set diskGiB of {object} to {template_gib}, or cloneMode to fullClone.",
    ),
    "vsphere.disk_raised": Rule(
        cause="``diskGiB`` is less than the minimum and is raised to it.",
        check="disk size",
        seen="diskGiB {disk_gib} is less than {minimum} and is raised to it",
        expected="diskGiB of at least {minimum}",
        fix="Set diskGiB of {object} to {minimum} or more.",
        severity="warning",
    ),
    "vsphere.datastore_space": Rule(
        cause="The datastore has less space than the full clones on it take: all disks of each, at once.",
        check="datastore space",
        seen="{free_gib} GiB free, {needed_gib} GiB needed ({uses})",
        expected="enough space for the disks of the machine groups that are full clones, times their count",
        fix="Free space, spread the machine configs over more datastores, or use a template with a snapshot and "
        "linkedClone.",
    ),
}

__all__ = ("MACHINES",)
