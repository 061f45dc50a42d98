# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Config, bundle and release -> every Cluster API object of a cluster. The public entrance of this room."""

from __future__ import annotations

import dataclasses
import types
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config import support
from ansible_collections.eks.anywhere.plugins.module_utils._config.bundles import VersionsBundle
from ansible_collections.eks.anywhere.plugins.module_utils._config.model import ClusterConfig, WorkerGroup
from ansible_collections.eks.anywhere.plugins.module_utils._config.release import EksdRelease
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.plugins.module_utils._render import docker_cluster, health, vsphere_cluster
from ansible_collections.eks.anywhere.plugins.module_utils._render.credentials import Credentials
from ansible_collections.eks.anywhere.plugins.module_utils._render.inputs import Inputs, TemplateFacts


@dataclasses.dataclass(frozen=True)
class RenderedCluster:
    """Objects in the order to apply them; Secrets are among them, so nothing shows in a ``repr``."""

    control_plane: tuple[Obj, ...] = dataclasses.field(repr=False)
    workers: tuple[Obj, ...] = dataclasses.field(repr=False)

    @property
    def objects(self) -> tuple[Obj, ...]:
        """All of them."""
        return (*self.control_plane, *self.workers)


class _Provider(t.NamedTuple):
    """What makes the objects of a cluster, and those of a worker group, on one kind of infrastructure."""

    control_plane: t.Callable[[Inputs], t.Iterable[Obj]]
    workers: t.Callable[[Inputs, WorkerGroup], t.Iterable[Obj]]


_PROVIDERS: t.Mapping[str, _Provider] = {
    "vsphere": _Provider(vsphere_cluster.control_plane, vsphere_cluster.workers),
    "docker": _Provider(docker_cluster.control_plane, docker_cluster.workers),
}


def cluster_objects(
    config: ClusterConfig,
    bundle: VersionsBundle,
    release: EksdRelease,
    credentials: Credentials,
    *,
    templates: t.Mapping[str, TemplateFacts] = types.MappingProxyType({}),
    group_releases: t.Mapping[str, EksdRelease] = types.MappingProxyType({}),
    group_bundles: t.Mapping[str, VersionsBundle] = types.MappingProxyType({}),
) -> RenderedCluster:
    """Every object of the cluster. What cannot be rendered yet raises ``EksaError`` (``config.not_supported``)."""
    support.require(config, support.RENDER)
    inputs = Inputs(config, bundle, release, credentials, templates, group_releases, group_bundles)
    provider = _PROVIDERS[config.provider]
    return RenderedCluster(
        control_plane=tuple(_control_plane(inputs, provider)), workers=tuple(_workers(inputs, provider))
    )


def _control_plane(inputs: Inputs, provider: _Provider) -> t.Iterator[Obj]:
    yield from provider.control_plane(inputs)
    yield health.control_plane(inputs.config)


def _workers(inputs: Inputs, provider: _Provider) -> t.Iterator[Obj]:
    for group in inputs.config.workers:
        yield from provider.workers(inputs, group)
        yield health.workers(inputs.config, group)


__all__ = ("RenderedCluster", "TemplateFacts", "cluster_objects")
