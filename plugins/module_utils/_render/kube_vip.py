# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""The static pod that holds the control plane's address."""

from __future__ import annotations

from ansible_collections.eks.anywhere.plugins.module_utils._config.text import dumped
from ansible_collections.eks.anywhere.plugins.module_utils._render.files import File, file
from ansible_collections.eks.anywhere.plugins.module_utils._render.host import CLOUD_INIT, Host

MANIFEST = "/etc/kubernetes/manifests/kube-vip.yaml"

USE_SUPER_ADMIN = (
    "if [ -f /run/kubeadm/kubeadm.yaml ]; then sed -i 's#path: /etc/kubernetes/admin.conf#path: "
    f"/etc/kubernetes/super-admin.conf#' {MANIFEST}; fi"
)
"""From 1.29 on admin.conf has no rights until ``kubeadm init`` is through, and kube-vip must work before that."""

_ENVIRONMENT = {
    "vip_arp": "true",
    "port": "6443",
    "vip_cidr": "32",
    "cp_enable": "true",
    "cp_namespace": "kube-system",
    "vip_ddns": "false",
    "vip_leaderelection": "true",
    "vip_leaseduration": "15",
    "vip_renewdeadline": "10",
    "vip_retryperiod": "2",
}


def manifest(*, address: str, image: str, host: Host = CLOUD_INIT) -> File:
    """The static pod's manifest as a file."""
    container = {
        "args": ["manager"],
        "env": [{"name": name, "value": value} for name, value in {**_ENVIRONMENT, "address": address}.items()],
        "image": image,
        "imagePullPolicy": "IfNotPresent",
        "name": "kube-vip",
        "resources": {},
        "securityContext": {"capabilities": {"add": ["NET_ADMIN", "NET_RAW"]}},
        "volumeMounts": [{"mountPath": "/etc/kubernetes/admin.conf", "name": "kubeconfig"}],
    }
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"creationTimestamp": None, "name": "kube-vip", "namespace": "kube-system"},
        "spec": {
            "containers": [container],
            "hostNetwork": True,
            "volumes": [{"hostPath": {"path": f"{host.folder}/admin.conf"}, "name": "kubeconfig"}],
        },
        "status": {},
    }
    return file(MANIFEST, dumped(pod))


__all__ = ("MANIFEST", "USE_SUPER_ADMIN", "manifest")
