# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""All objects of a vSphere cluster, in the order to apply them."""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.plugins.module_utils._render import capi, cpi, credentials, etcd, names, vsphere
from ansible_collections.eks.anywhere.plugins.module_utils._render.control_plane import (
    kubeadm_control_plane,
    machine_config,
)
from ansible_collections.eks.anywhere.plugins.module_utils._render.inputs import Inputs
from ansible_collections.eks.anywhere.plugins.module_utils._render.workers import objects as workers


def control_plane(inputs: Inputs) -> t.Iterator[Obj]:
    """Credentials, failure domains, Cluster, control plane, etcd if it is external, cloud provider."""
    config, name = inputs.config, inputs.config.name
    yield credentials.vsphere_secret(name, inputs.credentials)
    if config.registry_mirror and config.registry_mirror.authenticate:
        yield credentials.registry_secret(inputs.credentials)
    yield from vsphere.failure_domains(inputs)
    yield capi.cluster(inputs, vsphere.INFRASTRUCTURE)
    yield vsphere.cluster(inputs)
    yield vsphere.machine_template(inputs, name=names.control_plane_template(name), machine=machine_config(inputs))
    yield kubeadm_control_plane(inputs)
    yield from etcd.objects(inputs)
    yield from cpi.objects(inputs)


__all__ = ("control_plane", "workers")
