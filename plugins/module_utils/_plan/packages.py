# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""From the packages that a cluster should have, and those it has, to what is to be done with each.

Configurations are compared by what they mean. What a declaration does not name is not managed and stays as it is.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config.packages import schema
from ansible_collections.eks.anywhere.plugins.module_utils._config.packages.bundle import (
    API,
    PackageBundle,
    Source,
    namespace_of,
)
from ansible_collections.eks.anywhere.plugins.module_utils._config.packages.wanted import (
    PULL_SECRETS,
    Config,
    Wanted,
    configuration,
    effective,
)
from ansible_collections.eks.anywhere.plugins.module_utils._config.text import dumped
from ansible_collections.eks.anywhere.plugins.module_utils._config.untyped import Data, section, text
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.plugins.module_utils._result import CENSORED

INTERNAL = "anywhere.eks.aws.com/internal"
"""On the packages that the controller itself is made of: taking one away takes it or the nodes' credentials away."""


@dataclasses.dataclass(frozen=True)
class Spec:
    """What a Package asks of the package controller."""

    package: str = ""
    version: str = ""
    target_namespace: str = ""
    config: Config = dataclasses.field(default_factory=dict)

    @classmethod
    def of(cls, data: Data, *, name: str) -> Spec:
        """From ``spec`` or ``status.spec`` of a Package."""
        return cls(
            package=text(data, "packageName"),
            version=text(data, "packageVersion"),
            target_namespace=text(data, "targetNamespace"),
            config=configuration(text(data, "config"), package=name),
        )

    def shown(self, sensitive: t.Collection[str] = ()) -> str:
        """For the diff: only what is set, the values of ``sensitive`` keys masked."""
        fields = {
            "packageName": self.package,
            "packageVersion": self.version,
            "targetNamespace": self.target_namespace,
            "config": _masked(self.config, sensitive),
        }
        return dumped({key: value for key, value in fields.items() if value})


@dataclasses.dataclass(frozen=True)
class Target:
    """A package on its way: the source and configuration that it is settled with, or ``absent``."""

    name: str
    source: Source | None = None
    config: Config = dataclasses.field(default_factory=dict)

    @property
    def absent(self) -> bool:
        """Whether it is to be gone."""
        return self.source is None


@dataclasses.dataclass(frozen=True)
class Step:
    """What is done with one package. ``obj`` is applied or, with verb ``Remove``, deleted; no verb: nothing to do."""

    target: Target
    verb: str = ""
    obj: Obj = dataclasses.field(default_factory=dict)
    before: str = ""
    after: str = ""
    words: str = ""
    warnings: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Ground:
    """What the packages of a cluster stand on. ``bundle`` is None while none is active."""

    cluster: str
    bundle: PackageBundle | None
    image_registry: str
    force: bool = False


def step(wanted: Wanted, live: Obj | None, *, ground: Ground) -> Step:
    """What is to be done with one package; a wish that cannot be granted raises ``EksaError``."""
    if live is not None and not ground.force:
        _refuse_internal(live)
    if wanted.absent:
        return _removal(wanted, live)
    before = Spec() if live is None else Spec.of(section(live, "spec"), name=wanted.name)
    after = _overlaid(before, wanted)
    if live is not None:
        _refuse_immutable(before, after, live)
    target, warnings = _judged(wanted, after, ground=ground)
    if live is not None and after == before:
        return Step(target, warnings=warnings)
    return Step(
        target,
        verb="Change" if live else "Install",
        obj=_object(wanted.name, after, ground.cluster),
        before=before.shown(wanted.sensitive) if live else "",
        after=after.shown(wanted.sensitive),
        words=_words(before, after, target) if live else f"{after.package} {_version(target)}".strip(),
        warnings=warnings,
    )


def _overlaid(before: Spec, wanted: Wanted) -> Spec:
    """What is wanted over what is there. The name of a package in the bundle has no case."""
    same = before.package.lower() == wanted.package.lower()
    return Spec(
        package=before.package if same else wanted.package,
        version=before.version if wanted.version is None else wanted.version,
        target_namespace=before.target_namespace if wanted.target_namespace is None else wanted.target_namespace,
        config=before.config if wanted.config is None else wanted.config,
    )


