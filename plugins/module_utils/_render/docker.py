# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Objects of the Docker infrastructure provider: the cluster with its load balancer, machine templates."""

from __future__ import annotations

import re

from ansible_collections.eks.anywhere.plugins.module_utils._config.release import split_image
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.plugins.module_utils._render import names
from ansible_collections.eks.anywhere.plugins.module_utils._render.capi import Infrastructure
from ansible_collections.eks.anywhere.plugins.module_utils._render.inputs import Inputs

INFRASTRUCTURE = Infrastructure(
    group="infrastructure.cluster.x-k8s.io",
    version="v1beta2",
    cluster="DockerCluster",
    machine_template="DockerMachineTemplate",
    service_domain="cluster.local",
)

_SOCKET = "/var/run/docker.sock"
_LOAD_BALANCERS = re.compile(r"(public\.ecr\.aws/[a-z0-9._-]+/kubernetes-sigs/kind)/haproxy")


def cluster(inputs: Inputs) -> Obj:
    """DockerCluster."""
    image, tag = split_image(inputs.bundle.haproxy_image)
    # The provider adds the name of the image itself. A folder other than the public one is lost, as upstream loses it.
    folder = _LOAD_BALANCERS.search(image)
    balancer = {"imageRepository": folder[1] if folder else "", "imageTag": tag}
    return {
        "apiVersion": INFRASTRUCTURE.api_version,
        "kind": INFRASTRUCTURE.cluster,
        "metadata": {"name": inputs.config.name, "namespace": names.NAMESPACE},
        "spec": {"loadBalancer": {field: value for field, value in balancer.items() if value}},
    }


def machine_template(inputs: Inputs, *, name: str, kubernetes_version: str) -> Obj:
    """DockerMachineTemplate: a node of kind, which may talk to the Docker that runs it."""
    spec = {
        "customImage": inputs.bundle_of(kubernetes_version).kind_node_image,
        "extraMounts": [{"containerPath": _SOCKET, "hostPath": _SOCKET}],
    }
    return {
        "apiVersion": INFRASTRUCTURE.api_version,
        "kind": INFRASTRUCTURE.machine_template,
        "metadata": {"name": name, "namespace": names.NAMESPACE},
        "spec": {"template": {"spec": spec}},
    }


__all__ = ("INFRASTRUCTURE", "cluster", "machine_template")
