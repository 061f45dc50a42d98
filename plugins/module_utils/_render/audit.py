# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""The audit policy of the API server: the user's, or the built-in one."""

from __future__ import annotations

import functools
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config import versions
from ansible_collections.eks.anywhere.plugins.module_utils._config.text import dumped
from ansible_collections.eks.anywhere.plugins.module_utils._render import audit_legacy
from ansible_collections.eks.anywhere.plugins.module_utils._render.files import File, file

NAME = "audit-policy.yaml"
PATH = f"/etc/kubernetes/{NAME}"

Rule = dict[str, t.Any]

_FIRST_V1 = (1, 24)
"""Kubernetes from which on the policy is of audit.k8s.io/v1."""

_LATE = {"omitStages": ["RequestReceived"]}
_KUBE_SYSTEM = {"namespaces": ["kube-system"]}
_GROUPS = (
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


def _core(*resources: str) -> list[dict[str, t.Any]]:
    return [{"resources": list(resources)}]


def _all_known() -> list[dict[str, t.Any]]:
    """Every group that Kubernetes itself has; the core group has no name."""
    return [{}, *({"group": group} for group in _GROUPS)]


def _who(*users: str) -> dict[str, t.Any]:
    return {"users": list(users)}


def _verbs(*verbs: str) -> dict[str, t.Any]:
    return {"verbs": list(verbs)}


def _rules() -> list[Rule]:
    """First match wins: changes of access are logged in full, chatter of the system not at all, secrets by name."""
    aws_auth = {"resources": [{"resourceNames": ["aws-auth"], "resources": ["configmaps"]}]}
    changed = _verbs("update", "patch", "delete")
    return [_rule("RequestResponse", _KUBE_SYSTEM, _LATE, aws_auth, changed), *_chatter(), *_worth_keeping()]


def _chatter() -> list[Rule]:
    endpoints_writers = _who(
        "system:kube-controller-manager",
        "system:kube-scheduler",
        "system:serviceaccount:kube-system:endpoint-controller",
    )
    services = {"resources": _core("endpoints", "services", "services/status")}
    nodes = {"resources": _core("nodes", "nodes/status")}
    namespaces = {"resources": _core("namespaces", "namespaces/status", "namespaces/finalize")}
    metrics = {"resources": [{"group": "metrics.k8s.io"}]}
    return [
        _rule("None", services, _who("system:kube-proxy"), _verbs("watch")),
        _rule("None", nodes, _who("kubelet"), _verbs("get")),
        _rule("None", nodes, _verbs("get")),
        _rule("None", _KUBE_SYSTEM, {"resources": _core("endpoints")}, endpoints_writers, _verbs("get", "update")),
        _rule("None", namespaces, _who("system:apiserver"), _verbs("get")),
        _rule("None", metrics, _who("system:kube-controller-manager"), _verbs("get", "list")),
        _rule("None", {"nonResourceURLs": ["/healthz*", "/version", "/swagger*"]}),
        _rule("None", {"resources": _core("events")}),
    ]


def _worth_keeping() -> list[Rule]:
    node_agents = ("system:node-problem-detector", "system:serviceaccount:kube-system:node-problem-detector")
    namespace_controller = _who("system:serviceaccount:kube-system:namespace-controller")
    sensitive = [*_core("secrets", "configmaps"), {"group": "authentication.k8s.io", "resources": ["tokenreviews"]}]
    statuses = {"resources": _core("nodes/status", "pods/status")}
    return [
        _rule("Request", _LATE, statuses, _who("kubelet", *node_agents), _verbs("update", "patch")),
        _rule("Request", _LATE, statuses, {"userGroups": ["system:nodes"]}, _verbs("update", "patch")),
        _rule("Request", _LATE, namespace_controller, _verbs("deletecollection")),
        _rule("Metadata", _LATE, {"resources": sensitive}),
        _rule("Request", {"resources": _core("serviceaccounts/token")}),
        _rule("Request", _LATE, {"resources": _all_known()}, _verbs("get", "list", "watch")),
        _rule("RequestResponse", _LATE, {"resources": _all_known()}),
        _rule("Metadata", _LATE),
    ]


def _rule(level: str, *parts: t.Mapping[str, t.Any]) -> Rule:
    rule: Rule = {"level": level}
    for part in parts:
        rule.update(part)
    return rule


@functools.lru_cache(maxsize=1)
def built_in() -> str:
    """The policy as text."""
    policy = {"apiVersion": "audit.k8s.io/v1", "kind": "Policy", "metadata": {}, "rules": _rules()}
    return dumped(policy, sort=True)


def policy_file(own: str, *, kubernetes_version: str) -> File:
    """The policy as a file; the user's ``own`` when there is one."""
    return file(PATH, own.strip() or _built_in_for(kubernetes_version))


def _built_in_for(kubernetes_version: str) -> str:
    if (versions.kubernetes(kubernetes_version) or _FIRST_V1) < _FIRST_V1:
        return audit_legacy.text(_GROUPS)
    return built_in()


__all__ = ("NAME", "PATH", "built_in", "policy_file")
