# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Objects of the system that admission plugins leave alone, for EKS Distro's API server.

Machines compare the file as text, so its layout is part of the value: tabs, and a list of one name on one line.
"""

from __future__ import annotations

import functools
import json
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.plugins.module_utils._render.files import File, file
from ansible_collections.eks.anywhere.plugins.module_utils._render.host import CLOUD_INIT, Host

_NAME = "admission-plugin-exclusion-rules.json"
PATH = f"/etc/kubernetes/{_NAME}"
ENVIRONMENT: t.Mapping[str, str] = {"name": "EKS_PATCH_EXCLUSION_RULES_FILE", "value": PATH}

Rule = dict[str, t.Any]

_API_SERVICES = """
    v1.apps v1.autoscaling v2.autoscaling v2beta1.autoscaling v2beta2.autoscaling v1.batch v1beta1.batch v2alpha1.batch
    v1.networking.k8s.io v1beta1.networking.k8s.io v1alpha1.networking.k8s.io v1.policy v1beta1.policy
    v1.storage.k8s.io v1beta1.storage.k8s.io v1alpha1.storage.k8s.io v1beta2.resource.k8s.io
    v1beta1.coordination.k8s.io v1beta1.certificates.k8s.io v1.scheduling.k8s.io v1.node.k8s.io v1alpha1.node.k8s.io
    v1beta1.node.k8s.io v1beta1.resource.k8s.io v1alpha3.resource.k8s.io v1.events.k8s.io v1beta1.events.k8s.io
    v1.authentication.k8s.io v1beta1.authentication.k8s.io v1alpha1.authentication.k8s.io v1.authorization.k8s.io
    v1.certificates.k8s.io v1alpha1.certificates.k8s.io v1.rbac.authorization.k8s.io v1.apiextensions.k8s.io
    v1.admissionregistration.k8s.io v1beta1.admissionregistration.k8s.io v1alpha1.admissionregistration.k8s.io
    v1.coordination.k8s.io v1alpha2.coordination.k8s.io v1.discovery.k8s.io v1beta1.discovery.k8s.io
    v1.flowcontrol.apiserver.k8s.io v1beta3.flowcontrol.apiserver.k8s.io v1beta2.flowcontrol.apiserver.k8s.io
    v1beta1.flowcontrol.apiserver.k8s.io v1alpha1.flowcontrol.apiserver.k8s.io v1alpha1.internal.apiserver.k8s.io
    v1alpha3.resource.k8s.io v1alpha1.storagemigration.k8s.io
"""
_LEASES = """
    kube-controller-manager kube-scheduler cilium-operator-resource-lock cert-manager-controller
    cert-manager-cainjector-leader-election
"""
_SERVER = "system:apiserver"
_MANAGER = "system:kube-controller-manager"
_ACCOUNT = "system:serviceaccount:kube-system:"
_FLOW = "flowcontrol.apiserver.k8s.io"
_RBAC = "rbac.authorization.k8s.io"


def _cluster(group: str, kind: str, *, names: str = "*", version: str = "v1") -> Rule:
    """A rule for cluster-wide objects that the API server itself writes."""
    rule = {"apiGroup": group, "apiVersion": version, "kind": kind, "scope": "Cluster"}
    return {**rule, "name": names.split(), "username": _SERVER}


def _written(kind: str, namespace: str, user: str, *, group: str = "") -> Rule:
    """A rule for all objects of a kind in a namespace that one user writes."""
    rule = {"apiGroup": group, "apiVersion": "v1", "kind": kind, "scope": "Namespaced", "namespace": namespace}
    return {**rule, "name": ["*"], "username": user}


def _named(group: str, kind: str, namespace: str, *, names: str = "*", user: str = "*") -> Rule:
    """A rule for named objects in a namespace."""
    rule = {"apiGroup": group, "apiVersion": "v1", "kind": kind, "namespace": namespace, "scope": "Namespaced"}
    return {**rule, "name": names.split(), "username": user}


def _rules() -> list[Rule]:
    return [
        _written("TokenRequest", "kube-system", _MANAGER),
        _written("ServiceAccount", "kube-system", _MANAGER),
        _named("coordination.k8s.io", "Lease", "kube-system", names=_LEASES),
        _named("coordination.k8s.io", "Lease", "kube-node-lease"),
        _cluster(_FLOW, "FlowSchema", version="*"),
        _cluster(_FLOW, "PriorityLevelConfiguration", version="*"),
        _cluster(_RBAC, "ClusterRole"),
        _cluster(_RBAC, "ClusterRoleBinding"),
        _written("Role", "kube-system", _SERVER, group=_RBAC),
        _written("RoleBinding", "kube-system", _SERVER, group=_RBAC),
        _written("Role", "kube-public", _SERVER, group=_RBAC),
        _written("RoleBinding", "kube-public", _SERVER, group=_RBAC),
        _cluster("apiregistration.k8s.io", "APIService", names=_API_SERVICES),
        _named("", "Pod", "kube-system", user=f"{_ACCOUNT}daemon-set-controller"),
        _named("", "Pod", "kube-system", user=f"{_ACCOUNT}replicaset-controller"),
        _named("apps", "DaemonSet", "kube-system", names="cilium kube-proxy"),
        _named("apps", "Deployment", "kube-system", names="cilium-operator coredns"),
    ]


@functools.lru_cache(maxsize=1)
def rules() -> str:
    """The file's content."""
    text = json.dumps(_rules(), indent="\t")
    # A list of one is written on one line.
    return text.replace('[\n\t\t\t"*"\n\t\t]', '["*"]')


def files() -> list[File]:
    """The rules as a file."""
    return [file(PATH, rules())]


def volumes(host: Host = CLOUD_INIT) -> list[Obj]:
    """Mount of the API server."""
    mount = {"hostPath": f"{host.folder}/{_NAME}", "mountPath": PATH, "name": "admission-exclusion-rules"}
    return [{**mount, "pathType": "File", "readOnly": True}]


__all__ = ("ENVIRONMENT", "files", "rules", "volumes")
