# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Command-line arguments of the Kubernetes components, as kubeadm's lists of name and value."""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config.model import ClusterConfig

CIPHER_SUITES = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"

Args = list[dict[str, str]]


def arguments(*, fixed: t.Mapping[str, str], extra: t.Mapping[str, str]) -> Args:
    """``fixed``, and ``extra`` without its empty values, by name; a name in both comes twice.

    Upstream sorts them before it applies them, and Cluster API replaces machines for another order.
    """
    pairs = [*fixed.items(), *((name, value) for name, value in extra.items() if value)]
    return [{"name": name, "value": value} for name, value in sorted(pairs, key=lambda pair: pair[0])]


def node_labels(labels: t.Mapping[str, str]) -> dict[str, str]:
    """Labels that the kubelet gives its node."""
    return {"node-labels": ",".join(sorted(f"{key}={value}" for key, value in labels.items()))}


def api_server(config: ClusterConfig) -> dict[str, str]:
    """Arguments of the API server that follow from the config."""
    extra = {
        **_oidc(config.oidc or {}),
        "authentication-token-webhook-config-file": (
            "/etc/kubernetes/aws-iam-authenticator/kubeconfig.yaml" if config.aws_iam is not None else ""
        ),
        **config.control_plane.api_server_extra_args,
        "tls-cipher-suites": CIPHER_SUITES,
    }
    if config.etcd_encryption:
        extra["encryption-provider-config"] = "/etc/kubernetes/enc/encryption-config.yaml"
    issuers = [extra.get("service-account-issuer", ""), config.pod_iam_issuer]
    extra["service-account-issuer"] = ",".join(issuer for issuer in issuers if issuer)
    return extra


def controller_manager(config: ClusterConfig) -> dict[str, str]:
    """Arguments of the controller manager that follow from the config."""
    size = config.node_cidr_mask_size
    return {"tls-cipher-suites": CIPHER_SUITES, "node-cidr-mask-size": "" if size is None else str(size)}


def _oidc(spec: t.Mapping[str, t.Any]) -> dict[str, str]:
    claims = [
        f"{item['claim']}={item.get('value', '')}" for item in spec.get("requiredClaims", ()) if item.get("claim")
    ]
    return {
        "oidc-client-id": spec.get("clientId", ""),
        "oidc-groups-claim": spec.get("groupsClaim", ""),
        "oidc-groups-prefix": spec.get("groupsPrefix", ""),
        "oidc-issuer-url": spec.get("issuerUrl", ""),
        "oidc-required-claim": claims[0] if claims else "",
        "oidc-username-claim": spec.get("usernameClaim", ""),
        "oidc-username-prefix": spec.get("usernamePrefix", ""),
    }


__all__ = ("CIPHER_SUITES", "Args", "api_server", "arguments", "controller_manager", "node_labels")
