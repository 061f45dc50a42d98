# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""containerd's configuration for a registry mirror, and for a proxy."""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config.model import ClusterConfig, RegistryMirror
from ansible_collections.eks.anywhere.plugins.module_utils._render.credentials import Credentials
from ansible_collections.eks.anywhere.plugins.module_utils._render.files import File, file

PUBLIC_REGISTRY = "public.ecr.aws"

_CERTS = "/etc/containerd/certs.d"
_APPENDED = "/etc/containerd/config_append.toml"
_NEVER_PROXIED = ("localhost", "127.0.0.1", ".svc")


def base(mirror: RegistryMirror) -> str:
    """Host and port of the mirror; IPv6 addresses in brackets."""
    host = f"[{mirror.endpoint}]" if ":" in mirror.endpoint else mirror.endpoint
    return f"{host}:{mirror.port}"


def endpoints(mirror: RegistryMirror) -> dict[str, str]:
    """Registry -> the mirror's address for it, with the path of the registry API; ordered by registry."""
    mapped = dict(mirror.namespaces) or {PUBLIC_REGISTRY: ""}
    return {registry: _api(base(mirror), namespace) for registry, namespace in sorted(mapped.items())}


def _api(host: str, namespace: str = "") -> str:
    path = namespace.strip("/")
    return f"{host}/v2/{path}" if path else f"{host}/v2"


def files(config: ClusterConfig, credentials: Credentials) -> list[File]:
    """All files of containerd's configuration."""
    return [*proxy_files(config), *mirror_files(config.registry_mirror, credentials)]


def mirror_files(mirror: RegistryMirror | None, credentials: Credentials) -> list[File]:
    """CA, the switch to ``certs.d``, and a hosts.toml for the mirror itself and for each registry it stands in for."""
    if mirror is None:
        return []
    host = base(mirror)
    authority = [file(f"{_CERTS}/{host}/ca.crt", mirror.ca_cert)] if mirror.ca_cert else []
    switch = file(_APPENDED, f'[plugins."io.containerd.grpc.v1.cri".registry]\n  config_path = "{_CERTS}"')
    servers = {host: _api(host), **endpoints(mirror)}
    hosts = [
        file(f"{_CERTS}/{server}/hosts.toml", _hosts(server, address, mirror, credentials))
        for server, address in servers.items()
    ]
    return [*authority, switch, *hosts]


def _hosts(server: str, address: str, mirror: RegistryMirror, credentials: Credentials) -> str:
    lines = [
        f'server = "https://{server}"',
        "",
        f'[host."https://{address}"]',
        '  capabilities = ["pull", "resolve"]',
        "  override_path = true",
    ]
    if mirror.ca_cert:
        lines.append(f'  ca = "{_CERTS}/{base(mirror)}/ca.crt"')
    if mirror.insecure_skip_verify:
        lines.append("  skip_verify = true")
    if mirror.authenticate:
        lines += [
            f'  [host."https://{address}".header]',
            f'    authorization = "Basic {credentials.registry_token}"',
        ]
    return "\n".join(lines)


def no_proxy(config: ClusterConfig) -> list[str]:
    """Addresses that machines reach without the proxy."""
    own = config.proxy.no_proxy if config.proxy else ()
    server = [config.datacenter.server] if config.datacenter else []
    return [config.pods_cidr, config.services_cidr, *own, *_NEVER_PROXIED, *server, config.endpoint]


def proxy_files(config: ClusterConfig) -> list[File]:
    """The drop-in of containerd's unit."""
    if config.proxy is None:
        return []
    variables = {
        "HTTP_PROXY": config.proxy.http,
        "HTTPS_PROXY": config.proxy.https,
        "NO_PROXY": ",".join(no_proxy(config)),
    }
    lines = ["[Service]", *(f'Environment="{name}={value}"' for name, value in variables.items())]
    return [file("/etc/systemd/system/containerd.service.d/http-proxy.conf", "\n".join(lines))]


def commands(config: ClusterConfig) -> t.Iterator[str]:
    """What makes containerd take the files up."""
    if config.registry_mirror:
        yield f"cat {_APPENDED} >> /etc/containerd/config.toml"
    if config.registry_mirror or config.proxy:
        yield "sudo systemctl daemon-reload"
        yield "sudo systemctl restart containerd"


__all__ = ("PUBLIC_REGISTRY", "base", "commands", "endpoints", "files", "mirror_files", "no_proxy", "proxy_files")
