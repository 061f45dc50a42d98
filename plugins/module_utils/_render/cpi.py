# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""The vSphere cloud provider, brought into the cluster by a ClusterResourceSet with three resources."""

from __future__ import annotations

import functools
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config.text import dumped
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.plugins.module_utils._render import control_plane, names, vsphere
from ansible_collections.eks.anywhere.plugins.module_utils._render.credentials import encoded
from ansible_collections.eks.anywhere.plugins.module_utils._render.inputs import Inputs

_ACCOUNT = "cloud-controller-manager"
_APP = "vsphere-cloud-controller-manager"
_CREDENTIALS = "cloud-provider-vsphere-credentials"
_SYSTEM = "kube-system"
_RBAC = "rbac.authorization.k8s.io"
_CONFIG = "vsphere-cloud-config"
_VOLUME = "vsphere-config-volume"


def objects(inputs: Inputs) -> list[Obj]:
    """ClusterResourceSet, the two Secrets and the ConfigMap it applies."""
    cluster = inputs.config.name
    return [
        _set(cluster),
        _resource(names.cloud_provider_account(cluster), dumped(_service_account())),
        _resource(names.cloud_provider_credentials(cluster), dumped(_credentials(inputs))),
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": names.cloud_provider_manifests(cluster), "namespace": names.NAMESPACE},
            "data": {"data": _manifests(inputs)},
        },
    ]


def _set(cluster: str) -> Obj:
    labels = {names.CLUSTER_LABEL: cluster}
    return {
        "apiVersion": "addons.cluster.x-k8s.io/v1beta2",
        "kind": "ClusterResourceSet",
        "metadata": {"labels": labels, "name": names.cloud_provider_set(cluster), "namespace": names.NAMESPACE},
        "spec": {
            "strategy": "Reconcile",
            "clusterSelector": {"matchLabels": dict(labels)},
            "resources": [
                {"kind": "Secret", "name": names.cloud_provider_account(cluster)},
                {"kind": "Secret", "name": names.cloud_provider_credentials(cluster)},
                {"kind": "ConfigMap", "name": names.cloud_provider_manifests(cluster)},
            ],
        },
    }


def _resource(name: str, manifest: str) -> Obj:
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": name, "namespace": names.NAMESPACE},
        "stringData": {"data": manifest},
        "type": "addons.cluster.x-k8s.io/resource-set",
    }


def _service_account() -> Obj:
    return {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": _ACCOUNT, "namespace": _SYSTEM}}


def _credentials(inputs: Inputs) -> Obj:
    server = vsphere.datacenter(inputs).server
    username, password = inputs.credentials.cloud_provider
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": _CREDENTIALS, "namespace": _SYSTEM},
        "data": {f"{server}.password": encoded(password), f"{server}.username": encoded(username)},
        "type": "Opaque",
    }


def _manifests(inputs: Inputs) -> str:
    # Upstream's text template leaves nothing where a taint has no value. It also leaves out the quotes around values
    # such as "true", and an API server refuses that; here they stand.
    daemon_set = _document(_daemon_set(inputs)).replace("value: null\n", "value: \n")
    return "".join((_roles(), _document(_cloud_config(inputs)), _access(), daemon_set))


def _document(obj: Obj) -> str:
    return f"---\n{dumped(obj)}"


@functools.lru_cache(maxsize=1)
def _roles() -> str:
    role = {
        "apiVersion": f"{_RBAC}/v1",
        "kind": "ClusterRole",
        "metadata": {"name": f"system:{_ACCOUNT}"},
        "rules": [
            _rule("events", "create patch update"),
            _rule("nodes", "*"),
            _rule("nodes/status", "patch"),
            _rule("services", "list patch update watch"),
            _rule("serviceaccounts", "create get list watch update"),
            _rule("persistentvolumes", "get list watch update"),
            _rule("endpoints", "create get list watch update"),
            _rule("secrets", "get list watch"),
            _rule("leases", "get watch list delete update create", group="coordination.k8s.io"),
        ],
    }
    binding = {
        "apiVersion": f"{_RBAC}/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": f"system:{_ACCOUNT}"},
        "roleRef": {"apiGroup": _RBAC, "kind": "ClusterRole", "name": f"system:{_ACCOUNT}"},
        "subjects": _subjects(),
    }
    return _document(role) + _document(binding)


