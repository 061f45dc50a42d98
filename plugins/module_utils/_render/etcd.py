# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""External etcd: an EtcdadmCluster with machines of its own."""

from __future__ import annotations

from ansible_collections.eks.anywhere.plugins.module_utils._config.model import MachineConfig
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.plugins.module_utils._render import (
    args,
    bottlerocket,
    capi,
    containerd,
    control_plane,
    etcdadm,
    host,
    machine,
    names,
    vsphere,
)
from ansible_collections.eks.anywhere.plugins.module_utils._render.inputs import Inputs

_MIN_MEMORY_MIB = 8192


def objects(inputs: Inputs) -> list[Obj]:
    """EtcdadmCluster and its machine template, or nothing when etcd is stacked."""
    etcd = inputs.config.external_etcd
    if etcd is None:
        return []
    if etcd.machine is None:
        raise EksaError("The external etcd has no machine config.", code="render.machine_missing")
    name = inputs.config.name
    here = bottlerocket.with_template(inputs, etcd.machine, kubernetes_version=inputs.config.kubernetes_version)
    template = vsphere.machine_template(
        inputs, name=names.etcd_template(name), machine=here, min_memory_mib=_MIN_MEMORY_MIB
    )
    reference = {
        "apiVersion": vsphere.INFRASTRUCTURE.api_version,
        "kind": vsphere.INFRASTRUCTURE.machine_template,
        "name": names.etcd_template(name),
    }
    bootstrap = _bootstrap(inputs, here)
    return [capi.etcdadm_cluster(inputs, count=etcd.count, template=reference, bootstrap=bootstrap), template]


def _bootstrap(inputs: Inputs, here: MachineConfig) -> Obj:
    config = inputs.config
    # Upstream asks the control plane's machines; with external etcd all have the same system.
    kind = host.of(control_plane.machine_config(inputs))
    spec: Obj = {
        "etcdadmBuiltin": True,
        "format": kind.format,
        **machine.clock(here),
        **(bottlerocket.etcd(inputs, here) if kind.is_bottlerocket else _cloud_init(inputs)),
        "cipherSuites": args.CIPHER_SUITES,
        "users": machine.users(here, generated_key=inputs.credentials.ssh_authorized_key),
    }
    if config.proxy:
        proxy = {"httpProxy": config.proxy.http, "httpsProxy": config.proxy.https}
        spec["proxy"] = {**proxy, "noProxy": containerd.no_proxy(config)}
    return {**spec, **etcdadm.registry_mirror(config.registry_mirror), **bottlerocket.certificates(here)}


def _cloud_init(inputs: Inputs) -> Obj:
    settings = {**etcdadm.cloud_init(inputs), "installDir": "/usr/bin"}
    return {"cloudInitConfig": settings, "preEtcdadmCommands": machine.hostname_commands()}


__all__ = ("objects",)
