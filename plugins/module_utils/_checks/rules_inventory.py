# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""What checks find of the objects that a config names by inventory path."""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._checks.rule import Rule

INVENTORY: t.Mapping[str, Rule] = {
    "vsphere.datacenter_not_found": Rule(
        cause="There is no datacenter of that name. The nearest names are shown.",
        check="datacenter",
        seen="not found{near}",
        expected="a datacenter of this name",
        fix="Correct spec.datacenter of VSphereDatacenterConfig {config}.",
    ),
    "vsphere.network_not_found": Rule(
        cause="There is no network at that path. The nearest names are shown.",
        check="network",
        seen="not found{near}",
        expected="a network at this path",
        fix="Correct spec.network of {config}.",
    ),
    "vsphere.datastore_not_found": Rule(
        cause="There is no datastore at that path. The nearest names are shown.",
        check="datastore",
        seen="not found{near}",
        expected="a datastore at this path",
        fix="Correct spec.datastore of {config}.",
    ),
    "vsphere.folder_not_found": Rule(
        cause="There is no VM folder at that path, and nothing creates it later.",
        check="folder",
        seen="not found{near}",
        expected="a VM folder at this path (nothing creates it later)",
        fix="Create the folder, or correct spec.folder of {config}.",
    ),
    "vsphere.resource_pool_not_found": Rule(
        cause="There is no resource pool at that path. The nearest names are shown.",
        check="resource pool",
        seen="not found{near}",
        expected="a resource pool at this path",
        fix="Correct spec.resourcePool of {config}.",
    ),
    "vsphere.resource_pool_ambiguous": Rule(
        cause="Several resource pools match.",
        check="resource pool",
        seen="maps to multiple paths within the datacenter: {paths}",
        expected="one resource pool",
        fix="Set spec.resourcePool of {config} to one of these full paths.",
    ),
    "vsphere.wrong_kind": Rule(
        cause="The path leads to an object of another kind.",
        check="{check}",
        seen="is a {kind}",
        expected="a {wanted}",
        fix="Correct spec.{field} of {config}.",
    ),
    "vsphere.wrong_place": Rule(
        cause="The path lies outside of the datacenter or folder where it has to be.",
        check="{check}",
        seen="lies outside of {place}",
        expected="a path under {place}",
        fix="Correct spec.{field} of {config}.",
    ),
    "vsphere.no_permission": Rule(
        cause="The user lacks a privilege, which is named, on an object.",
        check="privileges",
        seen="the user may not read it, for want of the privilege {privilege}",
        expected="{privilege} on this object",
        fix="Grant the user the roles of the documented EKS Anywhere users on this object and its parents.",
    ),
    "vsphere.probe_failed": Rule(
        cause="A virtual machine could not be made there, or not destroyed again, when that was tried.",
        check="trial",
        seen="a virtual machine was tried: {problem}",
        expected="one that is made and destroyed",
        fix="Mend what vCenter says, see its task list, and delete what is named as left.",
    ),
    "vsphere.datastore_inaccessible": Rule(
        cause="No host reaches the datastore now.",
        check="datastore",
        seen="is not accessible from any host now",
        expected="a mounted datastore",
        fix="Bring the datastore back in vCenter, or correct spec.datastore of {config}.",
    ),
}

__all__ = ("INVENTORY",)
