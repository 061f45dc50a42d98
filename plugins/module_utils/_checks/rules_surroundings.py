# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""What checks find before a vCenter is asked: variables, signatures, licenses, certificates, the endpoint."""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._checks.rule import Rule

SURROUNDINGS: t.Mapping[str, Rule] = {
    "input.environment": Rule(
        cause="An environment variable that the config makes necessary is not set, or names no file.",
        check="environment",
        seen="the environment variable {object} {problem}",
        expected="{expected}",
        fix="Please set {object} env var where ansible-playbook runs.",
    ),
    "bundles.signature_missing": Rule(
        cause="The Bundles manifest is not signed, as one of your own is not.",
        check="signature",
        seen="{object} is not signed",
        expected="the signature of the vendor, unless the manifest is your own",
        fix="Use the manifest of a release of EKS Anywhere.",
        severity="warning",
    ),
    "bundles.signature_unverified": Rule(
        cause="The signature could not be verified, for want of the Python package ``cryptography``.",
        check="signature",
        seen="the signature of {object} was not verified, as this Python lacks the package cryptography",
        expected="a verified signature",
        fix="Install cryptography for the Python that runs this task.",
        severity="warning",
    ),
    "bundles.signature_invalid": Rule(
        cause="The manifest is not as the vendor signed it: a version, a node image or an OVA was changed.",
        check="signature",
        seen="signature on the bundle is invalid ({object})",
        expected="versions, node images and OVAs as the vendor signed them",
        fix="Fetch the manifest again; what may be changed in it are images and manifests of components.",
    ),
    "config.license": Rule(
        cause="Standard support of the Kubernetes version has ended, and the config holds no valid license.",
        check="license",
        seen="standard support ended on {end}, and {problem}",
        expected="a valid license in spec.licenseToken of the Cluster",
        fix="Choose a newer kubernetesVersion, or set spec.licenseToken.",
    ),
    "vsphere.thumbprint_required": Rule(
        cause="This machine does not trust the certificate, and the config holds no thumbprint.",
        check="thumbprint",
        seen="this machine does not trust its certificate ({problem}) and the config has no thumbprint",
        expected="spec.thumbprint of VSphereDatacenterConfig {config}",
        fix="If {actual} is the thumbprint that the vCenter administrator confirms, set spec.thumbprint to it.",
    ),
    "vsphere.thumbprint_mismatch": Rule(
        cause="The certificate is not the one whose thumbprint the config holds.",
        check="thumbprint",
        seen="thumbprint mismatch detected, actual: {actual}",
        expected="{wanted}, as VSphereDatacenterConfig {config} says",
        fix="Ask the vCenter administrator if the certificate was renewed; if so, set spec.thumbprint to the actual.",
    ),
    "vsphere.endpoint_invalid": Rule(
        cause="The control plane's endpoint is not an IP address.",
        check="control plane endpoint",
        seen="is not an IP address",
        expected="an IP address, as a host name is not allowed here",
        fix="Set controlPlaneConfiguration.endpoint.host to a free address outside of the DHCP range.",
    ),
    "vsphere.endpoint_in_use": Rule(
        cause="Something answers at the control plane's address.",
        check="control plane endpoint",
        seen="is already in use, something answers on TCP port {port}",
        expected="control plane IP must be unique",
        fix="Set controlPlaneConfiguration.endpoint.host to a free address outside of the DHCP range, "
        "or skip_ip_check when the answer is the cluster's own.",
    ),
}

__all__ = ("SURROUNDINGS",)
