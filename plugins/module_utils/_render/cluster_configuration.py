# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""kubeadm's ClusterConfiguration on vSphere, where an external cloud provider looks after nodes."""

from __future__ import annotations

from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.plugins.module_utils._render import kubeadm
from ansible_collections.eks.anywhere.plugins.module_utils._render.host import Host
from ansible_collections.eks.anywhere.plugins.module_utils._render.inputs import Inputs


def fields(inputs: Inputs, host: Host) -> Obj:
    """kubeadm's ``clusterConfiguration``, without what Bottlerocket adds for its own use."""
    # Learner mode made joins fail in the versions where it was new.
    gates: Obj = {"featureGates": {"EtcdLearnerMode": False}} if 29 <= inputs.minor < 33 else {}
    common = kubeadm.cluster_configuration(
        inputs, host, api_server=_api_server(inputs, host), controller_manager={"cloud-provider": "external"}
    )
    return {**gates, **common}


def _api_server(inputs: Inputs, host: Host) -> Obj:
    config = inputs.config
    fixed = {"cloud-provider": "external"} if inputs.minor < 33 else {}
    fixed |= kubeadm.API_SERVER_ARGUMENTS
    if config.etcd_encryption and inputs.minor >= 29:
        fixed["feature-gates"] = "KMSv1=true"
    return kubeadm.api_server(config, host, fixed=fixed, cert_sans=config.control_plane.cert_sans)


__all__ = ("fields",)
