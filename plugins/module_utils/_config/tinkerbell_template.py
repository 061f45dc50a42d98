# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""The steps that put an operating system on a bare metal machine when its config names no template of its own.

Tinkerbell fills the ``{{ }}`` in from what it knows of the machine's hardware.
"""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config.cluster import read
from ansible_collections.eks.anywhere.plugins.module_utils._config.model import ClusterConfig
from ansible_collections.eks.anywhere.plugins.module_utils._config.schema import API_VERSION
from ansible_collections.eks.anywhere.plugins.module_utils._config.text import dumped
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError

KIND = "TinkerbellTemplateConfig"
_IMAGES = "127.0.0.1/embedded"
"""Actions come with the system that machines boot from the network."""
_METADATA_PORT = 7172
_SECONDS = 90
_IMAGE_SECONDS = 600
_WHOLE_SECONDS = 6000
_VOLUMES = ("/dev:/dev", "/dev/console:/dev/console", "/lib/firmware:/lib/firmware:ro")
_PARTITIONS = {"bottlerocket": 12, "redhat": 1}
"""Where the root of a system (of Bottlerocket: its settings) lives; 2 with any other."""

_NIC = "(index .Hardware.Interfaces 0).DHCP"
_ADDRESS = f"{{{{ {_NIC}.IP.Address }}}}/{{{{ netmaskToPrefixLength {_NIC}.IP.Netmask }}}}"


def _servers(separator: str) -> str:
    return f"{{{{ range $i, $ns := {_NIC}.NameServers }}}}{{{{if $i}}}}{separator}{{{{end}}}}{{{{$ns}}}}{{{{end}}}}"


_NETPLAN = f"""\
network:
    version: 2
    renderer: networkd
    ethernets:
        id0:
            match:
                macaddress: {{{{ {_NIC}.MAC }}}}
            addresses:
                - {_ADDRESS}
            nameservers:
                addresses: [{_servers(", ")}]
            routes:
                - to: default
                  via: {{{{ {_NIC}.IP.Gateway }}}}
"""
_NETPLAN_VLAN = f"""\
network:
    version: 2
    renderer: networkd
    ethernets:
        mainif:
            match:
                macaddress: {{{{ {_NIC}.MAC }}}}
            set-name: mainif

    vlans:
        vlan{{{{ {_NIC}.VLANID }}}}:
            id: {{{{ {_NIC}.VLANID }}}}
            link: mainif
            addresses:
            - {_ADDRESS}
            nameservers:
                addresses: [{_servers(", ")}]
            {{{{- if {_NIC}.IP.Gateway }}}}
            routes:
                - to: default
                  via: {{{{ {_NIC}.IP.Gateway }}}}
            {{{{- end }}}}
"""
_CONNECTION_IP = f"""\
[ipv4]
address1={_ADDRESS}
dns={_servers(";")};
gateway={{{{ {_NIC}.IP.Gateway }}}}
method=manual

[ipv6]
addr-gen-mode=default
method=ignore
"""
_CONNECTION = f"""\
[connection]
id=static-connection
type=ethernet
autoconnect=yes
autoconnect-priority=10

[ethernet]
mac-address={{{{ {_NIC}.MAC }}}}

{_CONNECTION_IP}"""
_CONNECTION_VLAN = f"""\
[connection]
id=vlan-connection
type=vlan
autoconnect=yes
autoconnect-priority=10

[ethernet]
mac-address={{{{ {_NIC}.MAC }}}}

[vlan]
flags=1
id={{{{ {_NIC}.VLANID }}}}
mac-address={{{{ {_NIC}.MAC }}}}

{_CONNECTION_IP}"""
_CLOUD_INIT = """\
datasource:
  Ec2:
    metadata_urls: [%s]
    strict_id: false
manage_etc_hosts: localhost
warnings:
  dsid_missing_source: off
