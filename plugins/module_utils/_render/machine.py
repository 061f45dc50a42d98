# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""What control plane, etcd and worker machines have in common: users, host name, clock, kubelet, node registration."""

from __future__ import annotations

import types
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config import scalars, ssh
from ansible_collections.eks.anywhere.plugins.module_utils._config.model import ClusterConfig, MachineConfig, Taint
from ansible_collections.eks.anywhere.plugins.module_utils._config.text import dumped
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._render import args
from ansible_collections.eks.anywhere.plugins.module_utils._render.files import File, file
from ansible_collections.eks.anywhere.plugins.module_utils._yaml import yaml

Data = dict[str, t.Any]

HOSTNAME = "{{ ds.meta_data.hostname }}"
"""Filled in by cloud-init on the machine."""

_PATCHES = "/etc/kubernetes/patches"


def hostname_commands() -> list[str]:
    """Give the machine its name before kubeadm looks at it."""
    return [
        f'hostname "{HOSTNAME}"',
        'echo "::1         ipv6-localhost ipv6-loopback" >/etc/hosts',
        'echo "127.0.0.1   localhost" >>/etc/hosts',
        f'echo "127.0.0.1   {HOSTNAME}" >>/etc/hosts',
        f'echo "{HOSTNAME}" >/etc/hostname',
    ]


def users(machine: MachineConfig, *, generated_key: str) -> list[Data]:
    """The first user with the first key; ``generated_key`` where the config has none."""
    user = machine.users[0]
    key = (user.ssh_authorized_keys[0] if user.ssh_authorized_keys else "") or generated_key
    return [
        {
            "name": user.name,
            "sshAuthorizedKeys": [_without_comment(key, machine)],
            "sudo": "ALL=(ALL) NOPASSWD:ALL",
        }
    ]


def _without_comment(key: str, machine: MachineConfig) -> str:
    """Type and body of an authorized key; options before and the comment after it are dropped, as upstream does."""
    public = ssh.public_key(key)
    if public:
        return public
    raise EksaError(
        f"VSphereMachineConfig {machine.name}: users[0].sshAuthorizedKeys[0] is not an SSH public key.",
        code="render.ssh_key_invalid",
        hint="Give a line of an authorized_keys file, such as 'ssh-ed25519 AAAA... me@example.org'.",
    )


def clock(machine: MachineConfig) -> Data:
    """Time servers, when the config names any."""
    return {"ntp": {"enabled": True, "servers": list(machine.ntp_servers)}} if machine.ntp_servers else {}


def taints(items: t.Iterable[Taint]) -> list[Data]:
    """Taints as kubeadm takes them; empty values are left out."""
    return [
        {
            name: value
            for name, value in (
                ("key", _unquoted(item.key)),
                ("value", _unquoted(item.value)),
                ("effect", item.effect),
                ("timeAdded", item.time_added),
            )
            if value
        }
        for item in items
    ]


def _unquoted(text: str) -> str:
    """Upstream writes taints without quotes and reads them again: the value ``yes`` becomes ``true`` on the node."""
    node = yaml.compose(text, Loader=scalars.Loader)
    if not isinstance(node, yaml.ScalarNode):
        return text
    return "" if node.tag == scalars.NULL else scalars.string(node)


def kubelet_files(config: ClusterConfig, kubelet: t.Mapping[str, t.Any] | None) -> list[File]:
    """The user's KubeletConfiguration as a patch of kubeadm's."""
    if kubelet is None:
        return []
    patch = {"tlsCipherSuites": [args.CIPHER_SUITES], **kubelet}
    if config.resolv_conf:
        patch.setdefault("resolvConf", config.resolv_conf)
    path = f"{_PATCHES}/kubeletconfiguration0+strategic.yaml"
    return [file(path, dumped(patch, sort=True), permissions="0644")]


def patches(kubelet: t.Mapping[str, t.Any] | None) -> Data:
    """Where kubeadm finds that patch."""
    return {} if kubelet is None else {"patches": {"directory": _PATCHES}}


def node_registration(
    config: ClusterConfig,
    *,
    kubelet: t.Mapping[str, t.Any] | None,
    labels: t.Mapping[str, str],
    pinned: t.Mapping[str, str] = types.MappingProxyType({}),
) -> Data:
    """How kubelet starts and registers; most arguments, the ``pinned`` too, give way to a KubeletConfiguration."""
    fixed = {"cloud-provider": "external"}
    extra = args.node_labels(labels)
    if kubelet is None:
        fixed |= {"read-only-port": "0", "anonymous-auth": "false", **pinned}
        fixed |= {"resolv-conf": config.resolv_conf} if config.resolv_conf else {}
        fixed |= {"tls-cipher-suites": args.CIPHER_SUITES}
    return {
        "criSocket": "/var/run/containerd/containerd.sock",
        "kubeletExtraArgs": args.arguments(fixed=fixed, extra=extra),
        "name": HOSTNAME,
    }


__all__ = (
    "HOSTNAME",
    "clock",
    "hostname_commands",
    "kubelet_files",
    "node_registration",
    "patches",
    "taints",
    "users",
)
