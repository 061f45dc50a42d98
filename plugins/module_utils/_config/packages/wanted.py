# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""What a user asks for, package by package, as values; and configurations, which are compared by what they mean."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._yaml import yaml

Config = dict[str, t.Any]

_NAME = re.compile(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?")
_MOST_CHARACTERS = 53
"""The name of a Package is the name of its helm release."""
SOURCE_REGISTRY = "sourceRegistry"
PULL_SECRETS = "imagePullSecrets"


@dataclasses.dataclass(frozen=True)
class Wanted:
    """One package of a cluster. None is something that is not to be managed; ``absent`` is to be removed."""

    name: str
    package: str
    version: str | None = None
    config: Config | None = None
    target_namespace: str | None = None
    sensitive: tuple[str, ...] = ()
    absent: bool = False


def wanted(params: t.Mapping[str, t.Any]) -> Wanted:
    """Out of one item of a declaration: ``{name, package, version, config, target_namespace, sensitive, state}``."""
    name = str(params["name"])
    if not _NAME.fullmatch(name) or len(name) > _MOST_CHARACTERS:
        raise EksaError(
            f"{name!r} cannot be the name of a package: it names a helm release, too.",
            code="packages.name_invalid",
            hint=f"Use up to {_MOST_CHARACTERS} lower case letters, digits and hyphens.",
        )
    given = params.get("config")
    return Wanted(
        name=name,
        package=str(params.get("package") or name),
        version=params.get("version"),
        config=None if given is None else configuration(given, package=name),
        target_namespace=params.get("target_namespace"),
        sensitive=tuple(params.get("sensitive") or ()),
        absent=params.get("state") == "absent",
    )


def configuration(given: t.Any, *, package: str) -> Config:
    """A configuration as a mapping, from a mapping or from the text of a YAML document."""
    loaded = given
    if isinstance(given, str):
        try:
            loaded = yaml.load(given, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        except yaml.YAMLError as exc:
            # Only the place: the parser's words quote the line, which may hold a secret.
            mark = getattr(exc, "problem_mark", None)
            raise _not_a_mapping(package, f"is not valid YAML{f' (line {mark.line + 1})' if mark else ''}") from exc
    if loaded is None:
        return {}
    if not isinstance(loaded, dict):
        raise _not_a_mapping(package, f"is a {type(loaded).__name__}, not a mapping")
    return loaded


def effective(config: t.Mapping[str, t.Any], *, image_registry: str) -> Config:
    """The values that the package controller makes of a configuration."""
    return {**config, SOURCE_REGISTRY: config.get(SOURCE_REGISTRY) or image_registry}


def _not_a_mapping(package: str, seen: str) -> EksaError:
    return EksaError(
        f"The configuration of package {package} {seen}.",
        code="packages.config_invalid",
        hint="Give a mapping of the chart's values.",
    )


__all__ = ("PULL_SECRETS", "SOURCE_REGISTRY", "Config", "Wanted", "configuration", "effective", "wanted")
