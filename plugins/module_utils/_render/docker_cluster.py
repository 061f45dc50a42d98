# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""All objects of a Docker cluster, in the order to apply them."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config.model import WorkerGroup
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.plugins.module_utils._render import capi, credentials, docker, docker_nodes, names
from ansible_collections.eks.anywhere.plugins.module_utils._render.inputs import Inputs


def control_plane(inputs: Inputs) -> t.Iterator[Obj]:
    """Cluster, control plane and, if it is external, etcd."""
    inputs = _heeded(inputs)
    config = inputs.config
    if config.registry_mirror and config.registry_mirror.authenticate:
        yield credentials.registry_secret(inputs.credentials)
    yield capi.cluster(inputs, docker.INFRASTRUCTURE)
    yield docker.cluster(inputs)
    yield _machines(inputs, names.control_plane_template(config.name))
    yield capi.kubeadm_control_plane(inputs, docker.INFRASTRUCTURE, kubeadm=docker_nodes.control_plane(inputs))
    yield from _etcd(inputs)


def workers(inputs: Inputs, group: WorkerGroup) -> t.Iterator[Obj]:
    """The three objects of a worker group."""
    inputs = _heeded(inputs)
    yield capi.kubeadm_config_template(inputs, group, kubeadm=docker_nodes.worker(inputs, group))
    yield capi.machine_deployment(inputs, group, docker.INFRASTRUCTURE)
    yield docker.machine_template(
        inputs,
        name=names.worker_template(inputs.config.name, group.name),
        kubernetes_version=group.kubernetes_version,
    )


def _heeded(inputs: Inputs) -> Inputs:
    """Without what upstream takes no notice of with Docker: proxy, encryption at rest, an audit policy of one's own."""
    machines = dataclasses.replace(inputs.config.control_plane, audit_policy="")
    config = dataclasses.replace(inputs.config, control_plane=machines, proxy=None, etcd_encryption=())
    return dataclasses.replace(inputs, config=config)


def _etcd(inputs: Inputs) -> t.Iterator[Obj]:
    etcd, name = inputs.config.external_etcd, names.etcd_template(inputs.config.name)
    if etcd is None:
        return
    template = {
        "apiVersion": docker.INFRASTRUCTURE.api_version,
        "kind": docker.INFRASTRUCTURE.machine_template,
        "name": name,
        "namespace": names.NAMESPACE,
    }
    bootstrap = docker_nodes.external_etcd(inputs)
    yield capi.etcdadm_cluster(inputs, count=etcd.count, template=template, bootstrap=bootstrap)
    yield _machines(inputs, name)


def _machines(inputs: Inputs, name: str) -> Obj:
    return docker.machine_template(inputs, name=name, kubernetes_version=inputs.config.kubernetes_version)


__all__ = ("control_plane", "workers")
