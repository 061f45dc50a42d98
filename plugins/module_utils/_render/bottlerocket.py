# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Settings of Bottlerocket, which has no cloud-init: images, proxy, registry mirror, certificates, kernel, kubelet."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config.model import MachineConfig, RegistryMirror
from ansible_collections.eks.anywhere.plugins.module_utils._config.release import Repository, split_image
from ansible_collections.eks.anywhere.plugins.module_utils._config.text import block
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.plugins.module_utils._render import bottlerocket_kubelet, containerd, host
from ansible_collections.eks.anywhere.plugins.module_utils._render.inputs import Inputs

Data = t.Mapping[str, t.Any]

_SECOND_NETWORK = "second-network-interface-bootstrap-container"


def node(inputs: Inputs, machine: MachineConfig, *, kubernetes_version: str, kubelet: Data | None) -> Obj:
    """What kubeadm's cluster and join configuration hold for a Bottlerocket machine."""
    config = inputs.config
    release, bundle = inputs.release_of(kubernetes_version), inputs.bundle_of(kubernetes_version)
    fields: Obj = {
        "pause": _image(release.pause),
        "bottlerocketBootstrap": _image(Repository(*split_image(bundle.bottlerocket_bootstrap_image))),
    }
    if config.proxy:
        fields["proxy"] = {"httpsProxy": config.proxy.https, "noProxy": containerd.no_proxy(config)}
    if config.registry_mirror:
        fields["registryMirror"] = _mirror(config.registry_mirror)
    settings = _settings(machine, kubelet)
    if settings is not None:
        fields["bottlerocket"] = settings
    return {**fields, **certificates(machine)}


def with_template(inputs: Inputs, machine: MachineConfig, *, kubernetes_version: str) -> MachineConfig:
    """The machine with the template that upstream imports from the bundle, where the config names none."""
    if machine.template or not host.of(machine).is_bottlerocket or inputs.config.datacenter is None:
        return machine
    name = inputs.bundle_of(kubernetes_version).bottlerocket_template
    folder = f"/{inputs.config.datacenter.datacenter}/vm/Templates"
    return dataclasses.replace(machine, template=f"{folder}/{name}") if name else machine


def second_network(inputs: Inputs, machine: MachineConfig, *, kubernetes_version: str) -> Obj:
    """The container that brings the other networks up, for machines that have more than one."""
    if len(machine.networks) < 2:
        return {}
    image = Repository(*split_image(inputs.bundle_of(kubernetes_version).bottlerocket_multi_network_image))
    container = {"name": _SECOND_NETWORK, "mode": "once", "essential": False, **_image(image)}
    return {"bottlerocketCustomBootstrapContainers": [container]}


def etcd(inputs: Inputs, machine: MachineConfig) -> Obj:
    """What the configuration of etcdadm holds; no kubelet runs there, so its settings are not asked for."""
    release = inputs.release
    return {
        "bottlerocketConfig": {
            "etcdImage": release.etcd_image,
            "bootstrapImage": inputs.bundle.bottlerocket_bootstrap_image,
            "pauseImage": f"{release.pause.repository}:{release.pause.tag}",
            **_host_settings(machine),
        }
    }


def certificates(machine: MachineConfig) -> Obj:
    """Authorities that the machine trusts besides its own."""
    bundles = [{"name": name, "data": block(data)} for name, data in machine.cert_bundles]
    return {"certBundles": bundles} if bundles else {}


def _image(image: Repository) -> Obj:
    return {"imageRepository": image.repository, "imageTag": image.tag}


def _mirror(mirror: RegistryMirror) -> Obj:
    """One endpoint when the mirror stands in for the public registry alone, else one for each registry."""
    endpoints = containerd.endpoints(mirror)
    authority = {"caCert": block(mirror.ca_cert)} if mirror.ca_cert else {}
    if list(endpoints) == [containerd.PUBLIC_REGISTRY]:
        return {"endpoint": endpoints[containerd.PUBLIC_REGISTRY], **authority}
    mirrors = [{"registry": registry, "endpoints": [address]} for registry, address in endpoints.items()]
    return {**authority, "mirrors": mirrors}


def _settings(machine: MachineConfig, kubelet: Data | None) -> Obj | None:
    """The kubelet's come from a KubeletConfiguration or else from the machine's own section, never from both."""
    own = machine.bottlerocket
    kubernetes = bottlerocket_kubelet.settings(kubelet, own=(own or {}).get("kubernetes"))
    if own is None and kubernetes is None:
        return None
    return {**({} if kubernetes is None else {"kubernetes": kubernetes}), **_host_settings(machine)}


def _host_settings(machine: MachineConfig) -> Obj:
    own = machine.bottlerocket or {}
    kernel = (own.get("kernel") or {}).get("sysctlSettings")
    boot = (own.get("boot") or {}).get("bootKernelParameters")
    return {
        **({"kernel": {"sysctlSettings": dict(kernel)}} if kernel else {}),
        **({"boot": {"bootKernelParameters": dict(boot)}} if boot else {}),
    }


__all__ = ("certificates", "etcd", "node", "second_network", "with_template")