def _rule(resource: str, verbs: str, *, group: str = "") -> Obj:
    return {"apiGroups": [group], "resources": [resource], "verbs": verbs.split()}


def _subjects() -> list[Obj]:
    return [
        {"kind": "ServiceAccount", "name": _ACCOUNT, "namespace": _SYSTEM},
        {"kind": "User", "name": _ACCOUNT},
    ]


def _cloud_config(inputs: Inputs) -> Obj:
    place = vsphere.datacenter(inputs)
    lines = (
        "global:",
        f"  secretName: {_CREDENTIALS}",
        f"  secretNamespace: {_SYSTEM}",
        f'  thumbprint: "{place.thumbprint}"',
        f"  insecureFlag: {str(place.insecure).lower()}",
        "vcenter:",
        f"  {place.server}:",
        "    datacenters:",
        f"    - '{place.datacenter}'",
        f"    secretName: {_CREDENTIALS}",
        f"    secretNamespace: {_SYSTEM}",
        f"    server: '{place.server}'",
        f"    thumbprint: '{place.thumbprint}'",
        "",
    )
    return {
        "apiVersion": "v1",
        "data": {"vsphere.conf": "\n".join(lines)},
        "kind": "ConfigMap",
        "metadata": {"name": _CONFIG, "namespace": _SYSTEM},
    }


@functools.lru_cache(maxsize=1)
def _access() -> str:
    reader = {
        "apiVersion": f"{_RBAC}/v1",
        "kind": "RoleBinding",
        "metadata": {"name": "servicecatalog.k8s.io:apiserver-authentication-reader", "namespace": _SYSTEM},
        "roleRef": {"apiGroup": _RBAC, "kind": "Role", "name": "extension-apiserver-authentication-reader"},
        "subjects": _subjects(),
    }
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"labels": {"component": _ACCOUNT}, "name": _ACCOUNT, "namespace": _SYSTEM},
        "spec": {
            "ports": [{"port": 443, "protocol": "TCP", "targetPort": 43001}],
            "selector": {"component": _ACCOUNT},
            "type": "NodePort",
        },
    }
    return _document(reader) + _document(service)


def _daemon_set(inputs: Inputs) -> Obj:
    labels = {"k8s-app": _APP}
    return {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": {"labels": labels, "name": _APP, "namespace": _SYSTEM},
        "spec": {
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": _pod(inputs)},
            "updateStrategy": {"type": "RollingUpdate"},
        },
    }


def _pod(inputs: Inputs) -> Obj:
    container = {
        "args": ["--v=2", "--cloud-provider=vsphere", "--cloud-config=/etc/cloud/vsphere.conf"],
        "image": inputs.bundle.cpi_image,
        "name": _APP,
        "resources": {"requests": {"cpu": "200m"}},
        "volumeMounts": [{"mountPath": "/etc/cloud", "name": _VOLUME, "readOnly": True}],
    }
    return {
        "containers": [container],
        "hostNetwork": True,
        "serviceAccountName": _ACCOUNT,
        "tolerations": [*_TOLERATIONS, *_own_tolerations(inputs)],
        "volumes": [{"configMap": {"name": _CONFIG}, "name": _VOLUME}],
    }


_TOLERATIONS: t.Sequence[Obj] = (
    {"effect": "NoSchedule", "key": "node.cloudprovider.kubernetes.io/uninitialized", "value": "true"},
    {"effect": "NoSchedule", "key": "node-role.kubernetes.io/master"},
    {"effect": "NoSchedule", "key": "node-role.kubernetes.io/control-plane"},
    {"effect": "NoSchedule", "key": "node.kubernetes.io/not-ready"},
)


def _own_tolerations(inputs: Inputs) -> t.Iterator[Obj]:
    """The taints of the control plane; upstream writes a missing value as an empty one."""
    for taint in control_plane.taints(inputs):
        yield {"key": None, "value": None, "effect": None, **taint}


__all__ = ("objects",)