"""

Action = dict[str, t.Any]


def default_template(text: str, bootstrap_ip: str) -> str:
    """The default template of a cluster config, as a document of its own.

    ``bootstrap_ip`` is the address of the machine that creates the cluster, where Tinkerbell runs at first.
    """
    config = read(text)
    specs = {(one["kind"], one["metadata"]["name"]): one["spec"] for one in config.documents}
    cluster = next(one["spec"] for one in config.documents if one["kind"] == "Cluster")
    datacenter = specs.get(("TinkerbellDatacenterConfig", cluster["datacenterRef"]["name"]))
    reference = cluster["controlPlaneConfiguration"].get("machineGroupRef", {})
    machine = specs.get(("TinkerbellMachineConfig", reference.get("name", "")))
    if config.provider != "tinkerbell" or datacenter is None or machine is None:
        raise EksaError(
            f"Cluster {config.name} has no machines on bare metal.",
            code="config.not_bare_metal",
            hint="It needs a TinkerbellDatacenterConfig and the TinkerbellMachineConfig of the control plane.",
        )
    addresses = (bootstrap_ip, datacenter.get("tinkerbellIP", ""))
    task = {
        "name": config.name,
        "worker": "{{.device_1}}",
        "volumes": list(_VOLUMES),
        "actions": [
            _stream(datacenter.get("osImageURL", ""), _proxy(config, addresses)),
            *_system(machine.get("osFamily", ""), [f"http://{address}:{_METADATA_PORT}" for address in addresses]),
            _action("reboot", "reboot", pid="host", volumes=["/worker:/worker"]),
        ],
    }
    template = {
        "version": "0.1",
        "name": config.name,
        "id": "",
        "global_timeout": _WHOLE_SECONDS,
        "tasks": [task],
    }
    metadata = {"name": config.name, "namespace": "default"}
    document = {"apiVersion": API_VERSION, "kind": KIND, "metadata": metadata, "spec": {"template": template}}
    return dumped(document, sort=True)


def _action(name: str, image: str, *, timeout: int = _SECONDS, **more: t.Any) -> Action:
    return {"name": name, "image": f"{_IMAGES}/{image}", "timeout": timeout, **more}


def _stream(image: str, proxy: t.Mapping[str, str]) -> Action:
    environment = {"DEST_DISK": "{{ index .Hardware.Disks 0 }}", "IMG_URL": image, "COMPRESSED": "true", **proxy}
    return _action("stream image to disk", "image2disk", timeout=_IMAGE_SECONDS, environment=environment)


def _proxy(config: ClusterConfig, addresses: t.Sequence[str]) -> dict[str, str]:
    if config.proxy is None:
        return {}
    own = (config.pods_cidr, config.services_cidr, config.endpoint, *addresses)
    direct = [*config.proxy.no_proxy, *filter(None, own)]
    return {"HTTP_PROXY": config.proxy.http, "HTTPS_PROXY": config.proxy.https, "NO_PROXY": ",".join(direct)}


def _file(name: str, partition: int, path: str, modes: str, contents: Action, *, host: bool = False) -> Action:
    """Write a file on a partition; ``modes`` are those of the file and of its folder."""
    mode, folder_mode = modes.split()
    environment = {
        "DEST_DISK": f"{{{{ formatPartition ( index .Hardware.Disks 0 ) {partition} }}}}",
        "FS_TYPE": "ext4",
        "DEST_PATH": path,
        "UID": "0",
        "GID": "0",
        "MODE": mode,
        "DIRMODE": folder_mode,
        **contents,
    }
    namespace: Action = {"pid": "host"} if host else {}
    return _action(name, "writefile", environment=environment, **namespace)


def _either(with_vlan: str, without: str) -> Action:
    return {"CONTENTS": f"{{{{ if {_NIC}.VLANID }}}}{with_vlan}{{{{ else }}}}{without}{{{{ end }}}}"}


def _system(family: str, urls: t.Sequence[str]) -> t.Iterator[Action]:
    """What the system needs to know about its network and its metadata service."""
    partition = _PARTITIONS.get(family, 2)
    if family == "bottlerocket":
        kernel, metadata = {"BOOTCONFIG_CONTENTS": "kernel {}"}, {"HEGEL_URLS": ",".join(urls)}
        yield _file("write Bottlerocket bootconfig", partition, "/bootconfig.data", "0644 0700", kernel, host=True)
        yield _file("write Bottlerocket user data", partition, "/user-data.toml", "0644 0700", metadata, host=True)
        network = {"STATIC_BOTTLEROCKET": "true", "IFNAME": "eno1"}
        yield _file("write netplan config", partition, "/net.toml", "0644 0755", network, host=True)
        return
    if family == "redhat":
        path = "/etc/NetworkManager/system-connections/static-connection.nmconnection"
        network = _either(_CONNECTION_VLAN, _CONNECTION)
        yield _file("write network manager config", partition, path, "0600 0755", network, host=True)
        urls = [f"'{url}'" for url in urls]
    else:
        network = _either(_NETPLAN_VLAN, _NETPLAN)
        yield _file("write netplan config", partition, "/etc/netplan/config.yaml", "0644 0755", network, host=True)
    for name, path, contents in (
        (
            "disable cloud-init network capabilities",
            "/etc/cloud/cloud.cfg.d/99-disable-network-config.cfg",
            "network: {config: disabled}",
        ),
        ("add cloud-init config", "/etc/cloud/cloud.cfg.d/10_tinkerbell.cfg", _CLOUD_INIT % ",".join(urls)),
        ("add cloud-init ds config", "/etc/cloud/ds-identify.cfg", "datasource: Ec2\n"),
    ):
        yield _file(name, partition, path, "0600 0700", {"CONTENTS": contents})


__all__ = ("default_template",)
