# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""The documents that the shared options ``config_file``, ``config`` and ``bundles_file`` name."""

from __future__ import annotations

import pathlib
import types
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config import bundles as bundles_room
from ansible_collections.eks.anywhere.plugins.module_utils._config import cluster, defaults, keys, release, support
from ansible_collections.eks.anywhere.plugins.module_utils._config.bundles import Bundles, VersionsBundle
from ansible_collections.eks.anywhere.plugins.module_utils._config.model import ClusterConfig
from ansible_collections.eks.anywhere.plugins.module_utils._config.release import EksdRelease
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Artifacts, Files
from ansible_collections.eks.anywhere.plugins.module_utils._render.credentials import Credentials

MIRROR_CA_FILE = "EKSA_REGISTRY_MIRROR_CA"
"""Environment variable with the path of the registry mirror's CA certificate."""
_NOTHING: t.Mapping[str, str] = types.MappingProxyType({})


def config_text(params: t.Mapping[str, t.Any], *, files: Files) -> str:
    """Text of the cluster config, given inline or as a file."""
    text = params.get("config")
    return str(text) if text else _read(files, params.get("config_file"), option="config_file", what="cluster config")


def cluster_config(
    params: t.Mapping[str, t.Any], *, files: Files, environ: t.Mapping[str, str] = _NOTHING
) -> ClusterConfig:
    """The cluster config, read and checked; one that needs what is not supported yet raises ``EksaError``.

    The option ``ssh_authorized_key`` is for users without a key.
    """
    found = any_config(params, files=files, environ=environ)
    support.require(found, support.CREATE)
    return keys.completed(found, params.get("ssh_authorized_key") or "")


def any_config(
    params: t.Mapping[str, t.Any], *, files: Files, environ: t.Mapping[str, str] = _NOTHING
) -> ClusterConfig:
    """The cluster config, read and checked, also of a cluster that cannot be created yet.

    ``environ`` switches features on and names the file with the CA of the registry mirror.
    """
    path = environ.get(MIRROR_CA_FILE, "")
    content = files.read(path) if path else None
    found = cluster.load(config_text(params, files=files), environ={**environ, defaults.MIRROR_CA: content or ""})
    mirror = found.registry_mirror
    if path and content is None and mirror is not None and not mirror.ca_cert:
        raise EksaError(
            f"The CA certificate of the registry mirror, {path}, does not exist.",
            code="input.not_found",
            hint=f"Correct the environment variable {MIRROR_CA_FILE}, or set caCertContent.",
            details={"path": path},
        )
    return found


def bundles(params: t.Mapping[str, t.Any], *, files: Files) -> Bundles | None:
    """The Bundles manifest, or None when the option is not set."""
    path = params.get("bundles_file")
    if not path:
        return None
    return bundles_room.load_bundles(_read(files, path, option="bundles_file", what="Bundles manifest"))


def needed_bundles(params: t.Mapping[str, t.Any], *, files: Files) -> Bundles:
    """The Bundles manifest of an operation that cannot do without."""
    found = bundles(params, files=files)
    if found is None:
        raise EksaError("No Bundles manifest was given.", code="input.missing", hint="Set the option bundles_file.")
    return found


def bundles_folder(params: t.Mapping[str, t.Any]) -> str:
    """Where relative URIs of the Bundles manifest start from."""
    return str(pathlib.PurePath(params.get("bundles_file") or ".").parent)


def management_bundle(found: Bundles) -> VersionsBundle:
    """What manages clusters comes from the first versions bundle, whatever Kubernetes version a cluster has."""
    if not found.versions:
        raise EksaError(
            f"Bundles manifest {found.number} holds no versions bundle.",
            code="bundles.invalid",
            hint="Fetch the manifest again.",
        )
    return next(iter(found.versions.values()))


def eksd_release(bundle: VersionsBundle, *, artifacts: Artifacts) -> EksdRelease:
    """The EKS Distro release that a versions bundle names."""
    return release.load_release(artifacts.read(bundle.eksd_manifest_uri))


def credentials(params: t.Mapping[str, t.Any], environ: t.Mapping[str, str]) -> Credentials:
    """Credentials from options, and those that only have an environment variable."""
    return Credentials(
        username=params.get("vsphere_username") or "",
        password=params.get("vsphere_password") or "",
        cpi_username=environ.get("EKSA_VSPHERE_CP_USERNAME", ""),
        cpi_password=environ.get("EKSA_VSPHERE_CP_PASSWORD", ""),
        registry_username=environ.get("REGISTRY_USERNAME", ""),
        registry_password=environ.get("REGISTRY_PASSWORD", ""),
    )


def _read(files: Files, path: str | None, *, option: str, what: str) -> str:
    if not path:
        raise EksaError(f"No {what} was given.", code="input.missing", hint=f"Set the option {option}.")
    text = files.read(path)
    if text is None:
        raise EksaError(
            f"The {what} {path} does not exist.",
            code="input.not_found",
            hint=f"Correct the option {option}.",
            details={"path": path},
        )
    return text


__all__ = (
    "bundles",
    "bundles_folder",
    "cluster_config",
    "config_text",
    "credentials",
    "eksd_release",
    "management_bundle",
    "needed_bundles",
)
