# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""What the API server needs to ask aws-iam-authenticator who somebody is."""

from __future__ import annotations

from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.plugins.module_utils._render import names
from ansible_collections.eks.anywhere.plugins.module_utils._render.files import File, file, secret_file

_FOLDER = "/var/lib/kubeadm/aws-iam-authenticator"

_KUBECONFIG = """\
# clusters refers to the remote service.
clusters:
  - name: aws-iam-authenticator
    cluster:
      certificate-authority: /var/aws-iam-authenticator/cert.pem
      server: https://localhost:21362/authenticate
# users refers to the API Server's webhook configuration
# (we don't need to authenticate the API server).
users:
  - name: apiserver
# kubeconfig files require a context. Provide one for the API Server.
current-context: webhook
contexts:
- name: webhook
  context:
    cluster: aws-iam-authenticator
    user: apiserver
"""
"""Comments included: machines compare the file as text."""


def volumes() -> list[Obj]:
    """Mounts of the API server."""
    return [
        {
            "hostPath": f"{_FOLDER}/",
            "mountPath": "/etc/kubernetes/aws-iam-authenticator/",
            "name": "authconfig",
            "readOnly": False,
        },
        {
            "hostPath": f"{_FOLDER}/pki/",
            "mountPath": "/var/aws-iam-authenticator/",
            "name": "awsiamcert",
            "readOnly": False,
        },
    ]


def files(cluster: str) -> list[File]:
    """The webhook's kubeconfig and the certificate of the authenticator."""
    secret = names.iam_authenticator_ca(cluster)
    return [
        file(f"{_FOLDER}/kubeconfig.yaml", _KUBECONFIG, permissions="0640"),
        secret_file(f"{_FOLDER}/pki/cert.pem", secret=secret, key="cert.pem"),
        secret_file(f"{_FOLDER}/pki/key.pem", secret=secret, key="key.pem"),
    ]


__all__ = ("files", "volumes")
