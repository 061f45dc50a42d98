# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Kind -> rules of its webhook. Kinds that are not here may change in any way that leaves them valid."""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config.comparing import cluster, providers, skew
from ansible_collections.eks.anywhere.plugins.module_utils._config.comparing.change import (
    Rule,
    flag,
    immutables,
    managed,
    paused,
    pointer,
    strings,
    struct,
    text,
)


def _claims(value: t.Any) -> object:
    """Required claims of OIDC in any order."""
    return sorted(f"{claim.get('claim', '')}{claim.get('value', '')}" for claim in value or ())


_GITHUB = struct(
    owner=text, repository=text, branch=text, clusterConfigPath=text, fluxSystemNamespace=text, personal=flag
)

RULES: t.Mapping[str, tuple[Rule, ...]] = {
    "Cluster": (*cluster.RULES, *skew.RULES),
    "VSphereDatacenterConfig": immutables({"server": text, "datacenter": text, "network": text}, unless=paused),
    "VSphereMachineConfig": immutables({"osFamily": text, "storagePolicyName": text}, unless=paused),
    "AWSIamConfig": immutables({"awsRegion": text, "partition": text, "backendMode": strings}),
    "OIDCConfig": immutables(
        {
            "clientId": text,
            "groupsClaim": text,
            "groupsPrefix": text,
            "issuerUrl": text,
            "usernameClaim": text,
            "usernamePrefix": text,
            "requiredClaims": _claims,
        },
        unless=managed,
    ),
    "FluxConfig": immutables(
        {
            "systemNamespace": text,
            "branch": text,
            "clusterConfigPath": text,
            "git": pointer(repositoryUrl=text, sshKeyAlgorithm=text),
            "github": pointer(owner=text, repository=text, personal=flag),
        }
    ),
    "GitOpsConfig": immutables({"flux": struct(github=_GITHUB)}),
    **providers.RULES,
}

__all__ = ("RULES",)
