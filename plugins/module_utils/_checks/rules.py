# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Everything the checks of a vCenter can find, by error code. The error pages of the docs come from this table."""

from __future__ import annotations

import dataclasses
import typing as t


@dataclasses.dataclass(frozen=True)
class Rule:
    """Sentences with ``{placeholders}``; ``severity`` is ``error`` or ``warning``."""

    check: str
    seen: str
    expected: str
    fix: str
    severity: str = "error"


RULES: t.Mapping[str, Rule] = {
    "input.environment": Rule(
        check="environment",
        seen="the environment variable {object} {problem}",
        expected="{expected}",
        fix="Please set {object} env var where ansible-playbook runs.",
    ),
    "bundles.signature_missing": Rule(
        check="signature",
        seen="{object} is not signed",
        expected="the signature of the vendor, unless the manifest is your own",
        fix="Use the manifest of a release of EKS Anywhere.",
        severity="warning",
    ),
    "bundles.signature_unverified": Rule(
        check="signature",
        seen="the signature of {object} was not verified, as this Python lacks the package cryptography",
        expected="a verified signature",
        fix="Install cryptography for the Python that runs this task.",
        severity="warning",
    ),
    "bundles.signature_invalid": Rule(
        check="signature",
        seen="signature on the bundle is invalid ({object})",
        expected="versions, node images and OVAs as the vendor signed them",
        fix="Fetch the manifest again; what may be changed in it are images and manifests of components.",
    ),
    "config.license": Rule(
        check="license",
        seen="standard support ended on {end}, and {problem}",
        expected="a valid license in spec.licenseToken of the Cluster",
        fix="Choose a newer kubernetesVersion, or set spec.licenseToken.",
    ),
    "vsphere.thumbprint_required": Rule(
        check="thumbprint",
        seen="this machine does not trust its certificate ({problem}) and the config has no thumbprint",
        expected="spec.thumbprint of VSphereDatacenterConfig {config}",
        fix="If {actual} is the thumbprint that the vCenter administrator confirms, set spec.thumbprint to it.",
    ),
    "vsphere.thumbprint_mismatch": Rule(
        check="thumbprint",
        seen="thumbprint mismatch detected, actual: {actual}",
        expected="{wanted}, as VSphereDatacenterConfig {config} says",
        fix="Ask the vCenter administrator if the certificate was renewed; if so, set spec.thumbprint to the actual.",
    ),
    "vsphere.datacenter_not_found": Rule(
        check="datacenter",
        seen="not found{near}",
        expected="a datacenter of this name",
        fix="Correct spec.datacenter of VSphereDatacenterConfig {config}.",
    ),
    "vsphere.network_not_found": Rule(
        check="network",
        seen="not found{near}",
        expected="a network at this path",
        fix="Correct spec.network of {config}.",
    ),
    "vsphere.datastore_not_found": Rule(
        check="datastore",
        seen="not found{near}",
        expected="a datastore at this path",
        fix="Correct spec.datastore of {config}.",
    ),
    "vsphere.folder_not_found": Rule(
        check="folder",
        seen="not found{near}",
        expected="a VM folder at this path (nothing creates it later)",
        fix="Create the folder, or correct spec.folder of {config}.",
    ),
    "vsphere.resource_pool_not_found": Rule(
        check="resource pool",
        seen="not found{near}",
        expected="a resource pool at this path",
        fix="Correct spec.resourcePool of {config}.",
    ),
    "vsphere.resource_pool_ambiguous": Rule(
        check="resource pool",
        seen="maps to multiple paths within the datacenter: {paths}",
        expected="one resource pool",
        fix="Set spec.resourcePool of {config} to one of these full paths.",
    ),
    "vsphere.template_not_set": Rule(
        check="template",
        seen="no template is set and the {os_family} template cannot be imported yet",
        expected="spec.template of {object}",
        fix="Import a template into vCenter, tag it, and set spec.template of {object} to its path.",
    ),
    "vsphere.template_not_found": Rule(
        check="template",
        seen="not found{near}",
        expected="a template at this path",
        fix="Import the template, or correct spec.template of {config}.",
    ),
    "vsphere.template_ambiguous": Rule(
        check="template",
        seen="maps to multiple paths within the datacenter: {paths}",
        expected="one template",
        fix="Set spec.template of {config} to one of these full paths.",
    ),
    "vsphere.template_not_a_template": Rule(
        check="template",
        seen="is a virtual machine",
        expected="a virtual machine that is marked as template",
        fix="Convert it to a template in vCenter, or correct spec.template of {config}.",
    ),
    "vsphere.template_without_disk": Rule(
        check="template",
        seen="has no disk",
        expected="a template with an operating system disk",
        fix="Import the template again, or correct spec.template of {config}.",
    ),
    "vsphere.template_tag_missing": Rule(
        check="template",
        seen="is missing tag {tag}; its tags: {tags}",
        expected="tag {tag}",
        fix="Attach the tag {tag} of the category {category} to the template in vCenter (create what does not exist), "
        "or use the template made for this version and OS family.",
    ),
    "vsphere.template_release_unchecked": Rule(
        check="template",
        seen="its eksdRelease tag was not checked, for want of a Bundles manifest",
        expected="the option bundles_file",
        fix="Set the option bundles_file.",
        severity="warning",
    ),
    "vsphere.linked_clone_without_snapshot": Rule(
        check="clone mode",
        seen="cannot use linkedClone because the template ({template}) has no snapshots",
        expected="a template with a snapshot",
        fix="Create a snapshot of the template, or change cloneMode of {object} to fullClone.",
    ),
    "vsphere.linked_clone_disk_size": Rule(
        check="clone mode",
        seen="diskGiB is {disk_gib}, which linkedClone cannot make of a template ({template}) of {template_gib} GiB",
        expected="diskGiB {template_gib}",
        fix="Set diskGiB of {object} to {template_gib}, or cloneMode to fullClone.",
    ),
    "vsphere.disk_raised": Rule(
        check="disk size",
        seen="diskGiB {disk_gib} is less than {minimum} and is raised to it",
        expected="diskGiB of at least {minimum}",
        fix="Set diskGiB of {object} to {minimum} or more.",
        severity="warning",
    ),
    "vsphere.wrong_kind": Rule(
        check="{check}",
        seen="is a {kind}",
        expected="a {wanted}",
        fix="Correct spec.{field} of {config}.",
    ),
    "vsphere.wrong_place": Rule(
        check="{check}",
        seen="lies outside of {place}",
        expected="a path under {place}",
        fix="Correct spec.{field} of {config}.",
    ),
    "vsphere.no_permission": Rule(
        check="privileges",
        seen="the user may not read it, for want of the privilege {privilege}",
        expected="{privilege} on this object",
        fix="Grant the user the roles of the documented EKS Anywhere users on this object and its parents.",
    ),
    "vsphere.datastore_inaccessible": Rule(
        check="datastore",
        seen="is not accessible from any host now",
        expected="a mounted datastore",
        fix="Bring the datastore back in vCenter, or correct spec.datastore of {config}.",
    ),
    "vsphere.datastore_space": Rule(
        check="datastore space",
        seen="{free_gib} GiB free, {needed_gib} GiB needed ({uses})",
        expected="enough space for diskGiB times count of the machine groups on it",
        fix="Free space, or spread the machine configs over more datastores.",
    ),
    "vsphere.endpoint_invalid": Rule(
        check="control plane endpoint",
        seen="is not an IP address",
        expected="an IP address, as a host name is not allowed here",
        fix="Set controlPlaneConfiguration.endpoint.host to a free address outside of the DHCP range.",
    ),
    "vsphere.endpoint_in_use": Rule(
        check="control plane endpoint",
        seen="is already in use, something answers on TCP port {port}",
        expected="control plane IP must be unique",
        fix="Set controlPlaneConfiguration.endpoint.host to a free address outside of the DHCP range, "
        "or skip_ip_check when the answer is the cluster's own.",
    ),
}

__all__ = ("RULES", "Rule")
