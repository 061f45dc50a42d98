# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Parts of etcdadm's configuration that are the same with every provider."""

from __future__ import annotations

from ansible_collections.eks.anywhere.plugins.module_utils._config import versions
from ansible_collections.eks.anywhere.plugins.module_utils._config.model import RegistryMirror
from ansible_collections.eks.anywhere.plugins.module_utils._config.text import block
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.plugins.module_utils._render import containerd
from ansible_collections.eks.anywhere.plugins.module_utils._render.inputs import Inputs

_OLDEST = (0, 0, 0)
_FIRST_WITH_URL = (0, 19, 0)
"""Release of EKS Anywhere from which machines download etcd from a given URL; older ones must not be rolled for it."""

_NOWHERE = "v2"
"""What upstream makes of no address; anything else would roll the etcd machines of an adopted cluster."""


def cloud_init(inputs: Inputs) -> Obj:
    """Which etcd to install, and where it is."""
    release = inputs.release
    version: Obj = {"version": release.etcd_version}
    if not release.etcd_url or (versions.semver(inputs.config.eksa_version) or _OLDEST) < _FIRST_WITH_URL:
        return version
    return {**version, "etcdReleaseURL": release.etcd_url}


def registry_mirror(mirror: RegistryMirror | None) -> Obj:
    """The mirror that etcd's image comes from."""
    if mirror is None:
        return {}
    endpoint = containerd.endpoints(mirror).get(containerd.PUBLIC_REGISTRY, _NOWHERE)
    authority = {"caCert": block(mirror.ca_cert)} if mirror.ca_cert else {}
    return {"registryMirror": {"endpoint": endpoint, **authority}}


__all__ = ("cloud_init", "registry_mirror")