def _judged(wanted: Wanted, after: Spec, *, ground: Ground) -> tuple[Target, tuple[str, ...]]:
    """Where the package is going, and what the user should know, by the active bundle."""
    config = effective(after.config, image_registry=ground.image_registry)
    warnings = _warnings(after, wanted.name)
    if ground.bundle is None:
        return Target(wanted.name, Source("", "", after.version, ""), config), warnings
    entry, version = ground.bundle.version(after.package, after.version)
    if wanted.config is not None:
        shape = schema.decoded(version.schema, package=entry.name)
        wrong = schema.problems(shape, after.config)
        if wrong:
            raise EksaError(
                f"The configuration of package {wanted.name} is not what {entry.name} {version.name} takes: "
                f"{'; '.join(wrong)}.",
                code="packages.config_invalid",
                hint="Correct the named keys.",
                details={"problems": list(wrong)},
            )
    return Target(wanted.name, entry.source(version), config), warnings


def _warnings(after: Spec, name: str) -> tuple[str, ...]:
    if PULL_SECRETS not in after.config:
        return ()
    words = f"its configuration has {PULL_SECRETS}, which the package controller sets itself"
    return (f"Package {name}: {words}; it will upgrade the package again and again.",)


def _refuse_internal(live: Obj) -> None:
    metadata = live["metadata"]
    if (metadata.get("annotations") or {}).get(INTERNAL) == "true":
        raise EksaError(
            f"Package {metadata['name']} is a part of the package controller.",
            code="packages.internal",
            hint="The role eksa_packages looks after it; force: true overrides this.",
        )


def _refuse_immutable(before: Spec, after: Spec, live: Obj) -> None:
    name = live["metadata"]["name"]
    if before.package != after.package:
        raise EksaError(
            f"Package {name} is {before.package} and cannot become {after.package}: helm would make one release into "
            "the other.",
            code="packages.immutable",
            hint="Remove the package first, or give the other one a name of its own.",
        )
    settled = text(section(section(live, "status"), "spec"), "targetNamespace") or before.target_namespace
    if settled and after.target_namespace != settled:
        raise EksaError(
            f"package {name} targetNamespace is immutable: it is {settled}, not {after.target_namespace}.",
            code="packages.immutable",
            hint="Remove the package, then install it into the other namespace.",
        )


def _removal(wanted: Wanted, live: Obj | None) -> Step:
    target = Target(wanted.name)
    if live is None:
        return Step(target)
    before = Spec.of(section(live, "spec"), name=wanted.name)
    return Step(target, verb="Remove", obj=live, before=before.shown(wanted.sensitive), words=before.package)


def _object(name: str, spec: Spec, cluster: str) -> Obj:
    fields = {
        "packageName": spec.package,
        "packageVersion": spec.version,
        "targetNamespace": spec.target_namespace,
        "config": dumped(spec.config) if spec.config else "",
    }
    return {
        "apiVersion": API,
        "kind": "Package",
        "metadata": {"name": name, "namespace": namespace_of(cluster)},
        "spec": {key: value for key, value in fields.items() if value},
    }


def _words(before: Spec, after: Spec, target: Target) -> str:
    parts = []
    if before.version != after.version:
        meant = f" ({_version(target)})" if _version(target) != after.version else ""
        parts.append(f"version {before.version or 'latest'} -> {after.version or 'latest'}{meant}")
    if before.target_namespace != after.target_namespace:
        parts.append(f"namespace {after.target_namespace}")
    keys = {*before.config, *after.config}
    changed = sorted(str(key) for key in keys if before.config.get(key) != after.config.get(key))
    if changed:
        parts.append(f"configuration of {', '.join(changed)}")
    return ", ".join(parts)


def _version(target: Target) -> str:
    return target.source.version if target.source else ""


def _masked(config: t.Any, sensitive: t.Collection[str], path: str = "") -> t.Any:
    """A configuration with the values of dotted keys masked."""
    if path in sensitive and path:
        return CENSORED
    if not isinstance(config, dict):
        return config
    return {key: _masked(value, sensitive, f"{path}.{key}" if path else str(key)) for key, value in config.items()}


__all__ = ("INTERNAL", "Ground", "Spec", "Step", "Target", "step")
