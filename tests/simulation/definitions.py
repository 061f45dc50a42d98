# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Definitions of kinds whose shape nobody checks and whose controllers do not run here."""

from __future__ import annotations

import typing as t

Obj = dict[str, t.Any]
EKSA = "anywhere.eks.amazonaws.com/v1alpha1"
DESCRIBED: tuple[tuple[str, str], ...] = (
    (EKSA, "AWSIamConfig"),
    (EKSA, "Bundles"),
    (EKSA, "Cluster"),
    (EKSA, "EKSARelease"),
    (EKSA, "FluxConfig"),
    (EKSA, "OIDCConfig"),
    (EKSA, "VSphereDatacenterConfig"),
    (EKSA, "VSphereMachineConfig"),
    ("distro.eks.amazonaws.com/v1alpha1", "Release"),
)
"""The vendor's kinds that describe a cluster on vSphere."""


def definition(api_version: str, kind: str, *, labels: t.Mapping[str, str] | None = None) -> Obj:
    """A kind in namespaces, whatever its objects say."""
    group, _slash, version = api_version.partition("/")
    plural = f"{kind.lower().removesuffix('s')}s"
    schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{group}", "labels": dict(labels or {})},
        "spec": {
            "group": group,
            "names": {"kind": kind, "listKind": f"{kind}List", "plural": plural, "singular": kind.lower()},
            "scope": "Namespaced",
            "versions": [
                {"name": version, "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}},
            ],
        },
    }


__all__ = ("DESCRIBED", "definition")
