# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""The built-in audit policy of Kubernetes before 1.24.

It is a file on the machines, so every byte counts: with one changed comment an adopted cluster would be replaced. The
spelling is therefore that of the policy which Kubernetes' own scripts for GCE made known, slips included.
"""

from __future__ import annotations

import functools
import typing as t

_LATE = ("  omitStages:", '  - "RequestReceived"')
_LATE_INDENTED = ("  omitStages:", '    - "RequestReceived"')
_READS = ("get", "list", "watch")
_NODES = ("nodes", "nodes/status")
_STATUSES = ("nodes/status", "pods/status")
_CORE = '  - group: "" # core'


def _flow(key: str, *items: str, comma: str = ", ") -> str:
    quoted = comma.join(f'"{item}"' for item in items)
    return f"  {key}: [{quoted}]"


def _block(key: str, *items: str) -> tuple[str, ...]:
    return (f"  {key}:", *(f"  - {item}" for item in items))


def _core(*resources: str, group: str = _CORE) -> tuple[str, ...]:
    return ("  resources:", group, f"  {_flow('resources', *resources)}")


def _all_known(groups: t.Sequence[str]) -> tuple[str, ...]:
    return ("  resources:", _CORE, *(f'  - group: "{group}"' for group in groups))


def _rule(level: str, *lines: str, about: t.Sequence[str] = ()) -> tuple[str, ...]:
    return (*(f"# {line}" for line in about), f"- level: {level}", *lines)


def _chatter() -> tuple[tuple[str, ...], ...]:
    controllers = ("system:kube-controller-manager", "system:kube-scheduler")
    endpoints = "system:serviceaccount:kube-system:endpoint-controller"
    reason = (
        "The following requests were manually identified as high-volume and low-risk,",
        "so drop them.",
    )
    legacy = f"{_flow('users', 'kubelet')} # legacy kubelet identity"
    return (
        _rule(
            "None",
            _flow("users", "system:kube-proxy"),
            _flow("verbs", "watch"),
            *_core("endpoints", "services", "services/status"),
            about=reason,
        ),
        _rule("None", legacy, _flow("verbs", "get"), *_core(*_NODES)),
        _rule("None", _flow("userGroups", "system:nodes"), _flow("verbs", "get"), *_core(*_NODES)),
        _rule(
            "None",
            *_block("users", *controllers, endpoints),
            _flow("verbs", "get", "update"),
            _flow("namespaces", "kube-system"),
            *_core("endpoints"),
        ),
        _rule(
            "None",
            _flow("users", "system:apiserver"),
            _flow("verbs", "get"),
            *_core("namespaces", "namespaces/status", "namespaces/finalize"),
        ),
        *_reads_of_no_interest(controllers[0]),
    )


def _reads_of_no_interest(autoscaler: str) -> tuple[tuple[str, ...], ...]:
    return (
        _rule(
            "None",
            *_block("users", autoscaler),
            _flow("verbs", "get", "list"),
            *_block("resources", 'group: "metrics.k8s.io"'),
            about=("Don't log HPA fetching metrics.",),
        ),
        _rule(
            "None",
            *_block("nonResourceURLs", "/healthz*", "/version", "/swagger*"),
            about=("Don't log these read-only URLs.",),
        ),
        _rule("None", *_core("events"), about=("Don't log events requests.",)),
    )


def _from_nodes() -> tuple[tuple[str, ...], ...]:
    detector = "node-problem-detector"
    agents = ("kubelet", f"system:{detector}", f"system:serviceaccount:kube-system:{detector}")
    updates = _flow("verbs", "update", "patch", comma=",")
    reason = (
        "node and pod status calls from nodes are high-volume and can be large, don't log responses for expected "
        "updates from nodes"
    )
    return (
        _rule("Request", _flow("users", *agents), updates, *_core(*_STATUSES), *_LATE, about=(reason,)),
        _rule("Request", _flow("userGroups", "system:nodes"), updates, *_core(*_STATUSES), *_LATE),
    )


def _worth_keeping(groups: t.Sequence[str]) -> tuple[tuple[str, ...], ...]:
    deletions = "deletecollection calls can be large, don't log responses for expected namespace deletions"
    sensitive = (
        "Secrets, ConfigMaps, and TokenReviews can contain sensitive & binary data,",
        "so only log at the Metadata level.",
    )
    reviews = ("  - group: authentication.k8s.io", f"  {_flow('resources', 'tokenreviews')}")
    return (
        _rule(
            "Request",
            _flow("users", "system:serviceaccount:kube-system:namespace-controller"),
            _flow("verbs", "deletecollection"),
            *_LATE,
            about=(deletions,),
        ),
        _rule("Metadata", *_core("secrets", "configmaps"), *reviews, *_LATE_INDENTED, about=sensitive),
        _rule("Request", *_core("serviceaccounts/token", group='  - group: ""')),
        _rule(
            "Request",
            _flow("verbs", *_READS),
            *_all_known(groups),
            *_LATE,
            about=("Get repsonses can be large; skip them.",),
        ),
        _rule("RequestResponse", *_all_known(groups), *_LATE, about=("Default level for known APIs",)),
        _rule("Metadata", *_LATE, about=("Default level for all other requests.",)),
    )


@functools.lru_cache(maxsize=1)
def text(groups: tuple[str, ...]) -> str:
    """The policy; ``groups`` are the API groups that Kubernetes itself has."""
    changes = _rule(
        "RequestResponse",
        _flow("namespaces", "kube-system"),
        _flow("verbs", "update", "patch", "delete"),
        *_core("configmaps"),
        f"  {_flow('resourceNames', 'aws-auth')}",
        *_LATE,
        about=("Log aws-auth configmap changes",),
    )
    rules = (changes, *_chatter(), *_from_nodes(), *_worth_keeping(groups))
    head = ("apiVersion: audit.k8s.io/v1beta1", "kind: Policy", "rules:")
    return "\n".join((*head, *(line for rule in rules for line in rule)))


__all__ = ("text",)
