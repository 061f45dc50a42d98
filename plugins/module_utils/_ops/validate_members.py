"""The clusters of a fleet as they are given: a config that cannot be used is a finding, so that the others go on."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._checks.finding import ERROR, Finding
from ansible_collections.eks.anywhere.plugins.module_utils._config.bundles import Bundles
from ansible_collections.eks.anywhere.plugins.module_utils._config.model import ClusterConfig
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ops import inputs
from ansible_collections.eks.anywhere.plugins.module_utils._ops.validate import server
from ansible_collections.eks.anywhere.plugins.module_utils._ops.validate_logins import Login, Member
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Files

Surroundings = t.Callable[[ClusterConfig, "Bundles | None"], tuple[Finding, ...]]
"""What is found about a cluster without a vCenter."""


def read(
    entries: t.Iterable[t.Mapping[str, t.Any]],
    *,
    files: Files,
    environ: t.Mapping[str, str],
    surroundings: Surroundings,
    login: Login,
) -> list[Member]:
    """Every cluster with what is found before its vCenter is asked. A manifest that many share is read once.

    ``login`` is for clusters that say no user or no password of their own.
    """
    manifests: dict[str, Bundles | None] = {}

    def bundles(entry: t.Mapping[str, t.Any]) -> Bundles | None:
        path = entry.get("bundles_file") or ""
        if path not in manifests:
            manifests[path] = inputs.bundles(entry, files=files)
        return manifests[path]

    return [
        dataclasses.replace(_member(entry, bundles, files, environ, surroundings), login=_login(entry, login))
        for entry in entries
    ]


def _login(entry: t.Mapping[str, t.Any], common: Login) -> Login:
    return Login(
        username=entry.get("vsphere_username") or common.username,
        password=entry.get("vsphere_password") or common.password,
    )


def _member(
    entry: t.Mapping[str, t.Any],
    bundles: t.Callable[[t.Mapping[str, t.Any]], Bundles | None],
    files: Files,
    environ: t.Mapping[str, str],
    surroundings: Surroundings,
) -> Member:
    member = Member(
        name=entry["name"],
        config=None,
        skip_ip_check=bool(entry.get("skip_ip_check")),
        exists=bool(entry.get("exists")),
    )
    try:
        config = inputs.cluster_config(entry, files=files, environ=environ)
        server(config)
        member.bundles = bundles(entry)
        member.tell(surroundings(config, member.bundles))
    except EksaError as exc:
        member.tell((_unusable(member.name, exc),))
        return member
    member.config = config
    return member


def _unusable(name: str, exc: EksaError) -> Finding:
    return Finding(
        check="config",
        object=f"cluster {name}",
        severity=ERROR,
        seen=exc.message.rstrip("."),
        expected="",
        fix=exc.hint,
        code=exc.code,
    )


__all__ = ("read",)
