# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""kubeadm's ClusterConfiguration, as far as it is the same with every provider."""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config.model import ETCD_PLACEHOLDER, ClusterConfig
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.plugins.module_utils._render import (
    admission,
    args,
    audit,
    encryption,
    iam_authenticator,
)
from ansible_collections.eks.anywhere.plugins.module_utils._render.host import CLOUD_INIT, Host
from ansible_collections.eks.anywhere.plugins.module_utils._render.inputs import Inputs

_LOGS = "/var/log/kubernetes"

API_SERVER_ARGUMENTS: t.Mapping[str, str] = {
    "audit-policy-file": audit.PATH,
    "audit-log-path": f"{_LOGS}/api-audit.log",
    "audit-log-maxage": "30",
    "audit-log-maxbackup": "10",
    "audit-log-maxsize": "512",
    "profiling": "false",
}


def cluster_configuration(
    inputs: Inputs, host: Host = CLOUD_INIT, *, api_server: Obj, controller_manager: t.Mapping[str, str]
) -> Obj:
    """ClusterConfiguration around the provider's API server, with its own arguments of the controller manager."""
    release = inputs.release
    manager = args.arguments(
        fixed={"profiling": "false", **controller_manager}, extra=args.controller_manager(inputs.config)
    )
    scheduler = args.arguments(fixed={"profiling": "false", "tls-cipher-suites": args.CIPHER_SUITES}, extra={})
    return {
        "imageRepository": release.kubernetes.repository,
        "etcd": _etcd(inputs, host),
        "dns": {"imageRepository": release.coredns.repository, "imageTag": release.coredns.tag},
        "apiServer": api_server,
        "controllerManager": {"extraArgs": manager, **_kubeconfig("controller-manager.conf", host)},
        "scheduler": {"extraArgs": scheduler, **_kubeconfig("scheduler.conf", host)},
        **({"certificatesDir": f"{host.folder}/pki"} if host.is_bottlerocket else {}),
    }


def _kubeconfig(name: str, host: Host) -> Obj:
    """Bottlerocket keeps a component's kubeconfig where the component does not look, so it is mounted there."""
    if not host.is_bottlerocket:
        return {}
    mount = {"hostPath": f"{host.folder}/{name}", "mountPath": f"/etc/kubernetes/{name}"}
    return {"extraVolumes": [{**mount, "name": "kubeconfig", "pathType": "File", "readOnly": True}]}


def _etcd(inputs: Inputs, host: Host) -> Obj:
    """Where etcd is: on machines of its own, or with the control plane."""
    if inputs.config.external_etcd:
        certificate = "server-etcd-client.crt" if host.is_bottlerocket else "apiserver-etcd-client.crt"
        return {
            "external": {
                "endpoints": [ETCD_PLACEHOLDER],
                "caFile": f"{host.folder}/pki/etcd/ca.crt",
                "certFile": f"{host.folder}/pki/{certificate}",
                "keyFile": f"{host.folder}/pki/apiserver-etcd-client.key",
            }
        }
    return {
        "local": {
            "imageRepository": inputs.release.etcd.repository,
            "imageTag": inputs.release.etcd.tag,
            "extraArgs": args.arguments(fixed={"cipher-suites": args.CIPHER_SUITES}, extra={}),
        }
    }


def _audit_volumes(host: Host) -> list[Obj]:
    """Mounts of the API server for its audit policy and log."""
    return [
        {
            "hostPath": f"{host.folder}/{audit.NAME}",
            "mountPath": audit.PATH,
            "name": "audit-policy",
            "pathType": "File",
            "readOnly": True,
        },
        {
            "hostPath": _LOGS,
            "mountPath": _LOGS,
            "name": "audit-log-dir",
            "pathType": "DirectoryOrCreate",
            "readOnly": False,
        },
    ]


def api_server(
    config: ClusterConfig, host: Host = CLOUD_INIT, *, fixed: t.Mapping[str, str], cert_sans: t.Sequence[str]
) -> Obj:
    """The API server with what the config asks of it, beside the ``fixed`` arguments of the provider."""
    skips_admission = config.control_plane.skip_admission_for_system_resources
    volumes = [
        *_audit_volumes(host),
        *(admission.volumes(host) if skips_admission else ()),
        *(iam_authenticator.volumes() if config.aws_iam is not None else ()),
        *(encryption.volumes() if config.etcd_encryption else ()),
    ]
    return {
        **({"certSANs": list(cert_sans)} if cert_sans else {}),
        **({"extraEnvs": [admission.ENVIRONMENT]} if skips_admission else {}),
        "extraArgs": args.arguments(fixed=fixed, extra=args.api_server(config)),
        "extraVolumes": volumes,
    }


__all__ = ("API_SERVER_ARGUMENTS", "api_server", "cluster_configuration")
