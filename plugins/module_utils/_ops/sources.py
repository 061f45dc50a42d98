# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Where the objects to apply come from: a cluster config that is rendered, a manifest file, or a list."""

from __future__ import annotations

import types
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config.bundles import Bundles
from ansible_collections.eks.anywhere.plugins.module_utils._config.model import ClusterConfig
from ansible_collections.eks.anywhere.plugins.module_utils._config.release import EksdRelease, load_release
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ops import inputs
from ansible_collections.eks.anywhere.plugins.module_utils._ops.converge import documents
from ansible_collections.eks.anywhere.plugins.module_utils._plan.objects import in_namespace, label
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Artifacts, Files, Obj
from ansible_collections.eks.anywhere.plugins.module_utils._render.cluster import TemplateFacts, cluster_objects
from ansible_collections.eks.anywhere.plugins.module_utils._render.credentials import Credentials

_NOBODY = Credentials(username="", password="", ssh_authorized_key="ssh-ed25519 AAAA")
"""For a plan, which names objects and shows none of their content."""


def objects(
    params: t.Mapping[str, t.Any],
    *,
    files: Files,
    artifacts: Artifacts,
    environ: t.Mapping[str, str] = types.MappingProxyType({}),
) -> list[Obj]:
    """The objects that the options of ``capi_apply`` describe, each with its namespace."""
    if params.get("objects") is not None:
        found = [_checked(obj) for obj in params["objects"]]
    elif params.get("manifest_file"):
        text = _text(params["manifest_file"], files=files)
        found = [_checked(obj) for obj in documents(text, origin=params["manifest_file"])]
    else:
        found = _from_config(params, files=files, artifacts=artifacts, environ=environ)
    return in_namespace(found, params.get("namespace"))


def rendered(params: t.Mapping[str, t.Any]) -> bool:
    """Whether those objects are made from a cluster config, and not given as they are."""
    return params.get("objects") is None and not params.get("manifest_file")


def planned(config: ClusterConfig, bundles: Bundles | None, *, artifacts: Artifacts) -> list[str]:
    """Names of the objects that creation applies; none without a Bundles manifest to render them with."""
    return [label(obj) for obj in unapplied(config, bundles, artifacts=artifacts)]


def unapplied(config: ClusterConfig, bundles: Bundles | None, *, artifacts: Artifacts) -> list[Obj]:
    """The same objects, without any credentials: to be looked for, never to be applied."""
    if bundles is None or config.provider != "vsphere":
        return []
    return made_of(config, bundles, artifacts=artifacts)


def _from_config(
    params: t.Mapping[str, t.Any], *, files: Files, artifacts: Artifacts, environ: t.Mapping[str, str]
) -> list[Obj]:
    config = inputs.cluster_config(params, files=files, environ=environ)
    bundles = inputs.bundles(params, files=files)
    if bundles is None:
        raise EksaError("No Bundles manifest was given.", code="input.missing", hint="Set the option bundles_file.")
    credentials = Credentials(
        username=params.get("vsphere_username") or "",
        password=params.get("vsphere_password") or "",
        ssh_authorized_key=params.get("ssh_authorized_key") or "",
    )
    if config.provider == "vsphere" and not (credentials.username and credentials.password):
        raise EksaError(
            "No vSphere credentials were given; they become part of the cluster.",
            code="vsphere.credentials_missing",
            hint="Set vsphere_username and vsphere_password, or EKSA_VSPHERE_USERNAME and EKSA_VSPHERE_PASSWORD.",
        )
    return made_of(config, bundles, artifacts=artifacts, credentials=credentials, templates=template_facts(params))


def template_facts(params: t.Mapping[str, t.Any]) -> dict[str, TemplateFacts]:
    """What the option ``template_facts`` says."""
    return {name: _facts(seen) for name, seen in (params.get("template_facts") or {}).items()}


def made_of(
    config: ClusterConfig,
    bundles: Bundles,
    *,
    artifacts: Artifacts,
    credentials: Credentials = _NOBODY,
    templates: t.Mapping[str, TemplateFacts] = types.MappingProxyType({}),
) -> list[Obj]:
    """Every object of the cluster, with the releases that its versions need."""
    own_versions = {group.kubernetes_version for group in config.workers} - {config.kubernetes_version}
    rendered = cluster_objects(
        config,
        bundles.for_version(config.kubernetes_version),
        _release(config.kubernetes_version, bundles, artifacts=artifacts),
        credentials,
        templates=templates,
        group_releases={version: _release(version, bundles, artifacts=artifacts) for version in own_versions},
        group_bundles={version: bundles.for_version(version) for version in own_versions},
    )
    return list(rendered.objects)


def _release(kubernetes_version: str, bundles: Bundles, *, artifacts: Artifacts) -> EksdRelease:
    return load_release(artifacts.read(bundles.for_version(kubernetes_version).eksd_manifest_uri))


def _facts(seen: t.Mapping[str, t.Any]) -> TemplateFacts:
    return TemplateFacts(
        path=str(seen.get("path") or ""),
        disk_gib=int(seen.get("disk_gib") or 0),
        has_snapshot=bool(seen.get("has_snapshot")),
    )


def _checked(obj: t.Any) -> Obj:
    """An object that says what it is; the rest is the server's to judge."""
    named = (
        isinstance(obj, dict) and obj.get("apiVersion") and obj.get("kind") and (obj.get("metadata") or {}).get("name")
    )
    if not named:
        raise EksaError(
            "An object to apply lacks apiVersion, kind or metadata.name.",
            code="apply.object_invalid",
            hint="Give whole Kubernetes objects.",
        )
    return t.cast(Obj, obj)


def _text(path: str, *, files: Files) -> str:
    text = files.read(path)
    if text is None:
        raise EksaError(f"The manifest {path} does not exist.", code="input.not_found", hint="Correct manifest_file.")
    return text


__all__ = ("made_of", "objects", "planned", "rendered", "template_facts", "unapplied")
