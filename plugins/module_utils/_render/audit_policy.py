# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""The audit policy that API servers get: what is dropped, what is kept short, what is kept whole."""

from __future__ import annotations

import typing as t

Rule = dict[str, t.Any]

_NODE_REQUESTS = ("nodes/status", "pods/status")
_KNOWN_GROUPS = (
    "",
    "admissionregistration.k8s.io",
    "apiextensions.k8s.io",
    "apiregistration.k8s.io",
    "apps",
    "authentication.k8s.io",
    "authorization.k8s.io",
    "autoscaling",
    "batch",
    "certificates.k8s.io",
    "extensions",
    "metrics.k8s.io",
    "networking.k8s.io",
    "policy",
    "rbac.authorization.k8s.io",
    "scheduling.k8s.io",
    "settings.k8s.io",
    "storage.k8s.io",
)


def audit_policy() -> dict[str, t.Any]:
    """An ``audit.k8s.io/v1`` Policy, the vendor's rules in the vendor's order (the first match decides)."""
    return {
        "apiVersion": "audit.k8s.io/v1",
        "kind": "Policy",
        "rules": [*_mapped_users(), *_noise(), *_large_requests(), *_sensitive(), *_everything_else()],
    }


def _mapped_users() -> list[Rule]:
    """Who may log in is worth a full record."""
    aws_auth = {"resources": ["configmaps"], "resourceNames": ["aws-auth"]}
    rule = _rule("RequestResponse", verbs=["update", "patch", "delete"], resources=[aws_auth], short=True)
    return [{**rule, "namespaces": ["kube-system"]}]


def _noise() -> list[Rule]:
    """High volume, low risk: not recorded."""
    controllers = ["system:kube-controller-manager", "system:kube-scheduler"]
    endpoints = _rule(
        "None",
        users=[*controllers, "system:serviceaccount:kube-system:endpoint-controller"],
        verbs=["get", "update"],
        resources=_core("endpoints"),
    )
    namespaces = _core("namespaces", "namespaces/status", "namespaces/finalize")
    proxied = _core("endpoints", "services", "services/status")
    return [
        _rule("None", users=["system:kube-proxy"], verbs=["watch"], resources=proxied),
        _rule("None", users=["kubelet"], verbs=["get"], resources=_core("nodes", "nodes/status")),
        _rule("None", verbs=["get"], resources=_core("nodes", "nodes/status")),
        {**endpoints, "namespaces": ["kube-system"]},
        _rule("None", users=["system:apiserver"], verbs=["get"], resources=namespaces),
        _rule("None", users=controllers[:1], verbs=["get", "list"], resources=[{"group": "metrics.k8s.io"}]),
        {"level": "None", "nonResourceURLs": ["/healthz*", "/version", "/swagger*"]},
        _rule("None", resources=_core("events")),
    ]


def _large_requests() -> list[Rule]:
    """Expected traffic of nodes and of namespace deletion: without the answers."""
    detector = "system:node-problem-detector"
    nodes = ["kubelet", detector, "system:serviceaccount:kube-system:node-problem-detector"]
    cleaner = ["system:serviceaccount:kube-system:namespace-controller"]
    status = _core(*_NODE_REQUESTS)
    by_group = _rule("Request", verbs=["update", "patch"], resources=status, short=True)
    return [
        _rule("Request", users=nodes, verbs=["update", "patch"], resources=status, short=True),
        {**by_group, "userGroups": ["system:nodes"]},
        _rule("Request", users=cleaner, verbs=["deletecollection"], short=True),
    ]


def _sensitive() -> list[Rule]:
    """Content that must not land in a log."""
    reviews = {"group": "authentication.k8s.io", "resources": ["tokenreviews"]}
    return [
        _rule("Metadata", resources=[*_core("secrets", "configmaps"), reviews], short=True),
        _rule("Request", resources=_core("serviceaccounts/token")),
    ]


def _everything_else() -> list[Rule]:
    known = [{"group": group} for group in _KNOWN_GROUPS]
    return [
        _rule("Request", verbs=["get", "list", "watch"], resources=known, short=True),
        _rule("RequestResponse", resources=known, short=True),
        _rule("Metadata", short=True),
    ]


def _core(*resources: str) -> list[Rule]:
    return [{"resources": list(resources)}]


def _rule(
    level: str,
    *,
    users: t.Sequence[str] = (),
    verbs: t.Sequence[str] = (),
    resources: t.Sequence[Rule] = (),
    short: bool = False,
) -> Rule:
    """One rule; ``short`` leaves the record of a request's arrival out."""
    rule: Rule = {"level": level}
    if users:
        rule["users"] = list(users)
    if verbs:
        rule["verbs"] = list(verbs)
    if resources:
        rule["resources"] = list(resources)
    if short:
        rule["omitStages"] = ["RequestReceived"]
    return rule


__all__ = ("audit_policy",)
