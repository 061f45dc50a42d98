# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""kubeadm's ClusterConfiguration: etcd, DNS, API server, controller manager, scheduler."""

from __future__ import annotations

from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.plugins.module_utils._render import (
    args,
    kubeadm,
)
from ansible_collections.eks.anywhere.plugins.module_utils._render.host import Host
from ansible_collections.eks.anywhere.plugins.module_utils._render.inputs import Inputs


def fields(inputs: Inputs, host: Host) -> Obj:
    """kubeadm's ``clusterConfiguration``, without what Bottlerocket adds for its own use."""
    config, release = inputs.config, inputs.release
    # Learner mode made joins fail in the versions where it was new.
    gates: Obj = {"featureGates": {"EtcdLearnerMode": False}} if 29 <= inputs.minor < 33 else {}
    manager = args.arguments(
        fixed={"cloud-provider": "external", "profiling": "false"}, extra=args.controller_manager(config)
    )
    scheduler = args.arguments(fixed={"profiling": "false"}, extra={"tls-cipher-suites": args.CIPHER_SUITES})
    return {
        **gates,
        "imageRepository": release.kubernetes.repository,
        "etcd": kubeadm.etcd(inputs, host),
        "dns": {"imageRepository": release.coredns.repository, "imageTag": release.coredns.tag},
        "apiServer": _api_server(inputs, host),
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


def _api_server(inputs: Inputs, host: Host) -> Obj:
    config = inputs.config
    fixed = {"cloud-provider": "external"} if inputs.minor < 33 else {}
    fixed |= kubeadm.API_SERVER_ARGUMENTS
    if config.etcd_encryption and inputs.minor >= 29:
        fixed["feature-gates"] = "KMSv1=true"
    return kubeadm.api_server(config, host, fixed=fixed, cert_sans=config.control_plane.cert_sans)


__all__ = ("fields",)
